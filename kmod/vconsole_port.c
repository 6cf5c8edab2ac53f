// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port of a console: from the guest's queue to who reads its terminal, and from who
 * writes there to the guest. Locks: vconsole.h.
 *
 * Data is copied. A run of the work item does a bounded amount and goes to the end of
 * the line. A driver spins until its output has been taken, so it is made to wait for
 * a reader only for SHYPER_CONSOLE_STALL.
 */
#include <uapi/linux/virtio_console.h>

#include "vconsole.h"

/* Bytes that one run of a work item moves; a buffer counts as BUFFER_COST at least. */
#define BUDGET		65536
#define BUFFER_COST	256
#define PIECE		256	/* bytes that are copied through the stack */

/* ---- queues ---- */

int shyper_console_queue_pop(struct shyper_vqueue *vq,
			     struct shyper_vcon_chain *chain, bool *again)
{
	int ret, looks;

	for (looks = 0; looks < 2; looks++) {
		ret = shyper_vring_pop(&vq->ring, &chain->chain);
		if (ret > 0) {
			vq->stats.requests++;
			return ret;
		}
		if (ret < 0) {
			shyper_vqueue_broken(vq, ret);
			return ret;
		}
		if (!shyper_vring_enable_kick(&vq->ring))
			return 0;
		shyper_vring_disable_kick(&vq->ring);
	}
	*again = true;
	return 0;
}

void shyper_console_queue_push(struct shyper_vqueue *vq,
			       struct shyper_vcon_chain *chain, u32 len, u64 copied)
{
	shyper_vring_push(&vq->ring, chain->chain.head, len);
	vq->stats.bytes += copied;
	if (copied) {
		vq->stats.copies++;
		vq->stats.copied_bytes += copied;
	}
}

void shyper_console_queue_finish(struct shyper_vqueue *vq)
{
	vq->stats.batches++;
	if (shyper_vring_want_irq(&vq->ring))
		shyper_vqueue_interrupt(vq);
	else
		vq->stats.interrupts_suppressed++;
}

/* ---- what the guest says ---- */

/* Whether the guest has to wait, after the reader was offered what was kept. */
static void reader_settle(struct shyper_console_port *port,
			  enum shyper_console_reader reader, u32 taken)
{
	if (reader == SHYPER_CONSOLE_NOBODY || taken) {
		port->waiting = false;
		port->stalled = false;
	} else if (port->waiting &&
		   time_after_eq(jiffies, port->waiting_since +
					  SHYPER_CONSOLE_STALL)) {
		port->waiting = false;
		port->stalled = true;
	}
}

/* Return: bytes of the buffer that went to what is kept. */
static u32 output_copy(struct shyper_console_port *port, bool may_drop, u32 max)
{
	struct shyper_vcon_keep *keep = &port->keep;
	const struct shyper_chain *chain = &port->out.chain;
	u64 left = chain->read_len - port->out_at;
	u64 dropped = keep->dropped;
	u32 len, n = 0;
	u8 *to;

	max = min_t(u64, max, left);
	if (!may_drop)
		max = min(max, shyper_vcon_keep_room(keep));
	while (n < max) {
		len = max - n;
		to = shyper_vcon_keep_reserve(keep, &len);
		/* All of it is memory, as chain->fault says. */
		shyper_chain_read(chain, port->out_at, to, len);
		shyper_vcon_keep_commit(keep, len);
		port->out_at += len;
		n += len;
	}
	port->tx->stats.errors += keep->dropped - dropped;
	return n;
}

static void output_push(struct shyper_console_port *port)
{
	shyper_console_queue_push(port->tx, &port->out, 0, port->out_at);
	port->out_taken = false;
}

/* Return: whether there is a buffer to take from. */
static bool output_next(struct shyper_console_port *port, bool *again)
{
	int ret;

	if (port->out_taken)
		return true;
	ret = shyper_console_queue_pop(port->tx, &port->out, again);
	if (ret < 0)
		port->tx = NULL;
	port->out_at = 0;
	port->out_taken = ret > 0;
	return port->out_taken;
}

/*
 * From the ring to what is kept, until that is full, or *@budget used up.
 * Return: bytes; *@done: buffers given back.
 */
