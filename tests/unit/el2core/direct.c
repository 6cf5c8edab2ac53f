// SPDX-License-Identifier: GPL-2.0-only
/*
 * The direct path on the host: what its tests share, memory grants, and all of it by
 * chance.
 */
#include <stdlib.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/event.h>
#include <el2/grant.h>
#include <el2/pool.h>
#include <el2/trap_store.h>
#include <el2/vm_event.h>

#include "direct.h"
#include "host.h"

#define TABLES_AT	0x10000000UL	/* test.c maps it, and the pool */
#define TABLES_SIZE	(512 * PAGE_SIZE)
#define POOL_AT		0x20000000UL
#define POOL_SIZE	(16 * SZ_2M)

struct vcpu vcpu[2];
static struct cpu cpu[2];

struct vm *setup(void)
{
	struct vm *vm = &vms[VMID];
	u32 n;

	pages_init((void *)TABLES_AT, TABLES_SIZE);
	pool_init(POOL_AT, POOL_SIZE);
	memset(vms, 0, sizeof(vms));
	memset(vcpu, 0, sizeof(vcpu));
	memset((void *)MVM_AT, 0, MVM_SIZE);
	vms[0].life = VM_RUNNING;
	vms[0].nregions = 1;
	vms[0].region[0] = (struct vm_region){ MVM_AT, MVM_AT, MVM_SIZE };
	stage2_init(&vms[0].stage2, 1, 16);
	vm->id = VMID;
	vm->life = VM_READY;
	stage2_init(&vm->stage2, VMID + 1, 64);
	vm->nregions = 2;
	vm->region[0] = (struct vm_region){ 0x80000000, pool_alloc(3 * SZ_2M),
					    3 * SZ_2M };
	vm->region[1] = (struct vm_region){ 0x90000000, pool_alloc(PAGE_SIZE),
					    PAGE_SIZE };
	vm->nemulated = 1;
	vm->emulated[0] = (struct vm_emulated){
		.type = SHYPER_EMU_MVM, .base = DEV, .size = DEV_SIZE };
	vm->nvcpus = 2;
	for (n = 0; n < 2; n++) {
		vcpu[n].vm = vm;
		vcpu[n].cpu = &cpu[n];
		vcpu[n].id = n;
		vm->vcpu[n] = &vcpu[n];
	}
	host_interrupts = 0;
	host_kicks = 0;
	return vm;
}

void teardown(struct vm *vm)
{
	trap_vm_destroy(vm);
	vm_event_set_ring(~0UL, 0);
	event_set_page(~0UL);
	stage2_destroy(&vm->stage2);
	stage2_destroy(&vms[0].stage2);
}

struct shyper_trap desc_of(u64 ipa, u64 length, u32 actions)
{
	return (struct shyper_trap){ .vmid = VMID, .ipa = ipa, .length = length,
				     .forward_event = 5, .actions = actions };
}

s64 add(u64 ipa, u64 length)
{
	struct shyper_trap desc = desc_of(ipa, length, 0);

	return trap_add(&desc);
}

static void test_grant(void)
{
	struct shyper_mem_table *table = (struct shyper_mem_table *)TABLE;
	struct vm *vm = setup();
	u64 pa = vm->region[0].pa, tail = vm->region[1].pa, found, leaf;
	bool good = true;
	u32 n, tables;

	vm->life = VM_CONFIG;
	check(mem_grant(VMID, TABLE) == -EAGAIN, "grant: not while it is configured");
	vm->life = VM_READY;
	check(mem_grant(0, TABLE) == -ENOENT && mem_grant(4, TABLE) == -ENOENT &&
	      mem_grant(~0UL, TABLE) == -ENOENT, "grant: of no VM, or of the MVM");
	check(mem_grant(VMID, TABLE + 8) == -EFAULT && mem_grant(VMID, pa) == -EFAULT,
	      "grant: a table that is not the MVM's");
	check(mem_revoke(VMID) == -ENXIO && mem_revoke(0) == -ENOENT,
	      "grant: nothing to revoke");
	check(!mem_grant(VMID, TABLE) && table->count == 2 &&
	      table->region[0].pa == pa && table->region[0].length == 3 * SZ_2M &&
	      table->region[1].ipa == 0x90000000 &&
	      table->region[1].length == PAGE_SIZE && !table->region[2].length,
	      "grant: the table says where it is");
	leaf = stage2_lookup(&vms[0].stage2, pa + 3 * SZ_2M - 1, &found);
	check(found == pa + 3 * SZ_2M - 1 && (leaf >> 6 & 3) == 3 && leaf >> 54 & 1,
	      "grant: mapped in place, to be read and written, never run");
	check(stage2_lookup(&vms[0].stage2, tail, &found) &&
	      stage2_lookup(&vms[0].stage2, tail + SZ_2M - 1, &found) &&
	      !stage2_lookup(&vms[0].stage2, tail + SZ_2M, &found),
	      "grant: a part of a granule by a block, the next granule not");
	tables = vms[0].stage2.pages;
	for (n = 0; n < 100; n++) {
		host_tlb_flushes = 0;
		good &= !mem_revoke(VMID) && host_tlb_flushes &&
			!stage2_lookup(&vms[0].stage2, pa, &found) &&
			!stage2_lookup(&vms[0].stage2, tail, &found);
		good &= !mem_grant(VMID, TABLE) && !mem_grant(VMID, TABLE);
	}
	check(good && vms[0].stage2.pages == tables,
	      "grant: revoked, flushed and granted 100 times with the same tables");
	teardown(vm);

	vm = setup();
	vms[0].stage2.limit = vms[0].stage2.pages;
	check(mem_grant(VMID, TABLE) == -ENOMEM && !vm->granted,
	      "grant: no table left");
	vms[0].stage2.limit = 16;
	stage2_map(&vms[0].stage2, vm->region[1].pa, 0, PAGE_SIZE, STAGE2_RAM);
	check(mem_grant(VMID, TABLE) == -EEXIST && !vm->granted &&
	      !stage2_lookup(&vms[0].stage2, vm->region[0].pa, &found),
	      "grant: all of it or nothing");
	teardown(vm);
}

