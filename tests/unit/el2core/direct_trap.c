// SPDX-License-Identifier: GPL-2.0-only
/* Traps: the table, what is refused, what a store does. */
#include <stdlib.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/pool.h>
#include <el2/trap_store.h>

#include "direct.h"
#include "host.h"

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

void trap_tests(void)
{
	test_trap_table();
	test_trap_refusals();
	test_trap_store();
	test_trap_end();
}
