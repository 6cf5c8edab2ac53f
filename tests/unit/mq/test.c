// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message slots. The writers are a hypervisor's cores: each takes the next slot and
 * writes its message word by word, and gets on by a random number of words before
 * each access of the receiver.
 */
#include <stdio.h>
#include <stdlib.h>

#include "mq.h"
#include "mq_host.h"

#define WRITERS		3
#define MAX_SENT	4096

/* ---- results ---- */

static unsigned int tests, failures;

static void result(bool ok, const char *name)
{
	printf("%sok %u - %s\n", ok ? "" : "not ", ++tests, name);
	failures += !ok;
}

/* ---- randomness that can be repeated ---- */

static u64 seed;

static u32 rnd(u32 below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(seed >> 33) % below;
}

/* ---- the hypervisor ---- */

enum word { FID, EVENT, ARG0, ARG1, ARG2, WORDS };

/* fid and event before the rest, as deployed ones do, or the event last. */
static const enum word orders[2][WORDS] = {
	{ FID, EVENT, ARG0, ARG1, ARG2 },
	{ FID, ARG0, ARG1, ARG2, EVENT },
};

struct writer {
	bool busy;
	u32 slot;
	u32 step;
	struct shyper_mq_msg msg;
};

static struct {
	struct shyper_msg page[SHYPER_MQ_SLOTS];
	struct writer writer[WRITERS];
	u32 writers;		/* of them in use */
	u32 order;
	u32 window;		/* messages that may be unread; 0: any number */
	u32 to_send;
	u32 sent;
	u32 received;
	bool interrupt;
	bool between;		/* writers run between the receiver's accesses */
	struct shyper_mq_msg history[MAX_SENT];
} hv;

static struct shyper_mq_msg some_message(u32 n)
{
	static const struct shyper_mq_msg kinds[] = {
		{ SHYPER_FID_MEDIATED, SHYPER_MEDIATED_DRV_NOTIFY, { 0 } },
		{ SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, { 1 } },
		{ SHYPER_FID_VMM, SHYPER_VMM_REBOOT_VM, { 7 } },
		{ SHYPER_FID_UNILIB, 0, { 2 } },
	};
	struct shyper_mq_msg msg = kinds[rnd(4)];

	/* So that order can be told, where a message has room for it. */
	if (msg.arg[0])
		msg.arg[0] = n + 1;
	return msg;
}

static __le64 *slot_word(struct shyper_msg *slot, enum word word)
{
	switch (word) {
	case FID:
		return &slot->fid;
	case EVENT:
		return &slot->event;
	default:
		return &slot->arg[word - ARG0];
	}
}

static u64 msg_word(const struct shyper_mq_msg *msg, enum word word)
{
	switch (word) {
	case FID:
		return msg->fid;
	case EVENT:
		return msg->event;
	default:
		return msg->arg[word - ARG0];
	}
}

static void writer_step(struct writer *writer)
{
	enum word word;

	if (!writer->busy) {
		if (!hv.to_send ||
		    (hv.window && hv.sent - hv.received >= hv.window))
			return;
		hv.to_send--;
		writer->busy = true;
		writer->step = 0;
		writer->slot = hv.sent % SHYPER_MQ_SLOTS;
		writer->msg = some_message(hv.sent);
		hv.history[hv.sent++] = writer->msg;
		return;
	}
	if (writer->step == WORDS) {
		hv.interrupt = true;
		writer->busy = false;
		return;
	}
	word = orders[hv.order][writer->step++];
	*slot_word(&hv.page[writer->slot], word) = msg_word(&writer->msg, word);
}

static void writers_run(u32 steps)
{
	while (steps--)
		writer_step(&hv.writer[rnd(hv.writers)]);
}

static bool writers_busy(void)
{
	u32 n;

	for (n = 0; n < hv.writers; n++) {
		if (hv.writer[n].busy)
			return true;
	}
	return false;
}

u64 host_read(const __le64 *word)
{
	if (hv.between)
		writers_run(rnd(4));
	return *word;
}

void host_zero(__le64 *word)
{
	if (hv.between)
		writers_run(rnd(4));
	*word = 0;
}

static struct shyper_mq mq;

static void hv_init(u64 the_seed, u32 writers, u32 window, u32 to_send)
{
	memset(&hv, 0, sizeof(hv));
	memset(&mq, 0, sizeof(mq));
	memset(hv.page, 0xee, sizeof(hv.page));
	seed = the_seed;
	hv.writers = writers;
	hv.window = window;
	hv.to_send = to_send;
	hv.order = rnd(2);
	hv.between = true;
	shyper_mq_init(&mq, hv.page);
}

