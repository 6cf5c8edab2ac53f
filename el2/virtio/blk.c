// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mediated virtio-blk device (VIRTIO 1.2, 5.2): requests in and out of the
 * guest's memory. Who is served when, and the talk with the MVM: mediated.c.
 *
 * There is no VIRTIO_BLK_F_FLUSH: the MVM finishes a write when it is durable,
 * so to the guest the cache is write-through (5.2.5.2), and a flush that comes
 * all the same is a request that this device does not have.
 *
 * Lock: a device's own; the mediated lock is never taken under it.
 */
#include <el2/errno.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/string.h>
#include <el2/virtio.h>

#include "blk.h"

#define VIRTIO_BLK_F_SIZE_MAX	BIT(1)
#define VIRTIO_BLK_F_SEG_MAX	BIT(2)

#define VIRTIO_BLK_T_IN		0
#define VIRTIO_BLK_T_OUT	1
#define VIRTIO_BLK_T_GET_ID	8

#define VIRTIO_BLK_S_OK		0
#define VIRTIO_BLK_S_IOERR	1
#define VIRTIO_BLK_S_UNSUPP	2
/* Ours: no status yet, the MVM is asked. */
#define BLK_TRANSFER		0xff

#define VIRTIO_BLK_ID_BYTES	20

/* Segments offered when the cache is large; below, segments of one page. */
#define SEGS_WANTED		64
/* What a deployed hypervisor offers, whatever the disk's page says. */
#define DEPLOYED_SIZE_MAX	(512 * 1024)

struct blk_config {
	__le64 capacity;
	__le32 size_max;
	__le32 seg_max;
};
static_assert(sizeof(struct blk_config) == VIRTIO_CONFIG_LEN);

struct blk_header {
	__le32 type;
	__le32 reserved;
	__le64 sector;
};
static_assert(sizeof(struct blk_header) == 16);

static struct blk *to_blk(struct virtio_dev *dev)
{
	return container_of(dev, struct blk, dev);
}

/* Sectors of the device; a partition may be longer than a disk that shrank. */
static u64 sectors(const struct blk *blk, const struct disk *disk)
{
	u64 left = disk->capacity > blk->first ? disk->capacity - blk->first : 0;

	if (!blk->count)
		return left;
	return options.deployed ? blk->count : MIN(blk->count, left);
}

/*
 * The largest request, size_max * seg_max, never exceeds the disk's limit. At
 * least a page per segment, since a driver rounds less up to one.
 */
static struct blk_config make_config(const struct blk *blk,
				     const struct disk *disk)
{
	struct blk_config config = {
		.capacity = sectors(blk, disk),
		.size_max = DEPLOYED_SIZE_MAX,
		.seg_max = BLK_QUEUE_DEPLOYED - 2,
	};
	u64 size;

	if (!options.deployed) {
		size = ALIGN_DOWN(disk->limit / SEGS_WANTED, PAGE_SIZE);
		size = MIN(MAX(size, PAGE_SIZE), (u64)0x80000000);
		config.size_max = (u32)size;
		config.seg_max = (u32)MIN(disk->limit / size,
					  (u64)BLK_QUEUE_MAX - 2);
	}
	return config;
}

void blk_disk_changed(struct blk *blk, const struct disk *disk)
{
	struct blk_config config;

	spin_lock(&blk->dev.lock);
	/* It may have been destroyed meanwhile, and be another's. */
	if (blk->dev.vm && blk->disk && blk->disk->ipa == disk->ipa) {
		config = make_config(blk, disk);
		virtio_dev_config_locked(&blk->dev, &config);
	}
	spin_unlock(&blk->dev.lock);
}

/* Requests. Each answers a status, or BLK_TRANSFER; *len is what it wrote. */

/* Where the flight's data goes through, or NULL: there is no room for it. */
static u8 *find_cache(const struct disk *disk, u64 bytes)
{
	if (!options.deployed)
		return bytes <= disk->limit ? disk->cache : NULL;
	/* Only the end of the MVM's memory stops a deployed hypervisor. */
	return vm_memory(vm_mvm(), disk->cache_ipa, MAX(bytes, (u64)1));
}

