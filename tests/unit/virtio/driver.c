// SPDX-License-Identifier: GPL-2.0-only
/* A guest's driver that keeps the rules: see board.h. */
#include "board.h"

#include <shyper/vring.h>

static void set_features(struct drv *d)
{
	vm_write(d->vm, d->base + R_DRIVER_FEATURES_SEL, 0);
	vm_write(d->vm, d->base + R_DRIVER_FEATURES, (u32)d->features);
	vm_write(d->vm, d->base + R_DRIVER_FEATURES_SEL, 1);
	vm_write(d->vm, d->base + R_DRIVER_FEATURES, (u32)(d->features >> 32));
}

void drv_negotiate(struct drv *d, struct vm *vm, u64 base, u64 features)
{
	memset(d, 0, sizeof(*d));
	d->vm = vm;
	d->base = base;
	d->features = features;
	vm_write(vm, base + R_STATUS, 0);
	vm_write(vm, base + R_STATUS, S_ACK);
	vm_write(vm, base + R_STATUS, S_ACK | S_DRIVER);
	set_features(d);
	vm_write(vm, base + R_STATUS, S_ACK | S_DRIVER | S_FEATURES_OK);
}

static void set_address(struct drv *d, u32 reg, u64 ipa)
{
	vm_write(d->vm, d->base + reg, (u32)ipa);
	vm_write(d->vm, d->base + reg + 4, (u32)(ipa >> 32));
}

void drv_queue(struct drv *d, u32 index, u16 num)
{
	struct drv_queue *q = &d->q[index];
	u64 desc = vm_alloc(d->vm, 16UL * num);
	u64 avail = vm_alloc(d->vm, 6 + 2UL * num);
	u64 used = vm_alloc(d->vm, 6 + 8UL * num);
	u16 n;

	memset(q, 0, sizeof(*q));
	q->num = num;
	q->desc = vm_at(d->vm, desc, 16UL * num);
	q->avail = vm_at(d->vm, avail, 6 + 2UL * num);
	q->used = vm_at(d->vm, used, 6 + 8UL * num);
	memset(q->used, 0, 6 + 8UL * num);
	memset(q->avail, 0, 6 + 2UL * num);
	for (n = 0; n < num; n++)
		q->free[q->nfree++] = (u16)(num - 1 - n);
	if (d->features & INDIRECT)
		q->tables = vm_alloc(d->vm, 16UL * 8 * num);
	vm_write(d->vm, d->base + R_QUEUE_SEL, index);
	vm_write(d->vm, d->base + R_QUEUE_NUM, num);
	set_address(d, R_QUEUE_DESC, desc);
	set_address(d, R_QUEUE_AVAIL, avail);
	set_address(d, R_QUEUE_USED, used);
	vm_write(d->vm, d->base + R_QUEUE_READY, 1);
}

u32 drv_status(struct drv *d)
{
	return vm_read(d->vm, d->base + R_STATUS);
}

