/* SPDX-License-Identifier: GPL-2.0-only */
/* The mediated disk: its device (blk.c) and what serves all of them (mediated.c). */
#ifndef EL2_VIRTIO_BLK_H
#define EL2_VIRTIO_BLK_H

#include <shyper/hypercall.h>

#include "virtio_dev.h"

#define DISKS		32

/* QueueNumMax; a chain is at most as long. */
#define BLK_QUEUE_MAX	256
#define BLK_QUEUE_DEPLOYED 512
/* Room for a few buffers that lie across two regions of the guest's memory. */
#define BLK_SEGS	(BLK_QUEUE_DEPLOYED + 16)

struct blk;

/**
 * struct disk - what the MVM has appended
 * @ipa:	of its page, the name by which the MVM notifies
 * @page:	shared with the MVM; EL2 writes nreq, req and cache_pa
 * @cache:	the bounce buffer
 * @cache_ipa:	of @cache
 * @limit:	most bytes of a request: cache and dma_block_max allow no more
 * @capacity:	sectors
 * @id:		what GET_ID answers
 * @owner:	whose it is, from the device's creation to its destruction; or NULL
 *
 * All under the mediated lock; while a request of the disk is prepared or in
 * flight nothing but @owner changes.
 */
struct disk {
	u64 ipa;
	struct shyper_blk_content *page;
	u8 *cache;
	u64 cache_ipa;
	u64 limit;
	u64 capacity;
	u8 id[SHYPER_NAME_LEN];
	struct blk *owner;
};

/**
 * struct blk - a mediated virtio-blk device of a guest
 * @dev:	the virtio device
 * @disk:	its disk, NULL: this slot is free; written under the mediated lock
 * @vm_id:	of its VM; as @disk
 * @first:	first sector of its partition; constant
 * @count:	sectors that it has, from the configuration (0: up to the end)
 * @in_flight:	the request in flight is its own, and has not been orphaned by a
 *		reset; dev.lock
 */
struct blk {
	struct virtio_dev dev;
	struct disk *disk;
	u32 vm_id;
	u64 first;
	u64 count;
	bool in_flight;
};

/**
 * struct flight - the one request that is prepared, or with the MVM
 *
 * Belongs to whoever has the turn (mediated.c); one copy of the guest's
 * descriptors is taken here, and nothing else of it is kept anywhere.
 */
struct flight {
	struct blk *blk;
	struct disk *disk;
	u8 *cache;
	u32 type;
	u64 sector;		/* absolute */
	u64 bytes;
	struct shyper_chain chain;
	struct shyper_seg seg[BLK_SEGS];
};

enum blk_start {
	BLK_STARTED,	/* the flight is filled in, its data is in the cache */
	BLK_EMPTY,	/* nothing to do; the driver will notify */
	BLK_MORE,	/* the budget is used up */
};

/**
 * blk_start() - take the next request of flight->blk that needs the MVM
 * @budget: how many requests may be answered on the way, counted down
 *
 * Context: the caller has the turn; takes the device's lock.
 */
enum blk_start blk_start(struct flight *flight, u32 *budget);

/**
 * blk_finish() - the MVM has done the request: answer the guest, if it still is
 *
 * Context: as blk_start().
 */
void blk_finish(struct flight *flight);

/**
 * blk_disk_changed() - the MVM has appended its disk again
 * @disk: a copy of what it is now
 *
 * Context: takes the device's lock.
 */
void blk_disk_changed(struct blk *blk, const struct disk *disk);

/**
 * mediated_take() - find a device slot and a disk for a VM
 * @cfg: as virtio_blk_create()
 *
 * Return: 0 and *@out; -ENODEV; -ERANGE; -ENOSPC.
 */
int mediated_take(struct vm *vm, const u64 *cfg, struct blk **out);

/**
 * mediated_release() - the opposite: slot and disk are free
 */
void mediated_release(struct blk *blk);

/**
 * mediated_post() - a device may have requests: serve it in its turn
 *
 * Context: no lock taken.
 */
void mediated_post(struct blk *blk);

extern struct blk blks[DISKS];

#endif /* EL2_VIRTIO_BLK_H */
