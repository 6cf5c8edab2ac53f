// SPDX-License-Identifier: GPL-2.0-only
/* A packed virtqueue (VIRTIO 1.2, 2.8) behind shyper/vring.h. */
#include "vring_impl.h"

/* A chain's length has to fit shyper_chain.head. */
#define PACKED_NUM_MAX		VRING_HEAD_COUNT

#define PACKED_DESC_ALIGN	16
#define PACKED_EVENT_ALIGN	4
#define PACKED_EVENT_SIZE	4

/* The second half of a descriptor. */
#define PACKED_LEN(rest)	((u32)(rest))
#define PACKED_ID(rest)		((u16)((rest) >> 32))
#define PACKED_FLAGS(rest)	((u16)((rest) >> 48))
#define PACKED_REST(len, id, flags) \
	((u64)(flags) << 48 | (u64)(id) << 32 | (len))

#define PACKED_F_BOTH	(SHYPER_VRING_DESC_F_AVAIL | SHYPER_VRING_DESC_F_USED)

/* An event suppression structure, as one word. */
#define PACKED_EVENT(flags, pos) \
	((u32)(flags) << 16 | ((pos).wrap ? SHYPER_VRING_EVENT_WRAP : 0) | (pos).at)
#define PACKED_EVENT_FLAGS(event)	((event) >> 16 & 3)
#define PACKED_EVENT_AT(event)		((event) & 0x7fff)

int vring_packed_init(struct shyper_vring *vr, u64 desc, u64 driver, u64 device)
{
	struct shyper_vring_packed *pk = &vr->pk;
	u32 num = vr->num;

	if (!num || num > PACKED_NUM_MAX || desc % PACKED_DESC_ALIGN ||
	    driver % PACKED_EVENT_ALIGN || device % PACKED_EVENT_ALIGN)
		return SHYPER_VRING_E_SETUP;
	pk->desc = vring_translate_all(vr, desc, VRING_DESC_SIZE * num);
	pk->driver = vring_translate_all(vr, driver, PACKED_EVENT_SIZE);
	pk->device = vring_translate_all(vr, device, PACKED_EVENT_SIZE);
	if (!pk->desc || !pk->driver || !pk->device)
		return SHYPER_VRING_E_SETUP;
	pk->next_avail.wrap = true;
	pk->next_used.wrap = true;
	pk->next_fill.wrap = true;
	return 0;
}

/* Move on by @count, which is at most num. */
static vring_inline void pos_add(const struct shyper_vring *vr,
				 struct shyper_vring_pos *pos, u32 count)
{
	u32 at = pos->at + count;

	if (at >= vr->num) {
		at -= vr->num;
		pos->wrap = !pos->wrap;
	}
	pos->at = (u16)at;
}

/* How far it is from one to the other, below two times num. */
static u32 pos_distance(const struct shyper_vring *vr,
			struct shyper_vring_pos from, struct shyper_vring_pos to)
{
	u32 start = from.wrap ? from.at : vr->num + from.at;
	u32 end = to.wrap ? to.at : vr->num + to.at;

	return end >= start ? end - start : end + 2 * vr->num - start;
}

static vring_inline bool is_avail(struct shyper_vring_pos pos, u16 flags)
{
	return (flags & PACKED_F_BOTH) == (pos.wrap ? SHYPER_VRING_DESC_F_AVAIL :
						      SHYPER_VRING_DESC_F_USED);
}

/* 2.8.7: a table is a buffer's only descriptor, and all of it is the buffer. */
static vring_inline int packed_table(struct shyper_vring *vr,
				     struct shyper_chain *chain,
				     struct vring_parts *parts,
				     struct vring_raw raw, bool fast)
{
	const struct shyper_vring_packed_desc *desc, *end;
	u32 len = PACKED_LEN(raw.rest);
	bool aligned;
	int ret;

