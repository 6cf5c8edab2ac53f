// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's logic on the host: stage 2 tables against a model, the pools, region
 * lookup, the MMIO table and its decoder. TAP on standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/mmio.h>
#include <el2/pool.h>
#include <el2/stage2.h>
#include <el2/vm_object.h>

#include "host.h"

#define PAGES_AT	0x10000000UL
#define PAGES_SIZE	(512 * PAGE_SIZE)
#define POOL_AT		0x20000000UL
#define POOL_SIZE	(16 * SZ_2M)

static u32 tests, failures;

void report(bool good, const char *name, int line)
{
	tests++;
	if (!good)
		failures++;
	printf("%sok %u - %s\n", good ? "" : "not ", tests, name);
	if (!good)
		printf("# line %d\n", line);
}

static void pages_reset(void)
{
	pages_init((void *)PAGES_AT, PAGES_SIZE);
}

static void test_map_blocks(void)
{
	struct stage2 s2 = { };
	u64 pa = 0;

	pages_reset();
	check(!stage2_init(&s2, 3, 64), "stage2: an empty table");
	check(!stage2_map(&s2, SZ_1G, 4 * SZ_1G, SZ_1G, STAGE2_RAM) &&
	      s2.pages == 2, "stage2: an aligned GiB needs no table");
	check(stage2_lookup(&s2, SZ_1G + 0x12345, &pa) &&
	      pa == 4 * SZ_1G + 0x12345, "stage2: lookup inside a block");
	check(!stage2_map(&s2, 2 * SZ_1G, SZ_2M, 3 * SZ_2M, STAGE2_RAM) &&
	      s2.pages == 3, "stage2: 2 MiB blocks need one table");
	check(!stage2_map(&s2, 3 * SZ_1G, PAGE_SIZE, SZ_2M, STAGE2_RAM) &&
	      s2.pages == 5, "stage2: addresses that differ below 2 MiB need pages");
	check(stage2_lookup(&s2, 3 * SZ_1G + SZ_2M - 1, &pa) &&
	      pa == PAGE_SIZE + SZ_2M - 1, "stage2: lookup of a page's last byte");
	check(!stage2_lookup(&s2, 3 * SZ_1G + SZ_2M, &pa),
	      "stage2: nothing behind the last page");
	check(stage2_vttbr(&s2) >> 48 == 3, "stage2: VTTBR holds the VMID");
	stage2_destroy(&s2);
	check(pages_left() == pages_total(), "stage2: destroy frees every table");
}

static void test_map_refusals(void)
{
	struct stage2 s2 = { };
	u64 pa;
	u32 pages;

	pages_reset();
	stage2_init(&s2, 1, 4);
	check(stage2_map(&s2, 1, 0, PAGE_SIZE, STAGE2_RAM) == -EINVAL,
	      "stage2: unaligned IPA");
	check(stage2_map(&s2, 0, 0, 0, STAGE2_RAM) == -EINVAL, "stage2: no size");
	check(stage2_map(&s2, BIT(40) - PAGE_SIZE, 0, 2 * PAGE_SIZE,
			 STAGE2_RAM) == -EINVAL, "stage2: beyond 40 bits");
	check(stage2_map(&s2, ~(u64)0xfff, 0, SZ_2M, STAGE2_RAM) == -EINVAL,
	      "stage2: a range that wraps");
	check(!stage2_map(&s2, SZ_2M, SZ_2M, SZ_2M, STAGE2_RAM),
	      "stage2: a block");
	check(stage2_map(&s2, 0, 0, 2 * SZ_2M, STAGE2_RAM) == -EEXIST &&
	      !stage2_lookup(&s2, 0, &pa),
	      "stage2: an overlap leaves no part mapped");
	pages = s2.pages;
	check(stage2_map(&s2, 10 * SZ_1G, PAGE_SIZE, PAGE_SIZE,
			 STAGE2_RAM) == -ENOMEM && s2.pages <= 4,
	      "stage2: a VM's share of tables ends");
	check(!stage2_lookup(&s2, 10 * SZ_1G, &pa) && s2.pages >= pages,
	      "stage2: and nothing of that is mapped");
	stage2_destroy(&s2);
	check(pages_left() == pages_total(), "stage2: tables of a failure are freed");
}

