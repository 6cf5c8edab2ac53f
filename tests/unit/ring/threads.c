// SPDX-License-Identifier: GPL-2.0-only
/*
 * Driver and device at the same time: each sleeps until the other tells it, so an
 * event that is lost ends in a sleep that is too long.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>

#include <tap.h>

#include "drv.h"
#include "ring.h"

#define REQUESTS	25000
#define TOO_LONG	20	/* seconds */

/**
 * struct pair - a queue with a thread at either end
 * @kick:	the driver has notified the device
 * @irq:	the device has interrupted the driver
 * @stop:	the driver has had all its answers, or either has given up
 */
struct pair {
	struct drv drv;
	struct shyper_vring vr;
	sem_t kick;
	sem_t irq;
	bool stop;
	u32 answered;
	u32 kicks;
	u32 irqs;
	u32 lost_kicks;
	u32 lost_irqs;
	int error;
};

static struct pair p;

static bool wait_for(sem_t *sem)
{
	struct timespec until;
	int ret;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += TOO_LONG;
	do
		ret = sem_timedwait(sem, &until);
	while (ret && errno == EINTR);
	return !ret;
}

static bool stopped(void)
{
	return __atomic_load_n(&p.stop, __ATOMIC_ACQUIRE);
}

static void stop(void)
{
	__atomic_store_n(&p.stop, true, __ATOMIC_RELEASE);
	sem_post(&p.kick);
	sem_post(&p.irq);
}

static void notify(void)
{
	if (p.drv.added && drv_want_kick(&p.drv)) {
		p.kicks++;
		sem_post(&p.kick);
	}
}

/* Add some, take what there is, and sleep only after having asked to be woken. */
static void *driver(void *arg)
{
	u32 added = 0, n;

	while (p.answered < REQUESTS && !stopped()) {
		n = 1 + drv_random(&p.drv, p.drv.num);
		for (; n && added < REQUESTS && drv_add_some(&p.drv) >= 0; n--)
			added++;
		notify();
		if (drv_random(&p.drv, 2))
			drv_irq_off(&p.drv);
		for (n = 0; drv_used(&p.drv) >= 0; n++)
			p.answered++;
		if (n || p.drv.errors || drv_irq_on(&p.drv, 0)) {
			if (p.drv.errors)
				break;
			continue;
		}
		if (!wait_for(&p.irq)) {
			p.lost_irqs++;
			break;
		}
	}
	stop();
	return NULL;
}

static void answer(struct shyper_chain *chain, u64 *seed)
{
	u32 len = drv_serve(chain);

	*seed = *seed * 6364136223846793005u + 1;
	if (*seed >> 62)
		shyper_vring_push(&p.vr, chain->head, len);
	else
		shyper_vring_fill(&p.vr, chain->head, len);
	/* What is filled must not wait for what may never come. */
	if (*seed >> 61 & 1) {
		shyper_vring_publish(&p.vr);
		if (shyper_vring_want_irq(&p.vr)) {
			p.irqs++;
			sem_post(&p.irq);
		}
	}
}

static void *device(void *arg)
{
	struct shyper_seg seg[DRV_NUM_MAX + 4];
	struct shyper_chain chain = { .seg = seg, .max = DRV_NUM_MAX + 4 };
	u64 seed = 1;
	int got;

	while (!stopped()) {
		shyper_vring_disable_kick(&p.vr);
		while ((got = shyper_vring_pop(&p.vr, &chain)) == 1)
			answer(&chain, &seed);
		if (got < 0) {
			p.error = got;
			stop();
			break;
		}
		shyper_vring_publish(&p.vr);
		if (shyper_vring_want_irq(&p.vr)) {
			p.irqs++;
			sem_post(&p.irq);
		}
		if (shyper_vring_enable_kick(&p.vr))
			continue;
		if (!wait_for(&p.kick)) {
			p.lost_kicks++;
			stop();
		}
	}
	return NULL;
}

static void one_pair(const struct drv_case *c)
{
	pthread_t threads[2];

	memset(&p, 0, sizeof(p));
	drv_begin(&p.drv, c->num, c->features);
	p.drv.mem.wide = true;
	CHECK_EQ(drv_ring_init(&p.drv, &p.vr), 0);
	sem_init(&p.kick, 0, 0);
	sem_init(&p.irq, 0, 0);
	pthread_create(&threads[0], NULL, driver, NULL);
	pthread_create(&threads[1], NULL, device, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	if (!CHECK_EQ(p.lost_kicks, 0) || !CHECK_EQ(p.lost_irqs, 0) ||
	    !CHECK_EQ(p.answered, REQUESTS) || !CHECK_EQ(p.drv.errors, 0) ||
	    !CHECK_EQ(p.error, 0))
		tap_check(false, c->name, __FILE__, __LINE__);
	/* Suppression is of no use if nothing is suppressed. */
	CHECK(p.kicks <= REQUESTS && p.irqs <= REQUESTS);
	drv_end(&p.drv);
}

static void split_rings(void)
{
	const struct drv_case *c;

	for_each_case(c) {
		if (!(c->features & SHYPER_VRING_F_PACKED))
			one_pair(c);
	}
}

static void packed_rings(void)
{
	const struct drv_case *c;

	for_each_case(c) {
		if (c->features & SHYPER_VRING_F_PACKED)
			one_pair(c);
	}
}

/* ---- the two steps that must not miss each other, over and over ---- */

#define MEETINGS	20000
#define HEAD_START	20	/* turns of a loop, for the side that wishes */

/**
 * struct meeting - one side adds and looks for the other's wish; the other wishes
 * and looks for what was added
 * @arrived:	at a barrier, both sides together
 * @told:	the first has seen the wish
 * @seen:	the second has seen what was added
 */
struct meeting {
	struct shyper_chain chain;
	struct shyper_seg seg[DRV_NUM_MAX];
	u32 arrived;
	bool told;
	bool seen;
	u32 missed;
};

static struct meeting m;

static void barrier(u32 *passed)
{
	u32 spins = 0;

	*passed += 2;
	__atomic_add_fetch(&m.arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&m.arrived, __ATOMIC_ACQUIRE) < *passed) {
		if (++spins > 200)
			sched_yield();
	}
}

