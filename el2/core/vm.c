// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs: their life from boot to removal.
 *
 * Locks: vm_table_lock (which ids and CPUs are taken), then vm->lock. The
 * hypercalls that manage VMs hold vm_table_lock throughout, so they run one
 * after another; a vCPU that stops its own VM takes vm->lock only.
 */
#include <el2/cache.h>
#include <el2/errno.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/mq.h>
#include <el2/options.h>
#include <el2/pool.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vgic.h>
#include <el2/virtio.h>
#include <el2/vm_event.h>
#include <el2/vm_object.h>

struct vm vms[SHYPER_VM_MAX];
struct spinlock vm_table_lock;

u32 vm_id(const struct vm *vm)
{
	return vm->id;
}

struct vm *vm_mvm(void)
{
	return &vms[0];
}

void vm_count(struct vm *vm, enum vm_counter counter, u64 n)
{
	__atomic_add_fetch(&vm->counter[counter], n, __ATOMIC_RELAXED);
}

struct vm *vm_get(u64 id)
{
	struct vm *vm;

	ASSERT(spin_is_locked(&vm_table_lock));
	if (id >= SHYPER_VM_MAX)
		return NULL;
	vm = &vms[id];
	spin_lock(&vm->lock);
	if (vm->life != VM_FREE)
		return vm;
	spin_unlock(&vm->lock);
	return NULL;
}

struct vm *vm_hold(u64 id)
{
	struct vm *vm;

	if (!id || id >= SHYPER_VM_MAX)
		return NULL;
	vm = &vms[id];
	spin_lock(&vm->lock);
	if (vm->life != VM_FREE)
		return vm;
	spin_unlock(&vm->lock);
	return NULL;
}

void vm_put(struct vm *vm)
{
	spin_unlock(&vm->lock);
}

int vm_create(struct vm *vm)
{
	int ret;

	if (vm->life != VM_CONFIG)
		return -EBUSY;
	if (!vm->nvcpus || !vm->nregions ||
	    !vm_memory(vm, vm->kernel_ipa, 4))
		return -EINVAL;
	ret = vgic_map(vm, vm->gicd_ipa, vm->gicr_ipa);
	if (ret) {
		log_warn("VM %u: GIC at %lx, %lx: overlaps a device", vm->id,
			 vm->gicd_ipa, vm->gicr_ipa);
		return ret;
	}
	vgic_reset(vm);
	ret = guest_dt_write(vm);
	if (ret)
		return ret;
	vm->life = VM_READY;
	return 0;
}

int vm_boot(struct vm *vm)
{
	u32 n;

	if (vm->life != VM_READY)
		return -EBUSY;
	vm->stop = VM_STOP_NONE;
	vm->life = VM_RUNNING;
	vm->boots++;
	for (n = 0; n < vm->nvcpus; n++)
		vm->vcpu[n]->stop = false;
	log_info("VM %u (%s): boots at %lx", vm->id, vm->name, vm->kernel_ipa);
	vm_event_send(vm, SHYPER_VM_EVENT_STARTED);
	return vcpu_power_on(vm->vcpu[0], vm->kernel_ipa, vm->dtb_ipa);
}

static const enum shyper_vm_event_type stop_events[] = {
	[VM_STOP_OFF] = SHYPER_VM_EVENT_OFF,
	[VM_STOP_RESET] = SHYPER_VM_EVENT_RESET,
	[VM_STOP_CRASH] = SHYPER_VM_EVENT_CRASHED,
	[VM_STOP_MVM] = SHYPER_VM_EVENT_STOPPED,
};

/* By the ring, or else by the messages that were there before it. */
static void tell_mvm(const struct vm *vm)
{
	if (vm_event_send(vm, stop_events[vm->stop]))
		return;
	switch (vm->stop) {
	case VM_STOP_OFF:
		mq_send(SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, vm->id, 0, 0);
		break;
	case VM_STOP_RESET:
		mq_send(SHYPER_FID_VMM, SHYPER_VMM_REBOOT_VM, vm->id, 0, 0);
		break;
	case VM_STOP_CRASH:
		if (options.deployed)
			break;
		mq_send(SHYPER_FID_VMM, SHYPER_VMM_VM_CRASHED, vm->id,
			vm->crash_cause, vm->crash_ipa);
		break;
	default:
		break;
	}
}

