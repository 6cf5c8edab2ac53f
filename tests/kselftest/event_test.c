// SPDX-License-Identifier: GPL-2.0-only
/* Events: read() and poll() on /dev/shyper. */
#include <pthread.h>

#include "shyper_test.h"

FIXTURE(event) {
	int dev;		/* does things */
	int reader;
};

FIXTURE_SETUP(event)
{
	self->dev = dev_open(O_RDWR);
	ASSERT_GE(self->dev, 0);
	disks_clear(self->dev);
	self->reader = dev_open(O_RDONLY | O_NONBLOCK);
	ASSERT_GE(self->reader, 0);
}

FIXTURE_TEARDOWN(event)
{
	disks_clear(self->dev);
	close(self->reader);
	close(self->dev);
}

TEST_F(event, nothing_yet)
{
	struct pollfd arg = { .fd = self->reader, .events = POLLIN };
	struct shyper_event event;
	char small[sizeof(event) - 1];

	EXPECT_EQ(read(self->reader, small, sizeof(small)), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(event_read(self->reader, &event), -EAGAIN);
	EXPECT_EQ(poll(&arg, 1, 0), 0);
	EXPECT_EQ(write(self->dev, &event, sizeof(event)), -1);
	EXPECT_EQ(errno, EINVAL);
}

TEST_F(event, vm_added_and_removed)
{
	struct pollfd arg = { .fd = self->reader, .events = POLLIN };
	struct shyper_vm_info info;
	struct shyper_event event;
	int vm = vm_add(self->dev, "seen");

	ASSERT_GE(vm, 0);
	ASSERT_EQ(call(vm, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(poll(&arg, 1, 0), 1);
	EXPECT_EQ(arg.revents, POLLIN);
	ASSERT_EQ(event_read(self->reader, &event), 0);
	EXPECT_EQ(event.type, SHYPER_EVENT_VM_ADDED);
	EXPECT_EQ(event.vmid, info.vmid);
	EXPECT_STREQ(event.name, "seen");
	EXPECT_NE(event.time_ns, 0);
	EXPECT_EQ(event_read(self->reader, &event), -EAGAIN);
	close(vm);
	ASSERT_EQ(event_read(self->reader, &event), 0);
	EXPECT_EQ(event.type, SHYPER_EVENT_VM_REMOVED);
	EXPECT_EQ(event.vmid, info.vmid);
	EXPECT_EQ(poll(&arg, 1, 0), 0);
}

TEST_F(event, every_reader_sees_all)
{
	struct shyper_event event;
	int late, vm = vm_add(self->dev, "public");

	ASSERT_GE(vm, 0);
	late = dev_open(O_RDONLY | O_NONBLOCK);
	ASSERT_GE(late, 0);
	close(vm);
	EXPECT_EQ(event_wait(self->reader, SHYPER_EVENT_VM_REMOVED, &event), 0);
	EXPECT_EQ(event_wait(self->dev, SHYPER_EVENT_VM_REMOVED, &event), 0);
	/* From when it was opened on. */
	ASSERT_EQ(event_read(late, &event), 0);
	EXPECT_EQ(event.type, SHYPER_EVENT_VM_REMOVED);
	close(late);
}

TEST_F(event, whole_events_only)
{
	struct shyper_event event[3];
	int vm = vm_add(self->dev, "several");

	ASSERT_GE(vm, 0);
	close(vm);
	EXPECT_EQ(read(self->reader, event, 2 * sizeof(event[0]) - 1),
		  sizeof(event[0]));
	EXPECT_EQ(event[0].type, SHYPER_EVENT_VM_ADDED);
	EXPECT_EQ(read(self->reader, event, sizeof(event)), sizeof(event[0]));
	EXPECT_EQ(event[0].type, SHYPER_EVENT_VM_REMOVED);
}

TEST_F(event, bad_pointer)
{
	struct shyper_event event;
	int vm = vm_add(self->dev, "fault");

	ASSERT_GE(vm, 0);
	EXPECT_EQ(event_read(self->reader, (void *)0x10), -EFAULT);
	/* What could not be given away is told to be lost. */
	ASSERT_EQ(event_read(self->reader, &event), 0);
	EXPECT_EQ(event.type, SHYPER_EVENT_LOST);
	EXPECT_EQ(event.arg, 1);
	close(vm);
}

TEST_F(event, slow_reader)
{
	struct shyper_event event;
	uint64_t lost = 0, read = 0, n;
	int vm;

	for (n = 0; n < 50; n++) {
		vm = vm_add(self->dev, "busy");
		ASSERT_GE(vm, 0);
		close(vm);
	}
	while (!event_read(self->reader, &event)) {
		if (event.type == SHYPER_EVENT_LOST)
			lost += event.arg;
		else
			read++;
	}
	EXPECT_GT(lost, 0);
	EXPECT_EQ(lost + read, 100);
}

TEST_F(event, disks)
{
	struct shyper_event event;
	int file = file_make(64), index;

	ASSERT_GE(file, 0);
	index = disk_attach(self->dev, "a-disk", file);
	ASSERT_GE(index, 0);
	ASSERT_EQ(event_read(self->reader, &event), 0);
	EXPECT_EQ(event.type, SHYPER_EVENT_DISK_ATTACHED);
	EXPECT_EQ(event.vmid, SHYPER_DISK_NO_VM);
	EXPECT_EQ(event.arg, index);
	EXPECT_STREQ(event.name, "a-disk");
	ASSERT_EQ(disk_detach(self->dev, index), 0);
	ASSERT_EQ(event_read(self->reader, &event), 0);
	EXPECT_EQ(event.type, SHYPER_EVENT_DISK_DETACHED);
	EXPECT_EQ(event.arg, index);
	EXPECT_STREQ(event.name, "a-disk");
	close(file);
}

TEST_F(event, power_off)
{
	struct shyper_event event;
	int vm = vm_make(self->dev, "off", guest_power_off,
			 sizeof(guest_power_off));

	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
	EXPECT_EQ(event_wait(self->reader, SHYPER_EVENT_VM_BOOTED, &event), 0);
	EXPECT_EQ(event_wait(self->reader, SHYPER_EVENT_VM_POWERED_OFF, &event), 0);
	EXPECT_STREQ(event.name, "off");
	EXPECT_TRUE(vm_wait_state(self->dev, "off", SHYPER_VM_STATE_INACTIVE));
	close(vm);
}

TEST_F(event, reset)
{
	struct shyper_event event;
	int vm = vm_make(self->dev, "reset", guest_reset, sizeof(guest_reset));

	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
	EXPECT_EQ(event_wait(self->reader, SHYPER_EVENT_VM_RESET, &event), 0);
	EXPECT_STREQ(event.name, "reset");
	EXPECT_TRUE(vm_wait_state(self->dev, "reset", SHYPER_VM_STATE_INACTIVE));
	/* Loaded and booted again, this time it goes off. */
	ASSERT_EQ(vm_load(vm, guest_power_off, sizeof(guest_power_off)), 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
	EXPECT_EQ(event_wait(self->reader, SHYPER_EVENT_VM_POWERED_OFF, &event), 0);
	EXPECT_TRUE(vm_wait_state(self->dev, "reset", SHYPER_VM_STATE_INACTIVE));
	close(vm);
}

TEST_F(event, crash)
{
	struct shyper_vm_info info;
	struct shyper_event event;
	int vm;

	if (!(features(self->dev) & SHYPER_INFO_CRASH_EVENTS))
		SKIP(return, "this hypervisor does not report crashes");
	vm = vm_make(self->dev, "crash", guest_crash, sizeof(guest_crash));
	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
	EXPECT_EQ(event_wait(self->reader, SHYPER_EVENT_VM_CRASHED, &event), 0);
	EXPECT_STREQ(event.name, "crash");
	EXPECT_NE(event.arg, 0);
	EXPECT_EQ(event.ipa, 0x1000);
	ASSERT_EQ(call(vm, SHYPER_VM_GET_INFO, &info), 0);
	EXPECT_EQ(info.crash_cause, event.arg);
	EXPECT_EQ(info.crash_ipa, event.ipa);
	close(vm);
}

TEST_F(event, stopped)
{
	struct shyper_event event;
	int vm;

	if (!(features(self->dev) & SHYPER_INFO_STOP))
		SKIP(return, "this hypervisor cannot stop a VM");
	vm = vm_make(self->dev, "stopped", guest_wait, sizeof(guest_wait));
	ASSERT_GE(vm, 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_BOOT), 0);
	ASSERT_EQ(vm_flags_call(vm, SHYPER_VM_STOP), 0);
	EXPECT_EQ(event_wait(self->reader, SHYPER_EVENT_VM_STOPPED, &event), 0);
	EXPECT_STREQ(event.name, "stopped");
	close(vm);
}

static void *add_later(void *arg)
{
	int vm;

	usleep(100000);
	vm = vm_add(*(int *)arg, "later");
	close(vm);
	return NULL;
}

TEST_F(event, blocking_read)
{
	int blocking = dev_open(O_RDONLY);
	struct shyper_event event;
	pthread_t thread;

	ASSERT_GE(blocking, 0);
	ASSERT_EQ(pthread_create(&thread, NULL, add_later, &self->dev), 0);
	EXPECT_EQ(event_read(blocking, &event), 0);
	EXPECT_EQ(event.type, SHYPER_EVENT_VM_ADDED);
	pthread_join(thread, NULL);
	close(blocking);
}

static void nothing(int sig)
{
}

TEST_F(event, read_is_interrupted)
{
	struct sigaction action = { .sa_handler = nothing };
	int blocking = dev_open(O_RDONLY);
	struct shyper_event event;

	ASSERT_GE(blocking, 0);
	ASSERT_EQ(sigaction(SIGUSR1, &action, NULL), 0);
	if (!fork()) {
		usleep(100000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	EXPECT_EQ(event_read(blocking, &event), -EINTR);
	wait(NULL);
	close(blocking);
}

TEST_HARNESS_MAIN
