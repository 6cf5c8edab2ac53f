// SPDX-License-Identifier: GPL-2.0-only
/* See driver.h. */
#include <stdlib.h>
#include <string.h>

#include <el2/virtio.h>

#include "driver.h"

/* Registers, 4.2.2. */
#define FEATURES_SEL		0x014
#define DRIVER_FEATURES		0x020
#define DRIVER_FEATURES_SEL	0x024
#define QUEUE_SEL		0x030
#define QUEUE_NUM		0x038
#define QUEUE_READY		0x044
#define QUEUE_NOTIFY		0x050
#define STATUS			0x070
#define QUEUE_ADDR		0x080	/* three, 0x10 apart, low and high */
#define CONFIG			0x100

/* Rings are at the beginning of memory, buffers behind them. */
#define RINGS	(MEM_IPA + 0x1000)
#define BUFFERS	(MEM_IPA + 0x8000)
#define RX_BUFFERS	(MEM_IPA + MEM_REGION)

static u32 ports;

void port_mac(u32 n, u8 *mac)
{
	static const u8 uplink[] = SHYPER_MVM_NET_MAC;

	if (n == 0)
		memcpy(mac, uplink, 6);
	else
		memcpy(mac, (u8[]){ 0x52, 0x54, 0, 0, 0, (u8)n }, 6);
}

void ports_create(u32 count)
{
	u64 cfg[SHYPER_CFG_LIST_LEN];
	u8 mac[6];
	u32 n, k;

	host_init();
	CHECK_EQ(virtio_net_create_uplink(&host_vm[0], BASE, 40), 0);
	for (n = 1; n < count; n++) {
		port_mac(n, mac);
		memset(cfg, 0, sizeof(cfg));
		for (k = 0; k < 6; k++)
			cfg[k] = mac[k];
		CHECK_EQ(virtio_net_create(&host_vm[n], BASE, 40, cfg), 0);
	}
	ports = count;
}

void ports_destroy(void)
{
	u32 n;

	for (n = 0; n < HOST_VMS; n++)
		virtio_vm_destroy(&host_vm[n]);
	host_exit();
}

static void reg_write(struct driver *drv, u32 reg, u32 val)
{
	host_write(drv->vm, drv->base, reg, val);
}

static void queue_start(struct driver *drv, u32 n)
{
	struct queue *q = &drv->q[n];
	u64 addr[3];
	u32 k;

	*q = (struct queue){ .desc = RINGS + n * 0x2000ULL };
	q->avail = q->desc + 16 * RING;
	q->used = q->desc + 0x1000;
	memset(driver_at(drv, q->desc), 0, 0x2000);
	addr[0] = q->desc;
	addr[1] = q->avail;
	addr[2] = q->used;
	reg_write(drv, QUEUE_SEL, n);
	reg_write(drv, QUEUE_NUM, RING);
	for (k = 0; k < 3; k++) {
		reg_write(drv, QUEUE_ADDR + 0x10 * k, (u32)addr[k]);
		reg_write(drv, QUEUE_ADDR + 0x10 * k + 4, (u32)(addr[k] >> 32));
	}
	reg_write(drv, QUEUE_READY, 1);
	CHECK_EQ(host_read(drv->vm, drv->base, QUEUE_READY), 1);
}

void driver_prepare(struct driver *drv, u32 vm, u64 features)
{
	u32 n;

	*drv = (struct driver){
		.vm = &host_vm[vm], .base = BASE, .features = features,
		.next = BUFFERS, .next_rx = RX_BUFFERS,
	};
	reg_write(drv, STATUS, 0);
	reg_write(drv, STATUS, 3);
	for (n = 0; n < 2; n++) {
		reg_write(drv, DRIVER_FEATURES_SEL, n);
		reg_write(drv, DRIVER_FEATURES, (u32)(features >> (32 * n)));
	}
	reg_write(drv, STATUS, 0xb);
	CHECK_EQ(host_read(drv->vm, drv->base, STATUS), 0xb);
	for (n = 0; n < 6; n++) {
		struct mmio_access access = { .offset = CONFIG + n, .width = 1 };

		drv->vm->dev[0].handler(&host_vcpu[vm], &access,
					drv->vm->dev[0].priv);
		drv->mac[n] = (u8)access.value;
	}
	for (n = 0; n < NET_QUEUES; n++)
		queue_start(drv, n);
}

void driver_ok(struct driver *drv)
{
	reg_write(drv, STATUS, 0xf);
}

void driver_start(struct driver *drv, u32 vm, u64 features)
{
	driver_prepare(drv, vm, features);
	driver_ok(drv);
}

void driver_stop(struct driver *drv)
{
	reg_write(drv, STATUS, 0);
}

u64 driver_alloc(struct driver *drv, u32 len)
{
	u64 ipa = drv->next;

	/* Round and round: what is long done is overwritten. */
	if (ipa + len > MEM_IPA + MEM_REGION)
		ipa = BUFFERS;
	drv->next = ipa + len;
	return ipa;
}

void *driver_at(struct driver *drv, u64 ipa)
{
	return host_at(drv->vm, ipa);
}

