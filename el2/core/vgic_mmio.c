// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the virtual distributor and redistributors, IHI 0069 chapter 12,
 * affinity routing always on, one security state, Group 1 only. Reserved
 * offsets read as zero and ignore writes.
 *
 * The per-interrupt registers of GICD and of GICR's SGI frame have the same
 * shape: one handler serves both, told by `bank` whose word 0 is meant.
 */
#include <el2/errno.h>
#include <el2/board.h>
#include <el2/gic.h>
#include <el2/sysreg.h>
#include <el2/vgic_state.h>

/**
 * struct reg_ctx - one access
 * @self: the vCPU that makes it
 * @vm: its VM
 * @bank: whose SGIs and PPIs; NULL for the distributor
 */
struct reg_ctx {
	struct vcpu *self;
	struct vm *vm;
	struct vcpu *bank;
};

/* Offsets are those of the first and one past the last byte. */
struct reg {
	u32 first;
	u32 end;
	u8 width;	/* of the register; 1: bytes, also accessed as words */
	u64 (*read)(const struct reg_ctx *ctx, u32 offset);
	void (*write)(const struct reg_ctx *ctx, u32 offset, u64 val);
};

static u64 read_zero(const struct reg_ctx *ctx, u32 offset)
{
	return 0;
}

static u64 read_ones(const struct reg_ctx *ctx, u32 offset)
{
	return 0xffffffff;
}

static void write_ignore(const struct reg_ctx *ctx, u32 offset, u64 val)
{
}

/* The word of 32 interrupts at an offset: ~0 if this frame does not have it. */
static u32 word_of(const struct reg_ctx *ctx, u32 offset)
{
	u32 word = (offset & 0x7f) / 4;

	if (ctx->bank)
		return word == 0 ? 0 : ~0U;
	return word >= 1 && word <= ctx->vm->vgic.nspis / 32 ? word : ~0U;
}

static u32 *enabled_word(const struct reg_ctx *ctx, u32 word)
{
	return ctx->bank ? &ctx->bank->vgic.enabled : &ctx->vm->vgic.enabled[word];
}

static u32 *pending_word(const struct reg_ctx *ctx, u32 word)
{
	return ctx->bank ? &ctx->bank->vgic.pending : &ctx->vm->vgic.pending[word];
}

/* After a change to a word: who has to look at it again. */
static void update_word_locked(const struct reg_ctx *ctx, u32 word, u32 bits,
			       struct vcpu **kick)
{
	struct vcpu *vcpu;
	u32 intid;

	for (; bits; bits &= bits - 1) {
		intid = word * 32 + (u32)__builtin_ctz(bits);
		vcpu = ctx->bank ? ctx->bank : vgic_target(ctx->vm, intid);
		if (vgic_update_locked(vcpu, intid))
			kick[vcpu->id] = vcpu;
	}
}

static void kick_all(const struct reg_ctx *ctx, struct vcpu **kick)
{
	u32 n;

	for (n = 0; n < ctx->vm->nvcpus; n++) {
		if (kick[n] && kick[n] != ctx->self)
			vgic_kick(kick[n]);
	}
}

/* Physical interrupts follow what the guest enables. */
static void hw_enable(const struct reg_ctx *ctx, u32 word, u32 bits, bool enable)
{
	u32 intid;

	bits &= ctx->bank ? (u32)PPI_GUEST_MASK : ctx->vm->vgic.hw[word];
	for (; bits; bits &= bits - 1) {
		intid = word * 32 + (u32)__builtin_ctz(bits);
		if (ctx->bank)
			gic_ppi_enable(ctx->bank->cpu, intid, enable);
		else
			gic_spi_enable(intid, enable);
	}
}

static u64 read_enable(const struct reg_ctx *ctx, u32 offset)
{
	u32 word = word_of(ctx, offset);

	return word == ~0U ? 0 : READ_ONCE(*enabled_word(ctx, word));
}

static void write_isenable(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	struct vcpu *kick[VM_VCPUS] = { };
	u32 word = word_of(ctx, offset);
	u32 *enabled, fresh;

	if (word == ~0U)
		return;
	spin_lock(&ctx->vm->vgic.lock);
	enabled = enabled_word(ctx, word);
	fresh = (u32)val & ~*enabled;
	*enabled |= fresh;
	update_word_locked(ctx, word, fresh, kick);
	spin_unlock(&ctx->vm->vgic.lock);
	hw_enable(ctx, word, fresh, true);
	kick_all(ctx, kick);
}

