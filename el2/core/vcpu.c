// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU from power-on to power-off, on its physical CPU. */
#include <el2/board.h>
#include <el2/errno.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vgic_state.h>
#include <el2/vm_object.h>

/*
 * TLOR, TERR: limited ordering regions, which nobody resets, and error records, by
 * which a guest could make errors, are hidden in the ID registers as well.
 * Neither FB nor BSU: vCPUs do not move, so what a guest does to its own CPU's
 * TLB and barriers need not reach the others.
 */
#define HCR_GUEST \
	(HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | \
	 HCR_TSC | HCR_TID3 | HCR_TIDCP | HCR_TACR | \
	 BIT(HCR_TLOR_SHIFT) | BIT(HCR_TERR_SHIFT) | \
	 BIT(HCR_RW_SHIFT) | BIT(HCR_API_SHIFT) | BIT(HCR_APK_SHIFT))

#define CNTHCTL_EL1PCTEN	(1 << 0)
#define CNTHCTL_EL1PCEN		(1 << 1)
#define MDCR_TPMCR		(1 << 5)
#define MDCR_TPM		(1 << 6)

u64 vcpu_mpidr(const struct vcpu *vcpu)
{
	/* The MVM's interrupt routing is the hardware's. */
	return vcpu->vm->id == 0 ? vcpu->cpu->mpidr : vcpu->id;
}

struct vm *vcpu_vm(struct vcpu *vcpu)
{
	return vcpu->vm;
}

void vcpu_count_doorbell(struct vcpu *vcpu)
{
	vcpu->stats.doorbells++;
}

int vcpu_power_on(struct vcpu *vcpu, u64 entry, u64 context)
{
	u32 old = VCPU_OFF;

	/* One of two racing calls wins; its CPU waits for PENDING. */
	if (!__atomic_compare_exchange_n(&vcpu->power, &old, VCPU_CLAIMED, false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return old == VCPU_ON ? -EEXIST : -EBUSY;
	vcpu->entry = entry;
	vcpu->context = context;
	__atomic_add_fetch(&vcpu->vm->running, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&vcpu->power, VCPU_PENDING, __ATOMIC_RELEASE);
	cpu_kick(vcpu->cpu);
	return 0;
}

static void load_el2(struct vcpu *vcpu)
{
	u64 mdcr = FIELD(read_sysreg(pmcr_el0), 15, 11);	/* HPMN: all */

	if (vcpu->vm->id != 0)
		mdcr |= MDCR_TPM | MDCR_TPMCR;
	write_sysreg(mdcr, mdcr_el2);
	write_sysreg(HCR_GUEST, hcr_el2);
	write_sysreg(VTCR_EL2_VALUE, vtcr_el2);
	write_sysreg(stage2_vttbr(&vcpu->vm->stage2), vttbr_el2);
	write_sysreg(CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN, cnthctl_el2);
	write_sysreg(0, cntvoff_el2);
	write_sysreg(CPTR_EL2_TRAP, cptr_el2);
	write_sysreg(0, hstr_el2);
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	write_sysreg(vcpu_mpidr(vcpu) | BIT(31), vmpidr_el2);
	isb();
	/* This VMID may have run here with other tables. */
	asm volatile("tlbi vmalls12e1\n\tic iallu\n\tdsb sy\n\tisb" : : : "memory");
}

static void load(struct vcpu *vcpu)
{
	memset(&vcpu->regs, 0, sizeof(vcpu->regs));
	vcpu->regs.pc = vcpu->entry;
	vcpu->regs.x[0] = vcpu->context;
	vcpu->regs.pstate = SPSR_EL1H | SPSR_DAIF;
	vcpu->off = false;
	load_el2(vcpu);
	vcpu_reset_el1(vcpu);
	vgic_vcpu_reset(vcpu);
}

static void unload(struct vcpu *vcpu)
{
	write_sysreg(0, cntv_ctl_el0);
	write_sysreg(0, cntp_ctl_el0);
	write_sysreg(0, ich_hcr_el2);
	isb();
	gic_cpu_quiesce(vcpu->cpu);
}

void vcpu_serve(struct vcpu *vcpu)
{
	gic_handle();
	cpu_do_work(vcpu->cpu);
	vgic_enter(vcpu);
}

void vcpu_sleep(void)
{
	u64 hcr = read_sysreg(ich_hcr_el2);

	write_sysreg(hcr & ~(u64)(ICH_HCR_EN | ICH_HCR_UIE), ich_hcr_el2);
	isb();
	wfi();
	write_sysreg(hcr, ich_hcr_el2);
	isb();
}

void vcpu_run(struct vcpu *vcpu)
{
	load(vcpu);
	__atomic_store_n(&vcpu->power, VCPU_ON, __ATOMIC_RELEASE);
	if (vcpu_ready(vcpu))
		guest_enter(&vcpu->regs);
	unload(vcpu);
	__atomic_store_n(&vcpu->power, VCPU_OFF, __ATOMIC_RELEASE);
	sev();
	vm_vcpu_gone(vcpu->vm);
}
