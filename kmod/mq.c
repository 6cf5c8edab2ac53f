// SPDX-License-Identifier: GPL-2.0-only
/* Message slots, the receiver's side; see mq.h. */
#include "mq.h"

#ifdef __KERNEL__

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/string.h>

/* Pairs with the writer's order, where it has barriers at all. */
#define slot_read(word)		le64_to_cpu(smp_load_acquire(&(word)))
/* Pairs with the writer's next look, were it to have one. */
#define slot_zero(word)		smp_store_release(&(word), 0)

#else /* !__KERNEL__: the unit test's own, which count and interleave */

#include "mq_host.h"

#endif

/*
 * A slot is whole once the last word that its kind of message has is there. A
 * manage message is about a VM, and never about VM 0; unilib's init is the one
 * message whose event is 0, and it has a VM as well.
 */
static bool msg_is_whole(const struct shyper_mq_msg *msg)
{
	switch (msg->fid) {
	case 0:
		return false;
	case SHYPER_FID_VMM:
		return msg->event && msg->arg[0];
	case SHYPER_FID_UNILIB:
		return msg->arg[0];
	default:
		return msg->event;
	}
}

/*
 * The words are read in the order in which they are written, fid first: what is
 * read later is at least as new. (Pairs with the writer's order, or with the
 * interrupt where the writer has none.)
 */
static void msg_read(struct shyper_msg *slot, struct shyper_mq_msg *msg)
{
	u32 n;

	msg->fid = slot_read(slot->fid);
	msg->event = slot_read(slot->event);
	for (n = 0; n < 4; n++)
		msg->arg[n] = slot_read(slot->arg[n]);
}

/* fid goes last: while it stands nobody takes the rest for a new message. */
static void slot_clear(struct shyper_msg *slot)
{
	u32 n;

	for (n = 0; n < 4; n++)
		slot_zero(slot->arg[n]);
	slot_zero(slot->event);
	slot_zero(slot->fid);
}

static bool slot_begun(struct shyper_msg *slot)
{
	return slot_read(slot->fid) || slot_read(slot->event);
}

/* The first slot after next that somebody has written to; 0 if there is none. */
static u32 slots_ahead(struct shyper_mq *mq)
{
	u32 n;

	for (n = 1; n < SHYPER_MQ_SLOTS; n++) {
		if (slot_begun(&mq->slot[(mq->next + n) % SHYPER_MQ_SLOTS]))
			return n;
	}
	return 0;
}

void shyper_mq_init(struct shyper_mq *mq, void *page)
{
	memset(page, 0, SHYPER_PAGE_SIZE);
	mq->slot = page;
	mq->next = 0;
}

enum shyper_mq_result shyper_mq_take(struct shyper_mq *mq,
				     struct shyper_mq_msg *msg, bool settled)
{
	struct shyper_msg *slot = &mq->slot[mq->next];
	u32 ahead;

	if (!slot_begun(slot)) {
		ahead = slots_ahead(mq);
		if (!ahead)
			return SHYPER_MQ_EMPTY;
		if (!settled)
			return SHYPER_MQ_UNSETTLED;
		mq->overruns++;
		mq->next = (mq->next + ahead) % SHYPER_MQ_SLOTS;
		slot = &mq->slot[mq->next];
	}
	msg_read(slot, msg);
	if (!msg_is_whole(msg)) {
		if (!settled)
			return SHYPER_MQ_UNSETTLED;
		mq->damaged++;
	}
	slot_clear(slot);
	mq->next = (mq->next + 1) % SHYPER_MQ_SLOTS;
	mq->messages++;
	return SHYPER_MQ_TAKEN;
}
