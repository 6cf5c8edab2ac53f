/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way into a guest and back. guest_enter() looks like a function call: it
 * returns when the guest is stopped by something that EL2 has to answer.
 */
#include <asm-offsets.h>
#include <el2/sysreg.h>

/* An exception of EL2 itself: nothing a guest does leads here. */
.macro el2_broken kind
	.balign 0x80
	mov	x0, #\kind
	mrs	x1, esr_el2
	mrs	x2, elr_el2
	mrs	x3, far_el2
	b	exception_el2
.endm

/* The guest stopped: keep x0, x1 on the stack, the kind in x0. */
.macro guest_stopped kind
	.balign 0x80
	stp	x0, x1, [sp, #-16]!
	mov	x0, #\kind
	b	guest_exit
.endm

	.text
	.balign 0x800
	.globl vectors
vectors:
	el2_broken 0
	el2_broken 1
	el2_broken 2
	el2_broken 3
	el2_broken 4
	el2_broken 5
	el2_broken 6
	el2_broken 7
	guest_stopped GUEST_EXIT_SYNC
	guest_stopped GUEST_EXIT_IRQ
	guest_stopped GUEST_EXIT_FIQ
	guest_stopped GUEST_EXIT_SERROR
	/* AArch32 at EL0 */
	guest_stopped GUEST_EXIT_SYNC
	guest_stopped GUEST_EXIT_IRQ
	guest_stopped GUEST_EXIT_FIQ
	guest_stopped GUEST_EXIT_SERROR

/* u32 guest_enter(struct guest_regs *regs) */
	.balign 64
	.globl guest_enter
guest_enter:
	stp	x29, x30, [sp, #-112]!
	stp	x27, x28, [sp, #16]
	stp	x25, x26, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x21, x22, [sp, #64]
	stp	x19, x20, [sp, #80]
	str	x0, [sp, #96]

	ldp	x2, x3, [x0, #REGS_PC]		/* pc, pstate */
	msr	elr_el2, x2
	msr	spsr_el2, x3
	ldp	x2, x3, [x0, #(REGS_X + 16)]
	ldp	x4, x5, [x0, #(REGS_X + 32)]
	ldp	x6, x7, [x0, #(REGS_X + 48)]
	ldp	x8, x9, [x0, #(REGS_X + 64)]
	ldp	x10, x11, [x0, #(REGS_X + 80)]
	ldp	x12, x13, [x0, #(REGS_X + 96)]
	ldp	x14, x15, [x0, #(REGS_X + 112)]
	ldp	x16, x17, [x0, #(REGS_X + 128)]
	ldp	x18, x19, [x0, #(REGS_X + 144)]
	ldp	x20, x21, [x0, #(REGS_X + 160)]
	ldp	x22, x23, [x0, #(REGS_X + 176)]
	ldp	x24, x25, [x0, #(REGS_X + 192)]
	ldp	x26, x27, [x0, #(REGS_X + 208)]
	ldp	x28, x29, [x0, #(REGS_X + 224)]
	ldr	x30, [x0, #(REGS_X + 240)]
	ldp	x0, x1, [x0, #REGS_X]
	eret
	/* No speculation past the return (Arm CVE-2020-13844 note). */
	dsb	nsh
	isb

guest_exit:
	ldr	x1, [sp, #(16 + 96)]		/* guest_enter()'s argument */
	stp	x2, x3, [x1, #(REGS_X + 16)]
	ldp	x2, x3, [sp], #16		/* guest's x0, x1 */
	stp	x2, x3, [x1, #REGS_X]
	stp	x4, x5, [x1, #(REGS_X + 32)]
	stp	x6, x7, [x1, #(REGS_X + 48)]
	stp	x8, x9, [x1, #(REGS_X + 64)]
	stp	x10, x11, [x1, #(REGS_X + 80)]
	stp	x12, x13, [x1, #(REGS_X + 96)]
	stp	x14, x15, [x1, #(REGS_X + 112)]
	stp	x16, x17, [x1, #(REGS_X + 128)]
	stp	x18, x19, [x1, #(REGS_X + 144)]
	stp	x20, x21, [x1, #(REGS_X + 160)]
	stp	x22, x23, [x1, #(REGS_X + 176)]
	stp	x24, x25, [x1, #(REGS_X + 192)]
	stp	x26, x27, [x1, #(REGS_X + 208)]
	stp	x28, x29, [x1, #(REGS_X + 224)]
	str	x30, [x1, #(REGS_X + 240)]
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [x1, #REGS_PC]

	ldp	x19, x20, [sp, #80]
	ldp	x21, x22, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #32]
	ldp	x27, x28, [sp, #16]
	ldp	x29, x30, [sp], #112
	ret
