// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory and registers of two ports filled with whatever comes, while two
 * others talk: they lose nothing, and the sanitizers have nothing to say.
 */
#include <string.h>

#include "driver.h"

#define PORTS	5
#define SEEDS	40
#define STEPS	400

static struct driver d[PORTS];
static u8 got[70000];

static u64 some_address(void)
{
	switch (tap_below(6)) {
	case 0:
		return tap_random();
	case 1:
		return MEM_IPA + MEM_SIZE - tap_below(4096);
	case 2:
		return MEM_IPA + MEM_REGION - tap_below(4096);
	default:
		return MEM_IPA + tap_below(MEM_SIZE);
	}
}

/* A descriptor that is nearly right, more often than not. */
static void some_desc(struct driver *drv, u32 queue)
{
	struct shyper_vring_desc *desc = driver_at(drv, drv->q[queue].desc);

	desc[tap_below(RING)] = (struct shyper_vring_desc){
		some_address(), tap_below(4) ? tap_below(2000) : tap_random(),
		(u16)tap_below(tap_below(8) ? 4 : 8),
		(u16)tap_below(RING + RING / 16),
	};
}

static void some_header(struct driver *drv)
{
	u8 *p = driver_at(drv, MEM_IPA + 0x8000 + tap_below(0x4000));
	struct virtio_net_hdr hdr = {
		(u8)tap_below(4), (u8)tap_below(6), (u16)tap_below(2000),
		(u16)tap_below(2000), (u16)tap_below(200), (u16)tap_below(40), 0,
	};
	u8 mac[6];

	memcpy(p, &hdr, sizeof(hdr));
	port_mac(tap_below(PORTS), mac);
	memcpy(p + 12, mac, 6);
	memcpy(p + 18, drv->mac, 6);
}

static void some_step(struct driver *drv)
{
	u32 queue = tap_below(NET_QUEUES), n;
	struct shyper_vring_avail *avail = driver_at(drv, drv->q[queue].avail);

	switch (tap_below(12)) {
	case 0:
		driver_start(drv, drv->vm->id, tap_below(2) ? F_OFFLOADS | F_CONTROL :
			     F_PLAIN | SHYPER_VRING_F_INDIRECT_DESC);
		break;
	case 1:
		host_write(drv->vm, drv->base, tap_below(64) * 4,
			   tap_below(2) ? tap_below(16) : tap_random());
		break;
	case 2:
		for (n = 0; n < 64; n++)
			*(u8 *)driver_at(drv, MEM_IPA + tap_below(MEM_SIZE)) =
				(u8)tap_random();
		break;
	case 3:
	case 4:
	case 5:
		some_desc(drv, queue);
		break;
	case 6:
	case 7:
		some_header(drv);
		break;
	default:
		avail->ring[avail->idx % RING] = (u16)tap_below(RING);
		avail->idx += (u16)(tap_below(30) ? 1 : tap_random());
		driver_kick(drv, queue);
		break;
	}
}

static void fuzz(void)
{
	u32 seed, n;

	for (seed = 1; seed <= SEEDS; seed++) {
		tap_seed(seed);
		ports_create(PORTS);
		for (n = 0; n < PORTS; n++)
			driver_start(&d[n], n, F_OFFLOADS);
		for (n = 0; n < STEPS; n++) {
			some_step(&d[3 + tap_below(2)]);
			/* Fresh buffers: floods of the others use them up too. */
			while (driver_receive(&d[2], NULL, got))
				;
			driver_start(&d[2], 2, F_OFFLOADS);
			driver_refill(&d[2], 8, BUF_LEN);
			driver_send_to(&d[1], 2, 60 + n);
			CHECK_EQ(driver_receive(&d[2], NULL, got), 60 + n);
		}
		CHECK(!needs_reset(&d[1]) && !needs_reset(&d[2]));
		check_sums(PORTS);
		ports_destroy();
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(fuzz, "two ports do anything, the others do not notice"),
};

TAP_SUITE(fuzz_suite, tests);
