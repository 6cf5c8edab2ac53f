// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words with which direct disks, network devices and consoles are configured: what
 * is taken, what is not, and that a refusal leaves nothing behind.
 */
#include <net/if.h>

#include "shyper_test.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))
#define IFNAME		0x306f6e2d74736574ULL	/* "test-no0" */

FIXTURE(words) {
	int dev;
	int vm;
	int file;		/* 128 sectors, attached */
	int disk;
	bool there;
};

FIXTURE_SETUP(words)
{
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	disks_clear(self->dev);
	self->file = file_make(128);
	ASSERT_GE(self->file, 0);
	self->disk = disk_attach(self->dev, "words", self->file);
	ASSERT_GE(self->disk, 0);
	self->vm = vm_add(self->dev, "words");
	ASSERT_GE(self->vm, 0);
	ASSERT_EQ(vm_configure(self->dev, self->vm), 0);
	self->there = features(self->dev) & SHYPER_INFO_DIRECT;
}

FIXTURE_TEARDOWN(words)
{
	close(self->vm);
	disks_clear(self->dev);
	close(self->file);
	close(self->dev);
}

static int devices(int dev, struct shyper_dev_info *last)
{
	struct shyper_dev_info info;
	int count = 0, ret;
	uint32_t n;

	for (n = 0; ; n++) {
		memset(&info, 0, sizeof(info));
		info.index = n;
		ret = call(dev, SHYPER_DEV_GET_INFO, &info);
		if (ret == -ENOENT)
			return count;
		if (ret)
			continue;
		count++;
		if (last)
			*last = info;
	}
}

static struct shyper_vm_device direct_disk(uint64_t want)
{
	struct shyper_vm_device arg = disk_device(want);

	arg.flags = SHYPER_DEVICE_DIRECT;
	arg.cfg_num = 7;
	return arg;
}

static struct shyper_vm_device net(void)
{
	struct shyper_vm_device arg = {
		.name = "net", .type = SHYPER_DEV_VIRTIO_NET, .irq = 60,
		.base = 0x0a010000, .length = 0x1000, .cfg_num = 10,
		.flags = SHYPER_DEVICE_DIRECT,
		.cfg = { 0x52, 0x54, 0, 0, 0, 1 },
	};

	return arg;
}

static struct shyper_vm_device console(void)
{
	struct shyper_vm_device arg = {
		.name = "console", .type = SHYPER_DEV_VIRTIO_CONSOLE,
		.irq = 61, .base = 0x0a011000, .length = 0x1000, .cfg_num = 1,
		.flags = SHYPER_DEVICE_DIRECT,
	};

	return arg;
}

/* One word that is wrong in what would be right. */
struct wrong {
	unsigned int word;
	uint64_t value;
	int error;
};

static void try_wrong(struct __test_metadata *_metadata, int dev, int vm,
		      const struct shyper_vm_device *right,
		      const struct wrong *wrong, unsigned int num)
{
	int before = devices(dev, NULL);
	struct shyper_vm_device arg;
	unsigned int n;

	for (n = 0; n < num; n++) {
		arg = *right;
		arg.cfg[wrong[n].word] = wrong[n].value;
		if (arg.cfg_num <= wrong[n].word)
			arg.cfg_num = wrong[n].word + 1;
		EXPECT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &arg), wrong[n].error)
			TH_LOG("word %u: %llx", wrong[n].word,
			       (unsigned long long)wrong[n].value);
		EXPECT_EQ(devices(dev, NULL), before);
	}
}

TEST_F(words, disk)
{
	const struct wrong wrong[] = {
		{ 0, 128, -EINVAL },		/* begins behind the end */
		{ 0, ~0ULL, -EINVAL },
		{ 1, 129, -EINVAL },		/* too long */
		{ 1, ~0ULL, -EINVAL },
		{ 2, 33, -ENOENT },		/* no such disk */
		{ 2, ~0ULL, -ENOENT },
		{ 3, 9, -EINVAL },		/* too many queues */
		{ 3, 1ULL << 32, -EINVAL },
		{ 6, 1ULL << 32, -EINVAL },	/* the serial number's 21st byte */
		{ 7, 1, -EINVAL },		/* a word that has no meaning */
		{ 15, 1, -EINVAL },
	};
	struct shyper_vm_device arg = direct_disk(self->disk + 1);
	struct shyper_dev_info info;
	struct shyper_disk_info disk;

	if (!self->there)
		SKIP(return, "no direct devices");
	try_wrong(_metadata, self->dev, self->vm, &arg, wrong, ARRAY_LEN(wrong));
	ASSERT_EQ(disk_info(self->dev, self->disk, &disk), 0);
	EXPECT_EQ(disk.vmid, SHYPER_DISK_NO_VM);

	arg.cfg[0] = 8;
	arg.cfg[1] = 64;
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
	EXPECT_EQ(devices(self->dev, &info), 1);
	EXPECT_EQ(info.type, SHYPER_DEV_VIRTIO_BLK_MEDIATED);
	EXPECT_EQ(info.link, self->disk);
	EXPECT_STREQ(info.ifname, "words");
	ASSERT_EQ(disk_info(self->dev, self->disk, &disk), 0);
	EXPECT_EQ(disk.vmid, info.vmid);
	/* Nobody else gets it, on either path, and it stays attached. */
	arg.base += 0x1000;
	arg.irq++;
	EXPECT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), -EBUSY);
	arg.flags = 0;
	arg.cfg_num = 3;
	memset(&arg.cfg[3], 0, sizeof(arg.cfg) - 3 * sizeof(arg.cfg[0]));
	EXPECT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), -EBUSY);
	EXPECT_EQ(disk_detach(self->dev, self->disk), -EBUSY);
}