static void write_icenable(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	struct vcpu *kick[VM_VCPUS] = { };
	u32 word = word_of(ctx, offset);
	u32 *enabled, gone, n;
	struct vcpu *vcpu;

	if (word == ~0U)
		return;
	spin_lock(&ctx->vm->vgic.lock);
	enabled = enabled_word(ctx, word);
	gone = (u32)val & *enabled;
	*enabled &= ~gone;
	update_word_locked(ctx, word, gone, kick);
	spin_unlock(&ctx->vm->vgic.lock);
	hw_enable(ctx, word, gone, false);
	for (n = 0; n < ctx->vm->nvcpus; n++) {
		vcpu = ctx->vm->vcpu[n];
		if ((!ctx->bank || vcpu == ctx->bank) &&
		    (READ_ONCE(vcpu->vgic.in_lr[word]) & gone))
			vgic_request(vcpu, VGIC_REQ_PRUNE);
	}
}

/* Bits of a word whose list register, on any CPU, has `state` set. */
static u32 lr_bits(const struct reg_ctx *ctx, u32 word, u64 state)
{
	struct vcpu *vcpu;
	u32 bits = 0, n, i;
	u64 lr;

	for (n = 0; n < ctx->vm->nvcpus; n++) {
		vcpu = ctx->vm->vcpu[n];
		if ((ctx->bank && vcpu != ctx->bank) ||
		    !READ_ONCE(vcpu->vgic.in_lr[word]))
			continue;
		vgic_sync_lrs(ctx->self, vcpu);
		for (i = 0; i < gic_lrs; i++) {
			lr = vcpu->vgic.lr_copy[i];
			if ((lr & state) && (u32)lr / 32 == word)
				bits |= 1U << ((u32)lr % 32);
		}
	}
	return bits;
}

static u64 read_pending(const struct reg_ctx *ctx, u32 offset)
{
	u32 word = word_of(ctx, offset);

	if (word == ~0U)
		return 0;
	return READ_ONCE(*pending_word(ctx, word)) |
	       lr_bits(ctx, word, LR_STATE_PENDING);
}

static u64 read_active(const struct reg_ctx *ctx, u32 offset)
{
	u32 word = word_of(ctx, offset);

	return word == ~0U ? 0 : lr_bits(ctx, word, LR_STATE_ACTIVE);
}

static void write_ispend(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	struct vcpu *kick[VM_VCPUS] = { };
	u32 word = word_of(ctx, offset);

	if (word == ~0U)
		return;
	spin_lock(&ctx->vm->vgic.lock);
	*pending_word(ctx, word) |= (u32)val;
	update_word_locked(ctx, word, (u32)val, kick);
	spin_unlock(&ctx->vm->vgic.lock);
	kick_all(ctx, kick);
}

/* State in list registers is cleared for the vCPU that asks only. */
static void lr_clear(const struct reg_ctx *ctx, u32 word, u32 bits, u64 state)
{
	struct vgic_vcpu *v = &ctx->self->vgic;
	u32 n;
	u64 lr;

	if (ctx->bank && ctx->bank != ctx->self)
		return;
	for (n = 0; n < gic_lrs; n++) {
		if (!(v->lr_used >> n & 1) || v->lr_intid[n] / 32 != word ||
		    !(bits >> (v->lr_intid[n] % 32) & 1))
			continue;
		lr = gic_lr_read(n) & ~state;
		gic_lr_write(n, lr & (LR_STATE_PENDING | LR_STATE_ACTIVE) ? lr : 0);
	}
}

static void write_icpend(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	struct vcpu *kick[VM_VCPUS] = { };
	u32 word = word_of(ctx, offset);

	if (word == ~0U)
		return;
	spin_lock(&ctx->vm->vgic.lock);
	*pending_word(ctx, word) &= ~(u32)val;
	update_word_locked(ctx, word, (u32)val, kick);
	spin_unlock(&ctx->vm->vgic.lock);
	lr_clear(ctx, word, (u32)val, LR_STATE_PENDING);
}

static void write_icactive(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	u32 word = word_of(ctx, offset);

	if (word != ~0U)
		lr_clear(ctx, word, (u32)val, LR_STATE_ACTIVE);
}

/* Priorities: a byte each, seen as words. */
static u8 *priority_byte(const struct reg_ctx *ctx, u32 offset)
{
	u32 intid = (offset & 0x3ff);

	if (ctx->bank)
		return intid < VGIC_PRIVATE ? &ctx->bank->vgic.priority[intid] : NULL;
	if (intid < VGIC_PRIVATE || intid >= VGIC_PRIVATE + ctx->vm->vgic.nspis)
		return NULL;
	return &ctx->vm->vgic.priority[intid];
}

static u64 read_priority(const struct reg_ctx *ctx, u32 offset)
{
	u8 *byte = priority_byte(ctx, offset);

	return byte ? READ_ONCE(*byte) : 0;
}

