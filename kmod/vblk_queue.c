// SPDX-License-Identifier: GPL-2.0-only
/*
 * A queue of a direct disk. Its thread takes what the driver has made available and
 * starts it; what has ended is given back (vblk_used.c) in batches, by the thread
 * while it is awake, else by whoever ended it.
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

void shyper_vblk_queue_shrink(struct shyper_vblk_queue *queue)
{
	struct shyper_vblk_io *io, *list;

	spin_lock_irq(&queue->lock);
	list = queue->recycled;
	queue->recycled = NULL;
	spin_unlock_irq(&queue->lock);
	while ((io = list)) {
		list = io->next;
		io->next = queue->free;
		queue->free = io;
	}
	for (io = queue->free; io; io = io->next)
		shyper_vblk_vec_drop(io);
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
			shyper_vblk_give_back(queue);
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
	shyper_vblk_give_back(queue);
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
	if (!queue->seg)
		return -ENOMEM;
	queue->io = kvcalloc(queue->ios, sizeof(*queue->io), GFP_KERNEL);
	if (!queue->io)
		return -ENOMEM;
	queue->chain.max = VBLK_PARTS;
	queue->vecs = 0;
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

	for (n = 0; queue->io && n < queue->ios; n++)
		shyper_vblk_vec_drop(&queue->io[n]);
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
	shyper_vblk_give_back(queue);
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
