// SPDX-License-Identifier: GPL-2.0-only
/* The rest of EL2, as far as virtio calls it: see board.h. */
#include <stdarg.h>
#include <stdio.h>
#include <sched.h>

#include "board.h"

#include <el2/spinlock.h>
#include <el2/vgic.h>

struct board board;
struct options options;

static _Thread_local const struct spinlock *held[4];
static _Thread_local u32 nheld;
static jmp_buf *panic_to;

void spin_lock(struct spinlock *lock)
{
	u16 ticket;
	u32 n;

	for (n = 0; n < nheld; n++) {
		if (held[n] == lock)
			panic("a lock is taken twice");
	}
	ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		sched_yield();
	if (nheld == 4)
		panic("too many locks at a time");
	held[nheld++] = lock;
}

void spin_unlock(struct spinlock *lock)
{
	u32 n;

	for (n = 0; n < nheld && held[n] != lock; n++)
		;
	if (n == nheld)
		panic("a lock is released that is not held");
	held[n] = held[--nheld];
	__atomic_store_n(&lock->owner, (u16)(lock->owner + 1), __ATOMIC_RELEASE);
}

bool spin_is_locked(const struct spinlock *lock)
{
	u32 n;

	for (n = 0; n < nheld; n++) {
		if (held[n] == lock)
			return true;
	}
	return false;
}

bool no_locks(void)
{
	return !nheld;
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("# EL2 panics: ");
	vprintf(fmt, args);
	printf("\n");
	va_end(args);
	abort();
}

void deployed_panic(const char *fmt, ...)
{
	board.panicked++;
	if (!panic_to || !no_locks())
		panic("deployed: %s", fmt);
	longjmp(*panic_to, 1);
}

bool panics(void (*fn)(void))
{
	jmp_buf here;
	bool yes = true;

	panic_to = &here;
	if (!setjmp(here)) {
		fn();
		yes = false;
	}
	panic_to = NULL;
	return yes;
}

void log_print(enum log_level level, const char *fmt, ...)
{
	__atomic_add_fetch(&board.logged, 1, __ATOMIC_RELAXED);
}

void *vm_memory(struct vm *vm, u64 ipa, u64 len)
{
	const struct region *r;
	u32 n;

	for (n = 0; n < vm->nregions; n++) {
		r = &vm->region[n];
		if (len && range_ok(ipa, len, r->ipa, r->size))
			return r->host + (ipa - r->ipa);
	}
	return NULL;
}

u32 vm_id(const struct vm *vm)
{
	return vm->id;
}

struct vm *vm_mvm(void)
{
	return &board.vm[0];
}

struct vm *vcpu_vm(struct vcpu *vcpu)
{
	return vcpu->vm;
}

void vm_count(struct vm *vm, enum vm_counter counter, u64 n)
{
	__atomic_add_fetch(&vm->counter[counter], n, __ATOMIC_RELAXED);
}

void vcpu_count_doorbell(struct vcpu *vcpu)
{
	__atomic_add_fetch(&vcpu->doorbells, 1, __ATOMIC_RELAXED);
}

void vgic_pend_spi(struct vm *vm, u32 intid)
{
	__atomic_add_fetch(&vm->irqs[intid], 1, __ATOMIC_RELAXED);
	if (board.on_irq)
		board.on_irq(vm, intid);
}

void mq_send(u64 fid, u64 event, u64 arg0, u64 arg1, u64 arg2)
{
	if (!no_locks() || fid != SHYPER_FID_MEDIATED ||
	    event != SHYPER_MEDIATED_DRV_NOTIFY)
		panic("a wrong message");
	__atomic_add_fetch(&board.messages, 1, __ATOMIC_RELAXED);
}

void mq_work_mvm(void)
{
	if (!no_locks())
		panic("mq_work_mvm with a lock");
	__atomic_add_fetch(&board.works, 1, __ATOMIC_RELAXED);
	if (options.deployed)
		mediated_work();
	else
		__atomic_store_n(&board.work, true, __ATOMIC_RELEASE);
}

int mmio_register(struct vm *vm, u64 ipa, u64 size, mmio_handler *handler,
		  void *priv)
{
	u32 n;

	if (vm->nmmio == MMIO_REGIONS)
		return -ENOSPC;
	for (n = 0; n < vm->nmmio; n++) {
		if (range_overlaps(ipa, size, vm->mmio[n].ipa, vm->mmio[n].size))
			return -EEXIST;
	}
	vm->mmio[vm->nmmio++] = (struct mmio_region){ ipa, size, handler, priv };
	return 0;
}

void vm_begin(u32 id)
{
	struct vm *vm = &board.vm[id];

	memset(vm, 0, sizeof(*vm));
	vm->id = id;
	vm->vcpu.vm = vm;
	vm->nregions = 2;
	vm->region[0] = (struct region){ RAM, RAM_SIZE,
					 aligned_alloc(4096, RAM_SIZE) };
	vm->region[1] = (struct region){ RAM2, RAM2_SIZE,
					 aligned_alloc(4096, RAM2_SIZE) };
	memset(vm->region[0].host, 0, RAM_SIZE);
	memset(vm->region[1].host, 0, RAM2_SIZE);
	vm->next = RAM;
}

void vm_end(u32 id)
{
	struct vm *vm = &board.vm[id];

	virtio_vm_destroy(vm);
	free(vm->region[0].host);
	free(vm->region[1].host);
	memset(vm, 0, sizeof(*vm));
}

void board_begin(u32 vms)
{
	u32 n;

	memset(&board, 0, sizeof(board));
	for (n = 0; n < vms; n++)
		vm_begin(n);
}

u64 vm_alloc(struct vm *vm, u64 size)
{
	u64 at = vm->next;

	vm->next += ALIGN_UP(size, 4096);
	if (vm->next > RAM + RAM_SIZE)
		panic("the test has no memory left");
	return at;
}

void *vm_at(struct vm *vm, u64 ipa, u64 len)
{
	void *p = vm_memory(vm, ipa, len);

	if (!p)
		panic("the test uses what is no memory");
	return p;
}

static int vm_access(struct vm *vm, u64 ipa, struct mmio_access *access)
{
	const struct mmio_region *r;
	u32 n;
	int ret;

	for (n = 0; n < vm->nmmio; n++) {
		r = &vm->mmio[n];
		if (!range_ok(ipa, access->width, r->ipa, r->size))
			continue;
		access->offset = ipa - r->ipa;
		ret = r->handler(&vm->vcpu, access, r->priv);
		if (!no_locks())
			panic("a lock is still held");
		return ret;
	}
	return -ENXIO;
}

int vm_load(struct vm *vm, u64 ipa, u32 width, u64 *value)
{
	struct mmio_access access = { .width = (u8)width, .value = ~0UL };
	int ret = vm_access(vm, ipa, &access);

	*value = access.value & (~(u64)0 >> (64 - 8 * width));
	return ret;
}

int vm_store(struct vm *vm, u64 ipa, u32 width, u64 value)
{
	struct mmio_access access = {
		.width = (u8)width,
		.value = value & (~(u64)0 >> (64 - 8 * width)),
		.write = true,
	};

	return vm_access(vm, ipa, &access);
}

u32 vm_read(struct vm *vm, u64 ipa)
{
	u64 value;

	CHECK_EQ(vm_load(vm, ipa, 4, &value), 0);
	return (u32)value;
}

void vm_write(struct vm *vm, u64 ipa, u32 value)
{
	int ret;

	do {
		ret = vm_store(vm, ipa, 4, value);
	} while (ret == MMIO_AGAIN);
	CHECK_EQ(ret, 0);
}
