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

#endif /* EL2_VGIC_H */
