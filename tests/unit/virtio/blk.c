// SPDX-License-Identifier: GPL-2.0-only
/* Requests of the mediated disk: VIRTIO 1.2, 5.2.6, and the page's limits. */
#include <stdio.h>

#include "board.h"

#include <shyper/vring.h>

static struct drv drv;
static struct vm *vm;
static u64 data;

#define DATA_LEN	(2 * DISK_CACHE)

static void begin_with(u64 features, u64 first, u64 count)
{
	board_begin(3);
	vm = &board.vm[1];
	mvm_add_disk("name of the disk");
	CHECK_EQ(blk_create(1, 0, first, count, 0), 0);
	CHECK(drv_start(&drv, vm, REGISTERS, features, 1, 64));
	data = vm_alloc(vm, DATA_LEN);
}

static void begin(void)
{
	begin_with(EVENT_IDX | INDIRECT, 0, 0);
}

static u8 *bytes(u64 ipa, u64 len)
{
	return vm_at(vm, ipa, len);
}

static void fill(u64 ipa, u64 len, u8 with)
{
	memset(bytes(ipa, len), with, len);
}

static const u8 *sector(u64 n)
{
	return mvm_disks[0].data + n * 512;
}

/* Make any buffers a request and have it served. Return: the used length. */
static u32 do_bufs(const struct buf *bufs, u32 n)
{
	u16 head, got;
	u32 len = ~(u32)0;

	head = drv_add(&drv, 0, bufs, n);
	drv_kick(&drv, 0);
	mvm_run();
	if (CHECK(drv_used(&drv, 0, &got, &len)))
		CHECK_EQ(got, head);
	return len;
}

static void read_and_write(u64 features)
{
	u64 n, len;
	u16 head;
	u32 used;

	begin_with(features, 0, 0);
	for (n = 0; n < 40; n++) {
		len = 512 * (1 + n * 3 % 128);
		head = blk_add(&drv, BLK_IN, n * 31, data, (u32)len);
		drv_kick(&drv, 0);
		mvm_run();
		CHECK(drv_used(&drv, 0, &head, &used));
		CHECK_EQ(used, len + 1);
		CHECK_EQ(blk_status(&drv, head), BLK_OK);
		CHECK(!memcmp(bytes(data, len), sector(n * 31), len));

		fill(data, len, (u8)(n + 1));
		head = blk_add(&drv, BLK_OUT, n * 31, data, (u32)len);
		drv_kick(&drv, 0);
		mvm_run();
		CHECK(drv_used(&drv, 0, &head, &used));
		CHECK_EQ(used, 1);
		CHECK_EQ(blk_status(&drv, head), BLK_OK);
		CHECK(!memcmp(bytes(data, len), sector(n * 31), len));
	}
	CHECK_EQ(vm->irqs[INTID], 80);
	CHECK_EQ(vm->counter[VM_COUNT_BLK_REQUESTS], 80);
	CHECK_EQ(vm->counter[VM_COUNT_BLK_ERRORS], 0);
	CHECK_EQ(board.messages, 80);
}

static void reads_and_writes(void)
{
	read_and_write(0);
}

static void reads_and_writes_modern(void)
{
	read_and_write(EVENT_IDX | INDIRECT);
}

static void untouched_before(void)
{
	u16 head, got;
	u32 len;

	begin();
	fill(data, 512, 0x5a);
	head = blk_add(&drv, BLK_IN, 1, data, 512);
	drv_kick(&drv, 0);
	CHECK(mvm_work());
	/* With the MVM: nothing that the guest could take for an answer. */
	CHECK_EQ(mvm_disks[0].content->nreq, 1);
	CHECK_EQ(drv.q[0].used->idx, 0);
	CHECK_EQ(blk_status(&drv, head), BLK_NONE);
	CHECK_EQ(*bytes(data, 1), 0x5a);
	CHECK_EQ(vm->irqs[INTID], 0);
	mvm_transfer(&mvm_disks[0]);
	CHECK_EQ(drv.q[0].used->idx, 0);
	CHECK_EQ(blk_status(&drv, head), BLK_NONE);
	CHECK_EQ(mediated_notify(mvm_disks[0].page), 0);
	CHECK(drv_used(&drv, 0, &got, &len));
	CHECK_EQ(blk_status(&drv, head), BLK_OK);
	CHECK_EQ(vm->irqs[INTID], 1);
}

