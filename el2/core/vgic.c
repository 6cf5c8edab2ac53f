// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pending virtual interrupts: the latch, from which list registers are filled
 * (vgic_lr.c), who is to have what is in it, and the life of a VM's vGIC.
 *
 * Lock: vm->vgic.lock, a leaf.
 */
#include <el2/errno.h>
#include <el2/gic.h>
#include <el2/string.h>
#include <el2/vgic.h>
#include <el2/vgic_state.h>
#include <el2/vm_object.h>

/* Whether an interrupt that is latched for this vCPU may go to it now. */
static bool deliverable(const struct vcpu *vcpu, u32 intid)
{
	const struct vgic *vgic = &vcpu->vm->vgic;

	if (!(vgic->ctlr & GICD_CTLR_ENABLE_G1))
		return false;
	if (intid < VGIC_PRIVATE)
		return (vcpu->vgic.pending & vcpu->vgic.enabled) >> intid & 1;
	return test_bit(vgic->pending, intid) && test_bit(vgic->enabled, intid);
}

bool vgic_update_locked(struct vcpu *vcpu, u32 intid)
{
	bool ready = deliverable(vcpu, intid);
	bool was = test_bit(vcpu->vgic.ready, intid);

	assign_bit(vcpu->vgic.ready, intid, ready);
	if (ready)
		WRITE_ONCE(vcpu->vgic.any_ready,
			   vcpu->vgic.any_ready | 1U << (intid / 32));
	return ready && !was;
}

struct vcpu *vgic_target(struct vm *vm, u32 intid)
{
	u32 n = vm->vgic.target[intid];

	return vm->vcpu[n < vm->nvcpus ? n : 0];
}

void vgic_kick(struct vcpu *vcpu)
{
	if (vcpu->cpu != this_cpu())
		vcpu->stats.kicks++;
	cpu_kick(vcpu->cpu);
}

/* Latch an SPI that is not latched already; the CPU that is to be kicked for it. */
static struct cpu *latch_locked(struct vm *vm, u32 word, u32 bit, u32 intid)
{
	struct vgic *vgic = &vm->vgic;
	struct vcpu *vcpu;

	if (vgic->pending[word] & bit)
		return NULL;
	vgic->pending[word] |= bit;
	if (!(vgic->enabled[word] & bit) || !(vgic->ctlr & GICD_CTLR_ENABLE_G1))
		return NULL;
	vcpu = vgic_target(vm, intid);
	vcpu->vgic.ready[word] |= bit;
	WRITE_ONCE(vcpu->vgic.any_ready, vcpu->vgic.any_ready | 1U << word);
	if (vcpu->cpu == this_cpu())
		return NULL;
	vcpu->stats.kicks++;
	return vcpu->cpu;
}

void vgic_pend_spi(struct vm *vm, u32 intid)
{
	struct vgic *vgic = &vm->vgic;
	struct cpu *cpu;

	if (intid < VGIC_PRIVATE || intid >= VGIC_PRIVATE + vgic->nspis)
		return;
	spin_lock(&vgic->lock);
	cpu = latch_locked(vm, intid / 32, 1U << (intid % 32), intid);
	spin_unlock(&vgic->lock);
	if (cpu)
		gic_kick(cpu);
}

int vgic_inject(u64 vmid, u64 intid)
{
	u32 word = (u32)intid / 32, bit = 1U << (intid % 32);
	struct cpu *cpu = NULL;
	struct vm *vm;

	if (vmid >= SHYPER_VM_MAX || intid >= VGIC_INTIDS)
		return -ENOENT;
	vm = &vms[vmid];
	spin_lock(&vm->vgic.lock);
	if (!(vm->vgic.direct[word] & bit)) {
		spin_unlock(&vm->vgic.lock);
		return -ENOENT;
	}
	/* One that stops takes this lock again, and resets its vGIC. */
	if (READ_ONCE(vm->life) == VM_RUNNING)
		cpu = latch_locked(vm, word, bit, (u32)intid);
	spin_unlock(&vm->vgic.lock);
	if (cpu)
		gic_kick(cpu);
	return 0;
}

void vgic_allow_direct(struct vm *vm, u32 intid)
{
	spin_lock(&vm->vgic.lock);
	assign_bit(vm->vgic.direct, intid, true);
	spin_unlock(&vm->vgic.lock);
}

void vgic_forget_direct(struct vm *vm)
{
	spin_lock(&vm->vgic.lock);
	memset(vm->vgic.direct, 0, sizeof(vm->vgic.direct));
	spin_unlock(&vm->vgic.lock);
}

void vgic_pend_private(struct vcpu *vcpu, u32 intid)
{
	struct vgic *vgic = &vcpu->vm->vgic;
	bool kick;

	spin_lock(&vgic->lock);
	vcpu->vgic.pending |= 1U << intid;
	kick = vgic_update_locked(vcpu, intid);
	spin_unlock(&vgic->lock);
	if (kick && vcpu->cpu != this_cpu())
		vgic_kick(vcpu);
}

