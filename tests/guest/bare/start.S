/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before a guest in C: a stack at the end of its memory (16 MiB at 0x80000000); behind
 * it, power off if it returned 0, else a reset.
 */
#include "head.inc"

main:
	ldr	x0, =0x81000000
	mov	sp, x0
	bl	bare_main
	cbnz	w0, 1f
	power_off
1:	reset