static void get_id(void)
{
	char id[32];

	begin();
	fill(data, 64, 0xff);
	CHECK_EQ(blk_do(&drv, BLK_GET_ID, 0, data, 20), BLK_OK);
	memset(id, 0, sizeof(id));
	snprintf(id, sizeof(id), "name of the disk");
	CHECK(!memcmp(bytes(data, 20), id, 20));
	CHECK_EQ(*bytes(data + 20, 1), 0xff);
	/* A larger buffer gets no more, a smaller one what fits. */
	fill(data, 64, 0xff);
	CHECK_EQ(blk_do(&drv, BLK_GET_ID, 0, data, 64), BLK_OK);
	CHECK_EQ(*bytes(data + 20, 1), 0xff);
	fill(data, 64, 0xff);
	CHECK_EQ(blk_do(&drv, BLK_GET_ID, 0, data, 4), BLK_OK);
	CHECK(!memcmp(bytes(data, 4), "name", 4));
	CHECK_EQ(*bytes(data + 4, 1), 0xff);
	CHECK_EQ(board.messages, 0);
}

static void unsupported(void)
{
	static const u32 types[] = { 2, 3, BLK_FLUSH, 5, 11, 13, 14, 0x80000000 };
	u32 n;

	begin();
	for (n = 0; n < ARRAY_SIZE(types); n++) {
		CHECK_EQ(blk_do(&drv, types[n], 0, data, 512), BLK_UNSUPP);
		CHECK_EQ(blk_do(&drv, types[n], 0, 0, 0), BLK_UNSUPP);
	}
	CHECK_EQ(board.messages, 0);
	CHECK_EQ(vm->counter[VM_COUNT_BLK_ERRORS], 2 * n);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
}

/* 2.7.4.1: how the bytes are spread over descriptors means nothing. */
static void any_framing(void)
{
	struct {
		u32 type;
		u32 reserved;
		u64 sector;
	} header = { BLK_OUT, 0, 9 };
	u64 at = data;
	struct buf bufs[6];

	begin();
	at = data;
	memcpy(bytes(at, 16), &header, 16);
	fill(at + 16, 512, 0x77);
	/* Header and data in one, the status alone. */
	bufs[0] = (struct buf){ at, 528, false };
	bufs[1] = (struct buf){ at + 4096, 1, true };
	CHECK_EQ(do_bufs(bufs, 2), 1);
	CHECK_EQ(*bytes(at + 4096, 1), BLK_OK);
	CHECK(!memcmp(sector(9), bytes(at + 16, 512), 512));

	/* The header in three, the data and the status in one. */
	header.type = BLK_IN;
	header.sector = 10;
	memcpy(bytes(at, 16), &header, 16);
	bufs[0] = (struct buf){ at, 1, false };
	bufs[1] = (struct buf){ at + 1, 11, false };
	bufs[2] = (struct buf){ at + 12, 4, false };
	bufs[3] = (struct buf){ at + 8192, 513, true };
	CHECK_EQ(do_bufs(bufs, 4), 513);
	CHECK_EQ(*bytes(at + 8192 + 512, 1), BLK_OK);
	CHECK(!memcmp(sector(10), bytes(at + 8192, 512), 512));

	/* Data in odd pieces. */
	bufs[0] = (struct buf){ at, 16, false };
	bufs[1] = (struct buf){ at + 8192, 3, true };
	bufs[2] = (struct buf){ at + 8195, 1000, true };
	bufs[3] = (struct buf){ at + 9195, 21, true };
	bufs[4] = (struct buf){ at + 4096, 1, true };
	CHECK_EQ(do_bufs(bufs, 5), 1025);
	CHECK(!memcmp(sector(10), bytes(at + 8192, 1024), 1024));
}

