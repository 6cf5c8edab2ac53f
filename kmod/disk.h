/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A mediated disk: a page and a cache that the hypervisor knows, and what is
 * attached behind them.
 */
#ifndef SHYPER_DISK_H
#define SHYPER_DISK_H

#include <linux/bio.h>
#include <linux/fs.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "stash.h"

struct shyper_disk;
struct shyper_vblk;

/**
 * struct shyper_backend - how requests reach what is attached
 * @init: before the first request; may be NULL
 * @submit: start disk->req, which has been checked; ends in shyper_blk_complete(),
 *	whenever and in whatever context. Called in the thread of HVC_IRQ.
 * @drain: wait for whoever answered the last request to be out of our code; may be
 *	NULL
 */
struct shyper_backend {
	void (*init)(struct shyper_disk *disk);
	void (*submit)(struct shyper_disk *disk);
	void (*drain)(struct shyper_disk *disk);
};

extern const struct shyper_backend shyper_backend_bio;
extern const struct shyper_backend shyper_backend_file;

/**
 * struct shyper_request - the request in flight, copied from the page once
 * @type:	VIRTIO_BLK_T_IN or _OUT, as it came
 * @sector:	relative to the disk
 * @count:	sectors
 * @start_ns:	of the HVC_IRQ that brought it
 */
struct shyper_request {
	u32 type;
	u64 sector;
	u64 count;
	u64 start_ns;
};

/**
 * struct shyper_disk_counts - see struct shyper_disk_info; written by the owner of
 *	DISK_BUSY, read by anybody
 */
struct shyper_disk_counts {
	u64 reads;
	u64 writes;
	u64 read_bytes;
	u64 write_bytes;
	u64 read_errors;
	u64 write_errors;
	u64 refused;
	u64 last_error_sector;
	u32 last_error;
	u64 latency[SHYPER_API_LATENCY_BUCKETS];
};

/**
 * struct shyper_disk - one disk
 * @index:	its number, the hypervisor's as well
 * @page:	shared with the hypervisor
 * @page_pa:	its address
 * @cache:	bounce buffer
 * @stash:	the above, as it outlives the module, and the VM that has the disk
 * @going:	it is being detached; lock of disk.c, as the next two
 * @awaited:	by somebody who will finish that
 * @drained:	it can be finished: nothing is in flight, DISK_BUSY is held
 * @detach:	waits until then, or finishes it
 * @state:	bit DISK_BUSY: somebody owns all below this line: a request, or
 *		attach and detach, who also hold the lock of disk.c
 * @backend:	NULL: nothing is attached
 * @file:	what is attached
 * @bdev:	of @file, if it is a block device
 * @claim:	on @bdev; only with @claimed
 * @claimed:	@claim is held
 * @name:	as attached
 * @path:	as attached
 * @flags:	SHYPER_DISK_*
 * @first_sector: where it begins in the file
 * @sectors:	its size
 * @whole:	up to the end of the file, wherever that is
 * @direct:	the direct device that has it; lock of disk.c
 * @cache_size:	bytes of the cache that a request may use
 * @req:	in flight
 * @counts:	counters since it was attached
 * @bvec:	the cache's piece of the request
 * @bio:	of the bio backend
 * @iocb:	of the file backend
 * @work:	of the file backend
 */
struct shyper_disk {
	u32 index;
	struct shyper_blk_content *page;
	phys_addr_t page_pa;
	void *cache;
	struct shyper_stash_disk *stash;
	bool going;
	bool awaited;
	bool drained;
	struct work_struct detach;
	unsigned long state;

	const struct shyper_backend *backend;
	struct file *file;
	struct block_device *bdev;
	shyper_claim_t claim;
	bool claimed;
	char name[SHYPER_API_NAME_LEN];
	char path[SHYPER_API_PATH_LEN];
	u32 flags;
	u64 first_sector;
	u64 sectors;
	bool whole;
	struct shyper_vblk *direct;
	u64 cache_size;

	struct shyper_request req;
	struct shyper_disk_counts counts;
	struct bio_vec bvec;
	union {
		struct bio bio;
		struct {
			struct kiocb iocb;
			struct work_struct work;
		};
	};
};

#define DISK_BUSY	0
#define DISK_MISSED	1	/* a request was seen while somebody else was owner */

/**
 * shyper_disks_start() - find the disks of an earlier load
 * @stash: keeps what outlives this load
 * @dev: for DMA memory
 * @alive: bit n: there is a VM n
 */
int shyper_disks_start(struct shyper_stash *stash, struct device *dev, u64 alive);

/**
 * shyper_disks_stop() - detach everything; no VM has a disk, no handler runs
 */
void shyper_disks_stop(void);

/**
 * shyper_disk_count() - disks known to the hypervisor; only grows
 */
u32 shyper_disk_count(void);

/**
 * shyper_disk_get() - a disk below shyper_disk_count(); it stays
 */
struct shyper_disk *shyper_disk_get(u32 index);

