// SPDX-License-Identifier: GPL-2.0-only
/* The device's side of a virtqueue, of either layout: see shyper/vring.h. */
#include <shyper/string.h>

#include "vring_impl.h"

int shyper_vring_init(struct shyper_vring *vr, u32 num, u64 desc, u64 driver,
		      u64 device, u64 features,
		      shyper_vring_translate *translate, void *priv)
{
	memset(vr, 0, sizeof(*vr));
	vr->num = num;
	vr->packed = features & SHYPER_VRING_F_PACKED;
	vr->indirect = features & SHYPER_VRING_F_INDIRECT_DESC;
	vr->event_idx = features & SHYPER_VRING_F_EVENT_IDX;
	vr->in_order = features & SHYPER_VRING_F_IN_ORDER;
	vr->translate = translate;
	vr->priv = priv;
	if (vr->packed)
		return vring_packed_init(vr, desc, driver, device);
	return vring_split_init(vr, desc, driver, device);
}

int shyper_vring_pop(struct shyper_vring *vr, struct shyper_chain *chain)
{
	return vr->packed ? vring_packed_pop(vr, chain) :
			    vring_split_pop(vr, chain);
}

void shyper_vring_unpop(struct shyper_vring *vr, u32 head)
{
	if (vr->packed)
		vring_packed_unpop(vr, head);
	else
		vr->sp.next_avail--;
}

void shyper_vring_fill(struct shyper_vring *vr, u32 head, u32 len)
{
	if (vr->packed)
		vring_packed_fill(vr, head, len);
	else
		vring_split_fill(vr, head, len);
}

void shyper_vring_publish(struct shyper_vring *vr)
{
	if (vr->packed)
		vring_packed_publish(vr);
	else
		vring_split_publish(vr);
}

void shyper_vring_push(struct shyper_vring *vr, u32 head, u32 len)
{
	if (vr->packed)
		vring_packed_push(vr, head, len);
	else
		vring_split_push(vr, head, len);
}

bool shyper_vring_want_irq(struct shyper_vring *vr)
{
	u32 pushed = vr->pushed;

	if (!pushed)
		return false;
	vr->pushed = 0;
	/*
	 * What was pushed is visible before the driver's wish is read. Pairs
	 * with the driver's barrier between saying what it wants and looking
	 * at the ring once more.
	 */
	shyper_vring_mb();
	return vr->packed ? vring_packed_want_irq(vr, pushed) :
			    vring_split_want_irq(vr, pushed);
}

void shyper_vring_disable_kick(struct shyper_vring *vr)
{
	if (vr->no_kick)
		return;
	vr->no_kick = true;
	if (vr->packed)
		shyper_vring_st32(vr->pk.device, SHYPER_VRING_EVENT_DISABLE << 16);
	else
		vring_split_disable_kick(vr);
}

bool shyper_vring_enable_kick(struct shyper_vring *vr)
{
	vr->no_kick = false;
	return vr->packed ? vring_packed_enable_kick(vr) :
			    vring_split_enable_kick(vr);
}
