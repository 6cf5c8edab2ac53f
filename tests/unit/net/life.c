// SPDX-License-Identifier: GPL-2.0-only
/* Ports that come and go. */
#include <pthread.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/virtio.h>

#include "driver.h"

static struct driver d[4];
static u8 got[70000];

static int create(u32 vm, const u64 *cfg)
{
	return virtio_net_create(&host_vm[vm], BASE, 40, cfg);
}

static void configuration(void)
{
	u64 cfg[SHYPER_CFG_LIST_LEN] = { 0 };
	static const u8 uplink_mac[] = SHYPER_MVM_NET_MAC;
	struct shyper_net_stats stats;
	u32 n;

	ports_create(2);
	CHECK_EQ(create(2, cfg), -EINVAL);		/* none */
	cfg[0] = 3;
	CHECK_EQ(create(2, cfg), -EINVAL);		/* a group's */
	cfg[0] = 0x102;
	CHECK_EQ(create(2, cfg), -EINVAL);		/* no byte */
	for (n = 0; n < 6; n++)
		cfg[n] = uplink_mac[n];
	CHECK_EQ(create(2, cfg), -EEXIST);
	memcpy(cfg, (u64[]){ 0x52, 0x54, 0, 0, 0, 1 }, 48);
	CHECK_EQ(create(2, cfg), -EEXIST);		/* VM 1's */
	cfg[5] = 2;
	cfg[6] = 67;
	CHECK_EQ(create(2, cfg), -EINVAL);
	cfg[6] = 9217;
	CHECK_EQ(create(2, cfg), -EINVAL);
	cfg[6] = 9216;
	CHECK_EQ(create(2, cfg), 0);
	CHECK_EQ(port_stats(2).mtu, 9216);
	CHECK_EQ(port_stats(1).mtu, 1500);
	CHECK_EQ(port_stats(0).flags, SHYPER_NET_PORT_UPLINK);
	CHECK_EQ(virtio_net_stats(3, &stats), -ENODEV);
	CHECK_EQ(virtio_net_stats(NET_PORTS, &stats), -ENOENT);
	for (n = 3; n < NET_PORTS; n++) {
		cfg[5] = n;
		CHECK_EQ(create(3 + n % 2, cfg), 0);
		host_vm[3 + n % 2].ndevs = 0;
	}
	cfg[5] = n;
	CHECK_EQ(create(3, cfg), -ENOSPC);
	ports_destroy();
}

static void link_state(void)
{
	u32 irqs;

	ports_create(3);
	driver_start(&d[1], 1, F_CONTROL);
	CHECK_EQ(link_status(&d[1]), 0);
	irqs = host_vm[1].irqs;
	driver_start(&d[2], 2, F_PLAIN);
	CHECK_EQ(link_status(&d[1]), VIRTIO_NET_S_LINK_UP);
	CHECK_EQ(link_status(&d[2]), VIRTIO_NET_S_LINK_UP);
	CHECK_EQ(host_vm[1].irqs, irqs + 1);
	CHECK_EQ(port_stats(1).flags, SHYPER_NET_PORT_LIVE | SHYPER_NET_PORT_LINK);
	/* The peer's VM dies. */
	virtio_vm_reset(&host_vm[2]);
	CHECK_EQ(link_status(&d[1]), 0);
	CHECK_EQ(host_vm[1].irqs, irqs + 2);
	CHECK_EQ(port_stats(2).flags, SHYPER_NET_PORT_LINK);
	driver_start(&d[2], 2, F_PLAIN);
	CHECK_EQ(link_status(&d[1]), VIRTIO_NET_S_LINK_UP);
	/* Its driver breaks. */
	driver_add(&d[2], NET_TX, &(struct part){ 0, 1, 0 }, 1);
	driver_kick(&d[2], NET_TX);
	CHECK_EQ(link_status(&d[1]), 0);
	driver_start(&d[2], 2, F_PLAIN);
	CHECK_EQ(link_status(&d[1]), VIRTIO_NET_S_LINK_UP);
	/* It is removed. */
	virtio_vm_destroy(&host_vm[2]);
	CHECK_EQ(link_status(&d[1]), 0);
	ports_destroy();
}

