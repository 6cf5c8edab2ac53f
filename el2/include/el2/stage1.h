/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's own address space. */
#ifndef EL2_STAGE1_H
#define EL2_STAGE1_H

#include <el2/util.h>

/**
 * stage1_init() - tables for the first GiB of RAM and the devices; MMU off
 */
void stage1_init(void);

/**
 * stage1_map_ram() - all the RAM there is, by whole GiB
 */
void stage1_map_ram(u64 base, u64 size);

#endif /* EL2_STAGE1_H */
