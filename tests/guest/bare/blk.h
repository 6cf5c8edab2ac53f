/* SPDX-License-Identifier: GPL-2.0-only */
/* For guests that drive a virtio disk: a split queue, requests. Included once. */
#ifndef BLK_H
#define BLK_H

#include "mmio.h"

#define MEMORY		0x80000000UL
#define MEMORY_END	0x81000000UL
#define DESC		0x80800000UL	/* the queue's parts, a page each */
#define AVAIL		0x80801000UL
#define USED		0x80802000UL
#define HEADERS		0x80810000UL	/* of requests, 16 bytes each */
#define STATUSES	0x80811000UL	/* 8 bytes each */
#define BUFFERS		0x80900000UL
#define BUFFER_SIZE	0x20000UL	/* each */

#define T_IN		0
#define T_OUT		1
#define T_FLUSH		4

#define ST_OK		0
#define ST_IOERR	1
#define ST_UNSUPP	2
#define ST_NONE		0xaa	/* what we put there: not answered */

static unsigned int entries;	/* of the queue */
static uint16_t sent, seen;	/* avail and used indexes */

static inline volatile struct desc *desc(unsigned int n)
{
	return (volatile struct desc *)(DESC + n * sizeof(struct desc));
}

/* Flags, index, ring. */
static inline volatile uint16_t *avail(void)
{
	return (volatile uint16_t *)AVAIL;
}

static inline uint16_t used_idx(void)
{
	uint16_t idx = ((volatile uint16_t *)USED)[1];

	__asm__ volatile("dmb sy" : : : "memory");
	return idx;
}

static inline uint32_t used_id(uint16_t at)
{
	return ((volatile uint32_t *)USED)[1 + at % entries * 2];
}

static inline uint32_t used_len(uint16_t at)
{
	return ((volatile uint32_t *)USED)[2 + at % entries * 2];
}

static inline volatile uint8_t *status_of(unsigned int n)
{
	return (volatile uint8_t *)(STATUSES + n * 8);
}

static inline volatile uint64_t *buffer_of(unsigned int n)
{
	return (volatile uint64_t *)(BUFFERS + n * BUFFER_SIZE);
}

/* Up to FEATURES_OK; false: the device does not take the features. */
static inline bool negotiate(uint64_t features)
{
	uint64_t end = now_ms() + 10000;

	wr(R_STATUS, 0);
	while (rd(R_STATUS)) {
		if (now_ms() > end)
			return false;
	}
	wr(R_STATUS, S_DRIVER);
	wr(R_FEATURES_SEL, 0);
	wr(R_FEATURES, (uint32_t)features);
	wr(R_FEATURES_SEL, 1);
	wr(R_FEATURES, (uint32_t)(features >> 32));
	wr(R_STATUS, S_DRIVER | S_FEATURES_OK);
	return rd(R_STATUS) == (S_DRIVER | S_FEATURES_OK);
}

static inline void set_queue(unsigned int num, uint64_t d, uint64_t a, uint64_t u)
{
	wr(R_QUEUE_SEL, 0);
	wr(R_QUEUE_NUM, num);
	wr(R_ADDR, (uint32_t)d);
	wr(R_ADDR + 4, (uint32_t)(d >> 32));
	wr(R_ADDR + 0x10, (uint32_t)a);
	wr(R_ADDR + 0x14, (uint32_t)(a >> 32));
	wr(R_ADDR + 0x20, (uint32_t)u);
	wr(R_ADDR + 0x24, (uint32_t)(u >> 32));
	wr(R_QUEUE_READY, 1);
}

/* A fresh device with a queue of @num; no interrupts are wanted. */
static inline bool start(uint64_t features, unsigned int num)
{
	if (!negotiate(features))
		return false;
	entries = num;
	sent = 0;
	seen = 0;
	zero(DESC, 0x3000);
	avail()[0] = 1;
	set_queue(num, DESC, AVAIL, USED);
	wr(R_STATUS, S_RUNNING);
	return rd(R_STATUS) == S_RUNNING;
}

static inline void set_desc(unsigned int n, uint64_t addr, uint32_t len,
			    uint16_t flags, uint16_t next)
{
	volatile struct desc *d = desc(n);

	d->addr = addr;
	d->len = len;
	d->flags = flags;
	d->next = next;
}

/* Request @n, with descriptors 3n to 3n + 2 and its own buffer; not yet offered. */
static inline void prepare(unsigned int n, uint32_t type, uint64_t sector,
			   uint32_t len)
{
	volatile uint32_t *header = (volatile uint32_t *)(HEADERS + n * 16);
	unsigned int d = 3 * n;

	header[0] = type;
	header[1] = 0;
	*(volatile uint64_t *)(header + 2) = sector;
	*status_of(n) = ST_NONE;
	set_desc(d, HEADERS + n * 16, 16, D_NEXT, d + 1);
	set_desc(d + 1, BUFFERS + n * BUFFER_SIZE, len,
		 (type == T_IN ? D_WRITE : 0) | D_NEXT, d + 2);
	set_desc(d + 2, STATUSES + n * 8, 1, D_WRITE, 0);
}

static inline void offer(uint16_t head)
{
	avail()[2 + sent % entries] = head;
	__asm__ volatile("dmb sy" : : : "memory");
	avail()[1] = ++sent;
}

static inline void kick(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
	wr(R_NOTIFY, 0);
}

/* Whether something comes back within @ms. */
static inline bool wait_used(unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (used_idx() == seen) {
		if (now_ms() > end)
			return false;
	}
	seen++;
	return true;
}

/* One request from beginning to end: its status. */
static inline unsigned int request(unsigned int n, uint32_t type, uint64_t sector,
				   uint32_t len)
{
	prepare(n, type, sector, len);
	offer(3 * n);
	kick();
	if (!wait_used(10000))
		return ST_NONE;
	return used_id(seen - 1) == 3 * n ? *status_of(n) : ST_NONE;
}

#endif /* BLK_H */
