// SPDX-License-Identifier: GPL-2.0-only
/* What a driver wants to receive: modes, tables of addresses, VLANs. */
#include "port.h"

#define ALL_VLANS	4096

static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static bool hears_in(const u8 *dst, int vid)
{
	u8 eth[VNET_ETH_LEN + 4] = { 0 };

	memcpy(eth, dst, 6);
	memcpy(eth + 6, other, 6);
	eth[12] = 0x08;
	if (vid >= 0) {
		eth[12] = 0x81;
		/* Its priority means nothing. */
		eth[14] = (u8)(0xe0 | vid >> 8);
		eth[15] = (u8)vid;
	}
	return vnet_frame_wanted(&ctl, eth);
}

static bool hears(const u8 *dst)
{
	return hears_in(dst, -1);
}

static u8 mode(u8 cmd, u8 on)
{
	return command(VIRTIO_NET_CTRL_RX, cmd, &on, 1);
}

static const u8 *address(bool group, u32 n)
{
	static u8 mac[6];

	mac[0] = group ? 0x33 : 0x02;
	mac[4] = (u8)(n >> 8);
	mac[5] = (u8)n;
	return mac;
}

/* So many stations and groups, numbered; @more: beyond what is said. */
static u8 table(u32 nuni, u32 nmulti, u32 more)
{
	static u8 data[8 + 6 * 20000];
	u8 *p = data;
	u32 n;

	memcpy(p, &nuni, 4);
	for (n = 0, p += 4; n < nuni; n++, p += 6)
		memcpy(p, address(false, n), 6);
	memcpy(p, &nmulti, 4);
	for (n = 0, p += 4; n < nmulti; n++, p += 6)
		memcpy(p, address(true, n), 6);
	return command(VIRTIO_NET_CTRL_MAC, VIRTIO_NET_CTRL_MAC_TABLE_SET, data,
		       (u32)(p - data) + more);
}

static void none(void)
{
	port_begin(0);
	CHECK(hears(other) && hears(station) && hears(all) && hears_in(station, 7));
}

static void own(void)
{
	port_begin(F_CONTROL);
	CHECK(hears(station) && hears(all));
	CHECK(!hears(other) && !hears(address(true, 0)));
}

static void modes(void)
{
	port_begin(F_CONTROL);
	CHECK_EQ(mode(VNET_RX_ALLMULTI, 1), OK);
	CHECK(hears(address(true, 3)) && !hears(other));
	CHECK_EQ(mode(VNET_RX_NOMULTI, 1), OK);
	CHECK(!hears(address(true, 3)) && hears(all));
	CHECK_EQ(mode(VNET_RX_NOBCAST, 1), OK);
	CHECK(!hears(all));
	CHECK_EQ(mode(VNET_RX_ALLUNI, 1), OK);
	CHECK(hears(other));
	CHECK_EQ(mode(VNET_RX_NOUNI, 1), OK);
	CHECK(!hears(other) && !hears(station));
	CHECK_EQ(mode(VNET_RX_PROMISC, 0xff), OK);
	CHECK(hears(all) && hears(other) && hears_in(other, 9));
	CHECK_EQ(mode(VNET_RX_PROMISC, 0), OK);
	CHECK_EQ(mode(VNET_RX_NOUNI, 0), OK);
	CHECK(hears(other) && !hears(all));
	vnet_control_reset(&ctl, F_CONTROL);
	CHECK(!hears(other) && hears(all));
}

static void tables(void)
{
	port_begin(F_CONTROL);
	CHECK_EQ(table(3, 2, 0), OK);
	CHECK(hears(address(false, 2)) && !hears(address(false, 3)));
	CHECK(hears(address(true, 1)) && !hears(address(true, 2)));
	CHECK(hears(station));
	/* A new one takes the place of the old. */
	CHECK_EQ(table(1, 0, 0), OK);
	CHECK(!hears(address(false, 2)) && !hears(address(true, 0)));
}

static void full_tables(void)
{
	u32 n;

	port_begin(F_CONTROL);
	CHECK_EQ(table(VNET_ADDRESSES, VNET_ADDRESSES, 0), OK);
	for (n = 0; n < 2 * VNET_ADDRESSES; n++) {
		CHECK_EQ(hears(address(false, n)), n < VNET_ADDRESSES);
		CHECK_EQ(hears(address(true, n)), n < VNET_ADDRESSES);
	}
}

/* What is not kept must not be lost: all of the kind are let in. */
static void overfull_tables(void)
{
	port_begin(F_CONTROL);
	CHECK_EQ(table(VNET_ADDRESSES + 1, 1, 0), OK);
	CHECK(hears(address(false, 1000)));
	CHECK(hears(address(true, 0)) && !hears(address(true, 1)));
	CHECK_EQ(table(1, 9999, 0), OK);
	CHECK(!hears(address(false, 1000)) && hears(address(true, 20000)));
	CHECK_EQ(table(0, 0, 0), OK);
	CHECK(!hears(address(true, 0)));
}