static const char * const stop_names[] = {
	[VM_STOP_NONE] = "",
	[VM_STOP_OFF] = "powered off",
	[VM_STOP_RESET] = "asked for a reset",
	[VM_STOP_CRASH] = "crashed",
	[VM_STOP_MVM] = "stopped by the management VM",
};

/* STOPPING -> READY once no vCPU is left; whoever comes last does it. */
static void stop_finish_locked(struct vm *vm)
{
	ASSERT(spin_is_locked(&vm->lock));
	if (vm->life != VM_STOPPING ||
	    __atomic_load_n(&vm->running, __ATOMIC_ACQUIRE))
		return;
	virtio_vm_reset(vm);
	vgic_reset(vm);
	/* It was written once, so it can be again: nothing of it has changed. */
	ASSERT(!guest_dt_write(vm));
	log_info("VM %u (%s): %s", vm->id, vm->name, stop_names[vm->stop]);
	tell_mvm(vm);
	__atomic_store_n(&vm->life, VM_READY, __ATOMIC_RELEASE);
	sev();
}

bool vm_stop_begin(struct vm *vm, enum vm_stop why)
{
	bool begun = false;
	u32 n;

	spin_lock(&vm->lock);
	if (vm->life == VM_RUNNING) {
		begun = true;
		vm->stop = why;
		vm->life = VM_STOPPING;
		for (n = 0; n < vm->nvcpus; n++) {
			WRITE_ONCE(vm->vcpu[n]->stop, true);
			cpu_kick(vm->vcpu[n]->cpu);
		}
		stop_finish_locked(vm);
	}
	spin_unlock(&vm->lock);
	return begun;
}

void vm_vcpu_gone(struct vm *vm)
{
	spin_lock(&vm->lock);
	__atomic_sub_fetch(&vm->running, 1, __ATOMIC_RELEASE);
	stop_finish_locked(vm);
	spin_unlock(&vm->lock);
}

int vm_stop_wait(u64 id)
{
	struct vm *vm = vm_get(id);
	u32 life;

	if (!vm)
		return -ENOENT;
	vm_put(vm);
	vm_stop_begin(vm, VM_STOP_MVM);
	for (;;) {
		life = __atomic_load_n(&vm->life, __ATOMIC_ACQUIRE);
		if (life != VM_RUNNING && life != VM_STOPPING)
			return 0;
		/* This CPU is the MVM's: what its guests wait for goes on. */
		gic_handle();
		wfe();
	}
}

static void give_back_devices(struct vm *vm)
{
	u32 n;

	for (n = 0; n < vm->npassthrough; n++)
		stage2_map(&vms[0].stage2, vm->passthrough[n].pa,
			   vm->passthrough[n].pa, vm->passthrough[n].size,
			   STAGE2_DEVICE_PAGES);
	for (n = 0; n < vm->nirqs; n++) {
		vgic_take_hw(vm, vm->irq[n]);
		vgic_give_hw(&vms[0], vm->irq[n]);
	}
}

int vm_remove(u64 id)
{
	struct vm *vm;
	u32 n;
	int ret;

	if (id == 0)
		return -EPERM;
	vm = vm_get(id);
	if (!vm)
		return -ENOENT;
	/* Or else the MVM would keep a mapping of the next owner's memory. */
	ret = vm->granted ? -EBUSY : 0;
	vm_put(vm);
	if (ret)
		return ret;
	ret = vm_stop_wait(id);
	if (ret)
		return ret;
	vm = vm_get(id);
	if (!vm)
		return -ENOENT;
	virtio_vm_destroy(vm);
	trap_vm_destroy(vm);
	vm->ioreq_page = NULL;
	vgic_forget_direct(vm);
	give_back_devices(vm);
	stage2_destroy(&vm->stage2);
	for (n = 0; n < vm->nregions; n++)
		pool_free(vm->region[n].pa, vm->region[n].size);
	for (n = 0; n < vm->nvcpus; n++)
		__atomic_store_n(&vm->vcpu[n]->cpu->vcpu, NULL, __ATOMIC_RELEASE);
	log_info("VM %u (%s): removed", vm->id, vm->name);
	vm_event_send(vm, SHYPER_VM_EVENT_REMOVED);
	vm->life = VM_FREE;
	vm->nvcpus = 0;
	vm->cpu_mask = 0;
	vm->nregions = 0;
	vm_put(vm);
	return 0;
}
