// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest sends: its frames become packets that the interface has received.
 *
 * All of it runs in the pair's NAPI instance, which a notification schedules. While
 * there is work no notification is asked for; that is done when the ring is empty,
 * with another look at it.
 *
 * A guest does not wait for the return of a small frame's buffer, and an
 * interrupt for it costs more than the frame: such buffers are given back when there
 * are some of them, or a little later. Large ones are given back at once.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/moduleparam.h>
#include <linux/timekeeping.h>
#include <net/busy_poll.h>

#include "vnet.h"

/* Buffers that wait to be given back: so many, or so many bytes, or so long. */
#define LATE_BUFFERS	16
#define LATE_BYTES	8192
#define LATE_NS		(500 * NSEC_PER_USEC)

#define POLL_US_MAX	1000

static unsigned int net_poll_us;
module_param(net_poll_us, uint, 0644);
MODULE_PARM_DESC(net_poll_us,
	"how long to look for a guest's next frame before asking for a notification, in microseconds (0: not at all)");

/**
 * struct cursor - where in a chain's readable part we are
 * @seg:	the segment
 * @at:		bytes of it that are behind us
 */
struct cursor {
	const struct shyper_seg *seg;
	u32 at;
};

/* The caller knows that there is so much. */
static void cursor_read(struct cursor *cur, u8 *to, u32 len)
{
	u32 part;

	while (len) {
		if (cur->at == cur->seg->len) {
			cur->seg++;
			cur->at = 0;
			continue;
		}
		part = min(len, cur->seg->len - cur->at);
		memcpy(to, cur->seg->addr + cur->at, part);
		cur->at += part;
		to += part;
		len -= part;
	}
}

/* ---- give back ---- */

void vnet_tx_fill(struct vnet_pair *pair, u32 head, u32 bytes)
{
	shyper_vring_fill(&pair->tx->ring, head, 0);
	pair->tx_filled++;
	pair->tx_bytes += bytes;
}

static void publish(struct vnet_pair *pair)
{
	struct shyper_vqueue *vq = pair->tx;

	shyper_vring_publish(&vq->ring);
	pair->tx_filled = 0;
	pair->tx_bytes = 0;
	vq->stats.batches++;
	if (shyper_vring_want_irq(&vq->ring))
		shyper_vqueue_interrupt(vq);
	else
		vq->stats.interrupts_suppressed++;
}

static void settle(struct vnet_pair *pair)
{
	bool due = READ_ONCE(pair->tx_due);

	if (due)
		WRITE_ONCE(pair->tx_due, false);
	if (!pair->tx_filled)
		return;
	if (due || pair->tx_bytes >= LATE_BYTES ||
	    pair->tx_filled >= min_t(u32, LATE_BUFFERS, pair->tx->ring.num / 4))
		publish(pair);
	else if (!hrtimer_is_queued(&pair->tx_timer))
		hrtimer_start(&pair->tx_timer, ns_to_ktime(LATE_NS),
			      HRTIMER_MODE_REL);
}

static enum hrtimer_restart late(struct hrtimer *timer)
{
	struct vnet_pair *pair = container_of(timer, struct vnet_pair, tx_timer);

	if (READ_ONCE(pair->tx_filled)) {
		WRITE_ONCE(pair->tx_due, true);
		napi_schedule(&pair->napi);
	}
	return HRTIMER_NORESTART;
}

/* ---- a frame ---- */

static void drop(struct vnet_pair *pair, int why)
{
	pair->sent_drops[why]++;
	pair->tx->stats.errors++;
}

/*
 * Memory for copies: pages in a ring, used again when nobody else has them any more.
 * That saves to have them cleared.
 */
static bool page_next(struct vnet_pair *pair)
{
	u32 n = (pair->page_at + 1) % VNET_PAGES;
	struct page *page = pair->page[n];
	gfp_t gfp = GFP_ATOMIC | __GFP_COMP | __GFP_NOWARN | __GFP_NOMEMALLOC;

	if (!page || page_ref_count(page) != 1) {
		if (page)
			put_page(page);
		page = alloc_pages((gfp & ~__GFP_DIRECT_RECLAIM) | __GFP_NORETRY,
				   VNET_PAGE_ORDER) ?: alloc_page(gfp);
		pair->page[n] = page;
	}
	pair->page_at = n;
	pair->page_used = 0;
	return page;
}

static u32 page_room(const struct vnet_pair *pair)
{
	const struct page *page = pair->page[pair->page_at];

	return page ? page_size((struct page *)page) - pair->page_used : 0;
}

