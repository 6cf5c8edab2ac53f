/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network switch and its ports: net.c has the device (VIRTIO 1.2, 5.1),
 * net_ctrl.c its control queue, net_frame.c what is looked at in a frame,
 * switch.c the way from one port to others.
 */
#ifndef EL2_NET_H
#define EL2_NET_H

#include <shyper/hypercall.h>

#include "virtio_dev.h"

/* 5.1.3 Feature bits. */
#define VIRTIO_NET_F_CSUM		BIT(0)
#define VIRTIO_NET_F_GUEST_CSUM		BIT(1)
#define VIRTIO_NET_F_MTU		BIT(3)
#define VIRTIO_NET_F_MAC		BIT(5)
#define VIRTIO_NET_F_GUEST_TSO4		BIT(7)
#define VIRTIO_NET_F_GUEST_TSO6		BIT(8)
#define VIRTIO_NET_F_GUEST_ECN		BIT(9)
#define VIRTIO_NET_F_HOST_TSO4		BIT(11)
#define VIRTIO_NET_F_HOST_TSO6		BIT(12)
#define VIRTIO_NET_F_HOST_ECN		BIT(13)
#define VIRTIO_NET_F_MRG_RXBUF		BIT(15)
#define VIRTIO_NET_F_STATUS		BIT(16)
#define VIRTIO_NET_F_CTRL_VQ		BIT(17)
#define VIRTIO_NET_F_CTRL_RX		BIT(18)
#define VIRTIO_NET_F_CTRL_RX_EXTRA	BIT(20)
#define VIRTIO_NET_F_GUEST_ANNOUNCE	BIT(21)
#define VIRTIO_NET_F_CTRL_MAC_ADDR	BIT(23)

/* 5.1.4 Device configuration: bits of its status. */
#define VIRTIO_NET_S_LINK_UP		1
#define VIRTIO_NET_S_ANNOUNCE		2

/* 5.1.6 Device Operation: struct virtio_net_hdr. */
#define VIRTIO_NET_HDR_F_NEEDS_CSUM	1
#define VIRTIO_NET_HDR_GSO_NONE		0
#define VIRTIO_NET_HDR_GSO_TCPV4	1
#define VIRTIO_NET_HDR_GSO_TCPV6	4
#define VIRTIO_NET_HDR_GSO_ECN		0x80

struct virtio_net_hdr {
	u8 flags;
	u8 gso_type;
	__le16 hdr_len;
	__le16 gso_size;
	__le16 csum_start;
	__le16 csum_offset;
	__le16 num_buffers;
};
static_assert(sizeof(struct virtio_net_hdr) == 12);

struct virtio_net_config {
	u8 mac[6];
	__le16 status;
	__le16 max_virtqueue_pairs;
	__le16 mtu;
	u8 unused[4];
};
static_assert(sizeof(struct virtio_net_config) == VIRTIO_CONFIG_LEN);

enum {
	NET_RX,
	NET_TX,
	NET_CTRL,
	NET_QUEUES,
};

#define NET_PORTS	16
#define NET_UPLINK	0	/* number of the MVM's port */

#define NET_QUEUE_MAX	512
/* A chain, some of whose buffers lie across two regions of memory. */
#define NET_SEGS	(NET_QUEUE_MAX + 8)
/* Buffers that one frame is spread over at most: 64 KiB in pieces of 512 bytes. */
#define NET_MERGE_MAX	128
#define NET_MULTICAST	16	/* groups filtered by address; above: all pass */

#define NET_HDR_LEN	sizeof(struct virtio_net_hdr)
#define NET_ETH_LEN	14
#define NET_ETH_VLAN	4
/* The largest packet, after segmentation has been left to others. */
#define NET_GSO_MAX	65535

/* An address as a number; its first byte is the lowest. */
#define NET_MAC_GROUP		((u64)1)
#define NET_MAC_BROADCAST	(((u64)1 << 48) - 1)

