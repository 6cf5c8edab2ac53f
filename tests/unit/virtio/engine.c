// SPDX-License-Identifier: GPL-2.0-only
/* One request in flight: turns, fairness, doorbells, orphans. */
#include "board.h"

#include <shyper/vring.h>

#define MODERN	(EVENT_IDX | INDIRECT)

static struct drv drv[VMS][4];
static u64 data[VMS];

/* VMs 1 .. vms, each with so many disks. */
static void begin(u32 vms, u32 disks, u64 features)
{
	u32 v, n;

	board_begin(vms + 1);
	for (v = 1; v <= vms; v++) {
		for (n = 0; n < disks; n++) {
			mvm_add_disk("disk");
			CHECK_EQ(blk_create(v, n, 0, 0, 0), 0);
			CHECK(drv_start(&drv[v][n], &board.vm[v],
					REGISTERS + n * STRIDE, features, 1, 64));
		}
		data[v] = vm_alloc(&board.vm[v], 65536);
	}
	/* DRIVER_OK has the device look for early buffers: that is over. */
	CHECK_EQ(mvm_run(), 0);
}

static u32 reap(struct drv *d)
{
	u32 len, n = 0;
	u16 head;

	while (drv_used(d, 0, &head, &len))
		n++;
	return n;
}

static void nothing_outstanding(void)
{
	begin(1, 2, MODERN);
	CHECK_EQ(mediated_notify(mvm_disks[0].page), -EINVAL);
	blk_add(&drv[1][0], BLK_IN, 0, data[1], 512);
	drv_kick(&drv[1][0], 0);
	/* Not even prepared yet. */
	CHECK_EQ(mediated_notify(mvm_disks[0].page), -EINVAL);
	mvm_work();
	CHECK_EQ(mediated_notify(mvm_disks[1].page), -EINVAL);
	CHECK_EQ(mediated_notify(0), -EINVAL);
	CHECK_EQ(mediated_notify(~0UL), -EINVAL);
	CHECK_EQ(reap(&drv[1][0]), 0);
	CHECK_EQ(mediated_notify(mvm_disks[0].page), 0);
	CHECK_EQ(reap(&drv[1][0]), 1);
	CHECK_EQ(mediated_notify(mvm_disks[0].page), -EINVAL);
}

static void one_at_a_time(void)
{
	u32 v, n, waiting;

	begin(3, 2, MODERN);
	for (v = 1; v <= 3; v++) {
		for (n = 0; n < 2; n++) {
			blk_add(&drv[v][n], BLK_IN, 0, data[v], 512);
			drv_kick(&drv[v][n], 0);
			mvm_work();
			mediated_work();
		}
	}
	for (v = 0; v < 6; v++) {
		for (n = 0, waiting = 0; n < 6; n++)
			waiting += mvm_disks[n].content->nreq;
		CHECK_EQ(waiting, 1);
		CHECK_EQ(board.messages, v + 1);
		CHECK_EQ(mvm_run_some(1), 1);
	}
	CHECK_EQ(mvm_run(), 0);
}

/* The guest of a disk, by its number. */
static u32 vm_of(const struct mvm_disk *disk, u32 disks)
{
	return (u32)(disk - mvm_disks) / disks + 1;
}

/* VM 1 with two disks full of requests, VMs 2 and 3 with one disk in use. */
static void fairness(void)
{
	u32 v, n, i, served[VMS] = { 0 }, by_disk[32] = { 0 };
	struct mvm_disk *disk;

	begin(3, 2, MODERN);
	for (v = 1; v <= 3; v++) {
		for (n = 0; n < (v == 1 ? 2U : 1U); n++) {
			for (i = 0; i < 32; i++)
				blk_add(&drv[v][n], BLK_IN, i, data[v], 512);
			drv_kick(&drv[v][n], 0);
		}
	}
	mvm_work();
	for (i = 0; i < 60; i++) {
		disk = mvm_waiting();
		if (!CHECK(disk))
			break;
		served[vm_of(disk, 2)]++;
		by_disk[disk - mvm_disks]++;
		mvm_transfer(disk);
		CHECK_EQ(mediated_notify(disk->page), 0);
		/* At no time has one had two more than another. */
		for (v = 1; v <= 3; v++)
			CHECK(served[v] <= served[v % 3 + 1] + 1);
	}
	CHECK_EQ(served[1], 20);
	CHECK_EQ(by_disk[0], 10);
	CHECK_EQ(by_disk[1], 10);
}

