/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way into a guest and back. While the guest runs, SP_EL2 points to its struct
 * guest_regs; an exit is answered by exit.c's functions on EL2's stack, and the guest
 * goes on from here, until they say that it is to stop: then guest_enter() returns.
 */
#include <asm-offsets.h>
#include <el2/sysreg.h>

/* An exception of EL2 itself: nothing a guest does leads here, but to guest_at()'s. */
.macro el2_broken kind
	.balign 0x80
	el2_panic \kind
.endm

.macro el2_panic kind
	mov	x0, #\kind
	mrs	x1, esr_el2
	mrs	x2, elr_el2
	mrs	x3, far_el2
	b	exception_el2
.endm

/*
 * The guest stopped: SP is its struct guest_regs. The handler is a function of C, so
 * it keeps x19 to x29, which nobody needs but exit_slow().
 */
.macro guest_stopped handler
	.balign 0x80
	stp	x0, x1, [sp, #REGS_X]
	stp	x2, x3, [sp, #(REGS_X + 16)]
	stp	x4, x5, [sp, #(REGS_X + 32)]
	stp	x6, x7, [sp, #(REGS_X + 48)]
	stp	x8, x9, [sp, #(REGS_X + 64)]
	stp	x10, x11, [sp, #(REGS_X + 80)]
	stp	x12, x13, [sp, #(REGS_X + 96)]
	stp	x14, x15, [sp, #(REGS_X + 112)]
	stp	x16, x17, [sp, #(REGS_X + 128)]
	stp	x18, x19, [sp, #(REGS_X + 144)]
	str	x30, [sp, #(REGS_X + 240)]
	mov	x0, sp
	ldr	x1, [x0, #REGS_HOST_SP]
	mov	sp, x1
	bl	\handler
	b	guest_resume
.endm

	.text
	.balign 0x800
	.globl vectors
vectors:
	el2_broken 0
	el2_broken 1
	el2_broken 2
	el2_broken 3
	/* Synchronous, on EL2's stack: what took it, if it is a data abort? */
	.balign 0x80
	mrs	x4, esr_el2
	ubfx	x4, x4, #ESR_EC_SHIFT, #6
	cmp	x4, #ESR_EC_DABT_SAME
	b.ne	1f
	mrs	x4, elr_el2
	ldr	w5, [x4]
	ldr	w6, guest_at_insn
	cmp	w5, w6
	b.eq	guest_at_failed
1:	el2_panic 4
	el2_broken 5
	el2_broken 6
	el2_broken 7
	guest_stopped exit_sync
	guest_stopped exit_irq
	guest_stopped exit_irq
	guest_stopped exit_serror
	/* AArch32 at EL0 */
	guest_stopped exit_sync
	guest_stopped exit_irq
	guest_stopped exit_irq
	guest_stopped exit_serror

/*
 * The one instruction of EL2's that may take an exception: exit.c's guest_at(), which
 * has what belongs into these registers in x0 to x3. It goes on behind its MRS.
 */
	.balign 64
guest_at_failed:
	msr	far_el2, x0
	msr	esr_el2, x1
	msr	elr_el2, x2
	msr	spsr_el2, x3
	mov	x0, #1			/* PAR_EL1.F */
	add	x4, x4, #12
	br	x4
guest_at_insn:
	at	s1e1r, x0

/* void guest_enter(struct guest_regs *regs) */
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
	mov	x2, sp
	str	x2, [x0, #REGS_HOST_SP]
	mov	sp, x0
	ldp	x2, x3, [sp, #REGS_PC]		/* pc, pstate */
	msr	elr_el2, x2
	msr	spsr_el2, x3

	ldp	x28, x29, [sp, #(REGS_X + 224)]
	ldp	x26, x27, [sp, #(REGS_X + 208)]
	ldp	x24, x25, [sp, #(REGS_X + 192)]
	ldp	x22, x23, [sp, #(REGS_X + 176)]
	ldp	x20, x21, [sp, #(REGS_X + 160)]
	b	resume

	/* An enum guest_resume in w0; at [sp, #96] is guest_enter()'s argument. */
guest_resume:
	ldr	x1, [sp, #96]
	cmp	w0, #GUEST_RESUME
	mov	sp, x1
	b.ne	1f
resume:
	ldp	x2, x3, [sp, #(REGS_X + 16)]
	ldp	x4, x5, [sp, #(REGS_X + 32)]
	ldp	x6, x7, [sp, #(REGS_X + 48)]
	ldp	x8, x9, [sp, #(REGS_X + 64)]
	ldp	x10, x11, [sp, #(REGS_X + 80)]
	ldp	x12, x13, [sp, #(REGS_X + 96)]
	ldp	x14, x15, [sp, #(REGS_X + 112)]
	ldp	x16, x17, [sp, #(REGS_X + 128)]
	ldp	x18, x19, [sp, #(REGS_X + 144)]
	ldr	x30, [sp, #(REGS_X + 240)]
	ldp	x0, x1, [sp, #REGS_X]
	eret
	/* No speculation past the return (Arm CVE-2020-13844 note). */
	dsb	nsh
	isb

1:	cmp	w0, #GUEST_SLOW
	ldr	x1, [sp, #REGS_HOST_SP]
	b.ne	leave
	stp	x20, x21, [sp, #(REGS_X + 160)]
	stp	x22, x23, [sp, #(REGS_X + 176)]
	stp	x24, x25, [sp, #(REGS_X + 192)]
	stp	x26, x27, [sp, #(REGS_X + 208)]
	stp	x28, x29, [sp, #(REGS_X + 224)]
	mov	x0, sp
	mov	sp, x1
	bl	exit_slow
	ldr	x1, [sp, #96]
	cmp	w0, #GUEST_RESUME
	b.ne	2f
	mov	sp, x1
	ldp	x20, x21, [sp, #(REGS_X + 160)]
	ldp	x22, x23, [sp, #(REGS_X + 176)]
	ldp	x24, x25, [sp, #(REGS_X + 192)]
	ldp	x26, x27, [sp, #(REGS_X + 208)]
	ldp	x28, x29, [sp, #(REGS_X + 224)]
	b	resume

leave:
	mov	sp, x1
2:	ldp	x19, x20, [sp, #80]
	ldp	x21, x22, [sp, #64]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #32]
	ldp	x27, x28, [sp, #16]
	ldp	x29, x30, [sp], #112
	ret