void vgic_pend_lpi(struct vcpu *vcpu, u32 intid)
{
	struct vgic_vcpu *v = &vcpu->vgic;
	u32 n = intid - VGIC_LPI_FIRST;

	if (n >= VGIC_LPIS)
		return;
	spin_lock(&vcpu->vm->vgic.lock);
	/* Each LPI is queued once, so the queue has room for all there are. */
	if (!test_bit(v->lpi_queued, n)) {
		assign_bit(v->lpi_queued, n, true);
		v->lpi_queue[v->lpi_tail++ % VGIC_LPIS] = (u16)n;
		WRITE_ONCE(v->any_ready, v->any_ready | VGIC_READY_LPIS);
	}
	spin_unlock(&vcpu->vm->vgic.lock);
}

void vgic_send_sgi(struct vcpu *from, u64 sgi1r)
{
	struct vm *vm = from->vm;
	u32 intid = FIELD(sgi1r, 27, 24);
	u64 aff = FIELD(sgi1r, 23, 16) << 8 | FIELD(sgi1r, 39, 32) << 16 |
		  FIELD(sgi1r, 55, 48) << 32;
	u32 range = FIELD(sgi1r, 47, 44) * 16;
	u64 mpidr;
	u32 n;

	for (n = 0; n < vm->nvcpus; n++) {
		mpidr = vcpu_mpidr(vm->vcpu[n]);
		if (sgi1r & BIT(40)) {
			if (vm->vcpu[n] == from)
				continue;
		} else if ((mpidr & 0xff00ffff00) != aff ||
			   (mpidr & 0xff) < range || (mpidr & 0xff) >= range + 16 ||
			   !(sgi1r >> ((mpidr & 0xff) - range) & 1)) {
			continue;
		}
		vgic_pend_private(vm->vcpu[n], intid);
	}
}

void vgic_refresh_locked(struct vm *vm)
{
	struct vcpu *vcpu;
	u32 n, intid;

	for (n = 0; n < vm->nvcpus; n++) {
		for (intid = 0; intid < VGIC_PRIVATE; intid++)
			vgic_update_locked(vm->vcpu[n], intid);
	}
	for (; intid < VGIC_PRIVATE + vm->vgic.nspis; intid++) {
		vcpu = vgic_target(vm, intid);
		for (n = 0; n < vm->nvcpus; n++) {
			if (vm->vcpu[n] != vcpu)
				assign_bit(vm->vcpu[n]->vgic.ready, intid, false);
		}
		vgic_update_locked(vcpu, intid);
	}
}

void vgic_init(struct vm *vm, u32 nspis)
{
	/* Not the lock: an injection may be looking whether the VM exists. */
	memset(&vm->vgic.nspis, 0,
	       sizeof(vm->vgic) - offsetof(struct vgic, nspis));
	vm->vgic.nspis = nspis;
}

void vgic_give_hw(struct vm *vm, u32 intid)
{
	struct vgic *vgic = &vm->vgic;

	spin_lock(&vgic->lock);
	assign_bit(vgic->hw, intid, true);
	gic_spi_set_owner(intid, vm);
	gic_spi_route(intid, vgic_target(vm, intid)->cpu);
	gic_spi_configure(intid, test_bit(vgic->level, intid));
	if (test_bit(vgic->enabled, intid))
		gic_spi_enable(intid, true);
	spin_unlock(&vgic->lock);
}

void vgic_take_hw(struct vm *vm, u32 intid)
{
	spin_lock(&vm->vgic.lock);
	gic_spi_quiesce(intid);
	gic_spi_set_owner(intid, NULL);
	assign_bit(vm->vgic.hw, intid, false);
	spin_unlock(&vm->vgic.lock);
}

void vgic_reset(struct vm *vm)
{
	struct vgic *vgic = &vm->vgic;
	u32 n, intid;

	spin_lock(&vgic->lock);
	vgic->ctlr = 0;
	memset(vgic->enabled, 0, sizeof(vgic->enabled));
	memset(vgic->pending, 0, sizeof(vgic->pending));
	memset(vgic->level, 0xff, sizeof(vgic->level));
	memset(vgic->priority, 0, sizeof(vgic->priority));
	memset(vgic->target, 0, sizeof(vgic->target));
	memset(vgic->irouter, 0, sizeof(vgic->irouter));
	for (n = 0; n < vm->nvcpus; n++)
		memset(&vm->vcpu[n]->vgic, 0, sizeof(vm->vcpu[n]->vgic));
	spin_unlock(&vgic->lock);
	for (intid = VGIC_PRIVATE; intid < VGIC_INTIDS; intid++) {
		if (test_bit(vgic->hw, intid))
			gic_spi_quiesce(intid);
	}
}

int vgic_map(struct vm *vm, u64 gicd, u64 gicr)
{
	int ret = mmio_register(vm, gicd, SZ_64K, vgic_gicd_access, NULL);

	if (ret)
		return ret;
	return mmio_register(vm, gicr, vm->nvcpus * (u64)GICR_STRIDE,
			     vgic_gicr_access, NULL);
}
