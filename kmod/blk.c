// SPDX-License-Identifier: GPL-2.0-only
/*
 * The path of a request on a mediated disk: taken from the page, checked, handed
 * to the backend, answered.
 *
 * A disk has one owner at a time, whoever set DISK_BUSY: a request from its taking
 * to its answer, or attach and detach. The hypervisor has one request in flight
 * over all disks; nothing here depends on that.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/rcupdate.h>
#include <linux/ktime.h>
#include <linux/wait_bit.h>
#include <uapi/linux/virtio_blk.h>

#include "blk.h"
#include "disk.h"
#include "event.h"
#include "hypercall.h"
#include "notify.h"
#include "trace.h"

static u64 irq_ns;

void shyper_blk_interrupt(void)
{
	WRITE_ONCE(irq_ns, ktime_get_ns());
}

static bool disk_waits(const struct shyper_disk *disk)
{
	return READ_ONCE(disk->page->nreq);
}

bool shyper_blk_waiting(void)
{
	u32 n, count = shyper_disk_count();

	for (n = 0; n < count; n++) {
		if (disk_waits(shyper_disk_get(n)))
			return true;
	}
	return false;
}

/* Copies the request: the page can change at any time under our hands. */
static bool take(struct shyper_disk *disk)
{
	struct shyper_blk_content *page = disk->page;
	struct shyper_request *req = &disk->req;

	/* Pairs with the hypervisor, who fills req before it raises nreq. */
	if (!smp_load_acquire(&page->nreq))
		return false;
	req->type = le32_to_cpu(READ_ONCE(page->req.type));
	req->sector = le64_to_cpu(READ_ONCE(page->req.sector));
	req->count = le64_to_cpu(READ_ONCE(page->req.count));
	req->start_ns = READ_ONCE(irq_ns);
	/* The hypervisor only raises it, perhaps right now. */
	atomic64_dec((atomic64_t *)&page->nreq);
	trace_shyper_request(disk->index, req->type, req->sector, req->count);
	return true;
}

static int check(const struct shyper_disk *disk)
{
	const struct shyper_request *req = &disk->req;

	if (!disk->backend)
		return -ENODEV;
	if (req->type != VIRTIO_BLK_T_IN && req->type != VIRTIO_BLK_T_OUT)
		return -EINVAL;
	if (!req->count || req->count > disk->cache_size >> SECTOR_SHIFT)
		return -E2BIG;
	if (req->sector > disk->sectors ||
	    req->count > disk->sectors - req->sector)
		return -ERANGE;
	if (req->type == VIRTIO_BLK_T_OUT &&
	    disk->flags & SHYPER_DISK_READ_ONLY)
		return -EROFS;
	return 0;
}

/*
 * There is no status: the guest will take what the cache holds. It must not be
 * what another request, or another VM, left there.
 */
static void hide_cache(struct shyper_disk *disk)
{
	u64 sectors = disk->stash->cache_size >> SECTOR_SHIFT;

	if (disk->req.type != VIRTIO_BLK_T_OUT)
		memset(disk->cache, 0,
		       min(disk->req.count, sectors) << SECTOR_SHIFT);
}

/* dev_notify gives the page to the hypervisor, which may start the next request. */
static void answer(struct shyper_disk *disk)
{
	shyper_hvc_dev_notify(disk->page_pa);
	clear_and_wake_up_bit(DISK_BUSY, &disk->state);
	/*
	 * The next request may have come while the bit was set. Pairs with
	 * test_and_set_bit_lock() in start(): one of the two sees the other.
	 */
	smp_mb__after_atomic();
	if (unlikely(disk_waits(disk)))
		shyper_notify_kick();
}

static void tell_error(struct shyper_disk *disk, int err, const char *what)
{
	disk->counts.last_error = -err;
	disk->counts.last_error_sector = disk->req.sector;
	pr_err_ratelimited("disk %s: %s of %llu sectors at sector %llu %s: error %d\n",
			   disk->backend ? disk->name : "(nothing attached)",
			   disk->req.type == VIRTIO_BLK_T_OUT ? "write" : "read",
			   disk->req.count, disk->req.sector, what, err);
	shyper_event_post(SHYPER_EVENT_DISK_ERROR,
			  disk->stash->vmid ?: SHYPER_DISK_NO_VM, disk->index, 0,
			  disk->name);
}

static void refuse(struct shyper_disk *disk, int err)
{
	disk->counts.refused++;
	tell_error(disk, err, "refused");
	hide_cache(disk);
	trace_shyper_complete(disk->index, err, 0);
	answer(disk);
}

/* Bucket n has what took less than 2^n microseconds. */
static void count_latency(struct shyper_disk *disk, u64 ns)
{
	u32 n = fls64(ns / NSEC_PER_USEC);

	disk->counts.latency[min_t(u32, n, SHYPER_API_LATENCY_BUCKETS - 1)]++;
}

void shyper_blk_complete(struct shyper_disk *disk, int err)
{
	struct shyper_disk_counts *counts = &disk->counts;
	bool write = disk->req.type == VIRTIO_BLK_T_OUT;
	u64 bytes = disk->req.count << SECTOR_SHIFT;
	u64 ns = ktime_get_ns() - disk->req.start_ns;

	/* Whoever unloads the module waits for a grace period. */
	rcu_read_lock();
	if (write)
		counts->writes++;
	else
		counts->reads++;
	if (unlikely(err)) {
		if (write)
			counts->write_errors++;
		else
			counts->read_errors++;
		tell_error(disk, err, "failed");
		hide_cache(disk);
	} else if (write) {
		counts->write_bytes += bytes;
	} else {
		counts->read_bytes += bytes;
	}
	count_latency(disk, ns);
	trace_shyper_complete(disk->index, err, ns);
	answer(disk);
	rcu_read_unlock();
}

/* Take and start one request; false if there is none, or the disk has an owner. */
static bool start(struct shyper_disk *disk)
{
	int err;

	if (!disk_waits(disk) || test_and_set_bit_lock(DISK_BUSY, &disk->state))
		return false;
	if (!take(disk)) {
		shyper_blk_unlock(disk);
		return false;
	}
	err = check(disk);
	if (unlikely(err))
		refuse(disk, err);
	else
		disk->backend->submit(disk);
	return true;
}

void shyper_blk_run(void)
{
	u32 n, count = shyper_disk_count();
	bool again;

	do {
		again = false;
		for (n = 0; n < count; n++)
			again |= start(shyper_disk_get(n));
	} while (again);
}

void shyper_blk_lock(struct shyper_disk *disk)
{
	wait_on_bit_lock(&disk->state, DISK_BUSY, TASK_UNINTERRUPTIBLE);
}

void shyper_blk_unlock(struct shyper_disk *disk)
{
	clear_and_wake_up_bit(DISK_BUSY, &disk->state);
	/* As in answer(). */
	smp_mb__after_atomic();
	if (disk_waits(disk))
		shyper_notify_kick();
}
