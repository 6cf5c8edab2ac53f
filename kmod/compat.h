/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs between the kernels that shyper.ko is built for (6.1 to 6.12). */
#ifndef SHYPER_COMPAT_H
#define SHYPER_COMPAT_H

#include <linux/blkdev.h>
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/skbuff.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)

/* A claim on a block device is an open file of its own. */
typedef struct file *shyper_claim_t;

static inline shyper_claim_t shyper_claim(struct block_device *bdev, void *holder)
{
	return bdev_file_open_by_dev(bdev->bd_dev,
				     BLK_OPEN_READ | BLK_OPEN_WRITE, holder, NULL);
}

static inline void shyper_unclaim(shyper_claim_t claim)
{
	fput(claim);
}

/* Whether the descriptor itself was opened with O_EXCL. */
static inline bool shyper_file_claims(const struct file *file)
{
	return file->private_data;
}

#else

typedef struct block_device *shyper_claim_t;

static inline shyper_claim_t shyper_claim(struct block_device *bdev, void *holder)
{
	return blkdev_get_by_dev(bdev->bd_dev,
				 FMODE_READ | FMODE_WRITE | FMODE_EXCL, holder);
}

static inline void shyper_unclaim(shyper_claim_t claim)
{
	blkdev_put(claim, FMODE_READ | FMODE_WRITE | FMODE_EXCL);
}

static inline bool shyper_file_claims(const struct file *file)
{
	return file->f_mode & FMODE_EXCL;
}

#endif

/*
 * From 6.8 on vfs_iocb_iter_write() holds off a freeze of the file system by
 * itself, and lets go by itself unless the write was queued. Before, both are
 * the caller's.
 */
static inline ssize_t shyper_iocb_write(struct file *file, struct kiocb *iocb,
					struct iov_iter *iter)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
	return vfs_iocb_iter_write(file, iocb, iter);
#else
	ssize_t ret;

	kiocb_start_write(iocb);
	ret = vfs_iocb_iter_write(file, iocb, iter);
	if (ret != -EIOCBQUEUED)
		kiocb_end_write(iocb);
	return ret;
#endif
}

/* What tty_operations.write returns, and its count. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
typedef ssize_t shyper_tty_ret_t;
typedef size_t shyper_tty_len_t;
#else
typedef int shyper_tty_ret_t;
typedef int shyper_tty_len_t;
#endif

/* The cgroup whose I/O the caller's is; NULL where there is no such thing. */
#ifdef CONFIG_BLK_CGROUP

static inline struct cgroup_subsys_state *shyper_io_css_get(void)
{
	return task_get_css(current, io_cgrp_id);
}

static inline void shyper_io_css_put(struct cgroup_subsys_state *css)
{
	if (css)
		css_put(css);
}

#else

static inline struct cgroup_subsys_state *shyper_io_css_get(void)
{
	return NULL;
}

static inline void shyper_io_css_put(struct cgroup_subsys_state *css)
{
}

#endif

/* Who is told that a packet of foreign pages is gone. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#define SHYPER_UBUF_OPS(name, fn) \
	static const struct ubuf_info_ops name = { .complete = fn }

static inline void shyper_ubuf_init(struct ubuf_info *ubuf,
				    const struct ubuf_info_ops *ops)
{
	ubuf->ops = ops;
#else
typedef void shyper_ubuf_fn(struct sk_buff *skb, struct ubuf_info *ubuf, bool success);

#define SHYPER_UBUF_OPS(name, fn) static shyper_ubuf_fn *const name = fn

static inline void shyper_ubuf_init(struct ubuf_info *ubuf,
				    shyper_ubuf_fn *const *fn)
{
	ubuf->callback = *fn;
#endif
	ubuf->flags = SKBFL_ZEROCOPY_FRAG;
	refcount_set(&ubuf->refcnt, 1);
}

/* UDP segmentation by virtio's header. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define SHYPER_VNET_USO		(BIT_ULL(54) | BIT_ULL(55) | BIT_ULL(56))
#else
#define SHYPER_VNET_USO		0ULL
#endif

#endif /* SHYPER_COMPAT_H */
