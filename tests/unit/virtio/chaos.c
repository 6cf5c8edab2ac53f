// SPDX-License-Identifier: GPL-2.0-only
/* Random guests, and guests at the same time. */
#include <pthread.h>
#include <time.h>

#include "board.h"

#include <shyper/vring.h>

#define GUESTS		3	/* VMs 1 .. */
#define DISKS_EACH	2
#define CONSOLE		DISKS_EACH	/* the device's number */
#define ARENA		0x8000		/* of RAM; everything is in there */

/* Registers that are worth writing to, more often than others. */
static const u16 regs[] = {
	R_FEATURES_SEL, R_DRIVER_FEATURES, R_DRIVER_FEATURES_SEL, R_QUEUE_SEL,
	R_QUEUE_NUM, R_QUEUE_READY, R_QUEUE_NOTIFY, R_QUEUE_NOTIFY, R_ISR_ACK,
	R_STATUS, R_QUEUE_DESC, R_QUEUE_DESC + 4, R_QUEUE_AVAIL,
	R_QUEUE_AVAIL + 4, R_QUEUE_USED, R_QUEUE_USED + 4, R_QUEUE_RESET,
};

static u64 some_base(const struct vm *vm)
{
	u32 ends = vm->id ? DISKS_EACH + 1 : GUESTS;

	return REGISTERS + tap_below(ends) * STRIDE;
}

static void make_guest(u32 id)
{
	u32 n;

	vm_begin(id);
	for (n = 0; n < DISKS_EACH; n++)
		CHECK_EQ(blk_create(id, n, 0, 0, 0), 0);
	CHECK_EQ(virtio_console_create(&board.vm[id], REGISTERS + CONSOLE * STRIDE,
				       INTID + CONSOLE, 0,
				       REGISTERS + (id - 1) * STRIDE), 0);
}

static void make_world(void)
{
	u32 n;

	board_begin(1);
	for (n = 0; n < GUESTS * DISKS_EACH; n++)
		mvm_add_disk("disk");
	for (n = 0; n < GUESTS; n++)
		CHECK_EQ(virtio_console_create(&board.vm[0],
					       REGISTERS + n * STRIDE, INTID + n,
					       0, 0), 0);
	for (n = 1; n <= GUESTS; n++)
		make_guest(n);
}

static u64 arena_base(const struct vm *vm)
{
	/* The MVM's has its disks' pages at the beginning of its memory. */
	return vm->id ? RAM : RAM2;
}

static void random_access(struct vm *vm)
{
	u32 reg = tap_below(8) ? regs[tap_below(ARRAY_SIZE(regs))] :
				 tap_below(0x208);
	u32 width = tap_below(16) ? 4 : 1U << tap_below(4);
	u64 value;

	switch (tap_below(4)) {
	case 0:
		value = tap_random();
		break;
	case 1:
		value = arena_base(vm) + 16 * tap_below(ARENA / 16);
		break;
	default:
		value = tap_below(17);
	}
	if (tap_below(4))
		vm_store(vm, some_base(vm) + reg, width, value);
	else
		vm_load(vm, some_base(vm) + reg, width, &value);
}

/* As a driver would; the rings where almost_right() has them, or anywhere. */
static void random_start(struct vm *vm)
{
	u64 base = some_base(vm), features = VERSION_1, at, ring;
	u32 q, part;

	features |= tap_below(2) ? EVENT_IDX : 0;
	features |= tap_below(2) ? INDIRECT : 0;
	features |= tap_below(2) ? RING_RESET : 0;
	vm_write(vm, base + R_STATUS, 0);
	vm_write(vm, base + R_DRIVER_FEATURES, (u32)features);
	vm_write(vm, base + R_DRIVER_FEATURES_SEL, 1);
	vm_write(vm, base + R_DRIVER_FEATURES, (u32)(features >> 32));
	vm_write(vm, base + R_STATUS, S_ACK | S_DRIVER | S_FEATURES_OK);
	for (q = 0; q < 2; q++) {
		vm_write(vm, base + R_QUEUE_SEL, q);
		vm_write(vm, base + R_QUEUE_NUM, 4U << (tap_below(8) / 6));
		ring = arena_base(vm) + (base - REGISTERS) + q * 0x800;
		memset(vm_at(vm, ring, 0x400), 0, 0x400);
		for (part = 0; part < 3; part++) {
			at = ring + (part ? 0x100 + 0x100 * part : 0);
			if (!tap_below(20))
				at = arena_base(vm) + 16 * tap_below(ARENA / 16);
			vm_write(vm, base + R_QUEUE_DESC + 0x10 * part, (u32)at);
		}
		vm_write(vm, base + R_QUEUE_READY, 1);
	}
	vm_write(vm, base + R_STATUS, 0xf);
}

