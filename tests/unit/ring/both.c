// SPDX-License-Identifier: GPL-2.0-only
/* What has to hold for either layout, with each set of features. */
#include <stdlib.h>
#include <string.h>

#include <tap.h>

#include "drv.h"
#include "ring.h"

/**
 * struct dev - a device that answers in any order it may
 * @head:	what it has taken, the oldest first
 * @len:	what it is going to say of it
 */
struct dev {
	struct shyper_vring vr;
	struct shyper_chain chain;
	struct shyper_seg seg[DRV_NUM_MAX + 4];
	u32 head[DRV_NUM_MAX];
	u32 len[DRV_NUM_MAX];
	u32 count;
};

static struct drv drv;
static struct dev dev;

static void begin(const struct drv_case *c, bool wide)
{
	drv_begin(&drv, c->num, c->features);
	drv.mem.wide = wide;
	memset(&dev, 0, sizeof(dev));
	dev.chain.seg = dev.seg;
	dev.chain.max = DRV_NUM_MAX + 4;
	CHECK_EQ(drv_ring_init(&drv, &dev.vr), 0);
}

static void end(const struct drv_case *c)
{
	if (!CHECK_EQ(drv.errors, 0))
		tap_check(false, c->name, __FILE__, __LINE__);
	drv_end(&drv);
}

/* Take one, or one and undo it. */
static bool take(void)
{
	u32 head;
	int got = shyper_vring_pop(&dev.vr, &dev.chain);

	if (!got)
		return false;
	if (!CHECK_EQ(got, 1))
		return false;
	if (!drv_random(&drv, 8)) {
		shyper_vring_unpop(&dev.vr, dev.chain.head);
		head = dev.chain.head;
		CHECK_EQ(shyper_vring_pop(&dev.vr, &dev.chain), 1);
		CHECK_EQ(dev.chain.head, head);
	}
	dev.head[dev.count] = dev.chain.head;
	dev.len[dev.count++] = drv_serve(&dev.chain);
	return true;
}

/* Give some back, one by one or several at once. */
static void give(u32 count)
{
	bool batch = drv_random(&drv, 2);
	u32 n;

	for (; count && dev.count; count--) {
		n = drv.in_order ? 0 : drv_random(&drv, dev.count);
		if (batch)
			shyper_vring_fill(&dev.vr, dev.head[n], dev.len[n]);
		else
			shyper_vring_push(&dev.vr, dev.head[n], dev.len[n]);
		dev.count--;
		memmove(&dev.head[n], &dev.head[n + 1],
			(dev.count - n) * sizeof(dev.head[0]));
		memmove(&dev.len[n], &dev.len[n + 1],
			(dev.count - n) * sizeof(dev.len[0]));
		if (batch && !drv_random(&drv, 6))
			shyper_vring_publish(&dev.vr);
	}
	shyper_vring_publish(&dev.vr);
}

/* Requests of all kinds, until @total have been answered. */
static u32 traffic(u32 total)
{
	u32 done = 0, before = 0, idle = 0, n;

	while (done < total && !drv.errors) {
		for (n = drv_random(&drv, drv.num + 1); n; n--)
			drv_add_some(&drv);
		for (n = drv_random(&drv, drv.num + 1); n && take(); n--)
			;
		give(drv_random(&drv, drv.num + 1));
		while (drv_used(&drv) >= 0)
			done++;
		idle = done == before ? idle + 1 : 0;
		before = done;
		/* Rounds are random: a few without an answer are no wonder. */
		if (!CHECK(idle < 1000))
			break;
	}
	return done;
}

static void all_answered(void)
{
	u32 n;

	while (take())
		;
	give(drv.num);
	while (drv_used(&drv) >= 0)
		;
	for (n = 0; n < drv.num; n++)
		CHECK(!drv.req[n].live);
	CHECK_EQ(drv.free, drv.num);
}

/* More than 65536, which is where the split ring's indices wrap. */
static void requests(void)
{
	const struct drv_case *c;

	for_each_case(c) {
		begin(c, c->num % 2);
		traffic(c->num == 8 ? 140000 : 4000);
		all_answered();
		end(c);
	}
}

/* A chain as long as the queue, from every place of it. */
static void longest_chains(void)
{
	struct drv_part part[DRV_PARTS] = { 0 };
	const struct drv_case *c;
	u32 shift, n;

	for_each_case(c) {
		if (c->num > DRV_PARTS)
			continue;
		for (shift = 0; shift < 2 * c->num; shift++) {
			begin(c, false);
			traffic(shift);
			all_answered();
			for (n = 0; n < c->num; n++) {
				part[n].addr = DRV_DATA_AT + n;
				part[n].len = 1;
				part[n].write = n >= shift % (c->num + 1);
			}
			CHECK(drv_add(&drv, part, c->num, false) >= 0);
			CHECK_EQ(drv.free, 0);
			CHECK(take());
			CHECK_EQ(dev.chain.nread + dev.chain.nwrite, c->num);
			for (n = 0; n < c->num; n++)
				CHECK_EQ(dev.seg[n].addr -
					 (u8 *)mem_at(&drv.mem, DRV_DATA_AT), n);
			CHECK(!take());
			all_answered();
			end(c);
		}
	}
}

