// SPDX-License-Identifier: GPL-2.0-only
/*
 * A direct disk as a virtio device: features, configuration space, the disk behind
 * it and its size.
 *
 * Locks: those of vm.c and disk.c; dev->lock.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/blkdev.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/virtio_byteorder.h>
#include <uapi/linux/virtio_blk.h>
#include <uapi/linux/virtio_config.h>
#include <uapi/linux/virtio_ids.h>
#include <uapi/linux/virtio_ring.h>

#include "vblk.h"

/* Words of struct shyper_vm_device, behind those of any mediated disk. */
#define CFG_QUEUES	3
#define CFG_SERIAL	4
#define CFG_WORDS	7

/* Up to the end of what WRITE_ZEROES has. */
#define CONFIG_LEN	offsetofend(struct virtio_blk_config, unused1)
static_assert(CONFIG_LEN <= SHYPER_VDEV_CONFIG);

#define SEG_BYTES_MAX	SZ_1M
#define RANGE_MAX	(U32_MAX >> SECTOR_SHIFT)
/* Where zeroes have to be written, or as good as. */
#define ZEROES_MAX	(SZ_16M >> SECTOR_SHIFT)
#define RESIZE_EVERY	HZ

static bool vblk_packed;
module_param(vblk_packed, bool, 0644);
MODULE_PARM_DESC(vblk_packed,
		 "offer packed rings to disks' drivers, too: they take more instructions (no)");

static struct shyper_vblk *vblk_of(const struct shyper_vdev *vdev)
{
	return vdev->priv;
}

/* ---- size ---- */

/* Sectors of the guest's disk as it is now; the disk is not taken away meanwhile. */
static u64 capacity_now(const struct shyper_vblk *dev)
{
	u64 sectors = shyper_disk_sectors_now(dev->disk);
	u64 first = dev->first - dev->disk->first_sector;

	sectors = sectors > first ? sectors - first : 0;
	return dev->fixed ? min(dev->fixed, sectors) : sectors;
}

/*
 * The block layer tells no module of another's change of size, nor does a file
 * system: it is looked at.
 */
static void resize_work(struct work_struct *work)
{
	struct shyper_vblk *dev = container_of(to_delayed_work(work),
					       struct shyper_vblk, resize);
	bool changed;

	mutex_lock(&dev->vdev->lock);
	changed = !dev->gone && capacity_now(dev) != dev->limits.capacity;
	mutex_unlock(&dev->vdev->lock);
	if (changed)
		shyper_vdev_config_changed(dev->vdev);
	queue_delayed_work(system_freezable_power_efficient_wq, &dev->resize,
			   RESIZE_EVERY);
}

/* ---- configuration space ---- */

#define le16(val)	__cpu_to_virtio16(true, val)
#define le32(val)	__cpu_to_virtio32(true, val)
#define le64(val)	__cpu_to_virtio64(true, val)

/* What the driver should know of how the device behind likes its requests. */
struct geometry {
	u32 block;		/* bytes of a logical block */
	u32 physical;		/* bytes of a physical one */
	u32 align;		/* bytes to the first aligned one */
	u32 io_min;		/* bytes */
	u32 io_opt;		/* bytes */
	u32 segs;
	u32 seg_bytes;
	u32 discard_grain;	/* bytes */
};

static void geometry_bdev(const struct shyper_vblk *dev, struct geometry *g)
{
	struct block_device *bdev = dev->disk->bdev;

	g->block = bdev_logical_block_size(bdev);
	g->physical = bdev_physical_block_size(bdev);
	g->align = max(bdev_alignment_offset(bdev), 0);
	g->io_min = bdev_io_min(bdev);
	g->io_opt = bdev_io_opt(bdev);
	g->segs = min_t(u32, VBLK_SEGS, bdev_max_segments(bdev));
	g->seg_bytes = min_t(u32, SEG_BYTES_MAX,
			     queue_max_segment_size(bdev_get_queue(bdev)));
	g->discard_grain = max(bdev_discard_granularity(bdev), g->block);
}

static void geometry_file(const struct shyper_vblk *dev, struct geometry *g)
{
	g->block = SECTOR_SIZE;
	g->physical = i_blocksize(file_inode(dev->disk->file));
	g->io_min = g->physical;
	g->segs = VBLK_SEGS;
	g->seg_bytes = SEG_BYTES_MAX;
	g->discard_grain = g->physical;
}

