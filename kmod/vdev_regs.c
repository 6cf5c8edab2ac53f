// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of virtio over MMIO, version 2 (VIRTIO 1.2, 4.2.2): what stores do, and
 * the page that answers loads. What a load yields depends on the state of the device
 * only, so the page is brought up to date after each store, before the vCPU goes on.
 *
 * Locks: dev->lock.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "hypercall.h"
#include "vdev_core.h"

#define MAGIC		0x74726976	/* "virt" */
#define VERSION		2
#define VENDOR		0x50594853	/* "SHYP" */

/* Status bits that are the driver's to set. */
#define STATUS_DRIVER_BITS \
	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | \
	 VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_FEATURES_OK | \
	 VIRTIO_CONFIG_S_FAILED)

static u32 word_of(u64 val, u32 sel)
{
	return sel < 2 ? val >> (32 * sel) : 0;
}

static void set_word(u64 *val, u32 sel, u32 word)
{
	u32 shift = 32 * sel;

	*val = (*val & ~((u64)U32_MAX << shift)) | (u64)word << shift;
}

/* The selected queue, or NULL: none of that number. */
static struct vdev_queue *selected(struct shyper_vdev_core *core)
{
	return core->queue_sel < core->dev.queues ?
	       &core->queue[core->queue_sel] : NULL;
}

/* ---- loads: values for the page ---- */

static u32 read_const(struct shyper_vdev_core *core, u32 arg)
{
	return arg;
}

static u32 read_device_id(struct shyper_vdev_core *core, u32 arg)
{
	return core->dev.ops->id;
}

static u32 read_features(struct shyper_vdev_core *core, u32 arg)
{
	return word_of(core->dev.offered, core->device_features_sel);
}

static u32 read_queue_num_max(struct shyper_vdev_core *core, u32 arg)
{
	return selected(core) ? core->dev.vq[core->queue_sel].num_max : 0;
}

static u32 read_queue_ready(struct shyper_vdev_core *core, u32 arg)
{
	const struct vdev_queue *q = selected(core);

	return q && q->ready;
}

static u32 read_status(struct shyper_vdev_core *core, u32 arg)
{
	return core->status;
}

static u32 read_generation(struct shyper_vdev_core *core, u32 arg)
{
	return core->generation;
}

/* ---- stores ---- */

static void write_device_features_sel(struct shyper_vdev_core *core, u32 val,
				      u32 arg)
{
	core->device_features_sel = val;
}

static void write_driver_features_sel(struct shyper_vdev_core *core, u32 val,
				      u32 arg)
{
	core->driver_features_sel = val;
}

/* 2.2: settled by FEATURES_OK. */
static void write_driver_features(struct shyper_vdev_core *core, u32 val, u32 arg)
{
	if (core->status & VIRTIO_CONFIG_S_FEATURES_OK)
		return;
	if (core->driver_features_sel < 2)
		set_word(&core->driver_features, core->driver_features_sel, val);
	else
		core->features_beyond |= val != 0;
}

static void write_queue_sel(struct shyper_vdev_core *core, u32 val, u32 arg)
{
	core->queue_sel = val;
}

static void write_queue_num(struct shyper_vdev_core *core, u32 val, u32 arg)
{
	struct vdev_queue *q = selected(core);

	if (q && !q->ready)
		q->num = val;
}

static void write_queue_addr(struct shyper_vdev_core *core, u32 val, u32 arg)
{
	struct vdev_queue *q = selected(core);

	if (q && !q->ready)
		set_word(&q->addr[arg / 2], arg % 2, val);
}

static void start(struct shyper_vdev_core *core, u32 n)
{
	if (shyper_vdev_queue_start(core, n))
		shyper_vdev_needs_reset(core);
}

