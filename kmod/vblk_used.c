// SPDX-License-Identifier: GPL-2.0-only
/*
 * The used side of a direct disk's queue: answers, counters, interrupts.
 *
 * A request that ends goes to a list without a lock, and whoever ends it then looks
 * whether the thread runs: either it does, and will look at the list before it sleeps
 * or ends, or the list is emptied right there. Who still looks at the queue after
 * its request has ended does so in a read-side section of RCU.
 *
 * Locks: queue->lock.
 */
#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <uapi/linux/virtio_blk.h>

#include "event.h"
#include "trace.h"
#include "vblk.h"

static u8 answer_of(int error)
{
	if (likely(!error))
		return VIRTIO_BLK_S_OK;
	return error == -EOPNOTSUPP ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR;
}

/* Bytes that were written for sure, from the beginning of the writable part on. */
static u32 written_of(const struct shyper_vblk_io *io)
{
	bool reads = io->type == VIRTIO_BLK_T_IN ||
		     io->type == VIRTIO_BLK_T_GET_ID;

	if (!reads)
		return io->status ? 1 : 0;
	return io->error ? 0 : io->bytes + 1;
}

static void tell_error(struct shyper_vblk_queue *queue,
		       const struct shyper_vblk_io *io)
{
	const struct shyper_vblk *dev = queue->dev;

	queue->counts.last_error = -io->error;
	queue->counts.last_error_sector = io->sector;
	pr_err_ratelimited("shyper: disk %s: %s of %llu bytes at sector %llu of VM %u's %s: error %d\n",
			   dev->gone ? "(detached)" : dev->disk->name,
			   shyper_vblk_writes(io) ? "write" : "request",
			   io->bytes, io->sector, dev->vdev->vmid,
			   dev->vdev->name, io->error);
	shyper_event_post(SHYPER_EVENT_DISK_ERROR, dev->vdev->vmid,
			  dev->vdev->link, 0, dev->vdev->ifname);
}

static void count_rw(struct shyper_disk_counts *counts,
		     const struct shyper_vblk_io *io, u64 ns)
{
	if (shyper_vblk_writes(io)) {
		counts->writes++;
		if (likely(!io->error))
			counts->write_bytes += io->bytes;
		else
			counts->write_errors++;
	} else {
		counts->reads++;
		if (likely(!io->error))
			counts->read_bytes += io->bytes;
		else
			counts->read_errors++;
	}
	shyper_disk_count_latency(counts, ns);
}

static void count(struct shyper_vblk_queue *queue,
		  const struct shyper_vblk_io *io, u64 now)
{
	struct shyper_queue_stats *stats = &queue->vq->stats;

	if (unlikely(io->copied)) {
		stats->copies++;
		stats->copied_bytes += io->copied;
	}
	if (unlikely(io->refused))
		queue->counts.refused++;
	else if (io->type <= VIRTIO_BLK_T_OUT)
		count_rw(&queue->counts, io, now - io->start_ns);
	if (unlikely(io->error)) {
		stats->errors++;
		/* What is not supported is no failure of the disk. */
		if (io->error != -EOPNOTSUPP)
			tell_error(queue, io);
	}
	trace_shyper_complete(queue->dev->vdev->link, io->error,
			      now - io->start_ns);
}

/* The answers of a list, and their entries in the used ring; all at once. */
static bool fill_locked(struct shyper_vblk_queue *queue,
			struct llist_node *list, u64 now)
{
	struct shyper_vring *ring = &queue->vq->ring;
	struct shyper_vblk_io *io, *next;
	bool filled = false;

	lockdep_assert_held(&queue->lock);
	llist_for_each_entry_safe(io, next, list, done) {
		count(queue, io, now);
		if (likely(!READ_ONCE(queue->broken))) {
			if (likely(io->status))
				*io->status = answer_of(io->error);
			shyper_vring_fill(ring, io->head, written_of(io));
			filled = true;
		}
		/* Free before the driver can know, and use its entry again. */
		io->next = queue->recycled;
		queue->recycled = io;
		queue->returned++;
	}
	if (unlikely(!filled))
		return false;
	shyper_vring_publish(ring);
	queue->vq->stats.batches++;
	if (shyper_vring_want_irq(ring))
		return true;
	queue->vq->stats.interrupts_suppressed++;
	return false;
}

void shyper_vblk_give_back(struct shyper_vblk_queue *queue)
{
	struct llist_node *list = llist_del_all(&queue->done);
	unsigned long flags;
	bool interrupt;

	if (!list)
		return;
	spin_lock_irqsave(&queue->lock, flags);
	interrupt = fill_locked(queue, list, ktime_get_ns());
	/* With a barrier behind what has been returned: pairs with wait_event(). */
	if (unlikely(wq_has_sleeper(&queue->idle)))
		wake_up(&queue->idle);
	spin_unlock_irqrestore(&queue->lock, flags);
	if (interrupt)
		shyper_vqueue_interrupt(queue->vq);
}

void shyper_vblk_end(struct shyper_vblk_io *io, int error)
{
	struct shyper_vblk_queue *queue = io->queue;
	const struct task_struct *thread;

	io->error = error;
	/* Pairs with synchronize_rcu() in shyper_vblk_queue_pause(). */
	rcu_read_lock();
	/* A full barrier: pairs with those of rest() and of the thread's end. */
	llist_add(&io->done, &queue->done);
	thread = READ_ONCE(queue->thread);
	/* It may also wait for something while it starts a request. */
	if (!thread || !task_is_running(thread))
		shyper_vblk_give_back(queue);
	rcu_read_unlock();
}
