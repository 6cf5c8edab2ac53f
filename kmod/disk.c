// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks: their pages and caches, attach and detach, which VM has which.
 *
 * The hypervisor numbers disks in the order in which it is told of them, keeps
 * them for good, and gives a VM that is configured with a disk the first one that
 * no VM has (or, with SHYPER_FEATURE_DISK_SELECT, the one that is named). This
 * file mirrors that.
 *
 * Locks: the lock of vm.c, then disks_lock, then DISK_BUSY of a disk.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/delay.h>
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

#define QUIESCE_MS		10000

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
	return disk;
}

static void publish(struct shyper_disk *disk)
{
	disks[disk->index] = disk;
	/* Pairs with shyper_disk_count(). */
	smp_store_release(&disks_num, disk->index + 1);
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

/* ---- detach ---- */

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

/* An attached disk by its number. */
static struct shyper_disk *find_attached(u32 index)
{
	lockdep_assert_held(&disks_lock);
	if (index >= disks_num)
		return ERR_PTR(-ENOENT);
	return disks[index]->backend ? disks[index] : ERR_PTR(-ENODEV);
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

	mutex_lock(&disks_lock);
	disk = find_attached(index);
	if (IS_ERR(disk))
		ret = PTR_ERR(disk);
	else if (disk->stash->vmid)
		ret = detach_taken(disk, flags);
	else
		detach(disk);
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
	disk = find_attached(index);
	if (IS_ERR(disk))
		ret = PTR_ERR(disk);
	else
		info_fill(disk, info);
	mutex_unlock(&disks_lock);
	return ret;
}

/* ---- which VM has which ---- */

/* The one that the hypervisor gives if it is not told which. */
static struct shyper_disk *first_free(bool attached)
{
	u32 n;

	for (n = 0; n < disks_num; n++) {
		if (!disks[n]->stash->vmid && (disks[n]->backend || !attached))
			return disks[n];
	}
	return ERR_PTR(-ENOENT);
}

static struct shyper_disk *choose_named(u64 want)
{
	struct shyper_disk *disk;

	if (want > disks_num || !disks[want - 1]->backend)
		return ERR_PTR(-ENOENT);
	disk = disks[want - 1];
	return disk->stash->vmid ? ERR_PTR(-EBUSY) : disk;
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
	if (!IS_ERR(disk) && !disk->backend) {
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

	lockdep_assert_held(&disks_lock);
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

	mutex_lock(&disks_lock);
	disk = choose(cfg[SHYPER_CFG_DISK_INDEX]);
	ret = IS_ERR(disk) ? PTR_ERR(disk) : take_locked(disk, vmid, cfg);
	mutex_unlock(&disks_lock);
	return ret;
}

struct shyper_disk *shyper_disk_take_direct(u32 vmid,
					    u64 cfg[SHYPER_API_CFG_WORDS],
					    struct shyper_vblk *dev)
{
	u64 want = cfg[SHYPER_CFG_DISK_INDEX];
	struct shyper_disk *disk;
	int ret;

	mutex_lock(&disks_lock);
	disk = want ? choose_named(want) : first_free(true);
	if (!IS_ERR(disk)) {
		ret = take_locked(disk, vmid, cfg);
		if (ret < 0)
			disk = ERR_PTR(ret);
		else
			disk->direct = dev;
	}
	mutex_unlock(&disks_lock);
	return disk;
}

static void put_locked(struct shyper_disk *disk)
{
	lockdep_assert_held(&disks_lock);
	WRITE_ONCE(disk->stash->vmid, 0);
	if (disk->backend)
		shyper_disk_unuse(disk);
	module_put(THIS_MODULE);
}

void shyper_disk_put(u32 index)
{
	mutex_lock(&disks_lock);
	put_locked(disks[index]);
	mutex_unlock(&disks_lock);
}

void shyper_disk_put_direct(struct shyper_disk *disk, struct shyper_vblk *dev)
{
	mutex_lock(&disks_lock);
	disk->direct = NULL;
	shyper_vblk_count(dev, &disk->counts);
	put_locked(disk);
	mutex_unlock(&disks_lock);
}

void shyper_disks_put(u32 vmid)
{
	u32 n;

	mutex_lock(&disks_lock);
	for (n = 0; n < disks_num; n++) {
		if (disks[n]->stash->vmid == vmid)
			put_locked(disks[n]);
	}
	mutex_unlock(&disks_lock);
}

u64 shyper_disks_of(u32 vmid)
{
	u64 mask = 0;
	u32 n;

	mutex_lock(&disks_lock);
	for (n = 0; n < disks_num; n++) {
		if (disks[n]->stash->vmid == vmid)
			mask |= BIT_ULL(n);
	}
	mutex_unlock(&disks_lock);
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
		while (mask & BIT_ULL(n) && in_flight(disks[n])) {
			if (!left--) {
				pr_warn("disk %u: a request does not end\n", n);
				return -EBUSY;
			}
			usleep_range(1000, 2000);
		}
	}
	return 0;
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
