// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks: their pages and caches, what is attached to them.
 *
 * The hypervisor numbers disks in the order in which it is told of them, and keeps
 * them for good. This file mirrors that.
 *
 * Locks: the lock of vm.c, then disks_lock, then DISK_BUSY of a disk.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "blk.h"
#include "disk.h"
#include "event.h"
#include "hypercall.h"
#include "vblk.h"

/*
 * A hypervisor that does not enforce the limits in the page copies up to as much
 * as guests are known to ask for: 1,280 KiB by default, more if told to.
 */
#define CACHE_MIN_DEPLOYED	SZ_4M
#define CACHE_MAX		SZ_256M

static ulong blk_cache_size = SZ_4M;
module_param(blk_cache_size, ulong, 0444);
MODULE_PARM_DESC(blk_cache_size,
		 "bytes of a disk's bounce buffer where attaching does not say (4 MiB)");

static DEFINE_MUTEX(disks_lock);
static struct shyper_stash *stash;
static struct device *dma_dev;

/* Entries below disks_num stay until the module goes. */
static struct shyper_disk *disks[SHYPER_API_MAX_DISKS];
static u32 disks_num;

u32 shyper_disk_count(void)
{
	/* Pairs with publish(). */
	return smp_load_acquire(&disks_num);
}

struct shyper_disk *shyper_disk_get(u32 index)
{
	return disks[index];
}

void shyper_disks_lock(void)
{
	mutex_lock(&disks_lock);
}

void shyper_disks_unlock(void)
{
	mutex_unlock(&disks_lock);
}

void shyper_disks_assert_locked(void)
{
	lockdep_assert_held(&disks_lock);
}

static struct shyper_disk *disk_create(u32 index)
{
	struct shyper_disk *disk = kzalloc(sizeof(*disk), GFP_KERNEL);

	if (!disk)
		return NULL;
	disk->index = index;
	disk->stash = &stash->disk[index];
	disk->page = disk->stash->page;
	disk->page_pa = virt_to_phys(disk->page);
	disk->cache = disk->stash->cache;
	INIT_WORK(&disk->detach, shyper_disk_detach_work);
	return disk;
}

static void publish(struct shyper_disk *disk)
{
	disks[disk->index] = disk;
	/* Pairs with shyper_disk_count(). */
	smp_store_release(&disks_num, disk->index + 1);
}

struct shyper_disk *shyper_disk_attached(u32 index)
{
	lockdep_assert_held(&disks_lock);
	if (index >= disks_num)
		return ERR_PTR(-ENOENT);
	return disks[index]->backend ? disks[index] : ERR_PTR(-ENODEV);
}

/* ---- attach ---- */

static int cache_size_check(u64 *size)
{
	if (!*size)
		*size = blk_cache_size;
	if (!IS_ALIGNED(*size, PAGE_SIZE) || !*size || *size > CACHE_MAX)
		return -EINVAL;
	if (!shyper_has(SHYPER_FEATURE_SAFE_MANAGE))
		*size = max_t(u64, *size, CACHE_MIN_DEPLOYED);
	return 0;
}

static void page_fill(struct shyper_disk *disk)
{
	struct shyper_blk_content *page = disk->page;

	memcpy(page->name, disk->name, SHYPER_NAME_LEN);
	memset(page->block_dev_path, 0, SHYPER_NAME_LEN);
	memcpy(page->block_dev_path, disk->path,
	       strnlen(disk->path, SHYPER_NAME_LEN - 1));
	page->block_num = cpu_to_le64(disk->sectors);
	page->dma_block_max = cpu_to_le64(disk->cache_size >> SECTOR_SHIFT);
	page->cache_size = cpu_to_le64(disk->cache_size);
	page->idx = cpu_to_le16(disk->index);
	page->pcache = 0;
	page->cache_va = cpu_to_le64((uintptr_t)disk->cache);
	page->cache_ipa = cpu_to_le64(virt_to_phys(disk->cache));
}

