// SPDX-License-Identifier: GPL-2.0-only
/* Frames that are to be segmented: what the header may say of them. */
#include <stdio.h>

#include "port.h"

#define LEN	9000

static struct sent sent;

static const struct {
	u8 type;
	u64 feature;
	u8 versions;	/* bit 4, bit 6 */
} kinds[] = {
	{ VIRTIO_NET_HDR_GSO_TCPV4, F(HOST_TSO4), 1 << 4 },
	{ VIRTIO_NET_HDR_GSO_TCPV6, F(HOST_TSO6), 1 << 6 },
	{ VIRTIO_NET_HDR_GSO_UDP, F(HOST_UFO), 1 << 4 | 1 << 6 },
	{ VNET_GSO_UDP_L4, (u64)1 << VNET_F_HOST_USO, 1 << 4 | 1 << 6 },
};

#define KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static int offered(u32 kind, u32 version, u32 tags)
{
	sent_gso(&sent, kinds[kind].type, version, tags, LEN);
	sent.head = 256;
	return sent_check(&sent);
}

static void each_kind(void)
{
	u32 n, version, tags;
	int want;

	port_begin(F_SEND);
	for (n = 0; n < KINDS; n++) {
		for (version = 4; version <= 6; version += 2) {
			want = kinds[n].versions >> version & 1 ?
			       VNET_PASS : SHYPER_DROP_HEADER;
			for (tags = 0; tags < 3; tags++)
				CHECK_EQ(offered(n, version, tags), want);
			CHECK_EQ(offered(n, version, 3), SHYPER_DROP_HEADER);
		}
	}
}

static void each_feature(void)
{
	u32 n;

	for (n = 0; n < KINDS; n++) {
		port_begin(F_SEND & ~kinds[n].feature);
		CHECK_EQ(offered(n, kinds[n].versions & 1 << 4 ? 4 : 6, 0),
			 SHYPER_DROP_HEADER);
	}
	/* The receive offloads are no sender's. */
	port_begin(F(CSUM) | F_RECEIVE | (u64)3 << VNET_F_GUEST_USO4);
	for (n = 0; n < KINDS; n++)
		CHECK_EQ(offered(n, kinds[n].versions & 1 << 4 ? 4 : 6, 0),
			 SHYPER_DROP_HEADER);
}

static void ecn(void)
{
	port_begin(F_SEND);
	offered(0, 4, 0);
	sent.hdr.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	/* Alone it is no kind. */
	sent.hdr.gso_type = VIRTIO_NET_HDR_GSO_ECN;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
	port_begin(F_SEND & ~F(HOST_ECN));
	offered(0, 4, 0);
	sent.hdr.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
}

static void unknown_kinds(void)
{
	u32 type, n;
	bool known;

	port_begin(F_SEND);
	for (type = 1; type < 256; type++) {
		known = false;
		for (n = 0; n < KINDS; n++)
			known |= kinds[n].type ==
				 (type & ~VIRTIO_NET_HDR_GSO_ECN);
		if (known)
			continue;
		sent_gso(&sent, (u8)type, 4, 0, LEN);
		sent.head = 256;
		CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
	}
}

static void sizes(void)
{
	static const struct {
		u16 size;
		int want;
	} cases[] = {
		{ 0, SHYPER_DROP_HEADER }, { 1, VNET_PASS }, { MTU, VNET_PASS },
		{ MTU + 1, SHYPER_DROP_HEADER }, { 0xffff, SHYPER_DROP_HEADER },
	};
	u32 n;

	port_begin(F_SEND);
	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		offered(0, 4, 0);
		sent.hdr.gso_size = cases[n].size;
		CHECK_EQ(sent_check(&sent), cases[n].want);
	}
}

/* What a receiver takes of UDP is 64 segments. */
static void segments(void)
{
	port_begin(F_SEND);
	sent_gso(&sent, VNET_GSO_UDP_L4, 4, 0, 14 + 20 + 8 + 64 * 100);
	sent.head = 256;
	sent.hdr.gso_size = 100;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	sent.len++;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
}

static void checksum_needed(void)
{
	u32 n, offset;

	port_begin(F_SEND);
	for (n = 0; n < KINDS; n++) {
		u32 version = kinds[n].versions & 1 << 4 ? 4 : 6;

		offered(n, version, 0);
		sent.hdr.flags = 0;
		CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
		for (offset = 0; offset < 40; offset++) {
			offered(n, version, 0);
			if (offset == sent.hdr.csum_offset)
				continue;
			sent.hdr.csum_offset = (u16)offset;
			CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
		}
	}
}

/* csum_start is where the transport layer is, by the packet itself. */
static void lying_start(void)
{
	u32 start, right;

	port_begin(F_SEND);
	for (start = 0; start < 300; start++) {
		offered(0, 4, 0);
		right = sent.hdr.csum_start;
		/* Whatever is there looks like TCP. */
		memset(sent.bytes + right, 5 << 4, sizeof(sent.bytes) - right);
		sent.hdr.csum_start = (u16)start;
		CHECK_EQ(sent_check(&sent),
			 start == right ? VNET_PASS : SHYPER_DROP_HEADER);
	}
	/* In IPv6 there may be more headers, but not less than one. */
	offered(1, 6, 0);
	right = sent.hdr.csum_start;
	sent.hdr.csum_start = (u16)(right - 1);
	sent.bytes[right - 1 + 12] = 5 << 4;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
	sent.hdr.csum_start = (u16)(right + 8);
	sent.bytes[right + 8 + 12] = 5 << 4;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
}

