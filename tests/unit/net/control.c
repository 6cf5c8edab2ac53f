// SPDX-License-Identifier: GPL-2.0-only
/* The control queue, and what its commands do to frames. */
#include <string.h>

#include "driver.h"

#define PORTS 3
#define OK	0
#define ERR	1
#define NONE	0xee	/* no answer */

static struct driver d[PORTS];
static u8 sent[2000], got[70000];

static void start(u64 features)
{
	u32 n;

	ports_create(PORTS);
	for (n = 0; n < PORTS; n++) {
		driver_start(&d[n], n, features);
		driver_refill(&d[n], 32, BUF_LEN);
	}
}

/* A command with its data. Return: the answer. */
static u8 command(struct driver *drv, u8 class, u8 cmd, const void *data, u32 len)
{
	u64 ipa = driver_alloc(drv, 2 + len + 1);
	struct part part[3] = {
		{ ipa, 2, 0 }, { ipa + 2, len, 0 },
		{ ipa + 2 + len, 1, SHYPER_VRING_DESC_F_WRITE },
	};
	struct shyper_vring_used_elem elem;
	u8 *p = driver_at(drv, ipa);

	p[0] = class;
	p[1] = cmd;
	if (len)
		memcpy(p + 2, data, len);
	p[2 + len] = NONE;
	if (!len)
		part[1] = part[2];
	driver_add(drv, NET_CTRL, part, len ? 3 : 2);
	driver_kick(drv, NET_CTRL);
	CHECK(driver_used(drv, NET_CTRL, &elem));
	CHECK_EQ(elem.len, 1);
	return p[2 + len];
}

static u8 mode(struct driver *drv, u8 cmd, u8 on)
{
	return command(drv, 0, cmd, &on, 1);
}

/* MAC_TABLE_SET with no stations and so many groups, 01:00:5e:00:00:n. */
static u8 groups(struct driver *drv, u32 count)
{
	u8 data[8 + 6 * 40] = { 0 };
	u32 n;

	memcpy(data + 4, &count, 4);
	for (n = 0; n < count; n++)
		memcpy(data + 8 + 6 * n, (u8[]){ 1, 0, 0x5e, 0, 0, (u8)n }, 6);
	return command(drv, 1, 0, data, 8 + 6 * count);
}

static bool hears(struct driver *drv, const u8 *dst)
{
	bool heard;

	frame_make(sent, 60, dst, d[1].mac);
	driver_send(&d[1], sent, 60);
	heard = driver_receive(drv, NULL, got);
	if (heard)
		driver_refill(drv, 1, BUF_LEN);
	return heard;
}

static const u8 all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const u8 group3[6] = { 1, 0, 0x5e, 0, 0, 3 };
static const u8 group30[6] = { 1, 0, 0x5e, 0, 0, 30 };

static void filter(void)
{
	start(F_CONTROL);
	CHECK(hears(&d[2], all));
	CHECK(hears(&d[2], d[2].mac));
	CHECK(!hears(&d[2], group3));
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_FILTER), 1);
	CHECK_EQ(groups(&d[2], 5), OK);
	CHECK(hears(&d[2], group3));
	CHECK(!hears(&d[2], group30));
	/* More than are kept: all of them pass. */
	CHECK_EQ(groups(&d[2], 40), OK);
	CHECK(hears(&d[2], group30));
	CHECK_EQ(groups(&d[2], 0), OK);
	CHECK(!hears(&d[2], group3));
	check_sums(PORTS);
	ports_destroy();
}

static void modes(void)
{
	start(F_CONTROL);
	CHECK_EQ(mode(&d[2], 1, 1), OK);	/* ALLMULTI */
	CHECK(hears(&d[2], group30));
	CHECK_EQ(mode(&d[2], 3, 1), OK);	/* NOMULTI */
	CHECK(!hears(&d[2], group30));
	CHECK_EQ(mode(&d[2], 5, 1), OK);	/* NOBCAST */
	CHECK(!hears(&d[2], all));
	CHECK_EQ(mode(&d[2], 4, 1), OK);	/* NOUNI */
	CHECK(!hears(&d[2], d[2].mac));
	CHECK_EQ(mode(&d[2], 0, 1), OK);	/* PROMISC */
	CHECK(hears(&d[2], all));
	CHECK(hears(&d[2], d[2].mac));
	CHECK_EQ(mode(&d[2], 0, 0), OK);
	CHECK_EQ(mode(&d[2], 4, 0), OK);
	CHECK(hears(&d[2], d[2].mac));
	/* A reset forgets. */
	driver_start(&d[2], 2, F_CONTROL);
	driver_refill(&d[2], 32, BUF_LEN);
	CHECK(hears(&d[2], all));
	check_sums(PORTS);
	ports_destroy();
}

/* The MVM's port gets strangers' frames only when its driver says so. */
static void uplink(void)
{
	static const u8 far[6] = { 0, 0x16, 0x3e, 1, 1, 1 };

	start(F_CONTROL);
	CHECK(!hears(&d[0], far));
	CHECK_EQ(mode(&d[0], 0, 1), OK);
	CHECK(hears(&d[0], far));
	ports_destroy();
}

