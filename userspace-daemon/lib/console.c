// SPDX-License-Identifier: GPL-2.0-only
/*
 * The management VM's ends of guest consoles.
 *
 * sysfs leads from the address to the virtio device and its port: the platform
 * device ADDRESS.NODE has a child virtioM, which has virtio-ports/vportMp0. From
 * there to hvcN there is no link. The driver numbers its consoles from 1 in the
 * order in which it finds them ("console_vtermno" in debugfs), and hvc gives out
 * its indexes in that order, too; where debugfs is not mounted, the order of the
 * ports is taken instead.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"
#include "state.h"

#define DEBUGFS_PORTS	"/sys/kernel/debug/virtio-ports"
#define CLASS_PORTS	"/sys/class/virtio-ports"

uint64_t shyper_console_of(const char *run, const char *name, uint32_t vmid)
{
	uint64_t base = SHYPER_CONSOLE_BASE +
			(vmid - 1) * SHYPER_CONSOLE_STRIDE;
	struct shyper_diag diag = { 0 };
	char *path = shyper_state_path(run, name);
	struct shyper_config *config = NULL;
	size_t i;

	if (path && !access(path, R_OK))
		config = shyper_config_load(path, &diag);
	shyper_diag_reset(&diag);
	free(path);
	if (!config)
		return base;
	base = 0;
	for (i = 0; i < config->devices; i++) {
		const struct shyper_vm_device *dev = &config->device[i].dev;

		if (dev->type == SHYPER_DEV_VIRTIO_CONSOLE && !dev->cfg[0]) {
			base = dev->cfg[1];
			break;
		}
	}
	shyper_config_free(config);
	return base;
}

/* The M of the virtioM at an address, or -ENODEV. */
static int virtio_index(uint64_t base)
{
	char pattern[80];
	glob_t found;
	int index = -ENODEV;

	snprintf(pattern, sizeof(pattern),
		 "/sys/bus/platform/devices/%" PRIx64 ".*/virtio[0-9]*", base);
	if (!glob(pattern, 0, NULL, &found) && found.gl_pathc)
		index = atoi(strrchr(found.gl_pathv[0], '/') + strlen("/virtio"));
	globfree(&found);
	return index;
}

static int vtermno_of(int virtio)
{
	char path[80], line[80];
	int vtermno = -ENODEV;
	FILE *file;

	snprintf(path, sizeof(path), DEBUGFS_PORTS "/vport%dp0", virtio);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "console_vtermno: %d", &vtermno) == 1)
			break;
	}
	fclose(file);
	return vtermno > 0 ? vtermno : -ENODEV;
}

/* How many ports come before the one of virtioM. */
static int ports_before(int virtio)
{
	DIR *dir = opendir(CLASS_PORTS);
	bool seen = false;
	struct dirent *entry;
	int before = 0, m, p;

	if (!dir)
		return -ENODEV;
	while ((entry = readdir(dir))) {
		if (sscanf(entry->d_name, "vport%dp%d", &m, &p) != 2 || p)
			continue;
		seen = seen || m == virtio;
		before += m < virtio;
	}
	closedir(dir);
	return seen ? before : -ENODEV;
}

int shyper_console_open(uint64_t base)
{
	struct termios raw;
	char path[24];
	int virtio, hvc, fd;

	virtio = virtio_index(base);
	if (virtio < 0)
		return virtio;
	hvc = vtermno_of(virtio);
	hvc = hvc > 0 ? hvc - 1 : ports_before(virtio);
	if (hvc < 0)
		return hvc;
	snprintf(path, sizeof(path), "/dev/hvc%d", hvc);
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!tcgetattr(fd, &raw)) {
		cfmakeraw(&raw);
		raw.c_cflag |= CLOCAL;
		if (!tcsetattr(fd, TCSANOW, &raw))
			return fd;
	}
	virtio = -errno;
	close(fd);
	return virtio;
}
