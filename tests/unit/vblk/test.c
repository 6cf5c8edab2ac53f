// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests of a direct disk's driver. Each buffer is an allocation of its own, so
 * that what is read or written beyond one is seen.
 */
#include <stdlib.h>

#include "tap.h"
#include "vblk_host.h"
#include "vblk_request.h"

#define SEGS	12
#define CAPACITY 1000

static struct shyper_seg segs[SEGS];
static u8 *buffers[SEGS];
static struct shyper_chain chain;
static struct shyper_vblk_request req;
static u8 whole_status;

static const struct shyper_vblk_limits limits = {
	.capacity = CAPACITY,
	.max_discard = 100,
	.max_zeroes = 50,
};

static void begin(void)
{
	memset(&chain, 0, sizeof(chain));
	memset(&req, 0xee, sizeof(req));
	chain.seg = segs;
	chain.max = SEGS;
	whole_status = 0xee;
}

static void end(void)
{
	for (u32 n = 0; n < SEGS; n++) {
		free(buffers[n]);
		buffers[n] = NULL;
	}
}

static u8 *add(u32 len, bool write)
{
	u32 n = chain.nread + chain.nwrite;
	u8 *p = calloc(1, len);

	buffers[n] = p;
	segs[n] = (struct shyper_seg){ p, len };
	if (write) {
		chain.nwrite++;
		chain.write_len += len;
	} else {
		chain.nread++;
		chain.read_len += len;
	}
	return p;
}

/* Bytes over as many readable buffers as the lengths say. */
static void add_bytes(const void *from, const u32 *lens)
{
	for (; *lens; lens++) {
		memcpy(add(*lens, false), from, *lens);
		from = (const u8 *)from + *lens;
	}
}

static void add_header(u32 type, u64 sector, const u32 *lens)
{
	struct virtio_blk_outhdr h = { .type = type, .sector = sector };

	add_bytes(&h, lens);
}

static const u32 one[] = { 16, 0 };

/* ---- layout ---- */

static void plain_read(void)
{
	u8 *data, *status;

	begin();
	add_header(VIRTIO_BLK_T_IN, 7, one);
	data = add(4096, true);
	status = add(1, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(req.type, VIRTIO_BLK_T_IN);
	CHECK_EQ(req.sector, 7);
	CHECK_EQ(req.segs, 1);
	CHECK_EQ(req.bytes, 4096);
	CHECK(req.data->addr == data);
	CHECK_EQ(req.data->len, 4096);
	CHECK(req.status == status);
	CHECK_EQ(shyper_vblk_check(&req, &limits), VIRTIO_BLK_S_OK);
	end();
}

static void plain_write(void)
{
	u8 *first, *status;

	begin();
	add_header(VIRTIO_BLK_T_OUT, 3, one);
	first = add(512, false);
	add(1024, false);
	status = add(1, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(req.segs, 2);
	CHECK_EQ(req.bytes, 1536);
	CHECK(req.data->addr == first);
	CHECK(req.status == status);
	CHECK_EQ(shyper_vblk_check(&req, &limits), VIRTIO_BLK_S_OK);
	end();
}

/* 2.7.4.1: no layout may be relied on. */
static void any_layout(void)
{
	static const u32 lens[] = { 1, 7, 5, 3, 0 };
	u8 *data;

	begin();
	add_header(VIRTIO_BLK_T_IN, 1, lens);
	data = add(513, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(req.sector, 1);
	CHECK_EQ(req.segs, 1);
	CHECK_EQ(req.bytes, 512);
	CHECK(req.data->addr == data && req.data->len == 512);
	CHECK(req.status == data + 512);
	end();

	/* Header and data of a write in one buffer. */
	begin();
	data = add(16 + 512, false);
	memset(data, 0, 16);
	data[0] = VIRTIO_BLK_T_OUT;
	add(1, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(req.bytes, 512);
	CHECK_EQ(req.segs, 1);
	CHECK(req.data->addr == data + 16);
	end();
}

static void no_answer(void)
{
	static const u32 few[] = { 8, 7, 0 };

	begin();
	add_header(VIRTIO_BLK_T_OUT, 0, few);
	add(1, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), -1);
	end();

	begin();
	add_header(VIRTIO_BLK_T_OUT, 0, one);
	add(512, false);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), -1);
	end();

	begin();
	add(513, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), -1);
	end();
}

