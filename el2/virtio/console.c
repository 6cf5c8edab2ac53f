// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtio-console (VIRTIO 1.2, 5.3): two ends, a single port each; what one end
 * transmits the other receives.
 *
 * A writer never waits: its buffers are given back at once, and the bytes go
 * through an inbox of the reader, so that what a guest says while it boots is
 * still there when the reader comes. When the inbox is full the oldest bytes
 * are dropped, and counted for the writer's VM.
 *
 * Locks: console_table_lock (slots, and who is whose peer), then the devices'
 * locks, of a pair the one at the lower address first. `peer` changes under
 * both ends' locks.
 */
#include <el2/errno.h>
#include <el2/string.h>
#include <el2/virtio.h>

#include "virtio_dev.h"

#define CONSOLES	24
#define QUEUE_MAX	64
/* Buffers that lie across two regions of memory need more than one. */
#define SEGS		(QUEUE_MAX + 8)
#define INBOX		(16 * 1024)	/* a power of two */

/* Buffers taken in one exit; a correct driver has no more at a time. */
#define BUDGET		(2 * QUEUE_MAX)

enum {
	QUEUE_RX,
	QUEUE_TX,
	QUEUES,
};

/**
 * struct console - one end
 * @dev:	the virtio device; its lock guards all but what is said otherwise
 * @used:	this slot is taken; console_table_lock
 * @vm_id:	whose; console_table_lock, as the two following
 * @peer_vm:	the VM of the end it is for
 * @peer_base:	that end's registers; 0 at the MVM's ends: whoever names this one
 * @peer:	the other end, if it is there
 * @in:		bytes put into the inbox, and
 * @out:	taken out of it; free-running
 * @chain:	the buffer at hand
 */
struct console {
	struct virtio_dev dev;
	bool used;
	u32 vm_id;
	u32 peer_vm;
	u64 peer_base;
	struct console *peer;
	u32 in;
	u32 out;
	struct shyper_chain chain;
	struct shyper_seg seg[SEGS];
	u8 inbox[INBOX];
};

static struct spinlock console_table_lock;
static struct console consoles[CONSOLES];

static struct console *to_console(struct virtio_dev *dev)
{
	return container_of(dev, struct console, dev);
}

static void lock_two(struct console *a, struct console *b)
{
	spin_lock(a < b ? &a->dev.lock : &b->dev.lock);
	spin_lock(a < b ? &b->dev.lock : &a->dev.lock);
}

/* Lock an end and its peer, if it has one, which is returned. */
static struct console *lock_pair(struct console *con)
{
	struct console *peer;

	for (;;) {
		peer = __atomic_load_n(&con->peer, __ATOMIC_RELAXED);
		if (peer)
			lock_two(con, peer);
		else
			spin_lock(&con->dev.lock);
		if (con->peer == peer)
			return peer;
		/* It came or went meanwhile. */
		if (peer)
			spin_unlock(&peer->dev.lock);
		spin_unlock(&con->dev.lock);
	}
}

static void unlock_pair(struct console *con, struct console *peer)
{
	if (peer)
		spin_unlock(&peer->dev.lock);
	spin_unlock(&con->dev.lock);
}

static u32 inbox_len(const struct console *con)
{
	return con->in - con->out;
}

/* As much of the inbox as fits into the buffer at hand, which goes back. */
static void fill_buffer(struct console *con)
{
	struct shyper_chain *chain = &con->chain;
	u32 len = (u32)MIN((u64)inbox_len(con), chain->write_len);
	u32 at = con->out % INBOX;
	u32 part = MIN(len, INBOX - at);

	if (!shyper_chain_write(chain, 0, con->inbox + at, part) ||
	    !shyper_chain_write(chain, part, con->inbox, len - part))
		len = 0;
	shyper_vring_push(&con->dev.queue[QUEUE_RX].ring, chain->head, len);
	con->out += len;
}

/*
 * Inbox to receive buffers. As long as there is nothing to receive the driver
 * need not say that it has added buffers; when they run out, it shall.
 */
static void deliver_locked(struct console *con)
{
	struct shyper_vring *ring = &con->dev.queue[QUEUE_RX].ring;
	u32 budget = BUDGET;
	int got;

	while (inbox_len(con) && virtio_queue_live_locked(&con->dev, QUEUE_RX)) {
		if (!budget--) {
			/* It adds as fast as we take: its next one wakes us. */
			shyper_vring_enable_kick(ring);
			break;
		}
		got = shyper_vring_pop(ring, &con->chain);
		if (got < 0)
			virtio_dev_broken_locked(&con->dev, got);
		else if (got)
			fill_buffer(con);
		else if (!shyper_vring_enable_kick(ring))
			break;
	}
	if (virtio_queue_live_locked(&con->dev, QUEUE_RX))
		virtio_used_locked(&con->dev, QUEUE_RX);
}

/* Put at most INBOX bytes into it. Return: how many were dropped for them. */
static u32 inbox_put(struct console *con, const u8 *data, u32 len)
{
	u32 at, part, drop = 0;

	if (len > INBOX - inbox_len(con))
		deliver_locked(con);
	if (len > INBOX - inbox_len(con)) {
		drop = len - (INBOX - inbox_len(con));
		con->out += drop;
	}
	at = con->in % INBOX;
	part = MIN(len, INBOX - at);
	memcpy(con->inbox + at, data, part);
	memcpy(con->inbox, data + part, len - part);
	con->in += len;
	return drop;
}

