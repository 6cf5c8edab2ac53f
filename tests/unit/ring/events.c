// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event suppression at every phase, against its definition: an event is due when
 * one of the places passed is the one that was asked for.
 */
#include <string.h>

#include <tap.h>

#include "drv.h"
#include "ring.h"

static struct drv drv;
static struct shyper_vring vr;
static struct shyper_chain chain;
static struct shyper_seg seg[DRV_NUM_MAX];

static void begin(const struct drv_case *c)
{
	drv_begin(&drv, c->num, c->features);
	chain.seg = seg;
	chain.max = DRV_NUM_MAX;
	CHECK_EQ(drv_ring_init(&drv, &vr), 0);
}

static bool add(void)
{
	static const struct drv_part part = { DRV_DATA_AT, 1, false };

	return drv_add(&drv, &part, 1, false) >= 0;
}

/* Move both sides on by that many buffers. */
static void move_on(u32 count)
{
	for (; count; count--) {
		CHECK(add());
		CHECK_EQ(shyper_vring_pop(&vr, &chain), 1);
		shyper_vring_push(&vr, chain.head, 0);
		CHECK(drv_used(&drv) >= 0);
	}
	shyper_vring_want_irq(&vr);
	drv_want_kick(&drv);
}

/* From each place: an interrupt asked for @later on, and buffers in twos and threes. */
static void one_interrupt(const struct drv_case *c, u32 start, u32 later, u32 batch)
{
	u32 n, i, done = 0;
	bool want;

	begin(c);
	move_on(start);
	CHECK(!drv_irq_on(&drv, later));
	while (done + batch <= c->num) {
		for (i = 0; i < batch; i++) {
			CHECK(add());
			CHECK_EQ(shyper_vring_pop(&vr, &chain), 1);
			shyper_vring_fill(&vr, chain.head, 0);
		}
		shyper_vring_publish(&vr);
		want = shyper_vring_want_irq(&vr);
		if (c->features & SHYPER_VRING_F_EVENT_IDX)
			CHECK_EQ(want, later >= done && later < done + batch);
		else
			CHECK(want);
		CHECK(!shyper_vring_want_irq(&vr));
		done += batch;
	}
	for (n = 0; n < done; n++)
		CHECK(drv_used(&drv) >= 0);
	CHECK_EQ(drv.errors, 0);
	drv_end(&drv);
}

static void interrupts(void)
{
	const struct drv_case *c;
	u32 start, later, batch;

	for_each_case(c) {
		if (c->num > 16)
			continue;
		for (start = 0; start <= 2 * c->num; start++) {
			for (later = 0; later < c->num; later++) {
				for (batch = 1; batch <= 3; batch++)
					one_interrupt(c, start, later, batch);
			}
		}
	}
}

/* The device asks at each place; the driver adds in batches. */
static void one_kick(const struct drv_case *c, u32 start, u32 batch)
{
	bool by_flag = !(c->features & SHYPER_VRING_F_EVENT_IDX);
	u32 i, done = 0;

	begin(c);
	move_on(start);
	CHECK(!shyper_vring_enable_kick(&vr));
	for (; done + batch <= c->num; done += batch) {
		for (i = 0; i < batch; i++)
			CHECK(add());
		CHECK_EQ(drv_want_kick(&drv), !done || by_flag);
	}
	if (done) {
		shyper_vring_disable_kick(&vr);
		CHECK(shyper_vring_enable_kick(&vr));
	}
	shyper_vring_disable_kick(&vr);
	/* It was there, and a driver that went on would not notify. */
	for (i = 0; i < done; i++) {
		CHECK_EQ(shyper_vring_pop(&vr, &chain), 1);
		shyper_vring_push(&vr, chain.head, 0);
		CHECK(drv_used(&drv) >= 0);
		CHECK(add());
		CHECK(!drv_want_kick(&drv));
	}
	drv_end(&drv);
}

