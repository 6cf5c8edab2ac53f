/* SPDX-License-Identifier: GPL-2.0-only */
/* What EL2 asks of a device tree beyond libfdt's own calls. */
#ifndef EL2_FDT_UTIL_H
#define EL2_FDT_UTIL_H

#include <el2/util.h>

/**
 * fdt_reg() - the nth {address, size} of a node, two cells each
 *
 * Return: false if there is none of that shape.
 */
bool fdt_reg(const void *fdt, int node, u32 n, u64 *base, u64 *size);

/**
 * fdt_mvm_edit() - turn the machine's device tree into the MVM's
 * @fdt: writable, with room to grow
 * @mvm_base, @mvm_size: its memory
 * @initrd, @initrd_size: 0: none
 * @bootargs: of its kernel
 *
 * Return: 0, or libfdt's error.
 */
int fdt_mvm_edit(void *fdt, u64 mvm_base, u64 mvm_size, u64 initrd,
		 u64 initrd_size, const char *bootargs);

#endif /* EL2_FDT_UTIL_H */
