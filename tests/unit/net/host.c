// SPDX-License-Identifier: GPL-2.0-only
/* See host.h. Locks are real ones: some tests have two threads. */
#include <stdarg.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <el2/log.h>
#include <el2/spinlock.h>
#include <el2/vgic.h>

#include "../../../el2/virtio/virtio_dev.h"
#include "host.h"
#include "tap.h"

struct vm host_vm[HOST_VMS];
struct vcpu host_vcpu[HOST_VMS];

void spin_lock(struct spinlock *lock)
{
	u16 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		sched_yield();
}

void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->owner, (u16)(lock->owner + 1), __ATOMIC_RELEASE);
}

bool spin_is_locked(const struct spinlock *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) !=
	       __atomic_load_n(&lock->next, __ATOMIC_RELAXED);
}

void log_print(enum log_level level, const char *fmt, ...)
{
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	abort();
}

void blk_vm_reset(struct vm *vm)
{
}

void blk_vm_destroy(struct vm *vm)
{
}

void console_vm_reset(struct vm *vm)
{
}

void console_vm_destroy(struct vm *vm)
{
}

u32 vm_id(const struct vm *vm)
{
	return vm->id;
}

struct vm *vcpu_vm(struct vcpu *vcpu)
{
	return vcpu->vm;
}

void vcpu_count_doorbell(struct vcpu *vcpu)
{
}

void vgic_pend_spi(struct vm *vm, u32 intid)
{
	__atomic_add_fetch(&vm->irqs, 1, __ATOMIC_RELAXED);
}

void *vm_memory(struct vm *vm, u64 ipa, u64 len)
{
	u64 at = ipa - MEM_IPA;

	if (!len || ipa < MEM_IPA || at >= MEM_SIZE ||
	    len > MEM_REGION - at % MEM_REGION)
		return NULL;
	return vm->mem[at / MEM_REGION] + at % MEM_REGION;
}

int mmio_register(struct vm *vm, u64 ipa, u64 size, mmio_handler *handler,
		  void *priv)
{
	vm->dev[vm->ndevs++] = (struct host_device){ ipa, handler, priv };
	return 0;
}

void host_init(void)
{
	u32 n, k;

	for (n = 0; n < HOST_VMS; n++) {
		host_vm[n] = (struct vm){ .id = n };
		host_vcpu[n].vm = &host_vm[n];
		for (k = 0; k < 2; k++)
			host_vm[n].mem[k] = calloc(1, MEM_REGION);
	}
}

void host_exit(void)
{
	u32 n, k;

	for (n = 0; n < HOST_VMS; n++) {
		for (k = 0; k < 2; k++)
			free(host_vm[n].mem[k]);
	}
}

void *host_at(struct vm *vm, u64 ipa)
{
	return vm_memory(vm, ipa, 1);
}

static int access_once(struct vm *vm, u64 base, struct mmio_access *access)
{
	u32 n;

	for (n = 0; n < vm->ndevs; n++) {
		if (vm->dev[n].ipa == base)
			return vm->dev[n].handler(&host_vcpu[vm->id], access,
						  vm->dev[n].priv);
	}
	abort();
}

u32 host_read(struct vm *vm, u64 base, u32 offset)
{
	struct mmio_access access = { .offset = offset, .width = 4 };

	CHECK_EQ(access_once(vm, base, &access), 0);
	return (u32)access.value;
}

int host_write_once(struct vm *vm, u64 base, u32 offset, u32 val)
{
	struct mmio_access access = {
		.offset = offset, .width = 4, .write = true, .value = val,
	};

	return access_once(vm, base, &access);
}

void host_write(struct vm *vm, u64 base, u32 offset, u32 val)
{
	int ret;

	do
		ret = host_write_once(vm, base, offset, val);
	while (ret == MMIO_AGAIN);
	CHECK_EQ(ret, 0);
}
