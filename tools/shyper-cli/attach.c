// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli vm console: finding the console and having a session on it. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "console.h"
#include "number.h"
#include "session.h"

enum { OPT_IDLE, OPT_PORT };

const struct cli_option cli_console_options[] = {
	{ "idle", "SECONDS",
	  "when the input is no terminal: silence after its end that ends this (1)" },
	{ "port", "NUMBER", "which terminal of a direct console that has several (0)" },
	{ }
};

int cli_vm_console(const struct cli_args *args)
{
	const char *option = args->option[OPT_PORT];
	struct shyper_console console;
	unsigned int idle = 1;
	uint64_t port = 0;
	struct cli_vm vm;
	int status, fd, err;

	if (args->option[OPT_IDLE] && !cli_seconds(args->option[OPT_IDLE], &idle))
		return CLI_USAGE;
	if (option && (!shyper_number_parse(option, &port) ||
		       port >= SHYPER_PORTS_MAX)) {
		cli_error("%s: expected 0 to %d", option, SHYPER_PORTS_MAX - 1);
		return CLI_USAGE;
	}
	status = cli_vm_open(&vm, args->name, false);
	if (status != CLI_OK)
		return status;
	err = shyper_console_of(vm.dev, cli.run, vm.info.name, vm.info.vmid,
				(uint32_t)port, &console);
	cli_vm_close(&vm);
	if (err) {
		cli_error("%s: it has no %s", args->name,
			  port ? "such terminal" : "console");
		return CLI_FAILURE;
	}
	fd = shyper_console_open(&console);
	if (fd < 0) {
		cli_console_error(args->name, &console, fd, "");
		return CLI_FAILURE;
	}
	err = session_run(fd, idle);
	close(fd);
	if (err)
		cli_error("%s: console: %s", args->name, strerror(-err));
	return err ? CLI_FAILURE : CLI_OK;
}

void cli_console_error(const char *name, const struct shyper_console *console,
		       int err, const char *hint)
{
	const char *what = err == -ENODEV ? "there is none" : strerror(-err);

	if (console->tty[0])
		cli_error("%s: its console /dev/%s: %s%s", name, console->tty,
			  what, hint);
	else
		cli_error("%s: its console (at 0x%llx here): %s%s", name,
			  (unsigned long long)console->base, what, hint);
}
