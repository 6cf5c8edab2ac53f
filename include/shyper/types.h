/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fixed-width types for the headers that shyper.ko, the EL2 monitor and the
 * host tests share. In the kernel they are the kernel's own.
 */
#ifndef SHYPER_TYPES_H
#define SHYPER_TYPES_H

#ifdef __KERNEL__

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

#else /* !__KERNEL__ */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* Both sides of this ABI are little-endian. */
typedef u16 __le16;
typedef u32 __le32;
typedef u64 __le64;

#ifndef static_assert
#define static_assert _Static_assert
#endif

#endif /* __KERNEL__ */

#endif /* SHYPER_TYPES_H */