/* What is not in the linear part, into pages of ours. */
static bool copy_rest(struct vnet_pair *pair, struct sk_buff *skb,
		      struct cursor *cur, u32 len)
{
	struct page *page;
	int n = 0;
	u32 part;

	pair->tx->stats.copied_bytes += len;
	for (; len; len -= part) {
		if (n == MAX_SKB_FRAGS ||
		    (page_room(pair) < min_t(u32, len, PAGE_SIZE) &&
		     !page_next(pair)))
			return false;
		page = pair->page[pair->page_at];
		part = min(len, page_room(pair));
		cursor_read(cur, page_address(page) + pair->page_used, part);
		get_page(page);
		skb_add_rx_frag(skb, n++, page, pair->page_used, part, part);
		pair->page_used += ALIGN(part, SMP_CACHE_BYTES);
	}
	return true;
}

/* The part that is always copied, with both headers; NULL: it has been counted. */
static struct sk_buff *begin(struct vnet_pair *pair, struct vnet_frame *frame,
			     struct cursor *cur)
{
	struct vnet *vnet = pair->vnet;
	struct sk_buff *skb;
	u8 *data;
	int why;

	frame->head_len = frame->len <= VNET_LINEAR ? frame->len : VNET_HEAD;
	skb = napi_alloc_skb(&pair->napi, frame->head_len);
	if (!skb) {
		drop(pair, SHYPER_DROP_NOWHERE);
		return NULL;
	}
	data = skb_put(skb, frame->head_len);
	cursor_read(cur, (u8 *)&frame->hdr, VNET_HDR_LEN);
	cursor_read(cur, data, frame->head_len);
	frame->head = data;
	why = vnet_frame_check(&vnet->ctl, frame, vnet->mtu);
	if (why == VNET_PASS)
		return skb;
	drop(pair, why);
	kfree_skb(skb);
	return NULL;
}

static void deliver(struct vnet_pair *pair, struct sk_buff *skb,
		    const struct vnet_frame *frame)
{
	struct net_device *netdev = pair->vnet->netdev;

	static_assert(offsetof(struct virtio_net_hdr_v1, num_buffers) ==
		      sizeof(struct virtio_net_hdr));
	/* It looks for headers itself where there are offloads. */
	skb_reset_network_header(skb);
	if (virtio_net_hdr_to_skb(skb, (const struct virtio_net_hdr *)&frame->hdr,
				  true)) {
		drop(pair, SHYPER_DROP_HEADER);
		kfree_skb(skb);
		return;
	}
	pair->sent++;
	pair->sent_bytes += frame->len;
	skb->protocol = eth_type_trans(skb, netdev);
	skb_record_rx_queue(skb, pair->index);
	if (pair->tx_skb)
		napi_gro_receive(&pair->napi, pair->tx_skb);
	pair->tx_skb = skb;
}

/* A frame that came alone has nothing to be merged with. */
static void deliver_last(struct vnet_pair *pair, bool alone)
{
	struct sk_buff *skb = pair->tx_skb;

	pair->tx_skb = NULL;
	if (!skb)
		return;
	if (alone) {
		skb_mark_napi_id(skb, &pair->napi);
		netif_receive_skb(skb);
	} else {
		napi_gro_receive(&pair->napi, skb);
	}
}

/*
 * Return: whether the buffer can be given back; else it will be when nobody has
 * the packet any more.
 */
static bool send(struct vnet_pair *pair, const struct shyper_chain *chain)
{
	struct vnet_frame frame = { .len = 0 };
	struct cursor cur = { .seg = chain->seg };
	struct sk_buff *skb;
	bool mapped = false;
	u32 rest;

	if (chain->read_len < VNET_HDR_LEN + VNET_ETH_LEN) {
		drop(pair, SHYPER_DROP_RUNT);
		return true;
	}
	if (chain->read_len > VNET_HDR_LEN + VNET_GSO_MAX + VNET_ETH_LEN + VNET_VLAN_LEN) {
		drop(pair, SHYPER_DROP_OVERSIZE);
		return true;
	}
	if (!READ_ONCE(pair->vnet->link)) {
		drop(pair, SHYPER_DROP_NOWHERE);
		return true;
	}
	frame.len = chain->read_len - VNET_HDR_LEN;
	skb = begin(pair, &frame, &cur);
	if (!skb)
		return true;
	rest = frame.len - frame.head_len;
	if (rest && vnet_zc_wanted(pair, chain))
		mapped = vnet_zc_map(pair, skb, chain,
				     VNET_HDR_LEN + frame.head_len);
	if (rest && !mapped && !copy_rest(pair, skb, &cur, rest)) {
		drop(pair, SHYPER_DROP_NOWHERE);
		kfree_skb(skb);
		return true;
	}
	if (!mapped)
		pair->tx->stats.copies++;
	deliver(pair, skb, &frame);
	return !mapped;
}

