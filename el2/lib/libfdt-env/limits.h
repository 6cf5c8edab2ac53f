/* SPDX-License-Identifier: GPL-2.0-only */
/* What libfdt wants of the C library. */
#ifndef LIBFDT_ENV_LIMITS_H
#define LIBFDT_ENV_LIMITS_H

#define INT_MAX		__INT_MAX__
#define UINT_MAX	(__INT_MAX__ * 2U + 1)

#endif /* LIBFDT_ENV_LIMITS_H */
