// SPDX-License-Identifier: GPL-2.0-only
/* Rings that no driver should make: an error each, and never more than that. */
#include <string.h>

#include "ring.h"

#define NEXT		SHYPER_VRING_DESC_F_NEXT
#define WRITE		SHYPER_VRING_DESC_F_WRITE
#define INDIRECT	SHYPER_VRING_DESC_F_INDIRECT

static void loops(void)
{
	unsigned int n, i;

	/* Loops of every length. */
	for (n = 1; n <= NUM; n++) {
		world_begin(0);
		for (i = 0; i < n; i++)
			put(&w.desc[i], DATA_AT, 1, NEXT, (uint16_t)((i + 1) % n));
		avail(0);
		CHECK_EQ(pop(), SHYPER_VRING_E_LONG);
		world_end();
	}
	for (n = 1; n <= TABLE_NUM; n++) {
		world_begin(SHYPER_VRING_F_INDIRECT_DESC);
		put(&w.desc[4], TABLE_AT, 16 * TABLE_NUM, INDIRECT, 0);
		for (i = 0; i < n; i++)
			put(&w.table[i], DATA_AT, 1, NEXT, (uint16_t)((i + 1) % n));
		avail(4);
		CHECK_EQ(pop(), SHYPER_VRING_E_LONG);
		world_end();
	}
}

static void too_long(void)
{
	unsigned int i;

	world_begin(SHYPER_VRING_F_INDIRECT_DESC);
	put(&w.desc[0], TABLE_AT, 16 * TABLE_NUM, INDIRECT, 0);
	for (i = 0; i <= NUM; i++)
		put(&w.table[i], DATA_AT, 1, i < NUM ? NEXT : 0, (uint16_t)(i + 1));
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_LONG);
	world_end();

	/* One direct, and as many in the table as the queue has. */
	world_begin(SHYPER_VRING_F_INDIRECT_DESC);
	put(&w.desc[0], DATA_AT, 1, NEXT, 1);
	put(&w.desc[1], TABLE_AT, 16 * TABLE_NUM, INDIRECT, 0);
	for (i = 0; i < NUM; i++)
		put(&w.table[i], DATA_AT, 1, i < NUM - 1 ? NEXT : 0,
		    (uint16_t)(i + 1));
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_LONG);
	world_end();
}

static void out_of_range(void)
{
	static const uint16_t bad[] = { NUM, NUM + 1, 0x7fff, 0x8000, 0xffff };
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		world_begin(0);
		avail(bad[i]);
		CHECK_EQ(pop(), SHYPER_VRING_E_INDEX);
		world_end();

		world_begin(0);
		put(&w.desc[0], DATA_AT, 1, NEXT, bad[i]);
		avail(0);
		CHECK_EQ(pop(), SHYPER_VRING_E_INDEX);
		world_end();

		world_begin(SHYPER_VRING_F_INDIRECT_DESC);
		put(&w.desc[0], TABLE_AT, 16 * NUM, INDIRECT, 0);
		put(&w.table[0], DATA_AT, 1, NEXT, bad[i]);
		avail(0);
		CHECK_EQ(pop(), SHYPER_VRING_E_INDEX);
		world_end();
	}
}

static void too_many_available(void)
{
	static const uint16_t ahead[] = { NUM + 1, 0x8000, 0xffff };
	unsigned int i;

	for (i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
		world_begin(0);
		put(&w.desc[0], DATA_AT, 1, 0, 0);
		avail(0);
		CHECK_EQ(pop(), 1);
		w.avail->idx = (uint16_t)(w.vr.sp.next_avail + ahead[i]);
		CHECK_EQ(pop(), SHYPER_VRING_E_AVAIL);
		world_end();
	}
}

static void indirect_rules(void)
{
	/* Not negotiated. */
	world_begin(0);
	put(&w.desc[0], TABLE_AT, 16, INDIRECT, 0);
	put(&w.table[0], DATA_AT, 1, 0, 0);
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_INDIRECT);
	world_end();

	/* With NEXT. */
	world_begin(SHYPER_VRING_F_INDIRECT_DESC);
	put(&w.desc[0], TABLE_AT, 16, INDIRECT | NEXT, 1);
	put(&w.table[0], DATA_AT, 1, 0, 0);
	put(&w.desc[1], DATA_AT, 1, 0, 0);
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_INDIRECT);
	world_end();

	/* A table within a table, another one or the same. */
	world_begin(SHYPER_VRING_F_INDIRECT_DESC);
	put(&w.desc[0], TABLE_AT, 32, INDIRECT, 0);
	put(&w.table[0], TABLE_AT + 64, 16, INDIRECT, 0);
	put(&w.table[4], DATA_AT, 1, 0, 0);
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_INDIRECT);
	put(&w.table[0], TABLE_AT, 16, INDIRECT, 0);
	CHECK_EQ(pop(), SHYPER_VRING_E_INDIRECT);
	world_end();
}

