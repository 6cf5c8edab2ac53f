// SPDX-License-Identifier: GPL-2.0-only
/* The device's side of a split virtqueue: see shyper/vring.h. */
#include <shyper/string.h>
#include <shyper/vring.h>

#define NUM_MAX		32768

#define DESC_SIZE	16
#define DESC_ALIGN	16
#define AVAIL_ALIGN	2
#define USED_ALIGN	4
/* flags, idx, and the other side's event index: 2.7.6, 2.7.8. */
#define RING_EXTRA	6

static void *translate_all(const struct shyper_vring *vr, u64 addr, u32 len)
{
	u32 part = len;
	void *p = vr->translate(vr->priv, addr, &part);

	return part == len ? p : NULL;
}

int shyper_vring_init(struct shyper_vring *vr, u32 num, u64 desc, u64 avail,
		      u64 used, u64 features, shyper_vring_translate *translate,
		      void *priv)
{
	memset(vr, 0, sizeof(*vr));
	if (!num || num > NUM_MAX || (num & (num - 1)) ||
	    desc % DESC_ALIGN || avail % AVAIL_ALIGN || used % USED_ALIGN)
		return SHYPER_VRING_E_SETUP;
	vr->num = (u16)num;
	vr->indirect = features & SHYPER_VRING_F_INDIRECT_DESC;
	vr->event_idx = features & SHYPER_VRING_F_EVENT_IDX;
	vr->translate = translate;
	vr->priv = priv;
	vr->desc = translate_all(vr, desc, DESC_SIZE * num);
	vr->avail = translate_all(vr, avail, RING_EXTRA + 2 * num);
	vr->used = translate_all(vr, used, RING_EXTRA + 8 * num);
	if (!vr->desc || !vr->avail || !vr->used)
		return SHYPER_VRING_E_SETUP;
	return 0;
}

/* A descriptor, copied out of memory that the driver may be changing. */
struct desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

/* The one look at a descriptor. An indirect table may lie at any address. */
static void desc_fetch(struct desc *d, const struct shyper_vring_desc *from)
{
	const __le64 *p = (const __le64 *)from;
	__le64 raw[2];
	u64 second;

	if ((uintptr_t)from % sizeof(*p)) {
		memcpy(raw, from, sizeof(raw));
		/* The copy is what is checked and used, not its source. */
		shyper_vring_barrier();
		p = raw;
	}
	d->addr = shyper_vring_ld64(p);
	second = shyper_vring_ld64(p + 1);
	d->len = (u32)second;
	d->flags = (u16)(second >> 32);
	d->next = (u16)(second >> 48);
}

/* A buffer of the chain, in as many parts as the memory behind it has. */
static int chain_add(const struct shyper_vring *vr, struct shyper_chain *chain,
		     const struct desc *d)
{
	u32 left = d->len, part, n;
	u64 addr = d->addr;
	u8 *p;

	if (!left)
		return SHYPER_VRING_E_ZERO;
	if (!(d->flags & SHYPER_VRING_DESC_F_WRITE) && chain->nwrite)
		return SHYPER_VRING_E_ORDER;
	if (chain->read_len + chain->write_len + left > (u64)1 << 32)
		return SHYPER_VRING_E_LENGTH;
	if (d->flags & SHYPER_VRING_DESC_F_WRITE)
		chain->write_len += left;
	else
		chain->read_len += left;
	for (; left; left -= part, addr += part) {
		part = left;
		p = vr->translate(vr->priv, addr, &part);
		if (!p) {
			chain->fault = true;
			part = left;
		}
		n = chain->nread + chain->nwrite;
		if (n == chain->max)
			return SHYPER_VRING_E_LONG;
		chain->seg[n].addr = p;
		chain->seg[n].len = part;
		if (d->flags & SHYPER_VRING_DESC_F_WRITE)
			chain->nwrite++;
		else
			chain->nread++;
	}
	return 0;
}

/**
 * struct walk - where in a chain we are
 * @table:	the queue's own table, or an indirect one
 * @size:	its entries
 * @index:	the next descriptor
 * @left:	how many more buffers this chain may have
 */
struct walk {
	const struct shyper_vring_desc *table;
	u32 size;
	u32 index;
	u32 left;
};

/* 2.7.5.3: a table in place of the chain's last descriptor. */
static int walk_indirect(const struct shyper_vring *vr, struct walk *walk,
			 const struct desc *d)
{
	if (!vr->indirect || walk->table != vr->desc ||
	    (d->flags & SHYPER_VRING_DESC_F_NEXT))
		return SHYPER_VRING_E_INDIRECT;
	if (!d->len || d->len % DESC_SIZE)
		return SHYPER_VRING_E_TABLE;
	walk->table = translate_all(vr, d->addr, d->len);
	/* The queue's own table again would make a loop look like progress. */
	if (!walk->table || walk->table == vr->desc)
		return SHYPER_VRING_E_TABLE;
	walk->size = d->len / DESC_SIZE;
	walk->index = 0;
	return 0;
}

