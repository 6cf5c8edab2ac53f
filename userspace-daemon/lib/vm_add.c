// SPDX-License-Identifier: GPL-2.0-only
/* From a configuration to the calls that make a VM of it. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"
#include "ioctl.h"
#include "state.h"
#include "vm.h"

/* A VM on its way: what all steps need. */
struct adding {
	int dev;
	int vm;
	uint32_t vmid;
	struct shyper_config *config;
	struct shyper_diag *diag;
};

/* One ioctl of a step, its failure told with the key that asked for it. */
static int call(const struct adding *add, int fd, unsigned long request,
		void *arg, const struct shyper_where *where)
{
	int ret = shyper_ioctl(fd, request, arg);

	if (ret < 0)
		shyper_config_error(add->config, where, add->diag, "%s: %s",
				    shyper_request_name(request),
				    shyper_strerror(request, ret));
	return ret;
}

/*
 * CPUs that no VM has. A hypervisor that cannot tell has given the MVM the ones
 * below its own number of CPUs, and the module knows the VMs that it added.
 */
static uint64_t free_cpus(const struct adding *add, const struct shyper_info *info)
{
	struct shyper_vm_list_info list = { 0 };
	long mvm = sysconf(_SC_NPROCESSORS_CONF);
	uint64_t mask = ~0ULL;
	uint32_t i;

	if (info->features & SHYPER_INFO_SYSTEM)
		return info->free_cpu_mask;
	if (mvm > 0)
		mask = mvm < 64 ? mask << mvm : 0;
	if (shyper_ioctl(add->dev, SHYPER_VM_LIST, &list) < 0)
		return mask;
	for (i = 0; i < list.num && i < SHYPER_API_MAX_VMS; i++)
		mask &= ~list.vm[i].cpu_mask;
	return mask;
}

static int choose_cpus(const struct adding *add, const struct shyper_info *info)
{
	struct shyper_config *config = add->config;
	struct shyper_vm_cpus *cpus = &config->cpus;
	uint64_t free = free_cpus(add, info);
	uint32_t left = cpus->num;
	unsigned int cpu;

	if (cpus->mask) {
		if (info->features & SHYPER_INFO_SYSTEM && info->cpus < 64 &&
		    cpus->mask >> info->cpus) {
			shyper_config_error(config, &config->cpus_where,
					    add->diag, "CPUs 0x%" PRIx64
					    ": this machine has %u",
					    (uint64_t)cpus->mask, info->cpus);
			return -EINVAL;
		}
		if (info->features & SHYPER_INFO_SYSTEM && cpus->mask & ~free) {
			shyper_config_error(config, &config->cpus_where,
					    add->diag, "CPUs 0x%" PRIx64
					    ": not free are 0x%" PRIx64,
					    (uint64_t)cpus->mask,
					    (uint64_t)(cpus->mask & ~free));
			return -EBUSY;
		}
		return 0;
	}
	for (cpu = 0; cpu < 64 && left; cpu++) {
		if (!(free >> cpu & 1))
			continue;
		cpus->mask |= 1ULL << cpu;
		left--;
	}
	if (!left)
		return 0;
	shyper_config_error(config, &config->cpus_where, add->diag,
			    "%u CPUs: %u are free", cpus->num, cpus->num - left);
	return -EBUSY;
}

/* Names of disks to their numbers. */
static int choose_disks(const struct adding *add)
{
	struct shyper_config *config = add->config;
	struct shyper_config_device *device;
	struct shyper_disk_info disk;
	size_t i;
	int err;

	for (i = 0; i < config->devices; i++) {
		device = &config->device[i];
		if (!device->disk[0])
			continue;
		err = shyper_disk_find(add->dev, device->disk, &disk);
		if (err == -ENOENT) {
			shyper_config_error(config, &device->where, add->diag,
					    "disk \"%s\" is not attached; shyperd attaches what its list names",
					    device->disk);
			return err;
		}
		if (err) {
			shyper_config_error(config, &device->where, add->diag,
					    "SHYPER_DISK_GET_INFO: %s",
					    shyper_strerror(SHYPER_DISK_GET_INFO, err));
			return err;
		}
		if (disk.vmid != SHYPER_DISK_NO_VM) {
			shyper_config_error(config, &device->where, add->diag,
					    "disk \"%s\" is VM %u's",
					    device->disk, disk.vmid);
			return -EBUSY;
		}
		device->dev.cfg[2] = disk.index + 1;
		device->dev.cfg_num = 3;
	}
	return 0;
}

static int step_add(struct adding *add)
{
	struct shyper_config *config = add->config;
	struct shyper_vm_add arg = {
		.type = config->type,
		.cmdline = (uintptr_t)config->cmdline,
		.cmdline_len = (uint32_t)strlen(config->cmdline),
		.kernel_load_ipa = config->kernel.ipa,
		.device_tree_load_ipa = config->dtb.ipa,
		.ramdisk_load_ipa = config->initrd.path ? config->initrd.ipa : 0,
	};

	memcpy(arg.name, config->name, sizeof(arg.name));
	add->vm = call(add, add->dev, SHYPER_VM_ADD, &arg, NULL);
	if (add->vm < 0)
		return add->vm;
	add->vmid = arg.vmid;
	return 0;
}

static int step_cpus(struct adding *add)
{
	return call(add, add->vm, SHYPER_VM_SET_CPUS, &add->config->cpus,
		    &add->config->cpus_where);
}

