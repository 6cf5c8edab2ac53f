// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unloading and loading the module: refused while something needs it, and what the
 * hypervisor knows is found again.
 */
#include "shyper_test.h"

static int unload(void)
{
	return syscall(SYS_delete_module, "shyper", O_NONBLOCK) ? -errno : 0;
}

static int load(const char *params)
{
	int fd = open(MODULE, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, params, 0) ? -errno : 0;
	close(fd);
	return ret;
}

FIXTURE(module) {
	int dev;
};

FIXTURE_SETUP(module)
{
	if (access(MODULE, R_OK))
		SKIP(return, "no " MODULE);
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	disks_clear(self->dev);
}

FIXTURE_TEARDOWN(module)
{
	if (self->dev > 0) {
		disks_clear(self->dev);
		close(self->dev);
	}
}

/* Closes the device, has the module unloaded and loaded, opens it again. */
static int reload(int *dev)
{
	int ret;

	close(*dev);
	ret = unload();
	if (!ret)
		ret = load("");
	*dev = dev_open(O_RDWR);
	return ret ? ret : *dev < 0 ? *dev : 0;
}

TEST_F(module, an_opener_holds_it)
{
	EXPECT_EQ(unload(), -EWOULDBLOCK);
}

TEST_F(module, a_vm_descriptor_holds_it)
{
	int vm = vm_add(self->dev, "holder");

	ASSERT_GE(vm, 0);
	close(self->dev);
	EXPECT_EQ(unload(), -EWOULDBLOCK);
	close(vm);
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	EXPECT_FALSE(vm_exists(self->dev, "holder"));
}

TEST_F(module, a_vm_with_a_disk_holds_it)
{
	struct shyper_vm_device device = disk_device(0);
	struct shyper_vm_info info;
	int file = file_make(64), vm, index;

	ASSERT_GE(file, 0);
	index = disk_attach(self->dev, "held", file);
	ASSERT_GE(index, 0);
	vm = vm_add(self->dev, "user");
	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_configure(self->dev, vm), 0);
	ASSERT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_KEEP), 0);
	close(vm);
	close(file);
	close(self->dev);
	/* Nobody has anything open. */
	EXPECT_EQ(unload(), -EWOULDBLOCK);
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	ASSERT_TRUE(vm_find(self->dev, "user", &info));
	EXPECT_EQ(info.disk_mask, 1ULL << index);
	vm = vm_open(self->dev, info.vmid);
	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_REMOVE), 0);
	close(vm);
	EXPECT_EQ(reload(&self->dev), 0);
}

TEST_F(module, disks_are_found_again)
{
	struct shyper_info before, after;
	struct shyper_disk_info disk;
	int file = file_make(64), n, first, second;

	ASSERT_GE(file, 0);
	first = disk_attach(self->dev, "first", file);
	second = disk_attach(self->dev, "second", file);
	ASSERT_GE(first, 0);
	ASSERT_GE(second, 0);
	ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &before), 0);
	for (n = 0; n < 5; n++) {
		ASSERT_EQ(reload(&self->dev), 0);
		ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &after), 0);
		/* Known to the hypervisor still, nothing behind them now. */
		EXPECT_EQ(after.disks, before.disks);
		EXPECT_EQ(disk_info(self->dev, first, &disk), -ENODEV);
		EXPECT_EQ(disk_attach(self->dev, "first", file), first);
		EXPECT_EQ(disk_attach(self->dev, "second", file), second);
		ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &after), 0);
		EXPECT_EQ(after.disks, before.disks);
	}
	close(file);
}

TEST_F(module, a_kept_vm_becomes_foreign)
{
	struct shyper_vm_info info;
	struct shyper_event event;
	int vm = vm_make(self->dev, "foreign", guest_power_off,
			 sizeof(guest_power_off));

	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_KEEP), 0);
	close(vm);
	ASSERT_EQ(reload(&self->dev), 0);
	ASSERT_TRUE(vm_find(self->dev, "foreign", &info));
	EXPECT_EQ(info.flags, SHYPER_VM_FOREIGN | SHYPER_VM_KEPT);
	EXPECT_EQ(info.memory, 0);
	vm = vm_open(self->dev, info.vmid);
	ASSERT_GE(vm, 0);
	/* How it is made is not known any more, so no more can be added. */
	EXPECT_EQ(vm_configure(self->dev, vm), -EPERM);
	EXPECT_EQ(vm_load(vm, guest_wait, sizeof(guest_wait)), -EPERM);
	/* But it can be run, and its messages arrive. */
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
	EXPECT_EQ(event_wait(self->dev, SHYPER_EVENT_VM_POWERED_OFF, &event), 0);
	EXPECT_EQ(event.vmid, info.vmid);
	EXPECT_STREQ(event.name, "foreign");
	EXPECT_TRUE(vm_wait_state(self->dev, "foreign", SHYPER_VM_STATE_INACTIVE));
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_REMOVE), 0);
	close(vm);
}

TEST_F(module, parameters)
{
	struct shyper_disk_info disk;
	int file = file_make(64), index;
	uint64_t least = features(self->dev) & SHYPER_INFO_STOP ? 0 : 4 << 20;

	ASSERT_GE(file, 0);
	close(self->dev);
	ASSERT_EQ(unload(), 0);
	ASSERT_EQ(load("blk_cache_size=65536"), 0);
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	index = disk_attach(self->dev, "small", file);
	ASSERT_GE(index, 0);
	ASSERT_EQ(disk_info(self->dev, index, &disk), 0);
	EXPECT_EQ(disk.cache_size, least ? least : 65536);
	EXPECT_EQ(disk_detach(self->dev, index), 0);
	close(file);
	EXPECT_EQ(reload(&self->dev), 0);
}

TEST_HARNESS_MAIN
