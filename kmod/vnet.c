// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's network port: the interface, the device, and their lives.
 *
 * The interface is there as long as the device, whatever the guest does. Its carrier
 * is the guest's driver; the driver's link status is whether the interface is up.
 * It belongs to the MVM's administrator, who may rename it, move it to a namespace,
 * put it into a bridge.
 *
 * Locks: see vnet.h; vnets_lock, which holds nothing but its own.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/mutex.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/version.h>

#include "vnet.h"

#define MTU_DEFAULT	1500

/* Words of the configuration: the address's six bytes come first. */
#define CFG_MTU		6
#define CFG_PAIRS	7
#define CFG_NAME	8
#define CFG_NAME_WORDS	2

static DEFINE_MUTEX(vnets_lock);
static LIST_HEAD(vnets);

/* ---- the interface ---- */

static void link_set(struct vnet *vnet, bool up)
{
	WRITE_ONCE(vnet->link, up);
	/* Whoever is at the other end now does not know where the guest is. */
	if (up && READ_ONCE(vnet->live) &&
	    vnet_has(READ_ONCE(vnet->ctl.features), VIRTIO_NET_F_GUEST_ANNOUNCE))
		WRITE_ONCE(vnet->ctl.announce, true);
	schedule_work(&vnet->config_work);
}

static int open(struct net_device *netdev)
{
	netif_tx_start_all_queues(netdev);
	link_set(netdev_priv(netdev), true);
	return 0;
}

static int stop(struct net_device *netdev)
{
	link_set(netdev_priv(netdev), false);
	/* Nothing is received by an interface that is down: rounds of NAPI end. */
	synchronize_net();
	return 0;
}

static u16 select_queue(struct net_device *netdev, struct sk_buff *skb,
			struct net_device *sb_dev)
{
	struct vnet *vnet = netdev_priv(netdev);
	u16 pairs = READ_ONCE(vnet->ctl.pairs), queue;

	if (pairs == 1)
		return 0;
	queue = netdev_pick_tx(netdev, skb, sb_dev);
	return queue < pairs ? queue : queue % pairs;
}

/* What the driver cannot take is done before it comes here. */
static netdev_features_t features_check(struct sk_buff *skb,
					struct net_device *netdev,
					netdev_features_t features)
{
	struct vnet *vnet = netdev_priv(netdev);
	u64 has = READ_ONCE(vnet->ctl.features);

	if (!vnet_has(has, VIRTIO_NET_F_GUEST_CSUM))
		features &= ~(NETIF_F_CSUM_MASK | NETIF_F_GSO_MASK);
	if (!vnet_has(has, VIRTIO_NET_F_GUEST_TSO4))
		features &= ~NETIF_F_TSO;
	if (!vnet_has(has, VIRTIO_NET_F_GUEST_TSO6))
		features &= ~NETIF_F_TSO6;
	if (!vnet_has(has, VIRTIO_NET_F_GUEST_ECN))
		features &= ~NETIF_F_TSO_ECN;
	if (!vnet_has(has, VNET_F_GUEST_USO4) || !vnet_has(has, VNET_F_GUEST_USO6))
		features &= ~NETIF_F_GSO_UDP_L4;
	return vlan_features_check(skb, features);
}

static void stats_of(const struct vnet_pair *pair, struct rtnl_link_stats64 *stats)
{
	u64 lost;
	int why;

	stats->rx_packets += READ_ONCE(pair->sent);
	stats->rx_bytes += READ_ONCE(pair->sent_bytes);
	stats->tx_packets += READ_ONCE(pair->received);
	stats->tx_bytes += READ_ONCE(pair->received_bytes);
	for (why = 0; why < SHYPER_API_NET_DROPS; why++) {
		stats->tx_dropped += READ_ONCE(pair->received_drops[why]);
		/* Once, as it may grow: a frame is an error or dropped. */
		lost = READ_ONCE(pair->sent_drops[why]);
		if (why == SHYPER_DROP_RUNT || why == SHYPER_DROP_OVERSIZE)
			stats->rx_length_errors += lost;
		else if (why == SHYPER_DROP_HEADER)
			stats->rx_frame_errors += lost;
		else
			stats->rx_dropped += lost;
	}
}

/* Single words, each with one writer. */
static void get_stats64(struct net_device *netdev, struct rtnl_link_stats64 *stats)
{
	struct vnet *vnet = netdev_priv(netdev);
	const struct vnet_pair *pair;

	for (pair = vnet->pair; pair < vnet->pair + vnet->pairs; pair++)
		stats_of(pair, stats);
	stats->rx_errors = stats->rx_length_errors + stats->rx_frame_errors;
}

/* Groups and other addresses: all that comes is the guest's, who filters. */
static void set_rx_mode(struct net_device *netdev)
{
}

static const struct net_device_ops netdev_ops = {
	.ndo_open = open,
	.ndo_stop = stop,
	.ndo_start_xmit = vnet_xmit,
	.ndo_select_queue = select_queue,
	.ndo_features_check = features_check,
	.ndo_get_stats64 = get_stats64,
	.ndo_set_rx_mode = set_rx_mode,
	.ndo_validate_addr = eth_validate_addr,
	.ndo_set_mac_address = eth_mac_addr,
};

