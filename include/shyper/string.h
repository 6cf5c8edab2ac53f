/* SPDX-License-Identifier: GPL-2.0-only */
/* memcpy() and memset() for code that shyper.ko, EL2 and host tests share. */
#ifndef SHYPER_STRING_H
#define SHYPER_STRING_H

#if defined(__KERNEL__)
#include <linux/string.h>
#elif defined(__EL2__)
#include <el2/string.h>
#else
#include <string.h>
#endif

#endif /* SHYPER_STRING_H */
