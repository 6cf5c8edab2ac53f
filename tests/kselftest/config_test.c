// SPDX-License-Identifier: GPL-2.0-only
/* Configuring, loading and booting a VM: what is taken and what is not. */
#include "shyper_test.h"

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

FIXTURE(vm) {
	int dev;
	int fd;
};

FIXTURE_SETUP(vm)
{
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	self->fd = vm_add(self->dev, "config");
	ASSERT_GE(self->fd, 0);
}

FIXTURE_TEARDOWN(vm)
{
	close(self->fd);
	EXPECT_FALSE(vm_exists(self->dev, "config"));
	close(self->dev);
}

TEST_F(vm, info)
{
	struct shyper_vm_info info;

	memset(&info, 0xff, sizeof(info));
	ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_STREQ(info.name, "config");
	EXPECT_EQ(info.state, SHYPER_VM_STATE_INACTIVE);
	EXPECT_EQ(info.flags, 0);
	EXPECT_EQ(info.vcpus, 0);
	EXPECT_EQ(info.memory, 0);
	EXPECT_EQ(info.reserved[0], 0);
	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.vcpus, 1);
	EXPECT_EQ(__builtin_popcountll(info.cpu_mask), 1);
	EXPECT_EQ(info.memory, RAM_SIZE);
}

TEST_F(vm, cpus)
{
	static const struct shyper_vm_cpus bad[] = {
		{ 0, SHYPER_CPU_ANY, 0 },
		{ 0, SHYPER_CPU_ANY, 2 },
		{ 1, SHYPER_CPU_ANY, 0 },
		{ 1, SHYPER_CPU_ANY, 6 },
		{ 2, SHYPER_CPU_ANY, 2 },
		{ 65, SHYPER_CPU_ANY, ~0ULL },
		{ 1, 0, 2 },
		{ 1, 64, 2 },
	};
	struct shyper_vm_cpus arg;
	struct shyper_vm_info info;
	unsigned int n;

	for (n = 0; n < ARRAY_LEN(bad); n++) {
		arg = bad[n];
		EXPECT_EQ(call(self->fd, SHYPER_VM_SET_CPUS, &arg), -EINVAL)
			TH_LOG("row %u", n);
	}
	ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.vcpus, 0);
	arg = one_cpu(self->dev);
	arg.master = __builtin_ctzll(arg.mask);
	EXPECT_EQ(call(self->fd, SHYPER_VM_SET_CPUS, &arg), 0);
	EXPECT_EQ(call(self->fd, SHYPER_VM_SET_CPUS, &arg), -EBUSY);
}

/* The management VM's CPUs are not for guests, where the hypervisor checks. */
TEST_F(vm, cpus_of_others)
{
	struct shyper_vm_cpus arg = { 1, SHYPER_CPU_ANY, 1 };

	if (!(features(self->dev) & SHYPER_INFO_SYSTEM))
		SKIP(return, "the hypervisor does not tell which CPUs are free");
	EXPECT_EQ(call(self->fd, SHYPER_VM_SET_CPUS, &arg), -EBUSY);
	arg.mask = 1ULL << 40;
	EXPECT_EQ(call(self->fd, SHYPER_VM_SET_CPUS, &arg), -EINVAL);
}

TEST_F(vm, memory)
{
	static const struct shyper_vm_memory bad[] = {
		{ RAM_BASE, 0 },
		{ RAM_BASE + 1, 4096 },
		{ RAM_BASE, 4097 },
		{ RAM_BASE, 512 },
		{ ~0xfffULL, 4096 },
		{ ~0xfffULL, 8192 },
		{ 0, ~0xfffULL },
		{ 1ULL << 48, 4096 },
	};
	struct shyper_vm_memory arg;
	struct shyper_vm_info info;
	unsigned int n;

	for (n = 0; n < ARRAY_LEN(bad); n++) {
		arg = bad[n];
		EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &arg), -EINVAL)
			TH_LOG("row %u", n);
	}
	arg = (struct shyper_vm_memory){ RAM_BASE, RAM_SIZE };
	ASSERT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &arg), 0);
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &arg), -EINVAL);
	arg.ipa += RAM_SIZE - 4096;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &arg), -EINVAL);
	arg.ipa = RAM_BASE - RAM_SIZE + 4096;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &arg), -EINVAL);
	ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.memory, RAM_SIZE);
	arg.ipa = RAM_BASE + RAM_SIZE;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &arg), 0);
}

TEST_F(vm, too_much_memory)
{
	struct shyper_vm_memory arg = { RAM_BASE, 1ULL << 40 };
	struct shyper_vm_info info;

	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &arg), -ENOMEM);
	ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.memory, 0);
}

#define CONSOLE {							\
	.name = "console", .type = SHYPER_DEV_VIRTIO_CONSOLE, .irq = 46, \
	.base = 0x0a002000, .length = 0x1000, .cfg_num = 2,		\
	.cfg = { 0, 0x0b000000 } }

