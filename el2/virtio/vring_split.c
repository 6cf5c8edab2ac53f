// SPDX-License-Identifier: GPL-2.0-only
/* A split virtqueue (VIRTIO 1.2, 2.7) behind shyper/vring.h. */
#include "vring_impl.h"

#define SPLIT_NUM_MAX		32768

#define SPLIT_DESC_ALIGN	16
#define SPLIT_AVAIL_ALIGN	2
#define SPLIT_USED_ALIGN	4
/* flags, idx, and the other side's event index: 2.7.6, 2.7.8. */
#define SPLIT_RING_EXTRA	6

/* The second half of a descriptor. */
#define SPLIT_LEN(rest)		((u32)(rest))
#define SPLIT_FLAGS(rest)	((u16)((rest) >> 32))
#define SPLIT_NEXT(rest)		((u16)((rest) >> 48))

int vring_split_init(struct shyper_vring *vr, u64 desc, u64 driver, u64 device)
{
	struct shyper_vring_split *sp = &vr->sp;
	u32 num = vr->num;

	if (!num || num > SPLIT_NUM_MAX || (num & (num - 1)) ||
	    desc % SPLIT_DESC_ALIGN || driver % SPLIT_AVAIL_ALIGN ||
	    device % SPLIT_USED_ALIGN)
		return SHYPER_VRING_E_SETUP;
	sp->desc = vring_translate_all(vr, desc, VRING_DESC_SIZE * num);
	sp->avail = vring_translate_all(vr, driver, SPLIT_RING_EXTRA + 2 * num);
	sp->used = vring_translate_all(vr, device, SPLIT_RING_EXTRA + 8 * num);
	if (!sp->desc || !sp->avail || !sp->used)
		return SHYPER_VRING_E_SETUP;
	return 0;
}

/**
 * struct split_walk - where in a chain we are
 * @table:	the queue's own table, or an indirect one
 * @size:	its entries
 * @aligned:	and they are aligned
 */
struct split_walk {
	const struct shyper_vring_desc *table;
	u32 size;
	bool aligned;
};

/* 2.7.5.3: a table in place of the chain's last descriptor. */
static vring_inline int split_indirect(struct shyper_vring *vr,
				       struct split_walk *walk,
				       const struct vring_parts *parts,
				       struct vring_raw raw, bool fast)
{
	u32 len = SPLIT_LEN(raw.rest);

	if (!vr->indirect || walk->table != vr->sp.desc ||
	    (SPLIT_FLAGS(raw.rest) & SHYPER_VRING_DESC_F_NEXT))
		return SHYPER_VRING_E_INDIRECT;
	if (!len || len % VRING_DESC_SIZE)
		return SHYPER_VRING_E_TABLE;
	if (!fast)
		walk->table = vring_translate_all(vr, raw.addr, len);
	else if (vring_in_window(&parts->window, raw.addr, len))
		walk->table = vring_window_at(&parts->window, raw.addr);
	else
		return VRING_GIVE_UP;
	walk->aligned = vring_aligned(walk->table);
	if (fast && !walk->aligned)
		return VRING_GIVE_UP;
	/* The queue's own table again would make a loop look like progress. */
	if (!walk->table || walk->table == vr->sp.desc)
		return SHYPER_VRING_E_TABLE;
	walk->size = len / VRING_DESC_SIZE;
	return 0;
}

/* Return: 0, an error, or VRING_GIVE_UP. */
static vring_inline int split_walk(struct shyper_vring *vr,
				   struct shyper_chain *chain, u32 head,
				   bool fast)
{
	struct split_walk walk = { vr->sp.desc, vr->num, true };
	u32 left = vr->num, index = head;
	struct vring_parts parts vring_uninit;
	struct vring_raw raw;
	u16 flags;
	int ret;

	vring_parts_begin(vr, chain, &parts);
	for (;;) {
		if (vring_unlikely(index >= walk.size))
			return SHYPER_VRING_E_INDEX;
		raw = vring_desc_load(&walk.table[index], fast || walk.aligned);
		flags = SPLIT_FLAGS(raw.rest);
		if (flags & SHYPER_VRING_DESC_F_INDIRECT) {
			ret = split_indirect(vr, &walk, &parts, raw, fast);
			if (vring_unlikely(ret))
				return ret;
			index = 0;
			continue;
		}
		ret = vring_parts_add(vr, chain, &parts, raw.addr,
				      SPLIT_LEN(raw.rest), flags, fast);
		if (vring_unlikely(ret))
			return ret;
		if (!(flags & SHYPER_VRING_DESC_F_NEXT))
			return vring_parts_end(chain, &parts, head);
		if (vring_unlikely(!--left))
			return SHYPER_VRING_E_LONG;
		index = SPLIT_NEXT(raw.rest);
	}
}

static vring_noinline int split_pop_slow(struct shyper_vring *vr,
					 struct shyper_chain *chain, u32 head)
{
	int ret = split_walk(vr, chain, head, false);

	if (ret)
		return ret;
	vr->sp.next_avail++;
	return 1;
}

