/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stores that a trap's actions decide: the way of every doorbell, so all of it is
 * inline in the exit's handler.
 */
#ifndef EL2_TRAP_STORE_H
#define EL2_TRAP_STORE_H

#include <el2/event.h>
#include <el2/sysreg.h>
#include <el2/vm_object.h>

static inline void trap_doorbell(struct vcpu *vcpu,
				 const struct trap_action *action, u64 value)
{
	u32 event = action->event;

	vcpu->stats.trap_doorbells++;
	if (action->limit) {
		if (value >= action->limit)
			return;
		event += (u32)value;
	}
	if (event_set(event))
		vcpu->stats.trap_merged++;
}

static inline void trap_clear_bits(struct vcpu *vcpu, const struct trap *trap,
				   const struct trap_action *action, u64 value)
{
	u32 *reg = (u32 *)(trap->page + action->target);

	vcpu->stats.trap_cleared++;
	/* The MVM sets bits meanwhile, also by atomics. */
	__atomic_fetch_and(reg, ~(u32)value, __ATOMIC_ACQ_REL);
	/* The guest's mapping may be uncached. */
	dc_cvac(reg);
}

static __always_inline bool trap_decide(struct vcpu *vcpu, const struct trap *trap,
					u64 ipa, u32 width, u64 value)
{
	const struct trap_action *action;
	u64 key;

	key = TRAP_KEY(ipa - trap->ipa, width);
	action = trap->action;
	while ((key & action->mask) != action->key ||
	       (action->match && action->value != value))
		action++;
	switch (action->action) {
	case SHYPER_TRAP_DOORBELL:
		trap_doorbell(vcpu, action, value);
		return true;
	case SHYPER_TRAP_CLEAR_BITS:
		trap_clear_bits(vcpu, trap, action, value);
		return true;
	case SHYPER_TRAP_IGNORE:
		vcpu->trap_ignored++;
		return true;
	default:
		return false;
	}
}

/**
 * trap_store_quick() - do what a trap's actions say of a store
 * @width: bytes
 * @value: zero-extended from that
 *
 * Context: the vCPU's CPU. No lock, but that of the MVM's vGIC for an event where
 * none was pending.
 * Return: false if no action decides, or trap_store() has to look.
 */
static __always_inline bool trap_store_quick(struct vcpu *vcpu, u64 ipa, u32 width,
					     u64 value)
{
	const struct trap *trap = vcpu->vm->traps.slot[trap_slot(ipa)];

	return trap && ipa - trap->ipa < trap->length &&
	       trap_decide(vcpu, trap, ipa, width, value);
}

/* The same for any trap. Return: false if no action decides. */
static inline bool trap_store(struct vcpu *vcpu, u64 ipa, u32 width, u64 value)
{
	const struct trap *trap = trap_find(&vcpu->vm->traps, ipa, width);

	return trap && trap_decide(vcpu, trap, ipa, width, value);
}

#endif /* EL2_TRAP_STORE_H */
