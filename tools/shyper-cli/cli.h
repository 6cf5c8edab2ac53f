/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands of shyper-cli share. */
#ifndef SHYPER_CLI_H
#define SHYPER_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev.h"
#include "diag.h"
#include "vm.h"

struct json_object;
struct shyper_console;

/* Exit statuses; shyper-cli.1 lists them. */
enum cli_status {
	CLI_OK		= 0,
	CLI_FAILURE	= 1,
	CLI_USAGE	= 2,
	CLI_NOT_FOUND	= 3,	/* no such VM or disk */
	CLI_CONFIG	= 4,	/* a configuration is wrong */
	CLI_TIMEOUT	= 5,
	CLI_NO_DEVICE	= 6,	/* no hypervisor, no module, no permission */
};

/* Settings that every command takes. */
struct cli {
	bool json;
	bool quiet;
	const char *device;
	const char *run;
};
extern struct cli cli;

/**
 * struct cli_option - an option of a command
 * @name:	long name; NULL ends a list
 * @arg:	what its argument is called in the help; NULL: it has none
 * @help:	what it does
 */
struct cli_option {
	const char *name;
	const char *arg;
	const char *help;
};

#define CLI_MAX_OPTIONS	4

/**
 * struct cli_args - a command's arguments
 * @option:	by its place in the command's list: "" or its argument; NULL: not
 *		given
 * @name:	the operand, NULL if there is none
 */
struct cli_args {
	const char *option[CLI_MAX_OPTIONS];
	const char *name;
};

enum cli_operand { CLI_NO_OPERAND, CLI_MAY_OPERAND, CLI_MUST_OPERAND };

/**
 * struct cli_command - one command
 * @noun:	first word
 * @verb:	second word
 * @operand:	what follows them is called; NULL: nothing does
 * @takes:	whether the operand has to be there
 * @help:	one sentence
 * @options:	or NULL
 * @run:	does it; returns an exit status
 */
struct cli_command {
	const char *noun;
	const char *verb;
	const char *operand;
	enum cli_operand takes;
	const char *help;
	const struct cli_option *options;
	int (*run)(const struct cli_args *args);
};

extern const struct cli_command cli_vm_commands[];
extern const struct cli_command cli_blk_commands[];
extern const struct cli_command cli_net_commands[];
extern const struct cli_command cli_dev_commands[];
extern const struct cli_command cli_system_commands[];

/* main.c */

/** cli_error() - "shyper-cli: ..." on standard error */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** cli_report() - print messages that the library collected, and forget them */
void cli_report(struct shyper_diag *diag);

/** cli_status_of() - the exit status for a negative errno of the library */
int cli_status_of(int err);

/** cli_seconds() - read an option that is a number of seconds; false: wrong */
bool cli_seconds(const char *text, unsigned int *seconds);

/**
 * cli_open() - open the device
 * Return: a descriptor, or -1 with the message printed and *status set.
 */
int cli_open(int *status);

/**
 * struct cli_vm - an open VM
 * @dev:	/dev/shyper
 * @vm:		its descriptor
 * @lock:	of its state; -1: not locked
 * @info:	when it was opened
 */
struct cli_vm {
	int dev;
	int vm;
	int lock;
	struct shyper_vm_info info;
};

/**
 * cli_vm_open() - find and open a VM
 * @vm:		out
 * @name:	its name or number
 * @lock:	also take its lock
 *
 * Return: an exit status; with CLI_OK cli_vm_close() has to follow.
 */
int cli_vm_open(struct cli_vm *vm, const char *name, bool lock);

void cli_vm_close(struct cli_vm *vm);

/* output.c */

enum cli_format {
	CLI_TEXT,
	CLI_NUMBER,
	CLI_SIZE,	/* bytes, shown with a unit */
	CLI_SECTORS,	/* 512 bytes each, shown as bytes */
	CLI_HEX,
	CLI_CPUS,	/* a mask, shown as a list */
	CLI_NS,		/* nanoseconds, shown as ms */
};

/**
 * struct cli_column - a column of a table or a line of a list
 * @title:	NULL ends it
 * @key:	in the JSON object
 * @format:	how it is shown
 */
struct cli_column {
	const char *title;
	const char *key;
	enum cli_format format;
};

/**
 * cli_print_table() - print an array of objects, or with --json itself
 * @rows:	freed
 * @columns:	of the table
 */
void cli_print_table(struct json_object *rows, const struct cli_column *columns);

/** cli_print_list() - print an object, a line each key; @object is freed */
void cli_print_list(struct json_object *object, const struct cli_column *lines);

void cli_put_text(struct json_object *object, const char *key, const char *text,
		  size_t len);
void cli_put_number(struct json_object *object, const char *key, uint64_t value);

/** cli_progress - tells how far loading is: a bar on a terminal, else lines */
extern const struct shyper_progress cli_progress;

/* vm_show.c */

int cli_vm_list(const struct cli_args *args);
int cli_vm_show(const struct cli_args *args);
int cli_vm_stat(const struct cli_args *args);

/* vm_stop.c */

extern const struct cli_option cli_stop_options[];
extern const struct cli_option cli_reboot_options[];
int cli_vm_stop(const struct cli_args *args);
int cli_vm_reboot(const struct cli_args *args);

/* attach.c */

extern const struct cli_option cli_console_options[];
int cli_vm_console(const struct cli_args *args);

/** cli_console_error() - a console cannot be opened; @hint goes behind the reason */
void cli_console_error(const char *name, const struct shyper_console *console,
		       int err, const char *hint);

#endif /* SHYPER_CLI_H */
