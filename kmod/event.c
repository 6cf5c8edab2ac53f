// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: every opener of /dev/shyper has a fifo. One who does not read loses
 * events, and is told how many.
 *
 * Locks: reader->mutex (readers of one fifo), then readers_lock (all fifos, also
 * from interrupts).
 */
#include <linux/kfifo.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "event.h"

#define FIFO_EVENTS	64

static_assert(sizeof(struct shyper_event) == 64);
static_assert(SHYPER_API_MAX_DISKS <= 32);

/**
 * struct shyper_reader - one opener
 * @node:	on readers; readers_lock
 * @mutex:	taken before readers_lock
 * @wait:	for an event
 * @lost:	events that found the fifo full; readers_lock
 * @failing:	bit n: the fifo holds a DISK_ERROR of disk n; readers_lock
 * @fifo:	readers_lock
 */
struct shyper_reader {
	struct list_head node;
	struct mutex mutex;	/* one read at a time */
	wait_queue_head_t wait;
	u64 lost;
	u32 failing;
	DECLARE_KFIFO(fifo, struct shyper_event, FIFO_EVENTS);
};

static LIST_HEAD(readers);
static DEFINE_SPINLOCK(readers_lock);

/* A disk that fails does not push everything else out: one event until read. */
static bool already_told(struct shyper_reader *reader,
			 const struct shyper_event *event)
{
	return event->type == SHYPER_EVENT_DISK_ERROR &&
	       reader->failing & BIT(event->arg);
}

static void push(struct shyper_reader *reader, const struct shyper_event *event)
{
	lockdep_assert_held(&readers_lock);
	if (already_told(reader, event))
		return;
	if (!kfifo_put(&reader->fifo, *event)) {
		reader->lost++;
		return;
	}
	if (event->type == SHYPER_EVENT_DISK_ERROR)
		reader->failing |= BIT(event->arg);
}

void shyper_event_post(u32 type, u32 vmid, u64 arg, u64 ipa, const char *name)
{
	struct shyper_event event = {
		.type = type, .vmid = vmid, .time_ns = ktime_get_ns(),
		.arg = arg, .ipa = ipa,
	};
	struct shyper_reader *reader;
	unsigned long flags;

	memcpy(event.name, name, sizeof(event.name));
	spin_lock_irqsave(&readers_lock, flags);
	list_for_each_entry(reader, &readers, node) {
		push(reader, &event);
		wake_up(&reader->wait);
	}
	spin_unlock_irqrestore(&readers_lock, flags);
}

struct shyper_reader *shyper_reader_create(void)
{
	struct shyper_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL);

	if (!reader)
		return ERR_PTR(-ENOMEM);
	mutex_init(&reader->mutex);
	init_waitqueue_head(&reader->wait);
	INIT_KFIFO(reader->fifo);
	spin_lock_irq(&readers_lock);
	list_add_tail(&reader->node, &readers);
	spin_unlock_irq(&readers_lock);
	return reader;
}

void shyper_reader_destroy(struct shyper_reader *reader)
{
	spin_lock_irq(&readers_lock);
	list_del(&reader->node);
	spin_unlock_irq(&readers_lock);
	kfree(reader);
}

static bool has_event(struct shyper_reader *reader)
{
	return !kfifo_is_empty(&reader->fifo) || READ_ONCE(reader->lost);
}

/*
 * What was lost came after all that is in the fifo, but a reader who is behind
 * should know it first.
 */
static bool pop(struct shyper_reader *reader, struct shyper_event *event)
{
	bool ok = true;

	spin_lock_irq(&readers_lock);
	if (reader->lost) {
		*event = (struct shyper_event){
			.type = SHYPER_EVENT_LOST, .vmid = SHYPER_DISK_NO_VM,
			.time_ns = ktime_get_ns(), .arg = reader->lost,
		};
		reader->lost = 0;
	} else {
		ok = kfifo_get(&reader->fifo, event);
		if (ok && event->type == SHYPER_EVENT_DISK_ERROR)
			reader->failing &= ~BIT(event->arg);
	}
	spin_unlock_irq(&readers_lock);
	return ok;
}

/* Events that were taken and could not be given count as lost. */
static void unpop(struct shyper_reader *reader, const struct shyper_event *event)
{
	spin_lock_irq(&readers_lock);
	reader->lost += event->type == SHYPER_EVENT_LOST ? event->arg : 1;
	spin_unlock_irq(&readers_lock);
}

static ssize_t read_events(struct shyper_reader *reader, char __user *buf,
			   size_t size)
{
	struct shyper_event event;
	size_t done = 0;

	while (size - done >= sizeof(event) && pop(reader, &event)) {
		if (copy_to_user(buf + done, &event, sizeof(event))) {
			unpop(reader, &event);
			return done ?: -EFAULT;
		}
		done += sizeof(event);
	}
	return done;
}

ssize_t shyper_reader_read(struct shyper_reader *reader, char __user *buf,
			   size_t size, bool nonblock)
{
	ssize_t ret;

	if (size < sizeof(struct shyper_event))
		return -EINVAL;
	do {
		if (nonblock && !has_event(reader))
			return -EAGAIN;
		ret = wait_event_interruptible(reader->wait, has_event(reader));
		if (ret)
			return ret;
		ret = mutex_lock_interruptible(&reader->mutex);
		if (ret)
			return ret;
		ret = read_events(reader, buf, size);
		mutex_unlock(&reader->mutex);
		/* 0: another thread was faster. */
	} while (!ret);
	return ret;
}

__poll_t shyper_reader_poll(struct shyper_reader *reader, struct file *file,
			    poll_table *wait)
{
	poll_wait(file, &reader->wait, wait);
	return has_event(reader) ? EPOLLIN | EPOLLRDNORM : 0;
}
