// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control queue's commands (VIRTIO 1.2, 5.1.6.5) by a table of classes. A
 * guest may take no other address than its configured one, unless the MVM's
 * administrator lets it: others are told where frames come from by it.
 */
#ifdef __KERNEL__
#include <linux/compiler.h>
#include <linux/shyper.h>
#include <linux/string.h>
#endif

#include "vnet_frame.h"

/* Class and command come first, then what belongs to it. */
#define HDR_LEN		2

#define BIT_OF(feature)	((u64)1 << (feature))

/* What may be switched on and off while the device runs, 5.1.6.5.6. */
#define OFFLOADS \
	(BIT_OF(VIRTIO_NET_F_GUEST_CSUM) | BIT_OF(VIRTIO_NET_F_GUEST_TSO4) | \
	 BIT_OF(VIRTIO_NET_F_GUEST_TSO6) | BIT_OF(VIRTIO_NET_F_GUEST_ECN) | \
	 BIT_OF(VNET_F_GUEST_USO4) | BIT_OF(VNET_F_GUEST_USO6))

/**
 * struct command_class - a class of commands
 * @feature:	without which there is no such class
 * @run:	do one. Return: whether it was understood and done
 */
struct command_class {
	u8 feature;
	bool (*run)(struct vnet_control *ctl, u8 command,
		    const struct shyper_chain *chain);
};

void vnet_control_reset(struct vnet_control *ctl, u64 features)
{
	WRITE_ONCE(ctl->mac, ctl->configured);
	WRITE_ONCE(ctl->pairs, 1);
	WRITE_ONCE(ctl->rx_mode, 0);
	WRITE_ONCE(ctl->nuni, 0);
	WRITE_ONCE(ctl->nmulti, 0);
	memset(ctl->vlan, 0, sizeof(ctl->vlan));
	ctl->negotiated = features;
	WRITE_ONCE(ctl->features, features);
	ctl->announce = false;
	ctl->changed = false;
}

/* One byte, on or off; commands 2 and up came with CTRL_RX_EXTRA. */
static bool rx_mode(struct vnet_control *ctl, u8 command,
		    const struct shyper_chain *chain)
{
	bool extra = vnet_has(ctl->features, VIRTIO_NET_F_CTRL_RX_EXTRA);
	u32 bit;
	u8 on;

	if (command >= (extra ? VNET_RX_MODES : VNET_RX_ALLMULTI + 1) ||
	    !shyper_chain_read(chain, HDR_LEN, &on, 1))
		return false;
	bit = 1U << command;
	WRITE_ONCE(ctl->rx_mode, on ? ctl->rx_mode | bit : ctl->rx_mode & ~bit);
	return true;
}

/* A count, and so many addresses. */
static bool table_read(const struct shyper_chain *chain, u64 *at, u32 *count,
		       u64 *list)
{
	__le32 entries;
	u8 bytes[VNET_ETH_ALEN];
	u32 n;

	if (!shyper_chain_read(chain, *at, &entries, sizeof(entries)))
		return false;
	*count = le32_to_cpu(entries);
	*at += sizeof(entries);
	if (*at + VNET_ETH_ALEN * (u64)*count > chain->read_len)
		return false;
	for (n = 0; n < *count && n < VNET_ADDRESSES; n++) {
		if (!shyper_chain_read(chain, *at + VNET_ETH_ALEN * n, bytes,
				       sizeof(bytes)))
			return false;
		list[n] = vnet_mac(bytes);
	}
	*at += VNET_ETH_ALEN * (u64)*count;
	return true;
}

static void table_take(u64 *to, u32 *count, const u64 *from, u32 n)
{
	u32 i;

	for (i = 0; i < n && i < VNET_ADDRESSES; i++)
		WRITE_ONCE(to[i], from[i]);
	WRITE_ONCE(*count, n);
}

/* 5.1.6.5.2: stations, then groups; all of it, or nothing changes. */
static bool mac_table(struct vnet_control *ctl, const struct shyper_chain *chain)
{
	u64 uni[VNET_ADDRESSES], multi[VNET_ADDRESSES], at = HDR_LEN;
	u32 nuni, nmulti;

	if (!table_read(chain, &at, &nuni, uni) ||
	    !table_read(chain, &at, &nmulti, multi))
		return false;
	table_take(ctl->uni, &ctl->nuni, uni, nuni);
	table_take(ctl->multi, &ctl->nmulti, multi, nmulti);
	return true;
}

