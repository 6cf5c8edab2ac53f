// SPDX-License-Identifier: GPL-2.0-only
/* What a guest says to readers of all kinds, and what it is told. */
#include <string.h>

#include "board.h"
#include "tap.h"

#define KEEP	SHYPER_VCON_KEEP

static u64 spoken;

/* The guest says the next @len bytes, in a buffer of its own. */
static void say(u32 len)
{
	static u32 slot;
	u64 addr = DATA + (slot++ % NUM) * 0x8000;
	u32 n;

	for (n = 0; n < len; n++)
		guest[addr + n] = said(spoken + n);
	spoken += len;
	driver_add(&drivers[TX], addr, len, false);
}

static void begin(void)
{
	board_begin(tap_below(2));
	spoken = 0;
	terminal.check = true;
}

static void test_nobody(void)
{
	u32 n;

	begin();
	for (n = 0; n < 12; n++) {
		say(1000);
		run_all();
	}
	CHECK_EQ(driver_used(&drivers[TX]), 12);
	CHECK_EQ(port.tx->stats.errors, 0);
	/* More than is kept: the oldest is dropped, and the guest goes on. */
	for (n = 0; n < 12; n++) {
		say(1000);
		run_all();
	}
	CHECK_EQ(driver_used(&drivers[TX]), 24);
	CHECK_EQ(port.tx->stats.errors, 24000 - KEEP);
	CHECK_EQ(later, -1);
	terminal.reader = true;
	terminal.room = 100000;
	terminal.expect = 24000 - KEEP;
	run_all();
	CHECK_EQ(terminal.got, KEEP);
	CHECK(terminal.check);
}

static void test_reader(void)
{
	u32 round, pending = 0;

	tap_seed(3);
	begin();
	terminal.reader = true;
	for (round = 0; round < 20000; round++) {
		pending = (u16)(drivers[TX].idx - driver_used(&drivers[TX]));
		if (pending < NUM / 2 && tap_below(2))
			say(1 + tap_below(tap_below(8) ? 200 : 0x8000));
		terminal.room = tap_below(3) ? tap_below(5000) : 0;
		run_all();
		/* Never for so long that it would be taken for one who left. */
		if (later > 0)
			terminal.room = 300;
		run_all();
	}
	terminal.room = 1U << 30;
	run_all();
	CHECK_EQ(terminal.got, spoken);
	CHECK(terminal.check && spoken > 1000000);
	CHECK_EQ(port.tx->stats.errors, 0);
	CHECK_EQ(driver_used(&drivers[TX]), drivers[TX].idx);
	CHECK_EQ(port.tx->stats.copied_bytes, spoken);
}

static void test_stall(void)
{
	begin();
	terminal.reader = true;
	say(KEEP);
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 1);
	say(500);
	run_all();
	/* The guest waits, and somebody looks again. */
	CHECK_EQ(driver_used(&drivers[TX]), 1);
	CHECK_EQ(later, SHYPER_CONSOLE_STALL);
	jiffies += SHYPER_CONSOLE_STALL - 1;
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 1);
	jiffies++;
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 2);
	CHECK_EQ(port.tx->stats.errors, 500);
	/* From then on at once. */
	say(500);
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 3);
	CHECK_EQ(port.tx->stats.errors, 1000);
	/* It reads again: again nothing is lost. */
	terminal.expect = 1000;
	terminal.room = KEEP;
	run_all();
	CHECK_EQ(terminal.got, KEEP);
	say(KEEP);
	say(500);
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 4);
	CHECK_EQ(later, SHYPER_CONSOLE_STALL);
	terminal.room = 2 * KEEP;
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 5);
	CHECK_EQ(terminal.got, 2 * KEEP + 500);
	CHECK_EQ(port.tx->stats.errors, 1000);
	CHECK(terminal.check);
}

static void test_away(void)
{
	begin();
	terminal.reader = true;
	terminal.away = true;
	say(10);
	run_all();
	CHECK_EQ(later, SHYPER_CONSOLE_RETRY);
	terminal.away = false;
	terminal.room = 100;
	run_all();
	CHECK_EQ(later, -1);
	CHECK_EQ(terminal.got, 10);
}

static void test_closed_while_waiting(void)
{
	begin();
	terminal.reader = true;
	say(KEEP);
	say(500);
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 1);
	terminal.reader = false;
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 2);
}

