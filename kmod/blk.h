/* SPDX-License-Identifier: GPL-2.0-only */
/* The path of a request on a mediated disk. */
#ifndef SHYPER_BLK_H
#define SHYPER_BLK_H

#include <linux/types.h>

struct shyper_disk;

/**
 * shyper_blk_interrupt() - HVC_IRQ has come: the time from which latency counts
 */
void shyper_blk_interrupt(void);

/**
 * shyper_blk_waiting() - does a disk have a request?
 *
 * Context: any.
 */
bool shyper_blk_waiting(void);

/**
 * shyper_blk_run() - take and start what waits
 *
 * Context: process; one caller at a time.
 */
void shyper_blk_run(void);

/**
 * shyper_blk_complete() - answer the disk's request, exactly once
 * @err: 0 or a negative errno
 *
 * Context: any. The disk is not the caller's any more afterwards.
 */
void shyper_blk_complete(struct shyper_disk *disk, int err);

/**
 * shyper_blk_lock() - become the owner of a disk in place of a request
 *
 * Context: process.
 */
void shyper_blk_lock(struct shyper_disk *disk);

/**
 * shyper_blk_unlock() - undo it; what has come meanwhile is started
 */
void shyper_blk_unlock(struct shyper_disk *disk);

#endif /* SHYPER_BLK_H */
