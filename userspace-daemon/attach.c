// SPDX-License-Identifier: GPL-2.0-only
/* shyperd's disks: what the list says against what is attached. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "dev.h"
#include "ioctl.h"
#include "shyperd.h"

static void attach_disk(struct daemon *daemon, const struct shyper_disk *disk)
{
	struct shyper_disk_info info;
	uint32_t index;
	int fd, err;

	fd = shyper_disk_open(disk);
	if (fd < 0) {
		log_line(LOG_ERR, "disk %s: %s: %s", disk->name, disk->path,
			 fd == -ENOTBLK ? "neither a block device nor a file" :
			 fd == -EROFS ? "cannot be written to; attach it read_only" :
			 strerror(-fd));
		return;
	}
	err = shyper_disk_attach(daemon->dev, disk, fd, &index);
	close(fd);
	if (err) {
		log_line(LOG_ERR, "disk %s: %s: SHYPER_DISK_ATTACH: %s",
			 disk->name, disk->path,
			 shyper_strerror(SHYPER_DISK_ATTACH, err));
		return;
	}
	daemon->ours |= 1U << index;
	err = shyper_disk_find(daemon->dev, disk->name, &info);
	log_line(LOG_INFO, "disk %s: %s attached as disk %u, %" PRIu64 " MiB",
		 disk->name, disk->path, index,
		 err ? 0 : (uint64_t)info.sectors / 2048);
}

/* Return: true if the disk is gone. */
static bool detach_disk(struct daemon *daemon, const struct shyper_disk_info *info,
			const char *why)
{
	struct shyper_disk_detach arg = { .index = info->index };
	int err = shyper_ioctl(daemon->dev, SHYPER_DISK_DETACH, &arg);
	char name[SHYPER_API_NAME_LEN];

	shyper_printable(name, sizeof(name), info->name, sizeof(info->name));
	if (err < 0) {
		if (!(daemon->leftovers >> info->index & 1))
			log_line(LOG_WARNING, "disk %s: %s, but cannot be taken away: %s",
				 name, why,
				 shyper_strerror(SHYPER_DISK_DETACH, err));
		daemon->leftovers |= 1U << info->index;
		return false;
	}
	log_line(LOG_INFO, "disk %s: taken away", name);
	daemon->leftovers &= ~(1U << info->index);
	daemon->ours &= ~(1U << info->index);
	return true;
}

/*
 * Goes through what is attached; sets @done for the disks that the list has and
 * that need nothing more, or that nothing more can be done for.
 */
static void compare(struct daemon *daemon, const struct shyper_disks *disks,
		    bool *done)
{
	const struct shyper_disk *disk;
	struct shyper_disk_info info;
	uint32_t index = 0, bit;

	while (!shyper_disk_next(daemon->dev, &info, &index)) {
		bit = 1U << info.index;
		disk = shyper_disks_find(disks, info.name);
		if (disk && shyper_disk_same(disk, &info)) {
			done[disk - disks->disk] = true;
			if (!(daemon->ours & bit))
				log_line(LOG_INFO, "disk %s: adopted as disk %u",
					 disk->name, info.index);
			daemon->ours |= bit;
			daemon->leftovers &= ~bit;
		} else if (disk) {
			done[disk - disks->disk] =
				!detach_disk(daemon, &info, "is otherwise in the list now");
		} else if (daemon->ours & bit) {
			detach_disk(daemon, &info, "is not in the list any more");
		}
	}
}

static void settle(struct daemon *daemon, const struct shyper_disks *disks)
{
	bool done[SHYPER_API_MAX_DISKS] = { false };
	size_t i;

	compare(daemon, disks, done);
	for (i = 0; i < disks->num; i++) {
		if (!done[i])
			attach_disk(daemon, &disks->disk[i]);
	}
}

bool disks_apply(struct daemon *daemon)
{
	struct shyper_diag diag = { 0 };
	struct shyper_disks *disks;

	disks = shyper_disks_load(daemon->config, &diag);
	log_diag(LOG_ERR, &diag);
	if (!disks)
		return false;
	daemon->leftovers = 0;	/* to be told of again */
	settle(daemon, disks);
	shyper_disks_free(daemon->disks);
	daemon->disks = disks;
	return true;
}

void disks_retry(struct daemon *daemon)
{
	if (daemon->leftovers)
		settle(daemon, daemon->disks);
}
