// SPDX-License-Identifier: GPL-2.0-only
/* What a careless MVM might ask of EL2: each call answered, nothing broken. */
#include <linux/string.h>

#include "el2test.h"

#define EL2_RAM		0x40200000UL	/* RAM that is not the MVM's */
#define NOWHERE		0x7000000000UL

static const u64 wild[] = {
	0, 1, EL2_RAM, NOWHERE, ~0UL, ~0UL - 4095, 1UL << 63, 0xfffffffffffff000,
};

/* Addresses of nothing, for every call that takes one. */
static void wild_addresses(void)
{
	bool good = true;
	u32 n;

	for (n = 0; n < ARRAY_SIZE(wild); n++) {
		/* ~0 is how a page is taken back. */
		if (wild[n] != ~0UL) {
			good &= direct(SHYPER_DIRECT_EVENT_PAGE, wild[n], 1) == -EFAULT;
			good &= direct(SHYPER_DIRECT_VM_EVENT_RING, wild[n], 0) ==
				-EFAULT;
			good &= direct(SHYPER_DIRECT_IOREQ_PAGE, board.vmid, wild[n]) ==
				-EFAULT;
		}
		good &= direct(SHYPER_DIRECT_MEM_GRANT, board.vmid, wild[n]) == -EFAULT;
		good &= direct(SHYPER_DIRECT_TRAP_ADD, wild[n]) == -EFAULT;
		good &= direct(SHYPER_DIRECT_GUEST_SEED, board.vmid, wild[n]) ==
			-EFAULT;
		if (!good)
			break;
	}
	check(good, "an address that is not the MVM's memory: -EFAULT");
	if (!good)
		el2test_diag("address %llx", wild[n]);
	check(direct(SHYPER_DIRECT_EVENT_PAGE, virt_to_phys(board.events) + 8, 1) ==
	      -EFAULT &&
	      direct(SHYPER_DIRECT_VM_EVENT_RING, virt_to_phys(board.ring) + 8, 0) ==
	      -EFAULT &&
	      direct(SHYPER_DIRECT_IOREQ_PAGE, board.vmid,
		     virt_to_phys(board.ioreqs) + 64) == -EFAULT &&
	      direct(SHYPER_DIRECT_MEM_GRANT, board.vmid,
		     virt_to_phys(board.table) + 8) == -EFAULT,
	      "part of a page is no page: -EFAULT");
	check(direct(SHYPER_DIRECT_EVENT_PAGE, virt_to_phys(board.events), 2) ==
	      -EINVAL, "two event pages: -EINVAL");
	check(direct(SHYPER_DIRECT_VM_EVENT_RING, virt_to_phys(board.ring),
		     SHYPER_EVENTS) == -EINVAL, "an event that does not exist: -EINVAL");
}

static void unknown_vms(void)
{
	static const u64 ids[] = { 0, 7, 8, 0x80000000, ~0UL, 1UL << 32 };
	bool good = true;
	u32 n;

	for (n = 0; n < ARRAY_SIZE(ids); n++) {
		good &= direct(SHYPER_DIRECT_MEM_GRANT, ids[n],
			       virt_to_phys(board.table)) == -ENOENT;
		good &= direct(SHYPER_DIRECT_MEM_REVOKE, ids[n]) == -ENOENT;
		good &= direct(SHYPER_DIRECT_GUEST_SEED, ids[n],
			       virt_to_phys(board.table)) == -ENOENT;
		good &= direct(SHYPER_DIRECT_IRQ_INJECT, ids[n], REGS_SPI) == -ENOENT;
		good &= direct(SHYPER_DIRECT_IOREQ_PAGE, ids[n],
			       virt_to_phys(board.ioreqs)) == -ENOENT;
		good &= direct(SHYPER_DIRECT_IOREQ_DONE, ids[n], 0) == -ENOENT;
	}
	check(good, "VMs that are not, and the MVM itself: -ENOENT");
	good = true;
	for (n = 0; n < ARRAY_SIZE(ids); n++)
		good &= direct(SHYPER_DIRECT_TRAP_DEL, ids[n] + 200) == -ENOENT;
	check(good && direct(SHYPER_DIRECT_TRAP_DEL, 0) == -ENOENT,
	      "traps that are not: -ENOENT");
	check(direct(14) == -EOPNOTSUPP && direct(255) == -EOPNOTSUPP,
	      "a call that is not: -EOPNOTSUPP");
}