/* Receive modes, 5.1.6.5.1; one bit per command of the class. */
#define NET_RX_PROMISC	BIT(0)
#define NET_RX_ALLMULTI	BIT(1)
#define NET_RX_ALLUNI	BIT(2)
#define NET_RX_NOMULTI	BIT(3)
#define NET_RX_NOUNI	BIT(4)
#define NET_RX_NOBCAST	BIT(5)
#define NET_RX_MODES	6

/**
 * struct net_port - a port of the switch: the virtio device and its end
 * @dev:	its lock guards all but what is said otherwise
 * @used:	there is such a port; changed by those who create and destroy
 * @mac:	the address it is known by; 0: no port. Read without the lock by
 *		who looks for a port, and looked at again under it
 * @configured:	the address it was created with
 * @mtu:	0: whatever comes
 * @rx_mode:	NET_RX_*
 * @multi:	groups it has joined
 * @nmulti:	how many; above NET_MULTICAST: more than fit
 * @stats:	the counters, and nothing else of it
 * @tx:		the buffer being sent; work_lock
 * @tx_seg:	for @tx
 * @rx_seg:	parts of the buffers being filled, one after another
 * @rx_head:	these buffers
 * @rx_len:	and their lengths
 */
struct net_port {
	struct virtio_dev dev;
	bool used;
	u64 mac;
	u64 configured;
	u32 mtu;
	u32 rx_mode;
	u64 multi[NET_MULTICAST];
	u32 nmulti;
	struct shyper_net_stats stats;
	struct shyper_chain tx;
	struct shyper_seg tx_seg[NET_SEGS];
	struct shyper_seg rx_seg[2 * NET_SEGS];
	u32 rx_head[NET_MERGE_MAX];
	u32 rx_len[NET_MERGE_MAX];
};

extern struct net_port net_ports[NET_PORTS];

static inline struct net_port *net_to_port(struct virtio_dev *dev)
{
	return container_of(dev, struct net_port, dev);
}

static inline bool net_is_uplink(const struct net_port *port)
{
	return port == &net_ports[NET_UPLINK];
}

/* An address out of six bytes. */
u64 net_mac(const u8 *bytes);

/**
 * net_mac_find() - the port that has an address
 *
 * Without a lock: it may be another's when the port is locked.
 * Return: NULL if none has it.
 */
struct net_port *net_mac_find(u64 mac);

/**
 * net_link_update() - tell each port whether another one is live
 *
 * Context: no net or virtio lock is held.
 */
void net_link_update(void);

/* The driver broke a ring's rules: count it, and mark the device. */
void net_broken_locked(struct net_port *port, int why);

/* net_ctrl.c: the control queue has buffers. Return: 0, or MMIO_AGAIN. */
int net_control(struct net_port *port);

/* switch.c: the transmit queue has buffers. Return: 0, or MMIO_AGAIN. */
int net_transmit(struct net_port *port);

/**
 * struct net_frame - a frame on its way, still in its sender's buffers
 * @hdr:	virtio's header as the sender gave it, checked
 * @eth:	the Ethernet header that was checked, and so is what is sent
 * @src:	from there
 * @dst:	from there
 * @len:	of the frame, Ethernet header included
 * @chain:	the buffers: virtio's header, then the frame
 */
struct net_frame {
	struct virtio_net_hdr hdr;
	u8 eth[NET_ETH_LEN];
	u64 src;
	u64 dst;
	u32 len;
	const struct shyper_chain *chain;
};

#define NET_PASS	(-1)	/* no shyper_net_drop: go on */

/**
 * net_frame_check() - look at what a port's driver wants sent
 * @frame: chain is set; filled if the frame may pass
 *
 * Return: NET_PASS, or a shyper_net_drop. Frame.len is set in either case.
 */
int net_frame_check(const struct net_port *port, u64 features,
		    struct net_frame *frame);

/**
 * net_frame_wanted() - whether a port takes the frame
 *
 * Context: the port's device is locked, and live.
 * Return: NET_PASS, or a shyper_net_drop.
 */
int net_frame_wanted(const struct net_port *port, const struct net_frame *frame);

/**
 * net_frame_csum() - the checksum that the sender left to the device, 5.1.6.2
 *
 * Return: as it lies in memory.
 */
u16 net_frame_csum(const struct net_frame *frame);

#endif /* EL2_NET_H */