TEST_F(words, disk_goes_with_its_vm)
{
	struct shyper_vm_device arg = direct_disk(self->disk + 1);
	struct shyper_disk_info disk;

	if (!self->there)
		SKIP(return, "no direct devices");
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
	close(self->vm);
	ASSERT_EQ(disk_info(self->dev, self->disk, &disk), 0);
	EXPECT_EQ(disk.vmid, SHYPER_DISK_NO_VM);
	EXPECT_EQ(devices(self->dev, NULL), 0);
	EXPECT_EQ(disk_detach(self->dev, self->disk), 0);
	self->vm = vm_add(self->dev, "again");
	ASSERT_GE(self->vm, 0);
}

TEST_F(words, net)
{
	const struct wrong wrong[] = {
		{ 0, 0x53, -EINVAL },		/* a group's address */
		{ 5, 0x100, -EINVAL },		/* no byte */
		{ 6, 67, -EINVAL },		/* MTU */
		{ 6, 1ULL << 32, -EINVAL },
		{ 7, 9, -EINVAL },		/* too many pairs */
		{ 8, 0x2f61, -EINVAL },		/* "a/" */
		{ 8, 0x2e2e, -EINVAL },		/* ".." */
		{ 8, 0x2064, -EINVAL },		/* a blank */
		{ 8, 0x6425, -EINVAL },		/* a pattern */
		{ 8, 0x6f6c, -EEXIST },		/* "lo" */
		{ 10, 1, -EINVAL },		/* a word that has no meaning */
	};
	struct shyper_vm_device arg = net();
	struct shyper_dev_info info;

	if (!self->there)
		SKIP(return, "no direct devices");
	try_wrong(_metadata, self->dev, self->vm, &arg, wrong, ARRAY_LEN(wrong));
	arg.cfg[0] = 0;			/* no address at all */
	arg.cfg[1] = 0;
	arg.cfg[5] = 0;
	EXPECT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), -EINVAL);

	arg = net();
	arg.cfg[6] = 9000;
	arg.cfg[8] = IFNAME;
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
	EXPECT_EQ(devices(self->dev, &info), 1);
	EXPECT_STREQ(info.ifname, "test-no0");
	EXPECT_EQ(info.link, if_nametoindex("test-no0"));
	EXPECT_NE(info.link, 0);
	arg.base += 0x1000;
	arg.irq += 10;
	EXPECT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), -EEXIST);
	EXPECT_EQ(devices(self->dev, NULL), 1);
	close(self->vm);
	EXPECT_EQ(if_nametoindex("test-no0"), 0);
	self->vm = vm_add(self->dev, "again");
	ASSERT_GE(self->vm, 0);
}

TEST_F(words, console)
{
	const struct wrong wrong[] = {
		{ 0, 8, -EINVAL },		/* too many ports */
		{ 0, ~0ULL, -EINVAL },
		{ 1, 1, -EINVAL },		/* a word that has no meaning */
	};
	struct shyper_vm_device arg = console();
	struct shyper_dev_info info;
	char path[64];

	if (!self->there)
		SKIP(return, "no direct devices");
	try_wrong(_metadata, self->dev, self->vm, &arg, wrong, ARRAY_LEN(wrong));
	arg.cfg[0] = 7;
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
	EXPECT_EQ(devices(self->dev, &info), 1);
	EXPECT_EQ(info.queues, 16);
	snprintf(path, sizeof(path), "/dev/%s", info.ifname);
	EXPECT_EQ(access(path, R_OK | W_OK), 0);
	close(self->vm);
	EXPECT_NE(access(path, F_OK), 0);
	self->vm = vm_add(self->dev, "again");
	ASSERT_GE(self->vm, 0);
}

TEST_HARNESS_MAIN
