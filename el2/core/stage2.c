// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage 2 tables, Arm ARM D8.2: start at level 1 with two concatenated tables.
 * The caller serialises changes to one VM's tables; the walkers are the CPUs.
 */
#include <el2/errno.h>
#include <el2/pool.h>
#include <el2/stage2.h>
#include <el2/sysreg.h>

#define DESC_VALID	BIT(0)
#define DESC_TABLE	BIT(1)		/* levels 1, 2: a table; level 3: a page */
#define DESC_ADDR	GENMASK(39, 12)
#define DESC_AF		BIT(10)
#define DESC_SH_INNER	(3 << 8)
#define DESC_R		(1 << 6)
#define DESC_RW		(3 << 6)
#define DESC_NORMAL_WB	(0xf << 2)
#define DESC_DEVICE	(0x1 << 2)
#define DESC_XN		BIT(54)

#define ROOT_PAGES	2

static u64 level_size(u32 level)
{
	return BIT(39 - 9 * level);	/* 1 GiB, 2 MiB, 4 KiB */
}

static u32 level_index(u64 ipa, u32 level)
{
	u32 index = (u32)(ipa >> (39 - 9 * level));

	return level == 1 ? index & 0x3ff : index & 0x1ff;
}

static bool is_table(u64 desc)
{
	return (desc & (DESC_VALID | DESC_TABLE)) == (DESC_VALID | DESC_TABLE);
}

static u64 *table_of(u64 desc)
{
	return (u64 *)(desc & DESC_ADDR);
}

int stage2_init(struct stage2 *s2, u32 vmid, u32 limit)
{
	s2->root = page_alloc(ROOT_PAGES);
	if (!s2->root)
		return -ENOMEM;
	s2->vmid = vmid;
	s2->pages = ROOT_PAGES;
	s2->limit = limit;
	return 0;
}

/* The entry of `ipa` at `level`, with tables made on the way; NULL: none left. */
static u64 *slot_alloc(struct stage2 *s2, u64 ipa, u32 level)
{
	u64 *slot = &s2->root[level_index(ipa, 1)];
	u64 *table;
	u32 n;

	for (n = 1; n < level; n++) {
		if (!(*slot & DESC_VALID)) {
			if (s2->pages >= s2->limit)
				return NULL;
			table = page_alloc(1);
			if (!table)
				return NULL;
			s2->pages++;
			/* The walker must not see the link before the zeroes. */
			dsb_ishst();
			WRITE_ONCE(*slot, (u64)table | DESC_TABLE | DESC_VALID);
		}
		slot = &table_of(*slot)[level_index(ipa, n + 1)];
	}
	return slot;
}

/* The last valid entry on the way to `ipa`, or the invalid one; and its level. */
static u64 *slot_find(const struct stage2 *s2, u64 ipa, u32 *level)
{
	u64 *slot = &s2->root[level_index(ipa, 1)];

	for (*level = 1; *level < 3 && is_table(*slot); ++*level)
		slot = &table_of(*slot)[level_index(ipa, *level + 1)];
	return slot;
}

/*
 * The largest block that fits here: the first level whose size divides both
 * addresses and where no finer table stands already. 0: something is mapped.
 */
static u32 pick_level(const struct stage2 *s2, u64 ipa, u64 pa, u64 left,
		      enum stage2_type type)
{
	u32 level, found;
	u64 *slot = slot_find(s2, ipa, &found);

	if (*slot & DESC_VALID)
		return 0;
	for (level = MAX(found, type == STAGE2_DEVICE_PAGES ? 3U : 1U);
	     level < 3; level++) {
		if (IS_ALIGNED(ipa | pa, level_size(level)) &&
		    left >= level_size(level))
			break;
	}
	return level;
}

