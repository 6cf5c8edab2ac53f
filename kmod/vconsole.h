/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's console: virtio's device type 3, whose ports are terminals here,
 * /dev/ttySHn. vconsole.c is the device, vconsole_port.c moves the data, vconsole_tty.c
 * is the terminals.
 *
 *	guest   transmit queue -> keep -> line discipline   reader
 *	guest   receive queue  <- input                     writer
 *
 * Both ways go through the port's work item. Without a reader the oldest of what is
 * kept gives way to the newest; with one, the guest's buffers wait for it, unless it
 * has not read for a while (SHYPER_CONSOLE_STALL).
 *
 * Locks, in this order:
 *	shyper_vdev.lock
 *	port->lock, con->ctl_queues	rings; held while the line discipline is called
 *	  (locks of the terminal)
 *	port->state_lock		terminal against device; taken by operations
 *					of the terminal, with interrupts off
 *	con->ctl_lock
 *
 * Lives: a port is counted by its tty_port, and outlives the device while somebody
 * has the terminal open; port->con is then NULL. A ttySH number is free again when
 * the port is.
 */
#ifndef SHYPER_VCONSOLE_H
#define SHYPER_VCONSOLE_H

#include <linux/kfifo.h>
#include <linux/mutex.h>
#include <linux/shyper.h>
#include <linux/spinlock.h>
#include <linux/tty.h>
#include <linux/workqueue.h>

#include "vconsole_ctl.h"
#include "vdev.h"

#define SHYPER_CONSOLE_QUEUE	64	/* largest size of a queue */
/* One for each entry, and some for what is contiguous for the driver only. */
#define SHYPER_CONSOLE_SEGS	(SHYPER_CONSOLE_QUEUE + 16)
#define SHYPER_CONSOLE_INPUT	4096
#define SHYPER_CONSOLE_STALL	(HZ / 5)	/* a reader that has stopped reading */
#define SHYPER_CONSOLE_RETRY	(HZ / 100)

/**
 * struct shyper_vcon_chain - a chain with room for its parts
 */
struct shyper_vcon_chain {
	struct shyper_chain chain;
	struct shyper_seg seg[SHYPER_CONSOLE_SEGS];
};

struct shyper_console;

/**
 * struct shyper_console_port - a port of a console, and its terminal
 * @tty:	counts the port
 * @index:	of ttySH; constant, as @id
 * @id:		in the device
 * @work:	moves data both ways
 * @state_lock:	of the next ones; lock order above
 * @con:	the device, NULL when it has gone; changed under both locks
 * @winsize:	as the terminal was told last
 * @input:	from the terminal, for the guest
 * @lock:	of the next ones
 * @rx:		to the guest; NULL while it is not running
 * @tx:		from the guest; the same
 * @in:		buffer that is being filled
 * @out:	buffer whose bytes from @out_at on are still to be taken, if @out_taken
 * @waiting:	the guest waits for the reader, since @waiting_since
 * @stalled:	it does not any more: the reader does not read
 * @keep:	bytes for the reader
 */
struct shyper_console_port {
	struct tty_port tty;
	u32 index;
	u32 id;
	struct delayed_work work;

	spinlock_t state_lock;	/* see above */
	struct shyper_console *con;
	struct winsize winsize;
	DECLARE_KFIFO(input, u8, SHYPER_CONSOLE_INPUT);

	struct mutex lock;	/* see above */
	struct shyper_vqueue *rx;
	struct shyper_vqueue *tx;
	struct shyper_vcon_chain in;
	struct shyper_vcon_chain out;
	u64 out_at;
	bool out_taken;
	bool waiting;
	bool stalled;
	unsigned long waiting_since;
	struct shyper_vcon_keep keep;
};

/**
 * struct shyper_console - the device
 * @dev:	constant, as the next two
 * @ports:	entries of @port in use
 * @port:	each owns a reference
 * @config_work: tells the driver of another size in configuration space
 * @ctl_lock:	of @ctl; a spinlock; lock order above
 * @ctl:	control messages
 * @ctl_work:	moves them
 * @ctl_queues:	lock of the next ones
 * @ctl_rx:	to the driver; NULL while it is not running
 * @ctl_tx:	from the driver; the same
 * @chain:	buffer in use
 */
