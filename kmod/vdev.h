/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtio devices that this module is, for guests: the transport and what all
 * devices have in common (VIRTIO 1.2, 2, 4.2). A device's own part (blk, net,
 * console) is a struct shyper_vdev_ops.
 *
 * Registers are a page of ours that the guest reads without an exit; stores to
 * QueueNotify arrive as doorbells, stores to InterruptACK are done by EL2, all
 * others are forwarded and handled in process context under the device's lock.
 *
 * Lives: shyper_vdev_create() when the VM is configured; shyper_vdevs_boot()
 * before each boot of the VM; the driver sets it up, uses it, resets it, as often
 * as it likes; shyper_vdevs_stopped() when the VM has ended; shyper_vdev_destroy()
 * when the VM goes. A queue is started and stopped by ops; from queue_stop()'s
 * return until the next queue_start() nothing may touch its ring or guest memory.
 */
#ifndef SHYPER_VDEV_H
#define SHYPER_VDEV_H

#include <linux/mutex.h>
#include <linux/shyper.h>
#include <linux/spinlock.h>
#include <shyper/vring.h>

#include "guest_mem.h"

#define SHYPER_VDEV_QUEUES	17	/* a queue pair for each of 8 vCPUs, and control */
#define SHYPER_VDEV_CONFIG	64	/* bytes of configuration space at most */
#define SHYPER_QUEUE_NUM_MAX	256

struct shyper_vdev;

/**
 * struct shyper_vqueue - a virtqueue of a device
 * @dev:	whose
 * @index:	its number
 * @num_max:	largest size it may be given; constant
 * @event:	its doorbell
 * @running:	between queue_start() and queue_stop()
 * @ring:	valid while @running; the device serialises its use
 * @stats:	counters; the device's own are written under its serialisation
 * @priv:	of the device
 */
struct shyper_vqueue {
	struct shyper_vdev *dev;
	u16 index;
	u16 num_max;
	u32 event;
	bool running;
	struct shyper_vring ring;
	struct shyper_queue_stats stats;
	void *priv;
};

/**
 * struct shyper_vdev_ops - what makes a device
 * @id:		virtio's number of the type (VIRTIO 1.2, 5)
 * @name:	of the type, for messages
 * @queue_start: the driver is ready and has set this queue up: I/O may begin. A
 *		kick is made by the core right afterwards. dev->lock held; may sleep
 * @queue_stop:	no kick() runs or will run; return when nothing of this queue is
 *		in flight. dev->lock held; may sleep. Also after a bad ring
 * @kick:	the driver has notified the queue. Hard interrupt context
 * @config_read: fill dev->config before it is published; NULL: constant. dev->lock
 * @config_write: the driver has stored into configuration space: already
 *		in dev->config; @old is what was there. NULL: read-only. dev->lock
 * @reset:	all queues have been stopped; forget what the driver told. May be NULL
 * @started:	DRIVER_OK has been set, queues are running. May be NULL
 * @release:	last thing of shyper_vdev_destroy(): free dev->priv's memory
 */
struct shyper_vdev_ops {
	u32 id;
	const char *name;
	int (*queue_start)(struct shyper_vqueue *vq);
	void (*queue_stop)(struct shyper_vqueue *vq);
	void (*kick)(struct shyper_vqueue *vq);
	void (*config_read)(struct shyper_vdev *dev);
	void (*config_write)(struct shyper_vdev *dev, u32 offset, u32 len,
			     const void *old);
	void (*reset)(struct shyper_vdev *dev);
	void (*started)(struct shyper_vdev *dev);
	void (*release)(struct shyper_vdev *dev);
};

/**
 * struct shyper_vdev_setup - arguments of shyper_vdev_create()
 * @vmid:	whose
 * @ops:	what it is
 * @priv:	dev->priv
 * @name:	as configured, SHYPER_API_NAME_LEN
 * @base:	guest address of its registers, a page of their own
 * @irq:	INTID in the guest
 * @features:	device's own feature bits, and VIRTIO_F_RING_RESET and
 *		VIRTIO_F_IN_ORDER if it can; the core adds VERSION_1, INDIRECT_DESC,
 *		EVENT_IDX and RING_PACKED
 * @without:	of what the core adds, what this device is better without
 * @depends:	pairs {bit, bit it needs}, ended by {0, 0}: a driver that accepts the
 *		first without the second does not get FEATURES_OK. May be NULL
 * @queues:	how many
 * @num_max:	of each
 * @config_len:	bytes of configuration space
 */
struct shyper_vdev_setup {
	u32 vmid;
	const struct shyper_vdev_ops *ops;
	void *priv;
	const char *name;
	u64 base;
	u32 irq;
	u64 features;
	u64 without;
	const u8 (*depends)[2];
	u32 queues;
	u16 num_max;
	u32 config_len;
};

/**
 * struct shyper_vdev - a virtio device
 * @ops:	constant, as the next ones
 * @priv:	of the device
 * @vmid:	whose
 * @irq:	its INTID there
 * @index:	its number among all, for statistics
 * @name:	as configured
 * @type:	SHYPER_DEV_*; the core fills it from the configuration
 * @link:	see struct shyper_dev_info; the device sets it before the VM boots
 * @ifname:	the same
 * @base:	guest address
 * @queues:	how many of @vq
 * @offered:	feature bits
 * @config_len:	of @config
 * @lock:	registers and life; held around ops
 * @features:	as negotiated; stable while a queue runs
 * @config:	configuration space; @lock
 * @mem:	the guest's memory; valid while a queue runs
 * @vq:		the queues
 * @core:	of vdev.c
 */
