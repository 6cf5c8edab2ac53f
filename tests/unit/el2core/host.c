// SPDX-License-Identifier: GPL-2.0-only
/* Stand-ins for what stage2.c, pool.c and mmio.c call in EL2. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <el2/cache.h>
#include <el2/spinlock.h>
#include <el2/stage2.h>
#include <el2/vcpu.h>

#include "host.h"

u32 host_tlb_flushes;
u32 host_aborts;

void tlb_flush_vmid(u64 vttbr)
{
	host_tlb_flushes++;
}

void cache_clean_inval(const void *start, const void *end)
{
}

void inject_abort(struct vcpu *vcpu, bool fetch)
{
	host_aborts++;
}

void spin_lock(struct spinlock *lock)
{
	if (lock->owner != lock->next++)
		abort();	/* one thread: taken twice */
}

void spin_unlock(struct spinlock *lock)
{
	lock->owner++;
}

void *host_map(u64 addr, u64 size)
{
	void *at = mmap((void *)addr, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return at;
}
