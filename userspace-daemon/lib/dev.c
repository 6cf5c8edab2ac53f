// SPDX-License-Identifier: GPL-2.0-only
/* /dev/shyper: opening it, finding VMs and disks, and what its errors mean. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"
#include "ioctl.h"
#include "number.h"

static const struct {
	unsigned long request;
	const char *name;
} request_names[] = {
#define REQUEST(name)	{ name, #name }
	REQUEST(SHYPER_GET_INFO),
	REQUEST(SHYPER_VM_ADD),
	REQUEST(SHYPER_VM_OPEN),
	REQUEST(SHYPER_VM_LIST),
	REQUEST(SHYPER_DISK_ATTACH),
	REQUEST(SHYPER_DISK_DETACH),
	REQUEST(SHYPER_DISK_GET_INFO),
	REQUEST(SHYPER_NET_GET_INFO),
	REQUEST(SHYPER_DEV_GET_INFO),
	REQUEST(SHYPER_VM_SET_CPUS),
	REQUEST(SHYPER_VM_ADD_MEMORY),
	REQUEST(SHYPER_VM_ADD_DEVICE),
	REQUEST(SHYPER_VM_ADD_REGION),
	REQUEST(SHYPER_VM_ADD_IRQS),
	REQUEST(SHYPER_VM_ADD_STREAM_IDS),
	REQUEST(SHYPER_VM_ADD_DTB_DEVICE),
	REQUEST(SHYPER_VM_LOAD),
	REQUEST(SHYPER_VM_KEEP),
	REQUEST(SHYPER_VM_BOOT),
	REQUEST(SHYPER_VM_STOP),
	REQUEST(SHYPER_VM_RESET),
	REQUEST(SHYPER_VM_REMOVE),
	REQUEST(SHYPER_VM_GET_INFO),
	REQUEST(SHYPER_VM_GET_STATS),
#undef REQUEST
};

/* What an errno means after a certain call; request 0: after any. */
static const struct {
	unsigned long request;
	int err;
	const char *text;
} meanings[] = {
	{ SHYPER_VM_ADD, EEXIST, "a VM of this name exists" },
	{ SHYPER_VM_ADD, ENOSPC, "there are as many VMs as there can be" },
	{ SHYPER_VM_SET_CPUS, EBUSY, "a CPU is another VM's" },
	{ SHYPER_VM_SET_CPUS, EINVAL, "no such CPUs" },
	{ SHYPER_VM_ADD_MEMORY, ENOMEM, "the hypervisor has no memory left for guests" },
	{ SHYPER_VM_ADD_DEVICE, ENOENT, "no disk is free; shyperd attaches them" },
	{ SHYPER_VM_ADD_DEVICE, EBUSY, "the disk is another VM's" },
	{ SHYPER_VM_ADD_DEVICE, EEXIST, "an interface of this name is there already" },
	{ SHYPER_VM_ADD_DEVICE, ENOSPC, "there are as many devices, or terminals, as there can be" },
	{ SHYPER_VM_ADD_DEVICE, EOPNOTSUPP, "the hypervisor has no such device" },
	{ SHYPER_VM_ADD_IRQS, EOPNOTSUPP, "this hypervisor cannot take so many interrupts" },
	{ SHYPER_VM_ADD_IRQS, EBUSY, "an interrupt is another VM's" },
	{ SHYPER_VM_LOAD, ENOMEM, "the hypervisor has no memory left for guests" },
	{ SHYPER_VM_LOAD, EBUSY, "the VM is running" },
	{ SHYPER_VM_BOOT, EALREADY, "the VM is running" },
	{ SHYPER_VM_BOOT, ENOEXEC, "no image was loaded" },
	{ SHYPER_VM_BOOT, EPERM, "that is the management VM" },
	{ SHYPER_VM_REMOVE, EBUSY, "the VM is running; stop it first" },
	{ SHYPER_VM_REMOVE, EPERM, "that is the management VM" },
	{ SHYPER_VM_STOP, EPERM, "that is the management VM" },
	{ SHYPER_VM_RESET, EPERM, "that is the management VM" },
	{ SHYPER_VM_STOP, EOPNOTSUPP, "this hypervisor cannot stop a VM from outside" },
	{ SHYPER_VM_RESET, EOPNOTSUPP, "this hypervisor cannot reset a VM from outside" },
	{ SHYPER_VM_GET_STATS, EOPNOTSUPP, "this hypervisor keeps no statistics" },
	{ SHYPER_DISK_ATTACH, EEXIST, "a disk of this name is attached" },
	{ SHYPER_DISK_ATTACH, EINVAL, "the file is smaller than the list says, or the cache is of no possible size" },
	{ SHYPER_DISK_ATTACH, EBUSY, "the device is in use, mounted for instance" },
	{ SHYPER_DISK_ATTACH, ETXTBSY, "the file is in use as swap" },
	{ SHYPER_DISK_ATTACH, ENOSPC, "as many disks as there can be are attached" },
	{ SHYPER_DISK_ATTACH, ENOMEM, "no contiguous memory for the disk's cache" },
	{ SHYPER_DISK_DETACH, EBUSY, "a VM has the disk" },
	{ SHYPER_DISK_DETACH, EALREADY, "it is being taken away already" },
	{ SHYPER_NET_GET_INFO, EOPNOTSUPP, "this hypervisor does not tell of its network switch" },
	{ SHYPER_DEV_GET_INFO, EOPNOTSUPP, "this hypervisor has no direct path" },
	{ 0, ENODEV, "the VM has been removed meanwhile" },
	{ 0, EIO, "the hypervisor refused; its own console tells why" },
	{ 0, EOPNOTSUPP, "this hypervisor cannot do that" },
	{ 0, ENOTTY, "the module does not know this call; it is older than this program" },
};

