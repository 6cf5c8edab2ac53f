/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does what no driver does. Each access that EL2 has to refuse must come back as
 * one exception, each unknown call as an error. Powers off if all was as expected,
 * resets if not. Its memory is at 0x80000000, a virtio console at 0x0a000000.
 */
#include "head.inc"

#define GICD	0x08000000
#define VIRTIO	0x0a000000

/* x20 counts exceptions; each is stepped over. */
	.balign 0x800
vectors:
	.rept 16
	.balign 0x80
	add	x20, x20, #1
	mrs	x21, elr_el1
	add	x21, x21, #4
	msr	elr_el1, x21
	eret
	.endr

/* The next instruction must fault, once. */
.macro faults insn:vararg
	mov	x20, #0
	\insn
	cmp	x20, #1
	b.ne	fail
.endm

.macro works insn:vararg
	mov	x20, #0
	\insn
	cbnz	x20, fail
.endm

main:
	adr	x0, vectors
	msr	vbar_el1, x0
	mov	x0, #(3 << 20)
	msr	cpacr_el1, x0
	isb

	/* Where nothing is: nothing at all, EL2's memory, the MVM's. */
	mov	x1, #0x10000000
	faults	ldr w2, [x1]
	faults	str w2, [x1]
	mov	x1, #0x40200000
	faults	ldr x2, [x1]
	faults	str x2, [x1]
	mov	x1, #0x50000000
	faults	strb w2, [x1]
	mov	x1, #0xfffffff000
	faults	ldr x2, [x1]

	/* Registers, in ways that have no syndrome or make no sense. */
	ldr	x1, =VIRTIO
	works	ldr w2, [x1]
	ldr	w3, =0x74726976
	cmp	w2, w3
	b.ne	fail
	faults	ldp x2, x3, [x1]
	faults	stp x2, x3, [x1]
	faults	ldr q0, [x1]
	faults	st1 {v0.16b}, [x1]
	faults	ldrb w2, [x1]
	faults	ldr w2, [x1, #2]
	add	x3, x1, #0x1fe
	faults	ldr w2, [x3]
	faults	ldr w2, [x1, #0x200]
	faults	ldr w2, [x1, #4]!
	ldr	x1, =VIRTIO
	works	str w2, [x1, #0x50]		/* a queue that is not ready */
	mov	w2, #-1
	works	str w2, [x1, #0x30]		/* QueueSel */
	works	str w2, [x1, #0x44]		/* QueueReady of none */
	works	str w2, [x1, #0x70]		/* Status: everything at once */
	works	str w2, [x1, #0x50]		/* notify queue 2^32 - 1 */
	works	str wzr, [x1, #0x70]

	ldr	x1, =GICD
	works	ldr w2, [x1]
	works	ldr x2, [x1]
	works	strb w2, [x1, #0x420]
	mov	x3, #0x7ffc
	works	str w2, [x1, x3]
	faults	ldr w2, [x1, #2]
	bl	gicd_all

	/* Registers of the CPU that EL2 keeps for itself. */
	faults	mrs x2, pmcr_el0
	faults	msr s3_0_c15_c0_0, x2
	mov	x2, #-1
	works	msr icc_sgi1r_el1, x2
	works	msr icc_asgi1r_el1, x2

	bl	hypercalls
	bl	firmware
	power_off

fail:
	reset

/* All of the distributor: read, write ones, write zeroes. */
gicd_all:
	mov	x3, #0
	mov	x20, #0
1:	add	x4, x1, x3
	ldr	w5, [x4]
	mov	w6, #-1
	str	w6, [x4]
	str	wzr, [x4]
	add	x3, x3, #4
	cmp	x3, #0x10000
	b.lo	1b
	cbnz	x20, fail
	ret

/* Every fid and event, with arguments that are addresses of nothing. */
hypercalls:
	mov	x10, #0
1:	ldr	x0, =0x4242424242424242
	mov	x1, x0
	mov	x2, x0
	mov	x3, x0
	mov	x4, x0
	mov	x5, x0
	mov	x6, x0
	mov	x7, x10
	hvc	#0
	cmn	x0, #1
	b.ne	fail
	add	x10, x10, #1
	cmp	x10, #0x3000
	b.lo	1b
	mov	x7, #-1
	hvc	#0
	cmn	x0, #1
	b.ne	fail
	hvc	#0x1234
	cmn	x0, #1
	b.ne	fail
	ret

/* SMCs that are nobody's, many times, and PSCI's own races and limits. */
firmware:
	mov	x10, #20000
1:	ldr	w0, =0x8400abcd
	add	w0, w0, w10
	smc	#0
	cmn	w0, #1
	b.ne	fail
	subs	x10, x10, #1
	b.ne	1b
	ldr	w0, =0x84000000
	smc	#7
	cmn	w0, #1
	b.ne	fail
	ldr	x0, =0xc4000003		/* CPU_ON of itself */
	mov	x1, #0
	adr	x2, main
	smc	#0
	cmn	x0, #4			/* ALREADY_ON */
	b.ne	fail
	ldr	x0, =0xc4000003
	mov	x1, #1			/* a CPU it does not have */
	smc	#0
	cmn	x0, #2			/* INVALID_PARAMETERS */
	b.ne	fail
	ldr	x0, =0xc4000003
	mov	x1, #0
	mov	x2, #0x10000000		/* outside memory */
	smc	#0
	cmn	x0, #9			/* INVALID_ADDRESS */
	b.ne	fail
	ret
