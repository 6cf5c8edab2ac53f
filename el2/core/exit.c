// SPDX-License-Identifier: GPL-2.0-only
/* Why the guest stopped, and who answers; most by a table by exception class. */
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/sysreg.h>
#include <el2/trap_store.h>
#include <el2/vm_object.h>

/* Called by arch/vectors.S. */
enum guest_resume exit_sync(struct guest_regs *regs);
enum guest_resume exit_irq(struct guest_regs *regs);
enum guest_resume exit_serror(struct guest_regs *regs);
enum guest_resume exit_slow(struct guest_regs *regs);
void exception_el2(u64 kind, u64 esr, u64 elr, u64 far) __noreturn;

/* ISS of a data abort, Arm ARM D24. */
#define ISS_ISV		BIT(24)
#define ISS_SAS(esr)	((u32)FIELD(esr, 23, 22))
#define ISS_SRT(esr)	((u32)FIELD(esr, 20, 16))
#define ISS_CM		BIT(8)
#define ISS_S1PTW	BIT(7)
#define ISS_WNR		BIT(6)
#define DFSC_TYPE	0x3c
#define DFSC_TRANSLATION 0x04
#define DFSC_PERMISSION	0x0c
#define PAR_F		BIT(0)
#define PAR_PA(par)	((par) & GENMASK(51, 12))

/* A store that is decoded, and was a fault of itself. */
#define STORE_MASK \
	(GENMASK(31, 26) | ISS_ISV | ISS_CM | ISS_S1PTW | ISS_WNR | DFSC_TYPE)
#define STORE(dfsc) \
	((u64)ESR_EC_DABT_LOWER << ESR_EC_SHIFT | ISS_ISV | ISS_WNR | (dfsc))

/*
 * What the guest's stage 1 says of an address; with F, nothing. The walk is the
 * guest's, through tables that it may have moved to where no memory is; the
 * external abort is taken by this AT then (Arm ARM, AT). arch/vectors.S goes on
 * after it, with F, and with the registers of this exit as they were.
 */
static __always_inline u64 guest_at(u64 far, u64 esr)
{
	register u64 x0 asm("x0") = far;
	register u64 x1 asm("x1") = esr;

	asm volatile("mrs x2, elr_el2\n\t"
		     "mrs x3, spsr_el2\n\t"
		     "at s1e1r, x0\n\t"
		     "isb\n\t"
		     "mrs x0, par_el1"
		     : "+r"(x0) : "r"(x1)
		     : "x2", "x3", "x4", "x5", "x6", "cc", "memory");
	return x0;
}

/*
 * Where a permission fault was, for which HPFAR_EL2 is not valid: a store to a
 * register page. The guest's own stage 1 says, as it was a moment ago (Arm ARM,
 * HPFAR_EL2; AT S1E1R). Returns PAR_EL1, with F if it has just been changed.
 */
static __always_inline u64 permission_par(u64 far, u64 esr)
{
	u64 old = read_sysreg(par_el1);
	u64 par = guest_at(far, esr);

	write_sysreg(old, par_el1);
	return par;
}

typedef bool trap_store_fn(struct vcpu *vcpu, u64 ipa, u32 width, u64 value);

static __always_inline bool exit_store(struct vcpu *vcpu, u64 esr,
				       trap_store_fn *store)
{
	u32 srt = ISS_SRT(esr), shift = 64 - (8U << ISS_SAS(esr));
	u64 far, page;

	if ((esr & STORE_MASK) == STORE(DFSC_PERMISSION)) {
		far = read_sysreg(far_el2);
		page = permission_par(far, esr);
		if (page & PAR_F)
			return false;
		page = PAR_PA(page);
	} else if ((esr & STORE_MASK) == STORE(DFSC_TRANSLATION) &&
		   vcpu->vm->traps.count) {
		far = read_sysreg(far_el2);
		page = FIELD(read_sysreg(hpfar_el2), 43, 4) << 12;
	} else {
		return false;
	}
	return store(vcpu, page | (far & 0xfff), 1U << ISS_SAS(esr),
			  vcpu_get_reg(vcpu, srt) << shift >> shift);
}

static void exit_wfx(struct vcpu *vcpu)
{
	vcpu_skip(vcpu);
}

static void exit_fetch(struct vcpu *vcpu)
{
	vcpu->far = read_sysreg(far_el2);
	vcpu->hpfar = read_sysreg(hpfar_el2);
	inject_abort(vcpu, true);
}

