// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli vm list, show, stat. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "cli.h"
#include "console.h"
#include "ioctl.h"
#include "names.h"
#include "state.h"

static struct json_object *vm_object(const struct shyper_vm_info *info)
{
	struct json_object *object = json_object_new_object();
	const char *state = shyper_name_of(shyper_vm_states, info->state);
	const char *type = info->type == SHYPER_VM_TYPE_LINUX ? "linux" :
			   info->type == SHYPER_VM_TYPE_BARE_METAL ?
			   "bare-metal" : "unknown";

	cli_put_number(object, "vmid", info->vmid);
	cli_put_text(object, "name", info->name, sizeof(info->name));
	cli_put_text(object, "state", state, strlen(state));
	cli_put_text(object, "type", type, strlen(type));
	if (info->flags & SHYPER_VM_FOREIGN)
		return object;
	cli_put_number(object, "vcpus", info->vcpus);
	cli_put_number(object, "cpu_mask", info->cpu_mask);
	cli_put_number(object, "memory", info->memory);
	cli_put_number(object, "disks", info->disks);
	cli_put_number(object, "boots", info->boots);
	if (info->ended_by) {
		const char *end = shyper_name_of(shyper_events, info->ended_by);

		cli_put_text(object, "ended_by", end, strlen(end));
	}
	return object;
}

static const struct cli_column list_columns[] = {
	{ "ID", "vmid", CLI_NUMBER },
	{ "NAME", "name", CLI_TEXT },
	{ "STATE", "state", CLI_TEXT },
	{ "CPUS", "cpu_mask", CLI_CPUS },
	{ "MEMORY", "memory", CLI_SIZE },
	{ "DISKS", "disks", CLI_NUMBER },
	{ "BOOTS", "boots", CLI_NUMBER },
	{ "ENDED", "ended_by", CLI_TEXT },
	{ }
};

int cli_vm_list(const struct cli_args *args)
{
	struct shyper_vm_list_info list = { 0 };
	struct json_object *rows;
	int status, dev, err;
	uint32_t i;

	(void)args;
	dev = cli_open(&status);
	if (dev < 0)
		return status;
	err = shyper_ioctl(dev, SHYPER_VM_LIST, &list);
	close(dev);
	if (err < 0) {
		cli_error("SHYPER_VM_LIST: %s",
			  shyper_strerror(SHYPER_VM_LIST, err));
		return CLI_FAILURE;
	}
	rows = json_object_new_array();
	for (i = 0; i < list.num && i < SHYPER_API_MAX_VMS; i++)
		json_object_array_add(rows, vm_object(&list.vm[i]));
	cli_print_table(rows, list_columns);
	return CLI_OK;
}

static const struct cli_column show_lines[] = {
	{ "Name", "name", CLI_TEXT },
	{ "Number", "vmid", CLI_NUMBER },
	{ "State", "state", CLI_TEXT },
	{ "Type", "type", CLI_TEXT },
	{ "Physical CPUs", "cpu_mask", CLI_CPUS },
	{ "Memory", "memory", CLI_SIZE },
	{ "Disks", "disk_names", CLI_TEXT },
	{ "Console", "console", CLI_TEXT },
	{ "Boots", "boots", CLI_NUMBER },
	{ "Ended", "ended_by", CLI_TEXT },
	{ "Last crash", "crash", CLI_TEXT },
	{ "Crash address", "crash_ipa", CLI_HEX },
	{ "Kernel", "kernel", CLI_TEXT },
	{ "Initrd", "initrd", CLI_TEXT },
	{ "Device tree", "device_tree", CLI_TEXT },
	{ "Command line", "cmdline", CLI_TEXT },
	{ "Restart", "restart", CLI_TEXT },
	{ }
};

