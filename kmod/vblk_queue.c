// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue of a direct disk. Its thread takes what the driver has made available and
 * starts it; what has ended is given back in batches, by the thread while it is awake,
 * else by whoever ended it.
 *
 * A request that ends goes to a list without a lock, and whoever ends it then looks
 * whether the thread runs: either it does, and will look at the list before it sleeps
 * or ends, or the list is emptied right there. Who still looks at the queue after
 * its request has ended does so in a read-side section of RCU.
 *
 * Locks: dev->lock around start and stop, then queue->lock.
 */
#include <linux/blkdev.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_blk.h>

#include "event.h"
#include "trace.h"
#include "vblk.h"

/* As many as the block layer gathers before it passes them on. */
#define BATCH		32
/* Tags that the block layer is asked for at once. */
#define TAGS		8
/* What has ended is given back at least after so many more have been started. */
#define BATCH_BACK	8

static int vblk_poll_us = -1;
module_param(vblk_poll_us, int, 0644);
MODULE_PARM_DESC(vblk_poll_us,
		 "most microseconds that a direct disk's queue looks for the next request (0: none; -1: 50, but none with one CPU)");

/*
 * So many requests come next: their tags are taken in one go, if they lie together.
 * Where there are few of them more than this do not, or only by chance.
 */
static void plug_expect(struct blk_plug *plug, u32 requests)
{
	plug->nr_ios = min_t(u32, requests, TAGS);
}

static u64 poll_max_ns(void)
{
	int us = READ_ONCE(vblk_poll_us);

	if (us < 0)
		us = num_online_cpus() > 1 ? 50 : 0;
	return (u64)us * NSEC_PER_USEC;
}

/* ---- giving back ---- */

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

static void give_back(struct shyper_vblk_queue *queue)
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
		give_back(queue);
	rcu_read_unlock();
}

/* ---- taking ---- */

static struct shyper_vblk_io *io_get(struct shyper_vblk_queue *queue)
{
	struct shyper_vblk_io *io = queue->free;

	if (!io) {
		spin_lock_irq(&queue->lock);
		io = queue->recycled;
		queue->recycled = NULL;
		spin_unlock_irq(&queue->lock);
	}
	if (io)
		queue->free = io->next;
	return io;
}

static void give_up(struct shyper_vblk_queue *queue, int error)
{
	WRITE_ONCE(queue->broken, true);
	shyper_vqueue_broken(queue->vq, error);
}

/* The sides of a packed ring have a count in common. */
static int pop(struct shyper_vblk_queue *queue)
{
	struct shyper_vring *ring = &queue->vq->ring;
	int ret;

	queue->chain.seg = queue->seg;
	if (!ring->packed)
		return shyper_vring_pop(ring, &queue->chain);
	spin_lock_irq(&queue->lock);
	ret = shyper_vring_pop(ring, &queue->chain);
	spin_unlock_irq(&queue->lock);
	return ret;
}

/* Take one request and start it. */
static bool take(struct shyper_vblk_queue *queue, u64 now)
{
	struct shyper_vblk_request req;
	struct shyper_vblk_io *io;
	int ret = pop(queue);

	if (ret <= 0) {
		if (ret < 0)
			give_up(queue, ret);
		return false;
	}
	io = io_get(queue);
	if (unlikely(!io)) {
		/* It has made available what it has not been given back. */
		give_up(queue, SHYPER_VRING_E_AVAIL);
		return false;
	}
	io->head = queue->chain.head;
	io->start_ns = now;
	queue->taken++;
	queue->vq->stats.requests++;
	if (unlikely(shyper_vblk_parse(&queue->chain, &req))) {
		req = (struct shyper_vblk_request){ .type = U32_MAX };
		io->status = NULL;
	}
	queue->vq->stats.bytes += req.bytes;
	shyper_vblk_start(io, &req);
	return true;
}

static u32 take_batch(struct shyper_vblk_queue *queue, u32 waiting,
		      struct blk_plug *plug)
{
	u64 now = ktime_get_ns();
	u32 n = 0;

	do {
		if (plug && n % TAGS == 0)
			plug_expect(plug, waiting - n);
		if (!take(queue, now))
			break;
		if (++n % BATCH_BACK == 0)
			give_back(queue);
	} while (n < waiting);
	return n;
}

/* Take and start what waits, up to a batch; give back what has ended. */
static u32 run(struct shyper_vblk_queue *queue)
{
	const struct shyper_vring *ring = &queue->vq->ring;
	u32 waiting = queue->broken ? 0 : shyper_vring_waiting(ring);
	struct blk_plug plug;
	u32 n = 0;

	/* Of a packed ring it is not known how many. */
	waiting = waiting && ring->packed ? BATCH : min_t(u32, waiting, BATCH);
	if (waiting > 1) {
		blk_start_plug(&plug);
		n = take_batch(queue, waiting, &plug);
		blk_finish_plug(&plug);
	} else if (waiting) {
		n = take_batch(queue, waiting, NULL);
	}
	give_back(queue);
	return n;
}

/* ---- the thread ---- */

static bool work_waits(const struct shyper_vblk_queue *queue)
{
	return !llist_empty(&queue->done) ||
	       (!queue->broken && shyper_vring_waiting(&queue->vq->ring));
}

static bool in_flight(const struct shyper_vblk_queue *queue)
{
	return queue->taken != READ_ONCE(queue->returned);
}

