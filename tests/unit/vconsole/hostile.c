// SPDX-License-Identifier: GPL-2.0-only
/* Drivers that break the rules: the port ends its work, and touches nothing else. */
#include <string.h>

#include "board.h"
#include "tap.h"

static void test_bad_ring(void)
{
	struct shyper_vring_avail *avail;

	board_begin(false);
	avail = (void *)(guest + drivers[TX].avail);
	avail->idx = NUM + 1;
	run_all();
	CHECK_EQ(broken, 1);
	CHECK(!port.tx && port.rx);
	/* The other way still works, until the core stops it. */
	driver_add(&drivers[RX], DATA, 100, true);
	kfifo_in(&port.input, "x", 1);
	run_all();
	CHECK_EQ(driver_used(&drivers[RX]), 1);
	CHECK_EQ(broken, 1);
}

/* Anything at all in the rings, changed between any two runs. */
static void test_random(void)
{
	u32 round, n, runs;

	tap_seed(5);
	for (round = 0; round < 3000; round++) {
		board_begin(tap_below(2));
		terminal.reader = tap_below(2);
		for (n = 0; n < 0x8000; n++)
			guest[n] = (u8)(tap_below(4) ? 0 : tap_random());
		for (runs = 0; runs < 8; runs++) {
			for (n = 0; n < 16; n++)
				guest[tap_below(0x8000)] = (u8)tap_random();
			/* So that there is something to look at. */
			guest[drivers[TX].avail + 2] += (u8)tap_below(4);
			guest[drivers[RX].avail + 2] += (u8)tap_below(4);
			guest[drivers[TX].avail + 3] = 0;
			guest[drivers[RX].avail + 3] = 0;
			kfifo_in(&port.input, "input", 5);
			terminal.room = tap_below(2000);
			jiffies += tap_below(60);
			run();
		}
		CHECK(broken <= 2);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(test_bad_ring, "a bad ring is not touched any more"),
	TAP_TEST(test_random, "whatever is in the rings is borne"),
};

TAP_SUITE(hostile_suite, tests);
