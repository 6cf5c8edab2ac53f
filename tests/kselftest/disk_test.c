// SPDX-License-Identifier: GPL-2.0-only
/* Disks: what can be attached, ranges, who has them. */
#include "shyper_test.h"

FIXTURE(disk) {
	int dev;
	int file;		/* 128 sectors */
};

FIXTURE_SETUP(disk)
{
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	disks_clear(self->dev);
	self->file = file_make(128);
	ASSERT_GE(self->file, 0);
}

FIXTURE_TEARDOWN(disk)
{
	disks_clear(self->dev);
	close(self->file);
	close(self->dev);
}

static int attach_info(int dev, struct shyper_disk_attach *arg,
		       struct shyper_disk_info *info)
{
	int ret = call(dev, SHYPER_DISK_ATTACH, arg);

	return ret ? ret : disk_info(dev, arg->index, info);
}

TEST_F(disk, file)
{
	struct shyper_disk_attach arg = disk_arg("file", self->file);
	struct shyper_disk_info info;
	unsigned int n;

	ASSERT_EQ(attach_info(self->dev, &arg, &info), 0);
	EXPECT_STREQ(info.name, "file");
	EXPECT_STREQ(info.path, "/a/path");
	EXPECT_EQ(info.index, arg.index);
	EXPECT_EQ(info.flags, 0);
	EXPECT_EQ(info.first_sector, 0);
	EXPECT_EQ(info.sectors, 128);
	EXPECT_EQ(info.vmid, SHYPER_DISK_NO_VM);
	EXPECT_EQ(info.reads + info.writes + info.refused, 0);
	EXPECT_GE(info.cache_size, 4096);
	for (n = 0; n < 8; n++)
		EXPECT_EQ(info.reserved[n], 0);
	EXPECT_EQ(disk_detach(self->dev, arg.index), 0);
	EXPECT_EQ(disk_info(self->dev, arg.index, &info), -ENODEV);
	EXPECT_EQ(disk_detach(self->dev, arg.index), -ENODEV);
}

TEST_F(disk, block_device)
{
	int fd = open(BLOCK_DEVICE, O_RDWR | O_CLOEXEC);
	struct shyper_disk_attach arg = disk_arg("block", fd);
	struct shyper_disk_info info;
	off_t size;

	if (fd < 0)
		SKIP(return, "no " BLOCK_DEVICE);
	size = lseek(fd, 0, SEEK_END);
	ASSERT_EQ(attach_info(self->dev, &arg, &info), 0);
	EXPECT_EQ(info.sectors, size / 512);
	close(fd);
	/* Nobody else may use it alone, mount it for instance, until it is free. */
	fd = open(BLOCK_DEVICE, O_RDONLY | O_EXCL | O_CLOEXEC);
	EXPECT_LT(fd, 0);
	EXPECT_EQ(errno, EBUSY);
	EXPECT_EQ(disk_detach(self->dev, arg.index), 0);
	fd = open(BLOCK_DEVICE, O_RDONLY | O_EXCL | O_CLOEXEC);
	EXPECT_GE(fd, 0);
	close(fd);
}

TEST_F(disk, block_device_in_use)
{
	int owner = open(BLOCK_DEVICE, O_RDONLY | O_EXCL | O_CLOEXEC), fd;

	if (owner < 0)
		SKIP(return, "no " BLOCK_DEVICE);
	fd = open(BLOCK_DEVICE, O_RDWR | O_CLOEXEC);
	ASSERT_GE(fd, 0);
	EXPECT_EQ(disk_attach(self->dev, "used", fd), -EBUSY);
	close(owner);
	EXPECT_GE(disk_attach(self->dev, "used", fd), 0);
	close(fd);
}

/* The descriptor's own claim serves, and goes with the disk. */
TEST_F(disk, block_device_exclusive)
{
	int fd = open(BLOCK_DEVICE, O_RDWR | O_EXCL | O_CLOEXEC), index, plain;

	if (fd < 0)
		SKIP(return, "no " BLOCK_DEVICE);
	index = disk_attach(self->dev, "exclusive", fd);
	ASSERT_GE(index, 0);
	close(fd);
	fd = open(BLOCK_DEVICE, O_RDONLY | O_EXCL | O_CLOEXEC);
	EXPECT_LT(fd, 0);
	/* A second disk on the same device. */
	plain = open(BLOCK_DEVICE, O_RDWR | O_CLOEXEC);
	ASSERT_GE(plain, 0);
	EXPECT_GE(disk_attach(self->dev, "second", plain), 0);
	close(plain);
	disks_clear(self->dev);
	fd = open(BLOCK_DEVICE, O_RDONLY | O_EXCL | O_CLOEXEC);
	EXPECT_GE(fd, 0);
	close(fd);
}

