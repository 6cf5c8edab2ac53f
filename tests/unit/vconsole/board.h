/* SPDX-License-Identifier: GPL-2.0-only */
/* A port with both its queues, a driver for them, and somebody at the terminal. */
#ifndef BOARD_H
#define BOARD_H

#include "vconsole.h"

#define GUEST_SIZE	0x100000U
#define NUM		16U		/* entries of a queue */
#define DATA		0x10000U	/* from here on buffers */

enum { RX, TX, QUEUES };

/**
 * struct driver - a split ring, seen from the guest
 * @desc:	guest addresses of its parts, as the next two
 * @idx:	buffers made available
 */
struct driver {
	u64 desc;
	u64 avail;
	u64 used;
	u16 idx;
};

/**
 * struct terminal - who is there
 * @reader:	there is one
 * @room:	bytes that it takes, without reading
 * @away:	the line discipline is not there just now
 * @got:	bytes given to it
 * @check:	they have to be said() of @expect and on
 */
struct terminal {
	bool reader;
	u32 room;
	bool away;
	u64 got;
	bool check;
	u64 expect;
};

extern u8 *guest;
extern struct shyper_console_port port;
extern struct shyper_console con;
extern struct driver drivers[QUEUES];
extern struct terminal terminal;
extern long later;		/* when the work item wants to run again; -1 */
extern u32 broken;		/* times a queue was called so */
extern u32 interrupts;

/* Byte n of all that the guest says. */
u8 said(u64 n);

/* All anew. @event_idx: the driver has negotiated it. */
void board_begin(bool event_idx);

/* Makes a buffer of one part available. */
void driver_add(struct driver *driver, u64 addr, u32 len, bool write);

/* One of n parts, through an indirect table. */
void driver_add_parts(struct driver *driver, u64 table, u32 n, u64 addr, u32 len);

u16 driver_used(const struct driver *driver);
u32 driver_used_len(const struct driver *driver, u16 n);

/* The work item, once; then until it does not want to run at once. */
void run(void);
u32 run_all(void);

#endif /* BOARD_H */
