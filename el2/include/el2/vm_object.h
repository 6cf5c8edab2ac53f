/* SPDX-License-Identifier: GPL-2.0-only */
/* struct vm, for the core; virtio knows it by vm.h only. */
#ifndef EL2_VM_OBJECT_H
#define EL2_VM_OBJECT_H

#include <el2/cpu.h>
#include <el2/mmio.h>
#include <el2/spinlock.h>
#include <el2/stage2.h>
#include <el2/trap.h>
#include <el2/vcpu.h>
#include <el2/vm.h>
#include <shyper/direct.h>

#define VM_REGIONS	8
#define VM_VCPUS	LAYOUT_MAX_CPUS
#define VM_EMULATED	16
#define VM_PASSTHROUGH	16
#define VM_IRQS		64
#define VM_DTB_DEVICES	16
#define VM_CMDLINE	1024

/* A piece of RAM; the MVM's is identity-mapped, a guest's is from the pool. */
struct vm_region {
	u64 ipa;
	u64 pa;
	u64 size;
};

struct vm_emulated {
	char name[SHYPER_NAME_LEN];
	u32 type;
	u32 intid;
	u64 base;
	u64 size;
	u64 cfg[SHYPER_CFG_LIST_LEN];
};

struct vm_dtb_device {
	char name[SHYPER_NAME_LEN];
	u32 type;
	u32 intid;		/* 0: none */
	u64 base;
	u64 size;
};

/*
 * Life of a VM. FREE -> CONFIG by add_vm; CONFIG -> READY by the first upload;
 * READY -> RUNNING by boot; RUNNING -> STOPPING by power-off, reset, crash or the
 * MVM; STOPPING -> READY by the last vCPU that leaves. All under vm->lock.
 */
enum vm_life {
	VM_FREE,
	VM_CONFIG,
	VM_READY,
	VM_RUNNING,
	VM_STOPPING,
};

/* Why a VM stops, and so what the MVM is told. */
enum vm_stop {
	VM_STOP_NONE,
	VM_STOP_OFF,
	VM_STOP_RESET,
	VM_STOP_CRASH,
	VM_STOP_MVM,		/* it asked: no message */
};

/**
 * struct vgic - the distributor of a VM; all but @nspis under @lock
 * @lock:	first, as vgic_init() clears what is behind it
 * @nspis:	SPIs it has, a multiple of 32
 * @ctlr:	GICD_CTLR
 * @enabled:	per SPI, as the rest; word 0 is unused (the vCPUs have it)
 * @pending:	latched
 * @level:	bit clear: edge-triggered
 * @hw:		backed by the physical interrupt of the same number
 * @direct:	of a device that the MVM models: vgic_inject()
 * @priority:	per INTID
 * @target:	vCPU number
 * @irouter:	GICD_IROUTER as written
 */
struct vgic {
	struct spinlock lock;
	u32 nspis;
	u32 ctlr;
	u32 enabled[VGIC_WORDS];
	u32 pending[VGIC_WORDS];
	u32 level[VGIC_WORDS];
	u32 hw[VGIC_WORDS];
	u32 direct[VGIC_WORDS];
	u8 priority[VGIC_INTIDS];
	u8 target[VGIC_INTIDS];
	u64 irouter[VGIC_INTIDS];
};

/**
 * struct vm - a virtual machine
 * @id:		0 is the MVM
 * @lock:	life, configuration
 * @life:	see enum vm_life
 * @stop:	why it stops; written once per run, by compare and exchange
 * @crash_cause: with VM_STOP_CRASH
 * @crash_ipa:	with VM_STOP_CRASH
 * @running:	vCPUs that are not OFF; atomic
 * @name:	NUL-terminated
 * @type:	enum shyper_vm_type
 * @cmdline:	for the device tree
 * @kernel_ipa:	entry; images are uploaded relative to it
 * @dtb_ipa:	device tree
 * @ramdisk_ipa: as configured
 * @cpu_mask:	physical CPUs it owns
 * @nvcpus:	of @vcpu
 * @boots:	times booted
 * @granted:	its memory is in the MVM's stage 2; vm_table_lock
 * @traps:	changed while it does not run
 * @ioreq_page:	of the MVM, NULL: none
 * @complaints:	lines about it that were due; atomic
 * @hvc_irqs:	it got (MVM); atomic
 * @counter:	enum vm_counter; atomic
 */
