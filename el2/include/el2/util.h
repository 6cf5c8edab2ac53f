/* SPDX-License-Identifier: GPL-2.0-only */
/* Small helpers that every part of EL2 uses. */
#ifndef EL2_UTIL_H
#define EL2_UTIL_H

#include <shyper/types.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BIT(n)		((u64)1 << (n))
/* Bits h down to l, both included. */
#define GENMASK(h, l)	((~(u64)0 >> (63 - (h))) & (~(u64)0 << (l)))
#define FIELD(v, h, l)	(((v) & GENMASK(h, l)) >> (l))
#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define MAX(a, b)	((a) > (b) ? (a) : (b))
/* a is a power of two. */
#define ALIGN_UP(x, a)	(((x) + (a) - 1) & ~((u64)(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((u64)(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((u64)(a) - 1)) == 0)
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))

#define PAGE_SHIFT	12
#define PAGE_SIZE	4096UL
#define SZ_64K		0x10000UL
#define SZ_2M		0x200000UL
#define SZ_1G		0x40000000UL

#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __noreturn	__attribute__((noreturn))
#define __printf(f, a)	__attribute__((format(printf, f, a)))
#define __weak		__attribute__((weak))
#ifndef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#endif
#define __noinline	__attribute__((noinline))

/* A field that another CPU, or a guest, may change at any time. */
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

/**
 * range_ok() - whether [start, start + len) is inside [base, base + size)
 *
 * No sum is formed that could wrap; a len of 0 at the end is inside.
 */
static inline bool range_ok(u64 start, u64 len, u64 base, u64 size)
{
	return start >= base && start - base <= size &&
	       len <= size - (start - base);
}

/**
 * range_overlaps() - whether two ranges, neither of which wraps, share a byte
 */
static inline bool range_overlaps(u64 a, u64 alen, u64 b, u64 blen)
{
	return alen && blen && a < b + blen && b < a + alen;
}

#endif /* EL2_UTIL_H */
