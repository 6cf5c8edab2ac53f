// SPDX-License-Identifier: GPL-2.0-only
/* Packed rings that no driver should make: an error each, and never more than that. */
#include <string.h>

#include <tap.h>

#include "drv.h"
#include "ring.h"

#define NEXT		SHYPER_VRING_DESC_F_NEXT
#define WRITE		SHYPER_VRING_DESC_F_WRITE
#define INDIRECT	SHYPER_VRING_DESC_F_INDIRECT
#define AVAIL		SHYPER_VRING_DESC_F_AVAIL
#define USED		SHYPER_VRING_DESC_F_USED

#define ALL	(SHYPER_VRING_F_PACKED | SHYPER_VRING_F_EVENT_IDX | \
		 SHYPER_VRING_F_INDIRECT_DESC)
#define PLAIN	SHYPER_VRING_F_PACKED

#undef NOWHERE
#define TABLE	DRV_TABLE_AT
#define DATA	DRV_DATA_AT
#define NOWHERE	0x1000

static struct drv drv;
static struct shyper_vring vr;
static struct shyper_chain chain;
static struct shyper_seg seg[NUM + 4];

typedef struct shyper_vring_packed_desc desc_t;

static void begin(u64 features)
{
	drv_begin(&drv, NUM, features);
	memset(&chain, 0, sizeof(chain));
	chain.seg = seg;
	chain.max = NUM + 4;
	CHECK_EQ(drv_ring_init(&drv, &vr), 0);
}

static void end(void)
{
	drv.mem.hook = NULL;
	drv_end(&drv);
}

static int pop_it(void)
{
	return shyper_vring_pop(&vr, &chain);
}

