// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings the doorbell of a direct disk again and again, with nothing to say or hardly
 * anything. Whoever counts what comes of it looks at the MVM; here it is looked whether
 * the disk works afterwards, at once and for long.
 */
#include "blk.h"

#define RINGS		100000
#define ROUNDS		50

int bare_main(void);

static void ring(unsigned int count)
{
	while (count--)
		wr(R_NOTIFY, 0);
}

int bare_main(void)
{
	unsigned int n;

	/* Before there is a queue, */
	wr(R_STATUS, 0);
	ring(RINGS);
	if (!start(1ULL << F_VERSION_1, 64))
		return 1;
	if (request(0, T_OUT, 0, 512) != ST_OK)
		return 1;
	/* of one with nothing in it, */
	ring(RINGS);
	/* with a request now and then, */
	for (n = 0; n < ROUNDS; n++) {
		if (request(n % 8, T_IN, 8 * n, 4096) != ST_OK)
			return 1;
		ring(RINGS / ROUNDS);
	}
	/* and between starts. */
	for (n = 0; n < ROUNDS; n++) {
		wr(R_QUEUE_READY, 0);
		ring(RINGS / ROUNDS / 2);
		sent = 0;
		seen = 0;
		zero(DESC, 0x3000);
		avail()[0] = 1;
		set_queue(entries, DESC, AVAIL, USED);
		ring(RINGS / ROUNDS / 2);
	}
	for (n = 0; n < 10 * ROUNDS; n++) {
		if (request(n % 8, T_IN, 8 * n, 4096) != ST_OK)
			return 1;
	}
	return 0;
}
