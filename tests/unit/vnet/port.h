/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port as its device sees it: what the driver has said, a frame that it sends, a
 * command. Frames and commands are allocations of their own, of just their size, so
 * that what is read beyond them is seen.
 */
#ifndef PORT_H
#define PORT_H

#include "tap.h"
#include "vnet_frame.h"

#define F(name)		((u64)1 << VIRTIO_NET_F_##name)
#define F_USO		((u64)7 << VNET_F_GUEST_USO4)
#define F_SEND		(F(CSUM) | F(HOST_TSO4) | F(HOST_TSO6) | F(HOST_ECN) | \
			 F(HOST_UFO) | (u64)1 << VNET_F_HOST_USO)
#define F_CONTROL	(F(CTRL_VQ) | F(CTRL_RX) | F(CTRL_RX_EXTRA) | \
			 F(CTRL_VLAN) | F(CTRL_MAC_ADDR) | F(GUEST_ANNOUNCE) | \
			 F(MQ) | F(CTRL_GUEST_OFFLOADS))
#define F_RECEIVE	(F(GUEST_CSUM) | F(GUEST_TSO4) | F(GUEST_TSO6) | F(GUEST_ECN))

#define MTU	1500
#define PAIRS	4

#define OK	VIRTIO_NET_OK
#define ERR	VIRTIO_NET_ERR

extern struct vnet_control ctl;
extern const u8 station[6];	/* the configured address */
extern const u8 other[6];	/* somebody else's */

/* All anew, with these features negotiated. */
void port_begin(u64 features);

/* ---- frames ---- */

/**
 * struct sent - a frame and what its header says
 * @hdr:	virtio's
 * @len:	bytes of the frame
 * @head:	bytes of it that the device has copied; 0: all
 * @bytes:	its beginning
 */
struct sent {
	struct virtio_net_hdr_v1 hdr;
	u32 len;
	u32 head;
	u8 bytes[256];
};

/* An IPv4 or IPv6 packet, behind so many VLAN tags, for the transport layer. */
void sent_ip(struct sent *sent, u32 version, u32 tags, u8 proto, u32 len);

/* With what segmentation of this kind wants in the header. */
void sent_gso(struct sent *sent, u8 type, u32 version, u32 tags, u32 len);

/* What becomes of it. */
int sent_check(const struct sent *sent);

/* Offset of IP, and of the transport layer, in a frame by sent_ip(). */
u32 sent_ip_at(u32 tags);
u32 sent_transport_at(u32 version, u32 tags);

/* ---- commands ---- */

/* In one readable part, or in parts of so many bytes each. Return: the answer. */
u8 command(u8 class, u8 cmd, const void *data, u32 len);
u8 command_parts(u32 part, u8 class, u8 cmd, const void *data, u32 len);

/* These bytes, whatever they are. */
u8 command_raw(const void *bytes, u32 len);

#endif /* PORT_H */
