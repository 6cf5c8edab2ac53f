/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where EL2 itself lies in physical memory, for C, assembler and the linker
 * script. Boards with their RAM elsewhere change this and core/board.c.
 */
#ifndef EL2_LAYOUT_H
#define EL2_LAYOUT_H

/* Start of RAM, and what EL2 keeps of it: the image, then its page pool. */
#define LAYOUT_RAM_BASE		0x40000000
#define LAYOUT_EL2_SIZE		0x02000000
/* The boot loader puts an Image with text_offset 0 here. */
#define LAYOUT_IMAGE_BASE	0x40200000

#define LAYOUT_MAX_CPUS		8
#define LAYOUT_STACK_SIZE	0x4000

#endif /* EL2_LAYOUT_H */
