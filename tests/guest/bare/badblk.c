// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio-blk driver that breaks every rule it knows. After each, the device must
 * have answered with an error or say that it needs a reset, and work after one. It
 * powers off when all was as it should be; else it jumps to 0x10000000 + 0x1000 * the
 * number of the test + 4 * the place in it, which shows as a crash there.
 */
#include "blk.h"

#define VERSION_1	(1ULL << F_VERSION_1)
#define INDIRECT	(1ULL << F_INDIRECT | VERSION_1)
#define OUTSIDE		0x40000000UL
#define TABLE		0x80820000UL	/* an indirect one */
#define QUEUE		64

/* What came of a request. */
enum outcome { SILENCE, ANSWER, RESET_NEEDED };

static unsigned int test_nr;

static void fail(unsigned int place)
{
	void (*nowhere)(void) = (void (*)(void))(0x10000000UL +
						 test_nr * 0x1000 + place * 4);

	nowhere();
	for (;;)
		;
}

static void must(bool good, unsigned int place)
{
	if (!good)
		fail(place);
}

/* As a driver should be, and the device with it. */
static void works(unsigned int place)
{
	volatile uint64_t *p = buffer_of(1);

	must(start(VERSION_1, QUEUE), place);
	p[0] = 0x1122334455667788UL + test_nr;
	p[511] = test_nr;
	must(request(1, T_OUT, 64, 4096) == ST_OK, place + 1);
	p[0] = 0;
	p[511] = 0;
	must(request(1, T_IN, 64, 4096) == ST_OK, place + 2);
	must(p[0] == 0x1122334455667788UL + test_nr && p[511] == test_nr,
	     place + 3);
}

static enum outcome outcome(unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	do {
		if (rd(R_STATUS) & S_NEEDS_RESET)
			return RESET_NEEDED;
		if (used_idx() != seen) {
			seen++;
			return ANSWER;
		}
	} while (now_ms() < end);
	return SILENCE;
}

/* What is on offer has to be refused, one way or the other. */
static void refused(unsigned int place)
{
	kick();
	switch (outcome(10000)) {
	case SILENCE:
		fail(place);
		break;
	case ANSWER:
		must(*status_of(0) != ST_OK, place + 1);
		break;
	case RESET_NEEDED:
		break;
	}
}

static void fresh(uint64_t features)
{
	must(start(features, QUEUE), 900);
	prepare(0, T_OUT, 0, 4096);
}

static void test_features(void)
{
	must(!negotiate(VERSION_1 | 1ULL << 60), 0);
	must(!negotiate(0), 4);
	wr(R_STATUS, S_RUNNING);
	works(8);
	wr(R_STATUS, 0);
	wr(R_STATUS, S_DRIVER_OK);
	kick();
	works(12);
}

/* Stores of other widths, to registers that are none, and notifications of nothing. */
static void test_registers(void)
{
	volatile uint8_t *regs = (volatile uint8_t *)DISK;
	unsigned int reg;

	must(start(VERSION_1, QUEUE), 0);
	for (reg = 0; reg < 0x100; reg += 4) {
		if (reg == R_STATUS || reg == R_NOTIFY)
			continue;
		regs[reg] = 0xff;
		*(volatile uint16_t *)(regs + reg + 2) = 0xffff;
	}
	for (reg = 0; reg < 0x1000; reg += 8) {
		if (reg != R_STATUS && reg != R_NOTIFY)
			*(volatile uint64_t *)(regs + reg) = ~0ULL;
	}
	works(4);
	for (reg = 1; reg < 2000; reg++)
		wr(R_NOTIFY, reg);
	wr(R_NOTIFY, 0xffffffff);
	wr(R_NOTIFY, 0x80000000);
	*(volatile uint16_t *)(regs + R_NOTIFY) = 0;
	regs[R_NOTIFY + 1] = 0;
	wr(R_ACK, 0xffffffff);
	works(8);
	wr(R_STATUS, 0);
	for (reg = 0; reg < 100; reg++)
		kick();
	works(12);
}

/* A queue of no possible size, or in memory that is not there. */
static void try_queue(unsigned int num, uint64_t d, uint64_t a, uint64_t u,
		      unsigned int place)
{
	must(negotiate(VERSION_1), place);
	entries = QUEUE;
	sent = 0;
	seen = 0;
	zero(DESC, 0x3000);
	set_queue(num, d, a, u);
	wr(R_STATUS, S_RUNNING);
	prepare(0, T_IN, 0, 512);
	offer(0);
	kick();
	/* It may well be refused without a word. */
	if (outcome(20) == ANSWER)
		fail(place + 1);
	works(place + 2);
}

