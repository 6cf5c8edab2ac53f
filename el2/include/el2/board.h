/* SPDX-License-Identifier: GPL-2.0-only */
/* A board is data: addresses and interrupt numbers, in core/board.c. */
#ifndef EL2_BOARD_H
#define EL2_BOARD_H

#include <el2/util.h>

struct board_range {
	u64 base;
	u64 size;
};

/**
 * struct board - all that EL2 knows of a machine beyond its device tree
 * @name: for the log
 * @uart: PL011 for EL2's lines, shared with the MVM
 * @gicd: distributor, 64 KiB
 * @gicr: redistributors, a 128 KiB pair of frames per CPU
 * @gicr_size: bytes of the region
 * @gits: interrupt translation service, passed to the MVM; size 0: none
 * @spis: SPIs of the physical distributor
 * @el2_devices: ranges that EL2 maps for itself
 * @mvm_devices: ranges the MVM gets, identity-mapped; zero-terminated
 * @mvm_windows: as @mvm_devices, but never lent to a guest (PCIe, ITS)
 * @hvc_irq: INTID of HVC_IRQ; no device of the MVM uses it
 * @mvm_console_irq: INTID of the MVM's first console end, then one each
 * @mvm_net_irq: INTID of the MVM's port of the network switch
 */
struct board {
	const char *name;
	u64 uart;
	u64 gicd;
	u64 gicr;
	u64 gicr_size;
	struct board_range gits;
	u32 spis;
	const struct board_range *el2_devices;
	const struct board_range *mvm_devices;
	const struct board_range *mvm_windows;
	u32 hvc_irq;
	u32 mvm_console_irq;
	u32 mvm_net_irq;
};

extern const struct board board;

/**
 * board_irq_virtual() - whether an INTID of the MVM's is one that EL2 gives it
 */
bool board_irq_virtual(u32 intid);

#endif /* EL2_BOARD_H */
