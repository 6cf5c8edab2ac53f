// SPDX-License-Identifier: GPL-2.0-only
/* Commands of the control queue: what they do, and what they do not. */
#include "port.h"

static void same_as(const struct vnet_control *before)
{
	CHECK(!memcmp(before, &ctl, sizeof(ctl)));
}

static void unknown(void)
{
	struct vnet_control before;
	u8 zero[64] = { 0 };
	u32 class, cmd;

	port_begin(F_CONTROL);
	before = ctl;
	for (class = 6; class < 256; class++)
		CHECK_EQ(command((u8)class, 0, zero, sizeof(zero)), ERR);
	for (cmd = 0; cmd < 256; cmd++) {
		if (cmd >= VNET_RX_MODES)
			CHECK_EQ(command(VIRTIO_NET_CTRL_RX, (u8)cmd, zero, 64), ERR);
		if (cmd > VIRTIO_NET_CTRL_MAC_ADDR_SET)
			CHECK_EQ(command(VIRTIO_NET_CTRL_MAC, (u8)cmd, zero, 64), ERR);
		if (cmd > VIRTIO_NET_CTRL_VLAN_DEL)
			CHECK_EQ(command(VIRTIO_NET_CTRL_VLAN, (u8)cmd, zero, 64), ERR);
		if (cmd)
			CHECK_EQ(command(VIRTIO_NET_CTRL_ANNOUNCE, (u8)cmd, zero, 64), ERR);
		if (cmd)
			CHECK_EQ(command(VIRTIO_NET_CTRL_MQ, (u8)cmd, zero, 64), ERR);
		if (cmd)
			CHECK_EQ(command(VIRTIO_NET_CTRL_GUEST_OFFLOADS, (u8)cmd, zero,
					 64), ERR);
	}
	same_as(&before);
}

/* Each with one byte less than it takes, and less than that. */
static void truncated(void)
{
	static const struct {
		u8 class, cmd;
		u32 len;
	} cases[] = {
		{ VIRTIO_NET_CTRL_RX, VNET_RX_PROMISC, 1 },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, 8 },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET, 6 },
		{ VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, 2 },
		{ VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, 2 },
		{ VIRTIO_NET_CTRL_GUEST_OFFLOADS,
		  VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, 8 },
	};
	struct vnet_control before;
	u8 bytes[16];
	u32 n, len;

	port_begin(F_CONTROL | F_RECEIVE);
	before = ctl;
	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		for (len = 0; len < cases[n].len; len++) {
			memset(bytes, 0, sizeof(bytes));
			bytes[0] = 1;
			CHECK_EQ(command(cases[n].class, cases[n].cmd, bytes, len),
				 ERR);
		}
	}
	CHECK_EQ(command_raw("", 0), ERR);
	CHECK_EQ(command_raw("\0", 1), ERR);
	same_as(&before);
}

/* What comes behind a command does not matter. */
static void too_long(void)
{
	static u8 bytes[60000];

	port_begin(F_CONTROL);
	bytes[0] = 2;
	CHECK_EQ(command(VIRTIO_NET_CTRL_MQ, 0, bytes, sizeof(bytes)), OK);
	CHECK_EQ(ctl.pairs, 2);
	CHECK_EQ(command(VIRTIO_NET_CTRL_RX, VNET_RX_ALLMULTI, bytes, sizeof(bytes)),
		 OK);
	CHECK_EQ(ctl.rx_mode, 1 << VNET_RX_ALLMULTI);
}

static void without_feature(void)
{
	static const struct {
		u8 class, cmd;
		u64 feature;
	} cases[] = {
		{ VIRTIO_NET_CTRL_RX, VNET_RX_PROMISC, F(CTRL_RX) },
		{ VIRTIO_NET_CTRL_RX, VNET_RX_ALLUNI, F(CTRL_RX_EXTRA) },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, F(CTRL_RX) },
		{ VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_ADDR_SET,
		  F(CTRL_MAC_ADDR) },
		{ VIRTIO_NET_CTRL_VLAN, VIRTIO_NET_CTRL_VLAN_ADD, F(CTRL_VLAN) },
		{ VIRTIO_NET_CTRL_ANNOUNCE, VIRTIO_NET_CTRL_ANNOUNCE_ACK,
		  F(GUEST_ANNOUNCE) },
		{ VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, F(MQ) },
		{ VIRTIO_NET_CTRL_GUEST_OFFLOADS,
		  VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET, F(CTRL_GUEST_OFFLOADS) },
	};
	struct vnet_control before;
	u8 bytes[16] = { 0 };
	u32 n;

	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		bool mac = cases[n].feature == F(CTRL_MAC_ADDR);

		bytes[0] = cases[n].feature == F(MQ);
		port_begin(F_CONTROL);
		CHECK_EQ(command(cases[n].class, cases[n].cmd,
				 mac ? station : bytes, mac ? 6 : 16), OK);
		port_begin(F_CONTROL & ~cases[n].feature);
		before = ctl;
		CHECK_EQ(command(cases[n].class, cases[n].cmd,
				 mac ? station : bytes, mac ? 6 : 16), ERR);
		same_as(&before);
	}
}

