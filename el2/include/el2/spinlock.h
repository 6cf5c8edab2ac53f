/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ticket locks. EL2 runs with interrupts masked, so a lock is never taken by
 * an interrupt handler on the CPU that holds it. The waiter sleeps in WFE until
 * the unlocker's store.
 *
 * Lock order, outermost first: vm_table -> vm -> pool -> console table, net link
 * -> virtio work -> virtio device (of the two ends of a console, the lower address
 * first) -> mq, VM event ring -> vgic -> gicd -> log. The mediated lock is a leaf, taken under vm
 * and under no device's. No net link and virtio work lock are held together.
 */
#ifndef EL2_SPINLOCK_H
#define EL2_SPINLOCK_H

#include <shyper/types.h>

struct spinlock {
	u16 owner;
	u16 next;
};

void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
/* For assertions: whether somebody holds it. */
bool spin_is_locked(const struct spinlock *lock);

#endif /* EL2_SPINLOCK_H */
