// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest receives: packets that the MVM sends by the interface are copied into
 * buffers that the guest has made available, once, before ndo_start_xmit() returns.
 * So nothing is ever queued in the device, and byte queue limits have nothing to do.
 *
 * A packet that finds too few buffers is held, and the interface's queue stopped,
 * until the guest has filled its ring. A guest that does not in time is deaf: it
 * loses that packet and all others, until it has.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>

#include "vnet.h"

/* How long a guest may take to fill an empty ring. */
#define HOLD_JIFFIES	(HZ / 5)

#define NO_ROOM		(-2)	/* beside VNET_PASS and SHYPER_DROP_* */

static struct netdev_queue *txq_of(const struct vnet_pair *pair)
{
	return netdev_get_tx_queue(pair->vnet->netdev, pair->index);
}

/* ---- a packet into the ring ---- */

static void broken(struct vnet_pair *pair, int error)
{
	pair->rx_on = false;
	shyper_vqueue_broken(pair->rx, error);
}

static u8 *byte_at(const struct shyper_chain *chain, u32 at)
{
	const struct shyper_seg *seg = chain->seg;

	for (; at >= seg->len; seg++)
		at -= seg->len;
	return seg->addr + at;
}

/**
 * struct fill - a packet that is being copied into the guest's buffers
 * @skb:	the packet
 * @hdr:	virtio's header, which comes before it
 * @done:	bytes of both that have been copied
 * @need:	bytes of both
 * @at:		the packet's next bytes
 * @left:	so many of them are contiguous
 * @frag:	the fragment that comes then
 * @buffers:	so far; pair->rx_buffer has them
 * @count:	where the header in the guest says how many there are
 */
struct fill {
	const struct sk_buff *skb;
	struct virtio_net_hdr_v1 hdr;
	u32 done;
	u32 need;
	const u8 *at;
	u32 left;
	u32 frag;
	u16 buffers;
	u8 *count[2];
};

/* Bytes of the packet in order; the caller knows that there are so many. */
static void fill_copy(struct fill *fill, u8 *to, u32 len)
{
	const skb_frag_t *frag;
	u32 part;

	for (; len; len -= part) {
		if (!fill->left) {
			frag = &skb_shinfo(fill->skb)->frags[fill->frag++];
			fill->at = skb_frag_address(frag);
			fill->left = skb_frag_size(frag);
		}
		part = min(len, fill->left);
		memcpy(to, fill->at, part);
		to += part;
		fill->at += part;
		fill->left -= part;
	}
}

/* The packet's next bytes into one buffer. Return: how many; -EFAULT. */
static int fill_buffer(struct fill *fill, const struct shyper_chain *chain)
{
	u32 room = min_t(u64, chain->write_len, fill->need - fill->done);
	u32 skip = fill->buffers ? 0 : VNET_HDR_LEN, at = skip, part;
	const struct shyper_seg *seg;

	for (seg = chain->seg; at < room; seg++) {
		if (skip >= seg->len) {
			skip -= seg->len;
			continue;
		}
		part = min(room - at, seg->len - skip);
		if (!skb_has_frag_list(fill->skb))
			fill_copy(fill, seg->addr + skip, part);
		else if (skb_copy_bits(fill->skb, fill->done + at - VNET_HDR_LEN,
				       seg->addr + skip, part))
			return -EFAULT;
		at += part;
		skip = 0;
	}
	return room;
}

/* How many buffers there are stands in the first one: it is written at the end. */
static void fill_header(struct fill *fill, const struct shyper_chain *chain)
{
	shyper_chain_write(chain, 0, &fill->hdr, VNET_HDR_LEN);
	fill->count[0] = byte_at(chain, VNET_HDR_LEN - 2);
	fill->count[1] = byte_at(chain, VNET_HDR_LEN - 1);
}

