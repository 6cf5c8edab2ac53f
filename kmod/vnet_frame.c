// SPDX-License-Identifier: GPL-2.0-only
/*
 * A look at frames: of a guest, whether it may send them as they are; to a guest,
 * whether its driver wants them. Only copies are looked at.
 */
#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/shyper.h>
#endif

#include "vnet_frame.h"

#define TYPE_IPV4	0x0800
#define TYPE_IPV6	0x86dd
#define TYPE_VLAN	0x8100
#define TYPE_QINQ	0x88a8

#define PROTO_TCP	6
#define PROTO_UDP	17

#define IPV4_LEN	20
#define IPV6_LEN	40
#define TCP_LEN		20
#define TCP_CSUM	16	/* where the checksum is */
#define UDP_LEN		8
#define UDP_CSUM	6

#define UDP_SEGMENTS	64	/* what receivers take of USO at most */

/**
 * struct gso - a kind of segmentation
 * @type:	gso_type, without ECN
 * @feature:	that the sender needs
 * @proto:	of the transport layer
 * @csum:	where its checksum is
 * @versions:	of IP: bit 4, bit 6
 */
struct gso {
	u8 type;
	u8 feature;
	u8 proto;
	u8 csum;
	u8 versions;
};

#define V4	(1U << 4)
#define V6	(1U << 6)

static const struct gso kinds[] = {
	{ VIRTIO_NET_HDR_GSO_TCPV4, VIRTIO_NET_F_HOST_TSO4, PROTO_TCP, TCP_CSUM, V4 },
	{ VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_F_HOST_TSO6, PROTO_TCP, TCP_CSUM, V6 },
	{ VIRTIO_NET_HDR_GSO_UDP, VIRTIO_NET_F_HOST_UFO, PROTO_UDP, UDP_CSUM, V4 | V6 },
	{ VNET_GSO_UDP_L4, VNET_F_HOST_USO, PROTO_UDP, UDP_CSUM, V4 | V6 },
};

static u16 be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

static const struct gso *gso_find(const struct vnet_control *ctl, u8 gso_type)
{
	u32 n;

	if ((gso_type & VIRTIO_NET_HDR_GSO_ECN) &&
	    !vnet_has(ctl->features, VIRTIO_NET_F_HOST_ECN))
		return NULL;
	for (n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		if (kinds[n].type == (gso_type & ~VIRTIO_NET_HDR_GSO_ECN) &&
		    vnet_has(ctl->features, kinds[n].feature))
			return &kinds[n];
	}
	return NULL;
}

/* Where IP begins, and its EtherType; 0: not in the head. */
static u32 ip_find(const struct vnet_frame *frame, u16 *type)
{
	u32 at = VNET_ETH_LEN;
	int tags;

	*type = be16(frame->head + at - 2);
	for (tags = 0; tags < 2 && (*type == TYPE_VLAN || *type == TYPE_QINQ); tags++) {
		at += VNET_VLAN_LEN;
		if (at > frame->head_len)
			return 0;
		*type = be16(frame->head + at - 2);
	}
	return at;
}

/* The transport header is where hdr says, and of the kind that is segmented. */
static bool ip_ok(const struct vnet_frame *frame, const struct gso *gso, u32 start)
{
	const u8 *ip;
	u16 type;
	u32 at = ip_find(frame, &type);

	if (!at || at + IPV4_LEN > frame->head_len)
		return false;
	ip = frame->head + at;
	if (type == TYPE_IPV4 && (gso->versions & V4))
		return ip[0] >> 4 == 4 && (ip[0] & 15) >= 5 && ip[9] == gso->proto &&
		       start == at + (ip[0] & 15U) * 4;
	/* Extension headers are left to who segments: it walks them. */
	return type == TYPE_IPV6 && (gso->versions & V6) && ip[0] >> 4 == 6 &&
	       start >= at + IPV6_LEN;
}

static bool transport_ok(const struct vnet_frame *frame, const struct gso *gso,
			 u32 start)
{
	u32 len = gso->proto == PROTO_TCP ? TCP_LEN : UDP_LEN;

	if (start + len > frame->head_len)
		return false;
	if (gso->proto == PROTO_TCP) {
		len = (frame->head[start + 12] >> 4) * 4U;
		if (len < TCP_LEN || start + len > frame->head_len)
			return false;
	}
	if (gso->type == VNET_GSO_UDP_L4 &&
	    frame->len - start - len > UDP_SEGMENTS * (u32)vnet_le16(frame->hdr.gso_size))
		return false;
	return frame->len > start + len;
}

