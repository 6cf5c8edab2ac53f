// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that keeps the rules, and somebody who changes its ring under it. What
 * comes out has to be memory of the driver's, or an error; seeds are fixed.
 */
#include <string.h>

#include <tap.h>

#include "drv.h"
#include "ring.h"

#define ROUNDS	12000
#define STEPS	40

static struct drv drv;
static struct shyper_vring vr;
static struct shyper_chain chain;
static struct shyper_seg seg[DRV_NUM_MAX + 4];
static u32 head[2 * DRV_NUM_MAX];
static u32 taken;

/* Bytes, or what makes a difference in 16 or 64 bits, anywhere in a ring. */
static void mutate(void)
{
	static const u64 values[] = {
		0, 1, 2, 3, 4, 7, 16, 0x80, 0x8000, 0x8080, 0xffff, 0xffffffff,
		DRV_DESC_AT, DRV_TABLE_AT, DRV_DATA_AT, ~(u64)0, ~(u64)15,
	};
	/* Not the data. */
	u32 n = tap_below(drv.mem.count - 1);
	u64 size = drv.mem.piece[n].size, at;
	u8 *p = drv.mem.piece[n].ptr;
	u64 v = values[tap_below(sizeof(values) / sizeof(values[0]))];

	/* Tables are long, and used from the beginning on. */
	at = tap_below((u32)size) % (tap_below(2) ? 64 : size);
	switch (tap_below(4)) {
	case 0:
		p[at % size] ^= (u8)(1u << tap_below(8));
		break;
	case 1:
		p[at % size] = (u8)tap_random();
		break;
	case 2:
		memcpy(p + at / 2 * 2 % (size & ~(u64)1), &v, 2);
		break;
	default:
		if (size >= 8)
			memcpy(p + at / 8 * 8 % (size - 7), &v, 8);
		break;
	}
}

static void check_chain(void)
{
	u64 sum = 0;
	bool missing = false;
	u32 n, parts = chain.nread + chain.nwrite;

	CHECK(parts && parts <= DRV_NUM_MAX + 4);
	for (n = 0; n < parts && n < DRV_NUM_MAX + 4; n++) {
		sum += seg[n].len;
		CHECK(seg[n].len);
		missing |= !seg[n].addr;
		CHECK(!seg[n].addr || mem_has(&drv.mem, seg[n].addr, seg[n].len));
	}
	CHECK_EQ(sum, chain.read_len + chain.write_len);
	CHECK_EQ(missing, chain.fault);
}

/* Return: false if the ring is broken. */
static bool device(void)
{
	int got = shyper_vring_pop(&vr, &chain);
	u32 n;

	if (got < 0) {
		CHECK(got >= SHYPER_VRING_E_LENGTH);
		return false;
	}
	if (got) {
		check_chain();
		head[taken++] = chain.head;
		if (!CHECK(taken <= drv.num))
			return false;
	}
	if (got && !tap_below(16)) {
		shyper_vring_unpop(&vr, head[--taken]);
	} else if (taken && tap_below(2)) {
		n = drv.in_order ? 0 : tap_below(taken);
		if (tap_below(2))
			shyper_vring_push(&vr, head[n], tap_random());
		else
			shyper_vring_fill(&vr, head[n], tap_below(100));
		memmove(head + n, head + n + 1, (--taken - n) * sizeof(head[0]));
	}
	if (!tap_below(4))
		shyper_vring_publish(&vr);
	if (!tap_below(4))
		shyper_vring_want_irq(&vr);
	if (!tap_below(4))
		shyper_vring_disable_kick(&vr);
	if (!tap_below(4))
		shyper_vring_enable_kick(&vr);
	return true;
}

/* Return: whether the device found something wrong. */
static bool round_of(const struct drv_case *c, u32 seed, u32 *served)
{
	bool fine = true;
	u32 n;

	tap_seed(seed);
	drv_begin(&drv, c->num, c->features);
	drv.seed = seed;
	drv.mem.wide = seed & 1;
	chain.seg = seg;
	chain.max = DRV_NUM_MAX + 4;
	taken = 0;
	CHECK_EQ(drv_ring_init(&drv, &vr), 0);
	for (n = 0; n < STEPS && fine; n++) {
		drv_add_some(&drv);
		if (tap_below(3))
			mutate();
		fine = device();
		*served += fine;
		/* A driver that is not told the truth is no test any more. */
		if (!drv.errors && tap_below(2))
			drv_used(&drv);
	}
	drv_end(&drv);
	return !fine;
}

static void mutated(void)
{
	const struct drv_case *c;
	u32 round, broken = 0, served = 0;

	for (round = 0; round < ROUNDS; round++) {
		c = &drv_cases[round % drv_case_count];
		broken += round_of(c, round, &served);
	}
	/* It is of no use if all are the one or the other. */
	CHECK(broken > ROUNDS / 4 && broken < ROUNDS && served > 10 * ROUNDS);
}

static const struct tap_test tests[] = {
	TAP_TEST(mutated, "12000 rings of either layout, changed in use"),
};

TAP_SUITE(fuzz_suite, tests);