struct shyper_vdev {
	const struct shyper_vdev_ops *ops;
	void *priv;
	u32 vmid;
	u32 irq;
	u32 index;
	char name[SHYPER_API_NAME_LEN];
	u32 type;
	u64 link;
	char ifname[SHYPER_API_NAME_LEN];
	u64 base;
	u32 queues;
	u64 offered;
	u32 config_len;
	struct mutex lock;	/* see above */
	u64 features;
	u8 config[SHYPER_VDEV_CONFIG] __aligned(8);
	struct shyper_guest_mem *mem;
	struct shyper_vqueue vq[SHYPER_VDEV_QUEUES];
	struct shyper_vdev_core *core;
};

static inline bool shyper_vdev_has(const struct shyper_vdev *dev, u32 bit)
{
	return dev->features & BIT_ULL(bit);
}

/**
 * shyper_vdev_create() - add a device to a VM that is being configured
 *
 * From shyper_<type>_dev_create(). Afterwards, and until the VM boots, the device
 * may fill dev->config, link and ifname. The hypervisor is told of the device
 * (SHYPER_EMU_MVM) when this has succeeded. Under the lock of vm.c.
 * Return: ERR_PTR: -ENOMEM; -ENOSPC no events left, or too many devices.
 */
struct shyper_vdev *shyper_vdev_create(const struct shyper_vdev_setup *setup);

/**
 * shyper_vdev_destroy() - stop it, wait for its I/O, forget it
 *
 * ops->release() is called at its end. Also for a device that has only just been
 * created, if what follows its creation fails. Under the lock of vm.c.
 */
void shyper_vdev_destroy(struct shyper_vdev *dev);

/**
 * shyper_vqueue_interrupt() - tell the driver that buffers have been used
 *
 * After shyper_vring_want_irq() said so. Sets InterruptStatus if it is not set and
 * injects. Context: any.
 */
void shyper_vqueue_interrupt(struct shyper_vqueue *vq);

/**
 * shyper_vqueue_broken() - the driver broke the ring's rules
 * @error: enum shyper_vring_error
 *
 * Says so, rate-limited; DEVICE_NEEDS_RESET is set and the queues are stopped from
 * a work item; the caller must not touch the ring any more. Context: any.
 */
void shyper_vqueue_broken(struct shyper_vqueue *vq, int error);

/**
 * shyper_vdev_config_changed() - publish dev->config anew, with an interrupt
 *
 * Calls ops->config_read() first. Context: process; takes dev->lock.
 */
void shyper_vdev_config_changed(struct shyper_vdev *dev);

/* ---- for the files of VMs, under their lock but for the last two ---- */

/*
 * The devices' constructors: SHYPER_VM_ADD_DEVICE with SHYPER_DEVICE_DIRECT. What
 * is not about the type has been checked: name, range, interrupt.
 * @vcpus: the VM's; 0 if that has not been configured yet
 * Return: what shyper_vdev_create() gave; ERR_PTR.
 */
struct shyper_vdev *shyper_blk_dev_create(u32 vmid, u32 vcpus,
					  const struct shyper_vm_device *arg);
struct shyper_vdev *shyper_net_dev_create(u32 vmid, u32 vcpus,
					  const struct shyper_vm_device *arg);
struct shyper_vdev *shyper_console_dev_create(u32 vmid, u32 vcpus,
					      const struct shyper_vm_device *arg);

/**
 * shyper_vdevs_start() - module load
 * @alive: bit n: VM n exists. What an earlier module left granted is revoked
 */
int shyper_vdevs_start(u64 alive);

/**
 * shyper_vdevs_stop() - no VM has devices any more, no handler runs
 */
void shyper_vdevs_stop(void);

/**
 * shyper_vdevs_quiesce() - have all devices of a VM that does not run reset
 *
 * Nothing of theirs is in flight when it returns 0.
 * Return: 0; -EBUSY if some I/O does not end.
 */
int shyper_vdevs_quiesce(u32 vmid);

/**
 * shyper_vdevs_boot() - before a VM is booted: grant, traps, all devices reset
 *
 * Return: 0, also for a VM without such devices; -EBUSY as above; what the
 * hypervisor says.
 */
int shyper_vdevs_boot(u32 vmid);

/**
 * shyper_vdevs_stopped() - a VM does not run any more: reset its devices, soon
 */
void shyper_vdevs_stopped(u32 vmid);

/**
 * shyper_vdevs_remove() - a VM goes: destroy all its devices, then revoke
 *
 * Before the hypervisor is asked to remove it.
 * Return: 0; -EBUSY as above: nothing has been done.
 */
int shyper_vdevs_remove(u32 vmid);

/**
 * shyper_vdevs_available() - SHYPER_INFO_DIRECT
 */
bool shyper_vdevs_available(void);

/**
 * shyper_vdev_get_info() - SHYPER_DEV_GET_INFO
 */
int shyper_vdev_get_info(struct shyper_dev_info *info);

#endif /* SHYPER_VDEV_H */
