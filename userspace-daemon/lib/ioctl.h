/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one way to the kernel: all else in the library calls these, and tests link
 * others in their place.
 */
#ifndef SHYPER_LIB_IOCTL_H
#define SHYPER_LIB_IOCTL_H

/**
 * shyper_ioctl() - ioctl(2)
 * @fd:		/dev/shyper or a VM
 * @request:	SHYPER_*
 * @arg:	its struct
 *
 * Return: what ioctl(2) returns, or a negative errno.
 */
int shyper_ioctl(int fd, unsigned long request, void *arg);

/** shyper_close() - close(2) for descriptors of VMs */
void shyper_close(int fd);

#endif /* SHYPER_LIB_IOCTL_H */
