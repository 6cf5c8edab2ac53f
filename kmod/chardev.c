// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/shyper: calls that are not about one VM, and events.
 *
 * Who may open the node may use it, by its mode and group; who has it open for
 * reading only may look, and not change anything. Whoever may change something can
 * give a guest real devices: the group is as trusted as root.
 */
#include <linux/err.h>
#include <linux/math64.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>

#include <asm/arch_timer.h>

#include "chardev.h"
#include "disk.h"
#include "event.h"
#include "hypercall.h"
#include "ioctl.h"
#include "net.h"
#include "notify.h"
#include "vdev.h"
#include "vm.h"

/* ---- information ---- */

static const struct {
	u64 feature;
	u64 info;
} info_features[] = {
	{ SHYPER_FEATURE_STATS, SHYPER_INFO_SYSTEM | SHYPER_INFO_VM_STATS },
	{ SHYPER_FEATURE_SAFE_MANAGE, SHYPER_INFO_STOP },
	{ SHYPER_FEATURE_DISK_SELECT, SHYPER_INFO_DISK_SELECT },
	{ SHYPER_FEATURE_LIFECYCLE, SHYPER_INFO_CRASH_EVENTS },
	{ SHYPER_FEATURE_NET, SHYPER_INFO_NET },
};

static void info_counts(struct shyper_info *info)
{
	struct shyper_notify_counts counts;
	u64 calls, errors;

	shyper_notify_get_counts(&counts);
	shyper_hypercall_counts(&calls, &errors);
	info->hvc_irqs = counts.irqs;
	info->messages = counts.messages;
	info->merged_irqs = counts.merged;
	info->spurious_irqs = counts.spurious;
	info->overruns = counts.overruns;
	info->unknown_messages = counts.unknown;
	info->hypercalls = calls;
	info->hypercall_errors = errors;
}

static int info_system(struct shyper_info *info)
{
	struct shyper_sys_info *sys = (void *)get_zeroed_page(GFP_KERNEL);
	int ret;

	if (!sys)
		return -ENOMEM;
	ret = shyper_hvc_sys_info(sys);
	if (!ret) {
		info->cpus = le32_to_cpu(sys->cpus);
		info->mvm_cpu_mask = le64_to_cpu(sys->mvm_cpu_mask);
		info->free_cpu_mask = le64_to_cpu(sys->free_cpu_mask);
		info->pool_size = le64_to_cpu(sys->pool_size);
		info->pool_free = le64_to_cpu(sys->pool_free);
		info->table_pages = le64_to_cpu(sys->table_pages);
		info->table_pages_free = le64_to_cpu(sys->table_pages_free);
		info->image_size = le64_to_cpu(sys->image_size);
		info->boot_ns = mul_u64_u32_div(le64_to_cpu(sys->boot_ticks),
						NSEC_PER_SEC,
						arch_timer_get_cntfrq());
		static_assert(sizeof(info->hv_build) == sizeof(sys->build));
		memcpy(info->hv_build, sys->build, sizeof(info->hv_build));
		info->hv_build[sizeof(info->hv_build) - 1] = '\0';
	}
	free_page((unsigned long)sys);
	return ret;
}

static long get_info(struct file *file, void *arg)
{
	struct shyper_info *info = arg;
	u32 n;

	info->version = SHYPER_API_VERSION;
	info->hv_features = shyper_features();
	for (n = 0; n < ARRAY_SIZE(info_features); n++) {
		if (shyper_has(info_features[n].feature))
			info->features |= info_features[n].info;
	}
	if (shyper_vdevs_available())
		info->features |= SHYPER_INFO_DIRECT;
	info->max_disks = SHYPER_API_MAX_DISKS;
	info->disks = shyper_disk_count();
	info_counts(info);
	return info->features & SHYPER_INFO_SYSTEM ? info_system(info) : 0;
}

/* ---- VMs ---- */

/* A file for a VM's handle, which is given back if there is none. */
static struct file *vm_file(struct file *file, struct shyper_vm *vm)
{
	struct file *opened;

