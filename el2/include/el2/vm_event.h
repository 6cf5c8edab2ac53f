/* SPDX-License-Identifier: GPL-2.0-only */
/* The lives of VMs, told to the MVM in a ring that does not lose order. */
#ifndef EL2_VM_EVENT_H
#define EL2_VM_EVENT_H

#include <shyper/direct.h>

struct vm;

/**
 * vm_event_set_ring() - SHYPER_DIRECT_VM_EVENT_RING
 * @ipa: page-aligned; ~0: none
 * @event: to set after each entry
 *
 * The page is cleared; an earlier one is not touched any more.
 * Return: 0; -EFAULT it is not a page of the MVM's memory; -EINVAL event.
 */
int vm_event_set_ring(u64 ipa, u64 event);

/**
 * vm_event_send() - write an entry, if there is a ring
 *
 * Context: vm->lock held; takes the ring's lock, then the MVM's vgic lock.
 * Return: false: there is no ring, or no room in it; the latter is counted there.
 */
bool vm_event_send(const struct vm *vm, enum shyper_vm_event_type type);

#endif /* EL2_VM_EVENT_H */
