/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request of a direct disk's driver (VIRTIO 1.2, 5.2.6): where its parts lie, and
 * whether it can be done. Also compiles on the host, for tests/unit/vblk.
 */
#ifndef SHYPER_VBLK_REQUEST_H
#define SHYPER_VBLK_REQUEST_H

#include <shyper/vring.h>

/**
 * struct shyper_vblk_request - a request, its header copied out
 * @type:	VIRTIO_BLK_T_*, as it came
 * @sector:	of 512 bytes, relative to the guest's disk
 * @bytes:	of data
 * @data:	where the data is; an entry's addr is NULL if it is no memory
 * @segs:	of @data
 * @fault:	some of it is no memory
 * @status:	where the answer goes
 */
struct shyper_vblk_request {
	u32 type;
	u32 segs;
	u64 sector;
	u64 bytes;
	struct shyper_seg *data;
	bool fault;
	u8 *status;
};

/**
 * struct shyper_vblk_range - what DISCARD and WRITE_ZEROES are about
 * @sector:	relative to the guest's disk
 * @count:	sectors
 * @unmap:	the blocks may be given up
 */
struct shyper_vblk_range {
	u64 sector;
	u32 count;
	bool unmap;
};

/**
 * struct shyper_vblk_limits - what a disk can do
 * @capacity:	sectors
 * @read_only:	no writes
 * @max_discard: sectors in one request; 0: not supported
 * @max_zeroes:	the same of WRITE_ZEROES
 */
struct shyper_vblk_limits {
	u64 capacity;
	bool read_only;
	u32 max_discard;
	u32 max_zeroes;
};

/**
 * shyper_vblk_parse() - find the parts of a request, however they are laid out
 * @chain: as the ring gave it; its segments are cut to those of the data
 *
 * Return: 0; -1 if there is no header, or nowhere to put an answer.
 */
int shyper_vblk_parse(struct shyper_chain *chain, struct shyper_vblk_request *req);

/**
 * shyper_vblk_check() - whether a request to read or write can be done
 *
 * Return: VIRTIO_BLK_S_OK, or what to answer.
 */
u8 shyper_vblk_check(const struct shyper_vblk_request *req,
		     const struct shyper_vblk_limits *limits);

/**
 * shyper_vblk_check_range() - the same of DISCARD and WRITE_ZEROES
 * @range: filled, if the answer is VIRTIO_BLK_S_OK
 */
u8 shyper_vblk_check_range(const struct shyper_vblk_request *req,
			   const struct shyper_vblk_limits *limits,
			   struct shyper_vblk_range *range);

#endif /* SHYPER_VBLK_REQUEST_H */
