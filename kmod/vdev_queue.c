// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues of a virtio device: started, kicked, interrupting, stopped, broken.
 *
 * Locks: dev->lock, then queue->kick_lock, which is taken in hard interrupt context.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/atomic.h>
#include <linux/ratelimit.h>

#include "doorbell.h"
#include "hypercall.h"
#include "trace.h"
#include "vdev_core.h"

static struct shyper_vdev_core *core_of(struct shyper_vqueue *vq)
{
	return container_of(vq->dev, struct shyper_vdev_core, dev);
}

/* ---- kicks ---- */

/* For how long a queue is not heard that had nothing to say. */
#define HOLD_MS		10

static void hold(struct shyper_vdev_core *core, u32 n)
{
	struct shyper_vqueue *vq = &core->dev.vq[n];

	lockdep_assert_held(&core->queue[n].kick_lock);
	if (!core->queue[n].held)
		vq->stats.holds++;
	core->queue[n].held = true;
	shyper_doorbell_hold(vq->event);
}

static void release(struct shyper_vdev_core *core, u32 n)
{
	lockdep_assert_held(&core->queue[n].kick_lock);
	if (core->queue[n].held)
		shyper_doorbell_release(core->dev.vq[n].event);
	core->queue[n].held = false;
}

/* So many kicks at most before it is looked what they brought. */
static u32 kicks_max(const struct shyper_vqueue *vq)
{
	return 2 * max(vq->ring.num, 32U);
}

/*
 * A driver notifies for at least one new buffer each time, and has no more than the
 * ring's size available that have not been taken. So of kicks_max() kicks at least
 * half have led to a buffer that was taken, and it may have as many again: this
 * driver is never held. Any other has two for each buffer that is taken, those it
 * began with, and one at each look.
 */
static void look(struct shyper_vdev_core *core, u32 n)
{
	struct shyper_vqueue *vq = &core->dev.vq[n];
	struct vdev_queue *q = &core->queue[n];
	u64 taken = READ_ONCE(vq->stats.requests) - q->looked;

	lockdep_assert_held(&q->kick_lock);
	q->looked += taken;
	q->look_at = vq->stats.kicks + min_t(u64, 2 * taken, kicks_max(vq));
	if (taken)
		return;
	hold(core, n);
	/* One that runs at this moment may have passed this queue: it begins anew. */
	if (!timer_pending(&core->look_again))
		mod_timer(&core->look_again,
			  jiffies + msecs_to_jiffies(HOLD_MS));
}

/* Under its lock, so that kicks come one at a time and none after a stop. */
void shyper_vdev_kick(void *priv, u32 n)
{
	struct shyper_vdev_core *core = priv;
	struct shyper_vqueue *vq = &core->dev.vq[n];
	unsigned long flags;

	spin_lock_irqsave(&core->queue[n].kick_lock, flags);
	vq->stats.kicks++;
	trace_shyper_kick(core->dev.index, n, vq->running);
	if (likely(vq->running)) {
		if (unlikely(vq->stats.kicks >= core->queue[n].look_at))
			look(core, n);
		/* After a hold: what comes later is found when it ends. */
		core->dev.ops->kick(vq);
	} else {
		hold(core, n);
	}
	spin_unlock_irqrestore(&core->queue[n].kick_lock, flags);
}

/* A queue that does not run is released when it is started. */
void shyper_vdev_look_again(struct timer_list *timer)
{
	struct shyper_vdev_core *core =
		container_of(timer, struct shyper_vdev_core, look_again);
	unsigned long flags;
	u32 n;

	for (n = 0; n < core->dev.queues; n++) {
		spin_lock_irqsave(&core->queue[n].kick_lock, flags);
		if (core->queue[n].held && core->dev.vq[n].running) {
			release(core, n);
			core->dev.ops->kick(&core->dev.vq[n]);
		}
		spin_unlock_irqrestore(&core->queue[n].kick_lock, flags);
	}
}

void shyper_vdev_kicks_reset(struct shyper_vdev_core *core)
{
	u32 n;

	for (n = 0; n < core->dev.queues; n++)
		core->queue[n].look_at = 0;
}

/* What was made available, or rung, before now had no notification. */
static void run(struct shyper_vdev_core *core, u32 n)
{
	struct shyper_vqueue *vq = &core->dev.vq[n];
	struct vdev_queue *q = &core->queue[n];

	spin_lock_irq(&q->kick_lock);
	/* Not at every start: a driver can make many of them. */
	if (!q->look_at) {
		q->looked = vq->stats.requests;
		q->look_at = vq->stats.kicks + kicks_max(vq);
	}
	release(core, n);
	vq->running = true;
	core->dev.ops->kick(vq);
	spin_unlock_irq(&q->kick_lock);
}

/* ---- start and stop ---- */

static void count_broken(struct shyper_vqueue *vq, int error)
{
	vq->stats.broken++;
	pr_warn_ratelimited("VM %u \"%s\": queue %u breaks the rules (%d): the device needs a reset\n",
			    vq->dev->vmid, vq->dev->name, vq->index, error);
}