/*
 * Deep queues cost few doorbells: once the device looks, it looks until the
 * ring is empty, and the driver need not say that it has added something.
 */
static void few_doorbells(u64 features)
{
	struct drv *d = &drv[1][0];
	u32 done = 0, n;

	begin(1, 1, features);
	for (n = 0; n < 8; n++)
		blk_add(d, BLK_IN, n, data[1], 512);
	drv_kick(d, 0);
	while (done < 1000) {
		if (!CHECK_EQ(mvm_run_some(1), 1))
			break;
		n = reap(d);
		done += n;
		while (n--) {
			blk_add(d, BLK_IN, n, data[1], 512);
			drv_kick(d, 0);
		}
	}
	CHECK(d->kicks <= 2);
	CHECK_EQ(board.vm[1].vcpu.doorbells, d->kicks);
	/* At queue depth 1 each request needs one. */
	mvm_run();
	reap(d);
	n = (u32)d->kicks;
	for (done = 0; done < 100; done++)
		CHECK_EQ(blk_do(d, BLK_IN, done, data[1], 512), BLK_OK);
	CHECK_EQ(d->kicks, n + 100);
}

static void few_doorbells_flag(void)
{
	few_doorbells(0);
}

static void few_doorbells_index(void)
{
	few_doorbells(MODERN);
}

/* No request gets stuck, whenever the driver adds it. */
static void no_lost_doorbell(u64 features)
{
	struct drv *d = &drv[1][0];
	u32 round, added = 0, done = 0;

	begin(1, 1, features);
	tap_seed(4);
	for (round = 0; round < 200000; round++) {
		switch (tap_below(4)) {
		case 0:
			if (d->q[0].nfree >= 3) {
				blk_add(d, BLK_IN, added % 100, data[1], 512);
				drv_kick(d, 0);
				added++;
			}
			break;
		case 1:
			mvm_work();
			break;
		case 2:
			if (mvm_waiting()) {
				struct mvm_disk *disk = mvm_waiting();

				mvm_transfer(disk);
				mediated_notify(disk->page);
			}
			break;
		default:
			done += reap(d);
		}
		/* Whenever nothing is left to do, nothing is left in the ring. */
		if (!board.work && !mvm_waiting()) {
			done += reap(d);
			if (!CHECK_EQ(done, added))
				break;
		}
	}
	CHECK(added > 20000);
}

static void no_lost_doorbell_flag(void)
{
	no_lost_doorbell(0);
}

static void no_lost_doorbell_index(void)
{
	no_lost_doorbell(MODERN);
}

/* Interrupts only where the driver asks for them. */
static void suppressed_interrupts(void)
{
	struct drv *d = &drv[1][0];
	u32 n;

	begin(1, 1, MODERN);
	for (n = 0; n < 16; n++)
		blk_add(d, BLK_IN, n, data[1], 512);
	d->q[0].avail->ring[d->q[0].num] = 15;
	drv_kick(d, 0);
	mvm_run();
	CHECK_EQ(board.vm[1].irqs[INTID], 1);
	CHECK_EQ(reap(d), 16);
}

static void put_in_flight(u32 type)
{
	struct drv *d = &drv[1][0];

	begin(2, 1, MODERN | RING_RESET);
	memset(vm_at(d->vm, data[1], 512), 0x11, 512);
	blk_add(d, type, 3, data[1], 512);
	drv_kick(d, 0);
	mvm_work();
	CHECK(mvm_waiting() == &mvm_disks[0]);
	/* Another VM waits for its turn. */
	blk_add(&drv[2][0], BLK_IN, 4, data[2], 512);
	drv_kick(&drv[2][0], 0);
	mvm_work();
}