static void test_budget(void)
{
	u32 runs;

	begin();
	terminal.check = false;
	/* A mebibyte, all of it the same memory. */
	driver_add_parts(&drivers[TX], 0xc000, 16, DATA, 0x10000);
	run();
	CHECK_EQ(later, 0);
	CHECK_EQ(driver_used(&drivers[TX]), 0);
	runs = 1 + run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 1);
	CHECK(runs >= 16 && runs <= 18);
	CHECK_EQ(port.tx->stats.errors, 16 * 0x10000 - KEEP);
}

static void test_fault(void)
{
	begin();
	terminal.check = false;
	driver_add(&drivers[TX], GUEST_SIZE - 10, 100, false);
	driver_add(&drivers[RX], GUEST_SIZE, 100, true);
	driver_add(&drivers[RX], DATA, 100, false);	/* not to be written to */
	driver_add(&drivers[RX], DATA, 100, true);
	kfifo_in(&port.input, "hello", 5);
	run_all();
	CHECK_EQ(driver_used(&drivers[TX]), 1);
	CHECK_EQ(port.tx->stats.errors, 1);
	CHECK_EQ(driver_used(&drivers[RX]), 3);
	CHECK_EQ(port.rx->stats.errors, 2);
	CHECK_EQ(driver_used_len(&drivers[RX], 2), 5);
	CHECK(!memcmp(guest + DATA, "hello", 5));
	CHECK_EQ(broken, 0);
}

static void test_input(void)
{
	u64 put = 0, got = 0;
	u16 used = 0;
	u32 round, n;
	u8 data[64];

	tap_seed(4);
	begin();
	for (round = 0; round < 20000; round++) {
		for (n = 0; n < sizeof(data); n++)
			data[n] = said(put + n);
		if (tap_below(2))
			put += kfifo_in(&port.input, data, tap_below(64));
		if ((u16)(drivers[RX].idx - used) < NUM && tap_below(2))
			driver_add(&drivers[RX], DATA +
				   (drivers[RX].idx % NUM) * 0x1000,
				   1 + tap_below(600), true);
		run_all();
		for (; used != driver_used(&drivers[RX]); used++) {
			for (n = 0; n < driver_used_len(&drivers[RX], used); n++)
				CHECK(guest[DATA + (used % NUM) * 0x1000 + n] ==
				      said(got + n));
			got += n;
		}
		/* What there is room for is not held back. */
		CHECK(kfifo_is_empty(&port.input) || used == drivers[RX].idx);
	}
	CHECK(got > 100000);
	CHECK_EQ(put - got, port.input.in - port.input.out);
	CHECK(port.tty.wakeups > 0);
}

/* A port of several gets nothing before the guest has opened it. */
static void test_input_unopened(void)
{
	begin();
	con.dev->features = BIT_ULL(1);
	driver_add(&drivers[RX], DATA, 100, true);
	kfifo_in(&port.input, "x", 1);
	run_all();
	CHECK_EQ(driver_used(&drivers[RX]), 0);
	con.ctl.port[0].guest_open = true;
	run_all();
	CHECK_EQ(driver_used(&drivers[RX]), 1);
}

static void test_gone(void)
{
	begin();
	say(100);
	port.con = NULL;
	run();
	CHECK_EQ(driver_used(&drivers[TX]), 0);
	CHECK_EQ(later, -1);
}

static const struct tap_test tests[] = {
	TAP_TEST(test_nobody, "without a reader the last is kept"),
	TAP_TEST(test_reader, "a reader gets all, the guest waits for it"),
	TAP_TEST(test_stall, "but not for one that does not read"),
	TAP_TEST(test_away, "a line discipline that is away is tried again"),
	TAP_TEST(test_closed_while_waiting, "a close ends the guest's wait"),
	TAP_TEST(test_budget, "a long buffer is taken in several runs"),
	TAP_TEST(test_fault, "what is no memory is an error of that buffer"),
	TAP_TEST(test_input, "input arrives, in order, when there are buffers"),
	TAP_TEST(test_input_unopened, "a port that is not open gets no input"),
	TAP_TEST(test_gone, "a port without its device does nothing"),
};

TAP_SUITE(port_suite, tests);