struct shyper_console {
	struct shyper_vdev *dev;
	u32 ports;
	struct shyper_console_port *port[SHYPER_CONSOLE_PORTS];
	struct work_struct config_work;

	spinlock_t ctl_lock;	/* see above */
	struct shyper_vcon_ctl ctl;

	struct work_struct ctl_work;
	struct mutex ctl_queues;	/* see above */
	struct shyper_vqueue *ctl_rx;
	struct shyper_vqueue *ctl_tx;
	struct shyper_vcon_chain chain;
};

/* ---- for main.c ---- */

/**
 * shyper_consoles_start() - the terminals' driver
 */
int shyper_consoles_start(void);
/* When there are no VMs any more. */
void shyper_consoles_stop(void);

/* ---- vconsole_port.c; the lock of the queue held ---- */

/**
 * shyper_console_queue_pop() - the next buffer of a queue
 * @again: set if there seems to be one, and is none when looked for: look later
 *
 * If there is none the driver will notify of the next.
 * Return: 1; 0; less than 0: the ring is bad, do not touch it any more.
 */
int shyper_console_queue_pop(struct shyper_vqueue *vq,
			     struct shyper_vcon_chain *chain, bool *again);

/**
 * shyper_console_queue_push() - give it back, with @len bytes written to it
 * @copied: bytes in whichever direction
 */
void shyper_console_queue_push(struct shyper_vqueue *vq,
			       struct shyper_vcon_chain *chain, u32 len,
			       u64 copied);

/**
 * shyper_console_queue_finish() - have the driver know of what was given back
 */
void shyper_console_queue_finish(struct shyper_vqueue *vq);

/* shyper_console_port.work */
void shyper_console_port_work(struct work_struct *work);

/* ---- between vconsole*.c ---- */

/**
 * shyper_console_ports_alloc() - ports with consecutive ttySH numbers
 *
 * Nobody can open them yet. Each is to be ended by the two calls below.
 * Return: -ENOSPC; -ENOMEM.
 */
int shyper_console_ports_alloc(struct shyper_console *con, u32 count,
			       struct shyper_console_port **port);

/**
 * shyper_console_port_register() - show the terminal
 */
int shyper_console_port_register(struct shyper_console_port *port);

/**
 * shyper_console_port_disconnect() - nothing of the port uses the device any more
 *
 * Context: process, as the next one; none of the locks above.
 */
void shyper_console_port_disconnect(struct shyper_console_port *port);

/**
 * shyper_console_port_remove() - then hang up, and forget
 */
void shyper_console_port_remove(struct shyper_console_port *port);

/**
 * shyper_console_port_kick() - there may be something to do
 *
 * Context: any.
 */
void shyper_console_port_kick(struct shyper_console_port *port);

/**
 * shyper_console_port_kick_later() - the same after a time in jiffies
 *
 * From the work item itself: a kick that has come meanwhile stays sooner.
 */
void shyper_console_port_kick_later(struct shyper_console_port *port,
				    unsigned long delay);

/* Another work item of consoles. */
void shyper_console_queue_work(struct work_struct *work);

/**
 * shyper_console_port_told() - size of the terminal, and whether it is open
 *
 * port->state_lock held.
 */
void shyper_console_port_told(struct shyper_console_port *port, bool open);

enum shyper_console_reader {
	SHYPER_CONSOLE_NOBODY,	/* has the terminal open */
	SHYPER_CONSOLE_TOOK,	/* all that was kept */
	SHYPER_CONSOLE_FULL,	/* not all; it kicks us when it has read */
	SHYPER_CONSOLE_AWAY,	/* not all; try again soon */
};

/**
 * shyper_console_deliver() - give what is kept to whoever reads
 * @taken: out: bytes that were
 *
 * port->lock held.
 */
enum shyper_console_reader
shyper_console_deliver(struct shyper_console_port *port, u32 *taken);

#endif /* SHYPER_VCONSOLE_H */
