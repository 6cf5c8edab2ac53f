// SPDX-License-Identifier: GPL-2.0-only
/* virtio-mmio registers, by way of a disk's: VIRTIO 1.2, 4.2.2, 2.1, 2.2. */
#include "board.h"

#include <shyper/vring.h>

#define BLK_FEATURES	(BIT(1) | BIT(2))
#define OFFERED		(VERSION_1 | RING_RESET | EVENT_IDX | INDIRECT | \
			 BLK_FEATURES)

static struct drv drv;
static struct vm *vm;

static u32 rd(u32 reg)
{
	return vm_read(vm, REGISTERS + reg);
}

static void wr(u32 reg, u32 val)
{
	vm_write(vm, REGISTERS + reg, val);
}

static void begin(void)
{
	board_begin(3);
	vm = &board.vm[1];
	mvm_add_disk("disk");
	CHECK_EQ(blk_create(1, 0, 0, 0, 0), 0);
}

static void identity(void)
{
	begin();
	CHECK_EQ(rd(R_MAGIC), 0x74726976);
	CHECK_EQ(rd(R_VERSION), 2);
	CHECK_EQ(rd(R_DEVICE), 2);
	CHECK_EQ(rd(R_STATUS), 0);
	CHECK_EQ(rd(R_ISR), 0);
}

static void features_by_word(void)
{
	begin();
	CHECK_EQ(rd(R_FEATURES), (u32)OFFERED);
	wr(R_FEATURES_SEL, 1);
	CHECK_EQ(rd(R_FEATURES), (u32)(OFFERED >> 32));
	wr(R_FEATURES_SEL, 2);
	CHECK_EQ(rd(R_FEATURES), 0);
	wr(R_FEATURES_SEL, 0xffffffff);
	CHECK_EQ(rd(R_FEATURES), 0);
}

static bool accepted(u64 features)
{
	drv_negotiate(&drv, vm, REGISTERS, features);
	return rd(R_STATUS) == (S_ACK | S_DRIVER | S_FEATURES_OK);
}

static void negotiation(void)
{
	u32 bit;

	begin();
	CHECK(accepted(OFFERED));
	CHECK(accepted(VERSION_1));
	CHECK(!accepted(0));
	CHECK(!accepted(OFFERED & ~VERSION_1));
	for (bit = 0; bit < 64; bit++)
		CHECK_EQ(accepted(VERSION_1 | BIT(bit)), OFFERED >> bit & 1);

	/* Features that do not exist at all. */
	accepted(0);
	wr(R_DRIVER_FEATURES_SEL, 1);
	wr(R_DRIVER_FEATURES, (u32)(VERSION_1 >> 32));
	wr(R_DRIVER_FEATURES_SEL, 2);
	wr(R_DRIVER_FEATURES, 1);
	wr(R_STATUS, S_ACK | S_DRIVER | S_FEATURES_OK);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER);
}

static void features_are_settled(void)
{
	begin();
	CHECK(accepted(VERSION_1));
	/* Too late: it stays without INDIRECT_DESC. */
	wr(R_DRIVER_FEATURES_SEL, 0);
	wr(R_DRIVER_FEATURES, (u32)INDIRECT);
	drv_queue(&drv, 0, 8);
	wr(R_STATUS, S_ACK | S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
	drv.q[0].desc[0].addr = RAM;
	drv.q[0].desc[0].len = 16;
	drv.q[0].desc[0].flags = SHYPER_VRING_DESC_F_INDIRECT;
	drv.q[0].avail->idx = 1;
	wr(R_QUEUE_NOTIFY, 0);
	mvm_work();
	CHECK(rd(R_STATUS) & S_NEEDS_RESET);
}

static void status_bits(void)
{
	begin();
	/* DRIVER_OK is nothing before FEATURES_OK. */
	wr(R_STATUS, S_ACK | S_DRIVER | S_DRIVER_OK);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER);
	/* Only the device says NEEDS_RESET; nobody says what is reserved. */
	wr(R_STATUS, 0xfffff070);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER);
	/* A bit goes away by reset only. */
	wr(R_STATUS, S_ACK);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER);
	wr(R_STATUS, S_FAILED);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER | S_FAILED);
	wr(R_STATUS, 0);
	CHECK_EQ(rd(R_STATUS), 0);
}

