// SPDX-License-Identifier: GPL-2.0-only
/* The ioctls of /dev/shyper as such: numbers, sizes, pointers, permissions. */
#include <sys/resource.h>

#include "shyper_test.h"

#define DEV_CALLS(call)				\
	call(SHYPER_GET_INFO, false)		\
	call(SHYPER_VM_ADD, true)		\
	call(SHYPER_VM_OPEN, false)		\
	call(SHYPER_VM_LIST, false)		\
	call(SHYPER_DISK_ATTACH, true)		\
	call(SHYPER_DISK_DETACH, true)		\
	call(SHYPER_DISK_GET_INFO, false)	\
	call(SHYPER_NET_GET_INFO, false)

#define VM_CALLS(call)				\
	call(SHYPER_VM_SET_CPUS, true)		\
	call(SHYPER_VM_ADD_MEMORY, true)	\
	call(SHYPER_VM_ADD_DEVICE, true)	\
	call(SHYPER_VM_ADD_REGION, true)	\
	call(SHYPER_VM_ADD_IRQS, true)		\
	call(SHYPER_VM_ADD_STREAM_IDS, true)	\
	call(SHYPER_VM_ADD_DTB_DEVICE, true)	\
	call(SHYPER_VM_LOAD, true)		\
	call(SHYPER_VM_KEEP, true)		\
	call(SHYPER_VM_BOOT, true)		\
	call(SHYPER_VM_STOP, true)		\
	call(SHYPER_VM_RESET, true)		\
	call(SHYPER_VM_REMOVE, true)		\
	call(SHYPER_VM_GET_INFO, false)		\
	call(SHYPER_VM_GET_STATS, false)

struct ioctl_row {
	unsigned long request;
	bool change;
	const char *name;
};

#define ROW(request, change)	{ request, change, #request },
static const struct ioctl_row dev_calls[] = { DEV_CALLS(ROW) };
static const struct ioctl_row vm_calls[] = { VM_CALLS(ROW) };

#define ARRAY_LEN(a)	(sizeof(a) / sizeof((a)[0]))

FIXTURE(dev) {
	int fd;
	int vms;
};

FIXTURE_SETUP(dev)
{
	self->fd = dev_open(O_RDWR);
	ASSERT_GE(self->fd, 0);
	self->vms = vm_count(self->fd);
	ASSERT_GE(self->vms, 1);
}

/* Whatever a test did, it has left no VM behind. */
FIXTURE_TEARDOWN(dev)
{
	EXPECT_EQ(vm_count(self->fd), self->vms);
	close(self->fd);
}

TEST_F(dev, info)
{
	struct shyper_info info;
	unsigned int n;

	memset(&info, 0xff, sizeof(info));
	ASSERT_EQ(call(self->fd, SHYPER_GET_INFO, &info), 0);
	EXPECT_EQ(info.version, SHYPER_API_VERSION);
	EXPECT_EQ(info.vmid, 0);
	EXPECT_EQ(info.features & ~0x7fULL, 0);
	EXPECT_EQ(info.max_disks, SHYPER_API_MAX_DISKS);
	EXPECT_LE(info.disks, info.max_disks);
	EXPECT_GT(info.hypercalls, 0);
	EXPECT_EQ(info.reserved0, 0);
	for (n = 0; n < ARRAY_LEN(info.reserved); n++)
		EXPECT_EQ(info.reserved[n], 0);
	if (!info.hv_features)
		EXPECT_EQ(info.features, 0);
	if (info.features & SHYPER_INFO_SYSTEM) {
		EXPECT_GT(info.cpus, 0);
		EXPECT_NE(info.mvm_cpu_mask, 0);
		EXPECT_EQ(info.mvm_cpu_mask & info.free_cpu_mask, 0);
		EXPECT_LE(info.pool_free, info.pool_size);
		EXPECT_LE(info.table_pages_free, info.table_pages);
		EXPECT_GT(info.boot_ns, 0);
	} else {
		EXPECT_EQ(info.cpus, 0);
		EXPECT_EQ(info.pool_size, 0);
	}
}

