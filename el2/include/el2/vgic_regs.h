/* SPDX-License-Identifier: GPL-2.0-only */
/* Between core/vgic_mmio.c (which register) and core/vgic_irqs.c (its handlers). */
#ifndef EL2_VGIC_REGS_H
#define EL2_VGIC_REGS_H

#include <el2/vgic_state.h>

/**
 * struct vgic_reg_ctx - one access
 * @self: the vCPU that makes it
 * @vm: its VM
 * @bank: whose SGIs and PPIs; NULL for the distributor
 */
struct vgic_reg_ctx {
	struct vcpu *self;
	struct vm *vm;
	struct vcpu *bank;
};

/* An offset in the frame; a write gets what is stored, zero-extended. */
u64 vgic_read_enable(const struct vgic_reg_ctx *ctx, u32 offset);
void vgic_write_isenable(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
void vgic_write_icenable(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
u64 vgic_read_pending(const struct vgic_reg_ctx *ctx, u32 offset);
u64 vgic_read_active(const struct vgic_reg_ctx *ctx, u32 offset);
void vgic_write_ispend(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
void vgic_write_icpend(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
void vgic_write_icactive(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
u64 vgic_read_priority(const struct vgic_reg_ctx *ctx, u32 offset);
void vgic_write_priority(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
u64 vgic_read_config(const struct vgic_reg_ctx *ctx, u32 offset);
void vgic_write_config(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);
u64 vgic_read_route(const struct vgic_reg_ctx *ctx, u32 offset);
void vgic_write_route(const struct vgic_reg_ctx *ctx, u32 offset, u64 val);

#endif /* EL2_VGIC_REGS_H */