static const u64 leaf_attrs[] = {
	[STAGE2_RAM] = DESC_RW | DESC_NORMAL_WB,
	[STAGE2_SHARED] = DESC_RW | DESC_NORMAL_WB | DESC_XN,
	[STAGE2_REGISTERS] = DESC_R | DESC_NORMAL_WB | DESC_XN,
	[STAGE2_DEVICE] = DESC_RW | DESC_DEVICE | DESC_XN,
	[STAGE2_DEVICE_PAGES] = DESC_RW | DESC_DEVICE | DESC_XN,
};

static u64 leaf(u64 pa, u32 level, enum stage2_type type)
{
	u64 desc = pa | DESC_VALID | DESC_AF | DESC_SH_INNER | leaf_attrs[type];

	return level == 3 ? desc | DESC_TABLE : desc;
}

int stage2_map(struct stage2 *s2, u64 ipa, u64 pa, u64 size,
	       enum stage2_type type)
{
	u64 done;
	u32 level;

	if (!size || !IS_ALIGNED(ipa | pa | size, PAGE_SIZE) ||
	    !range_ok(ipa, size, 0, BIT(IPA_BITS)) ||
	    !range_ok(pa, size, 0, BIT(IPA_BITS)))
		return -EINVAL;

	/* Prepare: may fail. An empty table that stays behind maps nothing. */
	for (done = 0; done < size; done += level_size(level)) {
		level = pick_level(s2, ipa + done, pa + done, size - done, type);
		if (!level)
			return -EEXIST;
		if (!slot_alloc(s2, ipa + done, level))
			return -ENOMEM;
	}

	/* Commit: the same steps over tables that are all there. */
	for (done = 0; done < size; done += level_size(level)) {
		level = pick_level(s2, ipa + done, pa + done, size - done, type);
		WRITE_ONCE(*slot_alloc(s2, ipa + done, level),
			   leaf(pa + done, level, type));
	}
	dsb_ishst();
	isb();
	return 0;
}

int stage2_unmap(struct stage2 *s2, u64 ipa, u64 size)
{
	u64 at, step;
	u32 level;
	u64 *slot;

	if (!size || !IS_ALIGNED(ipa | size, PAGE_SIZE) ||
	    !range_ok(ipa, size, 0, BIT(IPA_BITS)))
		return -EINVAL;

	for (at = ipa; at < ipa + size; at = ALIGN_DOWN(at, step) + step) {
		slot = slot_find(s2, at, &level);
		step = level_size(level);
		if ((*slot & DESC_VALID) &&
		    !range_ok(ALIGN_DOWN(at, step), step, ipa, size))
			return -EINVAL;
	}
	for (at = ipa; at < ipa + size; at = ALIGN_DOWN(at, step) + step) {
		slot = slot_find(s2, at, &level);
		step = level_size(level);
		WRITE_ONCE(*slot, 0);
	}
	tlb_flush_vmid(stage2_vttbr(s2));
	return 0;
}

u64 stage2_lookup(const struct stage2 *s2, u64 ipa, u64 *pa)
{
	u32 level;
	u64 desc;

	if (ipa >= BIT(IPA_BITS))
		return 0;
	desc = READ_ONCE(*slot_find(s2, ipa, &level));
	if (!(desc & DESC_VALID))
		return 0;
	*pa = (desc & DESC_ADDR) | (ipa & (level_size(level) - 1));
	return desc;
}

static void free_tables(u64 *table, u32 entries, u32 level)
{
	u32 n;

	for (n = 0; n < entries; n++) {
		if (level == 3 || !is_table(table[n]))
			continue;
		free_tables(table_of(table[n]), 512, level + 1);
		page_free(table_of(table[n]), 1);
	}
}

void stage2_destroy(struct stage2 *s2)
{
	if (!s2->root)
		return;
	tlb_flush_vmid(stage2_vttbr(s2));
	free_tables(s2->root, 1024, 1);
	page_free(s2->root, ROOT_PAGES);
	s2->root = NULL;
	s2->pages = 0;
}

u64 stage2_vttbr(const struct stage2 *s2)
{
	return (u64)s2->vmid << 48 | (u64)s2->root;
}
