// SPDX-License-Identifier: GPL-2.0-only
/* Drivers that break the rules: counted, and nobody else notices. */
#include <string.h>

#include "driver.h"

#define PORTS 4

static struct driver d[PORTS];
static u8 sent[70000], got[70000];

static void start(void)
{
	u32 n;

	ports_create(PORTS);
	for (n = 0; n < PORTS; n++) {
		driver_start(&d[n], n, F_MERGE);
		driver_refill(&d[n], 32, BUF_LEN);
	}
}

/* The other ports go on. */
static void others_fine(void)
{
	driver_send_to(&d[3], 2, 99);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 99);
	driver_send_to(&d[2], 3, 98);
	CHECK_EQ(driver_receive(&d[3], NULL, got), 98);
	CHECK(!needs_reset(&d[0]) && !needs_reset(&d[2]) && !needs_reset(&d[3]));
	check_sums(PORTS);
}

static void short_frames(void)
{
	static const struct virtio_net_hdr hdr;
	struct part part = { 0, 5, 0 };

	start();
	driver_send_hdr(&d[1], &hdr, NULL, 0);
	frame_make(sent, 60, d[2].mac, d[1].mac);
	driver_send_hdr(&d[1], &hdr, sent, 13);
	part.ipa = driver_alloc(&d[1], 5);
	driver_add(&d[1], NET_TX, &part, 1);
	driver_kick(&d[1], NET_TX);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_RUNT), 3);
	CHECK_EQ(port_stats(1).tx_bytes, 13);
	CHECK(!needs_reset(&d[1]));
	others_fine();
	driver_send_to(&d[1], 2, 60);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 60);
	ports_destroy();
}

/* A chain that is not one, in the queue named: the device needs a reset. */
static void breaks(u32 queue, const struct part *part, u32 count)
{
	start();
	if (queue == NET_RX) {
		driver_start(&d[1], 1, F_MERGE);
		driver_add(&d[1], NET_RX, part, count);
		driver_send_to(&d[2], 1, 100);
	} else {
		driver_add(&d[1], queue, part, count);
		driver_kick(&d[1], queue);
	}
	CHECK(needs_reset(&d[1]));
	CHECK_EQ(port_stats(1).resets_needed, 1);
	others_fine();
	/* It is deaf and dumb until it is reset. */
	driver_send_to(&d[2], 1, 100);
	CHECK(port_drops(1, SHYPER_NET_DROP_RX_DOWN) > 0);
	driver_start(&d[1], 1, F_MERGE);
	driver_refill(&d[1], 4, BUF_LEN);
	driver_send_to(&d[2], 1, 100);
	CHECK_EQ(driver_receive(&d[1], NULL, got), 100);
	ports_destroy();
}

static void zero_length(void)
{
	static const struct part none = { MEM_IPA + 0x9000, 0, 0 };
	static const struct part none_in = { MEM_IPA + 0x9000, 0, SHYPER_VRING_DESC_F_WRITE };

	breaks(NET_TX, &none, 1);
	breaks(NET_RX, &none_in, 1);
	breaks(NET_CTRL, &none, 1);
}

static void outside(void)
{
	static const u64 where[] = {
		0, MEM_IPA - 50, MEM_IPA + MEM_SIZE - 99, MEM_IPA + MEM_SIZE,
		~0ULL - 20, 0x800000000000ULL,
	};
	struct part part[2] = { { MEM_IPA + 0x9000, 26, 0 } };
	u32 n;

	for (n = 0; n < ARRAY_SIZE(where); n++) {
		part[1] = (struct part){ where[n], 100, 0 };
		breaks(NET_TX, part, 2);
		breaks(NET_CTRL, part, 2);
		part[1].flags = SHYPER_VRING_DESC_F_WRITE;
		breaks(NET_RX, part + 1, 1);
	}
}

static void wrong_way(void)
{
	static const struct part in = { MEM_IPA + 0x9000, 100, SHYPER_VRING_DESC_F_WRITE };
	static const struct part out = { MEM_IPA + 0x9000, 100, 0 };

	breaks(NET_TX, &in, 1);
	breaks(NET_RX, &out, 1);
}

