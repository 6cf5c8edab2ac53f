/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/shyper: opening it, finding VMs and disks, and what its errors mean. */
#ifndef SHYPER_LIB_DEV_H
#define SHYPER_LIB_DEV_H

#include <stdint.h>

#include <linux/shyper.h>

#include "diag.h"

#define SHYPER_DEVICE	"/dev/shyper"

/**
 * shyper_dev_open() - open the device and check its version
 * @path:	usually SHYPER_DEVICE
 * @flags:	O_* beside O_RDWR
 * @diag:	gets the error, with what to do about it
 *
 * Return: a descriptor or a negative errno.
 */
int shyper_dev_open(const char *path, int flags, struct shyper_diag *diag);

/**
 * shyper_strerror() - what an error of an ioctl means
 * @request:	SHYPER_*
 * @err:	the negative errno
 *
 * Return: a text that goes behind "NAME: ".
 */
const char *shyper_strerror(unsigned long request, int err);

/** shyper_request_name() - "SHYPER_VM_ADD" and the like */
const char *shyper_request_name(unsigned long request);

/**
 * shyper_vm_find() - look for a VM
 * @dev:	the device
 * @name:	its name, or its number
 * @info:	out
 * @diag:	gets the error
 *
 * Return: 0, -ENOENT if there is none, or another negative errno.
 */
int shyper_vm_find(int dev, const char *name, struct shyper_vm_info *info,
		   struct shyper_diag *diag);

/**
 * shyper_vm_open() - a descriptor for a VM that exists
 * Return: a descriptor or a negative errno.
 */
int shyper_vm_open(int dev, uint32_t vmid);

/**
 * shyper_vm_call() - one of the calls on a VM that only take flags
 * Return: 0 or a negative errno.
 */
int shyper_vm_call(int vm, unsigned long request);

/**
 * shyper_disk_next() - go through the attached disks
 * @dev:	the device
 * @info:	out
 * @index:	where to begin; left behind the disk found
 *
 * Return: 0, -ENOENT behind the last one, or another negative errno.
 */
int shyper_disk_next(int dev, struct shyper_disk_info *info, uint32_t *index);

/**
 * shyper_disk_find() - look for an attached disk by its name
 * Return: 0, -ENOENT if there is none, or another negative errno.
 */
int shyper_disk_find(int dev, const char *name, struct shyper_disk_info *info);

/**
 * shyper_net_next() - go through the ports of the network switch
 * @dev:	the device
 * @info:	out
 * @index:	where to begin; left behind the port found
 *
 * Return: 0, -ENOENT behind the last one, or another negative errno.
 */
int shyper_net_next(int dev, struct shyper_net_info *info, uint32_t *index);

/**
 * shyper_dev_next() - go through the direct devices
 * @dev:	the device
 * @info:	out
 * @index:	where to begin; left behind the device found
 *
 * Return: 0, -ENOENT behind the last one, or another negative errno.
 */
int shyper_dev_next(int dev, struct shyper_dev_info *info, uint32_t *index);

#endif /* SHYPER_LIB_DEV_H */