static void across_regions(void)
{
	begin();
	CHECK_EQ(blk_do(&drv, BLK_IN, 5, RAM2 - 1536, 4096), BLK_OK);
	CHECK(!memcmp(bytes(RAM2 - 1536, 1536), sector(5), 1536));
	CHECK(!memcmp(bytes(RAM2, 2560), sector(8), 2560));
	CHECK_EQ(blk_do(&drv, BLK_OUT, 50, RAM2 - 1536, 4096), BLK_OK);
	CHECK(!memcmp(sector(50), sector(5), 4096));
	/* To the very end of the one, from the beginning of the other. */
	CHECK_EQ(blk_do(&drv, BLK_IN, 7, RAM2 - 512, 1024), BLK_OK);
	CHECK(!memcmp(bytes(RAM2, 512), sector(8), 512));
}

static void bad_ranges(void)
{
	static const struct {
		u64 sector;
		u32 len;
	} bad[] = {
		{ DISK_SECTORS, 512 }, { DISK_SECTORS - 1, 1024 },
		{ ~0UL, 512 }, { ~0UL - 1, 1024 }, { 1UL << 55, 512 },
		{ 0, 511 }, { 0, 513 }, { 0, 1 },
		{ 0, (u32)DISK_CACHE + 512 }, { 0, (u32)DISK_CACHE + 1 },
	};
	u32 n;

	begin();
	for (n = 0; n < ARRAY_SIZE(bad); n++) {
		CHECK_EQ(blk_do(&drv, BLK_IN, bad[n].sector, data, bad[n].len),
			 BLK_IOERR);
		CHECK_EQ(blk_do(&drv, BLK_OUT, bad[n].sector, data, bad[n].len),
			 BLK_IOERR);
	}
	CHECK_EQ(board.messages, 0);
	CHECK_EQ(vm->counter[VM_COUNT_BLK_ERRORS], 2 * n);
	/* The largest, and the last sector. */
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, (u32)DISK_CACHE), BLK_OK);
	CHECK_EQ(blk_do(&drv, BLK_IN, DISK_SECTORS - 1, data, 512), BLK_OK);
	/* Nothing, within the disk, is done at once. */
	CHECK_EQ(blk_do(&drv, BLK_IN, 7, data, 0), BLK_OK);
}

static void partition(void)
{
	begin_with(EVENT_IDX, 100, 50);
	CHECK_EQ(vm_read(vm, REGISTERS + R_CONFIG), 50);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
	CHECK(!memcmp(bytes(data, 512), sector(100), 512));
	CHECK_EQ(blk_do(&drv, BLK_IN, 49, data, 512), BLK_OK);
	CHECK(!memcmp(bytes(data, 512), sector(149), 512));
	CHECK_EQ(blk_do(&drv, BLK_IN, 50, data, 512), BLK_IOERR);
	CHECK_EQ(blk_do(&drv, BLK_OUT, 49, data, 1024), BLK_IOERR);
	CHECK_EQ(blk_do(&drv, BLK_OUT, ~0UL - 99, data, 512), BLK_IOERR);
}

static void bad_buffers(void)
{
	static const struct {
		u64 ipa;
		u32 len;
	} bad[] = {
		{ 0, 512 }, { REGISTERS, 512 }, { RAM - 512, 1024 },
		{ RAM2 + RAM2_SIZE, 512 }, { RAM2 + RAM2_SIZE - 512, 1024 },
		{ ~0UL - 511, 512 }, { ~0UL - 511, 1024 },
	};
	u32 n;

	begin();
	for (n = 0; n < ARRAY_SIZE(bad); n++) {
		CHECK_EQ(blk_do(&drv, BLK_IN, 0, bad[n].ipa, bad[n].len),
			 BLK_IOERR);
		CHECK_EQ(blk_do(&drv, BLK_OUT, 0, bad[n].ipa, bad[n].len),
			 BLK_IOERR);
		CHECK_EQ(blk_do(&drv, BLK_GET_ID, 0, bad[n].ipa, bad[n].len),
			 BLK_IOERR);
	}
	CHECK_EQ(board.messages, 0);
	/* A range that leaves memory fails that request and nothing else. */
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
	CHECK(!(drv_status(&drv) & S_NEEDS_RESET));
}

