// SPDX-License-Identifier: GPL-2.0-only
/* The management VM: identity-mapped, with the machine's devices. */
#include <libfdt.h>
#include <el2/board.h>
#include <el2/cache.h>
#include <el2/fdt_util.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/string.h>
#include <el2/virtio.h>
#include <el2/vm_object.h>

#define MVM_BASE	(LAYOUT_RAM_BASE + LAYOUT_EL2_SIZE)
#define MVM_TABLE_PAGES	256
/* arm64 Image header, Documentation/arm64/booting.rst. */
#define IMAGE_MAGIC	0x644d5241
#define IMAGE_MAGIC_OFFSET 56
#define IMAGE_SIZE_OFFSET 16

/* What the boot loader put into memory for the MVM. */
struct mvm_boot {
	u64 kernel;
	u64 kernel_size;
	const char *bootargs;
	u64 initrd;
	u64 initrd_size;
};

static void modules_find(const void *fdt, struct mvm_boot *boot)
{
	int chosen = fdt_path_offset(fdt, "/chosen");
	u64 base, size;
	int node;

	fdt_for_each_subnode(node, fdt, chosen) {
		if (!fdt_reg(fdt, node, 0, &base, &size))
			continue;
		if (!fdt_node_check_compatible(fdt, node, "multiboot,kernel")) {
			boot->kernel = base;
			boot->kernel_size = size;
			boot->bootargs = fdt_getprop(fdt, node, "bootargs", NULL);
		} else if (!fdt_node_check_compatible(fdt, node,
						      "multiboot,ramdisk")) {
			boot->initrd = base;
			boot->initrd_size = size;
		}
	}
	if (!boot->kernel)
		panic("/chosen has no multiboot,kernel for the management VM");
	if (!boot->bootargs)
		boot->bootargs = "";
}

static void boot_check(struct vm *vm, const struct mvm_boot *boot)
{
	const u8 *image = vm_memory(vm, boot->kernel, boot->kernel_size);
	u64 end;

	if (!image || boot->kernel_size < 64 || !IS_ALIGNED(boot->kernel, SZ_2M) ||
	    *(const u32 *)(image + IMAGE_MAGIC_OFFSET) != IMAGE_MAGIC)
		panic("the kernel at %lx is no arm64 Image at 2 MiB inside %lx..%lx",
		      boot->kernel, (u64)MVM_BASE, MVM_BASE + options.mvm_mem);
	end = boot->kernel + *(const u64 *)(image + IMAGE_SIZE_OFFSET);
	if (!vm_memory(vm, boot->kernel, end - boot->kernel))
		panic("the kernel at %lx needs memory up to %lx", boot->kernel, end);
	if (boot->initrd &&
	    (!vm_memory(vm, boot->initrd, boot->initrd_size) ||
	     range_overlaps(boot->initrd, boot->initrd_size, boot->kernel,
			    end - boot->kernel)))
		panic("the initrd at %lx does not fit beside the kernel",
		      boot->initrd);
}

/* The highest 2 MiB of its memory that neither kernel nor initrd touch. */
static u64 dtb_place(const struct mvm_boot *boot)
{
	u64 at = MVM_BASE + options.mvm_mem - SZ_2M;

	while (range_overlaps(at, SZ_2M, boot->initrd, boot->initrd_size) ||
	       range_overlaps(at, SZ_2M, boot->kernel, boot->kernel_size))
		at -= SZ_2M;
	return at;
}

static void map_ranges(struct vm *vm, const struct board_range *range,
		       enum stage2_type type)
{
	for (; range->size; range++) {
		if (stage2_map(&vm->stage2, range->base, range->base, range->size,
			       type))
			panic("cannot map %lx for the management VM", range->base);
	}
}

static void devices_create(struct vm *vm)
{
	u32 n;

	if (vgic_map(vm, board.gicd, board.gicr))
		panic("the management VM's GIC overlaps");
	vgic_reset(vm);
	for (n = VGIC_PRIVATE; n < VGIC_PRIVATE + board.spis; n++) {
		if (!board_irq_virtual(n))
			vgic_give_hw(vm, n);
	}
	for (n = 0; n < SHYPER_MVM_CONSOLES; n++) {
		if (virtio_console_create(vm, SHYPER_MVM_CONSOLE_BASE +
					  n * SHYPER_MVM_CONSOLE_STRIDE,
					  board.mvm_console_irq + n, 0, 0))
			panic("cannot make the management VM's console %u", n);
	}
	if (virtio_net_create_uplink(vm, SHYPER_MVM_NET_BASE, board.mvm_net_irq))
		panic("cannot make the management VM's network port");
}

static void clean(u64 base, u64 size)
{
	cache_clean_inval((void *)base, (void *)(base + size));
}

void mvm_init(void *fdt)
{
	struct vm *vm = vm_mvm();
	struct mvm_boot boot = { };
	int ret;

	modules_find(fdt, &boot);
	strlcpy(vm->name, "mvm", sizeof(vm->name));
	vm->life = VM_CONFIG;
	vm->region[0] = (struct vm_region){ MVM_BASE, MVM_BASE, options.mvm_mem };
	vm->nregions = 1;
	boot_check(vm, &boot);
	if (stage2_init(&vm->stage2, 1, MVM_TABLE_PAGES) ||
	    stage2_map(&vm->stage2, MVM_BASE, MVM_BASE, options.mvm_mem, STAGE2_RAM))
		panic("cannot map the management VM's memory");
	map_ranges(vm, board.mvm_devices, STAGE2_DEVICE_PAGES);
	map_ranges(vm, board.mvm_windows, STAGE2_DEVICE);

	vgic_init(vm, board.spis);
	spin_lock(&vm_table_lock);
	spin_lock(&vm->lock);
	if (vm_set_cpus(vm, options.mvm_cpus, BIT(options.mvm_cpus) - 1, 0))
		panic("mvm_cpus=%u: not all of these CPUs are there",
		      options.mvm_cpus);
	devices_create(vm);

	vm->kernel_ipa = boot.kernel;
	vm->dtb_ipa = dtb_place(&boot);
	ret = fdt_mvm_edit(fdt, MVM_BASE, options.mvm_mem, boot.initrd,
			   boot.initrd_size, boot.bootargs);
	if (!ret)
		ret = fdt_open_into(fdt, (void *)vm->dtb_ipa, SZ_2M);
	if (ret)
		panic("the management VM's device tree: %s", fdt_strerror(ret));
	fdt_pack((void *)vm->dtb_ipa);
	/* All that it reads before its caches are on; EL2 wrote only the tree. */
	clean(vm->dtb_ipa, SZ_2M);
	clean(boot.kernel, boot.kernel_size);
	clean(boot.initrd, boot.initrd_size);
	vm->life = VM_READY;
	ret = vm_boot(vm);
	ASSERT(!ret);
	spin_unlock(&vm->lock);
	spin_unlock(&vm_table_lock);
}
