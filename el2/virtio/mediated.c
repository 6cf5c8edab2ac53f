// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mediated block: the MVM's disks, and whose request goes to it next.
 *
 * One request is in flight over all disks. Whoever prepares it, waits for it or
 * finishes it has the turn (`busy`); nobody else touches `flight`. The turn goes
 * from mediated_work() to the MVM, from there to mediated_notify(), and on to
 * the next request or back to nobody. A device that may have requests is a bit
 * in `pending`; they are served round robin over VMs, then over a VM's devices.
 *
 * Locks: a device's lock is taken without the mediated lock, and vice versa;
 * the mediated lock is a leaf.
 */
#include <el2/errno.h>
#include <el2/log.h>
#include <el2/mq.h>
#include <el2/options.h>
#include <el2/string.h>
#include <el2/virtio.h>

#include "blk.h"

/* Requests that need no MVM, and empty rings, answered in one go. */
#define BUDGET		64

/* The largest disk whose size in bytes is a number of 64 bits. */
#define CAPACITY_MAX	(~(u64)0 / SHYPER_SECTOR_SIZE)

enum turn {
	TURN_NOBODY,
	TURN_EL2,	/* a request is prepared or finished */
	TURN_MVM,	/* it is in flight */
};

struct blk blks[DISKS];

static struct spinlock mediated_lock;
static struct disk disks[DISKS];
static u32 ndisks;
static enum turn turn;
/* Bits are slots of blks[], and VMs that have such bits. */
static u32 pending[SHYPER_VM_MAX];
static u32 pending_vms;
static u32 last_vm;
static u32 last_blk[SHYPER_VM_MAX];
/* Of whoever has the turn. */
static struct flight flight;

u32 mediated_disks(void)
{
	return ndisks;
}

/* The next bit above `after`, or from the beginning again; mask is not 0. */
static u32 next_bit(u32 mask, u32 after)
{
	u32 above = mask & ~(((u32)2 << after) - 1);

	return (u32)__builtin_ctz(above ? above : mask);
}

static void pend_locked(struct blk *blk)
{
	ASSERT(spin_is_locked(&mediated_lock));
	if (!blk->disk)
		return;
	pending[blk->vm_id] |= (u32)BIT(blk - blks);
	pending_vms |= (u32)BIT(blk->vm_id);
}

static void unpend_locked(struct blk *blk)
{
	pending[blk->vm_id] &= ~(u32)BIT(blk - blks);
	if (!pending[blk->vm_id])
		pending_vms &= ~(u32)BIT(blk->vm_id);
}

static struct blk *pick_locked(void)
{
	struct blk *blk;

	ASSERT(spin_is_locked(&mediated_lock));
	if (!pending_vms)
		return NULL;
	last_vm = next_bit(pending_vms, last_vm);
	last_blk[last_vm] = next_bit(pending[last_vm], last_blk[last_vm]);
	blk = &blks[last_blk[last_vm]];
	unpend_locked(blk);
	return blk;
}

/* The flight is ready: it is the MVM's turn. */
static void send(void)
{
	struct shyper_blk_content *page = flight.disk->page;

	WRITE_ONCE(page->req.type, flight.type);
	WRITE_ONCE(page->req.sector, flight.sector);
	WRITE_ONCE(page->req.count, flight.bytes / SHYPER_SECTOR_SIZE);
	spin_lock(&mediated_lock);
	/* It may have more; that shows once this one is finished. */
	pend_locked(flight.blk);
	turn = TURN_MVM;
	spin_unlock(&mediated_lock);
	/*
	 * From here on the MVM may answer, message or not. Release: it sees the
	 * request and its data; pairs with its acquire of nreq.
	 */
	__atomic_add_fetch(&page->nreq, 1, __ATOMIC_RELEASE);
	mq_send(SHYPER_FID_MEDIATED, SHYPER_MEDIATED_DRV_NOTIFY, 0, 0, 0);
}

/* Serve who is next, until a request is with the MVM or there is none. */
static void serve(void)
{
	u32 budget = BUDGET;
	bool left;

	for (;;) {
		spin_lock(&mediated_lock);
		flight.blk = budget ? pick_locked() : NULL;
		if (!flight.blk) {
			flight.disk = NULL;
			turn = TURN_NOBODY;
			left = pending_vms;
			spin_unlock(&mediated_lock);
			break;
		}
		flight.disk = flight.blk->disk;
		spin_unlock(&mediated_lock);

		switch (blk_start(&flight, &budget)) {
		case BLK_STARTED:
			send();
			return;
		case BLK_MORE:
			spin_lock(&mediated_lock);
			pend_locked(flight.blk);
			spin_unlock(&mediated_lock);
			break;
		case BLK_EMPTY:
			if (budget)
				budget--;
			break;
		}
	}
	/* The MVM's CPU is the MVM's too: go on after its next exit. */
	if (left && !options.deployed)
		mq_work_mvm();
}

void mediated_work(void)
{
	bool mine;

	spin_lock(&mediated_lock);
	mine = turn == TURN_NOBODY && pending_vms;
	if (mine)
		turn = TURN_EL2;
	spin_unlock(&mediated_lock);
	if (mine)
		serve();
}

void mediated_post(struct blk *blk)
{
	bool idle;

	spin_lock(&mediated_lock);
	pend_locked(blk);
	idle = turn == TURN_NOBODY;
	spin_unlock(&mediated_lock);
	/* Whoever has the turn looks at the pending ones before giving it up. */
	if (idle)
		mq_work_mvm();
}

