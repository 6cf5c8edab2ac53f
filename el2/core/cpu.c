// SPDX-License-Identifier: GPL-2.0-only
/* Physical CPUs: coming up, waiting for a vCPU, running it. */
#include <el2/cpu.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/sysreg.h>
#include <el2/vcpu.h>
#include <el2/virtio.h>

#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_CPU_ON		0xc4000003

struct cpu cpus[LAYOUT_MAX_CPUS];
u32 cpu_count;

void secondary_start(void);
void boot_secondary(void) __noreturn;

u64 ticks_now(void)
{
	isb();
	return read_sysreg(cntvct_el0);
}

u64 ticks_per_ms(void)
{
	return read_sysreg(cntfrq_el0) / 1000;
}

u64 smc_call(u64 fn, u64 a1, u64 a2, u64 a3)
{
	register u64 x0 asm("x0") = fn;
	register u64 x1 asm("x1") = a1;
	register u64 x2 asm("x2") = a2;
	register u64 x3 asm("x3") = a3;

	/* SMCCC 1.1 keeps x4 and up; 1.0 may not. */
	asm volatile("smc #0"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
		     :
		     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
		       "x13", "x14", "x15", "x16", "x17", "memory");
	return x0;
}

void machine_off(void)
{
	smc_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		wfi();
}

void machine_reset(void)
{
	smc_call(PSCI_SYSTEM_RESET, 0, 0, 0);
	for (;;)
		wfi();
}

void cpu_kick(struct cpu *cpu)
{
	if (cpu != this_cpu())
		gic_kick(cpu);
}

void cpu_ask(struct cpu *cpu, u32 work)
{
	/*
	 * A CPU that asks itself does so in passing and goes on after its next
	 * exit; so that the work is set does not say that the CPU is on its way.
	 */
	__atomic_fetch_or(&cpu->work, work, __ATOMIC_RELEASE);
	cpu_kick(cpu);
}

void cpu_sync(void)
{
	struct vcpu *vcpu = this_cpu()->vcpu;
	struct cpu *cpu;

	for (cpu = cpus; cpu < cpus + cpu_count; cpu++) {
		if (cpu != this_cpu() && READ_ONCE(cpu->online))
			cpu_ask(cpu, CPU_WORK_PASS);
	}
	for (cpu = cpus; cpu < cpus + cpu_count; cpu++) {
		if (cpu == this_cpu())
			continue;
		/* It may wait for this one in the same way, or by the vGIC's. */
		while (__atomic_load_n(&cpu->work, __ATOMIC_ACQUIRE) &
		       CPU_WORK_PASS) {
			vcpu_serve(vcpu);
			wfe();
		}
	}
}

/* What others asked for, before the guest runs again. */
void cpu_do_work(struct cpu *cpu)
{
	u32 work;

	if (!READ_ONCE(cpu->work))
		return;
	/* Release: what this CPU did before it came by. Pairs with cpu_sync(). */
	work = __atomic_exchange_n(&cpu->work, 0, __ATOMIC_ACQ_REL);
	if (work & CPU_WORK_PASS)
		sev();
	if (work & CPU_WORK_MEDIATED)
		mediated_work();
}

void cpu_start_secondaries(void)
{
	u64 deadline;
	u32 n;

	for (n = 1; n < cpu_count; n++) {
		deadline = ticks_now() + 1000 * ticks_per_ms();
		smc_call(PSCI_CPU_ON, cpus[n].mpidr, (u64)secondary_start,
			 (u64)&cpus[n]);
		while (!__atomic_load_n(&cpus[n].online, __ATOMIC_ACQUIRE) &&
		       ticks_now() < deadline)
			wfe();
		if (!READ_ONCE(cpus[n].online))
			log_error("CPU %u did not start: left out", n);
	}
}

void boot_secondary(void)
{
	struct cpu *cpu = this_cpu();

	gic_cpu_init(cpu);
	__atomic_store_n(&cpu->online, true, __ATOMIC_RELEASE);
	sev();
	cpu_loop();
}

void cpu_loop(void)
{
	struct cpu *cpu = this_cpu();
	struct vcpu *vcpu;

	for (;;) {
		gic_handle();
		cpu_do_work(cpu);
		vcpu = __atomic_load_n(&cpu->vcpu, __ATOMIC_ACQUIRE);
		if (vcpu && __atomic_load_n(&vcpu->power, __ATOMIC_ACQUIRE) ==
				    VCPU_PENDING)
			vcpu_run(vcpu);
		else
			wfi();
	}
}
