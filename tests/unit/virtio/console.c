// SPDX-License-Identifier: GPL-2.0-only
/* Consoles: two ends, and what happens where one is missing, slow or bad. */
#include "board.h"

#include <shyper/vring.h>

#define RX	0
#define TX	1
#define NUM	16
#define RX_LEN	64
#define INBOX	16384

static struct drv guest, mvm;

/*
 * The end of a VM at REGISTERS + n * STRIDE; its peer is at peer_n, or whoever
 * asks for it.
 */
static int create(u32 vm, u32 n, u32 peer_vm, u64 peer_base)
{
	return virtio_console_create(&board.vm[vm], REGISTERS + n * STRIDE,
				     INTID + n, peer_vm, peer_base);
}

static void start(struct drv *d, u32 vm, u32 n)
{
	CHECK(drv_start(d, &board.vm[vm], REGISTERS + n * STRIDE,
			EVENT_IDX | INDIRECT, 2, NUM));
}

static void add_rx(struct drv *d, u32 count)
{
	struct buf buf = { 0, RX_LEN, true };

	while (count--) {
		buf.ipa = d->slots + 64UL * d->q[RX].free[d->q[RX].nfree - 1];
		drv_add(d, RX, &buf, 1);
		drv_kick(d, RX);
	}
}

static void begin(void)
{
	board_begin(4);
	CHECK_EQ(create(0, 0, 0, 0), 0);
	CHECK_EQ(create(1, 0, 0, REGISTERS), 0);
	start(&mvm, 0, 0);
	start(&guest, 1, 0);
	mvm.slots = vm_alloc(mvm.vm, 64 * NUM);
	guest.slots = vm_alloc(guest.vm, 64 * NUM);
}

/* Write bytes; the buffer has to come back at once. */
static void send(struct drv *d, const void *bytes, u32 len)
{
	u64 at = vm_alloc(d->vm, len);
	struct buf buf = { at, len, false };
	u16 head, got = 0xffff;
	u32 used = 1;

	memcpy(vm_at(d->vm, at, len), bytes, len);
	head = drv_add(d, TX, &buf, 1);
	drv_kick(d, TX);
	CHECK(drv_used(d, TX, &got, &used));
	CHECK_EQ(got, head);
	CHECK_EQ(used, 0);
}

/* What has been received, and the buffers back into the ring. */
static u32 receive(struct drv *d, u8 *bytes, u32 max)
{
	u32 len, n = 0;
	u16 head;

	while (n + RX_LEN <= max && drv_used(d, RX, &head, &len)) {
		memcpy(bytes + n, vm_at(d->vm, d->slots + 64UL * head, len), len);
		n += len;
		add_rx(d, 1);
	}
	return n;
}

static bool receives(struct drv *d, const void *bytes, u32 len)
{
	static u8 got[2 * INBOX];

	return CHECK_EQ(receive(d, got, sizeof(got)), len) &&
	       CHECK(!memcmp(got, bytes, len));
}

static void both_ways(void)
{
	u32 n;

	begin();
	CHECK_EQ(vm_read(guest.vm, REGISTERS + R_DEVICE), 3);
	add_rx(&mvm, 8);
	add_rx(&guest, 8);
	for (n = 0; n < 100; n++) {
		send(&guest, "login: ", 7);
		CHECK(receives(&mvm, "login: ", 7));
		send(&mvm, "root\n", 5);
		CHECK(receives(&guest, "root\n", 5));
	}
	CHECK_EQ(mvm.vm->irqs[INTID], 100 + 100);
	CHECK_EQ(guest.vm->counter[VM_COUNT_CONSOLE_DROPPED], 0);
	CHECK_EQ(mvm.vm->counter[VM_COUNT_CONSOLE_DROPPED], 0);
}

static void longer_than_a_buffer(void)
{
	u8 text[1000];
	u32 n;

	begin();
	for (n = 0; n < sizeof(text); n++)
		text[n] = (u8)(n * 7);
	add_rx(&mvm, 4);
	send(&guest, text, sizeof(text));
	CHECK(receives(&mvm, text, sizeof(text)));
}

