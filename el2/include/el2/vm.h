/* SPDX-License-Identifier: GPL-2.0-only */
/* What virtio and the hypercalls know of a VM. */
#ifndef EL2_VM_H
#define EL2_VM_H

#include <el2/util.h>

struct vm;
struct vcpu;

/**
 * vm_memory() - EL2's address of a piece of a VM's memory
 * @ipa: where it begins in the VM's address space
 * @len: bytes; not 0
 *
 * The address stays valid while the VM exists. What is there can change at
 * any time under the reader's hands: copy it once, check the copy, use that.
 * Context: any CPU, while the VM cannot be removed (its own vCPU, or the
 * caller holds its reference).
 * Return: NULL if the range is not wholly inside one memory region.
 */
void *vm_memory(struct vm *vm, u64 ipa, u64 len);

u32 vm_id(const struct vm *vm);

/* The management VM. */
struct vm *vm_mvm(void);

struct vm *vcpu_vm(struct vcpu *vcpu);

/* Counters of a VM that are not a vCPU's own; relaxed atomic adds. */
enum vm_counter {
	VM_COUNT_BYTES_COPIED,
	VM_COUNT_BLK_REQUESTS,
	VM_COUNT_BLK_ERRORS,
	VM_COUNT_CONSOLE_DROPPED,
	VM_COUNTERS,
};

void vm_count(struct vm *vm, enum vm_counter counter, u64 n);

/* One queue notification of this vCPU. */
void vcpu_count_doorbell(struct vcpu *vcpu);

#endif /* EL2_VM_H */