TEST_F(disk, names)
{
	struct shyper_disk_attach arg;

#define BAD(change, err)						\
	do {								\
		arg = disk_arg("bad", self->file);			\
		change;							\
		EXPECT_EQ(call(self->dev, SHYPER_DISK_ATTACH, &arg), err) \
			TH_LOG("%s", #change);				\
	} while (0)

	BAD(arg.name[0] = 0, -EINVAL);
	BAD(memset(arg.name, 'x', sizeof(arg.name)), -EINVAL);
	BAD(arg.name[30] = 'x', -EINVAL);
	BAD(memset(arg.path, 'x', sizeof(arg.path)), -EINVAL);
	BAD(arg.flags = 4, -EINVAL);
	BAD(arg.index = 1, -EINVAL);
	BAD(arg.reserved0 = 1, -EINVAL);
	BAD(arg.reserved[3] = 1, -EINVAL);
	BAD(arg.cache_size = 4097, -EINVAL);
	BAD(arg.cache_size = 1ULL << 40, -EINVAL);
	BAD(arg.fd = -1, -EBADF);
	BAD(arg.fd = 12345, -EBADF);
#undef BAD
	ASSERT_GE(disk_attach(self->dev, "same", self->file), 0);
	EXPECT_EQ(disk_attach(self->dev, "same", self->file), -EEXIST);
}

TEST_F(disk, kinds_of_files)
{
	int dir = open("/tmp", O_RDONLY | O_CLOEXEC), pipes[2];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int path = open("/dev/null", O_PATH | O_CLOEXEC);

	ASSERT_EQ(pipe(pipes), 0);
	EXPECT_EQ(disk_attach(self->dev, "bad", dir), -ENOTBLK);
	EXPECT_EQ(disk_attach(self->dev, "bad", pipes[0]), -ENOTBLK);
	EXPECT_EQ(disk_attach(self->dev, "bad", null), -ENOTBLK);
	EXPECT_EQ(disk_attach(self->dev, "bad", self->dev), -ENOTBLK);
	EXPECT_EQ(disk_attach(self->dev, "bad", path), -EBADF);
	close(dir);
	close(null);
	close(path);
	close(pipes[0]);
	close(pipes[1]);
}

static int reopen(int fd, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC);
}

TEST_F(disk, access_modes)
{
	int ro = reopen(self->file, O_RDONLY), wo = reopen(self->file, O_WRONLY);
	int append = reopen(self->file, O_RDWR | O_APPEND);
	struct shyper_disk_attach arg = disk_arg("ro", ro);
	struct shyper_disk_info info;

	ASSERT_GE(ro, 0);
	ASSERT_GE(wo, 0);
	ASSERT_GE(append, 0);
	EXPECT_EQ(disk_attach(self->dev, "wo", wo), -EBADF);
	EXPECT_EQ(disk_attach(self->dev, "append", append), -EINVAL);
	ASSERT_EQ(attach_info(self->dev, &arg, &info), 0);
	EXPECT_EQ(info.flags, SHYPER_DISK_READ_ONLY);
	arg = disk_arg("asked", self->file);
	arg.flags = SHYPER_DISK_READ_ONLY | SHYPER_DISK_UNSAFE;
	ASSERT_EQ(attach_info(self->dev, &arg, &info), 0);
	EXPECT_EQ(info.flags, SHYPER_DISK_READ_ONLY | SHYPER_DISK_UNSAFE);
	close(ro);
	close(wo);
	close(append);
}

