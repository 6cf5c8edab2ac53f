// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets whose data is the guest's own pages. Their beginning is a copy, as for all
 * packets, so what was checked stays as it is.
 *
 * The network stack tells when nobody has such a packet any more, by a callback from
 * anywhere; the buffer is given back by the next round of NAPI. Who wants to keep a
 * packet (a socket, a packet tap, a queue in user space) or a clone of it makes a
 * copy first: that is told as well, and if most packets end so, copying at once is
 * cheaper. What remains are the queues of interfaces: packets to another guest and
 * to a NIC by way of a bridge. They end, but a queue may be told to delay, so the
 * packets that are on their way are bounded in number, and who keeps some for long
 * gets copies from then on.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "vnet.h"

#define SLOTS		64
#define KEPT_JIFFIES	(HZ / 10)	/* a packet that is out for so long is kept */
#define BACK_OFF_MIN	32		/* large packets to be copied before a new try */
#define BACK_OFF_MAX	4096

static unsigned int net_zerocopy_min = 8192;
module_param(net_zerocopy_min, uint, 0644);
MODULE_PARM_DESC(net_zerocopy_min,
	"frames of so many bytes and more are sent without a copy where it pays (0: none)");

/**
 * struct slot - a packet that is on its way
 * @ubuf:	of the packet
 * @node:	in @done, or in @free
 * @zc:		whose
 * @head:	buffer of the ring
 * @len:	bytes
 * @copied:	somebody has made a copy
 * @since:	jiffies
 */
struct slot {
	struct ubuf_info ubuf;
	struct llist_node node;
	struct vnet_zc *zc;
	bool copied;
	u32 head;
	u32 len;
	unsigned long since;
};

/**
 * struct vnet_zc - packets of the guest's pages of one pair; NAPI but for @done
 * @pair:	whose
 * @free:	slots
 * @out:	slots that are in neither list, or in @done
 * @done:	slots whose packet is gone
 * @polling:	the CPU that looks at @done before long; -1: none
 * @skip:	large packets to be copied before the next try
 * @back_off:	@skip after the next failure
 * @slot:	all of them
 */
struct vnet_zc {
	struct vnet_pair *pair;
	struct llist_node *free;
	u32 out;
	struct llist_head done;
	int polling;
	u32 skip;
	u32 back_off;
	struct slot slot[SLOTS];
};

/* From wherever a packet ends. */
static void packet_gone(struct sk_buff *skb, struct ubuf_info *ubuf, bool success)
{
	struct slot *slot = container_of(ubuf, struct slot, ubuf);
	struct vnet_zc *zc = slot->zc;

	if (!success)
		slot->copied = true;
	if (!refcount_dec_and_test(&ubuf->refcnt))
		return;
	/* Who waits for the last one frees us then: not before this is over. */
	rcu_read_lock();
	llist_add(&slot->node, &zc->done);
	/* Pairs with the barrier of vnet_zc_poll_end(). */
	smp_mb();
	if (READ_ONCE(zc->polling) != raw_smp_processor_id()) {
		if (in_interrupt() || irqs_disabled()) {
			napi_schedule(&zc->pair->napi);
		} else {
			local_bh_disable();
			napi_schedule(&zc->pair->napi);
			local_bh_enable();
		}
	}
	rcu_read_unlock();
}

SHYPER_UBUF_OPS(packet_ops, packet_gone);

int vnet_zc_alloc(struct vnet_pair *pair)
{
	struct vnet_zc *zc = kvzalloc(sizeof(*zc), GFP_KERNEL);
	int n;

	if (!zc)
		return -ENOMEM;
	zc->pair = pair;
	zc->polling = -1;
	zc->back_off = BACK_OFF_MIN;
	init_llist_head(&zc->done);
	for (n = 0; n < SLOTS; n++) {
		zc->slot[n].zc = zc;
		zc->slot[n].node.next = zc->free;
		zc->free = &zc->slot[n].node;
	}
	pair->zc = zc;
	return 0;
}

void vnet_zc_free(struct vnet_pair *pair)
{
	kvfree(pair->zc);
	pair->zc = NULL;
}

/* Pages of our memory can be a packet's; more of them than it has room for cannot. */
static bool fits(const struct shyper_chain *chain)
{
	return chain->nread <= MAX_SKB_FRAGS;
}