static void header_nowhere(void)
{
	struct buf bufs[2];

	begin();
	bufs[0] = (struct buf){ 0x1000, 16, false };
	bufs[1] = (struct buf){ data, 1, true };
	CHECK_EQ(do_bufs(bufs, 2), 1);
	CHECK_EQ(*bytes(data, 1), BLK_IOERR);
}

static void no_request(const struct buf *bufs, u32 n)
{
	u32 irqs, len;
	u16 head;

	begin();
	irqs = (u32)vm->irqs[INTID];
	drv_add(&drv, 0, bufs, n);
	drv_kick(&drv, 0);
	mvm_run();
	CHECK(!drv_used(&drv, 0, &head, &len));
	CHECK_EQ(drv_status(&drv), S_ACK | S_DRIVER | S_FEATURES_OK |
				   S_DRIVER_OK | S_NEEDS_RESET);
	/* 2.1.2: the driver is told by a configuration change. */
	CHECK_EQ(vm_read(vm, REGISTERS + R_ISR), 2);
	CHECK_EQ(vm->irqs[INTID], irqs + 1);
	/* And nothing goes on before the reset. */
	vm_write(vm, REGISTERS + R_QUEUE_NOTIFY, 0);
	CHECK(!mvm_work());
	CHECK(drv_start(&drv, vm, REGISTERS, 0, 1, 16));
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
}

static void no_status(void)
{
	const struct buf bufs[] = { { RAM, 16, false } };

	no_request(bufs, ARRAY_SIZE(bufs));
}

static void no_header(void)
{
	const struct buf bufs[] = { { RAM, 1, true } };

	no_request(bufs, ARRAY_SIZE(bufs));
}

static void short_header(void)
{
	const struct buf bufs[] = { { RAM, 15, false }, { RAM, 1, true } };

	no_request(bufs, ARRAY_SIZE(bufs));
}

static void status_nowhere(void)
{
	const struct buf bufs[] = { { RAM, 16, false }, { 16, 1, true } };

	no_request(bufs, ARRAY_SIZE(bufs));
}

static void bad_ring(void)
{
	u32 n;

	begin();
	for (n = 0; n < 20; n++) {
		drv.q[0].desc[0].addr = RAM;
		drv.q[0].desc[0].len = 1;
		drv.q[0].desc[0].flags = SHYPER_VRING_DESC_F_NEXT;
		drv.q[0].desc[0].next = 0;
		drv.q[0].avail->ring[0] = 0;
		drv.q[0].avail->idx = 1;
		vm_write(vm, REGISTERS + R_QUEUE_NOTIFY, 0);
		mvm_run();
		CHECK(drv_status(&drv) & S_NEEDS_RESET);
		CHECK(drv_start(&drv, vm, REGISTERS, 0, 1, 16));
	}
	/* It does not fill the log. */
	CHECK(board.logged < 10);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_OK);
}

static void limit(u64 dma, u64 cache)
{
	u64 page = mvm_disks[0].page, most = MIN(cache, dma * 512);
	u64 size_max, seg_max;

	mvm_fill_page(page, DISK_SECTORS, dma, mvm_disks[0].cache, cache);
	CHECK_EQ(mediated_append(page), 0);
	size_max = vm_read(vm, REGISTERS + R_CONFIG + 8);
	seg_max = vm_read(vm, REGISTERS + R_CONFIG + 12);
	CHECK(size_max * seg_max <= most);
	CHECK(size_max * seg_max * 2 > most || seg_max == 254);
	CHECK(size_max >= 4096 && size_max % 4096 == 0);
	/* With header and status no longer than the queue. */
	CHECK(seg_max >= 1 && seg_max <= 254);
}

/* No request of a driver that keeps to the limits exceeds the cache. */
static void limits(void)
{
	u32 n;

	begin();
	limit(8, 4096);
	limit(8, 1UL << 20);
	limit(1UL << 40, 4096);
	limit(~0UL, 1UL << 20);
	limit(2048, 1UL << 20);
	limit(9, 5000);
	tap_seed(3);
	for (n = 0; n < 2000; n++)
		limit(8 + tap_below(1U << (4 + n % 20)),
		      4096 + tap_below(1U << (n % 21)));
}