static void test_queues(void)
{
	try_queue(0, DESC, AVAIL, USED, 0);
	try_queue(65536, DESC, AVAIL, USED, 10);
	try_queue(0x40000000, DESC, AVAIL, USED, 20);
	try_queue(rd(R_QUEUE_MAX) * 2, DESC, AVAIL, USED, 30);
	try_queue(QUEUE, OUTSIDE, AVAIL, USED, 40);
	try_queue(QUEUE, DESC, OUTSIDE, USED, 50);
	try_queue(QUEUE, DESC, AVAIL, OUTSIDE, 60);
	try_queue(QUEUE, ~0xfffULL, AVAIL, USED, 70);
	try_queue(QUEUE, MEMORY_END - 16, AVAIL, USED, 80);
	try_queue(QUEUE, DESC, AVAIL, MEMORY_END - 8, 90);
	try_queue(QUEUE, DISK, AVAIL, USED, 100);
	try_queue(QUEUE, DESC, AVAIL, DISK, 110);
}

static void test_avail(void)
{
	unsigned int i;

	fresh(VERSION_1);
	offer(QUEUE);
	refused(0);
	works(4);
	fresh(VERSION_1);
	offer(0xffff);
	refused(8);
	works(12);
	/* More at once than there are. */
	fresh(VERSION_1);
	offer(0);
	sent = 1000;
	avail()[1] = sent;
	*status_of(0) = ST_NONE;
	kick();
	for (i = 0; outcome(1000) == ANSWER && i < 2000; i++)
		;
	must(rd(R_STATUS) & S_NEEDS_RESET, 16);
	/* And then it is quiet, whatever comes. */
	for (i = 0; i < 100; i++)
		kick();
	must(rd(R_STATUS) & S_NEEDS_RESET, 17);
	works(20);
}

static void test_chains(void)
{
	fresh(VERSION_1);		/* round and round */
	set_desc(1, BUFFERS, 512, D_NEXT, 1);
	offer(0);
	refused(0);
	works(4);
	fresh(VERSION_1);
	set_desc(2, STATUSES, 1, D_WRITE | D_NEXT, 0);
	offer(0);
	refused(8);
	works(12);
	fresh(VERSION_1);		/* next is none */
	set_desc(1, BUFFERS, 512, D_NEXT, QUEUE);
	offer(0);
	refused(16);
	works(20);
	fresh(VERSION_1);		/* to be read behind to be written */
	set_desc(0, HEADERS, 16, D_WRITE | D_NEXT, 1);
	offer(0);
	refused(24);
	works(28);
	fresh(VERSION_1);		/* indirect, which was not negotiated */
	set_desc(0, TABLE, 48, D_INDIRECT, 0);
	offer(0);
	refused(32);
	works(36);
}

/* Addresses that are not the guest's memory. */
static void try_address(uint64_t addr, uint32_t len, unsigned int place)
{
	unsigned int part;

	for (part = 0; part < 3; part++) {
		fresh(VERSION_1);
		desc(part)->addr = addr;
		if (part == 1)
			desc(part)->len = len;
		offer(0);
		kick();
		/* The status cannot be told where it lies nowhere. */
		if (outcome(10000) == SILENCE)
			fail(place + part * 2);
		if (part == 1)
			must(*status_of(0) != ST_OK, place + part * 2 + 1);
	}
	works(place + 8);
}

static void test_addresses(void)
{
	try_address(OUTSIDE, 4096, 0);
	try_address(0, 4096, 20);
	try_address(~0ULL - 15, 4096, 40);
	try_address(1ULL << 48, 4096, 60);
	try_address(DISK, 4096, 80);
	try_address(MEMORY - 8, 4096, 100);
	try_address(MEMORY_END - 0, 4096, 120);
	fresh(VERSION_1);
	set_desc(1, MEMORY_END - 512, 1024, D_NEXT, 2);
	offer(0);
	refused(140);
	works(144);
	fresh(VERSION_1);
	set_desc(1, BUFFERS, 0xfffffe00, D_NEXT, 2);
	offer(0);
	refused(148);
	works(152);
}

/* Requests that are complete, but ask for what there is not. */
static void test_requests(void)
{
	unsigned int status;

	must(start(VERSION_1, QUEUE), 0);
	must(request(0, 77, 0, 512) == ST_UNSUPP, 1);
	must(request(0, T_IN, 1ULL << 60, 512) == ST_IOERR, 2);
	must(request(0, T_OUT, ~0ULL, 512) == ST_IOERR, 3);
	must(request(0, T_OUT, *(volatile uint32_t *)(DISK + R_CONFIG), 512) ==
	     ST_IOERR, 4);
	must(request(0, T_IN, *(volatile uint32_t *)(DISK + R_CONFIG) - 1, 1024) ==
	     ST_IOERR, 5);
	status = request(0, T_OUT, 0, 100);
	must(status == ST_IOERR, 6);
	must(request(0, T_IN, 8, 512) == ST_OK, 7);
	works(8);
}

