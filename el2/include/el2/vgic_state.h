/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between core/vgic.c (what is pending), core/vgic_lr.c (list registers),
 * core/vgic_mmio.c and core/vgic_irqs.c (registers).
 */
#ifndef EL2_VGIC_STATE_H
#define EL2_VGIC_STATE_H

#include <el2/vm_object.h>

/* A bit for each interrupt, in words of 32. */
static inline bool test_bit(const u32 *map, u32 n)
{
	return map[n / 32] >> (n % 32) & 1;
}

static inline void assign_bit(u32 *map, u32 n, bool val)
{
	if (val)
		map[n / 32] |= 1U << (n % 32);
	else
		map[n / 32] &= ~(1U << (n % 32));
}

/* Recompute whether an interrupt waits for this vCPU; true: it does now. */
bool vgic_update_locked(struct vcpu *vcpu, u32 intid);
/* The same for every interrupt of a VM. */
void vgic_refresh_locked(struct vm *vm);
/* The vCPU that an SPI is routed to. */
struct vcpu *vgic_target(struct vm *vm, u32 intid);
/* Set a VGIC_REQ_ bit and see that it is served. */
void vgic_request(struct vcpu *vcpu, u32 request);
/* Have vcpu->vgic.lr_copy say what its list registers hold. No lock held. */
void vgic_sync_lrs(struct vcpu *self, struct vcpu *vcpu);
void vgic_kick(struct vcpu *vcpu);
/* MPIDR_EL1 as the guest reads it, affinity fields only. */
u64 vcpu_mpidr(const struct vcpu *vcpu);

#endif /* EL2_VGIC_STATE_H */
