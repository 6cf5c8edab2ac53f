// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct disks on block devices: a bio of the request's own, whose pages are the
 * guest's.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <uapi/linux/virtio_blk.h>

#include "vblk.h"

#define BOUNCE_BYTES	SZ_64K

static struct block_device *bdev_of(const struct shyper_vblk_io *io)
{
	return io->queue->dev->disk->bdev;
}

static void bio_done(struct bio *bio)
{
	struct shyper_vblk_io *io = container_of(bio, struct shyper_vblk_io, bio);

	shyper_vblk_end(io, blk_status_to_errno(bio->bi_status));
}

/*
 * FUA is dropped by the block layer where there is no volatile cache, and becomes a
 * flush behind the write where the device does not have it. SYNC and IDLE are what
 * direct I/O is marked with: not to be held back for writeback's sake.
 */
static blk_opf_t opf_of(const struct shyper_vblk_io *io)
{
	const struct shyper_vblk *dev = io->queue->dev;

	if (!shyper_vblk_writes(io))
		return REQ_OP_READ | REQ_SYNC | dev->opf;
	return REQ_OP_WRITE | REQ_SYNC | REQ_IDLE | dev->opf |
	       (shyper_vblk_durable(dev) ? REQ_FUA : 0);
}

static void bio_rw(struct shyper_vblk_io *io)
{
	struct bio *bio = &io->bio;

	bio_init(bio, bdev_of(io), io->vec, io->vecs, opf_of(io));
	bio->bi_vcnt = io->vecs;
	bio->bi_iter.bi_size = io->bytes;
	bio->bi_iter.bi_sector = shyper_vblk_sector(io);
	bio->bi_end_io = bio_done;
	submit_bio(bio);
}

static void bio_flush(struct shyper_vblk_io *io)
{
	struct bio *bio = &io->bio;

	bio_init(bio, bdev_of(io), NULL, 0,
		 REQ_OP_WRITE | REQ_SYNC | REQ_PREFLUSH);
	bio->bi_end_io = bio_done;
	submit_bio(bio);
}

/* ---- in the worker ---- */

static int piece(struct shyper_vblk_io *io, void *data, u32 bytes, u64 sector)
{
	struct bio_vec vec;
	struct bio bio;

	bio_init(&bio, bdev_of(io), &vec, 1, opf_of(io));
	bio.bi_iter.bi_sector = sector;
	__bio_add_page(&bio, virt_to_page(data), bytes, offset_in_page(data));
	return submit_bio_wait(&bio);
}

/* Memory that is not aligned as the device needs it. */
static int bounce(struct shyper_vblk_io *io)
{
	void *data = kmalloc(BOUNCE_BYTES, GFP_NOIO);
	bool write = shyper_vblk_writes(io);
	u64 sector = shyper_vblk_sector(io);
	struct iov_iter iter;
	u32 part, done;
	int ret = 0;

	if (!data)
		return -ENOMEM;
	iov_iter_bvec(&iter, write ? WRITE : READ, io->vec, io->vecs, io->bytes);
	for (done = 0; done < io->bytes && !ret; done += part) {
		part = min_t(u32, io->bytes - done, BOUNCE_BYTES);
		if (write && copy_from_iter(data, part, &iter) != part)
			ret = -EFAULT;
		if (!ret)
			ret = piece(io, data, part,
				    sector + (done >> SECTOR_SHIFT));
		if (!ret && !write && copy_to_iter(data, part, &iter) != part)
			ret = -EFAULT;
	}
	io->copied = done;
	kfree(data);
	return ret;
}

static int discard(struct shyper_vblk_io *io)
{
	return blkdev_issue_discard(bdev_of(io), shyper_vblk_sector(io),
				    io->bytes >> SECTOR_SHIFT, GFP_NOIO);
}

static int zeroes(struct shyper_vblk_io *io)
{
	int ret = blkdev_issue_zeroout(bdev_of(io), shyper_vblk_sector(io),
				       io->bytes >> SECTOR_SHIFT, GFP_NOIO,
				       io->unmap ? 0 : BLKDEV_ZERO_NOUNMAP);

	if (!ret && shyper_vblk_durable(io->queue->dev))
		ret = blkdev_issue_flush(bdev_of(io));
	return ret;
}

static int (*const works[])(struct shyper_vblk_io *io) = {
	[VIRTIO_BLK_T_IN] = bounce,
	[VIRTIO_BLK_T_OUT] = bounce,
	[VIRTIO_BLK_T_DISCARD] = discard,
	[VIRTIO_BLK_T_WRITE_ZEROES] = zeroes,
};

static int bio_work(struct shyper_vblk_io *io)
{
	return works[io->type](io);
}

const struct shyper_vblk_ops shyper_vblk_bio_ops = {
	.rw = bio_rw,
	.flush = bio_flush,
	.work = bio_work,
};
