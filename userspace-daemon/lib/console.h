/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The management VM's ends of guest consoles: virtio consoles that Linux shows
 * as /dev/hvcN. Which N belongs to which VM is found by the device's address.
 */
#ifndef SHYPER_LIB_CONSOLE_H
#define SHYPER_LIB_CONSOLE_H

#include <stdint.h>

struct termios;

/**
 * shyper_console_of() - address of the management VM's end of a VM's console
 * @run:	where VMs are remembered
 * @name:	the VM's name
 * @vmid:	its id
 *
 * Return: the address, or 0 if the VM is known to have no console.
 */
uint64_t shyper_console_of(const char *run, const char *name, uint32_t vmid);

/**
 * shyper_console_open() - open the terminal at an address, raw
 * @base:	from shyper_console_of()
 *
 * The settings stay as long as somebody has the terminal open; without that,
 * what the guest says between an open and the change of settings is echoed to
 * it. shyperd therefore holds all of them open.
 *
 * Return: a non-blocking descriptor, -ENODEV if there is no such console, or
 * another negative errno.
 */
int shyper_console_open(uint64_t base);

#endif /* SHYPER_LIB_CONSOLE_H */
