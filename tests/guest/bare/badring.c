// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio-blk driver whose rings and requests break every rule there is for them. After
 * each, the device must have answered with an error or say that it needs a reset, and
 * work after one. It powers off when all was as it should be; else it crashes at
 * 0x10000000 + 0x1000 * (1000 * the number of the test + the place in it).
 */
#include "blk.h"

#define VERSION_1	(1ULL << F_VERSION_1)
#define INDIRECT	(1ULL << F_INDIRECT | VERSION_1)
#define GROWS		(FIRST_DEVICE + DEVICE_SIZE)	/* a second disk */
#define OFFERED_MQ	(1U << 12)
#define INT_CONFIG	2
#define OUTSIDE		0x40000000UL
#define TABLE		0x80820000UL	/* an indirect one */
#define QUEUE		64
#define BIG		1024		/* another queue, with these parts */
#define BIG_DESC	0x80840000UL
#define BIG_AVAIL	0x80850000UL
#define BIG_USED	0x80860000UL
#define BIG_PARTS	508

/* What came of a request. */
enum outcome { SILENCE, ANSWER, RESET_NEEDED };

static unsigned int test_nr;

static void fail(unsigned int place)
{
	uint64_t nowhere = 0x10000000UL +
			   ((test_nr * 1000UL + place) << 12);

	/* The abort is given to us first, with vectors that are not there. */
	__asm__ volatile("msr vbar_el1, %0\n\tisb\n\tbr %0" : : "r"(nowhere));
	__builtin_unreachable();
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
	try_address(FIRST_DEVICE, 4096, 80);
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
	must(request(0, T_OUT, *(volatile uint32_t *)(FIRST_DEVICE + R_CONFIG), 512) ==
	     ST_IOERR, 4);
	must(request(0, T_IN, *(volatile uint32_t *)(FIRST_DEVICE + R_CONFIG) - 1, 1024) ==
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
	/* Buffers of the other direction are none: nothing may be moved. */
	fresh(VERSION_1);
	*(volatile uint32_t *)HEADERS = T_IN;
	*buffer_of(0) = 0x5a5a;
	offer(0);
	kick();
	must(outcome(10000) != SILENCE, 24);
	must(*buffer_of(0) == 0x5a5a, 25);
	works(28);
	fresh(VERSION_1);
	set_desc(1, BUFFERS, 512, D_WRITE | D_NEXT, 2);
	offer(0);
	kick();
	must(outcome(10000) != SILENCE, 32);
	must(*buffer_of(0) == 0x5a5a, 33);
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

/* ---- data that is not aligned ---- */

struct part {
	unsigned long at;
	uint32_t len;
};

/* Byte by byte: without the MMU all else has to be aligned. */
static uint8_t pattern(uint32_t n)
{
	return (uint8_t)(n * 7 + n / 251 + test_nr);
}

static uint32_t parts_set(const struct part *part, unsigned int n, bool zeroes)
{
	uint32_t i, done = 0;

	for (; n; n--, part++) {
		for (i = 0; i < part->len; i++, done++)
			((volatile uint8_t *)part->at)[i] =
				zeroes ? 0 : pattern(done);
	}
	return done;
}

static bool parts_good(const struct part *part, unsigned int n)
{
	uint32_t i, done = 0;

	for (; n; n--, part++) {
		for (i = 0; i < part->len; i++, done++) {
			if (((volatile uint8_t *)part->at)[i] != pattern(done))
				return false;
		}
	}
	return true;
}

static unsigned int request_parts(uint32_t type, const struct part *part,
				  unsigned int n)
{
	unsigned int i;

	prepare(0, type, 256, 512);
	for (i = 0; i < n; i++)
		set_desc(1 + i, part[i].at, part[i].len,
			 (type == T_IN ? D_WRITE : 0) | D_NEXT, 2 + i);
	set_desc(1 + n, STATUSES, 1, D_WRITE, 0);
	offer(0);
	kick();
	return wait_used(20000) ? *status_of(0) : ST_NONE;
}

/* Written from there and read as a whole; then read to there. */
static void try_parts(const struct part *part, unsigned int n, unsigned int place)
{
	struct part whole = { (unsigned long)buffer_of(50), 0 };

	must(start(VERSION_1, QUEUE), place);
	whole.len = parts_set(part, n, false);
	must(request_parts(T_OUT, part, n) == ST_OK, place + 1);
	parts_set(&whole, 1, true);
	must(request_parts(T_IN, &whole, 1) == ST_OK, place + 2);
	must(parts_good(&whole, 1), place + 3);
	parts_set(part, n, true);
	must(request_parts(T_IN, part, n) == ST_OK, place + 4);
	must(parts_good(part, n), place + 5);
}

/* It is data all the same: no alignment is asked of a driver. */
static void test_unaligned(void)
{
	static const uint32_t offsets[] = { 1, 2, 4, 511, 2049 };
	static const uint32_t lengths[] = { 4, 8, 100, 508, 1, 513, 4095 };
	struct part part[QUEUE - 2];
	unsigned int i;

	for (i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		part[0] = (struct part){ BUFFERS + offsets[i], 4096 };
		try_parts(part, 1, i * 10);
	}
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		part[0] = (struct part){ BUFFERS + 256, lengths[i] };
		part[1] = (struct part){ BUFFERS + 0x10200, 8192 - lengths[i] };
		try_parts(part, 2, 100 + i * 10);
	}
	/* As many as there can be; and more than is copied at a time. */
	for (i = 0; i < QUEUE - 3; i++)
		part[i] = (struct part){ BUFFERS + 0x2000 * i + 16, 4 };
	part[i] = (struct part){ BUFFERS + 0x2000 * i + 16, 4096 - 4 * i };
	try_parts(part, QUEUE - 2, 200);
	part[0] = (struct part){ BUFFERS + 3, 0x19000 };
	try_parts(part, 1, 210);
}

static bool big_request(uint16_t n)
{
	volatile uint16_t *big = (volatile uint16_t *)BIG_AVAIL;
	uint64_t end = now_ms() + 10000;

	*status_of(0) = ST_NONE;
	big[2 + n] = 0;
	__asm__ volatile("dmb sy" : : : "memory");
	big[1] = n + 1;
	kick();
	while (*status_of(0) == ST_NONE || ((volatile uint16_t *)BIG_USED)[1] != n + 1) {
		if (now_ms() > end)
			return false;
	}
	return *status_of(0) == ST_OK;
}

/* As many parts as nobody needs, in each request that there can be, one by one. */
static void test_big(void)
{
	volatile struct desc *d = (volatile struct desc *)BIG_DESC;
	uint64_t end;
	uint16_t i;

	must(negotiate(VERSION_1), 0);
	zero(BIG_DESC, 0x30000);
	set_queue(BIG, BIG_DESC, BIG_AVAIL, BIG_USED);
	wr(R_STATUS, S_RUNNING);
	prepare(0, T_OUT, 0, 512);
	d[0] = (struct desc){ HEADERS, 16, D_NEXT, 1 };
	for (i = 1; i <= BIG_PARTS; i++)
		d[i] = (struct desc){ BUFFERS + 64 * i, 4, D_NEXT, i + 1 };
	d[BIG_PARTS].len = 4096 - 4 * (BIG_PARTS - 1);
	d[i] = (struct desc){ STATUSES, 1, D_WRITE, 0 };
	for (i = 0; i < BIG / 2; i++)
		must(big_request(i), 1);
	/* What it has cost can be looked at meanwhile. */
	end = now_ms() + 2000;
	while (now_ms() < end)
		;
}

/* What changed before the driver could be told of it, it is told as soon as it can. */
static void test_config(void)
{
	uint64_t end = now_ms() + 30000;
	uint32_t generation;

	device = GROWS;
	must(negotiate(VERSION_1), 0);
	generation = rd(R_GENERATION);
	while (rd(R_GENERATION) - generation < 2)
		must(now_ms() < end, 1);
	must(!rd(R_INTERRUPT), 2);
	wr(R_STATUS, S_RUNNING);
	must(rd(R_INTERRUPT) == INT_CONFIG, 3);
	wr(R_ACK, INT_CONFIG);
	must(negotiate(VERSION_1), 4);
	device = FIRST_DEVICE;
}

int bare_main(void);

int bare_main(void)
{
	test_nr = 1;
	works(0);
	test_nr = 2;
	test_avail();
	test_nr = 3;
	test_chains();
	test_nr = 4;
	test_addresses();
	test_nr = 5;
	test_requests();
	test_nr = 6;
	test_parts();
	test_nr = 7;
	test_indirect();
	test_nr = 8;
	test_own_ring();
	test_nr = 9;
	test_unaligned();
	test_nr = 10;
	wr(R_OFFERED_SEL, 0);
	/* Classic disks do not grow. */
	if (rd(R_OFFERED) & OFFERED_MQ)
		test_config();
	test_nr = 11;
	if (rd(R_QUEUE_MAX) >= BIG)
		test_big();
	return 0;
}
