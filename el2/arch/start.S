/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry of the boot CPU (arm64 Image protocol: MMU off, x0 = device tree) and
 * of the others (PSCI CPU_ON: x0 = their struct cpu).
 */
#include <asm-offsets.h>
#include <el2/layout.h>
#include <el2/sysreg.h>

	.section .head.text, "ax"
	.globl image_header
image_header:
	b	start				/* code0 */
	.long	0				/* code1 */
	.quad	0				/* text_offset */
	.quad	image_size
	.quad	0b0010				/* little-endian, 4 KiB pages */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

start:
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.ne	not_el2
	mrs	x20, cntvct_el0
	mov	x19, x0

	/*
	 * Lines of the image may sit in the cache from the loader; with the MMU
	 * still off we write memory under them.
	 */
	ldr	x0, =bss_start
	ldr	x1, =bss_end
	bl	cache_clean_inval
	ldr	x0, =bss_start
	ldr	x1, =bss_end
1:	cmp	x0, x1
	b.hs	2f
	stp	xzr, xzr, [x0], #16
	b	1b
2:
	ldr	x0, =cpus
	msr	tpidr_el2, x0
	ldr	x1, =boot_stack_top
	mov	sp, x1
	bl	stage1_init
	bl	mmu_on
	mov	x0, x19
	mov	x1, x20
	b	boot_main

not_el2:
	wfi
	b	not_el2

	.globl secondary_start
secondary_start:
	mov	x19, x0
	bl	mmu_on
	msr	tpidr_el2, x19
	ldr	x1, [x19, #CPU_STACK_TOP]
	mov	sp, x1
	b	boot_secondary

/* Turn the MMU and caches on with stage1_init()'s tables. Clobbers x0, x1. */
mmu_on:
	ldr	x0, =vectors
	msr	vbar_el2, x0
	ldr	x0, =MAIR_EL2_VALUE
	msr	mair_el2, x0
	ldr	x0, =TCR_EL2_VALUE
	msr	tcr_el2, x0
	ldr	x0, =stage1_root
	msr	ttbr0_el2, x0
	dsb	sy
	tlbi	alle2
	ic	iallu
	dsb	sy
	isb
	ldr	x0, =(SCTLR_EL2_RES1 | SCTLR_M | SCTLR_C | SCTLR_SA | SCTLR_I | SCTLR_WXN)
	msr	sctlr_el2, x0
	isb
	ret

/* Clean and invalidate [x0, x1) to the point of coherency. Clobbers x0, x2, x3. */
	.globl cache_clean_inval
cache_clean_inval:
	mrs	x2, ctr_el0
	ubfx	x2, x2, #16, #4
	mov	x3, #4
	lsl	x2, x3, x2
	sub	x3, x2, #1
	bic	x0, x0, x3
1:	dc	civac, x0
	add	x0, x0, x2
	cmp	x0, x1
	b.lo	1b
	dsb	sy
	ret

	.bss
	.balign 16
	.globl cpu_stacks
cpu_stacks:
	.skip	LAYOUT_STACK_SIZE
boot_stack_top:
	.skip	LAYOUT_STACK_SIZE * (LAYOUT_MAX_CPUS - 1)
