// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver of a direct console with two ports that does what none should: lies on the
 * control queues, floods its terminals, gives buffers that are none, resets amid all
 * of it. After each of it the device must work again from a reset on. Returns 0, or
 * the number of what went wrong.
 */
#include "mmio.h"

#define RINGS		0x80800000UL	/* of each queue a page each: desc, avail, used */
#define RING_SIZE	0x4000UL
#define BUFFERS		0x80900000UL
#define ENTRIES		16
#define QUEUES		6
#define FLOOD_LEN	0x10000U

#define F_MULTIPORT	(1U << 1)
#define PATIENCE_MS	5000
#define FLOOD_MS	3000
#define RESETS		50

enum { RX0, TX0, CTL_RX, CTL_TX, RX1, TX1 };

int bare_main(void);

static uint16_t sent[QUEUES];

static volatile struct desc *desc(unsigned int q, unsigned int n)
{
	return (volatile struct desc *)(RINGS + q * RING_SIZE) + n;
}

static volatile uint16_t *avail(unsigned int q)
{
	return (volatile uint16_t *)(RINGS + q * RING_SIZE + 0x1000);
}

static uint16_t used_idx(unsigned int q)
{
	return ((volatile uint16_t *)(RINGS + q * RING_SIZE + 0x2000))[1];
}

static bool start(void)
{
	unsigned int q;

	wr(R_STATUS, 0);
	wr(R_STATUS, 3);
	wr(R_FEATURES_SEL, 0);
	wr(R_FEATURES, F_MULTIPORT);
	wr(R_FEATURES_SEL, 1);
	wr(R_FEATURES, 1);
	wr(R_STATUS, 0xb);
	zero(RINGS, QUEUES * RING_SIZE);
	for (q = 0; q < QUEUES; q++) {
		sent[q] = 0;
		queue_at(q, RINGS + q * RING_SIZE, ENTRIES);
	}
	wr(R_STATUS, 0xf);
	return rd(R_STATUS) == 0xf;
}

static bool needs_reset(void)
{
	return rd(R_STATUS) & S_NEEDS_RESET;
}

/* The device may take its time. */
static bool taken(unsigned int q)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (used_idx(q) != sent[q] && !needs_reset() && now_ms() < end)
		__asm__ volatile("yield");
	return used_idx(q) == sent[q] && !needs_reset();
}

static void kick(unsigned int q)
{
	__asm__ volatile("dsb sy" : : : "memory");
	wr(R_NOTIFY, q);
}

static void set(unsigned int q, unsigned int n, uint64_t addr, uint32_t len,
		uint16_t flags, uint16_t next)
{
	volatile struct desc *d = desc(q, n);

	d->addr = addr;
	d->len = len;
	d->flags = flags;
	d->next = next;
}

static void offer(unsigned int q, uint16_t head)
{
	avail(q)[2 + sent[q] % ENTRIES] = head;
	__asm__ volatile("dmb sy" : : : "memory");
	avail(q)[1] = ++sent[q];
}

/* One buffer of one part; whether it is given back, and the device is still there. */
static bool give(unsigned int q, uint64_t addr, uint32_t len, uint16_t flags)
{
	unsigned int n = sent[q] % ENTRIES;

	set(q, n, addr, len, flags, 0);
	offer(q, n);
	kick(q);
	return taken(q);
}

/* ---- control messages ---- */

static bool tell(uint32_t id, uint16_t event, uint16_t value, uint32_t len)
{
	volatile uint16_t *p = (volatile uint16_t *)BUFFERS;

	p[0] = id;
	p[1] = id >> 16;
	p[2] = event;
	p[3] = value;
	return give(CTL_TX, BUFFERS, len, 0);
}

/* The driver is ready, has both ports, and has opened them. */
static bool open_ports(void)
{
	return tell(0, 0, 1, 8) && tell(0, 3, 1, 8) && tell(1, 3, 1, 8) &&
	       tell(0, 6, 1, 8) && tell(1, 6, 1, 8);
}

