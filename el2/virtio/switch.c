// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network switch: from a port's transmit buffers to others' receive buffers,
 * in one copy, on the sender's CPU, while it waits for its notification.
 *
 * A frame to a station goes to the port that has the address, or out of the
 * MVM's port if none has. One to a group goes to all others. A receiver without
 * room does not get it: the sender never waits for anybody.
 *
 * Locks. A sender holds its own device's work_lock for a batch: so no queue of
 * it stops while its buffers are read. Inside, it takes one device's lock at a
 * time: its own, to take a buffer or give one back, or a receiver's, to copy into
 * its buffers. So two ports that send to each other hold their own work_locks and
 * wait at most for the other's device lock, whose holder waits for nothing but
 * the vGIC. No one waits for a work_lock with a device's lock held, nor for
 * another port's work_lock with its own.
 *
 * A batch is bounded by frames and bytes. What is left is sent when the sender's
 * CPU, having looked at its interrupts and at what others ask of it, makes the
 * notification once more: it pays with its own time.
 */
#include <el2/string.h>

#include "net.h"

#define BATCH_FRAMES	64
#define BATCH_BYTES	(512 * 1024)

/* Where in a list of parts the next byte is; parts are never all used up. */
struct cursor {
	const struct shyper_seg *seg;
	u32 offset;
};

static void skip(struct cursor *at, u64 len)
{
	len += at->offset;
	while (len && len >= at->seg->len) {
		len -= at->seg->len;
		at->seg++;
	}
	at->offset = (u32)len;
}

/* Bytes of one list to another, both of which have them. */
static void copy(struct cursor *to, struct cursor *from, u64 len)
{
	u32 part;

	while (len) {
		part = MIN(to->seg->len - to->offset,
			   from->seg->len - from->offset);
		part = (u32)MIN((u64)part, len);
		memcpy(to->seg->addr + to->offset, from->seg->addr + from->offset,
		       part);
		len -= part;
		to->offset += part;
		from->offset += part;
		if (to->offset == to->seg->len)
			*to = (struct cursor){ to->seg + 1, 0 };
		if (from->offset == from->seg->len)
			*from = (struct cursor){ from->seg + 1, 0 };
	}
}

static void put(struct cursor *to, void *data, u32 len)
{
	struct shyper_seg seg[] = { { data, len }, { } };
	struct cursor from = { seg, 0 };

	copy(to, &from, len);
}

/**
 * gather() - take receive buffers until a frame fits
 * @need: bytes, virtio's header among them
 * @count: out: buffers taken, in rx_head and rx_len; their parts in rx_seg
 *
 * Return: NET_PASS; or why not, and none is taken.
 */
static int gather(struct net_port *port, u64 need, u32 *count)
{
	bool merge = port->dev.driver_features & VIRTIO_NET_F_MRG_RXBUF;
	struct shyper_vring *ring = &port->dev.queue[NET_RX].ring;
	struct shyper_chain chain = { .seg = port->rx_seg, .max = NET_SEGS };
	int got, drop = NET_PASS;
	u64 have = 0;
	u32 n = 0;

	while (have < need && drop == NET_PASS) {
		if (n == (merge ? NET_MERGE_MAX : 1) ||
		    chain.seg + NET_SEGS > port->rx_seg + ARRAY_SIZE(port->rx_seg)) {
			drop = SHYPER_NET_DROP_RX_SMALL;
			break;
		}
		got = shyper_vring_pop(ring, &chain);
		if (got < 0 || (got && (chain.fault || chain.nread))) {
			net_broken_locked(port, MIN(got, 0));
			return SHYPER_NET_DROP_RX_DOWN;
		}
		if (!got) {
			drop = SHYPER_NET_DROP_RX_FULL;
			break;
		}
		port->rx_head[n] = chain.head;
		port->rx_len[n++] = (u32)MIN(chain.write_len, need - have);
		have += MIN(chain.write_len, need - have);
		chain.seg += chain.nwrite;
	}
	if (drop != NET_PASS)
		while (n)
			shyper_vring_unpop(ring, port->rx_head[--n]);
	*count = n;
	return drop;
}

/* Header and frame into the parts gathered; rx_seg has room behind the last. */
static void fill(struct net_port *port, struct net_frame *frame, u32 buffers)
{
	struct virtio_net_hdr hdr = frame->hdr;
	struct cursor from = { frame->chain->seg, 0 };
	struct cursor to = { port->rx_seg, 0 }, sum_at = to;
	bool needs = hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM;
	bool sum = needs && !(port->dev.driver_features & VIRTIO_NET_F_GUEST_CSUM);
	u16 csum;

	if (sum)
		memset(&hdr, 0, sizeof(hdr));
	hdr.num_buffers = (u16)buffers;
	skip(&from, NET_HDR_LEN + NET_ETH_LEN);
	put(&to, &hdr, NET_HDR_LEN);
	put(&to, frame->eth, NET_ETH_LEN);
	copy(&to, &from, frame->len - NET_ETH_LEN);
	if (!sum)
		return;
	csum = net_frame_csum(frame);
	skip(&sum_at, NET_HDR_LEN + frame->hdr.csum_start + frame->hdr.csum_offset);
	put(&sum_at, &csum, sizeof(csum));
}

/* Return: NET_PASS, or a shyper_net_drop. */
static int receive_locked(struct net_port *port, struct net_frame *frame)
{
	struct shyper_vring *ring = &port->dev.queue[NET_RX].ring;
	u32 n, count;
	int drop;

	if (!virtio_queue_live_locked(&port->dev, NET_RX))
		return SHYPER_NET_DROP_RX_DOWN;
	drop = net_frame_wanted(port, frame);
	if (drop != NET_PASS)
		return drop;
	drop = gather(port, NET_HDR_LEN + frame->len, &count);
	if (drop != NET_PASS)
		return drop;
	fill(port, frame, count);
	for (n = 0; n < count; n++)
		shyper_vring_fill(ring, port->rx_head[n], port->rx_len[n]);
	shyper_vring_publish(ring);
	return NET_PASS;
}

