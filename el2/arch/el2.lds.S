/* SPDX-License-Identifier: GPL-2.0-only */
/* Linker script: text, read-only data and data each on pages of their own. */
#include <el2/layout.h>

OUTPUT_ARCH(aarch64)
ENTRY(image_header)

SECTIONS
{
	. = LAYOUT_IMAGE_BASE;
	image_start = .;
	.text : {
		*(.head.text)
		*(.text .text.*)
	}
	. = ALIGN(4096);
	rodata_start = .;
	.rodata : { *(.rodata .rodata.*) }
	. = ALIGN(4096);
	data_start = .;
	.data : { *(.data .data.*) }
	. = ALIGN(8);
	data_end = .;
	.bss (NOLOAD) : {
		bss_start = .;
		*(.bss .bss.*) *(COMMON)
		. = ALIGN(4096);
		bss_end = .;
	}
	image_end = .;
	image_size = image_end - image_start;

	/* Stage 1 has one table of pages for the image. */
	ASSERT(image_size <= 0x200000, "EL2 image larger than 2 MiB")

	/DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
