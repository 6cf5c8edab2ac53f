// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues of a virtio device: started, kicked, interrupting, stopped, broken.
 *
 * Locks: dev->lock, then queue->kick_lock, which is taken in hard interrupt context.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/atomic.h>
#include <linux/ratelimit.h>

#include "hypercall.h"
#include "trace.h"
#include "vdev_core.h"

static struct shyper_vdev_core *core_of(struct shyper_vqueue *vq)
{
	return container_of(vq->dev, struct shyper_vdev_core, dev);
}

/* ---- kicks ---- */

/* Under its lock, so that kicks come one at a time and none after a stop. */
static void kick(struct shyper_vdev_core *core, u32 n)
{
	struct shyper_vqueue *vq = &core->dev.vq[n];

	lockdep_assert_held(&core->queue[n].kick_lock);
	if (vq->running)
		core->dev.ops->kick(vq);
}

void shyper_vdev_kick(void *priv, u32 n)
{
	struct shyper_vdev_core *core = priv;
	unsigned long flags;

	spin_lock_irqsave(&core->queue[n].kick_lock, flags);
	core->dev.vq[n].stats.kicks++;
	trace_shyper_kick(core->dev.index, n, core->dev.vq[n].running);
	kick(core, n);
	spin_unlock_irqrestore(&core->queue[n].kick_lock, flags);
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
	/* What was made available before now had no notification. */
	spin_lock_irq(&core->queue[n].kick_lock);
	vq->running = true;
	kick(core, n);
	spin_unlock_irq(&core->queue[n].kick_lock);
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
