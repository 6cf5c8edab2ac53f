// SPDX-License-Identifier: GPL-2.0-only
/* The memory that the tests of the split ring share. */
#include <stdlib.h>
#include <string.h>

#include "ring.h"

struct world w;

static const struct {
	uint64_t at;
	uint64_t size;
	size_t pointer;		/* in struct world */
} pieces[] = {
	{ DESC_AT, 16 * NUM, offsetof(struct world, desc) },
	{ AVAIL_AT, 6 + 2 * NUM, offsetof(struct world, avail) },
	{ USED_AT, 6 + 8 * NUM, offsetof(struct world, used) },
	{ TABLE_AT, 16 * TABLE_NUM, offsetof(struct world, table) },
	{ DATA_AT, DATA_SIZE, offsetof(struct world, data) },
	{ NEXT_AT, NEXT_SIZE, offsetof(struct world, next) },
};

#define PIECES	(sizeof(pieces) / sizeof(pieces[0]))

static void **pointer(size_t n)
{
	return (void **)((char *)&w + pieces[n].pointer);
}

static void *translate(void *priv, uint64_t addr, uint32_t *len)
{
	uint64_t into;
	size_t n;

	if (w.hook && addr == w.hook_at)
		w.hook();
	for (n = 0; n < PIECES; n++) {
		if (addr < pieces[n].at || addr - pieces[n].at >= pieces[n].size)
			continue;
		into = addr - pieces[n].at;
		if (*len > pieces[n].size - into)
			*len = (uint32_t)(pieces[n].size - into);
		return (char *)*pointer(n) + into;
	}
	return NULL;
}

void world_begin(uint64_t features)
{
	size_t n;

	memset(&w, 0, sizeof(w));
	for (n = 0; n < PIECES; n++)
		*pointer(n) = calloc(1, pieces[n].size);
	w.chain.seg = w.seg;
	w.chain.max = SEGS;
	CHECK_EQ(shyper_vring_init(&w.vr, NUM, DESC_AT, AVAIL_AT, USED_AT,
				   features, translate, NULL), 0);
}

void world_end(void)
{
	size_t n;

	for (n = 0; n < PIECES; n++)
		free(*pointer(n));
}

void put(struct shyper_vring_desc *d, uint64_t addr, uint32_t len, uint16_t flags,
	 uint16_t next)
{
	*d = (struct shyper_vring_desc){ addr, len, flags, next };
}

void avail(uint16_t head)
{
	w.avail->ring[w.avail->idx % NUM] = head;
	w.avail->idx++;
}

int pop(void)
{
	return shyper_vring_pop(&w.vr, &w.chain);
}

int main(void)
{
	static const struct tap_suite *const suites[] = {
		&ring_suite, &hostile_suite, &both_suite, &events_suite,
		&threads_suite, &hostile_packed_suite, &fuzz_suite,
	};

	return tap_main(suites, sizeof(suites) / sizeof(suites[0]));
}
