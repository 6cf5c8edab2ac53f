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

#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
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

static uint blk_poll_us = 50;
module_param(blk_poll_us, uint, 0644);
MODULE_PARM_DESC(blk_poll_us,
		 "most microseconds to wait awake for the next request (50; 0: none)");

/* How long it is at present, and when it was over last; the thread's. */
static u64 poll_ns;
static u64 poll_end_ns;

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

/* The thread may have been here meanwhile and found the disk owned. */
static void disown(struct shyper_disk *disk)
{
	clear_and_wake_up_bit(DISK_BUSY, &disk->state);
	/* Pairs with own(): one of the two sees the other. */
	smp_mb__after_atomic();
	if (unlikely(test_bit(DISK_MISSED, &disk->state)) &&
	    test_and_clear_bit(DISK_MISSED, &disk->state))
		shyper_notify_kick();
}

/* dev_notify gives the page to the hypervisor, which may start the next request. */
static void answer(struct shyper_disk *disk)
{
	shyper_hvc_dev_notify(disk->page_pa);
	disown(disk);
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
	shyper_disk_count_latency(counts, ns);
	trace_shyper_complete(disk->index, err, ns);
	answer(disk);
	rcu_read_unlock();
}

/* Become the disk's owner for a request; else its owner has us called again. */
static bool own(struct shyper_disk *disk)
{
	if (likely(!test_and_set_bit_lock(DISK_BUSY, &disk->state)))
		return true;
	set_bit(DISK_MISSED, &disk->state);
	/* Pairs with disown(). */
	smp_mb__after_atomic();
	return !test_and_set_bit_lock(DISK_BUSY, &disk->state);
}

/* Take and start one request; false if there is none, or the disk has an owner. */
static bool start(struct shyper_disk *disk)
{
	int err;

	if (!disk_waits(disk) || !own(disk))
		return false;
	if (!take(disk)) {
		disown(disk);
		return false;
	}
	err = check(disk);
	if (unlikely(err))
		refuse(disk, err);
	else
		disk->backend->submit(disk);
	return true;
}

static bool run_once(void)
{
	u32 n, count = shyper_disk_count();
	bool again, any = false;

	do {
		again = false;
		for (n = 0; n < count; n++)
			again |= start(shyper_disk_get(n));
		any |= again;
		/*
		 * Under steady load there is always one more: this thread may
		 * never sleep, and RCU and the CPU's other tasks wait for it.
		 */
		cond_resched();
	} while (again);
	return any;
}

/*
 * Stay a while for the next request, so that it needs no wake-up: for as long as
 * that has paid lately, and this CPU has nothing else to do. The request is looked
 * for after its interrupt, not before: who knows what a hypervisor still does with
 * it until then.
 */
static bool poll(u64 seen)
{
	u64 max = (u64)READ_ONCE(blk_poll_us) * NSEC_PER_USEC;
	u64 now = ktime_get_ns(), end = now + min(poll_ns, max);

	while (READ_ONCE(irq_ns) == seen || !shyper_blk_waiting()) {
		now = ktime_get_ns();
		if (!single_task_running() || need_resched() || now >= end) {
			if (now >= end)
				poll_ns /= 2;
			poll_end_ns = now;
			return false;
		}
		cpu_relax();
	}
	poll_ns = max;
	return true;
}

/* It pays again if the request came while we could have been waiting for it. */
static void poll_adapt(void)
{
	u64 max = (u64)READ_ONCE(blk_poll_us) * NSEC_PER_USEC;

	if (READ_ONCE(irq_ns) - poll_end_ns < max)
		poll_ns = max;
}

void shyper_blk_run(void)
{
	bool any;
	u64 seen;

	poll_adapt();
	do {
		seen = READ_ONCE(irq_ns);
		any = run_once();
	} while (any && poll(seen));
}

void shyper_blk_lock(struct shyper_disk *disk)
{
	wait_on_bit_lock(&disk->state, DISK_BUSY, TASK_UNINTERRUPTIBLE);
}

void shyper_blk_unlock(struct shyper_disk *disk)
{
	disown(disk);
}