static int step_memory(struct adding *add)
{
	struct shyper_config *config = add->config;
	size_t i;
	int ret = 0;

	for (i = 0; ret >= 0 && i < config->memories; i++)
		ret = call(add, add->vm, SHYPER_VM_ADD_MEMORY,
			   &config->memory[i].mem, &config->memory[i].where);
	return ret;
}

static int step_devices(struct adding *add)
{
	struct shyper_config *config = add->config;
	size_t i;
	int ret = 0;

	for (i = 0; ret >= 0 && i < config->devices; i++) {
		struct shyper_config_device *device = &config->device[i];
		struct shyper_vm_device dev;

		if (device->mvm_console && device->path != SHYPER_PATH_DIRECT) {
			device->dev.cfg[0] = 0;
			device->dev.cfg[1] = SHYPER_CONSOLE_BASE +
				(add->vmid - 1) * SHYPER_CONSOLE_STRIDE;
			device->dev.cfg_num = 2;
			device->mvm_console = false;
		}
		dev = device->dev;
		if (device->path == SHYPER_PATH_DIRECT)
			shyper_config_direct(device, &dev);
		ret = call(add, add->vm, SHYPER_VM_ADD_DEVICE, &dev,
			   &device->where);
	}
	return ret;
}

static int step_regions(struct adding *add)
{
	struct shyper_config *config = add->config;
	size_t i;
	int ret = 0;

	for (i = 0; ret >= 0 && i < config->regions; i++)
		ret = call(add, add->vm, SHYPER_VM_ADD_REGION,
			   &config->region[i].region, &config->region[i].where);
	return ret;
}

static int add_numbers(struct adding *add, unsigned long request,
		       const struct shyper_config_number *list, size_t num)
{
	struct shyper_vm_numbers arg = { .num = (uint32_t)num };
	size_t i;

	if (!num)
		return 0;
	for (i = 0; i < num; i++)
		arg.value[i] = list[i].value;
	return call(add, add->vm, request, &arg, &list[0].where);
}

static int step_irqs(struct adding *add)
{
	return add_numbers(add, SHYPER_VM_ADD_IRQS, add->config->irq,
			   add->config->irqs);
}

static int step_stream_ids(struct adding *add)
{
	return add_numbers(add, SHYPER_VM_ADD_STREAM_IDS,
			   add->config->stream_id, add->config->stream_ids);
}

static int step_dtb_devices(struct adding *add)
{
	struct shyper_config *config = add->config;
	size_t i;
	int ret = 0;

	for (i = 0; ret >= 0 && i < config->dtb_devices; i++)
		ret = call(add, add->vm, SHYPER_VM_ADD_DTB_DEVICE,
			   &config->dtb_device[i].dev,
			   &config->dtb_device[i].where);
	return ret;
}

static int (*const add_steps[])(struct adding *add) = {
	step_add, step_memory, step_cpus, step_devices, step_regions, step_irqs,
	step_stream_ids, step_dtb_devices,
};

/* Up to the images being loaded. Return: a descriptor, or a negative errno. */
static int add_and_load(int dev, struct shyper_config *config, uint32_t *vmid,
			const struct shyper_progress *progress,
			struct shyper_diag *diag)
{
	struct adding add = { .dev = dev, .vm = -1, .config = config,
			      .diag = diag };
	struct shyper_info info = { 0 };
	int ret;
	size_t i;

	ret = call(&add, dev, SHYPER_GET_INFO, &info, NULL);
	if (ret >= 0)
		ret = shyper_config_settle(config, info.features &
					   SHYPER_INFO_DIRECT, diag);
	if (ret >= 0)
		ret = choose_cpus(&add, &info);
	if (ret >= 0)
		ret = choose_disks(&add);
	for (i = 0; ret >= 0 && i < sizeof(add_steps) / sizeof(add_steps[0]); i++)
		ret = add_steps[i](&add);
	if (ret >= 0)
		ret = shyper_vm_load(add.vm, config, progress, diag);
	if (ret < 0) {
		if (add.vm >= 0)
			shyper_close(add.vm);
		return ret;
	}
	*vmid = add.vmid;
	return add.vm;
}

/* Remembered before it is booted: it may ask for a reset at once. */
static int boot_and_keep(int vm, const char *run,
			 const struct shyper_config *config, bool boot,
			 struct shyper_diag *diag)
{
	unsigned long request = SHYPER_VM_BOOT;
	int err = shyper_state_save(run, config);

	if (err) {
		shyper_diag_error(diag, "%s: cannot remember the VM in %s: %s",
				  config->file, run, strerror(-err));
		return err;
	}
	if (boot)
		err = shyper_vm_call(vm, request);
	if (!err) {
		request = SHYPER_VM_KEEP;
		err = shyper_vm_call(vm, request);
	}
	if (err)
		shyper_diag_error(diag, "%s: %s: %s", config->file,
				  shyper_request_name(request),
				  shyper_strerror(request, err));
	return err;
}

int shyper_vm_create(int dev, const char *run, struct shyper_config *config,
		     bool boot, uint32_t *vmid,
		     const struct shyper_progress *progress,
		     struct shyper_diag *diag)
{
	int vm, err;

	vm = add_and_load(dev, config, vmid, progress, diag);
	err = vm < 0 ? vm : boot_and_keep(vm, run, config, boot, diag);
	if (vm >= 0)
		shyper_close(vm);
	/* But what is known of a VM that was there before stays. */
	if (err && (vm >= 0 || !shyper_state_known(run, config->name)))
		shyper_state_forget(run, config->name);
	return err;
}
