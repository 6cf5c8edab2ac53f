/* SPDX-License-Identifier: GPL-2.0-only */
/* The physical GICv3, Arm IHI 0069, and the CPU side of virtual interrupts. */
#ifndef EL2_GIC_H
#define EL2_GIC_H

#include <el2/sysreg.h>
#include <el2/util.h>

struct cpu;
struct vcpu;
struct vm;
struct mmio_access;

/* Offsets and bits that the physical and the virtual GIC share. */
#define GICD_CTLR		0x0000
#define GICD_TYPER		0x0004
#define GICD_IIDR		0x0008
#define GICD_IGROUPR		0x0080
#define GICD_ISENABLER		0x0100
#define GICD_ICENABLER		0x0180
#define GICD_ISPENDR		0x0200
#define GICD_ICPENDR		0x0280
#define GICD_ISACTIVER		0x0300
#define GICD_ICACTIVER		0x0380
#define GICD_IPRIORITYR		0x0400
#define GICD_ITARGETSR		0x0800
#define GICD_ICFGR		0x0c00
#define GICD_IROUTER		0x6000
#define GIC_PIDR2		0xffe8
#define GICD_CTLR_RWP		(1U << 31)
#define GICD_CTLR_DS		(1U << 6)
#define GICD_CTLR_ARE		(1U << 4)
#define GICD_CTLR_ENABLE_G1	(1U << 1)
#define GICD_CTLR_ENABLE_G0	(1U << 0)

#define GICR_CTLR		0x0000
#define GICR_IIDR		0x0004
#define GICR_TYPER		0x0008
#define GICR_WAKER		0x0014
#define GICR_PROPBASER		0x0070
#define GICR_PENDBASER		0x0078
#define GICR_SGI_FRAME		0x10000
#define GICR_STRIDE		0x20000
#define GICR_CTLR_ENABLE_LPIS	(1U << 0)
#define GICR_TYPER_LAST		(1U << 4)
#define GICR_TYPER_PLPIS	(1U << 0)

#define INTID_PMU		23
#define INTID_MAINTENANCE	25
#define INTID_VTIMER		27
#define INTID_PTIMER		30
/* PPIs that belong to the vCPU of their CPU. */
#define PPI_GUEST_MASK	(BIT(INTID_PMU) | BIT(INTID_VTIMER) | BIT(INTID_PTIMER))

#define SGI_KICK	0

/* Once, on the boot CPU; then on each CPU. */
void gic_init(void);
void gic_cpu_init(struct cpu *cpu);

/**
 * gic_handle() - acknowledge and dispatch what is pending on this CPU
 */
void gic_handle(void);

/**
 * gic_handle_one() - the same for one interrupt; more may be pending
 *
 * Return: whether there was one.
 */
bool gic_handle_one(void);

/* Send SGI_KICK to another CPU. */
void gic_kick(const struct cpu *cpu);

/* A guest's hold on physical interrupts: SPIs it owns, PPIs of its CPU. */
void gic_spi_enable(u32 intid, bool enable);
void gic_spi_configure(u32 intid, bool level);
void gic_spi_route(u32 intid, const struct cpu *cpu);
void gic_spi_set_owner(u32 intid, struct vm *vm);
struct vm *gic_spi_owner(u32 intid);
void gic_ppi_enable(const struct cpu *cpu, u32 intid, bool enable);

/* The guest's interrupts of this CPU at rest: disabled, neither pending nor active. */
void gic_cpu_quiesce(const struct cpu *cpu);
void gic_spi_quiesce(u32 intid);

/* List registers of this CPU. */
extern u32 gic_lrs;
u64 gic_lr_read(u32 n);
void gic_lr_write_other(u32 n, u64 val);

/* Most often it is the first one. */
static inline void gic_lr_write(u32 n, u64 val)
{
	if (n == 0)
		write_sysreg(val, ich_lr0_el2);
	else
		gic_lr_write_other(n, val);
}

#define LR_STATE_PENDING	BIT(62)
#define LR_STATE_ACTIVE		BIT(63)
#define LR_HW			BIT(61)
#define LR_GROUP1		BIT(60)
#define LR_PRIORITY_SHIFT	48
#define LR_PINTID_SHIFT		32

#define ICH_HCR_EN	(1 << 0)
#define ICH_HCR_UIE	(1 << 1)
#define ICH_HCR_NPIE	(1 << 3)

/* core/vgic.c and core/vgic_lr.c, for the core. */
void vgic_init(struct vm *vm, u32 nspis);
int vgic_map(struct vm *vm, u64 gicd, u64 gicr);
void vgic_reset(struct vm *vm);
void vgic_vcpu_reset(struct vcpu *vcpu);
/* Lend a physical SPI to a VM, which has vCPUs; take it back, at rest. */
void vgic_give_hw(struct vm *vm, u32 intid);
void vgic_take_hw(struct vm *vm, u32 intid);
void vgic_pend_private(struct vcpu *vcpu, u32 intid);
void vgic_pend_lpi(struct vcpu *vcpu, u32 intid);
void vgic_send_sgi(struct vcpu *from, u64 sgi1r);

/* core/vgic_mmio.c: handlers of the two register files. */
int vgic_gicd_access(struct vcpu *vcpu, struct mmio_access *access, void *priv);
int vgic_gicr_access(struct vcpu *vcpu, struct mmio_access *access, void *priv);

#endif /* EL2_GIC_H */