/* A descriptor, a header or noise at some place in the arena. */
static void scribble(struct vm *vm)
{
	u8 *p = vm_at(vm, arena_base(vm), ARENA);
	u32 at = 16 * tap_below(ARENA / 16);
	struct shyper_vring_desc d = {
		.addr = arena_base(vm) + tap_below(ARENA),
		.len = tap_below(4) ? 512 * tap_below(8) + 16 : tap_below(700),
		.flags = (u16)tap_below(8),
		.next = (u16)tap_below(8),
	};
	u64 header[2] = { tap_below(3), tap_below(2) * tap_below(5000) };

	switch (tap_below(4)) {
	case 0:
		memcpy(p + at, header, sizeof(header));
		break;
	case 1:
		p[tap_below(ARENA)] = (u8)tap_random();
		break;
	default:
		memcpy(p + at, &d, sizeof(d));
	}
}

/* Mostly right, and as wrong as chance will have it. */
static void mutate(struct shyper_vring_desc *d)
{
	switch (tap_below(12)) {
	case 0:
		d->len = tap_below(2) ? tap_random() : tap_below(2000);
		break;
	case 1:
		d->addr = tap_below(2) ? tap_random() : RAM2 - tap_below(1024);
		break;
	case 2:
		d->flags = (u16)tap_below(8);
		break;
	case 3:
		d->next = (u16)tap_random();
		break;
	}
}

/* A request to a disk or some text for a console, and its notification. */
static void almost_right(struct vm *vm)
{
	u64 arena = arena_base(vm), buffers = arena + 0x4000;
	u32 device = tap_below(3), queue = tap_below(2), type = tap_below(2), n;
	u8 *ring = vm_at(vm, arena + device * 0x1000 + queue * 0x800, 0x800);
	struct shyper_vring_desc *desc = (struct shyper_vring_desc *)ring;
	u16 *avail = (u16 *)(ring + 0x200);
	u64 header[2] = { type, tap_below(DISK_SECTORS + 10) };

	memcpy(vm_at(vm, buffers, 16), header, 16);
	desc[0] = (struct shyper_vring_desc){ buffers, 16, SHYPER_VRING_DESC_F_NEXT, 1 };
	desc[1] = (struct shyper_vring_desc){
		buffers + 512 + tap_below(1024), 512 * (1 + tap_below(16)),
		(u16)(SHYPER_VRING_DESC_F_NEXT | (type ? 0 : SHYPER_VRING_DESC_F_WRITE)), 2
	};
	desc[2] = (struct shyper_vring_desc){ buffers + 20, 1, SHYPER_VRING_DESC_F_WRITE, 0 };
	for (n = 0; n < 3; n++)
		mutate(&desc[n]);
	avail[2 + avail[1] % 4] = (u16)(tap_below(20) ? 0 : tap_random());
	avail[1] = (u16)(avail[1] + (tap_below(20) ? 1 : tap_below(20)));
	vm_store(vm, REGISTERS + device * STRIDE + R_QUEUE_NOTIFY, 4, queue);
}

static void mvm_step(void)
{
	struct mvm_disk *disk;

	switch (tap_below(8)) {
	case 0:
		mediated_notify(mvm_disks[tap_below(6)].page + 8);
		break;
	case 1:
		mediated_append(mvm_disks[tap_below(6)].page);
		break;
	default:
		mvm_work();
		disk = mvm_waiting();
		if (disk) {
			mvm_transfer(disk);
			CHECK_EQ(mediated_notify(disk->page), 0);
		}
	}
}

/* Whatever it was before, a guest that is made anew has working devices. */
static void works_after_all(u32 id)
{
	struct drv d;
	u32 n;

	vm_end(id);
	mvm_run();
	make_guest(id);
	for (n = 0; n < DISKS_EACH; n++) {
		CHECK(drv_start(&d, &board.vm[id], REGISTERS + n * STRIDE,
				EVENT_IDX | INDIRECT, 1, 32));
		CHECK_EQ(blk_do(&d, BLK_OUT, 5, RAM + 0x10000, 4096), BLK_OK);
		CHECK_EQ(blk_do(&d, BLK_IN, 5, RAM + 0x11000, 4096), BLK_OK);
		CHECK(!memcmp(vm_at(d.vm, RAM + 0x10000, 4096),
			      vm_at(d.vm, RAM + 0x11000, 4096), 4096));
	}
}

static void random_guests(void)
{
	u64 served = 0;
	u32 n, op;

	make_world();
	tap_seed(5);
	for (n = 0; n < 1000000; n++) {
		struct vm *vm = &board.vm[tap_below(GUESTS + 1)];

		op = tap_below(1000);
		if (op < 60)
			random_access(vm);
		else if (op < 160)
			random_start(vm);
		else if (op < 200)
			scribble(vm);
		else if (op < 600)
			almost_right(vm);
		else if (op < 998)
			mvm_step();
		else if (vm->id && op == 998)
			virtio_vm_reset(vm);
		else if (vm->id && !tap_below(10)) {
			op = vm->id;
			vm_end(op);
			make_guest(op);
		}
	}
	for (n = 0; n < mvm_ndisks; n++)
		served += mvm_disks[n].requests;
	CHECK(served > 5000);
	CHECK(board.logged > 300);
	for (n = 1; n <= GUESTS; n++)
		works_after_all(n);
}

