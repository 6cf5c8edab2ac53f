// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtio device of a guest's port: features, configuration space, control queue,
 * and which queue is what.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>

#include "vnet.h"

#define BIT_OF(name)	BIT_ULL(VIRTIO_NET_F_##name)

#define FEATURES \
	(BIT_OF(MAC) | BIT_OF(STATUS) | BIT_OF(MTU) | BIT_OF(MRG_RXBUF) | \
	 BIT_OF(CSUM) | BIT_OF(GUEST_CSUM) | BIT_OF(HOST_TSO4) | \
	 BIT_OF(HOST_TSO6) | BIT_OF(HOST_ECN) | BIT_OF(HOST_UFO) | \
	 BIT_OF(GUEST_TSO4) | BIT_OF(GUEST_TSO6) | BIT_OF(GUEST_ECN) | \
	 BIT_OF(CTRL_VQ) | BIT_OF(CTRL_RX) | BIT_OF(CTRL_RX_EXTRA) | \
	 BIT_OF(CTRL_VLAN) | BIT_OF(CTRL_MAC_ADDR) | BIT_OF(GUEST_ANNOUNCE) | \
	 BIT_OF(CTRL_GUEST_OFFLOADS) | SHYPER_VNET_USO | \
	 BIT_ULL(VIRTIO_F_RING_RESET))

/* 5.1.3.1 */
static const u8 depends[][2] = {
	{ VIRTIO_NET_F_GUEST_TSO4, VIRTIO_NET_F_GUEST_CSUM },
	{ VIRTIO_NET_F_GUEST_TSO6, VIRTIO_NET_F_GUEST_CSUM },
	{ VNET_F_GUEST_USO4, VIRTIO_NET_F_GUEST_CSUM },
	{ VNET_F_GUEST_USO6, VIRTIO_NET_F_GUEST_CSUM },
	{ VIRTIO_NET_F_HOST_TSO4, VIRTIO_NET_F_CSUM },
	{ VIRTIO_NET_F_HOST_TSO6, VIRTIO_NET_F_CSUM },
	{ VIRTIO_NET_F_HOST_UFO, VIRTIO_NET_F_CSUM },
	{ VNET_F_HOST_USO, VIRTIO_NET_F_CSUM },
	{ VIRTIO_NET_F_CTRL_RX, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_RX_EXTRA, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_VLAN, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_GUEST_ANNOUNCE, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_MQ, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_MAC_ADDR, VIRTIO_NET_F_CTRL_VQ },
	{ VIRTIO_NET_F_CTRL_GUEST_OFFLOADS, VIRTIO_NET_F_CTRL_VQ },
	{ 0, 0 }
};

/* ---- the control queue ---- */

void vnet_ctrl_work(struct work_struct *work)
{
	struct vnet *vnet = container_of(work, struct vnet, ctrl_work);
	struct shyper_chain chain = { .max = VNET_SEGS };
	struct shyper_vqueue *vq = vnet->ctrl;
	u32 written;
	int got = 0;
	u8 ack;

	chain.seg = kvmalloc_array(VNET_SEGS, sizeof(*chain.seg), GFP_KERNEL);
	while (chain.seg && READ_ONCE(vnet->ctrl_on)) {
		got = shyper_vring_pop(&vq->ring, &chain);
		if (!got && !shyper_vring_enable_kick(&vq->ring))
			break;
		if (!got)
			continue;
		if (got < 0 || chain.fault)
			break;
		vq->stats.requests++;
		ack = vnet_control_run(&vnet->ctl, &chain);
		vq->stats.errors += ack != VIRTIO_NET_OK;
		/* The answer is the last byte, whatever room there is before it. */
		written = 0;
		if (chain.write_len && chain.write_len <= U32_MAX &&
		    shyper_chain_write(&chain, chain.write_len - 1, &ack, 1))
			written = chain.write_len;
		shyper_vring_push(&vq->ring, chain.head, written);
		vq->stats.batches++;
		if (shyper_vring_want_irq(&vq->ring))
			shyper_vqueue_interrupt(vq);
		cond_resched();
	}
	kvfree(chain.seg);
	if (got < 0 || (got && chain.fault)) {
		WRITE_ONCE(vnet->ctrl_on, false);
		shyper_vqueue_broken(vq, min(got, 0));
	}
	if (vnet->ctl.changed) {
		vnet->ctl.changed = false;
		schedule_work(&vnet->config_work);
	}
}

/* ---- configuration space ---- */

