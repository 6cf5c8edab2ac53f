/* SPDX-License-Identifier: GPL-2.0-only */
/* Physical CPUs: their per-CPU data, and the notes they leave each other. */
#ifndef EL2_CPU_H
#define EL2_CPU_H

#include <el2/layout.h>
#include <el2/util.h>

struct vcpu;

/* Things another CPU may ask of this one, a bit each in cpu->work. */
enum cpu_work {
	CPU_WORK_MEDIATED	= 1 << 0,	/* call mediated_work() */
	CPU_WORK_PASS		= 1 << 1,	/* say that it came by: cpu_sync() */
};

/**
 * struct cpu - one physical CPU
 * @id: its number: the order of the device tree's cpu nodes
 * @online: it has reached EL2
 * @mpidr: affinity fields of MPIDR_EL1
 * @gicr: base of its redistributor's frames
 * @sgi1r: what ICC_SGI1R_EL1 takes to kick it
 * @vcpu: the vCPU that lives here, or NULL; changed under the vm_table lock
 *	while that vCPU is off
 * @work: CPU_WORK_* bits, set by any CPU with an atomic or
 * @stack_top: EL2's stack
 */
struct cpu {
	u32 id;
	bool online;
	u64 mpidr;
	u64 gicr;
	u64 sgi1r;
	struct vcpu *vcpu;
	u32 work;
	u64 stack_top;
};

extern struct cpu cpus[LAYOUT_MAX_CPUS];
extern u32 cpu_count;

static inline struct cpu *this_cpu(void)
{
	struct cpu *cpu;

	asm volatile("mrs %0, tpidr_el2" : "=r"(cpu));
	return cpu;
}

/**
 * cpu_kick() - make a physical CPU leave its guest, or its sleep
 *
 * What it should find then has been written before; this orders it.
 */
void cpu_kick(struct cpu *cpu);

/**
 * cpu_ask() - set work bits of a CPU, and kick it if it is another one
 */
void cpu_ask(struct cpu *cpu, u32 work);

/**
 * cpu_sync() - wait until every other CPU has been at cpu_do_work() once
 *
 * So none of them is still using what it had looked up before: pointers to the
 * MVM's pages that are read without a lock.
 * Context: an exit of this CPU's vCPU, no lock held. What others ask of this CPU
 * is served meanwhile.
 */
void cpu_sync(void);

/* Do what was asked of this CPU; between two runs of its guest. */
void cpu_do_work(struct cpu *cpu);

/**
 * cpu_start_secondaries() - power on every CPU in `cpus`, wait for each
 *
 * A CPU that does not come up within a second is left out with a message.
 */
void cpu_start_secondaries(void);

/**
 * cpu_loop() - run what is given to this CPU, for ever
 */
void cpu_loop(void) __noreturn;

/* The generic timer's counter, and its ticks in a millisecond. */
u64 ticks_now(void);
u64 ticks_per_ms(void);

/* Firmware calls (PSCI by SMC). */
u64 smc_call(u64 fn, u64 a1, u64 a2, u64 a3);
void machine_off(void) __noreturn;
void machine_reset(void) __noreturn;

#endif /* EL2_CPU_H */