static bool lies(void)
{
	uint32_t id, event, n;

	/* Too short, too long, of no port, of no kind; nobody takes the answers. */
	for (n = 1; n < 8; n++) {
		if (!tell(0, 3, 1, n))
			return false;
	}
	if (!tell(0, 3, 1, 0x10000))
		return false;
	for (id = 0; id < 9; id++) {
		for (event = 0; event < 10; event++) {
			if (!tell(id, event, 1, 8) ||
			    !tell(id - 5, event << 12 | event, 0xffff, 8))
				return false;
		}
	}
	for (n = 0; n < 500; n++) {
		if (!tell(n & 1, 3, n & 2, 8) || !tell(0, 0, n & 4, 8))
			return false;
	}
	/* Answers into what is too small, or read-only. */
	if (!open_ports() || !give(CTL_RX, BUFFERS, 1, D_WRITE) ||
	    !give(CTL_RX, BUFFERS, 8, 0) || !give(CTL_RX, BUFFERS, 64, D_WRITE))
		return false;
	/* A message that is no memory, and one that is to be written. */
	return give(CTL_TX, 0x40000000, 8, 0) && give(CTL_TX, BUFFERS, 8, D_WRITE) &&
	       !needs_reset();
}

/* ---- output ---- */

/* As much as the device takes, by all entries of both ports. */
static bool flood(void)
{
	uint64_t end = now_ms() + FLOOD_MS;
	unsigned int q, n;

	for (n = 0; n < FLOOD_LEN; n++)
		((volatile uint8_t *)BUFFERS)[n] = 'a' + n % 26;
	while (now_ms() < end) {
		for (q = TX0; q <= TX1; q += TX1 - TX0) {
			if ((uint16_t)(sent[q] - used_idx(q)) == ENTRIES)
				continue;
			n = sent[q] % ENTRIES;
			set(q, n, BUFFERS, FLOOD_LEN >> n % 8, 0, 0);
			offer(q, n);
			kick(q);
		}
		if (needs_reset())
			return false;
	}
	return taken(TX0) && taken(TX1);
}

/* ---- rings ---- */

/* What was given is not taken, and the device says so. */
static bool broken(bool given_back)
{
	return !given_back && needs_reset() && start();
}

/* Of queues whose buffers are taken at once: what is told to us is pending. */
static bool bad_buffers(unsigned int q)
{
	uint16_t flags = q & 1 ? 0 : D_WRITE;

	if (!open_ports() || !broken(give(q, BUFFERS, 0, flags)))
		return false;
	if (!open_ports() || !broken(give(q, BUFFERS, 16, flags | D_INDIRECT)))
		return false;
	/* A loop. */
	if (!open_ports())
		return false;
	set(q, 0, BUFFERS, 8, D_NEXT | flags, 1);
	set(q, 1, BUFFERS, 8, D_NEXT | flags, 0);
	offer(q, 0);
	kick(q);
	if (!broken(taken(q)))
		return false;
	/* A descriptor and a number of them that there are not. */
	if (!open_ports())
		return false;
	offer(q, ENTRIES);
	kick(q);
	if (!broken(taken(q)) || !open_ports())
		return false;
	sent[q] += 1000;
	avail(q)[1] = sent[q];
	kick(q);
	return broken(taken(q));
}

/* No memory costs the buffer only. */
static bool no_memory(unsigned int q)
{
	return give(q, 0x40000000, 100, 0) && give(q, 0xfffffffffffffff0, 100, 0) &&
	       give(q, 0x80fffff0, 0xfffffff0, 0) && give(q, BUFFERS, 100, D_WRITE);
}

static bool resets(void)
{
	unsigned int n, q, i;

	for (n = 0; n < RESETS; n++) {
		if (!start() || (n % 4 == 0 && !open_ports()))
			return false;
		for (q = TX0; q <= TX1; q += TX1 - TX0) {
			for (i = 0; i < ENTRIES; i++) {
				set(q, i, BUFFERS, FLOOD_LEN, 0, 0);
				offer(q, i);
			}
			kick(q);
		}
		if (n & 1)
			wr(R_CONFIG + 8, 'x');
	}
	return start();
}

static bool says(void)
{
	volatile uint32_t *p = (volatile uint32_t *)BUFFERS;

	if (!open_ports())
		return false;
	p[0] = '\n' | 'a' << 8 | 'l' << 16 | 'l' << 24;
	p[1] = ' ' | 'w' << 8 | 'e' << 16 | 'l' << 24;
	p[2] = 'l' | '\n' << 8;
	return give(TX0, BUFFERS, 10, 0);
}

int bare_main(void)
{
	unsigned int q;

	if (!start())
		return 1;
	if (!lies())
		return 2;
	if (!start() || !open_ports() || !flood())
		return 3;
	for (q = TX0; q <= TX1; q++) {
		if (q != RX1 && !bad_buffers(q))
			return 10 + (int)q;
	}
	if (!no_memory(TX0) || !no_memory(TX1))
		return 4;
	if (!resets())
		return 5;
	return says() ? 0 : 6;
}
