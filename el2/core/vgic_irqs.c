// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers of the virtual GIC that have a bit or a field for each interrupt.
 *
 * Those of GICD and of GICR's SGI frame have the same shape: one handler serves
 * both, told by `bank` whose word 0 is meant.
 *
 * Lock: vm->vgic.lock, and no list register of another CPU is looked at with it.
 */
#include <el2/gic.h>
#include <el2/vgic_regs.h>

/* The word of 32 interrupts at an offset: ~0 if this frame does not have it. */
static u32 word_of(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 word = (offset & 0x7f) / 4;

	if (ctx->bank)
		return word == 0 ? 0 : ~0U;
	return word >= 1 && word <= ctx->vm->vgic.nspis / 32 ? word : ~0U;
}

static u32 *enabled_word(const struct vgic_reg_ctx *ctx, u32 word)
{
	return ctx->bank ? &ctx->bank->vgic.enabled : &ctx->vm->vgic.enabled[word];
}

static u32 *pending_word(const struct vgic_reg_ctx *ctx, u32 word)
{
	return ctx->bank ? &ctx->bank->vgic.pending : &ctx->vm->vgic.pending[word];
}

/* After a change to a word: who has to look at it again. */
static void update_word_locked(const struct vgic_reg_ctx *ctx, u32 word, u32 bits,
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

static void kick_all(const struct vgic_reg_ctx *ctx, struct vcpu **kick)
{
	u32 n;

	for (n = 0; n < ctx->vm->nvcpus; n++) {
		if (kick[n] && kick[n] != ctx->self)
			vgic_kick(kick[n]);
	}
}

/* Physical interrupts follow what the guest enables. */
static void hw_enable(const struct vgic_reg_ctx *ctx, u32 word, u32 bits, bool enable)
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

u64 vgic_read_enable(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 word = word_of(ctx, offset);

	return word == ~0U ? 0 : READ_ONCE(*enabled_word(ctx, word));
}

void vgic_write_isenable(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
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

void vgic_write_icenable(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
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
static u32 lr_bits(const struct vgic_reg_ctx *ctx, u32 word, u64 state)
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

u64 vgic_read_pending(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 word = word_of(ctx, offset);

	if (word == ~0U)
		return 0;
	return READ_ONCE(*pending_word(ctx, word)) |
	       lr_bits(ctx, word, LR_STATE_PENDING);
}

u64 vgic_read_active(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 word = word_of(ctx, offset);

	return word == ~0U ? 0 : lr_bits(ctx, word, LR_STATE_ACTIVE);
}

void vgic_write_ispend(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
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
static void lr_clear(const struct vgic_reg_ctx *ctx, u32 word, u32 bits, u64 state)
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

void vgic_write_icpend(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
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

void vgic_write_icactive(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
{
	u32 word = word_of(ctx, offset);

	if (word != ~0U)
		lr_clear(ctx, word, (u32)val, LR_STATE_ACTIVE);
}

/* Priorities: a byte each, seen as words. */
static u8 *priority_byte(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 intid = (offset & 0x3ff);

	if (ctx->bank)
		return intid < VGIC_PRIVATE ? &ctx->bank->vgic.priority[intid] : NULL;
	if (intid < VGIC_PRIVATE || intid >= VGIC_PRIVATE + ctx->vm->vgic.nspis)
		return NULL;
	return &ctx->vm->vgic.priority[intid];
}

u64 vgic_read_priority(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u8 *byte = priority_byte(ctx, offset);

	return byte ? READ_ONCE(*byte) : 0;
}

void vgic_write_priority(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
{
	u8 *byte = priority_byte(ctx, offset);

	if (byte)
		WRITE_ONCE(*byte, (u8)val & 0xf8);
}

/* Trigger modes: two bits an interrupt, the upper one set for edge. */
static u32 cfg_word_of(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 n = (offset & 0xff) / 4;

	if (ctx->bank)
		return n < 2 ? n : ~0U;
	return n >= 2 && n < 2 + ctx->vm->vgic.nspis / 16 ? n : ~0U;
}

static u32 *level_word(const struct vgic_reg_ctx *ctx, u32 n)
{
	return ctx->bank ? &ctx->bank->vgic.level : &ctx->vm->vgic.level[n / 2];
}

u64 vgic_read_config(const struct vgic_reg_ctx *ctx, u32 offset)
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

void vgic_write_config(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
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

static u32 route_intid(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 intid = (offset - GICD_IROUTER) / 8;

	return intid >= VGIC_PRIVATE &&
	       intid < VGIC_PRIVATE + ctx->vm->vgic.nspis ? intid : ~0U;
}

u64 vgic_read_route(const struct vgic_reg_ctx *ctx, u32 offset)
{
	u32 intid = route_intid(ctx, offset);

	return intid == ~0U ? 0 : READ_ONCE(ctx->vm->vgic.irouter[intid]);
}

void vgic_write_route(const struct vgic_reg_ctx *ctx, u32 offset, u64 val)
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
