/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What el2/virtio/ shares within itself: a virtio device behind its virtio-mmio
 * registers (device.c, transport.c), on which blk.c, net.c and console.c are built.
 */
#ifndef EL2_VIRTIO_DEV_H
#define EL2_VIRTIO_DEV_H

#include <el2/mmio.h>
#include <el2/spinlock.h>
#include <el2/vm.h>
#include <shyper/vring.h>

#define VIRTIO_ID_NET		1
#define VIRTIO_ID_BLOCK		2
#define VIRTIO_ID_CONSOLE	3

/* 2.1 Device Status Field. */
#define VIRTIO_STATUS_ACKNOWLEDGE	0x01
#define VIRTIO_STATUS_DRIVER		0x02
#define VIRTIO_STATUS_DRIVER_OK		0x04
#define VIRTIO_STATUS_FEATURES_OK	0x08
#define VIRTIO_STATUS_NEEDS_RESET	0x40
#define VIRTIO_STATUS_FAILED		0x80

/* 6 Reserved Feature Bits. */
#define VIRTIO_F_VERSION_1	BIT(32)
#define VIRTIO_F_RING_RESET	BIT(40)

/* 4.2.2 InterruptStatus. */
#define VIRTIO_INT_USED		BIT(0)
#define VIRTIO_INT_CONFIG	BIT(1)

#define VIRTIO_MMIO_SIZE	0x200	/* registers and configuration */
#define VIRTIO_QUEUES		3	/* most that a device here has */
#define VIRTIO_CONFIG_LEN	16

/* Parts of a queue whose addresses the driver gives, in register order. */
enum virtio_part {
	VIRTIO_PART_DESC,
	VIRTIO_PART_AVAIL,
	VIRTIO_PART_USED,
	VIRTIO_PARTS,
};

struct virtio_queue {
	struct shyper_vring ring;
	bool ready;
	u32 num;
	u64 addr[VIRTIO_PARTS];
};

struct virtio_dev;

/**
 * struct virtio_ops - what kind of device it is
 * @id:		VIRTIO_ID_*
 * @queues:	how many
 * @features:	offered beside those of transport and ring
 * @notify:	buffers may have come; no lock is held, on the CPU of a vCPU of
 *		the device's VM. Return: 0, or MMIO_AGAIN
 * @stopped:	under the device's lock: what is in flight of a queue (and it
 *		was ready) does not belong to it any more; may be NULL
 * @reset:	under the device's lock: forget what the driver has set; may be NULL
 * @changed:	virtio_dev_live_locked() has changed by what the driver wrote; no
 *		lock is held; may be NULL
 */
struct virtio_ops {
	u32 id;
	u32 queues;
	u64 features;
	int (*notify)(struct virtio_dev *dev, u32 queue);
	void (*stopped)(struct virtio_dev *dev, u32 queue);
	void (*reset)(struct virtio_dev *dev);
	void (*changed)(struct virtio_dev *dev);
};

/**
 * struct virtio_dev - a device; all fields but the locks under @lock
 * @work_lock:	of a device that works on buffers without @lock: it holds this
 *		meanwhile, and who stops a queue takes it before @lock
 * @vm:		whose it is; NULL: nobody's, and it answers nobody
 * @base:	IPA of its registers
 * @intid:	its SPI
 * @queue_max:	QueueNumMax of each queue
 * @status:	device status
 * @isr:	InterruptStatus
 * @generation:	ConfigGeneration
 * @complaints:	lines logged about its driver
 * @kicks:	queues to be notified once @lock is released
 * @features_sel: 0 or 1 are words of the device's features
 * @driver_features_sel: and of the driver's
 * @driver_features: as accepted by the driver
 * @driver_features_high: it accepted something in words that do not exist
 * @queue_sel:	may be out of range
 * @config:	device configuration, little-endian
 */
struct virtio_dev {
	struct spinlock work_lock;
	struct spinlock lock;
	const struct virtio_ops *ops;
	struct vm *vm;
	u64 base;
	u32 intid;
	u32 queue_max;
	u32 status;
	u32 isr;
	u32 generation;
	u32 complaints;
	u32 kicks;
	u32 features_sel;
	u32 driver_features_sel;
	u64 driver_features;
	bool driver_features_high;
	u32 queue_sel;
	u8 config[VIRTIO_CONFIG_LEN] __aligned(8);
	struct virtio_queue queue[VIRTIO_QUEUES];
};

/**
 * virtio_dev_create() - put a device into a VM's address space
 * @config: VIRTIO_CONFIG_LEN bytes
 *
 * Return: 0, or what mmio_register() says.
 */
int virtio_dev_create(struct virtio_dev *dev, const struct virtio_ops *ops,
		      struct vm *vm, u64 base, u32 intid, u32 queue_max,
		      const void *config);

/**
 * virtio_dev_reset_locked() - as after power-on, 2.4
 */
void virtio_dev_reset_locked(struct virtio_dev *dev);

/**
 * virtio_dev_destroy_locked() - reset it and forget its VM
 */
void virtio_dev_destroy_locked(struct virtio_dev *dev);

/**
 * virtio_dev_broken_locked() - the driver did what it must not: DEVICE_NEEDS_RESET
 * @why: a shyper_vring_error, or 0: the request makes no sense
 */
void virtio_dev_broken_locked(struct virtio_dev *dev, int why);

/**
 * virtio_dev_config_locked() - the configuration has changed: tell the driver
 */
void virtio_dev_config_locked(struct virtio_dev *dev, const void *config);

/**
 * virtio_dev_live_locked() - whether its driver is up, and has broken nothing
 */
bool virtio_dev_live_locked(const struct virtio_dev *dev);

/**
 * virtio_queue_live_locked() - whether a queue may be worked on now
 */
bool virtio_queue_live_locked(const struct virtio_dev *dev, u32 queue);

/**
 * virtio_used_locked() - buffers were pushed: interrupt the driver if it likes
 *
 * Return: whether it did.
 */
bool virtio_used_locked(struct virtio_dev *dev, u32 queue);

/* What transport.c and device.c have of each other. */

/* virtio_offered() - the features of device, transport and ring */
u64 virtio_offered(const struct virtio_dev *dev);

/* virtio_queue_start_locked() - use what the driver has set up, if it can be */
void virtio_queue_start_locked(struct virtio_dev *dev, u32 index);

/* virtio_queue_stop_locked() - QueueReady is 0: what is in flight is forgotten */
void virtio_queue_stop_locked(struct virtio_dev *dev, u32 index);

/* virtio_queue_reset_locked() - as after the device's reset */
void virtio_queue_reset_locked(struct virtio_dev *dev, u32 index);

/* virtio_access() - an access to a device's registers: an mmio_handler */
int virtio_access(struct vcpu *vcpu, struct mmio_access *access, void *priv);

/* Per kind: virtio_vm_reset() and virtio_vm_destroy(). */
void blk_vm_reset(struct vm *vm);
void blk_vm_destroy(struct vm *vm);
void net_vm_reset(struct vm *vm);
void net_vm_destroy(struct vm *vm);
void console_vm_reset(struct vm *vm);
void console_vm_destroy(struct vm *vm);

#endif /* EL2_VIRTIO_DEV_H */
