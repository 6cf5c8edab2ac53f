// SPDX-License-Identifier: GPL-2.0-only
/*
 * The direct path on the host: traps, events from several threads, memory grants,
 * forwarded accesses with an MVM of every manner, the ring of VM events.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/event.h>
#include <el2/grant.h>
#include <el2/pool.h>
#include <el2/trap_store.h>
#include <el2/vm_event.h>
#include <el2/vm_object.h>

#include "host.h"

#define TABLES_AT	0x10000000UL	/* test.c maps it, and the pool */
#define TABLES_SIZE	(512 * PAGE_SIZE)
#define POOL_AT		0x20000000UL
#define POOL_SIZE	(16 * SZ_2M)
#define MVM_AT		0x30000000UL
#define MVM_SIZE	(64 * PAGE_SIZE)

#define EVENTS		(MVM_AT)
#define IOREQS		(MVM_AT + PAGE_SIZE)
#define RING		(MVM_AT + 2 * PAGE_SIZE)
#define TABLE		(MVM_AT + 3 * PAGE_SIZE)
#define REGS_PAGE	(MVM_AT + 4 * PAGE_SIZE)

#define DEV		0x0a000000UL
#define DEV_SIZE	0x8000UL
#define VMID		3

static struct vcpu vcpu[2];
static struct cpu cpu[2];

static struct shyper_event_page *events(void)
{
	return (struct shyper_event_page *)EVENTS;
}

static struct shyper_ioreq *slot(u32 n)
{
	return &((struct shyper_ioreq_page *)IOREQS)->slot[n];
}

/* The MVM, and a VM with a device, two vCPUs and two regions, READY. */
static struct vm *setup(void)
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

static void teardown(struct vm *vm)
{
	trap_vm_destroy(vm);
	vm_event_set_ring(~0UL, 0);
	event_set_page(~0UL);
	stage2_destroy(&vm->stage2);
	stage2_destroy(&vms[0].stage2);
}

static struct shyper_trap desc_of(u64 ipa, u64 length, u32 actions)
{
	return (struct shyper_trap){ .vmid = VMID, .ipa = ipa, .length = length,
				     .forward_event = 5, .actions = actions };
}

static s64 add(u64 ipa, u64 length)
{
	struct shyper_trap desc = desc_of(ipa, length, 0);

	return trap_add(&desc);
}

/* Random traps against a byte map of the device. */
static void test_trap_table(void)
{
	static s16 owner[DEV_SIZE];
	struct vm *vm = setup();
	const struct trap *trap;
	bool good = true, clear;
	u32 step, n, at, len, count = 0;
	s64 ids[TRAPS];
	s64 id;

	srand(2);
	memset(owner, 0xff, sizeof(owner));
	for (n = 0; n < TRAPS; n++)
		ids[n] = -1;
	for (step = 0; step < 3000 && good; step++) {
		at = (u32)rand() % DEV_SIZE;
		len = 1 + (u32)rand() % (rand() % 8 ? 16 : 5000);
		clear = at + len <= DEV_SIZE;
		for (n = at; n < at + len && n < DEV_SIZE; n++)
			clear &= owner[n] < 0;
		if (rand() % 3) {
			id = add(DEV + at, len);
			if (at + len > DEV_SIZE)
				good &= id == -ENODEV;
			else if (!clear)
				good &= id == -EEXIST;
			else if (count == VM_TRAPS)
				good &= id == -ENOSPC;
			else
				good &= id >= 0 && id < TRAPS && ids[id] < 0;
			if (id < 0)
				continue;
			ids[id] = at;
			count++;
			for (n = at; n < at + len; n++)
				owner[n] = (s16)id;
		} else {
			id = rand() % TRAPS;
			good &= trap_del((u64)id) == (ids[id] < 0 ? -ENOENT : 0);
			if (ids[id] < 0)
				continue;
			ids[id] = -1;
			count--;
			for (n = 0; n < DEV_SIZE; n++)
				owner[n] = owner[n] == id ? -1 : owner[n];
		}
		for (n = 0; n < DEV_SIZE - 4; n += 1 + (u32)rand() % 50) {
			trap = trap_find(&vm->traps, DEV + n, 4);
			clear = owner[n] >= 0 && owner[n] == owner[n + 1] &&
				owner[n] == owner[n + 2] && owner[n] == owner[n + 3];
			good &= clear ? trap && trap->id == (u32)owner[n] : !trap;
		}
	}
	check(good, "traps: 3000 random changes agree with a map of bytes");
	check(!trap_find(&vm->traps, DEV - 1, 1) &&
	      !trap_find(&vm->traps, ~0UL - 2, 8) && !trap_find(&vm->traps, 0, 8),
	      "traps: nothing beside the device");
	teardown(vm);
	check(trap_del(0) == -ENOENT && !vm->traps.count,
	      "traps: they go with their VM");
}

