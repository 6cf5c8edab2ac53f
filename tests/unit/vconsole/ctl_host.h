/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/vconsole_ctl.c needs on the host, which is little-endian. */
#ifndef CTL_HOST_H
#define CTL_HOST_H

#include <string.h>

#include "kernel.h"

static inline u32 min(u32 a, u32 b)
{
	return a < b ? a : b;
}

#endif /* CTL_HOST_H */