void vnet_config_read(struct shyper_vdev *dev)
{
	struct vnet *vnet = dev->priv;
	struct virtio_net_config config = {
		.max_virtqueue_pairs = __cpu_to_virtio16(true, vnet->pairs),
		.mtu = __cpu_to_virtio16(true, vnet->mtu),
	};
	__le64 mac = cpu_to_le64(READ_ONCE(vnet->ctl.mac));
	u16 status = 0;

	memcpy(config.mac, &mac, sizeof(config.mac));
	if (READ_ONCE(vnet->link)) {
		status = VIRTIO_NET_S_LINK_UP;
		if (READ_ONCE(vnet->ctl.announce))
			status |= VIRTIO_NET_S_ANNOUNCE;
	}
	config.status = __cpu_to_virtio16(true, status);
	memcpy(dev->config, &config, dev->config_len);
}

void vnet_config_work(struct work_struct *work)
{
	struct vnet *vnet = container_of(work, struct vnet, config_work);

	shyper_vdev_config_changed(vnet->vdev);
}

/* ---- the device ---- */

/* 5.1.2: the control queue comes behind as many pairs as the driver knows of. */
static bool is_ctrl(const struct vnet *vnet, const struct shyper_vqueue *vq)
{
	u32 pairs = shyper_vdev_has(vq->dev, VIRTIO_NET_F_MQ) ? vnet->pairs : 1;

	return shyper_vdev_has(vq->dev, VIRTIO_NET_F_CTRL_VQ) &&
	       vq->index == 2 * pairs;
}

static struct vnet_pair *pair_of(struct vnet *vnet, const struct shyper_vqueue *vq)
{
	return vq->index < 2 * vnet->pairs ? &vnet->pair[vq->index / 2] : NULL;
}

static bool is_tx(const struct shyper_vqueue *vq)
{
	return vq->index & 1;
}

static void pair_resume(struct vnet_pair *pair)
{
	napi_enable(&pair->napi);
	local_bh_disable();
	napi_schedule(&pair->napi);
	local_bh_enable();
}

static int queue_start(struct shyper_vqueue *vq)
{
	struct vnet *vnet = vq->dev->priv;
	struct vnet_pair *pair = pair_of(vnet, vq);

	if (!vnet->live)
		vnet_control_reset(&vnet->ctl, vq->dev->features);
	if (is_ctrl(vnet, vq)) {
		vnet->ctrl = vq;
		WRITE_ONCE(vnet->ctrl_on, true);
	} else if (pair && is_tx(vq)) {
		pair->tx = vq;
		vnet_tx_start(pair);
		pair_resume(pair);
	} else if (pair) {
		vnet_rx_start(pair, vq);
	}
	return 0;
}

static void queue_stop(struct shyper_vqueue *vq)
{
	struct vnet *vnet = vq->dev->priv;
	struct vnet_pair *pair = pair_of(vnet, vq);

	if (is_ctrl(vnet, vq)) {
		WRITE_ONCE(vnet->ctrl_on, false);
		cancel_work_sync(&vnet->ctrl_work);
	} else if (pair && is_tx(vq)) {
		napi_disable(&pair->napi);
		vnet_tx_stop(pair);
	} else if (pair) {
		vnet_rx_stop(pair);
	}
}

static void kick(struct shyper_vqueue *vq)
{
	struct vnet *vnet = vq->dev->priv;
	struct vnet_pair *pair = pair_of(vnet, vq);

	if (is_ctrl(vnet, vq)) {
		schedule_work(&vnet->ctrl_work);
		return;
	}
	if (!pair)
		return;
	if (!is_tx(vq))
		WRITE_ONCE(pair->rx_kicked, true);
	napi_schedule(&pair->napi);
}

static void started(struct shyper_vdev *dev)
{
	struct vnet *vnet = dev->priv;

	WRITE_ONCE(vnet->live, true);
	netif_carrier_on(vnet->netdev);
}

static void reset(struct shyper_vdev *dev)
{
	struct vnet *vnet = dev->priv;

	WRITE_ONCE(vnet->live, false);
	netif_carrier_off(vnet->netdev);
	vnet_control_reset(&vnet->ctl, 0);
	vnet_config_read(dev);
}

static const struct shyper_vdev_ops vdev_ops = {
	.id = VIRTIO_ID_NET,
	.name = "net",
	.queue_start = queue_start,
	.queue_stop = queue_stop,
	.kick = kick,
	.config_read = vnet_config_read,
	.reset = reset,
	.started = started,
	.release = vnet_release,
};

struct shyper_vdev *vnet_dev_create(struct vnet *vnet, u32 vmid,
				    const struct shyper_vm_device *arg)
{
	struct shyper_vdev_setup setup = {
		.vmid = vmid,
		.ops = &vdev_ops,
		.priv = vnet,
		.name = arg->name,
		.base = arg->base,
		.irq = arg->irq,
		.features = FEATURES,
		.depends = depends,
		.queues = 2 * vnet->pairs + 1,
		.num_max = SHYPER_QUEUE_NUM_MAX,
		.config_len = offsetofend(struct virtio_net_config, mtu),
	};

	if (vnet->pairs > 1)
		setup.features |= BIT_OF(MQ);
	return shyper_vdev_create(&setup);
}
