// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's virt machine (virtualization=on, gic-version=3): its memory map is
 * hw/arm/virt.c's, and stable by that project's promise.
 */
#include <el2/board.h>
#include <shyper/hypercall.h>

static const struct board_range virt_el2_devices[] = {
	{ 0x08000000, 0x02000000 },	/* GIC, UART */
	{ }
};

static const struct board_range virt_mvm_devices[] = {
	{ 0x09000000, 0x1000 },		/* PL011 */
	{ 0x09010000, 0x1000 },		/* PL031 clock */
	{ 0x09020000, 0x1000 },		/* fw-cfg */
	{ 0x09030000, 0x1000 },		/* PL061 GPIO: power button */
	{ 0x0a000000, 0x4000 },		/* 32 virtio-mmio slots */
	{ 0x0c000000, 0x02000000 },	/* platform bus */
	{ }
};

static const struct board_range virt_mvm_windows[] = {
	{ 0x08080000, 0x20000 },	/* ITS: control and translation frames */
	{ 0x10000000, 0x2eff0000 },	/* PCIe, 32-bit */
	{ 0x3eff0000, 0x10000 },	/* PCIe, I/O ports */
	{ 0x3f000000, 0x01000000 },	/* PCIe, configuration (low) */
	{ 0x4010000000, 0x10000000 },	/* PCIe, configuration */
	{ 0x8000000000, 0x8000000000 },	/* PCIe, 64-bit */
	{ }
};

const struct board board = {
	.name = "QEMU virt",
	.uart = 0x09000000,
	.gicd = 0x08000000,
	.gicr = 0x080a0000,
	.gicr_size = 0x00f60000,
	.gits = { 0x08080000, 0x20000 },
	.spis = 256,
	.el2_devices = virt_el2_devices,
	.mvm_devices = virt_mvm_devices,
	.mvm_windows = virt_mvm_windows,
	.hvc_irq = 32 + 0x20,
	.mvm_console_irq = 32 + 144,
	.mvm_net_irq = 32 + 152,
};
static_assert(SHYPER_MVM_CONSOLE_BASE == 0x0b000000 &&
	      SHYPER_MVM_NET_BASE == 0x0b010000,
	      "the MVM's consoles and its port lie in a hole of this map");

bool board_irq_virtual(u32 intid)
{
	return intid == board.hvc_irq || intid == board.mvm_net_irq ||
	       (intid >= board.mvm_console_irq &&
		intid < board.mvm_console_irq + SHYPER_MVM_CONSOLES);
}