/* Fill a disk that is the caller's; on failure it is as before. */
static int attach(struct shyper_disk *disk, const struct shyper_disk_attach *arg,
		  bool append)
{
	int ret = shyper_disk_open(disk, arg);

	if (ret)
		return ret;
	memcpy(disk->name, arg->name, sizeof(disk->name));
	memcpy(disk->path, arg->path, sizeof(disk->path));
	disk->cache_size = arg->cache_size;
	memset(&disk->counts, 0, sizeof(disk->counts));
	page_fill(disk);
	if (append)
		ret = shyper_hvc_dev_append(disk->page);
	if (ret) {
		shyper_disk_close(disk);
		memset(disk->name, 0, sizeof(disk->name));
	}
	return ret;
}

/* One that the hypervisor knows, and that nothing is behind. */
static struct shyper_disk *find_vacant(u64 cache_size)
{
	struct shyper_disk *disk;
	u32 n;

	for (n = 0; n < disks_num; n++) {
		disk = disks[n];
		if (!disk->backend && !disk->stash->vmid &&
		    disk->stash->cache_size >= cache_size)
			return disk;
	}
	return NULL;
}

/*
 * A hypervisor of the field reads the page as it is, and would add the disk once
 * more; ours wants to be told.
 */
static int attach_vacant(struct shyper_disk *disk,
			 const struct shyper_disk_attach *arg)
{
	int ret;

	shyper_blk_lock(disk);
	ret = attach(disk, arg, shyper_has(SHYPER_FEATURE_SAFE_MANAGE));
	shyper_blk_unlock(disk);
	return ret;
}

static int attach_new(const struct shyper_disk_attach *arg)
{
	struct shyper_stash_disk *mem;
	struct shyper_disk *disk;
	int ret;

	if (disks_num == SHYPER_API_MAX_DISKS)
		return -ENOSPC;
	mem = &stash->disk[disks_num];
	ret = shyper_stash_disk_alloc(mem, dma_dev, arg->cache_size);
	if (ret)
		return ret;
	disk = disk_create(disks_num);
	ret = disk ? attach(disk, arg, true) : -ENOMEM;
	if (ret) {
		kfree(disk);
		shyper_stash_disk_free(mem, dma_dev);
		return ret;
	}
	stash->disks = disks_num + 1;
	publish(disk);
	return 0;
}

static struct shyper_disk *find_name(const char *name)
{
	u32 n;

	for (n = 0; n < disks_num; n++) {
		if (disks[n]->backend && !strcmp(disks[n]->name, name))
			return disks[n];
	}
	return NULL;
}

static int attach_locked(struct shyper_disk_attach *arg)
{
	struct shyper_disk *disk;
	int ret;

	lockdep_assert_held(&disks_lock);
	if (find_name(arg->name))
		return -EEXIST;
	disk = find_vacant(arg->cache_size);
	if (disk)
		ret = attach_vacant(disk, arg);
	else
		ret = attach_new(arg);
	if (ret)
		return ret;
	disk = find_name(arg->name);
	arg->index = disk->index;
	pr_info("disk %u \"%s\": %llu sectors of %s from %llu on%s%s\n",
		disk->index, disk->name, disk->sectors, disk->path,
		disk->first_sector,
		disk->flags & SHYPER_DISK_READ_ONLY ? ", read-only" : "",
		disk->flags & SHYPER_DISK_UNSAFE ? ", unsafe" : "");
	shyper_event_post(SHYPER_EVENT_DISK_ATTACHED, SHYPER_DISK_NO_VM,
			  disk->index, 0, disk->name);
	return 0;
}

int shyper_disk_attach(struct shyper_disk_attach *arg)
{
	int ret = cache_size_check(&arg->cache_size);

	if (ret)
		return ret;
	mutex_lock(&disks_lock);
	ret = attach_locked(arg);
	mutex_unlock(&disks_lock);
	return ret;
}

/* ---- information ---- */

