// SPDX-License-Identifier: GPL-2.0-only
/*
 * Direct disks on files (and on block devices whose sectors are larger than the
 * guest's): an asynchronous kiocb on the guest's pages, past the page cache where the
 * file can. A worker does what would block; where a request is not aligned to the
 * file's blocks it goes through the page cache, which is a copy.
 */
#include <linux/types.h>
#include <linux/falloc.h>
#include <linux/uio.h>
#include <uapi/linux/virtio_blk.h>

#include "vblk.h"

#define ZERO_PAGES	16

static struct file *file_of(const struct shyper_vblk_io *io)
{
	return io->queue->dev->disk->file;
}

static loff_t pos_of(const struct shyper_vblk_io *io)
{
	return shyper_vblk_sector(io) << SECTOR_SHIFT;
}

static int write_flags(const struct shyper_vblk_io *io)
{
	return shyper_vblk_writes(io) && shyper_vblk_durable(io->queue->dev) ?
	       IOCB_DSYNC : 0;
}

static ssize_t transfer(struct shyper_vblk_io *io, struct kiocb *iocb,
			struct iov_iter *iter)
{
	if (shyper_vblk_writes(io))
		return shyper_iocb_write(file_of(io), iocb, iter);
	return vfs_iocb_iter_read(file_of(io), iocb, iter);
}

static void iter_init(const struct shyper_vblk_io *io, struct iov_iter *iter)
{
	iov_iter_bvec(iter, shyper_vblk_writes(io) ? WRITE : READ, io->vec,
		      io->vecs, io->bytes);
}

/* ---- in the worker: whatever it takes ---- */

static ssize_t transfer_sync(struct shyper_vblk_io *io, size_t done, int flags)
{
	struct iov_iter iter;
	struct kiocb iocb;

	init_sync_kiocb(&iocb, file_of(io));
	iocb.ki_flags &= ~(IOCB_DIRECT | IOCB_NOWAIT);
	iocb.ki_flags |= flags | write_flags(io);
	iocb.ki_pos = pos_of(io) + done;
	iter_init(io, &iter);
	iov_iter_advance(&iter, done);
	return transfer(io, &iocb, &iter);
}

static int rw_work(struct shyper_vblk_io *io)
{
	int flags = file_of(io)->f_mode & FMODE_CAN_ODIRECT ? IOCB_DIRECT : 0;
	size_t done = 0;
	ssize_t ret;

	while (done < io->bytes) {
		ret = transfer_sync(io, done, flags);
		if (ret == -EINVAL && flags) {
			flags = 0;	/* not aligned: through the page cache */
			continue;
		}
		if (ret <= 0)
			return ret ?: -EIO;	/* 0: it has become shorter */
		done += ret;
		if (!flags)
			io->copied += ret;
		cond_resched();
	}
	return 0;
}

static int flush(struct shyper_vblk_io *io)
{
	return vfs_fsync(file_of(io), 1);
}

static int allocate(struct shyper_vblk_io *io, int mode)
{
	return vfs_fallocate(file_of(io), mode | FALLOC_FL_KEEP_SIZE, pos_of(io),
			     io->bytes);
}

static int discard(struct shyper_vblk_io *io)
{
	return allocate(io, FALLOC_FL_PUNCH_HOLE);
}

/* Where the file has no better way. */
static int write_zeroes(struct shyper_vblk_io *io)
{
	struct bio_vec vec[ZERO_PAGES];
	struct iov_iter iter;
	struct kiocb iocb;
	size_t part;
	u64 done;
	ssize_t ret;
	u32 n;

	for (n = 0; n < ZERO_PAGES; n++)
		vec[n] = (struct bio_vec){ ZERO_PAGE(0), PAGE_SIZE, 0 };
	for (done = 0; done < io->bytes; done += ret) {
		init_sync_kiocb(&iocb, file_of(io));
		iocb.ki_flags &= ~(IOCB_DIRECT | IOCB_NOWAIT);
		iocb.ki_pos = pos_of(io) + done;
		part = min_t(u64, io->bytes - done, ZERO_PAGES * PAGE_SIZE);
		iov_iter_bvec(&iter, WRITE, vec, ZERO_PAGES, part);
		ret = shyper_iocb_write(file_of(io), &iocb, &iter);
		if (ret <= 0)
			return ret ?: -EIO;
		cond_resched();
	}
	return 0;
}

static int zeroes(struct shyper_vblk_io *io)
{
	int ret = -EOPNOTSUPP;

	if (io->unmap)
		ret = allocate(io, FALLOC_FL_PUNCH_HOLE);
	if (ret == -EOPNOTSUPP)
		ret = allocate(io, FALLOC_FL_ZERO_RANGE);
	if (ret == -EOPNOTSUPP)
		ret = write_zeroes(io);
	if (!ret && shyper_vblk_durable(io->queue->dev))
		ret = flush(io);
	return ret;
}

static int (*const works[])(struct shyper_vblk_io *io) = {
	[VIRTIO_BLK_T_IN] = rw_work,
	[VIRTIO_BLK_T_OUT] = rw_work,
	[VIRTIO_BLK_T_FLUSH] = flush,
	[VIRTIO_BLK_T_DISCARD] = discard,
	[VIRTIO_BLK_T_WRITE_ZEROES] = zeroes,
};

static int file_work(struct shyper_vblk_io *io)
{
	return works[io->type](io);
}

/* ---- in the queue's thread: only what does not block ---- */

static void transfer_done(struct shyper_vblk_io *io, ssize_t ret)
{
	if (likely(ret == io->bytes))
		shyper_vblk_end(io, 0);
	else if (ret >= 0 || ret == -EAGAIN || ret == -EINVAL ||
		 ret == -EOPNOTSUPP)
		shyper_vblk_defer(io);
	else
		shyper_vblk_end(io, ret);
}

static void iocb_complete(struct kiocb *iocb, long ret)
{
	struct shyper_vblk_io *io = container_of(iocb, struct shyper_vblk_io, iocb);

	if (shyper_vblk_writes(io))
		kiocb_end_write(iocb);
	transfer_done(io, ret);
}

static bool can_async(const struct file *file)
{
	return file->f_mode & FMODE_CAN_ODIRECT && file->f_mode & FMODE_NOWAIT;
}

static void file_rw(struct shyper_vblk_io *io)
{
	struct file *file = file_of(io);
	struct iov_iter iter;
	ssize_t ret;

	if (!can_async(file)) {
		shyper_vblk_defer(io);
		return;
	}
	io->iocb = (struct kiocb){
		.ki_filp = file,
		.ki_pos = pos_of(io),
		.ki_complete = iocb_complete,
		.ki_flags = file->f_iocb_flags | IOCB_DIRECT | IOCB_NOWAIT |
			    write_flags(io),
	};
	iter_init(io, &iter);
	ret = transfer(io, &io->iocb, &iter);
	/* Queued: iocb_complete() may have run already. */
	if (ret != -EIOCBQUEUED)
		transfer_done(io, ret);
}

const struct shyper_vblk_ops shyper_vblk_file_ops = {
	.rw = file_rw,
	.flush = shyper_vblk_defer,
	.work = file_work,
};