static int ring_init(struct shyper_vdev_core *core, u32 n)
{
	const struct vdev_queue *q = &core->queue[n];
	struct shyper_vqueue *vq = &core->dev.vq[n];

	if (q->num > vq->num_max)
		return SHYPER_VRING_E_SETUP;
	return shyper_vring_init(&vq->ring, q->num, q->addr[VDEV_PART_DESC],
				 q->addr[VDEV_PART_DRIVER],
				 q->addr[VDEV_PART_DEVICE], core->dev.features,
				 shyper_guest_mem_translate, core->dev.mem);
}

int shyper_vdev_queue_start(struct shyper_vdev_core *core, u32 n)
{
	struct shyper_vqueue *vq = &core->dev.vq[n];
	int ret;

	lockdep_assert_held(&core->dev.lock);
	ret = ring_init(core, n);
	if (!ret)
		ret = core->dev.ops->queue_start(vq);
	trace_shyper_queue_start(core->dev.index, n, core->queue[n].num, ret);
	if (ret) {
		count_broken(vq, ret);
		return ret;
	}
	run(core, n);
	return 0;
}

void shyper_vdev_queues_stop(struct shyper_vdev_core *core, u32 first, u32 count)
{
	DECLARE_BITMAP(ran, SHYPER_VDEV_QUEUES) = { 0 };
	struct shyper_vqueue *vq;
	u32 n;

	lockdep_assert_held(&core->dev.lock);
	for (n = first; n < first + count; n++) {
		vq = &core->dev.vq[n];
		spin_lock_irq(&core->queue[n].kick_lock);
		if (vq->running)
			__set_bit(n, ran);
		vq->running = false;
		spin_unlock_irq(&core->queue[n].kick_lock);
	}
	for_each_set_bit(n, ran, SHYPER_VDEV_QUEUES) {
		core->dev.ops->queue_stop(&core->dev.vq[n]);
		trace_shyper_queue_stop(core->dev.index, n);
	}
}

void shyper_vdev_reset(struct shyper_vdev_core *core)
{
	struct shyper_vdev *dev = &core->dev;

	lockdep_assert_held(&dev->lock);
	shyper_vdev_queues_stop(core, 0, dev->queues);
	/* It was about what the driver has given up by now. */
	clear_bit(VDEV_TODO_BROKEN, &core->todo);
	if (dev->ops->reset)
		dev->ops->reset(dev);
	core->resets++;
	shyper_vdev_regs_reset(core);
	shyper_vdev_regs_publish(core);
}

/* ---- interrupts ---- */

static atomic_t *interrupt_status(const struct shyper_vdev_core *core)
{
	return (atomic_t *)&core->regs[VIRTIO_MMIO_INTERRUPT_STATUS / 4];
}

/*
 * A bit that is set already needs no second interrupt. The driver reads
 * InterruptStatus, stores to InterruptACK, then looks at the rings: EL2 clears the
 * bit, when it has been set, by an atomic operation that comes after ours, and all
 * that we wrote before (used entries) is seen by what the driver reads after its
 * store. The interrupt that goes with the bit has been sent by who set it, or is
 * about to be. So far this is what a device with a level interrupt does; a driver
 * that looks first and acknowledges then would lose interrupts of those, too.
 */
bool shyper_vdev_interrupt(struct shyper_vdev_core *core, u32 bit)
{
	atomic_t *isr = interrupt_status(core);

	if (atomic_fetch_or(bit, isr) & bit)
		return false;
	shyper_clean_poc(isr, sizeof(*isr));
	shyper_hvc_irq_inject(core->dev.vmid, core->dev.irq);
	return true;
}

void shyper_vqueue_interrupt(struct shyper_vqueue *vq)
{
	bool sent = shyper_vdev_interrupt(core_of(vq), VIRTIO_MMIO_INT_VRING);

	trace_shyper_interrupt(vq->dev->index, vq->index, sent);
	if (sent)
		vq->stats.interrupts++;
	else
		vq->stats.interrupts_suppressed++;
}

/* ---- a driver that breaks the rules ---- */

void shyper_vdev_needs_reset(struct shyper_vdev_core *core)
{
	bool told = core->status & VIRTIO_CONFIG_S_DRIVER_OK;

	lockdep_assert_held(&core->dev.lock);
	if (!core->status || core->status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	shyper_vdev_queues_stop(core, 0, core->dev.queues);
	core->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	shyper_vdev_regs_publish(core);
	/* 2.1.2: a driver that has come so far wants to hear of it. */
	if (told)
		shyper_vdev_interrupt(core, VIRTIO_MMIO_INT_CONFIG);
}

void shyper_vqueue_broken(struct shyper_vqueue *vq, int error)
{
	struct shyper_vdev_core *core = core_of(vq);

	count_broken(vq, error);
	set_bit(VDEV_TODO_BROKEN, &core->todo);
	queue_work(shyper_vdev_wq, &core->work);
}

void shyper_vdev_work(struct work_struct *work)
{
	struct shyper_vdev_core *core =
		container_of(work, struct shyper_vdev_core, work);

	mutex_lock(&core->dev.lock);
	if (test_bit(VDEV_TODO_RESET, &core->todo)) {
		shyper_vdev_reset(core);
		/* Pairs with the acquire of who waits for it. */
		clear_bit_unlock(VDEV_TODO_RESET, &core->todo);
	} else if (test_and_clear_bit(VDEV_TODO_BROKEN, &core->todo)) {
		shyper_vdev_needs_reset(core);
	}
	mutex_unlock(&core->dev.lock);
}