/**
 * shyper_disks_lock() - the lock of disk.c: attached or not, whose, by which device
 * shyper_disks_unlock() - the reverse
 * shyper_disks_assert_locked() - lockdep's
 */
void shyper_disks_lock(void);
void shyper_disks_unlock(void);
void shyper_disks_assert_locked(void);

/**
 * shyper_disk_attached() - a disk by its number, if something is attached; locked
 *
 * Return: ERR_PTR: -ENOENT no such disk; -ENODEV nothing is attached.
 */
struct shyper_disk *shyper_disk_attached(u32 index);

/* SHYPER_DISK_ATTACH, _GET_INFO: docs/ioctl.md has their errors. */
int shyper_disk_attach(struct shyper_disk_attach *arg);
int shyper_disk_get_info(struct shyper_disk_info *info);

/**
 * shyper_disk_counts_add() - add counters to others
 */
void shyper_disk_counts_add(struct shyper_disk_counts *sum,
			    const struct shyper_disk_counts *counts);

/* Bucket n has what took less than 2^n microseconds. */
static inline void shyper_disk_count_latency(struct shyper_disk_counts *counts,
					     u64 ns)
{
	u32 n = fls64(ns / NSEC_PER_USEC);

	counts->latency[min_t(u32, n, SHYPER_API_LATENCY_BUCKETS - 1)]++;
}

/* disk_detach.c: taking away what is attached. */

/**
 * shyper_disk_detach() - SHYPER_DISK_DETACH; -EINTR and the like: it goes on
 */
int shyper_disk_detach(u32 index, u32 flags);

/**
 * shyper_disk_detach_work() - disk->detach
 */
void shyper_disk_detach_work(struct work_struct *work);

/**
 * shyper_disks_lock_settled() - the lock of disk.c, when a disk is not going
 *
 * Waits until it is detached, if it is: for as long as what is in flight.
 */
void shyper_disks_lock_settled(const struct shyper_disk *disk);

/* disk_owner.c: which VM has which. */

/**
 * shyper_disk_take() - give a VM a disk, before the hypervisor is asked to
 * @vmid: the VM
 * @cfg: words of the device as the caller gave them; filled up for the hypervisor
 *
 * Context: process, the lock of vm.c held.
 * Return: the disk's index; -ENOENT no such or no free disk; -EBUSY it is taken,
 * or not the one that the hypervisor would give, or in use in this VM;
 * -EINVAL the piece leaves the disk.
 */
int shyper_disk_take(u32 vmid, u64 cfg[SHYPER_API_CFG_WORDS]);

/**
 * shyper_disk_put() - take back one disk: the hypervisor did not give it
 */
void shyper_disk_put(u32 index);

/**
 * shyper_disk_take_direct() - the same for a direct device; the hypervisor is not asked
 * @dev: who serves it from now on
 *
 * Return: ERR_PTR, as above.
 */
struct shyper_disk *shyper_disk_take_direct(u32 vmid,
					    u64 cfg[SHYPER_API_CFG_WORDS],
					    struct shyper_vblk *dev);

/**
 * shyper_disk_put_direct() - take it back from @dev, with what that has counted
 */
void shyper_disk_put_direct(struct shyper_disk *disk, struct shyper_vblk *dev);

/**
 * shyper_disks_quiesce() - wait until no request of a VM's disks is in flight
 *
 * Return: 0; -EBUSY if one does not end.
 */
int shyper_disks_quiesce(u32 vmid);

/**
 * shyper_disks_put() - take back a removed VM's disks
 */
void shyper_disks_put(u32 vmid);

/**
 * shyper_disks_of() - bit n: the VM has disk n
 */
u64 shyper_disks_of(u32 vmid);

/* disk_file.c: what can be attached. */

/**
 * shyper_disk_open() - take a file that backs a disk
 * @disk: nothing is attached; DISK_BUSY and the lock of disk.c are held
 *
 * Fills in file, bdev, flags, first_sector, sectors and backend.
 * Return: 0; -EBADF no such descriptor, or one that cannot be read; -ENOTBLK neither
 * block device nor regular file; -EINVAL the range leaves the file, or the
 * file cannot serve; -EBUSY the device is mounted or otherwise in use.
 */
int shyper_disk_open(struct shyper_disk *disk,
		     const struct shyper_disk_attach *arg);

/**
 * shyper_disk_close() - let go of it
 */
void shyper_disk_close(struct shyper_disk *disk);

/**
 * shyper_disk_use() - a VM begins to use it
 *
 * Return: 0; the error of writing what was in the page cache.
 */
int shyper_disk_use(struct shyper_disk *disk);

/**
 * shyper_disk_unuse() - the VM has gone: what it wrote can be seen here
 */
void shyper_disk_unuse(struct shyper_disk *disk);

/**
 * shyper_disk_sectors_now() - the size of a disk with what is attached as it is now
 */
u64 shyper_disk_sectors_now(const struct shyper_disk *disk);

/**
 * shyper_disk_flush() - make durable what has been written. Context: process
 */
int shyper_disk_flush(const struct shyper_disk *disk);

#endif /* SHYPER_DISK_H */