static void write_queue_ready(struct shyper_vdev_core *core, u32 val, u32 arg)
{
	struct vdev_queue *q = selected(core);

	if (!q)
		return;
	if (!(val & 1)) {
		shyper_vdev_queues_stop(core, core->queue_sel, 1);
		q->ready = false;
		return;
	}
	/* The features say what the ring looks like, so they come first. */
	if (q->ready || !(core->status & VIRTIO_CONFIG_S_FEATURES_OK) ||
	    core->status & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	q->ready = true;
	if (core->status & VIRTIO_CONFIG_S_DRIVER_OK)
		start(core, core->queue_sel);
}

static void queue_reset(struct shyper_vdev_core *core, u32 n)
{
	struct vdev_queue *q = &core->queue[n];

	q->num = core->dev.vq[n].num_max;
	q->ready = false;
	memset(q->addr, 0, sizeof(q->addr));
}

/* 4.2.2, 2.6.1: the reset is over when the store is, so it reads 0. */
static void write_queue_reset(struct shyper_vdev_core *core, u32 val, u32 arg)
{
	if (val != 1 || !selected(core) ||
	    !shyper_vdev_has(&core->dev, VIRTIO_F_RING_RESET))
		return;
	shyper_vdev_queues_stop(core, core->queue_sel, 1);
	queue_reset(core, core->queue_sel);
}

/* 2.2, 6: only what was offered, with what it depends on, and VERSION_1. */
static bool features_ok(const struct shyper_vdev_core *core)
{
	const u8 (*depends)[2] = core->depends;
	u64 features = core->driver_features;

	if (features & ~core->dev.offered || core->features_beyond ||
	    !(features & BIT_ULL(VIRTIO_F_VERSION_1)))
		return false;
	for (; depends && ((*depends)[0] || (*depends)[1]); depends++) {
		if (features & BIT_ULL((*depends)[0]) &&
		    !(features & BIT_ULL((*depends)[1])))
			return false;
	}
	return true;
}

static void go_live(struct shyper_vdev_core *core)
{
	struct shyper_vdev *dev = &core->dev;
	u32 n;

	for (n = 0; n < dev->queues; n++) {
		if (core->queue[n].ready &&
		    !(core->status & VIRTIO_CONFIG_S_NEEDS_RESET))
			start(core, n);
	}
	if (!(core->status & VIRTIO_CONFIG_S_NEEDS_RESET) && dev->ops->started)
		dev->ops->started(dev);
	if (core->config_untold)
		shyper_vdev_interrupt(core, VIRTIO_MMIO_INT_CONFIG);
	core->config_untold = false;
}

/*
 * 2.1.1, 3.1.1: storing 0 resets; else bits are only ever added. FEATURES_OK
 * stays clear if the features are not, and DRIVER_OK needs it.
 */
static void write_status(struct shyper_vdev_core *core, u32 val, u32 arg)
{
	u32 old = core->status;

	if (!val) {
		shyper_vdev_reset(core);
		return;
	}
	if (old & VIRTIO_CONFIG_S_NEEDS_RESET)
		return;
	val = old | (val & STATUS_DRIVER_BITS);
	if (!(old & VIRTIO_CONFIG_S_FEATURES_OK) && !features_ok(core))
		val &= ~VIRTIO_CONFIG_S_FEATURES_OK;
	if (!(val & VIRTIO_CONFIG_S_FEATURES_OK))
		val &= ~VIRTIO_CONFIG_S_DRIVER_OK;
	core->status = val;
	if (~old & val & VIRTIO_CONFIG_S_FEATURES_OK)
		core->dev.features = core->driver_features;
	if (~old & val & VIRTIO_CONFIG_S_DRIVER_OK)
		go_live(core);
}

/* ---- the table ---- */

struct reg {
	u32 (*read)(struct shyper_vdev_core *core, u32 arg);
	void (*write)(struct shyper_vdev_core *core, u32 val, u32 arg);
	u32 arg;
};

#define REG(offset)	[(offset) / 4]
#define PART_LOW(part)	{ NULL, write_queue_addr, 2 * (part) }
#define PART_HIGH(part)	{ NULL, write_queue_addr, 2 * (part) + 1 }

/*
 * What has no reader reads 0; what has no writer ignores stores. Not here:
 * QueueNotify and InterruptACK, which EL2 decides; InterruptStatus, which is changed
 * in place.
 */
static const struct reg regs[VIRTIO_MMIO_CONFIG / 4] = {
	REG(VIRTIO_MMIO_MAGIC_VALUE) = { read_const, NULL, MAGIC },
	REG(VIRTIO_MMIO_VERSION) = { read_const, NULL, VERSION },
	REG(VIRTIO_MMIO_DEVICE_ID) = { read_device_id },
	REG(VIRTIO_MMIO_VENDOR_ID) = { read_const, NULL, VENDOR },
	REG(VIRTIO_MMIO_DEVICE_FEATURES) = { read_features },
	REG(VIRTIO_MMIO_DEVICE_FEATURES_SEL) = { NULL, write_device_features_sel },
	REG(VIRTIO_MMIO_DRIVER_FEATURES) = { NULL, write_driver_features },
	REG(VIRTIO_MMIO_DRIVER_FEATURES_SEL) = { NULL, write_driver_features_sel },
	REG(VIRTIO_MMIO_QUEUE_SEL) = { NULL, write_queue_sel },
	REG(VIRTIO_MMIO_QUEUE_NUM_MAX) = { read_queue_num_max },
	REG(VIRTIO_MMIO_QUEUE_NUM) = { NULL, write_queue_num },
	REG(VIRTIO_MMIO_QUEUE_READY) = { read_queue_ready, write_queue_ready },
	REG(VIRTIO_MMIO_STATUS) = { read_status, write_status },
	REG(VIRTIO_MMIO_QUEUE_DESC_LOW) = PART_LOW(VDEV_PART_DESC),
	REG(VIRTIO_MMIO_QUEUE_DESC_HIGH) = PART_HIGH(VDEV_PART_DESC),
	REG(VIRTIO_MMIO_QUEUE_AVAIL_LOW) = PART_LOW(VDEV_PART_DRIVER),
	REG(VIRTIO_MMIO_QUEUE_AVAIL_HIGH) = PART_HIGH(VDEV_PART_DRIVER),
	REG(VIRTIO_MMIO_QUEUE_USED_LOW) = PART_LOW(VDEV_PART_DEVICE),
	REG(VIRTIO_MMIO_QUEUE_USED_HIGH) = PART_HIGH(VDEV_PART_DEVICE),
	/* No region of shared memory has any number. */
	REG(VIRTIO_MMIO_SHM_LEN_LOW) = { read_const, NULL, U32_MAX },
	REG(VIRTIO_MMIO_SHM_LEN_HIGH) = { read_const, NULL, U32_MAX },
	REG(VIRTIO_MMIO_SHM_BASE_LOW) = { read_const, NULL, U32_MAX },
	REG(VIRTIO_MMIO_SHM_BASE_HIGH) = { read_const, NULL, U32_MAX },
	REG(VDEV_REG_QUEUE_RESET) = { NULL, write_queue_reset },
	REG(VIRTIO_MMIO_CONFIG_GENERATION) = { read_generation },
};

static void *config_page(const struct shyper_vdev_core *core)
{
	return (u8 *)core->regs + VIRTIO_MMIO_CONFIG;
}

/* As the guest may be reading it: no field of up to 64 bits is ever half there. */
static void publish_config(struct shyper_vdev_core *core)
{
	const __le64 *from = (const __le64 *)core->dev.config;
	__le64 *to = config_page(core);
	u32 n;

	static_assert(SHYPER_VDEV_CONFIG % 8 == 0 && VIRTIO_MMIO_CONFIG % 8 == 0);
	for (n = 0; n < SHYPER_VDEV_CONFIG / 8; n++) {
		if (to[n] != from[n])
			WRITE_ONCE(to[n], from[n]);
	}
}

void shyper_vdev_regs_publish(struct shyper_vdev_core *core)
{
	__le32 val;
	u32 n;

	lockdep_assert_held(&core->dev.lock);
	for (n = 0; n < ARRAY_SIZE(regs); n++) {
		if (!regs[n].read)
			continue;
		val = cpu_to_le32(regs[n].read(core, regs[n].arg));
		if (core->regs[n] != val)
			WRITE_ONCE(core->regs[n], val);
	}
	publish_config(core);
	shyper_clean_poc(core->regs, VIRTIO_MMIO_CONFIG + SHYPER_VDEV_CONFIG);
}

void shyper_vdev_regs_publish_generation(struct shyper_vdev_core *core)
{
	__le32 *reg = &core->regs[VIRTIO_MMIO_CONFIG_GENERATION / 4];

	WRITE_ONCE(*reg, cpu_to_le32(core->generation));
	shyper_clean_poc(reg, sizeof(*reg));
}

void shyper_vdev_regs_reset(struct shyper_vdev_core *core)
{
	u32 n;

	lockdep_assert_held(&core->dev.lock);
	core->status = 0;
	core->device_features_sel = 0;
	core->driver_features_sel = 0;
	core->queue_sel = 0;
	core->driver_features = 0;
	core->features_beyond = false;
	core->config_untold = false;
	core->dev.features = 0;
	for (n = 0; n < core->dev.queues; n++)
		queue_reset(core, n);
	WRITE_ONCE(core->regs[VIRTIO_MMIO_INTERRUPT_STATUS / 4], 0);
}

/* ---- accesses ---- */

/* 4.2.2.2: 8, 16 or 32 bits; 64 do no harm. Beyond its end nothing is writable. */
static bool config_store(struct shyper_vdev_core *core, u32 offset, u32 width,
			 u64 value)
{
	struct shyper_vdev *dev = &core->dev;
	u8 old[sizeof(value)];

	if (!dev->ops->config_write || offset >= dev->config_len ||
	    width > dev->config_len - offset)
		return true;
	memcpy(old, dev->config + offset, width);
	memcpy(dev->config + offset, &value, width);
	dev->ops->config_write(dev, offset, width, old);
	return true;
}

bool shyper_vdev_regs_store(struct shyper_vdev_core *core, u32 offset, u32 width,
			    u64 value)
{
	bool known = true;

	lockdep_assert_held(&core->dev.lock);
	if (!width || width > sizeof(value) || offset % width)
		return false;
	if (offset >= VIRTIO_MMIO_CONFIG)
		known = config_store(core, offset - VIRTIO_MMIO_CONFIG, width, value);
	else if (width != 4)
		return false;
	else if (regs[offset / 4].write)
		regs[offset / 4].write(core, value, regs[offset / 4].arg);
	shyper_vdev_regs_publish(core);
	return known;
}

bool shyper_vdev_regs_load(struct shyper_vdev_core *core, u32 offset, u32 width,
			   u64 *value)
{
	if (!width || width > sizeof(*value) || offset % width)
		return false;
	*value = 0;
	memcpy(value, (u8 *)core->regs + offset, width);
	return true;
}

void shyper_vdev_regs_trap(const struct shyper_vdev_core *core,
			   struct shyper_trap *trap)
{
	*trap = (struct shyper_trap){
		.vmid = cpu_to_le32(core->dev.vmid),
		.flags = cpu_to_le32(SHYPER_TRAP_PAGE),
		.ipa = cpu_to_le64(core->dev.base),
		.length = cpu_to_le64(SHYPER_PAGE_SIZE),
		.page_ipa = cpu_to_le64(virt_to_phys(core->regs)),
		.forward_event = cpu_to_le32(core->vm->ioreq_event),
		.actions = cpu_to_le32(2),
		.action = {
			{
				.offset = cpu_to_le32(VIRTIO_MMIO_QUEUE_NOTIFY),
				.width = 4,
				.action = SHYPER_TRAP_DOORBELL,
				.event = cpu_to_le32(core->events),
				.limit = cpu_to_le32(core->dev.queues),
			},
			{
				.offset = cpu_to_le32(VIRTIO_MMIO_INTERRUPT_ACK),
				.width = 4,
				.action = SHYPER_TRAP_CLEAR_BITS,
				.target = cpu_to_le32(VIRTIO_MMIO_INTERRUPT_STATUS),
			},
		},
	};
}
