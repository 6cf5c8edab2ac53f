// SPDX-License-Identifier: GPL-2.0-only
/* Ticket locks, see spinlock.h. */
#include <el2/spinlock.h>
#include <el2/util.h>

void spin_lock(struct spinlock *lock)
{
	u32 owner;
	u16 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	/* Acquire pairs with the release in spin_unlock(). */
	if (__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) == ticket)
		return;
	/*
	 * The unlocker's store ends the WFE, as it clears the monitor that the
	 * load has set (Arm ARM, B2.10.2): it need not send an event.
	 */
	asm volatile("sevl\n"
		     "1:	wfe\n"
		     "	ldaxrh	%w0, [%1]\n"
		     "	cmp	%w0, %w2\n"
		     "	b.ne	1b"
		     : "=&r"(owner) : "r"(&lock->owner), "r"((u32)ticket)
		     : "cc", "memory");
}

void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->owner, (u16)(lock->owner + 1), __ATOMIC_RELEASE);
}

bool spin_is_locked(const struct spinlock *lock)
{
	return READ_ONCE(lock->owner) != READ_ONCE(lock->next);
}
