// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forwarded accesses. What a vCPU waits for is kept in its struct vcpu; the slot in
 * the MVM's page tells the MVM of it, and of the slot only the answer is read,
 * once. So a careless MVM can give a wrong answer, or none, to that vCPU.
 *
 * Lock: vm->lock, for the page, the slots and the steps of a request.
 */
#include <el2/errno.h>
#include <el2/event.h>
#include <el2/ioreq.h>
#include <el2/mmio.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/trap.h>
#include <el2/vm_object.h>

static_assert(VM_VCPUS <= SHYPER_IOREQ_SLOTS);

static struct shyper_ioreq *slot_of(const struct vcpu *vcpu)
{
	return &vcpu->vm->ioreq_page->slot[vcpu->id];
}

static void post_locked(struct vcpu *vcpu)
{
	struct shyper_ioreq *slot = slot_of(vcpu);
	const struct ioreq *req = &vcpu->ioreq;

	slot->width = req->width;
	slot->write = req->write;
	slot->error = 0;
	slot->ipa = req->ipa;
	slot->value = req->value;
	slot->trap = req->trap;
	slot->sequence = req->sequence;
	/* Pairs with the MVM's acquire when it looks for requests. */
	__atomic_store_n(&slot->state, SHYPER_IOREQ_PENDING, __ATOMIC_RELEASE);
	event_set(req->event);
}

/* The vCPU waits no more; vm->lock held. */
static void finish_locked(struct vcpu *vcpu, enum ioreq_state state)
{
	if (vcpu->vm->ioreq_page)
		__atomic_store_n(&slot_of(vcpu)->state, SHYPER_IOREQ_FREE,
				 __ATOMIC_RELEASE);
	/* Pairs with the acquire in wait(). */
	__atomic_store_n(&vcpu->ioreq.state, state, __ATOMIC_RELEASE);
}

static int begin(struct vcpu *vcpu, const struct trap *trap, u64 ipa,
		 const struct mmio_access *access)
{
	struct ioreq *req = &vcpu->ioreq;
	int ret = -ENXIO;

	spin_lock(&vcpu->vm->lock);
	if (vcpu->vm->ioreq_page && event_page_set()) {
		*req = (struct ioreq){
			.state = IOREQ_WAITING,
			.sequence = req->sequence + 1,
			.ipa = ipa,
			.value = access->write ? access->value : 0,
			.trap = trap->id,
			.event = trap->forward_event,
			.width = access->width,
			.write = access->write,
		};
		post_locked(vcpu);
		ret = 0;
	}
	spin_unlock(&vcpu->vm->lock);
	return ret;
}

/* Until the answer is there (true) or the VM stops. */
static bool wait(struct vcpu *vcpu)
{
	bool done;

	for (;;) {
		vcpu_serve(vcpu);
		/*
		 * Whoever ends the wait does so before the SGI that ends the WFI,
		 * and an SGI stays pending until vcpu_serve() takes it.
		 */
		if (__atomic_load_n(&vcpu->ioreq.state, __ATOMIC_ACQUIRE) ==
		    IOREQ_DONE)
			return true;
		if (READ_ONCE(vcpu->stop))
			break;
		vcpu_sleep();
	}
	spin_lock(&vcpu->vm->lock);
	done = vcpu->ioreq.state == IOREQ_DONE;
	if (!done)
		finish_locked(vcpu, IOREQ_IDLE);
	spin_unlock(&vcpu->vm->lock);
	return done;
}

int ioreq_forward(struct vcpu *vcpu, const struct trap *trap, u64 ipa,
		  struct mmio_access *access)
{
	int ret = begin(vcpu, trap, ipa, access);

	if (ret)
		return ret;
	vcpu->stats.trap_forwarded++;
	if (!wait(vcpu))
		return MMIO_AGAIN;
	vcpu->ioreq.state = IOREQ_IDLE;
	if (vcpu->ioreq.error)
		return -EIO;
	access->value = vcpu->ioreq.value;
	return 0;
}

static void set_page_locked(struct vm *vm, struct shyper_ioreq_page *page)
{
	struct vcpu *vcpu;
	u32 n;

	if (page)
		memset(page, 0, sizeof(*page));
	vm->ioreq_page = page;
	for (n = 0; n < vm->nvcpus; n++) {
		vcpu = vm->vcpu[n];
		if (vcpu->ioreq.state != IOREQ_WAITING)
			continue;
		if (page) {
			post_locked(vcpu);
			continue;
		}
		vcpu->ioreq.error = true;
		finish_locked(vcpu, IOREQ_DONE);
		cpu_kick(vcpu->cpu);
	}
}

int ioreq_set_page(u64 vmid, u64 ipa)
{
	struct shyper_ioreq_page *page = NULL;
	struct vm *vm;

	if (ipa != ~(u64)0) {
		page = vm_memory(vm_mvm(), ipa, sizeof(*page));
		if (!page || !IS_ALIGNED(ipa, PAGE_SIZE))
			return -EFAULT;
	}
	vm = vm_hold(vmid);
	if (!vm)
		return -ENOENT;
	set_page_locked(vm, page);
	vm_put(vm);
	return 0;
}

static int done_locked(struct vcpu *vcpu)
{
	struct shyper_ioreq *slot;

	if (!vcpu->vm->ioreq_page)
		return -ENOENT;
	if (vcpu->ioreq.state != IOREQ_WAITING)
		return -EAGAIN;
	slot = slot_of(vcpu);
	/* Pairs with the MVM's release, after value and error. */
	if (__atomic_load_n(&slot->state, __ATOMIC_ACQUIRE) !=
	    SHYPER_IOREQ_COMPLETE)
		return -EINVAL;
	vcpu->ioreq.value = READ_ONCE(slot->value);
	vcpu->ioreq.error = READ_ONCE(slot->error);
	finish_locked(vcpu, IOREQ_DONE);
	cpu_kick(vcpu->cpu);
	return 0;
}

int ioreq_done(u64 vmid, u64 vcpu)
{
	struct vm *vm = vm_hold(vmid);
	int ret;

	if (!vm)
		return -ENOENT;
	ret = vcpu < vm->nvcpus ? done_locked(vm->vcpu[vcpu]) : -ENOENT;
	vm_put(vm);
	return ret;
}
