// SPDX-License-Identifier: GPL-2.0-only
/*
 * VM descriptors: an anonymous file that holds a VM. Closing the last one removes a
 * VM that nobody has asked to be kept, so a caller who is killed half-way leaves
 * nothing behind.
 */
#include <linux/anon_inodes.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "ioctl.h"
#include "vm.h"

static long call_set_cpus(struct file *file, void *arg)
{
	return shyper_vm_set_cpus(file->private_data, arg);
}

static long call_add_memory(struct file *file, void *arg)
{
	return shyper_vm_add_memory(file->private_data, arg);
}

static long call_add_device(struct file *file, void *arg)
{
	struct shyper_vm_device *device = arg;

	if (shyper_ioctl_name_check(device->name) ||
	    device->flags & ~SHYPER_DEVICE_DIRECT)
		return -EINVAL;
	return shyper_vm_add_device(file->private_data, device);
}

static long call_add_region(struct file *file, void *arg)
{
	return shyper_vm_add_region(file->private_data, arg);
}

static long call_add_irqs(struct file *file, void *arg)
{
	struct shyper_vm_numbers *numbers = arg;

	if (numbers->flags)
		return -EINVAL;
	return shyper_vm_add_irqs(file->private_data, numbers);
}

static long call_add_stream_ids(struct file *file, void *arg)
{
	struct shyper_vm_numbers *numbers = arg;

	if (numbers->flags)
		return -EINVAL;
	return shyper_vm_add_stream_ids(file->private_data, numbers);
}

static long call_add_dtb_device(struct file *file, void *arg)
{
	struct shyper_vm_dtb_device *device = arg;

	if (shyper_ioctl_name_check(device->name))
		return -EINVAL;
	return shyper_vm_add_dtb_device(file->private_data, device);
}

static long call_load(struct file *file, void *arg)
{
	struct shyper_vm_load *piece = arg;

	if (!shyper_ioctl_zero(piece->reserved))
		return -EINVAL;
	return shyper_vm_load(file->private_data, piece);
}

static long flags_only(struct file *file, struct shyper_vm_flags *arg,
		       int (*fn)(struct shyper_vm *vm))
{
	if (arg->flags || arg->reserved)
		return -EINVAL;
	return fn(file->private_data);
}

static long call_keep(struct file *file, void *arg)
{
	return flags_only(file, arg, shyper_vm_keep);
}

static long call_boot(struct file *file, void *arg)
{
	return flags_only(file, arg, shyper_vm_boot);
}

static long call_stop(struct file *file, void *arg)
{
	return flags_only(file, arg, shyper_vm_stop);
}

static long call_reset(struct file *file, void *arg)
{
	return flags_only(file, arg, shyper_vm_reset);
}

static long call_remove(struct file *file, void *arg)
{
	return flags_only(file, arg, shyper_vm_remove);
}

static long call_get_info(struct file *file, void *arg)
{
	return shyper_vm_get_info(file->private_data, arg);
}

static long call_get_stats(struct file *file, void *arg)
{
	return shyper_vm_get_stats(file->private_data, arg);
}

static const struct shyper_ioctl calls[] = {
	{ SHYPER_VM_SET_CPUS, call_set_cpus, true },
	{ SHYPER_VM_ADD_MEMORY, call_add_memory, true },
	{ SHYPER_VM_ADD_DEVICE, call_add_device, true },
	{ SHYPER_VM_ADD_REGION, call_add_region, true },
	{ SHYPER_VM_ADD_IRQS, call_add_irqs, true },
	{ SHYPER_VM_ADD_STREAM_IDS, call_add_stream_ids, true },
	{ SHYPER_VM_ADD_DTB_DEVICE, call_add_dtb_device, true },
	{ SHYPER_VM_LOAD, call_load, true },
	{ SHYPER_VM_KEEP, call_keep, true },
	{ SHYPER_VM_BOOT, call_boot, true },
	{ SHYPER_VM_STOP, call_stop, true },
	{ SHYPER_VM_RESET, call_reset, true },
	{ SHYPER_VM_REMOVE, call_remove, true },
	{ SHYPER_VM_GET_INFO, call_get_info, false },
	{ SHYPER_VM_GET_STATS, call_get_stats, false },
};

static long vm_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return shyper_ioctl_run(calls, ARRAY_SIZE(calls), file, cmd, arg);
}

static int vm_release(struct inode *inode, struct file *file)
{
	shyper_vm_close(file->private_data);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = vm_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = vm_release,
	.llseek = noop_llseek,
};

struct file *shyper_vm_file(struct shyper_vm *vm, fmode_t mode)
{
	return anon_inode_getfile("[shyper-vm]", &vm_fops, vm,
				  mode & FMODE_WRITE ? O_RDWR : O_RDONLY);
}
