// SPDX-License-Identifier: GPL-2.0-only
/* A driver's memory in pieces. */
#include <stdlib.h>

#include "mem.h"

void *mem_add(struct mem *mem, u64 at, u64 size)
{
	u8 *ptr = calloc(1, size);

	if (!ptr)
		abort();
	mem->piece[mem->count].at = at;
	mem->piece[mem->count].size = size;
	mem->piece[mem->count++].ptr = ptr;
	return ptr;
}

void mem_free(struct mem *mem)
{
	while (mem->count)
		free(mem->piece[--mem->count].ptr);
}

void *mem_translate(void *priv, u64 addr, u32 *len)
{
	struct mem *mem = priv;
	u64 left;
	u32 n;

	if (mem->hook)
		mem->hook(addr);
	for (n = 0; n < mem->count; n++) {
		if (addr - mem->piece[n].at >= mem->piece[n].size)
			continue;
		left = mem->piece[n].size - (addr - mem->piece[n].at);
		if (mem->wide || *len > left)
			*len = (u32)left;
		return mem->piece[n].ptr + (addr - mem->piece[n].at);
	}
	return NULL;
}

void *mem_at(struct mem *mem, u64 addr)
{
	u32 n;

	for (n = 0; n < mem->count; n++) {
		if (addr - mem->piece[n].at < mem->piece[n].size)
			return mem->piece[n].ptr + (addr - mem->piece[n].at);
	}
	abort();
}

bool mem_has(const struct mem *mem, const void *p, u64 len)
{
	const u8 *from = p;
	u32 n;

	for (n = 0; n < mem->count; n++) {
		if (from >= mem->piece[n].ptr &&
		    from + len <= mem->piece[n].ptr + mem->piece[n].size)
			return true;
	}
	return false;
}