TEST_F(dev, unknown_calls)
{
	char buf[4096] = "";
	int vm = vm_add(self->fd, "unknown");
	unsigned int n;

	ASSERT_GE(vm, 0);
	EXPECT_EQ(call(self->fd, _IO(SHYPER_IOC_MAGIC, 0x7f), buf), -ENOTTY);
	EXPECT_EQ(call(self->fd, _IO(SHYPER_IOC_MAGIC, 0x00), buf), -ENOTTY);
	EXPECT_EQ(call(self->fd, _IOR(SHYPER_IOC_MAGIC, 0x00, char), buf), -ENOTTY);
	EXPECT_EQ(call(self->fd, _IOW(SHYPER_IOC_MAGIC, 0x00, struct shyper_info),
		       buf), -ENOTTY);
	EXPECT_EQ(call(self->fd, _IOR(0x12, 0x00, struct shyper_info), buf), -ENOTTY);
	/* A VM's calls are not the device's, and the other way round. */
	for (n = 0; n < ARRAY_LEN(vm_calls); n++)
		EXPECT_EQ(call(self->fd, vm_calls[n].request, buf), -ENOTTY);
	for (n = 0; n < ARRAY_LEN(dev_calls); n++)
		EXPECT_EQ(call(vm, dev_calls[n].request, buf), -ENOTTY);
	close(vm);
}

TEST_F(dev, bad_descriptor)
{
	struct shyper_info info;
	int null = open("/dev/null", O_RDWR);

	EXPECT_EQ(call(-1, SHYPER_GET_INFO, &info), -EBADF);
	EXPECT_EQ(call(null, SHYPER_GET_INFO, &info), -ENOTTY);
	close(null);
}

TEST_F(dev, bad_pointers)
{
	void *bad[] = { NULL, (void *)0x10, (void *)~0xfffUL };
	int vm = vm_add(self->fd, "pointers");
	unsigned int n, i;

	ASSERT_GE(vm, 0);
	for (i = 0; i < ARRAY_LEN(bad); i++) {
		for (n = 0; n < ARRAY_LEN(dev_calls); n++) {
			EXPECT_EQ(call(self->fd, dev_calls[n].request, bad[i]),
				  -EFAULT)
				TH_LOG("%s", dev_calls[n].name);
		}
		for (n = 0; n < ARRAY_LEN(vm_calls); n++) {
			if (vm_calls[n].request == SHYPER_VM_GET_STATS &&
			    !(features(self->fd) & SHYPER_INFO_VM_STATS))
				continue;
			EXPECT_EQ(call(vm, vm_calls[n].request, bad[i]), -EFAULT)
				TH_LOG("%s", vm_calls[n].name);
		}
	}
	close(vm);
}

/* The last byte of the argument is in a page that is not there. */
TEST_F(dev, pointers_at_the_edge)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned int n, size;

	ASSERT_NE(page, MAP_FAILED);
	ASSERT_EQ(munmap(page + 4096, 4096), 0);
	for (n = 0; n < ARRAY_LEN(dev_calls); n++) {
		size = _IOC_SIZE(dev_calls[n].request);
		EXPECT_EQ(call(self->fd, dev_calls[n].request,
			       page + 4096 - size + 1), -EFAULT)
			TH_LOG("%s", dev_calls[n].name);
	}
	EXPECT_EQ(call(self->fd, SHYPER_GET_INFO,
		       page + 4096 - sizeof(struct shyper_info)), 0);
	munmap(page, 4096);
}

/* A VM whose descriptor cannot be told to the caller does not stay. */
TEST_F(dev, read_only_argument)
{
	struct shyper_vm_add *arg = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	ASSERT_NE(arg, MAP_FAILED);
	*arg = vm_add_arg("readonly");
	ASSERT_EQ(mprotect(arg, 4096, PROT_READ), 0);
	ret = call(self->fd, SHYPER_VM_ADD, arg);
	EXPECT_EQ(ret, -EFAULT);
	EXPECT_FALSE(vm_exists(self->fd, "readonly"));
	munmap(arg, 4096);
}

TEST_F(dev, descriptors_used_up)
{
	struct rlimit old, none = { 0 };
	struct shyper_vm_add arg = vm_add_arg("nofd");

	ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &old), 0);
	none.rlim_max = old.rlim_max;
	ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
	EXPECT_EQ(call(self->fd, SHYPER_VM_ADD, &arg), -EMFILE);
	ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &old), 0);
	EXPECT_FALSE(vm_exists(self->fd, "nofd"));
}

/* Who has the device open for reading looks on. */
TEST_F(dev, read_only_descriptor)
{
	int ro = dev_open(O_RDONLY), vm, vm_ro;
	struct shyper_vm_info info;
	char buf[4096] = "";
	unsigned int n;

	ASSERT_GE(ro, 0);
	for (n = 0; n < ARRAY_LEN(dev_calls); n++) {
		if (dev_calls[n].change)
			EXPECT_EQ(call(ro, dev_calls[n].request, buf), -EBADF);
	}
	EXPECT_EQ(call(ro, SHYPER_GET_INFO, buf), 0);
	EXPECT_EQ(call(ro, SHYPER_VM_LIST, buf), 0);

	vm = vm_add(self->fd, "looked-at");
	ASSERT_GE(vm, 0);
	ASSERT_TRUE(vm_find(ro, "looked-at", &info));
	vm_ro = vm_open(ro, info.vmid);
	ASSERT_GE(vm_ro, 0);
	EXPECT_EQ(call(vm_ro, SHYPER_VM_GET_INFO, &info), 0);
	memset(buf, 0, sizeof(buf));
	for (n = 0; n < ARRAY_LEN(vm_calls); n++) {
		if (vm_calls[n].change)
			EXPECT_EQ(call(vm_ro, vm_calls[n].request, buf), -EBADF);
	}
	close(vm_ro);
	close(vm);
	close(ro);
}

