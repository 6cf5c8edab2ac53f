/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What outlives the module. The hypervisor keeps the addresses of the message
 * page and of each disk's content page and cache for good, and writes to them: so
 * they are never freed, and a module that is loaded again has to find them. The
 * device of /vm_service lives as long as the kernel, and its platform_data is ours:
 * it points to this.
 */
#ifndef SHYPER_STASH_H
#define SHYPER_STASH_H

#include <linux/device.h>
#include <linux/shyper.h>
#include <shyper/hypercall.h>

/**
 * struct shyper_stash_disk - a disk that the hypervisor knows
 * @page:	its content page
 * @cache:	its bounce buffer, physically contiguous
 * @cache_size:	bytes that were allocated for it
 * @vmid:	the VM that has it; 0: none
 * @dma:	the cache is DMA memory, not the page allocator's
 */
struct shyper_stash_disk {
	struct shyper_blk_content *page;
	void *cache;
	u64 cache_size;
	u32 vmid;
	u32 dma;
};

/**
 * struct shyper_stash - all of it; the layout belongs to @version
 * @magic:	SHYPER_STASH_MAGIC
 * @version:	SHYPER_STASH_VERSION
 * @disks:	entries of @disk in use; as the array, only changed under the lock
 *		of disk.c
 * @mq:		the message page
 * @disk:	in the order in which the hypervisor was told of them
 */
struct shyper_stash {
	u64 magic;
	u32 version;
	u32 disks;
	void *mq;
	struct shyper_stash_disk disk[SHYPER_API_MAX_DISKS];
};

#define SHYPER_STASH_MAGIC	0x7368797065727374ULL
#define SHYPER_STASH_VERSION	1

/**
 * shyper_stash_find() - the stash of an earlier load, or a new one
 * @dev: the device of /vm_service
 *
 * Return: ERR_PTR: -ENOMEM; -EUCLEAN if something else is there, or the stash of a
 * module with another layout.
 */
struct shyper_stash *shyper_stash_find(struct device *dev);

/**
 * shyper_stash_disk_alloc() - memory of a new disk
 * @mem: a free entry of the stash
 * @dev: for DMA memory
 * @size: bytes of the cache, whole pages
 *
 * The cache is physically contiguous: from the page allocator up to its limit, else
 * from what the kernel keeps for DMA (cma=).
 * Return: 0; -ENOMEM.
 */
int shyper_stash_disk_alloc(struct shyper_stash_disk *mem, struct device *dev,
			    u64 size);

/**
 * shyper_stash_disk_free() - undo it, for a disk that the hypervisor did not take
 */
void shyper_stash_disk_free(struct shyper_stash_disk *mem, struct device *dev);

#endif /* SHYPER_STASH_H */