TEST_F(disk, ranges)
{
	static const struct {
		uint64_t first, sectors;
		int ret;
		uint64_t size;
	} rows[] = {
		{ 0, 0, 0, 128 },
		{ 0, 128, 0, 128 },
		{ 127, 0, 0, 1 },
		{ 64, 64, 0, 64 },
		{ 1, 1, 0, 1 },
		{ 0, 129, -EINVAL },
		{ 128, 0, -EINVAL },
		{ 128, 1, -EINVAL },
		{ 127, 2, -EINVAL },
		{ ~0ULL, 0, -EINVAL },
		{ ~0ULL, 2, -EINVAL },
		{ 1, ~0ULL, -EINVAL },
		{ 1ULL << 55, 1, -EINVAL },
	};
	struct shyper_disk_attach arg;
	struct shyper_disk_info info;
	unsigned int n;

	for (n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		arg = disk_arg("range", self->file);
		arg.first_sector = rows[n].first;
		arg.sectors = rows[n].sectors;
		ASSERT_EQ(call(self->dev, SHYPER_DISK_ATTACH, &arg), rows[n].ret)
			TH_LOG("row %u", n);
		if (rows[n].ret)
			continue;
		ASSERT_EQ(disk_info(self->dev, arg.index, &info), 0);
		EXPECT_EQ(info.first_sector, rows[n].first);
		EXPECT_EQ(info.sectors, rows[n].size);
		ASSERT_EQ(disk_detach(self->dev, arg.index), 0);
	}
}

TEST_F(disk, empty_file)
{
	int file = file_make(0);

	ASSERT_GE(file, 0);
	EXPECT_EQ(disk_attach(self->dev, "empty", file), -EINVAL);
	close(file);
}

TEST_F(disk, numbers)
{
	struct shyper_disk_detach arg = { .flags = 2 };
	struct shyper_disk_info info;
	struct shyper_info system;

	ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &system), 0);
	EXPECT_EQ(disk_info(self->dev, system.disks, &info), -ENOENT);
	EXPECT_EQ(disk_info(self->dev, ~0u, &info), -ENOENT);
	EXPECT_EQ(disk_detach(self->dev, system.disks), -ENOENT);
	EXPECT_EQ(call(self->dev, SHYPER_DISK_DETACH, &arg), -EINVAL);
}

/* Numbers are the hypervisor's and cannot be given back: they are used again. */
TEST_F(disk, numbers_are_reused)
{
	int index = disk_attach(self->dev, "first", self->file), n;
	struct shyper_info before, after;

	ASSERT_GE(index, 0);
	ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &before), 0);
	for (n = 0; n < 50; n++) {
		ASSERT_EQ(disk_detach(self->dev, index), 0);
		ASSERT_EQ(disk_attach(self->dev, "again", self->file), index);
	}
	ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &after), 0);
	EXPECT_EQ(after.disks, before.disks);
}

TEST_F(disk, cache_size)
{
	struct shyper_disk_attach arg = disk_arg("cache", self->file);
	struct shyper_disk_info info;
	bool chooses = features(self->dev) & SHYPER_INFO_STOP;

	arg.cache_size = 8192;
	ASSERT_EQ(attach_info(self->dev, &arg, &info), 0);
	/* One that does not keep to the limit gets as much as guests ask for. */
	EXPECT_EQ(info.cache_size, chooses ? 8192 : 4 << 20);
}

TEST_F(disk, belongs_to_a_vm)
{
	struct shyper_vm_device device = disk_device(0);
	struct shyper_disk_info info;
	struct shyper_vm_info vm_info;
	int index = disk_attach(self->dev, "mine", self->file), vm, other;

	ASSERT_GE(index, 0);
	vm = vm_add(self->dev, "owner");
	other = vm_add(self->dev, "other");
	ASSERT_GE(vm, 0);
	ASSERT_GE(other, 0);
	ASSERT_EQ(vm_configure(self->dev, vm), 0);

	device = disk_device(SHYPER_API_MAX_DISKS + 1);
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), -ENOENT);
	device = disk_device(~0ULL);
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), -ENOENT);
	device = disk_device(0);
	device.cfg[0] = 128;
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), -EINVAL);
	device.cfg[0] = 100;
	device.cfg[1] = 29;
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), -EINVAL);
	device.cfg[1] = ~0ULL;
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), -EINVAL);
	ASSERT_EQ(disk_info(self->dev, index, &info), 0);
	EXPECT_EQ(info.vmid, SHYPER_DISK_NO_VM);

	device = disk_device(index + 1);
	ASSERT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), 0);
	ASSERT_EQ(call(vm, SHYPER_VM_GET_INFO, &vm_info), 0);
	EXPECT_EQ(vm_info.disks, 1);
	EXPECT_EQ(vm_info.disk_mask, 1ULL << index);
	ASSERT_EQ(disk_info(self->dev, index, &info), 0);
	EXPECT_EQ(info.vmid, vm_info.vmid);

	EXPECT_EQ(disk_detach(self->dev, index), -EBUSY);
	EXPECT_EQ(call(other, SHYPER_VM_ADD_DEVICE, &device), -EBUSY);
	close(other);
	close(vm);
	ASSERT_EQ(disk_info(self->dev, index, &info), 0);
	EXPECT_EQ(info.vmid, SHYPER_DISK_NO_VM);
	EXPECT_EQ(disk_detach(self->dev, index), 0);
}