static void put_disks(struct json_object *object, int dev,
		      const struct shyper_vm_info *info)
{
	char names[SHYPER_API_MAX_DISKS * SHYPER_API_NAME_LEN] = "";
	struct shyper_disk_info disk;
	uint32_t index = 0;

	while (!shyper_disk_next(dev, &disk, &index)) {
		if (disk.vmid != info->vmid)
			continue;
		snprintf(names + strlen(names), sizeof(names) - strlen(names),
			 "%s%.*s", names[0] ? " " : "",
			 (int)sizeof(disk.name) - 1, disk.name);
	}
	cli_put_text(object, "disk_names", names[0] ? names : "none",
		     sizeof(names));
}

static void put_console(struct json_object *object, int dev,
			const struct shyper_vm_info *info)
{
	struct shyper_console console;
	char path[SHYPER_API_NAME_LEN + 8];

	if (info->vmid && !shyper_console_of(dev, cli.run, info->name,
					     info->vmid, 0, &console) &&
	    !shyper_console_path(&console, path, sizeof(path)))
		cli_put_text(object, "console", path, strlen(path));
}

static void put_config(struct json_object *object, const char *name)
{
	struct shyper_diag diag = { 0 };
	char *path = shyper_state_path(cli.run, name);
	struct shyper_config *config = NULL;
	const char *restart;

	if (path && !access(path, R_OK))
		config = shyper_config_load(path, &diag);
	cli_report(&diag);
	free(path);
	if (!config)
		return;
	restart = shyper_name_of(shyper_restarts, config->restart);
	json_object_object_add(object, "kernel",
			       json_object_new_string(config->kernel.path));
	if (config->initrd.path)
		json_object_object_add(object, "initrd",
			json_object_new_string(config->initrd.path));
	if (config->dtb.path)
		json_object_object_add(object, "device_tree",
			json_object_new_string(config->dtb.path));
	json_object_object_add(object, "cmdline",
			       json_object_new_string(config->cmdline));
	cli_put_text(object, "restart", restart, strlen(restart));
	shyper_config_free(config);
}

int cli_vm_show(const struct cli_args *args)
{
	struct json_object *object;
	const char *cause;
	struct cli_vm vm;
	int status;

	status = cli_vm_open(&vm, args->name, false);
	if (status != CLI_OK)
		return status;
	object = vm_object(&vm.info);
	put_disks(object, vm.dev, &vm.info);
	put_console(object, vm.dev, &vm.info);
	if (vm.info.crash_cause) {
		cause = shyper_name_of(shyper_crash_causes, vm.info.crash_cause);
		cli_put_text(object, "crash", cause, strlen(cause));
		cli_put_number(object, "crash_ipa", vm.info.crash_ipa);
	}
	put_config(object, vm.info.name);
	cli_vm_close(&vm);
	cli_print_list(object, show_lines);
	return CLI_OK;
}

static const char *const exit_names[8] = {
	"irq", "wfx", "hvc", "smc", "sysreg", "mmio", "abort", "other"
};

static const struct cli_column stat_lines[] = {
	{ "Hypercalls", "hypercalls", CLI_NUMBER },
	{ "HVC_IRQs", "hvc_irqs", CLI_NUMBER },
	{ "Bytes copied", "bytes_copied", CLI_SIZE },
	{ "Disk requests", "blk_requests", CLI_NUMBER },
	{ "Disk errors", "blk_errors", CLI_NUMBER },
	{ "Console bytes dropped", "console_dropped", CLI_NUMBER },
	{ "Memory", "memory", CLI_SIZE },
	{ "Table pages", "table_pages", CLI_NUMBER },
	{ }
};

static const struct cli_column vcpu_columns[] = {
	{ "VCPU", "vcpu", CLI_NUMBER },
	{ "IRQ", "irq", CLI_NUMBER },
	{ "WFX", "wfx", CLI_NUMBER },
	{ "HVC", "hvc", CLI_NUMBER },
	{ "SMC", "smc", CLI_NUMBER },
	{ "SYSREG", "sysreg", CLI_NUMBER },
	{ "MMIO", "mmio", CLI_NUMBER },
	{ "ABORT", "abort", CLI_NUMBER },
	{ "OTHER", "other", CLI_NUMBER },
	{ "VIRQS", "virqs", CLI_NUMBER },
	{ "DOORBELLS", "doorbells", CLI_NUMBER },
	{ "KICKS", "kicks", CLI_NUMBER },
	{ "SGIS", "sgi_traps", CLI_NUMBER },
	{ }
};

