// SPDX-License-Identifier: GPL-2.0-only
/* Kept output: first in, first out; the oldest gives way. */
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "vconsole_ctl.h"

#define SIZE	SHYPER_VCON_KEEP

static struct shyper_vcon_keep keep;

/* Byte n of all that is ever said. */
static u8 said(u64 n)
{
	return n * 31 + n / 251;
}

/* Puts bytes [from, from + len) in. */
static void put(u64 from, u32 len)
{
	u32 part, n;
	u8 *to;

	for (; len; len -= part, from += part) {
		part = len;
		to = shyper_vcon_keep_reserve(&keep, &part);
		CHECK(part && part <= len);
		for (n = 0; n < part; n++)
			to[n] = said(from + n);
		shyper_vcon_keep_commit(&keep, part);
	}
}

/* Takes up to len; they have to be those from @from on. Return: how many. */
static u32 get(u64 from, u32 len)
{
	u32 part, n, sum = 0;
	const u8 *data;

	while (sum < len) {
		data = shyper_vcon_keep_peek(&keep, &part);
		if (!part)
			break;
		if (part > len - sum)
			part = len - sum;
		for (n = 0; n < part; n++) {
			if (data[n] != said(from + sum + n)) {
				CHECK(data[n] == said(from + sum + n));
				return sum + n;
			}
		}
		shyper_vcon_keep_take(&keep, part);
		sum += part;
	}
	return sum;
}

static void test_order(void)
{
	put(0, 1000);
	CHECK_EQ(shyper_vcon_keep_len(&keep), 1000);
	CHECK_EQ(get(0, 400), 400);
	put(1000, SIZE - 600);
	CHECK_EQ(shyper_vcon_keep_room(&keep), 0);
	CHECK_EQ(get(400, SIZE), SIZE);
	CHECK_EQ(get(0, 1), 0);
	CHECK_EQ(keep.dropped, 0);
}

static void test_oldest_gives_way(void)
{
	put(0, SIZE);
	put(SIZE, 1);
	CHECK_EQ(keep.dropped, 1);
	put(SIZE + 1, 5 * SIZE + 17);
	CHECK_EQ(keep.dropped, 5 * SIZE + 18);
	CHECK_EQ(shyper_vcon_keep_len(&keep), SIZE);
	CHECK_EQ(get(keep.dropped, 2 * SIZE), SIZE);
}

/* A piece of which less was written than reserved. */
static void test_short_commit(void)
{
	u32 len = 100;
	u8 *to = shyper_vcon_keep_reserve(&keep, &len);

	CHECK_EQ(len, 100);
	to[0] = said(0);
	shyper_vcon_keep_commit(&keep, 1);
	put(1, 9);
	CHECK_EQ(get(0, 100), 10);
}

/* Against counters alone, across the wrap of the positions. */
static void test_random(void)
{
	u64 put_at = 0, get_at = 0, dropped;
	u32 round, len;

	tap_seed(2);
	keep.head = keep.tail = -3 * SIZE;
	for (round = 0; round < 20000; round++) {
		len = tap_below(tap_below(4) ? 300 : 2 * SIZE);
		if (tap_below(2)) {
			dropped = keep.dropped;
			put(put_at, len);
			put_at += len;
			get_at += keep.dropped - dropped;
			CHECK_EQ(shyper_vcon_keep_len(&keep), put_at - get_at);
		} else {
			get_at += get(get_at, len);
		}
	}
	CHECK(keep.dropped > 0);
	CHECK(put_at > 4 * SIZE);
}

static const struct tap_test tests[] = {
	TAP_TEST(test_order, "what is kept comes in order, around the end too"),
	TAP_TEST(test_oldest_gives_way, "the oldest gives way and is counted"),
	TAP_TEST(test_short_commit, "less can be written than was reserved"),
	TAP_TEST(test_random, "puts and takes in any sizes lose nothing else"),
};

TAP_SUITE(keep_suite, tests);
