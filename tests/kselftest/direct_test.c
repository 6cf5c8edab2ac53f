// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that the module itself is: which configurations of them are taken, what is
 * told of them, and that they go with their VM.
 */
#include "shyper_test.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

#define BASE		0x0a001000ULL
#define IRQ		49

FIXTURE(direct) {
	int dev;
	int vm;
	uint32_t vmid;
	bool there;
};

static struct shyper_vm_device console(void)
{
	struct shyper_vm_device arg = {
		.name = "console", .type = SHYPER_DEV_VIRTIO_CONSOLE,
		.irq = IRQ, .base = BASE, .length = 0x1000,
		.flags = SHYPER_DEVICE_DIRECT,
	};

	return arg;
}

static int info_get(int dev, uint32_t index, struct shyper_dev_info *info)
{
	memset(info, 0, sizeof(*info));
	info->index = index;
	return call(dev, SHYPER_DEV_GET_INFO, info);
}

/* How many devices there are of a VM; the last of them. */
static int find(int dev, uint32_t vmid, struct shyper_dev_info *found)
{
	struct shyper_dev_info info;
	int ret, count = 0;
	uint32_t n;

	for (n = 0; (ret = info_get(dev, n, &info)) != -ENOENT; n++) {
		if (ret == -ENODEV)
			continue;
		if (ret)
			return ret;
		if (info.vmid != vmid)
			continue;
		count++;
		if (found)
			*found = info;
	}
	return count;
}

FIXTURE_SETUP(direct)
{
	struct shyper_vm_add arg = vm_add_arg("direct");

	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	self->vm = call(self->dev, SHYPER_VM_ADD, &arg);
	ASSERT_GE(self->vm, 0);
	self->vmid = arg.vmid;
	self->there = features(self->dev) & SHYPER_INFO_DIRECT;
}

FIXTURE_TEARDOWN(direct)
{
	close(self->vm);
	EXPECT_FALSE(vm_exists(self->dev, "direct"));
	if (self->there)
		EXPECT_EQ(find(self->dev, self->vmid, NULL), 0);
	close(self->dev);
}

TEST_F(direct, without_the_hypervisor)
{
	struct shyper_vm_device arg = console();
	struct shyper_dev_info info;

	if (self->there)
		SKIP(return, "this hypervisor has what it takes");
	ASSERT_EQ(vm_configure(self->dev, self->vm), 0);
	EXPECT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), -EOPNOTSUPP);
	EXPECT_EQ(info_get(self->dev, 0, &info), -EOPNOTSUPP);
}

TEST_F(direct, bad_devices)
{
	struct shyper_vm_device other = console();
	struct {
		struct shyper_vm_device arg;
		int error;
	} bad[12];
	unsigned int n;

	if (!self->there)
		SKIP(return, "no direct devices");
	ASSERT_EQ(vm_configure(self->dev, self->vm), 0);
	other.base += 0x10000;
	other.irq++;
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &other), 0);
	for (n = 0; n < ARRAY_LEN(bad); n++) {
		bad[n].arg = console();
		bad[n].error = -EINVAL;
	}
	bad[0].arg.flags |= 2;
	bad[1].arg.irq = 0;
	bad[2].arg.irq = 31;
	bad[3].arg.irq = 1020;
	bad[4].arg.irq = other.irq;
	bad[5].arg.base += 0x800;
	bad[6].arg.base = other.base;
	bad[7].arg.base = RAM_BASE;
	bad[8].arg.length = 0x800;
	bad[9].arg.length = 0x2000;
	bad[10].arg.cfg[1] = 1;
	bad[11].arg.type = SHYPER_DEV_GPPT;
	bad[11].error = -EOPNOTSUPP;
	for (n = 0; n < ARRAY_LEN(bad); n++) {
		EXPECT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &bad[n].arg),
			  bad[n].error)
			TH_LOG("device %u", n);
		EXPECT_EQ(find(self->dev, self->vmid, NULL), 1);
	}
}

TEST_F(direct, is_told_of)
{
	struct shyper_vm_device arg = console();
	uint64_t always = 1ULL << 32 | 1ULL << 28 | 1ULL << 29;
	struct shyper_dev_info info;
	int looks;

	if (!self->there)
		SKIP(return, "no direct devices");
	ASSERT_EQ(vm_configure(self->dev, self->vm), 0);
	looks = open(DEVICE, O_RDONLY);
	ASSERT_GE(looks, 0);
	ASSERT_EQ(find(looks, self->vmid, &info), 0);
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
	ASSERT_EQ(find(looks, self->vmid, &info), 1);
	EXPECT_EQ(info.type, SHYPER_DEV_VIRTIO_CONSOLE);
	EXPECT_STREQ(info.name, "console");
	EXPECT_EQ(info.base, BASE);
	EXPECT_EQ(info.irq, IRQ);
	EXPECT_GE(info.queues, 2);
	EXPECT_EQ(info.offered & always, always);
	EXPECT_EQ(info.features, 0);
	EXPECT_EQ(info.status, 0);
	EXPECT_EQ(info.forwarded, 0);
	EXPECT_NE(info.ifname[0], 0);
	EXPECT_EQ(info_get(looks, 0xffffffff, &info), -ENOENT);
	close(looks);
}

