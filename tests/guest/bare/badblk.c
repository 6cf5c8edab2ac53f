// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver of a direct disk that stores into its registers what no driver does, in
 * orders that none has, and resets it with requests in flight. After each of it the
 * disk must work again from a reset on, and nothing may be written to the memory of
 * requests that a reset has ended. Returns 0, or the number of what went wrong.
 */
#include "mmio.h"

#define RINGS		0x80800000UL	/* a page each: desc, avail, used */
#define HEADERS		0x80810000UL
#define BUFFERS		0x80900000UL
#define SHARED		0x80820000UL	/* what the second CPU is told */
#define ENTRIES		128
#define REQUESTS	32
#define LEN		65536

#define F_HIGH_VERSION_1 (1U << 0)	/* of the high word */
#define F_HIGH_RING_RESET (1U << 8)

struct header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
	uint64_t status;	/* one byte of it */
	uint64_t unused;
};

int bare_main(void);
void bare_second(void);
int second_on(void);

static uint16_t sent;

static void pause_ms(unsigned int ms)
{
	uint64_t end = now_ms() + ms;

	while (now_ms() < end)
		__asm__ volatile("yield");
}

/* Exceptions since this was called last. */
static uint64_t faults(void)
{
	uint64_t n;

	__asm__ volatile("mrs %0, tpidr_el1" : "=r"(n) : : "memory");
	__asm__ volatile("msr tpidr_el1, xzr" : : : "memory");
	return n;
}

static void fill(unsigned long at, unsigned long len, uint64_t with)
{
	volatile uint64_t *p = (volatile uint64_t *)at;

	for (; len; len -= 8)
		*p++ = with;
}

static bool is_filled(unsigned long at, unsigned long len, uint64_t with)
{
	volatile uint64_t *p = (volatile uint64_t *)at;

	for (; len; len -= 8) {
		if (*p++ != with)
			return false;
	}
	return true;
}

/* ---- the driver ---- */

static volatile uint16_t *avail(void)
{
	return (volatile uint16_t *)(RINGS + 0x1000);
}

static uint16_t used_idx(void)
{
	return ((volatile uint16_t *)(RINGS + 0x2000))[1];
}

static void features(uint32_t low, uint32_t high)
{
	wr(R_FEATURES_SEL, 0);
	wr(R_FEATURES, low);
	wr(R_FEATURES_SEL, 1);
	wr(R_FEATURES, high);
}

static bool offers(unsigned int word, uint32_t bits)
{
	wr(R_OFFERED_SEL, word);
	return (rd(R_OFFERED) & bits) == bits;
}

static void queue(void)
{
	sent = 0;
	fill(RINGS, 0x3000, 0);
	queue_at(0, RINGS, ENTRIES);
}

static bool negotiate(void)
{
	wr(R_STATUS, 0);
	if (rd(R_STATUS))
		return false;
	wr(R_STATUS, S_DRIVER);
	features(0, F_HIGH_VERSION_1 | (offers(1, F_HIGH_RING_RESET) ? F_HIGH_RING_RESET : 0));
	wr(R_STATUS, S_DRIVER | S_FEATURES_OK);
	return rd(R_STATUS) == (S_DRIVER | S_FEATURES_OK);
}

