// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that does nothing but keep its disk busy, until it is ended: 16 requests
 * in flight, each writing a block and reading it back. It resets itself when a request
 * fails or data is not what was written.
 */
#include "blk.h"

#define REQUESTS	16
#define BLOCK		16384U
#define BLOCKS		8U		/* of each request, in turn */

static uint32_t turn[REQUESTS];

static uint64_t sector_of(unsigned int n)
{
	return ((uint64_t)n * BLOCKS + turn[n] / 2 % BLOCKS) * (BLOCK / 512);
}

static uint64_t word_of(unsigned int n)
{
	return (uint64_t)n << 32 | turn[n] / 2;
}

/* Even turns write, odd ones read the same back. */
static void next(unsigned int n)
{
	volatile uint64_t *p = buffer_of(n);
	uint64_t word = turn[n] % 2 ? 0 : word_of(n);
	unsigned int i;

	for (i = 0; i < BLOCK / 8; i += 64)
		p[i] = word;
	prepare(n, turn[n] % 2 ? T_IN : T_OUT, sector_of(n), BLOCK);
	offer(3 * n);
}

static bool good(unsigned int n)
{
	volatile uint64_t *p = buffer_of(n);
	unsigned int i;

	if (n >= REQUESTS || *status_of(n) != ST_OK)
		return false;
	for (i = 0; i < BLOCK / 8; i += 64) {
		if (p[i] != word_of(n))
			return false;
	}
	turn[n]++;
	return true;
}

int bare_main(void);

int bare_main(void)
{
	unsigned int n;

	if (!start(1ULL << F_VERSION_1, 64))
		return 1;
	for (n = 0; n < REQUESTS; n++) {
		turn[n] = 0;
		next(n);
	}
	kick();
	for (;;) {
		if (!wait_used(60000))
			return 1;
		n = used_id(seen - 1) / 3;
		if (!good(n))
			return 1;
		next(n);
		kick();
	}
}
