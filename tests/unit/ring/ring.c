// SPDX-License-Identifier: GPL-2.0-only
/* A split ring as VIRTIO 1.2 has it, with a driver that keeps the rules. */
#include <string.h>

#include "ring.h"

#define NEXT		SHYPER_VRING_DESC_F_NEXT
#define WRITE		SHYPER_VRING_DESC_F_WRITE
#define INDIRECT	SHYPER_VRING_DESC_F_INDIRECT

static void setup(void)
{
	struct shyper_vring vr;
	shyper_vring_translate *translate;

	world_begin(0);
	translate = w.vr.translate;
#define INIT(num, desc, avail, used) \
	shyper_vring_init(&vr, num, desc, avail, used, 0, translate, NULL)
	CHECK_EQ(INIT(NUM, DESC_AT, AVAIL_AT, USED_AT), 0);
	CHECK_EQ(INIT(1, DESC_AT, AVAIL_AT, USED_AT), 0);
	CHECK_EQ(INIT(0, DESC_AT, AVAIL_AT, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(6, DESC_AT, AVAIL_AT, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(65536, DESC_AT, AVAIL_AT, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(0x80000000, DESC_AT, AVAIL_AT, USED_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DESC_AT + 8, AVAIL_AT, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DESC_AT, AVAIL_AT + 1, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DESC_AT, AVAIL_AT, USED_AT + 2), SHYPER_VRING_E_SETUP);
	/* Each part has to be memory to its end. */
	CHECK_EQ(INIT(2 * NUM, DESC_AT, AVAIL_AT, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(NUM, NOWHERE, AVAIL_AT, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(NUM, DESC_AT, AVAIL_AT + 2, USED_AT), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(NUM, DESC_AT, AVAIL_AT, USED_AT + 4), SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(NUM, DESC_AT, AVAIL_AT, ~(uint64_t)3), SHYPER_VRING_E_SETUP);
#undef INIT
	world_end();
}

static void chain_parts(void)
{
	world_begin(0);
	CHECK_EQ(pop(), 0);
	put(&w.desc[3], DATA_AT, 16, NEXT, 5);
	put(&w.desc[5], DATA_AT + 0x100, 32, NEXT, 1);
	put(&w.desc[1], DATA_AT + 0x200, 512, NEXT | WRITE, 0);
	put(&w.desc[0], DATA_AT + 0x400, 1, WRITE, 77);
	avail(3);
	CHECK_EQ(pop(), 1);
	CHECK_EQ((uint16_t)w.chain.head, 3);
	CHECK_EQ(w.chain.nread, 2);
	CHECK_EQ(w.chain.nwrite, 2);
	CHECK_EQ(w.chain.read_len, 48);
	CHECK_EQ(w.chain.write_len, 513);
	CHECK(!w.chain.fault);
	CHECK(w.seg[1].addr == w.data + 0x100 && w.seg[1].len == 32);
	CHECK(w.seg[3].addr == w.data + 0x400 && w.seg[3].len == 1);
	CHECK_EQ(pop(), 0);
	world_end();
}

static void fill_direct(uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		put(&w.desc[i], DATA_AT + i, 1, i + 1 < n ? NEXT : 0,
		    (uint16_t)(i + 1));
}

static void fill_table(uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		put(&w.table[i], DATA_AT + i, 1, i + 1 < n ? NEXT : 0,
		    (uint16_t)(i + 1));
}

static void longest_chain(void)
{
	world_begin(SHYPER_VRING_F_INDIRECT_DESC);
	fill_direct(NUM);
	avail(0);
	CHECK_EQ(pop(), 1);
	CHECK_EQ(w.chain.nread, NUM);
	/* The descriptor that refers to the table is not one of the chain. */
	fill_table(NUM);
	put(&w.desc[2], TABLE_AT, 16 * TABLE_NUM, INDIRECT, 0);
	avail(2);
	CHECK_EQ(pop(), 1);
	CHECK_EQ(w.chain.nread, NUM);
	world_end();
}

static void indirect(void)
{
	world_begin(SHYPER_VRING_F_INDIRECT_DESC);
	/* 2.7.5.3.2: after normal ones, with a WRITE flag to be ignored. */
	put(&w.desc[0], DATA_AT, 16, NEXT, 1);
	put(&w.desc[1], TABLE_AT, 48, INDIRECT | WRITE, 0);
	put(&w.table[0], DATA_AT + 0x100, 10, NEXT, 2);
	put(&w.table[2], DATA_AT + 0x200, 20, WRITE, 0);
	avail(0);
	CHECK_EQ(pop(), 1);
	CHECK_EQ(w.chain.nread, 2);
	CHECK_EQ(w.chain.nwrite, 1);
	CHECK_EQ(w.chain.read_len, 26);
	CHECK_EQ(w.chain.write_len, 20);
	world_end();
}

/* A table has no alignment of its own. */
static void indirect_unaligned(void)
{
	struct shyper_vring_desc d[2];
	unsigned int off;

	for (off = 1; off < 16; off++) {
		world_begin(SHYPER_VRING_F_INDIRECT_DESC);
		put(&w.desc[0], TABLE_AT + off, 32, INDIRECT, 0);
		put(&d[0], DATA_AT + 0x100, 10, NEXT, 1);
		put(&d[1], DATA_AT + 0x200, 20, WRITE, 0);
		memcpy((char *)w.table + off, d, sizeof(d));
		avail(0);
		CHECK_EQ(pop(), 1);
		CHECK_EQ(w.chain.read_len, 10);
		CHECK_EQ(w.chain.write_len, 20);
		CHECK(w.seg[1].addr == w.data + 0x200);
		world_end();
	}
}

/* What is one memory to the driver need not be one to the device. */
static void across_regions(void)
{
	uint8_t out[64], in[64];
	unsigned int i;

	world_begin(0);
	put(&w.desc[0], NEXT_AT - 24, 64, NEXT, 1);
	put(&w.desc[1], NEXT_AT - 40, 64, WRITE, 0);
	for (i = 0; i < 64; i++)
		out[i] = (uint8_t)(i + 1);
	memcpy(w.data + DATA_SIZE - 24, out, 24);
	memcpy(w.next, out + 24, 40);
	avail(0);
	CHECK_EQ(pop(), 1);
	CHECK_EQ(w.chain.nread, 2);
	CHECK_EQ(w.chain.nwrite, 2);
	CHECK(!w.chain.fault);
	CHECK(shyper_chain_read(&w.chain, 0, in, 64));
	CHECK(!memcmp(in, out, 64));
	CHECK(shyper_chain_write(&w.chain, 0, out, 64));
	CHECK(!memcmp(w.data + DATA_SIZE - 40, out, 40));
	CHECK(!memcmp(w.next, out + 40, 24));
	world_end();
}

static void copies(void)
{
	uint8_t model[60], got[60];
	unsigned int i, off, len;

	world_begin(0);
	put(&w.desc[0], DATA_AT, 7, NEXT, 1);
	put(&w.desc[1], DATA_AT + 0x100, 1, NEXT, 2);
	put(&w.desc[2], DATA_AT + 0x200, 52, 0, 0);
	for (i = 0; i < sizeof(model); i++) {
		model[i] = (uint8_t)(i * 3);
		w.data[i < 7 ? i : i < 8 ? 0x100 : 0x200 + i - 8] = model[i];
	}
	avail(0);
	CHECK_EQ(pop(), 1);
	for (off = 0; off <= 60; off++) {
		for (len = 0; off + len <= 60; len++) {
			CHECK(shyper_chain_read(&w.chain, off, got, len));
			CHECK(!memcmp(got, model + off, len));
		}
		CHECK(!shyper_chain_read(&w.chain, off, got, 61 - off));
	}
	/* Nothing here is writable. */
	CHECK(!shyper_chain_write(&w.chain, 0, model, 1));
	CHECK(shyper_chain_write(&w.chain, 0, model, 0));
	world_end();
}

static void used_element(void)
{
	world_begin(0);
	shyper_vring_push(&w.vr, 5, 1234);
	CHECK_EQ(w.used->idx, 1);
	CHECK_EQ(w.used->ring[0].id, 5);
	CHECK_EQ(w.used->ring[0].len, 1234);
	shyper_vring_push(&w.vr, 2, 0);
	CHECK_EQ(w.used->idx, 2);
	CHECK_EQ(w.used->ring[1].id, 2);
	world_end();
}

/* Three times around the 16-bit indices, in bursts of any size. */
static void index_wrap(uint64_t features)
{
	uint32_t total = 0, burst, i;
	uint16_t expect;

	world_begin(features);
	for (i = 0; i < NUM; i++)
		put(&w.desc[i], DATA_AT + 16 * i, 16, 0, 0);
	tap_seed(1);
	while (total < 3 * 65536 + 5) {
		burst = 1 + tap_below(NUM);
		for (i = 0; i < burst; i++)
			avail((uint16_t)((total + i) % NUM));
		for (i = 0; i < burst; i++) {
			expect = (uint16_t)((total + i) % NUM);
			if (!CHECK_EQ(pop(), 1) || !CHECK_EQ((uint16_t)w.chain.head, expect))
				goto out;
			shyper_vring_push(&w.vr, w.chain.head, total + i);
			if (!CHECK_EQ(w.used->ring[(total + i) % NUM].len,
				      total + i))
				goto out;
		}
		total += burst;
		if (!CHECK_EQ(pop(), 0) ||
		    !CHECK_EQ(w.used->idx, (uint16_t)total))
			goto out;
	}
out:
	world_end();
}

static void index_wraps(void)
{
	index_wrap(0);
	index_wrap(SHYPER_VRING_F_EVENT_IDX);
}

/* The definition: some step from old up to new ends just behind event. */
static bool passes(uint16_t event, uint16_t new, uint16_t old)
{
	uint16_t at;

	for (at = old; at != new; at++) {
		if (at == event)
			return true;
	}
	return false;
}

static void need_event(void)
{
	static const uint16_t edges[] = {
		0, 1, 2, 0x7ffe, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff,
	};
	const unsigned int n = sizeof(edges) / sizeof(edges[0]);
	unsigned int i;

	for (i = 0; i < n * n * n; i++)
		CHECK_EQ(shyper_vring_need_event(edges[i % n], edges[i / n % n],
						 edges[i / n / n]),
			 passes(edges[i % n], edges[i / n % n], edges[i / n / n]));
	tap_seed(2);
	for (i = 0; i < 20000; i++) {
		uint16_t old = (uint16_t)tap_random();
		uint16_t new = (uint16_t)(old + tap_below(300));
		uint16_t event = (uint16_t)(old - 150 + tap_below(600));

		CHECK_EQ(shyper_vring_need_event(event, new, old),
			 passes(event, new, old));
	}
}

static void interrupt_by_flag(void)
{
	world_begin(0);
	CHECK(!shyper_vring_want_irq(&w.vr));
	shyper_vring_push(&w.vr, 0, 0);
	CHECK(shyper_vring_want_irq(&w.vr));
	/* Nothing new, nothing to tell. */
	CHECK(!shyper_vring_want_irq(&w.vr));
	w.avail->flags = SHYPER_VRING_AVAIL_F_NO_INTERRUPT;
	shyper_vring_push(&w.vr, 0, 0);
	CHECK(!shyper_vring_want_irq(&w.vr));
	w.avail->flags = 0;
	shyper_vring_push(&w.vr, 0, 0);
	CHECK(shyper_vring_want_irq(&w.vr));
	world_end();
}

/* 2.7.7.2: the device ignores flags; used_event says after which element. */
static void interrupt_by_index(void)
{
	uint16_t *used_event;
	unsigned int i;

	world_begin(SHYPER_VRING_F_EVENT_IDX);
	used_event = &w.avail->ring[NUM];
	w.avail->flags = SHYPER_VRING_AVAIL_F_NO_INTERRUPT;
	*used_event = 2;
	for (i = 0; i < 6; i++) {
		shyper_vring_push(&w.vr, 0, 0);
		CHECK_EQ(shyper_vring_want_irq(&w.vr), i == 2);
	}
	/* Passed within a batch. */
	*used_event = 8;
	for (i = 0; i < 5; i++)
		shyper_vring_push(&w.vr, 0, 0);
	CHECK(shyper_vring_want_irq(&w.vr));
	/* Behind: not before the index has come around. */
	*used_event = 10;
	for (i = 11; i < 65536 + 10; i++) {
		shyper_vring_push(&w.vr, 0, 0);
		if (!CHECK(!shyper_vring_want_irq(&w.vr)))
			break;
	}
	shyper_vring_push(&w.vr, 0, 0);
	CHECK(shyper_vring_want_irq(&w.vr));
	world_end();
}

static void kick_by_flag(void)
{
	world_begin(0);
	put(&w.desc[0], DATA_AT, 1, 0, 0);
	CHECK_EQ(w.used->flags, 0);
	shyper_vring_disable_kick(&w.vr);
	CHECK_EQ(w.used->flags, SHYPER_VRING_USED_F_NO_NOTIFY);
	CHECK(!shyper_vring_enable_kick(&w.vr));
	CHECK_EQ(w.used->flags, 0);
	shyper_vring_disable_kick(&w.vr);
	avail(0);
	/* It came while they were off. */
	CHECK(shyper_vring_enable_kick(&w.vr));
	CHECK_EQ(pop(), 1);
	CHECK(!shyper_vring_enable_kick(&w.vr));
	world_end();
}

static void kick_by_index(void)
{
	uint16_t *avail_event;

	world_begin(SHYPER_VRING_F_EVENT_IDX);
	avail_event = (uint16_t *)&w.used->ring[NUM];
	put(&w.desc[0], DATA_AT, 1, 0, 0);
	shyper_vring_disable_kick(&w.vr);
	CHECK_EQ(w.used->flags, 0);
	avail(0);
	avail(0);
	CHECK_EQ(pop(), 1);
	/* One that has been passed, until it is asked for. */
	CHECK_EQ(*avail_event, 0xffff);
	CHECK(shyper_vring_enable_kick(&w.vr));
	CHECK_EQ(*avail_event, 1);
	CHECK_EQ(pop(), 1);
	CHECK(!shyper_vring_enable_kick(&w.vr));
	CHECK_EQ(*avail_event, 2);
	CHECK_EQ(w.used->flags, 0);
	world_end();
}

static const struct tap_test tests[] = {
	TAP_TEST(setup, "a ring of bad size, alignment or place is refused"),
	TAP_TEST(chain_parts, "a chain's readable and writable parts"),
	TAP_TEST(longest_chain, "a chain as long as the queue"),
	TAP_TEST(indirect, "normal descriptors, then an indirect table"),
	TAP_TEST(indirect_unaligned, "an indirect table at any address"),
	TAP_TEST(across_regions, "a buffer across two regions of memory"),
	TAP_TEST(copies, "copies from any offset, of any length"),
	TAP_TEST(used_element, "used elements"),
	TAP_TEST(index_wraps, "indices wrap at 65536, with both kinds of events"),
	TAP_TEST(need_event, "the arithmetic of EVENT_IDX is its definition"),
	TAP_TEST(interrupt_by_flag, "interrupts suppressed by the flag"),
	TAP_TEST(interrupt_by_index, "interrupts at used_event and nowhere else"),
	TAP_TEST(kick_by_flag, "notifications off and on by the flag"),
	TAP_TEST(kick_by_index, "notifications off and on by avail_event"),
};

TAP_SUITE(ring_suite, tests);