static u32 output_take(struct shyper_console_port *port, bool may_drop,
		       u32 *budget, u32 *done)
{
	bool again = false;
	u32 n, sum = 0;

	while (*budget && port->tx && output_next(port, &again)) {
		n = 0;
		if (port->out.chain.fault)
			port->tx->stats.errors++;
		else
			n = output_copy(port, may_drop, *budget);
		sum += n;
		*budget -= min(*budget, max_t(u32, n, BUFFER_COST));
		if (!port->out.chain.fault && port->out_at < port->out.chain.read_len) {
			if (!may_drop)
				break;
			continue;
		}
		output_push(port);
		++*done;
	}
	if (again)
		*budget = 0;
	return sum;
}

/* Return: when to look again, in jiffies; less than 0: when somebody kicks. */
static long output(struct shyper_console_port *port)
{
	enum shyper_console_reader reader;
	u32 taken, n, budget = BUDGET, done = 0;

	if (port->tx)
		shyper_vring_disable_kick(&port->tx->ring);
	do {
		reader = shyper_console_deliver(port, &taken);
		reader_settle(port, reader, taken);
		n = output_take(port, reader == SHYPER_CONSOLE_NOBODY ||
				port->stalled, &budget, &done);
	} while (n && budget);
	if (done && port->tx)
		shyper_console_queue_finish(port->tx);
	if (!budget)
		return 0;
	if (port->out_taken) {
		if (!port->waiting)
			port->waiting_since = jiffies;
		port->waiting = true;
	}
	if (reader == SHYPER_CONSOLE_AWAY)
		return SHYPER_CONSOLE_RETRY;
	return port->waiting ? SHYPER_CONSOLE_STALL : -1;
}

/* ---- what the guest is told ---- */

static bool guest_listens(struct shyper_console_port *port)
{
	struct shyper_console *con = port->con;
	bool open;

	if (!shyper_vdev_has(con->dev, VIRTIO_CONSOLE_F_MULTIPORT))
		return true;
	spin_lock_irq(&con->ctl_lock);
	open = con->ctl.port[port->id].guest_open;
	spin_unlock_irq(&con->ctl_lock);
	return open;
}

static u32 input_get(struct shyper_console_port *port, u8 *data, u64 max)
{
	u32 n;

	spin_lock_irq(&port->state_lock);
	n = kfifo_out(&port->input, data, min_t(u64, max, PIECE));
	spin_unlock_irq(&port->state_lock);
	return n;
}

static u32 input_fill(struct shyper_console_port *port)
{
	const struct shyper_chain *chain = &port->in.chain;
	u8 data[PIECE];
	u32 n, at = 0;

	if (chain->fault || !chain->write_len)
		port->rx->stats.errors++;
	if (chain->fault)
		return 0;
	do {
		n = input_get(port, data, chain->write_len - at);
		if (n && !shyper_chain_write(chain, at, data, n))
			break;
		at += n;
	} while (n);
	return at;
}

/* Return: as output(). */
static long input(struct shyper_console_port *port)
{
	u32 n, budget = BUDGET, done = 0;
	bool again = false;
	int ret = 0;

	if (!port->rx)
		return -1;
	shyper_vring_disable_kick(&port->rx->ring);
	while (budget && !kfifo_is_empty(&port->input) && guest_listens(port)) {
		ret = shyper_console_queue_pop(port->rx, &port->in, &again);
		if (ret <= 0)
			break;
		n = input_fill(port);
		shyper_console_queue_push(port->rx, &port->in, n, n);
		budget -= min(budget, max_t(u32, n, BUFFER_COST));
		done++;
	}
	if (ret < 0)
		port->rx = NULL;
	else if (done)
		shyper_console_queue_finish(port->rx);
	if (done)
		tty_port_tty_wakeup(&port->tty);
	return again || !budget ? 0 : -1;
}

void shyper_console_port_work(struct work_struct *work)
{
	struct shyper_console_port *port =
		container_of(to_delayed_work(work), struct shyper_console_port, work);
	long delay = -1;

	mutex_lock(&port->lock);
	if (port->con) {
		if (port->tx)
			port->tx->stats.wakeups++;
		delay = output(port);
		if (input(port) == 0)
			delay = 0;
	}
	mutex_unlock(&port->lock);
	if (delay >= 0)
		shyper_console_port_kick_later(port, delay);
}