/* What the hypervisor refuses leaves the disk free. */
TEST_F(disk, refused_device)
{
	struct shyper_vm_device device = disk_device(0);
	struct shyper_disk_info info;
	int index = disk_attach(self->dev, "free", self->file), vm;

	ASSERT_GE(index, 0);
	vm = vm_add(self->dev, "refused");
	ASSERT_GE(vm, 0);
	/* An interrupt that its distributor does not have. */
	device.irq = 1019;
	if (!call(vm, SHYPER_VM_ADD_DEVICE, &device)) {
		close(vm);
		SKIP(return, "this hypervisor has INTID 1019");
	}
	ASSERT_EQ(disk_info(self->dev, index, &info), 0);
	EXPECT_EQ(info.vmid, SHYPER_DISK_NO_VM);
	EXPECT_EQ(disk_detach(self->dev, index), 0);
	close(vm);
}

TEST_F(disk, named_disk)
{
	struct shyper_vm_device device;
	struct shyper_vm_info info;
	int first = disk_attach(self->dev, "first", self->file);
	int second = disk_attach(self->dev, "second", self->file);
	bool select = features(self->dev) & SHYPER_INFO_DISK_SELECT;
	int vm;

	ASSERT_GE(first, 0);
	ASSERT_GE(second, 0);
	vm = vm_add(self->dev, "chooser");
	ASSERT_GE(vm, 0);
	device = disk_device(second + 1);
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), select ? 0 : -EBUSY);
	if (select) {
		ASSERT_EQ(call(vm, SHYPER_VM_GET_INFO, &info), 0);
		EXPECT_EQ(info.disk_mask, 1ULL << second);
	}
	close(vm);
}

/* A hypervisor that chooses would give a disk that nothing is behind. */
TEST_F(disk, vacant_first)
{
	struct shyper_vm_device device = disk_device(0);
	struct shyper_vm_info info;
	int first = disk_attach(self->dev, "first", self->file);
	int second = disk_attach(self->dev, "second", self->file);
	bool select = features(self->dev) & SHYPER_INFO_DISK_SELECT;
	int vm;

	ASSERT_GE(first, 0);
	ASSERT_GE(second, 0);
	ASSERT_EQ(disk_detach(self->dev, first), 0);
	vm = vm_add(self->dev, "chooser");
	ASSERT_GE(vm, 0);
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), select ? 0 : -EBUSY);
	if (select) {
		ASSERT_EQ(call(vm, SHYPER_VM_GET_INFO, &info), 0);
		EXPECT_EQ(info.disk_mask, 1ULL << second);
	}
	close(vm);
}

TEST_F(disk, no_disk)
{
	struct shyper_vm_device device = disk_device(0);
	struct shyper_info info;
	int vm, err;

	ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &info), 0);
	vm = vm_add(self->dev, "diskless");
	ASSERT_GE(vm, 0);
	err = !(info.features & SHYPER_INFO_DISK_SELECT) && info.disks ? -EBUSY :
	      -ENOENT;
	EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &device), err);
	close(vm);
}

/* The test's last: the numbers that it uses up stay used. */
TEST_F(disk, z_as_many_as_there_can_be)
{
	char name[16];
	int n, ret = 0;

	for (n = 0; n < SHYPER_API_MAX_DISKS && ret >= 0; n++) {
		snprintf(name, sizeof(name), "disk%d", n);
		ret = disk_attach(self->dev, name, self->file);
		if (ret >= 0)
			EXPECT_EQ(ret, n);
	}
	if (ret == -ENOMEM)
		SKIP(return, "not enough contiguous memory");
	if (ret == -EIO)
		SKIP(return, "this hypervisor takes fewer disks");
	EXPECT_EQ(n, SHYPER_API_MAX_DISKS);
	EXPECT_EQ(disk_attach(self->dev, "one-more", self->file), -ENOSPC);
}

TEST_HARNESS_MAIN