/* Too short for what it says: nothing changes. Too long does not matter. */
static void cut_tables(void)
{
	static const u32 lies[] = { 4, 5, 0x2aaaaaaa, 0x2aaaaaab, 0x7fffffff,
				    0x80000000, 0xffffffff };
	u8 data[8 + 6 * 6] = { 0 };
	u32 n, len;

	port_begin(F_CONTROL);
	CHECK_EQ(table(3, 2, 100), OK);
	for (len = 0; len < 8 + 5 * 6; len++) {
		memset(data, 0, sizeof(data));
		data[0] = 3;
		data[22] = 2;
		CHECK_EQ(command(VIRTIO_NET_CTRL_MAC, 0, data, len), ERR);
	}
	for (n = 0; n < sizeof(lies) / sizeof(lies[0]); n++) {
		memset(data, 0, sizeof(data));
		memcpy(data, &lies[n], 4);
		CHECK_EQ(command(VIRTIO_NET_CTRL_MAC, 0, data, 4 + 6 * 3 + 4), ERR);
		data[0] = data[1] = data[2] = data[3] = 0;
		memcpy(data + 4, &lies[n], 4);
		CHECK_EQ(command(VIRTIO_NET_CTRL_MAC, 0, data, 8 + 6 * 3), ERR);
	}
	CHECK_EQ(ctl.nuni, 3);
	CHECK_EQ(ctl.nmulti, 2);
	CHECK(hears(address(false, 2)) && hears(address(true, 1)));
}

static void tables_in_parts(void)
{
	u8 data[4 + 6 * 2 + 4 + 6] = { 2 };
	u32 part;

	memcpy(data + 4, address(false, 0), 6);
	memcpy(data + 10, address(false, 1), 6);
	data[16] = 1;
	memcpy(data + 20, address(true, 5), 6);
	for (part = 1; part < 8; part++) {
		port_begin(F_CONTROL);
		CHECK_EQ(command_parts(part, VIRTIO_NET_CTRL_MAC, 0, data,
				       sizeof(data)), OK);
		CHECK(hears(address(false, 1)) && hears(address(true, 5)));
	}
}

static u8 vlan(u8 cmd, u16 vid)
{
	return command(VIRTIO_NET_CTRL_VLAN, cmd, &vid, 2);
}

static void vlans(void)
{
	int n;

	port_begin(F_CONTROL);
	CHECK(hears_in(station, 0) && !hears_in(station, 1));
	for (n = 1; n < ALL_VLANS; n += 63)
		CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_ADD, (u16)n), OK);
	for (n = 1; n < ALL_VLANS; n++)
		CHECK_EQ(hears_in(station, n), n % 63 == 1);
	/* It filters as well by address. */
	CHECK(!hears_in(other, 1));
	CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_DEL, 64), OK);
	CHECK(!hears_in(station, 64) && hears_in(station, 127));
	/* To take away what was not there changes nothing. */
	CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_DEL, 65), OK);
	CHECK(hears_in(station, 127) && hears_in(station, 1));
	vnet_control_reset(&ctl, F_CONTROL);
	CHECK(!hears_in(station, 127));
}

static void no_vlans(void)
{
	port_begin(F_CONTROL);
	CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_ADD, 4095), OK);
	CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_ADD, 4096), ERR);
	CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_ADD, 0xffff), ERR);
	CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_DEL, 4096), ERR);
	CHECK_EQ(vlan(2, 1), ERR);
	CHECK(!hears_in(station, 1));
	port_begin(F_CONTROL & ~F(CTRL_VLAN));
	CHECK_EQ(vlan(VIRTIO_NET_CTRL_VLAN_ADD, 1), ERR);
	CHECK(hears_in(station, 1));
}

static const struct tap_test tests[] = {
	TAP_TEST(none, "without filters all is wanted"),
	TAP_TEST(own, "with them its own and broadcasts"),
	TAP_TEST(modes, "modes, on and off"),
	TAP_TEST(tables, "tables of stations and groups"),
	TAP_TEST(full_tables, "as many as there is room for"),
	TAP_TEST(overfull_tables, "of more all are let in"),
	TAP_TEST(cut_tables, "a table that is cut short changes nothing"),
	TAP_TEST(tables_in_parts, "a table in many parts"),
	TAP_TEST(vlans, "VLANs, joined and left"),
	TAP_TEST(no_vlans, "VLANs that there are not"),
};

TAP_SUITE(filter_suite, tests);
