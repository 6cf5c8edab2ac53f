/* SPDX-License-Identifier: GPL-2.0-only */
/* Where EL2's parts lie: symbols of arch/el2.lds.S and arch/start.S. */
#ifndef EL2_IMAGE_H
#define EL2_IMAGE_H

#include <el2/util.h>

extern const u8 image_start[], rodata_start[], data_start[], image_end[];
/* LAYOUT_STACK_SIZE bytes per CPU. */
extern u8 cpu_stacks[];

#endif /* EL2_IMAGE_H */
