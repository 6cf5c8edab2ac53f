/* SPDX-License-Identifier: GPL-2.0-only */
/* What EL2 can say of itself. */
#ifndef EL2_BUILD_H
#define EL2_BUILD_H

#include <el2/util.h>

extern const char build_name[];
/* Ticks from EL2's first instruction to the MVM's; core/main.c. */
extern u64 build_boot_ticks;

/* Bytes of the image, its stacks and tables included. */
u64 build_image_size(void);

#endif /* EL2_BUILD_H */
