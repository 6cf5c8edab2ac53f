// SPDX-License-Identifier: GPL-2.0-only
/* A driver of packed rings, from VIRTIO 1.2, 2.8. */
#include <string.h>

#include "drv.h"

#define BOTH	(SHYPER_VRING_DESC_F_AVAIL | SHYPER_VRING_DESC_F_USED)

/*
 * Flags are 16 bits of a word that the device moves as a whole. TSan takes
 * accesses of different size for accesses of different things: do as the device
 * for it.
 */
#ifdef __SANITIZE_THREAD__

static void put_rest(struct shyper_vring_packed_desc *d, u32 len, u16 id, u16 flags)
{
	__atomic_store_n((u64 *)&d->len,
			 (u64)flags << 48 | (u64)id << 32 | len, __ATOMIC_RELEASE);
}

static struct shyper_vring_packed_desc get_rest(struct shyper_vring_packed_desc *d)
{
	u64 rest = __atomic_load_n((u64 *)&d->len, __ATOMIC_ACQUIRE);

	return (struct shyper_vring_packed_desc){
		0, (u32)rest, (u16)(rest >> 32), (u16)(rest >> 48)
	};
}

#else

static void put_rest(struct shyper_vring_packed_desc *d, u32 len, u16 id, u16 flags)
{
	d->len = len;
	d->id = id;
	/* 2.8.21.1: the flags after all else. */
	__atomic_store_n(&d->flags, flags, __ATOMIC_RELEASE);
}

static struct shyper_vring_packed_desc get_rest(struct shyper_vring_packed_desc *d)
{
	u16 flags = __atomic_load_n(&d->flags, __ATOMIC_ACQUIRE);

	return (struct shyper_vring_packed_desc){ 0, d->len, d->id, flags };
}

#endif

static void step(const struct drv *drv, u16 *at, bool *wrap)
{
	if (++*at == drv->num) {
		*at = 0;
		*wrap = !*wrap;
	}
}

static u16 avail_flags(bool wrap)
{
	return wrap ? SHYPER_VRING_DESC_F_AVAIL : SHYPER_VRING_DESC_F_USED;
}

static void add_table(struct drv *drv, u16 id, const struct drv_part *part, u32 n)
{
	u64 at = DRV_TABLE_AT + id * 16 * DRV_PARTS + id % 2 * 5;
	struct shyper_vring_packed_desc d;
	u32 i;

	for (i = 0; i < n; i++) {
		/* 2.8.7: WRITE is the only flag there, the id means nothing. */
		d = (struct shyper_vring_packed_desc){
			part[i].addr, part[i].len, 0xabcd,
			part[i].write ? SHYPER_VRING_DESC_F_WRITE : 0
		};
		memcpy(mem_at(&drv->mem, at + 16 * i), &d, sizeof(d));
	}
	drv->ring[drv->next_avail].addr = at;
	put_rest(&drv->ring[drv->next_avail], 16 * n, id,
		 SHYPER_VRING_DESC_F_INDIRECT | avail_flags(drv->avail_wrap));
	step(drv, &drv->next_avail, &drv->avail_wrap);
	drv->added++;
}

int packed_add(struct drv *drv, u16 id, const struct drv_part *part, u32 n, bool table)
{
	struct shyper_vring_packed_desc *first = &drv->ring[drv->next_avail], *d;
	u16 flags, first_flags = 0;
	u32 i;

	if (table) {
		add_table(drv, id, part, n);
		return id;
	}
	for (i = 0; i < n; i++) {
		d = &drv->ring[drv->next_avail];
		flags = (u16)(avail_flags(drv->avail_wrap) |
			      (part[i].write ? SHYPER_VRING_DESC_F_WRITE : 0) |
			      (i + 1 < n ? SHYPER_VRING_DESC_F_NEXT : 0));
		d->addr = part[i].addr;
		if (d == first)
			first_flags = flags;
		else
			/* Only the last one's id counts. */
			put_rest(d, part[i].len, i + 1 < n ? 0x5a5a : id, flags);
		step(drv, &drv->next_avail, &drv->avail_wrap);
	}
	put_rest(first, part[0].len, n > 1 ? 0x5a5a : id, first_flags);
	drv->added += n;
	return id;
}

/* Whether this place is the one that @event names. */
static bool is_event(const struct drv *drv, u16 at, bool wrap, u16 event)
{
	return (event & 0x7fff) == at && !!(event & SHYPER_VRING_EVENT_WRAP) == wrap;
}

bool packed_want_kick(struct drv *drv)
{
	struct shyper_vring_event event;
	u32 word, n = drv->added;
	u16 at = drv->next_avail;
	bool wrap = drv->avail_wrap, want = false;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	drv->added = 0;
	word = __atomic_load_n((u32 *)drv->device_event, __ATOMIC_RELAXED);
	memcpy(&event, &word, sizeof(event));
	if (event.flags != SHYPER_VRING_EVENT_DESC)
		return event.flags == SHYPER_VRING_EVENT_ENABLE;
	for (; n; n--) {
		if (!at) {
			at = (u16)drv->num;
			wrap = !wrap;
		}
		at--;
		want |= is_event(drv, at, wrap, event.off_wrap);
	}
	return want;
}

/* Whether the place has been used, the @wrap'th time round. */
static bool is_used(u16 flags, bool wrap)
{
	return (flags & BOTH) == (wrap ? BOTH : 0);
}

int packed_used(struct drv *drv, u32 *len)
{
	struct shyper_vring_packed_desc d;
	u32 n;
	int id;

	if (drv->batch < 0) {
		d = get_rest(&drv->ring[drv->next_used]);
		if (!is_used(d.flags, drv->used_wrap))
			return -1;
		drv->batch = d.id;
		drv->batch_len = d.flags & SHYPER_VRING_DESC_F_WRITE ? d.len : 0;
		if (d.id >= drv->num)
			return d.id;
	}
	/* 2.8.8: those before the one that is named have been used up. */
	id = drv->in_order ? drv->fifo[drv->fifo_out++ % drv->num] : drv->batch;
	*len = drv->batch_len;
	if (id == drv->batch)
		drv->batch = -1;
	else
		*len = drv->req[id].write_len;
	for (n = 0; n < drv->req[id].count; n++)
		step(drv, &drv->next_used, &drv->used_wrap);
	return id;
}

static void want(struct drv *drv, u16 flags, u16 off_wrap)
{
	struct shyper_vring_event event = { off_wrap, flags };
	u32 word;

	memcpy(&word, &event, sizeof(word));
	__atomic_store_n((u32 *)drv->driver_event, word, __ATOMIC_RELAXED);
}

void packed_irq_off(struct drv *drv)
{
	want(drv, SHYPER_VRING_EVENT_DISABLE, 0);
}

bool packed_irq_on(struct drv *drv, u32 later)
{
	u16 at = drv->next_used;
	bool wrap = drv->used_wrap;
	u32 n;

	for (n = 0; n < later; n++)
		step(drv, &at, &wrap);
	if (drv->event_idx)
		want(drv, SHYPER_VRING_EVENT_DESC,
		     (u16)(at | (wrap ? SHYPER_VRING_EVENT_WRAP : 0)));
	else
		want(drv, SHYPER_VRING_EVENT_ENABLE, 0);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return drv->batch >= 0 ||
	       is_used(__atomic_load_n(&drv->ring[drv->next_used].flags,
				       __ATOMIC_RELAXED), drv->used_wrap);
}
