// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery of virtual interrupts by list registers.
 *
 * An interrupt is in two places at most: the pending latch (vgic.c, under the
 * VM's vgic lock) and a list register of one physical CPU, which only that CPU
 * reads or writes. vCPUs do not move, so list registers are never saved: they
 * are filled before the guest is entered and looked at again when a free one
 * is needed. What another CPU wants of them it asks by vgic->requests.
 *
 * Lock: vm->vgic.lock, a leaf.
 */
#include <el2/gic.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vgic_state.h>
#include <el2/vm_object.h>

#define LR_NONE		0xffffffffU
#define DEFAULT_PRIORITY 0xa0

/* List registers the guest has finished with are free again. */
static void lr_reclaim(struct vgic_vcpu *v, u32 empty)
{
	u32 n;

	for (empty &= v->lr_used; empty; empty &= empty - 1) {
		n = (u32)__builtin_ctz(empty);
		if (v->lr_intid[n] < VGIC_INTIDS)
			assign_bit(v->in_lr, v->lr_intid[n], false);
		v->lr_intid[n] = LR_NONE;
		v->lr_used &= ~(1U << n);
	}
}

static int lr_find(const struct vgic_vcpu *v, u32 intid)
{
	u32 used = v->lr_used;
	u32 n;

	for (; used; used &= used - 1) {
		n = (u32)__builtin_ctz(used);
		if (v->lr_intid[n] == intid)
			return (int)n;
	}
	return -1;
}

/* A list register for an interrupt that has none; -1: none is free. */
static int lr_take(struct vgic_vcpu *v, u32 intid)
{
	u32 all = (u32)(BIT(gic_lrs) - 1);
	int n;

	if (v->lr_used == all)
		lr_reclaim(v, (u32)read_sysreg(ich_elrsr_el2));
	if (v->lr_used == all)
		return -1;
	n = __builtin_ctz(~v->lr_used);
	v->lr_intid[n] = intid;
	v->lr_used |= 1U << n;
	return n;
}

/*
 * Put one interrupt into a list register; false: none is free. @seen: it may be in
 * one already. That one is used again when the guest has finished with it.
 */
static __always_inline bool lr_insert(struct vcpu *vcpu, u32 intid, u8 priority,
				      bool hw, bool seen)
{
	struct vgic_vcpu *v = &vcpu->vgic;
	int n = seen ? lr_find(v, intid) : -1;
	u64 lr;

	if (n < 0) {
		n = lr_take(v, intid);
		if (n < 0)
			return false;
	} else if (!(read_sysreg(ich_elrsr_el2) >> n & 1)) {
		lr = gic_lr_read((u32)n);
		/* An active one becomes pending again when it is software's. */
		if (!(lr & LR_HW))
			gic_lr_write((u32)n, lr | LR_STATE_PENDING);
		return true;
	}
	lr = LR_STATE_PENDING | LR_GROUP1 | (u64)priority << LR_PRIORITY_SHIFT |
	     intid;
	if (hw)
		lr |= LR_HW | (u64)intid << LR_PINTID_SHIFT;
	gic_lr_write((u32)n, lr);
	vcpu->stats.virqs++;
	return true;
}

/* Those of a word that are ready; false: no list register is left. */
static __always_inline bool insert_word(struct vcpu *vcpu, u32 word)
{
	struct vgic *vgic = &vcpu->vm->vgic;
	struct vgic_vcpu *v = &vcpu->vgic;
	u32 *pending = word ? &vgic->pending[word] : &v->pending;
	const u8 *priority = word ? &vgic->priority[32 * word] : v->priority;
	u32 hw = word ? vgic->hw[word] : (u32)PPI_GUEST_MASK;
	u32 bits = v->ready[word], bit, n;

	for (; bits; bits &= bits - 1) {
		n = (u32)__builtin_ctz(bits);
		bit = bits & -bits;
		if (!lr_insert(vcpu, 32 * word + n, priority[n], hw & bit,
			       v->in_lr[word] & bit))
			break;
		v->in_lr[word] |= bit;
		*pending &= ~bit;
	}
	v->ready[word] = bits;
	return !bits;
}

static __noinline bool insert_lpis(struct vcpu *vcpu)
{
	struct vgic_vcpu *v = &vcpu->vgic;
	u32 n;

	while (v->lpi_head != v->lpi_tail) {
		n = v->lpi_queue[v->lpi_head % VGIC_LPIS];
		if (!lr_insert(vcpu, VGIC_LPI_FIRST + n, DEFAULT_PRIORITY, false,
			       true))
			return false;
		v->lpi_head++;
		assign_bit(v->lpi_queued, n, false);
	}
	return true;
}

/* What any_ready says, but for what is left: there was no room for that. */
static __always_inline u32 insert_all(struct vcpu *vcpu)
{
	u32 left = vcpu->vgic.any_ready;

	/* LPIs are behind all words. */
	for (; left & ~VGIC_READY_LPIS; left &= left - 1) {
		if (!insert_word(vcpu, (u32)__builtin_ctz(left)))
			return left;
	}
	return left && !insert_lpis(vcpu) ? left : 0;
}

static void lr_fill(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->vm->vgic;
	u32 left;

	spin_lock(&vgic->lock);
	left = insert_all(vcpu);
	vcpu->vgic.any_ready = left;
	spin_unlock(&vgic->lock);
	/* Come back when at most one list register is in use. */
	write_sysreg(left ? ICH_HCR_EN | ICH_HCR_UIE : ICH_HCR_EN, ich_hcr_el2);
}

/* Take back into the latch what became undeliverable in a list register. */
static void lr_prune(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->vm->vgic;
	struct vgic_vcpu *v = &vcpu->vgic;
	u32 n, intid;
	bool enabled;
	u64 lr;

	spin_lock(&vgic->lock);
	for (n = 0; n < gic_lrs; n++) {
		intid = v->lr_intid[n];
		if (!(v->lr_used >> n & 1) || intid >= VGIC_LPI_FIRST)
			continue;
		lr = gic_lr_read(n);
		enabled = intid < VGIC_PRIVATE ? v->enabled >> intid & 1 :
						 test_bit(vgic->enabled, intid);
		if (!(lr & LR_STATE_PENDING) ||
		    (enabled && (vgic->ctlr & GICD_CTLR_ENABLE_G1)))
			continue;
		lr &= ~LR_STATE_PENDING;
		gic_lr_write(n, lr & LR_STATE_ACTIVE ? lr : 0);
		if (intid < VGIC_PRIVATE)
			v->pending |= 1U << intid;
		else
			assign_bit(vgic->pending, intid, true);
		vgic_update_locked(intid < VGIC_PRIVATE ? vcpu :
				   vgic_target(vcpu->vm, intid), intid);
	}
	spin_unlock(&vgic->lock);
}

static void lr_publish(struct vgic_vcpu *v)
{
	u32 n;

	for (n = 0; n < gic_lrs; n++)
		v->lr_copy[n] = v->lr_used >> n & 1 ? gic_lr_read(n) : 0;
}

static void serve_requests(struct vcpu *vcpu)
{
	struct vgic_vcpu *v = &vcpu->vgic;
	u32 requests = __atomic_load_n(&v->requests, __ATOMIC_ACQUIRE);

	if (requests & VGIC_REQ_PRUNE)
		lr_prune(vcpu);
	if (requests & VGIC_REQ_PUBLISH)
		lr_publish(v);
	/* Release: who asked sees the copy; pairs with vgic_sync_lrs(). */
	__atomic_and_fetch(&v->requests, ~requests, __ATOMIC_RELEASE);
	sev();
}

void vgic_enter(struct vcpu *vcpu)
{
	if (READ_ONCE(vcpu->vgic.requests))
		serve_requests(vcpu);
	if (READ_ONCE(vcpu->vgic.any_ready))
		lr_fill(vcpu);
}

void vgic_request(struct vcpu *vcpu, u32 request)
{
	__atomic_or_fetch(&vcpu->vgic.requests, request, __ATOMIC_RELEASE);
	if (vcpu->cpu != this_cpu())
		vgic_kick(vcpu);
}

void vgic_sync_lrs(struct vcpu *self, struct vcpu *vcpu)
{
	if (vcpu == self) {
		lr_publish(&vcpu->vgic);
		return;
	}
	if (READ_ONCE(vcpu->power) != VCPU_ON) {
		memset(vcpu->vgic.lr_copy, 0, sizeof(vcpu->vgic.lr_copy));
		return;
	}
	vgic_request(vcpu, VGIC_REQ_PUBLISH);
	/*
	 * The other CPU answers at its next exit. It may be waiting for this
	 * one in the same way, or go off meanwhile.
	 */
	while (__atomic_load_n(&vcpu->vgic.requests, __ATOMIC_ACQUIRE) &
	       VGIC_REQ_PUBLISH) {
		if (READ_ONCE(vcpu->power) != VCPU_ON)
			break;
		if (READ_ONCE(self->vgic.requests))
			serve_requests(self);
		wfe();
	}
}

void vgic_vcpu_reset(struct vcpu *vcpu)
{
	struct vgic_vcpu *v = &vcpu->vgic;
	u32 ppis = v->enabled & (u32)PPI_GUEST_MASK;
	u32 n;

	for (n = 0; n < gic_lrs; n++)
		gic_lr_write(n, 0);
	for (n = 0; n < VGIC_LRS; n++)
		v->lr_intid[n] = LR_NONE;
	v->lr_used = 0;
	memset(v->in_lr, 0, sizeof(v->in_lr));
	write_sysreg(0, ich_vmcr_el2);
	write_sysreg(0, ich_ap0r0_el2);
	write_sysreg(0, ich_ap1r0_el2);
	write_sysreg(ICH_HCR_EN, ich_hcr_el2);
	gic_cpu_quiesce(vcpu->cpu);
	for (; ppis; ppis &= ppis - 1)
		gic_ppi_enable(vcpu->cpu, (u32)__builtin_ctz(ppis), true);
}