TEST_F(vm, devices)
{
	struct shyper_vm_device good = CONSOLE, arg;

#define BAD(change)							\
	do {								\
		arg = good;						\
		change;							\
		EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DEVICE, &arg), -EINVAL) \
			TH_LOG("%s", #change);				\
	} while (0)

	BAD(arg.name[0] = 0);
	BAD(memset(arg.name, 'x', sizeof(arg.name)));
	BAD(arg.name[31] = 1);
	BAD(arg.type = SHYPER_DEV_IOMMU + 1);
	BAD(arg.flags = 2);
	BAD(arg.irq = 1);
	BAD(arg.irq = 1020);
	BAD(arg.length = 0);
	BAD(arg.base = ~0xfffULL);
	BAD(arg.cfg_num = SHYPER_API_CFG_WORDS + 1);
	BAD(arg.cfg_num = 1);
	BAD(arg.cfg[15] = 1);
#undef BAD
	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	arg = good;
	arg.base = RAM_BASE + 4096;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DEVICE, &arg), -EINVAL);
	ASSERT_EQ(call(self->fd, SHYPER_VM_ADD_DEVICE, &good), 0);
	/* Neither its registers nor its interrupt are free now. */
	arg = good;
	arg.irq = 47;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DEVICE, &arg), -EINVAL);
	arg = good;
	arg.base += 0x1000;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DEVICE, &arg), -EINVAL);
}

TEST_F(vm, regions)
{
	static const struct shyper_vm_region bad[] = {
		{ 0x09000000, 0x09000000, 0 },
		{ 0x09000001, 0x09000000, 4096 },
		{ 0x09000000, 0x09000800, 4096 },
		{ 0x09000000, 0x09000000, 100 },
		{ 0x09000000, ~0xfffULL, 8192 },
		{ ~0xfffULL, 0x09000000, 8192 },
		{ RAM_BASE, 0x09000000, 4096 },
	};
	struct shyper_vm_region arg;
	unsigned int n;

	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	for (n = 0; n < ARRAY_LEN(bad); n++) {
		arg = bad[n];
		EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_REGION, &arg), -EINVAL)
			TH_LOG("row %u", n);
	}
}

TEST_F(vm, irqs)
{
	struct shyper_vm_numbers arg = { .num = 0 };

	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &arg), -EINVAL);
	arg.num = SHYPER_API_MAX_IRQS + 1;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &arg), -EINVAL);
	arg = (struct shyper_vm_numbers){ .num = 1, .flags = 1, .value = { 27 } };
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &arg), -EINVAL);
	arg = (struct shyper_vm_numbers){ .num = 1, .value = { 3 } };
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &arg), -EINVAL);
	arg = (struct shyper_vm_numbers){ .num = 1, .value = { 1020 } };
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &arg), -EINVAL);
	arg = (struct shyper_vm_numbers){ .num = 2, .value = { 40, 40 } };
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &arg), -EINVAL);
	/* The timer's is every guest's; in a list of one it is read rightly. */
	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	arg = (struct shyper_vm_numbers){ .num = 1, .value = { 27 } };
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &arg), 0);
}

/* Lists that a deployed hypervisor would read wrongly never reach it. */
TEST_F(vm, long_lists)
{
	struct shyper_vm_numbers irqs = { .num = 3, .value = { 27, 40, 41 } };
	struct shyper_vm_numbers ids = { .num = 1, .value = { 5 } };
	struct shyper_vm_dtb_device node = {
		.name = "uart", .type = SHYPER_DTB_DEV_SERIAL, .irq_num = 3,
		.ipa = 0x09000000, .irqs = { 33, 34, 35 },
	};

	if (features(self->dev) & SHYPER_INFO_STOP)
		SKIP(return, "this hypervisor reads lists of any length");
	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &irqs), -EOPNOTSUPP);
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_STREAM_IDS, &ids), -EOPNOTSUPP);
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DTB_DEVICE, &node), -EOPNOTSUPP);
	irqs.num = 1;
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &irqs), 0);
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_IRQS, &irqs), -EOPNOTSUPP);
}

TEST_F(vm, dtb_devices)
{
	struct shyper_vm_dtb_device good = {
		.name = "uart", .type = SHYPER_DTB_DEV_SERIAL, .irq_num = 1,
		.ipa = 0x09000000, .irqs = { 33 },
	}, arg;

#define BAD(change)							\
	do {								\
		arg = good;						\
		change;							\
		EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DTB_DEVICE, &arg), \
			  -EINVAL) TH_LOG("%s", #change);		\
	} while (0)

	BAD(arg.name[0] = 0);
	BAD(arg.type = 3);
	BAD(arg.irq_num = SHYPER_API_MAX_IRQS + 1);
	BAD(arg.irqs[0] = 2);
	BAD(arg.ipa = 1ULL << 50);
	BAD(arg.length = ~0ULL);
#undef BAD
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DTB_DEVICE, &good), 0);
}

