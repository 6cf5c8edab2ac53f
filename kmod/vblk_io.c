// SPDX-License-Identifier: GPL-2.0-only
/* What is done with a request of each type. */
#include <linux/kthread.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include <uapi/linux/virtio_blk.h>

#include "trace.h"
#include "vblk.h"

/* More in one request than a driver that keeps to the limits can ask for. */
#define BYTES_MAX	SZ_1G

static void refuse(struct shyper_vblk_io *io, u8 answer)
{
	io->refused = true;
	shyper_vblk_end(io, answer == VIRTIO_BLK_S_UNSUPP ? -EOPNOTSUPP : -EINVAL);
}

/* ---- reading and writing ---- */

void shyper_vblk_vec_drop(struct shyper_vblk_io *io)
{
	if (io->vec == io->few)
		return;
	kvfree(io->vec);
	io->queue->vecs -= io->vec_max;
	io->vec = io->few;
	io->vec_max = VBLK_INLINE;
}

/*
 * Kept: who asks for many pages once does so again. But each request in its turn can
 * ask for as many as the ring has, so what is kept has an end; what is in flight
 * has one by the ring.
 */
static noinline int vec_grow(struct shyper_vblk_io *io, u32 vecs)
{
	struct shyper_vblk_queue *queue = io->queue;
	struct bio_vec *vec;

	vecs = roundup_pow_of_two(vecs);
	shyper_vblk_vec_drop(io);
	if (queue->vecs + vecs > queue->ios * VBLK_VECS_KEPT)
		shyper_vblk_queue_shrink(queue);
	vec = kvmalloc_array(vecs, sizeof(*vec), GFP_NOIO);
	if (!vec)
		return -ENOMEM;
	queue->vecs += vecs;
	io->vec = vec;
	io->vec_max = vecs;
	return 0;
}

static int vec_room(struct shyper_vblk_io *io, u32 vecs)
{
	return likely(vecs <= io->vec_max) ? 0 : vec_grow(io, vecs);
}

/*
 * The guest's pages become the data of the request; parts that touch each other
 * become one. Returns all bits of addresses and lengths, as in dev->unaligned.
 */
static u64 vec_fill(struct shyper_vblk_io *io,
		    const struct shyper_vblk_request *req)
{
	const struct shyper_seg *seg = req->data, *end = seg + req->segs;
	struct bio_vec *vec = io->vec - 1;
	const u8 *last = NULL;
	u64 bits = 0;

	for (; seg < end; seg++) {
		bits |= (u64)(uintptr_t)seg->addr << 32 | seg->len;
		if (seg->addr == last) {
			vec->bv_len += seg->len;
		} else {
			vec++;
			vec->bv_page = virt_to_page(seg->addr);
			vec->bv_offset = offset_in_page(seg->addr);
			vec->bv_len = seg->len;
		}
		last = seg->addr + seg->len;
	}
	io->vecs = vec + 1 - io->vec;
	return bits;
}

static void start_rw(struct shyper_vblk_io *io,
		     const struct shyper_vblk_request *req)
{
	const struct shyper_vblk *dev = io->queue->dev;
	u8 answer = shyper_vblk_check(req, &dev->limits);
	u64 bits;

	if (unlikely(answer || req->bytes > BYTES_MAX)) {
		refuse(io, answer);
		return;
	}
	if (unlikely(vec_room(io, req->segs))) {
		shyper_vblk_end(io, -ENOMEM);
		return;
	}
	bits = vec_fill(io, req);
	if (likely(!(bits & dev->unaligned)))
		dev->ops->rw(io);
	else
		shyper_vblk_defer(io);
}

/* ---- the others ---- */

static void start_flush(struct shyper_vblk_io *io,
			const struct shyper_vblk_request *req)
{
	const struct shyper_vblk *dev = io->queue->dev;

	if (dev->disk->flags & SHYPER_DISK_UNSAFE)
		shyper_vblk_end(io, 0);
	else
		dev->ops->flush(io);
}

static void start_range(struct shyper_vblk_io *io,
			const struct shyper_vblk_request *req)
{
	struct shyper_vblk_range range;
	u8 answer = shyper_vblk_check_range(req, &io->queue->dev->limits, &range);

	if (answer) {
		refuse(io, answer);
		return;
	}
	io->sector = range.sector;
	io->bytes = (u64)range.count << SECTOR_SHIFT;
	io->unmap = range.unmap;
	shyper_vblk_defer(io);
}

/* 20 bytes, or as many as there is room for. */
static void start_id(struct shyper_vblk_io *io,
		     const struct shyper_vblk_request *req)
{
	const struct shyper_vblk *dev = io->queue->dev;
	u32 n, part, done = 0;

	if (req->fault) {
		refuse(io, VIRTIO_BLK_S_IOERR);
		return;
	}
	for (n = 0; n < req->segs && done < sizeof(dev->serial); n++) {
		part = min_t(u32, req->data[n].len, sizeof(dev->serial) - done);
		memcpy(req->data[n].addr, dev->serial + done, part);
		done += part;
	}
	io->bytes = done;
	shyper_vblk_end(io, 0);
}

typedef void start_fn(struct shyper_vblk_io *io,
		      const struct shyper_vblk_request *req);

static start_fn *const starts[] = {
	[VIRTIO_BLK_T_IN] = start_rw,
	[VIRTIO_BLK_T_OUT] = start_rw,
	[VIRTIO_BLK_T_FLUSH] = start_flush,
	[VIRTIO_BLK_T_GET_ID] = start_id,
	[VIRTIO_BLK_T_DISCARD] = start_range,
	[VIRTIO_BLK_T_WRITE_ZEROES] = start_range,
};

void shyper_vblk_start(struct shyper_vblk_io *io,
		       const struct shyper_vblk_request *req)
{
	const struct shyper_vblk *dev = io->queue->dev;

	io->type = req->type;
	io->sector = req->sector;
	io->bytes = req->bytes;
	io->status = req->status;
	io->copied = 0;
	io->refused = false;
	trace_shyper_request(dev->vdev->link, io->type, io->sector,
			     io->bytes >> SECTOR_SHIFT);
	if (unlikely(dev->gone))
		shyper_vblk_end(io, -ENODEV);
	else if (likely(req->type < ARRAY_SIZE(starts) && starts[req->type]))
		starts[req->type](io, req);
	else
		refuse(io, VIRTIO_BLK_S_UNSUPP);
}

/* ---- what would block ---- */

static void io_work(struct work_struct *work)
{
	struct shyper_vblk_io *io = container_of(work, struct shyper_vblk_io, work);
	const struct shyper_vblk *dev = io->queue->dev;
	int ret;

	kthread_associate_blkcg(dev->css);
	ret = dev->ops->work(io);
	kthread_associate_blkcg(NULL);
	shyper_vblk_end(io, ret);
}

void shyper_vblk_defer(struct shyper_vblk_io *io)
{
	queue_work(io->queue->dev->workers, &io->work);
}

void shyper_vblk_io_init(struct shyper_vblk_io *io,
			 struct shyper_vblk_queue *queue)
{
	io->queue = queue;
	io->vec = io->few;
	io->vec_max = VBLK_INLINE;
	INIT_WORK(&io->work, io_work);
}
