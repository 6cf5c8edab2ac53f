// SPDX-License-Identifier: GPL-2.0-only
/* Which VMs shyperd boots again, and when. */
#include <endian.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "shyperd.h"
#include "state.h"
#include "test.h"

#define VMID	3

static struct daemon shyperd;
static int events;	/* the end of the device's pipe that the kernel has */
static int ports_looked_at;

/* Stands for network.c, which needs the kernel's interfaces. */
void network_ports(const struct daemon *daemon)
{
	ports_looked_at += daemon == &shyperd;
}

static void happens(uint32_t type, uint32_t vmid, const char *name)
{
	struct shyper_event event = { .type = type, .vmid = vmid, .arg = 1 };

	strncpy(event.name, name, sizeof(event.name) - 1);
	if (write(events, &event, sizeof(event)) != sizeof(event))
		abort();
}

/* One VM that is remembered with this policy, and how it ended. */
static void set_vm(const char *policy, uint32_t state, uint32_t ended_by)
{
	uint64_t image[1024] = { 0 };
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;
	char text[512];
	int lock;

	memset(&kernel, 0, sizeof(kernel));
	kernel.vms = 2;
	strcpy(kernel.vm[0].name, "mvm");
	kernel.vm[0].state = SHYPER_VM_STATE_ACTIVE;
	kernel.vm[1].vmid = VMID;
	strcpy(kernel.vm[1].name, "g1");
	kernel.vm[1].state = state;
	kernel.vm[1].ended_by = ended_by;

	image[7] = htole64(0x644d5241);
	write_file("Image", (char *)image, sizeof(image));
	snprintf(text, sizeof(text),
		 "{ \"name\": \"g1\", \"memory\": \"64M\", \"kernel\": \"Image\", \"restart\": \"%s\" }",
		 policy);
	config = shyper_config_load(write_file("g1.json", text, strlen(text)),
				    &diag);
	lock = shyper_state_lock(shyperd.run, "g1", true);
	if (!config || shyper_config_place(config, &diag) ||
	    shyper_state_save(shyperd.run, config)) {
		printf("Bail out! %s\n", diag.text ? diag.text : "no state");
		exit(1);
	}
	shyper_state_unlock(lock);
	shyper_config_free(config);
}

static const struct {
	const char *name;
	const char *policy;
	uint32_t event;
	uint32_t state;
	unsigned int boots;
} cases[] = {
	{ "it asked for a reset", "on-reset", SHYPER_EVENT_VM_RESET,
	  SHYPER_VM_STATE_INACTIVE, 1 },
	{ "a reset, with the policy for crashes", "on-crash",
	  SHYPER_EVENT_VM_RESET, SHYPER_VM_STATE_INACTIVE, 1 },
	{ "a reset, but it is not to be booted", "never", SHYPER_EVENT_VM_RESET,
	  SHYPER_VM_STATE_INACTIVE, 0 },
	{ "it crashed", "on-reset", SHYPER_EVENT_VM_CRASHED,
	  SHYPER_VM_STATE_INACTIVE, 0 },
	{ "it crashed, with the policy for crashes", "on-crash",
	  SHYPER_EVENT_VM_CRASHED, SHYPER_VM_STATE_INACTIVE, 1 },
	{ "it powered off", "on-crash", SHYPER_EVENT_VM_POWERED_OFF,
	  SHYPER_VM_STATE_INACTIVE, 0 },
	{ "it was stopped", "on-crash", SHYPER_EVENT_VM_STOPPED,
	  SHYPER_VM_STATE_INACTIVE, 0 },
};

static void test_policies(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_vm(cases[i].policy, cases[i].state, cases[i].event);
		happens(cases[i].event, VMID, "g1");
		events_read(&shyperd);
		ok(restarts_run(&shyperd) == -1 &&
		   kernel.boots == cases[i].boots &&
		   kernel.loads == cases[i].boots,
		   "restart: %s: %s", cases[i].name, cases[i].boots ?
		   "loaded and booted" : "left alone");

		/* The same for who was not there when it happened. */
		set_vm(cases[i].policy, cases[i].state, cases[i].event);
		restarts_find(&shyperd);
		ok(restarts_run(&shyperd) == -1 &&
		   kernel.boots == cases[i].boots,
		   "restart: %s: the same when shyperd comes later",
		   cases[i].name);
	}
}

static void test_locked(void)
{
	int lock;

	set_vm("on-reset", SHYPER_VM_STATE_INACTIVE, SHYPER_EVENT_VM_RESET);
	lock = shyper_state_lock(shyperd.run, "g1", true);
	happens(SHYPER_EVENT_VM_RESET, VMID, "g1");
	events_read(&shyperd);
	ok(restarts_run(&shyperd) > 0 && !kernel.boots,
	   "a VM whose lock is taken waits");
	shyper_state_unlock(lock);
	ok(restarts_run(&shyperd) == -1 && kernel.boots == 1,
	   "and is booted when the lock is free");

	set_vm("on-reset", SHYPER_VM_STATE_INACTIVE, SHYPER_EVENT_VM_RESET);
	lock = shyper_state_lock(shyperd.run, "g1", true);
	happens(SHYPER_EVENT_VM_RESET, VMID, "g1");
	events_read(&shyperd);
	restarts_run(&shyperd);
	kernel.vm[1].state = SHYPER_VM_STATE_ACTIVE;
	kernel.vm[1].ended_by = 0;
	shyper_state_unlock(lock);
	ok(restarts_run(&shyperd) == -1 && !kernel.boots,
	   "or not, if who had the lock has booted it");
}

