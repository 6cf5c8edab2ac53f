/* SPDX-License-Identifier: GPL-2.0-only */
/* A driver's memory with a virtqueue in it, to be filled in by hand. */
#ifndef RING_H
#define RING_H

#include <shyper/vring.h>
#include <tap.h>

#define NUM		8
#define SEGS		(NUM + 4)

/* Where the parts are in the driver's address space: each its own allocation. */
#define DESC_AT		0x10000
#define AVAIL_AT	0x20000
#define USED_AT		0x30000
#define TABLE_AT	0x40000	/* indirect descriptors */
#define TABLE_NUM	32
#define DATA_AT		0x50000	/* buffers */
#define DATA_SIZE	0x4000
#define NEXT_AT		(DATA_AT + DATA_SIZE)	/* touches it, lies elsewhere */
#define NEXT_SIZE	0x1000
#define NOWHERE		0x70000

/**
 * struct world - the driver's memory, and the device's view of its ring
 * @hook:	called when a buffer at @hook_at is translated
 */
struct world {
	struct shyper_vring_desc *desc;
	struct shyper_vring_avail *avail;
	struct shyper_vring_used *used;
	struct shyper_vring_desc *table;
	uint8_t *data;
	uint8_t *next;
	struct shyper_vring vr;
	struct shyper_chain chain;
	struct shyper_seg seg[SEGS];
	uint64_t hook_at;
	void (*hook)(void);
};

extern struct world w;

/* A fresh ring with these features; all memory 0. */
void world_begin(uint64_t features);
void world_end(void);

/* Fill in a descriptor. */
void put(struct shyper_vring_desc *d, uint64_t addr, uint32_t len, uint16_t flags,
	 uint16_t next);
/* Make the chain that begins at `head` available. */
void avail(uint16_t head);
int pop(void);

extern const struct tap_suite ring_suite, hostile_suite, both_suite, events_suite,
	threads_suite, hostile_packed_suite, fuzz_suite;

#endif /* RING_H */
