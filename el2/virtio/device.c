// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio device and its queues, without its registers: those are transport.c's.
 *
 * Lock: the device's, but for creating it.
 */
#include <el2/log.h>
#include <el2/string.h>
#include <el2/vgic.h>
#include <el2/virtio.h>

#include "virtio_dev.h"

/* Lines that one device's driver may cause. */
#define COMPLAINTS	4

#define TRANSPORT_FEATURES \
	(VIRTIO_F_VERSION_1 | VIRTIO_F_RING_RESET | \
	 SHYPER_VRING_F_INDIRECT_DESC | SHYPER_VRING_F_EVENT_IDX)

u64 virtio_offered(const struct virtio_dev *dev)
{
	return dev->ops->features | TRANSPORT_FEATURES;
}

static void raise_locked(struct virtio_dev *dev, u32 bits)
{
	dev->isr |= bits;
	vgic_pend_spi(dev->vm, dev->intid);
}

/*
 * The piece of the VM's memory at `addr`. Where the whole range is not in one
 * region, as much of it as is, in pages, which regions consist of: two that
 * touch are one memory to the guest.
 */
static void *translate(void *priv, u64 addr, u32 *len)
{
	struct vm *vm = priv;
	void *p = vm_memory(vm, addr, *len);
	u64 first = PAGE_SIZE - addr % PAGE_SIZE;
	u64 fits = 0, fails, mid;

	if (p)
		return p;
	if (first >= *len || !vm_memory(vm, addr, first))
		return NULL;
	fails = (*len - first) / PAGE_SIZE + 1;
	while (fails - fits > 1) {
		mid = fits + (fails - fits) / 2;
		if (vm_memory(vm, addr, first + mid * PAGE_SIZE))
			fits = mid;
		else
			fails = mid;
	}
	*len = (u32)(first + fits * PAGE_SIZE);
	return vm_memory(vm, addr, *len);
}

void virtio_queue_stop_locked(struct virtio_dev *dev, u32 index)
{
	struct virtio_queue *q = &dev->queue[index];

	if (q->ready && dev->ops->stopped)
		dev->ops->stopped(dev, index);
	q->ready = false;
}

void virtio_queue_reset_locked(struct virtio_dev *dev, u32 index)
{
	virtio_queue_stop_locked(dev, index);
	memset(&dev->queue[index], 0, sizeof(dev->queue[index]));
	dev->queue[index].num = dev->queue_max;
}

void virtio_queue_start_locked(struct virtio_dev *dev, u32 index)
{
	struct virtio_queue *q = &dev->queue[index];
	int ret = SHYPER_VRING_E_SETUP;

	if (q->num <= dev->queue_max)
		ret = shyper_vring_init(&q->ring, q->num,
					q->addr[VIRTIO_PART_DESC],
					q->addr[VIRTIO_PART_AVAIL],
					q->addr[VIRTIO_PART_USED],
					dev->driver_features, translate, dev->vm);
	if (ret)
		virtio_dev_broken_locked(dev, ret);
	else
		q->ready = true;
}

void virtio_dev_reset_locked(struct virtio_dev *dev)
{
	u32 n;

	ASSERT(spin_is_locked(&dev->lock));
	for (n = 0; n < dev->ops->queues; n++)
		virtio_queue_reset_locked(dev, n);
	dev->status = 0;
	dev->isr = 0;
	dev->kicks = 0;
	dev->features_sel = 0;
	dev->driver_features_sel = 0;
	dev->driver_features = 0;
	dev->driver_features_high = false;
	dev->queue_sel = 0;
	if (dev->ops->reset)
		dev->ops->reset(dev);
}

void virtio_dev_broken_locked(struct virtio_dev *dev, int why)
{
	ASSERT(spin_is_locked(&dev->lock));
	if (dev->complaints++ < COMPLAINTS)
		log_warn("VM %u: virtio device at %lx needs a reset (%d)",
			 vm_id(dev->vm), dev->base, why);
	/* 2.1.2: with DRIVER_OK the driver is told. */
	if (dev->status & VIRTIO_STATUS_DRIVER_OK)
		raise_locked(dev, VIRTIO_INT_CONFIG);
	dev->status |= VIRTIO_STATUS_NEEDS_RESET;
}

void virtio_dev_config_locked(struct virtio_dev *dev, const void *config)
{
	ASSERT(spin_is_locked(&dev->lock));
	memcpy(dev->config, config, sizeof(dev->config));
	dev->generation++;
	if (dev->status & VIRTIO_STATUS_DRIVER_OK)
		raise_locked(dev, VIRTIO_INT_CONFIG);
}

bool virtio_dev_live_locked(const struct virtio_dev *dev)
{
	return (dev->status & (VIRTIO_STATUS_DRIVER_OK |
			       VIRTIO_STATUS_NEEDS_RESET)) ==
	       VIRTIO_STATUS_DRIVER_OK;
}

bool virtio_queue_live_locked(const struct virtio_dev *dev, u32 queue)
{
	return virtio_dev_live_locked(dev) && dev->queue[queue].ready;
}

bool virtio_used_locked(struct virtio_dev *dev, u32 queue)
{
	if (!shyper_vring_want_irq(&dev->queue[queue].ring))
		return false;
	raise_locked(dev, VIRTIO_INT_USED);
	return true;
}

int virtio_dev_create(struct virtio_dev *dev, const struct virtio_ops *ops,
		      struct vm *vm, u64 base, u32 intid, u32 queue_max,
		      const void *config)
{
	int ret = mmio_register(vm, base, VIRTIO_MMIO_SIZE, virtio_access, dev);

	if (ret)
		return ret;
	spin_lock(&dev->lock);
	dev->ops = ops;
	dev->vm = vm;
	dev->base = base;
	dev->intid = intid;
	dev->queue_max = queue_max;
	dev->complaints = 0;
	dev->generation = 0;
	memcpy(dev->config, config, sizeof(dev->config));
	virtio_dev_reset_locked(dev);
	spin_unlock(&dev->lock);
	return 0;
}

void virtio_dev_destroy_locked(struct virtio_dev *dev)
{
	virtio_dev_reset_locked(dev);
	dev->vm = NULL;
}

void virtio_vm_reset(struct vm *vm)
{
	blk_vm_reset(vm);
	net_vm_reset(vm);
	console_vm_reset(vm);
}

void virtio_vm_destroy(struct vm *vm)
{
	blk_vm_destroy(vm);
	net_vm_destroy(vm);
	console_vm_destroy(vm);
}