static void devices(void)
{
	char longest[130];
	bool good;

	memset(longest, 'x', 128);
	longest[128] = '\0';
	good = board_device(REGS + 4, 0x1000, REGS_SPI, "d", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0, REGS_SPI, "d", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, ~0UL, REGS_SPI, "d", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(~0UL & PAGE_MASK, 0x1000, REGS_SPI, "d", "c",
			     SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(GUEST_RAM, 0x1000, REGS_SPI, "d", "c",
			     SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0x1000, 31, "d", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0x1000, 96, "d", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0x1000, ~0UL, "d", "c", SHYPER_EMU_MVM) == ~0UL;
	check(good, "a device out of place, or with no interrupt of the guest's");
	good = board_device(REGS, 0x1000, REGS_SPI, "", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0x1000, REGS_SPI, "a/b", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0x1000, REGS_SPI, "a@b", "c", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0x1000, REGS_SPI, "d", "", SHYPER_EMU_MVM) == ~0UL;
	good &= board_device(REGS, 0x1000, REGS_SPI, "d", "a\nb", SHYPER_EMU_MVM) ==
		~0UL;
	good &= board_device(REGS, 0x1000, REGS_SPI, "d", longest, SHYPER_EMU_MVM) ==
		~0UL;
	check(good, "a device that no device tree could name");
	good = !board_device(REGS, 0x200, REGS_SPI, "virtio_mmio", "virtio,mmio",
			     SHYPER_EMU_MVM);
	good &= !board_device(PLAIN, PLAIN_SIZE, PLAIN_SPI, "virtio_mmio", "virtio,mmio",
			      SHYPER_EMU_MVM);
	check(good, "two devices of one name");
	check(board_device(REGS + 0x200, 0x200, 42, "d", "c", SHYPER_EMU_MVM) == ~0UL &&
	      board_device(PLAIN + PLAIN_SIZE - 0x1000, 0x1000, 42, "d", "c",
			   SHYPER_EMU_MVM) == ~0UL,
	      "another in a page that one of them has");
}

struct mutation {
	const char *what;
	s64 ret;
	void (*change)(struct shyper_trap *trap);
};

#define MUTATION(name, statement) \
	static void name(struct shyper_trap *trap) { statement; }

MUTATION(no_vm, trap->vmid = 6)
MUTATION(the_mvm, trap->vmid = 0)
MUTATION(vm_id, trap->vmid = ~0U)
MUTATION(flag, trap->flags |= 2)
MUTATION(reserved, trap->reserved[2] = 1)
MUTATION(no_length, trap->length = 0)
MUTATION(two_pages, trap->length = 2 * PAGE_SIZE)
MUTATION(half_page, trap->length = PAGE_SIZE / 2)
MUTATION(wraps, trap->ipa = ~0UL & PAGE_MASK)
MUTATION(no_device, trap->ipa = REGS - PAGE_SIZE)
MUTATION(memory, trap->ipa = GUEST_RAM)
MUTATION(unaligned, trap->ipa += 8)
MUTATION(page_unaligned, trap->page_ipa += 8)
MUTATION(page_nowhere, trap->page_ipa = NOWHERE)
MUTATION(page_el2, trap->page_ipa = EL2_RAM)
MUTATION(page_granted, trap->page_ipa = board.table->region[0].pa)
MUTATION(forward_event, trap->forward_event = SHYPER_EVENTS)
MUTATION(many_actions, trap->actions = SHYPER_TRAP_ACTIONS + 1)
MUTATION(all_actions, trap->actions = ~0U)
MUTATION(action_offset, trap->action[0].offset = PAGE_SIZE)
MUTATION(action_across, trap->action[0].offset = PAGE_SIZE - 2)
MUTATION(action_offset_wraps, trap->action[0].offset = ~0U)
MUTATION(action_width, trap->action[0].width = 3)
MUTATION(action_width_16, trap->action[0].width = 16)
MUTATION(action_unknown, trap->action[3].action = 3)
MUTATION(action_flags, trap->action[0].flags = 2)
MUTATION(action_reserved, trap->action[0].reserved = 1)
MUTATION(action_value, trap->action[0].value = 1)
MUTATION(action_event, trap->action[0].event = SHYPER_EVENTS)
MUTATION(action_limit, trap->action[0].limit = SHYPER_EVENTS - EVENT_BELL + 1)
MUTATION(action_limit_wraps, trap->action[0].limit = ~0U)
MUTATION(clear_event, trap->action[1].event = 1)
MUTATION(clear_target, trap->action[1].target = PAGE_SIZE)
MUTATION(clear_unaligned, trap->action[1].target = 2)
MUTATION(clear_width, trap->action[1].width = 8)
MUTATION(clear_wraps, trap->action[1].target = ~3U)
MUTATION(clear_no_page, trap->flags = 0; trap->page_ipa = 0)
MUTATION(page_no_flag, trap->flags = 0)

static const struct mutation mutations[] = {
	{ "a VM that is not", -ENOENT, no_vm },
	{ "the MVM's own", -ENOENT, the_mvm },
	{ "no id", -ENOENT, vm_id },
	{ "an unknown flag", -EINVAL, flag },
	{ "a reserved field", -EINVAL, reserved },
	{ "no length", -EINVAL, no_length },
	{ "two pages", -EINVAL, two_pages },
	{ "half a page", -EINVAL, half_page },
	{ "a range that wraps", -ENODEV, wraps },
	{ "no device there", -ENODEV, no_device },
	{ "the guest's memory", -ENODEV, memory },
	{ "not at a page", -EINVAL, unaligned },
	{ "the page is not at one", -EINVAL, page_unaligned },
	{ "a page that is nowhere", -EFAULT, page_nowhere },
	{ "a page of EL2's", -EFAULT, page_el2 },
	{ "a page of granted memory", -EFAULT, page_granted },
	{ "forward_event too large", -EINVAL, forward_event },
	{ "17 actions", -EINVAL, many_actions },
	{ "2^32 - 1 actions", -EINVAL, all_actions },
	{ "an action outside", -EINVAL, action_offset },
	{ "an action across the end", -EINVAL, action_across },
	{ "an action at 2^32 - 1", -EINVAL, action_offset_wraps },
	{ "a width of 3", -EINVAL, action_width },
	{ "a width of 16", -EINVAL, action_width_16 },
	{ "an unknown action", -EINVAL, action_unknown },
	{ "an action's unknown flag", -EINVAL, action_flags },
	{ "an action's reserved field", -EINVAL, action_reserved },
	{ "a value that is not asked for", -EINVAL, action_value },
	{ "an event too large", -EINVAL, action_event },
	{ "a limit too large", -EINVAL, action_limit },
	{ "a limit that wraps", -EINVAL, action_limit_wraps },
	{ "an event to clear bits", -EINVAL, clear_event },
	{ "bits outside the page", -EINVAL, clear_target },
	{ "bits across two words", -EINVAL, clear_unaligned },
	{ "bits of 8 bytes", -EINVAL, clear_width },
	{ "bits at 2^32 - 4", -EINVAL, clear_wraps },
	{ "bits of no page", -EINVAL, clear_no_page },
	{ "a page without its flag", -EINVAL, page_no_flag },
};

/* Each is the good one, less one thing. */
static void bad_traps(void)
{
	struct shyper_trap trap;
	s64 ret;
	u32 n;

	for (n = 0; n < ARRAY_SIZE(mutations); n++) {
		board_trap_regs(&trap);
		mutations[n].change(&trap);
		ret = board_trap_add(&trap);
		if (!check(ret == mutations[n].ret, "trap_add: %s", mutations[n].what))
			el2test_diag("returned %lld", ret);
	}
}

static void many_traps(void)
{
	struct shyper_trap trap;
	s64 id[40], ret = 0;
	bool good = true;
	u32 n, count = 0;

	board_trap_regs(&trap);
	check(board_trap_add(&trap) == -EEXIST, "trap_add: the same again: -EEXIST");
	board_trap_plain(&trap, P_FORWARD + P_FORWARD_SIZE - 1, 1);
	check(board_trap_add(&trap) == -EEXIST, "trap_add: overlap by a byte: -EEXIST");
	for (n = 0; n < ARRAY_SIZE(id) && ret >= 0; n++) {
		board_trap_plain(&trap, P_HOLE + 8 * n, 8);
		ret = board_trap_add(&trap);
		if (ret >= 0)
			id[count++] = ret;
	}
	check(ret == -ENOSPC && count == 28, "trap_add: 32 of a VM, and no more");
	while (count)
		good &= !direct(SHYPER_DIRECT_TRAP_DEL, id[--count]);
	check(good && direct(SHYPER_DIRECT_TRAP_DEL, id[0]) == -ENOENT,
	      "trap_del: all of them, once");
	/* The page comes and goes in the guest's stage 2. */
	for (n = 0; n < 200 && good; n++) {
		good &= !direct(SHYPER_DIRECT_TRAP_DEL, board.trap[0]);
		board_trap_regs(&trap);
		board.trap[0] = board_trap_add(&trap);
		good &= board.trap[0] >= 0;
	}
	check(good, "trap_add and trap_del 200 times");
}

static void grants(void)
{
	u64 pages, after;
	struct shyper_stats_page *stats = el2test_page();
	bool good = true, blank = true;
	u64 *word;
	u32 n;

	check(direct(SHYPER_DIRECT_MEM_REVOKE, board.vmid) == -ENXIO,
	      "mem_revoke: nothing was granted: -ENXIO");
	check(!board_grant() && le32_to_cpu(board.table->version) == 1 &&
	      le32_to_cpu(board.table->count) == 1 &&
	      le64_to_cpu(board.table->region[0].ipa) == GUEST_RAM &&
	      le64_to_cpu(board.table->region[0].length) == GUEST_RAM_SIZE,
	      "mem_grant: the table has its region");
	memset(board.table, 0xff, PAGE_SIZE);
	check(!board_grant() && le32_to_cpu(board.table->count) == 1 &&
	      !board.table->region[1].pa, "mem_grant: again: the table is filled");
	check(!memcmp(board.ram, board.image, board.image_size),
	      "mem_grant: the image is there");
	for (word = (u64 *)(board.ram + 0x100000);
	     word < (u64 *)(board.ram + GUEST_DTB - GUEST_RAM); word++)
		blank &= !*word;
	check(blank, "mem_grant: and nothing of an earlier owner");
	check(direct(SHYPER_DIRECT_EVENT_PAGE, board.table->region[0].pa, 1) == -EFAULT &&
	      direct(SHYPER_DIRECT_IOREQ_PAGE, board.vmid, board.table->region[0].pa) ==
	      -EFAULT, "granted memory is not the MVM's own: -EFAULT");
	check(board_remove() == ~0UL &&
	      classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_DELETE_VM, board.vmid) == ~0UL &&
	      !board_upload(), "a VM whose memory is granted is not removed");
	direct(SHYPER_DIRECT_STATS_PAGE, 0, virt_to_phys(stats));
	pages = le64_to_cpu(stats->table_pages);
	for (n = 0; n < 200; n++) {
		good &= !direct(SHYPER_DIRECT_MEM_REVOKE, board.vmid);
		good &= !board_grant();
	}
	direct(SHYPER_DIRECT_STATS_PAGE, 0, virt_to_phys(stats));
	after = le64_to_cpu(stats->table_pages);
	check(good && after == pages, "200 grants take the table pages of one");
	check(!direct(SHYPER_DIRECT_MEM_REVOKE, board.vmid) &&
	      direct(SHYPER_DIRECT_MEM_REVOKE, board.vmid) == -ENXIO,
	      "mem_revoke: once");
}

static void seeds(void)
{
	u8 *tree = board.ram + GUEST_DTB - GUEST_RAM;
	u8 last = tree[8];

	check(!board_seeded(), "the guest's device tree has no seed");
	tree[8]++;
	check(board_seed() == -EEXIST && !board_seeded(),
	      "guest_seed: another tree: -EEXIST, and it stays");
	tree[8] = last;
	check(!board_seed() && board_seeded(), "guest_seed: it has one");
	check(board_seed() == -EEXIST, "guest_seed: once for each boot: -EEXIST");
}

void calls_test(void)
{
	s64 features = direct(SHYPER_DIRECT_FEATURES);
	u64 want = SHYPER_FEATURES_DIRECT | SHYPER_FEATURE_VM_EVENTS |
		   SHYPER_FEATURE_SEED;

	check(features > 0 && (features & want) == want, "the features are announced");
	unknown_vms();
	check(!board_add("el2test"), "a VM is configured");
	devices();
	check(direct(SHYPER_DIRECT_MEM_GRANT, board.vmid,
		     virt_to_phys(board.table)) == -EAGAIN,
	      "mem_grant: of a VM that is being configured: -EAGAIN");
	check(board_seed() == -EAGAIN,
	      "guest_seed: of a VM that is being configured: -EAGAIN");
	check(!board_upload(), "its image is uploaded");
	wild_addresses();
	grants();
	check(!board_grant(), "mem_grant: for good");
	seeds();
	bad_traps();
	check(board_traps_add(), "trap_add: four good ones");
	many_traps();
	check(direct(SHYPER_DIRECT_IOREQ_DONE, board.vmid, 0) == -ENOENT,
	      "ioreq_done: there is no page: -ENOENT");
	check(!direct(SHYPER_DIRECT_IOREQ_PAGE, board.vmid,
		      virt_to_phys(board.ioreqs)) &&
	      direct(SHYPER_DIRECT_IOREQ_DONE, board.vmid, 0) == -EAGAIN,
	      "ioreq_done: nobody waits: -EAGAIN");
	check(direct(SHYPER_DIRECT_IOREQ_DONE, board.vmid, 2) == -ENOENT &&
	      direct(SHYPER_DIRECT_IOREQ_DONE, board.vmid, ~0UL) == -ENOENT,
	      "ioreq_done: no such vCPU: -ENOENT");
	check(direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, 42) == -ENOENT &&
	      direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, 27) == -ENOENT &&
	      direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, 96) == -ENOENT &&
	      direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, ~0UL) == -ENOENT &&
	      direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, 1UL << 32 | REGS_SPI) ==
	      -ENOENT, "irq_inject: not an interrupt of such a device: -ENOENT");
	check(!direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, REGS_SPI),
	      "irq_inject: of a VM that does not run: 0");
}