bool vnet_zc_wanted(struct vnet_pair *pair, const struct shyper_chain *chain)
{
	unsigned int least = READ_ONCE(net_zerocopy_min);
	struct vnet_zc *zc = pair->zc;

	if (!least || chain->read_len < least)
		return false;
	if (zc->skip) {
		zc->skip--;
		return false;
	}
	return zc->free && fits(chain);
}

bool vnet_zc_map(struct vnet_pair *pair, struct sk_buff *skb,
		 const struct shyper_chain *chain, u32 skip)
{
	struct vnet_zc *zc = pair->zc;
	struct slot *slot = container_of(zc->free, struct slot, node);
	const struct shyper_seg *seg;
	u32 len;
	int n = 0;

	for (seg = chain->seg; seg < chain->seg + chain->nread; seg++) {
		len = seg->len;
		if (skip >= len) {
			skip -= len;
			continue;
		}
		get_page(virt_to_page(seg->addr + skip));
		skb_fill_page_desc_noacc(skb, n++, virt_to_page(seg->addr + skip),
					 offset_in_page(seg->addr + skip), len - skip);
		len -= skip;
		skip = 0;
		skb->len += len;
		skb->data_len += len;
		skb->truesize += len;
	}
	zc->free = slot->node.next;
	zc->out++;
	slot->head = chain->head;
	slot->len = chain->read_len;
	slot->copied = false;
	slot->since = jiffies;
	shyper_ubuf_init(&slot->ubuf, &packet_ops);
	skb_zcopy_init(skb, &slot->ubuf);
	pair->counter[VNET_TX_ZEROCOPY]++;
	return true;
}

/* Copies are cheaper for a while, which is longer each time in a row. */
static void learn(struct vnet_zc *zc, const struct slot *slot)
{
	if (slot->copied) {
		zc->pair->counter[VNET_TX_ZEROCOPY_COPIED]++;
		zc->pair->tx->stats.copies++;
		zc->pair->tx->stats.copied_bytes += slot->len;
	}
	if (slot->copied || time_after(jiffies, slot->since + KEPT_JIFFIES)) {
		if (!zc->skip) {
			zc->skip = zc->back_off;
			zc->back_off = min_t(u32, 2 * zc->back_off, BACK_OFF_MAX);
		}
	} else {
		zc->back_off = BACK_OFF_MIN;
	}
}

void vnet_zc_reap(struct vnet_pair *pair)
{
	struct vnet_zc *zc = pair->zc;
	struct llist_node *node, *next;
	struct slot *slot;

	if (llist_empty(&zc->done))
		return;
	for (node = llist_del_all(&zc->done); node; node = next) {
		next = node->next;
		slot = container_of(node, struct slot, node);
		learn(zc, slot);
		/* Of a ring that broke nothing is given back. */
		if (!pair->tx_broken)
			vnet_tx_fill(pair, slot->head, slot->len);
		node->next = zc->free;
		zc->free = node;
		zc->out--;
	}
}

bool vnet_zc_pending(const struct vnet_pair *pair)
{
	return pair->tx_on && !pair->tx_broken && !llist_empty(&pair->zc->done);
}

void vnet_zc_poll_begin(struct vnet_pair *pair)
{
	WRITE_ONCE(pair->zc->polling, smp_processor_id());
}

void vnet_zc_poll_end(struct vnet_pair *pair)
{
	WRITE_ONCE(pair->zc->polling, -1);
	/* Whoever has seen us polling has added its slot: seen by vnet_zc_pending(). */
	smp_mb();
}

/*
 * GRO may have been told to keep packets beyond a round of NAPI, by a timer that
 * napi_disable() has ended (gro_flush_timeout): another round lets go of them.
 */
static void gro_flush(struct vnet_pair *pair)
{
	napi_enable(&pair->napi);
	local_bh_disable();
	napi_schedule(&pair->napi);
	local_bh_enable();
	napi_disable(&pair->napi);
}

/* With NAPI disabled, and the ring not in use: nobody but us reaps. */
void vnet_zc_wait(struct vnet_pair *pair)
{
	struct vnet_zc *zc = pair->zc;

	for (;;) {
		vnet_zc_reap(pair);
		if (!zc->out)
			break;
		gro_flush(pair);
		schedule_timeout_uninterruptible(1);
	}
	/* packet_gone() of the last one has come to its end. */
	synchronize_rcu();
}
