// SPDX-License-Identifier: GPL-2.0-only
/* The region table of a VM: every address from outside EL2 comes through here. */
#include <el2/vm_object.h>

void *vm_memory(struct vm *vm, u64 ipa, u64 len)
{
	const struct vm_region *region;
	u32 n;

	for (n = 0; n < vm->nregions; n++) {
		region = &vm->region[n];
		if (len && range_ok(ipa, len, region->ipa, region->size))
			return (void *)(region->pa + (ipa - region->ipa));
	}
	return NULL;
}
