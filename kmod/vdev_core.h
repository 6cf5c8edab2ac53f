/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the virtio device core share: vdev*.c, ioreq.c. */
#ifndef SHYPER_VDEV_CORE_H
#define SHYPER_VDEV_CORE_H

#include <linux/list.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <shyper/direct.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_mmio.h>

#include "vdev.h"

/* 4.2.2; not in the headers of Linux 6.1. */
#define VDEV_REG_QUEUE_RESET	0x0c0

enum vdev_part {
	VDEV_PART_DESC,
	VDEV_PART_DRIVER,
	VDEV_PART_DEVICE,
	VDEV_PARTS,
};

/**
 * struct vdev_queue - a queue's registers; dev->lock but for what is said
 * @num:	its size
 * @ready:	QueueReady
 * @addr:	its parts, by enum vdev_part
 * @kick_lock:	vq->running, ops->kick(), and the next three: taken in hard interrupt
 *		context
 * @held:	nobody hears of its doorbell
 * @look_at:	when so many kicks have been, look what they brought; 0: not begun
 * @looked:	buffers that had been taken when it was last looked
 */
struct vdev_queue {
	u32 num;
	bool ready;
	u64 addr[VDEV_PARTS];
	spinlock_t kick_lock;	/* see above */
	bool held;
	u64 look_at;
	u64 looked;
};

/* What a device's work item has to do. */
enum vdev_todo {
	VDEV_TODO_RESET,	/* the VM has ended */
	VDEV_TODO_BROKEN,	/* the driver broke a ring's rules */
};

/**
 * struct shyper_vdev_core - a device; dev.lock but for what is said
 * @dev:	what its own part sees of it
 * @vm:		its VM's devices; constant, as the next three
 * @depends:	see struct shyper_vdev_setup
 * @events:	first one of its doorbells
 * @regs:	the page that the guest reads; InterruptStatus is changed by EL2 as well
 * @node:	on vm->devs
 * @trap:	EL2's number of it; -1: none. Lock of vm.c
 * @status:	device status, as the next seven: registers
 * @device_features_sel: DeviceFeaturesSel
 * @driver_features_sel: DriverFeaturesSel
 * @queue_sel:	QueueSel
 * @driver_features: what the driver has accepted
 * @features_beyond: of what it accepted, something is beyond bit 63
 * @generation:	ConfigGeneration
 * @config_untold: the configuration has changed since the reset, before DRIVER_OK
 * @queue:	queues' registers
 * @todo:	bits of enum vdev_todo; atomic
 * @work:	does it
 * @look_again:	kicks queues that are held, and releases them
 * @resets:	see struct shyper_dev_info, as the next two
 * @config_changes: counted
 * @forwarded:	counted
 */
struct shyper_vdev_core {
	struct shyper_vdev dev;
	struct vdev_vm *vm;
	const u8 (*depends)[2];
	u32 events;
	__le32 *regs;
	struct list_head node;
	s64 trap;
	u32 status;
	u32 device_features_sel;
	u32 driver_features_sel;
	u32 queue_sel;
	u64 driver_features;
	bool features_beyond;
	u32 generation;
	bool config_untold;
	struct vdev_queue queue[SHYPER_VDEV_QUEUES];
	unsigned long todo;
	struct work_struct work;
	struct timer_list look_again;
	u64 resets;
	u64 config_changes;
	u64 forwarded;
};

/**
 * struct ioreq_slot - where a vCPU waits for an answer to its access
 * @vm:		whose
 * @vcpu:	which
 * @work:	answers
 */
struct ioreq_slot {
	struct vdev_vm *vm;
	u32 vcpu;
	struct work_struct work;
};

/**
 * struct vdev_vm - the devices of a VM; lock of vm.c, and constant while it runs
 * @vmid:	its id
 * @devs:	its devices
 * @mem:	its memory; NULL: not granted yet
 * @ioreqs:	where EL2 puts forwarded accesses; NULL: not told yet
 * @ioreq_event: EL2 sets it for one
 * @slot:	a vCPU each
 */
