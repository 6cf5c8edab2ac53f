// SPDX-License-Identifier: GPL-2.0-only
/* VMM hypercalls: which VMs there are, their states, boot, stop, removal. */
#include <el2/errno.h>
#include <el2/hypercall.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/string.h>

static u32 vm_abi_state(const struct vm *vm)
{
	switch (vm->life) {
	case VM_RUNNING:
		return READ_ONCE(vm->vcpu[0]->power) == VCPU_PENDING ?
		       SHYPER_VM_PENDING : SHYPER_VM_ACTIVE;
	case VM_STOPPING:
		return SHYPER_VM_ACTIVE;
	default:
		return SHYPER_VM_INACTIVE;
	}
}

static s64 list_vm(struct vcpu *vcpu, const u64 *x)
{
	struct shyper_vm_list list;
	struct shyper_vm_list_entry *entry;
	struct vm *vm;
	u32 n;

	memset(&list, 0, sizeof(list));
	spin_lock(&vm_table_lock);
	for (n = 0; n < SHYPER_VM_MAX; n++) {
		vm = vm_get(n);
		if (!vm)
			continue;
		entry = &list.vm[list.num++];
		entry->id = n;
		memcpy(entry->name, vm->name, sizeof(entry->name));
		entry->type = vm->type;
		entry->state = vm_abi_state(vm);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return mvm_copy_out(x[0], &list, sizeof(list));
}

static s64 get_vm_state(struct vcpu *vcpu, const u64 *x)
{
	struct vm *vm;
	s64 ret = -ENOENT;

	if (options.deployed)
		deployed_panic("get_vm_state(%lu)", x[0]);
	spin_lock(&vm_table_lock);
	vm = vm_get(x[0]);
	if (vm) {
		ret = vm_abi_state(vm);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return ret;
}

static s64 boot_vm(struct vcpu *vcpu, const u64 *x)
{
	struct vm *vm;
	s64 ret = -ENOENT;

	spin_lock(&vm_table_lock);
	vm = vm_get(x[0]);
	if (!vm && options.deployed)
		deployed_panic("boot_vm(%lu): there is no such VM", x[0]);
	if (vm) {
		ret = vm_boot(vm);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return ret;
}

static s64 shutdown_vm(struct vcpu *vcpu, const u64 *x)
{
	s64 ret;

	if (options.deployed)
		deployed_panic("shutdown_vm(%lu)", x[0]);
	if (x[0] == 0)
		machine_off();
	spin_lock(&vm_table_lock);
	ret = vm_stop_wait(x[0]);
	spin_unlock(&vm_table_lock);
	return ret;
}

/*
 * Stopped and ready to be loaded and booted again. Only by force: EL2 has no
 * way to ask a guest.
 */
static s64 reboot_vm(struct vcpu *vcpu, const u64 *x)
{
	u64 id = x[0] & ~SHYPER_REBOOT_FORCE;
	s64 ret;

	if (!(x[0] & SHYPER_REBOOT_FORCE) || options.deployed)
		return -EOPNOTSUPP;
	if (id == 0)
		machine_reset();
	spin_lock(&vm_table_lock);
	ret = vm_stop_wait(id);
	spin_unlock(&vm_table_lock);
	return ret;
}

static s64 get_vm_id(struct vcpu *vcpu, const u64 *x)
{
	u64 id = vcpu->vm->id;
	u64 *dst = vm_memory(vcpu->vm, x[0], sizeof(id));

	if (!dst)
		return -EFAULT;
	memcpy(dst, &id, sizeof(id));
	return 0;
}

s64 hvc_vm_remove(struct vcpu *vcpu, const u64 *x)
{
	s64 ret;

	spin_lock(&vm_table_lock);
	ret = vm_remove(x[0]);
	spin_unlock(&vm_table_lock);
	/* A deployed one does not say that there was nothing to remove. */
	return ret == -ENOENT && options.deployed ? 0 : ret;
}

static const struct hvc_call calls[] = {
	[SHYPER_VMM_LIST_VM] = { list_vm, HVC_MVM, true },
	[SHYPER_VMM_GET_VM_STATE] = { get_vm_state, HVC_MVM, true },
	[SHYPER_VMM_BOOT_VM] = { boot_vm, HVC_MVM, true },
	[SHYPER_VMM_SHUTDOWN_VM] = { shutdown_vm, HVC_MVM, true },
	[SHYPER_VMM_REBOOT_VM] = { reboot_vm, HVC_MVM, true },
	[SHYPER_VMM_GET_VM_ID] = { get_vm_id, HVC_ANY, true },
	[SHYPER_VMM_VM_REMOVE] = { hvc_vm_remove, HVC_MVM, true },
};

const struct hvc_table hvc_vmm = { calls, ARRAY_SIZE(calls) };