/* One buffer of the driver's. Return: whether there may be another. */
static bool transmit_locked(struct console *con, struct console *peer)
{
	struct shyper_vring *ring = &con->dev.queue[QUEUE_TX].ring;
	u64 dropped, left = INBOX;
	struct shyper_seg *seg;
	u32 n, part;
	int got;

	if (!virtio_queue_live_locked(&con->dev, QUEUE_TX))
		return false;
	got = shyper_vring_pop(ring, &con->chain);
	if (got < 0)
		virtio_dev_broken_locked(&con->dev, got);
	if (got <= 0)
		return got == 0 && shyper_vring_enable_kick(ring);

	/* What does not fit into the inbox at all is not even looked at. */
	dropped = con->chain.read_len;
	for (n = 0; n < con->chain.nread && left && peer; n++) {
		seg = &con->chain.seg[n];
		part = (u32)MIN((u64)seg->len, left);
		if (!seg->addr)
			continue;
		dropped -= part;
		dropped += inbox_put(peer, seg->addr, part);
		left -= part;
	}
	if (dropped)
		vm_count(con->dev.vm, VM_COUNT_CONSOLE_DROPPED, dropped);
	shyper_vring_push(ring, con->chain.head, 0);
	virtio_used_locked(&con->dev, QUEUE_TX);
	if (peer)
		deliver_locked(peer);
	return true;
}

static int console_notify(struct virtio_dev *dev, u32 queue)
{
	struct console *con = to_console(dev);
	struct console *peer;
	u32 budget = BUDGET;
	bool more;

	if (queue == QUEUE_RX) {
		spin_lock(&dev->lock);
		deliver_locked(con);
		spin_unlock(&dev->lock);
		return 0;
	}
	do {
		if (!budget--)
			return MMIO_AGAIN;
		peer = lock_pair(con);
		more = transmit_locked(con, peer);
		unlock_pair(con, peer);
	} while (more);
	return 0;
}

static const struct virtio_ops console_ops = {
	.id = VIRTIO_ID_CONSOLE,
	.queues = QUEUES,
	.notify = console_notify,
};

/* The MVM's ends are for whoever names them. */
static bool is_open(const struct console *con)
{
	return con->vm_id == 0 && !con->peer_base;
}

static bool names(const struct console *con, const struct console *other)
{
	return con->peer_vm == other->vm_id && con->peer_base == other->dev.base;
}

/* Find the other end of a new one: each has to mean the other. */
static struct console *find_peer_locked(const struct console *con)
{
	struct console *other;
	u32 n;

	for (n = 0; n < CONSOLES; n++) {
		other = &consoles[n];
		if (!other->used || other == con || other->peer)
			continue;
		if ((names(con, other) && (names(other, con) || is_open(other))) ||
		    (is_open(con) && names(other, con)))
			return other;
	}
	return NULL;
}

static struct console *take_slot(struct vm *vm, u32 peer_vm, u64 peer_base)
{
	struct console *con;
	u32 n;

	spin_lock(&console_table_lock);
	for (n = 0; n < CONSOLES; n++) {
		con = &consoles[n];
		if (con->used)
			continue;
		con->used = true;
		con->vm_id = vm_id(vm);
		con->peer_vm = peer_vm;
		con->peer_base = peer_base;
		con->chain.seg = con->seg;
		con->chain.max = SEGS;
		con->in = 0;
		con->out = 0;
		spin_unlock(&console_table_lock);
		return con;
	}
	spin_unlock(&console_table_lock);
	return NULL;
}

static void connect(struct console *con)
{
	struct console *peer;

	spin_lock(&console_table_lock);
	peer = find_peer_locked(con);
	if (peer) {
		lock_two(con, peer);
		con->peer = peer;
		peer->peer = con;
		unlock_pair(con, peer);
	}
	spin_unlock(&console_table_lock);
}

static void release_slot(struct console *con)
{
	spin_lock(&console_table_lock);
	con->used = false;
	spin_unlock(&console_table_lock);
}

int virtio_console_create(struct vm *vm, u64 base, u32 intid, u32 peer_vm,
			  u64 peer_base)
{
	static const u8 config[VIRTIO_CONFIG_LEN];
	struct console *con = take_slot(vm, peer_vm, peer_base);
	int ret;

	if (!con)
		return -ENOSPC;
	ret = virtio_dev_create(&con->dev, &console_ops, vm, base, intid,
				QUEUE_MAX, config);
	if (ret)
		release_slot(con);
	else
		connect(con);
	return ret;
}

/* What was on its way to a VM that is gone is not for its next life. */
static void reset_locked(struct console *con)
{
	virtio_dev_reset_locked(&con->dev);
	con->out = con->in;
}

void console_vm_reset(struct vm *vm)
{
	u32 n;

	for (n = 0; n < CONSOLES; n++) {
		spin_lock(&consoles[n].dev.lock);
		if (consoles[n].dev.vm == vm)
			reset_locked(&consoles[n]);
		spin_unlock(&consoles[n].dev.lock);
	}
}

void console_vm_destroy(struct vm *vm)
{
	struct console *con, *peer;
	bool mine;
	u32 n;

	for (n = 0; n < CONSOLES; n++) {
		con = &consoles[n];
		spin_lock(&console_table_lock);
		peer = lock_pair(con);
		mine = con->dev.vm == vm;
		if (mine) {
			virtio_dev_destroy_locked(&con->dev);
			con->peer = NULL;
			if (peer)
				peer->peer = NULL;
			con->used = false;
		}
		unlock_pair(con, peer);
		spin_unlock(&console_table_lock);
	}
}
