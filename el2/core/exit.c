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

static void exit_fetch(struct vcpu *vcpu)
{
	inject_abort(vcpu, true);
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
	[ESR_EC_DABT_LOWER] = { mmio_abort, SHYPER_EXIT_COUNT },
};

static void exit_sync(struct vcpu *vcpu)
{
	u32 ec = (u32)FIELD(vcpu->esr, 31, 26);

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