/* Events may be ahead of the state that the hypervisor shows. */
static void test_slow_end(void)
{
	unsigned int n;

	set_vm("on-reset", SHYPER_VM_STATE_ACTIVE, SHYPER_EVENT_VM_RESET);
	happens(SHYPER_EVENT_VM_RESET, VMID, "g1");
	events_read(&shyperd);
	ok(restarts_run(&shyperd) > 0 && !kernel.boots,
	   "a VM that is seen running after its reset waits");
	kernel.vm[1].state = SHYPER_VM_STATE_INACTIVE;
	ok(restarts_run(&shyperd) == -1 && kernel.boots == 1,
	   "and is booted when it is not");

	set_vm("on-reset", SHYPER_VM_STATE_ACTIVE, SHYPER_EVENT_VM_RESET);
	happens(SHYPER_EVENT_VM_RESET, VMID, "g1");
	events_read(&shyperd);
	for (n = 0; n < 100 && restarts_run(&shyperd) > 0; n++)
		;
	ok(n < 100 && !kernel.boots, "but not for ever");
}

static void test_crashes(void)
{
	unsigned int i;

	/* A VM that was added anew has no past. */
	happens(SHYPER_EVENT_VM_ADDED, VMID, "g1");
	events_read(&shyperd);
	set_vm("on-crash", SHYPER_VM_STATE_INACTIVE, SHYPER_EVENT_VM_CRASHED);
	for (i = 0; i < 8; i++) {
		kernel.vm[1].state = SHYPER_VM_STATE_INACTIVE;
		kernel.vm[1].ended_by = SHYPER_EVENT_VM_CRASHED;
		happens(SHYPER_EVENT_VM_CRASHED, VMID, "g1");
		events_read(&shyperd);
		restarts_run(&shyperd);
	}
	ok(kernel.boots == 5, "after five crashes in a row it is left alone");
}

/* A direct guest's ports are there when it boots: they have to join the network. */
static void test_ports(void)
{
	set_vm("never", SHYPER_VM_STATE_INACTIVE, SHYPER_EVENT_VM_STOPPED);
	ports_looked_at = 0;
	happens(SHYPER_EVENT_VM_STOPPED, VMID, "g1");
	events_read(&shyperd);
	ok(!ports_looked_at, "a VM that stops brings no ports");
	happens(SHYPER_EVENT_VM_BOOTED, VMID, "g1");
	events_read(&shyperd);
	ok(ports_looked_at == 1, "one that boots may bring some");
	happens(SHYPER_EVENT_LOST, SHYPER_DISK_NO_VM, "");
	events_read(&shyperd);
	ok(ports_looked_at == 2, "and so may one whose events were lost");
}

static void test_odd_events(void)
{
	set_vm("on-reset", SHYPER_VM_STATE_INACTIVE, SHYPER_EVENT_VM_RESET);
	happens(SHYPER_EVENT_LOST, SHYPER_DISK_NO_VM, "");
	events_read(&shyperd);
	restarts_run(&shyperd);
	ok(kernel.boots == 1, "after lost events all VMs are looked at");

	set_vm("on-reset", SHYPER_VM_STATE_INACTIVE, SHYPER_EVENT_VM_RESET);
	kernel.fail_load = true;
	happens(SHYPER_EVENT_VM_RESET, VMID, "g1");
	events_read(&shyperd);
	ok(restarts_run(&shyperd) == -1 && !kernel.boots && kernel.loads == 1,
	   "a VM whose images cannot be loaded is tried once and not booted");

	set_vm("on-reset", SHYPER_VM_STATE_INACTIVE, SHYPER_EVENT_VM_RESET);
	shyper_state_forget(shyperd.run, "g1");
	happens(SHYPER_EVENT_VM_RESET, VMID, "g1");
	happens(99, 77, "\033[31m");
	events_read(&shyperd);
	ok(restarts_run(&shyperd) == -1 && !kernel.loads,
	   "a VM that is not remembered is left alone");
	ok(shyper_state_lock(shyperd.run, "g1", false) >= 0 &&
	   !shyper_state_known(shyperd.run, "g1"), "and its lock is free");
}

void test_restarts(void)
{
	static char run[300];
	int fds[2];

	snprintf(run, sizeof(run), "%s/run", test_dir);
	shyperd.run = run;
	shyperd.device = "the pipe";
	if (pipe2(fds, O_NONBLOCK))
		abort();
	shyperd.dev = fds[0];
	events = fds[1];
	test_policies();
	test_locked();
	test_slow_end();
	test_crashes();
	test_ports();
	test_odd_events();
}
