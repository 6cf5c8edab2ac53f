// SPDX-License-Identifier: GPL-2.0-only
/* Checksums and segmentation that are left to somebody behind the switch. */
#include <string.h>

#include "driver.h"

#define PORTS 3

static struct driver d[PORTS];
static u8 sent[70000], got[70000];

static void start(u64 sender, u64 receiver)
{
	u32 n;

	ports_create(PORTS);
	for (n = 0; n < PORTS; n++) {
		driver_start(&d[n], n, n == 2 ? receiver : sender);
		driver_refill(&d[n], 50, BUF_LEN);
	}
}

static const struct virtio_net_hdr csum_hdr = {
	.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 34, .csum_offset = 6,
};

static const struct virtio_net_hdr tso_hdr = {
	.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
	.hdr_len = 54, .gso_size = 1448, .csum_start = 34, .csum_offset = 16,
};

/* The sum over a frame from csum_start on, as whoever receives it has it. */
static u16 sum_of(const u8 *frame, u32 from, u32 len)
{
	u32 sum = 0, n;

	for (n = from; n < len; n++)
		sum += (n - from) % 2 ? frame[n] : (u32)frame[n] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

static void csum_passes(void)
{
	struct virtio_net_hdr hdr;

	start(F_OFFLOADS, F_OFFLOADS);
	frame_make(sent, 300, d[2].mac, d[1].mac);
	driver_send_hdr(&d[1], &csum_hdr, sent, 300);
	CHECK_EQ(driver_receive(&d[2], &hdr, got), 300);
	CHECK_EQ(hdr.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	CHECK_EQ(hdr.csum_start, 34);
	CHECK_EQ(hdr.csum_offset, 6);
	CHECK(!memcmp(sent, got, 300));
	ports_destroy();
}

static void csum_done(void)
{
	struct virtio_net_hdr hdr;
	u32 len;

	start(F_OFFLOADS, F_PLAIN);
	for (len = 300; len < 304; len++) {
		frame_make(sent, len, d[2].mac, d[1].mac);
		driver_send_hdr(&d[1], &csum_hdr, sent, len);
		CHECK_EQ(driver_receive(&d[2], &hdr, got), len);
		CHECK_EQ(hdr.flags, 0);
		CHECK_EQ(hdr.csum_start, 0);
		/* The sum over all with the checksum in it is -0. */
		sent[40] = got[40];
		sent[41] = got[41];
		CHECK(!memcmp(sent, got, len));
		memset(sent + 40, 0, 2);
		frame_make(sent, len, d[2].mac, d[1].mac);
		CHECK_EQ((u16)~sum_of(sent, 34, len),
			 (u16)(got[40] << 8 | got[41]));
	}
	ports_destroy();
}

static void csum_never_zero(void)
{
	struct virtio_net_hdr hdr;

	start(F_OFFLOADS, F_PLAIN);
	frame_make(sent, 60, d[2].mac, d[1].mac);
	memset(sent + 34, 0, 26);
	sent[34] = 0xff;
	sent[35] = 0xff;
	driver_send_hdr(&d[1], &csum_hdr, sent, 60);
	CHECK_EQ(driver_receive(&d[2], &hdr, got), 60);
	CHECK_EQ(got[40] << 8 | got[41], 0xffff);
	ports_destroy();
}

static void tso_passes(void)
{
	struct virtio_net_hdr hdr;

	start(F_OFFLOADS, F_OFFLOADS);
	frame_make(sent, 60000, d[2].mac, d[1].mac);
	driver_send_hdr(&d[1], &tso_hdr, sent, 60000);
	CHECK_EQ(driver_receive(&d[2], &hdr, got), 60000);
	CHECK_EQ(hdr.gso_type, VIRTIO_NET_HDR_GSO_TCPV4);
	CHECK_EQ(hdr.gso_size, 1448);
	CHECK_EQ(hdr.hdr_len, 54);
	CHECK_EQ(hdr.num_buffers, (60012 + BUF_LEN - 1) / BUF_LEN);
	CHECK(!memcmp(sent, got, 60000));
	check_sums(PORTS);
	ports_destroy();
}

static void tso_not_taken(void)
{
	start(F_OFFLOADS, F_MERGE | VIRTIO_NET_F_GUEST_CSUM);
	frame_make(sent, 9000, d[2].mac, d[1].mac);
	driver_send_hdr(&d[1], &tso_hdr, sent, 9000);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 0);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_OFFLOAD), 1);
	check_sums(PORTS);
	ports_destroy();
}