static void absent_queue(void)
{
	static const u32 none[] = { 1, 2, 0x8000, 0xffffffff };
	u32 n;

	begin();
	CHECK(accepted(VERSION_1));
	CHECK_EQ(rd(R_QUEUE_NUM_MAX), 256);
	for (n = 0; n < ARRAY_SIZE(none); n++) {
		wr(R_QUEUE_SEL, none[n]);
		CHECK_EQ(rd(R_QUEUE_NUM_MAX), 0);
		CHECK_EQ(rd(R_QUEUE_READY), 0);
		wr(R_QUEUE_NUM, 8);
		wr(R_QUEUE_DESC, RAM);
		wr(R_QUEUE_READY, 1);
		CHECK_EQ(rd(R_QUEUE_READY), 0);
		wr(R_QUEUE_RESET, 1);
		wr(R_QUEUE_NOTIFY, none[n]);
	}
	CHECK(!board.work);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER | S_FEATURES_OK);
}

static void ready_is_fixed(void)
{
	u64 data;

	begin();
	CHECK(drv_start(&drv, vm, REGISTERS, 0, 1, 16));
	data = vm_alloc(vm, 4096);
	/* None of these means anything while the queue is in use. */
	wr(R_QUEUE_NUM, 4);
	wr(R_QUEUE_DESC, 0xdead0000);
	wr(R_QUEUE_AVAIL, 0xdead0000);
	wr(R_QUEUE_USED, 0xdead0000);
	wr(R_QUEUE_READY, 1);
	CHECK_EQ(rd(R_QUEUE_READY), 1);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
	/* Stopped and started: with the addresses that it has kept. */
	wr(R_QUEUE_READY, 0);
	CHECK_EQ(rd(R_QUEUE_READY), 0);
	drv.q[0].avail->idx = 0;
	drv.q[0].used->idx = 0;
	drv.q[0].avail_idx = 0;
	drv.q[0].kicked = 0;
	drv.q[0].used_idx = 0;
	wr(R_QUEUE_READY, 1);
	CHECK_EQ(blk_do(&drv, BLK_IN, 1, data, 512), BLK_OK);
	CHECK(!memcmp(vm_at(vm, data, 512), mvm_disks[0].data + 512, 512));
}

static void bad_queue(u32 num, u64 desc, u64 avail, u64 used)
{
	CHECK(accepted(VERSION_1));
	wr(R_QUEUE_NUM, num);
	wr(R_QUEUE_DESC, (u32)desc);
	wr(R_QUEUE_DESC + 4, (u32)(desc >> 32));
	wr(R_QUEUE_AVAIL, (u32)avail);
	wr(R_QUEUE_AVAIL + 4, (u32)(avail >> 32));
	wr(R_QUEUE_USED, (u32)used);
	wr(R_QUEUE_USED + 4, (u32)(used >> 32));
	wr(R_QUEUE_READY, 1);
	CHECK_EQ(rd(R_QUEUE_READY), 0);
	CHECK(rd(R_STATUS) & S_NEEDS_RESET);
	/* Without DRIVER_OK the driver reads it, and is not interrupted. */
	CHECK_EQ(rd(R_ISR), 0);
}

static void bad_queues(void)
{
	begin();
	/* Before the features are settled nothing happens. */
	wr(R_QUEUE_NUM, 8);
	wr(R_QUEUE_DESC, RAM);
	wr(R_QUEUE_AVAIL, RAM);
	wr(R_QUEUE_USED, RAM);
	wr(R_QUEUE_READY, 1);
	CHECK_EQ(rd(R_QUEUE_READY), 0);
	CHECK_EQ(rd(R_STATUS), 0);

	bad_queue(0, RAM, RAM, RAM);
	bad_queue(7, RAM, RAM, RAM);
	bad_queue(512, RAM, RAM, RAM);
	bad_queue(0x80000000, RAM, RAM, RAM);
	bad_queue(8, RAM + 8, RAM, RAM);
	bad_queue(8, RAM, RAM + 1, RAM);
	bad_queue(8, RAM, RAM, RAM + 2);
	bad_queue(8, 0, RAM, RAM);
	bad_queue(8, RAM, RAM2 + RAM2_SIZE - 16, RAM);
	bad_queue(8, RAM, RAM, RAM | BIT(40));
	/* A part across two regions is not contiguous. */
	bad_queue(8, RAM2 - 64, RAM, RAM);
}

static void interrupt_status(void)
{
	u64 data;

	begin();
	CHECK(drv_start(&drv, vm, REGISTERS, 0, 1, 16));
	data = vm_alloc(vm, 4096);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
	CHECK_EQ(rd(R_ISR), 1);
	CHECK_EQ(vm->irqs[INTID], 1);
	/* The configuration changes before the driver has acknowledged. */
	CHECK_EQ(mediated_append(mvm_disks[0].page), 0);
	CHECK_EQ(rd(R_ISR), 3);
	CHECK_EQ(vm->irqs[INTID], 2);
	wr(R_ISR_ACK, 1);
	CHECK_EQ(rd(R_ISR), 2);
	wr(R_ISR_ACK, 0xfffffffd);
	CHECK_EQ(rd(R_ISR), 2);
	wr(R_ISR_ACK, 2);
	CHECK_EQ(rd(R_ISR), 0);
	CHECK_EQ(vm->irqs[INTID], 2);
}