static void config_fill(struct shyper_vblk *dev, const struct geometry *g)
{
	struct virtio_blk_config config = {
		.capacity = le64(dev->limits.capacity),
		.size_max = le32(g->seg_bytes),
		.seg_max = le32(g->segs),
		.blk_size = le32(g->block),
		.physical_block_exp = ilog2(max(g->physical / g->block, 1U)),
		.alignment_offset = g->align / g->block,
		.min_io_size = le16(g->io_min / g->block),
		.opt_io_size = le32(g->io_opt / g->block),
		.wce = dev->writeback,
		.num_queues = le16(dev->vdev->queues),
		.max_discard_sectors = le32(dev->limits.max_discard),
		.max_discard_seg = le32(1),
		.discard_sector_alignment =
			le32(g->discard_grain >> SECTOR_SHIFT),
		.max_write_zeroes_sectors = le32(dev->limits.max_zeroes),
		.max_write_zeroes_seg = le32(1),
		.write_zeroes_may_unmap = dev->limits.max_discard != 0,
	};

	memcpy(dev->vdev->config, &config, CONFIG_LEN);
}

static void config_read(struct shyper_vdev *vdev)
{
	struct shyper_vblk *dev = vblk_of(vdev);
	struct geometry g = { 0 };

	/* What a guest was told of a disk stays, when that is taken away. */
	if (dev->gone)
		return;
	WRITE_ONCE(dev->limits.capacity, capacity_now(dev));
	if (dev->disk->bdev)
		geometry_bdev(dev, &g);
	else
		geometry_file(dev, &g);
	config_fill(dev, &g);
}

/* 5.2.5: the one field that a driver can change, and not all of a store may be it. */
static void config_write(struct shyper_vdev *vdev, u32 offset, u32 len,
			 const void *old)
{
	const u32 at = offsetof(struct virtio_blk_config, wce);
	struct shyper_vblk *dev = vblk_of(vdev);
	bool writeback = vdev->config[at];

	memcpy(vdev->config + offset, old, len);
	if (at < offset || at >= offset + len ||
	    !shyper_vdev_has(vdev, VIRTIO_BLK_F_CONFIG_WCE))
		return;
	vdev->config[at] = writeback;
	WRITE_ONCE(dev->writeback, writeback);
	/* What has been written so far is to be durable, too. */
	if (!writeback && !dev->gone)
		shyper_disk_flush(dev->disk);
}

static bool backing_caches(const struct shyper_vblk *dev)
{
	return !dev->disk->bdev || bdev_write_cache(dev->disk->bdev);
}

/* Before queues run: 5.2.5.2, who cannot flush does not have to. */
static void mode_begin(struct shyper_vblk *dev)
{
	struct shyper_vdev *vdev = dev->vdev;

	if (!shyper_vdev_has(vdev, VIRTIO_BLK_F_FLUSH))
		WRITE_ONCE(dev->writeback, false);
	else if (!shyper_vdev_has(vdev, VIRTIO_BLK_F_CONFIG_WCE))
		WRITE_ONCE(dev->writeback, true);
}

static void mode_reset(struct shyper_vblk *dev)
{
	if (dev->gone)
		return;
	dev->writeback = backing_caches(dev);
	dev->vdev->config[offsetof(struct virtio_blk_config, wce)] = dev->writeback;
}

/* ---- features ---- */

static u64 features_of(const struct shyper_vblk *dev)
{
	u64 features = BIT_ULL(VIRTIO_BLK_F_SIZE_MAX) |
		       BIT_ULL(VIRTIO_BLK_F_SEG_MAX) |
		       BIT_ULL(VIRTIO_BLK_F_BLK_SIZE) |
		       BIT_ULL(VIRTIO_BLK_F_TOPOLOGY) |
		       BIT_ULL(VIRTIO_BLK_F_FLUSH) |
		       BIT_ULL(VIRTIO_BLK_F_CONFIG_WCE) |
		       BIT_ULL(VIRTIO_BLK_F_MQ) |
		       BIT_ULL(VIRTIO_F_RING_RESET);

	if (dev->limits.read_only)
		features |= BIT_ULL(VIRTIO_BLK_F_RO);
	if (dev->limits.max_discard)
		features |= BIT_ULL(VIRTIO_BLK_F_DISCARD);
	if (dev->limits.max_zeroes)
		features |= BIT_ULL(VIRTIO_BLK_F_WRITE_ZEROES);
	return features;
}

