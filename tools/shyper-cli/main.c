// SPDX-License-Identifier: GPL-2.0-only
/*
 * shyper-cli: the commands' table, options, help, and how errors end.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "number.h"
#include "state.h"

struct cli cli = { .device = SHYPER_DEVICE, .run = SHYPER_RUN_DIR };

static const struct cli_command *const tables[] = {
	cli_vm_commands, cli_blk_commands, cli_net_commands, cli_dev_commands,
	cli_system_commands,
};

/* Options that every command takes; the values begin above a command's own. */
enum { OPT_JSON = 0x100, OPT_DEVICE, OPT_RUN, OPT_QUIET, OPT_HELP };
static const struct option global_options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "run-dir", required_argument, NULL, OPT_RUN },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "help", no_argument, NULL, OPT_HELP },
};
#define GLOBALS	(sizeof(global_options) / sizeof(global_options[0]))

static const char global_help[] =
	"Options of every command:\n"
	"  --json           print JSON\n"
	"  --quiet          no progress, no word on success\n"
	"  --device=PATH    instead of " SHYPER_DEVICE "\n"
	"  --run-dir=PATH   instead of " SHYPER_RUN_DIR "\n"
	"  --help           this text\n";

void cli_error(const char *fmt, ...)
{
	va_list ap;

	fputs("shyper-cli: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void cli_report(struct shyper_diag *diag)
{
	char *line = diag->text, *end;

	for (; line && (end = strchr(line, '\n')); line = end + 1)
		cli_error("%.*s", (int)(end - line), line);
	shyper_diag_reset(diag);
}

int cli_status_of(int err)
{
	switch (-err) {
	case ENOENT:
		return CLI_NOT_FOUND;
	case ETIMEDOUT:
		return CLI_TIMEOUT;
	default:
		return err < 0 ? CLI_FAILURE : CLI_OK;
	}
}

bool cli_seconds(const char *text, unsigned int *seconds)
{
	uint64_t value;

	if (!shyper_number_parse(text, &value) || value > 86400) {
		cli_error("%s: expected seconds, at most 86400", text);
		return false;
	}
	*seconds = (unsigned int)value;
	return true;
}

int cli_open(int *status)
{
	struct shyper_diag diag = { 0 };
	int dev = shyper_dev_open(cli.device, 0, &diag);

	cli_report(&diag);
	if (dev >= 0)
		return dev;
	*status = CLI_NO_DEVICE;
	return -1;
}

int cli_vm_open(struct cli_vm *vm, const char *name, bool lock)
{
	struct shyper_diag diag = { 0 };
	int status, err;

	*vm = (struct cli_vm){ .vm = -1, .lock = -1 };
	vm->dev = cli_open(&status);
	if (vm->dev < 0)
		return status;
	err = shyper_vm_find(vm->dev, name, &vm->info, &diag);
	cli_report(&diag);
	if (!err && lock) {
		char vm_name[SHYPER_API_NAME_LEN + 1] = { 0 };

		memcpy(vm_name, vm->info.name, SHYPER_API_NAME_LEN);
		vm->lock = shyper_state_lock(cli.run, vm_name, true);
		if (vm->lock < 0)
			cli_error("%s: lock in %s: %s", name, cli.run,
				  strerror(-vm->lock));
		/* It may have gone, or have been booted, while this waited. */
		err = vm->lock < 0 ? vm->lock :
		      shyper_vm_find(vm->dev, name, &vm->info, &diag);
		cli_report(&diag);
	}
	if (!err) {
		vm->vm = shyper_vm_open(vm->dev, vm->info.vmid);
		err = vm->vm < 0 ? vm->vm : 0;
		if (err)
			cli_error("%s: SHYPER_VM_OPEN: %s", name,
				  shyper_strerror(SHYPER_VM_OPEN, err));
	}
	if (err)
		cli_vm_close(vm);
	return cli_status_of(err);
}

void cli_vm_close(struct cli_vm *vm)
{
	if (vm->vm >= 0)
		close(vm->vm);
	if (vm->lock >= 0)
		shyper_state_unlock(vm->lock);
	if (vm->dev >= 0)
		close(vm->dev);
}

static void print_usage(FILE *out)
{
	const struct cli_command *command;
	char words[64];
	size_t i;

	fputs("usage: shyper-cli [OPTION...] NOUN VERB [OPTION...] [OPERAND]\n\n",
	      out);
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (command = tables[i]; command->noun; command++) {
			const char *format = command->takes == CLI_MAY_OPERAND ?
					     "%s %s [%s]" : "%s %s %s";

			snprintf(words, sizeof(words), format, command->noun,
				 command->verb,
				 command->operand ? command->operand : "");
			fprintf(out, "  %-20s %s\n", words, command->help);
		}
	}
	fprintf(out, "\n%s", global_help);
}

static void print_command_usage(const struct cli_command *command, FILE *out)
{
	const struct cli_option *option = command->options;
	char words[64];

	fprintf(out, "usage: shyper-cli %s %s%s", command->noun, command->verb,
		option ? " [OPTION...]" : "");
	if (command->operand)
		fprintf(out, command->takes == CLI_MAY_OPERAND ? " [%s]" : " %s",
			command->operand);
	fprintf(out, "\n\n%s.\n\n", command->help);
	for (; option && option->name; option++) {
		snprintf(words, sizeof(words), "--%s%s%s", option->name,
			 option->arg ? "=" : "", option->arg ? option->arg : "");
		fprintf(out, "  %-18s %s\n", words, option->help);
	}
	fprintf(out, "%s%s", option ? "\n" : "", global_help);
}

static const struct cli_command *find_command(const char *noun, const char *verb)
{
	const struct cli_command *command;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (command = tables[i]; command->noun; command++) {
			if (!strcmp(command->noun, noun) &&
			    !strcmp(command->verb, verb))
				return command;
		}
	}
	return NULL;
}

