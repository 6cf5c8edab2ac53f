// SPDX-License-Identifier: GPL-2.0-only
/* What outlives the module; see stash.h. */
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