static u64 any(void)
{
	static const u64 odd[] = {
		0, 1, ~0UL, 1UL << 63, EVENTS, IOREQS, RING, TABLE, REGS_PAGE, DEV,
		DEV + PAGE_SIZE, POOL_AT, MVM_AT + MVM_SIZE - 8, PAGE_SIZE, 8, VMID,
	};
	u64 random = (u64)rand() << 33 ^ (u64)rand();

	return rand() % 4 ? odd[(u64)rand() % ARRAY_SIZE(odd)] : random;
}

static void fuzz_trap(void)
{
	struct shyper_trap desc = desc_of(DEV + PAGE_SIZE * ((u64)rand() % 8),
					  PAGE_SIZE, 3);
	u32 n = 1 + (u32)rand() % 4;

	if (rand() % 2) {
		desc.flags = SHYPER_TRAP_PAGE;
		desc.page_ipa = REGS_PAGE;
		desc.action[2] = (struct shyper_trap_action){
			.offset = 0x64, .width = 4, .target = 0xffc,
			.action = SHYPER_TRAP_CLEAR_BITS };
	}
	desc.action[0] = (struct shyper_trap_action){ .offset = 0x50, .width = 4,
						      .event = 4000, .limit = 96 };
	while (rand() % 3 && n--)
		((u8 *)&desc)[(u32)rand() % 160] = (u8)rand();
	trap_add(&desc);
}

static void fuzz_mvm(void)
{
	u32 n;

	for (n = 0; n < 64; n++)
		((u8 *)IOREQS)[(u32)rand() % 512] = (u8)(rand() % 4);
	ioreq_done(any(), any());
	ioreq_done(VMID, (u64)rand() % 3);
	if (rand() % 8 == 0)
		ioreq_set_page(VMID, any());
	if (++sleeps > 4)
		vcpu[0].stop = true;
}

static void fuzz_access(struct vm *vm)
{
	static const u8 widths[] = { 1, 2, 4, 8 };
	struct mmio_access access = {
		.offset = rand() % 2 ? 0x50 : (u64)rand() % DEV_SIZE,
		.width = widths[rand() % 4], .write = rand() % 2, .value = any(),
	};
	u64 value = access.value & (~0UL >> (64 - 8 * access.width));

	vm->life = VM_RUNNING;
	sleeps = 0;
	vcpu[0].stop = false;
	host_sleep = fuzz_mvm;
	if (!access.write ||
	    (!trap_store_quick(&vcpu[0], DEV + access.offset, access.width, value) &&
	     !trap_store(&vcpu[0], DEV + access.offset, access.width, value)))
		trap_access(&vcpu[0], &access, (void *)DEV);
	vm->life = VM_READY;
}

/* Whatever is asked for, and whatever the MVM writes into what it shares. */
static void test_fuzz(void)
{
	struct vm *vm = setup();
	u64 left = pages_left();
	bool good = true;
	u32 step, n;

	srand(3);
	for (step = 0; step < 200000; step++) {
		switch (rand() % 10) {
		case 0: mem_grant(rand() % 2 ? VMID : any(), any()); break;
		case 1: mem_revoke(rand() % 2 ? VMID : any()); break;
		case 2: trap_del(rand() % 2 ? (u64)rand() % TRAPS : any()); break;
		case 3: event_set_page(any()); break;
		case 4: vm_event_set_ring(any(), any()); break;
		case 5: vm_event_send(vm, SHYPER_VM_EVENT_OFF); break;
		case 6: ioreq_set_page(any(), any()); break;
		case 7: fuzz_trap(); break;
		default: fuzz_access(vm); break;
		}
		for (n = 1; n < vm->traps.count; n++)
			good &= vm->traps.trap[n - 1]->ipa +
				vm->traps.trap[n - 1]->length <= vm->traps.trap[n]->ipa;
		good &= !spin_is_locked(&vm->lock) && !spin_is_locked(&vm_table_lock);
	}
	check(good && vm->traps.count, "fuzz: 200000 calls and accesses");
	check(left - pages_left() < 8, "fuzz: hardly any tables are used for that");
	teardown(vm);
	check(pages_left() == pages_total(), "fuzz: and none stays behind");
}

void direct_tests(void)
{
	host_map(MVM_AT, MVM_SIZE);
	trap_tests();
	event_tests();
	test_grant();
	ioreq_tests();
	test_fuzz();
}