static void no_memory(void)
{
	/* The header. */
	begin();
	add_header(VIRTIO_BLK_T_IN, 0, one);
	add(513, true);
	segs[0].addr = NULL;
	chain.fault = true;
	CHECK_EQ(shyper_vblk_parse(&chain, &req), -1);
	end();

	/* The status. */
	begin();
	add_header(VIRTIO_BLK_T_IN, 0, one);
	add(512, true);
	add(1, true);
	segs[2].addr = NULL;
	chain.fault = true;
	CHECK_EQ(shyper_vblk_parse(&chain, &req), -1);
	end();

	/* The data: that can be answered. */
	begin();
	add_header(VIRTIO_BLK_T_IN, 0, one);
	add(512, true);
	add(1, true);
	segs[1].addr = NULL;
	chain.fault = true;
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(shyper_vblk_check(&req, &limits), VIRTIO_BLK_S_IOERR);
	end();
}

/* Data that goes the wrong way is not taken for data. */
static void wrong_way(void)
{
	begin();
	add_header(VIRTIO_BLK_T_IN, 0, one);
	add(512, false);
	add(1, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(req.bytes, 0);
	CHECK_EQ(shyper_vblk_check(&req, &limits), VIRTIO_BLK_S_IOERR);
	end();

	begin();
	add_header(VIRTIO_BLK_T_OUT, 0, one);
	add(513, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(req.bytes, 0);
	end();
}

/* ---- checks of reads and writes ---- */

static u8 check_rw(u32 type, u64 sector, u64 bytes)
{
	req = (struct shyper_vblk_request){
		.type = type, .sector = sector, .bytes = bytes,
	};
	return shyper_vblk_check(&req, &limits);
}

static void bounds(void)
{
	CHECK_EQ(check_rw(0, CAPACITY - 1, 512), VIRTIO_BLK_S_OK);
	CHECK_EQ(check_rw(0, CAPACITY - 1, 1024), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(check_rw(0, CAPACITY, 512), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(check_rw(1, ~0ULL, 512), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(check_rw(1, ~0ULL - 1, 1024), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(check_rw(0, 0, 0), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(check_rw(0, 0, 511), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(check_rw(0, 0, ~511ULL), VIRTIO_BLK_S_IOERR);
}

static void read_only(void)
{
	struct shyper_vblk_limits ro = limits;

	ro.read_only = true;
	check_rw(VIRTIO_BLK_T_OUT, 0, 512);
	CHECK_EQ(shyper_vblk_check(&req, &ro), VIRTIO_BLK_S_IOERR);
	check_rw(VIRTIO_BLK_T_IN, 0, 512);
	CHECK_EQ(shyper_vblk_check(&req, &ro), VIRTIO_BLK_S_OK);
}

/* ---- DISCARD and WRITE_ZEROES ---- */

static u8 range(u32 type, u64 sector, u32 count, u32 flags, const u32 *lens,
		const struct shyper_vblk_limits *lim,
		struct shyper_vblk_range *out)
{
	struct virtio_blk_discard_write_zeroes seg = { sector, count, flags };
	u8 ret;

	begin();
	add_header(type, 0, one);
	add_bytes(&seg, lens);
	add(1, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	ret = shyper_vblk_check_range(&req, lim, out);
	end();
	return ret;
}

static void ranges(void)
{
	static const u32 odd[] = { 3, 9, 4, 0 };
	struct shyper_vblk_range r;
	u32 d = VIRTIO_BLK_T_DISCARD, z = VIRTIO_BLK_T_WRITE_ZEROES;

	CHECK_EQ(range(d, 5, 100, 0, one, &limits, &r), VIRTIO_BLK_S_OK);
	CHECK_EQ(r.sector, 5);
	CHECK_EQ(r.count, 100);
	CHECK(!r.unmap);
	CHECK_EQ(range(z, 6, 50, 1, odd, &limits, &r), VIRTIO_BLK_S_OK);
	CHECK_EQ(r.sector, 6);
	CHECK(r.unmap);
	CHECK_EQ(range(d, 0, 101, 0, one, &limits, &r), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(range(z, 0, 51, 0, one, &limits, &r), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(range(d, CAPACITY - 1, 2, 0, one, &limits, &r), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(range(d, ~0ULL, 2, 0, one, &limits, &r), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(range(d, 0, 0, 0, one, &limits, &r), VIRTIO_BLK_S_IOERR);
	CHECK_EQ(range(d, 0, 1, 1, one, &limits, &r), VIRTIO_BLK_S_UNSUPP);
	CHECK_EQ(range(z, 0, 1, 2, one, &limits, &r), VIRTIO_BLK_S_UNSUPP);
}

static void ranges_refused(void)
{
	static const u32 few[] = { 8, 0 };
	struct shyper_vblk_limits lim = limits;
	struct shyper_vblk_range r;

	CHECK_EQ(range(VIRTIO_BLK_T_DISCARD, 0, 1, 0, few, &limits, &r),
		 VIRTIO_BLK_S_IOERR);
	lim.read_only = true;
	CHECK_EQ(range(VIRTIO_BLK_T_DISCARD, 0, 1, 0, one, &lim, &r),
		 VIRTIO_BLK_S_IOERR);
	lim.max_discard = 0;
	CHECK_EQ(range(VIRTIO_BLK_T_DISCARD, 0, 1, 0, one, &lim, &r),
		 VIRTIO_BLK_S_UNSUPP);

	/* More than one segment is not offered. */
	begin();
	add_header(VIRTIO_BLK_T_DISCARD, 0, one);
	add(32, false);
	add(1, true);
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(shyper_vblk_check_range(&req, &limits, &r), VIRTIO_BLK_S_UNSUPP);
	end();

	/* It is no memory. */
	begin();
	add_header(VIRTIO_BLK_T_DISCARD, 0, one);
	add(16, false);
	add(1, true);
	segs[1].addr = NULL;
	chain.fault = true;
	CHECK_EQ(shyper_vblk_parse(&chain, &req), 0);
	CHECK_EQ(shyper_vblk_check_range(&req, &limits, &r), VIRTIO_BLK_S_IOERR);
	end();
}

/* ---- whatever comes ---- */

/* Cut at random; what was parsed lies in what was given, byte for byte. */
static void random_layouts(void)
{
	u8 header[16] = { 0 };
	u32 round, left, len, n, total;
	u64 sum;

	tap_seed(4);
	for (round = 0; round < 20000; round++) {
		begin();
		header[0] = tap_below(16);
		total = 0;
		for (left = 16; left && chain.nread < SEGS / 2; left -= len) {
			len = 1 + tap_below(left);
			memcpy(add(len, false), header + 16 - left, len);
		}
		while (chain.nread + chain.nwrite < SEGS && tap_below(4)) {
			len = 1 + tap_below(600);
			add(len, chain.nwrite || tap_below(2));
			if (!tap_below(16)) {
				segs[chain.nread + chain.nwrite - 1].addr = NULL;
				chain.fault = true;
			}
			total += len;
		}
		if (shyper_vblk_parse(&chain, &req) == 0) {
			for (sum = 0, n = 0; n < req.segs; n++) {
				sum += req.data[n].len;
				CHECK(req.data[n].len);
				if (req.data[n].addr)
					memset(req.data[n].addr, 1, req.data[n].len);
			}
			CHECK_EQ(sum, req.bytes);
			CHECK(sum < total);
			*req.status = 0;
		}
		end();
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(plain_read, "a read as Linux lays it out"),
	TAP_TEST(plain_write, "a write of two buffers"),
	TAP_TEST(any_layout, "header, data and status cut anywhere"),
	TAP_TEST(no_answer, "no header, or nowhere to answer"),
	TAP_TEST(no_memory, "parts that are no memory"),
	TAP_TEST(wrong_way, "data that goes the wrong way"),
	TAP_TEST(bounds, "bounds of a read or write"),
	TAP_TEST(read_only, "a read-only disk"),
	TAP_TEST(ranges, "discard and write zeroes"),
	TAP_TEST(ranges_refused, "those that are refused"),
	TAP_TEST(random_layouts, "random layouts"),
};
static const TAP_SUITE(suite, tests);

int main(void)
{
	static const struct tap_suite *const suites[] = { &suite };

	return tap_main(suites, 1);
}
