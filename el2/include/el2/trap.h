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

static inline u32 trap_slot(u64 ipa)
{
	return (u32)(ipa >> PAGE_SHIFT) % TRAP_SLOTS;
}

/* Beside enum shyper_trap_do: none decides. */
#define TRAP_FORWARD	255

/* Offset and width of a store, as one number. */
#define TRAP_KEY(offset, width)	((u64)(offset) << 8 | (width))

/**
 * struct trap_action - as struct shyper_trap_action, checked
 * @mask:	of the TRAP_KEY: all bits, or without those of the width
 * @key:	what it must be
 * @action:	enum shyper_trap_do; TRAP_FORWARD in the last one, which matches all
 * @match:	only if the value is @value
 * @event:	of a doorbell, with @limit
 * @limit:	see @event
 * @target:	the register to clear bits in
 * @value:	see @match
 */
struct trap_action {
	u64 mask;
	u64 key;
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
 * @forward_event: set for a forwarded access
 * @page:	EL2's address of the register page, NULL: none
 * @vm:		whose; NULL: this one is free
 * @id:		its number
 * @inside:	no action can match a store that leaves the trap
 * @action:	what becomes of stores; the first one that matches
 */
struct trap {
	u64 ipa;
	u64 length;
	u32 forward_event;
	u8 *page;
	struct vm *vm;
	u32 id;
	bool inside;
	struct trap_action action[SHYPER_TRAP_ACTIONS + 1];
};

/**
 * struct trap_table - the traps of a VM
 * @count:	of @trap
 * @trap:	sorted by address
 * @slot:	by page number modulo TRAP_SLOTS: one that begins in such a page, if all
 *		that its actions can match lies inside it
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

/* The accesses that trap_store() did not decide; priv is the device's base. */
int trap_access(struct vcpu *vcpu, struct mmio_access *access, void *priv);

/**
 * trap_vm_destroy() - remove a VM's traps; its stage 2 is left alone
 *
 * Context: vm_table_lock and vm->lock held, the VM does not run.
 */
void trap_vm_destroy(struct vm *vm);

#endif /* EL2_TRAP_H */
