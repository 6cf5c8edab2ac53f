/* SPDX-License-Identifier: GPL-2.0-only */
/* What libfdt wants of the C library. */
#include <el2/string.h>