static int chain_walk(const struct shyper_vring *vr, struct shyper_chain *chain)
{
	struct walk walk = {
		.table = vr->desc,
		.size = vr->num,
		.index = chain->head,
		.left = vr->num,
	};
	struct desc d;
	int ret;

	for (;;) {
		if (walk.index >= walk.size)
			return SHYPER_VRING_E_INDEX;
		desc_fetch(&d, &walk.table[walk.index]);
		if (d.flags & SHYPER_VRING_DESC_F_INDIRECT) {
			ret = walk_indirect(vr, &walk, &d);
			if (ret)
				return ret;
			continue;
		}
		if (!walk.left--)
			return SHYPER_VRING_E_LONG;
		ret = chain_add(vr, chain, &d);
		if (ret)
			return ret;
		if (!(d.flags & SHYPER_VRING_DESC_F_NEXT))
			return 0;
		walk.index = d.next;
	}
}

int shyper_vring_pop(struct shyper_vring *vr, struct shyper_chain *chain)
{
	/*
	 * Acquire: the entry and its descriptors are read after the index.
	 * Pairs with the driver's barrier before it writes idx, 2.7.13.
	 */
	u16 idx = shyper_vring_ld16_acquire(&vr->avail->idx);
	int ret;

	if (idx == vr->last_avail)
		return 0;
	if ((u16)(idx - vr->last_avail) > vr->num)
		return SHYPER_VRING_E_AVAIL;
	chain->head = shyper_vring_ld16(&vr->avail->ring[vr->last_avail & (vr->num - 1)]);
	chain->nread = 0;
	chain->nwrite = 0;
	chain->read_len = 0;
	chain->write_len = 0;
	chain->fault = false;
	ret = chain_walk(vr, chain);
	if (ret)
		return ret;
	vr->last_avail++;
	return 1;
}

void shyper_vring_unpop(struct shyper_vring *vr, u16 count)
{
	vr->last_avail -= count;
}

void shyper_vring_fill(struct shyper_vring *vr, u16 ahead, u16 head, u32 len)
{
	struct shyper_vring_used_elem *elem =
		&vr->used->ring[(u16)(vr->next_used + ahead) & (vr->num - 1)];

	shyper_vring_st32(&elem->id, head);
	shyper_vring_st32(&elem->len, len);
}

void shyper_vring_publish(struct shyper_vring *vr, u16 count)
{
	vr->next_used += count;
	/*
	 * Release: elements and data are there before the index. Pairs with
	 * the driver's barrier after it read idx, 2.7.14.
	 */
	shyper_vring_st16_release(&vr->used->idx, vr->next_used);
}

void shyper_vring_push(struct shyper_vring *vr, u16 head, u32 len)
{
	shyper_vring_fill(vr, 0, head, len);
	shyper_vring_publish(vr, 1);
}

bool shyper_vring_want_irq(struct shyper_vring *vr)
{
	u16 new = vr->next_used, old = vr->signalled;

	if (new == old)
		return false;
	vr->signalled = new;
	/*
	 * used->idx is visible before the driver's wish is read. Pairs with the
	 * driver's barrier between writing used_event (or flags) and looking
	 * at used->idx once more.
	 */
	shyper_vring_mb();
	if (vr->event_idx)
		return shyper_vring_need_event(
			shyper_vring_ld16(&vr->avail->ring[vr->num]), new, old);
	return !(shyper_vring_ld16(&vr->avail->flags) & SHYPER_VRING_AVAIL_F_NO_INTERRUPT);
}

void shyper_vring_disable_kick(struct shyper_vring *vr)
{
	if (vr->event_idx || vr->no_kick)
		return;
	vr->no_kick = true;
	shyper_vring_st16(&vr->used->flags, SHYPER_VRING_USED_F_NO_NOTIFY);
}

bool shyper_vring_enable_kick(struct shyper_vring *vr)
{
	if (vr->event_idx) {
		/* avail_event lies where the used ring's next element would. */
		shyper_vring_st16((__le16 *)&vr->used->ring[vr->num], vr->last_avail);
	} else {
		vr->no_kick = false;
		shyper_vring_st16(&vr->used->flags, 0);
	}
	/*
	 * The wish is visible before the ring is looked at once more. Pairs
	 * with the driver's barrier between writing avail->idx and reading
	 * avail_event (or flags), 2.7.13.4.1.
	 */
	shyper_vring_mb();
	return shyper_vring_ld16(&vr->avail->idx) != vr->last_avail;
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
