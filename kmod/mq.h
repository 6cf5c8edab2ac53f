/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The receiver's side of the message slots (include/shyper/hypercall.h): which
 * slot is next, when a message is whole, when the hypervisor has lapped us.
 * Also compiles on the host, for tests/unit/mq.
 *
 * There is no valid flag and nothing is acknowledged. The writer takes slots in turn;
 * a core writes fid first, word by word, and gives the interrupt afterwards, so
 * that with two writers slot n can be empty, or half written, while slot n + 1 is
 * whole. The receiver zeroes what it has taken: a slot with fid and event zero is
 * one that nobody has begun. Up to eight unread messages none is lost and their
 * order is kept. Around an overrun messages are lost, and the order of those that
 * are left can be wrong.
 */
#ifndef SHYPER_MQ_H
#define SHYPER_MQ_H

#include <shyper/hypercall.h>

/**
 * struct shyper_mq - the receiver
 * @slot:	the page
 * @next:	slot that is read next
 * @messages:	taken
 * @overruns:	times that the writer was found to have lapped us
 * @damaged:	messages that never became whole and were dropped
 */
struct shyper_mq {
	struct shyper_msg *slot;
	u32 next;
	u64 messages;
	u64 overruns;
	u64 damaged;
};

/**
 * struct shyper_mq_msg - one message, copied out
 */
struct shyper_mq_msg {
	u64 fid;
	u64 event;
	u64 arg[4];
};

enum shyper_mq_result {
	SHYPER_MQ_EMPTY,	/* nothing waits */
	SHYPER_MQ_TAKEN,	/* a message was copied out */
	SHYPER_MQ_UNSETTLED,	/* something waits that cannot be taken yet */
};

/**
 * shyper_mq_init() - begin with slot 0 of a page; zeroes it
 * @mq: counters are kept
 *
 * Before the hypervisor is told of the page.
 */
void shyper_mq_init(struct shyper_mq *mq, void *page);

/**
 * shyper_mq_take() - take the next message, if it is whole
 * @mq: the caller serialises its users
 * @settled: nothing has changed for so long that no writer can be at work: skip
 *	slots that it left empty, and drop a message that is not whole
 *
 * After SHYPER_MQ_UNSETTLED an interrupt is still to come, or the hypervisor has
 * lapped us: look again then, and once more after a while with @settled.
 */
enum shyper_mq_result shyper_mq_take(struct shyper_mq *mq,
				     struct shyper_mq_msg *msg, bool settled);

#endif /* SHYPER_MQ_H */