static void queue_reset(void)
{
	u64 data;

	begin();
	CHECK(drv_start(&drv, vm, REGISTERS, RING_RESET, 1, 16));
	data = vm_alloc(vm, 4096);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
	wr(R_QUEUE_RESET, 0);
	CHECK_EQ(rd(R_QUEUE_READY), 1);
	wr(R_QUEUE_RESET, 1);
	CHECK_EQ(rd(R_QUEUE_RESET), 0);
	CHECK_EQ(rd(R_QUEUE_READY), 0);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
	/* 2.6.1: set up anew, of another size, and in use again. */
	drv_queue(&drv, 0, 8);
	CHECK_EQ(rd(R_QUEUE_READY), 1);
	CHECK_EQ(blk_do(&drv, BLK_IN, 2, data, 512), BLK_OK);
	CHECK(!memcmp(vm_at(vm, data, 512), mvm_disks[0].data + 1024, 512));
}

static void queue_reset_refused(void)
{
	begin();
	CHECK(drv_start(&drv, vm, REGISTERS, 0, 1, 16));
	wr(R_QUEUE_RESET, 1);
	CHECK_EQ(rd(R_QUEUE_READY), 1);
}

static void device_reset(void)
{
	u64 data;

	begin();
	CHECK(drv_start(&drv, vm, REGISTERS, EVENT_IDX | INDIRECT, 1, 16));
	data = vm_alloc(vm, 4096);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
	wr(R_FEATURES_SEL, 1);
	wr(R_QUEUE_SEL, 1);
	wr(R_STATUS, 0);
	CHECK_EQ(rd(R_STATUS), 0);
	CHECK_EQ(rd(R_ISR), 0);
	CHECK_EQ(rd(R_FEATURES), (u32)OFFERED);
	CHECK_EQ(rd(R_QUEUE_NUM_MAX), 256);
	CHECK_EQ(rd(R_QUEUE_READY), 0);
	wr(R_QUEUE_NOTIFY, 0);
	CHECK(!mvm_work());
	/* No features are left over: FEATURES_OK is refused. */
	wr(R_STATUS, S_ACK | S_DRIVER | S_FEATURES_OK);
	CHECK_EQ(rd(R_STATUS), S_ACK | S_DRIVER);
	CHECK(drv_start(&drv, vm, REGISTERS, 0, 1, 16));
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
}

static void config_widths(void)
{
	struct {
		u64 capacity;
		u32 size_max;
		u32 seg_max;
	} config;
	const u8 *bytes = (const u8 *)&config;
	u64 value, expect;
	u32 width, at;

	begin();
	memset(&config, 0, sizeof(config));
	config.capacity = DISK_SECTORS;
	config.size_max = 4096;
	config.seg_max = 16;
	for (width = 1; width <= 8; width *= 2) {
		for (at = 0; at + width <= 0x100; at++) {
			expect = 0;
			if (at < sizeof(config))
				memcpy(&expect, bytes + at,
				       MIN(width, (u32)sizeof(config) - at));
			CHECK_EQ(vm_load(vm, REGISTERS + R_CONFIG + at, width,
					 &value), 0);
			CHECK_EQ(value, expect);
			CHECK_EQ(vm_store(vm, REGISTERS + R_CONFIG + at, width,
					  ~0UL), 0);
		}
	}
	CHECK_EQ(rd(R_CONFIG), DISK_SECTORS);
}

static void generation(void)
{
	u32 before;

	begin();
	CHECK(drv_start(&drv, vm, REGISTERS, 0, 1, 16));
	before = rd(R_GENERATION);
	mvm_fill_page(mvm_disks[0].page, 1000, DISK_CACHE / 512,
		      mvm_disks[0].cache, DISK_CACHE);
	CHECK_EQ(mediated_append(mvm_disks[0].page), 0);
	CHECK(rd(R_GENERATION) != before);
	CHECK_EQ(rd(R_CONFIG), 1000);
	CHECK_EQ(rd(R_ISR), 2);
}