static void write_priority(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	u8 *byte = priority_byte(ctx, offset);

	if (byte)
		WRITE_ONCE(*byte, (u8)val & 0xf8);
}

/* Trigger modes: two bits an interrupt, the upper one set for edge. */
static u32 cfg_word_of(const struct reg_ctx *ctx, u32 offset)
{
	u32 n = (offset & 0xff) / 4;

	if (ctx->bank)
		return n < 2 ? n : ~0U;
	return n >= 2 && n < 2 + ctx->vm->vgic.nspis / 16 ? n : ~0U;
}

static u32 *level_word(const struct reg_ctx *ctx, u32 n)
{
	return ctx->bank ? &ctx->bank->vgic.level : &ctx->vm->vgic.level[n / 2];
}

static u64 read_config(const struct reg_ctx *ctx, u32 offset)
{
	u32 n = cfg_word_of(ctx, offset);
	u32 level, i, val = 0;

	if (n == ~0U)
		return 0;
	if (ctx->bank && n == 0)
		return 0xaaaaaaaa;	/* SGIs are edge-triggered */
	level = READ_ONCE(*level_word(ctx, n)) >> (n % 2 * 16);
	for (i = 0; i < 16; i++)
		val |= (level >> i & 1 ? 0U : 2U) << (2 * i);
	return val;
}

static void write_config(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	u32 n = cfg_word_of(ctx, offset);
	u32 i, bit, *level;

	if (n == ~0U || (ctx->bank && n == 0))
		return;
	spin_lock(&ctx->vm->vgic.lock);
	level = level_word(ctx, n);
	for (i = 0; i < 16; i++) {
		bit = 1U << (n % 2 * 16 + i);
		if (val >> (2 * i + 1) & 1)
			*level &= ~bit;
		else
			*level |= bit;
		if (!ctx->bank && ctx->vm->vgic.hw[n / 2] & bit)
			gic_spi_configure(n * 16 + i, *level & bit);
	}
	spin_unlock(&ctx->vm->vgic.lock);
}

static u32 route_intid(const struct reg_ctx *ctx, u32 offset)
{
	u32 intid = (offset - GICD_IROUTER) / 8;

	return intid >= VGIC_PRIVATE &&
	       intid < VGIC_PRIVATE + ctx->vm->vgic.nspis ? intid : ~0U;
}

static u64 read_route(const struct reg_ctx *ctx, u32 offset)
{
	u32 intid = route_intid(ctx, offset);

	return intid == ~0U ? 0 : READ_ONCE(ctx->vm->vgic.irouter[intid]);
}

static void write_route(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	struct vgic *vgic = &ctx->vm->vgic;
	struct vcpu *kick[VM_VCPUS] = { };
	u32 intid = route_intid(ctx, offset);
	struct vcpu *old, *new = NULL;
	u32 n;

	if (intid == ~0U)
		return;
	val &= 0xff80ffffff;
	for (n = 0; n < ctx->vm->nvcpus; n++) {
		if ((val & BIT(31)) ||
		    vcpu_mpidr(ctx->vm->vcpu[n]) == (val & 0xff00ffffff)) {
			new = ctx->vm->vcpu[n];
			break;
		}
	}
	spin_lock(&vgic->lock);
	vgic->irouter[intid] = val;
	old = vgic_target(ctx->vm, intid);
	if (new && new != old) {
		vgic->target[intid] = (u8)new->id;
		old->vgic.ready[intid / 32] &= ~(1U << (intid % 32));
		if (vgic_update_locked(new, intid))
			kick[new->id] = new;
	}
	spin_unlock(&vgic->lock);
	if (new && vgic->hw[intid / 32] >> (intid % 32) & 1)
		gic_spi_route(intid, new->cpu);
	kick_all(ctx, kick);
}

static u64 read_gicd_ctlr(const struct reg_ctx *ctx, u32 offset)
{
	return READ_ONCE(ctx->vm->vgic.ctlr) | GICD_CTLR_ARE | GICD_CTLR_DS;
}

static void write_gicd_ctlr(const struct reg_ctx *ctx, u32 offset, u64 val)
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

static bool has_lpis(const struct reg_ctx *ctx)
{
	return ctx->vm->id == 0 && board.gits.size;
}

static u64 read_gicd_typer(const struct reg_ctx *ctx, u32 offset)
{
	u64 val = ctx->vm->vgic.nspis / 32;

	/* IDbits - 1, and with LPIs: there are 2^(num_LPIs + 1) of them. */
	if (has_lpis(ctx))
		return val | 15 << 19 | 1 << 17 |
		       (u64)(__builtin_ctz(VGIC_LPIS) - 1) << 11;
	return val | 9 << 19;
}

