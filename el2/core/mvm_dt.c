// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MVM's device tree: the machine's, less what EL2 and the guests have, plus
 * what EL2 offers.
 */
#include <libfdt.h>
#include <el2/board.h>
#include <el2/fdt_util.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/pool.h>
#include <el2/string.h>
#include <shyper/hypercall.h>

#define GIC_SPI		0
#define EDGE_RISING	1

/* The first error sticks, and makes the rest do nothing. */
#define TRY(err, call) \
	do { \
		int try_ = (err) ? 0 : (call); \
		if (try_ < 0) \
			(err) = try_; \
	} while (0)

static bool is_type(const void *fdt, int node, const char *type)
{
	const char *val = fdt_getprop(fdt, node, "device_type", NULL);

	return val && !strcmp(val, type);
}

static bool in_ranges(const struct board_range *range, u64 base, u64 size)
{
	for (; range->size; range++) {
		if (range_ok(base, size, range->base, range->size))
			return true;
	}
	return false;
}

/* An interrupt that EL2 gives the MVM itself. */
static bool uses_el2_irq(const void *fdt, int node)
{
	const fdt32_t *irq;
	int len;

	irq = fdt_getprop(fdt, node, "interrupts", &len);
	if (!irq || len < 12 || fdt32_ld(irq) != GIC_SPI)
		return false;
	return board_irq_virtual(fdt32_ld(irq + 1) + 32);
}

/* Whether a node of the root goes: registers that the MVM does not get. */
static bool not_for_mvm(const void *fdt, int node)
{
	u64 base, size;

	if (is_type(fdt, node, "memory") ||
	    !fdt_node_check_compatible(fdt, node, "qemu,platform"))
		return true;
	if (!fdt_reg(fdt, node, 0, &base, &size) ||
	    !fdt_node_check_compatible(fdt, node, "arm,gic-v3"))
		return false;
	return uses_el2_irq(fdt, node) ||
	       (!in_ranges(board.mvm_devices, base, size) &&
		!in_ranges(board.mvm_windows, base, size));
}

/* Delete every child of `parent` that `unwanted` names. */
static int prune(void *fdt, const char *parent,
		 bool (*unwanted)(const void *fdt, int node))
{
	int at = fdt_path_offset(fdt, parent);
	int node, next;

	if (at < 0)
		return at;
	for (node = fdt_first_subnode(fdt, at); node >= 0; node = next) {
		next = fdt_next_subnode(fdt, node);
		if (!unwanted(fdt, node))
			continue;
		fdt_del_node(fdt, node);
		/* Offsets behind it have moved: begin again. */
		at = fdt_path_offset(fdt, parent);
		next = fdt_first_subnode(fdt, at);
	}
	return 0;
}

static bool is_module(const void *fdt, int node)
{
	return !fdt_node_check_compatible(fdt, node, "multiboot,module");
}

static bool is_cpu_map(const void *fdt, int node)
{
	return !strcmp(fdt_get_name(fdt, node, NULL), "cpu-map");
}

/* CPUs are numbered in the order of their nodes, as cpus_find() does. */
static int prune_cpus(void *fdt)
{
	int parent, node, err = 0;
	u32 n;

	TRY(err, prune(fdt, "/cpus", is_cpu_map));
	while (!err) {
		n = 0;
		parent = fdt_path_offset(fdt, "/cpus");
		fdt_for_each_subnode(node, fdt, parent) {
			if (is_type(fdt, node, "cpu") && n++ >= options.mvm_cpus)
				break;
		}
		if (node < 0)
			break;
		err = fdt_del_node(fdt, node);
	}
	return err;
}

static int add_node(void *fdt, const char *parent, const char *name)
{
	return fdt_add_subnode(fdt, fdt_path_offset(fdt, parent), name);
}

static int set_reg(void *fdt, int node, u64 base, u64 size)
{
	int err = 0;

	TRY(err, fdt_appendprop_u64(fdt, node, "reg", base));
	TRY(err, fdt_appendprop_u64(fdt, node, "reg", size));
	return err;
}

static int set_irq(void *fdt, int node, u32 intid)
{
	int err = 0;

	TRY(err, fdt_appendprop_u32(fdt, node, "interrupts", GIC_SPI));
	TRY(err, fdt_appendprop_u32(fdt, node, "interrupts", intid - 32));
	TRY(err, fdt_appendprop_u32(fdt, node, "interrupts", EDGE_RISING));
	return err;
}

