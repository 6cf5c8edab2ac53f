// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel, as far as the library sees it: takes the place of lib/ioctl.c, writes
 * calls down, and fails where it is told to.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/shyper.h>

#include "dev.h"
#include "ioctl.h"
#include "test.h"

#define MOCK_VM		1001
#define MOCK_VMID	2

struct mock mock;

void mock_reset(void)
{
	memset(&mock, 0, sizeof(mock));
}

static void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *fmt, ...)
{
	size_t len = strlen(mock.log);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(mock.log + len, sizeof(mock.log) - len, fmt, ap);
	va_end(ap);
	len = strlen(mock.log);
	snprintf(mock.log + len, sizeof(mock.log) - len, "\n");
}

static int get_info(struct shyper_info *info)
{
	info->version = SHYPER_API_VERSION;
	info->features = mock.features;
	if (mock.features & SHYPER_INFO_SYSTEM) {
		info->cpus = mock.cpus;
		info->free_cpu_mask = mock.free_cpus;
	}
	return 0;
}

static int disk_info(struct shyper_disk_info *info)
{
	if (info->index >= 4)
		return -ENOENT;
	if (!mock.disks[info->index])
		return -ENODEV;
	strncpy(info->name, mock.disks[info->index], sizeof(info->name));
	info->vmid = SHYPER_DISK_NO_VM;
	return 0;
}

/* Numbers with gaps between them. */
static int dev_info(struct shyper_dev_info *info)
{
	const struct mock_dev *dev = &mock.dev[info->index / 2];

	if (!(mock.features & SHYPER_INFO_DIRECT))
		return -EOPNOTSUPP;
	if (info->index >= 8)
		return -ENOENT;
	if (info->index % 2 || !dev->tty)
		return -ENODEV;
	info->type = dev->type;
	info->vmid = dev->vmid;
	info->base = dev->base;
	info->link = dev->link;
	strncpy(info->ifname, dev->tty, sizeof(info->ifname));
	return 0;
}

static int vm_add(struct shyper_vm_add *arg)
{
	note("add %s type %u cmdline \"%.*s\" kernel 0x%llx dtb 0x%llx initrd 0x%llx",
	     arg->name, arg->type, (int)arg->cmdline_len,
	     (const char *)(uintptr_t)arg->cmdline, arg->kernel_load_ipa,
	     arg->device_tree_load_ipa, arg->ramdisk_load_ipa);
	mock.exists = true;
	mock.open++;
	arg->vmid = MOCK_VMID;
	return MOCK_VM;
}

static int vm_device(struct shyper_vm_device *arg)
{
	const char *how = arg->flags & SHYPER_DEVICE_DIRECT ? " direct" : "";
	char cfg[512] = "";
	uint32_t i;

	for (i = 0; i < arg->cfg_num; i++)
		snprintf(cfg + strlen(cfg), sizeof(cfg) - strlen(cfg), " 0x%llx",
			 arg->cfg[i]);
	note("device %s type %u base 0x%llx length 0x%llx irq %u%s cfg%s",
	     arg->name, arg->type, arg->base, arg->length, arg->irq, how, cfg);
	return 0;
}

static int vm_numbers(const char *what, struct shyper_vm_numbers *arg)
{
	char list[256] = "";
	uint32_t i;

	for (i = 0; i < arg->num; i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
			 " %llu", arg->value[i]);
	note("%s%s", what, list);
	return 0;
}

static int vm_dtb_device(struct shyper_vm_dtb_device *arg)
{
	char irqs[256] = "";
	uint32_t i;

	for (i = 0; i < arg->irq_num; i++)
		snprintf(irqs + strlen(irqs), sizeof(irqs) - strlen(irqs),
			 " %llu", arg->irqs[i]);
	note("dtb %s type %u 0x%llx 0x%llx irqs%s", arg->name, arg->type,
	     arg->ipa, arg->length, irqs);
	return 0;
}

/* Shows two words of the data, so that a piece in the wrong place is seen. */
static int vm_load(struct shyper_vm_load *arg)
{
	const uint64_t *data = (const uint64_t *)(uintptr_t)arg->data;

	note("load 0x%llx 0x%llx of 0x%llx: 0x%" PRIx64 " ... 0x%" PRIx64,
	     arg->ipa, arg->size, arg->image_size, data[0],
	     data[arg->size / 8 - 1]);
	return 0;
}

static int vm_call(unsigned long request, void *arg)
{
	switch (request) {
	case SHYPER_VM_SET_CPUS: {
		struct shyper_vm_cpus *cpus = arg;

		note("cpus %u mask 0x%llx master %d", cpus->num, cpus->mask,
		     (int)cpus->master);
		return 0;
	}
	case SHYPER_VM_ADD_MEMORY: {
		struct shyper_vm_memory *memory = arg;

		note("memory 0x%llx 0x%llx", memory->ipa, memory->length);
		return 0;
	}
	case SHYPER_VM_ADD_DEVICE:
		return vm_device(arg);
	case SHYPER_VM_ADD_REGION: {
		struct shyper_vm_region *region = arg;

		note("region 0x%llx to 0x%llx 0x%llx", region->ipa, region->pa,
		     region->length);
		return 0;
	}
	case SHYPER_VM_ADD_IRQS:
		return vm_numbers("irqs", arg);
	case SHYPER_VM_ADD_STREAM_IDS:
		return vm_numbers("stream ids", arg);
	case SHYPER_VM_ADD_DTB_DEVICE:
		return vm_dtb_device(arg);
	case SHYPER_VM_LOAD:
		return vm_load(arg);
	case SHYPER_VM_BOOT:
		note("boot");
		mock.booted = true;
		return 0;
	case SHYPER_VM_KEEP:
		note("keep");
		mock.kept = true;
		return 0;
	default:
		note("unexpected %s", shyper_request_name(request));
		return -ENOTTY;
	}
}

int shyper_ioctl(int fd, unsigned long request, void *arg)
{
	if (++mock.calls == mock.fail_at) {
		note("%s fails", shyper_request_name(request));
		return -mock.fail_errno;
	}
	if (fd == MOCK_VM)
		return vm_call(request, arg);
	switch (request) {
	case SHYPER_GET_INFO:
		return get_info(arg);
	case SHYPER_DISK_GET_INFO:
		return disk_info(arg);
	case SHYPER_DEV_GET_INFO:
		return dev_info(arg);
	case SHYPER_VM_LIST:
		return 0;
	case SHYPER_VM_ADD:
		return vm_add(arg);
	default:
		note("unexpected %s", shyper_request_name(request));
		return -ENOTTY;
	}
}

void shyper_close(int fd)
{
	note(fd == MOCK_VM && mock.open > 0 ? "close" : "close of something else");
	if (fd == MOCK_VM && --mock.open == 0 && !mock.kept)
		mock.exists = false;
}
