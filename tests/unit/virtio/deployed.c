// SPDX-License-Identifier: GPL-2.0-only
/* abi=deployed: what deployed hypervisors do, faults included. */
#include "board.h"

static struct drv drv;
static u64 data;

static void begin(void)
{
	options.deployed = true;
	board_begin(4);
}

static void start(u64 first, u64 count)
{
	begin();
	mvm_add_disk("disk");
	CHECK_EQ(blk_create(1, 0, first, count, 0), 0);
	CHECK(drv_start(&drv, &board.vm[1], REGISTERS, 0, 1, 256));
	data = vm_alloc(&board.vm[1], 1024 * 1024);
}

static void works(void)
{
	u16 head;
	u32 len;

	start(0, 0);
	/* No other CPU is asked: the message comes from the guest's. */
	blk_add(&drv, BLK_IN, 3, data, 512);
	drv_kick(&drv, 0);
	CHECK_EQ(board.messages, 1);
	CHECK_EQ(mvm_run(), 1);
	CHECK(drv_used(&drv, 0, &head, &len));
	CHECK_EQ(len, 513);
	CHECK_EQ(blk_do(&drv, BLK_IN, 3, data, 512), BLK_OK);
}

static void notify_nothing(void)
{
	mediated_notify(mvm_disks[0].page);
}

static void notify_panics(void)
{
	start(0, 0);
	CHECK(panics(notify_nothing));
}

static void append_nowhere(void)
{
	mediated_append(0x1000);
}

static void append_panics(void)
{
	begin();
	CHECK(panics(append_nowhere));
}

static void appended_twice(void)
{
	struct mvm_disk *disk;

	begin();
	disk = mvm_add_disk("one");
	CHECK_EQ(mediated_append(disk->page), 0);
	CHECK_EQ(mediated_disks(), 2);
	/* Now two VMs write to one disk. */
	CHECK_EQ(blk_create(1, 0, 0, 0, 0), 0);
	CHECK_EQ(blk_create(2, 0, 0, 0, 0), 0);
	CHECK_EQ(blk_create(3, 0, 0, 0, 0), -ENODEV);
}

static void index_is_ignored(void)
{
	begin();
	mvm_add_disk("one");
	mvm_add_disk("two");
	CHECK_EQ(blk_create(1, 0, 0, 0, 2), 0);
	CHECK(drv_start(&drv, &board.vm[1], REGISTERS, 0, 1, 16));
	data = vm_alloc(&board.vm[1], 4096);
	blk_add(&drv, BLK_IN, 0, data, 512);
	drv_kick(&drv, 0);
	CHECK(mvm_waiting() == &mvm_disks[0]);
}

/* Nothing of the page is enforced: larger than cache, dma_block_max, disk. */
static void no_limits(void)
{
	struct shyper_blk_req *req;
	u8 *cache;

	start(0, 0);
	CHECK(vm_read(&board.vm[1], REGISTERS + R_CONFIG + 8) >= 512 * 1024);
	memset(vm_at(&board.vm[1], data, 1024 * 1024), 0x66, 1024 * 1024);
	blk_add(&drv, BLK_OUT, DISK_SECTORS - 1, data, 1024 * 1024);
	drv_kick(&drv, 0);
	CHECK(mvm_waiting());
	req = &mvm_disks[0].content->req;
	CHECK_EQ(req->sector, DISK_SECTORS - 1);
	CHECK_EQ(req->count, 2048);
	cache = vm_at(vm_mvm(), mvm_disks[0].cache, 1024 * 1024);
	CHECK_EQ(cache[1024 * 1024 - 1], 0x66);
}

/* But EL2 itself stays within the MVM's memory. */
static void within_memory(void)
{
	u16 head, got;
	u64 page;
	u32 len;

	begin();
	page = vm_alloc(vm_mvm(), 4096);
	mvm_fill_page(page, DISK_SECTORS, 128, RAM2 + RAM2_SIZE - 4096, 4096);
	CHECK_EQ(mediated_append(page), 0);
	CHECK_EQ(blk_create(1, 0, 0, 0, 0), 0);
	CHECK(drv_start(&drv, &board.vm[1], REGISTERS, 0, 1, 16));
	data = vm_alloc(&board.vm[1], 65536);
	head = blk_add(&drv, BLK_OUT, 0, data, 4608);
	drv_kick(&drv, 0);
	CHECK(drv_used(&drv, 0, &got, &len));
	CHECK_EQ(blk_status(&drv, head), BLK_IOERR);
	CHECK_EQ(board.messages, 0);
}

static void partition_is_kept(void)
{
	start(100, 50);
	CHECK_EQ(blk_do(&drv, BLK_IN, 49, data, 512), BLK_OK);
	CHECK_EQ(blk_do(&drv, BLK_IN, 50, data, 512), BLK_IOERR);
	CHECK_EQ(blk_do(&drv, BLK_IN, ~0UL - 99, data, 512), BLK_IOERR);
}

static const struct tap_test tests[] = {
	TAP_TEST(works, "deployed: reads, with messages from the guest's CPU"),
	TAP_TEST(notify_panics, "deployed: dev_notify of nothing is fatal"),
	TAP_TEST(append_panics, "deployed: dev_append of no memory is fatal"),
	TAP_TEST(appended_twice, "deployed: appended twice, two disks"),
	TAP_TEST(index_is_ignored, "deployed: no choice of disks"),
	TAP_TEST(no_limits, "deployed: requests beyond what the page says"),
	TAP_TEST(within_memory, "deployed: never beyond the MVM's memory"),
	TAP_TEST(partition_is_kept, "deployed: a partition is kept to"),
};

TAP_SUITE(deployed_suite, tests);