bool drv_start(struct drv *d, struct vm *vm, u64 base, u64 features, u32 queues,
	       u16 num)
{
	u32 n;

	drv_negotiate(d, vm, base, features | VERSION_1);
	for (n = 0; n < queues; n++)
		drv_queue(d, n, num);
	d->slots = vm_alloc(vm, 32UL * num);
	vm_write(vm, base + R_STATUS,
		 S_ACK | S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
	return drv_status(d) == (S_ACK | S_DRIVER | S_FEATURES_OK | S_DRIVER_OK);
}

static void fill(struct shyper_vring_desc *desc, const struct buf *buf, u16 next,
		 bool last)
{
	desc->addr = buf->ipa;
	desc->len = buf->len;
	desc->flags = (u16)((buf->write ? SHYPER_VRING_DESC_F_WRITE : 0) |
			    (last ? 0 : SHYPER_VRING_DESC_F_NEXT));
	desc->next = next;
}

static u16 take(struct drv_queue *q)
{
	if (!q->nfree)
		abort();
	return q->free[--q->nfree];
}

u16 drv_add(struct drv *d, u32 index, const struct buf *bufs, u32 n)
{
	struct drv_queue *q = &d->q[index];
	u16 ids[Q_MAX / 8], head;
	struct shyper_vring_desc *table;
	u32 i;

	if (q->tables && n <= 8) {
		head = take(q);
		table = vm_at(d->vm, q->tables + 128UL * head, 128);
		for (i = 0; i < n; i++)
			fill(&table[i], &bufs[i], (u16)(i + 1), i + 1 == n);
		q->desc[head].addr = q->tables + 128UL * head;
		q->desc[head].len = 16 * n;
		q->desc[head].flags = SHYPER_VRING_DESC_F_INDIRECT;
		q->chain[head][0] = head;
		q->chain_len[head] = 1;
	} else {
		for (i = 0; i < n; i++)
			ids[i] = take(q);
		for (i = 0; i < n; i++)
			fill(&q->desc[ids[i]], &bufs[i],
			     i + 1 < n ? ids[i + 1] : 0, i + 1 == n);
		head = ids[0];
		memcpy(q->chain[head], ids, sizeof(ids[0]) * n);
		q->chain_len[head] = (u16)n;
	}
	q->avail->ring[q->avail_idx % q->num] = head;
	shyper_vring_st16_release(&q->avail->idx, ++q->avail_idx);
	return head;
}

bool drv_kick(struct drv *d, u32 index)
{
	struct drv_queue *q = &d->q[index];
	u16 old = q->kicked;
	bool want;

	q->kicked = q->avail_idx;
	if (old == q->avail_idx)
		return false;
	shyper_vring_mb();
	if (d->features & EVENT_IDX)
		want = shyper_vring_need_event(
			shyper_vring_ld16((u16 *)&q->used->ring[q->num]),
			q->avail_idx, old);
	else
		want = !(shyper_vring_ld16(&q->used->flags) & SHYPER_VRING_USED_F_NO_NOTIFY);
	if (want) {
		d->kicks++;
		vm_write(d->vm, d->base + R_QUEUE_NOTIFY, index);
	}
	return want;
}

bool drv_used(struct drv *d, u32 index, u16 *head, u32 *len)
{
	struct drv_queue *q = &d->q[index];
	const struct shyper_vring_used_elem *elem;
	u16 n;

	if (shyper_vring_ld16_acquire(&q->used->idx) == q->used_idx)
		return false;
	elem = &q->used->ring[q->used_idx++ % q->num];
	*head = (u16)elem->id;
	*len = elem->len;
	if (!CHECK(elem->id < q->num) || !CHECK(q->chain_len[*head]))
		abort();
	for (n = 0; n < q->chain_len[*head]; n++)
		q->free[q->nfree++] = q->chain[*head][n];
	q->chain_len[*head] = 0;
	/* Interrupt me for the next one. */
	if (d->features & EVENT_IDX) {
		shyper_vring_st16(&q->avail->ring[q->num], q->used_idx);
		shyper_vring_mb();
	}
	return true;
}

u16 blk_add(struct drv *d, u32 type, u64 sector, u64 data, u32 len)
{
	struct drv_queue *q = &d->q[0];
	u64 slot = d->slots + 32UL * q->free[q->nfree - 1];
	struct buf bufs[3];
	u32 n = 0;

	memcpy(vm_at(d->vm, slot, 16), &type, 4);
	memset(vm_at(d->vm, slot + 4, 4), 0, 4);
	memcpy(vm_at(d->vm, slot + 8, 8), &sector, 8);
	*(u8 *)vm_at(d->vm, slot + 16, 1) = BLK_NONE;
	bufs[n++] = (struct buf){ slot, 16, false };
	if (len)
		bufs[n++] = (struct buf){ data, len, type != BLK_OUT };
	bufs[n++] = (struct buf){ slot + 16, 1, true };
	/*
	 * The head is not the descriptor that was the next free one if the
	 * chain is direct; but then it is the first that is taken.
	 */
	return drv_add(d, 0, bufs, n);
}

u8 blk_status(struct drv *d, u16 head)
{
	return *(u8 *)vm_at(d->vm, d->slots + 32UL * head + 16, 1);
}

u8 blk_do(struct drv *d, u32 type, u64 sector, u64 data, u32 len)
{
	u16 head = blk_add(d, type, sector, data, len), got = 0xffff;
	u32 written;

	drv_kick(d, 0);
	mvm_run();
	if (!drv_used(d, 0, &got, &written))
		return 0xff;
	CHECK_EQ(got, head);
	return blk_status(d, head);
}

int blk_create(u32 vm, u32 n, u64 first, u64 count, u64 index)
{
	u64 cfg[SHYPER_CFG_LIST_LEN] = {
		[SHYPER_CFG_DISK_FIRST] = first,
		[SHYPER_CFG_DISK_COUNT] = count,
		[SHYPER_CFG_DISK_INDEX] = index,
	};

	return virtio_blk_create(&board.vm[vm], REGISTERS + n * STRIDE,
				 INTID + n, cfg);
}
