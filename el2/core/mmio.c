// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data aborts at stage 2: decoded from the syndrome (Arm ARM, ISS encoding for
 * an exception from a Data Abort), looked up, answered.
 */
#include <el2/errno.h>
#include <el2/mmio.h>
#include <el2/sysreg.h>
#include <el2/vm_object.h>

#define ISS_ISV		BIT(24)
#define ISS_SAS(esr)	FIELD(esr, 23, 22)
#define ISS_SSE		BIT(21)
#define ISS_SRT(esr)	((u32)FIELD(esr, 20, 16))
#define ISS_SF		BIT(15)
#define ISS_CM		BIT(8)
#define ISS_S1PTW	BIT(7)
#define ISS_WNR		BIT(6)
#define ISS_DFSC(esr)	((esr) & 0x3f)

int mmio_register(struct vm *vm, u64 ipa, u64 size, mmio_handler *handler,
		  void *priv)
{
	struct mmio_table *table = &vm->mmio;
	u32 n, at = 0;

	if (!size || ipa + size < ipa)
		return -EINVAL;
	for (n = 0; n < vm->nregions; n++) {
		if (range_overlaps(ipa, size, vm->region[n].ipa,
				   vm->region[n].size))
			return -EEXIST;
	}
	if (mmio_overlaps(table, ipa, size))
		return -EEXIST;
	while (at < table->count && table->region[at].ipa < ipa)
		at++;
	if (table->count == MMIO_REGIONS)
		return -ENOSPC;
	for (n = table->count; n > at; n--)
		table->region[n] = table->region[n - 1];
	table->region[at] = (struct mmio_region){ ipa, size, handler, priv };
	table->count++;
	return 0;
}

bool mmio_overlaps(const struct mmio_table *table, u64 ipa, u64 size)
{
	u32 n;

	for (n = 0; n < table->count; n++) {
		if (range_overlaps(ipa, size, table->region[n].ipa,
				   table->region[n].size))
			return true;
	}
	return false;
}

const struct mmio_region *mmio_find(const struct mmio_table *table, u64 ipa,
				    u64 width)
{
	u32 low = 0, high = table->count, mid;
	const struct mmio_region *region;

	while (low < high) {
		mid = (low + high) / 2;
		region = &table->region[mid];
		if (ipa < region->ipa)
			high = mid;
		else if (ipa - region->ipa >= region->size)
			low = mid + 1;
		else
			return range_ok(ipa, width, region->ipa, region->size) ?
			       region : NULL;
	}
	return NULL;
}

static u64 extend(u64 val, u64 esr, u32 width)
{
	u32 shift = 64 - 8 * width;

	val <<= shift;
	val = esr & ISS_SSE ? (u64)((s64)val >> shift) : val >> shift;
	return esr & ISS_SF ? val : val & 0xffffffff;
}

/* Whether a device answered; else the guest is given an abort. */
static bool mmio_answer(struct vcpu *vcpu)
{
	u64 esr = vcpu->esr;
	u64 ipa = FIELD(vcpu->hpfar, 43, 4) << 12 | (vcpu->far & 0xfff);
	struct mmio_access access = {
		.width = (u8)(1U << ISS_SAS(esr)),
		.write = esr & ISS_WNR,
	};
	const struct mmio_region *region;
	int ret;

	/* Translation and permission faults of the access itself only. */
	if (!(esr & ISS_ISV) || (esr & (ISS_S1PTW | ISS_CM)) ||
	    (ISS_DFSC(esr) & 0x3c) > 0x0c || (ISS_DFSC(esr) & 0x3c) < 0x04)
		return false;
	region = mmio_find(&vcpu->vm->mmio, ipa, access.width);
	if (!region)
		return false;
	access.offset = ipa - region->ipa;
	if (access.write)
		access.value = vcpu_get_reg(vcpu, ISS_SRT(esr)) &
			       (~(u64)0 >> (64 - 8 * access.width));
	ret = region->handler(vcpu, &access, region->priv);
	if (ret == MMIO_AGAIN)
		return true;
	if (ret)
		return false;
	if (!access.write)
		vcpu_set_reg(vcpu, ISS_SRT(esr),
			     extend(access.value, esr, access.width));
	vcpu_skip(vcpu);
	return true;
}

void mmio_abort(struct vcpu *vcpu)
{
	if (mmio_answer(vcpu)) {
		vcpu->stats.exits[SHYPER_EXIT_MMIO]++;
		return;
	}
	vcpu->stats.exits[SHYPER_EXIT_ABORT]++;
	inject_abort(vcpu, false);
}
