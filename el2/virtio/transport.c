// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio over MMIO, version 2 (VIRTIO 1.2, 4.2): registers, status, queues.
 *
 * Locks: a register is read or written under the device's lock, and what may
 * stop a queue under its work_lock as well, which is the outer one.
 * Notifications are passed to the device after both are released.
 */
#include <el2/errno.h>
#include <el2/string.h>

#include "virtio_dev.h"

#define MAGIC		0x74726976	/* "virt" */
#define VERSION		2
#define VENDOR		0x50594853	/* "SHYP" */

#define REG_QUEUE_READY		0x044
#define REG_QUEUE_NOTIFY	0x050
#define REG_STATUS		0x070
#define REG_QUEUE_RESET		0x0c0
#define REG_CONFIG		0x100

/* Status bits that are the driver's to set. */
#define STATUS_DRIVER_BITS \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | \
	 VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FEATURES_OK | \
	 VIRTIO_STATUS_FAILED)

/* A word of 32 bits out of 64; there are two. */
static u32 word_of(u64 val, u32 sel)
{
	return sel < 2 ? (u32)(val >> (32 * sel)) : 0;
}

static void set_word(u64 *val, u32 sel, u32 word)
{
	u32 shift = 32 * sel;

	*val = (*val & ~((u64)0xffffffff << shift)) | (u64)word << shift;
}

/* The selected queue, or NULL: none of that number. */
static struct virtio_queue *selected(struct virtio_dev *dev)
{
	return dev->queue_sel < dev->ops->queues ?
	       &dev->queue[dev->queue_sel] : NULL;
}

/* Registers. A reader or writer gets the table's arg with it. */

static u32 read_const(struct virtio_dev *dev, u32 arg)
{
	return arg;
}

static u32 read_device_id(struct virtio_dev *dev, u32 arg)
{
	return dev->ops->id;
}

static u32 read_features(struct virtio_dev *dev, u32 arg)
{
	return word_of(virtio_offered(dev), dev->features_sel);
}

static void write_features_sel(struct virtio_dev *dev, u32 val, u32 arg)
{
	dev->features_sel = val;
}

/* 2.2: settled by FEATURES_OK. */
static void write_driver_features(struct virtio_dev *dev, u32 val, u32 arg)
{
	if (dev->status & VIRTIO_STATUS_FEATURES_OK)
		return;
	if (dev->driver_features_sel < 2)
		set_word(&dev->driver_features, dev->driver_features_sel, val);
	else
		dev->driver_features_high |= val != 0;
}

static void write_driver_features_sel(struct virtio_dev *dev, u32 val, u32 arg)
{
	dev->driver_features_sel = val;
}

static void write_queue_sel(struct virtio_dev *dev, u32 val, u32 arg)
{
	dev->queue_sel = val;
}

static u32 read_queue_num_max(struct virtio_dev *dev, u32 arg)
{
	return selected(dev) ? dev->queue_max : 0;
}

static void write_queue_num(struct virtio_dev *dev, u32 val, u32 arg)
{
	struct virtio_queue *q = selected(dev);

	if (q && !q->ready)
		q->num = val;
}

static u32 read_queue_ready(struct virtio_dev *dev, u32 arg)
{
	struct virtio_queue *q = selected(dev);

	return q && q->ready;
}

static void write_queue_ready(struct virtio_dev *dev, u32 val, u32 arg)
{
	struct virtio_queue *q = selected(dev);

	if (!q)
		return;
	if (!(val & 1)) {
		virtio_queue_stop_locked(dev, dev->queue_sel);
		return;
	}
	/* The features say what the ring looks like, so they come first. */
	if (q->ready || !(dev->status & VIRTIO_STATUS_FEATURES_OK))
		return;
	virtio_queue_start_locked(dev, dev->queue_sel);
}

static void write_queue_addr(struct virtio_dev *dev, u32 val, u32 arg)
{
	struct virtio_queue *q = selected(dev);

	if (q && !q->ready)
		set_word(&q->addr[arg / 2], arg % 2, val);
}

/* 4.2.2, 2.6.1: the reset is over when the write is, so it reads 0. */
static void write_queue_reset(struct virtio_dev *dev, u32 val, u32 arg)
{
	if (val == 1 && selected(dev) &&
	    (dev->driver_features & VIRTIO_F_RING_RESET) &&
	    (dev->status & VIRTIO_STATUS_FEATURES_OK))
		virtio_queue_reset_locked(dev, dev->queue_sel);
}

