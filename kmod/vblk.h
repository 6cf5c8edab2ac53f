/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A direct disk: this module is the guest's virtio-blk device (VIRTIO 1.2, 5.2),
 * and what is attached behind a disk serves its requests in the guest's own pages.
 *
 *	vblk.c		the device: features, configuration space, size, its disk
 *	vblk_queue.c	a queue: its thread takes requests
 *	vblk_used.c	gives them back
 *	vblk_io.c	what is done with a request of each type
 *	vblk_bio.c	by bios, on block devices
 *	vblk_file.c	by kiocbs, on files
 *	vblk_request.c	a request's parts, and whether it can be done
 */
#ifndef SHYPER_VBLK_H
#define SHYPER_VBLK_H

#include <linux/bio.h>
#include <linux/cgroup.h>
#include <linux/llist.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/virtio_blk.h>

#include "disk.h"
#include "vblk_request.h"
#include "vdev.h"

#define VBLK_QUEUES	8	/* one for each vCPU that a VM can have */
/*
 * There are no indirect descriptors: a table for each request is allocated, filled,
 * and freed by the driver, and looked up here, which is more than a long ring costs.
 */
#define VBLK_NUM_MAX	1024
#define VBLK_SEGS	254
/*
 * What the driver chains may be longer, and guest memory consists of regions: a
 * segment may have to be cut at their ends.
 */
#define VBLK_PARTS	(VBLK_NUM_MAX + 64)
#define VBLK_INLINE	4
/* For each request there can be; those that need more do not get to keep it. */
#define VBLK_VECS_KEPT	64

struct shyper_vblk;
struct shyper_vblk_queue;

/**
 * struct shyper_vblk_io - a request in flight
 * @done:	in the queue's list of those that have ended
 * @next:	in one of the queue's lists of free ones
 * @queue:	whose
 * @head:	the request's name in the ring
 * @type:	VIRTIO_BLK_T_*
 * @sector:	relative to the guest's disk
 * @bytes:	of data, or of the range that it is about
 * @status:	where the answer goes
 * @error:	when it has ended: 0, or a negative errno
 * @copied:	bytes that had to be copied
 * @start_ns:	when it was taken
 * @unmap:	of WRITE_ZEROES
 * @refused:	it was not even begun
 * @vecs:	of @vec in use
 * @vec_max:	of @vec
 * @vec:	the data: the guest's pages
 * @few:	@vec of most
 * @work:	what would block
 * @bio:	of vblk_bio.c
 * @iocb:	of vblk_file.c
 */
struct shyper_vblk_io {
	union {
		struct llist_node done;
		struct shyper_vblk_io *next;
	};
	struct shyper_vblk_queue *queue;
	u32 head;
	bool unmap;
	bool refused;
	u32 type;
	u64 sector;
	u64 bytes;
	u8 *status;
	int error;
	u32 copied;
	u64 start_ns;
	u32 vecs;
	u32 vec_max;
	struct bio_vec *vec;
	struct bio_vec few[VBLK_INLINE];
	struct work_struct work;
	union {
		struct bio bio;
		struct kiocb iocb;
	};
};

/**
 * struct shyper_vblk_queue - a queue
 * @dev:	whose
 * @vq:		the virtqueue. The thread has its available side, @lock its used one
 * @task:	its thread, from start to stop; dev->lock
 * @thread:	the same while it takes requests and, before it sleeps or ends, gives
 *		back what is @done
 * @broken:	the driver broke the ring: it is not touched any more
 * @free:	of the thread: requests that are not in flight
 * @vecs:	of the thread: how many all of @io have beside their few
 * @taken:	of the thread: requests so far
 * @poll_ns:	of the thread: how long it looks for a request before it sleeps
 * @poll_end_ns: of the thread: when that was over last
 * @chain:	of the thread: the request that it is taking
 * @seg:	of @chain
 * @io:		as many as the ring has room for: two descriptors at least each
 * @ios:	how many that is
 * @done:	requests that have ended and are not given back yet
 * @lock:	of the used side, taken in any context; all below
 * @recycled:	given back since the thread looked
 * @returned:	requests given back so far
 * @counts:	of the disk, by this queue
 * @idle:	whoever waits until all have been given back
 */
struct shyper_vblk_queue {
	struct shyper_vblk *dev;
	struct shyper_vqueue *vq;
	struct task_struct *task;
	struct task_struct *thread;
	bool broken;
	struct shyper_vblk_io *free;
	u32 vecs;
	u64 taken;
	u64 poll_ns;
	u64 poll_end_ns;
	struct shyper_chain chain;
	struct shyper_seg *seg;
	struct shyper_vblk_io *io;
	u32 ios;

	struct llist_head done ____cacheline_aligned_in_smp;
	spinlock_t lock;	/* see above */
	struct shyper_vblk_io *recycled;
	u64 returned;
	struct shyper_disk_counts counts;
	wait_queue_head_t idle;
};

/**
 * struct shyper_vblk_ops - how requests reach what is attached
 *
 * Each gets a request that has been checked, and ends it, at once or later, by
 * shyper_vblk_end(). @rw and @flush in the queue's thread, @work in a worker.
 * @rw: read or write io->vec
 * @flush: make durable what has been written; @work if it cannot without blocking
 * @work: whatever was deferred by shyper_vblk_defer(); returns 0 or -errno
 */