/*
 * Look for the next request for a while, so that it needs no notification: for as
 * long as that has paid lately, and nothing else wants this CPU, unless it is
 * what we wait for: a soft interrupt's thread that ends requests.
 */
static bool poll(struct shyper_vblk_queue *queue)
{
	u64 max = poll_max_ns(), now = ktime_get_ns();
	u64 end = now + min(queue->poll_ns, max);

	while (now < end && !kthread_should_stop()) {
		if (work_waits(queue)) {
			queue->poll_ns = max;
			queue->vq->stats.polls_won++;
			return true;
		}
		if (!single_task_running() || need_resched()) {
			if (!in_flight(queue))
				break;
			/* Bounded by end: whoever runs is not waited for. */
			yield();
		}
		cpu_relax();
		now = ktime_get_ns();
	}
	if (now >= end)
		queue->poll_ns /= 2;
	if (max)
		queue->vq->stats.polls_lost++;
	queue->poll_end_ns = now;
	return false;
}

/* It pays again if there was a request while we could have looked for it. */
static void poll_adapt(struct shyper_vblk_queue *queue)
{
	u64 max = poll_max_ns();

	if (ktime_get_ns() - queue->poll_end_ns < max)
		queue->poll_ns = max;
}

/* Sleep until the driver notifies. */
static void rest(struct shyper_vblk_queue *queue)
{
	struct shyper_vring *ring = &queue->vq->ring;
	bool waits;

	/* A full barrier: pairs with the one in shyper_vblk_end(). */
	set_current_state(TASK_IDLE);
	waits = !queue->broken && shyper_vring_enable_kick(ring);
	if (!waits && llist_empty(&queue->done) && !kthread_should_stop()) {
		schedule();
		queue->vq->stats.wakeups++;
		poll_adapt(queue);
	}
	__set_current_state(TASK_RUNNING);
	if (!queue->broken)
		shyper_vring_disable_kick(ring);
}

static int queue_thread(void *arg)
{
	struct shyper_vblk_queue *queue = arg;

	kthread_associate_blkcg(queue->dev->css);
	while (!kthread_should_stop()) {
		if (run(queue))
			cond_resched();
		else if (!poll(queue))
			rest(queue);
	}
	kthread_associate_blkcg(NULL);
	/* Whoever waits for our end looks at queue->done after it. */
	WRITE_ONCE(queue->thread, NULL);
	return 0;
}

/* The thread's task stays while we look: pairs with shyper_vblk_queue_pause(). */
void shyper_vblk_queue_kick(struct shyper_vblk_queue *queue)
{
	struct task_struct *thread = READ_ONCE(queue->thread);

	if (thread)
		wake_up_process(thread);
}

/* ---- start and stop ---- */

static int memory_get(struct shyper_vblk_queue *queue)
{
	u32 n;

	queue->ios = max(queue->vq->ring.num / 2, 1U);
	queue->seg = kvmalloc_array(VBLK_PARTS, sizeof(*queue->seg), GFP_KERNEL);
	queue->io = kvcalloc(queue->ios, sizeof(*queue->io), GFP_KERNEL);
	if (!queue->seg || !queue->io)
		return -ENOMEM;
	queue->chain.max = VBLK_PARTS;
	queue->free = NULL;
	queue->recycled = NULL;
	for (n = 0; n < queue->ios; n++) {
		shyper_vblk_io_init(&queue->io[n], queue);
		queue->io[n].next = queue->free;
		queue->free = &queue->io[n];
	}
	return 0;
}

static void memory_put(struct shyper_vblk_queue *queue)
{
	u32 n;

	for (n = 0; queue->io && n < queue->ios; n++) {
		if (queue->io[n].vec != queue->io[n].few)
			kvfree(queue->io[n].vec);
	}
	kvfree(queue->io);
	kvfree(queue->seg);
	queue->io = NULL;
	queue->seg = NULL;
}

static int thread_begin(struct shyper_vblk_queue *queue)
{
	const struct shyper_vdev *vdev = queue->dev->vdev;
	struct task_struct *thread;

	thread = kthread_create(queue_thread, queue, "vblk%u.%u/%u", vdev->vmid,
				vdev->index, queue->vq->index);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	queue->task = get_task_struct(thread);
	WRITE_ONCE(queue->thread, thread);
	wake_up_process(thread);
	return 0;
}

int shyper_vblk_queue_start(struct shyper_vblk_queue *queue)
{
	int ret = memory_get(queue);

	init_llist_head(&queue->done);
	queue->broken = false;
	queue->taken = 0;
	queue->returned = 0;
	shyper_vring_disable_kick(&queue->vq->ring);
	if (!ret)
		ret = thread_begin(queue);
	if (ret)
		memory_put(queue);
	return ret;
}

void shyper_vblk_queue_pause(struct shyper_vblk_queue *queue)
{
	if (!queue->task)
		return;
	kthread_stop(queue->task);
	/* What ended while the thread did. */
	give_back(queue);
	wait_event(queue->idle, !in_flight(queue));
	/* Nobody who gave back the last one, or kicks, looks on after this. */
	synchronize_rcu();
	put_task_struct(queue->task);
	queue->task = NULL;
}

void shyper_vblk_queue_resume(struct shyper_vblk_queue *queue)
{
	if (queue->io && !queue->broken && thread_begin(queue))
		give_up(queue, SHYPER_VRING_E_SETUP);
}

void shyper_vblk_queue_stop(struct shyper_vblk_queue *queue)
{
	shyper_vblk_queue_pause(queue);
	memory_put(queue);
}
