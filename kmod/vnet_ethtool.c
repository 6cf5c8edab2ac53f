// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool shows of a guest's port, and the one thing it sets. */
#include <linux/ethtool.h>

#include "vnet.h"

static const char counter_names[][ETH_GSTRING_LEN] = {
	[VNET_TX_ZEROCOPY] = "zerocopy",
	[VNET_TX_ZEROCOPY_COPIED] = "zerocopy_copied",
	[VNET_RX_STOPS] = "full",
	[VNET_RX_GIVEN_UP] = "given_up",
};
static_assert(ARRAY_SIZE(counter_names) == VNET_COUNTERS);

/* Of struct shyper_queue_stats, in this order. */
static const char queue_names[][ETH_GSTRING_LEN] = {
	"kicks", "wakeups", "requests", "bytes", "batches", "interrupts",
	"interrupts_suppressed", "polls_won", "polls_lost", "copies",
	"copied_bytes", "errors", "broken", "holds",
};
static_assert(offsetof(struct shyper_queue_stats, reserved) ==
	      ARRAY_SIZE(queue_names) * sizeof(u64));

static const char *const way_names[] = { "guest_rx", "guest_tx" };

#define PAIR_STATS	(2 * ARRAY_SIZE(queue_names) + VNET_COUNTERS)

/* Off: the guest may send from any address, and take any for its own. */
static const char flag_names[][ETH_GSTRING_LEN] = { "mac-check" };

#define FLAG_MAC_CHECK	BIT(0)

static void get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct vnet *vnet = netdev_priv(netdev);

	strscpy(info->driver, "shyper", sizeof(info->driver));
	snprintf(info->bus_info, sizeof(info->bus_info), "vm%u:%llx",
		 vnet->vdev->vmid, vnet->vdev->base);
}

static int get_sset_count(struct net_device *netdev, int set)
{
	struct vnet *vnet = netdev_priv(netdev);

	switch (set) {
	case ETH_SS_STATS:
		return vnet->pairs * PAIR_STATS;
	case ETH_SS_PRIV_FLAGS:
		return ARRAY_SIZE(flag_names);
	}
	return -EOPNOTSUPP;
}

static void get_strings(struct net_device *netdev, u32 set, u8 *data)
{
	struct vnet *vnet = netdev_priv(netdev);
	u32 pair, way, n;

	if (set == ETH_SS_PRIV_FLAGS)
		memcpy(data, flag_names, sizeof(flag_names));
	if (set != ETH_SS_STATS)
		return;
	for (pair = 0; pair < vnet->pairs; pair++) {
		for (way = 0; way < ARRAY_SIZE(way_names); way++) {
			for (n = 0; n < ARRAY_SIZE(queue_names); n++)
				ethtool_sprintf(&data, "%s%u_%s", way_names[way],
						pair, queue_names[n]);
		}
		for (n = 0; n < VNET_COUNTERS; n++)
			ethtool_sprintf(&data, "pair%u_%s", pair,
					counter_names[n]);
	}
}

static void get_stats(struct net_device *netdev, struct ethtool_stats *stats,
		      u64 *data)
{
	struct vnet *vnet = netdev_priv(netdev);
	const struct vnet_pair *pair;
	u32 n;

	/* A pair's virtqueues follow each other: receive, transmit. */
	for (pair = vnet->pair; pair < vnet->pair + vnet->pairs; pair++) {
		for (n = 0; n < 2; n++) {
			memcpy(data, &vnet->vdev->vq[2 * pair->index + n].stats,
			       sizeof(u64) * ARRAY_SIZE(queue_names));
			data += ARRAY_SIZE(queue_names);
		}
		memcpy(data, pair->counter, sizeof(pair->counter));
		data += VNET_COUNTERS;
	}
}

static u32 get_priv_flags(struct net_device *netdev)
{
	struct vnet *vnet = netdev_priv(netdev);

	return READ_ONCE(vnet->ctl.any_mac) ? 0 : FLAG_MAC_CHECK;
}

static int set_priv_flags(struct net_device *netdev, u32 flags)
{
	struct vnet *vnet = netdev_priv(netdev);

	WRITE_ONCE(vnet->ctl.any_mac, !(flags & FLAG_MAC_CHECK));
	return 0;
}

static int get_link_ksettings(struct net_device *netdev,
			      struct ethtool_link_ksettings *settings)
{
	/* As for other ends of wires that are none: bonding and STP want a number. */
	settings->base.speed = SPEED_10000;
	settings->base.duplex = DUPLEX_FULL;
	settings->base.port = PORT_OTHER;
	settings->base.autoneg = AUTONEG_DISABLE;
	return 0;
}

const struct ethtool_ops vnet_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = get_link_ksettings,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_stats,
	.get_priv_flags = get_priv_flags,
	.set_priv_flags = set_priv_flags,
};
