// SPDX-License-Identifier: GPL-2.0-only
/* Requests of a direct disk's driver; see vblk_request.h. */
#include "vblk_request.h"

#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/virtio_blk.h>
#else
#include "vblk_host.h"
#endif

#define SECTOR_BYTES	512

/* As it lies in memory: struct virtio_blk_outhdr, of little-endian words. */
struct header {
	__le32 type;
	__le32 ioprio;
	__le64 sector;
};

static_assert(sizeof(struct header) == 16);

/* What was copied is what is used, not its source, which the driver can change. */
static void copied_once(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* The header is in several pieces, or in one with data. */
static bool header_gather(struct shyper_chain *chain, struct header *header)
{
	struct shyper_seg *seg = chain->seg;
	u32 part, done = 0;

	while (done < sizeof(*header)) {
		part = sizeof(*header) - done;
		if (part > seg->len)
			part = seg->len;
		if (!seg->addr)
			return false;
		memcpy((u8 *)header + done, seg->addr, part);
		done += part;
		seg->addr += part;
		seg->len -= part;
		if (!seg->len) {
			seg++;
			chain->nread--;
		}
	}
	chain->seg = seg;
	return true;
}

/* Cut the header off the readable parts; false if they are too short. */
static bool header_take(struct shyper_chain *chain, struct header *header)
{
	struct shyper_seg *seg = chain->seg;

	if (chain->read_len < sizeof(*header))
		return false;
	/* Most drivers give it a part of its own. */
	if (seg->len == sizeof(*header) && seg->addr) {
		memcpy(header, seg->addr, sizeof(*header));
		chain->seg++;
		chain->nread--;
	} else if (!header_gather(chain, header)) {
		return false;
	}
	copied_once();
	chain->read_len -= sizeof(*header);
	return true;
}

/* Cut the status off the writable parts: their last byte. */
static u8 *status_take(struct shyper_chain *chain)
{
	struct shyper_seg *seg = &chain->seg[chain->nread + chain->nwrite - 1];

	if (!chain->nwrite || !seg->addr)
		return NULL;
	chain->write_len--;
	if (!--seg->len)
		chain->nwrite--;
	return seg->addr + seg->len;
}

int shyper_vblk_parse(struct shyper_chain *chain, struct shyper_vblk_request *req)
{
	struct header header;

	if (!header_take(chain, &header))
		return -1;
	req->status = status_take(chain);
	if (!req->status)
		return -1;
	req->type = le32_to_cpu(header.type);
	req->sector = le64_to_cpu(header.sector);
	req->fault = chain->fault;
	req->data = chain->seg;
	/* Data goes one way: what there is beside it is not looked at. */
	if (req->type == VIRTIO_BLK_T_IN || req->type == VIRTIO_BLK_T_GET_ID) {
		req->data += chain->nread;
		req->segs = chain->nwrite;
		req->bytes = chain->write_len;
	} else {
		req->segs = chain->nread;
		req->bytes = chain->read_len;
	}
	return 0;
}

static bool in_disk(u64 sector, u64 count, u64 capacity)
{
	return sector <= capacity && count <= capacity - sector;
}

u8 shyper_vblk_check(const struct shyper_vblk_request *req,
		     const struct shyper_vblk_limits *limits)
{
	if (req->fault || !req->bytes || req->bytes % SECTOR_BYTES ||
	    !in_disk(req->sector, req->bytes / SECTOR_BYTES, limits->capacity))
		return VIRTIO_BLK_S_IOERR;
	if (req->type == VIRTIO_BLK_T_OUT && limits->read_only)
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}

/* As it lies in memory: struct virtio_blk_discard_write_zeroes. */
struct range_seg {
	__le64 sector;
	__le32 num_sectors;
	__le32 flags;
};

static_assert(sizeof(struct range_seg) == 16);

/* The only segment; more than one is not offered. */
static bool range_read(const struct shyper_vblk_request *req, struct range_seg *out)
{
	const struct shyper_seg *seg = req->data;
	u32 part, done = 0;

	for (; done < sizeof(*out); done += part, seg++) {
		part = sizeof(*out) - done;
		if (part > seg->len)
			part = seg->len;
		if (!seg->addr)
			return false;
		memcpy((u8 *)out + done, seg->addr, part);
	}
	copied_once();
	return true;
}

u8 shyper_vblk_check_range(const struct shyper_vblk_request *req,
			   const struct shyper_vblk_limits *limits,
			   struct shyper_vblk_range *range)
{
	bool discard = req->type == VIRTIO_BLK_T_DISCARD;
	u32 max = discard ? limits->max_discard : limits->max_zeroes;
	struct range_seg seg;

	if (!max || req->bytes > sizeof(seg))
		return VIRTIO_BLK_S_UNSUPP;
	if (req->bytes != sizeof(seg) || !range_read(req, &seg))
		return VIRTIO_BLK_S_IOERR;
	range->sector = le64_to_cpu(seg.sector);
	range->count = le32_to_cpu(seg.num_sectors);
	range->unmap = le32_to_cpu(seg.flags) & VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP;
	/* 5.2.6.2: unknown flags, and unmap with what unmaps anyway. */
	if (le32_to_cpu(seg.flags) & ~VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP ||
	    (discard && range->unmap))
		return VIRTIO_BLK_S_UNSUPP;
	if (limits->read_only || !range->count || range->count > max ||
	    !in_disk(range->sector, range->count, limits->capacity))
		return VIRTIO_BLK_S_IOERR;
	return VIRTIO_BLK_S_OK;
}
