/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What code of the module needs on the host, which is little-endian: types and byte
 * order. Before headers of the system's linux/.
 */
#ifndef UNIT_KERNEL_H
#define UNIT_KERNEL_H

#include <shyper/types.h>

/* The system's types of these names are others than shyper/types.h's. */
#define __le16	system_le16
#define __le32	system_le32
#define __le64	system_le64
#include <linux/types.h>
#undef __le16
#undef __le32
#undef __le64

#define le16_to_cpu(v)	((u16)(v))
#define le32_to_cpu(v)	((u32)(v))
#define le64_to_cpu(v)	((u64)(v))
#define cpu_to_le16(v)	((__le16)(v))
#define cpu_to_le32(v)	((__le32)(v))

#endif /* UNIT_KERNEL_H */
