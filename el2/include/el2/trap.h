/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Traps: ranges of a guest's address space that the MVM models. Stores ring
 * doorbells or clear bits here, everything else is forwarded (ioreq.h).
 */
#ifndef EL2_TRAP_H
#define EL2_TRAP_H

#include <el2/mmio.h>
#include <shyper/direct.h>

/* Traps of one VM, and of all. */
#define VM_TRAPS	32
#define TRAPS		128

/* What is looked at first is found by the page of an address. */
#define TRAP_SLOTS	64

/* As struct shyper_trap_action, checked. */
struct trap_action {
	u32 offset;
	u8 width;		/* 0: any */
	u8 action;
	bool match;
	u32 event;
	u32 limit;
	u32 target;
	u64 value;
};

/**
 * struct trap - a trap; constant while its VM runs
 * @ipa:	of the guest
 * @length:	bytes
 * @actions:	of @action
 * @forward_event: set for a forwarded access
 * @page:	EL2's address of the register page, NULL: none
 * @vm:		whose; NULL: this one is free
 * @id:		its number
 * @action:	what becomes of stores
 */
struct trap {
	u64 ipa;
	u64 length;
	u32 actions;
	u32 forward_event;
	u8 *page;
	struct vm *vm;
	u32 id;
	struct trap_action action[SHYPER_TRAP_ACTIONS];
};

/**
 * struct trap_table - the traps of a VM
 * @count:	of @trap
 * @trap:	sorted by address
 * @slot:	by page number modulo TRAP_SLOTS: one that begins in such a page
 */
struct trap_table {
	u32 count;
	struct trap *trap[VM_TRAPS];
	struct trap *slot[TRAP_SLOTS];
};

/**
 * trap_add() - SHYPER_DIRECT_TRAP_ADD
 * @desc: a copy of what the MVM passed
 *
 * Context: takes vm_table_lock.
 * Return: the trap's id; -EINVAL a field, or what is reserved; -ENOENT no such VM;
 * -EBUSY it runs; -ENODEV the range is not inside one device of SHYPER_EMU_MVM of
 * it; -EEXIST it overlaps another trap; -EFAULT the page; -ENOSPC; -ENOMEM.
 */
s64 trap_add(const struct shyper_trap *desc);

/**
 * trap_del() - SHYPER_DIRECT_TRAP_DEL
 *
 * Return: 0; -ENOENT; -EBUSY its VM runs.
 */
int trap_del(u64 id);

/**
 * trap_find() - the trap that holds all of [ipa, ipa + width), or NULL
 *
 * Context: a vCPU of the VM, while it runs, or vm->lock.
 */
struct trap *trap_find(const struct trap_table *table, u64 ipa, u64 width);

/**
 * trap_store() - do what a trap's actions say of a store
 *
 * Context: the vCPU's CPU. No lock, but that of the MVM's vGIC for an event where
 * none was pending.
 * Return: false if no action decides.
 */
bool trap_store(struct vcpu *vcpu, u64 ipa, u32 width, u64 value);

/* The accesses that trap_store() did not decide; priv is the device's base. */
int trap_access(struct vcpu *vcpu, struct mmio_access *access, void *priv);

/**
 * trap_vm_destroy() - remove a VM's traps; its stage 2 is left alone
 *
 * Context: vm_table_lock and vm->lock held, the VM does not run.
 */
void trap_vm_destroy(struct vm *vm);

#endif /* EL2_TRAP_H */