static void indirect_tables(void)
{
	static const struct {
		uint64_t addr;
		uint32_t len;
	} bad[] = {
		{ TABLE_AT, 0 }, { TABLE_AT, 8 }, { TABLE_AT, 17 },
		{ TABLE_AT, 0xfffffff0 }, { TABLE_AT, 16 * (TABLE_NUM + 1) },
		{ NOWHERE, 16 }, { ~(uint64_t)0, 16 }, { 0, 16 },
		/* Not even two pieces of memory make a table. */
		{ NEXT_AT - 16, 32 },
		/* The queue's own descriptors: a loop in disguise. */
		{ DESC_AT, 16 * NUM }, { DESC_AT, 16 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		world_begin(SHYPER_VRING_F_INDIRECT_DESC);
		put(&w.desc[0], bad[i].addr, bad[i].len, INDIRECT, 0);
		put(&w.table[0], DATA_AT, 1, 0, 0);
		avail(0);
		CHECK_EQ(pop(), SHYPER_VRING_E_TABLE);
		world_end();
	}
}

static void bad_buffers(void)
{
	unsigned int i;

	world_begin(0);
	put(&w.desc[0], DATA_AT, 0, 0, 0);
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_ZERO);
	world_end();

	world_begin(0);
	put(&w.desc[0], DATA_AT, 1, NEXT | WRITE, 1);
	put(&w.desc[1], DATA_AT, 1, 0, 0);
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_ORDER);
	world_end();

	/* 2.7.5.2: 2^32 bytes are allowed, one more is not. */
	world_begin(0);
	put(&w.desc[0], NOWHERE, 0xffffffff, NEXT, 1);
	put(&w.desc[1], NOWHERE, 1, WRITE, 0);
	avail(0);
	CHECK_EQ(pop(), 1);
	CHECK(w.chain.fault);
	put(&w.desc[1], NOWHERE, 2, WRITE, 0);
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_LENGTH);
	world_end();

	/* More parts than there is room for. */
	world_begin(0);
	for (i = 0; i < NUM; i++)
		put(&w.desc[i], NEXT_AT - 1, 2, i + 1 < NUM ? NEXT : 0,
		    (uint16_t)(i + 1));
	avail(0);
	CHECK_EQ(pop(), SHYPER_VRING_E_LONG);
	world_end();
}

/* Buffers outside memory fail a request, not the device. */
static void faults(void)
{
	static const struct {
		uint64_t addr;
		uint32_t len;
	} bad[] = {
		{ NOWHERE, 1 }, { 0, 64 }, { ~(uint64_t)0, 2 },
		{ NEXT_AT + NEXT_SIZE - 8, 16 }, { DATA_AT, 0x40000000 },
		{ DATA_AT - 1, 2 },
	};
	uint8_t buf[64] = { 0 };
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		world_begin(0);
		put(&w.desc[0], bad[i].addr, bad[i].len, NEXT, 1);
		put(&w.desc[1], DATA_AT, 8, NEXT | WRITE, 2);
		put(&w.desc[2], bad[i].addr, bad[i].len, WRITE, 0);
		avail(0);
		CHECK_EQ(pop(), 1);
		CHECK(w.chain.fault);
		CHECK_EQ(w.chain.read_len, bad[i].len);
		/* What is there can still be used, and no more. */
		CHECK(shyper_chain_write(&w.chain, 0, buf, 8));
		CHECK(bad[i].len > 64 ||
		      !shyper_chain_read(&w.chain, 0, buf, bad[i].len));
		CHECK(bad[i].len > 64 ||
		      !shyper_chain_write(&w.chain, 8, buf, bad[i].len));
		world_end();
	}
}

static void rewrite(void)
{
	put(&w.desc[0], NOWHERE, 0xffffffff, INDIRECT, 0xffff);
	put(&w.table[0], NOWHERE, 0xffffffff, INDIRECT, 0xffff);
	w.avail->ring[0] = 0xffff;
}

/* A driver that changes a descriptor which has been looked at is too late. */
static void fetched_once(void)
{
	world_begin(SHYPER_VRING_F_INDIRECT_DESC);
	w.hook = rewrite;
	w.hook_at = DATA_AT;
	put(&w.desc[0], DATA_AT, 16, NEXT, 1);
	put(&w.desc[1], TABLE_AT, 32, INDIRECT, 0);
	put(&w.table[0], DATA_AT + 0x100, 10, NEXT, 1);
	put(&w.table[1], DATA_AT + 0x200, 20, WRITE, 0);
	w.hook_at = DATA_AT + 0x100;
	avail(0);
	CHECK_EQ(pop(), 1);
	CHECK_EQ((uint16_t)w.chain.head, 0);
	CHECK_EQ(w.chain.read_len, 26);
	CHECK_EQ(w.chain.write_len, 20);
	CHECK(!w.chain.fault);
	world_end();
}