static void limits_bdev(struct shyper_vblk *dev, struct block_device *bdev)
{
	u32 zeroes = bdev_write_zeroes_sectors(bdev);

	dev->limits.max_discard = min_t(u32, bdev_max_discard_sectors(bdev),
					RANGE_MAX);
	dev->limits.max_zeroes = zeroes ? min_t(u32, zeroes, RANGE_MAX) : ZEROES_MAX;
	/*
	 * A bio is split between any of its parts, and never within a sector: the
	 * block layer takes it that their lengths are made for that.
	 */
	dev->unaligned = (u64)bdev_dma_alignment(bdev) << 32 | (SECTOR_SIZE - 1);
	/* The guest has merged what could be; where a seek costs, others' helps. */
	dev->opf = bdev_nonrot(bdev) ? REQ_NOMERGE : 0;
}

static void limits_begin(struct shyper_vblk *dev)
{
	const struct shyper_disk *disk = dev->disk;

	dev->limits.read_only = disk->flags & SHYPER_DISK_READ_ONLY;
	dev->limits.max_zeroes = ZEROES_MAX;
	if (disk->bdev)
		limits_bdev(dev, disk->bdev);
	else if (disk->file->f_op->fallocate)
		dev->limits.max_discard = RANGE_MAX;
	if (dev->limits.read_only) {
		dev->limits.max_discard = 0;
		dev->limits.max_zeroes = 0;
	}
	/* A kiocb finds by itself what is not aligned. */
	if (disk->backend == &shyper_backend_bio) {
		dev->ops = &shyper_vblk_bio_ops;
	} else {
		dev->ops = &shyper_vblk_file_ops;
		dev->unaligned = 0;
	}
	dev->limits.capacity = capacity_now(dev);
	dev->writeback = backing_caches(dev);
}

/* ---- life ---- */

static int queue_start(struct shyper_vqueue *vq)
{
	struct shyper_vblk *dev = vblk_of(vq->dev);

	mode_begin(dev);
	return shyper_vblk_queue_start(&dev->queue[vq->index]);
}

static void queue_stop(struct shyper_vqueue *vq)
{
	shyper_vblk_queue_stop(&vblk_of(vq->dev)->queue[vq->index]);
}

static void kick(struct shyper_vqueue *vq)
{
	shyper_vblk_queue_kick(&vblk_of(vq->dev)->queue[vq->index]);
}

static void reset(struct shyper_vdev *vdev)
{
	mode_reset(vblk_of(vdev));
}

static void vblk_free(struct shyper_vblk *dev)
{
	if (dev->workers)
		destroy_workqueue(dev->workers);
	shyper_io_css_put(dev->css);
	kfree(dev);
}

static void release(struct shyper_vdev *vdev)
{
	struct shyper_vblk *dev = vblk_of(vdev);

	cancel_delayed_work_sync(&dev->resize);
	shyper_disk_put_direct(dev->disk, dev);
	vblk_free(dev);
}

static const struct shyper_vdev_ops vblk_ops = {
	.id = VIRTIO_ID_BLOCK,
	.name = "block",
	.queue_start = queue_start,
	.queue_stop = queue_stop,
	.kick = kick,
	.config_read = config_read,
	.config_write = config_write,
	.reset = reset,
	.release = release,
};

/* 5.2.3: a driver that cannot flush cannot choose to have to. */
static const u8 depends[][2] = {
	{ VIRTIO_BLK_F_CONFIG_WCE, VIRTIO_BLK_F_FLUSH },
	{ 0, 0 },
};

static u32 queues_of(u32 vcpus, u64 wanted)
{
	return clamp_t(u64, wanted ?: vcpus, 1, VBLK_QUEUES);
}

static int cfg_check(const struct shyper_vm_device *arg)
{
	u32 n;

	for (n = CFG_WORDS; n < SHYPER_API_CFG_WORDS; n++) {
		if (arg->cfg[n])
			return -EINVAL;
	}
	return arg->cfg[CFG_QUEUES] > VBLK_QUEUES ||
	       arg->cfg[CFG_SERIAL + 2] >> 32 ? -EINVAL : 0;
}

