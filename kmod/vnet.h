/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's network port that this module is the device of: an interface of the
 * MVM. What the MVM sends by it the guest receives, and the other way round.
 *
 *	vnet.c		the interface
 *	vnet_dev.c	the virtio device
 *	vnet_tx.c	what the guest sends: NAPI
 *	vnet_zc.c	frames that are the guest's own pages
 *	vnet_rx.c	what the guest receives: ndo_start_xmit
 *	vnet_frame.c	checks and filters
 *	vnet_ctrl.c	the control queue's commands
 *	vnet_ethtool.c	ethtool
 *
 * Who may touch what: the transmit ring, and whatever else is marked NAPI, belongs
 * to the pair's NAPI instance; the receive ring, and what is marked txq, to the lock
 * of the interface's transmit queue; the control queue to its work item.
 *
 * Locks, outer to inner: rtnl, or vdev's lock; txq. What is called with rtnl held
 * never waits for vdev's lock: it has vnet->config_work do it.
 */
#ifndef SHYPER_VNET_H
#define SHYPER_VNET_H

#include <linux/hrtimer.h>
#include <linux/if_ether.h>
#include <linux/llist.h>
#include <linux/netdevice.h>
#include <linux/shyper.h>
#include <linux/timer.h>
#include <linux/workqueue.h>

#include "compat.h"
#include "vdev.h"
#include "vnet_frame.h"

#define VNET_PAIRS	8
#define VNET_SEGS	(SHYPER_QUEUE_NUM_MAX + 32)

#define VNET_HEAD	256	/* bytes of a frame that are always copied */
#define VNET_PAGE_ORDER	3	/* of the memory for copies */
#define VNET_PAGES	32
#define VNET_LINEAR	2048	/* frames up to this are all of them linear */

/* Counters of a queue pair beyond those of its virtqueues; ethtool has names. */
enum vnet_counter {
	VNET_TX_ZEROCOPY,	/* frames sent as the guest's own pages */
	VNET_TX_ZEROCOPY_COPIED, /* of these, copied after all */
	VNET_RX_STOPS,		/* times there was no room, and the queue stopped */
	VNET_RX_GIVEN_UP,	/* of these, times no room came in time */
	VNET_COUNTERS,
};

struct vnet;
struct vnet_zc;

/* A buffer of the guest's: its name, and what has been written to it. */
struct vnet_buffer {
	u32 head;
	u32 len;
};

/**
 * struct vnet_pair - a transmit and a receive queue of a guest
 * @vnet:	whose
 * @index:	which
 * @napi:	what the guest sends
 * @tx:		virtqueue of it; NAPI
 * @tx_on:	@tx may be used; changed only while @napi is disabled
 * @tx_broken:	the driver broke its rules; NAPI
 * @tx_seg:	room for a chain; NAPI
 * @tx_filled:	buffers to be given back, not published; NAPI
 * @tx_bytes:	of these
 * @tx_due:	@tx_timer has expired
 * @tx_timer:	bounds how long the guest waits for a buffer given back
 * @tx_skb:	the last packet, not delivered yet; NAPI
 * @page:	memory for copies; NAPI, as the next two
 * @page_at:	which of it is in use
 * @page_used:	bytes of that
 * @zc:		frames of the guest's own pages
 * @rx:		virtqueue of what the guest receives; txq
 * @rx_on:	@rx may be used; txq
 * @rx_kicked:	the guest has filled @rx since we asked for it
 * @rx_deaf:	it has not done so for too long: frames are lost; txq
 * @rx_chain:	a buffer of @rx, with room for its parts; txq
 * @rx_buffer:	the buffers that a frame has got so far; txq
 * @rx_filled:	some are filled, not published; txq
 * @rx_held:	the frame that found no room; txq
 * @rx_timer:	until it is lost
 * @sent:	frames taken of @tx; NAPI, as the next two
 * @sent_bytes:	of these
 * @sent_drops:	by SHYPER_DROP_*
 * @offered:	frames the MVM had for the guest; txq, as the next four
 * @received:	of these, what the guest got
 * @received_bytes: of these
 * @received_drops: by SHYPER_DROP_*
 * @interrupts:	for these
 * @counter:	by enum vnet_counter
 */