/* Asked for, then not any more: by a flag, or by an index that is behind. */
static void taken_back(const struct drv_case *c, u32 start)
{
	u32 i;

	begin(c);
	move_on(start);
	CHECK(!shyper_vring_enable_kick(&vr));
	shyper_vring_disable_kick(&vr);
	for (i = 0; i < c->num; i++) {
		CHECK(add());
		CHECK(!drv_want_kick(&drv));
	}
	CHECK(shyper_vring_enable_kick(&vr));
	drv_end(&drv);
}

static void kicks_taken_back(void)
{
	const struct drv_case *c;
	u32 start;

	for_each_case(c) {
		if (c->num > 16)
			continue;
		for (start = 0; start <= 2 * c->num; start++)
			taken_back(c, start);
	}
}

static void kicks(void)
{
	const struct drv_case *c;
	u32 start, batch;

	for_each_case(c) {
		if (c->num > 16)
			continue;
		for (start = 0; start <= 2 * c->num; start++) {
			for (batch = 1; batch <= 3; batch++)
				one_kick(c, start, batch);
		}
	}
}

/* Interrupts that the driver does not want. */
static void none_wanted(void)
{
	const struct drv_case *c;
	u32 n;

	for_each_case(c) {
		/* A split ring's event index is passed once in 65536. */
		if (!(c->features & SHYPER_VRING_F_PACKED) &&
		    (c->features & SHYPER_VRING_F_EVENT_IDX))
			continue;
		begin(c);
		drv_irq_off(&drv);
		for (n = 0; n < 5 * c->num; n++) {
			CHECK(add());
			CHECK_EQ(shyper_vring_pop(&vr, &chain), 1);
			shyper_vring_push(&vr, chain.head, 0);
			CHECK(!shyper_vring_want_irq(&vr));
			CHECK(drv_used(&drv) >= 0);
		}
		drv_irq_on(&drv, 0);
		CHECK(add());
		CHECK_EQ(shyper_vring_pop(&vr, &chain), 1);
		shyper_vring_push(&vr, chain.head, 0);
		CHECK(shyper_vring_want_irq(&vr));
		drv_end(&drv);
	}
}

/* An event structure that makes no sense costs interrupts, and loses none. */
static void senseless(void)
{
	static const struct {
		u16 off_wrap;
		u16 flags;
		u64 without;	/* features */
	} bad[] = {
		{ 0, 3, 0 }, { 0x8000, 3, 0 }, { 7, 2, 0 }, { 0x8007, 2, 0 },
		{ 0x7fff, 2, 0 }, { 0xffff, 2, 0 }, { 0xffff, 0xfffe, 0 },
		{ 3, 2, SHYPER_VRING_F_EVENT_IDX }, { 5, 0xfffc, 0 },
	};
	u32 n;

	for (n = 0; n < sizeof(bad) / sizeof(bad[0]); n++) {
		const struct drv_case c = {
			"", 7, (SHYPER_VRING_F_PACKED | SHYPER_VRING_F_EVENT_IDX) &
			       ~bad[n].without
		};

		begin(&c);
		drv.driver_event->off_wrap = bad[n].off_wrap;
		drv.driver_event->flags = bad[n].flags;
		CHECK(add());
		CHECK_EQ(shyper_vring_pop(&vr, &chain), 1);
		shyper_vring_push(&vr, chain.head, 0);
		CHECK(shyper_vring_want_irq(&vr));
		drv_end(&drv);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(interrupts, "interrupts: at the event and nowhere else"),
	TAP_TEST(kicks_taken_back, "notifications: none once they are not wanted"),
	TAP_TEST(kicks, "notifications: at the event and nowhere else"),
	TAP_TEST(none_wanted, "no interrupts for a driver that wants none"),
	TAP_TEST(senseless, "event structures that make no sense"),
};

TAP_SUITE(events_suite, tests);
