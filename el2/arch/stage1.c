// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's own translation: identity, 39 bits, one level 1 table. EL2's image is
 * in pages with each part's permissions, all other RAM is in blocks and is
 * never executed. stage1_init() runs with the MMU off.
 */
#include <el2/board.h>
#include <el2/image.h>
#include <el2/layout.h>
#include <el2/log.h>
#include <el2/stage1.h>
#include <el2/sysreg.h>

#define DESC_BLOCK	0x1
#define DESC_TABLE	0x3
#define DESC_PAGE	0x3
#define DESC_ATTR(n)	((u64)(n) << 2)
#define DESC_RO		BIT(7)
#define DESC_SH_INNER	(3 << 8)
#define DESC_AF		BIT(10)
#define DESC_XN		BIT(54)

#define NORMAL	(DESC_AF | DESC_SH_INNER | DESC_ATTR(ATTR_NORMAL))
#define DEVICE	(DESC_AF | DESC_ATTR(ATTR_DEVICE) | DESC_XN)

u64 stage1_root[512] __aligned(4096);
static u64 ram_l2[512] __aligned(4096);
static u64 device_l2[512] __aligned(4096);
static u64 image_l3[512] __aligned(4096);

static u64 image_attrs(u64 addr)
{
	if (addr >= (u64)image_start && addr < (u64)rodata_start)
		return NORMAL | DESC_RO;
	if (addr >= (u64)rodata_start && addr < (u64)data_start)
		return NORMAL | DESC_RO | DESC_XN;
	return NORMAL | DESC_XN;
}

void stage1_init(void)
{
	const struct board_range *range;
	u64 addr;
	u32 n;

	for (n = 0; n < 512; n++) {
		addr = LAYOUT_RAM_BASE + n * SZ_2M;
		ram_l2[n] = addr | NORMAL | DESC_XN | DESC_BLOCK;
		addr = LAYOUT_IMAGE_BASE + n * PAGE_SIZE;
		image_l3[n] = addr | image_attrs(addr) | DESC_PAGE;
	}
	n = (LAYOUT_IMAGE_BASE - LAYOUT_RAM_BASE) / SZ_2M;
	ram_l2[n] = (u64)image_l3 | DESC_TABLE;
	stage1_root[LAYOUT_RAM_BASE / SZ_1G] = (u64)ram_l2 | DESC_TABLE;

	for (range = board.el2_devices; range->size; range++) {
		for (addr = range->base; addr < range->base + range->size;
		     addr += SZ_2M)
			device_l2[addr / SZ_2M] = addr | DEVICE | DESC_BLOCK;
	}
	stage1_root[0] = (u64)device_l2 | DESC_TABLE;
	dsb_sy();
}

void stage1_map_ram(u64 base, u64 size)
{
	u64 addr;

	for (addr = ALIGN_DOWN(base, SZ_1G); addr < base + size; addr += SZ_1G) {
		if (addr / SZ_1G < 512 && !stage1_root[addr / SZ_1G])
			stage1_root[addr / SZ_1G] = addr | NORMAL | DESC_XN |
						    DESC_BLOCK;
	}
	dsb_ishst();
	isb();
}
