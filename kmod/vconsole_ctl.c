// SPDX-License-Identifier: GPL-2.0-only
/* Control messages of consoles, and kept output; see vconsole_ctl.h. */
#include "vconsole_ctl.h"

#ifdef __KERNEL__

#include <asm/byteorder.h>
#include <linux/minmax.h>
#include <linux/string.h>

#else /* !__KERNEL__: the unit test's own */

#include "ctl_host.h"

#endif

#define BIT_OF(event)	(1U << (event))

/* What a driver is told of a port that it has. */
#define WHEN_READY	(BIT_OF(SHYPER_VCON_CONSOLE_PORT) | \
			 BIT_OF(SHYPER_VCON_PORT_NAME) | \
			 BIT_OF(SHYPER_VCON_RESIZE) | \
			 BIT_OF(SHYPER_VCON_PORT_OPEN))

/* In this order: only a console port has a size, and a port is named before it opens. */
static const u8 send_order[] = {
	SHYPER_VCON_PORT_ADD,
	SHYPER_VCON_CONSOLE_PORT,
	SHYPER_VCON_PORT_NAME,
	SHYPER_VCON_RESIZE,
	SHYPER_VCON_PORT_OPEN,
};

void shyper_vcon_ctl_reset(struct shyper_vcon_ctl *ctl)
{
	struct shyper_vcon_ctl_port *port;

	for (port = ctl->port; port < ctl->port + ctl->ports; port++) {
		port->pending = 0;
		port->ready = false;
		port->guest_open = false;
	}
}

static void device_ready(struct shyper_vcon_ctl *ctl, bool value)
{
	u32 n;

	for (n = 0; n < ctl->ports; n++)
		ctl->port[n].pending = value ? BIT_OF(SHYPER_VCON_PORT_ADD) : 0;
}

static void port_ready(struct shyper_vcon_ctl_port *port, bool value)
{
	port->ready = value;
	port->pending = value ? WHEN_READY : 0;
	if (!port->cols || !port->rows)
		port->pending &= ~BIT_OF(SHYPER_VCON_RESIZE);
}

bool shyper_vcon_ctl_receive(struct shyper_vcon_ctl *ctl,
			     const struct shyper_vcon_msg *msg)
{
	u32 id = le32_to_cpu(msg->id);
	bool value = msg->value;

	/* Of the device, whatever the port. */
	if (le16_to_cpu(msg->event) == SHYPER_VCON_DEVICE_READY) {
		device_ready(ctl, value);
		return true;
	}
	if (id >= ctl->ports)
		return false;
	switch (le16_to_cpu(msg->event)) {
	case SHYPER_VCON_PORT_READY:
		port_ready(&ctl->port[id], value);
		return true;
	case SHYPER_VCON_PORT_OPEN:
		ctl->port[id].guest_open = value;
		return true;
	default:
		return false;
	}
}

bool shyper_vcon_ctl_pending(const struct shyper_vcon_ctl *ctl)
{
	u32 n;

	for (n = 0; n < ctl->ports; n++) {
		if (ctl->port[n].pending)
			return true;
	}
	return false;
}

/* Return: bytes after the head. */
static u32 msg_fill(const struct shyper_vcon_ctl *ctl, u32 id, u16 event,
		    struct shyper_vcon_msg *msg)
{
	const struct shyper_vcon_ctl_port *port = &ctl->port[id];
	char name[] = "console0";
	__le16 size[2];

	msg->id = cpu_to_le32(id);
	msg->event = cpu_to_le16(event);
	msg->value = cpu_to_le16(1);
	switch (event) {
	case SHYPER_VCON_PORT_NAME:
		name[sizeof(name) - 2] += id;
		memcpy(msg + 1, name, sizeof(name) - 1);
		return sizeof(name) - 1;
	case SHYPER_VCON_RESIZE:
		size[0] = cpu_to_le16(port->cols);
		size[1] = cpu_to_le16(port->rows);
		memcpy(msg + 1, size, sizeof(size));
		return sizeof(size);
	case SHYPER_VCON_PORT_OPEN:
		msg->value = cpu_to_le16(port->host_open);
		return 0;
	default:
		return 0;
	}
}

u32 shyper_vcon_ctl_next(struct shyper_vcon_ctl *ctl, void *buf)
{
	u32 id, n;

	for (id = 0; id < ctl->ports; id++) {
		for (n = 0; n < sizeof(send_order); n++) {
			if (!(ctl->port[id].pending & BIT_OF(send_order[n])))
				continue;
			ctl->port[id].pending &= ~BIT_OF(send_order[n]);
			return sizeof(struct shyper_vcon_msg) +
			       msg_fill(ctl, id, send_order[n], buf);
		}
	}
	return 0;
}

bool shyper_vcon_ctl_resize(struct shyper_vcon_ctl *ctl, u32 port, u16 rows,
			    u16 cols)
{
	struct shyper_vcon_ctl_port *p = &ctl->port[port];

	if (p->rows == rows && p->cols == cols)
		return false;
	p->rows = rows;
	p->cols = cols;
	if (p->ready)
		p->pending |= BIT_OF(SHYPER_VCON_RESIZE);
	return true;
}

void shyper_vcon_ctl_host_open(struct shyper_vcon_ctl *ctl, u32 port, bool open)
{
	struct shyper_vcon_ctl_port *p = &ctl->port[port];

	if (p->host_open == open)
		return;
	p->host_open = open;
	if (p->ready)
		p->pending |= BIT_OF(SHYPER_VCON_PORT_OPEN);
}

u8 *shyper_vcon_keep_reserve(struct shyper_vcon_keep *keep, u32 *len)
{
	u32 at = keep->head % SHYPER_VCON_KEEP;
	u32 room = shyper_vcon_keep_room(keep);

	*len = min(*len, SHYPER_VCON_KEEP - at);
	if (*len > room) {
		keep->tail += *len - room;
		keep->dropped += *len - room;
	}
	return keep->data + at;
}

void shyper_vcon_keep_commit(struct shyper_vcon_keep *keep, u32 len)
{
	keep->head += len;
}

const u8 *shyper_vcon_keep_peek(const struct shyper_vcon_keep *keep, u32 *len)
{
	u32 at = keep->tail % SHYPER_VCON_KEEP;

	*len = min(shyper_vcon_keep_len(keep), SHYPER_VCON_KEEP - at);
	return keep->data + at;
}

void shyper_vcon_keep_take(struct shyper_vcon_keep *keep, u32 len)
{
	keep->tail += len;
}
