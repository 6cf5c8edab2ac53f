/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses that the MVM answers: the vCPU waits for it. */
#ifndef EL2_IOREQ_H
#define EL2_IOREQ_H

#include <el2/util.h>

struct mmio_access;
struct trap;
struct vcpu;
struct vm;

enum ioreq_state {
	IOREQ_IDLE,
	IOREQ_WAITING,		/* posted to the slot, if there is a page */
	IOREQ_DONE,		/* value and error are there */
};

/**
 * struct ioreq - a vCPU's request: what counts, the slot in the MVM is a copy
 * @state:	enum ioreq_state; vm->lock, read by the vCPU without
 * @sequence:	requests of this vCPU
 * @ipa:	the address
 * @value:	of the store; then of the load
 * @trap:	id
 * @event:	to set
 * @width:	bytes
 * @write:	a store
 * @error:	the answer is an abort
 */
struct ioreq {
	u32 state;
	u32 sequence;
	u64 ipa;
	u64 value;
	u32 trap;
	u32 event;
	u8 width;
	bool write;
	bool error;
};

/**
 * ioreq_forward() - have the MVM answer an access; wait for it
 *
 * Takes interrupts and what other CPUs ask of this one meanwhile; the guest is
 * not entered. Ends without an answer when the VM stops.
 * Context: the vCPU's CPU, no lock held.
 * Return: as an mmio_handler; -ENXIO nobody is there to answer.
 */
int ioreq_forward(struct vcpu *vcpu, const struct trap *trap, u64 ipa,
		  struct mmio_access *access);

/**
 * ioreq_set_page() - SHYPER_DIRECT_IOREQ_PAGE
 * @ipa: page-aligned; ~0: none
 *
 * The page is cleared; what waits is posted to it anew, or fails if there is none.
 * On return an earlier page is not touched any more.
 * Return: 0; -ENOENT; -EFAULT it is not a page of the MVM's memory.
 */
int ioreq_set_page(u64 vmid, u64 ipa);

/**
 * ioreq_done() - SHYPER_DIRECT_IOREQ_DONE
 *
 * Return: 0; -ENOENT no such VM or vCPU, or no page; -EAGAIN the vCPU waits for
 * nothing; -EINVAL its slot is not COMPLETE.
 */
int ioreq_done(u64 vmid, u64 vcpu);

#endif /* EL2_IOREQ_H */