static bool mac_set(struct vnet_control *ctl, const struct shyper_chain *chain)
{
	u8 bytes[VNET_ETH_ALEN];
	u64 mac;

	if (!vnet_has(ctl->features, VIRTIO_NET_F_CTRL_MAC_ADDR) ||
	    !shyper_chain_read(chain, HDR_LEN, bytes, sizeof(bytes)))
		return false;
	mac = vnet_mac(bytes);
	if (!mac || (mac & VNET_MAC_GROUP) ||
	    (mac != ctl->configured && !READ_ONCE(ctl->any_mac)))
		return false;
	WRITE_ONCE(ctl->mac, mac);
	ctl->changed = true;
	return true;
}

static bool mac_command(struct vnet_control *ctl, u8 command,
			const struct shyper_chain *chain)
{
	switch (command) {
	case VIRTIO_NET_CTRL_MAC_TABLE_SET:
		return vnet_has(ctl->features, VIRTIO_NET_F_CTRL_RX) &&
		       mac_table(ctl, chain);
	case VIRTIO_NET_CTRL_MAC_ADDR_SET:
		return mac_set(ctl, chain);
	}
	return false;
}

static bool vlan_command(struct vnet_control *ctl, u8 command,
			 const struct shyper_chain *chain)
{
	__le16 value;
	u64 *word, bit;
	u32 vid;

	if (command > VIRTIO_NET_CTRL_VLAN_DEL ||
	    !shyper_chain_read(chain, HDR_LEN, &value, sizeof(value)))
		return false;
	vid = le16_to_cpu(value);
	if (vid >= VNET_VLANS)
		return false;
	word = &ctl->vlan[vid / 64];
	bit = BIT_OF(vid % 64);
	WRITE_ONCE(*word, command == VIRTIO_NET_CTRL_VLAN_ADD ? *word | bit :
							       *word & ~bit);
	return true;
}

static bool announced(struct vnet_control *ctl, u8 command,
		      const struct shyper_chain *chain)
{
	(void)chain;
	if (command != VIRTIO_NET_CTRL_ANNOUNCE_ACK)
		return false;
	WRITE_ONCE(ctl->announce, false);
	ctl->changed = true;
	return true;
}

/* 5.1.6.5.5.1 */
static bool pairs_set(struct vnet_control *ctl, u8 command,
		      const struct shyper_chain *chain)
{
	__le16 value;
	u16 pairs;

	if (command != VIRTIO_NET_CTRL_MQ_VQ_PAIRS_SET ||
	    !shyper_chain_read(chain, HDR_LEN, &value, sizeof(value)))
		return false;
	pairs = le16_to_cpu(value);
	if (!pairs || pairs > ctl->max_pairs)
		return false;
	WRITE_ONCE(ctl->pairs, pairs);
	return true;
}

static bool offloads_set(struct vnet_control *ctl, u8 command,
			 const struct shyper_chain *chain)
{
	__le64 value;
	u64 on;

	if (command != VIRTIO_NET_CTRL_GUEST_OFFLOADS_SET ||
	    !shyper_chain_read(chain, HDR_LEN, &value, sizeof(value)))
		return false;
	on = le64_to_cpu(value);
	if (on & ~(OFFLOADS & ctl->negotiated))
		return false;
	WRITE_ONCE(ctl->features, (ctl->features & ~OFFLOADS) | on);
	return true;
}

static const struct command_class classes[] = {
	[VIRTIO_NET_CTRL_RX] = { VIRTIO_NET_F_CTRL_RX, rx_mode },
	[VIRTIO_NET_CTRL_MAC] = { VIRTIO_NET_F_CTRL_VQ, mac_command },
	[VIRTIO_NET_CTRL_VLAN] = { VIRTIO_NET_F_CTRL_VLAN, vlan_command },
	[VIRTIO_NET_CTRL_ANNOUNCE] = { VIRTIO_NET_F_GUEST_ANNOUNCE, announced },
	[VIRTIO_NET_CTRL_MQ] = { VIRTIO_NET_F_MQ, pairs_set },
	[VIRTIO_NET_CTRL_GUEST_OFFLOADS] = { VIRTIO_NET_F_CTRL_GUEST_OFFLOADS,
					     offloads_set },
};

u8 vnet_control_run(struct vnet_control *ctl, const struct shyper_chain *chain)
{
	const struct command_class *class;
	u8 hdr[HDR_LEN];

	if (!shyper_chain_read(chain, 0, hdr, sizeof(hdr)) ||
	    hdr[0] >= sizeof(classes) / sizeof(classes[0]))
		return VIRTIO_NET_ERR;
	class = &classes[hdr[0]];
	if (!class->run || !vnet_has(ctl->features, class->feature))
		return VIRTIO_NET_ERR;
	return class->run(ctl, hdr[1], chain) ? VIRTIO_NET_OK : VIRTIO_NET_ERR;
}
