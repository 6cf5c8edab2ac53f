// SPDX-License-Identifier: GPL-2.0-only
/* Where frames go, and that they arrive as they were sent. */
#include <pthread.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/virtio.h>

#include "driver.h"

#define PORTS 4

static struct driver d[PORTS];
static u8 sent[70000], got[70000];

static void start(u64 features)
{
	u32 n;

	ports_create(PORTS);
	for (n = 0; n < PORTS; n++) {
		driver_start(&d[n], n, features);
		driver_refill(&d[n], 32, BUF_LEN);
	}
}

static void unicast(void)
{
	u32 irqs;

	start(F_PLAIN);
	frame_make(sent, 700, d[2].mac, d[1].mac);
	irqs = host_vm[2].irqs;
	driver_send(&d[1], sent, 700);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 700);
	CHECK(!memcmp(sent, got, 700));
	CHECK_EQ(host_vm[2].irqs, irqs + 1);
	CHECK_EQ(driver_receive(&d[3], NULL, got), 0);
	CHECK_EQ(driver_receive(&d[0], NULL, got), 0);
	CHECK_EQ(port_stats(1).tx_frames, 1);
	CHECK_EQ(port_stats(1).tx_bytes, 700);
	CHECK_EQ(port_stats(2).rx_frames, 1);
	CHECK_EQ(port_stats(2).rx_bytes, 700);
	CHECK_EQ(port_stats(2).rx_interrupts, 1);
	check_sums(PORTS);
	ports_destroy();
}

/* What no port has the address of leaves by the MVM's port. */
static void unknown(void)
{
	static const u8 far[6] = { 0x00, 0x16, 0x3e, 1, 2, 3 };

	start(F_PLAIN);
	frame_make(sent, 64, far, d[1].mac);
	driver_send(&d[1], sent, 64);
	CHECK_EQ(driver_receive(&d[0], NULL, got), 64);
	CHECK(!memcmp(sent, got, 64));
	CHECK_EQ(driver_receive(&d[2], NULL, got), 0);
	/* And from there it has nowhere else to go. */
	frame_make(sent, 64, far, d[0].mac);
	driver_send(&d[0], sent, 64);
	CHECK_EQ(port_drops(0, SHYPER_NET_DROP_NOWHERE), 1);
	/* Nor has what is for oneself. */
	frame_make(sent, 64, d[1].mac, d[1].mac);
	driver_send(&d[1], sent, 64);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_NOWHERE), 1);
	check_sums(PORTS);
	ports_destroy();
}

static void flood(void)
{
	static const u8 groups[][6] = {
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0x33, 0x33, 0xff, 1, 2, 3 },
		{ 0x01, 0x00, 0x5e, 0, 0, 251 },
	};
	u32 n, k;

	start(F_PLAIN);
	for (k = 0; k < ARRAY_SIZE(groups); k++) {
		frame_make(sent, 80, groups[k], d[1].mac);
		driver_send(&d[1], sent, 80);
		for (n = 0; n < PORTS; n++) {
			CHECK_EQ(driver_receive(&d[n], NULL, got), n == 1 ? 0 : 80);
			if (n != 1)
				CHECK(!memcmp(sent, got, 80));
		}
	}
	CHECK_EQ(port_stats(1).tx_copies, 9);
	check_sums(PORTS);
	ports_destroy();
}

static void spoofed(void)
{
	static const u8 far[6] = { 0x00, 0x16, 0x3e, 1, 2, 3 };
	static const u8 group[6] = { 0x01, 0, 0, 0, 0, 1 };

	start(F_PLAIN);
	frame_make(sent, 64, d[2].mac, d[3].mac);
	driver_send(&d[1], sent, 64);
	frame_make(sent, 64, d[2].mac, far);
	driver_send(&d[1], sent, 64);
	frame_make(sent, 64, d[2].mac, group);
	driver_send(&d[1], sent, 64);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 0);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_SPOOFED), 3);
	/* The MVM's port speaks for all that is behind it. */
	frame_make(sent, 64, d[2].mac, far);
	driver_send(&d[0], sent, 64);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 64);
	frame_make(sent, 64, d[2].mac, group);
	driver_send(&d[0], sent, 64);
	CHECK_EQ(port_drops(0, SHYPER_NET_DROP_SPOOFED), 1);
	check_sums(PORTS);
	ports_destroy();
}