/* Return: VNET_PASS, NO_ROOM, a SHYPER_DROP_*. */
static int fill_next(struct vnet_pair *pair, struct fill *fill)
{
	struct shyper_chain *chain = &pair->rx_chain;
	struct shyper_vring *ring = &pair->rx->ring;
	int got;

	got = shyper_vring_pop(ring, chain);
	/* At the end of the ring there is no room: ask for it, and look once more. */
	if (!got && shyper_vring_enable_kick(ring))
		got = shyper_vring_pop(ring, chain);
	if (!got)
		return NO_ROOM;
	/* A driver that offers what it has not got back never comes to an end. */
	if (fill->buffers == ring->num)
		got = SHYPER_VRING_E_AVAIL;
	if (got < 0 || chain->fault || chain->nread) {
		broken(pair, min(got, 0));
		return SHYPER_DROP_RX_DOWN;
	}
	if (!fill->buffers) {
		if (chain->write_len < VNET_HDR_LEN)
			got = -EFAULT;
		else
			fill_header(fill, chain);
	}
	if (got > 0)
		got = fill_buffer(fill, chain);
	pair->rx_buffer[fill->buffers].head = chain->head;
	pair->rx_buffer[fill->buffers++].len = got;
	if (got < 0)
		return SHYPER_DROP_RX_SMALL;
	fill->done += got;
	return VNET_PASS;
}

/* The driver gets them, or finds them where they were. */
static void give(struct vnet_pair *pair, const struct fill *fill)
{
	u16 n;

	*fill->count[0] = fill->buffers & 0xff;
	*fill->count[1] = fill->buffers >> 8;
	for (n = 0; n < fill->buffers; n++)
		shyper_vring_fill(&pair->rx->ring, pair->rx_buffer[n].head,
				  pair->rx_buffer[n].len);
	pair->rx_filled = true;
}

static void take_back(struct vnet_pair *pair, const struct fill *fill)
{
	u16 n;

	for (n = fill->buffers; pair->rx_on && n; n--)
		shyper_vring_unpop(&pair->rx->ring, pair->rx_buffer[n - 1].head);
}

static int put(struct vnet_pair *pair, const struct sk_buff *skb)
{
	u64 features = READ_ONCE(pair->vnet->ctl.features);
	struct fill fill = { .skb = skb, .need = skb->len + VNET_HDR_LEN,
			     .at = skb->data, .left = skb_headlen(skb) };
	int ret;

	if (virtio_net_hdr_from_skb(skb, (struct virtio_net_hdr *)&fill.hdr, true,
				    vnet_has(features, VIRTIO_NET_F_GUEST_CSUM), 0))
		return SHYPER_DROP_RX_OFFLOAD;
	do
		ret = fill_next(pair, &fill);
	while (ret == VNET_PASS && fill.done < fill.need &&
	       vnet_has(features, VIRTIO_NET_F_MRG_RXBUF));
	if (ret == VNET_PASS && fill.done < fill.need)
		ret = SHYPER_DROP_RX_SMALL;
	if (ret != VNET_PASS) {
		take_back(pair, &fill);
		return ret;
	}
	give(pair, &fill);
	pair->received++;
	pair->received_bytes += skb->len;
	pair->rx->stats.requests += fill.buffers;
	pair->rx->stats.bytes += skb->len;
	pair->rx->stats.copies++;
	pair->rx->stats.copied_bytes += skb->len;
	pair->rx_deaf = false;
	return VNET_PASS;
}

static void flush(struct vnet_pair *pair)
{
	struct shyper_vqueue *vq = pair->rx;

	if (!pair->rx_filled || !pair->rx_on)
		return;
	shyper_vring_publish(&vq->ring);
	pair->rx_filled = false;
	vq->stats.batches++;
	if (shyper_vring_want_irq(&vq->ring)) {
		shyper_vqueue_interrupt(vq);
		pair->interrupts++;
	} else {
		vq->stats.interrupts_suppressed++;
	}
}

/* ---- a packet ---- */

static bool wanted(const struct vnet_pair *pair, const struct sk_buff *skb)
{
	u8 head[VNET_ETH_LEN + 2] = { 0 };

	if (skb_headlen(skb) >= sizeof(head))
		return vnet_frame_wanted(&pair->vnet->ctl, skb->data);
	skb_copy_bits(skb, 0, head, min_t(u32, skb->len, sizeof(head)));
	return vnet_frame_wanted(&pair->vnet->ctl, head);
}

