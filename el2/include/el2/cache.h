/* SPDX-License-Identifier: GPL-2.0-only */
/* Cache maintenance by address: arch/start.S, or a host test's stand-in. */
#ifndef EL2_CACHE_H
#define EL2_CACHE_H

/**
 * cache_clean_inval() - clean and invalidate [start, end) to coherency
 *
 * For memory that a guest first sees with its MMU and caches off.
 */
void cache_clean_inval(const void *start, const void *end);

#endif /* EL2_CACHE_H */
