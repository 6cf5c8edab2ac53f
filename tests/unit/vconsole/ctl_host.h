/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/vconsole_ctl.c needs on the host, which is little-endian. */
#ifndef CTL_HOST_H
#define CTL_HOST_H

#include <string.h>

#define le16_to_cpu(v)	((u16)(v))
#define le32_to_cpu(v)	((u32)(v))
#define cpu_to_le16(v)	((__le16)(v))
#define cpu_to_le32(v)	((__le32)(v))

static inline u32 min(u32 a, u32 b)
{
	return a < b ? a : b;
}

#endif /* CTL_HOST_H */