/* At the same time. */

static bool stop;
static u32 finished;

static bool stopped(void)
{
	return __atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

static u32 next(u32 *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* One request and its answer, whoever works on it. */
static bool blk_wait(struct drv *d, u32 type, u64 sector, u64 data, u32 len)
{
	u16 head = blk_add(d, type, sector, data, len), got;
	u32 used;

	drv_kick(d, 0);
	while (!drv_used(d, 0, &got, &used)) {
		if (stopped())
			return false;
		vm_write(d->vm, d->base + R_ISR_ACK,
			 vm_read(d->vm, d->base + R_ISR));
	}
	return CHECK_EQ(got, head) && CHECK_EQ(blk_status(d, head), BLK_OK);
}

static void *honest_guest(void *arg)
{
	u32 id = (u32)(uintptr_t)arg, seed = id, done = 0, len;
	u64 data, back, sector;
	struct drv d;

	CHECK(drv_start(&d, &board.vm[id], REGISTERS,
			id & 1 ? EVENT_IDX | INDIRECT : 0, 1, 64));
	data = vm_alloc(d.vm, 65536);
	back = vm_alloc(d.vm, 65536);
	while (!stopped()) {
		len = 512 * (1 + next(&seed) % 64);
		sector = next(&seed) % (DISK_SECTORS - 64);
		memset(vm_at(d.vm, data, len), (int)next(&seed), len);
		if (!blk_wait(&d, BLK_OUT, sector, data, len) ||
		    !blk_wait(&d, BLK_IN, sector, back, len))
			break;
		if (!CHECK(!memcmp(vm_at(d.vm, data, len),
				   vm_at(d.vm, back, len), len)))
			break;
		done++;
	}
	__atomic_add_fetch(&finished, done, __ATOMIC_RELAXED);
	return NULL;
}

/* Writes to its console all the time; comes, is reset, and goes. */
static void *restless_guest(void *arg)
{
	u32 id = (u32)(uintptr_t)arg, seed = id, n;
	struct drv disk, console;
	struct buf buf = { RAM + 0x180000, 100, false };
	u32 len;
	u16 head;

	while (!stopped()) {
		CHECK(drv_start(&disk, &board.vm[id], REGISTERS, EVENT_IDX, 1, 32));
		CHECK(drv_start(&console, &board.vm[id],
				REGISTERS + CONSOLE * STRIDE, EVENT_IDX, 2, 32));
		for (n = next(&seed) % 8; n; n--)
			blk_add(&disk, BLK_IN, n, RAM + 0x100000, 4096);
		drv_kick(&disk, 0);
		for (n = next(&seed) % 20; n; n--) {
			drv_add(&console, 1, &buf, 1);
			drv_kick(&console, 1);
			CHECK(drv_used(&console, 1, &head, &len));
		}
		switch (next(&seed) % 4) {
		case 0:
			virtio_vm_reset(&board.vm[id]);
			break;
		case 1:
			vm_end(id);
			make_guest(id);
			break;
		default:
			vm_write(&board.vm[id], REGISTERS + R_STATUS, 0);
		}
		board.vm[id].next = RAM;
	}
	return NULL;
}

static void receive_all(struct drv *d)
{
	struct buf buf = { d->slots, 32, true };
	u32 len;
	u16 head;

	while (drv_used(d, 0, &head, &len))
		;
	while (d->q[0].nfree)
		drv_add(d, 0, &buf, 1);
	drv_kick(d, 0);
}

static void *mvm_thread(void *arg)
{
	struct drv console;

	CHECK(drv_start(&console, &board.vm[0], REGISTERS + (GUESTS - 1) * STRIDE,
			EVENT_IDX, 2, 32));
	while (!stopped()) {
		mvm_run_some(16);
		receive_all(&console);
	}
	return NULL;
}

static void at_the_same_time(void)
{
	const struct timespec second = { .tv_sec = 2 };
	pthread_t threads[4];
	u32 n;

	make_world();
	pthread_create(&threads[0], NULL, mvm_thread, NULL);
	pthread_create(&threads[1], NULL, honest_guest, (void *)1UL);
	pthread_create(&threads[2], NULL, honest_guest, (void *)2UL);
	pthread_create(&threads[3], NULL, restless_guest, (void *)3UL);
	nanosleep(&second, NULL);
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (n = 0; n < 4; n++)
		pthread_join(threads[n], NULL);
	CHECK(finished > 50);
	mvm_run();
	for (n = 1; n <= GUESTS; n++)
		works_after_all(n);
}

static const struct tap_test tests[] = {
	TAP_TEST(random_guests, "chaos: random registers, rings, resets, removals"),
	TAP_TEST(at_the_same_time, "chaos: guests, MVM and removals in parallel"),
};

TAP_SUITE(chaos_suite, tests);