int mediated_notify(u64 ipa)
{
	bool mine;

	spin_lock(&mediated_lock);
	mine = turn == TURN_MVM && flight.disk->ipa == ipa;
	if (mine)
		turn = TURN_EL2;
	spin_unlock(&mediated_lock);
	if (!mine) {
		if (options.deployed)
			deployed_panic("dev_notify(%lx): no such request", ipa);
		return -EINVAL;
	}
	blk_finish(&flight);
	serve();
	return 0;
}

/* The disk that a configuration means; NULL: there is none, or it is taken. */
static struct disk *disk_find_locked(const u64 *cfg)
{
	u64 index = options.deployed ? 0 : cfg[SHYPER_CFG_DISK_INDEX];
	u32 n;

	if (index)
		return index <= ndisks && !disks[index - 1].owner ?
		       &disks[index - 1] : NULL;
	for (n = 0; n < ndisks; n++) {
		if (!disks[n].owner)
			return &disks[n];
	}
	return NULL;
}

static struct blk *slot_find_locked(void)
{
	u32 n;

	for (n = 0; n < DISKS; n++) {
		if (!blks[n].disk)
			return &blks[n];
	}
	return NULL;
}

static int take_locked(struct vm *vm, const u64 *cfg, struct blk **out)
{
	u64 first = cfg[SHYPER_CFG_DISK_FIRST], count = cfg[SHYPER_CFG_DISK_COUNT];
	struct disk *disk = disk_find_locked(cfg);
	struct blk *blk = slot_find_locked();

	if (!disk)
		return -ENODEV;
	if (!blk)
		return -ENOSPC;
	if (!options.deployed && (first >= disk->capacity ||
				  !range_ok(first, count, 0, disk->capacity)))
		return -ERANGE;
	/* Nor may the sum of a sector and the first one wrap. */
	if (first > CAPACITY_MAX || count > CAPACITY_MAX)
		return -ERANGE;
	blk->disk = disk;
	blk->vm_id = vm_id(vm);
	blk->first = first;
	blk->count = count;
	disk->owner = blk;
	*out = blk;
	return 0;
}

int mediated_take(struct vm *vm, const u64 *cfg, struct blk **out)
{
	int ret;

	spin_lock(&mediated_lock);
	ret = take_locked(vm, cfg, out);
	spin_unlock(&mediated_lock);
	return ret;
}

void mediated_release(struct blk *blk)
{
	spin_lock(&mediated_lock);
	unpend_locked(blk);
	blk->disk->owner = NULL;
	blk->disk = NULL;
	spin_unlock(&mediated_lock);
}

/* GET_ID wants what is after the name's end to be NUL, 5.2.6. */
static void read_id(struct disk *disk, const struct shyper_blk_content *page)
{
	size_t len;

	memcpy(disk->id, page->name, sizeof(disk->id));
	len = strnlen((const char *)disk->id, sizeof(disk->id));
	memset(disk->id + len, 0, sizeof(disk->id) - len);
}

/* Read the page once; what is wrong with it, or 0 and *disk filled in. */
static int read_page(u64 ipa, struct disk *disk)
{
	struct shyper_blk_content *page;
	u64 dma_max, cache_size;

	page = vm_memory(vm_mvm(), ipa, SHYPER_PAGE_SIZE);
	if (!page && options.deployed)
		deployed_panic("dev_append(%lx): not memory", ipa);
	if (!page || !IS_ALIGNED(ipa, SHYPER_PAGE_SIZE))
		return -EINVAL;
	disk->ipa = ipa;
	disk->page = page;
	disk->capacity = READ_ONCE(page->block_num);
	disk->cache_ipa = READ_ONCE(page->cache_ipa);
	read_id(disk, page);
	dma_max = READ_ONCE(page->dma_block_max);
	cache_size = READ_ONCE(page->cache_size);
	disk->limit = MIN(cache_size, MIN(dma_max, CAPACITY_MAX) *
				      SHYPER_SECTOR_SIZE);
	disk->cache = vm_memory(vm_mvm(), disk->cache_ipa, MAX(disk->limit, 1UL));
	if (!disk->cache && options.deployed)
		deployed_panic("dev_append(%lx): the cache is not memory", ipa);
	if (options.deployed)
		return 0;
	if (!disk->cache || !IS_ALIGNED(disk->cache_ipa, SHYPER_SECTOR_SIZE) ||
	    !vm_memory(vm_mvm(), disk->cache_ipa, cache_size) ||
	    disk->limit < PAGE_SIZE || !disk->capacity ||
	    disk->capacity > CAPACITY_MAX)
		return -EINVAL;
	return 0;
}

/* Put it where the page's disk is, or at the end of the list. */
static int append_locked(struct disk *fresh)
{
	struct disk *disk = NULL;
	u32 n;

	for (n = 0; n < ndisks && !options.deployed; n++) {
		if (disks[n].ipa == fresh->ipa)
			disk = &disks[n];
	}
	if (disk && turn != TURN_NOBODY && flight.disk == disk)
		return -EBUSY;
	if (!disk) {
		if (ndisks == DISKS)
			return -ENOSPC;
		disk = &disks[ndisks++];
	}
	fresh->owner = disk->owner;
	*disk = *fresh;
	WRITE_ONCE(disk->page->nreq, 0);
	WRITE_ONCE(disk->page->cache_pa, (u64)(uintptr_t)disk->cache);
	return 0;
}

int mediated_append(u64 ipa)
{
	struct disk fresh = { 0 };
	int ret;

	ret = read_page(ipa, &fresh);
	if (ret)
		return ret;
	spin_lock(&mediated_lock);
	ret = append_locked(&fresh);
	spin_unlock(&mediated_lock);
	if (!ret && fresh.owner)
		blk_disk_changed(fresh.owner, &fresh);
	return ret;
}