/* The orphan's answer touches nothing; then the others are served. */
static void expect_orphan(void)
{
	const u8 *mem = vm_at(&board.vm[1], RAM, RAM_SIZE);
	u8 *before = malloc(RAM_SIZE);
	u64 irqs = board.vm[1].irqs[INTID];

	memcpy(before, mem, RAM_SIZE);
	CHECK_EQ(board.messages, 1);
	mvm_transfer(&mvm_disks[0]);
	CHECK_EQ(mediated_notify(mvm_disks[0].page), 0);
	CHECK(!memcmp(before, mem, RAM_SIZE));
	CHECK_EQ(board.vm[1].irqs[INTID], irqs);
	CHECK_EQ(board.messages, 2);
	mvm_run();
	CHECK_EQ(reap(&drv[2][0]), 1);
	free(before);
}

static void restart(void)
{
	CHECK(drv_start(&drv[1][0], &board.vm[1], REGISTERS, MODERN, 1, 64));
	CHECK_EQ(blk_do(&drv[1][0], BLK_IN, 3, data[1], 512), BLK_OK);
	CHECK(!memcmp(vm_at(&board.vm[1], data[1], 512),
		      mvm_disks[0].data + 3 * 512, 512));
}

static void reset_in_flight(void)
{
	put_in_flight(BLK_IN);
	vm_write(&board.vm[1], REGISTERS + R_STATUS, 0);
	expect_orphan();
	restart();
}

static void reset_write_in_flight(void)
{
	u32 n;

	put_in_flight(BLK_OUT);
	vm_write(&board.vm[1], REGISTERS + R_STATUS, 0);
	expect_orphan();
	/* What was under way reaches the disk, as on hardware. */
	for (n = 0; n < 512; n++)
		CHECK_EQ(mvm_disks[0].data[3 * 512 + n], 0x11);
	restart();
}

/* Reset, and busy again before the MVM answers the old request. */
static void reset_and_restart(void)
{
	struct drv *d = &drv[1][0];
	u16 head, got;
	u32 len;

	put_in_flight(BLK_IN);
	CHECK(drv_start(d, &board.vm[1], REGISTERS, MODERN, 1, 64));
	head = blk_add(d, BLK_IN, 9, data[1] + 4096, 512);
	drv_kick(d, 0);
	mvm_work();
	CHECK_EQ(board.messages, 1);
	mvm_transfer(&mvm_disks[0]);
	CHECK_EQ(mediated_notify(mvm_disks[0].page), 0);
	/* The answer was the old request's, so the new one has none yet. */
	CHECK_EQ(blk_status(d, head), BLK_NONE);
	mvm_run();
	CHECK(drv_used(d, 0, &got, &len));
	CHECK_EQ(blk_status(d, head), BLK_OK);
	CHECK(!memcmp(vm_at(d->vm, data[1] + 4096, 512),
		      mvm_disks[0].data + 9 * 512, 512));
	CHECK_EQ(*(u8 *)vm_at(d->vm, data[1], 1), 0x11);
}

static void queue_reset_in_flight(void)
{
	put_in_flight(BLK_IN);
	vm_write(&board.vm[1], REGISTERS + R_QUEUE_RESET, 1);
	expect_orphan();
	restart();
}

static void queue_stopped_in_flight(void)
{
	put_in_flight(BLK_IN);
	vm_write(&board.vm[1], REGISTERS + R_QUEUE_READY, 0);
	expect_orphan();
	restart();
}

static void vm_reset_in_flight(void)
{
	put_in_flight(BLK_IN);
	virtio_vm_reset(&board.vm[1]);
	expect_orphan();
	restart();
}