static void append_checks(void)
{
	u64 page, cache;

	board_begin(1);
	page = vm_alloc(vm_mvm(), 4096);
	cache = vm_alloc(vm_mvm(), DISK_CACHE);
#define APPEND(at, sectors, dma, where, size) \
	(mvm_fill_page(page, sectors, dma, where, size), mediated_append(at))
	CHECK_EQ(APPEND(0, 64, 8, cache, 4096), -EINVAL);
	CHECK_EQ(APPEND(page + 8, 64, 8, cache, 4096), -EINVAL);
	CHECK_EQ(APPEND(RAM2 + RAM2_SIZE, 64, 8, cache, 4096), -EINVAL);
	CHECK_EQ(APPEND(~0xfffUL, 64, 8, cache, 4096), -EINVAL);
	CHECK_EQ(APPEND(page, 0, 8, cache, 4096), -EINVAL);
	CHECK_EQ(APPEND(page, ~0UL, 8, cache, 4096), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 7, cache, 4096), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 8, cache, 4095), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 8, cache, 0), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 8, cache + 1, 4096), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 8, 0, 4096), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 8, cache, ~0UL), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 8, cache, RAM_SIZE), -EINVAL);
	CHECK_EQ(APPEND(page, 64, 8, RAM2 - 4096, 8192), -EINVAL);
	CHECK_EQ(mediated_disks(), 0);
	CHECK_EQ(APPEND(page, 64, 8, cache, 4096), 0);
	CHECK_EQ(mediated_disks(), 1);
#undef APPEND
}

static void append_twice(void)
{
	struct mvm_disk *disk;
	u32 n;

	board_begin(1);
	disk = mvm_add_disk("one");
	CHECK_EQ(disk->content->nreq, 0);
	CHECK_EQ(disk->content->cache_pa,
		 (u64)(uintptr_t)vm_at(vm_mvm(), disk->cache, 1));
	disk->content->nreq = 9;
	CHECK_EQ(mediated_append(disk->page), 0);
	CHECK_EQ(disk->content->nreq, 0);
	CHECK_EQ(mediated_disks(), 1);
	for (n = 1; n < 32; n++) {
		u64 page = vm_alloc(vm_mvm(), 4096);

		mvm_fill_page(page, 64, 8, disk->cache, 4096);
		CHECK_EQ(mediated_append(page), 0);
	}
	CHECK_EQ(mediated_disks(), 32);
	mvm_fill_page(RAM2, 64, 8, disk->cache, 4096);
	CHECK_EQ(mediated_append(RAM2), -ENOSPC);
	CHECK_EQ(mediated_append(disk->page), 0);
}

static void capacity_shrinks(void)
{
	begin_with(EVENT_IDX, 100, 1000);
	CHECK_EQ(blk_do(&drv, BLK_IN, 999, data, 512), BLK_OK);
	mvm_fill_page(mvm_disks[0].page, 500, DISK_CACHE / 512,
		      mvm_disks[0].cache, DISK_CACHE);
	CHECK_EQ(mediated_append(mvm_disks[0].page), 0);
	CHECK_EQ(vm_read(vm, REGISTERS + R_CONFIG), 400);
	CHECK_EQ(blk_do(&drv, BLK_IN, 399, data, 512), BLK_OK);
	CHECK_EQ(blk_do(&drv, BLK_IN, 400, data, 512), BLK_IOERR);
	mvm_fill_page(mvm_disks[0].page, 50, DISK_CACHE / 512,
		      mvm_disks[0].cache, DISK_CACHE);
	CHECK_EQ(mediated_append(mvm_disks[0].page), 0);
	CHECK_EQ(vm_read(vm, REGISTERS + R_CONFIG), 0);
	CHECK_EQ(blk_do(&drv, BLK_IN, 0, data, 512), BLK_IOERR);
}