/* If another CPU has just changed the page's translation, the guest tries again. */
static void exit_data(struct vcpu *vcpu)
{
	u64 par;

	vcpu->far = read_sysreg(far_el2);
	if ((vcpu->esr & DFSC_TYPE) == DFSC_PERMISSION) {
		par = permission_par(vcpu->far, vcpu->esr);
		if (par & PAR_F)
			return;
		vcpu->hpfar = PAR_PA(par) >> 12 << 4;
	} else {
		vcpu->hpfar = read_sysreg(hpfar_el2);
	}
	mmio_abort(vcpu);
}

static const struct exit_class {
	void (*fn)(struct vcpu *vcpu);
	enum shyper_exit count;	/* SHYPER_EXIT_COUNT: it counts itself */
} classes[64] = {
	[ESR_EC_WFX] = { exit_wfx, SHYPER_EXIT_WFX },
	[ESR_EC_SMC64] = { psci_smc, SHYPER_EXIT_SMC },
	[ESR_EC_SYSREG] = { trap_sysreg, SHYPER_EXIT_SYSREG },
	[ESR_EC_IABT_LOWER] = { exit_fetch, SHYPER_EXIT_ABORT },
	[ESR_EC_DABT_LOWER] = { exit_data, SHYPER_EXIT_COUNT },
};

static struct vcpu *vcpu_of(struct guest_regs *regs)
{
	return container_of(regs, struct vcpu, regs);
}

static enum guest_resume resume(struct vcpu *vcpu)
{
	return vcpu_ready(vcpu) ? GUEST_RESUME : GUEST_LEAVE;
}

/* An exception of any class, with all registers and a PC to change. */
enum guest_resume exit_slow(struct guest_regs *regs)
{
	struct vcpu *vcpu = vcpu_of(regs);
	u64 esr = read_sysreg(esr_el2);
	const struct exit_class *class = &classes[FIELD(esr, 31, 26)];

	regs->pc = read_sysreg(elr_el2);
	regs->pstate = read_sysreg(spsr_el2);
	if (exit_store(vcpu, esr, trap_store)) {
		vcpu_skip(vcpu);
	} else if (class->fn) {
		vcpu->esr = esr;
		if (class->count != SHYPER_EXIT_COUNT)
			vcpu->stats.exits[class->count]++;
		class->fn(vcpu);
	} else {
		vcpu->stats.exits[SHYPER_EXIT_OTHER]++;
		inject_undefined(vcpu);
	}
	write_sysreg(regs->pc, elr_el2);
	write_sysreg(regs->pstate, spsr_el2);
	return resume(vcpu);
}

static __noinline enum guest_resume exit_hvc(struct vcpu *vcpu, u64 esr)
{
	vcpu->stats.exits[SHYPER_EXIT_HVC]++;
	if (hypercall_quick(vcpu, esr))
		return GUEST_RESUME;
	vcpu->esr = esr;
	hypercall(vcpu);
	return resume(vcpu);
}

/*
 * What happens most, and needs neither x20 and up nor another PC. For a doorbell
 * nothing is looked at but the trap: what others ask of this CPU comes with an SGI,
 * which ends the guest's run at once.
 */
enum guest_resume exit_sync(struct guest_regs *regs)
{
	struct vcpu *vcpu = vcpu_of(regs);
	u64 esr = read_sysreg(esr_el2);

	if (FIELD(esr, 31, 26) == ESR_EC_HVC64)
		return exit_hvc(vcpu, esr);
	if ((ISS_SRT(esr) >= 20 && ISS_SRT(esr) < 30) ||
	    !exit_store(vcpu, esr, trap_store_quick))
		return GUEST_SLOW;
	write_sysreg(read_sysreg(elr_el2) + 4, elr_el2);
	return GUEST_RESUME;
}

enum guest_resume exit_irq(struct guest_regs *regs)
{
	struct vcpu *vcpu = vcpu_of(regs);

	vcpu->stats.exits[SHYPER_EXIT_IRQ]++;
	/* If there are more, they end the guest's run at once. */
	gic_handle_one();
	return resume(vcpu);
}

/* Of unknown origin: given to whoever ran. */
enum guest_resume exit_serror(struct guest_regs *regs)
{
	struct vcpu *vcpu = vcpu_of(regs);

	vcpu->stats.exits[SHYPER_EXIT_OTHER]++;
	write_sysreg(read_sysreg(hcr_el2) | HCR_VSE, hcr_el2);
	return resume(vcpu);
}

void exception_el2(u64 kind, u64 esr, u64 elr, u64 far)
{
	panic("exception %lu in EL2: esr %lx elr %lx far %lx", kind, esr, elr, far);
}