static void lying_ip(void)
{
	u32 ip = sent_ip_at(0), n;

	port_begin(F_SEND);
	for (n = 0; n < 16; n++) {	/* version */
		offered(0, 4, 0);
		sent.bytes[ip] = (u8)(n << 4 | 5);
		CHECK_EQ(sent_check(&sent), n == 4 ? VNET_PASS : SHYPER_DROP_HEADER);
	}
	for (n = 0; n < 16; n++) {	/* length of its header */
		offered(0, 4, 0);
		memset(sent.bytes + ip + 20, 5 << 4, 100);
		sent.bytes[ip] = (u8)(4 << 4 | n);
		sent.hdr.csum_start = (u16)(ip + 4 * n);
		CHECK_EQ(sent_check(&sent), n >= 5 ? VNET_PASS : SHYPER_DROP_HEADER);
	}
	for (n = 0; n < 256; n++) {	/* protocol */
		offered(0, 4, 0);
		sent.bytes[ip + 9] = (u8)n;
		CHECK_EQ(sent_check(&sent), n == 6 ? VNET_PASS : SHYPER_DROP_HEADER);
	}
	offered(0, 4, 0);
	sent.bytes[12] = 0x08;
	sent.bytes[13] = 0x06;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
}

static void tcp_header(void)
{
	u32 at = sent_transport_at(4, 0), n;

	port_begin(F_SEND);
	for (n = 0; n < 16; n++) {
		offered(0, 4, 0);
		sent.bytes[at + 12] = (u8)(n << 4);
		CHECK_EQ(sent_check(&sent), n >= 5 ? VNET_PASS : SHYPER_DROP_HEADER);
	}
	/* All of it lies in what has been copied. */
	offered(0, 4, 0);
	sent.bytes[at + 12] = 15 << 4;
	sent.head = at + 60;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
	sent.head--;
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
}

/* A head of any length; the tool that built this sees what is read behind it. */
static void short_heads(void)
{
	u32 n, len;

	port_begin(F_SEND);
	for (n = 0; n < KINDS; n++) {
		u32 version = kinds[n].versions & 1 << 4 ? 4 : 6;
		u32 proto = n < 2 ? 20 : 8;

		for (len = VNET_ETH_LEN; len <= 128; len++) {
			offered(n, version, 2);
			sent.head = len;
			CHECK_EQ(sent_check(&sent),
				 len < sent_transport_at(version, 2) + proto ?
				 SHYPER_DROP_HEADER : VNET_PASS);
		}
	}
}

static void no_payload(void)
{
	port_begin(F_SEND);
	sent_gso(&sent, VIRTIO_NET_HDR_GSO_TCPV4, 4, 0, 14 + 20 + 20);
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_HEADER);
	sent.len++;
	CHECK_EQ(sent_check(&sent), VNET_PASS);
}

/* hdr_len is a hint (5.1.6.2.2), and the copy's length is our own. */
static void lying_length(void)
{
	static const u16 lengths[] = { 0, 1, 53, 255, 257, 9001, 0xffff };
	u32 n;

	port_begin(F_SEND);
	for (n = 0; n < sizeof(lengths) / sizeof(lengths[0]); n++) {
		offered(0, 4, 0);
		sent.hdr.hdr_len = lengths[n];
		CHECK_EQ(sent_check(&sent), VNET_PASS);
	}
}

static void spoofed(void)
{
	port_begin(F_SEND);
	offered(0, 4, 0);
	memcpy(sent.bytes + 6, other, 6);
	CHECK_EQ(sent_check(&sent), SHYPER_DROP_SPOOFED);
}

static const struct tap_test tests[] = {
	TAP_TEST(each_kind, "each kind passes with its version of IP, behind two tags"),
	TAP_TEST(each_feature, "and only with its feature"),
	TAP_TEST(ecn, "ECN has one, too"),
	TAP_TEST(unknown_kinds, "there are no others"),
	TAP_TEST(sizes, "a segment is not empty, and fits the MTU"),
	TAP_TEST(segments, "UDP has so many segments at most"),
	TAP_TEST(checksum_needed, "the checksum is left to us, where it belongs"),
	TAP_TEST(lying_start, "the transport layer is where the packet has it"),
	TAP_TEST(lying_ip, "IP's header is one"),
	TAP_TEST(tcp_header, "so is TCP's"),
	TAP_TEST(short_heads, "headers that end too soon"),
	TAP_TEST(no_payload, "there is something to be segmented"),
	TAP_TEST(lying_length, "a lie about the headers' length is ignored"),
	TAP_TEST(spoofed, "a spoofed one is none the less"),
};

TAP_SUITE(offload_suite, tests);