/* An Arm implementer, a product of no meaning: what Linux prints. */
static u64 read_iidr(const struct reg_ctx *ctx, u32 offset)
{
	return 0x43b;
}

static u64 read_pidr2(const struct reg_ctx *ctx, u32 offset)
{
	return 0x3b;		/* GICv3 */
}

static u64 read_gicr_typer(const struct reg_ctx *ctx, u32 offset)
{
	u64 mpidr = vcpu_mpidr(ctx->bank);
	u64 val = (mpidr & 0xffffff) << 32 | FIELD(mpidr, 39, 32) << 56 |
		  (u64)ctx->bank->id << 8;

	if (ctx->bank->id == ctx->vm->nvcpus - 1)
		val |= GICR_TYPER_LAST;
	return has_lpis(ctx) ? val | GICR_TYPER_PLPIS : val;
}

static u64 read_waker(const struct reg_ctx *ctx, u32 offset)
{
	return ctx->bank->vgic.waker ? 0x6 : 0;
}

static void write_waker(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	ctx->bank->vgic.waker = val & 0x2;
}

static u64 read_gicr_ctlr(const struct reg_ctx *ctx, u32 offset)
{
	return has_lpis(ctx) ? readl(ctx->bank->cpu->gicr + GICR_CTLR) &
			       (GICR_CTLR_ENABLE_LPIS | 1U << 1 | 1U << 3) : 0;
}

static void write_gicr_ctlr(const struct reg_ctx *ctx, u32 offset, u64 val)
{
	if (has_lpis(ctx))
		writel((u32)val & GICR_CTLR_ENABLE_LPIS,
		       ctx->bank->cpu->gicr + GICR_CTLR);
}

/*
 * The MVM's LPI tables are the physical redistributor's: they are in its own
 * memory, or they are not set. Sizes for 16 bits of INTID.
 */
static u64 read_lpi_base(const struct reg_ctx *ctx, u32 offset)
{
	return has_lpis(ctx) ? readq(ctx->bank->cpu->gicr + offset) : 0;
}

static void write_lpi_base(const struct reg_ctx *ctx, u32 offset, u64 val)
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
	{ GICD_ISENABLER, 0x180, 4, read_enable, write_isenable },
	{ GICD_ICENABLER, 0x200, 4, read_enable, write_icenable },
	{ GICD_ISPENDR, 0x280, 4, read_pending, write_ispend },
	{ GICD_ICPENDR, 0x300, 4, read_pending, write_icpend },
	{ GICD_ISACTIVER, 0x380, 4, read_active, write_ignore },
	{ GICD_ICACTIVER, 0x400, 4, read_active, write_icactive },
	{ GICD_IPRIORITYR, 0x800, 1, read_priority, write_priority },
	{ GICD_ICFGR, 0xd00, 4, read_config, write_config },
	{ GICD_IROUTER, 0x8000, 8, read_route, write_route },
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
	{ GICD_ISENABLER, 0x104, 4, read_enable, write_isenable },
	{ GICD_ICENABLER, 0x184, 4, read_enable, write_icenable },
	{ GICD_ISPENDR, 0x204, 4, read_pending, write_ispend },
	{ GICD_ICPENDR, 0x284, 4, read_pending, write_icpend },
	{ GICD_ISACTIVER, 0x304, 4, read_active, write_ignore },
	{ GICD_ICACTIVER, 0x384, 4, read_active, write_icactive },
	{ GICD_IPRIORITYR, 0x420, 1, read_priority, write_priority },
	{ GICD_ICFGR, 0xc08, 4, read_config, write_config },
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
static void access_bytes(const struct reg_ctx *ctx, const struct reg *reg,
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
static void access_half(const struct reg_ctx *ctx, const struct reg *reg,
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

static int reg_access(const struct reg_ctx *ctx, const struct reg *regs,
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
	struct reg_ctx ctx = { .self = vcpu, .vm = vcpu->vm };

	return reg_access(&ctx, gicd_regs, (u32)access->offset, access);
}

int vgic_gicr_access(struct vcpu *vcpu, struct mmio_access *access, void *priv)
{
	u32 offset = (u32)(access->offset % GICR_STRIDE);
	struct reg_ctx ctx = {
		.self = vcpu,
		.vm = vcpu->vm,
		.bank = vcpu->vm->vcpu[access->offset / GICR_STRIDE],
	};

	if (offset >= GICR_SGI_FRAME)
		return reg_access(&ctx, gicr_sgi_regs, offset - GICR_SGI_FRAME,
				  access);
	return reg_access(&ctx, gicr_regs, offset, access);
}
