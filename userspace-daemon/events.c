// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens to VMs and disks: told in the log, and where a VM's configuration
 * says so, answered by loading and booting it again. A VM whose lock somebody
 * holds (shyper-cli, rebooting it) is looked at again later. Whether there is
 * anything to do is always asked of the kernel, which knows how each VM ended: so
 * it does not matter which events were seen.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "dev.h"
#include "ioctl.h"
#include "names.h"
#include "shyperd.h"
#include "state.h"
#include "vm.h"

#define RETRY_MS	200
/* How often a VM that has told of its end may still be seen running. */
#define RETRIES		25
/* More crashes than this within the time: something is broken for good. */
#define CRASHES		5
#define CRASHES_NS	(60ULL * 1000000000)

/**
 * struct restart - a VM that may have to be booted again, by its id
 * @wanted:	it is to be looked at
 * @retries:	times that it was seen running although it has ended
 * @name:	of the VM
 * @crashes:	times of the last crashes, the oldest at @oldest
 * @oldest:	index into @crashes
 */
struct restart {
	bool wanted;
	unsigned int retries;
	char name[SHYPER_API_NAME_LEN + 1];
	uint64_t crashes[CRASHES];
	unsigned int oldest;
};

static struct restart restarts[SHYPER_API_MAX_VMS];

static void log_event(const struct shyper_event *event)
{
	const char *what = shyper_name_of(shyper_events, event->type);
	char name[SHYPER_API_NAME_LEN];

	shyper_printable(name, sizeof(name), event->name, sizeof(event->name));
	switch (event->type) {
	case SHYPER_EVENT_LOST:
		log_line(LOG_WARNING, "%" PRIu64 " events were lost",
			 (uint64_t)event->arg);
		break;
	case SHYPER_EVENT_DISK_ATTACHED:
	case SHYPER_EVENT_DISK_DETACHED:
		break;	/* told by what has asked for it */
	case SHYPER_EVENT_DISK_ERROR:
		log_line(LOG_ERR, "disk %s: %s", name, what);
		break;
	case SHYPER_EVENT_VM_CRASHED:
		log_line(LOG_ERR, "VM %u %s: %s: %s, at 0x%" PRIx64, event->vmid,
			 name, what,
			 shyper_name_of(shyper_crash_causes,
					(uint32_t)event->arg),
			 (uint64_t)event->ipa);
		break;
	default:
		log_line(LOG_INFO, "VM %u %s: %s", event->vmid, name, what);
		break;
	}
}

/* Remembers a crash; true if there were too many. */
static bool crashes_too_often(struct restart *restart, uint64_t now)
{
	uint64_t oldest = restart->crashes[restart->oldest];

	restart->crashes[restart->oldest] = now;
	restart->oldest = (restart->oldest + 1) % CRASHES;
	return oldest && now - oldest < CRASHES_NS;
}

static void want_restart(uint32_t vmid, const char *name)
{
	restarts[vmid].wanted = true;
	restarts[vmid].retries = 0;
	memcpy(restarts[vmid].name, name, SHYPER_API_NAME_LEN);
}

/* For what happened while nobody was listening. */
void restarts_find(struct daemon *daemon)
{
	struct shyper_vm_list_info list = { 0 };
	uint32_t i;

	if (shyper_ioctl(daemon->dev, SHYPER_VM_LIST, &list) < 0)
		return;
	for (i = 0; i < list.num && i < SHYPER_API_MAX_VMS; i++) {
		if (list.vm[i].vmid < SHYPER_API_MAX_VMS &&
		    list.vm[i].state == SHYPER_VM_STATE_INACTIVE)
			want_restart(list.vm[i].vmid, list.vm[i].name);
	}
}

static void handle_event(struct daemon *daemon, const struct shyper_event *event)
{
	struct restart *restart;

	log_event(event);
	if (event->type == SHYPER_EVENT_LOST)
		restarts_find(daemon);
	if (event->type == SHYPER_EVENT_VM_ADDED)
		consoles_hold();
	if (event->type == SHYPER_EVENT_VM_BOOTED ||
	    event->type == SHYPER_EVENT_LOST)
		network_ports(daemon);
	if (event->type == SHYPER_EVENT_VM_REMOVED)
		disks_retry(daemon);
	if (event->vmid >= SHYPER_API_MAX_VMS)
		return;
	restart = &restarts[event->vmid];
	switch (event->type) {
	case SHYPER_EVENT_VM_ADDED:
	case SHYPER_EVENT_VM_REMOVED:
		memset(restart, 0, sizeof(*restart));
		break;
	case SHYPER_EVENT_VM_BOOTED:
	case SHYPER_EVENT_VM_POWERED_OFF:
	case SHYPER_EVENT_VM_STOPPED:
		restart->wanted = false;
		break;
	case SHYPER_EVENT_VM_CRASHED:
	case SHYPER_EVENT_VM_RESET:
		want_restart(event->vmid, event->name);
		break;
	default:
		break;
	}
}

