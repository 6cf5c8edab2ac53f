// SPDX-License-Identifier: GPL-2.0-only
/* The VM under test: configured by hypercalls, as shyper.ko would. */
#include <linux/kernel_read_file.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "el2test.h"

#define IMAGE_ORDER	5

struct board board;

/* A page for arguments: all calls are made by one thread. */
static u8 *args;

int board_init(const char *path)
{
	void *buf = NULL;
	ssize_t size;

	args = el2test_page();
	board.image = (void *)__get_free_pages(GFP_KERNEL, IMAGE_ORDER);
	board.regs = el2test_page();
	board.events = el2test_page();
	board.ioreqs = el2test_page();
	board.ring = el2test_page();
	board.table = el2test_page();
	if (!args || !board.image || !board.table)
		return -ENOMEM;
	size = kernel_read_file_from_path(path, 0, &buf, PAGE_SIZE << IMAGE_ORDER,
					  NULL, READING_FIRMWARE);
	if (size < 0)
		return size;
	memcpy(board.image, buf, size);
	board.image_size = size;
	vfree(buf);
	return 0;
}

u64 board_device(u64 base, u64 size, u64 intid, const char *name,
		 const char *compatible, u64 type)
{
	memset(args, 0, PAGE_SIZE);
	strscpy(args, name, SHYPER_NAME_LEN);
	/* As long as it comes: some have no NUL. */
	memcpy(args + 64, compatible, min_t(size_t, strlen(compatible), 128));
	return classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_EMULATED_DEVICE, board.vmid,
		       virt_to_phys(args), base, size, intid,
		       virt_to_phys(args + 64), type);
}

int board_add(const char *name)
{
	struct shyper_add_vm *add = (void *)(args + 64);

	memset(args, 0, PAGE_SIZE);
	strscpy(args, name, SHYPER_NAME_LEN);
	add->name_ipa = cpu_to_le64(virt_to_phys(args));
	add->name_len = cpu_to_le64(strlen(name));
	add->vm_type = cpu_to_le64(SHYPER_VM_BARE_METAL);
	add->kernel_load_ipa = cpu_to_le64(GUEST_RAM);
	add->device_tree_load_ipa = cpu_to_le64(GUEST_DTB);
	board.vmid = classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_ADD_VM,
			     virt_to_phys(add));
	if (board.vmid == SHYPER_HVC_ERROR)
		return -EIO;
	/* Behind the MVM's two. */
	if (classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_CPU, board.vmid, 2, 0xc, 2) ||
	    classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_MEMORY_REGION, board.vmid,
		    GUEST_RAM, GUEST_RAM_SIZE) ||
	    classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_PASSTHROUGH_REGION, board.vmid,
		    WALK_HOLE, WALK_HOLE, PAGE_SIZE))
		return -EIO;
	return 0;
}

u64 board_upload(void)
{
	return classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_UPLOAD_KERNEL_IMAGE,
		       board.vmid, board.image_size, virt_to_phys(board.image), 0,
		       board.image_size);
}

s64 board_grant(void)
{
	s64 ret = direct(SHYPER_DIRECT_MEM_GRANT, board.vmid,
			 virt_to_phys(board.table));

	if (!ret) {
		board.ram = phys_to_virt(le64_to_cpu(board.table->region[0].pa));
		board.box = (void *)(board.ram + GUEST_BOX - GUEST_RAM);
	}
	return ret;
}

s64 board_seed(void)
{
	memset(args, 0x5e, SHYPER_SEED_BYTES);
	return direct(SHYPER_DIRECT_GUEST_SEED, board.vmid, virt_to_phys(args));
}

/* Whether the seed is in the guest's device tree, behind its property's header. */
bool board_seeded(void)
{
	u8 *at = board.ram + GUEST_DTB - GUEST_RAM;
	u8 *end = at + 4 * PAGE_SIZE;

	memset(args, 0x5e, SHYPER_SEED_BYTES);
	for (; at < end; at += 4) {
		if (!memcmp(at, args, SHYPER_SEED_BYTES))
			return true;
	}
	return false;
}

s64 board_trap_add(const struct shyper_trap *trap)
{
	memcpy(args, trap, sizeof(*trap));
	return direct(SHYPER_DIRECT_TRAP_ADD, virt_to_phys(args));
}

void board_trap_regs(struct shyper_trap *trap)
{
	*trap = (struct shyper_trap){
		.vmid = cpu_to_le32(board.vmid),
		.flags = cpu_to_le32(SHYPER_TRAP_PAGE),
		.ipa = cpu_to_le64(REGS),
		.length = cpu_to_le64(PAGE_SIZE),
		.page_ipa = cpu_to_le64(virt_to_phys(board.regs)),
		.forward_event = cpu_to_le32(EVENT_FORWARD),
		.actions = cpu_to_le32(4),
		.action = {
			{ .offset = cpu_to_le32(R_NOTIFY), .width = 4,
			  .action = SHYPER_TRAP_DOORBELL,
			  .event = cpu_to_le32(EVENT_BELL),
			  .limit = cpu_to_le32(QUEUES) },
			{ .offset = cpu_to_le32(R_ACK), .width = 4,
			  .action = SHYPER_TRAP_CLEAR_BITS,
			  .target = cpu_to_le32(R_STATUS) },
			{ .offset = cpu_to_le32(R_MATCH),
			  .action = SHYPER_TRAP_DOORBELL,
			  .flags = cpu_to_le16(SHYPER_TRAP_MATCH),
			  .event = cpu_to_le32(EVENT_MATCH),
			  .value = cpu_to_le64(MATCH) },
			{ .offset = cpu_to_le32(R_IGNORE), .width = 4,
			  .action = SHYPER_TRAP_IGNORE },
		},
	};
}

void board_trap_plain(struct shyper_trap *trap, u64 offset, u64 length)
{
	*trap = (struct shyper_trap){
		.vmid = cpu_to_le32(board.vmid),
		.ipa = cpu_to_le64(PLAIN + offset),
		.length = cpu_to_le64(length),
		.forward_event = cpu_to_le32(EVENT_FORWARD),
	};
}

bool board_traps_add(void)
{
	struct shyper_trap trap;

	board_trap_regs(&trap);
	board.trap[0] = board_trap_add(&trap);
	board_trap_plain(&trap, P_NEVER, P_NEVER_SIZE);
	board.trap[1] = board_trap_add(&trap);
	board_trap_plain(&trap, P_FORWARD, P_FORWARD_SIZE);
	board.trap[2] = board_trap_add(&trap);
	board_trap_plain(&trap, P_BELL, P_BELL_SIZE);
	trap.actions = cpu_to_le32(1);
	trap.action[0].event = cpu_to_le32(EVENT_PLAIN);
	board.trap[3] = board_trap_add(&trap);
	return board.trap[0] >= 0 && board.trap[1] >= 0 && board.trap[2] >= 0 &&
	       board.trap[3] >= 0;
}

u64 board_remove(void)
{
	return classic(SHYPER_FID_VMM, SHYPER_VMM_VM_REMOVE, board.vmid);
}