static int set_chosen(void *fdt, u64 initrd, u64 initrd_size,
		      const char *bootargs)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	int err = chosen < 0 ? chosen : 0;

	TRY(err, fdt_setprop_string(fdt, chosen, "bootargs", bootargs));
	if (initrd) {
		TRY(err, fdt_setprop_u64(fdt, chosen, "linux,initrd-start", initrd));
		TRY(err, fdt_setprop_u64(fdt, chosen, "linux,initrd-end",
					 initrd + initrd_size));
	}
	return err;
}

static int add_memory(void *fdt, u64 base, u64 size)
{
	char name[32];
	int node, err = 0;

	snprint(name, sizeof(name), "memory@%lx", base);
	node = add_node(fdt, "/", name);
	if (node < 0)
		return node;
	TRY(err, fdt_setprop_string(fdt, node, "device_type", "memory"));
	TRY(err, set_reg(fdt, node, base, size));
	/* Where the pool is, a deployed hypervisor keeps to itself. */
	if (pool_size() && !options.deployed)
		TRY(err, set_reg(fdt, node, pool_base(), pool_size()));
	return err;
}

/* Reserved but mapped: struct pages without ever allocating from it. */
static int add_reserved(void *fdt)
{
	char name[32];
	int node, err = 0;

	if (!pool_size() || options.deployed)
		return 0;
	node = fdt_path_offset(fdt, "/reserved-memory");
	if (node < 0) {
		node = add_node(fdt, "/", "reserved-memory");
		if (node < 0)
			return node;
		TRY(err, fdt_setprop_u32(fdt, node, "#address-cells", 2));
		TRY(err, fdt_setprop_u32(fdt, node, "#size-cells", 2));
		TRY(err, fdt_setprop_empty(fdt, node, "ranges"));
	}
	if (err)
		return err;
	snprint(name, sizeof(name), "guest-pool@%lx", pool_base());
	node = add_node(fdt, "/reserved-memory", name);
	if (node < 0)
		return node;
	TRY(err, fdt_setprop_string(fdt, node, "compatible", "shyper,guest-pool"));
	TRY(err, set_reg(fdt, node, pool_base(), pool_size()));
	return err;
}

static int add_service(void *fdt)
{
	int node = add_node(fdt, "/", "vm_service");
	int err = node < 0 ? node : 0;

	TRY(err, fdt_setprop_string(fdt, node, "compatible", "shyper"));
	TRY(err, set_irq(fdt, node, board.hvc_irq));
	return err;
}

static int add_virtio(void *fdt, u64 base, u32 intid)
{
	char name[32];
	int node, err = 0;

	snprint(name, sizeof(name), "virtio_mmio@%lx", base);
	node = add_node(fdt, "/", name);
	if (node < 0)
		return node;
	TRY(err, fdt_setprop_string(fdt, node, "compatible", "virtio,mmio"));
	TRY(err, set_reg(fdt, node, base, 0x200));
	TRY(err, set_irq(fdt, node, intid));
	TRY(err, fdt_setprop_empty(fdt, node, "dma-coherent"));
	return err;
}

int fdt_mvm_edit(void *fdt, u64 mvm_base, u64 mvm_size, u64 initrd,
		 u64 initrd_size, const char *bootargs)
{
	char args[2048];
	int err = 0;
	u32 n;

	/* It is a property of the tree that is about to move. */
	if (strlcpy(args, bootargs, sizeof(args)) >= sizeof(args))
		return -FDT_ERR_BADVALUE;
	TRY(err, set_chosen(fdt, initrd, initrd_size, args));
	TRY(err, prune(fdt, "/chosen", is_module));
	TRY(err, prune(fdt, "/", not_for_mvm));
	TRY(err, prune_cpus(fdt));
	TRY(err, add_memory(fdt, mvm_base, mvm_size));
	TRY(err, add_reserved(fdt));
	TRY(err, add_service(fdt));
	/* Linux probes in the order of the tree, which new nodes head. */
	TRY(err, add_virtio(fdt, SHYPER_MVM_NET_BASE, board.mvm_net_irq));
	for (n = SHYPER_MVM_CONSOLES; n-- > 0; )
		TRY(err, add_virtio(fdt, SHYPER_MVM_CONSOLE_BASE +
				    n * SHYPER_MVM_CONSOLE_STRIDE,
				    board.mvm_console_irq + n));
	return err;
}
