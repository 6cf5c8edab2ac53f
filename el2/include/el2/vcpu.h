/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtual CPU. It lives on one physical CPU, which runs nothing else, so
 * its EL1 state stays in that CPU's registers from power-on to power-off.
 */
#ifndef EL2_VCPU_H
#define EL2_VCPU_H

#include <el2/ioreq.h>
#include <el2/util.h>
#include <shyper/hypercall.h>

struct cpu;
struct vm;

/* How the guest goes on: what exit.c says to arch/vectors.S. */
enum guest_resume {
	GUEST_LEAVE,		/* not at all: back to vcpu_run() */
	GUEST_RESUME,
	GUEST_SLOW,		/* call exit_slow() */
};

/**
 * struct guest_regs - the guest's general registers while EL2 runs
 * @x:		x20 to x29 in exit_slow() only; x[31] is zero, as XZR
 * @pc:		with @pstate: of the entry, and in exit_slow()
 * @pstate:	see @pc
 * @host_sp:	EL2's stack while the guest runs, whose own SP_EL2 points here
 */
struct guest_regs {
	u64 x[32];
	u64 pc;
	u64 pstate;
	u64 host_sp;
} __aligned(16);

/*
 * Power states, PSCI's AFFINITY_INFO values. OFF -> CLAIMED -> PENDING by CPU_ON
 * or boot, PENDING -> ON and ON -> OFF by the physical CPU alone.
 */
enum vcpu_power {
	VCPU_ON		= 0,
	VCPU_OFF	= 1,
	VCPU_PENDING	= 2,
	VCPU_CLAIMED	= 3,	/* entry and context are being written */
};

#define VGIC_LRS	16
#define VGIC_PRIVATE	32	/* SGIs and PPIs */
#define VGIC_SPIS	256
#define VGIC_INTIDS	(VGIC_PRIVATE + VGIC_SPIS)
#define VGIC_WORDS	(VGIC_INTIDS / 32)

/* vgic->requests of a vCPU: what others want done with its list registers. */
#define VGIC_REQ_PRUNE		(1 << 0)	/* take back what is disabled now */
#define VGIC_REQ_PUBLISH	(1 << 1)	/* write their state to lr_copy */

/* Of any_ready, beside a bit for each of VGIC_WORDS. */
#define VGIC_READY_LPIS		(1U << 31)

#define VGIC_LPI_FIRST		8192
#define VGIC_LPIS		1024		/* GICD_TYPER.num_LPIs */

/**
 * struct vgic_vcpu - a vCPU's share of its VM's vGIC
 * @enabled:	of SGIs and PPIs, as the next six; VM's vgic lock
 * @pending:	latched, not (only) in a list register
 * @level:	bit clear: edge-triggered
 * @priority:	per interrupt
 * @ready:	INTIDs of all kinds to put into a list register: pending,
 *		enabled, for this vCPU; vgic lock
 * @any_ready:	bit n: look at @ready[n]; VGIC_READY_LPIS; changed with the lock,
 *		read also without
 * @requests:	VGIC_REQ_*; set with atomics
 * @lr_intid:	what each list register holds, 0xffffffff: nothing; own CPU only
 * @lr_used:	bit n: lr_intid[n] holds something, or did until the guest had finished
 *		with it; own CPU only
 * @lr_copy:	state published on VGIC_REQ_PUBLISH
 * @in_lr:	INTIDs that may be in a list register: set when put there, cleared
 *		when that register is seen empty; vgic lock
 * @lpi_queue:	pending LPIs, first come first served; vgic lock
 * @lpi_head:	taken from here
 * @lpi_tail:	put here
 * @lpi_queued: which are in the queue
 * @lpi_enabled: GICR_CTLR.EnableLPIs
 * @waker:	GICR_WAKER.ProcessorSleep as written
 */
struct vgic_vcpu {
	u32 enabled;
	u32 pending;
	u32 level;
	u8 priority[VGIC_PRIVATE];
	u32 ready[VGIC_WORDS];
	u32 any_ready;
	u32 requests;
	u32 lr_intid[VGIC_LRS];
	u32 lr_used;
	u64 lr_copy[VGIC_LRS];
	u32 in_lr[VGIC_WORDS];
	u16 lpi_queue[VGIC_LPIS];
	u32 lpi_head;
	u32 lpi_tail;
	u32 lpi_queued[VGIC_LPIS / 32];
	bool lpi_enabled;
	bool waker;
};

