/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of ioctls: copying, and what every call checks alike. */
#ifndef SHYPER_IOCTL_H
#define SHYPER_IOCTL_H

#include <linux/fs.h>
#include <linux/shyper.h>

/**
 * struct shyper_ioctl - one call
 * @cmd:	as it comes
 * @fn:		gets a kernel copy of the argument, zeroed where the caller passes
 *		nothing in; it is copied back if @cmd says so and @fn succeeds
 * @change:	changes something: the file must be open for writing
 * @open:	instead of @fn, for a call that yields a descriptor: the file, or
 *		ERR_PTR. It is only installed when the argument has been copied back,
 *		else closed.
 */
struct shyper_ioctl {
	unsigned int cmd;
	long (*fn)(struct file *file, void *arg);
	bool change;
	struct file *(*open)(struct file *file, void *arg);
};

/**
 * shyper_ioctl_run() - find a call in a table and make it
 * @arg: as ioctl(2) got it
 *
 * Return: what the call returns; -ENOTTY; -EBADF the file is not open for writing;
 * -EFAULT; -ENOMEM.
 */
long shyper_ioctl_run(const struct shyper_ioctl *table, size_t num,
		      struct file *file, unsigned int cmd, unsigned long arg);

/**
 * shyper_ioctl_name_check() - a name: 1 to 31 characters, NUL-padded
 * @name: SHYPER_API_NAME_LEN bytes
 */
int shyper_ioctl_name_check(const char *name);

/**
 * shyper_ioctl_string_check() - a string that ends, with only NULs behind it
 */
int shyper_ioctl_string_check(const char *string, size_t size);

/**
 * shyper_ioctl_zero() - reserved fields are zero
 */
#define shyper_ioctl_zero(field)	(!memchr_inv(&(field), 0, sizeof(field)))

#endif /* SHYPER_IOCTL_H */