static void kick(struct virtio_dev *dev, u32 queue)
{
	if (!virtio_queue_live_locked(dev, queue))
		return;
	/* More of them say nothing new until the device has looked. */
	shyper_vring_disable_kick(&dev->queue[queue].ring);
	dev->kicks |= (u32)BIT(queue);
}

static void write_queue_notify(struct virtio_dev *dev, u32 val, u32 arg)
{
	if (val < dev->ops->queues)
		kick(dev, val);
}

static u32 read_isr(struct virtio_dev *dev, u32 arg)
{
	return dev->isr;
}

static void write_isr_ack(struct virtio_dev *dev, u32 val, u32 arg)
{
	dev->isr &= ~val;
}

static u32 read_status(struct virtio_dev *dev, u32 arg)
{
	return dev->status;
}

/* 2.2, 6: only what was offered, and not without VERSION_1. */
static bool features_ok(const struct virtio_dev *dev)
{
	return !(dev->driver_features & ~virtio_offered(dev)) &&
	       !dev->driver_features_high &&
	       (dev->driver_features & VIRTIO_F_VERSION_1);
}

/*
 * 2.1.1, 3.1.1: writing 0 resets; else bits are only ever added. FEATURES_OK
 * stays clear if the features are not, and DRIVER_OK needs it.
 */
static void write_status(struct virtio_dev *dev, u32 val, u32 arg)
{
	u32 old = dev->status, n;

	if (!val) {
		virtio_dev_reset_locked(dev);
		return;
	}
	val = old | (val & STATUS_DRIVER_BITS);
	if (!(old & VIRTIO_STATUS_FEATURES_OK) && !features_ok(dev))
		val &= ~(u32)VIRTIO_STATUS_FEATURES_OK;
	if (!(val & VIRTIO_STATUS_FEATURES_OK))
		val &= ~(u32)VIRTIO_STATUS_DRIVER_OK;
	dev->status = val;
	if (!(~old & val & VIRTIO_STATUS_DRIVER_OK))
		return;
	/* What was made available before now had no notification. */
	for (n = 0; n < dev->ops->queues; n++)
		kick(dev, n);
}

static u32 read_generation(struct virtio_dev *dev, u32 arg)
{
	return dev->generation;
}

struct reg {
	u32 (*read)(struct virtio_dev *dev, u32 arg);
	void (*write)(struct virtio_dev *dev, u32 val, u32 arg);
	u32 arg;
};

#define REG(offset)	[(offset) / 4]
#define PART_LOW(part)	{ NULL, write_queue_addr, 2 * (part) }
#define PART_HIGH(part)	{ NULL, write_queue_addr, 2 * (part) + 1 }

/* 4.2.2. What has no reader reads 0; what has no writer ignores writes. */
static const struct reg regs[REG_CONFIG / 4] = {
	REG(0x000) = { read_const, NULL, MAGIC },	/* MagicValue */
	REG(0x004) = { read_const, NULL, VERSION },	/* Version */
	REG(0x008) = { read_device_id, NULL, 0 },	/* DeviceID */
	REG(0x00c) = { read_const, NULL, VENDOR },	/* VendorID */
	REG(0x010) = { read_features, NULL, 0 },	/* DeviceFeatures */
	REG(0x014) = { NULL, write_features_sel, 0 },	/* DeviceFeaturesSel */
	REG(0x020) = { NULL, write_driver_features, 0 }, /* DriverFeatures */
	REG(0x024) = { NULL, write_driver_features_sel, 0 }, /* ...Sel */
	REG(0x030) = { NULL, write_queue_sel, 0 },	/* QueueSel */
	REG(0x034) = { read_queue_num_max, NULL, 0 },	/* QueueNumMax */
	REG(0x038) = { NULL, write_queue_num, 0 },	/* QueueNum */
	REG(REG_QUEUE_READY) = { read_queue_ready, write_queue_ready, 0 }, /* QueueReady */
	REG(REG_QUEUE_NOTIFY) = { NULL, write_queue_notify, 0 },	/* QueueNotify */
	REG(0x060) = { read_isr, NULL, 0 },		/* InterruptStatus */
	REG(0x064) = { NULL, write_isr_ack, 0 },	/* InterruptACK */
	REG(REG_STATUS) = { read_status, write_status, 0 },	/* Status */
	REG(0x080) = PART_LOW(VIRTIO_PART_DESC),	/* QueueDescLow */
	REG(0x084) = PART_HIGH(VIRTIO_PART_DESC),
	REG(0x090) = PART_LOW(VIRTIO_PART_AVAIL),	/* QueueDriverLow */
	REG(0x094) = PART_HIGH(VIRTIO_PART_AVAIL),
	REG(0x0a0) = PART_LOW(VIRTIO_PART_USED),	/* QueueDeviceLow */
	REG(0x0a4) = PART_HIGH(VIRTIO_PART_USED),
	/* SHMLen*, SHMBase*: -1, no region has any number (SHMSel 0x0ac). */
	REG(0x0b0) = { read_const, NULL, ~(u32)0 },
	REG(0x0b4) = { read_const, NULL, ~(u32)0 },
	REG(0x0b8) = { read_const, NULL, ~(u32)0 },
	REG(0x0bc) = { read_const, NULL, ~(u32)0 },
	REG(REG_QUEUE_RESET) = { NULL, write_queue_reset, 0 },	/* QueueReset */
	REG(0x0fc) = { read_generation, NULL, 0 },	/* ConfigGeneration */
};

