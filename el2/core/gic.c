// SPDX-License-Identifier: GPL-2.0-only
/*
 * The physical GICv3. EL2 takes every interrupt (HCR_EL2.IMO and FMO), drops
 * its priority, and hands it to the VM that owns it, which deactivates it by
 * way of a list register's HW bit (EOImode 1; IHI 0069, 4.6 and 4.7).
 */
#include <el2/board.h>
#include <el2/cpu.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/sysreg.h>
#include <el2/vcpu.h>
#include <el2/vgic.h>
#include <el2/vm_object.h>

#define PRIORITY	0xa0
#define GICR_WAKER_SLEEP	(1 << 1)
#define GICR_WAKER_ASLEEP	(1 << 2)

u32 gic_lrs;
static struct vm *spi_owner[VGIC_INTIDS];
/* Serialises read-modify-write of the distributor's shared words. */
static struct spinlock gicd_lock;

static void gicd_wait(void)
{
	while (readl(board.gicd + GICD_CTLR) & GICD_CTLR_RWP)
		;
}

void gic_init(void)
{
	u32 lines = 32 * ((readl(board.gicd + GICD_TYPER) & 0x1f) + 1);
	u32 n;

	writel(0, board.gicd + GICD_CTLR);
	gicd_wait();
	for (n = 32; n < lines; n += 32) {
		writel(~0U, board.gicd + GICD_ICENABLER + n / 8);
		writel(~0U, board.gicd + GICD_ICPENDR + n / 8);
		writel(~0U, board.gicd + GICD_ICACTIVER + n / 8);
		writel(~0U, board.gicd + GICD_IGROUPR + n / 8);
	}
	for (n = 32; n < lines; n += 4)
		writel(PRIORITY * 0x01010101U, board.gicd + GICD_IPRIORITYR + n);
	for (n = 32; n < lines; n++)
		writeq(cpus[0].mpidr, board.gicd + GICD_IROUTER + 8 * n);
	gicd_wait();
	writel(GICD_CTLR_ARE | GICD_CTLR_ENABLE_G1, board.gicd + GICD_CTLR);
	gicd_wait();
}

/* The redistributor that says it is this CPU's. */
static u64 gicr_find(const struct cpu *cpu)
{
	u64 frame = board.gicr, typer, aff;

	aff = (cpu->mpidr & 0xffffff) | ((cpu->mpidr >> 32 & 0xff) << 24);
	for (; frame < board.gicr + board.gicr_size; frame += GICR_STRIDE) {
		typer = readq(frame + GICR_TYPER);
		if (typer >> 32 == aff)
			return frame;
		if (typer & GICR_TYPER_LAST)
			break;
	}
	panic("no GIC redistributor for CPU %u", cpu->id);
}

static u64 sgi1r_of(u64 mpidr, u32 sgi)
{
	return (u64)sgi << 24 | BIT(mpidr & 0xf) | FIELD(mpidr, 7, 4) << 44 |
	       FIELD(mpidr, 15, 8) << 16 | FIELD(mpidr, 23, 16) << 32 |
	       FIELD(mpidr, 39, 32) << 48;
}

void gic_cpu_init(struct cpu *cpu)
{
	u64 sgi;
	u32 n;

	cpu->gicr = gicr_find(cpu);
	cpu->sgi1r = sgi1r_of(cpu->mpidr, SGI_KICK);
	sgi = cpu->gicr + GICR_SGI_FRAME;
	writel(readl(cpu->gicr + GICR_WAKER) & ~(u32)GICR_WAKER_SLEEP,
	       cpu->gicr + GICR_WAKER);
	while (readl(cpu->gicr + GICR_WAKER) & GICR_WAKER_ASLEEP)
		;

	writel(~0U, sgi + GICD_ICENABLER);
	writel(~0U, sgi + GICD_ICPENDR);
	writel(~0U, sgi + GICD_ICACTIVER);
	writel(~0U, sgi + GICD_IGROUPR);
	for (n = 0; n < 32; n += 4)
		writel(PRIORITY * 0x01010101U, sgi + GICD_IPRIORITYR + n);
	writel(0xffff | BIT(INTID_MAINTENANCE), sgi + GICD_ISENABLER);

	write_sysreg(0xf, icc_sre_el2);
	isb();
	write_sysreg(0x7, icc_sre_el1);
	isb();
	write_sysreg(0xff, icc_pmr_el1);
	write_sysreg(0, icc_bpr1_el1);
	write_sysreg(1 << 1, icc_ctlr_el1);	/* EOImode: drop only */
	write_sysreg(1, icc_igrpen1_el1);
	gic_lrs = (read_sysreg(ich_vtr_el2) & 0x1f) + 1;
	for (n = 0; n < gic_lrs; n++)
		gic_lr_write(n, 0);
	write_sysreg(0, ich_hcr_el2);
	isb();
}

