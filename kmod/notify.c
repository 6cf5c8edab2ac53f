// SPDX-License-Identifier: GPL-2.0-only
/*
 * HVC_IRQ and what it brings.
 *
 * The hard handler calls who has events, drains the message slots and looks whether a
 * disk has a request. Requests are taken by the interrupt's own thread: the block layer wants
 * process context from whoever submits (its locks are not safe against soft
 * interrupts, its drivers may sleep), and this thread is the nearest one: it is
 * real-time, stays on the interrupt's CPU and passes no queue. Messages about VMs
 * are rare and go on to a work item, because their handling sleeps.
 */
#include <linux/interrupt.h>
#include <linux/kfifo.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "blk.h"
#include "doorbell.h"
#include "hypercall.h"
#include "mq.h"
#include "notify.h"
#include "trace.h"
#include "vm.h"
#include "vm_event.h"

#define MANAGE_MESSAGES	32
#define DRAIN_MAX	(4 * SHYPER_MQ_SLOTS)
/* No writer needs as long for one message. */
#define SETTLE_MS	10

/**
 * struct notify - the receiver
 * @lock:	all but @irq and the work items
 * @irq:	HVC_IRQ
 * @mq:		the slots
 * @counts:	but for messages and overruns, which @mq has
 * @manage:	messages for @manage_work
 * @manage_work: takes them
 * @settle:	looks at a slot that was unsettled for SETTLE_MS
 * @settle_next: the slot that it is about
 */
static struct notify {
	spinlock_t lock;	/* see above */
	int irq;
	struct shyper_mq mq;
	struct shyper_notify_counts counts;
	DECLARE_KFIFO(manage, struct shyper_mq_msg, MANAGE_MESSAGES);
	struct work_struct manage_work;
	struct delayed_work settle;
	u32 settle_next;
} notify = {
	.lock = __SPIN_LOCK_UNLOCKED(notify.lock),
};

static void manage_work(struct work_struct *work)
{
	struct shyper_mq_msg msg;
	bool known, more;

	for (;;) {
		spin_lock_irq(&notify.lock);
		more = kfifo_get(&notify.manage, &msg);
		spin_unlock_irq(&notify.lock);
		if (!more)
			return;
		known = shyper_vm_message(msg.event, msg.arg);
		if (known)
			continue;
		spin_lock_irq(&notify.lock);
		notify.counts.unknown++;
		spin_unlock_irq(&notify.lock);
	}
}

static void dispatch(const struct shyper_mq_msg *msg)
{
	lockdep_assert_held(&notify.lock);
	trace_shyper_message(msg->fid, msg->event, msg->arg[0], msg->arg[1]);
	/* drv_notify does not name its disk: the caller looks at all of them. */
	if (msg->fid == SHYPER_FID_MEDIATED &&
	    msg->event == SHYPER_MEDIATED_DRV_NOTIFY)
		return;
	if (msg->fid != SHYPER_FID_VMM) {
		notify.counts.unknown++;
		return;
	}
	if (!kfifo_put(&notify.manage, *msg))
		notify.mq.overruns++;
	schedule_work(&notify.manage_work);
}

/* Returns how many messages there were; at most DRAIN_MAX are taken at a time. */
static u32 drain(bool settled)
{
	enum shyper_mq_result result = SHYPER_MQ_UNSETTLED;
	struct shyper_mq_msg msg;
	u32 n;

	lockdep_assert_held(&notify.lock);
	for (n = 0; n < DRAIN_MAX; n++) {
		result = shyper_mq_take(&notify.mq, &msg, settled);
		if (result != SHYPER_MQ_TAKEN)
			break;
		dispatch(&msg);
		/* The slots behind it may be at work still. */
		settled = false;
	}
	if (result != SHYPER_MQ_EMPTY &&
	    schedule_delayed_work(&notify.settle, msecs_to_jiffies(SETTLE_MS)))
		notify.settle_next = notify.mq.next;
	return n;
}

static void settle_work(struct work_struct *work)
{
	spin_lock_irq(&notify.lock);
	drain(notify.mq.next == notify.settle_next);
	spin_unlock_irq(&notify.lock);
}

static irqreturn_t hvc_irq(int irq, void *data)
{
	bool events = shyper_doorbells_take();
	u32 n;

	shyper_blk_interrupt();
	spin_lock(&notify.lock);
	n = drain(false);
	notify.counts.irqs++;
	if (n > 1)
		notify.counts.merged++;
	else if (!n && !events)
		notify.counts.spurious++;
	spin_unlock(&notify.lock);
	return shyper_blk_waiting() ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

static irqreturn_t hvc_thread(int irq, void *data)
{
	shyper_blk_run();
	return IRQ_HANDLED;
}

int shyper_notify_start(struct device *dev, int irq, void *page)
{
	int ret;

	INIT_KFIFO(notify.manage);
	INIT_WORK(&notify.manage_work, manage_work);
	INIT_DELAYED_WORK(&notify.settle, settle_work);
	notify.irq = irq;
	shyper_mq_init(&notify.mq, page);
	if (shyper_hvc_update_mq(page)) {
		dev_err(dev, "the hypervisor does not take the message page\n");
		return -EIO;
	}
	ret = shyper_doorbells_start();
	if (ret) {
		dev_err(dev, "the hypervisor does not take the event page: %d\n",
			ret);
		return ret;
	}
	ret = shyper_vm_events_start();
	if (ret) {
		dev_err(dev, "no ring of VMs' lives: %d\n", ret);
		goto err_doorbells;
	}
	ret = request_threaded_irq(irq, hvc_irq, hvc_thread, 0, "shyper", &notify);
	if (ret) {
		dev_err(dev, "cannot take HVC_IRQ %d: %d\n", irq, ret);
		goto err_events;
	}
	/* What came before the interrupt was ours. */
	shyper_notify_kick();
	return 0;

err_events:
	shyper_vm_events_stop();
err_doorbells:
	shyper_doorbells_stop();
	return ret;
}

void shyper_notify_stop(void)
{
	free_irq(notify.irq, &notify);
	shyper_vm_events_stop();
	shyper_doorbells_stop();
	cancel_delayed_work_sync(&notify.settle);
	cancel_work_sync(&notify.manage_work);
}

void shyper_notify_kick(void)
{
	irq_wake_thread(notify.irq, &notify);
}

void shyper_notify_get_counts(struct shyper_notify_counts *counts)
{
	spin_lock_irq(&notify.lock);
	*counts = notify.counts;
	counts->messages = notify.mq.messages;
	counts->overruns = notify.mq.overruns;
	spin_unlock_irq(&notify.lock);
}
