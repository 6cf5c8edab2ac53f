/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of /dev/shyper share: small VMs, and programs for them. */
#ifndef SHYPER_TEST_H
#define SHYPER_TEST_H

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/shyper.h>

#include "kselftest_harness.h"

#define DEVICE		"/dev/shyper"
#define MODULE		"/lib/shyper/shyper.ko"
#define BLOCK_DEVICE	"/dev/disk/disk1"

/* The address space of a test's VM. */
#define RAM_BASE	0x40000000ULL
#define RAM_SIZE	(4ULL << 20)
#define KERNEL_IPA	(RAM_BASE + 0x80000)
#define DISK_BASE	0x0a000000ULL
#define DISK_IRQ	48

/* ioctl() that yields a negative errno. */
static inline int call(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

static inline int dev_open(int flags)
{
	int fd = open(DEVICE, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static inline uint64_t features(int dev)
{
	struct shyper_info info;

	return call(dev, SHYPER_GET_INFO, &info) ? 0 : info.features;
}

/* ---- VMs ---- */

static inline struct shyper_vm_add vm_add_arg(const char *name)
{
	static char cmdline[] = "console=hvc0";
	struct shyper_vm_add arg = {
		.cmdline = (uintptr_t)cmdline,
		.cmdline_len = strlen(cmdline),
		.kernel_load_ipa = KERNEL_IPA,
		.device_tree_load_ipa = RAM_BASE,
	};

	snprintf(arg.name, sizeof(arg.name), "%s", name);
	return arg;
}

static inline int vm_add(int dev, const char *name)
{
	struct shyper_vm_add arg = vm_add_arg(name);

	return call(dev, SHYPER_VM_ADD, &arg);
}

static inline int vm_flags_call(int vm, unsigned long request)
{
	struct shyper_vm_flags arg = { 0 };

	return call(vm, request, &arg);
}

static inline int vm_open(int dev, uint32_t vmid)
{
	struct shyper_vm_open arg = { .vmid = vmid };

	return call(dev, SHYPER_VM_OPEN, &arg);
}

/* The VM of this name; false if there is none. */
static inline bool vm_find(int dev, const char *name, struct shyper_vm_info *info)
{
	struct shyper_vm_list_info list;
	unsigned int n;

	if (call(dev, SHYPER_VM_LIST, &list))
		return false;
	for (n = 0; n < list.num; n++) {
		if (strcmp(list.vm[n].name, name))
			continue;
		if (info)
			*info = list.vm[n];
		return true;
	}
	return false;
}

static inline bool vm_exists(int dev, const char *name)
{
	return vm_find(dev, name, NULL);
}

static inline int vm_count(int dev)
{
	struct shyper_vm_list_info list;
	int ret = call(dev, SHYPER_VM_LIST, &list);

	return ret ? ret : (int)list.num;
}

/* A physical CPU that the management VM does not have. */
static inline struct shyper_vm_cpus one_cpu(int dev)
{
	struct shyper_vm_cpus arg = { .num = 1, .master = SHYPER_CPU_ANY };
	struct shyper_info info;

	arg.mask = 1ULL << sysconf(_SC_NPROCESSORS_CONF);
	if (!call(dev, SHYPER_GET_INFO, &info) &&
	    info.features & SHYPER_INFO_SYSTEM)
		arg.mask = info.free_cpu_mask & -info.free_cpu_mask;
	return arg;
}

/* Memory and a CPU. */
static inline int vm_configure(int dev, int vm)
{
	struct shyper_vm_memory memory = { RAM_BASE, RAM_SIZE };
	struct shyper_vm_cpus cpus = one_cpu(dev);
	int ret = call(vm, SHYPER_VM_ADD_MEMORY, &memory);

	return ret ? ret : call(vm, SHYPER_VM_SET_CPUS, &cpus);
}

/* ---- programs for guests: A64, entered with the MMU off ---- */

#define MOVZ_W0(imm)	(0x52800000u | (imm) << 5)
#define MOVK_W0_HI(imm)	(0x72a00000u | (imm) << 5)
#define SMC		0xd4000003u
#define WFI		0xd503207fu
#define B_BACK_ONE	0x17ffffffu
#define MOVZ_X0(imm)	(0xd2800000u | (imm) << 5)
#define BR_X0		0xd61f0000u
#define MSR_VBAR_X0	0xd518c000u

static const uint32_t guest_power_off[] = {
	MOVZ_W0(0x0008), MOVK_W0_HI(0x8400), SMC, WFI, B_BACK_ONE,
};

static const uint32_t guest_reset[] = {
	MOVZ_W0(0x0009), MOVK_W0_HI(0x8400), SMC, WFI, B_BACK_ONE,
};

static const uint32_t guest_wait[] = { WFI, B_BACK_ONE };

/* Fetches from 0x1000, where there is nothing, and has its vectors there, too. */
static const uint32_t guest_crash[] = { MOVZ_X0(0x1000), MSR_VBAR_X0, BR_X0 };

static inline int vm_load(int vm, const void *code, size_t size)
{
	struct shyper_vm_load arg = {
		.ipa = KERNEL_IPA, .data = (uintptr_t)code, .size = size,
		.image_size = size,
	};

	return call(vm, SHYPER_VM_LOAD, &arg);
}

/* A VM with a program in it, ready to boot; kept if keep. */
static inline int vm_make(int dev, const char *name, const void *code,
			  size_t size)
{
	int vm = vm_add(dev, name), ret;

	if (vm < 0)
		return vm;
	ret = vm_configure(dev, vm);
	if (!ret)
		ret = vm_load(vm, code, size);
	if (!ret)
		return vm;
	close(vm);
	return ret;
}

/* Wait up to two seconds until the VM has a state. */
static inline bool vm_wait_state(int dev, const char *name, uint32_t state)
{
	struct shyper_vm_info info;
	int n;

	for (n = 0; n < 200; n++) {
		if (vm_find(dev, name, &info) && info.state == state)
			return true;
		usleep(10000);
	}
	return false;
}

/* ---- disks ---- */

/* A file of some sectors, deleted already. */
static inline int file_make(uint64_t sectors)
{
	char name[] = "/tmp/shyper-test-XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || unlink(name) || ftruncate(fd, sectors * 512))
		return -errno;
	return fd;
}

static inline struct shyper_disk_attach disk_arg(const char *name, int fd)
{
	struct shyper_disk_attach arg = { .path = "/a/path", .fd = fd };

	snprintf(arg.name, sizeof(arg.name), "%s", name);
	return arg;
}

/* Returns the disk's index. */
static inline int disk_attach(int dev, const char *name, int fd)
{
	struct shyper_disk_attach arg = disk_arg(name, fd);
	int ret = call(dev, SHYPER_DISK_ATTACH, &arg);

	return ret ? ret : (int)arg.index;
}

static inline int disk_detach(int dev, uint32_t index)
{
	struct shyper_disk_detach arg = { .index = index };

	return call(dev, SHYPER_DISK_DETACH, &arg);
}

static inline int disk_info(int dev, uint32_t index, struct shyper_disk_info *info)
{
	memset(info, 0, sizeof(*info));
	info->index = index;
	return call(dev, SHYPER_DISK_GET_INFO, info);
}

/* Detach whatever a test has left. */
static inline void disks_clear(int dev)
{
	int n;

	for (n = 0; n < SHYPER_API_MAX_DISKS; n++)
		disk_detach(dev, n);
}

static inline struct shyper_vm_device disk_device(uint64_t want)
{
	struct shyper_vm_device arg = {
		.name = "disk", .type = SHYPER_DEV_VIRTIO_BLK_MEDIATED,
		.irq = DISK_IRQ, .base = DISK_BASE, .length = 0x1000,
		.cfg_num = 3, .cfg = { 0, 0, want },
	};

	return arg;
}

/* ---- events ---- */

static inline int event_read(int dev, struct shyper_event *event)
{
	/* By way of syscall(): a test passes an address that is none. */
	ssize_t n = syscall(SYS_read, dev, event, sizeof(*event));

	if (n < 0)
		return -errno;
	return n == sizeof(*event) ? 0 : -EPROTO;
}

/* Read on until an event of this type; up to two seconds between two events. */
static inline int event_wait(int dev, uint32_t type, struct shyper_event *event)
{
	struct pollfd poll_arg = { .fd = dev, .events = POLLIN };
	int ret;

	do {
		if (poll(&poll_arg, 1, 2000) != 1)
			return -ETIME;
		ret = event_read(dev, event);
	} while (!ret && event->type != type);
	return ret;
}

#endif /* SHYPER_TEST_H */
