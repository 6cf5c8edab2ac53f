// SPDX-License-Identifier: GPL-2.0-only
/*
 * The management VM's ends of guest consoles.
 *
 * Classic ones: sysfs leads from the address to the virtio device and its port: the platform
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
#include "dev.h"
#include "state.h"

#define DEBUGFS_PORTS	"/sys/kernel/debug/virtio-ports"
#define CLASS_PORTS	"/sys/class/virtio-ports"

/*
 * Finds a VM's direct console, by its address in the guest unless that is 0.
 * Return: 0, or -ENOENT.
 */
static int direct_console(int dev, uint32_t vmid, uint64_t base, uint32_t port,
			  struct shyper_console *console)
{
	struct shyper_dev_info info;
	uint32_t index = 0;
	size_t len;

	while (!shyper_dev_next(dev, &info, &index)) {
		if (info.vmid != vmid || info.type != SHYPER_DEV_VIRTIO_CONSOLE ||
		    (base && info.base != base))
			continue;
		/* All its terminals are numbered in a row. */
		len = strcspn(info.ifname, "0123456789");
		snprintf(console->tty, sizeof(console->tty), "%.*s%" PRIu64,
			 (int)len, info.ifname, (uint64_t)info.link + port);
		return 0;
	}
	return -ENOENT;
}

/* The console that is the guest's first one. */
static const struct shyper_config_device *
first_console(const struct shyper_config *config)
{
	size_t i;

	for (i = 0; i < config->devices; i++) {
		if (config->device[i].dev.type == SHYPER_DEV_VIRTIO_CONSOLE)
			return &config->device[i];
	}
	return NULL;
}

/* Of a VM whose configuration is known. */
static int known_console(int dev, const struct shyper_config *config,
			 uint32_t vmid, uint32_t port,
			 struct shyper_console *console)
{
	const struct shyper_config_device *device = first_console(config);

	if (!device)
		return -ENOENT;
	if (device->path == SHYPER_PATH_DIRECT) {
		if (port && port >= device->ports)
			return -ENOENT;
		return direct_console(dev, vmid, device->dev.base, port, console);
	}
	if (port || device->dev.cfg[0])
		return -ENOENT;
	if (!device->mvm_console)
		console->base = device->dev.cfg[1];
	return 0;
}

int shyper_console_of(int dev, const char *run, const char *name, uint32_t vmid,
		      uint32_t port, struct shyper_console *console)
{
	struct shyper_diag diag = { 0 };
	char *path = shyper_state_path(run, name);
	struct shyper_config *config = NULL;
	int err = 0;

	*console = (struct shyper_console){
		.base = SHYPER_CONSOLE_BASE + (vmid - 1) * SHYPER_CONSOLE_STRIDE,
	};
	if (path && !access(path, R_OK))
		config = shyper_config_load(path, &diag);
	shyper_diag_reset(&diag);
	free(path);
	if (config)
		err = known_console(dev, config, vmid, port, console);
	else if (direct_console(dev, vmid, 0, port, console) && port)
		err = -ENOENT;
	shyper_config_free(config);
	return err;
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

int shyper_console_path(const struct shyper_console *console, char *path,
			size_t size)
{
	int virtio, hvc;

	if (console->tty[0]) {
		snprintf(path, size, "/dev/%s", console->tty);
		return 0;
	}
	virtio = virtio_index(console->base);
	if (virtio < 0)
		return virtio;
	hvc = vtermno_of(virtio);
	hvc = hvc > 0 ? hvc - 1 : ports_before(virtio);
	if (hvc < 0)
		return hvc;
	snprintf(path, size, "/dev/hvc%d", hvc);
	return 0;
}

int shyper_console_open(const struct shyper_console *console)
{
	struct termios raw;
	char path[SHYPER_API_NAME_LEN + 8];
	int err, fd;

	err = shyper_console_path(console, path, sizeof(path));
	if (err)
		return err;
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!tcgetattr(fd, &raw)) {
		cfmakeraw(&raw);
		raw.c_cflag |= CLOCAL;
		if (!tcsetattr(fd, TCSANOW, &raw))
			return fd;
	}
	err = -errno;
	close(fd);
	return err;
}
