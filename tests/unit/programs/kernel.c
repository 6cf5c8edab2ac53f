// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module, as far as shyperd sees it: VMs with a state, disks that can be
 * attached and taken away. Takes the place of lib/ioctl.c and lib/console.c.
 */
#include <errno.h>
#include <string.h>

#include "console.h"
#include "ioctl.h"
#include "test.h"

#define VM_FD	2000	/* + vmid */

struct kernel kernel;

static struct shyper_vm_info *find_vm(uint32_t vmid)
{
	uint32_t i;

	for (i = 0; i < kernel.vms; i++) {
		if (kernel.vm[i].vmid == vmid)
			return &kernel.vm[i];
	}
	return NULL;
}

static int vm_list(struct shyper_vm_list_info *list)
{
	list->num = kernel.vms;
	memcpy(list->vm, kernel.vm, sizeof(list->vm));
	return 0;
}

static int vm_open(const struct shyper_vm_open *arg)
{
	return find_vm(arg->vmid) ? VM_FD + (int)arg->vmid : -ENOENT;
}

static int disk_attach(struct shyper_disk_attach *arg)
{
	struct shyper_disk_info *disk = kernel.disk;

	while (disk->name[0])
		disk++;
	memset(disk, 0, sizeof(*disk));
	memcpy(disk->name, arg->name, sizeof(disk->name));
	memcpy(disk->path, arg->path, sizeof(disk->path));
	disk->flags = arg->flags;
	disk->first_sector = arg->first_sector;
	disk->sectors = arg->sectors ? arg->sectors : 16;
	disk->cache_size = arg->cache_size;
	disk->vmid = SHYPER_DISK_NO_VM;
	arg->index = (uint32_t)(disk - kernel.disk);
	kernel.attaches++;
	return 0;
}

static int disk_detach(const struct shyper_disk_detach *arg)
{
	if (kernel.disk[arg->index].vmid != SHYPER_DISK_NO_VM)
		return -EBUSY;
	kernel.disk[arg->index].name[0] = '\0';
	kernel.detaches++;
	return 0;
}

static int disk_info(struct shyper_disk_info *info)
{
	uint32_t index = info->index;

	if (index >= SHYPER_API_MAX_DISKS)
		return -ENOENT;
	if (!kernel.disk[index].name[0])
		return -ENODEV;
	*info = kernel.disk[index];
	info->index = index;
	return 0;
}

static int vm_ioctl(struct shyper_vm_info *vm, unsigned long request)
{
	switch (request) {
	case SHYPER_VM_LOAD:
		kernel.loads++;
		return kernel.fail_load ? -EIO : 0;
	case SHYPER_VM_BOOT:
		kernel.boots++;
		vm->state = SHYPER_VM_STATE_ACTIVE;
		vm->ended_by = 0;
		return 0;
	default:
		return -ENOTTY;
	}
}

int shyper_ioctl(int fd, unsigned long request, void *arg)
{
	if (fd >= VM_FD)
		return vm_ioctl(find_vm((uint32_t)(fd - VM_FD)), request);
	switch (request) {
	case SHYPER_VM_LIST:
		return vm_list(arg);
	case SHYPER_VM_OPEN:
		return vm_open(arg);
	case SHYPER_DISK_ATTACH:
		return disk_attach(arg);
	case SHYPER_DISK_DETACH:
		return disk_detach(arg);
	case SHYPER_DISK_GET_INFO:
		return disk_info(arg);
	default:
		return -ENOTTY;
	}
}

void shyper_close(int fd)
{
	(void)fd;
}

int shyper_console_open(const struct shyper_console *console)
{
	(void)console;
	return -ENODEV;
}
