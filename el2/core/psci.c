// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI 1.1 (Arm DEN 0022) and SMCCC 1.1 (DEN 0028) for every VM, by SMC. The
 * MVM's power-off and reset are the machine's.
 */
#include <el2/errno.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/sysreg.h>
#include <el2/vgic_state.h>
#include <el2/vm_object.h>

#define PSCI_SUCCESS		0
#define PSCI_NOT_SUPPORTED	-1
#define PSCI_INVALID_PARAMETERS	-2
#define PSCI_DENIED		-3
#define PSCI_ALREADY_ON		-4
#define PSCI_ON_PENDING		-5
#define PSCI_INVALID_ADDRESS	-9

#define SMC64			(1U << 30)
#define MPIDR_AFFINITY		0xff00ffffffULL

struct smc_args {
	u64 a1, a2, a3;
};

static struct vcpu *vcpu_by_mpidr(struct vm *vm, u64 mpidr)
{
	u32 n;

	for (n = 0; n < vm->nvcpus; n++) {
		if (vcpu_mpidr(vm->vcpu[n]) == mpidr)
			return vm->vcpu[n];
	}
	return NULL;
}

static s64 psci_version(struct vcpu *vcpu, const struct smc_args *args)
{
	return 1 << 16 | 1;
}

/* Standby only: as WFI, with whatever state was asked for. */
static s64 cpu_suspend(struct vcpu *vcpu, const struct smc_args *args)
{
	bool pending = READ_ONCE(vcpu->vgic.any_ready) ||
		       READ_ONCE(vcpu->vgic.requests) || READ_ONCE(vcpu->stop);
	u32 n;

	for (n = 0; n < gic_lrs; n++)
		pending |= !!(gic_lr_read(n) & LR_STATE_PENDING);
	if (!pending)
		wfi();
	return PSCI_SUCCESS;
}

static s64 cpu_off(struct vcpu *vcpu, const struct smc_args *args)
{
	vcpu->off = true;
	return PSCI_DENIED;		/* seen only if it could fail */
}

static s64 cpu_on(struct vcpu *vcpu, const struct smc_args *args)
{
	struct vcpu *target;

	if (args->a1 & ~MPIDR_AFFINITY)
		return PSCI_INVALID_PARAMETERS;
	target = vcpu_by_mpidr(vcpu->vm, args->a1);
	if (!target)
		return PSCI_INVALID_PARAMETERS;
	if ((args->a2 & 3) || !vm_memory(vcpu->vm, args->a2, 4))
		return PSCI_INVALID_ADDRESS;
	switch (vcpu_power_on(target, args->a2, args->a3)) {
	case 0:
		return PSCI_SUCCESS;
	case -EEXIST:
		return PSCI_ALREADY_ON;
	default:
		return PSCI_ON_PENDING;
	}
}

static s64 affinity_info(struct vcpu *vcpu, const struct smc_args *args)
{
	struct vcpu *target;
	u32 power;

	if (args->a2)			/* affinity levels above 0: optional */
		return PSCI_INVALID_PARAMETERS;
	target = vcpu_by_mpidr(vcpu->vm, args->a1);
	if (!target)
		return PSCI_INVALID_PARAMETERS;
	power = READ_ONCE(target->power);
	return power == VCPU_CLAIMED ? VCPU_PENDING : power;
}

static s64 migrate_info_type(struct vcpu *vcpu, const struct smc_args *args)
{
	return 2;			/* no trusted OS to migrate */
}

static s64 system_off(struct vcpu *vcpu, const struct smc_args *args)
{
	if (vcpu->vm->id == 0)
		machine_off();
	vm_stop_begin(vcpu->vm, VM_STOP_OFF);
	return PSCI_SUCCESS;
}

static s64 system_reset(struct vcpu *vcpu, const struct smc_args *args)
{
	if (vcpu->vm->id == 0)
		machine_reset();
	vm_stop_begin(vcpu->vm, VM_STOP_RESET);
	return PSCI_SUCCESS;
}

static s64 system_reset2(struct vcpu *vcpu, const struct smc_args *args)
{
	/* Bit 31 set: a vendor's; else only type 0, a warm reset. */
	if (args->a1)
		return PSCI_INVALID_PARAMETERS;
	return system_reset(vcpu, args);
}

static s64 psci_features(struct vcpu *vcpu, const struct smc_args *args);
static s64 smccc_arch_features(struct vcpu *vcpu, const struct smc_args *args);

static s64 smccc_version(struct vcpu *vcpu, const struct smc_args *args)
{
	return 1 << 16 | 1;
}

static const struct {
	u32 id;			/* SMC32's */
	bool smc64;		/* has a 64-bit twin */
	s64 (*fn)(struct vcpu *vcpu, const struct smc_args *args);
} calls[] = {
	{ 0x84000000, false, psci_version },
	{ 0x84000001, true, cpu_suspend },
	{ 0x84000002, false, cpu_off },
	{ 0x84000003, true, cpu_on },
	{ 0x84000004, true, affinity_info },
	{ 0x84000006, false, migrate_info_type },
	{ 0x84000008, false, system_off },
	{ 0x84000009, false, system_reset },
	{ 0x8400000a, false, psci_features },
	{ 0x84000012, true, system_reset2 },
	{ 0x80000000, false, smccc_version },
	{ 0x80000001, false, smccc_arch_features },
};

static int call_find(u32 id)
{
	u32 n;

	for (n = 0; n < ARRAY_SIZE(calls); n++) {
		if (id == calls[n].id ||
		    (calls[n].smc64 && id == (calls[n].id | SMC64)))
			return (int)n;
	}
	return -1;
}

static s64 psci_features(struct vcpu *vcpu, const struct smc_args *args)
{
	return call_find((u32)args->a1) >= 0 ? PSCI_SUCCESS : PSCI_NOT_SUPPORTED;
}

static s64 smccc_arch_features(struct vcpu *vcpu, const struct smc_args *args)
{
	u32 id = (u32)args->a1;

	return id == 0x80000000 || id == 0x80000001 ? PSCI_SUCCESS :
						      PSCI_NOT_SUPPORTED;
}

void psci_smc(struct vcpu *vcpu)
{
	u32 id = (u32)vcpu_get_reg(vcpu, 0);
	struct smc_args args = {
		vcpu_get_reg(vcpu, 1), vcpu_get_reg(vcpu, 2), vcpu_get_reg(vcpu, 3),
	};
	int n = call_find(id);
	s64 ret = PSCI_NOT_SUPPORTED;

	if (!(id & SMC64)) {
		args.a1 = (u32)args.a1;
		args.a2 = (u32)args.a2;
		args.a3 = (u32)args.a3;
	}
	vcpu_skip(vcpu);
	if (n >= 0 && !(vcpu->esr & 0xffff))
		ret = calls[n].fn(vcpu, &args);
	vcpu_set_reg(vcpu, 0, (u64)ret);
}