/* ---- create and release ---- */

static void pairs_free(struct vnet *vnet)
{
	struct vnet_pair *pair;
	u32 n;

	for (pair = vnet->pair; pair < vnet->pair + vnet->pairs; pair++) {
		kvfree(pair->tx_seg);
		kvfree(pair->rx_chain.seg);
		kvfree(pair->rx_buffer);
		for (n = 0; n < VNET_PAGES; n++) {
			if (pair->page[n])
				put_page(pair->page[n]);
		}
		vnet_zc_free(pair);
	}
}

void vnet_release(struct shyper_vdev *dev)
{
	struct vnet *vnet = dev->priv;

	mutex_lock(&vnets_lock);
	if (!list_empty(&vnet->entry))
		list_del_init(&vnet->entry);
	mutex_unlock(&vnets_lock);
	if (vnet->netdev->reg_state == NETREG_REGISTERED)
		unregister_netdev(vnet->netdev);
	cancel_work_sync(&vnet->config_work);
	pairs_free(vnet);
	free_netdev(vnet->netdev);
}

/**
 * struct config - what an argument says
 * @mac:	the guest's address
 * @mtu:	of the port
 * @pairs:	queue pairs
 * @name:	of the interface; empty: any
 */
struct config {
	u8 mac[ETH_ALEN];
	u16 mtu;
	u16 pairs;
	char name[IFNAMSIZ];
};

static u64 word(const struct shyper_vm_device *arg, u32 n)
{
	return n < arg->cfg_num ? arg->cfg[n] : 0;
}

static int config_parse(struct config *config, u32 vcpus,
			const struct shyper_vm_device *arg)
{
	u64 mtu = word(arg, CFG_MTU), pairs = word(arg, CFG_PAIRS);
	__le64 name[CFG_NAME_WORDS];
	u32 n;

	if (arg->cfg_num < ETH_ALEN)
		return -EINVAL;
	for (n = CFG_NAME + CFG_NAME_WORDS; n < SHYPER_API_CFG_WORDS; n++) {
		if (arg->cfg[n])
			return -EINVAL;
	}
	for (n = 0; n < ETH_ALEN; n++) {
		if (arg->cfg[n] > U8_MAX)
			return -EINVAL;
		config->mac[n] = arg->cfg[n];
	}
	if (!is_valid_ether_addr(config->mac) ||
	    (mtu && (mtu < VNET_MTU_MIN || mtu > VNET_MTU_MAX)) ||
	    pairs > VNET_PAIRS)
		return -EINVAL;
	config->mtu = mtu ?: MTU_DEFAULT;
	config->pairs = min_t(u64, pairs ?: 1, vcpus ?: 1);
	static_assert(sizeof(name) == IFNAMSIZ);
	for (n = 0; n < CFG_NAME_WORDS; n++)
		name[n] = cpu_to_le64(word(arg, CFG_NAME + n));
	memcpy(config->name, name, IFNAMSIZ);
	if (!config->name[0])
		strscpy(config->name, "shn%d", IFNAMSIZ);
	else if (strnlen(config->name, IFNAMSIZ) == IFNAMSIZ ||
		 !dev_valid_name(config->name) || strchr(config->name, '%'))
		return -EINVAL;
	return 0;
}

/* The MVM's end of the wire has another address than the guest's. */
static void netdev_mac(struct net_device *netdev, const u8 *guest)
{
	u8 mac[ETH_ALEN];

	ether_addr_copy(mac, guest);
	/* High, so that a bridge does not take it for its own. */
	mac[0] = guest[0] == 0xfe ? 0xfa : 0xfe;
	eth_hw_addr_set(netdev, mac);
}

static void netdev_setup(struct net_device *netdev)
{
	ether_setup(netdev);
	netdev->netdev_ops = &netdev_ops;
	netdev->ethtool_ops = &vnet_ethtool_ops;
	netdev->features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA |
			   NETIF_F_HW_CSUM | NETIF_F_TSO | NETIF_F_TSO6 |
			   NETIF_F_TSO_ECN;
	if (SHYPER_VNET_USO)
		netdev->features |= NETIF_F_GSO_UDP_L4;
	netdev->hw_features = netdev->features;
	netdev->vlan_features = netdev->features;
	netdev->priv_flags |= IFF_LIVE_ADDR_CHANGE;
}

static int pair_init(struct vnet *vnet, u16 n)
{
	struct vnet_pair *pair = &vnet->pair[n];

	pair->vnet = vnet;
	pair->index = n;
	pair->tx_seg = kvcalloc(VNET_SEGS, sizeof(*pair->tx_seg), GFP_KERNEL);
	pair->rx_chain.seg = kvcalloc(VNET_SEGS, sizeof(*pair->rx_chain.seg),
				      GFP_KERNEL);
	pair->rx_chain.max = VNET_SEGS;
	pair->rx_buffer = kvcalloc(SHYPER_QUEUE_NUM_MAX, sizeof(*pair->rx_buffer),
				   GFP_KERNEL);
	if (!pair->tx_seg || !pair->rx_chain.seg || !pair->rx_buffer)
		return -ENOMEM;
	netif_napi_add(vnet->netdev, &pair->napi, vnet_poll);
	vnet_tx_init(pair);
	vnet_rx_init(pair);
	return vnet_zc_alloc(pair);
}