static void setup(void)
{
	struct shyper_vring v;

	begin(PLAIN);
#define INIT(num, desc, driver, device) \
	shyper_vring_init(&v, num, desc, driver, device, PLAIN, mem_translate, \
			  &drv.mem)
	CHECK_EQ(INIT(NUM, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT), 0);
	CHECK_EQ(INIT(1, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT), 0);
	CHECK_EQ(INIT(5, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT), 0);
	CHECK_EQ(INIT(0, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(32768, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(0x10000008, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(NUM + 1, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DRV_DESC_AT + 8, DRV_DRIVER_AT, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DRV_DESC_AT, DRV_DRIVER_AT + 2, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DEVICE_AT + 2),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, NOWHERE, DRV_DRIVER_AT, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DRV_DESC_AT, NOWHERE, DRV_DEVICE_AT),
		 SHYPER_VRING_E_SETUP);
	CHECK_EQ(INIT(4, DRV_DESC_AT, DRV_DRIVER_AT, DRV_DRIVER_AT + 4),
		 SHYPER_VRING_E_SETUP);
#undef INIT
	end();
}

/* One ring each, and what becomes of it. */
static const struct {
	const char *what;
	u64 features;
	desc_t ring[3];		/* marked as available, the first time round */
	desc_t table[3];
	int result;
} rings[] = {
	{ "a good one", ALL, { { DATA, 1, 0, 0 } }, { }, 1 },
	{ "any id", ALL, { { DATA, 1, 0xffff, 0 } }, { }, 1 },
	{ "empty buffer", ALL, { { DATA, 0, 0, 0 } }, { },
	  SHYPER_VRING_E_ZERO },
	{ "readable after writable", ALL,
	  { { DATA, 1, 0, NEXT | WRITE }, { DATA, 1, 0, 0 } }, { },
	  SHYPER_VRING_E_ORDER },
	{ "2^32 bytes", ALL,
	  { { NOWHERE, 0xffffffff, 0, NEXT }, { NOWHERE, 1, 0, WRITE } }, { }, 1 },
	{ "one more", ALL,
	  { { NOWHERE, 0xffffffff, 0, NEXT }, { NOWHERE, 2, 0, WRITE } }, { },
	  SHYPER_VRING_E_LENGTH },
	{ "not negotiated", PLAIN, { { TABLE, 16, 0, INDIRECT } },
	  { { DATA, 1, 0, 0 } }, SHYPER_VRING_E_INDIRECT },
	{ "table, then another descriptor", ALL,
	  { { TABLE, 16, 0, INDIRECT | NEXT }, { DATA, 1, 0, 0 } },
	  { { DATA, 1, 0, 0 } }, SHYPER_VRING_E_INDIRECT },
	{ "descriptor, then a table", ALL,
	  { { DATA, 1, 0, NEXT }, { TABLE, 16, 0, INDIRECT } },
	  { { DATA, 1, 0, 0 } }, SHYPER_VRING_E_INDIRECT },
	{ "WRITE with a table means nothing", ALL,
	  { { TABLE, 32, 0, INDIRECT | WRITE } },
	  { { DATA, 1, 0, 0 }, { DATA, 1, 0, WRITE } }, 1 },
	{ "in a table other flags mean nothing", ALL,
	  { { TABLE, 32, 0, INDIRECT } },
	  { { DATA, 1, 9, INDIRECT | NEXT | USED }, { DATA, 1, 7, NEXT | WRITE } }, 1 },
	{ "empty table", ALL, { { TABLE, 0, 0, INDIRECT } }, { },
	  SHYPER_VRING_E_TABLE },
	{ "part of a descriptor", ALL, { { TABLE, 24, 0, INDIRECT } }, { },
	  SHYPER_VRING_E_TABLE },
	{ "table longer than the queue", ALL,
	  { { TABLE, 16 * (NUM + 1), 0, INDIRECT } }, { }, SHYPER_VRING_E_LONG },
	{ "table of 4 GiB", ALL, { { TABLE, 0xfffffff0, 0, INDIRECT } }, { },
	  SHYPER_VRING_E_LONG },
	{ "table that is no memory", ALL, { { NOWHERE, 16, 0, INDIRECT } }, { },
	  SHYPER_VRING_E_TABLE },
	{ "table that ends outside", ALL,
	  { { DRV_DATA_AT + NUM * DRV_SLOT - 16, 32, 0, INDIRECT } }, { },
	  SHYPER_VRING_E_TABLE },
	{ "table around the end of addresses", ALL,
	  { { ~(u64)15, 64, 0, INDIRECT } }, { }, SHYPER_VRING_E_TABLE },
	{ "table with an empty buffer", ALL, { { TABLE, 32, 0, INDIRECT } },
	  { { DATA, 1, 0, 0 }, { DATA, 0, 0, 0 } }, SHYPER_VRING_E_ZERO },
	{ "table in wrong order", ALL, { { TABLE, 32, 0, INDIRECT } },
	  { { DATA, 1, 0, WRITE }, { DATA, 1, 0, 0 } }, SHYPER_VRING_E_ORDER },
	{ "the ring itself as a table", ALL,
	  { { DRV_DESC_AT, 16, 0, INDIRECT } }, { }, 1 },
};

static void bad_rings(void)
{
	unsigned int n, i, wide;

	for (n = 0; n < 2 * sizeof(rings) / sizeof(rings[0]); n++) {
		wide = n & 1;
		begin(rings[n / 2].features);
		drv.mem.wide = wide;
		memcpy(mem_at(&drv.mem, TABLE), rings[n / 2].table,
		       sizeof(rings[0].table));
		for (i = 0; i < 3; i++) {
			drv.ring[i] = rings[n / 2].ring[i];
			if (drv.ring[i].addr)
				drv.ring[i].flags |= AVAIL;
		}
		if (!CHECK_EQ(pop_it(), rings[n / 2].result))
			tap_check(false, rings[n / 2].what, __FILE__, __LINE__);
		end();
	}
}

/* NEXT everywhere: no end, at each place and with part of the ring taken. */
static void endless(void)
{
	unsigned int start, i;

	for (start = 0; start < NUM; start++) {
		begin(ALL);
		for (i = 0; i < start; i++) {
			drv.ring[i] = (desc_t){ DATA, 1, 0, AVAIL };
			CHECK_EQ(pop_it(), 1);
		}
		for (; i < NUM; i++)
			drv.ring[i] = (desc_t){ DATA, 1, 0, AVAIL | NEXT };
		CHECK_EQ(pop_it(), SHYPER_VRING_E_LONG);
		end();
	}
}

/* What has been taken is made available once more, with some given back. */
static void taken_twice(void)
{
	unsigned int i;

	begin(ALL);
	for (i = 0; i < NUM; i++) {
		drv.ring[i] = (desc_t){ DATA, 1, 0, AVAIL };
		CHECK_EQ(pop_it(), 1);
	}
	CHECK_EQ(pop_it(), 0);
	shyper_vring_push(&vr, chain.head, 0);
	drv.ring[0] = (desc_t){ DATA, 1, 0, USED };
	CHECK_EQ(pop_it(), 1);
	drv.ring[1].flags = USED;
	CHECK_EQ(pop_it(), SHYPER_VRING_E_AVAIL);
	end();
}

/* The flags that are not those of the next descriptor, this time round. */
static void not_available(void)
{
	static const u16 flags[] = { 0, USED, AVAIL | USED, NEXT, 0xff7f, 0x8000 };
	unsigned int i;

	begin(ALL);
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		drv.ring[0] = (desc_t){ DATA, 1, 0, flags[i] };
		CHECK_EQ(pop_it(), 0);
	}
	/* Later ones do not count. */
	drv.ring[1] = (desc_t){ DATA, 1, 0, AVAIL };
	CHECK_EQ(pop_it(), 0);
	end();
}

/* The same name for all: what is given back is right all the same. */
static void same_name(void)
{
	u32 head[NUM];
	unsigned int i;

	begin(ALL);
	for (i = 0; i < NUM; i++)
		drv.ring[i] = (desc_t){ DATA, 1, 3, AVAIL | (i % 2 ? 0 : NEXT) };
	for (i = 0; i < NUM / 2; i++) {
		CHECK_EQ(pop_it(), 1);
		head[i] = chain.head;
	}
	CHECK_EQ(pop_it(), 0);
	for (i = 0; i < NUM / 2; i++)
		shyper_vring_push(&vr, head[NUM / 2 - 1 - i], i);
	for (i = 0; i < NUM; i += 2) {
		CHECK_EQ(drv.ring[i].id, 3);
		CHECK_EQ(drv.ring[i].len, i / 2);
		CHECK_EQ(drv.ring[i].flags, AVAIL | USED | (i ? WRITE : 0));
	}
	end();
}

static void rewrite(u64 addr)
{
	desc_t *table = mem_at(&drv.mem, TABLE);
	unsigned int i;

	for (i = 0; i < 2; i++) {
		drv.ring[i] = (desc_t){ NOWHERE, 0xffffffff, 0xffff, 0xffff };
		if (addr != TABLE)
			table[i] = (desc_t){ NOWHERE, 0xffffffff, 0xffff, 0xffff };
	}
}

/* A driver that changes a descriptor which has been looked at is too late. */
static void fetched_once(void)
{
	desc_t *table;

	begin(ALL);
	drv.ring[0] = (desc_t){ DATA, 16, 5, AVAIL };
	drv.mem.hook = rewrite;
	CHECK_EQ(pop_it(), 1);
	CHECK_EQ(chain.read_len, 16);
	shyper_vring_push(&vr, chain.head, 0);
	CHECK_EQ(drv.ring[0].id, 5);
	end();

	/* The table's place is asked for, and then each buffer's. */
	begin(ALL);
	table = mem_at(&drv.mem, TABLE);
	drv.ring[0] = (desc_t){ TABLE, 16, 5, AVAIL | INDIRECT };
	table[0] = (desc_t){ DATA, 10, 0, WRITE };
	drv.mem.hook = rewrite;
	CHECK_EQ(pop_it(), 1);
	CHECK_EQ(chain.write_len, 10);
	CHECK(!chain.fault);
	shyper_vring_push(&vr, chain.head, 0);
	CHECK_EQ(drv.ring[0].id, 5);
	end();
}

static const struct tap_test tests[] = {
	TAP_TEST(setup, "packed: bad size, alignment or place is refused"),
	TAP_TEST(bad_rings, "packed: bad descriptors and tables"),
	TAP_TEST(endless, "packed: chains without an end"),
	TAP_TEST(taken_twice, "packed: more taken than the ring has"),
	TAP_TEST(not_available, "packed: flags of another time round"),
	TAP_TEST(same_name, "packed: one name for all buffers"),
	TAP_TEST(fetched_once, "packed: descriptors are looked at once"),
};

TAP_SUITE(hostile_packed_suite, tests);