TEST_F(dev, permissions)
{
	struct stat st;
	int status;
	pid_t pid;

	ASSERT_EQ(stat(DEVICE, &st), 0);
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(st.st_mode & 07777, 0660);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		if (setgid(65534) || setuid(65534))
			_exit(1);
		_exit(dev_open(O_RDONLY) == -EACCES ? 0 : 2);
	}
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
}

/* The descriptor of a VM is not inherited by other programs. */
TEST_F(dev, close_on_exec)
{
	int vm = vm_add(self->fd, "cloexec");

	ASSERT_GE(vm, 0);
	EXPECT_EQ(fcntl(vm, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(vm);
}

static const struct {
	const char *what;
	struct shyper_vm_add arg;
	int err;
} bad_adds[] = {
	{ "flags", { .name = "bad", .flags = 1 }, -EINVAL },
	{ "type", { .name = "bad", .type = 2 }, -EINVAL },
	{ "vmid", { .name = "bad", .vmid = 3 }, -EINVAL },
	{ "reserved", { .name = "bad", .reserved = { 0, 0, 0, 1 } }, -EINVAL },
	{ "no name", { .name = "" }, -EINVAL },
	{ "a name without end", { .name = "abcdefghijklmnopqrstuvwxyz012345" },
	  -EINVAL },
	{ "something behind the name", { .name = "bad\0x" }, -EINVAL },
	{ "an unprintable name", { .name = "b\033d" }, -EINVAL },
	{ "a long command line",
	  { .name = "bad", .cmdline_len = SHYPER_API_CMDLINE_MAX + 1 }, -E2BIG },
	{ "a command line nowhere",
	  { .name = "bad", .cmdline = 0x10, .cmdline_len = 5 }, -EFAULT },
	{ "a NUL in the command line",
	  { .name = "bad", .cmdline = (uintptr_t)"ab\0cd", .cmdline_len = 5 },
	  -EINVAL },
	{ "a NUL at its end",
	  { .name = "bad", .cmdline = (uintptr_t)"abcd", .cmdline_len = 5 },
	  -EINVAL },
};

TEST_F(dev, vm_add_checks)
{
	struct shyper_vm_add arg;
	unsigned int n;

	for (n = 0; n < ARRAY_LEN(bad_adds); n++) {
		arg = bad_adds[n].arg;
		EXPECT_EQ(call(self->fd, SHYPER_VM_ADD, &arg), bad_adds[n].err)
			TH_LOG("%s", bad_adds[n].what);
		EXPECT_EQ(vm_count(self->fd), self->vms);
	}
}

TEST_F(dev, vm_names_are_unique)
{
	int vm = vm_add(self->fd, "twin");

	ASSERT_GE(vm, 0);
	EXPECT_EQ(vm_add(self->fd, "twin"), -EEXIST);
	close(vm);
}

TEST_F(dev, longest_name_and_cmdline)
{
	char cmdline[SHYPER_API_CMDLINE_MAX];
	struct shyper_vm_add arg = vm_add_arg("abcdefghijklmnopqrstuvwxyz01234");
	int vm;

	memset(cmdline, 'x', sizeof(cmdline));
	arg.cmdline = (uintptr_t)cmdline;
	arg.cmdline_len = sizeof(cmdline);
	vm = call(self->fd, SHYPER_VM_ADD, &arg);
	ASSERT_GE(vm, 0);
	EXPECT_TRUE(vm_exists(self->fd, "abcdefghijklmnopqrstuvwxyz01234"));
	EXPECT_GE(arg.vmid, 1);
	EXPECT_LT(arg.vmid, SHYPER_API_MAX_VMS);
	close(vm);
}

TEST_F(dev, vm_open_checks)
{
	struct shyper_vm_open arg = { .flags = 1 };

	EXPECT_EQ(call(self->fd, SHYPER_VM_OPEN, &arg), -EINVAL);
	EXPECT_EQ(vm_open(self->fd, 7), -ENOENT);
	EXPECT_EQ(vm_open(self->fd, SHYPER_API_MAX_VMS), -ENOENT);
	EXPECT_EQ(vm_open(self->fd, ~0u), -ENOENT);
}

/* The management VM can be looked at, not managed. */
TEST_F(dev, management_vm)
{
	uint64_t stop = features(self->fd) & SHYPER_INFO_STOP;
	struct shyper_vm_info info;
	struct shyper_vm_cpus cpus = { .num = 1, .mask = 1 };
	struct shyper_vm_load load = { RAM_BASE, 1, 1, 1 };
	int vm = vm_open(self->fd, 0);

	ASSERT_GE(vm, 0);
	ASSERT_EQ(call(vm, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.vmid, 0);
	EXPECT_EQ(info.state, SHYPER_VM_STATE_ACTIVE);
	EXPECT_EQ(info.flags, SHYPER_VM_FOREIGN | SHYPER_VM_KEPT);
	EXPECT_EQ(call(vm, SHYPER_VM_SET_CPUS, &cpus), -EPERM);
	EXPECT_EQ(call(vm, SHYPER_VM_LOAD, &load), -EPERM);
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), -EPERM);
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_REMOVE), -EPERM);
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_STOP), stop ? -EPERM : -EOPNOTSUPP);
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_RESET), stop ? -EPERM : -EOPNOTSUPP);
	close(vm);
	EXPECT_EQ(vm_count(self->fd), self->vms);
}

