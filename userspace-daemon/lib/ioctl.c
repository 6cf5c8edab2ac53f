// SPDX-License-Identifier: GPL-2.0-only
/* The one way to the kernel. */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ioctl.h"

int shyper_ioctl(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : ret;
}

void shyper_close(int fd)
{
	close(fd);
}