/* 2.6.1: reset at any time, then another size, and all of it begins anew. */
static void resets(void)
{
	const struct drv_case *c;
	u32 round;

	for_each_case(c) {
		begin(c, true);
		for (round = 0; round < 40; round++) {
			traffic(drv_random(&drv, 100));
			drv_reset(&drv);
			dev.count = 0;
			CHECK_EQ(drv_ring_init(&drv, &dev.vr), 0);
			CHECK(!shyper_vring_want_irq(&dev.vr));
		}
		traffic(100);
		all_answered();
		end(c);
	}
}

/* Filled is not published. */
static void published(void)
{
	const struct drv_case *c;
	u32 n;

	for_each_case(c) {
		begin(c, true);
		traffic(37);
		all_answered();
		shyper_vring_want_irq(&dev.vr);
		while (drv_add_some(&drv) >= 0)
			;
		while (take())
			;
		for (n = 0; n < dev.count; n++) {
			shyper_vring_fill(&dev.vr, dev.head[n], dev.len[n]);
			CHECK(drv_used(&drv) < 0);
			CHECK(!shyper_vring_want_irq(&dev.vr));
		}
		shyper_vring_publish(&dev.vr);
		for (; dev.count; dev.count--)
			CHECK(drv_used(&drv) >= 0);
		CHECK(drv_used(&drv) < 0);
		end(c);
	}
}

/* One used entry for what has no writable part. */
static void in_order_batches(void)
{
	struct drv_part part = { DRV_DATA_AT, 1, false };
	const struct drv_case *c;
	u32 n, changed, before[DRV_NUM_MAX];

	for_each_case(c) {
		if (!(c->features & SHYPER_VRING_F_IN_ORDER))
			continue;
		begin(c, true);
		for (n = 0; n < c->num; n++) {
			CHECK(drv_add(&drv, &part, 1, false) >= 0);
			CHECK(take());
			before[n] = drv.packed ? drv.ring[n].id |
						 drv.ring[n].flags << 16 : 0;
			if (!drv.packed)
				drv.used->ring[n].id = 77;
		}
		for (n = 0; n < c->num; n++)
			shyper_vring_fill(&dev.vr, dev.head[n], 0);
		shyper_vring_publish(&dev.vr);
		for (n = 1, changed = 0; n < c->num; n++)
			changed += drv.packed ? before[n] != (drv.ring[n].id |
						(u32)drv.ring[n].flags << 16) :
						drv.used->ring[n].id != 77;
		CHECK_EQ(changed, 0);
		for (n = 0; n < c->num; n++)
			CHECK_EQ(drv_used(&drv), n);
		CHECK(drv_used(&drv) < 0);
		end(c);
	}
}

/* A chain with more parts than the device has room for, which ASan guards. */
static void no_room(void)
{
	struct drv_part part[4] = {
		{ DRV_DATA_AT, 1, false }, { DRV_DATA_AT, 2, false },
		{ DRV_DATA_AT, 3, true }, { DRV_DATA_AT, 4, true },
	};
	const struct drv_case *c;
	bool table;
	u32 max, n;

	for_each_case(c) {
		if (c->num < 4)
			continue;
		for (n = 0; n < 16; n++) {
			max = n % 4 + 1;
			table = n & 8;
			if (table && !(c->features & SHYPER_VRING_F_INDIRECT_DESC))
				continue;
			begin(c, n & 4);
			dev.chain.seg = calloc(max, sizeof(*dev.chain.seg));
			dev.chain.max = max;
			CHECK(drv_add(&drv, part, 4, table) >= 0);
			CHECK_EQ(shyper_vring_pop(&dev.vr, &dev.chain),
				 max < 4 ? SHYPER_VRING_E_LONG : 1);
			free(dev.chain.seg);
			end(c);
		}
	}
}

/*
 * All that the queue has is taken, and made available once more: so a device can
 * have as many places as the queue has entries.
 */
static void taken_twice(void)
{
	struct drv_part part = { DRV_DATA_AT, 1, false };
	const struct drv_case *c;
	u32 n;

	for_each_case(c) {
		begin(c, true);
		for (n = 0; n < c->num; n++) {
			CHECK(drv_add(&drv, &part, 1, false) >= 0);
			CHECK(take());
		}
		drv.free = 1;
		drv.nstack = 1;
		drv.stack[0] = 0;
		drv.req[0].live = false;
		CHECK_EQ(drv_add(&drv, &part, 1, false), 0);
		CHECK_EQ(shyper_vring_pop(&dev.vr, &dev.chain),
			 SHYPER_VRING_E_AVAIL);
		end(c);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(requests, "requests of all kinds, given back in any order"),
	TAP_TEST(longest_chains, "chains as long as the queue, at every place"),
	TAP_TEST(resets, "a queue is reset and begins anew, at any time"),
	TAP_TEST(published, "what is filled in is not seen before it is published"),
	TAP_TEST(no_room, "more parts than there is room for"),
	TAP_TEST(taken_twice, "more taken than the queue has"),
	TAP_TEST(in_order_batches, "in order: one used entry for a batch"),
};

TAP_SUITE(both_suite, tests);
