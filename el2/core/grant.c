// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory grants. The MVM sees a guest's memory where it physically is, in whole
 * granules of the pool: a region that ends inside one has all of that granule, and
 * nobody else has any. So blocks are enough, and tables come to one page for
 * each GiB of the pool, ever.
 *
 * Locks: vm_table_lock (the MVM's stage 2), then vm->lock.
 */
#include <el2/errno.h>
#include <el2/grant.h>
#include <el2/string.h>
#include <el2/vm_object.h>
#include <shyper/direct.h>

static_assert(VM_REGIONS <= SHYPER_MEM_REGIONS);

static void fill_table(struct shyper_mem_table *table, const struct vm *vm)
{
	u32 n;

	memset(table, 0, sizeof(*table));
	table->version = 1;
	table->count = vm->nregions;
	for (n = 0; n < vm->nregions; n++) {
		table->region[n].ipa = vm->region[n].ipa;
		table->region[n].pa = vm->region[n].pa;
		table->region[n].length = vm->region[n].size;
	}
}

static int region_map(const struct vm_region *region)
{
	return stage2_map(&vm_mvm()->stage2, region->pa, region->pa,
			  ALIGN_UP(region->size, SZ_2M), STAGE2_SHARED);
}

static int region_unmap(const struct vm_region *region)
{
	return stage2_unmap(&vm_mvm()->stage2, region->pa,
			    ALIGN_UP(region->size, SZ_2M));
}

static int grant_locked(struct vm *vm)
{
	u32 n;
	int ret = 0;

	if (vm->life == VM_CONFIG)
		return -EAGAIN;
	if (vm->granted)
		return 0;
	for (n = 0; n < vm->nregions && !ret; n++)
		ret = region_map(&vm->region[n]);
	if (!ret) {
		vm->granted = true;
		return 0;
	}
	for (n--; n-- > 0; )
		region_unmap(&vm->region[n]);
	return ret;
}

int mem_grant(u64 vmid, u64 ipa)
{
	struct shyper_mem_table *table = vm_memory(vm_mvm(), ipa, sizeof(*table));
	struct vm *vm;
	int ret = -ENOENT;

	if (!table || !IS_ALIGNED(ipa, PAGE_SIZE))
		return -EFAULT;
	spin_lock(&vm_table_lock);
	vm = vmid ? vm_get(vmid) : NULL;
	if (vm) {
		ret = grant_locked(vm);
		if (!ret)
			fill_table(table, vm);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return ret;
}

static int revoke_locked(struct vm *vm)
{
	u32 n;
	int ret = 0;

	if (!vm->granted)
		return -ENXIO;
	/* What was mapped in one piece can be taken out in one. */
	for (n = 0; n < vm->nregions; n++)
		ret |= region_unmap(&vm->region[n]);
	if (!ret)
		vm->granted = false;
	return ret;
}

int mem_revoke(u64 vmid)
{
	struct vm *vm;
	int ret = -ENOENT;

	spin_lock(&vm_table_lock);
	vm = vmid ? vm_get(vmid) : NULL;
	if (vm) {
		ret = revoke_locked(vm);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return ret;
}
