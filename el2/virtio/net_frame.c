// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the switch looks at in a frame: lengths, virtio's header (VIRTIO 1.2,
 * 5.1.6), the addresses; and the checksum that a sender left to be done.
 *
 * Offloads pass from port to port by virtio's header. A receiver that has not
 * negotiated GUEST_CSUM gets the checksum done here; one that cannot take a
 * packet that is still to be segmented does not get it, which is counted.
 */
#include <el2/string.h>

#include "net.h"

/**
 * struct gso - a kind of segmentation
 * @type:	gso_type, without ECN
 * @host:	the sender has negotiated this
 * @guest:	the receiver has
 */
struct gso {
	u8 type;
	u64 host;
	u64 guest;
};

static const struct gso kinds[] = {
	{ VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_GUEST_TSO4 },
	{ VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_GUEST_TSO6 },
};

static const struct gso *gso_kind(const struct virtio_net_hdr *hdr)
{
	u32 n;

	for (n = 0; n < ARRAY_SIZE(kinds); n++) {
		if (kinds[n].type == (hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN))
			return &kinds[n];
	}
	return NULL;
}

static bool has(u64 features, u64 wanted)
{
	return (features & wanted) == wanted;
}

/* 5.1.6.2: both fields inside the frame, behind its header. */
static bool csum_ok(const struct net_frame *frame, u64 features)
{
	const struct virtio_net_hdr *hdr = &frame->hdr;

	if (!(hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return true;
	return has(features, VIRTIO_NET_F_CSUM) &&
	       hdr->csum_start >= NET_ETH_LEN &&
	       (u32)hdr->csum_start + hdr->csum_offset + 2 <= frame->len;
}

static bool gso_ok(const struct net_frame *frame, u64 features)
{
	const struct virtio_net_hdr *hdr = &frame->hdr;
	const struct gso *gso;

	if (hdr->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return true;
	gso = gso_kind(hdr);
	if (!gso || !has(features, gso->host))
		return false;
	if ((hdr->gso_type & VIRTIO_NET_HDR_GSO_ECN) &&
	    !has(features, VIRTIO_NET_F_HOST_ECN))
		return false;
	return (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) && hdr->gso_size &&
	       !(frame->dst & NET_MAC_GROUP);
}

/* How much of a packet goes into one frame, for what an MTU says. */
static bool mtu_ok(const struct net_frame *frame, u32 mtu)
{
	if (frame->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE)
		return frame->hdr.gso_size <= mtu &&
		       frame->len <= NET_GSO_MAX + NET_ETH_LEN + NET_ETH_VLAN;
	return frame->len <= mtu + NET_ETH_LEN + NET_ETH_VLAN;
}

int net_frame_check(const struct net_port *port, u64 features,
		    struct net_frame *frame)
{
	u64 len = frame->chain->read_len;

	frame->len = (u32)MIN(len - MIN(len, NET_HDR_LEN), (u64)~(u32)0);
	if (frame->len < NET_ETH_LEN ||
	    !shyper_chain_read(frame->chain, 0, &frame->hdr, NET_HDR_LEN) ||
	    !shyper_chain_read(frame->chain, NET_HDR_LEN, frame->eth, NET_ETH_LEN))
		return SHYPER_NET_DROP_RUNT;
	frame->dst = net_mac(frame->eth);
	frame->src = net_mac(frame->eth + 6);
	if (!mtu_ok(frame, port->mtu ? port->mtu : SHYPER_NET_MTU_MAX))
		return SHYPER_NET_DROP_OVERSIZE;
	if (!csum_ok(frame, features) || !gso_ok(frame, features))
		return SHYPER_NET_DROP_HEADER;
	if (net_is_uplink(port) ? frame->src & NET_MAC_GROUP :
				  frame->src != READ_ONCE(port->mac))
		return SHYPER_NET_DROP_SPOOFED;
	/* 5.1.6.2.2: other flags are to be ignored. */
	frame->hdr.flags &= VIRTIO_NET_HDR_F_NEEDS_CSUM;
	/* This is a hint to the receiver, which should not find it wrong. */
	if (frame->hdr.hdr_len > frame->len)
		frame->hdr.hdr_len = (u16)frame->len;
	return NET_PASS;
}

static bool joined(const struct net_port *port, u64 group)
{
	u32 n;

	if (port->nmulti > NET_MULTICAST)
		return true;
	for (n = 0; n < port->nmulti; n++) {
		if (port->multi[n] == group)
			return true;
	}
	return false;
}

/* 5.1.6.5.1 */
static bool filter_passes(const struct net_port *port, u64 dst)
{
	if (!has(port->dev.driver_features, VIRTIO_NET_F_CTRL_RX) ||
	    (port->rx_mode & NET_RX_PROMISC))
		return true;
	if (dst == NET_MAC_BROADCAST)
		return !(port->rx_mode & NET_RX_NOBCAST);
	if (dst & NET_MAC_GROUP)
		return !(port->rx_mode & NET_RX_NOMULTI) &&
		       ((port->rx_mode & NET_RX_ALLMULTI) || joined(port, dst));
	return !(port->rx_mode & NET_RX_NOUNI) &&
	       ((port->rx_mode & NET_RX_ALLUNI) || dst == port->mac);
}

static bool offload_ok(u64 features, const struct virtio_net_hdr *hdr)
{
	const struct gso *gso = gso_kind(hdr);

	if (hdr->gso_type == VIRTIO_NET_HDR_GSO_NONE)
		return true;
	if ((hdr->gso_type & VIRTIO_NET_HDR_GSO_ECN) &&
	    !has(features, VIRTIO_NET_F_GUEST_ECN))
		return false;
	return has(features, gso->guest | VIRTIO_NET_F_GUEST_CSUM);
}

int net_frame_wanted(const struct net_port *port, const struct net_frame *frame)
{
	if (!filter_passes(port, frame->dst))
		return SHYPER_NET_DROP_RX_FILTER;
	if (!offload_ok(port->dev.driver_features, &frame->hdr))
		return SHYPER_NET_DROP_RX_OFFLOAD;
	if (port->mtu && !mtu_ok(frame, port->mtu))
		return SHYPER_NET_DROP_RX_MTU;
	return NET_PASS;
}

u16 net_frame_csum(const struct net_frame *frame)
{
	const struct shyper_seg *seg = frame->chain->seg;
	u64 skip = NET_HDR_LEN + frame->hdr.csum_start;
	u64 left = frame->len - frame->hdr.csum_start;
	u64 sum = 0, n;
	u32 odd = 0;

	for (; left; seg++) {
		if (skip >= seg->len) {
			skip -= seg->len;
			continue;
		}
		for (n = skip; n < seg->len && left; n++, left--, odd ^= 8)
			sum += (u64)seg->addr[n] << odd;
		skip = 0;
	}
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	/* 0 would mean to UDP that there is none; 0xffff is as good. */
	return sum == 0xffff ? 0xffff : (u16)~sum;
}
