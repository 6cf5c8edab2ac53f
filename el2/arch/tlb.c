// SPDX-License-Identifier: GPL-2.0-only
/* TLB maintenance for a VM's stage 2. */
#include <el2/stage2.h>
#include <el2/sysreg.h>

void tlb_flush_vmid(u64 vttbr)
{
	u64 current = read_sysreg(vttbr_el2);

	dsb_ishst();
	write_sysreg(vttbr, vttbr_el2);
	isb();
	asm volatile("tlbi vmalls12e1is" : : : "memory");
	dsb_ish();
	write_sysreg(current, vttbr_el2);
	isb();
}
