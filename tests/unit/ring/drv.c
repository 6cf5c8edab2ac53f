// SPDX-License-Identifier: GPL-2.0-only
/* What drivers of both layouts have in common, and the requests. */
#include <string.h>

#include "drv.h"

#define MOST	5	/* parts of what drv_add_some() makes */

u32 drv_random(struct drv *drv, u32 below)
{
	drv->seed = drv->seed * 6364136223846793005u + 1442695040888963407u;
	return (u32)(drv->seed >> 33) % below;
}

static void setup(struct drv *drv)
{
	u32 num = drv->num, n;

	if (drv->packed) {
		drv->ring = mem_add(&drv->mem, DRV_DESC_AT, 16 * num);
		drv->driver_event = mem_add(&drv->mem, DRV_DRIVER_AT, 4);
		drv->device_event = mem_add(&drv->mem, DRV_DEVICE_AT, 4);
	} else {
		drv->desc = mem_add(&drv->mem, DRV_DESC_AT, 16 * num);
		drv->avail = mem_add(&drv->mem, DRV_DRIVER_AT, 6 + 2 * num);
		drv->used = mem_add(&drv->mem, DRV_DEVICE_AT, 6 + 8 * num);
	}
	mem_add(&drv->mem, DRV_TABLE_AT, num * 16 * DRV_PARTS + 8);
	mem_add(&drv->mem, DRV_DATA_AT, num * DRV_SLOT);
	drv->next_avail = 0;
	drv->next_used = 0;
	drv->avail_wrap = true;
	drv->used_wrap = true;
	drv->free = num;
	drv->nstack = num;
	for (n = 0; n < num; n++)
		drv->stack[n] = (u16)n;
	drv->added = 0;
	drv->fifo_in = 0;
	drv->fifo_out = 0;
	drv->batch = -1;
	memset(drv->req, 0, sizeof(drv->req));
}

void drv_begin(struct drv *drv, u32 num, u64 features)
{
	memset(drv, 0, sizeof(*drv));
	drv->num = num;
	drv->features = features;
	drv->packed = features & SHYPER_VRING_F_PACKED;
	drv->event_idx = features & SHYPER_VRING_F_EVENT_IDX;
	drv->in_order = features & SHYPER_VRING_F_IN_ORDER;
	drv->seed = num;
	setup(drv);
}

void drv_end(struct drv *drv)
{
	mem_free(&drv->mem);
}

void drv_reset(struct drv *drv)
{
	mem_free(&drv->mem);
	setup(drv);
}

int drv_ring_init(struct drv *drv, struct shyper_vring *vr)
{
	return shyper_vring_init(vr, drv->num, DRV_DESC_AT, DRV_DRIVER_AT,
				 DRV_DEVICE_AT, drv->features, mem_translate,
				 &drv->mem);
}

/* An id that is not in use: any; with IN_ORDER the oldest, 2.7.5. */
static u16 take_id(struct drv *drv)
{
	u32 n = drv->in_order ? 0 : drv_random(drv, drv->nstack);
	u16 id = drv->stack[n];

	drv->nstack--;
	memmove(drv->stack + n, drv->stack + n + 1,
		(drv->nstack - n) * sizeof(drv->stack[0]));
	return id;
}

static void give_id(struct drv *drv, u16 id)
{
	drv->stack[drv->nstack++] = id;
}

static void req_fill(struct drv *drv, struct drv_req *req,
		     const struct drv_part *part, u32 n)
{
	u32 i, b;
	u8 *p;

	req->live = true;
	req->nparts = n;
	req->sum = 0;
	req->write_len = 0;
	memcpy(req->part, part, n * sizeof(*part));
	for (i = 0; i < n; i++) {
		if (part[i].write) {
			req->write_len += part[i].len;
			continue;
		}
		p = mem_at(&drv->mem, part[i].addr);
		for (b = 0; b < part[i].len; b++)
			req->sum += p[b];
	}
}

/*
 * Split: an id is the index of the chain's first descriptor, and all of its
 * indices come from the stack. Packed: one id, however many descriptors.
 */