/* ---- the receiver ---- */

static bool same(const struct shyper_mq_msg *a, const struct shyper_mq_msg *b)
{
	return a->fid == b->fid && a->event == b->event &&
	       !memcmp(a->arg, b->arg, sizeof(a->arg));
}

/* Drain as on an interrupt; false at a message that is not the next one. */
static bool drain(enum shyper_mq_result *last)
{
	struct shyper_mq_msg msg;

	while ((*last = shyper_mq_take(&mq, &msg, false)) == SHYPER_MQ_TAKEN) {
		if (!same(&msg, &hv.history[hv.received++]))
			return false;
	}
	return true;
}

/* All that is sent arrives once, whole and in order, and nothing else does. */
static bool run_in_order(u64 the_seed, u32 writers, u32 window)
{
	enum shyper_mq_result last = SHYPER_MQ_EMPTY;

	hv_init(the_seed, writers, window, 200);
	while (hv.to_send || writers_busy() || hv.interrupt) {
		writers_run(rnd(20));
		if (!hv.interrupt)
			continue;
		/* An edge that is taken is gone; one that comes now stays. */
		hv.interrupt = false;
		if (!drain(&last))
			return false;
	}
	return last == SHYPER_MQ_EMPTY && hv.received == 200 &&
	       mq.messages == 200 && !mq.overruns && !mq.damaged;
}

static void test_in_order(u32 writers, u32 window, const char *name)
{
	bool ok = true;
	u64 n;

	for (n = 0; n < 2000 && ok; n++)
		ok = run_in_order(n, writers, window);
	if (!ok)
		printf("# seed %llu: sent %u, received %u\n",
		       (unsigned long long)n - 1, hv.sent, hv.received);
	result(ok, name);
}

/* One message at a time, each with its interrupt: no slot is looked at twice. */
static void test_empty(void)
{
	struct shyper_mq_msg msg;

	hv_init(1, 1, 8, 0);
	result(shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_EMPTY &&
	       shyper_mq_take(&mq, &msg, true) == SHYPER_MQ_EMPTY &&
	       !mq.messages && !mq.overruns, "an empty page has no message");
}

static void put(u32 slot, u64 fid, u64 event, u64 arg0)
{
	hv.page[slot].arg[0] = arg0;
	hv.page[slot].event = event;
	hv.page[slot].fid = fid;
}

static void test_half_written(void)
{
	static const struct {
		u64 fid, event, arg0;
		bool whole;
	} rows[] = {
		{ SHYPER_FID_MEDIATED, 0, 0, false },
		{ SHYPER_FID_MEDIATED, SHYPER_MEDIATED_DRV_NOTIFY, 0, true },
		{ SHYPER_FID_VMM, 0, 0, false },
		{ SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, 0, false },
		{ SHYPER_FID_VMM, 0, 1, false },
		{ SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, 1, true },
		{ SHYPER_FID_UNILIB, 0, 0, false },
		{ SHYPER_FID_UNILIB, 0, 1, true },
		{ 0, 5, 1, false },
		{ 0x77, 0, 1, false },
		{ 0x77, 1, 0, true },
	};
	struct shyper_mq_msg msg;
	enum shyper_mq_result want;
	bool ok = true;
	u32 n;

	for (n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		hv_init(n, 1, 8, 0);
		put(0, rows[n].fid, rows[n].event, rows[n].arg0);
		want = rows[n].whole ? SHYPER_MQ_TAKEN : SHYPER_MQ_UNSETTLED;
		ok &= shyper_mq_take(&mq, &msg, false) == want;
	}
	result(ok, "what is half written is left alone");
}

/* A writer that never comes to its end costs its own message only. */
static void test_never_whole(void)
{
	struct shyper_mq_msg msg;
	bool ok;

	hv_init(3, 1, 8, 0);
	put(0, SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, 0);
	put(1, SHYPER_FID_VMM, SHYPER_VMM_REBOOT_VM, 4);
	ok = shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_UNSETTLED;
	ok &= shyper_mq_take(&mq, &msg, true) == SHYPER_MQ_TAKEN;
	ok &= mq.damaged == 1;
	ok &= shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_TAKEN;
	ok &= msg.event == SHYPER_VMM_REBOOT_VM && msg.arg[0] == 4;
	ok &= shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_EMPTY;
	result(ok, "one that never becomes whole is dropped in the end");
}

