// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports of guests: first those of the hypervisor's network switch, of which nothing
 * is here. The management VM's own port is a virtio-net device like others; this
 * asks for the counters. Then those of this module's, vnet.c.
 */
#include <linux/build_bug.h>
#include <linux/slab.h>

#include "hypercall.h"
#include "net.h"
#include "vdev.h"
#include "vnet.h"

static_assert(sizeof(struct shyper_net_info) == 280);
/* Both sides name the same numbers. */
static_assert((int)SHYPER_NET_DROP_RX_DOWN == SHYPER_DROP_RX_DOWN);
static_assert((int)SHYPER_NET_DROP_RX_MTU == SHYPER_DROP_RX_MTU);
static_assert((int)SHYPER_NET_PORT_LINK == SHYPER_PORT_LINK);

/* A switch has fewer. */
#define DIRECT_FIRST	64

static void fill(struct shyper_net_info *info, const struct shyper_net_stats *stats)
{
	u32 n;

	info->flags = le32_to_cpu(stats->flags);
	info->vmid = le32_to_cpu(stats->vmid);
	info->mtu = le32_to_cpu(stats->mtu);
	static_assert(sizeof(info->mac) == sizeof(stats->mac));
	memcpy(info->mac, stats->mac, sizeof(info->mac));
	info->base = le64_to_cpu(stats->base);
	info->tx_frames = le64_to_cpu(stats->tx_frames);
	info->tx_bytes = le64_to_cpu(stats->tx_bytes);
	info->tx_copies = le64_to_cpu(stats->tx_copies);
	info->rx_frames = le64_to_cpu(stats->rx_frames);
	info->rx_bytes = le64_to_cpu(stats->rx_bytes);
	info->rx_interrupts = le64_to_cpu(stats->rx_interrupts);
	info->resets_needed = le64_to_cpu(stats->resets_needed);
	static_assert(ARRAY_SIZE(info->drops) == ARRAY_SIZE(stats->drops));
	for (n = 0; n < ARRAY_SIZE(info->drops); n++)
		info->drops[n] = le64_to_cpu(stats->drops[n]);
}

/* A port of the switch. */
static int switch_get_info(u32 index, struct shyper_net_info *info)
{
	struct shyper_net_stats *stats;
	int ret;

	if (!shyper_has(SHYPER_FEATURE_NET))
		return -ENODEV;
	/* In the linear map, and not across a page: the size is its alignment. */
	static_assert(sizeof(*stats) == 256);
	stats = kzalloc(sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;
	ret = shyper_hvc_net_stats(index, stats);
	if (!ret)
		fill(info, stats);
	kfree(stats);
	return ret;
}

int shyper_net_get_info(struct shyper_net_info *info)
{
	u32 index = info->index;
	int ret;

	if (!shyper_has(SHYPER_FEATURE_NET) && !shyper_vdevs_available())
		return -EOPNOTSUPP;
	memset(info, 0, sizeof(*info));
	info->index = index;
	if (index >= DIRECT_FIRST)
		return shyper_vnet_get_info(index - DIRECT_FIRST, info);
	ret = switch_get_info(index, info);
	/* Beyond its last port there are others. */
	return ret == -ENOENT ? -ENODEV : ret;
}