/* Headers that no driver should write: each is one frame lost. */
static void bad_headers(void)
{
	struct virtio_net_hdr bad[8], good = csum_hdr;
	static const u8 group[6] = { 0x01, 0, 0x5e, 0, 0, 1 };
	u32 n;

	for (n = 0; n < ARRAY_SIZE(bad); n++)
		bad[n] = n < 3 ? csum_hdr : tso_hdr;
	bad[0].csum_start = 13;
	bad[1].csum_start = 299;
	bad[2].csum_offset = 0xffff;
	bad[3].gso_size = 0;
	bad[4].flags = 0;
	bad[5].gso_type = 3;				/* UFO: not offered */
	bad[6].gso_type |= VIRTIO_NET_HDR_GSO_ECN;	/* not negotiated */
	bad[7].gso_type = 0x7f;
	start(F_OFFLOADS, F_OFFLOADS);
	frame_make(sent, 300, d[2].mac, d[1].mac);
	for (n = 0; n < ARRAY_SIZE(bad); n++) {
		driver_send_hdr(&d[1], &bad[n], sent, 300);
		CHECK_EQ(port_drops(1, SHYPER_NET_DROP_HEADER), n + 1);
	}
	/* Segmentation is for one connection. */
	frame_make(sent, 300, group, d[1].mac);
	driver_send_hdr(&d[1], &tso_hdr, sent, 300);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_HEADER), n + 1);
	/* Flags without a meaning are not looked at, and not passed on. */
	good.flags |= 0xfe;
	frame_make(sent, 300, d[2].mac, d[1].mac);
	driver_send_hdr(&d[1], &good, sent, 300);
	CHECK_EQ(driver_receive(&d[2], &good, got), 300);
	CHECK_EQ(good.flags, VIRTIO_NET_HDR_F_NEEDS_CSUM);
	ports_destroy();
}

static void not_negotiated(void)
{
	start(F_PLAIN, F_OFFLOADS);
	frame_make(sent, 300, d[2].mac, d[1].mac);
	driver_send_hdr(&d[1], &csum_hdr, sent, 300);
	driver_send_hdr(&d[1], &tso_hdr, sent, 300);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_HEADER), 2);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 0);
	ports_destroy();
}

static void gso_lengths(void)
{
	struct virtio_net_hdr hdr = tso_hdr;

	start(F_OFFLOADS, F_OFFLOADS);
	frame_make(sent, 65553, d[2].mac, d[1].mac);
	driver_send_hdr(&d[1], &hdr, sent, 65553);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 65553);
	CHECK(!memcmp(sent, got, 65553));
	driver_send_hdr(&d[1], &hdr, sent, 65554);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_OVERSIZE), 1);
	/* Segments larger than the receiver's MTU. */
	hdr.gso_size = 1501;
	driver_send_hdr(&d[0], &hdr, sent, 3000);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_MTU), 1);
	check_sums(PORTS);
	ports_destroy();
}

static const struct tap_test tests[] = {
	TAP_TEST(csum_passes, "a checksum to be done passes to who takes it"),
	TAP_TEST(csum_done, "it is done for who does not"),
	TAP_TEST(csum_never_zero, "and is never 0"),
	TAP_TEST(tso_passes, "segmentation passes, 60000 bytes in one"),
	TAP_TEST(tso_not_taken, "who cannot take it loses it, counted"),
	TAP_TEST(bad_headers, "headers that make no sense are dropped"),
	TAP_TEST(not_negotiated, "so are offloads that the sender did not negotiate"),
	TAP_TEST(gso_lengths, "limits of large packets"),
};

TAP_SUITE(offload_suite, tests);
