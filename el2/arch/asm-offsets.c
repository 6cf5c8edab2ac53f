// SPDX-License-Identifier: GPL-2.0-only
/* Offsets and constants for assembler, taken from the C they describe. */
#include <el2/cpu.h>
#include <el2/vcpu.h>

#define DEFINE(name, value) \
	asm volatile("\n->" #name " %0" : : "i"((u64)(value)))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(CPU_STACK_TOP, offsetof(struct cpu, stack_top));
	DEFINE(REGS_X, offsetof(struct guest_regs, x));
	DEFINE(REGS_PC, offsetof(struct guest_regs, pc));
	DEFINE(REGS_HOST_SP, offsetof(struct guest_regs, host_sp));
	DEFINE(GUEST_RESUME, GUEST_RESUME);
	DEFINE(GUEST_SLOW, GUEST_SLOW);
}
