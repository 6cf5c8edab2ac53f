// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli vm: adding, booting and removing VMs, and the noun's table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "state.h"

/* Loads and places a configuration; CLI_OK or the status to end with. */
static int load_config(const char *path, struct shyper_config **config)
{
	struct shyper_diag diag = { 0 };

	*config = shyper_config_load(path, &diag);
	if (*config && shyper_config_place(*config, &diag)) {
		shyper_config_free(*config);
		*config = NULL;
	}
	cli_report(&diag);
	return *config ? CLI_OK : CLI_CONFIG;
}

static int vm_check(const struct cli_args *args)
{
	struct shyper_config *config;
	int status = load_config(args->name, &config);
	char *text;

	if (status != CLI_OK)
		return status;
	text = shyper_config_text(config);
	if (text && cli.json)
		fputs(text, stdout);
	else if (!cli.quiet)
		printf("%s: no error\n", args->name);
	free(text);
	shyper_config_free(config);
	return CLI_OK;
}

static const struct cli_option add_options[] = {
	{ "boot", NULL, "boot it as well" },
	{ }
};

static int add_locked(int dev, struct shyper_config *config, bool boot)
{
	struct shyper_diag diag = { 0 };
	uint32_t vmid;
	int err;

	err = shyper_vm_create(dev, cli.run, config, boot, &vmid, &cli_progress,
			       &diag);
	cli_report(&diag);
	if (err)
		return CLI_FAILURE;
	if (cli.json)
		printf("{ \"name\": \"%s\", \"vmid\": %u }\n", config->name, vmid);
	else if (!cli.quiet)
		printf("%s: VM %u %s\n", config->name, vmid,
		       boot ? "added and booted" : "added");
	return CLI_OK;
}

static int vm_add(const struct cli_args *args)
{
	struct shyper_config *config;
	int status, dev, lock;

	status = load_config(args->name, &config);
	if (status != CLI_OK)
		return status;
	dev = cli_open(&status);
	if (dev >= 0) {
		lock = shyper_state_lock(cli.run, config->name, true);
		if (lock < 0) {
			cli_error("%s: lock in %s: %s", config->name, cli.run,
				  strerror(-lock));
			status = CLI_FAILURE;
		} else {
			status = add_locked(dev, config, !!args->option[0]);
			shyper_state_unlock(lock);
		}
		close(dev);
	}
	shyper_config_free(config);
	return status;
}

static int vm_boot(const struct cli_args *args)
{
	struct shyper_diag diag = { 0 };
	struct cli_vm vm;
	int status, err;

	status = cli_vm_open(&vm, args->name, true);
	if (status != CLI_OK)
		return status;
	if (vm.info.state != SHYPER_VM_STATE_INACTIVE) {
		cli_error("%s: it is running", args->name);
		cli_vm_close(&vm);
		return CLI_FAILURE;
	}
	/* What has run once has to be loaded again: its memory is not as it was. */
	if (vm.info.boots && !(vm.info.flags & SHYPER_VM_FOREIGN)) {
		err = shyper_vm_boot_again(cli.run, vm.vm, vm.info.name,
					   &cli_progress, &diag);
	} else {
		err = shyper_vm_call(vm.vm, SHYPER_VM_BOOT);
		if (err)
			shyper_diag_error(&diag, "%s: SHYPER_VM_BOOT: %s",
					  args->name,
					  shyper_strerror(SHYPER_VM_BOOT, err));
	}
	cli_report(&diag);
	cli_vm_close(&vm);
	if (!err && !cli.quiet && !cli.json)
		printf("%s: booted\n", args->name);
	return err ? CLI_FAILURE : CLI_OK;
}

static const struct cli_option remove_options[] = {
	{ "force", NULL, "stop it at once if it runs" },
	{ }
};

static int vm_remove(const struct cli_args *args)
{
	struct cli_vm vm;
	int status, err = 0;
	unsigned long request = SHYPER_VM_STOP;

	status = cli_vm_open(&vm, args->name, true);
	if (status != CLI_OK)
		return status;
	if (vm.info.state != SHYPER_VM_STATE_INACTIVE && args->option[0])
		err = shyper_vm_call(vm.vm, request);
	if (!err) {
		request = SHYPER_VM_REMOVE;
		err = shyper_vm_call(vm.vm, request);
	}
	if (err)
		cli_error("%s: %s: %s", args->name, shyper_request_name(request),
			  shyper_strerror(request, err));
	else
		shyper_state_forget(cli.run, vm.info.name);
	cli_vm_close(&vm);
	if (!err && !cli.quiet && !cli.json)
		printf("%s: removed\n", args->name);
	return err ? CLI_FAILURE : CLI_OK;
}

const struct cli_command cli_vm_commands[] = {
	{ "vm", "add", "FILE", CLI_MUST_OPERAND,
	  "Add a VM from its configuration", add_options, vm_add },
	{ "vm", "check", "FILE", CLI_MUST_OPERAND,
	  "Check a configuration; with --json, print it in full", NULL, vm_check },
	{ "vm", "boot", "NAME", CLI_MUST_OPERAND,
	  "Boot a VM that does not run", NULL, vm_boot },
	{ "vm", "stop", "NAME", CLI_MUST_OPERAND,
	  "Make a guest power off", cli_stop_options, cli_vm_stop },
	{ "vm", "reboot", "NAME", CLI_MUST_OPERAND,
	  "Make a guest reset, load its images and boot it again",
	  cli_reboot_options, cli_vm_reboot },
	{ "vm", "remove", "NAME", CLI_MUST_OPERAND,
	  "Remove a VM that does not run", remove_options, vm_remove },
	{ "vm", "list", NULL, CLI_NO_OPERAND,
	  "List all VMs", NULL, cli_vm_list },
	{ "vm", "show", "NAME", CLI_MUST_OPERAND,
	  "Show a VM and its configuration", NULL, cli_vm_show },
	{ "vm", "stat", "NAME", CLI_MUST_OPERAND,
	  "Show the hypervisor's counters of a VM", NULL, cli_vm_stat },
	{ "vm", "console", "NAME", CLI_MUST_OPERAND,
	  "Attach to a guest's console; Ctrl-] leaves", cli_console_options,
	  cli_vm_console },
	{ }
};
