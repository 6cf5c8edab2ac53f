// SPDX-License-Identifier: GPL-2.0-only
/* See port.h. */
#include <stdlib.h>

#include "port.h"

#define TYPE_VLAN	0x8100
#define SEGS		4096

struct vnet_control ctl;
const u8 station[6] = { 0x52, 0x54, 0, 0, 0, 1 };
const u8 other[6] = { 0x52, 0x54, 0, 0, 0, 2 };

void port_begin(u64 features)
{
	memset(&ctl, 0xa5, sizeof(ctl));
	ctl.configured = vnet_mac(station);
	ctl.any_mac = false;
	ctl.max_pairs = PAIRS;
	vnet_control_reset(&ctl, features);
}

/* ---- frames ---- */

static u8 *put16(u8 *p, u32 value)
{
	p[0] = (u8)(value >> 8);
	p[1] = (u8)value;
	return p + 2;
}

u32 sent_ip_at(u32 tags)
{
	return VNET_ETH_LEN + tags * VNET_VLAN_LEN;
}

u32 sent_transport_at(u32 version, u32 tags)
{
	return sent_ip_at(tags) + (version == 4 ? 20 : 40);
}

void sent_ip(struct sent *sent, u32 version, u32 tags, u8 proto, u32 len)
{
	u8 *p = sent->bytes, *ip;

	memset(sent, 0, sizeof(*sent));
	sent->len = len;
	memcpy(p, other, 6);
	memcpy(p + 6, station, 6);
	for (p += 12; tags; tags--)
		p = put16(put16(p, TYPE_VLAN), 5);
	ip = put16(p, version == 4 ? 0x0800 : 0x86dd);
	ip[0] = version == 4 ? 0x45 : 0x60;
	ip[version == 4 ? 9 : 6] = proto;
	/* The length of TCP's header, if it is one. */
	ip[(version == 4 ? 20 : 40) + 12] = 5 << 4;
}

void sent_gso(struct sent *sent, u8 type, u32 version, u32 tags, u32 len)
{
	bool udp = type == VIRTIO_NET_HDR_GSO_UDP || type == VNET_GSO_UDP_L4;

	sent_ip(sent, version, tags, udp ? 17 : 6, len);
	sent->hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	sent->hdr.gso_type = type;
	sent->hdr.gso_size = 1400;
	sent->hdr.csum_start = (u16)sent_transport_at(version, tags);
	sent->hdr.csum_offset = udp ? 6 : 16;
	sent->hdr.hdr_len = (u16)(sent->hdr.csum_start + (udp ? 8 : 20));
}

int sent_check(const struct sent *sent)
{
	u32 head = sent->head ? sent->head : sent->len;
	struct vnet_frame frame = { .hdr = sent->hdr, .len = sent->len };
	u8 *copy;
	int ret;

	if (head > sizeof(sent->bytes))
		head = sizeof(sent->bytes);
	copy = malloc(head ? head : 1);
	memcpy(copy, sent->bytes, head);
	frame.head = copy;
	frame.head_len = head;
	ret = vnet_frame_check(&ctl, &frame, MTU);
	if (ret == VNET_PASS) {
		/* What the stack is told has been looked at. */
		CHECK(!(frame.hdr.flags & ~VIRTIO_NET_HDR_F_NEEDS_CSUM));
		if (frame.hdr.flags)
			CHECK((u32)frame.hdr.csum_start + frame.hdr.csum_offset + 2 <=
			      head);
		if (frame.hdr.gso_type)
			CHECK(frame.hdr.gso_size && frame.hdr.flags);
	}
	free(copy);
	return ret;
}

/* ---- commands ---- */

static u8 run(const u8 *bytes, u32 len, u32 part)
{
	static struct shyper_seg seg[SEGS];
	struct shyper_chain chain = { .seg = seg, .max = SEGS };
	u32 at, n;
	u8 ret;

	for (at = 0; at < len; at += n) {
		n = len - at < part ? len - at : part;
		seg[chain.nread].addr = malloc(n);
		seg[chain.nread].len = n;
		memcpy(seg[chain.nread++].addr, bytes + at, n);
		chain.read_len += n;
	}
	ret = vnet_control_run(&ctl, &chain);
	for (n = 0; n < chain.nread; n++)
		free(seg[n].addr);
	return ret;
}

u8 command_raw(const void *bytes, u32 len)
{
	return run(bytes, len, 0xffffffff);
}

u8 command_parts(u32 part, u8 class, u8 cmd, const void *data, u32 len)
{
	u8 *bytes = malloc(2 + len), ret;

	bytes[0] = class;
	bytes[1] = cmd;
	if (len)
		memcpy(bytes + 2, data, len);
	ret = run(bytes, 2 + len, part);
	free(bytes);
	return ret;
}

u8 command(u8 class, u8 cmd, const void *data, u32 len)
{
	return command_parts(0xffffffff, class, cmd, data, len);
}
