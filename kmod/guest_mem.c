// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's memory, granted by EL2: its regions, found by guest address.
 *
 * Locks: none; a table is constant from grant to revoke.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/err.h>
#include <linux/memory.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/slab.h>

#include "guest_mem.h"
#include "hypercall.h"

#define POOL_COMPATIBLE	"shyper,guest-pool"

/**
 * struct guest_region - memory of the guest
 * @ipa:	guest address
 * @length:	bytes
 * @va:		where it is in the linear map
 */
struct guest_region {
	u64 ipa;
	u64 length;
	u8 *va;
};

struct shyper_guest_mem {
	u32 vmid;
	u32 count;
	struct guest_region region[];
};

bool shyper_guest_pool_present(void)
{
	struct device_node *node;

	node = of_find_compatible_node(NULL, NULL, POOL_COMPATIBLE);
	of_node_put(node);
	return node;
}

/* Is it in the memory that EL2 keeps for guests, and the kernel off which? */
static bool in_pool(u64 pa, u64 length)
{
	struct device_node *node;
	struct resource pool;
	bool found = false;

	for_each_compatible_node(node, NULL, POOL_COMPATIBLE) {
		if (of_address_to_resource(node, 0, &pool))
			continue;
		if (pa >= pool.start && pa <= pool.end &&
		    length - 1 <= pool.end - pa)
			found = true;
	}
	return found;
}

/* Pages with a struct page, in the linear map. */
static bool is_memory(u64 pa, u64 length)
{
	u64 pfn;

	for (pfn = PHYS_PFN(pa); pfn <= PHYS_PFN(pa + length - 1);
	     pfn += PAGES_PER_SECTION) {
		if (!pfn_is_map_memory(pfn))
			return false;
	}
	return pfn_is_map_memory(PHYS_PFN(pa + length - 1));
}

static int region_add(struct shyper_guest_mem *mem,
		      const struct shyper_mem_region *from)
{
	u64 ipa = le64_to_cpu(from->ipa), pa = le64_to_cpu(from->pa);
	u64 length = le64_to_cpu(from->length);

	if (!length || !PAGE_ALIGNED(ipa | pa | length) || ipa + length < ipa ||
	    !in_pool(pa, length) || !is_memory(pa, length)) {
		pr_err("VM %u: %#llx bytes at %#llx are no guest memory\n",
		       mem->vmid, length, pa);
		return -EIO;
	}
	mem->region[mem->count++] = (struct guest_region){
		.ipa = ipa, .length = length, .va = phys_to_virt(pa),
	};
	return 0;
}

static struct shyper_guest_mem *
mem_create(u32 vmid, const struct shyper_mem_table *table)
{
	u32 n, count = le32_to_cpu(table->count);
	struct shyper_guest_mem *mem;
	int ret = 0;

	if (!count || count > SHYPER_MEM_REGIONS)
		return ERR_PTR(-EIO);
	mem = kzalloc(struct_size(mem, region, count), GFP_KERNEL);
	if (!mem)
		return ERR_PTR(-ENOMEM);
	mem->vmid = vmid;
	for (n = 0; n < count && !ret; n++)
		ret = region_add(mem, &table->region[n]);
	if (!ret)
		return mem;
	kfree(mem);
	return ERR_PTR(ret);
}

struct shyper_guest_mem *shyper_guest_mem_grant(u32 vmid)
{
	struct shyper_guest_mem *mem;
	struct shyper_mem_table *table;
	int ret;

	if (!shyper_has(SHYPER_FEATURE_MEM_GRANT))
		return ERR_PTR(-EOPNOTSUPP);
	if (!shyper_guest_pool_present())
		return ERR_PTR(-ENODEV);
	table = (void *)get_zeroed_page(GFP_KERNEL);
	if (!table)
		return ERR_PTR(-ENOMEM);
	ret = shyper_hvc_mem_grant(vmid, table);
	mem = ret ? ERR_PTR(ret) : mem_create(vmid, table);
	free_page((unsigned long)table);
	if (!ret && IS_ERR(mem))
		shyper_hvc_mem_revoke(vmid);
	return mem;
}

void shyper_guest_mem_revoke(struct shyper_guest_mem *mem)
{
	int ret = shyper_hvc_mem_revoke(mem->vmid);

	if (ret)
		pr_err("VM %u: its memory is not taken back: %d\n", mem->vmid, ret);
	kfree(mem);
}

void *shyper_guest_mem_translate(void *priv, u64 addr, u32 *len)
{
	const struct shyper_guest_mem *mem = priv;
	const struct guest_region *region = mem->region;
	u64 offset;

	/* Most guests have one. */
	for (; region < mem->region + mem->count; region++) {
		offset = addr - region->ipa;
		if (offset >= region->length)
			continue;
		/* More than was asked for: rings remember it. */
		*len = min_t(u64, U32_MAX, region->length - offset);
		return region->va + offset;
	}
	return NULL;
}
