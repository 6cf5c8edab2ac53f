// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event bits that EL2 sets, and who is called for them.
 *
 * EL2 makes HVC_IRQ pending for an event only if its bit was clear. So a bit that
 * is set without being anybody's, a held one, makes a doorbell that costs the guest
 * an exit, and us nothing.
 *
 * Locks: doorbells_lock, for who allocates and frees. HVC_IRQ's handler reads the
 * table under RCU.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "doorbell.h"
#include "hypercall.h"

/**
 * struct doorbell - consecutive events of one user
 * @first:	number of the first one
 * @fn:		of the user, as @priv
 * @priv:	for @fn
 */
struct doorbell {
	u32 first;
	void (*fn)(void *priv, u32 n);
	void *priv;
};

static DEFINE_MUTEX(doorbells_lock);
static DECLARE_BITMAP(taken, SHYPER_EVENTS);
static struct doorbell __rcu *doorbells[SHYPER_EVENTS];
/* Left in the page when their word is taken; atomic. */
static DECLARE_BITMAP(held, SHYPER_EVENTS);
/* NULL: there are no events; constant while HVC_IRQ is ours. */
static struct shyper_event_page *page;

static int alloc_locked(u32 count, struct doorbell *bell)
{
	unsigned long first;
	u32 n;

	lockdep_assert_held(&doorbells_lock);
	first = bitmap_find_next_zero_area(taken, SHYPER_EVENTS, 0, count, 0);
	if (first >= SHYPER_EVENTS)
		return -ENOSPC;
	bitmap_set(taken, first, count);
	bell->first = first;
	for (n = 0; n < count; n++)
		rcu_assign_pointer(doorbells[first + n], bell);
	return first;
}

int shyper_doorbell_alloc(u32 count, void (*fn)(void *priv, u32 n), void *priv)
{
	struct doorbell *bell;
	int first;

	if (!page || !count)
		return -ENOSPC;
	bell = kzalloc(sizeof(*bell), GFP_KERNEL);
	if (!bell)
		return -ENOMEM;
	bell->fn = fn;
	bell->priv = priv;
	mutex_lock(&doorbells_lock);
	first = alloc_locked(count, bell);
	mutex_unlock(&doorbells_lock);
	if (first < 0)
		kfree(bell);
	return first;
}

void shyper_doorbell_free(u32 first, u32 count)
{
	struct doorbell *bell;
	u32 n;

	mutex_lock(&doorbells_lock);
	bell = rcu_dereference_protected(doorbells[first],
					 lockdep_is_held(&doorbells_lock));
	for (n = 0; n < count; n++) {
		RCU_INIT_POINTER(doorbells[first + n], NULL);
		shyper_doorbell_release(first + n);
	}
	/* The handler that has seen it is out of @fn after this. */
	synchronize_rcu();
	bitmap_clear(taken, first, count);
	mutex_unlock(&doorbells_lock);
	kfree(bell);
}

/* The page is shared with EL2, both sides are little-endian. */
static atomic64_t *word_of(u32 event)
{
	return (__force atomic64_t *)&page->word[event / 64];
}

void shyper_doorbell_hold(u32 event)
{
	set_bit(event, held);
	atomic64_or(BIT_ULL(event % 64), word_of(event));
}

/*
 * Fully ordered: what a guest wrote before its last store is seen by who looks
 * after this; a later store finds the bit clear. shyper_doorbells_take() that comes
 * for that one sees that it is not held: EL2's release of the summary is after its
 * look at the word, which is after our clearing both.
 */
void shyper_doorbell_release(u32 event)
{
	clear_bit(event, held);
	atomic64_fetch_andnot(BIT_ULL(event % 64), word_of(event));
}

static u64 take(u32 n)
{
	u64 keep = READ_ONCE(held[n]);

	return atomic64_fetch_and(keep, word_of(64 * n)) & ~keep;
}

static u64 take_summary(void)
{
	return le64_to_cpu((__force __le64)xchg((__force u64 *)&page->summary, 0));
}

static void take_word(u32 n, u64 word)
{
	const struct doorbell *bell;
	u32 event;

	for (; word; word &= word - 1) {
		event = 64 * n + __ffs64(word);
		bell = rcu_dereference(doorbells[event]);
		if (bell)
			bell->fn(bell->priv, event - bell->first);
	}
}

/*
 * An event whose word is taken here may have its summary bit set afterwards: the
 * interrupt that EL2 gives for it finds nothing. The other way round nothing is
 * lost, as EL2 sets the event first. Both takes acquire what EL2 releases.
 */
bool shyper_doorbells_take(void)
{
	u64 summary, word;
	bool any = false;
	u32 n;

	if (!page || !READ_ONCE(page->summary))
		return false;
	rcu_read_lock();
	summary = take_summary();
	for (; summary; summary &= summary - 1) {
		n = __ffs64(summary);
		word = take(n);
		any |= word;
		take_word(n, word);
	}
	rcu_read_unlock();
	return any;
}

int shyper_doorbells_start(void)
{
	int ret;

	if (!shyper_has(SHYPER_FEATURE_DOORBELL))
		return 0;
	page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	ret = shyper_hvc_event_page(page);
	if (!ret)
		return 0;
	free_page((unsigned long)page);
	page = NULL;
	return ret;
}

void shyper_doorbells_stop(void)
{
	/* If the hypervisor keeps it, it is not ours to free. */
	if (page && !shyper_hvc_event_page(NULL))
		free_page((unsigned long)page);
	page = NULL;
}