/* A receive ring that is never refilled: its owner's loss alone. */
static void full(void)
{
	u32 n;

	start(F_PLAIN);
	for (n = 0; n < 40; n++) {
		driver_send_to(&d[1], 2, 100);
		driver_send_to(&d[1], 3, 100);
		CHECK_EQ(driver_receive(&d[3], NULL, got), 100);
		driver_refill(&d[3], 1, BUF_LEN);
	}
	CHECK_EQ(port_stats(2).rx_frames, 32);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_FULL), 8);
	CHECK_EQ(port_stats(3).rx_frames, 40);
	/* And it goes on when there is room again. */
	driver_refill(&d[2], 1, BUF_LEN);
	driver_send_to(&d[1], 2, 100);
	CHECK_EQ(port_stats(2).rx_frames, 33);
	check_sums(PORTS);
	ports_destroy();
}

static void mergeable(void)
{
	struct virtio_net_hdr hdr;

	start(F_MERGE);
	driver_start(&d[2], 2, F_MERGE);
	driver_refill(&d[2], 20, 100);
	frame_make(sent, 1514, d[2].mac, d[1].mac);
	driver_send(&d[1], sent, 1514);
	CHECK_EQ(driver_receive(&d[2], &hdr, got), 1514);
	CHECK_EQ(hdr.num_buffers, 16);
	CHECK(!memcmp(sent, got, 1514));
	/* Four are left, which do not do, and stay. */
	driver_send(&d[1], sent, 1514);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_FULL), 1);
	driver_send_to(&d[1], 2, 60);
	CHECK_EQ(driver_receive(&d[2], &hdr, got), 60);
	CHECK_EQ(hdr.num_buffers, 1);
	check_sums(PORTS);
	ports_destroy();
}

/* One buffer for one frame, or none: a small one is left for a smaller frame. */
static void not_mergeable(void)
{
	start(F_PLAIN);
	driver_start(&d[2], 2, F_PLAIN);
	driver_refill(&d[2], 2, 200);
	driver_send_to(&d[1], 2, 500);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_SMALL), 1);
	driver_send_to(&d[1], 2, 188);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 188);
	driver_send_to(&d[1], 2, 189);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_SMALL), 2);
	check_sums(PORTS);
	ports_destroy();
}

/* Parts that have nothing to do with each other, across two regions of memory. */
static void parts(void)
{
	struct part tx[5], rx[7];
	u64 ipa = MEM_IPA + MEM_REGION - 300, to = MEM_IPA + MEM_REGION - 77;
	u32 n, at;

	start(F_PLAIN);
	driver_start(&d[2], 2, F_PLAIN);
	for (n = 0, at = 0; n < 7; at += rx[n].len, n++)
		rx[n] = (struct part){ to + at, 5 + 31 * n, SHYPER_VRING_DESC_F_WRITE };
	driver_add(&d[2], NET_RX, rx, 7);
	frame_make(sent, 600, d[2].mac, d[1].mac);
	for (n = 0, at = 0; n < 612; n++)
		*(u8 *)driver_at(&d[1], ipa + n) = n < 12 ? 0 : sent[n - 12];
	for (n = 0; n < 5; at += tx[n].len, n++)
		tx[n] = (struct part){ ipa + at, n == 4 ? 612 - at : 3 + 40 * n, 0 };
	driver_add(&d[1], NET_TX, tx, 5);
	driver_kick(&d[1], NET_TX);
	CHECK_EQ(port_stats(2).rx_frames, 1);
	for (n = 0; n < 600; n++)
		got[n] = *(u8 *)driver_at(&d[2], to + 12 + n);
	CHECK(!memcmp(sent, got, 600));
	check_sums(PORTS);
	ports_destroy();
}