/* 4.2.2.2: 8, 16 or 32 bits; 64 do no harm. Nothing here is writable. */
static void config_access(struct virtio_dev *dev, struct mmio_access *access)
{
	u64 offset = access->offset - REG_CONFIG;

	if (access->write)
		return;
	access->value = 0;
	if (offset < VIRTIO_CONFIG_LEN)
		memcpy(&access->value, dev->config + offset,
		       MIN((u64)access->width, VIRTIO_CONFIG_LEN - offset));
}

static void reg_access(struct virtio_dev *dev, struct mmio_access *access)
{
	const struct reg *reg = &regs[access->offset / 4];

	if (!access->write)
		access->value = reg->read ? reg->read(dev, reg->arg) : 0;
	else if (reg->write)
		reg->write(dev, (u32)access->value, reg->arg);
}

/* Whether a queue may stop by this: what is under way on it has to end first. */
static bool stops(const struct mmio_access *access)
{
	return access->write && (access->offset == REG_STATUS ||
				 access->offset == REG_QUEUE_READY ||
				 access->offset == REG_QUEUE_RESET);
}

/**
 * struct outcome - what is left to do after an access, without locks
 * @kicks:	queues to notify
 * @changed:	the device went live, or ceased to be
 */
struct outcome {
	u32 kicks;
	bool changed;
};

static int access_locked(struct virtio_dev *dev, struct vcpu *vcpu,
			 struct mmio_access *access, struct outcome *out)
{
	bool live = virtio_dev_live_locked(dev);

	if (dev->vm != vcpu_vm(vcpu))
		return -ENODEV;
	if (access->offset >= REG_CONFIG)
		config_access(dev, access);
	else
		reg_access(dev, access);
	out->kicks = dev->kicks;
	out->changed = virtio_dev_live_locked(dev) != live;
	dev->kicks = 0;
	return 0;
}

/* A queue that wants another go gets it when the guest makes the access again. */
static int notify(struct virtio_dev *dev, u32 kicks)
{
	u32 again = 0, n;

	for (; kicks; kicks &= kicks - 1) {
		n = (u32)__builtin_ctz(kicks);
		if (dev->ops->notify(dev, n) == MMIO_AGAIN)
			again |= (u32)BIT(n);
	}
	if (!again)
		return 0;
	spin_lock(&dev->lock);
	for (; again; again &= again - 1) {
		n = (u32)__builtin_ctz(again);
		if (virtio_queue_live_locked(dev, n))
			dev->kicks |= (u32)BIT(n);
	}
	spin_unlock(&dev->lock);
	return MMIO_AGAIN;
}

/* 4.2.2.2: registers are accessed aligned and with 32 bits, or the guest faults. */
int virtio_access(struct vcpu *vcpu, struct mmio_access *access, void *priv)
{
	struct virtio_dev *dev = priv;
	bool stop = stops(access);
	struct outcome out = { };
	int ret;

	if (access->offset < REG_CONFIG &&
	    (access->width != 4 || access->offset % 4))
		return -EINVAL;
	if (access->write && access->offset == REG_QUEUE_NOTIFY)
		vcpu_count_doorbell(vcpu);

	if (stop)
		spin_lock(&dev->work_lock);
	spin_lock(&dev->lock);
	ret = access_locked(dev, vcpu, access, &out);
	spin_unlock(&dev->lock);
	if (stop)
		spin_unlock(&dev->work_lock);

	if (out.changed && dev->ops->changed)
		dev->ops->changed(dev);
	return ret ? ret : notify(dev, out.kicks);
}