struct shyper_vblk_ops {
	void (*rw)(struct shyper_vblk_io *io);
	void (*flush)(struct shyper_vblk_io *io);
	int (*work)(struct shyper_vblk_io *io);
};

extern const struct shyper_vblk_ops shyper_vblk_bio_ops;
extern const struct shyper_vblk_ops shyper_vblk_file_ops;

/**
 * struct shyper_vblk - a direct disk
 * @vdev:	the virtio device
 * @disk:	what is attached, ours until shyper_disk_put_direct()
 * @ops:	how it is reached
 * @first:	the guest's disk in the file: its first sector
 * @fixed:	sectors, as configured; 0: up to the end of the disk
 * @limits:	capacity changes with dev->lock held
 * @unaligned:	memory with these bits in a length, or, 32 up, in an address, is bounced
 * @opf:	flags of bios
 * @writeback:	the driver sends flushes; else a write is done when it is durable
 * @gone:	the disk has been taken away: all fails. dev->lock
 * @css:	whose I/O it is: the cgroup of who added the device
 * @workers:	what would block
 * @resize:	looks at the size of what is attached, now and then
 * @serial:	GET_ID
 * @queue:	as many as vdev->queues
 */
struct shyper_vblk {
	struct shyper_vdev *vdev;
	struct shyper_disk *disk;
	const struct shyper_vblk_ops *ops;
	u64 first;
	u64 fixed;
	struct shyper_vblk_limits limits;
	u64 unaligned;
	blk_opf_t opf;
	bool writeback;
	bool gone;
	struct cgroup_subsys_state *css;
	struct workqueue_struct *workers;
	struct delayed_work resize;
	char serial[20];
	struct shyper_vblk_queue queue[VBLK_QUEUES];
};

/* ---- vblk.c, for the files of disks ---- */

/**
 * shyper_vblk_ready() - whether the device is there as a whole; lock of disk.c
 */
static inline bool shyper_vblk_ready(const struct shyper_vblk *dev)
{
	/* Pairs with vdev_add(). */
	return smp_load_acquire(&dev->vdev);
}

/**
 * shyper_vblk_remove_disk() - its disk goes while the guest has it
 *
 * What is in flight is waited for, however long that takes; all further requests
 * fail. Context: process, without the lock of disk.c.
 */
void shyper_vblk_remove_disk(struct shyper_vblk *dev);

/**
 * shyper_vblk_count() - add what it has counted; lock of disk.c
 */
void shyper_vblk_count(struct shyper_vblk *dev, struct shyper_disk_counts *sum);

/* ---- vblk_queue.c ---- */

/**
 * shyper_vblk_queue_start() - let the thread take requests; dev->lock held
 */
int shyper_vblk_queue_start(struct shyper_vblk_queue *queue);

/**
 * shyper_vblk_queue_stop() - take no more, wait for all that are in flight
 */
void shyper_vblk_queue_stop(struct shyper_vblk_queue *queue);

/**
 * shyper_vblk_queue_pause() - the same, but it can be gone on with
 * shyper_vblk_queue_resume() - go on with a queue, if it has been started
 *
 * dev->lock held.
 */
void shyper_vblk_queue_pause(struct shyper_vblk_queue *queue);
void shyper_vblk_queue_resume(struct shyper_vblk_queue *queue);

/**
 * shyper_vblk_queue_kick() - the driver has notified. Hard interrupt context
 */
void shyper_vblk_queue_kick(struct shyper_vblk_queue *queue);

/**
 * shyper_vblk_queue_shrink() - free what requests that are not in flight keep
 *
 * In the queue's thread.
 */
void shyper_vblk_queue_shrink(struct shyper_vblk_queue *queue);

/* ---- vblk_used.c ---- */

/**
 * shyper_vblk_end() - a request has ended: it is the caller's no more
 * @error: 0 or a negative errno
 *
 * Context: any.
 */
void shyper_vblk_end(struct shyper_vblk_io *io, int error);

/**
 * shyper_vblk_give_back() - give back what has ended. Context: any
 */
void shyper_vblk_give_back(struct shyper_vblk_queue *queue);

/* ---- vblk_io.c ---- */

/**
 * shyper_vblk_start() - begin what the driver wants
 * @io: head, queue and start_ns are filled in
 */
void shyper_vblk_start(struct shyper_vblk_io *io,
		       const struct shyper_vblk_request *req);

/**
 * shyper_vblk_defer() - have the ops' work() do it in a worker
 */
void shyper_vblk_defer(struct shyper_vblk_io *io);

/**
 * shyper_vblk_io_init() - once, before the first use
 */
void shyper_vblk_io_init(struct shyper_vblk_io *io,
			 struct shyper_vblk_queue *queue);

/**
 * shyper_vblk_vec_drop() - free what it keeps for many pages; not in flight
 */
void shyper_vblk_vec_drop(struct shyper_vblk_io *io);

static inline bool shyper_vblk_writes(const struct shyper_vblk_io *io)
{
	return io->type == VIRTIO_BLK_T_OUT;
}

/* Must a write be durable before it is answered? */
static inline bool shyper_vblk_durable(const struct shyper_vblk *dev)
{
	return !READ_ONCE(dev->writeback) &&
	       !(dev->disk->flags & SHYPER_DISK_UNSAFE);
}

static inline sector_t shyper_vblk_sector(const struct shyper_vblk_io *io)
{
	return io->queue->dev->first + io->sector;
}

#endif /* SHYPER_VBLK_H */
