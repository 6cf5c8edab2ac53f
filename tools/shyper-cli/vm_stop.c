// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli vm stop, reboot: ending a guest, gently or at once. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "console.h"
#include "ioctl.h"
#include "sysrq.h"

#define DEFAULT_TIMEOUT	30

enum { OPT_FORCE, OPT_TIMEOUT };

const struct cli_option cli_stop_options[] = {
	{ "force", NULL, "at once, as by pulling the plug" },
	{ "timeout", "SECONDS", "to wait for the guest (30)" },
	{ }
};

const struct cli_option cli_reboot_options[] = {
	{ "force", NULL, "reset it at once" },
	{ "timeout", "SECONDS", "to wait for the guest (30)" },
	{ }
};

static int wait_inactive(const struct cli_vm *vm, unsigned int seconds,
			 struct shyper_vm_info *info)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	unsigned int left = seconds * 20 + 1;
	int err;

	while (left--) {
		memset(info, 0, sizeof(*info));
		err = shyper_ioctl(vm->vm, SHYPER_VM_GET_INFO, info);
		if (err < 0)
			return err;
		if (info->state == SHYPER_VM_STATE_INACTIVE)
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}

/* What all disks of the VM have done so far. */
static uint64_t disk_requests(const void *arg)
{
	const struct cli_vm *vm = arg;
	struct shyper_dev_info direct;
	struct shyper_disk_info disk;
	uint32_t index = 0, i;
	uint64_t sum = 0;

	while (!shyper_disk_next(vm->dev, &disk, &index)) {
		if (disk.vmid == vm->info.vmid)
			sum += disk.reads + disk.writes;
	}
	index = 0;
	while (!shyper_dev_next(vm->dev, &direct, &index)) {
		if (direct.vmid != vm->info.vmid ||
		    direct.type != SHYPER_DEV_VIRTIO_BLK_MEDIATED)
			continue;
		for (i = 0; i < SHYPER_API_MAX_QUEUES; i++)
			sum += direct.queue[i].requests;
	}
	return sum;
}

/* Asks the guest itself to power off ('o') or to reset ('b'). */
static int end_gently(const struct cli_vm *vm, const char *name, char key,
		      unsigned int seconds)
{
	struct shyper_console console;
	bool has_none = shyper_console_of(vm->dev, cli.run, vm->info.name,
					  vm->info.vmid, 0, &console);
	const struct sysrq_activity activity = { disk_requests, vm };
	struct shyper_vm_info info;
	int fd, err;

	if (vm->info.type != SHYPER_VM_TYPE_LINUX || has_none) {
		cli_error("%s: %s, so it cannot be asked; use --force", name,
			  has_none ? "it has no console" : "not a Linux guest");
		return CLI_FAILURE;
	}
	fd = shyper_console_open(&console);
	if (fd < 0) {
		cli_console_error(name, &console, fd, "; use --force");
		return CLI_FAILURE;
	}
	err = sysrq_end(fd, key, seconds, &activity);
	if (!err)
		err = wait_inactive(vm, seconds, &info);
	close(fd);
	if (!err)
		return CLI_OK;
	if (err == -ETIMEDOUT)
		cli_error("%s: the guest did not end within %u s; use --force",
			  name, seconds);
	else if (err == -EACCES)
		cli_error("%s: the guest does not allow it (kernel.sysrq); use --force",
			  name);
	else
		cli_error("%s: %s", name, strerror(-err));
	return cli_status_of(err);
}

static int end_at_once(const struct cli_vm *vm, const char *name,
		       unsigned long request, unsigned int seconds)
{
	struct shyper_vm_info info;
	int err = shyper_vm_call(vm->vm, request);

	if (err) {
		cli_error("%s: %s: %s", name, shyper_request_name(request),
			  shyper_strerror(request, err));
		return CLI_FAILURE;
	}
	err = wait_inactive(vm, seconds, &info);
	if (err)
		cli_error("%s: still running after %u s", name, seconds);
	return cli_status_of(err);
}

static bool get_timeout(const struct cli_args *args, unsigned int *seconds)
{
	*seconds = DEFAULT_TIMEOUT;
	return !args->option[OPT_TIMEOUT] ||
	       cli_seconds(args->option[OPT_TIMEOUT], seconds);
}

int cli_vm_stop(const struct cli_args *args)
{
	unsigned int seconds;
	struct cli_vm vm;
	int status;

	if (!get_timeout(args, &seconds))
		return CLI_USAGE;
	status = cli_vm_open(&vm, args->name, true);
	if (status != CLI_OK)
		return status;
	if (vm.info.state == SHYPER_VM_STATE_INACTIVE) {
		if (!cli.quiet && !cli.json)
			printf("%s: does not run\n", args->name);
		cli_vm_close(&vm);
		return CLI_OK;
	}
	if (args->option[OPT_FORCE])
		status = end_at_once(&vm, args->name, SHYPER_VM_STOP, seconds);
	else
		status = end_gently(&vm, args->name, 'o', seconds);
	cli_vm_close(&vm);
	if (status == CLI_OK && !cli.quiet && !cli.json)
		printf("%s: stopped\n", args->name);
	return status;
}

/*
 * The lock is held from before the reset until the VM runs again, so that shyperd,
 * which sees the reset as well, finds nothing left to do.
 */
int cli_vm_reboot(const struct cli_args *args)
{
	struct shyper_diag diag = { 0 };
	unsigned int seconds;
	struct cli_vm vm;
	int status;

	if (!get_timeout(args, &seconds))
		return CLI_USAGE;
	status = cli_vm_open(&vm, args->name, true);
	if (status != CLI_OK)
		return status;
	if (vm.info.flags & SHYPER_VM_FOREIGN) {
		cli_error("%s: its images are not known here", args->name);
		status = CLI_FAILURE;
	} else if (vm.info.state == SHYPER_VM_STATE_INACTIVE) {
		cli_error("%s: it does not run", args->name);
		status = CLI_FAILURE;
	} else if (args->option[OPT_FORCE]) {
		status = end_at_once(&vm, args->name, SHYPER_VM_RESET, seconds);
	} else {
		status = end_gently(&vm, args->name, 'b', seconds);
	}
	if (status == CLI_OK &&
	    shyper_vm_boot_again(cli.run, vm.vm, vm.info.name, &cli_progress,
				 &diag))
		status = CLI_FAILURE;
	cli_report(&diag);
	cli_vm_close(&vm);
	if (status == CLI_OK && !cli.quiet && !cli.json)
		printf("%s: rebooted\n", args->name);
	return status;
}