TEST_F(direct, only_while_configured)
{
	struct shyper_vm_device arg = console();

	if (!self->there)
		SKIP(return, "no direct devices");
	ASSERT_EQ(vm_configure(self->dev, self->vm), 0);
	ASSERT_EQ(vm_load(self->vm, guest_power_off, sizeof(guest_power_off)), 0);
	EXPECT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), -EBUSY);
	EXPECT_EQ(find(self->dev, self->vmid, NULL), 0);
}

/* Its registers: Status = 3, and then the guest ends, or waits. */
#define MOVZ_X1_LSL16(imm)	(0xd2a00000u | (imm) << 5 | 1)
#define MOVK_X1(imm)		(0xf2800000u | (imm) << 5 | 1)
#define MOVZ_W2(imm)		(0x52800000u | (imm) << 5 | 2)
#define STR_W2_X1(offset)	(0xb9000022u | ((offset) / 4) << 10)
#define PROBE			MOVZ_X1_LSL16(BASE >> 16), MOVK_X1(BASE & 0xffff), \
				MOVZ_W2(3), STR_W2_X1(0x70)

static const uint32_t guest_probe_off[] = {
	PROBE, MOVZ_W0(0x0008), MOVK_W0_HI(0x8400), SMC, WFI, B_BACK_ONE,
};

static const uint32_t guest_probe_wait[] = { PROBE, WFI, B_BACK_ONE };

/* What its end leaves is reset by the message of it, or else by the next boot. */
static bool wait_status(int dev, uint32_t vmid, uint32_t status)
{
	struct shyper_dev_info info;
	int n;

	for (n = 0; n < 200; n++) {
		if (find(dev, vmid, &info) == 1 && info.status == status)
			return true;
		usleep(10000);
	}
	return false;
}

TEST_F(direct, runs_and_is_reset)
{
	struct shyper_vm_device arg = console();
	struct shyper_dev_info info;
	uint64_t resets = 0;
	int n;

	if (!self->there)
		SKIP(return, "no direct devices");
	ASSERT_EQ(vm_configure(self->dev, self->vm), 0);
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
	for (n = 1; n <= 3; n++) {
		ASSERT_EQ(vm_load(self->vm, guest_probe_off,
				  sizeof(guest_probe_off)), 0);
		ASSERT_EQ(vm_flags_call(self->vm, SHYPER_VM_BOOT), 0);
		ASSERT_TRUE(vm_wait_state(self->dev, "direct",
					  SHYPER_VM_STATE_INACTIVE));
		EXPECT_TRUE(wait_status(self->dev, self->vmid, 0));
		ASSERT_EQ(find(self->dev, self->vmid, &info), 1);
		EXPECT_EQ(info.forwarded, n);
		EXPECT_GT(info.resets, resets);
		resets = info.resets;
	}
	ASSERT_EQ(vm_load(self->vm, guest_probe_wait, sizeof(guest_probe_wait)), 0);
	ASSERT_EQ(vm_flags_call(self->vm, SHYPER_VM_BOOT), 0);
	EXPECT_TRUE(wait_status(self->dev, self->vmid, 3));
	EXPECT_EQ(vm_flags_call(self->vm, SHYPER_VM_REMOVE), -EBUSY);
	EXPECT_EQ(vm_flags_call(self->vm, SHYPER_VM_STOP), 0);
	EXPECT_TRUE(wait_status(self->dev, self->vmid, 0));
}

/* Of no descriptor's, and running: the module stays for it. */
TEST_F(direct, holds_the_module)
{
	struct shyper_vm_device arg = console();
	int vm;

	if (!self->there)
		SKIP(return, "no direct devices");
	ASSERT_EQ(vm_configure(self->dev, self->vm), 0);
	ASSERT_EQ(call(self->vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
	ASSERT_EQ(vm_load(self->vm, guest_probe_wait, sizeof(guest_probe_wait)), 0);
	ASSERT_EQ(vm_flags_call(self->vm, SHYPER_VM_BOOT), 0);
	ASSERT_EQ(vm_flags_call(self->vm, SHYPER_VM_KEEP), 0);
	close(self->vm);
	close(self->dev);
	EXPECT_EQ(syscall(SYS_delete_module, "shyper", O_NONBLOCK), -1);
	EXPECT_EQ(errno, EAGAIN);
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	vm = vm_open(self->dev, self->vmid);
	ASSERT_GE(vm, 0);
	self->vm = vm;
	EXPECT_TRUE(wait_status(self->dev, self->vmid, 3));
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_STOP), 0);
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_REMOVE), 0);
}

TEST_F(direct, memory_comes_back)
{
	struct shyper_vm_device arg = console();
	struct shyper_info before, after;
	int n, vm;

	if (!self->there)
		SKIP(return, "no direct devices");
	ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &before), 0);
	for (n = 0; n < 20; n++) {
		vm = vm_add(self->dev, "again");
		ASSERT_GE(vm, 0);
		ASSERT_EQ(vm_configure(self->dev, vm), 0);
		ASSERT_EQ(call(vm, SHYPER_VM_ADD_DEVICE, &arg), 0);
		ASSERT_EQ(vm_load(vm, guest_probe_wait,
				  sizeof(guest_probe_wait)), 0);
		ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
		/* Running, with an access under way or not: stopped, removed. */
		close(vm);
		ASSERT_FALSE(vm_exists(self->dev, "again"));
	}
	ASSERT_EQ(call(self->dev, SHYPER_GET_INFO, &after), 0);
	EXPECT_EQ(after.pool_free, before.pool_free);
	EXPECT_EQ(after.free_cpu_mask, before.free_cpu_mask);
}

TEST_HARNESS_MAIN
