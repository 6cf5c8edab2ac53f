/* SPDX-License-Identifier: GPL-2.0-only */
/* Event bits for the MVM, and the interrupt that says there are some. */
#ifndef EL2_EVENT_H
#define EL2_EVENT_H

#include <el2/mq.h>
#include <el2/util.h>
#include <shyper/direct.h>

/* NULL: nobody listens. Read through event_set() only. */
extern struct shyper_event_page *event_page;

/**
 * event_set_page() - set events in this page of the MVM from now on
 * @ipa: page-aligned; ~0: nowhere
 *
 * The page is cleared. On return no CPU writes to an earlier one any more.
 * Context: a CPU of the MVM's, no lock held; waits for all other CPUs to pass
 * through their loop, and serves what they ask of this one meanwhile.
 * Return: 0; -EFAULT it is not a page of the MVM's memory.
 */
int event_set_page(u64 ipa);

/* Whether there is a page: whether anybody listens. */
bool event_page_set(void);

/**
 * event_set() - set an event; make HVC_IRQ pending if none was pending
 * @n: < SHYPER_EVENTS; dropped if there is no page
 *
 * What this CPU and its guest wrote before is seen by who takes the event.
 * Context: any CPU; takes the MVM's vgic lock only if no event was pending.
 * Return: whether it had been set already.
 */
static inline bool event_set(u32 n)
{
	/* What event_set_page() wrote there comes first: the address depends. */
	struct shyper_event_page *page = READ_ONCE(event_page);
	u64 bit = BIT(n % 64);

	if (!page)
		return false;
	/*
	 * Always by read-modify-write, also where the bit is set already: who
	 * takes it then still sees what the guest wrote before its store. Release
	 * pairs with the MVM's acquiring exchange, first of the summary, then of
	 * the word.
	 */
	if (__atomic_fetch_or(&page->word[n / 64], bit, __ATOMIC_RELEASE) & bit)
		return true;
	if (!__atomic_fetch_or(&page->summary, BIT(n / 64), __ATOMIC_RELEASE))
		mq_interrupt();
	return false;
}

#endif /* EL2_EVENT_H */