static void gone(void)
{
	struct shyper_net_stats stats;
	u64 cfg[SHYPER_CFG_LIST_LEN] = { 0x52, 0x54, 0, 0, 0, 2 };

	ports_create(3);
	driver_start(&d[0], 0, F_PLAIN);
	driver_start(&d[1], 1, F_PLAIN);
	driver_start(&d[2], 2, F_PLAIN);
	driver_refill(&d[0], 8, BUF_LEN);
	driver_refill(&d[2], 8, BUF_LEN);
	driver_send_to(&d[1], 2, 100);
	virtio_vm_reset(&host_vm[2]);
	driver_send_to(&d[1], 2, 100);
	CHECK_EQ(port_drops(2, SHYPER_NET_DROP_RX_DOWN), 1);
	virtio_vm_destroy(&host_vm[2]);
	CHECK_EQ(virtio_net_stats(2, &stats), -ENODEV);
	/* An address that nobody has any more leads out. */
	driver_send_to(&d[1], 2, 100);
	CHECK_EQ(driver_receive(&d[0], NULL, got), 100);
	/* The address is free again, and counts from 0. */
	host_vm[2].ndevs = 0;
	CHECK_EQ(create(2, cfg), 0);
	CHECK_EQ(port_stats(2).rx_frames, 0);
	driver_start(&d[2], 2, F_PLAIN);
	driver_refill(&d[2], 8, BUF_LEN);
	driver_send_to(&d[1], 2, 100);
	CHECK_EQ(driver_receive(&d[2], NULL, got), 100);
	ports_destroy();
}

/* Before DRIVER_OK nothing is sent; with it, all that is there, in batches. */
static void before_driver_ok(void)
{
	static const struct virtio_net_hdr hdr;
	struct part part;
	u8 frame[60];
	u32 n;

	ports_create(3);
	driver_start(&d[2], 2, F_PLAIN);
	driver_refill(&d[2], RING, 100);
	driver_prepare(&d[1], 1, F_PLAIN);
	frame_make(frame, 60, d[2].mac, d[1].mac);
	for (n = 0; n < RING; n++) {
		part = (struct part){ driver_alloc(&d[1], 72), 72, 0 };
		memcpy(driver_at(&d[1], part.ipa), &hdr, 12);
		memcpy(driver_at(&d[1], part.ipa + 12), frame, 60);
		driver_add(&d[1], NET_TX, &part, 1);
	}
	driver_kick(&d[1], NET_TX);
	CHECK_EQ(port_stats(2).rx_frames, 0);
	driver_ok(&d[1]);
	CHECK_EQ(port_stats(2).rx_frames, RING);
	ports_destroy();
}

static bool stop;

static void *come_and_go(void *arg)
{
	u64 cfg[SHYPER_CFG_LIST_LEN] = { 0x52, 0x54, 0, 0, 0, 2 };
	u32 n;

	for (n = 0; n < 300; n++) {
		driver_start(&d[2], 2, F_MERGE);
		driver_refill(&d[2], 40, 100 + n);
		driver_send_to(&d[2], 1, 200);
		if (n % 3 == 0) {
			driver_stop(&d[2]);
		} else if (n % 3 == 1) {
			virtio_vm_reset(&host_vm[2]);
		} else {
			virtio_vm_destroy(&host_vm[2]);
			host_vm[2].ndevs = 0;
			CHECK_EQ(create(2, cfg), 0);
		}
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	return arg;
}

/* A port that vanishes, in all ways there are, under another's traffic. */
static void vanishing(void)
{
	pthread_t thread;
	u64 sent = 0;

	ports_create(3);
	driver_start(&d[1], 1, F_MERGE);
	driver_refill(&d[1], 40, BUF_LEN);
	stop = false;
	pthread_create(&thread, NULL, come_and_go, NULL);
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		driver_send_to(&d[1], 2, 60 + sent++ % 1000);
		while (driver_receive(&d[1], NULL, got))
			driver_refill(&d[1], 1, BUF_LEN);
	}
	pthread_join(thread, NULL);
	CHECK_EQ(port_stats(1).tx_frames, sent);
	CHECK(port_stats(1).rx_frames > 0);
	CHECK(!needs_reset(&d[1]));
	ports_destroy();
}

static const struct tap_test tests[] = {
	TAP_TEST(configuration, "addresses and MTUs that are refused"),
	TAP_TEST(link_state, "the link follows the life of the others"),
	TAP_TEST(gone, "a port that is gone, and comes back"),
	TAP_TEST(before_driver_ok, "nothing is sent before DRIVER_OK, and then all that is there"),
	TAP_TEST(vanishing, "a port vanishes in the middle of traffic"),
};

TAP_SUITE(life_suite, tests);