static void sizes(void)
{
	u64 cfg[SHYPER_CFG_LIST_LEN] = { 2, 0, 0, 0, 0, 9, 9000 };

	start(F_PLAIN);
	driver_send_to(&d[1], 2, 14);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 14);
	driver_send_to(&d[1], 2, 1518);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 1518);
	driver_send_to(&d[1], 2, 1519);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_OVERSIZE), 1);
	/* A port with a large MTU, and one without. */
	CHECK_EQ(virtio_net_create(&host_vm[4], BASE, 40, cfg), 0);
	driver_start(&d[3], 4, F_MERGE);
	driver_refill(&d[3], 16, BUF_LEN);
	frame_make(sent, 9014, d[0].mac, d[3].mac);
	driver_send(&d[3], sent, 9014);
	CHECK_EQ(port_drops(0, SHYPER_NET_DROP_RX_SMALL), 1);
	frame_make(sent, 9014, d[2].mac, d[3].mac);
	driver_send(&d[3], sent, 9014);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_MTU), 1);
	frame_make(sent, 9018, d[3].mac, d[0].mac);
	driver_send(&d[0], sent, 9018);
	CHECK_EQ(driver_receive(&d[3], NULL, got), 9018);
	CHECK(!memcmp(sent, got, 9018));
	check_sums(5);
	ports_destroy();
}

/* More at once than one exit does: the notification is made again. */
static void budget(void)
{
	static const struct virtio_net_hdr hdr;
	struct part part;
	u32 n, again = 0;

	start(F_PLAIN);
	frame_make(sent, 64, d[2].mac, d[1].mac);
	for (n = 0; n < RING; n++) {
		part = (struct part){ driver_alloc(&d[1], 76), 76, 0 };
		memcpy(driver_at(&d[1], part.ipa), &hdr, 12);
		memcpy(driver_at(&d[1], part.ipa + 12), sent, 64);
		driver_add(&d[1], NET_TX, &part, 1);
	}
	while (host_write_once(&host_vm[1], BASE, 0x050, NET_TX) == MMIO_AGAIN)
		again++;
	CHECK_EQ(again, RING / 64);
	CHECK_EQ(port_stats(1).tx_frames, RING);
	CHECK_EQ(port_stats(2).rx_interrupts, 1);
	check_sums(PORTS);
	ports_destroy();
}

#define EACH 3000

static void *send_many(void *arg)
{
	struct driver *drv = arg;
	u32 peer = drv == &d[1] ? 2 : 1, n, len;
	u8 *buf = drv == &d[1] ? sent : got;

	for (n = 0; n < EACH; n++) {
		driver_send_to(drv, peer, 60 + n % 1400);
		driver_send_to(drv, 0, 60);
		while ((len = driver_receive(drv, NULL, buf))) {
			CHECK(!memcmp(buf, drv->mac, 6));
			driver_refill(drv, 1, BUF_LEN);
		}
	}
	return NULL;
}

/* Two ports send to each other, and to a third, at the same time. */
static void two_at_once(void)
{
	pthread_t thread;

	start(F_PLAIN);
	pthread_create(&thread, NULL, send_many, &d[1]);
	send_many(&d[2]);
	pthread_join(thread, NULL);
	CHECK_EQ(port_stats(1).tx_frames, 2 * EACH);
	CHECK_EQ(port_stats(2).tx_frames, 2 * EACH);
	CHECK_EQ(port_stats(0).rx_frames, 32);
	CHECK_EQ(port_drops(0, SHYPER_NET_DROP_RX_FULL), 2 * EACH - 32);
	CHECK(port_stats(1).rx_frames > 32 && port_stats(2).rx_frames > 32);
	check_sums(PORTS);
	ports_destroy();
}

static const struct tap_test tests[] = {
	TAP_TEST(unicast, "a frame goes to the port with its address, and no other"),
	TAP_TEST(unknown, "an unknown address leaves by the MVM's port"),
	TAP_TEST(flood, "broadcast and multicast go to all others"),
	TAP_TEST(spoofed, "a guest cannot send as another, the MVM's port can"),
	TAP_TEST(full, "a ring that is not refilled loses its own frames only"),
	TAP_TEST(mergeable, "mergeable buffers: a frame over several"),
	TAP_TEST(not_mergeable, "without them a small buffer is kept"),
	TAP_TEST(parts, "descriptors of any shape on both sides"),
	TAP_TEST(sizes, "frames of 14 bytes up to what the MTUs allow"),
	TAP_TEST(budget, "many frames: a batch per exit, an interrupt per batch"),
	TAP_TEST(two_at_once, "two ports send to each other at once"),
};

TAP_SUITE(forward_suite, tests);
