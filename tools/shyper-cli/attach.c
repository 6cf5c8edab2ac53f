// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli vm console: finding the console and having a session on it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "console.h"
#include "session.h"

enum { OPT_IDLE };

const struct cli_option cli_console_options[] = {
	{ "idle", "SECONDS",
	  "when the input is no terminal: silence after its end that ends this (1)" },
	{ }
};

int cli_vm_console(const struct cli_args *args)
{
	unsigned int idle = 1;
	uint64_t base;
	struct cli_vm vm;
	int status, console, err;

	if (args->option[OPT_IDLE] && !cli_seconds(args->option[OPT_IDLE], &idle))
		return CLI_USAGE;
	status = cli_vm_open(&vm, args->name, false);
	if (status != CLI_OK)
		return status;
	base = shyper_console_of(cli.run, vm.info.name, vm.info.vmid);
	cli_vm_close(&vm);
	if (!base) {
		cli_error("%s: it has no console", args->name);
		return CLI_FAILURE;
	}
	console = shyper_console_open(base);
	if (console < 0) {
		cli_error("%s: its console (at 0x%llx here): %s", args->name,
			  (unsigned long long)base, console == -ENODEV ?
			  "there is none" : strerror(-console));
		return CLI_FAILURE;
	}
	err = session_run(console, idle);
	close(console);
	if (err)
		cli_error("%s: console: %s", args->name, strerror(-err));
	return err ? CLI_FAILURE : CLI_OK;
}
