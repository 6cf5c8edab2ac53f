/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's virtio-net driver, in as far as the tests need one. */
#ifndef DRIVER_H
#define DRIVER_H

#include <shyper/hypercall.h>
#include <shyper/vring.h>

#include "../../../el2/virtio/net.h"
#include "host.h"
#include "tap.h"

#define BASE		0x0a000000UL
#define RING		128	/* entries of each queue */
#define BUF_LEN		2048

/* What a driver that knows nothing but VIRTIO 1 negotiates. */
#define F_PLAIN		((u64)1 << 32)
#define F_MERGE		(F_PLAIN | VIRTIO_NET_F_MRG_RXBUF)
#define F_OFFLOADS \
	(F_MERGE | VIRTIO_NET_F_CSUM | VIRTIO_NET_F_GUEST_CSUM | \
	 VIRTIO_NET_F_GUEST_TSO4 | VIRTIO_NET_F_GUEST_TSO6 | \
	 VIRTIO_NET_F_HOST_TSO4 | VIRTIO_NET_F_HOST_TSO6)
#define F_CONTROL \
	(F_MERGE | VIRTIO_NET_F_CTRL_VQ | VIRTIO_NET_F_CTRL_RX | \
	 VIRTIO_NET_F_CTRL_RX_EXTRA | VIRTIO_NET_F_CTRL_MAC_ADDR | \
	 VIRTIO_NET_F_STATUS | VIRTIO_NET_F_GUEST_ANNOUNCE)

/**
 * struct queue - a split ring as its driver has it
 * @desc:	IPA, as the next two
 * @added:	of avail
 * @seen:	of used
 * @free:	the next descriptor to use; they are used in turn
 */
struct queue {
	u64 desc;
	u64 avail;
	u64 used;
	u16 added;
	u16 seen;
	u16 free;
};

/**
 * struct driver - of one VM's port
 * @vm:		whose
 * @base:	registers
 * @mac:	as the device said
 * @features:	negotiated
 * @q:		rings
 * @next:	IPA of the next free bytes for what is sent
 * @next_rx:	the same for what is received
 */
struct driver {
	struct vm *vm;
	u64 base;
	u8 mac[6];
	u64 features;
	struct queue q[NET_QUEUES];
	u64 next;
	u64 next_rx;
};

/* A part of a buffer that is put into a ring. */
struct part {
	u64 ipa;
	u32 len;
	u16 flags;
};

/* Ports of VMs 0 (the uplink) .. count - 1, without drivers. */
void ports_create(u32 count);
/* Address of VM n's port. */
void port_mac(u32 n, u8 *mac);
/* Everything gone again. */
void ports_destroy(void);

/* Reset, negotiate, set the queues up, DRIVER_OK. No buffers yet. */
void driver_start(struct driver *drv, u32 vm, u64 features);
/* The same in two steps: all but DRIVER_OK, and that. */
void driver_prepare(struct driver *drv, u32 vm, u64 features);
void driver_ok(struct driver *drv);
void driver_stop(struct driver *drv);

/* Fresh bytes of the driver's memory. */
u64 driver_alloc(struct driver *drv, u32 len);
void *driver_at(struct driver *drv, u64 ipa);

/* Put parts into a ring, as a chain of descriptors; no notification. */
u16 driver_add(struct driver *drv, u32 queue, const struct part *part, u32 count);
void driver_kick(struct driver *drv, u32 queue);
/* One used element. Return: false if there is none. */
bool driver_used(struct driver *drv, u32 queue, struct shyper_vring_used_elem *elem);

/* Receive buffers of so many bytes. */
void driver_refill(struct driver *drv, u32 count, u32 len);

/* An Ethernet header, and bytes that tell the length and the sender. */
void frame_make(u8 *frame, u32 len, const u8 *dst, const u8 *src);

/* Send a frame with a virtio header; notifies. */
void driver_send_hdr(struct driver *drv, const struct virtio_net_hdr *hdr,
		     const u8 *frame, u32 len);
void driver_send(struct driver *drv, const u8 *frame, u32 len);
/* A frame to VM n's port, made up on the spot. */
void driver_send_to(struct driver *drv, u32 vm, u32 len);

/**
 * driver_receive() - take the next frame that came
 * @hdr: its header; may be NULL
 * @frame: room for 70000 bytes
 *
 * Return: its length; 0 if there is none.
 */
u32 driver_receive(struct driver *drv, struct virtio_net_hdr *hdr, u8 *frame);

/* A counter of VM n's (first) port. */
struct shyper_net_stats port_stats(u32 n);
u64 port_drops(u32 n, enum shyper_net_drop cause);
/* The sums that hypercall.h promises. */
void check_sums(u32 ports);

bool needs_reset(struct driver *drv);
u16 link_status(struct driver *drv);

#endif /* DRIVER_H */