static void test_trap_refusals(void)
{
	struct vm *vm = setup();
	struct shyper_trap desc = desc_of(DEV, PAGE_SIZE, 0);
	u64 pa, leaf;
	s64 id;

	desc.flags = SHYPER_TRAP_PAGE;
	desc.page_ipa = REGS_PAGE;
	vm->life = VM_RUNNING;
	check(trap_add(&desc) == -EBUSY, "traps: not while the VM runs");
	vm->life = VM_STOPPING;
	check(trap_add(&desc) == -EBUSY, "traps: nor while it stops");
	vm->life = VM_READY;
	id = trap_add(&desc);
	leaf = stage2_lookup(&vm->stage2, DEV + 8, &pa);
	check(id >= 0 && pa == REGS_PAGE + 8 && (leaf >> 6 & 3) == 1 &&
	      leaf >> 54 & 1, "traps: a page is mapped, to be read only");
	vm->life = VM_RUNNING;
	check(trap_del((u64)id) == -EBUSY && stage2_lookup(&vm->stage2, DEV, &pa),
	      "traps: nor do they go then");
	vm->life = VM_READY;
	check(!trap_del((u64)id) && !stage2_lookup(&vm->stage2, DEV, &pa),
	      "traps: its page goes with it");
	vm->stage2.limit = vm->stage2.pages;
	desc.ipa = DEV + 0x1000;
	check(trap_add(&desc) >= 0, "traps: a neighbour needs no table");
	vm->emulated[0].base = 0x40000000;
	desc.ipa = 0x40000000;
	check(trap_add(&desc) == -ENOMEM && vm->traps.count == 1,
	      "traps: a VM's share of tables ends");
	teardown(vm);
	check(pages_left() == pages_total(), "traps: no table stays behind");
}

static void test_trap_store(void)
{
	struct vm *vm = setup();
	struct shyper_trap desc = desc_of(DEV, PAGE_SIZE, 5);
	struct vcpu *v = &vcpu[0];
	u32 *reg = (u32 *)(REGS_PAGE + 0x60);

	desc.flags = SHYPER_TRAP_PAGE;
	desc.page_ipa = REGS_PAGE;
	desc.action[0] = (struct shyper_trap_action){
		.offset = 0x50, .width = 4, .event = 100, .limit = 4 };
	desc.action[1] = (struct shyper_trap_action){
		.offset = 0x64, .width = 4, .action = SHYPER_TRAP_CLEAR_BITS,
		.target = 0x60 };
	desc.action[2] = (struct shyper_trap_action){
		.offset = 0x80, .flags = SHYPER_TRAP_MATCH, .value = 7, .event = 63 };
	desc.action[3] = (struct shyper_trap_action){
		.offset = 0x80, .width = 2, .action = SHYPER_TRAP_IGNORE };
	desc.action[4] = (struct shyper_trap_action){
		.offset = 0x80, .flags = SHYPER_TRAP_MATCH, .value = 8, .event = 64 };
	check(trap_add(&desc) >= 0 && !event_set_page(EVENTS), "store: a trap");
	check(trap_store_quick(v, DEV + 0x50, 4, 3) && events()->word[1] == BIT(39) &&
	      events()->summary == 2 && host_interrupts == 1,
	      "store: a doorbell with a value, and an interrupt");
	check(trap_store_quick(v, DEV + 0x50, 4, 3) && v->stats.trap_merged == 1 &&
	      host_interrupts == 1, "store: again: merged");
	check(trap_store(v, DEV + 0x50, 4, 4) && trap_store(v, DEV + 0x50, 4, ~0U) &&
	      events()->word[1] == BIT(39) && v->stats.trap_doorbells == 4,
	      "store: values beyond the limit ring nothing");
	check(!trap_store(v, DEV + 0x50, 2, 3) && !trap_store(v, DEV + 0x51, 4, 3) &&
	      !trap_store(v, DEV + 0x4f, 4, 3) && !trap_store(v, DEV, 4, 3) &&
	      !trap_store(v, DEV + PAGE_SIZE, 4, 3),
	      "store: another width or offset decides nothing");
	*reg = 0xffff;
	reg[1] = 0xffff;
	check(trap_store(v, DEV + 0x64, 4, 0xff) && *reg == 0xff00 &&
	      reg[1] == 0xffff && v->stats.trap_cleared == 1, "store: bits are cleared");
	check(trap_store(v, DEV + 0x80, 2, 7) && events()->word[0] == BIT(63) &&
	      events()->summary == 3 && host_interrupts == 1,
	      "store: the first action that matches; no second interrupt");
	check(trap_store(v, DEV + 0x80, 2, 8) && v->trap_ignored == 1 &&
	      events()->word[1] == BIT(39), "store: one that is ignored");
	check(trap_store(v, DEV + 0x80, 8, 8) && events()->word[1] == (BIT(39) | 1),
	      "store: a later one");
	check(!trap_store(v, DEV + 0x80, 8, BIT(32) | 8), "store: all of the value counts");
	teardown(vm);
}

