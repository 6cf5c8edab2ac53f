/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For guests in C that drive a virtio device themselves: its registers, descriptors, the
 * time. Included once.
 *
 * The MMU is off, so all of it is naturally aligned; no data has an address in it,
 * since nobody relocates this. 16 MiB of memory at 0x80000000: the program 2 MiB in,
 * the stack at the end.
 */
#ifndef MMIO_H
#define MMIO_H

#include <stdbool.h>
#include <stdint.h>

#define FIRST_DEVICE	0x0a000000UL
#define DEVICE_SIZE	0x1000UL

#define R_MAGIC		0x000
#define R_VERSION	0x004
#define R_DEVICE_ID	0x008
#define R_OFFERED	0x010
#define R_OFFERED_SEL	0x014
#define R_FEATURES	0x020
#define R_FEATURES_SEL	0x024
#define R_QUEUE_SEL	0x030
#define R_QUEUE_MAX	0x034
#define R_QUEUE_NUM	0x038
#define R_QUEUE_READY	0x044
#define R_NOTIFY	0x050
#define R_INTERRUPT	0x060
#define R_ACK		0x064
#define R_STATUS	0x070
#define R_ADDR		0x080
#define R_SHM_LEN	0x0b0
#define R_QUEUE_RESET	0x0c0
#define R_GENERATION	0x0fc
#define R_CONFIG	0x100

#define S_DRIVER	3	/* with ACKNOWLEDGE */
#define S_FEATURES_OK	8
#define S_DRIVER_OK	4
#define S_NEEDS_RESET	0x40
#define S_RUNNING	(S_DRIVER | S_FEATURES_OK | S_DRIVER_OK)

#define F_INDIRECT	28
#define F_EVENT_IDX	29
#define F_VERSION_1	32

#define D_NEXT		1
#define D_WRITE		2
#define D_INDIRECT	4

struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

static unsigned long device = FIRST_DEVICE;	/* whose registers these are */

static inline void wr(unsigned int reg, uint32_t val)
{
	*(volatile uint32_t *)(device + reg) = val;
}

static inline uint32_t rd(unsigned int reg)
{
	return *(volatile uint32_t *)(device + reg);
}

static inline void zero(unsigned long at, unsigned long len)
{
	volatile uint64_t *p = (volatile uint64_t *)at;

	for (; len; len -= 8)
		*p++ = 0;
}

static inline uint64_t now_ms(void)
{
	uint64_t ticks, hz;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks));
	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return ticks * 1000 / hz;
}

/* Queue @n, with its three parts a page each from @at on. */
static inline void queue_at(unsigned int n, unsigned long at, unsigned int entries)
{
	unsigned int part;

	wr(R_QUEUE_SEL, n);
	wr(R_QUEUE_NUM, entries);
	for (part = 0; part < 3; part++) {
		wr(R_ADDR + 0x10 * part, (uint32_t)(at + 0x1000 * part));
		wr(R_ADDR + 0x10 * part + 4, (uint32_t)(at >> 32));
	}
	wr(R_QUEUE_READY, 1);
}

#endif /* MMIO_H */
