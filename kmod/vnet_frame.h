/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a direct network device decides by itself, without the network stack:
 * whether a guest's frame may be sent, whether a guest wants a frame, what its
 * control queue says. Compiled on the host as well: tests/unit/vnet.
 */
#ifndef SHYPER_VNET_FRAME_H
#define SHYPER_VNET_FRAME_H

#include <shyper/types.h>
#include <shyper/vring.h>

#ifdef __KERNEL__
#include <linux/virtio_net.h>
#else
#include "vnet_host.h"
#endif

/* Not in every kernel's header. */
#define VNET_F_GUEST_USO4	54
#define VNET_F_GUEST_USO6	55
#define VNET_F_HOST_USO		56
#define VNET_GSO_UDP_L4		5

#define VNET_HDR_LEN		12	/* struct virtio_net_hdr_v1 */
#define VNET_ETH_LEN		14
#define VNET_ETH_ALEN		6
#define VNET_VLAN_LEN		4
#define VNET_VLANS		4096
#define VNET_GSO_MAX		65536
#define VNET_MTU_MAX		9216
#define VNET_MTU_MIN		68

#define VNET_ADDRESSES		64	/* of each kind in a filter */

/* An address is a number, its first byte the lowest. */
#define VNET_MAC_GROUP		((u64)1)
#define VNET_MAC_BROADCAST	((u64)0xffffffffffff)

/* Receive modes by their command, 5.1.6.5.1. */
enum vnet_rx_mode {
	VNET_RX_PROMISC,
	VNET_RX_ALLMULTI,
	VNET_RX_ALLUNI,
	VNET_RX_NOMULTI,
	VNET_RX_NOUNI,
	VNET_RX_NOBCAST,
	VNET_RX_MODES,
};

/**
 * struct vnet_control - what the driver has said by the control queue
 * @configured:	address by configuration
 * @any_mac:	it may use others; of the MVM's administrator
 * @max_pairs:	queue pairs there are
 * @mac:	address in force
 * @pairs:	queue pairs in use
 * @rx_mode:	bits by enum vnet_rx_mode
 * @nuni:	addresses the driver has named; above VNET_ADDRESSES: all are let in
 * @nmulti:	the same for groups
 * @uni:	these
 * @multi:	these
 * @vlan:	bit n: it has joined VLAN n
 * @negotiated:	feature bits
 * @features:	of them, without the offloads that are switched off
 * @announce:	it is asked to announce itself
 * @changed:	the configuration space has to be published
 *
 * Written by one context at a time; frames look at it meanwhile, and one that comes
 * while it changes goes by the old or the new.
 */
struct vnet_control {
	u64 configured;
	bool any_mac;
	u16 max_pairs;
	u64 mac;
	u16 pairs;
	u32 rx_mode;
	u32 nuni;
	u32 nmulti;
	u64 uni[VNET_ADDRESSES];
	u64 multi[VNET_ADDRESSES];
	u64 vlan[VNET_VLANS / 64];
	u64 negotiated;
	u64 features;
	bool announce;
	bool changed;
};

/**
 * vnet_control_reset() - as before the driver said anything
 * @features: negotiated
 */
void vnet_control_reset(struct vnet_control *ctl, u64 features);

/**
 * vnet_control_run() - do one command of the control queue, 5.1.6.5
 *
 * Return: VIRTIO_NET_OK, VIRTIO_NET_ERR.
 */
u8 vnet_control_run(struct vnet_control *ctl, const struct shyper_chain *chain);

/**
 * struct vnet_frame - a frame that a guest wants to send
 * @hdr:	virtio's header, a copy
 * @head:	the beginning of the frame, a copy
 * @head_len:	bytes of it
 * @len:	bytes of the frame
 */
struct vnet_frame {
	struct virtio_net_hdr_v1 hdr;
	const u8 *head;
	u32 head_len;
	u32 len;
};

#define VNET_PASS	(-1)

/**
 * vnet_frame_check() - whether a guest may send this
 * @mtu:	of the port
 *
 * On success what hdr says of offloads is inside @head and fits it.
 * Return: VNET_PASS or a SHYPER_DROP_*.
 */
int vnet_frame_check(const struct vnet_control *ctl, struct vnet_frame *frame,
		     u32 mtu);

/**
 * vnet_frame_wanted() - whether the driver wants a frame, by its filters
 * @eth:	the frame's first 18 bytes
 */
bool vnet_frame_wanted(const struct vnet_control *ctl, const u8 *eth);

static inline u64 vnet_mac(const u8 *bytes)
{
	return (u64)bytes[0] | (u64)bytes[1] << 8 | (u64)bytes[2] << 16 |
	       (u64)bytes[3] << 24 | (u64)bytes[4] << 32 | (u64)bytes[5] << 40;
}

static inline u16 vnet_le16(__virtio16 value)
{
	return __virtio16_to_cpu(true, value);
}

static inline bool vnet_has(u64 features, u32 bit)
{
	return features >> bit & 1;
}

#endif /* SHYPER_VNET_FRAME_H */
