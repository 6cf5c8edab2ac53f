// SPDX-License-Identifier: GPL-2.0-only
/* What outlives the module; see stash.h. */
#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#include "stash.h"

static struct shyper_stash *stash_create(struct device *dev)
{
	struct shyper_stash *stash = kzalloc(sizeof(*stash), GFP_KERNEL);

	if (!stash)
		return ERR_PTR(-ENOMEM);
	stash->mq = (void *)get_zeroed_page(GFP_KERNEL);
	if (!stash->mq) {
		kfree(stash);
		return ERR_PTR(-ENOMEM);
	}
	stash->magic = SHYPER_STASH_MAGIC;
	stash->version = SHYPER_STASH_VERSION;
	dev->platform_data = stash;
	return stash;
}

struct shyper_stash *shyper_stash_find(struct device *dev)
{
	struct shyper_stash *stash = dev->platform_data;

	if (!stash)
		return stash_create(dev);
	if (stash->magic == SHYPER_STASH_MAGIC &&
	    stash->version == SHYPER_STASH_VERSION &&
	    stash->disks <= SHYPER_API_MAX_DISKS)
		return stash;
	dev_err(dev, "the pages that an earlier module left here are not this module's: reboot to load it\n");
	return ERR_PTR(-EUCLEAN);
}

static void *cache_alloc(struct shyper_stash_disk *mem, struct device *dev, u64 size)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN;
	void *cache = alloc_pages_exact(size, gfp);
	struct page *page;
	dma_addr_t dma;

	mem->dma = !cache;
	if (cache)
		return cache;
	page = dma_alloc_pages(dev, size, &dma, DMA_BIDIRECTIONAL, gfp);
	return page ? page_address(page) : NULL;
}

int shyper_stash_disk_alloc(struct shyper_stash_disk *mem, struct device *dev,
			    u64 size)
{
	mem->page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!mem->page)
		return -ENOMEM;
	mem->cache = cache_alloc(mem, dev, size);
	if (!mem->cache) {
		dev_err(dev, "no %llu contiguous bytes for a disk's cache: make blk_cache_size smaller, or cma= larger\n",
			size);
		free_page((unsigned long)mem->page);
		memset(mem, 0, sizeof(*mem));
		return -ENOMEM;
	}
	mem->cache_size = size;
	return 0;
}

void shyper_stash_disk_free(struct shyper_stash_disk *mem, struct device *dev)
{
	struct page *page = virt_to_page(mem->cache);

	if (mem->dma)
		dma_free_pages(dev, mem->cache_size, page, page_to_phys(page),
			       DMA_BIDIRECTIONAL);
	else
		free_pages_exact(mem->cache, mem->cache_size);
	free_page((unsigned long)mem->page);
	memset(mem, 0, sizeof(*mem));
}
