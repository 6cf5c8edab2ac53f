/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Before a guest in C with two CPUs, in 16 MiB at 0x80000000: stacks at its end,
 * exceptions counted in TPIDR_EL1 and stepped over. Power off if bare_main() returned
 * 0; n makes it a crash at address n << 12, which tells what went wrong.
 */
#include "head.inc"

	.balign 0x800
vectors:
	.rept 16
	.balign 0x80
	stp	x0, x1, [sp, #-16]!
	mrs	x0, tpidr_el1
	add	x0, x0, #1
	msr	tpidr_el1, x0
	mrs	x0, elr_el1
	add	x0, x0, #4
	msr	elr_el1, x0
	ldp	x0, x1, [sp], #16
	eret
	.endr

main:
	ldr	x0, =0x81000000
	mov	sp, x0
	adr	x0, vectors
	msr	vbar_el1, x0
	msr	tpidr_el1, xzr
	isb
	bl	bare_main
	cbnz	w0, 1f
	power_off
1:	lsl	x0, x0, #12
	msr	vbar_el1, x0
	isb
	br	x0

/* int second_on(void): start the second CPU in bare_second(); 0 if it did. */
	.globl	second_on
second_on:
	ldr	w0, =0xc4000003
	mov	x1, #1
	adr	x2, second
	mov	x3, #0
	smc	#0
	ret

second:
	ldr	x0, =0x80f00000
	mov	sp, x0
	adr	x0, vectors
	msr	vbar_el1, x0
	msr	tpidr_el1, xzr
	isb
	bl	bare_second
1:	wfi
	b	1b
