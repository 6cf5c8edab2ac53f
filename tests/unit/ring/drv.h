/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A driver that keeps the rules of VIRTIO 1.2, of either layout, with requests
 * that can be checked: the device adds up what it may read, and writes as many
 * bytes as that says.
 */
#ifndef DRV_H
#define DRV_H

#include <shyper/vring.h>

#include "mem.h"

#define DRV_NUM_MAX	64
#define DRV_PARTS	16	/* of one request, at most */
#define DRV_SLOT	256	/* bytes of data for each request */

#define DRV_DESC_AT	0x10000
#define DRV_DRIVER_AT	0x20000
#define DRV_DEVICE_AT	0x30000
#define DRV_TABLE_AT	0x40000
#define DRV_DATA_AT	0x80000

struct drv_part {
	u64 addr;
	u32 len;
	bool write;
};

/**
 * struct drv_req - a buffer, by its id
 * @live:	the device has it
 * @count:	descriptors of the ring
 * @index:	which (split)
 * @sum:	of the bytes the device may read
 * @write_len:	how many it may write
 */
struct drv_req {
	bool live;
	u32 count;
	u16 index[DRV_PARTS];
	u32 nparts;
	struct drv_part part[DRV_PARTS];
	u8 sum;
	u32 write_len;
};

/**
 * struct drv - the driver's side of a virtqueue
 * @free:	descriptors that are not in use
 * @stack:	split: which; packed: ids that are not in use
 * @added:	entries or descriptors since it was last asked whether to notify
 * @fifo:	ids in the order in which they were made available
 * @batch:	with IN_ORDER: the last id of a batch that is being taken, or -1
 * @batch_len:	and its length
 * @errors:	what was not as it should be
 */
struct drv {
	struct mem mem;
	u64 features;
	u32 num;
	bool packed;
	bool event_idx;
	bool in_order;
	struct shyper_vring_desc *desc;
	struct shyper_vring_avail *avail;
	struct shyper_vring_used *used;
	struct shyper_vring_packed_desc *ring;
	struct shyper_vring_event *driver_event;
	struct shyper_vring_event *device_event;
	u16 next_avail;
	u16 next_used;
	bool avail_wrap;
	bool used_wrap;
	u32 free;
	u32 nstack;
	u16 stack[DRV_NUM_MAX];
	u32 added;
	u16 fifo[DRV_NUM_MAX];
	u32 fifo_in;
	u32 fifo_out;
	int batch;
	u32 batch_len;
	struct drv_req req[DRV_NUM_MAX];
	u64 seed;
	u32 errors;
};

void drv_begin(struct drv *drv, u32 num, u64 features);
void drv_end(struct drv *drv);
/* Set the queue up anew, as after a reset of it. */
void drv_reset(struct drv *drv);

/* Make a buffer available. Return: its id, or -1: there is no room. */
int drv_add(struct drv *drv, const struct drv_part *part, u32 n, bool table);
/* The same with parts of any number, size and kind. */
int drv_add_some(struct drv *drv);
/* Whether the device wants to hear of what was added since it was last asked. */
bool drv_want_kick(struct drv *drv);
/* Take a used buffer and check it. Return: its id, or -1. */
int drv_used(struct drv *drv);
void drv_irq_off(struct drv *drv);
/* Ask for one when @later more than the next are used. Return: they are already. */
bool drv_irq_on(struct drv *drv, u32 later);

/* 0 .. below - 1, a sequence of its own. */
u32 drv_random(struct drv *drv, u32 below);

/* ---- of the layouts ---- */
int split_add(struct drv *drv, u16 id, const struct drv_part *part, u32 n, bool table);
bool split_want_kick(struct drv *drv);
int split_used(struct drv *drv, u32 *len);
void split_irq_off(struct drv *drv);
bool split_irq_on(struct drv *drv, u32 later);

int packed_add(struct drv *drv, u16 id, const struct drv_part *part, u32 n, bool table);
bool packed_want_kick(struct drv *drv);
int packed_used(struct drv *drv, u32 *len);
void packed_irq_off(struct drv *drv);
bool packed_irq_on(struct drv *drv, u32 later);

/* ---- a device for such requests ---- */

/* Serve one. Return: bytes written. */
u32 drv_serve(const struct shyper_chain *chain);
int drv_ring_init(struct drv *drv, struct shyper_vring *vr);

/* A queue as tests want it. */
struct drv_case {
	const char *name;
	u32 num;
	u64 features;
};

extern const struct drv_case drv_cases[];
extern const u32 drv_case_count;

#define for_each_case(c) \
	for ((c) = drv_cases; (c) < drv_cases + drv_case_count; (c)++)

#endif /* DRV_H */
