// SPDX-License-Identifier: GPL-2.0-only
/* Why the guest stopped, and who answers: a table by exception class. */
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/sysreg.h>
#include <el2/vm_object.h>

void exception_el2(u64 kind, u64 esr, u64 elr, u64 far) __noreturn;

static void exit_wfx(struct vcpu *vcpu)
{
	vcpu_skip(vcpu);
}

#define DFSC_TYPE(esr)	((esr) & 0x3c)
#define DFSC_PERMISSION	0x0c
#define PAR_F		BIT(0)

/*
 * HPFAR_EL2 is valid for a translation fault, but not for a permission fault: a
 * store to a register page. Then the guest's own stage 1 says, as it was a moment
 * ago (Arm ARM, HPFAR_EL2; AT S1E1R).
 */
static bool fault_page(struct vcpu *vcpu)
{
	u64 old, par;

	if (DFSC_TYPE(vcpu->esr) != DFSC_PERMISSION) {
		vcpu->hpfar = read_sysreg(hpfar_el2);
		return true;
	}
	old = read_sysreg(par_el1);
	asm volatile("at s1e1r, %0" : : "r"(vcpu->far) : "memory");
	isb();
	par = read_sysreg(par_el1);
	write_sysreg(old, par_el1);
	vcpu->hpfar = FIELD(par, 51, 12) << 4;
	return !(par & PAR_F);
}

static void exit_fetch(struct vcpu *vcpu)
{
	vcpu->far = read_sysreg(far_el2);
	vcpu->hpfar = read_sysreg(hpfar_el2);
	inject_abort(vcpu, true);
}

/* A data abort; if another CPU has just changed the page's translation: again. */
static void exit_data(struct vcpu *vcpu)
{
	vcpu->far = read_sysreg(far_el2);
	if (fault_page(vcpu))
		mmio_abort(vcpu);
}

static const struct {
	void (*fn)(struct vcpu *vcpu);
	enum shyper_exit count;	/* SHYPER_EXIT_COUNT: it counts itself */
} exits[64] = {
	[ESR_EC_WFX] = { exit_wfx, SHYPER_EXIT_WFX },
	[ESR_EC_HVC64] = { hypercall, SHYPER_EXIT_HVC },
	[ESR_EC_SMC64] = { psci_smc, SHYPER_EXIT_SMC },
	[ESR_EC_SYSREG] = { trap_sysreg, SHYPER_EXIT_SYSREG },
	[ESR_EC_IABT_LOWER] = { exit_fetch, SHYPER_EXIT_ABORT },
	[ESR_EC_DABT_LOWER] = { exit_data, SHYPER_EXIT_COUNT },
};

static void exit_sync(struct vcpu *vcpu)
{
	u32 ec;

	vcpu->esr = read_sysreg(esr_el2);
	ec = (u32)FIELD(vcpu->esr, 31, 26);
	if (!exits[ec].fn) {
		vcpu->stats.exits[SHYPER_EXIT_OTHER]++;
		inject_undefined(vcpu);
		return;
	}
	if (exits[ec].count != SHYPER_EXIT_COUNT)
		vcpu->stats.exits[exits[ec].count]++;
	exits[ec].fn(vcpu);
}

void exit_handle(struct vcpu *vcpu, enum guest_exit kind)
{
	switch (kind) {
	case GUEST_EXIT_SYNC:
		exit_sync(vcpu);
		break;
	case GUEST_EXIT_IRQ:
	case GUEST_EXIT_FIQ:
		vcpu->stats.exits[SHYPER_EXIT_IRQ]++;
		gic_handle();
		break;
	case GUEST_EXIT_SERROR:
		/* Of unknown origin: given to whoever ran. */
		vcpu->stats.exits[SHYPER_EXIT_OTHER]++;
		write_sysreg(read_sysreg(hcr_el2) | HCR_VSE, hcr_el2);
		break;
	}
}

void exception_el2(u64 kind, u64 esr, u64 elr, u64 far)
{
	panic("exception %lu in EL2: esr %lx elr %lx far %lx", kind, esr, elr, far);
}
