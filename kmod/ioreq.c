// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses that EL2 forwards: a slot for each vCPU, which waits for the answer.
 *
 * Each slot is answered by a work item of its own, so that one which waits for a
 * device holds up nobody else. A slot is taken with the lock of its device held:
 * a VM that stops leaves its slots free, so an access of its last run is not found
 * any more once the device has been reset after that.
 *
 * Locks: dev->lock.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/gfp.h>

#include "doorbell.h"
#include "hypercall.h"
#include "trace.h"
#include "vdev_core.h"

static struct shyper_vdev_core *find(const struct vdev_vm *vm, u32 trap)
{
	struct shyper_vdev_core *core;

	list_for_each_entry(core, &vm->devs, node) {
		if (core->trap == trap)
			return core;
	}
	return NULL;
}

/* Acquire: what EL2 wrote before the old state; release: what we wrote. */
static bool step(struct shyper_ioreq *req, u32 old, u32 new)
{
	u32 from = (__force u32)cpu_to_le32(old);
	u32 to = (__force u32)cpu_to_le32(new);

	return cmpxchg((__force u32 *)&req->state, from, to) == from;
}

static bool access(struct shyper_vdev_core *core, struct shyper_ioreq *req)
{
	u64 offset = le64_to_cpu(req->ipa) - core->dev.base;
	u64 value = le64_to_cpu(req->value);
	bool known;

	core->forwarded++;
	if (offset >= SHYPER_PAGE_SIZE)
		return false;
	trace_shyper_forwarded(core->dev.index, offset, req->width, req->write,
			       value);
	if (req->write)
		return shyper_vdev_regs_store(core, offset, req->width, value);
	known = shyper_vdev_regs_load(core, offset, req->width, &value);
	req->value = cpu_to_le64(value);
	return known;
}

/* Returns false if it was not, or not any more, to be answered for this device. */
static bool answer_locked(struct shyper_vdev_core *core, u32 trap,
			  struct shyper_ioreq *req)
{
	lockdep_assert_held(&core->dev.lock);
	if (le32_to_cpu(READ_ONCE(req->trap)) != trap ||
	    !step(req, SHYPER_IOREQ_PENDING, SHYPER_IOREQ_PROCESSING))
		return false;
	req->error = !access(core, req);
	/* The VM may have been stopped meanwhile; then it is not ours any more. */
	return step(req, SHYPER_IOREQ_PROCESSING, SHYPER_IOREQ_COMPLETE);
}

/* A trap that is no device's: there is none but in the moment of its removal. */
static bool answer_nobody(struct shyper_ioreq *req)
{
	if (!step(req, SHYPER_IOREQ_PENDING, SHYPER_IOREQ_PROCESSING))
		return false;
	req->error = 1;
	return step(req, SHYPER_IOREQ_PROCESSING, SHYPER_IOREQ_COMPLETE);
}

static void slot_work(struct work_struct *work)
{
	struct ioreq_slot *slot = container_of(work, struct ioreq_slot, work);
	struct shyper_ioreq *req = &slot->vm->ioreqs->slot[slot->vcpu];
	struct shyper_vdev_core *core;
	bool done;
	u32 trap;

	while (smp_load_acquire(&req->state) == cpu_to_le32(SHYPER_IOREQ_PENDING)) {
		trap = le32_to_cpu(READ_ONCE(req->trap));
		core = find(slot->vm, trap);
		if (core) {
			mutex_lock(&core->dev.lock);
			done = answer_locked(core, trap, req);
			mutex_unlock(&core->dev.lock);
		} else {
			done = answer_nobody(req);
		}
		if (done)
			shyper_hvc_ioreq_done(slot->vm->vmid, slot->vcpu);
	}
}

/* Hard interrupt context. */
static void forwarded(void *priv, u32 n)
{
	struct vdev_vm *vm = priv;
	u32 vcpu;

	for (vcpu = 0; vcpu < SHYPER_IOREQ_SLOTS; vcpu++) {
		if (READ_ONCE(vm->ioreqs->slot[vcpu].state) ==
		    cpu_to_le32(SHYPER_IOREQ_PENDING))
			queue_work(shyper_vdev_wq, &vm->slot[vcpu].work);
	}
}

void shyper_ioreqs_init(struct vdev_vm *vm)
{
	u32 n;

	for (n = 0; n < SHYPER_IOREQ_SLOTS; n++) {
		vm->slot[n].vm = vm;
		vm->slot[n].vcpu = n;
		INIT_WORK(&vm->slot[n].work, slot_work);
	}
}

int shyper_ioreqs_start(struct vdev_vm *vm)
{
	int ret;

	if (vm->ioreqs)
		return 0;
	vm->ioreqs = (void *)get_zeroed_page(GFP_KERNEL);
	if (!vm->ioreqs)
		return -ENOMEM;
	ret = shyper_doorbell_alloc(1, forwarded, vm);
	if (ret < 0)
		goto err_page;
	vm->ioreq_event = ret;
	ret = shyper_hvc_ioreq_page(vm->vmid, vm->ioreqs);
	if (ret)
		goto err_doorbell;
	return 0;

err_doorbell:
	shyper_doorbell_free(vm->ioreq_event, 1);
err_page:
	free_page((unsigned long)vm->ioreqs);
	vm->ioreqs = NULL;
	return ret;
}

void shyper_ioreqs_stop(struct vdev_vm *vm)
{
	bool kept;
	u32 n;

	if (!vm->ioreqs)
		return;
	kept = shyper_hvc_ioreq_page(vm->vmid, NULL);
	shyper_doorbell_free(vm->ioreq_event, 1);
	for (n = 0; n < SHYPER_IOREQ_SLOTS; n++)
		cancel_work_sync(&vm->slot[n].work);
	/* If the hypervisor keeps it, it is not ours to free. */
	if (!kept)
		free_page((unsigned long)vm->ioreqs);
	vm->ioreqs = NULL;
}