/* 4.2.2.2: aligned, 32 bits. */
static void widths(void)
{
	u64 value;
	u32 at;

	begin();
	for (at = 0; at < 0x100; at++) {
		CHECK_EQ(vm_load(vm, REGISTERS + at, 1, &value), -EINVAL);
		CHECK_EQ(vm_load(vm, REGISTERS + at, 2, &value), -EINVAL);
		CHECK_EQ(vm_load(vm, REGISTERS + at, 8, &value), -EINVAL);
		CHECK_EQ(vm_store(vm, REGISTERS + at, 1, 0), -EINVAL);
		CHECK_EQ(vm_store(vm, REGISTERS + at, 2, 0), -EINVAL);
		CHECK_EQ(vm_store(vm, REGISTERS + at, 8, 0), -EINVAL);
		CHECK_EQ(vm_load(vm, REGISTERS + at, 4, &value),
			 at % 4 ? -EINVAL : 0);
		CHECK_EQ(vm_store(vm, REGISTERS + at, 4, 0),
			 at % 4 ? -EINVAL : 0);
	}
}

static void other_registers(void)
{
	static const u32 nothing[] = {
		0x014, 0x018, 0x01c, 0x020, 0x028, 0x02c, 0x03c, 0x040, 0x050,
		0x080, 0x0a4, 0x0c0, 0x0f8,
	};
	static const u32 read_only[] = { 0x000, 0x004, 0x008, 0x034, 0x0fc };
	u32 n, before;

	begin();
	for (n = 0; n < ARRAY_SIZE(nothing); n++)
		CHECK_EQ(rd(nothing[n]), 0);
	for (n = 0; n < ARRAY_SIZE(read_only); n++) {
		before = rd(read_only[n]);
		wr(read_only[n], ~before);
		CHECK_EQ(rd(read_only[n]), before);
	}
	/* No shared memory region, whichever is selected: -1. */
	for (n = 0; n < 3; n++) {
		wr(0x0ac, n);
		CHECK_EQ(rd(0x0b0), 0xffffffff);
		CHECK_EQ(rd(0x0b4), 0xffffffff);
		CHECK_EQ(rd(0x0b8), 0xffffffff);
		CHECK_EQ(rd(0x0bc), 0xffffffff);
	}
}

/* A VM whose registers were not taken away with the device. */
static void stale_registers(void)
{
	struct mmio_region old;
	struct mmio_access access = { .width = 4 };

	begin();
	old = vm->mmio[0];
	vm_end(1);
	vm_begin(1);
	CHECK_EQ(old.handler(&vm->vcpu, &access, old.priv), -ENODEV);
	CHECK_EQ(blk_create(2, 0, 0, 0, 0), 0);
	CHECK_EQ(old.handler(&vm->vcpu, &access, old.priv), -ENODEV);
	CHECK(no_locks());
}

static void early_buffers(void)
{
	u64 data;
	u16 head;
	u32 len;

	begin();
	drv_negotiate(&drv, vm, REGISTERS, VERSION_1 | EVENT_IDX);
	drv_queue(&drv, 0, 16);
	drv.slots = vm_alloc(vm, 4096);
	data = vm_alloc(vm, 4096);
	blk_add(&drv, BLK_IN, 3, data, 512);
	wr(R_QUEUE_NOTIFY, 0);
	CHECK(!board.work);
	wr(R_STATUS, S_ACK | S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
	mvm_run();
	CHECK(drv_used(&drv, 0, &head, &len));
	CHECK_EQ(len, 513);
}

static const struct tap_test tests[] = {
	TAP_TEST(identity, "mmio: magic, version, device"),
	TAP_TEST(features_by_word, "mmio: features by selector, none above 63"),
	TAP_TEST(negotiation, "mmio: FEATURES_OK is refused for what is not offered"),
	TAP_TEST(features_are_settled, "mmio: features do not change after FEATURES_OK"),
	TAP_TEST(status_bits, "mmio: status bits are added, and cleared by reset"),
	TAP_TEST(absent_queue, "mmio: a queue that does not exist"),
	TAP_TEST(ready_is_fixed, "mmio: a ready queue keeps its size and addresses"),
	TAP_TEST(bad_queues, "mmio: a queue of bad size or place: NEEDS_RESET"),
	TAP_TEST(interrupt_status, "mmio: interrupt status is OR-ed and acknowledged"),
	TAP_TEST(queue_reset, "mmio: a queue is reset, set up anew, and works"),
	TAP_TEST(queue_reset_refused, "mmio: no queue reset without RING_RESET"),
	TAP_TEST(device_reset, "mmio: a device reset leaves nothing behind"),
	TAP_TEST(config_widths, "mmio: configuration by 1, 2, 4 and 8 bytes"),
	TAP_TEST(generation, "mmio: a changed configuration has another generation"),
	TAP_TEST(widths, "mmio: registers by aligned words, else a fault"),
	TAP_TEST(other_registers, "mmio: reserved, write-only, read-only, no SHM"),
	TAP_TEST(stale_registers, "mmio: a device answers its own VM only"),
	TAP_TEST(early_buffers, "mmio: buffers from before DRIVER_OK are found"),
};

TAP_SUITE(transport_suite, tests);
