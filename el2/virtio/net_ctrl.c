// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio-net's control queue (VIRTIO 1.2, 5.1.6.5): receive modes, group
 * addresses, the address itself, and the acknowledgement of an announcement.
 *
 * A guest may set no other address than its configured one: others are told
 * where frames come from by it. The MVM's port may take any that is no guest's.
 *
 * Lock: the device's, from taking a command to giving it back.
 */
#include <el2/string.h>

#include "net.h"

#define CTRL_RX			0
#define CTRL_MAC		1
#define CTRL_MAC_TABLE_SET	0
#define CTRL_MAC_ADDR_SET	1
#define CTRL_ANNOUNCE		3
#define CTRL_ANNOUNCE_ACK	0

#define NET_OK	0
#define NET_ERR	1

/* Class and command come first, then what belongs to it. */
#define CTRL_HDR_LEN	2

/**
 * struct command - one class of commands
 * @feature:	without which there is no such class
 * @run:	do one. Return: whether it was understood and done
 */
struct command_class {
	u64 feature;
	bool (*run)(struct net_port *port, u8 command,
		    const struct shyper_chain *chain);
};

/* 5.1.6.5.1: one byte, on or off; commands 2 and up came with CTRL_RX_EXTRA. */
static bool set_rx_mode(struct net_port *port, u8 command,
			const struct shyper_chain *chain)
{
	bool extra = port->dev.driver_features & VIRTIO_NET_F_CTRL_RX_EXTRA;
	u8 on;

	if (command >= (extra ? NET_RX_MODES : 2) ||
	    !shyper_chain_read(chain, CTRL_HDR_LEN, &on, 1))
		return false;
	if (on)
		port->rx_mode |= (u32)BIT(command);
	else
		port->rx_mode &= ~(u32)BIT(command);
	return true;
}

/*
 * 5.1.6.5.2: two tables, each a count and so many addresses: stations, which the
 * switch knows by their ports, and groups.
 */
static bool set_mac_table(struct net_port *port, const struct shyper_chain *chain)
{
	u64 at = CTRL_HDR_LEN;
	u64 multi[NET_MULTICAST] = { 0 };
	u32 stations, groups, n;

	if (!shyper_chain_read(chain, at, &stations, sizeof(stations)))
		return false;
	at += sizeof(stations) + 6 * (u64)stations;
	if (!shyper_chain_read(chain, at, &groups, sizeof(groups)))
		return false;
	at += sizeof(groups);
	if (at + 6 * (u64)groups > chain->read_len)
		return false;
	for (n = 0; n < MIN(groups, (u32)NET_MULTICAST); n++) {
		if (!shyper_chain_read(chain, at + 6 * n, &multi[n], 6))
			return false;
	}
	memcpy(port->multi, multi, sizeof(multi));
	port->nmulti = groups;
	return true;
}

static bool set_mac(struct net_port *port, const struct shyper_chain *chain)
{
	struct virtio_net_config config;
	struct net_port *other;
	u8 bytes[6];
	u64 mac;

	if (!(port->dev.driver_features & VIRTIO_NET_F_CTRL_MAC_ADDR) ||
	    !shyper_chain_read(chain, CTRL_HDR_LEN, bytes, sizeof(bytes)))
		return false;
	mac = net_mac(bytes);
	other = net_mac_find(mac);
	if (!mac || (mac & NET_MAC_GROUP) || (other && other != port) ||
	    (!net_is_uplink(port) && mac != port->configured))
		return false;
	WRITE_ONCE(port->mac, mac);
	memcpy(&config, port->dev.config, sizeof(config));
	memcpy(config.mac, bytes, sizeof(bytes));
	/* It knows: no interrupt for this. */
	memcpy(port->dev.config, &config, sizeof(config));
	return true;
}

static bool mac_command(struct net_port *port, u8 command,
			const struct shyper_chain *chain)
{
	if (command == CTRL_MAC_ADDR_SET)
		return set_mac(port, chain);
	return command == CTRL_MAC_TABLE_SET && set_mac_table(port, chain);
}

static bool announced(struct net_port *port, u8 command,
		      const struct shyper_chain *chain)
{
	struct virtio_net_config config;

	if (command != CTRL_ANNOUNCE_ACK)
		return false;
	memcpy(&config, port->dev.config, sizeof(config));
	config.status &= (u16)~VIRTIO_NET_S_ANNOUNCE;
	memcpy(port->dev.config, &config, sizeof(config));
	return true;
}

static const struct command_class classes[] = {
	[CTRL_RX] = { VIRTIO_NET_F_CTRL_RX, set_rx_mode },
	[CTRL_MAC] = { VIRTIO_NET_F_CTRL_VQ, mac_command },
	[CTRL_ANNOUNCE] = { VIRTIO_NET_F_GUEST_ANNOUNCE, announced },
};

static u8 run(struct net_port *port, const struct shyper_chain *chain)
{
	const struct command_class *class;
	u8 hdr[CTRL_HDR_LEN];

	if (!shyper_chain_read(chain, 0, hdr, sizeof(hdr)) ||
	    hdr[0] >= ARRAY_SIZE(classes))
		return NET_ERR;
	class = &classes[hdr[0]];
	if (!class->run || !(port->dev.driver_features & class->feature))
		return NET_ERR;
	return class->run(port, hdr[1], chain) ? NET_OK : NET_ERR;
}

/* One command. Return: whether there may be another. */
static bool control_locked(struct net_port *port)
{
	struct shyper_vring *ring = &port->dev.queue[NET_CTRL].ring;
	/* Frames to this port are not under way while it is locked. */
	struct shyper_chain chain = { .seg = port->rx_seg, .max = NET_SEGS };
	u32 written = 0;
	int got;
	u8 ack;

	if (!virtio_queue_live_locked(&port->dev, NET_CTRL))
		return false;
	got = shyper_vring_pop(ring, &chain);
	if (got == 0)
		return shyper_vring_enable_kick(ring);
	if (got < 0 || chain.fault) {
		net_broken_locked(port, MIN(got, 0));
		return false;
	}
	ack = run(port, &chain);
	/* The answer is the last byte, whatever room there is before it. */
	if (chain.write_len &&
	    shyper_chain_write(&chain, chain.write_len - 1, &ack, 1))
		written = (u32)MIN(chain.write_len, (u64)~(u32)0);
	shyper_vring_push(ring, chain.head, written);
	virtio_used_locked(&port->dev, NET_CTRL);
	return true;
}

int net_control(struct net_port *port)
{
	u32 budget = NET_QUEUE_MAX;
	bool broken, more;

	spin_lock(&port->dev.lock);
	do
		more = control_locked(port);
	while (more && budget--);
	broken = port->dev.status & VIRTIO_STATUS_NEEDS_RESET;
	spin_unlock(&port->dev.lock);
	if (broken)
		net_link_update();
	return more ? MMIO_AGAIN : 0;
}
