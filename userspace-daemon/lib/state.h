/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is remembered of VMs until the machine's next boot: in <run>/vm, NAME.json
 * is the configuration that was applied, NAME.lock is locked (flock) by whoever
 * adds, loads, boots or removes the VM.
 *
 * shyperd and shyper-cli may both see that a VM was reset. Whoever has the lock asks
 * the kernel how the VM ended, and finds it running if the other has been quicker.
 */
#ifndef SHYPER_LIB_STATE_H
#define SHYPER_LIB_STATE_H

#include <stdbool.h>

#include "config.h"

#define SHYPER_RUN_DIR	"/run/shyper"

/**
 * shyper_state_lock() - take the lock of a VM
 * @run:	SHYPER_RUN_DIR or another folder; made if it is not there
 * @name:	of the VM
 * @wait:	wait for it, else fail with -EWOULDBLOCK
 *
 * Return: a descriptor for shyper_state_unlock(), or a negative errno.
 */
int shyper_state_lock(const char *run, const char *name, bool wait);

void shyper_state_unlock(int lock);

/**
 * shyper_state_save() - remember a VM's configuration; lock held
 * Return: 0 or a negative errno.
 */
int shyper_state_save(const char *run, const struct shyper_config *config);

/**
 * shyper_state_load() - the configuration that was remembered, placed
 * @run:	the folder
 * @name:	of the VM
 * @diag:	gets the error
 *
 * Return: for shyper_config_free(), or NULL.
 */
struct shyper_config *shyper_state_load(const char *run, const char *name,
					struct shyper_diag *diag);

/** shyper_state_path() - the file of a VM's configuration; to be freed, or NULL */
char *shyper_state_path(const char *run, const char *name);

/** shyper_state_known() - whether a VM's configuration is remembered */
bool shyper_state_known(const char *run, const char *name);

/** shyper_state_forget() - remove all that is remembered; lock held */
void shyper_state_forget(const char *run, const char *name);

#endif /* SHYPER_LIB_STATE_H */
