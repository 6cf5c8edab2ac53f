// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli system: the hypervisor and the module. */
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "cli.h"
#include "ioctl.h"

static const struct cli_column info_lines[] = {
	{ "Hypervisor", "hypervisor", CLI_TEXT },
	{ "Interface version", "version", CLI_NUMBER },
	{ "Module features", "features", CLI_HEX },
	{ "Hypervisor features", "hv_features", CLI_HEX },
	{ "CPUs", "cpus", CLI_NUMBER },
	{ "Management VM's CPUs", "mvm_cpu_mask", CLI_CPUS },
	{ "Free CPUs", "free_cpu_mask", CLI_CPUS },
	{ "Memory for guests", "pool_size", CLI_SIZE },
	{ "Free memory for guests", "pool_free", CLI_SIZE },
	{ "Table pages", "table_pages", CLI_NUMBER },
	{ "Free table pages", "table_pages_free", CLI_NUMBER },
	{ "Hypervisor's size", "image_size", CLI_SIZE },
	{ "Time to boot the MVM", "boot_ns", CLI_NS },
	{ "Disks", "disks", CLI_NUMBER },
	{ "Disks at most", "max_disks", CLI_NUMBER },
	{ "HVC_IRQs", "hvc_irqs", CLI_NUMBER },
	{ "Messages", "messages", CLI_NUMBER },
	{ "Merged HVC_IRQs", "merged_irqs", CLI_NUMBER },
	{ "Spurious HVC_IRQs", "spurious_irqs", CLI_NUMBER },
	{ "Message overruns", "overruns", CLI_NUMBER },
	{ "Unknown messages", "unknown_messages", CLI_NUMBER },
	{ "Hypercalls", "hypercalls", CLI_NUMBER },
	{ "Failed hypercalls", "hypercall_errors", CLI_NUMBER },
	{ }
};

static void put_system(struct json_object *object, const struct shyper_info *info)
{
	cli_put_number(object, "cpus", info->cpus);
	cli_put_number(object, "mvm_cpu_mask", info->mvm_cpu_mask);
	cli_put_number(object, "free_cpu_mask", info->free_cpu_mask);
	cli_put_number(object, "pool_size", info->pool_size);
	cli_put_number(object, "pool_free", info->pool_free);
	cli_put_number(object, "table_pages", info->table_pages);
	cli_put_number(object, "table_pages_free", info->table_pages_free);
	cli_put_number(object, "image_size", info->image_size);
	cli_put_number(object, "boot_ns", info->boot_ns);
}

static int system_info(const struct cli_args *args)
{
	struct shyper_info info = { 0 };
	struct json_object *object;
	const char *hypervisor;
	int status, dev, err;

	(void)args;
	dev = cli_open(&status);
	if (dev < 0)
		return status;
	err = shyper_ioctl(dev, SHYPER_GET_INFO, &info);
	close(dev);
	if (err < 0) {
		cli_error("SHYPER_GET_INFO: %s",
			  shyper_strerror(SHYPER_GET_INFO, err));
		return CLI_FAILURE;
	}
	object = json_object_new_object();
	hypervisor = info.hv_build[0] ? info.hv_build : "classic ABI only";
	cli_put_text(object, "hypervisor", hypervisor, sizeof(info.hv_build));
	cli_put_number(object, "version", info.version);
	cli_put_number(object, "features", info.features);
	cli_put_number(object, "hv_features", info.hv_features);
	if (info.features & SHYPER_INFO_SYSTEM)
		put_system(object, &info);
	cli_put_number(object, "disks", info.disks);
	cli_put_number(object, "max_disks", info.max_disks);
	cli_put_number(object, "hvc_irqs", info.hvc_irqs);
	cli_put_number(object, "messages", info.messages);
	cli_put_number(object, "merged_irqs", info.merged_irqs);
	cli_put_number(object, "spurious_irqs", info.spurious_irqs);
	cli_put_number(object, "overruns", info.overruns);
	cli_put_number(object, "unknown_messages", info.unknown_messages);
	cli_put_number(object, "hypercalls", info.hypercalls);
	cli_put_number(object, "hypercall_errors", info.hypercall_errors);
	cli_print_list(object, info_lines);
	return CLI_OK;
}

const struct cli_command cli_system_commands[] = {
	{ "system", "info", NULL, CLI_NO_OPERAND,
	  "Show the hypervisor and the module", NULL, system_info },
	{ }
};