TEST_F(vm, load_checks)
{
	static char data[4096];
	struct shyper_vm_load good = {
		.ipa = KERNEL_IPA, .data = (uintptr_t)data, .size = sizeof(data),
		.image_size = sizeof(data),
	}, arg;
	struct shyper_vm_info info;

#define BAD(change, err)						\
	do {								\
		arg = good;						\
		change;							\
		EXPECT_EQ(call(self->fd, SHYPER_VM_LOAD, &arg), err)	\
			TH_LOG("%s", #change);				\
	} while (0)

	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	BAD(arg.size = 0, -EINVAL);
	BAD(arg.size = SHYPER_LOAD_MAX + 1, -EINVAL);
	BAD(arg.image_size = 0, -EINVAL);
	BAD(arg.reserved[1] = 1, -EINVAL);
	BAD(arg.ipa = ~0ULL, -EINVAL);
	BAD(arg.ipa = RAM_BASE - 1, -EFAULT);
	BAD(arg.ipa = RAM_BASE + RAM_SIZE - 4095, -EFAULT);
	BAD(arg.data = 0x10, -EFAULT);
#undef BAD
	ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.flags & SHYPER_VM_LOADED, 0);
	EXPECT_EQ(call(self->fd, SHYPER_VM_LOAD, &good), 0);
	/* The whole of the memory can be reached, below the kernel as well. */
	good.ipa = RAM_BASE + RAM_SIZE - sizeof(data);
	EXPECT_EQ(call(self->fd, SHYPER_VM_LOAD, &good), 0);
	good.ipa = RAM_BASE + 0x40000;
	EXPECT_EQ(call(self->fd, SHYPER_VM_LOAD, &good), 0);
	ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.flags, SHYPER_VM_LOADED);
}

/* More than one bounce buffer. */
TEST_F(vm, load_large)
{
	size_t size = RAM_SIZE - (KERNEL_IPA - RAM_BASE);
	char *data = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(data, MAP_FAILED);
	memset(data, 0x5a, size);
	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	EXPECT_EQ(vm_load(self->fd, data, size), 0);
	munmap(data, size);
}

TEST_F(vm, order)
{
	struct shyper_vm_memory memory = { RAM_BASE + (1 << 30), 4096 };
	struct shyper_vm_device console = CONSOLE;

	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_BOOT), -ENOEXEC);
	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_BOOT), -ENOEXEC);
	ASSERT_EQ(vm_load(self->fd, guest_wait, sizeof(guest_wait)), 0);
	/* It exists now: too late for more. */
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_MEMORY, &memory), -EBUSY);
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD_DEVICE, &console), -EBUSY);
}

TEST_F(vm, runs_and_ends)
{
	struct shyper_vm_info info;
	int n;

	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	for (n = 1; n <= 3; n++) {
		ASSERT_EQ(vm_load(self->fd, guest_power_off,
				  sizeof(guest_power_off)), 0);
		ASSERT_EQ(vm_flags_call(self->fd, SHYPER_VM_BOOT), 0);
		ASSERT_TRUE(vm_wait_state(self->dev, "config",
					  SHYPER_VM_STATE_INACTIVE));
		ASSERT_EQ(call(self->fd, SHYPER_VM_GET_INFO, &info), 0);
		EXPECT_EQ(info.boots, n);
		EXPECT_EQ(info.crash_cause, 0);
	}
}

TEST_F(vm, running)
{
	struct shyper_vm_stats stats;

	if (!(features(self->dev) & SHYPER_INFO_STOP))
		SKIP(return, "this hypervisor cannot stop a VM");
	ASSERT_EQ(vm_configure(self->dev, self->fd), 0);
	ASSERT_EQ(vm_load(self->fd, guest_wait, sizeof(guest_wait)), 0);
	ASSERT_EQ(vm_flags_call(self->fd, SHYPER_VM_BOOT), 0);
	ASSERT_TRUE(vm_wait_state(self->dev, "config", SHYPER_VM_STATE_ACTIVE));
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_BOOT), -EALREADY);
	EXPECT_EQ(vm_load(self->fd, guest_wait, sizeof(guest_wait)), -EBUSY);
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_REMOVE), -EBUSY);
	EXPECT_EQ(call(self->fd, SHYPER_VM_GET_STATS, &stats), 0);
	EXPECT_EQ(stats.vcpus, 1);
	EXPECT_EQ(stats.memory, RAM_SIZE);
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_RESET), 0);
	EXPECT_TRUE(vm_wait_state(self->dev, "config", SHYPER_VM_STATE_INACTIVE));
	ASSERT_EQ(vm_load(self->fd, guest_wait, sizeof(guest_wait)), 0);
	ASSERT_EQ(vm_flags_call(self->fd, SHYPER_VM_BOOT), 0);
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_STOP), 0);
	EXPECT_TRUE(vm_wait_state(self->dev, "config", SHYPER_VM_STATE_INACTIVE));
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_STOP), 0);
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_REMOVE), 0);
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_BOOT), -ENODEV);
}

TEST_F(vm, cannot_be_stopped)
{
	if (features(self->dev) & SHYPER_INFO_STOP)
		SKIP(return, "this hypervisor can stop a VM");
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_STOP), -EOPNOTSUPP);
	EXPECT_EQ(vm_flags_call(self->fd, SHYPER_VM_RESET), -EOPNOTSUPP);
}

TEST_HARNESS_MAIN
