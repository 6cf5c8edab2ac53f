/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's memory, granted by EL2: a table of regions that are in the linear
 * map, with struct pages, like any of our own. What a guest names is looked up
 * here, with its length, each time.
 */
#ifndef SHYPER_GUEST_MEM_H
#define SHYPER_GUEST_MEM_H

#include <linux/types.h>

struct shyper_guest_mem;

/**
 * shyper_guest_pool_present() - is there a guest pool in the device tree?
 */
bool shyper_guest_pool_present(void);

/**
 * shyper_guest_mem_grant() - have EL2 map a VM's memory
 * @vmid: its memory must be there: an image has been loaded
 *
 * Each region is checked to be in the guest pool of the device tree. Constant from
 * then on; may be used until shyper_guest_mem_revoke(), which the caller makes
 * after the last I/O on it has ended.
 * Return: ERR_PTR: -EOPNOTSUPP without SHYPER_FEATURE_MEM_GRANT; -ENODEV no guest
 * pool in the device tree; -EIO.
 */
struct shyper_guest_mem *shyper_guest_mem_grant(u32 vmid);

/**
 * shyper_guest_mem_revoke() - take it out of our reach, and free @mem
 */
void shyper_guest_mem_revoke(struct shyper_guest_mem *mem);

/**
 * shyper_guest_mem_translate() - a shyper_vring_translate; @priv is the guest_mem
 * @addr: in the guest
 * @len: in: bytes, not 0; out: how many are contiguous here, which may be more
 *
 * Context: any. What is returned is in the linear map: virt_to_page() works.
 * Return: NULL if it is not the guest's memory.
 */
void *shyper_guest_mem_translate(void *priv, u64 addr, u32 *len);

#endif /* SHYPER_GUEST_MEM_H */
