/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual GICv3 of a VM. The rest of EL2 sees this narrow interface only, so
 * that another way of delivering interrupts can stand behind it.
 */
#ifndef EL2_VGIC_H
#define EL2_VGIC_H

#include <el2/util.h>

struct vm;
struct vcpu;

/**
 * vgic_pend_spi() - make an edge-triggered SPI of a VM pending
 * @intid: 32 .. ; others are ignored
 *
 * Merges with one that is pending already. Kicks the target vCPU if it runs
 * on another physical CPU.
 * Context: any CPU; takes the VM's vgic lock, a leaf.
 */
void vgic_pend_spi(struct vm *vm, u32 intid);

/**
 * vgic_inject() - SHYPER_DIRECT_IRQ_INJECT: pend an SPI of a direct device
 * @intid: one that vgic_allow_direct() named
 *
 * Dropped if the VM does not run.
 * Context: any CPU; takes the VM's vgic lock and no other, so that a VM which is
 * removed meanwhile is no trouble.
 * Return: 0; -ENOENT no such VM, or no such interrupt of it.
 */
int vgic_inject(u64 vmid, u64 intid);

/* Let the MVM inject an SPI that the VM has; no longer any. */
void vgic_allow_direct(struct vm *vm, u32 intid);
void vgic_forget_direct(struct vm *vm);

#endif /* EL2_VGIC_H */