static void address(void)
{
	static const u8 other[6] = { 2, 9, 9, 9, 9, 9 };

	start(F_CONTROL);
	CHECK_EQ(command(&d[1], 1, 1, d[1].mac, 6), OK);
	CHECK_EQ(command(&d[1], 1, 1, other, 6), ERR);
	CHECK_EQ(command(&d[1], 1, 1, d[2].mac, 6), ERR);
	CHECK_EQ(command(&d[0], 1, 1, d[2].mac, 6), ERR);
	CHECK_EQ(command(&d[0], 1, 1, all, 6), ERR);
	CHECK_EQ(command(&d[0], 1, 1, other, 5), ERR);
	CHECK_EQ(command(&d[0], 1, 1, other, 6), OK);
	CHECK(!memcmp(port_stats(0).mac, other, 6));
	CHECK(hears(&d[0], other));
	driver_start(&d[0], 0, F_CONTROL);
	CHECK(memcmp(port_stats(0).mac, other, 6));
	CHECK(memcmp(d[0].mac, other, 6));
	ports_destroy();
}

static void malformed(void)
{
	u8 data[300] = { 0 };
	u32 huge = 0xffffffff;

	start(F_CONTROL);
	CHECK_EQ(command(&d[1], 9, 0, data, 1), ERR);
	CHECK_EQ(command(&d[1], 2, 0, data, 2), ERR);	/* VLAN: not offered */
	CHECK_EQ(command(&d[1], 0, 6, data, 1), ERR);
	CHECK_EQ(command(&d[1], 0, 0, data, 0), ERR);
	CHECK_EQ(command(&d[1], 1, 7, data, 8), ERR);
	CHECK_EQ(command(&d[1], 1, 0, data, 3), ERR);
	CHECK_EQ(command(&d[1], 1, 0, data, 7), ERR);
	CHECK_EQ(command(&d[1], 3, 1, data, 0), ERR);
	memcpy(data, &huge, 4);
	CHECK_EQ(command(&d[1], 1, 0, data, 300), ERR);
	memset(data, 0, 4);
	memcpy(data + 4, &huge, 4);
	CHECK_EQ(command(&d[1], 1, 0, data, 300), ERR);
	CHECK(!needs_reset(&d[1]));
	ports_destroy();
}

static void not_negotiated(void)
{
	u8 on = 1;

	start(F_MERGE | VIRTIO_NET_F_CTRL_VQ);
	CHECK_EQ(command(&d[1], 0, 0, &on, 1), ERR);
	CHECK_EQ(command(&d[1], 1, 1, d[1].mac, 6), ERR);
	CHECK_EQ(command(&d[1], 3, 0, NULL, 0), ERR);
	ports_destroy();
}

/* No room for the answer; or nothing but that. */
static void no_answer(void)
{
	struct part part = { 0, 3, 0 };
	struct shyper_vring_used_elem elem;

	start(F_CONTROL);
	part.ipa = driver_alloc(&d[1], 3);
	driver_add(&d[1], NET_CTRL, &part, 1);
	driver_kick(&d[1], NET_CTRL);
	CHECK(driver_used(&d[1], NET_CTRL, &elem));
	CHECK_EQ(elem.len, 0);
	part.flags = SHYPER_VRING_DESC_F_WRITE;
	driver_add(&d[1], NET_CTRL, &part, 1);
	driver_kick(&d[1], NET_CTRL);
	CHECK(driver_used(&d[1], NET_CTRL, &elem));
	CHECK_EQ(elem.len, 3);
	CHECK_EQ(((u8 *)driver_at(&d[1], part.ipa))[2], ERR);
	CHECK(!needs_reset(&d[1]));
	ports_destroy();
}

static void announce(void)
{
	u32 irqs;

	start(F_CONTROL);
	CHECK_EQ(link_status(&d[1]), VIRTIO_NET_S_LINK_UP);
	driver_stop(&d[0]);
	irqs = host_vm[1].irqs;
	driver_start(&d[0], 0, F_CONTROL);
	CHECK_EQ(link_status(&d[1]), VIRTIO_NET_S_LINK_UP | VIRTIO_NET_S_ANNOUNCE);
	CHECK_EQ(host_vm[1].irqs, irqs + 1);
	CHECK_EQ(link_status(&d[0]), VIRTIO_NET_S_LINK_UP);
	CHECK_EQ(command(&d[1], 3, 0, NULL, 0), OK);
	CHECK_EQ(link_status(&d[1]), VIRTIO_NET_S_LINK_UP);
	ports_destroy();
}

static const struct tap_test tests[] = {
	TAP_TEST(filter, "the table of groups filters what is received"),
	TAP_TEST(modes, "receive modes, until a reset"),
	TAP_TEST(uplink, "the MVM's port gets strangers' frames when promiscuous"),
	TAP_TEST(address, "a guest keeps its address, the MVM may change its own"),
	TAP_TEST(malformed, "commands that make no sense get VIRTIO_NET_ERR"),
	TAP_TEST(not_negotiated, "so do those that were not negotiated"),
	TAP_TEST(no_answer, "a command without room for an answer"),
	TAP_TEST(announce, "guests announce themselves to an MVM that comes back"),
};

TAP_SUITE(control_suite, tests);
