// SPDX-License-Identifier: GPL-2.0-only
/* How long a VM lives: descriptors, processes, openers. */
#include "shyper_test.h"

FIXTURE(dev) {
	int fd;
	int vms;
};

FIXTURE_SETUP(dev)
{
	self->fd = dev_open(O_RDWR);
	ASSERT_GE(self->fd, 0);
	self->vms = vm_count(self->fd);
}

FIXTURE_TEARDOWN(dev)
{
	EXPECT_EQ(vm_count(self->fd), self->vms);
	close(self->fd);
}

TEST_F(dev, last_close_removes)
{
	int vm = vm_add(self->fd, "short"), other;

	ASSERT_GE(vm, 0);
	EXPECT_TRUE(vm_exists(self->fd, "short"));
	other = dup(vm);
	close(vm);
	EXPECT_TRUE(vm_exists(self->fd, "short"));
	close(other);
	EXPECT_FALSE(vm_exists(self->fd, "short"));
}

TEST_F(dev, loaded_is_removed_as_well)
{
	int vm = vm_make(self->fd, "loaded", guest_wait, sizeof(guest_wait));

	ASSERT_GE(vm, 0);
	close(vm);
	EXPECT_FALSE(vm_exists(self->fd, "loaded"));
}

TEST_F(dev, running_is_stopped_and_removed)
{
	int vm;

	if (!(features(self->fd) & SHYPER_INFO_STOP))
		SKIP(return, "this hypervisor cannot stop a VM");
	vm = vm_make(self->fd, "running", guest_wait, sizeof(guest_wait));
	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
	ASSERT_TRUE(vm_wait_state(self->fd, "running", SHYPER_VM_STATE_ACTIVE));
	close(vm);
	EXPECT_FALSE(vm_exists(self->fd, "running"));
}

TEST_F(dev, kept_stays_until_removed)
{
	struct shyper_vm_info info;
	int vm = vm_add(self->fd, "kept"), again;

	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_KEEP), 0);
	ASSERT_EQ(vm_configure(self->fd, vm), 0);
	close(vm);
	ASSERT_TRUE(vm_find(self->fd, "kept", &info));
	EXPECT_EQ(info.flags, SHYPER_VM_KEPT);
	EXPECT_EQ(info.memory, RAM_SIZE);
	vm = vm_open(self->fd, info.vmid);
	ASSERT_GE(vm, 0);
	again = vm_open(self->fd, info.vmid);
	ASSERT_GE(again, 0);
	EXPECT_EQ(vm_flags_call(vm, SHYPER_VM_REMOVE), 0);
	EXPECT_FALSE(vm_exists(self->fd, "kept"));
	/* Its descriptors are of no VM now, whoever gets the id. */
	EXPECT_EQ(vm_flags_call(again, SHYPER_VM_REMOVE), -ENODEV);
	EXPECT_EQ(vm_flags_call(again, SHYPER_VM_KEEP), -ENODEV);
	EXPECT_EQ(call(again, SHYPER_VM_GET_INFO, &info), -ENODEV);
	EXPECT_EQ(vm_configure(self->fd, again), -ENODEV);
	close(vm);
	vm = vm_add(self->fd, "next");
	ASSERT_GE(vm, 0);
	EXPECT_EQ(call(again, SHYPER_VM_GET_INFO, &info), -ENODEV);
	close(again);
	EXPECT_TRUE(vm_exists(self->fd, "next"));
	close(vm);
}

TEST_F(dev, second_opener)
{
	struct shyper_vm_info info;
	int vm = vm_add(self->fd, "shared"), other_dev, other;

	ASSERT_GE(vm, 0);
	ASSERT_EQ(call(vm, SHYPER_VM_GET_INFO, &info), 0);
	other_dev = dev_open(O_RDWR);
	ASSERT_GE(other_dev, 0);
	other = vm_open(other_dev, info.vmid);
	ASSERT_GE(other, 0);
	close(other_dev);
	close(vm);
	/* The second descriptor is as good as the first. */
	EXPECT_TRUE(vm_exists(self->fd, "shared"));
	EXPECT_EQ(vm_configure(self->fd, other), 0);
	close(other);
	EXPECT_FALSE(vm_exists(self->fd, "shared"));
}

TEST_F(dev, vm_outlives_the_device_file)
{
	int dev = dev_open(O_RDWR), vm;

	ASSERT_GE(dev, 0);
	vm = vm_add(dev, "orphan");
	ASSERT_GE(vm, 0);
	close(dev);
	EXPECT_TRUE(vm_exists(self->fd, "orphan"));
	EXPECT_EQ(vm_configure(self->fd, vm), 0);
	close(vm);
}

TEST_F(dev, fork_shares)
{
	int vm = vm_add(self->fd, "forked"), go[2], status;
	char byte;
	pid_t pid;

	ASSERT_GE(vm, 0);
	ASSERT_EQ(pipe(go), 0);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		close(go[1]);
		_exit(read(go[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(go[0]);
	close(vm);
	EXPECT_TRUE(vm_exists(self->fd, "forked"));
	close(go[1]);
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	EXPECT_FALSE(vm_exists(self->fd, "forked"));
}

/* A caller who is killed half-way leaves nothing behind. */
TEST_F(dev, killed)
{
	int ready[2], status;
	char byte;
	pid_t pid;

	ASSERT_EQ(pipe(ready), 0);
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid) {
		int dev = dev_open(O_RDWR);
		int vm = vm_make(dev, "killed", guest_wait, sizeof(guest_wait));

		if (write(ready[1], vm < 0 ? "n" : "y", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ASSERT_EQ(read(ready[0], &byte, 1), 1);
	EXPECT_EQ(byte, 'y');
	EXPECT_TRUE(vm_exists(self->fd, "killed"));
	kill(pid, SIGKILL);
	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_FALSE(vm_exists(self->fd, "killed"));
	close(ready[0]);
	close(ready[1]);
}

TEST_F(dev, as_many_as_there_can_be)
{
	int vm[SHYPER_API_MAX_VMS], n, num = SHYPER_API_MAX_VMS - self->vms;
	char name[16];

	for (n = 0; n < num; n++) {
		snprintf(name, sizeof(name), "vm%d", n);
		vm[n] = vm_add(self->fd, name);
		ASSERT_GE(vm[n], 0);
	}
	EXPECT_EQ(vm_add(self->fd, "one-more"), -ENOSPC);
	EXPECT_EQ(vm_count(self->fd), SHYPER_API_MAX_VMS);
	for (n = 0; n < num; n++)
		close(vm[n]);
}

static int pool_free(int dev, uint64_t *pool)
{
	struct shyper_info info;
	int ret = call(dev, SHYPER_GET_INFO, &info);

	*pool = info.pool_free;
	return ret;
}

TEST_F(dev, nothing_leaks)
{
	uint64_t before, after;
	int n, vm;

	ASSERT_EQ(pool_free(self->fd, &before), 0);
	for (n = 0; n < 50; n++) {
		vm = vm_make(self->fd, "again", guest_power_off,
			     sizeof(guest_power_off));
		ASSERT_GE(vm, 0);
		if (n % 2) {
			ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
			ASSERT_TRUE(vm_wait_state(self->fd, "again",
						  SHYPER_VM_STATE_INACTIVE));
		}
		close(vm);
	}
	ASSERT_EQ(pool_free(self->fd, &after), 0);
	EXPECT_EQ(after, before);
}

TEST_HARNESS_MAIN
