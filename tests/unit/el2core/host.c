// SPDX-License-Identifier: GPL-2.0-only
/* Stand-ins for what the logic under test calls in EL2. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <el2/cache.h>
#include <el2/mq.h>
#include <el2/spinlock.h>
#include <el2/stage2.h>
#include <el2/vm_object.h>

#include "host.h"

u32 host_tlb_flushes;
u32 host_aborts;
u32 host_interrupts;
u32 host_kicks;
u32 host_syncs;
void (*host_sleep)(void);

struct vm vms[SHYPER_VM_MAX];
struct spinlock vm_table_lock;

void tlb_flush_vmid(u64 vttbr)
{
	host_tlb_flushes++;
}

void cache_clean_inval(const void *start, const void *end)
{
}

void inject_abort(struct vcpu *vcpu, bool fetch)
{
	host_aborts++;
}

void mq_interrupt(void)
{
	__atomic_fetch_add(&host_interrupts, 1, __ATOMIC_SEQ_CST);
}

void cpu_kick(struct cpu *cpu)
{
	host_kicks++;
}

void cpu_sync(void)
{
	host_syncs++;
}

void vcpu_serve(struct vcpu *vcpu)
{
}

/* Somebody else's turn while a vCPU waits. */
void vcpu_sleep(void)
{
	host_sleep();
}

u64 ticks_now(void)
{
	static u64 now;

	return ++now;
}

struct vm *vm_mvm(void)
{
	return &vms[0];
}

struct vm *vm_get(u64 id)
{
	if (!spin_is_locked(&vm_table_lock))
		abort();
	if (id >= SHYPER_VM_MAX || vms[id].life == VM_FREE)
		return NULL;
	spin_lock(&vms[id].lock);
	return &vms[id];
}

struct vm *vm_hold(u64 id)
{
	if (!id || id >= SHYPER_VM_MAX || vms[id].life == VM_FREE)
		return NULL;
	spin_lock(&vms[id].lock);
	return &vms[id];
}

void vm_put(struct vm *vm)
{
	spin_unlock(&vm->lock);
}

void spin_lock(struct spinlock *lock)
{
	if (lock->owner != lock->next++)
		abort();	/* one thread: taken twice */
}

void spin_unlock(struct spinlock *lock)
{
	lock->owner++;
}

bool spin_is_locked(const struct spinlock *lock)
{
	return lock->owner != lock->next;
}

void *host_map(u64 addr, u64 size)
{
	void *at = mmap((void *)addr, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return at;
}
