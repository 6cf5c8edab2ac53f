/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Emulated registers: devices register ranges of a VM's address space, a data
 * abort is looked up among them by binary search.
 */
#ifndef EL2_MMIO_H
#define EL2_MMIO_H

#include <el2/util.h>

struct vm;
struct vcpu;

/**
 * struct mmio_access - one load or store of a guest, decoded from ESR_EL2
 * @offset: bytes from the start of the device's range
 * @value:	store: the value, zero-extended from @width; load: what the handler
 *		answers, of which @width bytes are used
 * @width:	bytes: 1, 2, 4, 8
 * @write:	store or load
 */
struct mmio_access {
	u64 offset;
	u64 value;
	u8 width;
	bool write;
};

/* Of an mmio_handler: not finished, let the guest make the access again. */
#define MMIO_AGAIN	1

/**
 * typedef mmio_handler - answer an access, on the vCPU's own physical CPU
 *
 * Return: 0; MMIO_AGAIN: the instruction is not skipped, so that interrupts and
 * requests to this CPU come in between; or a negative errno: the guest gets an
 * external abort.
 */
typedef int mmio_handler(struct vcpu *vcpu, struct mmio_access *access,
			 void *priv);

struct mmio_region {
	u64 ipa;
	u64 size;
	mmio_handler *handler;
	void *priv;
};

#define MMIO_REGIONS	40

struct mmio_table {
	u32 count;
	struct mmio_region region[MMIO_REGIONS];	/* sorted by ipa */
};

/**
 * mmio_register() - claim a range of a VM's address space
 *
 * Context: before the VM runs; not locked.
 * Return: 0; -EINVAL for an empty or wrapping range; -EEXIST if it overlaps
 * another or the VM's memory; -ENOSPC.
 */
int mmio_register(struct vm *vm, u64 ipa, u64 size, mmio_handler *handler,
		  void *priv);

/**
 * mmio_overlaps() - whether any claimed range shares a byte with this one
 */
bool mmio_overlaps(const struct mmio_table *table, u64 ipa, u64 size);

/**
 * mmio_find() - the range that holds all of [ipa, ipa + width), or NULL
 */
const struct mmio_region *mmio_find(const struct mmio_table *table, u64 ipa,
				    u64 width);

#endif /* EL2_MMIO_H */
