/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of shyperd share. */
#ifndef SHYPERD_H
#define SHYPERD_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"
#include "disks.h"

/**
 * struct daemon - shyperd
 * @config:	the list of disks
 * @device:	/dev/shyper
 * @run:	/run/shyper
 * @pid_file:	locked as long as it runs
 * @foreground:	log to standard error
 * @dev:	the device, opened non-blocking
 * @signals:	signalfd
 * @disks:	the list that is in force; NULL: none yet
 * @ours:	bit n: disk n is or was in a list, so it is ours to take away
 * @leftovers:	bit n: disk n should be otherwise, but a VM has it
 */
struct daemon {
	const char *config;
	const char *device;
	const char *run;
	char *pid_file;
	bool foreground;
	int dev;
	int signals;
	struct shyper_disks *disks;
	uint32_t ours;
	uint32_t leftovers;
};

/* log.c */

/** log_open() - to standard error, or to syslog */
void log_open(bool standard_error);

/** log_line() - one line; @level is LOG_ERR, LOG_WARNING, LOG_INFO */
void log_line(int level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** log_diag() - what the library collected, which is forgotten */
void log_diag(int level, struct shyper_diag *diag);

/* notify.c */

/** notify() - tell the service manager, if there is one ("READY=1") */
void notify(const char *state);

/** notify_reloading() - RELOADING=1 with the time that has to go with it */
void notify_reloading(void);

/* attach.c */

/**
 * disks_apply() - read the list, and make what is attached be like it
 * @daemon:	shyperd
 *
 * Disks that are attached already are adopted. A disk that cannot be attached
 * or taken away is told of; the others are done.
 *
 * Return: false if the list itself is wrong, and nothing was changed.
 */
bool disks_apply(struct daemon *daemon);

/** disks_retry() - a VM has gone: do what its disks have kept from being done */
void disks_retry(struct daemon *daemon);

/* events.c */

/** events_read() - take all events from the device */
void events_read(struct daemon *daemon);

/** restarts_find() - look at all VMs, for events that nobody has seen */
void restarts_find(struct daemon *daemon);

/**
 * restarts_run() - boot the VMs again that wait for it and whose lock is free
 * Return: milliseconds until it should be called again, or -1.
 */
int restarts_run(struct daemon *daemon);

/* network.c */

/**
 * network_apply() - read the network's configuration, and make it so
 * @daemon:	shyperd
 *
 * What is set up already is adopted. What fails is logged; guests do without.
 *
 * Return: false if the configuration itself is wrong, and nothing was changed.
 */
bool network_apply(struct daemon *daemon);

/**
 * network_ports() - put direct guests' ports into the bridge that was set up
 *
 * Those that are in none. After a VM has been booted: its devices are there by then.
 */
void network_ports(const struct daemon *daemon);

/** network_undo() - take away what was set up */
void network_undo(struct daemon *daemon);

/* consoles.c */

/** consoles_hold() - open the guest consoles' ends that are not open yet */
void consoles_hold(void);

#endif /* SHYPERD_H */
