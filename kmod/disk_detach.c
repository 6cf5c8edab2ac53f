// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detaching disks, also from VMs that have them.
 *
 * Locks: that of disk.c, then DISK_BUSY of a disk.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/err.h>

#include "blk.h"
#include "disk.h"
#include "event.h"
#include "vblk.h"

static void detach(struct shyper_disk *disk)
{
	char name[SHYPER_API_NAME_LEN];

	shyper_blk_lock(disk);
	memcpy(name, disk->name, sizeof(name));
	shyper_disk_close(disk);
	memset(disk->name, 0, sizeof(disk->name));
	memset(disk->path, 0, sizeof(disk->path));
	shyper_blk_unlock(disk);
	shyper_event_post(SHYPER_EVENT_DISK_DETACHED, SHYPER_DISK_NO_VM,
			  disk->index, 0, name);
}

/* A direct device knows by itself what is in flight. */
static int detach_taken(struct shyper_disk *disk, u32 flags)
{
	int ret = 0;

	if (!(flags & SHYPER_DISK_DETACH_FORCE))
		return -EBUSY;
	if (disk->direct)
		ret = shyper_vblk_remove_disk(disk->direct);
	if (ret)
		return ret;
	pr_warn("disk %u \"%s\": taken away from VM %u\n", disk->index, disk->name,
		disk->stash->vmid);
	detach(disk);
	return 0;
}

int shyper_disk_detach(u32 index, u32 flags)
{
	struct shyper_disk *disk;
	int ret = 0;

	shyper_disks_lock();
	disk = shyper_disk_attached(index);
	if (IS_ERR(disk))
		ret = PTR_ERR(disk);
	else if (disk->stash->vmid)
		ret = detach_taken(disk, flags);
	else
		detach(disk);
	shyper_disks_unlock();
	return ret;
}