/* What is said before the reader is there is still there when it comes. */
static void before_the_reader(void)
{
	board_begin(2);
	CHECK_EQ(create(0, 0, 0, 0), 0);
	CHECK_EQ(create(1, 0, 0, REGISTERS), 0);
	start(&guest, 1, 0);
	send(&guest, "Booting ", 8);
	send(&guest, "Linux\n", 6);
	start(&mvm, 0, 0);
	mvm.slots = vm_alloc(mvm.vm, 64 * NUM);
	CHECK_EQ(mvm.vm->irqs[INTID], 0);
	add_rx(&mvm, 1);
	CHECK(receives(&mvm, "Booting Linux\n", 14));
	CHECK_EQ(guest.vm->counter[VM_COUNT_CONSOLE_DROPPED], 0);
}

static void overflow(void)
{
	static u8 text[100];
	static u8 got[2 * INBOX];
	u32 n, len;

	begin();
	for (n = 0; n < 400; n++) {
		memset(text, (int)n, sizeof(text));
		send(&guest, text, sizeof(text));
	}
	CHECK_EQ(guest.vm->counter[VM_COUNT_CONSOLE_DROPPED], 40000 - INBOX);
	CHECK_EQ(mvm.vm->counter[VM_COUNT_CONSOLE_DROPPED], 0);
	add_rx(&mvm, 8);
	len = receive(&mvm, got, sizeof(got));
	CHECK_EQ(len, INBOX);
	/* The newest are kept. */
	for (n = 0; n < len; n++) {
		if (!CHECK_EQ(got[n], (u8)((40000 - INBOX + n) / 100)))
			break;
	}
}

static void huge_write(void)
{
	static u8 text[5 * INBOX], got[2 * INBOX];
	u32 n;

	begin();
	for (n = 0; n < sizeof(text); n++)
		text[n] = (u8)(n / 100);
	send(&guest, text, sizeof(text));
	CHECK_EQ(guest.vm->counter[VM_COUNT_CONSOLE_DROPPED], 4 * INBOX);
	add_rx(&mvm, 8);
	CHECK_EQ(receive(&mvm, got, sizeof(got)), INBOX);
	CHECK(!memcmp(got, text, INBOX));
}

static void no_peer(void)
{
	board_begin(3);
	CHECK_EQ(create(1, 0, 0, REGISTERS), 0);
	CHECK_EQ(create(2, 0, 1, REGISTERS), 0);
	start(&guest, 1, 0);
	send(&guest, "hello", 5);
	CHECK_EQ(guest.vm->counter[VM_COUNT_CONSOLE_DROPPED], 5);
	/* The end that it is for comes later. */
	CHECK_EQ(create(0, 0, 0, 0), 0);
	start(&mvm, 0, 0);
	mvm.slots = vm_alloc(mvm.vm, 64 * NUM);
	add_rx(&mvm, 4);
	send(&guest, "again", 5);
	CHECK(receives(&mvm, "again", 5));
}

/* Each has to mean the other; an end has one peer. */
static void pairing(void)
{
	struct drv a, b, c;

	board_begin(4);
	/* 1 and 2 name each other, in this order; 3 names 1 as well. */
	CHECK_EQ(create(3, 0, 1, REGISTERS), 0);
	CHECK_EQ(create(1, 0, 2, REGISTERS + STRIDE), 0);
	CHECK_EQ(create(2, 1, 1, REGISTERS), 0);
	start(&a, 1, 0);
	start(&b, 2, 1);
	start(&c, 3, 0);
	a.slots = vm_alloc(a.vm, 64 * NUM);
	b.slots = vm_alloc(b.vm, 64 * NUM);
	add_rx(&a, 4);
	add_rx(&b, 4);
	send(&a, "one", 3);
	CHECK(receives(&b, "one", 3));
	send(&b, "two", 3);
	send(&c, "three", 5);
	CHECK(receives(&a, "two", 3));
	CHECK_EQ(c.vm->counter[VM_COUNT_CONSOLE_DROPPED], 5);
	/* Only the MVM's ends are for anybody. */
	CHECK_EQ(create(2, 2, 0, 0), 0);
	CHECK_EQ(create(3, 2, 2, REGISTERS + 2 * STRIDE), 0);
	start(&c, 3, 2);
	send(&c, "four", 4);
	CHECK_EQ(c.vm->counter[VM_COUNT_CONSOLE_DROPPED], 9);
}

