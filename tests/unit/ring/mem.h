/* SPDX-License-Identifier: GPL-2.0-only */
/* A driver's memory in pieces, each an allocation that ASan guards. */
#ifndef MEM_H
#define MEM_H

#include <shyper/types.h>

#define MEM_PIECES	8

/**
 * struct mem - what the device can reach
 * @wide:	answers go to the end of a piece, however little was asked for
 * @hook:	called at each translation, if there is one
 */
struct mem {
	struct {
		u64 at;
		u64 size;
		u8 *ptr;
	} piece[MEM_PIECES];
	u32 count;
	bool wide;
	void (*hook)(u64 addr);
};

/* A piece at an address of the driver's, all 0. */
void *mem_add(struct mem *mem, u64 at, u64 size);
void mem_free(struct mem *mem);
/* A shyper_vring_translate. */
void *mem_translate(void *priv, u64 addr, u32 *len);
/* What the driver has there; it has to be there. */
void *mem_at(struct mem *mem, u64 addr);
/* Whether all of this is in one piece. */
bool mem_has(const struct mem *mem, const void *p, u64 len);

#endif /* MEM_H */