/* Of direct devices. */
static const struct cli_column trap_columns[] = {
	{ "VCPU", "vcpu", CLI_NUMBER },
	{ "DOORBELLS", "trap_doorbells", CLI_NUMBER },
	{ "MERGED", "trap_merged", CLI_NUMBER },
	{ "ACKNOWLEDGED", "trap_cleared", CLI_NUMBER },
	{ "FORWARDED", "trap_forwarded", CLI_NUMBER },
	{ }
};

static struct json_object *vcpu_rows(const struct shyper_vm_stats *stats)
{
	struct json_object *rows = json_object_new_array(), *row;
	uint32_t i, j;

	for (i = 0; i < stats->vcpus && i < 8; i++) {
		row = json_object_new_object();
		cli_put_number(row, "vcpu", i);
		for (j = 0; j < 8; j++)
			cli_put_number(row, exit_names[j],
				       stats->vcpu[i].exits[j]);
		cli_put_number(row, "virqs", stats->vcpu[i].virqs);
		cli_put_number(row, "doorbells", stats->vcpu[i].doorbells);
		cli_put_number(row, "kicks", stats->vcpu[i].kicks);
		cli_put_number(row, "sgi_traps", stats->vcpu[i].sgi_traps);
		cli_put_number(row, "trap_doorbells",
			       stats->vcpu[i].trap_doorbells);
		cli_put_number(row, "trap_merged", stats->vcpu[i].trap_merged);
		cli_put_number(row, "trap_cleared", stats->vcpu[i].trap_cleared);
		cli_put_number(row, "trap_forwarded",
			       stats->vcpu[i].trap_forwarded);
		json_object_array_add(rows, row);
	}
	return rows;
}

/* A table behind the list, and another one if there is something in it. */
static void print_vcpus(struct json_object *rows,
			const struct shyper_vm_stats *stats)
{
	uint64_t traps = 0;
	uint32_t i;

	for (i = 0; i < stats->vcpus && i < 8; i++)
		traps |= stats->vcpu[i].trap_doorbells |
			 stats->vcpu[i].trap_cleared |
			 stats->vcpu[i].trap_forwarded;
	putchar('\n');
	cli_print_table(json_object_get(rows), vcpu_columns);
	if (traps) {
		puts("\nDirect devices:");
		cli_print_table(json_object_get(rows), trap_columns);
	}
}

int cli_vm_stat(const struct cli_args *args)
{
	struct shyper_vm_stats stats = { 0 };
	struct json_object *object, *rows;
	struct cli_vm vm;
	int status, err;

	status = cli_vm_open(&vm, args->name, false);
	if (status != CLI_OK)
		return status;
	err = shyper_ioctl(vm.vm, SHYPER_VM_GET_STATS, &stats);
	cli_vm_close(&vm);
	if (err < 0) {
		cli_error("%s: SHYPER_VM_GET_STATS: %s", args->name,
			  shyper_strerror(SHYPER_VM_GET_STATS, err));
		return CLI_FAILURE;
	}
	object = json_object_new_object();
	cli_put_text(object, "name", vm.info.name, sizeof(vm.info.name));
	cli_put_number(object, "hypercalls", stats.hypercalls);
	cli_put_number(object, "hvc_irqs", stats.hvc_irqs);
	cli_put_number(object, "bytes_copied", stats.bytes_copied);
	cli_put_number(object, "blk_requests", stats.blk_requests);
	cli_put_number(object, "blk_errors", stats.blk_errors);
	cli_put_number(object, "console_dropped", stats.console_dropped);
	cli_put_number(object, "memory", stats.memory);
	cli_put_number(object, "table_pages", stats.table_pages);
	rows = vcpu_rows(&stats);
	json_object_object_add(object, "vcpu", json_object_get(rows));
	cli_print_list(object, stat_lines);
	if (!cli.json)
		print_vcpus(rows, &stats);
	json_object_put(rows);
	return CLI_OK;
}