static void mvm_end_is_taken_once(void)
{
	struct drv second;

	begin();
	CHECK_EQ(create(2, 0, 0, REGISTERS), 0);
	start(&second, 2, 0);
	add_rx(&mvm, 4);
	send(&second, "second", 6);
	send(&guest, "first", 5);
	CHECK(receives(&mvm, "first", 5));
	/* The first one goes: its last words stay, the next VM follows. */
	send(&guest, "bye", 3);
	vm_end(1);
	CHECK(receives(&mvm, "bye", 3));
	send(&mvm, "lost", 4);
	CHECK_EQ(mvm.vm->counter[VM_COUNT_CONSOLE_DROPPED], 4);
	vm_begin(1);
	CHECK_EQ(create(1, 0, 0, REGISTERS), 0);
	start(&guest, 1, 0);
	guest.slots = vm_alloc(guest.vm, 64 * NUM);
	add_rx(&guest, 4);
	send(&mvm, "new", 3);
	CHECK(receives(&guest, "new", 3));
}

static void reset(void)
{
	begin();
	add_rx(&mvm, 4);
	/* Typed for the VM that was, not for the one that will be. */
	send(&mvm, "old", 3);
	virtio_vm_reset(guest.vm);
	CHECK_EQ(drv_status(&guest), 0);
	start(&guest, 1, 0);
	guest.slots = vm_alloc(guest.vm, 64 * NUM);
	add_rx(&guest, 4);
	send(&mvm, "new", 3);
	CHECK(receives(&guest, "new", 3));
	/* A driver that is loaded again finds what came meanwhile. */
	vm_write(mvm.vm, REGISTERS + R_STATUS, 0);
	send(&guest, "while you were out", 18);
	start(&mvm, 0, 0);
	mvm.slots = vm_alloc(mvm.vm, 64 * NUM);
	add_rx(&mvm, 4);
	CHECK(receives(&mvm, "while you were out", 18));
}

/* Adding receive buffers costs no exit while there is nothing to receive. */
static void quiet_receive(void)
{
	u64 kicks;
	u8 got[RX_LEN];
	u32 n;

	begin();
	add_rx(&mvm, 8);
	kicks = mvm.kicks;
	CHECK(kicks <= 1);
	for (n = 0; n < 200; n++) {
		send(&guest, "x", 1);
		CHECK_EQ(receive(&mvm, got, sizeof(got)), 1);
	}
	CHECK_EQ(mvm.kicks, kicks);
}

static void bad_buffers(void)
{
	struct buf nowhere = { 0x1000, 64, true };
	struct buf readable = { RAM, 64, false };
	struct buf unmapped[2] = {
		{ guest.slots, 4, false }, { 0x1000, 64, false },
	};
	u32 len;
	u16 head;

	begin();
	/* Receive buffers outside memory, or not writable, receive nothing. */
	drv_add(&mvm, RX, &nowhere, 1);
	drv_add(&mvm, RX, &readable, 1);
	drv_kick(&mvm, RX);
	add_rx(&mvm, 2);
	send(&guest, "text", 4);
	CHECK(drv_used(&mvm, RX, &head, &len));
	CHECK_EQ(len, 0);
	CHECK(drv_used(&mvm, RX, &head, &len));
	CHECK_EQ(len, 0);
	CHECK(receives(&mvm, "text", 4));
	/* Of what is to be sent, what is memory is. */
	unmapped[0].ipa = vm_alloc(guest.vm, 64);
	memcpy(vm_at(guest.vm, unmapped[0].ipa, 4), "part", 4);
	drv_add(&guest, TX, unmapped, 2);
	drv_kick(&guest, TX);
	CHECK(drv_used(&guest, TX, &head, &len));
	CHECK(receives(&mvm, "part", 4));
	CHECK_EQ(guest.vm->counter[VM_COUNT_CONSOLE_DROPPED], 64);
}