/*
 * Parses up to the first operand of a list without own options (@command NULL),
 * or all of it. Return: -1 to go on, or an exit status.
 */
static int parse_options(int argc, char **argv, const struct cli_command *command,
			 struct cli_args *args)
{
	const struct cli_option *own = command ? command->options : NULL;
	struct option options[CLI_MAX_OPTIONS + GLOBALS + 1] = { 0 };
	int n, opt;

	for (n = 0; own && own[n].name; n++)
		options[n] = (struct option){ own[n].name, own[n].arg ?
			required_argument : no_argument, NULL, n };
	memcpy(options + n, global_options, sizeof(global_options));

	while ((opt = getopt_long(argc, argv, command ? "h" : "+h", options,
				  NULL)) != -1) {
		switch (opt) {
		case OPT_JSON:
			cli.json = true;
			break;
		case OPT_QUIET:
			cli.quiet = true;
			break;
		case OPT_DEVICE:
			cli.device = optarg;
			break;
		case OPT_RUN:
			cli.run = optarg;
			break;
		case OPT_HELP:
		case 'h':
			if (command)
				print_command_usage(command, stdout);
			else
				print_usage(stdout);
			return CLI_OK;
		case '?':
			return CLI_USAGE;
		default:
			args->option[opt] = optarg ? optarg : "";
			break;
		}
	}
	return -1;
}

static int usage_error(const struct cli_command *command, const char *what)
{
	cli_error("%s", what);
	if (command)
		print_command_usage(command, stderr);
	else
		print_usage(stderr);
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	const struct cli_command *command;
	struct cli_args args = { 0 };
	int status;

	status = parse_options(argc, argv, NULL, &args);
	if (status >= 0)
		return status;
	argc -= optind;
	argv += optind;
	if (argc < 2)
		return usage_error(NULL, argc ? "a verb is missing" :
				   "a command is missing");
	command = find_command(argv[0], argv[1]);
	if (!command)
		return usage_error(NULL, "there is no such command");

	optind = 0;	/* getopt starts again, with the verb as argv[0] */
	argc--;
	argv++;
	status = parse_options(argc, argv, command, &args);
	if (status >= 0)
		return status;
	argc -= optind;
	argv += optind;
	if (argc > (command->takes == CLI_NO_OPERAND ? 0 : 1))
		return usage_error(command, "too many operands");
	if (!argc && command->takes == CLI_MUST_OPERAND)
		return usage_error(command, "an operand is missing");
	args.name = argc ? argv[0] : NULL;

	status = command->run(&args);
	if (fflush(stdout) && status == CLI_OK) {
		cli_error("standard output: %s", strerror(errno));
		status = CLI_FAILURE;
	}
	return status;
}