static void index_jumps(void)
{
	struct shyper_vring_avail *avail;

	start();
	avail = driver_at(&d[1], d[1].q[NET_TX].avail);
	avail->idx = 1000;
	driver_kick(&d[1], NET_TX);
	CHECK(needs_reset(&d[1]));
	avail = driver_at(&d[3], d[3].q[NET_RX].avail);
	avail->idx += 1000;
	driver_send_to(&d[2], 3, 100);
	CHECK(needs_reset(&d[3]));
	CHECK(!needs_reset(&d[2]));
	driver_send_to(&d[2], 0, 100);
	CHECK_EQ(driver_receive(&d[0], NULL, got), 100);
	check_sums(PORTS);
	ports_destroy();
}

/* A loop of descriptors, and one in the middle of a merged frame. */
static void loops(void)
{
	struct shyper_vring_desc *desc;
	u32 n;

	start();
	driver_start(&d[3], 3, F_MERGE);
	driver_refill(&d[3], 3, 60);
	desc = driver_at(&d[3], d[3].q[NET_RX].desc);
	desc[2].flags |= SHYPER_VRING_DESC_F_NEXT;
	desc[2].next = 2;
	frame_make(sent, 300, d[3].mac, d[2].mac);
	driver_send(&d[2], sent, 300);
	CHECK(needs_reset(&d[3]));
	CHECK(!needs_reset(&d[2]));
	CHECK_EQ(port_stats(3).rx_frames, 0);

	desc = driver_at(&d[1], d[1].q[NET_TX].desc);
	for (n = 0; n < RING; n++)
		desc[n] = (struct shyper_vring_desc){
			MEM_IPA + 0x9000, 0x10000000, SHYPER_VRING_DESC_F_NEXT,
			(u16)((n + 1) % RING),
		};
	((struct shyper_vring_avail *)driver_at(&d[1], d[1].q[NET_TX].avail))->idx = 1;
	driver_kick(&d[1], NET_TX);
	CHECK(needs_reset(&d[1]));
	check_sums(PORTS);
	ports_destroy();
}

/* Buffers of a byte each: a frame is not spread over more than is bounded. */
static void crumbs(void)
{
	start();
	driver_start(&d[1], 1, F_MERGE);
	driver_refill(&d[1], RING, 1);
	driver_send_to(&d[2], 1, 120);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_RX_SMALL), 1);
	driver_send_to(&d[2], 1, 50);
	CHECK_EQ(driver_receive(&d[1], NULL, got), 50);
	others_fine();
	ports_destroy();
}

static void oversize(void)
{
	struct part part[2] = { { MEM_IPA + 0x9000, 12, 0 } };

	start();
	frame_make(sent, 65000, d[2].mac, d[1].mac);
	driver_send(&d[1], sent, 65000);
	/* All of its memory as one frame. */
	memset(driver_at(&d[1], part[0].ipa), 0, 12);
	part[1] = (struct part){ MEM_IPA, MEM_SIZE, 0 };
	driver_add(&d[1], NET_TX, part, 2);
	driver_kick(&d[1], NET_TX);
	CHECK_EQ(port_drops(1, SHYPER_NET_DROP_OVERSIZE), 2);
	CHECK(!needs_reset(&d[1]));
	others_fine();
	ports_destroy();
}

static const struct tap_test tests[] = {
	TAP_TEST(short_frames, "a header alone, and less than that"),
	TAP_TEST(oversize, "frames far beyond any MTU"),
	TAP_TEST(zero_length, "a buffer of no length"),
	TAP_TEST(outside, "buffers that are no memory of the VM"),
	TAP_TEST(wrong_way, "buffers to write where they are read, and back"),
	TAP_TEST(index_jumps, "more available than there can be"),
	TAP_TEST(loops, "descriptors in a circle"),
	TAP_TEST(crumbs, "receive buffers of one byte"),
};

TAP_SUITE(hostile_suite, tests);