/* An action of any width at the end of its trap is not to reach beyond. */
static void test_trap_end(void)
{
	struct vm *vm = setup();
	struct shyper_trap desc = desc_of(DEV, 4, 1);

	desc.action[0] = (struct shyper_trap_action){ .offset = 2, .event = 9 };
	trap_add(&desc);
	event_set_page(EVENTS);
	check(!trap_store_quick(&vcpu[0], DEV + 2, 8, 0) &&
	      !trap_store(&vcpu[0], DEV + 2, 8, 0) &&
	      !trap_store(&vcpu[0], DEV + 2, 4, 0) && !events()->summary &&
	      trap_store(&vcpu[0], DEV + 2, 2, 0) && events()->summary,
	      "store: one that leaves its trap decides nothing");
	teardown(vm);
}

#define SETTERS		4
#define ROUNDS		3000
#define RINGS		16

static u64 sequence[SHYPER_EVENTS], taken[SHYPER_EVENTS];
static pthread_barrier_t barrier;
static u32 setters_busy;
static u32 interrupts_seen;

/* Rounds, so that what is lost is not made good by what follows. */
static void *setter(void *arg)
{
	u64 random = (u64)arg * 0x9e3779b97f4a7c15 + 1;
	u32 round, n, event;

	for (round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		for (n = 0; n < RINGS; n++) {
			random = random * 6364136223846793005 + 1442695040888963407;
			/* Few words, so that they meet; now and then any. */
			event = random >> 61 ? (u32)(random >> 40) % 130 :
					       (u32)(random >> 40) % SHYPER_EVENTS;
			__atomic_fetch_add(&sequence[event], 1, __ATOMIC_RELAXED);
			event_set(event);
		}
		__atomic_fetch_sub(&setters_busy, 1, __ATOMIC_RELEASE);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

/* Only when interrupted. */
static void take(void)
{
	u32 now = __atomic_load_n(&host_interrupts, __ATOMIC_SEQ_CST);
	u64 summary, bits;
	u32 word, event;

	if (now == interrupts_seen)
		return;
	interrupts_seen = now;
	summary = __atomic_exchange_n(&events()->summary, 0, __ATOMIC_ACQUIRE);
	for (; summary; summary &= summary - 1) {
		word = (u32)__builtin_ctzl(summary);
		bits = __atomic_exchange_n(&events()->word[word], 0, __ATOMIC_ACQUIRE);
		for (; bits; bits &= bits - 1) {
			event = word * 64 + (u32)__builtin_ctzl(bits);
			taken[event] = __atomic_load_n(&sequence[event],
						       __ATOMIC_RELAXED);
		}
	}
}

/* The MVM leaves a bit set: so it does not hear of that event, but of its neighbours. */
static void test_events_held(void)
{
	struct vm *vm = setup();
	u32 before;

	event_set_page(EVENTS);
	before = host_interrupts;
	events()->word[1] = BIT(7);
	check(event_set(64 + 7) && event_set(64 + 7) && !events()->summary &&
	      host_interrupts == before, "events: a held one brings no interrupt");
	check(!event_set(64 + 8) && events()->summary == BIT(1) &&
	      host_interrupts == before + 1, "events: its neighbour does");
	events()->summary = 0;
	events()->word[1] &= BIT(7);
	check(event_set(64 + 7) && !events()->summary &&
	      host_interrupts == before + 1, "events: when that is taken, it is held still");
	events()->word[1] = 0;
	check(!event_set(64 + 7) && events()->summary == BIT(1) &&
	      host_interrupts == before + 2, "events: released, it does");
	event_set_page(~0UL);
	teardown(vm);
}

static void test_events(void)
{
	struct vm *vm = setup();
	pthread_t threads[SETTERS];
	bool good = true;
	u32 round;
	u64 n;

	event_set_page(EVENTS);
	pthread_barrier_init(&barrier, NULL, SETTERS + 1);
	for (n = 0; n < SETTERS; n++)
		pthread_create(&threads[n], NULL, setter, (void *)n);
	for (round = 0; round < ROUNDS; round++) {
		setters_busy = SETTERS;
		pthread_barrier_wait(&barrier);
		while (__atomic_load_n(&setters_busy, __ATOMIC_ACQUIRE))
			take();
		pthread_barrier_wait(&barrier);
		take();
		good &= !memcmp(sequence, taken, sizeof(sequence));
	}
	for (n = 0; n < SETTERS; n++)
		pthread_join(threads[n], NULL);
	check(good, "events: set by four threads, taken on interrupts: none is lost");
	check(!events()->summary && interrupts_seen > ROUNDS,
	      "events: and none is left");
	printf("# %u events in %u interrupts\n", SETTERS * ROUNDS * RINGS,
	       host_interrupts);
	event_set_page(~0UL);
	check(!event_set(1) && !events()->summary && !event_page_set(),
	      "events: without a page they are dropped");
	check(event_set_page(EVENTS + 8) == -EFAULT && event_set_page(0) == -EFAULT &&
	      event_set_page(MVM_AT + MVM_SIZE) == -EFAULT && !event_page_set(),
	      "events: not a page of the MVM's");
	teardown(vm);
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

/* What the MVM does while a vCPU waits, a step at each sleep. */
static u32 sleeps;
static int done_result[4];

static void mvm_answers(void)
{
	struct shyper_ioreq *s = slot(1);

	done_result[0] = ioreq_done(VMID, 1);
	s->state = SHYPER_IOREQ_PROCESSING;
	done_result[1] = ioreq_done(VMID, 1);
	s->value = 0x1122334455667788;
	s->error = 0;
	s->state = SHYPER_IOREQ_COMPLETE;
	done_result[2] = ioreq_done(VMID, 1);
	s->value = 0x5555;
	s->state = SHYPER_IOREQ_COMPLETE;
	done_result[3] = ioreq_done(VMID, 1);
}

static void mvm_refuses(void)
{
	slot(1)->error = 1;
	slot(1)->state = SHYPER_IOREQ_COMPLETE;
	done_result[0] = ioreq_done(VMID, 1);
}

static void mvm_goes(void)
{
	done_result[0] = ioreq_set_page(VMID, ~0UL);
}

static void mvm_stops(void)
{
	if (++sleeps == 3)
		vcpu[1].stop = true;
}

/* A new module, and a slot that somebody scribbled over. */
static void mvm_changes(void)
{
	if (sleeps++) {
		mvm_answers();
		return;
	}
	memset(slot(0), 0xee, PAGE_SIZE / 2);
	events()->word[0] = 0;
	done_result[0] = ioreq_set_page(VMID, IOREQS);
	if (slot(1)->state != SHYPER_IOREQ_PENDING || slot(0)->state ||
	    slot(1)->ipa != DEV + 8)
		done_result[0] = -EINVAL;
}

static int forward(void (*mvm)(void), bool write, u64 *value)
{
	struct mmio_access access = { .offset = 8, .width = 4, .write = write,
				      .value = *value };
	int ret;

	sleeps = 0;
	memset(done_result, 0, sizeof(done_result));
	host_sleep = mvm;
	ret = trap_access(&vcpu[1], &access, (void *)DEV);
	*value = access.value;
	return ret;
}

static void test_ioreq(void)
{
	struct vm *vm = setup();
	u64 value = 0xabcd;

	add(DEV, 0x100);
	vm->life = VM_RUNNING;
	check(ioreq_done(VMID, 0) == -ENOENT && forward(mvm_answers, false, &value) < 0,
	      "ioreq: without a page: an abort");
	check(ioreq_set_page(VMID, 0) == -EFAULT && ioreq_set_page(0, IOREQS) == -ENOENT &&
	      ioreq_set_page(5, IOREQS) == -ENOENT, "ioreq: bad pages, bad VMs");
	check(!ioreq_set_page(VMID, IOREQS) && forward(mvm_answers, false, &value) < 0,
	      "ioreq: nobody hears its event: an abort");
	event_set_page(EVENTS);
	check(!forward(mvm_answers, false, &value) && value == 0x1122334455667788 &&
	      events()->word[0] == BIT(5), "ioreq: a load is answered");
	check(done_result[0] == -EINVAL && done_result[1] == -EINVAL &&
	      !done_result[2] && done_result[3] == -EAGAIN,
	      "ioreq: done when it is complete, and only once");
	check(slot(1)->ipa == DEV + 8 && slot(1)->width == 4 && !slot(1)->write &&
	      slot(1)->sequence == 1, "ioreq: the slot said what was wanted");
	value = 0xabcd;
	check(!forward(mvm_answers, true, &value) && slot(1)->write &&
	      slot(1)->sequence == 2, "ioreq: a store");
	check(forward(mvm_refuses, false, &value) == -EIO, "ioreq: an error: an abort");
	check(forward(mvm_stops, false, &value) == MMIO_AGAIN && sleeps == 3 &&
	      slot(1)->state == SHYPER_IOREQ_FREE && vcpu[1].ioreq.state == IOREQ_IDLE,
	      "ioreq: a VM that stops waits no more");
	check(ioreq_done(VMID, 1) == -EAGAIN, "ioreq: and is not done");
	vcpu[1].stop = false;
	check(!forward(mvm_changes, false, &value) && !done_result[2] &&
	      value == 0x1122334455667788, "ioreq: a new page has what waits");
	check(forward(mvm_goes, false, &value) == -EIO && !done_result[0],
	      "ioreq: the page goes: an abort");
	check(ioreq_done(VMID, 2) == -ENOENT && ioreq_done(VMID, ~0UL) == -ENOENT &&
	      ioreq_done(0, 0) == -ENOENT && ioreq_done(~0UL, 0) == -ENOENT,
	      "ioreq: no such vCPU, no such VM");
	value = 0;
	ioreq_set_page(VMID, IOREQS);
	vcpu[1].vm->traps.trap[0]->length = 10;
	check(forward(mvm_answers, false, &value) == -EFAULT,
	      "ioreq: an access across the end of its trap");
	teardown(vm);
}

static void test_ring(void)
{
	struct shyper_vm_event_ring *ring = (struct shyper_vm_event_ring *)RING;
	struct vm *vm = setup();
	u32 n;

	check(!vm_event_send(vm, SHYPER_VM_EVENT_STARTED) && !ring->head,
	      "ring: without one nothing is written");
	check(vm_event_set_ring(RING, SHYPER_EVENTS) == -EINVAL &&
	      vm_event_set_ring(RING + 64, 1) == -EFAULT &&
	      vm_event_set_ring(1UL << 50, 1) == -EFAULT, "ring: bad arguments");
	event_set_page(EVENTS);
	check(!vm_event_set_ring(RING, 70), "ring: one");
	vm->crash_cause = SHYPER_CRASH_FETCH;
	vm->crash_ipa = 0x1234;
	vm->boots = 2;
	check(vm_event_send(vm, SHYPER_VM_EVENT_CRASHED) &&
	      vm_event_send(vm, SHYPER_VM_EVENT_STARTED), "ring: it has room");
	check(ring->head == 2 && ring->slot[0].type == SHYPER_VM_EVENT_CRASHED &&
	      ring->slot[0].cause == SHYPER_CRASH_FETCH && ring->slot[0].ipa == 0x1234 &&
	      ring->slot[0].boots == 2 && ring->slot[1].vmid == VMID &&
	      !ring->slot[1].cause && ring->slot[1].ticks > ring->slot[0].ticks &&
	      events()->word[1] == BIT(6), "ring: what happened, in order");
	for (n = 2; n < SHYPER_VM_EVENT_SLOTS + 5; n++)
		vm_event_send(vm, SHYPER_VM_EVENT_OFF);
	check(ring->head == SHYPER_VM_EVENT_SLOTS && ring->lost == 5 &&
	      ring->slot[0].type == SHYPER_VM_EVENT_CRASHED,
	      "ring: full: what comes is lost, what is there stays");
	ring->tail = 3;
	ring->head = 77;
	vm_event_send(vm, SHYPER_VM_EVENT_REMOVED);
	check(ring->head == SHYPER_VM_EVENT_SLOTS + 1 &&
	      ring->slot[0].type == SHYPER_VM_EVENT_REMOVED,
	      "ring: EL2 does not look at the head that the MVM wrote");
	ring->tail = ring->head + 1;
	check(!vm_event_send(vm, SHYPER_VM_EVENT_OFF) && ring->lost == 6,
	      "ring: a tail beyond the head: lost");
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
	test_trap_table();
	test_trap_refusals();
	test_trap_store();
	test_trap_end();
	test_events();
	test_events_held();
	test_grant();
	test_ioreq();
	test_ring();
	test_fuzz();
}