static void deactivate(u32 intid)
{
	write_sysreg(intid, icc_dir_el1);
}

static void handle_ppi(u32 intid)
{
	struct vcpu *vcpu = this_cpu()->vcpu;

	if ((BIT(intid) & PPI_GUEST_MASK) && vcpu &&
	    READ_ONCE(vcpu->power) != VCPU_OFF)
		vgic_pend_private(vcpu, intid);
	else
		deactivate(intid);
}

static void handle_spi(u32 intid)
{
	struct vm *vm = gic_spi_owner(intid);

	if (vm) {
		vgic_pend_spi(vm, intid);
		return;
	}
	gic_spi_enable(intid, false);
	deactivate(intid);
}

bool gic_handle_one(void)
{
	struct cpu *cpu = this_cpu();
	u32 intid = read_sysreg(icc_iar1_el1) & 0xffffff;

	if (intid >= 1020 && intid < VGIC_LPI_FIRST)
		return false;
	/* Completes the acknowledge before anything is looked at. */
	isb();
	write_sysreg(intid, icc_eoir1_el1);
	if (intid < 16)
		deactivate(intid);
	else if (intid < 32)
		handle_ppi(intid);
	else if (intid < VGIC_LPI_FIRST)
		handle_spi(intid);
	else if (cpu->vcpu && cpu->vcpu->vm->id == 0)
		vgic_pend_lpi(cpu->vcpu, intid);
	return true;
}

void gic_handle(void)
{
	while (gic_handle_one())
		;
}

void gic_kick(const struct cpu *cpu)
{
	/* What the receiver will look at is visible before it is interrupted. */
	dsb_ishst();
	write_sysreg(cpu->sgi1r, icc_sgi1r_el1);
	isb();
}

void gic_spi_enable(u32 intid, bool enable)
{
	writel(1U << (intid % 32), board.gicd + intid / 32 * 4 +
	       (enable ? GICD_ISENABLER : GICD_ICENABLER));
	if (!enable)
		gicd_wait();
}

void gic_spi_configure(u32 intid, bool level)
{
	u64 addr = board.gicd + GICD_ICFGR + intid / 16 * 4;
	u32 bit = 2U << (intid % 16 * 2);
	u32 val;

	spin_lock(&gicd_lock);
	val = readl(addr);
	writel(level ? val & ~bit : val | bit, addr);
	spin_unlock(&gicd_lock);
}

void gic_spi_route(u32 intid, const struct cpu *cpu)
{
	writeq(cpu->mpidr, board.gicd + GICD_IROUTER + 8 * (u64)intid);
}

void gic_spi_set_owner(u32 intid, struct vm *vm)
{
	WRITE_ONCE(spi_owner[intid], vm);
}

struct vm *gic_spi_owner(u32 intid)
{
	return intid < VGIC_INTIDS ? READ_ONCE(spi_owner[intid]) : NULL;
}

void gic_spi_quiesce(u32 intid)
{
	u32 bit = 1U << (intid % 32);
	u64 word = board.gicd + intid / 32 * 4;

	gic_spi_enable(intid, false);
	writel(bit, word + GICD_ICPENDR);
	writel(bit, word + GICD_ICACTIVER);
}

void gic_ppi_enable(const struct cpu *cpu, u32 intid, bool enable)
{
	writel(1U << intid, cpu->gicr + GICR_SGI_FRAME +
	       (enable ? GICD_ISENABLER : GICD_ICENABLER));
}

void gic_cpu_quiesce(const struct cpu *cpu)
{
	u64 sgi = cpu->gicr + GICR_SGI_FRAME;

	writel(PPI_GUEST_MASK, sgi + GICD_ICENABLER);
	writel(PPI_GUEST_MASK, sgi + GICD_ICPENDR);
	writel(PPI_GUEST_MASK, sgi + GICD_ICACTIVER);
}

#define LR_CASES(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) \
	X(11) X(12) X(13) X(14) X(15)

u64 gic_lr_read(u32 n)
{
	switch (n) {
#define X(i) case i: return read_sysreg(ich_lr##i##_el2);
	LR_CASES(X)
#undef X
	}
	return 0;
}

void gic_lr_write_other(u32 n, u64 val)
{
	switch (n) {
#define X(i) case i: write_sysreg(val, ich_lr##i##_el2); break;
	LR_CASES(X)
#undef X
	}
}