static struct vnet *vnet_alloc(const struct config *config)
{
	struct net_device *netdev;
	struct vnet *vnet;
	int ret = 0;
	u16 n;

	netdev = alloc_netdev_mqs(struct_size(vnet, pair, config->pairs),
				  config->name,
				  strchr(config->name, '%') ? NET_NAME_ENUM :
							      NET_NAME_USER,
				  netdev_setup, config->pairs, config->pairs);
	if (!netdev)
		return ERR_PTR(-ENOMEM);
	netdev_mac(netdev, config->mac);
	netdev->mtu = config->mtu;
	netdev->min_mtu = VNET_MTU_MIN;
	netdev->max_mtu = config->mtu;
	vnet = netdev_priv(netdev);
	vnet->netdev = netdev;
	vnet->pairs = config->pairs;
	vnet->mtu = config->mtu;
	vnet->ctl.configured = vnet_mac(config->mac);
	vnet->ctl.max_pairs = config->pairs;
	vnet_control_reset(&vnet->ctl, 0);
	INIT_LIST_HEAD(&vnet->entry);
	INIT_WORK(&vnet->ctrl_work, vnet_ctrl_work);
	INIT_WORK(&vnet->config_work, vnet_config_work);
	for (n = 0; n < vnet->pairs && !ret; n++)
		ret = pair_init(vnet, n);
	if (!ret)
		return vnet;
	pairs_free(vnet);
	free_netdev(netdev);
	return ERR_PTR(ret);
}

struct shyper_vdev *shyper_net_dev_create(u32 vmid, u32 vcpus,
					  const struct shyper_vm_device *arg)
{
	struct config config;
	struct shyper_vdev *dev;
	struct vnet *vnet;
	int ret;

	ret = config_parse(&config, vcpus, arg);
	if (ret)
		return ERR_PTR(ret);
	vnet = vnet_alloc(&config);
	if (IS_ERR(vnet))
		return ERR_CAST(vnet);
	dev = vnet_dev_create(vnet, vmid, arg);
	if (IS_ERR(dev)) {
		pairs_free(vnet);
		free_netdev(vnet->netdev);
		return dev;
	}
	vnet->vdev = dev;
	netif_carrier_off(vnet->netdev);
	ret = register_netdev(vnet->netdev);
	if (ret) {
		/* Calls release(). */
		shyper_vdev_destroy(dev);
		return ERR_PTR(ret);
	}
	netif_carrier_off(vnet->netdev);
	dev->link = vnet->netdev->ifindex;
	strscpy(dev->ifname, vnet->netdev->name, sizeof(dev->ifname));
	vnet_config_read(dev);
	mutex_lock(&vnets_lock);
	list_add_tail(&vnet->entry, &vnets);
	mutex_unlock(&vnets_lock);
	return dev;
}

/* ---- information ---- */

static void info_fill(struct shyper_net_info *info, const struct vnet *vnet)
{
	__le64 mac = cpu_to_le64(READ_ONCE(vnet->ctl.mac));
	const struct vnet_pair *pair;
	u32 n;

	info->flags = SHYPER_PORT_DIRECT;
	if (vnet->live)
		info->flags |= SHYPER_PORT_LIVE;
	if (vnet->link)
		info->flags |= SHYPER_PORT_LINK;
	info->vmid = vnet->vdev->vmid;
	info->mtu = vnet->mtu;
	memcpy(info->mac, &mac, sizeof(info->mac));
	info->base = vnet->vdev->base;
	/* In another namespace it is the number of something else. */
	if (net_eq(dev_net(vnet->netdev), current->nsproxy->net_ns))
		info->ifindex = vnet->netdev->ifindex;
	for (pair = vnet->pair; pair < vnet->pair + vnet->pairs; pair++) {
		info->tx_frames += pair->sent;
		info->tx_bytes += pair->sent_bytes;
		info->tx_copies += pair->offered;
		info->rx_frames += pair->received;
		info->rx_bytes += pair->received_bytes;
		info->rx_interrupts += pair->interrupts;
		for (n = 0; n < SHYPER_API_NET_DROPS; n++)
			info->drops[n] += pair->sent_drops[n] +
					  pair->received_drops[n];
	}
	for (n = 0; n < vnet->vdev->queues; n++)
		info->resets_needed += vnet->vdev->vq[n].stats.broken;
}

int shyper_vnet_get_info(u32 n, struct shyper_net_info *info)
{
	struct vnet *vnet;
	int ret = -ENOENT;

	mutex_lock(&vnets_lock);
	list_for_each_entry(vnet, &vnets, entry) {
		if (n--)
			continue;
		info_fill(info, vnet);
		ret = 0;
		break;
	}
	mutex_unlock(&vnets_lock);
	return ret;
}
