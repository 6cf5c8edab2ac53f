// SPDX-License-Identifier: GPL-2.0-only
/* Forwarded accesses, with an MVM of every manner. */
#include <string.h>

#include <el2/errno.h>
#include <el2/event.h>
#include <el2/trap_store.h>

#include "direct.h"
#include "host.h"

/* What the MVM does while a vCPU waits, a step at each sleep. */
u32 sleeps;
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

void ioreq_tests(void)
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
