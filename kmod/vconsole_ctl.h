/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a console is neither rings nor terminals: the control messages of a
 * device with several ports (VIRTIO 1.2, 5.3.6.2), and the output that is kept
 * while nobody reads. Also compiles on the host, for tests/unit/vconsole.
 *
 * The driver is not trusted. Nothing here sleeps, allocates or locks: the caller
 * serialises the use of each struct.
 */
#ifndef SHYPER_VCONSOLE_CTL_H
#define SHYPER_VCONSOLE_CTL_H

#include <shyper/types.h>

#define SHYPER_CONSOLE_PORTS	7

/* ---- control messages ---- */

/* 5.3.6.2 */
enum shyper_vcon_event {
	SHYPER_VCON_DEVICE_READY	= 0,
	SHYPER_VCON_PORT_ADD		= 1,
	SHYPER_VCON_PORT_REMOVE		= 2,
	SHYPER_VCON_PORT_READY		= 3,
	SHYPER_VCON_CONSOLE_PORT	= 4,
	SHYPER_VCON_RESIZE		= 5,
	SHYPER_VCON_PORT_OPEN		= 6,
	SHYPER_VCON_PORT_NAME		= 7,
};

/* As they lie in memory. */
struct shyper_vcon_msg {
	__le32 id;
	__le16 event;
	__le16 value;
};
static_assert(sizeof(struct shyper_vcon_msg) == 8);

#define SHYPER_VCON_MSG_MAX	(sizeof(struct shyper_vcon_msg) + 32)

/**
 * struct shyper_vcon_ctl - what each side of the ports has told the other
 * @ports:	entries of @port in use
 * @port.pending: bits of messages that are to be sent to the driver, by event
 * @port.ready:	the driver has the port
 * @port.guest_open: somebody in the guest has
 * @port.host_open: somebody has opened the terminal; survives a reset, as the next
 * @port.cols:	size of the terminal; 0: nobody has told
 * @port.rows:	of the same
 *
 * There is no queue of messages: a port's state is what is told, so however often it
 * changes, there is one message at most of each kind to be sent.
 */
struct shyper_vcon_ctl {
	u32 ports;
	struct shyper_vcon_ctl_port {
		u16 pending;
		bool ready;
		bool guest_open;
		bool host_open;
		u16 cols;
		u16 rows;
	} port[SHYPER_CONSOLE_PORTS];
};

/**
 * shyper_vcon_ctl_reset() - forget what the driver has told
 */
void shyper_vcon_ctl_reset(struct shyper_vcon_ctl *ctl);

/**
 * shyper_vcon_ctl_receive() - a message of the driver
 * @msg: a copy of its own
 *
 * Return: false if it makes no sense; it has then done nothing.
 */
bool shyper_vcon_ctl_receive(struct shyper_vcon_ctl *ctl,
			     const struct shyper_vcon_msg *msg);

/**
 * shyper_vcon_ctl_pending() - whether shyper_vcon_ctl_next() has a message
 */
bool shyper_vcon_ctl_pending(const struct shyper_vcon_ctl *ctl);

/**
 * shyper_vcon_ctl_next() - the next message to the driver
 * @buf: SHYPER_VCON_MSG_MAX bytes, aligned as a message
 *
 * Return: its length; 0: there is none.
 */
u32 shyper_vcon_ctl_next(struct shyper_vcon_ctl *ctl, void *buf);

/**
 * shyper_vcon_ctl_resize() - the terminal of a port has another size
 *
 * Return: whether it has.
 */
bool shyper_vcon_ctl_resize(struct shyper_vcon_ctl *ctl, u32 port, u16 rows,
			    u16 cols);

/**
 * shyper_vcon_ctl_host_open() - the terminal of a port was opened or closed
 */
void shyper_vcon_ctl_host_open(struct shyper_vcon_ctl *ctl, u32 port, bool open);

/* ---- kept output ---- */

#define SHYPER_VCON_KEEP	16384U		/* a power of two */

/**
 * struct shyper_vcon_keep - the last bytes that nobody has taken yet
 * @head:	bytes put in, modulo 2^32
 * @tail:	of these, taken or dropped
 * @dropped:	bytes overwritten
 * @data:	byte n is data[n % SHYPER_VCON_KEEP]
 */
struct shyper_vcon_keep {
	u32 head;
	u32 tail;
	u64 dropped;
	u8 data[SHYPER_VCON_KEEP];
};

static inline u32 shyper_vcon_keep_len(const struct shyper_vcon_keep *keep)
{
	return keep->head - keep->tail;
}

static inline u32 shyper_vcon_keep_room(const struct shyper_vcon_keep *keep)
{
	return SHYPER_VCON_KEEP - shyper_vcon_keep_len(keep);
}

/**
 * shyper_vcon_keep_reserve() - where the next bytes go
 * @len: in: bytes wanted; out: how many of them are contiguous
 *
 * Drops as many of the oldest as it takes. Write there, then commit.
 */
u8 *shyper_vcon_keep_reserve(struct shyper_vcon_keep *keep, u32 *len);

/**
 * shyper_vcon_keep_commit() - @len of the reserved bytes have been written
 */
void shyper_vcon_keep_commit(struct shyper_vcon_keep *keep, u32 len);

/**
 * shyper_vcon_keep_peek() - the oldest bytes
 * @len: out: how many of them are contiguous; 0: there are none
 */
const u8 *shyper_vcon_keep_peek(const struct shyper_vcon_keep *keep, u32 *len);

/**
 * shyper_vcon_keep_take() - @len of the oldest bytes have been used
 */
void shyper_vcon_keep_take(struct shyper_vcon_keep *keep, u32 len);

#endif /* SHYPER_VCONSOLE_CTL_H */