/* Slot 0 belongs to a core that has not begun yet; slot 1 is whole. */
static void test_gap(void)
{
	struct shyper_mq_msg msg;
	bool ok;

	hv_init(4, 1, 8, 0);
	put(1, SHYPER_FID_VMM, SHYPER_VMM_REBOOT_VM, 2);
	ok = shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_UNSETTLED;
	put(0, SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, 1);
	ok &= shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_TAKEN;
	ok &= msg.arg[0] == 1;
	ok &= shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_TAKEN;
	ok &= msg.arg[0] == 2 && !mq.overruns;
	result(ok, "a slot that is late is waited for");
}

/* Lapped by any number of messages: found, counted, and in step again. */
static bool run_overrun(u32 more)
{
	struct shyper_mq_msg msg;
	enum shyper_mq_result last;
	u32 n, taken = 0, total = SHYPER_MQ_SLOTS + more;

	hv_init(more, 1, 0, total);
	hv.between = false;
	while (hv.to_send || writers_busy())
		writers_run(1);
	while ((last = shyper_mq_take(&mq, &msg, taken > 100)) == SHYPER_MQ_TAKEN)
		taken++;
	/* The latest of each slot, once. */
	if (taken != SHYPER_MQ_SLOTS || last != SHYPER_MQ_EMPTY)
		return false;
	hv.received = hv.sent;
	hv.to_send = 1;
	while (hv.to_send || writers_busy())
		writers_run(1);
	last = shyper_mq_take(&mq, &msg, false);
	if (more % SHYPER_MQ_SLOTS) {
		if (last != SHYPER_MQ_UNSETTLED || mq.overruns)
			return false;
		last = shyper_mq_take(&mq, &msg, true);
		if (mq.overruns != 1)
			return false;
	}
	if (last != SHYPER_MQ_TAKEN || !same(&msg, &hv.history[hv.received++]))
		return false;
	/* In step from here on. */
	for (n = 0; n < 20; n++) {
		hv.to_send = 1 + n % 3;
		while (hv.to_send || writers_busy())
			writers_run(1);
		if (!drain(&last) || last != SHYPER_MQ_EMPTY)
			return false;
	}
	return hv.received == hv.sent && mq.overruns <= 1;
}

static void test_overruns(void)
{
	bool ok = true;
	u32 more;

	for (more = 0; more < 40 && ok; more++)
		ok = run_overrun(more);
	if (!ok)
		printf("# lapped by %u\n", more - 1);
	result(ok, "an overrun is found and got over");
}

/* The hypervisor was told of the page again: it begins with slot 0. */
static void test_init_again(void)
{
	struct shyper_mq_msg msg;
	bool ok;

	hv_init(5, 1, 8, 0);
	put(0, SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, 1);
	ok = shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_TAKEN;
	put(1, SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, 2);
	shyper_mq_init(&mq, hv.page);
	ok &= shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_EMPTY;
	put(0, SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, 3);
	ok &= shyper_mq_take(&mq, &msg, false) == SHYPER_MQ_TAKEN;
	ok &= msg.arg[0] == 3;
	result(ok, "a page that is registered again begins anew");
}

/* Any contents, at any time: no access outside the page, no endless loop. */
static void test_garbage(void)
{
	struct shyper_mq_msg msg;
	bool ok = true;
	u64 round;
	u32 n;

	for (round = 0; round < 2000; round++) {
		hv_init(round, 1, 8, 0);
		for (n = 0; n < 100; n++) {
			hv.page[rnd(SHYPER_MQ_SLOTS)].fid = rnd(3) ? rnd(0x14) : 0;
			hv.page[rnd(SHYPER_MQ_SLOTS)].event = rnd(3);
			hv.page[rnd(SHYPER_MQ_SLOTS)].arg[rnd(4)] = rnd(3);
			shyper_mq_take(&mq, &msg, rnd(4) == 0);
			ok &= mq.next < SHYPER_MQ_SLOTS;
		}
		/* Left alone, it comes to its end. */
		for (n = 0; n < SHYPER_MQ_SLOTS; n++)
			shyper_mq_take(&mq, &msg, true);
		ok &= shyper_mq_take(&mq, &msg, true) == SHYPER_MQ_EMPTY;
	}
	result(ok, "any contents of the page are survived");
}

int main(void)
{
	test_empty();
	test_half_written();
	test_never_whole();
	test_gap();
	test_in_order(1, 1, "one writer, one message at a time");
	test_in_order(1, 8, "one writer, all slots");
	test_in_order(2, 8, "two writers at once");
	test_in_order(3, 8, "three writers at once");
	test_overruns();
	test_init_again();
	test_garbage();
	printf("1..%u\n", tests);
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