/* Chains that miss a part. */
static void test_parts(void)
{
	fresh(VERSION_1);		/* a header alone */
	set_desc(0, HEADERS, 16, 0, 0);
	offer(0);
	refused(0);
	works(4);
	fresh(VERSION_1);		/* a short one */
	set_desc(0, HEADERS, 7, D_NEXT, 2);
	offer(0);
	refused(8);
	works(12);
	fresh(VERSION_1);		/* no room for the status */
	set_desc(1, BUFFERS, 512, 0, 0);
	offer(0);
	refused(16);
	works(20);
	fresh(VERSION_1);		/* a read into what is to be read */
	*(volatile uint32_t *)HEADERS = T_IN;
	offer(0);
	refused(24);
	works(28);
	fresh(VERSION_1);		/* a write from what is to be written */
	set_desc(1, BUFFERS, 512, D_WRITE | D_NEXT, 2);
	offer(0);
	refused(32);
	works(36);
}

static void set_entry(unsigned int n, uint64_t addr, uint32_t len, uint16_t flags,
		      uint16_t next)
{
	volatile struct desc *d = (volatile struct desc *)TABLE + n;

	d->addr = addr;
	d->len = len;
	d->flags = flags;
	d->next = next;
}

static void fresh_table(void)
{
	fresh(INDIRECT);
	set_entry(0, HEADERS, 16, D_NEXT, 1);
	set_entry(1, BUFFERS, 512, D_NEXT, 2);
	set_entry(2, STATUSES, 1, D_WRITE, 0);
	set_desc(0, TABLE, 48, D_INDIRECT, 0);
}

static void test_indirect(void)
{
	wr(R_OFFERED_SEL, 0);
	if (!(rd(R_OFFERED) & 1U << F_INDIRECT))
		return;
	fresh_table();
	offer(0);
	kick();
	must(outcome(10000) == ANSWER && *status_of(0) == ST_OK, 0);
	fresh_table();			/* a table in a table */
	set_entry(1, TABLE, 48, D_INDIRECT, 0);
	offer(0);
	refused(2);
	works(4);
	fresh_table();			/* of half an entry */
	desc(0)->len = 40;
	offer(0);
	refused(8);
	works(12);
	fresh_table();			/* outside */
	desc(0)->addr = OUTSIDE;
	offer(0);
	refused(16);
	works(20);
	fresh_table();			/* longer than memory */
	desc(0)->len = 0xfffffff0;
	offer(0);
	refused(24);
	works(28);
	fresh_table();			/* empty */
	desc(0)->len = 0;
	offer(0);
	refused(32);
	works(36);
	fresh_table();			/* next is none of it */
	set_entry(1, BUFFERS, 512, D_NEXT, 3);
	offer(0);
	refused(40);
	works(44);
	fresh_table();			/* round and round */
	set_entry(1, BUFFERS, 512, D_NEXT, 1);
	offer(0);
	refused(48);
	works(52);
}

/* Data into the ring itself: whatever comes of it, a reset helps. */
static void test_own_ring(void)
{
	static const unsigned long at[] = { DESC, AVAIL, USED, HEADERS, STATUSES };
	unsigned int i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		fresh(VERSION_1);
		prepare(0, T_IN, 0, 4096);
		desc(1)->addr = at[i];
		offer(0);
		kick();
		outcome(200);
		works(i * 4);
	}
}

/* Reset with requests in flight: afterwards nothing of the guest's is touched. */
static void test_reset(void)
{
	volatile uint64_t *p;
	unsigned int round, n, i;
	uint64_t end;

	for (round = 0; round < 30; round++) {
		must(start(VERSION_1, QUEUE), 0);
		for (n = 0; n < 16; n++) {
			prepare(n, T_IN, n * 256, 65536);
			offer(3 * n);
		}
		kick();
		for (i = 0; i < round * 1000; i++)
			__asm__ volatile("yield");
		wr(R_STATUS, 0);
		must(!rd(R_STATUS), 1);
		for (n = 0; n < 16; n++) {
			p = buffer_of(n);
			for (i = 0; i < 8192; i += 512)
				p[i] = 0x5a5a5a5a5a5a5a5aUL;
		}
		zero(USED, 0x1000);
		for (end = now_ms() + 5; now_ms() < end; )
			__asm__ volatile("yield");
		for (n = 0; n < 16; n++) {
			p = buffer_of(n);
			for (i = 0; i < 8192; i += 512)
				must(p[i] == 0x5a5a5a5a5a5a5a5aUL, 2);
		}
		must(!used_idx(), 3);
		works(4);
	}
}

int bare_main(void);

int bare_main(void)
{
	test_nr = 1;
	must(rd(R_MAGIC) == 0x74726976 && rd(4) == 2 && rd(8) == 2, 0);
	works(4);
	test_nr = 2;
	test_features();
	test_nr = 3;
	test_registers();
	test_nr = 4;
	test_queues();
	test_nr = 5;
	test_avail();
	test_nr = 6;
	test_chains();
	test_nr = 7;
	test_addresses();
	test_nr = 8;
	test_requests();
	test_nr = 9;
	test_parts();
	test_nr = 10;
	test_indirect();
	test_nr = 11;
	test_own_ring();
	test_nr = 12;
	test_reset();
	return 0;
}
