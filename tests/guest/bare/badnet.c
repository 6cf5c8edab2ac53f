// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio-net driver that sends what it must not, and never gives its device a
 * buffer to receive into. It powers off if each frame was given back or cost it the
 * device, as it should; the rest tell the switch's counters: 3 good frames, 2 runts,
 * 1 oversize, 1 with a bad header, 1 spoofed, and 3 times a reset needed.
 */
#include "mmio.h"

#define RINGS		0x80800000UL	/* a page each: desc, avail, used */
#define BUFFERS		0x80900000UL
#define ENTRIES		8

#define HDR		12
#define LIVES_MS	4000
#define PATIENCE_MS	2000

int bare_main(void);

static uint16_t sent;

static volatile uint16_t *avail(void)
{
	return (volatile uint16_t *)(RINGS + 0x1000);
}

static uint16_t used_idx(void)
{
	return ((volatile uint16_t *)(RINGS + 0x2000))[1];
}

static bool start(void)
{
	sent = 0;
	wr(R_STATUS, 0);
	wr(R_STATUS, 3);
	wr(R_FEATURES_SEL, 0);
	wr(R_FEATURES, 0);
	wr(R_FEATURES_SEL, 1);
	wr(R_FEATURES, 1);
	wr(R_STATUS, 0xb);
	zero(RINGS, 0x3000);
	zero(RINGS + 0x10000, 0x3000);
	queue_at(0, RINGS + 0x10000, ENTRIES);
	queue_at(1, RINGS, ENTRIES);
	wr(R_STATUS, 0xf);
	return rd(R_STATUS) == 0xf;
}

/* The device may take its time. */
static bool taken(void)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (used_idx() != sent && !(rd(R_STATUS) & S_NEEDS_RESET) &&
	       now_ms() < end)
		__asm__ volatile("yield");
	return used_idx() == sent && !(rd(R_STATUS) & S_NEEDS_RESET);
}

/* One buffer; whether it is given back, and the device is still there. */
static bool send(uint64_t addr, uint32_t len)
{
	volatile struct desc *d = (volatile struct desc *)RINGS;

	d->addr = addr;
	d->len = len;
	d->flags = 0;
	avail()[2 + sent % ENTRIES] = 0;
	avail()[1] = ++sent;
	__asm__ volatile("dsb sy" : : : "memory");
	wr(R_NOTIFY, 1);
	return taken();
}

/* A broadcast of this device's, behind a header without offloads. */
static volatile uint8_t *frame(void)
{
	volatile uint8_t *p = (volatile uint8_t *)BUFFERS;
	unsigned int n;

	zero(BUFFERS, 8192);
	for (n = 0; n < 6; n++) {
		p[HDR + n] = 0xff;
		p[HDR + 6 + n] = *(volatile uint8_t *)(device + R_CONFIG + n);
	}
	p[HDR + 12] = 0x88;
	p[HDR + 13] = 0xb5;
	return p;
}

static bool lost_frames(void)
{
	volatile uint8_t *p = frame();

	if (!send(BUFFERS, HDR + 60) || !send(BUFFERS, HDR) ||
	    !send(BUFFERS, 5) || !send(BUFFERS, HDR + 4000))
		return false;
	p[0] = 1;			/* a checksum: not negotiated */
	if (!send(BUFFERS, HDR + 60))
		return false;
	p[0] = 0;
	p[HDR + 11] ^= 0x55;		/* another's address */
	if (!send(BUFFERS, HDR + 60))
		return false;
	frame();
	return send(BUFFERS, HDR + 60);
}

static bool broken(bool given_back)
{
	return !given_back && (rd(R_STATUS) & S_NEEDS_RESET);
}

static bool bad_rings(void)
{
	if (!broken(send(BUFFERS, 0)) || !start() ||
	    !broken(send(0x40000000, 100)) || !start())
		return false;
	avail()[1] = 1000;
	wr(R_NOTIFY, 1);
	sent = 1000;
	return broken(taken()) && start();
}

int bare_main(void)
{
	uint64_t end;

	if (!start() || !lost_frames() || !bad_rings())
		return 1;
	frame();
	if (!send(BUFFERS, HDR + 60))
		return 1;
	/* Alive, and deaf. */
	for (end = now_ms() + LIVES_MS; now_ms() < end; )
		__asm__ volatile("yield");
	return 0;
}