static u32 prepare_transfer(struct flight *flight, u64 sector, u64 bytes)
{
	const struct blk *blk = flight->blk;
	u64 count = bytes / SHYPER_SECTOR_SIZE;
	u64 limit = sectors(blk, flight->disk);

	/* Such a hypervisor looks at the partition, but not at the disk. */
	if (options.deployed && !blk->count)
		limit = ~(u64)0 - blk->first;
	flight->cache = find_cache(flight->disk, bytes);
	if (bytes % SHYPER_SECTOR_SIZE || !flight->cache ||
	    !range_ok(sector, count, 0, limit))
		return VIRTIO_BLK_S_IOERR;
	flight->sector = blk->first + sector;
	flight->bytes = bytes;
	return count ? BLK_TRANSFER : VIRTIO_BLK_S_OK;
}

static u32 request_in(struct flight *flight, const struct blk_header *header,
		      u64 *len)
{
	return prepare_transfer(flight, header->sector,
				flight->chain.write_len - 1);
}

static u32 request_out(struct flight *flight, const struct blk_header *header,
		       u64 *len)
{
	u64 bytes = flight->chain.read_len - sizeof(*header);
	u32 status = prepare_transfer(flight, header->sector, bytes);

	if (status == BLK_TRANSFER &&
	    !shyper_chain_read(&flight->chain, sizeof(*header), flight->cache,
			       bytes))
		return VIRTIO_BLK_S_IOERR;
	return status;
}

static u32 request_get_id(struct flight *flight, const struct blk_header *header,
			  u64 *len)
{
	u64 bytes = MIN(flight->chain.write_len - 1, (u64)VIRTIO_BLK_ID_BYTES);

	if (!shyper_chain_write(&flight->chain, 0, flight->disk->id, bytes))
		return VIRTIO_BLK_S_IOERR;
	*len = bytes;
	return VIRTIO_BLK_S_OK;
}

static const struct request {
	u32 type;
	u32 (*prepare)(struct flight *flight, const struct blk_header *header,
		       u64 *len);
} requests[] = {
	{ VIRTIO_BLK_T_IN, request_in },
	{ VIRTIO_BLK_T_OUT, request_out },
	{ VIRTIO_BLK_T_GET_ID, request_get_id },
};

/* The status is the last byte of the chain, 5.2.6. */
static u8 *status_byte(const struct shyper_chain *chain)
{
	const struct shyper_seg *last;

	if (!chain->nwrite)
		return NULL;
	last = &chain->seg[chain->nread + chain->nwrite - 1];
	return last->addr ? last->addr + last->len - 1 : NULL;
}

/*
 * Answer the guest. What is counted as written begins with the first writable
 * byte (2.7.8.2), so the status counts only if all before it was written.
 */
static void complete(struct flight *flight, u32 status, u64 written)
{
	struct virtio_dev *dev = &flight->blk->dev;
	struct shyper_chain *chain = &flight->chain;

	WRITE_ONCE(*status_byte(chain), (u8)status);
	if (written == chain->write_len - 1)
		written++;
	vm_count(dev->vm, VM_COUNT_BLK_REQUESTS, 1);
	if (status != VIRTIO_BLK_S_OK)
		vm_count(dev->vm, VM_COUNT_BLK_ERRORS, 1);
	shyper_vring_push(&dev->queue[0].ring, chain->head, (u32)written);
	virtio_used_locked(dev, 0);
}

/* A chain was popped. Return: whether the MVM has to be asked. */
static bool prepare(struct flight *flight)
{
	struct shyper_chain *chain = &flight->chain;
	u32 status = VIRTIO_BLK_S_UNSUPP, n;
	struct blk_header header;
	u64 written = 0;

	/* Without a header or a place for the status it is no request at all. */
	if (chain->read_len < sizeof(header) || !status_byte(chain)) {
		virtio_dev_broken_locked(&flight->blk->dev, 0);
		return false;
	}
	if (chain->fault ||
	    !shyper_chain_read(chain, 0, &header, sizeof(header))) {
		complete(flight, VIRTIO_BLK_S_IOERR, 0);
		return false;
	}
	for (n = 0; n < ARRAY_SIZE(requests); n++) {
		if (requests[n].type == header.type) {
			status = requests[n].prepare(flight, &header, &written);
			break;
		}
	}
	flight->type = header.type;
	if (status == BLK_TRANSFER)
		return true;
	complete(flight, status, written);
	return false;
}

