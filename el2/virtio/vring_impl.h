/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the ring library (shyper/vring.h) share: a chain that is
 * being put together, and the two layouts behind the one set of functions.
 */
#ifndef VRING_IMPL_H
#define VRING_IMPL_H

#include <shyper/vring.h>

#define VRING_DESC_SIZE		16
#define VRING_CHAIN_BYTES	((u64)1 << 32)	/* at most: 2.7.5.2 */

/*
 * shyper_chain.head: the driver's name for the buffer; for a packed ring how many
 * descriptors of the ring it takes; whether the device can write any of it.
 */
#define VRING_HEAD_ID		0xffff
#define VRING_HEAD_COUNT_SHIFT	16
#define VRING_HEAD_COUNT	0x7fff
#define VRING_HEAD_READONLY	((u32)1 << 31)

#define vring_likely(x)		__builtin_expect(!!(x), 1)
#define vring_unlikely(x)	__builtin_expect(!!(x), 0)
#define vring_noinline		__attribute__((__noinline__))
/* For what is compiled once for either walk; in the kernel "inline" is a wish. */
#define vring_inline		inline __attribute__((__always_inline__))
/*
 * Of a variable that vring_parts_begin() sets up: where the kernel has the compiler
 * clear what is on the stack, that would be a call for each buffer.
 */
#define vring_uninit		__attribute__((__uninitialized__))

/*
 * A chain is walked twice over by the same code: once for what most chains are,
 * aligned and all of it in the window, without a call; and from its beginning
 * again, for all others, when that gave up with this.
 */
#define VRING_GIVE_UP		1

/* The halves of a descriptor, copied out of memory that the driver may change. */
struct vring_raw {
	u64 addr;
	u64 rest;
};

/**
 * struct vring_parts - a chain that is being put together
 * @window:	a copy, for the fast walk, which does not move it
 * @seg:	the next one to fill in
 * @end:	behind the last one
 * @sum:	bytes
 * @write:	SHYPER_VRING_DESC_F_WRITE once we are in the writable ones
 */
struct vring_parts {
	struct shyper_vring_window window;
	struct shyper_seg *seg;
	struct shyper_seg *end;
	u64 sum;
	u16 write;
};

/* Where all of a part of the ring or a table is; NULL if it is not contiguous. */
void *vring_translate_all(struct shyper_vring *vr, u64 addr, u32 len);

/* Add memory that is not all in the window. Return: 0 or an error. */
int vring_parts_slow(struct shyper_vring *vr, struct shyper_chain *chain,
		     struct vring_parts *parts, u64 addr, u32 len);

/* Copy a descriptor of a table that lies at any address. */
struct vring_raw vring_desc_unaligned(const void *at);

int vring_split_init(struct shyper_vring *vr, u64 desc, u64 driver, u64 device);
int vring_split_pop(struct shyper_vring *vr, struct shyper_chain *chain);
void vring_split_fill(struct shyper_vring *vr, u32 head, u32 len);
void vring_split_publish(struct shyper_vring *vr);
void vring_split_push(struct shyper_vring *vr, u32 head, u32 len);
bool vring_split_want_irq(struct shyper_vring *vr, u32 pushed);
void vring_split_disable_kick(struct shyper_vring *vr);
bool vring_split_enable_kick(struct shyper_vring *vr);

int vring_packed_init(struct shyper_vring *vr, u64 desc, u64 driver, u64 device);
int vring_packed_pop(struct shyper_vring *vr, struct shyper_chain *chain);
void vring_packed_unpop(struct shyper_vring *vr, u32 head);
void vring_packed_fill(struct shyper_vring *vr, u32 head, u32 len);
void vring_packed_publish(struct shyper_vring *vr);
void vring_packed_push(struct shyper_vring *vr, u32 head, u32 len);
bool vring_packed_want_irq(struct shyper_vring *vr, u32 pushed);
bool vring_packed_enable_kick(struct shyper_vring *vr);

static inline bool vring_in_window(const struct shyper_vring_window *window,
				   u64 addr, u32 len)
{
	u64 off = addr - window->addr;

	return vring_likely(off < window->len && len <= window->len - off);
}

static inline void *vring_window_at(const struct shyper_vring_window *window,
				    u64 addr)
{
	return window->va + (addr - window->addr);
}

/* Whether a table's entries can be loaded in two halves, once each. */
static inline bool vring_aligned(const void *table)
{
	return !((uintptr_t)table % sizeof(u64));
}

/* The one look at a descriptor. */
static vring_inline struct vring_raw vring_desc_load(const void *at, bool aligned)
{
	const __le64 *half = at;
	struct vring_raw raw;

	if (!aligned)
		return vring_desc_unaligned(at);
	raw.addr = shyper_vring_ld64(&half[0]);
	raw.rest = shyper_vring_ld64(&half[1]);
	return raw;
}

static inline void vring_parts_begin(const struct shyper_vring *vr,
				     struct shyper_chain *chain,
				     struct vring_parts *parts)
{
	parts->window = vr->window;
	parts->seg = chain->seg;
	parts->end = chain->seg + chain->max;
	parts->sum = 0;
	parts->write = 0;
	chain->fault = false;
}

static inline void vring_parts_readable(struct shyper_chain *chain,
					const struct vring_parts *parts)
{
	chain->nread = (u32)(parts->seg - chain->seg);
	chain->read_len = parts->sum;
}

/* A buffer of the chain, in as many parts as the memory behind it has. */
static vring_inline int vring_parts_add(struct shyper_vring *vr,
				  struct shyper_chain *chain,
				  struct vring_parts *parts, u64 addr, u32 len,
				  u16 flags, bool fast)
{
	const struct shyper_vring_window *window =
		fast ? &parts->window : &vr->window;

	if ((flags ^ parts->write) & SHYPER_VRING_DESC_F_WRITE) {
		if (vring_unlikely(parts->write))
			return SHYPER_VRING_E_ORDER;
		parts->write = SHYPER_VRING_DESC_F_WRITE;
		vring_parts_readable(chain, parts);
	}
	if (vring_unlikely(!len))
		return SHYPER_VRING_E_ZERO;
	parts->sum += len;
	if (vring_unlikely(!vring_in_window(window, addr, len) ||
			   parts->seg == parts->end))
		return fast ? VRING_GIVE_UP :
			      vring_parts_slow(vr, chain, parts, addr, len);
	parts->seg->addr = vring_window_at(window, addr);
	parts->seg->len = len;
	parts->seg++;
	return 0;
}

/* Return: 0 or an error. */
static inline int vring_parts_end(struct shyper_chain *chain,
				  const struct vring_parts *parts, u32 head)
{
	if (vring_unlikely(parts->sum > VRING_CHAIN_BYTES))
		return SHYPER_VRING_E_LENGTH;
	if (!parts->write) {
		vring_parts_readable(chain, parts);
		head |= VRING_HEAD_READONLY;
	}
	chain->nwrite = (u32)(parts->seg - chain->seg) - chain->nread;
	chain->write_len = parts->sum - chain->read_len;
	chain->head = head;
	return 0;
}

#endif /* VRING_IMPL_H */