struct vnet_pair {
	struct vnet *vnet;
	u16 index;
	struct napi_struct napi;
	struct shyper_vqueue *tx;
	bool tx_on;
	bool tx_broken;
	struct shyper_seg *tx_seg;
	u16 tx_filled;
	u32 tx_bytes;
	bool tx_due;
	struct hrtimer tx_timer;
	struct sk_buff *tx_skb;
	struct page *page[VNET_PAGES];
	u32 page_at;
	u32 page_used;
	struct vnet_zc *zc;

	struct shyper_vqueue *rx ____cacheline_aligned_in_smp;
	bool rx_on;
	bool rx_kicked;
	bool rx_deaf;
	struct shyper_chain rx_chain;
	struct vnet_buffer *rx_buffer;
	bool rx_filled;
	struct sk_buff *rx_held;
	struct timer_list rx_timer;

	u64 sent;
	u64 sent_bytes;
	u64 sent_drops[SHYPER_API_NET_DROPS];
	u64 offered;
	u64 received;
	u64 received_bytes;
	u64 received_drops[SHYPER_API_NET_DROPS];
	u64 interrupts;
	u64 counter[VNET_COUNTERS];
};

/**
 * struct vnet - a port; this is netdev_priv()
 * @netdev:	the interface
 * @vdev:	the device
 * @entry:	in the list of all
 * @pairs:	how many
 * @mtu:	as configured
 * @live:	the driver is up (DRIVER_OK)
 * @link:	the interface is up: link status for the driver
 * @ctl:	what the driver said by the control queue
 * @ctrl:	that queue; its work's
 * @ctrl_on:	it may be used
 * @ctrl_work:	does its commands
 * @config_work: publishes the configuration space
 * @pair:	queue pairs
 */
struct vnet {
	struct net_device *netdev;
	struct shyper_vdev *vdev;
	struct list_head entry;
	u16 pairs;
	u16 mtu;
	bool live;
	bool link;
	struct vnet_control ctl;
	struct shyper_vqueue *ctrl;
	bool ctrl_on;
	struct work_struct ctrl_work;
	struct work_struct config_work;
	struct vnet_pair pair[];
};

/**
 * shyper_vnet_get_info() - SHYPER_NET_GET_INFO of a direct port
 * @n: which of them
 *
 * Return: 0; -ENOENT beyond the last.
 */
int shyper_vnet_get_info(u32 n, struct shyper_net_info *info);

/* vnet.c, for vnet_dev.c */
void vnet_release(struct shyper_vdev *dev);

/* vnet_dev.c */
struct shyper_vdev *vnet_dev_create(struct vnet *vnet, u32 vmid,
				    const struct shyper_vm_device *arg);
void vnet_config_read(struct shyper_vdev *dev);
void vnet_config_work(struct work_struct *work);
void vnet_ctrl_work(struct work_struct *work);

/* vnet_tx.c; all but the first with the NAPI instance disabled */
int vnet_poll(struct napi_struct *napi, int budget);
void vnet_tx_init(struct vnet_pair *pair);
void vnet_tx_start(struct vnet_pair *pair);
void vnet_tx_stop(struct vnet_pair *pair);
void vnet_tx_fill(struct vnet_pair *pair, u32 head, u32 bytes);

/* vnet_zc.c */
int vnet_zc_alloc(struct vnet_pair *pair);
void vnet_zc_free(struct vnet_pair *pair);
bool vnet_zc_wanted(struct vnet_pair *pair, const struct shyper_chain *chain);
bool vnet_zc_map(struct vnet_pair *pair, struct sk_buff *skb,
		 const struct shyper_chain *chain, u32 skip);
void vnet_zc_reap(struct vnet_pair *pair);
bool vnet_zc_pending(const struct vnet_pair *pair);
void vnet_zc_poll_begin(struct vnet_pair *pair);
void vnet_zc_poll_end(struct vnet_pair *pair);
void vnet_zc_wait(struct vnet_pair *pair);

/* vnet_rx.c */
netdev_tx_t vnet_xmit(struct sk_buff *skb, struct net_device *netdev);
void vnet_rx_init(struct vnet_pair *pair);
void vnet_rx_start(struct vnet_pair *pair, struct shyper_vqueue *vq);
void vnet_rx_stop(struct vnet_pair *pair);
void vnet_rx_retry(struct vnet_pair *pair);

/* vnet_ethtool.c */
extern const struct ethtool_ops vnet_ethtool_ops;

#endif /* SHYPER_VNET_H */
