// SPDX-License-Identifier: GPL-2.0-only
/* EL2 from its first C line to the MVM's first instruction. */
#include <libfdt.h>
#include <el2/board.h>
#include <el2/build.h>
#include <el2/cpu.h>
#include <el2/fdt_util.h>
#include <el2/gic.h>
#include <el2/image.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/pool.h>
#include <el2/stage1.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vm_object.h>

/* EL2's region behind its image: first the device tree, then table pages. */
#define FDT_AREA	(LAYOUT_IMAGE_BASE + SZ_2M)
#define FDT_AREA_SIZE	SZ_2M
#define PAGES_AREA	(FDT_AREA + FDT_AREA_SIZE)
#define PAGES_AREA_SIZE	(LAYOUT_RAM_BASE + LAYOUT_EL2_SIZE - PAGES_AREA)

void boot_main(void *fdt, u64 entry_ticks) __noreturn;

bool fdt_reg(const void *fdt, int node, u32 n, u64 *base, u64 *size)
{
	const fdt64_t *reg;
	int len;

	reg = fdt_getprop(fdt, node, "reg", &len);
	if (!reg || (u32)len < (n + 1) * 2 * sizeof(*reg))
		return false;
	*base = fdt64_ld(&reg[2 * n]);
	*size = fdt64_ld(&reg[2 * n + 1]);
	return true;
}

/* A copy that nobody else writes, with room to edit. */
static void *fdt_take(void *fdt)
{
	void *copy = (void *)FDT_AREA;
	int ret = fdt_open_into(fdt, copy, FDT_AREA_SIZE);

	if (ret)
		panic("device tree at %p: %s", fdt, fdt_strerror(ret));
	return copy;
}

static void options_take(const void *fdt)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	const char *args = NULL;

	if (chosen >= 0)
		args = fdt_getprop(fdt, chosen, "bootargs", NULL);
	if (args)
		options_parse(args);
}

static void cpus_find(const void *fdt)
{
	int parent = fdt_path_offset(fdt, "/cpus");
	const char *type;
	const fdt32_t *reg;
	int node, len;

	fdt_for_each_subnode(node, fdt, parent) {
		type = fdt_getprop(fdt, node, "device_type", NULL);
		if (!type || strcmp(type, "cpu") || cpu_count == LAYOUT_MAX_CPUS)
			continue;
		reg = fdt_getprop(fdt, node, "reg", &len);
		if (!reg || (len != 4 && len != 8))
			panic("device tree: a CPU without reg");
		cpus[cpu_count].id = cpu_count;
		cpus[cpu_count].mpidr = fdt32_ld(&reg[len / 4 - 1]) |
			(len == 8 ? (u64)fdt32_ld(&reg[0]) << 32 : 0);
		cpus[cpu_count].stack_top = (u64)cpu_stacks +
					    (cpu_count + 1) * LAYOUT_STACK_SIZE;
		cpu_count++;
	}
	if (!cpu_count || cpus[0].mpidr != (read_sysreg(mpidr_el1) & 0xff00ffffff))
		panic("device tree: this CPU is not the first");
	cpus[0].online = true;
}

/* The bank that EL2 is in: all that is divided up. */
static u64 ram_find(const void *fdt)
{
	u64 base, size;
	const char *type;
	int node;

	fdt_for_each_subnode(node, fdt, 0) {
		type = fdt_getprop(fdt, node, "device_type", NULL);
		if (type && !strcmp(type, "memory") &&
		    fdt_reg(fdt, node, 0, &base, &size) && base == LAYOUT_RAM_BASE)
			return size;
	}
	panic("device tree: no memory at %lx", (u64)LAYOUT_RAM_BASE);
}

static void memory_divide(u64 ram_size)
{
	u64 taken = LAYOUT_EL2_SIZE + options.mvm_mem;
	u64 pool;

	if (ram_size < taken)
		panic("%lu MiB of RAM, and mvm_mem= wants %lu", ram_size >> 20,
		      options.mvm_mem >> 20);
	stage1_map_ram(LAYOUT_RAM_BASE, ram_size);
	pages_init((void *)PAGES_AREA, PAGES_AREA_SIZE);
	pool = ram_size - taken;
	if (options.pool && options.pool < pool)
		pool = options.pool;
	pool_init(LAYOUT_RAM_BASE + taken, pool);
}

void boot_main(void *fdt, u64 entry_ticks)
{
	u64 ram_size;

	fdt = fdt_take(fdt);
	options_take(fdt);
	log_info("%s on %s%s", build_name, board.name,
		 options.deployed ? ", as a deployed hypervisor" : "");
	cpus_find(fdt);
	if (options.mvm_cpus > cpu_count)
		options.mvm_cpus = cpu_count;
	ram_size = ram_find(fdt);
	memory_divide(ram_size);
	gic_init();
	gic_cpu_init(&cpus[0]);
	cpu_start_secondaries();
	mvm_init(fdt);
	log_info("%u CPUs, %u of them the management VM's; %lu MiB of RAM: "
		 "%lu EL2, %lu management VM, %lu guest pool", cpu_count,
		 options.mvm_cpus, ram_size >> 20, (u64)LAYOUT_EL2_SIZE >> 20,
		 options.mvm_mem >> 20, pool_size() >> 20);
	build_boot_ticks = ticks_now() - entry_ticks;
	cpu_loop();
}