/**
 * struct batch - what a sender does in one go
 * @port:	the sender
 * @features:	as negotiated; they stay while work_lock is held
 * @frame:	the one at hand
 * @drop:	what became of it
 * @copies:	ports it was offered to
 * @touched:	ports to be interrupted at the end, a bit each
 * @broken:	a port's driver broke a ring's rules
 * @frames:	left of the budget
 * @bytes:	left of it
 */
struct batch {
	struct net_port *port;
	u64 features;
	struct net_frame frame;
	int drop;
	u32 copies;
	u32 touched;
	bool broken;
	u32 frames;
	s64 bytes;
};

static void deliver(struct batch *batch, struct net_port *to)
{
	int drop = SHYPER_NET_DROP_RX_DOWN;

	spin_lock(&to->dev.lock);
	/* The port may be gone, or be another's by now. */
	if (net_is_uplink(to) || (batch->frame.dst & NET_MAC_GROUP) ||
	    to->mac == batch->frame.dst)
		drop = receive_locked(to, &batch->frame);
	if (drop == NET_PASS) {
		to->stats.rx_frames++;
		to->stats.rx_bytes += batch->frame.len;
		batch->touched |= (u32)BIT(to - net_ports);
		batch->bytes -= batch->frame.len;
	} else {
		to->stats.drops[drop]++;
		batch->broken |= drop == SHYPER_NET_DROP_RX_DOWN &&
				 (to->dev.status & VIRTIO_STATUS_NEEDS_RESET);
	}
	batch->copies++;
	spin_unlock(&to->dev.lock);
}

static void forward(struct batch *batch)
{
	u64 dst = batch->frame.dst;
	struct net_port *to;
	u32 n;

	if (dst & NET_MAC_GROUP) {
		for (n = 0; n < NET_PORTS; n++) {
			to = &net_ports[n];
			if (to != batch->port && READ_ONCE(to->mac))
				deliver(batch, to);
		}
		return;
	}
	to = net_mac_find(dst);
	if (!to && !net_is_uplink(batch->port))
		to = &net_ports[NET_UPLINK];
	if (to && to != batch->port)
		deliver(batch, to);
}

/* Take the next buffer. Return: whether there is one. */
static bool take_locked(struct batch *batch)
{
	struct net_port *port = batch->port;
	struct shyper_vring *ring = &port->dev.queue[NET_TX].ring;
	int got;

	for (;;) {
		if (!virtio_queue_live_locked(&port->dev, NET_TX))
			return false;
		got = shyper_vring_pop(ring, &port->tx);
		if (got < 0 || (got && (port->tx.fault || port->tx.nwrite))) {
			net_broken_locked(port, MIN(got, 0));
			batch->broken = true;
			return false;
		}
		if (got)
			return true;
		if (!shyper_vring_enable_kick(ring))
			return false;
	}
}

static void send(struct batch *batch)
{
	struct net_frame *frame = &batch->frame;

	batch->copies = 0;
	frame->chain = &batch->port->tx;
	batch->drop = net_frame_check(batch->port, batch->features, frame);
	if (batch->drop != NET_PASS)
		return;
	forward(batch);
	if (!batch->copies)
		batch->drop = SHYPER_NET_DROP_NOWHERE;
}

static void give_back_locked(struct batch *batch)
{
	struct net_port *port = batch->port;
	struct shyper_net_stats *stats = &port->stats;

	stats->tx_frames++;
	stats->tx_bytes += batch->frame.len;
	stats->tx_copies += batch->copies;
	if (batch->drop != NET_PASS)
		stats->drops[batch->drop]++;
	batch->frames--;
	/* A receiver's fault is not the sender's: only its own may have come. */
	if (virtio_queue_live_locked(&port->dev, NET_TX))
		shyper_vring_push(&port->dev.queue[NET_TX].ring, port->tx.head, 0);
}

/* Interrupt whoever has been given something. */
static void signal_receivers(struct batch *batch)
{
	struct net_port *port;

	for (; batch->touched; batch->touched &= batch->touched - 1) {
		port = &net_ports[__builtin_ctz(batch->touched)];
		spin_lock(&port->dev.lock);
		if (virtio_queue_live_locked(&port->dev, NET_RX) &&
		    virtio_used_locked(&port->dev, NET_RX))
			port->stats.rx_interrupts++;
		spin_unlock(&port->dev.lock);
	}
}

int net_transmit(struct net_port *port)
{
	struct batch batch = {
		.port = port, .frames = BATCH_FRAMES, .bytes = BATCH_BYTES,
	};
	bool more;

	spin_lock(&port->dev.work_lock);
	spin_lock(&port->dev.lock);
	batch.features = port->dev.driver_features;
	while (batch.frames && batch.bytes > 0 && take_locked(&batch)) {
		spin_unlock(&port->dev.lock);
		send(&batch);
		spin_lock(&port->dev.lock);
		give_back_locked(&batch);
	}
	more = (!batch.frames || batch.bytes <= 0) &&
	       virtio_queue_live_locked(&port->dev, NET_TX);
	if (virtio_queue_live_locked(&port->dev, NET_TX))
		virtio_used_locked(&port->dev, NET_TX);
	spin_unlock(&port->dev.lock);
	signal_receivers(&batch);
	spin_unlock(&port->dev.work_lock);
	if (batch.broken)
		net_link_update();
	return more ? MMIO_AGAIN : 0;
}
