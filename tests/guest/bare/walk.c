// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stores to a register page, through tables that another vCPU makes bad meanwhile:
 * a level of them is where no memory is, and who walks there gets an external
 * abort. EL2 looks a store's address up in these tables, and must bear that.
 */
#include "direct.h"
#include "walk.h"

/* Behind the first vCPU's stack. */
#define L1		0x80d01000UL
#define L2		0x80d02000UL
#define L3		0x80d03000UL

#define ENTRY_TABLE	3UL
#define ENTRY_BLOCK	1UL
#define ENTRY_PAGE	3UL
#define ENTRY_AF	(1UL << 10)
#define ENTRY_XN	(1UL << 54)
#define ATTR(n)		((unsigned long)(n) << 2)
#define MAIR		0x4400UL	/* 0: device, 1: uncached */
/* 39 bits from the first level on, uncached walks, nothing in the upper half. */
#define TCR		(25UL | 1UL << 23 | 2UL << 32)

static volatile unsigned long *table(unsigned long at)
{
	return (volatile unsigned long *)at;
}

static volatile unsigned long *regs_entry(void)
{
	return &table(L2)[REGS >> 21];
}

static void pause(unsigned int n)
{
	while (n--)
		__asm__ volatile("nop");
}

void walk_spoil(volatile unsigned int *end)
{
	unsigned int n = 0;

	while (!*end) {
		*regs_entry() = WALK_HOLE | ENTRY_TABLE;
		__asm__ volatile("dsb sy");
		pause(n++ % 64);
		*regs_entry() = L3 | ENTRY_TABLE;
		__asm__ volatile("dsb sy");
		pause(n * 7 % 64);
	}
}

void walk_begin(void)
{
	unsigned long n, sctlr;

	for (n = 0; n < 512; n++) {
		table(L1)[n] = 0;
		table(L2)[n] = n << 21 | ENTRY_XN | ENTRY_AF | ENTRY_BLOCK;
		table(L3)[n] = (REGS + (n << 12)) | ENTRY_XN | ENTRY_AF | ENTRY_PAGE;
	}
	table(L1)[0] = L2 | ENTRY_TABLE;
	table(L1)[GUEST_RAM >> 30] = GUEST_RAM | ATTR(1) | ENTRY_AF | ENTRY_BLOCK;
	*regs_entry() = L3 | ENTRY_TABLE;
	__asm__ volatile("dsb sy\n\tmsr mair_el1, %1\n\tmsr tcr_el1, %2\n\t"
			 "msr ttbr0_el1, %3\n\tisb\n\ttlbi vmalle1\n\tdsb sy\n\tisb\n\t"
			 "mrs %0, sctlr_el1\n\torr %0, %0, #1\n\tmsr sctlr_el1, %0\n\t"
			 "isb" : "=&r"(sctlr) : "r"(MAIR), "r"(TCR), "r"(L1) : "memory");
}

void walk_end(void)
{
	unsigned long sctlr;

	__asm__ volatile("mrs %0, sctlr_el1\n\tbic %0, %0, #1\n\tmsr sctlr_el1, %0\n\t"
			 "isb\n\ttlbi vmalle1\n\tdsb sy\n\tisb" : "=&r"(sctlr) : :
			 "memory");
}