static void test_unmap(void)
{
	struct stage2 s2 = { };
	u64 pa;

	pages_reset();
	stage2_init(&s2, 1, 64);
	stage2_map(&s2, 0, 0, SZ_2M, STAGE2_DEVICE_PAGES);
	stage2_map(&s2, SZ_2M, SZ_2M, SZ_2M, STAGE2_RAM);
	host_tlb_flushes = 0;
	check(!stage2_unmap(&s2, PAGE_SIZE, PAGE_SIZE) && host_tlb_flushes == 1,
	      "stage2: a page is taken out, and out of the TLBs");
	check(stage2_lookup(&s2, 0, &pa) && !stage2_lookup(&s2, PAGE_SIZE, &pa) &&
	      stage2_lookup(&s2, 2 * PAGE_SIZE, &pa), "stage2: its neighbours stay");
	check(!stage2_map(&s2, PAGE_SIZE, PAGE_SIZE, PAGE_SIZE, STAGE2_DEVICE),
	      "stage2: and it can be mapped again");
	check(stage2_unmap(&s2, SZ_2M, PAGE_SIZE) == -EINVAL &&
	      stage2_lookup(&s2, SZ_2M, &pa), "stage2: a block is never cut");
	check(stage2_unmap(&s2, 0, SZ_2M + PAGE_SIZE) == -EINVAL &&
	      stage2_lookup(&s2, 0, &pa), "stage2: a refused unmap changes nothing");
	check(!stage2_unmap(&s2, 0, SZ_1G) && !stage2_lookup(&s2, SZ_2M, &pa),
	      "stage2: holes in a range are passed over");
	stage2_destroy(&s2);
}

/* Random maps and unmaps of pages against a plain array. */
static void test_model(void)
{
	enum { PAGES = 2048 };
	static u64 model[PAGES];
	struct stage2 s2 = { };
	u64 ipa, pa, len, n, found;
	bool good = true, free_range;
	u32 step;

	pages_reset();
	srand(1);
	stage2_init(&s2, 1, 256);
	for (step = 0; step < 4000 && good; step++) {
		ipa = (u64)rand() % PAGES;
		len = 1 + (u64)rand() % 600;
		if (ipa + len > PAGES)
			len = PAGES - ipa;
		pa = rand() % 2 ? ipa : (u64)rand() % PAGES;
		free_range = true;
		for (n = 0; n < len; n++)
			free_range &= !model[ipa + n];
		if (rand() % 2) {
			int ret = stage2_map(&s2, ipa * PAGE_SIZE, pa * PAGE_SIZE,
					     len * PAGE_SIZE, STAGE2_DEVICE_PAGES);

			good &= free_range ? !ret : ret == -EEXIST;
			for (n = 0; n < len && !ret; n++)
				model[ipa + n] = pa + n + 1;
		} else {
			good &= !stage2_unmap(&s2, ipa * PAGE_SIZE, len * PAGE_SIZE);
			for (n = 0; n < len; n++)
				model[ipa + n] = 0;
		}
		for (n = 0; n < PAGES; n += 7) {
			bool there = stage2_lookup(&s2, n * PAGE_SIZE, &found);

			good &= there == !!model[n] &&
				(!there || found == (model[n] - 1) * PAGE_SIZE);
		}
	}
	check(good, "stage2: 4000 random changes agree with a model");
	stage2_destroy(&s2);
	check(pages_left() == pages_total(), "stage2: and leave no table behind");
}

static void test_pages(void)
{
	void *a, *b;
	u32 count = 0;

	pages_reset();
	a = page_alloc(1);
	b = page_alloc(2);
	check(a && b && IS_ALIGNED((u64)b, 2 * PAGE_SIZE),
	      "pages: a pair is aligned to its size");
	memset(a, 0xff, PAGE_SIZE);
	page_free(a, 1);
	a = page_alloc(1);
	check(a && !*(u64 *)a, "pages: zeroed again");
	while (page_alloc(1))
		count++;
	check(count + 3 == pages_total() && !page_alloc(2) && pages_left() == 0,
	      "pages: all of them, and then none");
}

