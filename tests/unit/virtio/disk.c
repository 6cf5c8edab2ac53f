// SPDX-License-Identifier: GPL-2.0-only
/* The MVM's driver of mediated disks: see board.h. */
#include <stdio.h>

#include "board.h"

struct mvm_disk mvm_disks[32];
u32 mvm_ndisks;

void mvm_fill_page(u64 page, u64 sectors, u64 dma_max, u64 cache, u64 size)
{
	struct shyper_blk_content *content =
		vm_at(vm_mvm(), page, SHYPER_PAGE_SIZE);

	memset(content, 0, sizeof(*content));
	content->nreq = 77;
	content->block_num = sectors;
	content->dma_block_max = dma_max;
	content->cache_ipa = cache;
	content->cache_size = size;
}

struct mvm_disk *mvm_add_disk(const char *name)
{
	struct mvm_disk *disk = &mvm_disks[mvm_ndisks++];
	u64 n;

	disk->page = vm_alloc(vm_mvm(), SHYPER_PAGE_SIZE);
	disk->cache = vm_alloc(vm_mvm(), DISK_CACHE);
	disk->content = vm_at(vm_mvm(), disk->page, SHYPER_PAGE_SIZE);
	disk->sectors = DISK_SECTORS;
	disk->data = malloc(DISK_SECTORS * 512);
	for (n = 0; n < DISK_SECTORS * 512; n++)
		disk->data[n] = (u8)(n / 512 * 7 + n % 512 + mvm_ndisks);
	mvm_fill_page(disk->page, DISK_SECTORS, DISK_CACHE / 512, disk->cache,
		      DISK_CACHE);
	snprintf((char *)disk->content->name, SHYPER_NAME_LEN, "%s", name);
	CHECK_EQ(mediated_append(disk->page), 0);
	return disk;
}

bool mvm_work(void)
{
	if (!__atomic_exchange_n(&board.work, false, __ATOMIC_ACQUIRE))
		return false;
	mediated_work();
	if (!no_locks())
		panic("a lock is still held");
	return true;
}

struct mvm_disk *mvm_waiting(void)
{
	u32 n;

	for (n = 0; n < mvm_ndisks; n++) {
		if (__atomic_load_n(&mvm_disks[n].content->nreq, __ATOMIC_ACQUIRE))
			return &mvm_disks[n];
	}
	return NULL;
}

void mvm_transfer(struct mvm_disk *disk)
{
	const struct shyper_blk_req *req = &disk->content->req;
	u8 *cache = vm_at(vm_mvm(), disk->cache, 1);
	u64 at = req->sector * 512, len = req->count * 512;

	__atomic_sub_fetch(&disk->content->nreq, 1, __ATOMIC_RELAXED);
	disk->requests++;
	/* What EL2 promises of every request, whatever a guest does. */
	if (!CHECK(req->type <= BLK_OUT) || !CHECK(len && len <= DISK_CACHE) ||
	    !CHECK(range_ok(req->sector, req->count, 0, disk->sectors)))
		return;
	if (req->type == BLK_OUT)
		memcpy(disk->data + at, cache, len);
	else
		memcpy(cache, disk->data + at, len);
}

u32 mvm_run_some(u32 n)
{
	struct mvm_disk *disk;
	u32 done = 0;

	for (;;) {
		bool worked = mvm_work();

		disk = done < n ? mvm_waiting() : NULL;
		if (disk) {
			mvm_transfer(disk);
			CHECK_EQ(mediated_notify(disk->page), 0);
			if (!no_locks())
				panic("a lock is still held");
			done++;
		} else if (!worked) {
			return done;
		}
	}
}

u32 mvm_run(void)
{
	return mvm_run_some(~(u32)0);
}
