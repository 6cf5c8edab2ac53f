/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A real device, passed through: the board's PL031 clock at 0x0b010000, with its
 * interrupt. Two alarms must come, and each be ended by this guest's own EOI.
 * Powers off if so, resets if not.
 */
#include "head.inc"

#define RTC		0x0b010000
#define RTC_DR		0x00
#define RTC_MR		0x04
#define RTC_CR		0x0c
#define RTC_IMSC	0x10
#define RTC_ICR		0x1c
#define RTC_ID0		0xfe0
#define RTC_INTID	34

#define GICD		0x08000000
#define GICD_ISENABLER1	0x104
#define GICD_IPRIORITYR	0x400
#define GICD_IROUTER	0x6000

main:
	ldr	x1, =RTC
	ldr	w2, [x1, #RTC_ID0]
	cmp	w2, #0x31
	b.ne	fail

	ldr	x3, =GICD
	mov	w2, #0x12
	str	w2, [x3]
	mov	x4, #(GICD_IROUTER + 8 * RTC_INTID)
	str	xzr, [x3, x4]
	mov	x4, #(GICD_IPRIORITYR + RTC_INTID)
	mov	w2, #0xa0
	strb	w2, [x3, x4]
	mov	w2, #(1 << (RTC_INTID - 32))
	str	w2, [x3, #GICD_ISENABLER1]
	mov	x2, #0xff
	msr	icc_pmr_el1, x2
	mov	x2, #1
	msr	icc_igrpen1_el1, x2
	isb

	mov	w2, #1
	str	w2, [x1, #RTC_CR]
	bl	alarm
	bl	alarm
	str	wzr, [x1, #RTC_IMSC]
	power_off

fail:
	reset

/* Interrupts stay masked: WFI ends when one is pending. */
alarm:
	ldr	w2, [x1, #RTC_DR]
	add	w2, w2, #1
	str	w2, [x1, #RTC_MR]
	mov	w2, #1
	str	w2, [x1, #RTC_IMSC]
1:	wfi
	mrs	x4, icc_iar1_el1
	cmp	x4, #1023
	b.eq	1b
	cmp	x4, #RTC_INTID
	b.ne	fail
	mov	w2, #1
	str	w2, [x1, #RTC_ICR]
	dsb	sy
	msr	icc_eoir1_el1, x4
	isb
	ret
