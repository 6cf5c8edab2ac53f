// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of VM events, a page of the MVM's. EL2 has its own count of what it
 * wrote and lost; of the page it reads the MVM's tail only.
 *
 * Lock: ring_lock; the MVM's vgic lock inside.
 */
#include <el2/errno.h>
#include <el2/event.h>
#include <el2/string.h>
#include <el2/vm_event.h>
#include <el2/vm_object.h>

static struct spinlock ring_lock;
static struct shyper_vm_event_ring *ring;
static u32 ring_event, head, lost;

int vm_event_set_ring(u64 ipa, u64 event)
{
	struct shyper_vm_event_ring *page = NULL;

	if (ipa != ~(u64)0) {
		if (event >= SHYPER_EVENTS)
			return -EINVAL;
		page = vm_memory(vm_mvm(), ipa, sizeof(*page));
		if (!page || !IS_ALIGNED(ipa, PAGE_SIZE))
			return -EFAULT;
		memset(page, 0, sizeof(*page));
	}
	spin_lock(&ring_lock);
	ring = page;
	ring_event = (u32)event;
	head = 0;
	lost = 0;
	spin_unlock(&ring_lock);
	return 0;
}

static bool put_locked(const struct vm *vm, enum shyper_vm_event_type type)
{
	bool crash = type == SHYPER_VM_EVENT_CRASHED;

	/* Acquire: the MVM has read the slots it gives back. */
	if (head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) >=
	    SHYPER_VM_EVENT_SLOTS) {
		WRITE_ONCE(ring->lost, ++lost);
		return false;
	}
	ring->slot[head % SHYPER_VM_EVENT_SLOTS] = (struct shyper_vm_event){
		.type = type,
		.vmid = vm->id,
		.cause = crash ? vm->crash_cause : SHYPER_CRASH_NONE,
		.boots = vm->boots,
		.ipa = crash ? vm->crash_ipa : 0,
		.ticks = ticks_now(),
	};
	/* Pairs with the MVM's acquire of head. */
	__atomic_store_n(&ring->head, ++head, __ATOMIC_RELEASE);
	return true;
}

bool vm_event_send(const struct vm *vm, enum shyper_vm_event_type type)
{
	bool put = false;

	spin_lock(&ring_lock);
	if (ring) {
		put = put_locked(vm, type);
		event_set(ring_event);
	}
	spin_unlock(&ring_lock);
	return put;
}