static void removed_in_flight(void)
{
	struct drv *d = &drv[1][1];

	put_in_flight(BLK_IN);
	/* Its memory is gone: ASan would see a write to it. */
	vm_end(1);
	CHECK_EQ(mediated_append(mvm_disks[0].page), -EBUSY);
	/* A new VM takes slot and disk while the MVM still works on them. */
	vm_begin(1);
	CHECK_EQ(blk_create(1, 0, 0, 0, 1), 0);
	data[1] = vm_alloc(&board.vm[1], 65536);
	CHECK(drv_start(d, &board.vm[1], REGISTERS, MODERN, 1, 64));
	blk_add(d, BLK_IN, 5, data[1], 512);
	drv_kick(d, 0);
	mvm_work();
	expect_orphan();
	CHECK_EQ(reap(d), 1);
	CHECK(!memcmp(vm_at(d->vm, data[1], 512),
		      mvm_disks[0].data + 5 * 512, 512));
}

static void removed_pending(void)
{
	begin(2, 1, MODERN);
	blk_add(&drv[1][0], BLK_IN, 0, data[1], 512);
	drv_kick(&drv[1][0], 0);
	vm_end(1);
	CHECK_EQ(mvm_run(), 0);
	CHECK_EQ(blk_do(&drv[2][0], BLK_IN, 0, data[2], 512), BLK_OK);
}

static void append_in_flight(void)
{
	begin(2, 1, MODERN);
	blk_add(&drv[1][0], BLK_IN, 0, data[1], 512);
	drv_kick(&drv[1][0], 0);
	mvm_work();
	CHECK_EQ(mediated_append(mvm_disks[0].page), -EBUSY);
	CHECK_EQ(mediated_append(mvm_disks[1].page), 0);
	CHECK_EQ(mvm_run(), 1);
	CHECK_EQ(mediated_append(mvm_disks[0].page), 0);
}

/* Requests that need no MVM must not keep its CPU from it. */
static void work_is_bounded(void)
{
	struct drv *d = &drv[1][0];
	u32 n, done = 0;

	begin(2, 1, MODERN);
	CHECK(drv_start(d, &board.vm[1], REGISTERS, MODERN, 1, 256));
	for (n = 0; n < 256; n++)
		blk_add(d, BLK_FLUSH, 0, 0, 0);
	blk_add(&drv[2][0], BLK_IN, 0, data[2], 512);
	drv_kick(d, 0);
	mvm_work();
	CHECK(reap(d) <= 64);
	/* The other VM is not kept waiting either. */
	drv_kick(&drv[2][0], 0);
	mvm_work();
	mvm_work();
	CHECK(mvm_waiting() == &mvm_disks[1]);
	mvm_run_some(1);
	for (n = 0; n < 256; n++) {
		if (blk_status(d, (u16)n) == BLK_UNSUPP)
			done++;
	}
	CHECK_EQ(done, 256);
	CHECK_EQ(reap(&drv[2][0]), 1);
}

static struct drv *refilled;

static void refill(struct vm *vm, u32 intid)
{
	struct drv_queue *q = &refilled->q[0];

	if (vm != refilled->vm)
		return;
	/* As another vCPU would, all the time. */
	q->avail->ring[q->avail_idx % q->num] = 0;
	shyper_vring_st16_release(&q->avail->idx, ++q->avail_idx);
	q->avail->ring[q->num] = q->used->idx;
}

/* A guest that answers each error with another bad request. */
static void endless_errors(void)
{
	struct drv *d = &drv[1][0];

	begin(2, 1, EVENT_IDX);
	refilled = d;
	blk_add(d, BLK_FLUSH, 0, 0, 0);
	board.on_irq = refill;
	drv_kick(d, 0);
	CHECK(mvm_work());
	CHECK(d->q[0].used->idx <= 64);
	/* It goes on, a piece at a time, and so does the other VM. */
	CHECK(board.work);
	blk_add(&drv[2][0], BLK_IN, 0, data[2], 512);
	drv_kick(&drv[2][0], 0);
	mvm_work();
	mvm_work();
	CHECK(mvm_waiting() == &mvm_disks[1]);
	mvm_transfer(&mvm_disks[1]);
	CHECK_EQ(mediated_notify(mvm_disks[1].page), 0);
	CHECK_EQ(reap(&drv[2][0]), 1);
}

