// SPDX-License-Identifier: GPL-2.0-only
/* EL1 as the guest finds it: at reset, and when an exception is given back. */
#include <el2/sysreg.h>
#include <el2/vm_object.h>

/* Offsets from VBAR_EL1, Arm ARM D1.3.1. */
#define VECTOR_CURRENT_SP0	0x000
#define VECTOR_CURRENT_SPX	0x200
#define VECTOR_LOWER_64		0x400
#define VECTOR_LOWER_32		0x600

static u64 vector_offset(u64 pstate)
{
	if (pstate & SPSR_AARCH32)
		return VECTOR_LOWER_32;
	switch (pstate & SPSR_M_MASK) {
	case 0x0:
		return VECTOR_LOWER_64;
	case 0x4:
		return VECTOR_CURRENT_SP0;
	default:
		return VECTOR_CURRENT_SPX;
	}
}

static bool from_el1(const struct vcpu *vcpu)
{
	return !(vcpu->regs.pstate & SPSR_AARCH32) &&
	       (vcpu->regs.pstate & 0xc) == 0x4;
}

static void inject(struct vcpu *vcpu, u64 esr)
{
	struct guest_regs *regs = &vcpu->regs;

	write_sysreg(esr, esr_el1);
	write_sysreg(regs->pc, elr_el1);
	write_sysreg(regs->pstate, spsr_el1);
	regs->pc = read_sysreg(vbar_el1) + vector_offset(regs->pstate);
	regs->pstate = SPSR_EL1H | SPSR_DAIF;
}

void inject_undefined(struct vcpu *vcpu)
{
	inject(vcpu, (u64)ESR_EC_UNKNOWN << ESR_EC_SHIFT | ESR_IL);
}

/*
 * A fetch abort at the vector that the guest would take it to repeats for
 * ever: such a guest is dead, and its VM ends.
 */
static bool vector_is_gone(const struct vcpu *vcpu)
{
	u64 vbar = read_sysreg(vbar_el1);

	return from_el1(vcpu) && vcpu->regs.pc >= vbar &&
	       vcpu->regs.pc < vbar + 0x800 &&
	       (read_sysreg(elr_el1) & ~(u64)0x7ff) == vbar;
}

void inject_abort(struct vcpu *vcpu, bool fetch)
{
	u64 same = fetch ? ESR_EC_IABT_SAME : ESR_EC_DABT_SAME;
	u64 lower = fetch ? ESR_EC_IABT_LOWER : ESR_EC_DABT_LOWER;
	u64 ec = from_el1(vcpu) ? same : lower;

	if (fetch && vector_is_gone(vcpu)) {
		vcpu->vm->crash_cause = SHYPER_CRASH_FETCH;
		vcpu->vm->crash_ipa = FIELD(vcpu->hpfar, 43, 4) << 12;
		vm_stop_begin(vcpu->vm, VM_STOP_CRASH);
		return;
	}
	write_sysreg(vcpu->far, far_el1);
	inject(vcpu, ec << ESR_EC_SHIFT | (vcpu->esr & ESR_IL) | ESR_FSC_EXTABT |
	       (fetch ? 0 : vcpu->esr & BIT(6)));
}

static void reset_fp(void)
{
	asm volatile(".arch_extension fp\n\t.arch_extension simd\n\t"
		     "msr fpcr, xzr\n\tmsr fpsr, xzr\n\t"
		     "movi v0.2d, #0\n\tmovi v1.2d, #0\n\tmovi v2.2d, #0\n\t"
		     "movi v3.2d, #0\n\tmovi v4.2d, #0\n\tmovi v5.2d, #0\n\t"
		     "movi v6.2d, #0\n\tmovi v7.2d, #0\n\tmovi v8.2d, #0\n\t"
		     "movi v9.2d, #0\n\tmovi v10.2d, #0\n\tmovi v11.2d, #0\n\t"
		     "movi v12.2d, #0\n\tmovi v13.2d, #0\n\tmovi v14.2d, #0\n\t"
		     "movi v15.2d, #0\n\tmovi v16.2d, #0\n\tmovi v17.2d, #0\n\t"
		     "movi v18.2d, #0\n\tmovi v19.2d, #0\n\tmovi v20.2d, #0\n\t"
		     "movi v21.2d, #0\n\tmovi v22.2d, #0\n\tmovi v23.2d, #0\n\t"
		     "movi v24.2d, #0\n\tmovi v25.2d, #0\n\tmovi v26.2d, #0\n\t"
		     "movi v27.2d, #0\n\tmovi v28.2d, #0\n\tmovi v29.2d, #0\n\t"
		     "movi v30.2d, #0\n\tmovi v31.2d, #0");
}