static void test_pool(void)
{
	u64 a, b, c;

	pool_init(POOL_AT + PAGE_SIZE, POOL_SIZE - PAGE_SIZE);
	check(pool_base() == POOL_AT + SZ_2M && pool_size() == POOL_SIZE - SZ_2M,
	      "pool: aligned inwards");
	a = pool_alloc(1);
	b = pool_alloc(4 * SZ_2M);
	check(a && b && IS_ALIGNED(a | b, SZ_2M) &&
	      pool_left() == pool_size() - 5 * SZ_2M, "pool: whole granules");
	memset((void *)b, 0x5a, 4 * SZ_2M);
	pool_free(b, 4 * SZ_2M);
	c = pool_alloc(2 * SZ_2M);
	check(c == b && !*(u64 *)c && !*(u64 *)(c + 2 * SZ_2M - 8),
	      "pool: what another VM wrote is scrubbed");
	check(!pool_alloc(pool_left() + 1) && !pool_alloc(0) && !pool_alloc(~0UL),
	      "pool: more than there is, nothing, and a size that wraps");
	pool_free(a, 1);
	pool_free(c, 2 * SZ_2M);
	check(pool_left() == pool_size(), "pool: all of it back");
}

static void test_regions(void)
{
	static struct vm vm;

	vm.nregions = 2;
	vm.region[0] = (struct vm_region){ 0x1000, 0x100000, 0x2000 };
	vm.region[1] = (struct vm_region){ 0x3000, 0x200000, 0x1000 };
	check(vm_memory(&vm, 0x1000, 0x2000) == (void *)0x100000,
	      "regions: a whole region");
	check(vm_memory(&vm, 0x2fff, 1) == (void *)0x101fff,
	      "regions: its last byte");
	check(!vm_memory(&vm, 0xfff, 2) && !vm_memory(&vm, 0xfff, 1),
	      "regions: before the first");
	check(!vm_memory(&vm, 0x2fff, 2), "regions: never across two, even adjoining");
	check(!vm_memory(&vm, 0x1000, 0), "regions: no length, no address");
	check(!vm_memory(&vm, 0x3000, ~(u64)0) &&
	      !vm_memory(&vm, ~(u64)0, 0x3000), "regions: lengths that wrap");
}

static u64 seen_offset, seen_value;
static u8 seen_width;
static int answer;

static int device(struct vcpu *vcpu, struct mmio_access *access, void *priv)
{
	seen_offset = access->offset;
	seen_width = access->width;
	if (access->write)
		seen_value = access->value;
	else
		access->value = 0xfedcba9876543280;
	return answer;
}

static void test_mmio_table(void)
{
	static struct vm vm;
	u64 n;
	bool good = true;

	vm.nregions = 1;
	vm.region[0] = (struct vm_region){ 0x100000, 0x100000, 0x1000 };
	check(mmio_register(&vm, 0x2000, 0, device, NULL) == -EINVAL &&
	      mmio_register(&vm, ~0UL, 2, device, NULL) == -EINVAL,
	      "mmio: empty and wrapping ranges");
	check(mmio_register(&vm, 0x100800, 0x10, device, NULL) == -EEXIST,
	      "mmio: not over memory");
	for (n = 0; n < MMIO_REGIONS; n++)
		good &= !mmio_register(&vm, 0x1000 * ((n * 17) % MMIO_REGIONS),
				       0x800, device, NULL);
	check(good, "mmio: as many as there is room for, in any order");
	check(mmio_register(&vm, 0x900, 0x10, device, NULL) == -ENOSPC,
	      "mmio: and not one more");
	check(mmio_register(&vm, 0x17ff, 0x10, device, NULL) == -EEXIST,
	      "mmio: overlap by a byte");
	for (n = 0, good = true; n < MMIO_REGIONS; n++) {
		const struct mmio_region *r = mmio_find(&vm.mmio, 0x1000 * n + 4, 4);

		good &= r && r->ipa == 0x1000 * n;
		good &= !mmio_find(&vm.mmio, 0x1000 * n + 0x800, 4);
		good &= !mmio_find(&vm.mmio, 0x1000 * n + 0x7fe, 4);
	}
	check(good, "mmio: each is found, and nothing between or across");
}

