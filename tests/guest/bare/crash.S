/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jumps out of its memory, with vectors that are not memory either: it cannot be
 * given its abort, and EL2 ends it.
 */
#include "head.inc"

main:
	mov	x0, #0x10000000
	br	x0
