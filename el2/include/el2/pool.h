/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory: table pages out of EL2's own region, and the guest pool, handed out
 * in 2 MiB granules, first fit. Both compile on the host too.
 */
#ifndef EL2_POOL_H
#define EL2_POOL_H

#include <el2/util.h>

/**
 * pages_init() - give [base, base + size) to the page allocator
 */
void pages_init(void *base, u64 size);

/**
 * page_alloc() - zeroed, aligned pages of EL2's own
 * @count: 1, or 2 for an 8 KiB aligned pair
 *
 * Return: NULL if there are none.
 */
void *page_alloc(u32 count);
void page_free(void *page, u32 count);
u64 pages_total(void);
u64 pages_left(void);

/**
 * pool_init() - what guests' memory is taken from; 2 MiB aligned inside
 */
void pool_init(u64 base, u64 size);

/**
 * pool_alloc() - scrubbed memory for a guest
 * @size: bytes; rounded up to whole 2 MiB
 *
 * Return: physical address, 2 MiB aligned; 0 if no gap is large enough.
 */
u64 pool_alloc(u64 size);

/**
 * pool_free() - take memory back; it is scrubbed when it is given out again
 */
void pool_free(u64 pa, u64 size);
u64 pool_base(void);
u64 pool_size(void);
u64 pool_left(void);

#endif /* EL2_POOL_H */