int drv_add(struct drv *drv, const struct drv_part *part, u32 n, bool table)
{
	u32 count = table ? 1 : n, i;
	u16 index[DRV_PARTS], id;
	struct drv_req *req;

	if (drv->free < count)
		return -1;
	for (i = 0; i < (drv->packed ? 1 : count); i++)
		index[i] = take_id(drv);
	id = index[0];
	req = &drv->req[id];
	if (req->live)
		drv->errors++;
	memcpy(req->index, index, sizeof(index));
	req->count = count;
	drv->free -= count;
	req_fill(drv, req, part, n);
	drv->fifo[drv->fifo_in++ % drv->num] = id;
	return drv->packed ? packed_add(drv, id, part, n, table) :
			     split_add(drv, id, part, n, table);
}

/* Whether a request that the device has got has its data there. */
static bool slot_taken(const struct drv *drv, u64 slot)
{
	u32 n;

	for (n = 0; n < drv->num; n++) {
		if (drv->req[n].live &&
		    drv->req[n].part[0].addr / DRV_SLOT == slot / DRV_SLOT)
			return true;
	}
	return false;
}

int drv_add_some(struct drv *drv)
{
	u64 at = DRV_DATA_AT + drv->fifo_in % drv->num * DRV_SLOT;
	u32 n = 1 + drv_random(drv, drv->num < MOST ? drv->num : MOST);
	u32 first_write = drv_random(drv, n + 1), i, b;
	bool table = (drv->features & SHYPER_VRING_F_INDIRECT_DESC) &&
		     drv_random(drv, 2);
	struct drv_part part[MOST];
	u8 *p;

	if (drv->free < (table ? 1 : n) || slot_taken(drv, at))
		return -1;
	for (i = 0; i < n; i++) {
		part[i].addr = at;
		part[i].len = 1 + drv_random(drv, DRV_SLOT / MOST);
		part[i].write = i >= first_write;
		at += part[i].len;
		p = mem_at(&drv->mem, part[i].addr);
		for (b = 0; b < part[i].len; b++)
			p[b] = (u8)drv_random(drv, 256);
	}
	return drv_add(drv, part, n, table);
}

u32 drv_serve(const struct shyper_chain *chain)
{
	u8 buf[DRV_SLOT * 2], sum = 0;
	u32 len = 0, i;

	if (chain->fault || chain->read_len > sizeof(buf) ||
	    !shyper_chain_read(chain, 0, buf, chain->read_len))
		return 0;
	for (i = 0; i < chain->read_len; i++)
		sum += buf[i];
	if (chain->write_len)
		len = 1 + (u32)(sum % chain->write_len);
	for (i = 0; i < len && i < sizeof(buf); i++)
		buf[i] = (u8)(sum + i);
	return shyper_chain_write(chain, 0, buf, len) ? len : 0;
}

static void check(struct drv *drv, const struct drv_req *req, u32 len)
{
	u32 expect = req->write_len ? 1 + (u32)(req->sum % req->write_len) : 0;
	u32 i, b, k = 0;
	const u8 *p;

	if (!req->live || len != expect)
		drv->errors++;
	for (i = 0; i < req->nparts; i++) {
		if (!req->part[i].write)
			continue;
		p = mem_at(&drv->mem, req->part[i].addr);
		for (b = 0; b < req->part[i].len && k < len; b++, k++) {
			if (p[b] != (u8)(req->sum + k))
				drv->errors++;
		}
	}
}

int drv_used(struct drv *drv)
{
	struct drv_req *req;
	u32 len, i;
	int id = drv->packed ? packed_used(drv, &len) : split_used(drv, &len);

	if (id < 0)
		return id;
	if ((u32)id >= drv->num || !drv->req[id].live) {
		drv->errors++;
		return -1;
	}
	req = &drv->req[id];
	check(drv, req, len);
	req->live = false;
	drv->free += req->count;
	for (i = 0; i < (drv->packed ? 1 : req->count); i++)
		give_id(drv, req->index[i]);
	return id;
}

bool drv_want_kick(struct drv *drv)
{
	return drv->packed ? packed_want_kick(drv) : split_want_kick(drv);
}

void drv_irq_off(struct drv *drv)
{
	if (drv->packed)
		packed_irq_off(drv);
	else
		split_irq_off(drv);
}

bool drv_irq_on(struct drv *drv, u32 later)
{
	return drv->packed ? packed_irq_on(drv, later) : split_irq_on(drv, later);
}
