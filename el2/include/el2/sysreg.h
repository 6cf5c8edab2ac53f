/* SPDX-License-Identifier: GPL-2.0-only */
/* System registers of the CPU: access, and the bits that EL2 sets and tests. */
#ifndef EL2_SYSREG_H
#define EL2_SYSREG_H

#define HCR_VM		(1 << 0)
#define HCR_SWIO	(1 << 1)
#define HCR_FMO		(1 << 3)
#define HCR_IMO		(1 << 4)
#define HCR_AMO		(1 << 5)
#define HCR_VSE		(1 << 8)
#define HCR_TID3	(1 << 18)
#define HCR_TSC		(1 << 19)
#define HCR_TIDCP	(1 << 20)
#define HCR_TACR	(1 << 21)
#define HCR_RW_SHIFT	31
#define HCR_TLOR_SHIFT	35
#define HCR_TERR_SHIFT	36
#define HCR_API_SHIFT	41
#define HCR_APK_SHIFT	40

#define SCTLR_EL2_RES1	0x30c50830
#define SCTLR_M		(1 << 0)
#define SCTLR_C		(1 << 2)
#define SCTLR_SA	(1 << 3)
#define SCTLR_I		(1 << 12)
#define SCTLR_WXN	(1 << 19)
/* EL1 with everything off, little-endian: RES1 bits of Armv8.0. */
#define SCTLR_EL1_RESET	0x30d00800

/* Attribute indices of EL2's own stage 1. */
#define MAIR_EL2_VALUE	0x00000000000004ff	/* 0: write-back, 1: nGnRE */
#define ATTR_NORMAL	0
#define ATTR_DEVICE	1

/* 39-bit addresses, 4 KiB granule, inner shareable write-back walks, 40-bit PA. */
#define TCR_EL2_VALUE	((1 << 31) | (1 << 23) | (2 << 16) | (3 << 12) | \
			 (1 << 10) | (1 << 8) | 25)
/* 40-bit IPA, start at level 1 (two concatenated tables), 40-bit PA. */
#define VTCR_EL2_VALUE	((1 << 31) | (2 << 16) | (3 << 12) | (1 << 10) | \
			 (1 << 8) | (1 << 6) | 24)
#define IPA_BITS	40

#define CPTR_EL2_TRAP	0x33ff		/* RES1 bits; no trap of FP/SIMD */
#define CPTR_EL2_TTA	(1 << 20)

#define SPSR_EL1H	0x5
#define SPSR_DAIF	0x3c0
#define SPSR_M_MASK	0xf
#define SPSR_AARCH32	0x10

/* Exception classes, Arm ARM D24 "ESR_ELx". */
#define ESR_EC_SHIFT		26
#define ESR_IL			(1 << 25)
#define ESR_EC_UNKNOWN		0x00
#define ESR_EC_WFX		0x01
#define ESR_EC_HVC64		0x16
#define ESR_EC_SMC64		0x17
#define ESR_EC_SYSREG		0x18
#define ESR_EC_IABT_LOWER	0x20
#define ESR_EC_IABT_SAME	0x21
#define ESR_EC_DABT_LOWER	0x24
#define ESR_EC_DABT_SAME	0x25
#define ESR_FSC_EXTABT		0x10

#ifndef __ASSEMBLY__

#include <el2/util.h>

#define read_sysreg(reg) \
	({ u64 val_; asm volatile("mrs %0, " #reg : "=r"(val_)); val_; })
#define write_sysreg(val, reg) \
	asm volatile("msr " #reg ", %x0" : : "rZ"((u64)(val)))

static inline void isb(void)
{
	asm volatile("isb" : : : "memory");
}

static inline void dsb_sy(void)
{
	asm volatile("dsb sy" : : : "memory");
}

static inline void dsb_ish(void)
{
	asm volatile("dsb ish" : : : "memory");
}

static inline void dsb_ishst(void)
{
	asm volatile("dsb ishst" : : : "memory");
}

/* Clean the line that holds p to the point of coherency, and wait for it. */
static inline void dc_cvac(const void *p)
{
	asm volatile("dc cvac, %0\n\tdsb sy" : : "r"(p) : "memory");
}

static inline void wfe(void)
{
	asm volatile("wfe" : : : "memory");
}

static inline void wfi(void)
{
	asm volatile("dsb sy\n\twfi" : : : "memory");
}

static inline void sev(void)
{
	asm volatile("dsb ishst\n\tsev" : : : "memory");
}

static inline u8 readb(u64 addr)
{
	u32 val;

	asm volatile("ldrb %w0, [%1]" : "=r"(val) : "r"(addr) : "memory");
	return (u8)val;
}

static inline u32 readl(u64 addr)
{
	u32 val;

	asm volatile("ldr %w0, [%1]" : "=r"(val) : "r"(addr) : "memory");
	return val;
}

static inline u64 readq(u64 addr)
{
	u64 val;

	asm volatile("ldr %0, [%1]" : "=r"(val) : "r"(addr) : "memory");
	return val;
}

static inline void writeb(u8 val, u64 addr)
{
	asm volatile("strb %w0, [%1]" : : "r"(val), "r"(addr) : "memory");
}

static inline void writel(u32 val, u64 addr)
{
	asm volatile("str %w0, [%1]" : : "r"(val), "r"(addr) : "memory");
}

static inline void writeq(u64 val, u64 addr)
{
	asm volatile("str %0, [%1]" : : "r"(val), "r"(addr) : "memory");
}

#endif /* __ASSEMBLY__ */

#endif /* EL2_SYSREG_H */
