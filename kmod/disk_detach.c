// SPDX-License-Identifier: GPL-2.0-only
/*
 * Detaching disks, also from VMs that have them.
 *
 * What is in flight ends when its device likes. Until then the disk is going: a work
 * item of its own waits, and holds no lock of all disks; whoever has asked waits for
 * that, and closes what was attached. If they are killed the work item does it.
 *
 * Locks: DISK_BUSY of a disk that is going, then that of disk.c.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/wait.h>

#include "blk.h"
#include "disk.h"
#include "event.h"
#include "vblk.h"

/* A disk that is going has come further. */
static DECLARE_WAIT_QUEUE_HEAD(moved);

/* DISK_BUSY has been taken for us. */
static void finish_locked(struct shyper_disk *disk)
{
	char name[SHYPER_API_NAME_LEN];

	shyper_disks_assert_locked();
	memcpy(name, disk->name, sizeof(name));
	if (disk->stash->vmid)
		shyper_disk_unuse(disk);
	shyper_disk_close(disk);
	memset(disk->name, 0, sizeof(disk->name));
	memset(disk->path, 0, sizeof(disk->path));
	disk->drained = false;
	WRITE_ONCE(disk->going, false);
	shyper_blk_unlock(disk);
	wake_up_all(&moved);
	shyper_event_post(SHYPER_EVENT_DISK_DETACHED, SHYPER_DISK_NO_VM,
			  disk->index, 0, name);
}

void shyper_disk_detach_work(struct work_struct *work)
{
	struct shyper_disk *disk = container_of(work, struct shyper_disk, detach);

	/* A direct device knows by itself what is in flight. */
	if (disk->direct)
		shyper_vblk_remove_disk(disk->direct);
	shyper_blk_lock(disk);
	shyper_disks_lock();
	if (disk->awaited)
		WRITE_ONCE(disk->drained, true);
	else
		finish_locked(disk);
	shyper_disks_unlock();
	/* Whoever is told may want to unload us, and waits for our end then. */
	module_put(THIS_MODULE);
	wake_up_all(&moved);
}

static int begin_locked(struct shyper_disk *disk, u32 flags)
{
	shyper_disks_assert_locked();
	if (disk->going)
		return -EALREADY;
	if (disk->stash->vmid) {
		if (!(flags & SHYPER_DISK_DETACH_FORCE) ||
		    (disk->direct && !shyper_vblk_ready(disk->direct)))
			return -EBUSY;
		pr_warn("disk %u \"%s\": taken away from VM %u\n", disk->index,
			disk->name, disk->stash->vmid);
	}
	disk->going = true;
	disk->awaited = true;
	__module_get(THIS_MODULE);
	queue_work(system_unbound_wq, &disk->detach);
	return 0;
}

int shyper_disk_detach(u32 index, u32 flags)
{
	struct shyper_disk *disk;
	int ret;

	shyper_disks_lock();
	disk = shyper_disk_attached(index);
	ret = IS_ERR(disk) ? PTR_ERR(disk) : begin_locked(disk, flags);
	shyper_disks_unlock();
	if (ret)
		return ret;
	ret = wait_event_killable(moved, READ_ONCE(disk->drained));
	shyper_disks_lock();
	disk->awaited = false;
	if (disk->drained)
		finish_locked(disk);
	shyper_disks_unlock();
	return ret;
}

void shyper_disks_lock_settled(const struct shyper_disk *disk)
{
	shyper_disks_lock();
	while (disk->going) {
		shyper_disks_unlock();
		wait_event(moved, !READ_ONCE(disk->going));
		shyper_disks_lock();
	}
}
