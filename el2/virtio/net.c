// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio-net (VIRTIO 1.2, 5.1): the ports of the switch, and their link.
 *
 * A port's link is up while the driver of any other port is: it goes down for a
 * guest whose peers have all died, and comes back with the first of them. When
 * the MVM's driver comes (again), what is behind it has forgotten where the
 * guests are, and they are asked to announce themselves.
 *
 * Locks: net_link_lock (who was live), then one device at a time. Creating and
 * destroying is done by one caller at a time.
 */
#include <el2/errno.h>
#include <el2/string.h>
#include <el2/virtio.h>

#include "net.h"

#define FEATURES \
	(VIRTIO_NET_F_CSUM | VIRTIO_NET_F_GUEST_CSUM | VIRTIO_NET_F_MAC | \
	 VIRTIO_NET_F_GUEST_TSO4 | VIRTIO_NET_F_GUEST_TSO6 | \
	 VIRTIO_NET_F_GUEST_ECN | VIRTIO_NET_F_HOST_TSO4 | \
	 VIRTIO_NET_F_HOST_TSO6 | VIRTIO_NET_F_HOST_ECN | \
	 VIRTIO_NET_F_MRG_RXBUF | VIRTIO_NET_F_STATUS | VIRTIO_NET_F_CTRL_VQ | \
	 VIRTIO_NET_F_CTRL_RX | VIRTIO_NET_F_CTRL_RX_EXTRA | \
	 VIRTIO_NET_F_GUEST_ANNOUNCE | VIRTIO_NET_F_CTRL_MAC_ADDR)

struct net_port net_ports[NET_PORTS];
static struct spinlock net_link_lock;
static u32 net_live;	/* a bit per port; net_link_lock */

u64 net_mac(const u8 *bytes)
{
	u64 mac = 0;

	memcpy(&mac, bytes, 6);
	return mac;
}

struct net_port *net_mac_find(u64 mac)
{
	u32 n;

	for (n = 0; mac && n < NET_PORTS; n++) {
		if (READ_ONCE(net_ports[n].mac) == mac)
			return &net_ports[n];
	}
	return NULL;
}

void net_broken_locked(struct net_port *port, int why)
{
	port->stats.resets_needed++;
	virtio_dev_broken_locked(&port->dev, why);
}

static u32 live_ports(void)
{
	u32 n, live = 0;

	for (n = 0; n < NET_PORTS; n++) {
		spin_lock(&net_ports[n].dev.lock);
		if (net_ports[n].used && virtio_dev_live_locked(&net_ports[n].dev))
			live |= (u32)BIT(n);
		spin_unlock(&net_ports[n].dev.lock);
	}
	return live;
}

/* Set the port's link, and leave an announcement that is due as it is. */
static void set_link_locked(struct net_port *port, bool up, bool announce)
{
	struct virtio_net_config config;
	u16 status;

	memcpy(&config, port->dev.config, sizeof(config));
	status = config.status & VIRTIO_NET_S_ANNOUNCE;
	if (!virtio_dev_live_locked(&port->dev) ||
	    !(port->dev.driver_features & VIRTIO_NET_F_GUEST_ANNOUNCE))
		status = 0;
	else if (announce)
		status = VIRTIO_NET_S_ANNOUNCE;
	if (up)
		status |= VIRTIO_NET_S_LINK_UP;
	if (status == config.status)
		return;
	config.status = status;
	virtio_dev_config_locked(&port->dev, &config);
}

void net_link_update(void)
{
	struct net_port *port;
	bool announce;
	u32 n, live;

	spin_lock(&net_link_lock);
	live = live_ports();
	announce = live & ~net_live & BIT(NET_UPLINK);
	for (n = 0; n < NET_PORTS; n++) {
		port = &net_ports[n];
		spin_lock(&port->dev.lock);
		if (port->used)
			set_link_locked(port, live & ~BIT(n),
					announce && n != NET_UPLINK);
		spin_unlock(&port->dev.lock);
	}
	net_live = live;
	spin_unlock(&net_link_lock);
}

/* What a driver set by the control queue goes with it. */
static void net_reset(struct virtio_dev *dev)
{
	struct net_port *port = net_to_port(dev);
	struct virtio_net_config config;

	port->rx_mode = 0;
	port->nmulti = 0;
	WRITE_ONCE(port->mac, port->configured);
	memcpy(&config, dev->config, sizeof(config));
	memcpy(config.mac, &port->configured, sizeof(config.mac));
	memcpy(dev->config, &config, sizeof(config));
}

static void net_changed(struct virtio_dev *dev)
{
	net_link_update();
}

/* Buffers to receive into are looked at when there is a frame for them. */
static int nothing(struct net_port *port)
{
	return 0;
}

static int net_notify(struct virtio_dev *dev, u32 queue)
{
	static int (*const notify[NET_QUEUES])(struct net_port *port) = {
		[NET_RX] = nothing,
		[NET_TX] = net_transmit,
		[NET_CTRL] = net_control,
	};

	return notify[queue](net_to_port(dev));
}

static const struct virtio_ops guest_ops = {
	.id = VIRTIO_ID_NET,
	.queues = NET_QUEUES,
	.features = FEATURES | VIRTIO_NET_F_MTU,
	.notify = net_notify,
	.reset = net_reset,
	.changed = net_changed,
};