static bool start(void)
{
	if (!negotiate())
		return false;
	queue();
	wr(R_STATUS, S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
	return rd(R_STATUS) == (S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
}

static struct desc desc(uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	return (struct desc){ addr, len, flags, next };
}

/* Make count reads or writes available, and notify. */
static void submit(unsigned int count, bool write, uint32_t len)
{
	volatile struct desc *d = (volatile struct desc *)RINGS;
	volatile struct header *h = (volatile struct header *)HEADERS;
	unsigned int n;

	for (n = 0; n < count; n++) {
		h[n].type = write;
		h[n].reserved = 0;
		h[n].sector = n * (len / 512);
		h[n].status = ~0ULL;
		d[3 * n] = desc(HEADERS + n * sizeof(*h), 16, D_NEXT, 3 * n + 1);
		d[3 * n + 1] = desc(BUFFERS + n * (unsigned long)len, len,
				    write ? D_NEXT : D_NEXT | D_WRITE, 3 * n + 2);
		d[3 * n + 2] = desc(HEADERS + n * sizeof(*h) + 16, 1, D_WRITE, 0);
		avail()[2 + (sent + n) % ENTRIES] = 3 * n;
	}
	sent += count;
	__asm__ volatile("dsb sy" : : : "memory");
	avail()[1] = sent;
	__asm__ volatile("dsb sy" : : : "memory");
	wr(R_NOTIFY, 0);
}

static bool complete(unsigned int count)
{
	volatile struct header *h = (volatile struct header *)HEADERS;
	uint64_t end = now_ms() + 10000;
	unsigned int n;

	while (used_idx() != sent) {
		if (now_ms() > end)
			return false;
	}
	for (n = 0; n < count; n++) {
		if (h[n].status & 0xff)
			return false;
	}
	return true;
}

/* It writes and reads back; its interrupt status goes up, and down again. */
static bool works(void)
{
	uint64_t pattern = 0x0123456789abcdefULL * (now_ms() | 1);

	fill(BUFFERS, 8192, pattern);
	submit(2, true, 4096);
	if (!complete(2))
		return false;
	fill(BUFFERS, 8192, 0);
	submit(2, false, 4096);
	if (!complete(2) || !is_filled(BUFFERS, 8192, pattern))
		return false;
	wr(R_ACK, 0xff);
	submit(1, false, 4096);
	if (!complete(1))
		return false;
	pause_ms(100);
	if (!(rd(R_INTERRUPT) & 1))
		return false;
	wr(R_ACK, 1);
	return !(rd(R_INTERRUPT) & 1);
}

/* ---- what no driver does ---- */

static int registers(void)
{
	wr(R_STATUS, 0);
	if (rd(R_MAGIC) != 0x74726976 || rd(R_VERSION) != 2 ||
	    rd(R_DEVICE_ID) != 2 || rd(R_STATUS))
		return 1;
	if (rd(R_SHM_LEN) != 0xffffffff || rd(R_SHM_LEN + 4) != 0xffffffff)
		return 2;
	wr(R_QUEUE_SEL, 1000);
	if (rd(R_QUEUE_MAX) || rd(R_QUEUE_READY))
		return 3;
	wr(R_QUEUE_READY, 1);
	wr(R_QUEUE_NUM, 77);
	if (rd(R_QUEUE_READY))
		return 4;
	wr(R_QUEUE_SEL, 0);
	if (!rd(R_QUEUE_MAX))
		return 5;
	wr(R_OFFERED_SEL, 0xffffffff);
	if (rd(R_OFFERED) || !offers(1, F_HIGH_VERSION_1))
		return 6;
	/* What is read-only stays as it is. */
	wr(R_MAGIC, 0);
	wr(R_QUEUE_MAX, 7);
	wr(R_INTERRUPT, 0xff);
	wr(R_SHM_LEN, 0);
	wr(0xffc, 1);
	if (rd(R_MAGIC) != 0x74726976 || rd(R_QUEUE_MAX) == 7 || rd(R_INTERRUPT))
		return 7;
	return faults() ? 8 : 0;
}

/* Stores that are no access of 32 bits; of a doorbell's, too. */
static int widths(void)
{
	*(volatile uint8_t *)(device + R_STATUS) = 0;
	*(volatile uint16_t *)(device + R_QUEUE_SEL) = 0;
	*(volatile uint64_t *)(device + R_QUEUE_SEL) = 0;
	*(volatile uint8_t *)(device + R_NOTIFY) = 0;
	*(volatile uint16_t *)(device + R_ACK) = 0;
	if (faults() != 5)
		return 10;
	/* In configuration space all widths are good, and nothing is to be had. */
	*(volatile uint8_t *)(device + R_CONFIG) = 1;
	*(volatile uint16_t *)(device + R_CONFIG) = 1;
	*(volatile uint64_t *)(device + R_CONFIG) = 1;
	*(volatile uint64_t *)(device + 0xff8) = 1;
	return faults() ? 11 : 0;
}

static int order(void)
{
	wr(R_STATUS, 0);
	wr(R_STATUS, S_DRIVER_OK);
	if (rd(R_STATUS) & S_DRIVER_OK)
		return 20;
	wr(R_STATUS, 0);
	queue_at(0, RINGS, ENTRIES);
	if (rd(R_QUEUE_READY))
		return 21;
	wr(R_STATUS, S_DRIVER);
	features(0, 0);			/* not VERSION_1 */
	wr(R_STATUS, S_DRIVER | S_FEATURES_OK);
	if (rd(R_STATUS) & S_FEATURES_OK)
		return 22;
	features(0, 0x80000000 | F_HIGH_VERSION_1);	/* not offered */
	wr(R_STATUS, S_DRIVER | S_FEATURES_OK);
	if (rd(R_STATUS) & S_FEATURES_OK)
		return 23;
	features(0, F_HIGH_VERSION_1);
	wr(R_FEATURES_SEL, 2);			/* beyond all */
	wr(R_FEATURES, 1);
	wr(R_STATUS, S_DRIVER | S_FEATURES_OK);
	if (rd(R_STATUS) & S_FEATURES_OK)
		return 24;
	if (!negotiate())
		return 25;
	/* Settled: this changes nothing. Bits are not taken away. */
	features(0xffffffff, 0xffffffff);
	wr(R_STATUS, S_DRIVER);
	if (rd(R_STATUS) != (S_DRIVER | S_FEATURES_OK))
		return 26;
	wr(R_NOTIFY, 0);
	wr(R_NOTIFY, 0xffffffff);
	/* A queue that becomes ready after S_DRIVER_OK. */
	wr(R_STATUS, S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
	queue();
	if (rd(R_QUEUE_READY) != 1)
		return 27;
	return works() ? 0 : 28;
}

static bool untouched(uint16_t used)
{
	pause_ms(150);
	return used_idx() == used && is_filled(BUFFERS, REQUESTS * LEN, 0x5a5a);
}

/* A reset, of the device or of the queue, by the register; 0 in another for proof. */
static bool ends_all(unsigned int reg, uint32_t val, unsigned int proof)
{
	uint16_t used;

	wr(R_QUEUE_SEL, 0);
	submit(REQUESTS, false, LEN);
	wr(reg, val);
	used = used_idx();
	fill(BUFFERS, REQUESTS * LEN, 0x5a5a);
	return !rd(proof) && untouched(used);
}

static int resets(void)
{
	unsigned int n;

	for (n = 0; n < 6; n++) {
		if (!start())
			return 30;
		if (!ends_all(R_STATUS, 0, R_STATUS))
			return 31;
		if (!start() || !works())
			return 32;
	}
	if (!ends_all(R_QUEUE_READY, 0, R_QUEUE_READY))
		return 33;
	queue();
	if (!works())
		return 34;
	if (offers(1, F_HIGH_RING_RESET)) {
		if (!ends_all(R_QUEUE_RESET, 1, R_QUEUE_RESET) ||
		    rd(R_QUEUE_READY))
			return 35;
		queue();
		if (!works())
			return 36;
	}
	/* Ready as often as one likes. */
	wr(R_QUEUE_READY, 1);
	for (n = 0; n < 20; n++) {
		wr(R_QUEUE_READY, n & 1);
		wr(R_NOTIFY, 0);
	}
	wr(R_QUEUE_READY, 0);
	queue();
	return works() ? 0 : 37;
}

static bool broken(void)
{
	uint64_t end = now_ms() + 5000;

	while (!(rd(R_STATUS) & S_NEEDS_RESET)) {
		if (now_ms() > end)
			return false;
	}
	return true;
}

static int rings(void)
{
	static const uint32_t nums[] = { 0, 3, 0x8000, 0xffffffff };
	unsigned int n;

	/* More available than there are entries. */
	if (!start())
		return 40;
	avail()[1] = 1000;
	wr(R_NOTIFY, 0);
	if (!broken())
		return 41;
	for (n = 0; n < 50 && !(rd(R_INTERRUPT) & 2); n++)
		pause_ms(10);
	if (!(rd(R_INTERRUPT) & 2))
		return 42;
	/* Nothing but a reset helps. */
	wr(R_STATUS, 0xf);
	wr(R_QUEUE_READY, 1);
	wr(R_NOTIFY, 0);
	if (!(rd(R_STATUS) & S_NEEDS_RESET))
		return 43;
	if (!start() || (rd(R_INTERRUPT) & 2) || !works())
		return 44;
	/* A ring that is not in memory, and queues of impossible sizes. */
	wr(R_QUEUE_READY, 0);
	queue_at(0, 0x40000000, ENTRIES);
	if (!broken() || !start() || !works())
		return 45;
	wr(R_QUEUE_READY, 0);
	queue_at(0, 0x80ffe000, ENTRIES);	/* its end is beyond the end */
	if (!broken() || !start() || !works())
		return 46;
	for (n = 0; n < 4; n++) {
		if (!negotiate())
			return 47;
		queue_at(0, RINGS, nums[n]);
		wr(R_STATUS, 0xf);
		if (!broken())
			return 48;
	}
	/* Broken with requests in flight. */
	if (!start())
		return 49;
	submit(REQUESTS, false, LEN);
	avail()[1] = sent + 1000;
	wr(R_NOTIFY, 0);
	if (!broken() || !start() || !works())
		return 50;
	return faults() ? 51 : 0;
}

/* ---- two at once ---- */

static volatile uint32_t *shared(unsigned int n)
{
	return (volatile uint32_t *)(SHARED + 4 * n);
}

static uint32_t rand_next(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Registers at random until it is told to end; of the first CPU's ones, too. */
void bare_second(void)
{
	static const uint16_t regs[] = {
		R_STATUS, R_STATUS, R_QUEUE_READY, R_QUEUE_SEL, R_QUEUE_NUM,
		R_NOTIFY, R_NOTIFY, R_ACK, R_FEATURES, R_FEATURES_SEL,
		R_OFFERED_SEL, R_ADDR, R_ADDR + 0x14, R_QUEUE_RESET,
	};
	static const uint32_t vals[] = { 0, 0, 1, 1, 3, 0xb, 0xf, 0x80, 0xffffffff };
	uint32_t seed = 0x5eed, count = 0;

	while (!*shared(0)) {
		wr(regs[rand_next(&seed) % (sizeof(regs) / sizeof(regs[0]))],
		   vals[rand_next(&seed) % (sizeof(vals) / sizeof(vals[0]))]);
		*shared(1) = ++count;
	}
	*shared(2) = 1 + faults();
}

static int together(void)
{
	uint64_t end = now_ms() + 4000;

	*shared(0) = *shared(1) = *shared(2) = 0;
	if (second_on())
		return 60;
	while (now_ms() < end || *shared(1) < 1000) {
		if (now_ms() > end + 20000)
			return 61;
		start();
		submit(4, false, LEN);
	}
	*shared(0) = 1;
	for (end = now_ms() + 5000; !*shared(2); ) {
		if (now_ms() > end)
			return 62;
	}
	if (*shared(2) != 1 || faults())
		return 63;
	return start() && works() ? 0 : 64;
}

int bare_main(void)
{
	int ret = registers();

	if (!ret)
		ret = widths();
	if (!ret)
		ret = order();
	if (!ret)
		ret = resets();
	if (!ret)
		ret = rings();
	return ret ? ret : together();
}