struct vm {
	/* Taken by CPUs that do not know whether the VM is still there: kept. */
	struct spinlock lock;
	struct vgic vgic;
	/* vm_add() clears from here on. */
	u32 id;
	u32 life;
	u32 stop;
	u32 crash_cause;
	u64 crash_ipa;
	u32 running;
	char name[SHYPER_NAME_LEN];
	u32 type;
	char cmdline[VM_CMDLINE + 1];
	u64 kernel_ipa;
	u64 dtb_ipa;
	u64 ramdisk_ipa;
	u64 cpu_mask;
	u32 nvcpus;
	struct vcpu *vcpu[VM_VCPUS];
	u32 nregions;
	struct vm_region region[VM_REGIONS];
	u32 nemulated;
	struct vm_emulated emulated[VM_EMULATED];
	u32 npassthrough;
	struct vm_region passthrough[VM_PASSTHROUGH];
	u32 nirqs;
	u32 irq[VM_IRQS];
	u32 ndtb_devices;
	struct vm_dtb_device dtb_device[VM_DTB_DEVICES];
	u64 gicd_ipa;
	u64 gicr_ipa;
	struct stage2 stage2;
	struct mmio_table mmio;
	u32 boots;
	bool granted;
	struct trap_table traps;
	struct shyper_ioreq_page *ioreq_page;
	u64 complaints;
	u64 hvc_irqs;
	u64 counter[VM_COUNTERS];
};

extern struct vm vms[SHYPER_VM_MAX];
/* Which VM and which physical CPU belong together: taken before any vm->lock. */
extern struct spinlock vm_table_lock;

/**
 * vm_get() - a VM that exists, locked
 *
 * Return: NULL if there is none of that id. vm_put() unlocks it.
 */
struct vm *vm_get(u64 id);
void vm_put(struct vm *vm);

/**
 * vm_hold() - a guest that exists, locked, without vm_table_lock
 *
 * For what changes that VM's own state only: it does not wait for calls that manage
 * other VMs. Return: NULL if there is none of that id. vm_put() unlocks it.
 */
struct vm *vm_hold(u64 id);

/* Configuration, each in the order of CONFIG's events; 0 or -errno. */
int vm_add(const char *name, u32 type, const char *cmdline, u64 kernel_ipa,
	   u64 dtb_ipa, u64 ramdisk_ipa);	/* returns the id */
int vm_set_cpus(struct vm *vm, u64 num, u64 mask, u64 master);
int vm_add_memory(struct vm *vm, u64 ipa, u64 size);
int vm_add_emulated(struct vm *vm, const struct vm_emulated *dev);
int vm_add_passthrough(struct vm *vm, u64 ipa, u64 pa, u64 size);
int vm_add_irq(struct vm *vm, u64 intid);
int vm_add_dtb_device(struct vm *vm, const struct vm_dtb_device *dev);

/**
 * vm_create() - CONFIG -> READY: interrupt controller, device tree, all checked
 */
int vm_create(struct vm *vm);

/**
 * vm_boot() - READY -> RUNNING: the first vCPU begins at the kernel
 */
int vm_boot(struct vm *vm);

/**
 * vm_stop_begin() - RUNNING -> STOPPING; the vCPUs leave one by one
 *
 * Return: false if it is stopping already (the first reason counts).
 */
bool vm_stop_begin(struct vm *vm, enum vm_stop why);

/**
 * vm_stop_wait() - stop a VM for the MVM and wait until it is READY
 * @id: not 0
 *
 * Return: 0; -ENOENT.
 */
int vm_stop_wait(u64 id);

/**
 * vm_vcpu_gone() - a vCPU is OFF; the last one of a stopping VM ends the stop
 */
void vm_vcpu_gone(struct vm *vm);

/**
 * vm_remove() - stop if need be, scrub and free everything of a VM
 *
 * Return: 0; -ENOENT; -EPERM for the MVM; -EBUSY its memory is granted: nothing has
 * changed.
 */
int vm_remove(u64 id);

/**
 * vcpu_ready() - between an exit and the entry: what others asked for
 *
 * Return: false if the vCPU is to go off.
 */
static inline bool vcpu_ready(struct vcpu *vcpu)
{
	if (READ_ONCE(vcpu->stop) || vcpu->off)
		return false;
	if (READ_ONCE(vcpu->cpu->work))
		cpu_do_work(vcpu->cpu);
	if (READ_ONCE(vcpu->vgic.any_ready) || READ_ONCE(vcpu->vgic.requests))
		vgic_enter(vcpu);
	return true;
}

/* core/guest_dt.c: write the VM's device tree into its memory. */
int guest_dt_write(struct vm *vm);

/**
 * guest_dt_seed() - SHYPER_DIRECT_GUEST_SEED: with /chosen/rng-seed, for its next boot
 * @seed: SHYPER_SEED_BYTES; not kept. When the VM has stopped, the tree has none
 *
 * Context: vm->lock held.
 * Return: 0; -EAGAIN it is being configured; -EBUSY it runs; -EEXIST its tree is
 * another one, or has a seed; -ENOSPC, -EINVAL: there is no room.
 */
int guest_dt_seed(struct vm *vm, const u8 *seed);

/* core/mvm.c: make VM 0 from the boot loader's device tree. */
void mvm_init(void *fdt);

/* core/inject.c: the vCPU's EL1 registers as after reset. */
void vcpu_reset_el1(struct vcpu *vcpu);

#endif /* EL2_VM_OBJECT_H */