/* How long frames of the MVM's net may be is for the MVM to say. */
static const struct virtio_ops uplink_ops = {
	.id = VIRTIO_ID_NET,
	.queues = NET_QUEUES,
	.features = FEATURES,
	.notify = net_notify,
	.reset = net_reset,
	.changed = net_changed,
};

static struct net_port *free_port(void)
{
	u32 n;

	for (n = NET_UPLINK + 1; n < NET_PORTS; n++) {
		if (!net_ports[n].used)
			return &net_ports[n];
	}
	return NULL;
}

static int create(struct net_port *port, const struct virtio_ops *ops,
		  struct vm *vm, u64 base, u32 intid, u64 mac, u32 mtu)
{
	struct virtio_net_config config = { .mtu = (u16)mtu };
	int ret;

	memcpy(config.mac, &mac, sizeof(config.mac));
	/* Nobody looks at it yet. */
	port->configured = mac;
	port->mtu = mtu;
	ret = virtio_dev_create(&port->dev, ops, vm, base, intid, NET_QUEUE_MAX,
				&config);
	if (ret)
		return ret;
	spin_lock(&port->dev.lock);
	memset(&port->stats, 0, sizeof(port->stats));
	port->tx.seg = port->tx_seg;
	port->tx.max = NET_SEGS;
	port->used = true;
	spin_unlock(&port->dev.lock);
	net_link_update();
	return 0;
}

/* The address of a configuration; 0: it is not a station's. */
static u64 configured_mac(const u64 *cfg)
{
	u8 bytes[6];
	u32 n;

	for (n = 0; n < sizeof(bytes); n++) {
		if (cfg[SHYPER_CFG_NET_MAC + n] > 0xff)
			return 0;
		bytes[n] = (u8)cfg[SHYPER_CFG_NET_MAC + n];
	}
	return net_mac(bytes) & NET_MAC_GROUP ? 0 : net_mac(bytes);
}

static bool mac_taken(u64 mac)
{
	u32 n;

	for (n = 0; n < NET_PORTS; n++) {
		if (net_ports[n].used && net_ports[n].configured == mac)
			return true;
	}
	return net_mac_find(mac);
}

int virtio_net_create(struct vm *vm, u64 base, u32 intid, const u64 *cfg)
{
	u64 mac = configured_mac(cfg), mtu = cfg[SHYPER_CFG_NET_MTU];
	struct net_port *port = free_port();

	if (!mtu)
		mtu = SHYPER_NET_MTU_DEFAULT;
	if (!mac || mtu < SHYPER_NET_MTU_MIN || mtu > SHYPER_NET_MTU_MAX)
		return -EINVAL;
	if (mac_taken(mac))
		return -EEXIST;
	if (!port)
		return -ENOSPC;
	return create(port, &guest_ops, vm, base, intid, mac, (u32)mtu);
}

int virtio_net_create_uplink(struct vm *vm, u64 base, u32 intid)
{
	static const u8 mac[] = SHYPER_MVM_NET_MAC;

	return create(&net_ports[NET_UPLINK], &uplink_ops, vm, base, intid,
		      net_mac(mac), 0);
}

int virtio_net_stats(u64 port_number, struct shyper_net_stats *stats)
{
	struct virtio_net_config config;
	struct net_port *port;

	if (port_number >= NET_PORTS)
		return -ENOENT;
	port = &net_ports[port_number];
	spin_lock(&port->dev.lock);
	if (!port->used) {
		spin_unlock(&port->dev.lock);
		return -ENODEV;
	}
	memcpy(stats, &port->stats, sizeof(*stats));
	memcpy(&config, port->dev.config, sizeof(config));
	memcpy(stats->mac, &port->mac, sizeof(stats->mac));
	stats->version = 1;
	stats->vmid = vm_id(port->dev.vm);
	stats->mtu = port->mtu;
	stats->base = port->dev.base;
	if (net_is_uplink(port))
		stats->flags |= SHYPER_NET_PORT_UPLINK;
	if (virtio_dev_live_locked(&port->dev))
		stats->flags |= SHYPER_NET_PORT_LIVE;
	if (config.status & VIRTIO_NET_S_LINK_UP)
		stats->flags |= SHYPER_NET_PORT_LINK;
	spin_unlock(&port->dev.lock);
	return 0;
}

/* Do something to each port of a VM, when nothing is under way on it. */
static void each_of_vm(struct vm *vm, void (*fn)(struct net_port *port))
{
	struct net_port *port;
	u32 n;

	for (n = 0; n < NET_PORTS; n++) {
		port = &net_ports[n];
		spin_lock(&port->dev.work_lock);
		spin_lock(&port->dev.lock);
		if (port->used && port->dev.vm == vm)
			fn(port);
		spin_unlock(&port->dev.lock);
		spin_unlock(&port->dev.work_lock);
	}
	net_link_update();
}

static void reset_locked(struct net_port *port)
{
	virtio_dev_reset_locked(&port->dev);
}

static void destroy_locked(struct net_port *port)
{
	virtio_dev_destroy_locked(&port->dev);
	WRITE_ONCE(port->mac, 0);
	port->used = false;
}

void net_vm_reset(struct vm *vm)
{
	each_of_vm(vm, reset_locked);
}

void net_vm_destroy(struct vm *vm)
{
	each_of_vm(vm, destroy_locked);
}