static void dawdle(u32 turns)
{
	volatile u32 n;

	for (n = turns; n; n--)
		;
}

/*
 * For the side that wishes: come a little later if it saw nothing the last time,
 * else a little earlier. So both are about to miss each other most of the time.
 */
static void close_in(u32 *turns, u64 *seed)
{
	if (!m.seen)
		++*turns;
	else if (*turns)
		--*turns;
	*seed = *seed * 6364136223846793005u + 1;
	dawdle(*turns + (u32)(*seed >> 61));
}

static void add_one(void)
{
	static const struct drv_part part = { DRV_DATA_AT, 1, false };

	drv_add(&p.drv, &part, 1, false);
}

/* After each meeting the other side has read last what is going to be written. */
static void *kicking_driver(void *arg)
{
	u32 passed = 0, n;

	for (n = 0; n < MEETINGS; n++) {
		barrier(&passed);
		dawdle(HEAD_START);
		add_one();
		m.told = drv_want_kick(&p.drv);
		barrier(&passed);
		m.missed += !m.told && !m.seen;
		barrier(&passed);
		p.drv.errors += drv_used(&p.drv) < 0;
		drv_want_kick(&p.drv);
	}
	return NULL;
}

static void *kicked_device(void *arg)
{
	u32 passed = 0, turns = 0, n;
	u64 seed = 1;

	for (n = 0; n < MEETINGS; n++) {
		barrier(&passed);
		close_in(&turns, &seed);
		m.seen = shyper_vring_enable_kick(&p.vr);
		barrier(&passed);
		if (shyper_vring_pop(&p.vr, &m.chain) != 1)
			p.error = -100;
		shyper_vring_push(&p.vr, m.chain.head, 0);
		shyper_vring_disable_kick(&p.vr);
		barrier(&passed);
	}
	return NULL;
}

static void *interrupted_driver(void *arg)
{
	u32 passed = 0, turns = 0, n;
	u64 seed = 1;

	for (n = 0; n < MEETINGS; n++) {
		drv_irq_off(&p.drv);
		add_one();
		barrier(&passed);
		close_in(&turns, &seed);
		m.seen = drv_irq_on(&p.drv, 0);
		barrier(&passed);
		p.drv.errors += drv_used(&p.drv) < 0;
		m.missed += !m.told && !m.seen;
		barrier(&passed);
	}
	return NULL;
}

static void *interrupting_device(void *arg)
{
	u32 passed = 0, n;

	for (n = 0; n < MEETINGS; n++) {
		barrier(&passed);
		dawdle(HEAD_START);
		if (shyper_vring_pop(&p.vr, &m.chain) != 1)
			p.error = -100;
		shyper_vring_push(&p.vr, m.chain.head, 0);
		m.told = shyper_vring_want_irq(&p.vr);
		barrier(&passed);
		barrier(&passed);
	}
	return NULL;
}

static void meet(void *(*driver_side)(void *), void *(*device_side)(void *))
{
	const struct drv_case *c;
	pthread_t threads[2];

	for_each_case(c) {
		if (c->features & SHYPER_VRING_F_IN_ORDER)
			continue;
		memset(&p, 0, sizeof(p));
		memset(&m, 0, sizeof(m));
		m.chain.seg = m.seg;
		m.chain.max = DRV_NUM_MAX;
		drv_begin(&p.drv, c->num, c->features);
		CHECK_EQ(drv_ring_init(&p.drv, &p.vr), 0);
		shyper_vring_disable_kick(&p.vr);
		pthread_create(&threads[0], NULL, driver_side, NULL);
		pthread_create(&threads[1], NULL, device_side, NULL);
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
		if (!CHECK_EQ(m.missed, 0) || !CHECK_EQ(p.error, 0) ||
		    !CHECK_EQ(p.drv.errors, 0))
			tap_check(false, c->name, __FILE__, __LINE__);
		drv_end(&p.drv);
	}
}

static void kicks_meet(void)
{
	meet(kicking_driver, kicked_device);
}

static void interrupts_meet(void)
{
	meet(interrupted_driver, interrupting_device);
}

static const struct tap_test tests[] = {
	TAP_TEST(split_rings, "two threads, split: no event is lost"),
	TAP_TEST(packed_rings, "two threads, packed: no event is lost"),
	TAP_TEST(kicks_meet, "a kick and the wish for it never miss each other"),
	TAP_TEST(interrupts_meet, "an interrupt and the wish for it neither"),
};

TAP_SUITE(threads_suite, tests);