void events_read(struct daemon *daemon)
{
	struct shyper_event events[16];
	ssize_t n;
	size_t i;

	do {
		n = read(daemon->dev, events, sizeof(events));
		for (i = 0; n > 0 && i < (size_t)n / sizeof(events[0]); i++)
			handle_event(daemon, &events[i]);
	} while (n > 0);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		log_line(LOG_ERR, "%s: %s", daemon->device, strerror(errno));
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Whether a VM that has ended is to be booted again, by its configuration. */
static bool policy_wants(const struct daemon *daemon, struct restart *restart,
			 const struct shyper_vm_info *info)
{
	bool crash = info->ended_by == SHYPER_EVENT_VM_CRASHED;
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;
	enum shyper_restart policy;

	if (info->state != SHYPER_VM_STATE_INACTIVE ||
	    (!crash && info->ended_by != SHYPER_EVENT_VM_RESET) ||
	    !shyper_state_known(daemon->run, restart->name))
		return false;
	config = shyper_state_load(daemon->run, restart->name, &diag);
	log_diag(LOG_ERR, &diag);
	if (!config)
		return false;
	policy = config->restart;
	shyper_config_free(config);
	if (policy == SHYPER_RESTART_NEVER ||
	    (crash && policy != SHYPER_RESTART_ON_CRASH))
		return false;
	if (crash && crashes_too_often(restart, now_ns())) {
		log_line(LOG_ERR, "VM %s: crashes too often, left alone",
			 restart->name);
		return false;
	}
	return true;
}

static void boot_again(const struct daemon *daemon, uint32_t vmid,
		       const char *name)
{
	struct shyper_diag diag = { 0 };
	int vm = shyper_vm_open(daemon->dev, vmid);

	if (vm < 0) {
		log_line(LOG_ERR, "VM %s: SHYPER_VM_OPEN: %s", name,
			 shyper_strerror(SHYPER_VM_OPEN, vm));
		return;
	}
	if (!shyper_vm_boot_again(daemon->run, vm, name, NULL, &diag))
		log_line(LOG_INFO, "VM %s: loaded and booted again", name);
	log_diag(LOG_ERR, &diag);
	close(vm);
}

/* Return: true if it has to be looked at again. */
static bool run_restart(const struct daemon *daemon, struct restart *restart)
{
	struct shyper_diag diag = { 0 };
	struct shyper_vm_info info;
	int lock;

	lock = shyper_state_lock(daemon->run, restart->name, false);
	if (lock == -EWOULDBLOCK)
		return true;
	restart->wanted = false;
	if (lock < 0) {
		log_line(LOG_ERR, "VM %s: lock: %s", restart->name,
			 strerror(-lock));
		return false;
	}
	if (!shyper_vm_find(daemon->dev, restart->name, &info, &diag)) {
		/* It may have told of its end before that was complete. */
		if (info.ended_by && info.state != SHYPER_VM_STATE_INACTIVE &&
		    restart->retries++ < RETRIES)
			restart->wanted = true;
		else if (policy_wants(daemon, restart, &info))
			boot_again(daemon, info.vmid, restart->name);
	}
	shyper_diag_reset(&diag);
	/* Of a VM that is not ours, or has gone, not even the lock stays. */
	if (!shyper_state_known(daemon->run, restart->name))
		shyper_state_forget(daemon->run, restart->name);
	shyper_state_unlock(lock);
	return restart->wanted;
}

int restarts_run(struct daemon *daemon)
{
	int wait = -1;
	size_t i;

	for (i = 0; i < SHYPER_API_MAX_VMS; i++) {
		if (restarts[i].wanted && run_restart(daemon, &restarts[i]))
			wait = RETRY_MS;
	}
	return wait;
}