static bool inside(const uint8_t *p, uint32_t len, const void *base, size_t size)
{
	const uint8_t *b = base;

	return p >= b && p + len <= b + size;
}

static void check_chain(void)
{
	uint64_t sum = 0;
	bool missing = false;
	unsigned int i;

	CHECK(w.chain.nread + w.chain.nwrite <= SEGS);
	for (i = 0; i < w.chain.nread + w.chain.nwrite; i++) {
		const struct shyper_seg *seg = &w.seg[i];

		sum += seg->len;
		missing |= !seg->addr;
		CHECK(!seg->addr ||
		      inside(seg->addr, seg->len, w.data, DATA_SIZE) ||
		      inside(seg->addr, seg->len, w.next, NEXT_SIZE) ||
		      inside(seg->addr, seg->len, w.table, 16 * TABLE_NUM) ||
		      inside(seg->addr, seg->len, w.desc, 16 * NUM) ||
		      inside(seg->addr, seg->len, w.avail, 6 + 2 * NUM) ||
		      inside(seg->addr, seg->len, w.used, 6 + 8 * NUM));
	}
	CHECK_EQ(sum, w.chain.read_len + w.chain.write_len);
	CHECK_EQ(missing, w.chain.fault);
}

static uint64_t some_address(void)
{
	static const uint64_t places[] = {
		DESC_AT, AVAIL_AT, USED_AT, TABLE_AT, DATA_AT, NEXT_AT - 8,
		NEXT_AT, NOWHERE, 0, ~(uint64_t)0 - 15,
	};

	return places[tap_below(10)] + (tap_below(4) ? 16 * tap_below(8) :
						       tap_below(64));
}

static void some_desc(struct shyper_vring_desc *d, unsigned int entries)
{
	static const uint32_t lens[] = { 1, 16, 64, 512, 16, 48, 0x1000, 0 };
	uint32_t len = tap_below(64) ? lens[tap_below(7)] : lens[tap_below(8)];
	uint16_t flags = (uint16_t)(tap_below(3) ? NEXT : 0);

	flags |= (uint16_t)(tap_below(2) ? WRITE : 0);
	if (!tap_below(6))
		flags = INDIRECT | (uint16_t)(tap_below(16) ? 0 : tap_random());
	put(d, some_address(), tap_below(64) ? len : tap_random(), flags,
	    (uint16_t)(tap_below(32) ? tap_below(entries) : tap_random()));
}

/* Whatever is in the driver's memory, pop ends and stays within it. */
static void random_rings(void)
{
	unsigned int round, i, good = 0, bad = 0;
	int got;

	for (round = 0; round < 60000; round++) {
		tap_seed(round);
		world_begin(tap_below(4) ? SHYPER_VRING_F_INDIRECT_DESC |
					   SHYPER_VRING_F_EVENT_IDX : 0);
		for (i = 0; i < NUM; i++)
			some_desc(&w.desc[i], NUM);
		for (i = 0; i < TABLE_NUM; i++)
			some_desc(&w.table[i], TABLE_NUM);
		for (i = 0; i <= NUM; i++)
			w.avail->ring[i] = (uint16_t)tap_below(NUM + 1);
		w.avail->idx = (uint16_t)tap_below(NUM + 2);
		for (i = 0; i <= NUM; i++) {
			got = pop();
			if (got != 1)
				break;
			check_chain();
			good++;
			shyper_vring_push(&w.vr, w.chain.head, tap_random());
			shyper_vring_want_irq(&w.vr);
			shyper_vring_enable_kick(&w.vr);
		}
		bad += got < 0;
		CHECK(got <= 0);
		world_end();
	}
	/* It is of no use if all are the one or the other. */
	CHECK(good > 10000 && bad > 10000);
}

static const struct tap_test tests[] = {
	TAP_TEST(loops, "loops of every length"),
	TAP_TEST(too_long, "chains above the queue size"),
	TAP_TEST(out_of_range, "descriptor indices out of range"),
	TAP_TEST(too_many_available, "more available than the ring has entries"),
	TAP_TEST(indirect_rules, "indirect: nested, with NEXT, not negotiated"),
	TAP_TEST(indirect_tables, "indirect tables of bad size or place"),
	TAP_TEST(bad_buffers, "buffers: empty, out of order, too many bytes"),
	TAP_TEST(faults, "a buffer outside memory fails its request only"),
	TAP_TEST(fetched_once, "descriptors are looked at once"),
	TAP_TEST(random_rings, "60000 random rings"),
};

TAP_SUITE(hostile_suite, tests);
