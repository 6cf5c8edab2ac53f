// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the virtual distributor and redistributors, IHI 0069 chapter 12,
 * affinity routing always on, one security state, Group 1 only. Reserved
 * offsets read as zero and ignore writes. Those with a bit or a field for each
 * interrupt are in vgic_irqs.c.
 */
#include <el2/errno.h>
#include <el2/board.h>
#include <el2/gic.h>
#include <el2/sysreg.h>
#include <el2/vgic_regs.h>

/* Offsets are those of the first and one past the last byte. */
struct reg {
	u32 first;
	u32 end;
	u8 width;	/* of the register; 1: bytes, also accessed as words */
	u64 (*read)(const struct vgic_reg_ctx *ctx, u32 offset);
	void (*write)(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
};

static u64 read_zero(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return 0;
}

static u64 read_ones(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return 0xffffffff;
}

static void write_ignore(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
{
}

static u64 read_gicd_ctlr(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return READ_ONCE(ctx->vm->vgic.ctlr) | GICD_CTLR_ARE | GICD_CTLR_DS;
}

static void write_gicd_ctlr(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
{
	struct vgic *vgic = &ctx->vm->vgic;
	u32 n;

	val &= GICD_CTLR_ENABLE_G1 | GICD_CTLR_ENABLE_G0;
	spin_lock(&vgic->lock);
	vgic->ctlr = (u32)val;
	vgic_refresh_locked(ctx->vm);
	spin_unlock(&vgic->lock);
	for (n = 0; n < ctx->vm->nvcpus; n++)
		vgic_request(ctx->vm->vcpu[n], VGIC_REQ_PRUNE);
}

static bool has_lpis(const struct vgic_reg_ctx *ctx)
{
	return ctx->vm->id == 0 && board.gits.size;
}

static u64 read_gicd_typer(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u64 val = ctx->vm->vgic.nspis / 32;

	/* IDbits - 1, and with LPIs: there are 2^(num_LPIs + 1) of them. */
	if (has_lpis(ctx))
		return val | 15 << 19 | 1 << 17 |
		       (u64)(__builtin_ctz(VGIC_LPIS) - 1) << 11;
	return val | 9 << 19;
}

/* An Arm implementer, a product of no meaning: what Linux prints. */
static u64 read_iidr(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return 0x43b;
}

static u64 read_pidr2(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return 0x3b;		/* GICv3 */
}

static u64 read_gicr_typer(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u64 mpidr = vcpu_mpidr(ctx->bank);
	u64 val = (mpidr & 0xffffff) << 32 | FIELD(mpidr, 39, 32) << 56 |
		  (u64)ctx->bank->id << 8;

	if (ctx->bank->id == ctx->vm->nvcpus - 1)
		val |= GICR_TYPER_LAST;
	return has_lpis(ctx) ? val | GICR_TYPER_PLPIS : val;
}

static u64 read_waker(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return ctx->bank->vgic.waker ? 0x6 : 0;
}

static void write_waker(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
{
	ctx->bank->vgic.waker = val & 0x2;
}

static u64 read_gicr_ctlr(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return has_lpis(ctx) ? readl(ctx->bank->cpu->gicr + GICR_CTLR) &
			       (GICR_CTLR_ENABLE_LPIS | 1U << 1 | 1U << 3) : 0;
}

static void write_gicr_ctlr(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
{
	if (has_lpis(ctx))
		writel((u32)val & GICR_CTLR_ENABLE_LPIS,
		       ctx->bank->cpu->gicr + GICR_CTLR);
}

/*
 * The MVM's LPI tables are the physical redistributor's: they are in its own
 * memory, or they are not set. Sizes for 16 bits of INTID.
 */
static u64 read_lpi_base(const struct vgic_reg_ctx *ctx, u32 offset)
{
	return has_lpis(ctx) ? readq(ctx->bank->cpu->gicr + offset) : 0;
}

static void write_lpi_base(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
{
	u64 base = val & GENMASK(51, offset == GICR_PROPBASER ? 12 : 16);
	u64 size = offset == GICR_PROPBASER ? BIT(16) - VGIC_LPI_FIRST : BIT(16) / 8;

	if (has_lpis(ctx) && vm_memory(ctx->vm, base, size))
		writeq(val, ctx->bank->cpu->gicr + offset);
}

static const struct reg gicd_regs[] = {
	{ GICD_CTLR, 0x4, 4, read_gicd_ctlr, write_gicd_ctlr },
	{ GICD_TYPER, 0x8, 4, read_gicd_typer, write_ignore },
	{ GICD_IIDR, 0xc, 4, read_iidr, write_ignore },
	{ GICD_IGROUPR, 0x100, 4, read_ones, write_ignore },
	{ GICD_ISENABLER, 0x180, 4, vgic_read_enable, vgic_write_isenable },
	{ GICD_ICENABLER, 0x200, 4, vgic_read_enable, vgic_write_icenable },
	{ GICD_ISPENDR, 0x280, 4, vgic_read_pending, vgic_write_ispend },
	{ GICD_ICPENDR, 0x300, 4, vgic_read_pending, vgic_write_icpend },
	{ GICD_ISACTIVER, 0x380, 4, vgic_read_active, write_ignore },
	{ GICD_ICACTIVER, 0x400, 4, vgic_read_active, vgic_write_icactive },
	{ GICD_IPRIORITYR, 0x800, 1, vgic_read_priority, vgic_write_priority },
	{ GICD_ICFGR, 0xd00, 4, vgic_read_config, vgic_write_config },
	{ GICD_IROUTER, 0x8000, 8, vgic_read_route, vgic_write_route },
	{ GIC_PIDR2, 0xffec, 4, read_pidr2, write_ignore },
	{ }
};

static const struct reg gicr_regs[] = {
	{ GICR_CTLR, 0x4, 4, read_gicr_ctlr, write_gicr_ctlr },
	{ GICR_IIDR, 0x8, 4, read_iidr, write_ignore },
	{ GICR_TYPER, 0x10, 8, read_gicr_typer, write_ignore },
	{ GICR_WAKER, 0x18, 4, read_waker, write_waker },
	{ GICR_PROPBASER, 0x78, 8, read_lpi_base, write_lpi_base },
	{ GICR_PENDBASER, 0x80, 8, read_lpi_base, write_lpi_base },
	{ GIC_PIDR2, 0xffec, 4, read_pidr2, write_ignore },
	{ }
};

static const struct reg gicr_sgi_regs[] = {
	{ GICD_IGROUPR, 0x84, 4, read_ones, write_ignore },
	{ GICD_ISENABLER, 0x104, 4, vgic_read_enable, vgic_write_isenable },
	{ GICD_ICENABLER, 0x184, 4, vgic_read_enable, vgic_write_icenable },
	{ GICD_ISPENDR, 0x204, 4, vgic_read_pending, vgic_write_ispend },
	{ GICD_ICPENDR, 0x284, 4, vgic_read_pending, vgic_write_icpend },
	{ GICD_ISACTIVER, 0x304, 4, vgic_read_active, write_ignore },
	{ GICD_ICACTIVER, 0x384, 4, vgic_read_active, vgic_write_icactive },
	{ GICD_IPRIORITYR, 0x420, 1, vgic_read_priority, vgic_write_priority },
	{ GICD_ICFGR, 0xc08, 4, vgic_read_config, vgic_write_config },
	{ }
};

static const struct reg reserved_reg = {
	.width = 4, .read = read_zero, .write = write_ignore,
};

static const struct reg *reg_find(const struct reg *regs, u32 offset)
{
	for (; regs->end; regs++) {
		if (offset >= regs->first && offset < regs->end)
			return regs;
	}
	return &reserved_reg;
}

/* Bytes of a byte-wide register file, from the lowest up. */
static void access_bytes(const struct vgic_reg_ctx *ctx, const struct reg *reg,
			 u32 offset, struct mmio_access *access)
{
	u64 val = 0;
	u32 n;

	for (n = 0; n < access->width; n++) {
		if (access->write)
			reg->write(ctx, offset + n, access->value >> (8 * n) & 0xff);
		else
			val |= reg->read(ctx, offset + n) << (8 * n);
	}
	access->value = val;
}

/* Half of a 64-bit register. */
static void access_half(const struct vgic_reg_ctx *ctx, const struct reg *reg,
			u32 offset, struct mmio_access *access)
{
	u32 shift = (offset & 4) * 8;
	u64 val = reg->read(ctx, offset & ~7U);

	if (access->write)
		reg->write(ctx, offset & ~7U,
			   (val & ~((u64)0xffffffff << shift)) |
			   (access->value & 0xffffffff) << shift);
	else
		access->value = val >> shift & 0xffffffff;
}

static int reg_access(const struct vgic_reg_ctx *ctx, const struct reg *regs,
		      u32 offset, struct mmio_access *access)
{
	const struct reg *reg = reg_find(regs, offset);

	if (offset % access->width) {
		return -EINVAL;
	} else if (reg->width == 1 && access->width <= 4) {
		access_bytes(ctx, reg, offset, access);
	} else if (reg->width == 8 && access->width == 4) {
		access_half(ctx, reg, offset, access);
	} else if (reg->width != access->width) {
		/* UNPREDICTABLE by the architecture: as a reserved register. */
		access->value = 0;
	} else if (access->write) {
		reg->write(ctx, offset, access->value);
	} else {
		access->value = reg->read(ctx, offset);
	}
	return 0;
}

int vgic_gicd_access(struct vcpu *vcpu, struct mmio_access *access, void *priv)
{
	struct vgic_reg_ctx ctx = { .self = vcpu, .vm = vcpu->vm };

	return reg_access(&ctx, gicd_regs, (u32)access->offset, access);
}

int vgic_gicr_access(struct vcpu *vcpu, struct mmio_access *access, void *priv)
{
	u32 offset = (u32)(access->offset % GICR_STRIDE);
	struct vgic_reg_ctx ctx = {
		.self = vcpu,
		.vm = vcpu->vm,
		.bank = vcpu->vm->vcpu[access->offset / GICR_STRIDE],
	};

	if (offset >= GICR_SGI_FRAME)
		return reg_access(&ctx, gicr_sgi_regs, offset - GICR_SGI_FRAME,
				  access);
	return reg_access(&ctx, gicr_regs, offset, access);
}