/* Look what there is now. Return: 1, 0 if there is no more, or an error. */
static inline int split_look(struct shyper_vring *vr)
{
	struct shyper_vring_split *sp = &vr->sp;
	/*
	 * Acquire: the entries and their descriptors are read after the index.
	 * Pairs with the driver's barrier before it writes idx, 2.7.13.
	 */
	u16 idx = shyper_vring_ld16_acquire(&sp->avail->idx);
	u32 waiting = (u16)(idx - sp->next_avail);
	u32 taken = (u16)(sp->next_avail - sp->next_used);

	if (!waiting)
		return 0;
	if (waiting + taken > vr->num)
		return SHYPER_VRING_E_AVAIL;
	sp->seen = idx;
	return 1;
}

int vring_split_pop(struct shyper_vring *vr, struct shyper_chain *chain)
{
	struct shyper_vring_split *sp = &vr->sp;
	u16 at = sp->next_avail;
	u32 head;
	int ret;

	if (at == sp->seen) {
		ret = split_look(vr);
		if (ret <= 0)
			return ret;
	}
	head = shyper_vring_ld16(&sp->avail->ring[at & (vr->num - 1)]);
	ret = split_walk(vr, chain, head, true);
	if (vring_unlikely(ret == VRING_GIVE_UP))
		return split_pop_slow(vr, chain, head);
	if (vring_unlikely(ret))
		return ret;
	sp->next_avail = at + 1;
	return 1;
}

/* 2.7.9: one entry for a batch, where its first would be. */
static vring_noinline u16 split_batch(struct shyper_vring *vr, u32 head)
{
	struct shyper_vring_split *sp = &vr->sp;

	if (!vr->merge || sp->next_fill == sp->next_used)
		sp->batch = sp->next_fill;
	vr->merge = head & VRING_HEAD_READONLY;
	return sp->batch;
}

static vring_inline void split_fill(struct shyper_vring *vr, u32 head, u32 len)
{
	struct shyper_vring_split *sp = &vr->sp;
	struct shyper_vring_used_elem *elem;
	u16 at = sp->next_fill;

	if (vring_unlikely(vr->in_order))
		at = split_batch(vr, head);
	sp->next_fill++;
	elem = &sp->used->ring[at & (vr->num - 1)];
	shyper_vring_st32(&elem->id, head & VRING_HEAD_ID);
	shyper_vring_st32(&elem->len, len);
}

static vring_inline void split_publish(struct shyper_vring *vr)
{
	struct shyper_vring_split *sp = &vr->sp;

	vr->pushed += (u16)(sp->next_fill - sp->next_used);
	sp->next_used = sp->next_fill;
	/*
	 * Release: elements and data are there before the index. Pairs with
	 * the driver's barrier after it read idx, 2.7.14.
	 */
	shyper_vring_st16_release(&sp->used->idx, sp->next_used);
}

void vring_split_fill(struct shyper_vring *vr, u32 head, u32 len)
{
	split_fill(vr, head, len);
}

void vring_split_publish(struct shyper_vring *vr)
{
	split_publish(vr);
}

void vring_split_push(struct shyper_vring *vr, u32 head, u32 len)
{
	split_fill(vr, head, len);
	split_publish(vr);
}

bool vring_split_want_irq(struct shyper_vring *vr, u32 pushed)
{
	const struct shyper_vring_avail *avail = vr->sp.avail;
	u16 new = vr->sp.next_used;

	if (vr->event_idx)
		return pushed >= 0x10000 ||
		       shyper_vring_need_event(
				shyper_vring_ld16(&avail->ring[vr->num]), new,
				(u16)(new - pushed));
	return !(shyper_vring_ld16(&avail->flags) &
		 SHYPER_VRING_AVAIL_F_NO_INTERRUPT);
}

/*
 * An index that the driver has passed already, and comes to again after 65536 buffers.
 * If there is something new, it has passed the one that we asked for.
 */
void vring_split_disable_kick(struct shyper_vring *vr)
{
	struct shyper_vring_split *sp = &vr->sp;
	struct shyper_vring_used *used = sp->used;

	if (!vr->event_idx)
		shyper_vring_st16(&used->flags, SHYPER_VRING_USED_F_NO_NOTIFY);
	else if (shyper_vring_ld16(&sp->avail->idx) == sp->next_avail)
		shyper_vring_st16((__le16 *)&used->ring[vr->num],
				  sp->next_avail - 1);
}

bool vring_split_enable_kick(struct shyper_vring *vr)
{
	struct shyper_vring_used *used = vr->sp.used;

	if (vr->event_idx)
		/* avail_event lies where the ring's next element would. */
		shyper_vring_st16((__le16 *)&used->ring[vr->num],
				  vr->sp.next_avail);
	else
		shyper_vring_st16(&used->flags, 0);
	/*
	 * The wish is visible before the ring is looked at once more. Pairs
	 * with the driver's barrier between writing avail->idx and reading
	 * avail_event (or flags), 2.7.13.4.1.
	 */
	shyper_vring_mb();
	return shyper_vring_ld16(&vr->sp.avail->idx) != vr->sp.next_avail;
}