/* ---- the ring ---- */

static void broken(struct vnet_pair *pair, int error)
{
	pair->tx_broken = true;
	shyper_vqueue_broken(pair->tx, error);
}

static int take(struct vnet_pair *pair, int budget)
{
	struct shyper_chain chain = { .seg = pair->tx_seg, .max = VNET_SEGS };
	struct shyper_vqueue *vq = pair->tx;
	int got, work = 0;

	while (work < budget) {
		got = shyper_vring_pop(&vq->ring, &chain);
		if (!got)
			break;
		if (got < 0 || chain.fault || chain.nwrite) {
			broken(pair, min(got, 0));
			break;
		}
		work++;
		vq->stats.requests++;
		vq->stats.bytes += chain.read_len;
		if (send(pair, &chain))
			vnet_tx_fill(pair, chain.head, chain.read_len);
	}
	return work;
}

/* Look for more, for a while. */
static int look(struct vnet_pair *pair, int budget, unsigned int us)
{
	u64 end = ktime_get_ns() + us * NSEC_PER_USEC;
	int got;

	do {
		got = take(pair, budget);
		if (got) {
			pair->tx->stats.polls_won += got;
			return got;
		}
		cpu_relax();
	} while (ktime_get_ns() < end && !pair->tx_broken);
	pair->tx->stats.polls_lost++;
	return 0;
}

/*
 * Return: whether there is more. Who polls without an end (a socket that is told to,
 * net.core.busy_read) needs no notifications; it has its last round without this bit.
 */
static bool ask(struct vnet_pair *pair)
{
	return !test_bit(NAPI_STATE_IN_BUSY_POLL, &pair->napi.state) &&
	       shyper_vring_enable_kick(&pair->tx->ring);
}

static int transmit(struct vnet_pair *pair, int budget)
{
	unsigned int us = min(READ_ONCE(net_poll_us), POLL_US_MAX);
	struct shyper_vring *ring = &pair->tx->ring;
	int work, more;

	shyper_vring_disable_kick(ring);
	work = take(pair, budget);
	while (work < budget && !pair->tx_broken) {
		more = work && us ? look(pair, budget - work, us) : 0;
		if (!more && ask(pair))
			more = take(pair, budget - work);
		/* Also where the driver has taken back what ask() saw. */
		if (!more)
			break;
		work += more;
	}
	/* What GRO still has of earlier rounds comes first. */
	deliver_last(pair, work == 1 && budget > 1 && !pair->napi.gro_bitmask);
	return work;
}

int vnet_poll(struct napi_struct *napi, int budget)
{
	struct vnet_pair *pair = container_of(napi, struct vnet_pair, napi);
	int work = 0;

	vnet_zc_poll_begin(pair);
	if (READ_ONCE(pair->rx_kicked))
		vnet_rx_retry(pair);
	if (pair->tx_on && !pair->tx_broken) {
		pair->tx->stats.wakeups++;
		if (budget)
			work = transmit(pair, budget);
	}
	if (pair->tx_on && !pair->tx_broken) {
		vnet_zc_reap(pair);
		settle(pair);
	}
	vnet_zc_poll_end(pair);
	if (work >= budget || vnet_zc_pending(pair))
		return budget;
	napi_complete_done(napi, work);
	return work;
}

/* ---- life ---- */

void vnet_tx_init(struct vnet_pair *pair)
{
	hrtimer_init(&pair->tx_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	pair->tx_timer.function = late;
}

void vnet_tx_start(struct vnet_pair *pair)
{
	pair->tx_filled = 0;
	pair->tx_bytes = 0;
	pair->tx_due = false;
	pair->tx_broken = false;
	pair->tx_on = true;
}

void vnet_tx_stop(struct vnet_pair *pair)
{
	pair->tx_on = false;
	hrtimer_cancel(&pair->tx_timer);
	/* A packet of the guest's pages reads them as long as it is anywhere. */
	vnet_zc_wait(pair);
	/*
	 * What has not been given back by now is not any more: a driver that resets
	 * takes all of it, and Linux's, having broken its queue before, loops for ever
	 * if it finds something used in it (start_xmit(), 6.1).
	 */
}
