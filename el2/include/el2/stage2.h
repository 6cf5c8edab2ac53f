/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 2 translation of a VM: 40-bit IPA, 4 KiB granule, blocks of 2 MiB and
 * 1 GiB where both addresses allow. Compiles on the host too.
 */
#ifndef EL2_STAGE2_H
#define EL2_STAGE2_H

#include <el2/util.h>

enum stage2_type {
	STAGE2_RAM,		/* write-back, read, write, execute */
	STAGE2_SHARED,		/* write-back, read and write, never execute */
	STAGE2_REGISTERS,	/* write-back, read only, never execute */
	STAGE2_DEVICE,		/* Device-nGnRE, read and write, never execute */
	STAGE2_DEVICE_PAGES,	/* the same, in pages: can be taken out singly */
};

/**
 * struct stage2 - tables of one VM
 * @root: two concatenated level 1 tables, 8 KiB aligned
 * @vmid: VM id + 1
 * @pages: table pages in use, the root's two among them
 * @limit: most that it may use
 */
struct stage2 {
	u64 *root;
	u32 vmid;
	u32 pages;
	u32 limit;
};

/**
 * stage2_init() - an empty table
 *
 * Return: 0; -ENOMEM.
 */
int stage2_init(struct stage2 *s2, u32 vmid, u32 limit);

/**
 * stage2_map() - map [ipa, ipa + size) to [pa, pa + size)
 *
 * Tables are allocated first, and only then is anything mapped: a failure
 * leaves no mapping behind.
 * Return: 0; -EINVAL alignment or range; -EEXIST something is mapped there;
 * -ENOMEM no table page, or the VM has had its share.
 */
int stage2_map(struct stage2 *s2, u64 ipa, u64 pa, u64 size,
	       enum stage2_type type);

/**
 * stage2_unmap() - take a range out, and out of every TLB
 *
 * Parts that are not mapped are passed over.
 * Return: 0; -EINVAL for alignment, or for a range that would cut a block (a
 * live block is never split: another CPU could fault meanwhile); then nothing
 * has changed.
 */
int stage2_unmap(struct stage2 *s2, u64 ipa, u64 size);

/**
 * stage2_lookup() - what an IPA is mapped to
 * @pa: out
 *
 * Return: the leaf descriptor, 0 if there is none.
 */
u64 stage2_lookup(const struct stage2 *s2, u64 ipa, u64 *pa);

/**
 * stage2_destroy() - free all tables; the TLBs forget the VM
 */
void stage2_destroy(struct stage2 *s2);

/* What VTTBR_EL2 holds for it. */
u64 stage2_vttbr(const struct stage2 *s2);

/* arch/tlb.c, or a host test's stand-in. */
void tlb_flush_vmid(u64 vttbr);

#endif /* EL2_STAGE2_H */