static void bad_rings(void)
{
	begin();
	/* The reader's ring is bad: its trouble alone. */
	mvm.q[RX].avail->ring[0] = NUM;
	mvm.q[RX].avail->idx = 1;
	send(&guest, "text", 4);
	CHECK(drv_status(&mvm) & S_NEEDS_RESET);
	CHECK(!(drv_status(&guest) & S_NEEDS_RESET));
	send(&guest, " and more", 9);
	start(&mvm, 0, 0);
	mvm.slots = vm_alloc(mvm.vm, 64 * NUM);
	add_rx(&mvm, 4);
	CHECK(receives(&mvm, "text and more", 13));
	/* And the writer's. */
	guest.q[TX].avail->idx = (u16)(guest.q[TX].avail->idx + 0x100);
	vm_write(guest.vm, REGISTERS + R_QUEUE_NOTIFY, TX);
	CHECK(drv_status(&guest) & S_NEEDS_RESET);
	CHECK(!(drv_status(&mvm) & S_NEEDS_RESET));
}

static void refill(struct vm *vm, u32 intid)
{
	struct drv_queue *q = &guest.q[TX];

	if (vm != guest.vm)
		return;
	q->avail->ring[q->avail_idx % NUM] = 0;
	shyper_vring_st16_release(&q->avail->idx, ++q->avail_idx);
	q->avail->ring[NUM] = q->used->idx;
}

/* A driver that adds as fast as the device takes: its CPU leaves EL2. */
static void endless_writes(void)
{
	u64 value;
	u16 before;
	u32 n;

	begin();
	guest.q[TX].desc[0].addr = RAM;
	guest.q[TX].desc[0].len = 16;
	guest.q[TX].desc[0].flags = 0;
	guest.q[TX].avail->idx = guest.q[TX].avail_idx = 1;
	board.on_irq = refill;
	for (n = 0; n < 5; n++) {
		before = guest.q[TX].used->idx;
		CHECK_EQ(vm_store(guest.vm, REGISTERS + R_QUEUE_NOTIFY, 4, TX),
			 MMIO_AGAIN);
		CHECK(guest.q[TX].used->idx - before <= 256);
		CHECK_EQ(vm_load(mvm.vm, REGISTERS + R_STATUS, 4, &value), 0);
	}
	board.on_irq = NULL;
	CHECK_EQ(vm_store(guest.vm, REGISTERS + R_QUEUE_NOTIFY, 4, TX), 0);
	CHECK_EQ(guest.q[TX].used->idx, guest.q[TX].avail->idx);
}

static void as_many_as_there_are(void)
{
	u32 n, made = 0;

	board_begin(4);
	for (n = 0; n < 32; n++)
		made += create(1, n, 0, 0) == 0;
	CHECK_EQ(made, 24);
	CHECK_EQ(create(2, 0, 0, 0), -ENOSPC);
	vm_end(1);
	CHECK_EQ(create(2, 0, 0, 0), 0);
	/* Registers that are taken cost no slot. */
	for (n = 0; n < 40; n++)
		CHECK_EQ(create(2, 0, 0, 0), -EEXIST);
	CHECK_EQ(create(2, 1, 0, 0), 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(both_ways, "console: bytes both ways"),
	TAP_TEST(longer_than_a_buffer, "console: a write longer than the buffers"),
	TAP_TEST(before_the_reader, "console: boot messages wait for the reader"),
	TAP_TEST(overflow, "console: no room: the oldest go, and are counted"),
	TAP_TEST(huge_write, "console: a write larger than everything"),
	TAP_TEST(no_peer, "console: nobody there: dropped and counted"),
	TAP_TEST(pairing, "console: ends that name each other"),
	TAP_TEST(mvm_end_is_taken_once, "console: the MVM's end: one VM after another"),
	TAP_TEST(reset, "console: resets of either end"),
	TAP_TEST(quiet_receive, "console: receive buffers need no doorbell"),
	TAP_TEST(bad_buffers, "console: buffers outside memory"),
	TAP_TEST(bad_rings, "console: a bad ring is its end's trouble alone"),
	TAP_TEST(endless_writes, "console: endless writes are interrupted"),
	TAP_TEST(as_many_as_there_are, "console: slots run out, and come back"),
};

TAP_SUITE(console_suite, tests);
