/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests watch of the host's stand-ins for EL2. */
#ifndef UNIT_EL2CORE_HOST_H
#define UNIT_EL2CORE_HOST_H

#include <el2/util.h>

extern u32 host_tlb_flushes;
extern u32 host_aborts;
extern u32 host_interrupts;	/* HVC_IRQs */
extern u32 host_kicks;
extern u32 host_syncs;
/* Called where a vCPU would sleep. */
extern void (*host_sleep)(void);

/* One result, as TAP: test.c. */
void report(bool good, const char *name, int line);

#define check(cond, name)	report(cond, name, __LINE__)

/* The direct path: direct.c. */
void direct_tests(void);

/**
 * host_map() - memory below 1 GiB, where 40-bit descriptors can hold it
 */
void *host_map(u64 addr, u64 size);

#endif /* UNIT_EL2CORE_HOST_H */