void shyper_disk_counts_add(struct shyper_disk_counts *sum,
			    const struct shyper_disk_counts *counts)
{
	u32 n;

	sum->reads += counts->reads;
	sum->writes += counts->writes;
	sum->read_bytes += counts->read_bytes;
	sum->write_bytes += counts->write_bytes;
	sum->read_errors += counts->read_errors;
	sum->write_errors += counts->write_errors;
	sum->refused += counts->refused;
	if (counts->last_error) {
		sum->last_error = counts->last_error;
		sum->last_error_sector = counts->last_error_sector;
	}
	for (n = 0; n < SHYPER_API_LATENCY_BUCKETS; n++)
		sum->latency[n] += counts->latency[n];
}

static void info_counts(const struct shyper_disk_counts *counts,
			struct shyper_disk_info *info)
{

	info->reads = counts->reads;
	info->writes = counts->writes;
	info->read_bytes = counts->read_bytes;
	info->write_bytes = counts->write_bytes;
	info->read_errors = counts->read_errors;
	info->write_errors = counts->write_errors;
	info->refused = counts->refused;
	info->last_error = counts->last_error;
	info->last_error_sector = counts->last_error_sector;
	static_assert(sizeof(info->latency) == sizeof(counts->latency));
	memcpy(info->latency, counts->latency, sizeof(info->latency));
}

static void info_fill(const struct shyper_disk *disk,
		      struct shyper_disk_info *info)
{
	struct shyper_disk_counts counts = disk->counts;

	memcpy(info->name, disk->name, sizeof(info->name));
	memcpy(info->path, disk->path, sizeof(info->path));
	info->flags = disk->flags;
	info->first_sector = disk->first_sector;
	info->sectors = disk->direct ? shyper_disk_sectors_now(disk) :
					disk->sectors;
	info->cache_size = disk->cache_size;
	info->vmid = disk->stash->vmid ?: SHYPER_DISK_NO_VM;
	if (disk->direct)
		shyper_vblk_count(disk->direct, &counts);
	info_counts(&counts, info);
}

int shyper_disk_get_info(struct shyper_disk_info *info)
{
	u32 index = info->index;
	struct shyper_disk *disk;
	int ret = 0;

	memset(info, 0, sizeof(*info));
	info->index = index;
	mutex_lock(&disks_lock);
	disk = shyper_disk_attached(index);
	if (IS_ERR(disk))
		ret = PTR_ERR(disk);
	else
		info_fill(disk, info);
	mutex_unlock(&disks_lock);
	return ret;
}

/* ---- start and stop ---- */

/* A VM that was there before the module may have kept a disk, or have gone. */
static void reconcile(struct shyper_stash_disk *mem, u64 alive)
{
	if (!mem->vmid)
		return;
	if (mem->vmid < SHYPER_VM_MAX && alive & BIT_ULL(mem->vmid))
		__module_get(THIS_MODULE);
	else
		mem->vmid = 0;
}

int shyper_disks_start(struct shyper_stash *the_stash, struct device *dev,
		       u64 alive)
{
	struct shyper_disk *disk;
	u32 n;

	stash = the_stash;
	dma_dev = dev;
	for (n = 0; n < stash->disks; n++) {
		disk = disk_create(n);
		if (!disk) {
			shyper_disks_stop();
			return -ENOMEM;
		}
		publish(disk);
	}
	for (n = 0; n < stash->disks; n++)
		reconcile(&stash->disk[n], alive);
	return 0;
}

void shyper_disks_stop(void)
{
	u32 n;

	/* Those that had something to wait for held the module; now they end. */
	for (n = 0; n < disks_num; n++)
		flush_work(&disks[n]->detach);
	mutex_lock(&disks_lock);
	for (n = 0; n < disks_num; n++) {
		if (disks[n]->backend)
			shyper_disk_close(disks[n]);
	}
	/* The last answer may be on its way out of our code. */
	synchronize_rcu();
	for (n = 0; n < disks_num; n++) {
		kfree(disks[n]);
		disks[n] = NULL;
	}
	disks_num = 0;
	mutex_unlock(&disks_lock);
}
