/* SPDX-License-Identifier: GPL-2.0-only */
/* What libfdt wants of the C library: strtoul(), which string.h has. */
#include <el2/string.h>