	if (!vr->indirect || parts->sum ||
	    (PACKED_FLAGS(raw.rest) & SHYPER_VRING_DESC_F_NEXT))
		return SHYPER_VRING_E_INDIRECT;
	if (!len || len % VRING_DESC_SIZE)
		return SHYPER_VRING_E_TABLE;
	if (len / VRING_DESC_SIZE > vr->num)
		return SHYPER_VRING_E_LONG;
	if (!fast)
		desc = vring_translate_all(vr, raw.addr, len);
	else if (vring_in_window(&parts->window, raw.addr, len))
		desc = vring_window_at(&parts->window, raw.addr);
	else
		return VRING_GIVE_UP;
	if (!fast && !desc)
		return SHYPER_VRING_E_TABLE;
	aligned = vring_aligned(desc);
	if (fast && !aligned)
		return VRING_GIVE_UP;
	for (end = desc + len / VRING_DESC_SIZE; desc < end; desc++) {
		raw = vring_desc_load(desc, fast || aligned);
		ret = vring_parts_add(vr, chain, parts, raw.addr,
				      PACKED_LEN(raw.rest),
				      PACKED_FLAGS(raw.rest), fast);
		if (vring_unlikely(ret))
			return ret;
	}
	return 0;
}

/* From the first descriptor on. Return: 0, an error, or VRING_GIVE_UP. */
static vring_inline int packed_walk(struct shyper_vring *vr,
				    struct shyper_chain *chain,
				    struct vring_raw raw, bool fast)
{
	struct shyper_vring_packed *pk = &vr->pk;
	const struct shyper_vring_packed_desc *desc = pk->desc + pk->next_avail.at;
	const struct shyper_vring_packed_desc *end = pk->desc + vr->num;
	u32 count = 1, left = vr->num - pk->inflight;
	struct vring_parts parts vring_uninit;
	u16 flags;
	int ret;

	vring_parts_begin(vr, chain, &parts);
	for (;;) {
		flags = PACKED_FLAGS(raw.rest);
		if (flags & SHYPER_VRING_DESC_F_INDIRECT)
			ret = packed_table(vr, chain, &parts, raw, fast);
		else
			ret = vring_parts_add(vr, chain, &parts, raw.addr,
					      PACKED_LEN(raw.rest), flags, fast);
		if (vring_unlikely(ret))
			return ret;
		if (!(flags & SHYPER_VRING_DESC_F_NEXT))
			break;
		if (vring_unlikely(count++ == left))
			return SHYPER_VRING_E_LONG;
		if (vring_unlikely(++desc == end))
			desc = pk->desc;
		raw = vring_desc_load(desc, true);
	}
	/* 2.8.6: the last one has the name. */
	ret = vring_parts_end(chain, &parts, PACKED_ID(raw.rest) |
					     count << VRING_HEAD_COUNT_SHIFT);
	if (vring_unlikely(ret))
		return ret;
	pos_add(vr, &pk->next_avail, count);
	pk->inflight += count;
	return 0;
}

static vring_noinline int packed_pop_slow(struct shyper_vring *vr,
					  struct shyper_chain *chain, u64 addr,
					  u64 rest)
{
	struct vring_raw raw = { addr, rest };
	int ret = packed_walk(vr, chain, raw, false);

	return ret ? ret : 1;
}

int vring_packed_pop(struct shyper_vring *vr, struct shyper_chain *chain)
{
	struct shyper_vring_packed *pk = &vr->pk;
	const __le64 *half = (const __le64 *)&pk->desc[pk->next_avail.at];
	struct vring_raw raw;
	int ret;

	/*
	 * Acquire: the rest of the chain is read after the flags. Pairs with the
	 * driver's barrier before it writes them, 2.8.21.1. Length and id are
	 * from the same load.
	 */
	raw.rest = shyper_vring_ld64_acquire(&half[1]);
	if (!is_avail(pk->next_avail, PACKED_FLAGS(raw.rest)))
		return 0;
	if (vring_unlikely(pk->inflight == vr->num))
		return SHYPER_VRING_E_AVAIL;
	raw.addr = shyper_vring_ld64(&half[0]);
	ret = packed_walk(vr, chain, raw, true);
	if (vring_unlikely(ret == VRING_GIVE_UP))
		return packed_pop_slow(vr, chain, raw.addr, raw.rest);
	return ret ? ret : 1;
}

static vring_inline u32 head_count(u32 head)
{
	return head >> VRING_HEAD_COUNT_SHIFT & VRING_HEAD_COUNT;
}

void vring_packed_unpop(struct shyper_vring *vr, u32 head)
{
	struct shyper_vring_packed *pk = &vr->pk;
	u32 count = head_count(head);

	/* Around once but for @count. */
	pos_add(vr, &pk->next_avail, vr->num - count);
	pk->next_avail.wrap = !pk->next_avail.wrap;
	pk->inflight -= count;
}