/* The descriptors that matter are those of the moment of the look. */
static void rewritten_in_flight(void)
{
	struct drv *d = &drv[1][0];
	u32 len;
	u16 head, got;

	begin(1, 1, EVENT_IDX);
	head = blk_add(d, BLK_IN, 6, data[1], 512);
	drv_kick(d, 0);
	mvm_work();
	memset(d->q[0].desc, 0xff, 16 * 64);
	memset(vm_at(d->vm, d->slots + 32UL * head, 16), 0xff, 16);
	mvm_run();
	CHECK(drv_used(d, 0, &got, &len));
	CHECK_EQ(got, head);
	CHECK_EQ(len, 513);
	CHECK_EQ(blk_status(d, head), BLK_OK);
	CHECK(!memcmp(vm_at(d->vm, data[1], 512), mvm_disks[0].data + 6 * 512,
		      512));
}

/* The data of a write is the MVM's before it hears of it. */
static void written_in_time(void)
{
	struct drv *d = &drv[1][0];

	begin(1, 1, MODERN);
	memset(vm_at(d->vm, data[1], 512), 0x42, 512);
	blk_add(d, BLK_OUT, 6, data[1], 512);
	drv_kick(d, 0);
	mvm_work();
	memset(vm_at(d->vm, data[1], 512), 0x43, 512);
	CHECK_EQ(*(u8 *)vm_at(vm_mvm(), mvm_disks[0].cache, 1), 0x42);
	CHECK_EQ(mvm_disks[0].content->req.type, 1);
	CHECK_EQ(mvm_disks[0].content->req.sector, 6);
	CHECK_EQ(mvm_disks[0].content->req.count, 1);
	mvm_run();
	CHECK_EQ(mvm_disks[0].data[6 * 512], 0x42);
	CHECK_EQ(board.vm[1].counter[VM_COUNT_BYTES_COPIED], 512);
}

static const struct tap_test tests[] = {
	TAP_TEST(nothing_outstanding, "turns: dev_notify of no request is refused"),
	TAP_TEST(one_at_a_time, "turns: one request in flight over all disks"),
	TAP_TEST(fairness, "turns: fair to VMs, then to the disks of a VM"),
	TAP_TEST(few_doorbells_flag, "turns: few doorbells on deep queues"),
	TAP_TEST(few_doorbells_index, "turns: the same with EVENT_IDX"),
	TAP_TEST(no_lost_doorbell_flag, "turns: no request is left behind"),
	TAP_TEST(no_lost_doorbell_index, "turns: the same with EVENT_IDX"),
	TAP_TEST(suppressed_interrupts, "turns: interrupts only as asked for"),
	TAP_TEST(reset_in_flight, "orphan: the device is reset"),
	TAP_TEST(reset_write_in_flight, "orphan: the device is reset, a write"),
	TAP_TEST(reset_and_restart, "orphan: reset, and in use again at once"),
	TAP_TEST(queue_reset_in_flight, "orphan: the queue is reset"),
	TAP_TEST(queue_stopped_in_flight, "orphan: the queue is stopped"),
	TAP_TEST(vm_reset_in_flight, "orphan: the VM is reset"),
	TAP_TEST(removed_in_flight, "orphan: the VM is removed, the disk reused"),
	TAP_TEST(removed_pending, "turns: a VM is removed before its turn"),
	TAP_TEST(append_in_flight, "turns: dev_append of a busy disk waits"),
	TAP_TEST(work_is_bounded, "turns: requests without the MVM are bounded"),
	TAP_TEST(endless_errors, "turns: endless bad requests keep nobody waiting"),
	TAP_TEST(rewritten_in_flight, "turns: descriptors rewritten meanwhile"),
	TAP_TEST(written_in_time, "turns: a write is copied before it is sent"),
};

TAP_SUITE(engine_suite, tests);
