/* SPDX-License-Identifier: GPL-2.0-only */
/* The machine's own would have other types for the same names. */
#ifndef HOST_TYPES_H
#define HOST_TYPES_H

#include <shyper/types.h>

typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s32 __s32;

#endif /* HOST_TYPES_H */
