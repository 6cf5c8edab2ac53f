// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delivery of virtual interrupts by list registers.
 *
 * An interrupt is in two places at most: the pending latch (here, under the
 * VM's vgic lock) and a list register of one physical CPU, which only that CPU
 * reads or writes. vCPUs do not move, so list registers are never saved: they
 * are filled before the guest is entered and looked at again when a free one
 * is needed. What another CPU wants of them it asks by vgic->requests.
 *
 * Lock: vm->vgic.lock, a leaf.
 */
#include <el2/errno.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vgic.h>
#include <el2/vgic_state.h>
#include <el2/vm_object.h>

#define LR_NONE		0xffffffffU
#define DEFAULT_PRIORITY 0xa0

static bool test_bit(const u32 *map, u32 n)
{
	return map[n / 32] >> (n % 32) & 1;
}

static void assign_bit(u32 *map, u32 n, bool val)
{
	if (val)
		map[n / 32] |= 1U << (n % 32);
	else
		map[n / 32] &= ~(1U << (n % 32));
}

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

int vgic_map(struct vm *vm, u64 gicd, u64 gicr)
{
	int ret = mmio_register(vm, gicd, SZ_64K, vgic_gicd_access, NULL);

	if (ret)
		return ret;
	return mmio_register(vm, gicr, vm->nvcpus * (u64)GICR_STRIDE,
			     vgic_gicr_access, NULL);
}
