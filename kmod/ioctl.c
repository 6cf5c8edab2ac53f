// SPDX-License-Identifier: GPL-2.0-only
/* Tables of ioctls; see ioctl.h. */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "ioctl.h"

static const struct shyper_ioctl *find(const struct shyper_ioctl *table,
				       size_t num, unsigned int cmd)
{
	size_t n;

	for (n = 0; n < num; n++) {
		if (table[n].cmd == cmd)
			return &table[n];
	}
	return NULL;
}

static int copy_in(unsigned int cmd, void *data, const void __user *arg)
{
	if (_IOC_DIR(cmd) & _IOC_WRITE && copy_from_user(data, arg, _IOC_SIZE(cmd)))
		return -EFAULT;
	return 0;
}

static int copy_out(unsigned int cmd, const void *data, void __user *arg)
{
	if (_IOC_DIR(cmd) & _IOC_READ && copy_to_user(arg, data, _IOC_SIZE(cmd)))
		return -EFAULT;
	return 0;
}

/* A descriptor for what was opened; once it is installed, nothing may fail. */
static int install(unsigned int cmd, struct file *opened, const void *data,
		   void __user *arg)
{
	int fd = get_unused_fd_flags(O_CLOEXEC), ret;

	if (fd < 0) {
		fput(opened);
		return fd;
	}
	ret = copy_out(cmd, data, arg);
	if (ret) {
		put_unused_fd(fd);
		fput(opened);
		return ret;
	}
	fd_install(fd, opened);
	return fd;
}

static long run(const struct shyper_ioctl *call, struct file *file, void *data,
		void __user *arg)
{
	struct file *opened;
	long ret = copy_in(call->cmd, data, arg);

	if (ret)
		return ret;
	if (call->open) {
		opened = call->open(file, data);
		return IS_ERR(opened) ? PTR_ERR(opened) :
		       install(call->cmd, opened, data, arg);
	}
	ret = call->fn(file, data);
	if (ret < 0)
		return ret;
	return copy_out(call->cmd, data, arg) ?: ret;
}

long shyper_ioctl_run(const struct shyper_ioctl *table, size_t num,
		      struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct shyper_ioctl *call = find(table, num, cmd);
	void *data;
	long ret;

	if (!call)
		return -ENOTTY;
	if (call->change && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	data = kzalloc(_IOC_SIZE(cmd), GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	ret = run(call, file, data, (void __user *)arg);
	kfree(data);
	return ret;
}

int shyper_ioctl_string_check(const char *string, size_t size)
{
	size_t len = strnlen(string, size);

	if (len == size || memchr_inv(string + len, 0, size - len))
		return -EINVAL;
	return 0;
}

/* What goes to logs and consoles has to be printable. */
int shyper_ioctl_name_check(const char *name)
{
	const char *p;

	if (!*name || shyper_ioctl_string_check(name, SHYPER_API_NAME_LEN))
		return -EINVAL;
	for (p = name; *p; p++) {
		if (!isascii(*p) || !isprint(*p))
			return -EINVAL;
	}
	return 0;
}