u16 driver_add(struct driver *drv, u32 queue, const struct part *part, u32 count)
{
	struct queue *q = &drv->q[queue];
	struct shyper_vring_desc *desc = driver_at(drv, q->desc);
	struct shyper_vring_avail *avail = driver_at(drv, q->avail);
	u16 head = q->free, at = head;
	u32 n;

	for (n = 0; n < count; n++) {
		at = q->free;
		q->free = (q->free + 1) % RING;
		desc[at] = (struct shyper_vring_desc){
			part[n].ipa, part[n].len,
			(u16)(part[n].flags |
			      (n + 1 < count ? SHYPER_VRING_DESC_F_NEXT : 0)),
			q->free,
		};
	}
	avail->ring[q->added % RING] = head;
	__atomic_store_n(&avail->idx, ++q->added, __ATOMIC_RELEASE);
	return head;
}

void driver_kick(struct driver *drv, u32 queue)
{
	reg_write(drv, QUEUE_NOTIFY, queue);
}

bool driver_used(struct driver *drv, u32 queue, struct shyper_vring_used_elem *elem)
{
	struct queue *q = &drv->q[queue];
	struct shyper_vring_used *used = driver_at(drv, q->used);

	if (q->seen == __atomic_load_n(&used->idx, __ATOMIC_ACQUIRE))
		return false;
	*elem = used->ring[q->seen++ % RING];
	return true;
}

void driver_refill(struct driver *drv, u32 count, u32 len)
{
	struct part part = { .len = len, .flags = SHYPER_VRING_DESC_F_WRITE };

	while (count--) {
		if (drv->next_rx + len > MEM_IPA + MEM_SIZE)
			drv->next_rx = RX_BUFFERS;
		part.ipa = drv->next_rx;
		drv->next_rx += len;
		driver_add(drv, NET_RX, &part, 1);
	}
}

void frame_make(u8 *frame, u32 len, const u8 *dst, const u8 *src)
{
	u32 n;

	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (n = NET_ETH_LEN; n < len; n++)
		frame[n] = (u8)(n * 7 + len + src[5]);
}

void driver_send_hdr(struct driver *drv, const struct virtio_net_hdr *hdr,
		     const u8 *frame, u32 len)
{
	struct shyper_vring_used_elem elem;
	struct part part[2] = {
		{ driver_alloc(drv, sizeof(*hdr)), sizeof(*hdr), 0 },
		{ 0, len, 0 },
	};

	memcpy(driver_at(drv, part[0].ipa), hdr, sizeof(*hdr));
	if (len) {
		part[1].ipa = driver_alloc(drv, len);
		memcpy(driver_at(drv, part[1].ipa), frame, len);
	}
	driver_add(drv, NET_TX, part, len ? 2 : 1);
	driver_kick(drv, NET_TX);
	while (driver_used(drv, NET_TX, &elem))
		CHECK_EQ(elem.len, 0);
}

void driver_send(struct driver *drv, const u8 *frame, u32 len)
{
	static const struct virtio_net_hdr hdr;

	driver_send_hdr(drv, &hdr, frame, len);
}

void driver_send_to(struct driver *drv, u32 vm, u32 len)
{
	u8 frame[10000], mac[6];

	port_mac(vm, mac);
	frame_make(frame, len, mac, drv->mac);
	driver_send(drv, frame, len);
}

u32 driver_receive(struct driver *drv, struct virtio_net_hdr *hdr, u8 *frame)
{
	struct shyper_vring_desc *desc = driver_at(drv, drv->q[NET_RX].desc);
	struct virtio_net_hdr first = { 0 };
	struct shyper_vring_used_elem elem;
	u32 len = 0, n, part, left;
	u16 at;

	for (n = 0; len < sizeof(first) || n < first.num_buffers; n++) {
		if (!driver_used(drv, NET_RX, &elem)) {
			CHECK(n == 0);
			return 0;
		}
		at = (u16)elem.id;
		left = elem.len;
		/* A buffer may have several parts. */
		for (; left; at = desc[at].next) {
			part = MIN(left, desc[at].len);
			memcpy(frame + len, driver_at(drv, desc[at].addr), part);
			len += part;
			left -= part;
		}
		if (len >= sizeof(first))
			memcpy(&first, frame, sizeof(first));
	}
	CHECK(len >= sizeof(first) + NET_ETH_LEN);
	memmove(frame, frame + sizeof(first), len - sizeof(first));
	if (hdr)
		*hdr = first;
	return len - (u32)sizeof(first);
}

struct shyper_net_stats port_stats(u32 n)
{
	struct shyper_net_stats stats = { 0 };

	CHECK_EQ(virtio_net_stats(n, &stats), 0);
	return stats;
}

u64 port_drops(u32 n, enum shyper_net_drop cause)
{
	return port_stats(n).drops[cause];
}

void check_sums(u32 count)
{
	u64 sent = 0, lost = 0, copies = 0, received = 0, missed = 0;
	struct shyper_net_stats stats;
	u32 n, k;

	for (n = 0; n < count; n++) {
		stats = port_stats(n);
		sent += stats.tx_frames;
		copies += stats.tx_copies;
		received += stats.rx_frames;
		for (k = 0; k < SHYPER_NET_DROPS; k++) {
			if (k < SHYPER_NET_DROP_RX_DOWN)
				lost += stats.drops[k];
			else
				missed += stats.drops[k];
		}
	}
	CHECK(lost <= sent);
	CHECK(copies >= sent - lost);
	CHECK_EQ(copies, received + missed);
}

bool needs_reset(struct driver *drv)
{
	return host_read(drv->vm, drv->base, STATUS) & VIRTIO_STATUS_NEEDS_RESET;
}

u16 link_status(struct driver *drv)
{
	return (u16)(host_read(drv->vm, drv->base, CONFIG + 4) >> 16);
}