enum blk_start blk_start(struct flight *flight, u32 *budget)
{
	struct blk *blk = flight->blk;
	struct virtio_dev *dev = &blk->dev;
	struct shyper_vring *ring = &dev->queue[0].ring;
	enum blk_start ret = BLK_EMPTY;
	int got;

	flight->chain.seg = flight->seg;
	flight->chain.max = BLK_SEGS;
	spin_lock(&dev->lock);
	/* It may have been destroyed since its turn came, and be another's. */
	while (blk->disk == flight->disk && virtio_queue_live_locked(dev, 0)) {
		if (!*budget) {
			ret = BLK_MORE;
			break;
		}
		got = shyper_vring_pop(ring, &flight->chain);
		if (got < 0) {
			virtio_dev_broken_locked(dev, got);
		} else if (got == 0) {
			if (!shyper_vring_enable_kick(ring))
				break;
		} else if (prepare(flight)) {
			blk->in_flight = true;
			ret = BLK_STARTED;
			break;
		}
		--*budget;
	}
	spin_unlock(&dev->lock);
	return ret;
}

void blk_finish(struct flight *flight)
{
	struct blk *blk = flight->blk;
	struct vm *vm;
	u64 written = 0;

	spin_lock(&blk->dev.lock);
	if (blk->in_flight) {
		blk->in_flight = false;
		vm = blk->dev.vm;
		if (flight->type == VIRTIO_BLK_T_IN) {
			shyper_chain_write(&flight->chain, 0, flight->cache,
					   flight->bytes);
			written = flight->bytes;
		}
		vm_count(vm, VM_COUNT_BYTES_COPIED, flight->bytes);
		complete(flight, VIRTIO_BLK_S_OK, written);
	}
	spin_unlock(&blk->dev.lock);
}

static int blk_notify(struct virtio_dev *dev, u32 queue)
{
	mediated_post(to_blk(dev));
	return 0;
}

static void blk_stopped(struct virtio_dev *dev, u32 queue)
{
	to_blk(dev)->in_flight = false;
}

static const struct virtio_ops blk_ops = {
	.id = VIRTIO_ID_BLOCK,
	.queues = 1,
	.features = VIRTIO_BLK_F_SIZE_MAX | VIRTIO_BLK_F_SEG_MAX,
	.notify = blk_notify,
	.stopped = blk_stopped,
};

int virtio_blk_create(struct vm *vm, u64 base, u32 intid, const u64 *cfg)
{
	struct blk_config config;
	struct blk *blk;
	int ret;

	ret = mediated_take(vm, cfg, &blk);
	if (ret)
		return ret;
	config = make_config(blk, blk->disk);
	ret = virtio_dev_create(&blk->dev, &blk_ops, vm, base, intid,
				options.deployed ? BLK_QUEUE_DEPLOYED :
						   BLK_QUEUE_MAX, &config);
	if (ret)
		mediated_release(blk);
	return ret;
}

void blk_vm_reset(struct vm *vm)
{
	struct virtio_dev *dev;
	u32 n;

	for (n = 0; n < DISKS; n++) {
		dev = &blks[n].dev;
		spin_lock(&dev->lock);
		if (dev->vm == vm)
			virtio_dev_reset_locked(dev);
		spin_unlock(&dev->lock);
	}
}

void blk_vm_destroy(struct vm *vm)
{
	struct virtio_dev *dev;
	bool mine;
	u32 n;

	for (n = 0; n < DISKS; n++) {
		dev = &blks[n].dev;
		spin_lock(&dev->lock);
		mine = dev->vm == vm;
		if (mine)
			virtio_dev_destroy_locked(dev);
		spin_unlock(&dev->lock);
		if (mine)
			mediated_release(&blks[n]);
	}
}