/**
 * struct vcpu - a virtual CPU
 * @vm:		its VM
 * @cpu:	its physical CPU
 * @id:		number in the VM; MPIDR.Aff0 of a guest
 * @power:	enum vcpu_power
 * @stop:	leave the guest and go off: set by whoever stops the VM, cleared
 *		at its next boot
 * @off:	the same, asked for by the vCPU itself; own CPU only
 * @regs:	general registers while EL2 runs
 * @entry:	where to begin, with @context in x0; written while OFF -> PENDING
 * @context:	see @entry
 * @esr:	syndrome of the exit that is being handled, with the next two
 * @far:	FAR_EL2
 * @hpfar:	HPFAR_EL2
 * @ioreq:	a forwarded access; see there
 * @hypercalls:	it made; own CPU writes, as the next ones
 * @trap_ignored: stores that a trap's action dropped
 * @stats:	exits[MMIO] lacks the stores that a trap decided: fill_stats()
 */
struct vcpu {
	struct vm *vm;
	struct cpu *cpu;
	u32 id;
	u32 power;
	bool stop;
	bool off;
	struct guest_regs regs;
	u64 entry;
	u64 context;
	u64 esr;
	u64 far;
	u64 hpfar;
	struct vgic_vcpu vgic;
	struct ioreq ioreq;
	u64 hypercalls;
	u64 trap_ignored;
	struct shyper_vcpu_stats stats;
};

static inline u64 vcpu_get_reg(const struct vcpu *vcpu, u32 n)
{
	return vcpu->regs.x[n];
}

static inline void vcpu_set_reg(struct vcpu *vcpu, u32 n, u64 val)
{
	if (n != 31)
		vcpu->regs.x[n] = val;
}

/* Step over the instruction that trapped. */
static inline void vcpu_skip(struct vcpu *vcpu)
{
	vcpu->regs.pc += 4;
}

/**
 * vcpu_power_on() - have an OFF vCPU begin at @entry with @context in x0
 *
 * Context: any CPU.
 * Return: 0; -EBUSY if it is pending; -EEXIST if it is on.
 */
int vcpu_power_on(struct vcpu *vcpu, u64 entry, u64 context);

/**
 * vcpu_run() - run a PENDING vCPU on this CPU until it goes off
 */
void vcpu_run(struct vcpu *vcpu);

/**
 * vgic_enter() - before the guest goes on: serve requests, fill list registers
 */
void vgic_enter(struct vcpu *vcpu);

/**
 * vcpu_serve() - take interrupts, and do what other CPUs ask of this one
 *
 * For an exit that has to wait for something; once in each round.
 */
void vcpu_serve(struct vcpu *vcpu);

/**
 * vcpu_sleep() - WFI, which what is pending for the guest does not end
 */
void vcpu_sleep(void);

/**
 * guest_enter() - run the guest; exits are answered meanwhile, by exit.c
 *
 * Returns when that says GUEST_LEAVE. arch/vectors.S.
 */
void guest_enter(struct guest_regs *regs);

/* core/inject.c: exceptions given back to the guest, Arm ARM D1.3. */
void inject_undefined(struct vcpu *vcpu);
void inject_abort(struct vcpu *vcpu, bool fetch);

/* core/trap_sysreg.c: a trapped MSR or MRS. */
void trap_sysreg(struct vcpu *vcpu);

/* core/psci.c: a trapped SMC. */
void psci_smc(struct vcpu *vcpu);

/**
 * hypercall_quick() - do the one call that is made for each completion
 *
 * It asks nothing of this CPU, so there is nothing to look at before the entry.
 * Return: whether it was that one.
 */
bool hypercall_quick(struct vcpu *vcpu, u64 esr);

/* core/hypercall.c: an HVC. */
void hypercall(struct vcpu *vcpu);

/* core/mmio.c: a data abort at stage 2. */
void mmio_abort(struct vcpu *vcpu);

#endif /* EL2_VCPU_H */
