// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: table pages, and the guest pool. Both are bitmaps, and both are
 * rarely asked.
 *
 * Lock: pool_lock, for both. Scrubbing is done outside it, by the one who is
 * about to own the memory.
 */
#include <el2/cache.h>
#include <el2/pool.h>
#include <el2/spinlock.h>
#include <el2/string.h>

#define PAGES_MAX	8192			/* 32 MiB */
#define GRANULES_MAX	32768			/* 64 GiB */

static struct spinlock pool_lock;
static u8 *pages_base;
static u32 pages_count, pages_used;
static u64 pages_map[PAGES_MAX / 64];

static u64 guest_base;
static u32 granules, granules_used;
static u64 granule_map[GRANULES_MAX / 64];

static bool map_test(const u64 *map, u32 n)
{
	return map[n / 64] >> (n % 64) & 1;
}

static void map_assign(u64 *map, u32 first, u32 count, bool used)
{
	u32 n;

	for (n = first; n < first + count; n++) {
		if (used)
			map[n / 64] |= BIT(n % 64);
		else
			map[n / 64] &= ~BIT(n % 64);
	}
}

/* First run of `count` clear bits that begins at a multiple of `align`. */
static u32 map_find(const u64 *map, u32 size, u32 count, u32 align)
{
	u32 first, n;

	for (first = 0; first < size && count <= size - first; first += align) {
		for (n = 0; n < count && !map_test(map, first + n); n++)
			;
		if (n == count)
			return first;
	}
	return size;
}

void pages_init(void *base, u64 size)
{
	pages_base = (u8 *)ALIGN_UP((u64)base, 2 * PAGE_SIZE);
	pages_count = (u32)MIN(((u64)base + size - (u64)pages_base) / PAGE_SIZE,
			       (u64)PAGES_MAX);
	pages_used = 0;
	memset(pages_map, 0, sizeof(pages_map));
}

void *page_alloc(u32 count)
{
	void *page = NULL;
	u32 first;

	spin_lock(&pool_lock);
	first = map_find(pages_map, pages_count, count, count);
	if (first < pages_count) {
		map_assign(pages_map, first, count, true);
		pages_used += count;
		page = pages_base + first * PAGE_SIZE;
	}
	spin_unlock(&pool_lock);
	if (page)
		memset(page, 0, count * PAGE_SIZE);
	return page;
}

void page_free(void *page, u32 count)
{
	u32 first = (u32)(((u8 *)page - pages_base) / PAGE_SIZE);

	spin_lock(&pool_lock);
	map_assign(pages_map, first, count, false);
	pages_used -= count;
	spin_unlock(&pool_lock);
}

u64 pages_total(void)
{
	return pages_count;
}

u64 pages_left(void)
{
	return pages_count - READ_ONCE(pages_used);
}

void pool_init(u64 base, u64 size)
{
	u64 end = ALIGN_DOWN(base + size, SZ_2M);

	guest_base = ALIGN_UP(base, SZ_2M);
	granules = guest_base < end ?
		   (u32)MIN((end - guest_base) / SZ_2M, (u64)GRANULES_MAX) : 0;
	granules_used = 0;
	memset(granule_map, 0, sizeof(granule_map));
}

u64 pool_alloc(u64 size)
{
	u32 count, first;
	u64 pa = 0;

	if (!size || size > pool_size())
		return 0;
	count = (u32)(ALIGN_UP(size, SZ_2M) / SZ_2M);
	spin_lock(&pool_lock);
	first = map_find(granule_map, granules, count, 1);
	if (first < granules) {
		map_assign(granule_map, first, count, true);
		granules_used += count;
		pa = guest_base + first * SZ_2M;
	}
	spin_unlock(&pool_lock);
	/* Whatever an earlier owner, or the firmware, left there. */
	if (pa) {
		memset((void *)pa, 0, count * SZ_2M);
		cache_clean_inval((void *)pa, (void *)(pa + count * SZ_2M));
	}
	return pa;
}

void pool_free(u64 pa, u64 size)
{
	u32 first = (u32)((pa - guest_base) / SZ_2M);
	u32 count = (u32)(ALIGN_UP(size, SZ_2M) / SZ_2M);

	spin_lock(&pool_lock);
	map_assign(granule_map, first, count, false);
	granules_used -= count;
	spin_unlock(&pool_lock);
}

u64 pool_base(void)
{
	return guest_base;
}

u64 pool_size(void)
{
	return granules * SZ_2M;
}

u64 pool_left(void)
{
	return (granules - READ_ONCE(granules_used)) * SZ_2M;
}
