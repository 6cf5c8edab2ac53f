/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the direct path share: an MVM, and a VM with a device. */
#ifndef UNIT_EL2CORE_DIRECT_H
#define UNIT_EL2CORE_DIRECT_H

#include <el2/vm_object.h>

#define MVM_AT		0x30000000UL
#define MVM_SIZE	(64 * PAGE_SIZE)

#define EVENTS		(MVM_AT)
#define IOREQS		(MVM_AT + PAGE_SIZE)
#define RING		(MVM_AT + 2 * PAGE_SIZE)
#define TABLE		(MVM_AT + 3 * PAGE_SIZE)
#define REGS_PAGE	(MVM_AT + 4 * PAGE_SIZE)

#define DEV		0x0a000000UL
#define DEV_SIZE	0x8000UL
#define VMID		3

static inline struct shyper_event_page *events(void)
{
	return (struct shyper_event_page *)EVENTS;
}

static inline struct shyper_ioreq *slot(u32 n)
{
	return &((struct shyper_ioreq_page *)IOREQS)->slot[n];
}

/* The VM's. */
extern struct vcpu vcpu[2];

/* The MVM, and a VM with a device, two vCPUs and two regions, READY. */
struct vm *setup(void);
void teardown(struct vm *vm);

/* A trap of the VM's, and what adding it answers. */
struct shyper_trap desc_of(u64 ipa, u64 length, u32 actions);
s64 add(u64 ipa, u64 length);

/* How often a vCPU has slept since this was cleared. */
extern u32 sleeps;

/* direct_trap.c, direct_event.c, direct_ioreq.c */
void trap_tests(void);
void event_tests(void);
void ioreq_tests(void);

#endif /* UNIT_EL2CORE_DIRECT_H */
