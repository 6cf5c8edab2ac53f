/* SPDX-License-Identifier: GPL-2.0-only */
/* From a configuration to a VM, and from a VM's saved one to a new boot. */
#ifndef SHYPER_LIB_VM_H
#define SHYPER_LIB_VM_H

#include "config.h"

/**
 * struct shyper_progress - whom to tell how far loading is
 * @tell:	called with the image's kind and path, bytes done and in all;
 *		done is 0 at first and equals all at last
 * @arg:	for it
 */
struct shyper_progress {
	void (*tell)(void *arg, const char *what, const char *path,
		     uint64_t done, uint64_t all);
	void *arg;
};

/**
 * shyper_vm_create() - add a VM, load its images, boot it if @boot, keep it
 * @dev:	/dev/shyper
 * @run:	where VMs are remembered; the VM's lock is held
 * @config:	placed; CPUs, disks, paths and the console's peer are settled in it
 * @boot:	boot it
 * @vmid:	out
 * @progress:	or NULL
 * @diag:	gets the error: the step, the key that asked for it, the meaning
 *
 * The VM is kept last: after a failure, closing its descriptor removes it.
 *
 * Return: 0, or a negative errno and nothing is left of it.
 */
int shyper_vm_create(int dev, const char *run, struct shyper_config *config,
		     bool boot, uint32_t *vmid,
		     const struct shyper_progress *progress,
		     struct shyper_diag *diag);

/**
 * shyper_vm_load() - load a VM's images
 * @vm:		its descriptor
 * @config:	placed
 * @progress:	or NULL
 * @diag:	gets the error
 *
 * Return: 0 or a negative errno.
 */
int shyper_vm_load(int vm, const struct shyper_config *config,
		   const struct shyper_progress *progress,
		   struct shyper_diag *diag);

/**
 * shyper_vm_boot_again() - load the images of a VM that has run, and boot it
 * @run:	where VMs are remembered; the VM's lock is held
 * @vm:		its descriptor; the VM is inactive
 * @name:	its name
 * @progress:	or NULL
 * @diag:	gets the error
 *
 * Return: 0 or a negative errno.
 */
int shyper_vm_boot_again(const char *run, int vm, const char *name,
			 const struct shyper_progress *progress,
			 struct shyper_diag *diag);

#endif /* SHYPER_LIB_VM_H */
