// SPDX-License-Identifier: GPL-2.0-only
/* See board.h. */
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "tap.h"

u8 *guest;
struct shyper_console_port port;
struct shyper_console con;
struct driver drivers[QUEUES];
struct terminal terminal;
unsigned long jiffies;
long later;
u32 broken, interrupts;

static struct shyper_vdev vdev;

u8 said(u64 n)
{
	return (u8)(n * 31 + n / 251);
}

static void *translate(void *priv, u64 addr, u32 *len)
{
	if (addr >= GUEST_SIZE)
		return NULL;
	*len = (u32)(GUEST_SIZE - addr);
	return guest + addr;
}

/* ---- what the port calls ---- */

void shyper_vqueue_broken(struct shyper_vqueue *vq, int error)
{
	CHECK(error < 0);
	broken++;
}

void shyper_vqueue_interrupt(struct shyper_vqueue *vq)
{
	interrupts++;
}

void shyper_console_port_kick_later(struct shyper_console_port *which,
				    unsigned long delay)
{
	later = (long)delay;
}

static void take(const u8 *data, u32 len)
{
	u32 n;

	for (n = 0; n < len && terminal.check; n++) {
		if (data[n] != said(terminal.expect++)) {
			CHECK(!"what is read is what was said");
			terminal.check = false;
		}
	}
	terminal.got += len;
}

enum shyper_console_reader
shyper_console_deliver(struct shyper_console_port *which, u32 *taken)
{
	const u8 *data;
	u32 len;

	CHECK(which->lock.held);
	*taken = 0;
	if (!terminal.reader)
		return SHYPER_CONSOLE_NOBODY;
	if (terminal.away)
		return SHYPER_CONSOLE_AWAY;
	for (;;) {
		data = shyper_vcon_keep_peek(&which->keep, &len);
		if (!len)
			return SHYPER_CONSOLE_TOOK;
		if (!terminal.room)
			return SHYPER_CONSOLE_FULL;
		len = min(len, terminal.room);
		take(data, len);
		terminal.room -= len;
		*taken += len;
		shyper_vcon_keep_take(&which->keep, len);
	}
}

/* ---- the driver ---- */

static struct shyper_vring_desc *desc_at(u64 addr, u32 n)
{
	return (struct shyper_vring_desc *)(guest + addr) + n;
}

static void make_available(struct driver *driver, u16 head)
{
	struct shyper_vring_avail *avail = (void *)(guest + driver->avail);

	avail->ring[driver->idx % NUM] = head;
	avail->idx = ++driver->idx;
}

void driver_add(struct driver *driver, u64 addr, u32 len, bool write)
{
	u16 head = driver->idx % NUM;

	*desc_at(driver->desc, head) = (struct shyper_vring_desc){
		.addr = addr, .len = len,
		.flags = write ? SHYPER_VRING_DESC_F_WRITE : 0,
	};
	make_available(driver, head);
}

void driver_add_parts(struct driver *driver, u64 table, u32 n, u64 addr, u32 len)
{
	u16 head = driver->idx % NUM;
	u32 i;

	for (i = 0; i < n; i++)
		*desc_at(table, i) = (struct shyper_vring_desc){
			.addr = addr, .len = len,
			.flags = i + 1 < n ? SHYPER_VRING_DESC_F_NEXT : 0,
			.next = (u16)(i + 1),
		};
	*desc_at(driver->desc, head) = (struct shyper_vring_desc){
		.addr = table, .len = n * (u32)sizeof(struct shyper_vring_desc),
		.flags = SHYPER_VRING_DESC_F_INDIRECT,
	};
	make_available(driver, head);
}

static const struct shyper_vring_used *used_of(const struct driver *driver)
{
	return (void *)(guest + driver->used);
}

u16 driver_used(const struct driver *driver)
{
	return used_of(driver)->idx;
}

u32 driver_used_len(const struct driver *driver, u16 n)
{
	return used_of(driver)->ring[n % NUM].len;
}

/* ---- the board ---- */

static void queue_begin(u32 n, u64 features)
{
	struct shyper_vqueue *vq = &vdev.vq[n];
	struct driver *driver = &drivers[n];

	*driver = (struct driver){
		.desc = 0x4000 * n, .avail = 0x4000 * n + 0x1000,
		.used = 0x4000 * n + 0x2000,
	};
	vq->dev = &vdev;
	vq->index = (u16)n;
	CHECK_EQ(shyper_vring_init(&vq->ring, NUM, driver->desc, driver->avail,
				   driver->used, features, translate, NULL), 0);
}

static void chain_init(struct shyper_vcon_chain *chain)
{
	chain->chain.seg = chain->seg;
	chain->chain.max = SHYPER_CONSOLE_SEGS;
}

void board_begin(bool event_idx)
{
	u64 features = SHYPER_VRING_F_INDIRECT_DESC |
		       (event_idx ? SHYPER_VRING_F_EVENT_IDX : 0);

	free(guest);
	/* Of its own, so that whatever is beyond it is seen. */
	guest = aligned_alloc(4096, GUEST_SIZE);
	if (!guest)
		abort();
	memset(guest, 0, GUEST_SIZE);
	memset(&port, 0, sizeof(port));
	memset(&con, 0, sizeof(con));
	memset(&vdev, 0, sizeof(vdev));
	terminal = (struct terminal){ 0 };
	jiffies = (unsigned long)-50;
	later = -1;
	broken = interrupts = 0;
	con.dev = &vdev;
	con.ctl.ports = 1;
	port.con = &con;
	chain_init(&port.in);
	chain_init(&port.out);
	queue_begin(RX, features);
	queue_begin(TX, features);
	port.rx = &vdev.vq[RX];
	port.tx = &vdev.vq[TX];
}

void run(void)
{
	later = -1;
	shyper_console_port_work(&port.work.work);
	CHECK(!port.lock.held && !port.state_lock.held && !con.ctl_lock.held);
}

u32 run_all(void)
{
	u32 runs = 0;

	do {
		run();
		runs++;
	} while (later == 0 && runs < 100000);
	return runs;
}
