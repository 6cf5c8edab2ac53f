/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The management VM's ends of guest consoles. A classic one is a virtio console
 * that Linux shows as /dev/hvcN; which N belongs to which VM is found by the device's
 * address. A direct one is a terminal of the module's, which tells its name.
 */
#ifndef SHYPER_LIB_CONSOLE_H
#define SHYPER_LIB_CONSOLE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/shyper.h>

struct termios;

/**
 * struct shyper_console - the management VM's end of a console
 * @base:	classic: its address
 * @tty:	direct: the terminal's name; "": it is classic
 */
struct shyper_console {
	uint64_t base;
	char tty[SHYPER_API_NAME_LEN + 1];
};

/**
 * shyper_console_of() - the management VM's end of a VM's first console
 * @dev:	/dev/shyper
 * @run:	where VMs are remembered
 * @name:	the VM's name
 * @vmid:	its id
 * @port:	which of its terminals, from 0
 * @console:	out
 *
 * Return: 0; -ENOENT if the VM is known to have no console, or no such terminal.
 */
int shyper_console_of(int dev, const char *run, const char *name, uint32_t vmid,
		      uint32_t port, struct shyper_console *console);

/**
 * shyper_console_path() - the terminal's file
 * @console:	from shyper_console_of()
 * @path:	out
 * @size:	bytes of @path
 *
 * Return: 0, -ENODEV if there is no such console, or another negative errno.
 */
int shyper_console_path(const struct shyper_console *console, char *path,
			size_t size);

/**
 * shyper_console_open() - open a terminal, raw
 * @console:	from shyper_console_of()
 *
 * The settings of a classic one stay as long as somebody has the terminal open;
 * without that, what the guest says between an open and the change of settings is
 * echoed to it. shyperd therefore holds all of them open.
 *
 * Return: a non-blocking descriptor, -ENODEV if there is no such console, or
 * another negative errno.
 */
int shyper_console_open(const struct shyper_console *console);

#endif /* SHYPER_LIB_CONSOLE_H */
