// SPDX-License-Identifier: GPL-2.0-only
/* Events from several threads, and the ring of VM events. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/event.h>
#include <el2/vm_event.h>

#include "direct.h"
#include "host.h"

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

void event_tests(void)
{
	test_events();
	test_events_held();
	test_ring();
}