	if (IS_ERR(vm))
		return ERR_CAST(vm);
	opened = shyper_vm_file(vm, file->f_mode);
	if (IS_ERR(opened))
		shyper_vm_close(vm);
	return opened;
}

static struct file *vm_add(struct file *file, void *arg)
{
	struct shyper_vm_add *add = arg;

	if (shyper_ioctl_name_check(add->name) || add->flags || add->vmid ||
	    add->type > SHYPER_VM_TYPE_BARE_METAL ||
	    !shyper_ioctl_zero(add->reserved))
		return ERR_PTR(-EINVAL);
	return vm_file(file, shyper_vm_add(add));
}

static struct file *vm_open(struct file *file, void *arg)
{
	struct shyper_vm_open *open = arg;

	if (open->flags)
		return ERR_PTR(-EINVAL);
	return vm_file(file, shyper_vm_open(open->vmid));
}

static long vm_list(struct file *file, void *arg)
{
	return shyper_vm_list(arg);
}

/* ---- disks ---- */

static long disk_attach(struct file *file, void *arg)
{
	struct shyper_disk_attach *attach = arg;

	if (shyper_ioctl_name_check(attach->name) ||
	    shyper_ioctl_string_check(attach->path, sizeof(attach->path)) ||
	    attach->flags & ~(SHYPER_DISK_READ_ONLY | SHYPER_DISK_UNSAFE) ||
	    attach->index || attach->reserved0 ||
	    !shyper_ioctl_zero(attach->reserved))
		return -EINVAL;
	return shyper_disk_attach(attach);
}

static long disk_detach(struct file *file, void *arg)
{
	struct shyper_disk_detach *detach = arg;

	if (detach->flags & ~SHYPER_DISK_DETACH_FORCE)
		return -EINVAL;
	return shyper_disk_detach(detach->index, detach->flags);
}

static long disk_get_info(struct file *file, void *arg)
{
	return shyper_disk_get_info(arg);
}

static long net_get_info(struct file *file, void *arg)
{
	return shyper_net_get_info(arg);
}

static long dev_get_info(struct file *file, void *arg)
{
	return shyper_vdev_get_info(arg);
}

static const struct shyper_ioctl calls[] = {
	{ SHYPER_GET_INFO, get_info, false },
	{ SHYPER_VM_ADD, .open = vm_add, .change = true },
	{ SHYPER_VM_OPEN, .open = vm_open },
	{ SHYPER_VM_LIST, vm_list, false },
	{ SHYPER_DISK_ATTACH, disk_attach, true },
	{ SHYPER_DISK_DETACH, disk_detach, true },
	{ SHYPER_DISK_GET_INFO, disk_get_info, false },
	{ SHYPER_NET_GET_INFO, net_get_info, false },
	{ SHYPER_DEV_GET_INFO, dev_get_info, false },
};

/* ---- the file ---- */

static long shyper_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return shyper_ioctl_run(calls, ARRAY_SIZE(calls), file, cmd, arg);
}

static ssize_t shyper_read(struct file *file, char __user *buf, size_t size,
			   loff_t *pos)
{
	return shyper_reader_read(file->private_data, buf, size,
				  file->f_flags & O_NONBLOCK);
}

static __poll_t shyper_poll(struct file *file, poll_table *wait)
{
	return shyper_reader_poll(file->private_data, file, wait);
}

static int shyper_open(struct inode *inode, struct file *file)
{
	struct shyper_reader *reader = shyper_reader_create();

	if (IS_ERR(reader))
		return PTR_ERR(reader);
	file->private_data = reader;
	return stream_open(inode, file);
}

static int shyper_release(struct inode *inode, struct file *file)
{
	shyper_reader_destroy(file->private_data);
	return 0;
}

static const struct file_operations fops = {
	.owner = THIS_MODULE,
	.open = shyper_open,
	.release = shyper_release,
	.read = shyper_read,
	.poll = shyper_poll,
	.unlocked_ioctl = shyper_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice chardev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "shyper",
	.fops = &fops,
	.mode = 0660,
};

int shyper_chardev_start(void)
{
	return misc_register(&chardev);
}

void shyper_chardev_stop(void)
{
	misc_deregister(&chardev);
}
