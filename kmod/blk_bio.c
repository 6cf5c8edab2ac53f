// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks on block devices: one bio per disk, whose single segment is the cache. The
 * block layer splits it as the device needs; nothing is allocated here.
 */
#include <linux/blkdev.h>
#include <uapi/linux/virtio_blk.h>

#include "blk.h"
#include "disk.h"

static void bio_done(struct bio *bio)
{
	struct shyper_disk *disk = container_of(bio, struct shyper_disk, bio);

	shyper_blk_complete(disk, blk_status_to_errno(bio->bi_status));
}

/*
 * A flush never comes this way, so a write is done when it is durable. FUA is
 * dropped by the block layer where there is no volatile cache, and becomes a flush
 * behind the write where the device does not have it. SYNC and IDLE are what
 * direct I/O is marked with: not to be held back for writeback's sake.
 */
static blk_opf_t request_opf(const struct shyper_disk *disk)
{
	if (disk->req.type == VIRTIO_BLK_T_IN)
		return REQ_OP_READ | REQ_SYNC;
	if (disk->flags & SHYPER_DISK_UNSAFE)
		return REQ_OP_WRITE | REQ_SYNC | REQ_IDLE;
	return REQ_OP_WRITE | REQ_SYNC | REQ_IDLE | REQ_FUA;
}

static void bio_submit(struct shyper_disk *disk)
{
	struct bio *bio = &disk->bio;

	bio_init(bio, disk->bdev, &disk->bvec, 1, request_opf(disk));
	bio->bi_iter.bi_sector = disk->first_sector + disk->req.sector;
	bio->bi_end_io = bio_done;
	__bio_add_page(bio, virt_to_page(disk->cache),
		       disk->req.count << SECTOR_SHIFT, 0);
	submit_bio(bio);
}

const struct shyper_backend shyper_backend_bio = {
	.submit = bio_submit,
};
