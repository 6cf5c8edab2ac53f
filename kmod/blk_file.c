// SPDX-License-Identifier: GPL-2.0-only
/*
 * Disks on regular files (and on block devices whose sectors are larger than the
 * guest's): an asynchronous kiocb, past the page cache where the file can. A
 * worker does what would block: a file without asynchronous I/O, a block that has
 * to be allocated first, a request that is not aligned to the file's blocks.
 */
#include <linux/uio.h>
#include <uapi/linux/virtio_blk.h>

#include "blk.h"
#include "disk.h"

static bool is_write(const struct shyper_disk *disk)
{
	return disk->req.type == VIRTIO_BLK_T_OUT;
}

static size_t request_bytes(const struct shyper_disk *disk)
{
	return disk->req.count << SECTOR_SHIFT;
}

static loff_t request_pos(const struct shyper_disk *disk)
{
	return (disk->first_sector + disk->req.sector) << SECTOR_SHIFT;
}

/* The rest of the request from byte done on. */
static void iter_init(struct shyper_disk *disk, struct iov_iter *iter,
		      size_t done)
{
	size_t bytes = request_bytes(disk) - done;

	disk->bvec.bv_page = virt_to_page(disk->cache + done);
	disk->bvec.bv_offset = offset_in_page(disk->cache + done);
	disk->bvec.bv_len = bytes;
	iov_iter_bvec(iter, is_write(disk) ? WRITE : READ, &disk->bvec, 1, bytes);
}

/* A flush never comes this way, so a write is done when it is durable. */
static int write_flags(const struct shyper_disk *disk)
{
	return is_write(disk) && !(disk->flags & SHYPER_DISK_UNSAFE) ?
	       IOCB_DSYNC : 0;
}

static bool can_direct(const struct shyper_disk *disk)
{
	return disk->file->f_mode & FMODE_CAN_ODIRECT;
}

static bool can_async(const struct shyper_disk *disk)
{
	return can_direct(disk) && disk->file->f_mode & FMODE_NOWAIT;
}

static ssize_t transfer(struct shyper_disk *disk, struct kiocb *iocb,
			struct iov_iter *iter)
{
	if (is_write(disk))
		return shyper_iocb_write(disk->file, iocb, iter);
	return vfs_iocb_iter_read(disk->file, iocb, iter);
}

/* ---- in the worker: whatever it takes ---- */

static ssize_t transfer_sync(struct shyper_disk *disk, size_t done, int flags)
{
	struct iov_iter iter;
	struct kiocb iocb;

	init_sync_kiocb(&iocb, disk->file);
	iocb.ki_flags &= ~(IOCB_DIRECT | IOCB_NOWAIT);
	iocb.ki_flags |= flags | write_flags(disk);
	iocb.ki_pos = request_pos(disk) + done;
	iter_init(disk, &iter, done);
	return transfer(disk, &iocb, &iter);
}

static void file_work(struct work_struct *work)
{
	struct shyper_disk *disk = container_of(work, struct shyper_disk, work);
	size_t bytes = request_bytes(disk), done = 0;
	int flags = can_direct(disk) ? IOCB_DIRECT : 0;
	ssize_t ret;

	while (done < bytes) {
		ret = transfer_sync(disk, done, flags);
		if (ret == -EINVAL && flags) {
			flags = 0;	/* not aligned: through the page cache */
			continue;
		}
		if (ret <= 0) {
			/* 0: the file has become shorter. */
			shyper_blk_complete(disk, ret ?: -EIO);
			return;
		}
		done += ret;
		cond_resched();
	}
	shyper_blk_complete(disk, 0);
}

static void file_init(struct shyper_disk *disk)
{
	INIT_WORK(&disk->work, file_work);
}

static void file_drain(struct shyper_disk *disk)
{
	flush_work(&disk->work);
}

static void defer(struct shyper_disk *disk)
{
	queue_work(system_highpri_wq, &disk->work);
}

/* ---- in the thread of HVC_IRQ: only what does not block ---- */

static void transfer_done(struct shyper_disk *disk, ssize_t ret)
{
	if (likely(ret == request_bytes(disk)))
		shyper_blk_complete(disk, 0);
	else if (ret >= 0 || ret == -EAGAIN || ret == -EINVAL ||
		 ret == -EOPNOTSUPP)
		defer(disk);
	else
		shyper_blk_complete(disk, ret);
}

static void iocb_complete(struct kiocb *iocb, long ret)
{
	struct shyper_disk *disk = container_of(iocb, struct shyper_disk, iocb);

	if (is_write(disk))
		kiocb_end_write(iocb);
	transfer_done(disk, ret);
}

static void file_submit(struct shyper_disk *disk)
{
	struct iov_iter iter;
	ssize_t ret;

	if (!can_async(disk)) {
		defer(disk);
		return;
	}
	disk->iocb = (struct kiocb){
		.ki_filp = disk->file,
		.ki_pos = request_pos(disk),
		.ki_complete = iocb_complete,
		.ki_flags = disk->file->f_iocb_flags | IOCB_DIRECT |
			    IOCB_NOWAIT | write_flags(disk),
	};
	iter_init(disk, &iter, 0);
	ret = transfer(disk, &disk->iocb, &iter);
	/* Queued: iocb_complete() may have run already. */
	if (ret != -EIOCBQUEUED)
		transfer_done(disk, ret);
}

const struct shyper_backend shyper_backend_file = {
	.init = file_init,
	.submit = file_submit,
	.drain = file_drain,
};