static void address(void)
{
	static const u8 zero[6], group[6] = { 0x53, 0x54, 0, 0, 0, 1 };

	port_begin(F_CONTROL);
	CHECK_EQ(command(1, 1, station, 6), OK);
	CHECK(ctl.changed);
	CHECK_EQ(command(1, 1, other, 6), ERR);
	CHECK_EQ(ctl.mac, vnet_mac(station));
	ctl.any_mac = true;
	CHECK_EQ(command(1, 1, other, 6), OK);
	CHECK_EQ(ctl.mac, vnet_mac(other));
	CHECK_EQ(command(1, 1, zero, 6), ERR);
	CHECK_EQ(command(1, 1, group, 6), ERR);
	CHECK_EQ(ctl.mac, vnet_mac(other));
	/* The next driver has its own again. */
	vnet_control_reset(&ctl, F_CONTROL);
	CHECK_EQ(ctl.mac, vnet_mac(station));
	CHECK(ctl.any_mac);
}

static u8 pairs(u16 n)
{
	return command(VIRTIO_NET_CTRL_MQ, VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET, &n, 2);
}

static void pair_counts(void)
{
	u16 n;

	port_begin(F_CONTROL);
	CHECK_EQ(ctl.pairs, 1);
	for (n = 1; n <= PAIRS; n++) {
		CHECK_EQ(pairs(n), OK);
		CHECK_EQ(ctl.pairs, n);
	}
	CHECK_EQ(pairs(0), ERR);
	CHECK_EQ(pairs(PAIRS + 1), ERR);
	CHECK_EQ(pairs(0x8000), ERR);
	CHECK_EQ(pairs(0xffff), ERR);
	CHECK_EQ(ctl.pairs, PAIRS);
	vnet_control_reset(&ctl, F_CONTROL);
	CHECK_EQ(ctl.pairs, 1);
}

static void announce(void)
{
	port_begin(F_CONTROL);
	ctl.announce = true;
	CHECK_EQ(command(VIRTIO_NET_CTRL_ANNOUNCE, 1, NULL, 0), ERR);
	CHECK(ctl.announce && !ctl.changed);
	CHECK_EQ(command(VIRTIO_NET_CTRL_ANNOUNCE, 0, NULL, 0), OK);
	CHECK(!ctl.announce && ctl.changed);
	/* One too many does no harm. */
	CHECK_EQ(command(VIRTIO_NET_CTRL_ANNOUNCE, 0, NULL, 0), OK);
	CHECK(!ctl.announce);
}

static u8 offloads(u64 on)
{
	return command(VIRTIO_NET_CTRL_GUEST_OFFLOADS, 0, &on, 8);
}

static void offload_bits(void)
{
	u64 features = F_CONTROL | F_SEND | F(GUEST_CSUM) | F(GUEST_TSO4);
	u32 bit;

	port_begin(features);
	for (bit = 0; bit < 64; bit++) {
		bool may = bit == VIRTIO_NET_F_GUEST_CSUM ||
			   bit == VIRTIO_NET_F_GUEST_TSO4;

		CHECK_EQ(offloads((u64)1 << bit), may ? OK : ERR);
	}
	CHECK_EQ(offloads(0), OK);
	CHECK_EQ(ctl.features, F_CONTROL | F_SEND);
	CHECK_EQ(offloads(F(GUEST_CSUM) | F(GUEST_TSO4) | F(GUEST_TSO6)), ERR);
	CHECK_EQ(ctl.features, F_CONTROL | F_SEND);
	/* Off and on again. */
	CHECK_EQ(offloads(F(GUEST_CSUM) | F(GUEST_TSO4)), OK);
	CHECK_EQ(ctl.features, features);
}

static const struct tap_test tests[] = {
	TAP_TEST(unknown, "classes and commands that there are not"),
	TAP_TEST(truncated, "commands that are cut short change nothing"),
	TAP_TEST(too_long, "commands that go on for long"),
	TAP_TEST(without_feature, "commands whose feature is not negotiated"),
	TAP_TEST(address, "the address, its own or with leave any"),
	TAP_TEST(pair_counts, "queue pairs, as many as there are"),
	TAP_TEST(announce, "an announcement is acknowledged"),
	TAP_TEST(offload_bits, "offloads, of those that are negotiated"),
};

TAP_SUITE(control_suite, tests);
