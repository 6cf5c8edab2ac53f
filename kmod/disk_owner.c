// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owners of disks: which VM has which.
 *
 * The hypervisor gives a VM that is configured with a disk the first one that no VM
 * has, or, with SHYPER_FEATURE_DISK_SELECT, the one that is named. This file mirrors
 * that. Direct devices are not the hypervisor's: they take any.
 *
 * Locks: the lock of vm.c, then that of disk.c.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/module.h>

#include "disk.h"
#include "hypercall.h"
#include "vblk.h"

#define QUIESCE_MS		10000

/* The one that the hypervisor gives if it is not told which. */
static struct shyper_disk *first_free(bool attached)
{
	u32 n, count = shyper_disk_count();
	struct shyper_disk *disk;

	for (n = 0; n < count; n++) {
		disk = shyper_disk_get(n);
		if (!disk->stash->vmid &&
		    (!attached || (disk->backend && !disk->going)))
			return disk;
	}
	return ERR_PTR(-ENOENT);
}

static struct shyper_disk *choose_named(u64 want)
{
	struct shyper_disk *disk;

	if (want > shyper_disk_count())
		return ERR_PTR(-ENOENT);
	disk = shyper_disk_get(want - 1);
	if (!disk->backend)
		return ERR_PTR(-ENOENT);
	return disk->stash->vmid || disk->going ? ERR_PTR(-EBUSY) : disk;
}

/* The hypervisor chooses; all that can be done is to agree, or not to ask it. */
static struct shyper_disk *choose_first(u64 want)
{
	struct shyper_disk *disk = first_free(false), *named;

	if (want) {
		named = choose_named(want);
		if (IS_ERR(named))
			return named;
		if (named != disk) {
			pr_info("the hypervisor would give disk %u, not %llu\n",
				disk->index, want - 1);
			return ERR_PTR(-EBUSY);
		}
	}
	if (!IS_ERR(disk) && (!disk->backend || disk->going)) {
		pr_info("the hypervisor would give disk %u, which has nothing attached\n",
			disk->index);
		return ERR_PTR(-EBUSY);
	}
	return disk;
}

static struct shyper_disk *choose(u64 want)
{
	if (!shyper_has(SHYPER_FEATURE_DISK_SELECT))
		return choose_first(want);
	return want ? choose_named(want) : first_free(true);
}

static int take_locked(struct shyper_disk *disk, u32 vmid, u64 *cfg)
{
	u64 first = cfg[SHYPER_CFG_DISK_FIRST];
	u64 *count = &cfg[SHYPER_CFG_DISK_COUNT];
	int ret;

	shyper_disks_assert_locked();
	if (first >= disk->sectors)
		return -EINVAL;
	if (!*count)
		*count = disk->sectors - first;
	if (*count > disk->sectors - first)
		return -EINVAL;
	ret = shyper_disk_use(disk);
	if (ret)
		return ret;
	cfg[SHYPER_CFG_DISK_INDEX] =
		shyper_has(SHYPER_FEATURE_DISK_SELECT) ? disk->index + 1 : 0;
	WRITE_ONCE(disk->stash->vmid, vmid);
	/* The module stays while a VM has a disk; the caller's file holds it now. */
	__module_get(THIS_MODULE);
	return disk->index;
}

int shyper_disk_take(u32 vmid, u64 cfg[SHYPER_API_CFG_WORDS])
{
	struct shyper_disk *disk;
	int ret;

	shyper_disks_lock();
	disk = choose(cfg[SHYPER_CFG_DISK_INDEX]);
	ret = IS_ERR(disk) ? PTR_ERR(disk) : take_locked(disk, vmid, cfg);
	shyper_disks_unlock();
	return ret;
}

struct shyper_disk *shyper_disk_take_direct(u32 vmid,
					    u64 cfg[SHYPER_API_CFG_WORDS],
					    struct shyper_vblk *dev)
{
	u64 want = cfg[SHYPER_CFG_DISK_INDEX];
	struct shyper_disk *disk;
	int ret;

	shyper_disks_lock();
	disk = want ? choose_named(want) : first_free(true);
	if (!IS_ERR(disk)) {
		ret = take_locked(disk, vmid, cfg);
		if (ret < 0)
			disk = ERR_PTR(ret);
		else
			disk->direct = dev;
	}
	shyper_disks_unlock();
	return disk;
}

static void put_locked(struct shyper_disk *disk)
{
	shyper_disks_assert_locked();
	WRITE_ONCE(disk->stash->vmid, 0);
	if (disk->backend)
		shyper_disk_unuse(disk);
	module_put(THIS_MODULE);
}

void shyper_disk_put(u32 index)
{
	shyper_disks_lock();
	put_locked(shyper_disk_get(index));
	shyper_disks_unlock();
}

void shyper_disk_put_direct(struct shyper_disk *disk, struct shyper_vblk *dev)
{
	/* Who takes the disk away uses the device meanwhile. */
	shyper_disks_lock_settled(disk);
	disk->direct = NULL;
	shyper_vblk_count(dev, &disk->counts);
	put_locked(disk);
	shyper_disks_unlock();
}

void shyper_disks_put(u32 vmid)
{
	u32 n, count = shyper_disk_count();
	struct shyper_disk *disk;

	shyper_disks_lock();
	for (n = 0; n < count; n++) {
		disk = shyper_disk_get(n);
		if (disk->stash->vmid == vmid)
			put_locked(disk);
	}
	shyper_disks_unlock();
}

u64 shyper_disks_of(u32 vmid)
{
	u32 n, count = shyper_disk_count();
	u64 mask = 0;

	shyper_disks_lock();
	for (n = 0; n < count; n++) {
		if (shyper_disk_get(n)->stash->vmid == vmid)
			mask |= BIT_ULL(n);
	}
	shyper_disks_unlock();
	return mask;
}

static bool in_flight(const struct shyper_disk *disk)
{
	return READ_ONCE(disk->page->nreq) || test_bit(DISK_BUSY, &disk->state);
}

int shyper_disks_quiesce(u32 vmid)
{
	u64 mask = shyper_disks_of(vmid);
	u32 n, left = QUIESCE_MS;

	for (n = 0; n < SHYPER_API_MAX_DISKS; n++) {
		while (mask & BIT_ULL(n) && in_flight(shyper_disk_get(n))) {
			if (!left--) {
				pr_warn("disk %u: a request does not end\n", n);
				return -EBUSY;
			}
			usleep_range(1000, 2000);
		}
	}
	return 0;
}