static bool gso_ok(const struct vnet_control *ctl, const struct vnet_frame *frame,
		   u32 mtu)
{
	const struct virtio_net_hdr_v1 *hdr = &frame->hdr;
	u32 start = vnet_le16(hdr->csum_start), size = vnet_le16(hdr->gso_size);
	const struct gso *gso = gso_find(ctl, hdr->gso_type);

	return gso && (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) &&
	       vnet_le16(hdr->csum_offset) == gso->csum &&
	       size && size <= mtu && ip_ok(frame, gso, start) &&
	       transport_ok(frame, gso, start);
}

/* 5.1.6.2: both fields inside the frame, behind its header. */
static bool csum_ok(const struct vnet_control *ctl, const struct vnet_frame *frame)
{
	u32 start = vnet_le16(frame->hdr.csum_start);
	u32 offset = vnet_le16(frame->hdr.csum_offset);

	if (!(frame->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM))
		return true;
	return vnet_has(ctl->features, VIRTIO_NET_F_CSUM) && start >= VNET_ETH_LEN &&
	       start + offset + 2 <= frame->head_len;
}

int vnet_frame_check(const struct vnet_control *ctl, struct vnet_frame *frame,
		     u32 mtu)
{
	bool gso = frame->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE;
	u64 src;

	if (frame->head_len < VNET_ETH_LEN)
		return SHYPER_DROP_RUNT;
	if (frame->len > (gso ? VNET_GSO_MAX : mtu) + VNET_ETH_LEN + VNET_VLAN_LEN)
		return SHYPER_DROP_OVERSIZE;
	/* 5.1.6.2.2: other flags are to be ignored. */
	frame->hdr.flags &= VIRTIO_NET_HDR_F_NEEDS_CSUM;
	if (!csum_ok(ctl, frame) || (gso && !gso_ok(ctl, frame, mtu)))
		return SHYPER_DROP_HEADER;
	src = vnet_mac(frame->head + VNET_ETH_ALEN);
	if (READ_ONCE(ctl->any_mac) ? src & VNET_MAC_GROUP :
				      src != READ_ONCE(ctl->mac))
		return SHYPER_DROP_SPOOFED;
	return VNET_PASS;
}

static bool named(const u64 *list, u32 n, u64 mac)
{
	u32 i;

	if (n > VNET_ADDRESSES)
		return true;
	for (i = 0; i < n; i++) {
		if (READ_ONCE(list[i]) == mac)
			return true;
	}
	return false;
}

static bool vlan_wanted(const struct vnet_control *ctl, const u8 *eth)
{
	u32 vid;

	if (!vnet_has(ctl->features, VIRTIO_NET_F_CTRL_VLAN) ||
	    be16(eth + 12) != TYPE_VLAN)
		return true;
	vid = be16(eth + VNET_ETH_LEN) & (VNET_VLANS - 1);
	/* What has only a priority is of no VLAN. */
	return !vid || (READ_ONCE(ctl->vlan[vid / 64]) >> vid % 64 & 1);
}

/* 5.1.6.5.1 */
bool vnet_frame_wanted(const struct vnet_control *ctl, const u8 *eth)
{
	u32 mode = READ_ONCE(ctl->rx_mode);
	u64 dst = vnet_mac(eth);

	if (!vnet_has(ctl->features, VIRTIO_NET_F_CTRL_RX) ||
	    (mode & 1U << VNET_RX_PROMISC))
		return true;
	if (!vlan_wanted(ctl, eth))
		return false;
	if (dst == VNET_MAC_BROADCAST)
		return !(mode & 1U << VNET_RX_NOBCAST);
	if (dst & VNET_MAC_GROUP)
		return !(mode & 1U << VNET_RX_NOMULTI) &&
		       ((mode & 1U << VNET_RX_ALLMULTI) ||
			named(ctl->multi, READ_ONCE(ctl->nmulti), dst));
	return !(mode & 1U << VNET_RX_NOUNI) &&
	       ((mode & 1U << VNET_RX_ALLUNI) || dst == READ_ONCE(ctl->mac) ||
		named(ctl->uni, READ_ONCE(ctl->nuni), dst));
}