static void choosing(void)
{
	board_begin(4);
	mvm_add_disk("one");
	mvm_add_disk("two");
	mvm_add_disk("three");
	CHECK_EQ(blk_create(1, 0, 0, 0, 4), -ENODEV);
	CHECK_EQ(blk_create(1, 0, 0, 0, ~0UL), -ENODEV);
	CHECK_EQ(blk_create(1, 0, 0, 0, 2), 0);
	CHECK_EQ(blk_create(2, 0, 0, 0, 2), -ENODEV);
	CHECK_EQ(blk_create(2, 0, 0, 0, 0), 0);
	CHECK_EQ(blk_create(2, 1, 0, 0, 0), 0);
	CHECK_EQ(blk_create(3, 0, 0, 0, 0), -ENODEV);
	vm_end(1);
	CHECK_EQ(blk_create(3, 0, 0, 0, 1), -ENODEV);
	CHECK_EQ(blk_create(3, 0, 0, 0, 0), 0);
	CHECK_EQ(blk_create(3, 1, 0, 0, 0), -ENODEV);
}

static void bad_partitions(void)
{
	board_begin(2);
	mvm_add_disk("one");
	CHECK_EQ(blk_create(1, 0, DISK_SECTORS, 0, 0), -ERANGE);
	CHECK_EQ(blk_create(1, 0, 0, DISK_SECTORS + 1, 0), -ERANGE);
	CHECK_EQ(blk_create(1, 0, 1, DISK_SECTORS, 0), -ERANGE);
	CHECK_EQ(blk_create(1, 0, 1, ~0UL, 0), -ERANGE);
	CHECK_EQ(blk_create(1, 0, ~0UL, 1, 0), -ERANGE);
	/* None of them has kept the disk. */
	CHECK_EQ(blk_create(1, 0, 1, DISK_SECTORS - 1, 0), 0);
	CHECK_EQ(blk_create(1, 1, 0, 0, 0), -ENODEV);
}

static void failed_create(void)
{
	board_begin(2);
	mvm_add_disk("one");
	mvm_add_disk("two");
	CHECK_EQ(blk_create(1, 0, 0, 0, 0), 0);
	/* Registers where there are some already: the disk stays free. */
	CHECK_EQ(blk_create(1, 0, 0, 0, 2), -EEXIST);
	CHECK_EQ(blk_create(1, 1, 0, 0, 2), 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(reads_and_writes, "blk: reads and writes"),
	TAP_TEST(reads_and_writes_modern, "blk: the same with indirect, EVENT_IDX"),
	TAP_TEST(untouched_before, "blk: no answer before the transfer has ended"),
	TAP_TEST(get_id, "blk: the name by GET_ID"),
	TAP_TEST(unsupported, "blk: FLUSH and what is unknown: UNSUPP"),
	TAP_TEST(any_framing, "blk: any framing of header, data and status"),
	TAP_TEST(across_regions, "blk: data across two regions of memory"),
	TAP_TEST(bad_ranges, "blk: beyond disk or cache, odd sizes: IOERR"),
	TAP_TEST(partition, "blk: a partition is all there is"),
	TAP_TEST(bad_buffers, "blk: data outside memory: IOERR, and on it goes"),
	TAP_TEST(header_nowhere, "blk: a header outside memory: IOERR"),
	TAP_TEST(no_status, "blk: without a status: NEEDS_RESET"),
	TAP_TEST(no_header, "blk: without a header: NEEDS_RESET"),
	TAP_TEST(short_header, "blk: half a header: NEEDS_RESET"),
	TAP_TEST(status_nowhere, "blk: a status outside memory: NEEDS_RESET"),
	TAP_TEST(bad_ring, "blk: a bad ring: NEEDS_RESET, as often as it likes"),
	TAP_TEST(limits, "blk: SIZE_MAX * SEG_MAX never exceeds the cache"),
	TAP_TEST(append_checks, "blk: dev_append checks the page"),
	TAP_TEST(append_twice, "blk: dev_append of the same page; of too many"),
	TAP_TEST(capacity_shrinks, "blk: a disk that shrinks"),
	TAP_TEST(choosing, "blk: disks by index, or the first that is free"),
	TAP_TEST(bad_partitions, "blk: partitions that leave the disk"),
	TAP_TEST(failed_create, "blk: a device that fails keeps no disk"),
};

TAP_SUITE(blk_suite, tests);