TEST_F(dev, flags_only_checks)
{
	static const unsigned long requests[] = {
		SHYPER_VM_KEEP, SHYPER_VM_BOOT, SHYPER_VM_STOP, SHYPER_VM_RESET,
		SHYPER_VM_REMOVE,
	};
	struct shyper_vm_flags flags = { .flags = 1 };
	struct shyper_vm_flags reserved = { .reserved = 1 };
	int vm = vm_add(self->fd, "flags");
	unsigned int n;

	ASSERT_GE(vm, 0);
	for (n = 0; n < ARRAY_LEN(requests); n++) {
		EXPECT_EQ(call(vm, requests[n], &flags), -EINVAL);
		EXPECT_EQ(call(vm, requests[n], &reserved), -EINVAL);
	}
	EXPECT_TRUE(vm_exists(self->fd, "flags"));
	close(vm);
}

TEST_F(dev, stats)
{
	struct shyper_vm_stats stats;
	int vm = vm_open(self->fd, 0);

	ASSERT_GE(vm, 0);
	if (!(features(self->fd) & SHYPER_INFO_VM_STATS)) {
		EXPECT_EQ(call(vm, SHYPER_VM_GET_STATS, &stats), -EOPNOTSUPP);
		close(vm);
		SKIP(return, "the hypervisor keeps no statistics");
	}
	memset(&stats, 0xff, sizeof(stats));
	ASSERT_EQ(call(vm, SHYPER_VM_GET_STATS, &stats), 0);
	EXPECT_GE(stats.vcpus, 1);
	EXPECT_LE(stats.vcpus, 8);
	EXPECT_GT(stats.hypercalls, 0);
	EXPECT_GT(stats.memory, 0);
	EXPECT_EQ(stats.reserved0, 0);
	EXPECT_EQ(stats.reserved[6], 0);
	close(vm);
}

/* The management VM's own port is always there; the rest depends. */
TEST_F(dev, net)
{
	struct shyper_net_info info = { 0 };
	unsigned int uplinks = 0, n;
	int ret;

	if (!(features(self->fd) & SHYPER_INFO_NET)) {
		EXPECT_EQ(call(self->fd, SHYPER_NET_GET_INFO, &info), -EOPNOTSUPP);
		SKIP(return, "the hypervisor does not tell of its switch");
	}
	for (n = 0; n < 1000; n++) {
		memset(&info, 0xff, sizeof(info));
		info.index = n;
		ret = call(self->fd, SHYPER_NET_GET_INFO, &info);
		if (ret == -ENOENT)
			break;
		if (ret == -ENODEV)
			continue;
		ASSERT_EQ(ret, 0);
		EXPECT_EQ(info.index, n);
		EXPECT_EQ(info.mac[0] & 1, 0);
		EXPECT_EQ(info.reserved[6], 0);
		if (info.flags & SHYPER_PORT_UPLINK) {
			EXPECT_EQ(info.vmid, 0);
			uplinks++;
		}
	}
	EXPECT_LT(n, 1000);
	EXPECT_EQ(uplinks, 1);
	memset(&info, 0, sizeof(info));
	info.index = UINT32_MAX;
	EXPECT_EQ(call(self->fd, SHYPER_NET_GET_INFO, &info), -ENOENT);
}

TEST_HARNESS_MAIN