static int receive(struct vnet_pair *pair, struct sk_buff *skb)
{
	if (!pair->rx_on)
		return SHYPER_DROP_RX_DOWN;
	if (!wanted(pair, skb))
		return SHYPER_DROP_RX_FILTER;
	if (!skb_is_gso(skb) &&
	    skb->len > pair->vnet->mtu + VNET_ETH_LEN + VNET_VLAN_LEN)
		return SHYPER_DROP_RX_MTU;
	return put(pair, skb);
}

static void lost(struct vnet_pair *pair, struct sk_buff *skb, int why)
{
	pair->received_drops[why]++;
	if (pair->rx)
		pair->rx->stats.errors++;
	kfree_skb(skb);
}

/* It is nobody's but ours then: another guest's pages are not kept for this one. */
static void hold(struct vnet_pair *pair, struct sk_buff *skb)
{
	if (pair->rx_deaf || pair->rx_held || skb_orphan_frags(skb, GFP_ATOMIC)) {
		lost(pair, skb, SHYPER_DROP_RX_FULL);
		return;
	}
	pair->counter[VNET_RX_STOPS]++;
	pair->rx_held = skb;
	netif_tx_stop_queue(txq_of(pair));
	mod_timer(&pair->rx_timer, jiffies + HOLD_JIFFIES);
}

netdev_tx_t vnet_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct vnet *vnet = netdev_priv(netdev);
	struct vnet_pair *pair = &vnet->pair[skb_get_queue_mapping(skb)];
	int ret = receive(pair, skb);

	pair->offered++;
	if (ret == NO_ROOM) {
		hold(pair, skb);
	} else if (ret != VNET_PASS) {
		lost(pair, skb, ret);
	} else {
		skb_tx_timestamp(skb);
		consume_skb(skb);
	}
	if (!netdev_xmit_more() || pair->rx_held)
		flush(pair);
	return NETDEV_TX_OK;
}

/* ---- room again, or none ---- */

static void release_held(struct vnet_pair *pair, int ret)
{
	struct sk_buff *skb = pair->rx_held;

	pair->rx_held = NULL;
	if (ret == VNET_PASS)
		consume_skb(skb);
	else
		lost(pair, skb, ret);
	netif_tx_wake_queue(txq_of(pair));
}

/* The guest has filled its ring. In the pair's NAPI. */
void vnet_rx_retry(struct vnet_pair *pair)
{
	struct netdev_queue *txq = txq_of(pair);
	int ret;

	__netif_tx_lock(txq, smp_processor_id());
	WRITE_ONCE(pair->rx_kicked, false);
	if (pair->rx_on) {
		shyper_vring_disable_kick(&pair->rx->ring);
		pair->rx_deaf = false;
	}
	if (pair->rx_held) {
		ret = receive(pair, pair->rx_held);
		if (ret != NO_ROOM)
			release_held(pair, ret);
		flush(pair);
	}
	__netif_tx_unlock(txq);
}

static void too_late(struct timer_list *timer)
{
	struct vnet_pair *pair = container_of(timer, struct vnet_pair, rx_timer);
	struct netdev_queue *txq = txq_of(pair);

	__netif_tx_lock(txq, smp_processor_id());
	if (pair->rx_held) {
		pair->counter[VNET_RX_GIVEN_UP]++;
		pair->rx_deaf = true;
		release_held(pair, SHYPER_DROP_RX_FULL);
	}
	__netif_tx_unlock(txq);
}

/* ---- life ---- */

void vnet_rx_init(struct vnet_pair *pair)
{
	timer_setup(&pair->rx_timer, too_late, 0);
}

void vnet_rx_start(struct vnet_pair *pair, struct shyper_vqueue *vq)
{
	struct netdev_queue *txq = txq_of(pair);

	__netif_tx_lock_bh(txq);
	pair->rx = vq;
	pair->rx_filled = false;
	pair->rx_deaf = false;
	pair->rx_on = true;
	shyper_vring_disable_kick(&vq->ring);
	__netif_tx_unlock_bh(txq);
}

void vnet_rx_stop(struct vnet_pair *pair)
{
	struct netdev_queue *txq = txq_of(pair);

	__netif_tx_lock_bh(txq);
	flush(pair);
	pair->rx_on = false;
	if (pair->rx_held)
		release_held(pair, SHYPER_DROP_RX_DOWN);
	__netif_tx_unlock_bh(txq);
	del_timer_sync(&pair->rx_timer);
}
