/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMs: what the hypervisor has, and a mirror of how it was configured.
 */
#ifndef SHYPER_VM_H
#define SHYPER_VM_H

#include <linux/kref.h>
#include <linux/shyper.h>
#include <linux/types.h>

#include "hypercall.h"

#define VM_RANGES	64
#define VM_INTIDS	1020

/**
 * struct shyper_vm_range - a piece of a VM's address space
 */
struct shyper_vm_range {
	u64 ipa;
	u64 length;
	bool memory;
};

/**
 * struct shyper_vm - a VM; all but @ref under the lock of vm.c
 * @ref:	one for the table, one for each open file
 * @vmid:	its id
 * @type:	SHYPER_VM_TYPE_*
 * @flags:	SHYPER_VM_*
 * @gone:	removed: the id may be another VM's by now
 * @irqs_sent:	the hypervisor has been given a list of interrupts
 * @handles:	open files
 * @name:	NUL-padded
 * @kernel_load_ipa: what offsets of images count from
 * @cpu_mask:	physical CPUs
 * @vcpus:	virtual CPUs
 * @boots:	times it was booted
 * @crash_cause: of the last crash since it was booted
 * @crash_ipa:	its address
 * @ended_by:	the event that ended its last run, 0 from boot until then
 * @memory:	bytes
 * @ranges:	entries of @range in use
 * @range:	memory and devices; they do not overlap
 * @intid:	interrupts that devices have
 */
struct shyper_vm {
	struct kref ref;
	u32 vmid;
	u32 type;
	u32 flags;
	bool gone;
	bool irqs_sent;
	u32 handles;
	char name[SHYPER_API_NAME_LEN];
	u64 kernel_load_ipa;
	u64 cpu_mask;
	u32 vcpus;
	u32 boots;
	u32 crash_cause;
	u64 crash_ipa;
	u32 ended_by;
	u64 memory;
	u32 ranges;
	struct shyper_vm_range range[VM_RANGES];
	DECLARE_BITMAP(intid, VM_INTIDS);
};

/**
 * struct shyper_vm_scratch - memory for what the hypervisor reads and writes
 *
 * In the linear map, as a stack is not. Used under the lock of vm.c.
 */
struct shyper_vm_scratch {
	struct shyper_vm_list list;
	struct shyper_add_vm add;
	struct shyper_hvc_device dev;
	__le64 words[SHYPER_API_MAX_IRQS];
	u8 name[SHYPER_NAME_LEN];
	char cmdline[SHYPER_API_CMDLINE_MAX];
};

/**
 * shyper_vms_start() - ask the hypervisor which VMs there are
 * @alive: bit n: VM n
 */
int shyper_vms_start(u64 *alive);

/**
 * shyper_vms_stop() - forget them; no file is open
 */
void shyper_vms_stop(void);

/**
 * shyper_vm_lock() - the lock of all VMs
 *
 * Return: memory to pass to the hypervisor, until shyper_vm_unlock().
 */
struct shyper_vm_scratch *shyper_vm_lock(void);
void shyper_vm_unlock(void);
void shyper_vm_assert_locked(void);

/**
 * shyper_vm_state_locked() - ask the hypervisor for a VM's state
 *
 * Return: SHYPER_VM_STATE_*; -ENOENT no such VM; -EIO.
 */
int shyper_vm_state_locked(u32 vmid);

/**
 * shyper_vm_guest_state_locked() - the state of a guest that is to be changed
 *
 * Return: as shyper_vm_state_locked(); -ENODEV it has been removed; -EPERM it is the
 * management VM.
 */
int shyper_vm_guest_state_locked(struct shyper_vm *vm);

/* SHYPER_VM_ADD: the VM, with one handle and one reference for the caller. */
struct shyper_vm *shyper_vm_add(struct shyper_vm_add *arg);

/* SHYPER_VM_OPEN: the same. */
struct shyper_vm *shyper_vm_open(u32 vmid);

/**
 * shyper_vm_close() - give up a handle and its reference
 *
 * The last handle of a VM that is not kept removes the VM.
 */
void shyper_vm_close(struct shyper_vm *vm);

/* SHYPER_VM_LIST */
int shyper_vm_list(struct shyper_vm_list_info *arg);

/* Calls on a VM descriptor: docs/ioctl.md has their errors. */
int shyper_vm_keep(struct shyper_vm *vm);
int shyper_vm_boot(struct shyper_vm *vm);
int shyper_vm_stop(struct shyper_vm *vm);
int shyper_vm_reset(struct shyper_vm *vm);
int shyper_vm_remove(struct shyper_vm *vm);
int shyper_vm_get_info(struct shyper_vm *vm, struct shyper_vm_info *info);
int shyper_vm_get_stats(struct shyper_vm *vm, struct shyper_vm_stats *stats);

/* vm_config.c, the same */
int shyper_vm_set_cpus(struct shyper_vm *vm, const struct shyper_vm_cpus *arg);
int shyper_vm_add_memory(struct shyper_vm *vm, const struct shyper_vm_memory *arg);
int shyper_vm_add_device(struct shyper_vm *vm,
			 const struct shyper_vm_device *arg);
int shyper_vm_add_region(struct shyper_vm *vm, const struct shyper_vm_region *arg);
int shyper_vm_add_irqs(struct shyper_vm *vm, const struct shyper_vm_numbers *arg);
int shyper_vm_add_stream_ids(struct shyper_vm *vm,
			     const struct shyper_vm_numbers *arg);
int shyper_vm_add_dtb_device(struct shyper_vm *vm,
			     const struct shyper_vm_dtb_device *arg);
int shyper_vm_load(struct shyper_vm *vm, const struct shyper_vm_load *arg);

/* vm_config.c, for what else configures. */

/**
 * shyper_vm_range_check() - a range of an address space
 */
int shyper_vm_range_check(u64 ipa, u64 length);

/**
 * shyper_vm_range_free() - is there room for it, in @vm and in the mirror?
 *
 * Return: 0; -EINVAL; -ENOSPC.
 */
int shyper_vm_range_free(const struct shyper_vm *vm, u64 ipa, u64 length);

/**
 * shyper_vm_range_add() - it is taken
 */
void shyper_vm_range_add(struct shyper_vm *vm, u64 ipa, u64 length, bool memory);

/**
 * shyper_vm_intid_valid() - an interrupt that a device can have
 */
bool shyper_vm_intid_valid(u64 intid);

typedef int shyper_vm_step(struct shyper_vm *vm, const void *arg,
			   struct shyper_vm_scratch *mem);

/**
 * shyper_vm_config_step() - run a step of the configuration
 * @step: called with the lock held, and memory for what it passes on
 *
 * Return: what @step does; -ENODEV, -EPERM, -EBUSY if @vm cannot be configured.
 */
int shyper_vm_config_step(struct shyper_vm *vm, shyper_vm_step *step,
			  const void *arg);

/**
 * shyper_vm_message() - a manage message of the hypervisor's
 * @event: SHYPER_VMM_*
 * @args: of the message
 *
 * Context: process.
 * Return: false if it means nothing to us.
 */
bool shyper_vm_message(u64 event, const u64 args[4]);

/**
 * shyper_vm_file() - SHYPER_VM_ADD and _OPEN: a file for a handle (vm_ioctl.c)
 * @vm: takes over the caller's handle, but not on failure
 * @mode: of the opener's file: without FMODE_WRITE nothing can be changed
 *
 * Return: ERR_PTR.
 */
struct file *shyper_vm_file(struct shyper_vm *vm, fmode_t mode);

#endif /* SHYPER_VM_H */