static struct shyper_vblk *vblk_alloc(const struct shyper_vm_device *arg)
{
	struct shyper_vblk *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	u32 n;

	if (!dev)
		return NULL;
	INIT_DELAYED_WORK(&dev->resize, resize_work);
	memcpy(dev->serial, &arg->cfg[CFG_SERIAL], sizeof(dev->serial));
	for (n = 0; n < VBLK_QUEUES; n++) {
		dev->queue[n].dev = dev;
		spin_lock_init(&dev->queue[n].lock);
		init_waitqueue_head(&dev->queue[n].idle);
	}
	dev->css = shyper_io_css_get();
	dev->workers = alloc_workqueue("shyper-blk", WQ_UNBOUND, 0);
	if (dev->workers)
		return dev;
	vblk_free(dev);
	return NULL;
}

static int vdev_add(struct shyper_vblk *dev, u32 vmid, u32 vcpus,
		    const struct shyper_vm_device *arg)
{
	struct shyper_vdev_setup setup = {
		.vmid = vmid,
		.ops = &vblk_ops,
		.priv = dev,
		.name = arg->name,
		.base = arg->base,
		.irq = arg->irq,
		.features = features_of(dev),
		.without = SHYPER_VRING_F_INDIRECT_DESC |
			   (vblk_packed ? 0 : SHYPER_VRING_F_PACKED),
		.depends = depends,
		.queues = queues_of(vcpus, arg->cfg[CFG_QUEUES]),
		.num_max = VBLK_NUM_MAX,
		.config_len = CONFIG_LEN,
	};
	struct shyper_vdev *vdev = shyper_vdev_create(&setup);
	u32 n;

	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	for (n = 0; n < vdev->queues; n++)
		dev->queue[n].vq = &vdev->vq[n];
	vdev->link = dev->disk->index;
	memcpy(vdev->ifname, dev->disk->name, sizeof(vdev->ifname));
	/* Pairs with shyper_vblk_ready(). */
	smp_store_release(&dev->vdev, vdev);
	return 0;
}

struct shyper_vdev *shyper_blk_dev_create(u32 vmid, u32 vcpus,
					  const struct shyper_vm_device *arg)
{
	u64 cfg[SHYPER_API_CFG_WORDS];
	struct shyper_vblk *dev;
	int ret = cfg_check(arg);

	if (ret)
		return ERR_PTR(ret);
	dev = vblk_alloc(arg);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	memcpy(cfg, arg->cfg, sizeof(cfg));
	dev->fixed = cfg[SHYPER_CFG_DISK_COUNT];
	dev->disk = shyper_disk_take_direct(vmid, cfg, dev);
	if (IS_ERR(dev->disk)) {
		ret = PTR_ERR(dev->disk);
		goto err_free;
	}
	dev->first = dev->disk->first_sector + cfg[SHYPER_CFG_DISK_FIRST];
	if (!dev->serial[0])
		memcpy(dev->serial, dev->disk->name, sizeof(dev->serial));
	limits_begin(dev);
	ret = vdev_add(dev, vmid, vcpus, arg);
	if (ret)
		goto err_disk;
	queue_delayed_work(system_freezable_power_efficient_wq, &dev->resize,
			   RESIZE_EVERY);
	return dev->vdev;

err_disk:
	shyper_disk_put_direct(dev->disk, dev);
err_free:
	vblk_free(dev);
	return ERR_PTR(ret);
}

/* ---- for the files of disks ---- */

void shyper_vblk_remove_disk(struct shyper_vblk *dev)
{
	struct shyper_vdev *vdev = dev->vdev;
	u32 n;

	mutex_lock(&vdev->lock);
	for (n = 0; n < vdev->queues; n++)
		shyper_vblk_queue_pause(&dev->queue[n]);
	dev->gone = true;
	for (n = 0; n < vdev->queues; n++)
		shyper_vblk_queue_resume(&dev->queue[n]);
	mutex_unlock(&vdev->lock);
}

void shyper_vblk_count(struct shyper_vblk *dev, struct shyper_disk_counts *sum)
{
	struct shyper_vblk_queue *queue;
	u32 n;

	for (n = 0; n < VBLK_QUEUES; n++) {
		queue = &dev->queue[n];
		spin_lock_irq(&queue->lock);
		shyper_disk_counts_add(sum, &queue->counts);
		spin_unlock_irq(&queue->lock);
	}
}