#define ESR_DABT(sas, sse, srt, sf, wnr) \
	(0x24UL << 26 | BIT(25) | BIT(24) | (u64)(sas) << 22 | (u64)(sse) << 21 | \
	 (u64)(srt) << 16 | (u64)(sf) << 15 | (u64)(wnr) << 6 | 0x07)

static struct vcpu *abort_at(struct vm *vm, u64 ipa, u64 esr)
{
	static struct vcpu vcpu;

	memset(&vcpu, 0, sizeof(vcpu));
	vcpu.vm = vm;
	vcpu.esr = esr;
	vcpu.far = ipa & 0xfff;
	vcpu.hpfar = ipa >> 12 << 4;
	vcpu.regs.pc = 0x8000;
	vcpu.regs.x[5] = 0x1122334455667788;
	host_aborts = 0;
	mmio_abort(&vcpu);
	return &vcpu;
}

static void test_mmio_decode(void)
{
	static struct vm vm;
	struct vcpu *vcpu;

	answer = 0;
	mmio_register(&vm, 0xa000000, 0x200, device, NULL);
	vcpu = abort_at(&vm, 0xa000014, ESR_DABT(2, 0, 5, 0, 1));
	check(!host_aborts && seen_offset == 0x14 && seen_width == 4 &&
	      seen_value == 0x55667788 && vcpu->regs.pc == 0x8004,
	      "mmio: a word is stored, and the instruction stepped over");
	abort_at(&vm, 0xa000000, ESR_DABT(0, 0, 31, 0, 1));
	check(seen_value == 0 && seen_width == 1, "mmio: a byte of XZR");
	vcpu = abort_at(&vm, 0xa000000, ESR_DABT(0, 1, 5, 0, 0));
	check(vcpu->regs.x[5] == 0xffffff80, "mmio: LDRSB to a W register");
	vcpu = abort_at(&vm, 0xa000000, ESR_DABT(0, 1, 5, 1, 0));
	check(vcpu->regs.x[5] == 0xffffffffffffff80, "mmio: LDRSB to an X register");
	vcpu = abort_at(&vm, 0xa000000, ESR_DABT(1, 0, 5, 0, 0));
	check(vcpu->regs.x[5] == 0x3280, "mmio: LDRH zero-extends");
	vcpu = abort_at(&vm, 0xa000000, ESR_DABT(3, 0, 5, 1, 0));
	check(vcpu->regs.x[5] == 0xfedcba9876543280, "mmio: LDR of an X register");

	vcpu = abort_at(&vm, 0xa000000, ESR_DABT(2, 0, 5, 0, 0) & ~BIT(24));
	check(host_aborts == 1 && vcpu->regs.pc == 0x8000,
	      "mmio: no syndrome (LDP, SIMD): an abort");
	abort_at(&vm, 0xa000000, ESR_DABT(2, 0, 5, 0, 0) | BIT(7));
	check(host_aborts == 1, "mmio: the guest's own table walk: an abort");
	abort_at(&vm, 0xa0001fe, ESR_DABT(2, 0, 5, 0, 0));
	check(host_aborts == 1, "mmio: across the end of a device: an abort");
	abort_at(&vm, 0xb000000, ESR_DABT(2, 0, 5, 0, 0));
	check(host_aborts == 1, "mmio: nobody's address: an abort");
	answer = -EINVAL;
	vcpu = abort_at(&vm, 0xa000000, ESR_DABT(2, 0, 5, 0, 0));
	check(host_aborts == 1 && vcpu->regs.x[5] == 0x1122334455667788,
	      "mmio: the device refuses: an abort, and no register changes");

	answer = MMIO_AGAIN;
	vcpu = abort_at(&vm, 0xa000014, ESR_DABT(2, 0, 5, 0, 1));
	check(!host_aborts && vcpu->regs.pc == 0x8000,
	      "mmio: not finished: the same instruction again");
	answer = 0;
}

int main(void)
{
	host_map(PAGES_AT, PAGES_SIZE);
	host_map(POOL_AT, POOL_SIZE);
	test_map_blocks();
	test_map_refusals();
	test_unmap();
	test_model();
	test_pages();
	test_pool();
	test_regions();
	test_mmio_table();
	test_mmio_decode();
	direct_tests();
	printf("1..%u\n", tests);
	return failures ? 1 : 0;
}