/* The second half of a used descriptor at @pos. */
static vring_inline u64 used_rest(struct shyper_vring_pos pos, u32 head, u32 len)
{
	u16 flags = len ? SHYPER_VRING_DESC_F_WRITE : 0;

	if (pos.wrap)
		flags |= PACKED_F_BOTH;
	return PACKED_REST(len, head & VRING_HEAD_ID, flags);
}

static vring_inline __le64 *used_at(const struct shyper_vring_packed *pk,
				    struct shyper_vring_pos pos)
{
	return (__le64 *)&pk->desc[pos.at] + 1;
}

static vring_inline bool anything_filled(const struct shyper_vring_packed *pk)
{
	return pk->next_fill.at != pk->next_used.at ||
	       pk->next_fill.wrap != pk->next_used.wrap;
}

void vring_packed_fill(struct shyper_vring *vr, u32 head, u32 len)
{
	struct shyper_vring_packed *pk = &vr->pk;
	bool first = !anything_filled(pk);

	/* 2.8.8: one descriptor for a batch, where its first would be. */
	if (first || !vr->merge) {
		pk->batch = pk->next_fill;
		vr->batch_first = first;
	}
	vr->merge = vr->in_order && (head & VRING_HEAD_READONLY);
	/* The driver looks at the others when it has seen the first. */
	if (vr->batch_first)
		pk->first = used_rest(pk->batch, head, len);
	else
		shyper_vring_st64(used_at(pk, pk->batch),
				  used_rest(pk->batch, head, len));
	pos_add(vr, &pk->next_fill, head_count(head));
}

/*
 * Release: the other descriptors and data are there before the flags of the
 * first. Pairs with the driver's barrier after it read them, 2.8.22.
 */
static vring_inline void packed_give(struct shyper_vring *vr, u64 rest, u32 count)
{
	struct shyper_vring_packed *pk = &vr->pk;

	shyper_vring_st64_release(used_at(pk, pk->next_used), rest);
	pk->next_used = pk->next_fill;
	pk->inflight -= count;
	vr->pushed += count;
}

void vring_packed_publish(struct shyper_vring *vr)
{
	struct shyper_vring_packed *pk = &vr->pk;

	if (anything_filled(pk))
		packed_give(vr, pk->first,
			    pos_distance(vr, pk->next_used, pk->next_fill));
}

void vring_packed_push(struct shyper_vring *vr, u32 head, u32 len)
{
	struct shyper_vring_packed *pk = &vr->pk;
	u32 count = head_count(head);

	if (vring_unlikely(anything_filled(pk))) {
		vring_packed_fill(vr, head, len);
		vring_packed_publish(vr);
		return;
	}
	pos_add(vr, &pk->next_fill, count);
	packed_give(vr, used_rest(pk->next_used, head, len), count);
}

bool vring_packed_want_irq(struct shyper_vring *vr, u32 pushed)
{
	u32 event = shyper_vring_ld32(vr->pk.driver);
	struct shyper_vring_pos pos = {
		.at = PACKED_EVENT_AT(event),
		.wrap = event & SHYPER_VRING_EVENT_WRAP,
	};
	u32 back;

	if (PACKED_EVENT_FLAGS(event) == SHYPER_VRING_EVENT_DISABLE)
		return false;
	/* Whatever makes no sense: rather once too often. */
	if (PACKED_EVENT_FLAGS(event) != SHYPER_VRING_EVENT_DESC ||
	    !vr->event_idx || pos.at >= vr->num)
		return true;
	/* Whether it is among those that were pushed, the last is 1 back. */
	back = pos_distance(vr, pos, vr->pk.next_used);
	return pushed >= 2 * vr->num || (back && back <= pushed);
}

bool vring_packed_enable_kick(struct shyper_vring *vr)
{
	struct shyper_vring_packed *pk = &vr->pk;
	struct shyper_vring_pos pos = pk->next_avail;

	shyper_vring_st32(pk->device, vr->event_idx ?
			  PACKED_EVENT(SHYPER_VRING_EVENT_DESC, pos) :
			  SHYPER_VRING_EVENT_ENABLE << 16);
	/*
	 * The wish is visible before the ring is looked at once more. Pairs
	 * with the driver's barrier between writing a descriptor's flags and
	 * reading this structure, 2.8.21.3.1.
	 */
	shyper_vring_mb();
	return is_avail(pos, shyper_vring_ld16(&pk->desc[pos.at].flags));
}
