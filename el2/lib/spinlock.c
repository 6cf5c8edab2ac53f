// SPDX-License-Identifier: GPL-2.0-only
/* Ticket locks, see spinlock.h. */
#include <el2/spinlock.h>
#include <el2/sysreg.h>

void spin_lock(struct spinlock *lock)
{
	u16 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	/* Acquire pairs with the release in spin_unlock(). */
	while (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) != ticket)
		wfe();
}

void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->owner, (u16)(lock->owner + 1), __ATOMIC_RELEASE);
	sev();
}

bool spin_is_locked(const struct spinlock *lock)
{
	return READ_ONCE(lock->owner) != READ_ONCE(lock->next);
}
