/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before direct.c: vectors that count exceptions in x20 and go on behind the
 * instruction, or at x21 if that is not 0; a stack for each of two vCPUs.
 */
#include "head.inc"

	.balign 0x800
vectors:
	.rept 16
	.balign 0x80
	add	x20, x20, #1
	mrs	x22, elr_el1
	add	x22, x22, #4
	cmp	x21, #0
	csel	x22, x21, x22, ne
	msr	elr_el1, x22
	eret
	.endr

main:
	ldr	x0, =0x80d00000
	mov	x19, #0
	b	1f
	.globl second_entry
second_entry:
	ldr	x0, =0x80c00000
	mov	x19, #1
1:	mov	sp, x0
	mov	x21, #0
	adr	x0, vectors
	msr	vbar_el1, x0
	mov	x0, #(3 << 20)
	msr	cpacr_el1, x0
	isb
	cbnz	x19, 2f
	bl	bare_main
	cbnz	w0, 3f
	power_off
2:	bl	second_main
	ldr	w0, =0x84000002		/* CPU_OFF */
	smc	#0
	b	.
3:	reset
