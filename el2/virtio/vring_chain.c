// SPDX-License-Identifier: GPL-2.0-only
/* Buffers of either ring: where their memory is, and copies. See shyper/vring.h. */
#include <shyper/string.h>

#include "vring_impl.h"

/* Ask, and remember the answer, which may be longer than the question. */
static void *window_move(struct shyper_vring *vr, u64 addr, u32 *len)
{
	u32 there = *len;
	void *va = vr->translate(vr->priv, addr, &there);

	if (!va)
		return NULL;
	vr->window.addr = addr;
	vr->window.len = there;
	vr->window.va = va;
	if (*len > there)
		*len = there;
	return va;
}

void *vring_translate_all(struct shyper_vring *vr, u64 addr, u32 len)
{
	u32 part = len;
	void *va;

	if (vring_in_window(&vr->window, addr, len))
		return vring_window_at(&vr->window, addr);
	va = window_move(vr, addr, &part);
	return part == len ? va : NULL;
}

int vring_parts_slow(struct shyper_vring *vr, struct shyper_chain *chain,
		     struct vring_parts *parts, u64 addr, u32 len)
{
	u32 part;
	u8 *va;

	for (; len; len -= part, addr += part) {
		if (parts->seg == parts->end)
			return SHYPER_VRING_E_LONG;
		part = len;
		va = window_move(vr, addr, &part);
		if (!va)
			chain->fault = true;
		parts->seg->addr = va;
		parts->seg->len = part;
		parts->seg++;
	}
	return 0;
}

struct vring_raw vring_desc_unaligned(const void *at)
{
	struct vring_raw raw;
	__le64 copy[2];

	memcpy(copy, at, sizeof(copy));
	/* The copy is what is checked and used, not its source. */
	shyper_vring_barrier();
	raw.addr = shyper_vring_ld64(&copy[0]);
	raw.rest = shyper_vring_ld64(&copy[1]);
	return raw;
}

/* The bytes of @seg[0 .. n) from @offset on, to or from @buf. */
static bool segs_copy(const struct shyper_seg *seg, u32 n, u64 offset, u8 *buf,
		      u64 len, bool to_buf)
{
	u64 part;
	u8 *p;

	for (; n && len; n--, seg++) {
		if (offset >= seg->len) {
			offset -= seg->len;
			continue;
		}
		if (!seg->addr)
			return false;
		p = seg->addr + offset;
		part = seg->len - offset;
		if (part > len)
			part = len;
		if (to_buf)
			memcpy(buf, p, part);
		else
			memcpy(p, buf, part);
		buf += part;
		len -= part;
		offset = 0;
	}
	return !len;
}

bool shyper_chain_read(const struct shyper_chain *chain, u64 offset, void *dst,
		       u64 len)
{
	return segs_copy(chain->seg, chain->nread, offset, dst, len, true);
}

bool shyper_chain_write(const struct shyper_chain *chain, u64 offset,
			const void *src, u64 len)
{
	return segs_copy(chain->seg + chain->nread, chain->nwrite, offset,
			 (u8 *)src, len, false);
}
