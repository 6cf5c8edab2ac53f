// SPDX-License-Identifier: GPL-2.0-only
/* A driver of split rings, from VIRTIO 1.2, 2.7. */
#include <string.h>

#include "drv.h"

static void put(struct shyper_vring_desc *d, const struct drv_part *part, bool last,
		u16 next)
{
	d->addr = part->addr;
	d->len = part->len;
	d->flags = (u16)((part->write ? SHYPER_VRING_DESC_F_WRITE : 0) |
			 (last ? 0 : SHYPER_VRING_DESC_F_NEXT));
	d->next = next;
}

int split_add(struct drv *drv, u16 id, const struct drv_part *part, u32 n, bool table)
{
	const u16 *index = drv->req[id].index;
	/* Every other table is not aligned: none has to be. */
	u64 at = DRV_TABLE_AT + id * 16 * DRV_PARTS + id % 2 * 3;
	struct shyper_vring_desc d;
	u32 i;

	for (i = 0; i < n; i++) {
		if (!table) {
			put(&drv->desc[index[i]], &part[i], i + 1 == n,
			    i + 1 < n ? index[i + 1] : 0);
			continue;
		}
		put(&d, &part[i], i + 1 == n, (u16)(i + 1));
		memcpy(mem_at(&drv->mem, at + 16 * i), &d, sizeof(d));
	}
	if (table)
		drv->desc[id] = (struct shyper_vring_desc){
			at, 16 * n, SHYPER_VRING_DESC_F_INDIRECT, 0
		};
	drv->avail->ring[drv->next_avail % drv->num] = id;
	drv->next_avail++;
	drv->added++;
	/* 2.7.13.3: the index after the entry. */
	__atomic_store_n(&drv->avail->idx, drv->next_avail, __ATOMIC_RELEASE);
	return id;
}

bool split_want_kick(struct drv *drv)
{
	u16 event, at = (u16)(drv->next_avail - drv->added);
	bool want = false;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	drv->added = 0;
	if (!drv->event_idx)
		return !(__atomic_load_n(&drv->used->flags, __ATOMIC_RELAXED) &
			 SHYPER_VRING_USED_F_NO_NOTIFY);
	event = __atomic_load_n((__le16 *)&drv->used->ring[drv->num],
				__ATOMIC_RELAXED);
	/* 2.7.10: when the entry at that index has been made available. */
	for (; at != drv->next_avail; at++)
		want |= at == event;
	return want;
}

int split_used(struct drv *drv, u32 *len)
{
	u16 idx = __atomic_load_n(&drv->used->idx, __ATOMIC_ACQUIRE);
	const struct shyper_vring_used_elem *elem =
		&drv->used->ring[drv->next_used % drv->num];
	int id;

	if (drv->batch < 0) {
		if (idx == drv->next_used)
			return -1;
		if ((u16)(idx - drv->next_used) > drv->num)
			drv->errors++;
		drv->batch = (int)elem->id;
		drv->batch_len = elem->len;
	}
	/* 2.7.9: those before the one that is named have been used up. */
	id = drv->in_order ? drv->fifo[drv->fifo_out++ % drv->num] : drv->batch;
	*len = drv->batch_len;
	if (id == drv->batch)
		drv->batch = -1;
	else
		*len = drv->req[id].write_len;
	drv->next_used++;
	return id;
}

void split_irq_off(struct drv *drv)
{
	if (!drv->event_idx)
		__atomic_store_n(&drv->avail->flags,
				 SHYPER_VRING_AVAIL_F_NO_INTERRUPT,
				 __ATOMIC_RELAXED);
}

bool split_irq_on(struct drv *drv, u32 later)
{
	if (drv->event_idx)
		__atomic_store_n(&drv->avail->ring[drv->num],
				 (u16)(drv->next_used + later), __ATOMIC_RELAXED);
	else
		__atomic_store_n(&drv->avail->flags, 0, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return drv->batch >= 0 ||
	       (u16)(__atomic_load_n(&drv->used->idx, __ATOMIC_RELAXED) -
		     drv->next_used) > later;
}