const char *shyper_request_name(unsigned long request)
{
	size_t i;

	for (i = 0; i < sizeof(request_names) / sizeof(request_names[0]); i++) {
		if (request_names[i].request == request)
			return request_names[i].name;
	}
	return "unknown call";
}

const char *shyper_strerror(unsigned long request, int err)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].err == -err && (!meanings[i].request ||
						meanings[i].request == request))
			return meanings[i].text;
	}
	return strerror(-err);
}

static const char *open_hint(int err)
{
	if (err == ENOENT || err == ENODEV || err == ENXIO)
		return "; is shyper.ko loaded, on a machine that Shyper runs?";
	if (err == EACCES || err == EPERM)
		return "; it takes root or the group of the device";
	return "";
}

int shyper_dev_open(const char *path, int flags, struct shyper_diag *diag)
{
	struct shyper_info info = { 0 };
	int fd = open(path, O_RDWR | O_CLOEXEC | flags), err;

	if (fd < 0) {
		err = errno;
		shyper_diag_error(diag, "%s: %s%s", path, strerror(err),
				  open_hint(err));
		return -err;
	}
	err = shyper_ioctl(fd, SHYPER_GET_INFO, &info);
	if (!err && info.version == SHYPER_API_VERSION)
		return fd;
	if (err)
		shyper_diag_error(diag, "%s: SHYPER_GET_INFO: %s", path,
				  shyper_strerror(SHYPER_GET_INFO, err));
	else
		shyper_diag_error(diag, "%s: version %u of the interface, this program needs %u",
				  path, info.version, SHYPER_API_VERSION);
	close(fd);
	return err ? err : -EPROTO;
}

int shyper_vm_find(int dev, const char *name, struct shyper_vm_info *info,
		   struct shyper_diag *diag)
{
	struct shyper_vm_list_info list = { 0 };
	char shown[SHYPER_API_NAME_LEN];
	uint64_t vmid = UINT64_MAX;
	uint32_t i;
	int err;

	err = shyper_ioctl(dev, SHYPER_VM_LIST, &list);
	if (err < 0) {
		shyper_diag_error(diag, "SHYPER_VM_LIST: %s",
				  shyper_strerror(SHYPER_VM_LIST, err));
		return err;
	}
	for (i = 0; i < list.num && i < SHYPER_API_MAX_VMS; i++) {
		if (!strncmp(list.vm[i].name, name, SHYPER_API_NAME_LEN))
			goto found;
	}
	shyper_number_parse(name, &vmid);
	for (i = 0; i < list.num && i < SHYPER_API_MAX_VMS; i++) {
		if (list.vm[i].vmid == vmid)
			goto found;
	}
	shyper_diag_error(diag, "%s: no such VM",
			  shyper_printable(shown, sizeof(shown), name,
					   strlen(name)));
	return -ENOENT;
found:
	*info = list.vm[i];
	return 0;
}

int shyper_vm_open(int dev, uint32_t vmid)
{
	struct shyper_vm_open arg = { .vmid = vmid };

	return shyper_ioctl(dev, SHYPER_VM_OPEN, &arg);
}

int shyper_vm_call(int vm, unsigned long request)
{
	struct shyper_vm_flags arg = { 0 };
	int ret = shyper_ioctl(vm, request, &arg);

	return ret < 0 ? ret : 0;
}

int shyper_disk_next(int dev, struct shyper_disk_info *info, uint32_t *index)
{
	int err;

	do {
		memset(info, 0, sizeof(*info));
		info->index = (*index)++;
		if (info->index >= SHYPER_API_MAX_DISKS)
			return -ENOENT;
		err = shyper_ioctl(dev, SHYPER_DISK_GET_INFO, info);
	} while (err == -ENODEV);
	return err < 0 ? err : 0;
}

int shyper_disk_find(int dev, const char *name, struct shyper_disk_info *info)
{
	uint32_t index = 0;
	int err;

	do {
		err = shyper_disk_next(dev, info, &index);
	} while (!err && strncmp(info->name, name, SHYPER_API_NAME_LEN));
	return err;
}

int shyper_net_next(int dev, struct shyper_net_info *info, uint32_t *index)
{
	int err;

	do {
		memset(info, 0, sizeof(*info));
		info->index = (*index)++;
		err = shyper_ioctl(dev, SHYPER_NET_GET_INFO, info);
	} while (err == -ENODEV);
	return err < 0 ? err : 0;
}

int shyper_dev_next(int dev, struct shyper_dev_info *info, uint32_t *index)
{
	int err;

	do {
		memset(info, 0, sizeof(*info));
		info->index = (*index)++;
		err = shyper_ioctl(dev, SHYPER_DEV_GET_INFO, info);
	} while (err == -ENODEV);
	return err < 0 ? err : 0;
}
