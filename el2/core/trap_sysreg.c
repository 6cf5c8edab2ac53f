// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trapped system registers: SGI generation, the ID registers (so that a guest
 * does not see what EL2 keeps from it), and little else.
 */
#include <el2/gic.h>
#include <el2/sysreg.h>
#include <el2/vm_object.h>

/* ISS of a trapped MSR or MRS, Arm ARM D24. */
#define ISS_READ	BIT(0)
#define ISS_RT(esr)	((u32)FIELD(esr, 9, 5))
#define SYSREG(op0, op1, crn, crm, op2) \
	((op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (crm) << 1)
#define SYSREG_MASK	SYSREG(3, 7, 15, 15, 7)

#define SYSREG_ACTLR_EL1	SYSREG(3, 0, 1, 0, 1)
#define SYSREG_ICC_SGI1R_EL1	SYSREG(3, 0, 12, 11, 5)
#define SYSREG_ICC_ASGI1R_EL1	SYSREG(3, 0, 12, 11, 6)
#define SYSREG_ICC_SGI0R_EL1	SYSREG(3, 0, 12, 11, 7)

/* 4-bit fields by their lowest bit. */
#define F(bit)	((u64)0xf << (bit))

/* What is hidden: features whose registers EL2 neither saves nor clears. */
static const struct {
	u32 reg;
	u64 all;		/* from every VM */
	u64 guest;		/* from guests only */
} hidden[] = {
	/* PFR0: RAS, SVE, MPAM, AMU, RME; EL2 and EL3 below nobody's business */
	{ SYSREG(3, 0, 0, 4, 0), F(28) | F(32) | F(40) | F(44) | F(52), F(8) | F(12) },
	/* PFR1: MTE, RAS_frac, MPAM_frac, SME */
	{ SYSREG(3, 0, 0, 4, 1), F(8) | F(12) | F(16) | F(24), 0 },
	/* ZFR0, SMFR0: all */
	{ SYSREG(3, 0, 0, 4, 4), ~(u64)0, 0 },
	{ SYSREG(3, 0, 0, 4, 5), ~(u64)0, 0 },
	/* MMFR1: LORegions */
	{ SYSREG(3, 0, 0, 7, 1), F(16), 0 },
	/* DFR0: trace, SPE, trace filter, trace buffer, BRBE; the PMU */
	{ SYSREG(3, 0, 0, 5, 0), F(4) | F(32) | F(40) | F(44) | F(52), F(8) },
};

#define ID_CASE(crm, op2) \
	case (crm) << 3 | (op2): return read_sysreg(S3_0_C0_C##crm##_##op2);
#define ID_CASES(crm) \
	ID_CASE(crm, 0) ID_CASE(crm, 1) ID_CASE(crm, 2) ID_CASE(crm, 3) \
	ID_CASE(crm, 4) ID_CASE(crm, 5) ID_CASE(crm, 6) ID_CASE(crm, 7)

static u64 read_id(u32 crm, u32 op2)
{
	switch (crm << 3 | op2) {
	ID_CASES(1) ID_CASES(2) ID_CASES(3) ID_CASES(4) ID_CASES(5) ID_CASES(6)
	ID_CASES(7)
	}
	return 0;
}

/* op0 3, op1 0, CRn 0, CRm 1 .. 7: the group of HCR_EL2.TID3. */
static bool is_id(u32 reg)
{
	u32 crm = (u32)FIELD(reg, 4, 1);

	return (reg & SYSREG(3, 7, 15, 0, 0)) == SYSREG(3, 0, 0, 0, 0) &&
	       crm >= 1 && crm <= 7;
}

static u64 id_value(const struct vcpu *vcpu, u32 reg)
{
	u64 val = read_id((u32)FIELD(reg, 4, 1), (u32)FIELD(reg, 19, 17));
	u32 n;

	for (n = 0; n < ARRAY_SIZE(hidden); n++) {
		if (hidden[n].reg != reg)
			continue;
		val &= ~hidden[n].all;
		if (vcpu->vm->id != 0)
			val &= ~hidden[n].guest;
	}
	return val;
}

void trap_sysreg(struct vcpu *vcpu)
{
	u32 reg = (u32)(vcpu->esr & SYSREG_MASK);
	bool read = vcpu->esr & ISS_READ;
	u32 rt = ISS_RT(vcpu->esr);

	if (reg == SYSREG_ICC_SGI1R_EL1 && !read) {
		vcpu->stats.sgi_traps++;
		vgic_send_sgi(vcpu, vcpu_get_reg(vcpu, rt));
	} else if (read && is_id(reg)) {
		vcpu_set_reg(vcpu, rt, id_value(vcpu, reg));
	} else if (reg == SYSREG_ACTLR_EL1) {
		if (read)
			vcpu_set_reg(vcpu, rt, 0);
	} else if (!read && (reg == SYSREG_ICC_SGI0R_EL1 ||
			     reg == SYSREG_ICC_ASGI1R_EL1)) {
		/* No Group 0, no other security state: nobody to interrupt. */
	} else {
		inject_undefined(vcpu);
		return;
	}
	vcpu_skip(vcpu);
}