#define NUMBERS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) \
	X(11) X(12) X(13) X(14) X(15)

static void clear_breakpoint(u64 n)
{
	switch (n) {
#define X(i) case i: write_sysreg(0, dbgbcr##i##_el1); \
		     write_sysreg(0, dbgbvr##i##_el1); break;
	NUMBERS(X)
#undef X
	}
}

static void clear_watchpoint(u64 n)
{
	switch (n) {
#define X(i) case i: write_sysreg(0, dbgwcr##i##_el1); \
		     write_sysreg(0, dbgwvr##i##_el1); break;
	NUMBERS(X)
#undef X
	}
}

static void reset_debug(void)
{
	u64 dfr0 = read_sysreg(id_aa64dfr0_el1);
	u64 n;

	for (n = 0; n <= FIELD(dfr0, 15, 12); n++)
		clear_breakpoint(n);
	for (n = 0; n <= FIELD(dfr0, 23, 20); n++)
		clear_watchpoint(n);
}

/* Keys of pointer authentication, where the CPU has any: Arm ARM, ID_AA64ISAR1, 2. */
static void reset_keys(void)
{
	if (!(read_sysreg(id_aa64isar1_el1) &
	      (GENMASK(11, 4) | GENMASK(31, 24))) &&
	    !(read_sysreg(S3_0_C0_C6_2) & GENMASK(15, 8)))
		return;
	write_sysreg(0, S3_0_C2_C1_0);	/* APIAKeyLo, Hi */
	write_sysreg(0, S3_0_C2_C1_1);
	write_sysreg(0, S3_0_C2_C1_2);	/* APIB */
	write_sysreg(0, S3_0_C2_C1_3);
	write_sysreg(0, S3_0_C2_C2_0);	/* APDA */
	write_sysreg(0, S3_0_C2_C2_1);
	write_sysreg(0, S3_0_C2_C2_2);	/* APDB */
	write_sysreg(0, S3_0_C2_C2_3);
	write_sysreg(0, S3_0_C2_C3_0);	/* APGA */
	write_sysreg(0, S3_0_C2_C3_1);
}

/* Nothing of whoever had this CPU before is left in a register of EL1 or EL0. */
void vcpu_reset_el1(struct vcpu *vcpu)
{
	write_sysreg(SCTLR_EL1_RESET, sctlr_el1);
	write_sysreg(0, cpacr_el1);
	write_sysreg(0, tcr_el1);
	write_sysreg(0, ttbr0_el1);
	write_sysreg(0, ttbr1_el1);
	write_sysreg(0, mair_el1);
	write_sysreg(0, amair_el1);
	write_sysreg(0, vbar_el1);
	write_sysreg(0, esr_el1);
	write_sysreg(0, far_el1);
	write_sysreg(0, afsr0_el1);
	write_sysreg(0, afsr1_el1);
	write_sysreg(0, elr_el1);
	write_sysreg(0, spsr_el1);
	write_sysreg(0, sp_el0);
	write_sysreg(0, sp_el1);
	write_sysreg(0, par_el1);
	write_sysreg(0, csselr_el1);
	write_sysreg(0, contextidr_el1);
	write_sysreg(0, tpidr_el0);
	write_sysreg(0, tpidrro_el0);
	write_sysreg(0, tpidr_el1);
	write_sysreg(0, mdscr_el1);
	write_sysreg(0, cntkctl_el1);
	write_sysreg(0, cntv_ctl_el0);
	write_sysreg(0, cntp_ctl_el0);
	write_sysreg(0, cntv_cval_el0);
	write_sysreg(0, cntp_cval_el0);
	write_sysreg(0, pmuserenr_el0);
	write_sysreg(~0U, pmcntenclr_el0);
	write_sysreg(~0U, pmintenclr_el1);
	write_sysreg(~0U, pmovsclr_el0);
	reset_debug();
	reset_keys();
	reset_fp();
	isb();
}