struct vdev_vm {
	u32 vmid;
	struct list_head devs;
	struct shyper_guest_mem *mem;
	struct shyper_ioreq_page *ioreqs;
	u32 ioreq_event;
	struct ioreq_slot slot[SHYPER_IOREQ_SLOTS];
};

/* Everything of devices that sleeps; unbound, so that none waits for another. */
extern struct workqueue_struct *shyper_vdev_wq;

/* ---- vdev_regs.c ---- */

/**
 * shyper_vdev_regs_reset() - registers as after a reset; dev->lock
 */
void shyper_vdev_regs_reset(struct shyper_vdev_core *core);

/**
 * shyper_vdev_regs_publish() - have the guest see them, and the configuration
 *
 * All but InterruptStatus. dev->lock.
 */
void shyper_vdev_regs_publish(struct shyper_vdev_core *core);

/**
 * shyper_vdev_regs_publish_generation() - ConfigGeneration, alone
 */
void shyper_vdev_regs_publish_generation(struct shyper_vdev_core *core);

/**
 * shyper_vdev_regs_store() - a forwarded store; dev->lock
 *
 * Return: false if there is no such access: the guest gets an abort.
 */
bool shyper_vdev_regs_store(struct shyper_vdev_core *core, u32 offset, u32 width,
			    u64 value);

/**
 * shyper_vdev_regs_load() - a forwarded load: what the page has
 */
bool shyper_vdev_regs_load(struct shyper_vdev_core *core, u32 offset, u32 width,
			   u64 *value);

/**
 * shyper_vdev_regs_trap() - the trap that the registers take
 */
void shyper_vdev_regs_trap(const struct shyper_vdev_core *core,
			   struct shyper_trap *trap);

/* ---- vdev_queue.c; dev->lock ---- */

/**
 * shyper_vdev_queue_start() - a queue is ready and so is the driver
 *
 * Return: 0; enum shyper_vring_error; what the device's own part says.
 */
int shyper_vdev_queue_start(struct shyper_vdev_core *core, u32 n);

/**
 * shyper_vdev_queues_stop() - stop queues; nothing of them is in flight then
 */
void shyper_vdev_queues_stop(struct shyper_vdev_core *core, u32 first, u32 count);

/**
 * shyper_vdev_reset() - as by Status = 0, and when the VM has ended
 */
void shyper_vdev_reset(struct shyper_vdev_core *core);

/**
 * shyper_vdev_needs_reset() - stop all, and tell the driver
 */
void shyper_vdev_needs_reset(struct shyper_vdev_core *core);

/**
 * shyper_vdev_interrupt() - set bits of InterruptStatus, inject if they were clear
 *
 * Context: any. Return: whether it was injected.
 */
bool shyper_vdev_interrupt(struct shyper_vdev_core *core, u32 bit);

/**
 * shyper_vdev_kick() - a doorbell; hard interrupt context
 * @priv: the core
 */
void shyper_vdev_kick(void *priv, u32 n);

/**
 * shyper_vdev_look_again() - core->look_again
 */
void shyper_vdev_look_again(struct timer_list *timer);

/**
 * shyper_vdev_kicks_reset() - forget what the last boot's driver did; it is over
 */
void shyper_vdev_kicks_reset(struct shyper_vdev_core *core);

/**
 * shyper_vdev_work() - core->work
 */
void shyper_vdev_work(struct work_struct *work);

/* ---- ioreq.c; lock of vm.c ---- */

/**
 * shyper_ioreqs_init() - once for each VM there can be
 */
void shyper_ioreqs_init(struct vdev_vm *vm);

/**
 * shyper_ioreqs_start() - have EL2 forward a VM's accesses to us
 */
int shyper_ioreqs_start(struct vdev_vm *vm);

/**
 * shyper_ioreqs_stop() - the last trap is gone, nothing waits for a device
 */
void shyper_ioreqs_stop(struct vdev_vm *vm);

#endif /* SHYPER_VDEV_CORE_H */
