// SPDX-License-Identifier: GPL-2.0-only
/* Frames without offloads: lengths, addresses, checksums. */
#include <stdio.h>

#include "port.h"

static struct sent sent;

static void lengths(void)
{
	u32 most = MTU + VNET_ETH_LEN + VNET_VLAN_LEN, n;

	port_begin(F_SEND);
	for (n = 1; n < VNET_ETH_LEN; n++) {
		sent_ip(&sent, 4, 0, 17, n);
		CHECK_EQ(sent_check(&sent), SHYPER_DROP_RUNT);
	}
	sent_ip(&sent, 4, 0, 17, VNET_ETH_LEN);
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	sent_ip(&sent, 4, 0, 17, most);
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	sent.len++;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_OVERSIZE);
	sent.len = 0xffffffff;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_OVERSIZE);
}

static void gso_length(void)
{
	u32 most = VNET_GSO_MAX + VNET_ETH_LEN + VNET_VLAN_LEN;

	port_begin(F_SEND);
	sent_gso(&sent, VIRTIO_NET_HDR_GSO_TCPV4, 4, 0, most);
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	sent.len++;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_OVERSIZE);
	/* It has to be one that may be segmented, to be longer than the MTU. */
	sent_gso(&sent, 7, 4, 0, 5000);
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
}

static void source(void)
{
	u8 n;

	port_begin(F_SEND);
	for (n = 0; n < 48; n++) {
		sent_ip(&sent, 4, 0, 17, 60);
		sent.bytes[6 + n / 8] ^= (u8)(1 << n % 8);
		CHECK_EQ(sent_check(&sent), SHYPER_DROP_SPOOFED);
	}
	sent_ip(&sent, 4, 0, 17, 60);
	memset(sent.bytes + 6, 0, 6);
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_SPOOFED);
	memset(sent.bytes + 6, 0xff, 6);
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_SPOOFED);
}

static void any_source(void)
{
	port_begin(F_SEND);
	ctl.any_mac = true;
	sent_ip(&sent, 4, 0, 17, 60);
	memcpy(sent.bytes + 6, other, 6);
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	/* Nobody is a group. */
	sent.bytes[6] |= 1;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_SPOOFED);
}

static void checksums(void)
{
	static const struct {
		u16 start, offset;
		int want;
	} cases[] = {
		{ 34, 16, VNET_PASS }, { 34, 24, VNET_PASS },
		{ 34, 25, SHYPER_DROP_HEADER }, { 60, 0, SHYPER_DROP_HEADER },
		{ 14, 44, VNET_PASS }, { 13, 16, SHYPER_DROP_HEADER },
		{ 0, 0, SHYPER_DROP_HEADER }, { 58, 0, VNET_PASS },
		{ 59, 0, SHYPER_DROP_HEADER }, { 0xffff, 0, SHYPER_DROP_HEADER },
		{ 34, 0xffff, SHYPER_DROP_HEADER },
		/* Their sum is small, modulo 2^16. */
		{ 0xffff, 0xffff, SHYPER_DROP_HEADER },
		{ 0xfff0, 0x20, SHYPER_DROP_HEADER },
		{ 34, 0xfff0, SHYPER_DROP_HEADER },
	};
	u32 n;

	port_begin(F_SEND);
	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		sent_ip(&sent, 4, 0, 17, 60);
		sent.hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		sent.hdr.csum_start = cases[n].start;
		sent.hdr.csum_offset = cases[n].offset;
		if (!CHECK_EQ(sent_check(&sent), cases[n].want))
			printf("# case %u\n", n);
	}
}

/* Of a long frame only the beginning is there to be trusted. */
static void checksum_in_head(void)
{
	port_begin(F_SEND);
	sent_ip(&sent, 4, 0, 17, 1500);
	sent.head = 256;
	sent.hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	sent.hdr.csum_start = 200;
	sent.hdr.csum_offset = 54;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	sent.hdr.csum_offset = 55;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
}

static void unasked_checksum(void)
{
	port_begin(0);
	sent_ip(&sent, 4, 0, 17, 60);
	sent.hdr.csum_start = 34;
	sent.hdr.csum_offset = 6;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	sent.hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
}

/* 5.1.6.2.2: the device ignores them; sent_check() sees that they go no further. */
static void other_flags(void)
{
	port_begin(F_SEND);
	sent_ip(&sent, 4, 0, 17, 60);
	sent.hdr.flags = (u8)~VIRTIO_NET_HDR_F_NEEDS_CSUM;
	sent.hdr.hdr_len = 0xffff;
	sent.hdr.num_buffers = 0xffff;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
}

static const struct tap_test tests[] = {
	TAP_TEST(lengths, "a frame is no runt, and no longer than the MTU and a tag"),
	TAP_TEST(gso_length, "what is to be segmented has a length of its own"),
	TAP_TEST(source, "any other source address is spoofed"),
	TAP_TEST(any_source, "without the check it may be any but a group"),
	TAP_TEST(checksums, "a checksum lies in the frame, behind its header"),
	TAP_TEST(checksum_in_head, "and in what has been copied"),
	TAP_TEST(unasked_checksum, "without CSUM there are none"),
	TAP_TEST(other_flags, "other flags and fields are ignored"),
};

TAP_SUITE(frame_suite, tests);
