// SPDX-License-Identifier: GPL-2.0-only
/*
 * CONFIG hypercalls: arguments are copied out of the MVM's memory once, then
 * checked, then used. core/vm_config.c does the work.
 */
#include <el2/cache.h>
#include <el2/errno.h>
#include <el2/hypercall.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/string.h>

/* Run one step of a VM's configuration under its locks. */
static s64 with_vm(u64 id, int (*step)(struct vm *vm, const void *arg),
		   const void *arg)
{
	struct vm *vm = NULL;
	s64 ret = -ENOENT;

	spin_lock(&vm_table_lock);
	if (id != 0)
		vm = vm_get(id);
	if (vm) {
		ret = step(vm, arg);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return ret;
}

/* A name: 32 bytes, NUL-padded, at least one NUL. */
static int copy_name(char *name, u64 ipa)
{
	int ret = mvm_copy_in(name, ipa, SHYPER_NAME_LEN);

	if (ret)
		return ret;
	if (!name[SHYPER_NAME_LEN - 1])
		return 0;
	if (options.deployed)
		deployed_panic("a name of %u bytes", SHYPER_NAME_LEN);
	return -EINVAL;
}

static s64 add_vm(struct vcpu *vcpu, const u64 *x)
{
	static char cmdline[VM_CMDLINE + 1];	/* under vm_table_lock */
	char name[SHYPER_NAME_LEN] = "";
	struct shyper_add_vm arg;
	s64 ret;

	ret = mvm_copy_in(&arg, x[0], sizeof(arg));
	if (ret)
		return ret;
	if (options.deployed && arg.name_len >= SHYPER_NAME_LEN)
		deployed_panic("add_vm: a name of %lu bytes", arg.name_len);
	if (!arg.name_len || arg.name_len >= SHYPER_NAME_LEN ||
	    arg.cmdline_len > VM_CMDLINE)
		return -EINVAL;
	ret = mvm_copy_in(name, arg.name_ipa, arg.name_len);
	if (ret)
		return ret;

	spin_lock(&vm_table_lock);
	if (arg.cmdline_len)
		ret = mvm_copy_in(cmdline, arg.cmdline_ipa, arg.cmdline_len);
	cmdline[arg.cmdline_len] = '\0';
	if (!ret && strlen(cmdline) != arg.cmdline_len) {
		if (options.deployed)
			deployed_panic("add_vm: a NUL in the command line");
		ret = -EINVAL;
	}
	if (!ret)
		ret = vm_add(name, (u32)MIN(arg.vm_type, (u64)~0U), cmdline,
			     arg.kernel_load_ipa, arg.device_tree_load_ipa,
			     arg.ramdisk_load_ipa);
	spin_unlock(&vm_table_lock);
	return ret;
}

static int step_cpu(struct vm *vm, const void *arg)
{
	const u64 *x = arg;

	return vm_set_cpus(vm, x[1], x[2], x[3]);
}

static s64 cpu(struct vcpu *vcpu, const u64 *x)
{
	return with_vm(x[0], step_cpu, x);
}

static int step_memory(struct vm *vm, const void *arg)
{
	const u64 *x = arg;

	return vm_add_memory(vm, x[1], x[2]);
}

static s64 memory_region(struct vcpu *vcpu, const u64 *x)
{
	return with_vm(x[0], step_memory, x);
}

static int step_emulated(struct vm *vm, const void *arg)
{
	return vm_add_emulated(vm, arg);
}

static s64 emulated_device(struct vcpu *vcpu, const u64 *x)
{
	struct vm_emulated dev = {
		.base = x[2], .size = x[3], .intid = (u32)MIN(x[4], (u64)~0U),
		.type = (u32)MIN(x[6], (u64)~0U),
	};
	int ret = copy_name(dev.name, x[1]);

	if (!ret)
		ret = mvm_copy_in(dev.cfg, x[5], sizeof(dev.cfg));
	return ret ? ret : with_vm(x[0], step_emulated, &dev);
}

static int step_passthrough(struct vm *vm, const void *arg)
{
	const u64 *x = arg;

	return vm_add_passthrough(vm, x[1], x[2], x[3]);
}

static s64 passthrough_region(struct vcpu *vcpu, const u64 *x)
{
	return with_vm(x[0], step_passthrough, x);
}

struct irq_list {
	u64 count;
	u64 intid[VM_IRQS];
};

static int step_irqs(struct vm *vm, const void *arg)
{
	const struct irq_list *list = arg;
	int ret = 0;
	u64 n;

	for (n = 0; n < list->count && !ret; n++)
		ret = vm_add_irq(vm, list->intid[n]);
	return ret;
}

static s64 passthrough_irqs(struct vcpu *vcpu, const u64 *x)
{
	struct irq_list list = { .count = x[2] };
	int ret;

	if (options.deployed && x[2] > 2)
		deployed_panic("passthrough_irqs: %lu overrun the heap", x[2]);
	if (options.deployed && x[2] == 1)
		return 0;		/* read wrong: some other interrupt */
	if (!x[2])
		return 0;
	if (x[2] > VM_IRQS)
		return -E2BIG;
	ret = mvm_copy_in(list.intid, x[1], x[2] * sizeof(u64));
	return ret ? ret : with_vm(x[0], step_irqs, &list);
}

/* There is no SMMU on this board: no stream to give away. */
static s64 passthrough_stream_ids(struct vcpu *vcpu, const u64 *x)
{
	return x[2] ? -EOPNOTSUPP : 0;
}

static int step_dtb_device(struct vm *vm, const void *arg)
{
	return vm_add_dtb_device(vm, arg);
}

/* dtb_device(vmid, name, type, irqs, n, ipa, len) */
static s64 dtb_device(struct vcpu *vcpu, const u64 *x)
{
	struct vm_dtb_device dev = {
		.type = (u32)MIN(x[2], (u64)~0U), .base = x[5], .size = x[6],
	};
	u64 intid;
	int ret = copy_name(dev.name, x[1]);

	if (!ret && x[4]) {
		ret = mvm_copy_in(&intid, x[3], sizeof(intid));
		dev.intid = (u32)MIN(intid, (u64)~0U);
	}
	return ret ? ret : with_vm(x[0], step_dtb_device, &dev);
}

struct upload {
	u64 src;
	u64 offset;
	u64 size;
};

/* A piece of an image, at an offset from the kernel's load address. */
static int step_upload(struct vm *vm, const void *arg)
{
	const struct upload *up = arg;
	void *src = vm_memory(vm_mvm(), up->src, up->size);
	void *dst = vm_memory(vm, vm->kernel_ipa + up->offset, up->size);
	int ret;

	if (!src || !dst)
		return -EFAULT;
	if (vm->life == VM_CONFIG) {
		ret = vm_create(vm);
		if (ret)
			return ret;
	}
	if (vm->life != VM_READY)
		return -EBUSY;
	memcpy(dst, src, up->size);
	cache_clean_inval(dst, (u8 *)dst + up->size);
	return 0;
}

static s64 upload_kernel_image(struct vcpu *vcpu, const u64 *x)
{
	struct upload up = { .src = x[2], .offset = x[3], .size = x[4] };

	return with_vm(x[0], step_upload, &up);
}

static const struct hvc_call calls[] = {
	[SHYPER_CONFIG_ADD_VM] = { add_vm, HVC_MVM, true },
	[SHYPER_CONFIG_DELETE_VM] = { hvc_vm_remove, HVC_MVM, true },
	[SHYPER_CONFIG_CPU] = { cpu, HVC_MVM, true },
	[SHYPER_CONFIG_MEMORY_REGION] = { memory_region, HVC_MVM, true },
	[SHYPER_CONFIG_EMULATED_DEVICE] = { emulated_device, HVC_MVM, true },
	[SHYPER_CONFIG_PASSTHROUGH_REGION] = { passthrough_region, HVC_MVM, true },
	[SHYPER_CONFIG_PASSTHROUGH_IRQS] = { passthrough_irqs, HVC_MVM, true },
	[SHYPER_CONFIG_PASSTHROUGH_STREAM_IDS] = {
		passthrough_stream_ids, HVC_MVM, true
	},
	[SHYPER_CONFIG_DTB_DEVICE] = { dtb_device, HVC_MVM, true },
	[SHYPER_CONFIG_UPLOAD_KERNEL_IMAGE] = { upload_kernel_image, HVC_MVM, true },
};

const struct hvc_table hvc_config = { calls, ARRAY_SIZE(calls) };
