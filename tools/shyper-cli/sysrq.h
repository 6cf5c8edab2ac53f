/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux's magic SysRq in a guest, by its console. */
#ifndef SHYPER_CLI_SYSRQ_H
#define SHYPER_CLI_SYSRQ_H

#include <stdint.h>

/**
 * struct sysrq_activity - how much a guest has done on its disks
 * @count:	returns a number that changes with every request
 * @arg:	for it
 */
struct sysrq_activity {
	uint64_t (*count)(const void *arg);
	const void *arg;
};

/**
 * sysrq_end() - make a Linux guest sync, remount read-only and end
 * @console:	the management VM's end of its console
 * @key:	'o' to power off, 'b' to reset
 * @seconds:	to wait at most, for sync and remount in all
 * @activity:	tells whether it is still writing
 *
 * When this returns, the guest has been told to end; whether it does is to be
 * seen from its state.
 *
 * Return: 0, -EACCES if the guest does not allow it, or another negative errno.
 */
int sysrq_end(int console, char key, unsigned int seconds,
	      const struct sysrq_activity *activity);

#endif /* SHYPER_CLI_SYSRQ_H */
