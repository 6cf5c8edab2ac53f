/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls: tables by function id, one file of handlers each. */
#ifndef EL2_HYPERCALL_H
#define EL2_HYPERCALL_H

#include <el2/vm_object.h>

/**
 * struct hvc_call - one hypercall
 * @fn: x[0..6] are the arguments; 0 or positive, or -errno. NULL: unknown
 * @who: who may call it; others get the answer to an unknown call
 * @deployed: whether a deployed hypervisor has it too
 */
struct hvc_call {
	s64 (*fn)(struct vcpu *vcpu, const u64 *x);
	enum {
		HVC_MVM,	/* the management VM only */
		HVC_ANY,
	} who;
	bool deployed;
};

/* Tables are indexed by event; a fid has one. */
struct hvc_table {
	const struct hvc_call *calls;
	u32 count;
};

extern const struct hvc_table hvc_vmm, hvc_config, hvc_direct;

/* VMM vm_remove, which CONFIG delete_vm is too. */
s64 hvc_vm_remove(struct vcpu *vcpu, const u64 *x);

/**
 * mvm_copy_in() - copy from the MVM's memory
 *
 * Return: 0; -EFAULT if it is not all there.
 */
int mvm_copy_in(void *dst, u64 ipa, u64 len);
int mvm_copy_out(u64 ipa, const void *src, u64 len);

#endif /* EL2_HYPERCALL_H */
