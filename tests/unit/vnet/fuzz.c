// SPDX-License-Identifier: GPL-2.0-only
/* Frames and commands by chance: nothing is read that is not there. */
#include "port.h"

#define ROUNDS	200000

static void frames(void)
{
	static const u32 lens[] = { 14, 60, 100, 1514, 9000, 65550 };
	struct sent sent;
	u32 n, flips, passed = 0;

	tap_seed(1);
	port_begin(F_SEND);
	for (n = 0; n < ROUNDS; n++) {
		u8 type = (u8[]){ 0, 1, 3, 4, 5, 0x81 }[tap_below(6)];

		sent_gso(&sent, type, tap_below(2) ? 4 : 6, tap_below(3),
			 lens[tap_below(6)]);
		sent.head = tap_below(3) ? 0 : VNET_ETH_LEN + tap_below(200);
		if (sent.head > sent.len)
			sent.head = 0;
		for (flips = tap_below(4); flips; flips--)
			sent.bytes[12 + tap_below(80)] ^= (u8)(1 << tap_below(8));
		for (flips = tap_below(3); flips; flips--)
			((u8 *)&sent.hdr)[tap_below(sizeof(sent.hdr))] ^=
				(u8)(1 << tap_below(8));
		passed += sent_check(&sent) == VNET_PASS;
	}
	/* Enough to have been somewhere. */
	CHECK(passed > ROUNDS / 20 && passed < ROUNDS);
}

static void commands(void)
{
	u32 n, at, len, done = 0;
	u8 bytes[600];

	tap_seed(2);
	for (n = 0; n < ROUNDS; n++) {
		if (n % 64 == 0)
			port_begin(F_CONTROL | (tap_below(2) ? F_RECEIVE : 0));
		len = tap_below(sizeof(bytes));
		for (at = 0; at < len; at++)
			bytes[at] = tap_below(4) ? 0 : (u8)tap_random();
		if (len > 1) {
			bytes[0] = (u8)tap_below(7);
			bytes[1] = (u8)tap_below(7);
		}
		done += command_raw(bytes, len) == OK;
		CHECK(ctl.pairs && ctl.pairs <= PAIRS);
		CHECK_EQ(ctl.mac, vnet_mac(station));
		CHECK(!(ctl.features & ~ctl.negotiated));
		vnet_frame_wanted(&ctl, bytes);
	}
	CHECK(done > ROUNDS / 20 && done < ROUNDS);
}

static const struct tap_test tests[] = {
	TAP_TEST(frames, "frames with lies by chance"),
	TAP_TEST(commands, "commands by chance"),
};

TAP_SUITE(fuzz_suite, tests);
