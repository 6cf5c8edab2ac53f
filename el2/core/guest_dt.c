// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's device tree, made from its configuration: memory, CPUs, GICv3,
 * timer, PSCI by smc, each virtio device, a passed-through serial port.
 */
#include <libfdt.h>
#include <el2/cache.h>
#include <el2/errno.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/string.h>
#include <el2/vm_object.h>

#define DTB_SIZE	(16 * 1024)

#define GIC_SPI		0
#define GIC_PPI		1
#define EDGE_RISING	1
#define LEVEL_HIGH	4
#define LEVEL_LOW	8

#define PHANDLE_GIC	1
#define PHANDLE_CLOCK	2

static struct spinlock dtb_lock;
static u8 dtb[DTB_SIZE] __aligned(8);

/* libfdt's sequential writer checks its own state: the first error sticks. */
#define TRY(err, call) \
	do { \
		if (!(err)) \
			(err) = (call); \
	} while (0)

static int put_cells(const char *name, const u32 *cells, u32 count)
{
	fdt32_t *val;
	int err = fdt_property_placeholder(dtb, name, (int)(count * 4),
					   (void **)&val);
	u32 n;

	for (n = 0; !err && n < count; n++)
		fdt32_st(&val[n], cells[n]);
	return err;
}

static int put_reg(u64 base, u64 size)
{
	u32 cells[] = { base >> 32, (u32)base, size >> 32, (u32)size };

	return put_cells("reg", cells, 4);
}

static int put_irq(u32 intid, u32 trigger)
{
	u32 cells[] = { GIC_SPI, intid - 32, trigger };

	return put_cells("interrupts", cells, 3);
}

static int begin_at(const char *name, u64 base)
{
	char full[SHYPER_NAME_LEN + 24];

	snprint(full, sizeof(full), "%s@%lx", name, base);
	return fdt_begin_node(dtb, full);
}

static int put_memory(const struct vm *vm)
{
	int err = 0;
	u32 n;

	for (n = 0; n < vm->nregions; n++) {
		TRY(err, begin_at("memory", vm->region[n].ipa));
		TRY(err, fdt_property_string(dtb, "device_type", "memory"));
		TRY(err, put_reg(vm->region[n].ipa, vm->region[n].size));
		TRY(err, fdt_end_node(dtb));
	}
	return err;
}

static int put_cpus(const struct vm *vm)
{
	int err = 0;
	u32 n;

	TRY(err, fdt_begin_node(dtb, "cpus"));
	TRY(err, fdt_property_u32(dtb, "#address-cells", 1));
	TRY(err, fdt_property_u32(dtb, "#size-cells", 0));
	for (n = 0; n < vm->nvcpus; n++) {
		TRY(err, begin_at("cpu", n));
		TRY(err, fdt_property_string(dtb, "device_type", "cpu"));
		TRY(err, fdt_property_string(dtb, "compatible", "arm,armv8"));
		TRY(err, fdt_property_u32(dtb, "reg", n));
		TRY(err, fdt_property_string(dtb, "enable-method", "psci"));
		TRY(err, fdt_end_node(dtb));
	}
	TRY(err, fdt_end_node(dtb));
	return err;
}

static int put_psci(void)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";
	int err = 0;

	TRY(err, fdt_begin_node(dtb, "psci"));
	TRY(err, fdt_property(dtb, "compatible", compatible, sizeof(compatible)));
	TRY(err, fdt_property_string(dtb, "method", "smc"));
	TRY(err, fdt_end_node(dtb));
	return err;
}

static int put_timer(const struct vm *vm)
{
	/* Secure physical, physical, virtual, hypervisor: PPI 13, 14, 11, 10. */
	u32 trigger = LEVEL_LOW | ((BIT(vm->nvcpus) - 1) << 8);
	u32 cells[] = {
		GIC_PPI, 13, trigger, GIC_PPI, 14, trigger,
		GIC_PPI, 11, trigger, GIC_PPI, 10, trigger,
	};
	int err = 0;

	TRY(err, fdt_begin_node(dtb, "timer"));
	TRY(err, fdt_property_string(dtb, "compatible", "arm,armv8-timer"));
	TRY(err, fdt_property(dtb, "always-on", NULL, 0));
	TRY(err, put_cells("interrupts", cells, ARRAY_SIZE(cells)));
	TRY(err, fdt_end_node(dtb));
	return err;
}

static int put_gic(const struct vm *vm)
{
	u64 gicr_size = vm->nvcpus * (u64)GICR_STRIDE;
	u32 reg[] = {
		vm->gicd_ipa >> 32, (u32)vm->gicd_ipa, 0, SZ_64K,
		vm->gicr_ipa >> 32, (u32)vm->gicr_ipa, 0, (u32)gicr_size,
	};
	int err = 0;

	TRY(err, begin_at("interrupt-controller", vm->gicd_ipa));
	TRY(err, fdt_property_string(dtb, "compatible", "arm,gic-v3"));
	TRY(err, fdt_property(dtb, "interrupt-controller", NULL, 0));
	TRY(err, fdt_property_u32(dtb, "#interrupt-cells", 3));
	TRY(err, fdt_property_u32(dtb, "#address-cells", 0));
	TRY(err, put_cells("reg", reg, ARRAY_SIZE(reg)));
	TRY(err, fdt_property_u32(dtb, "phandle", PHANDLE_GIC));
	TRY(err, fdt_end_node(dtb));
	return err;
}

static int put_virtio(const struct vm_emulated *dev)
{
	int err = 0;

	TRY(err, begin_at("virtio_mmio", dev->base));
	TRY(err, fdt_property_string(dtb, "compatible", "virtio,mmio"));
	TRY(err, put_reg(dev->base, dev->size));
	TRY(err, put_irq(dev->intid, EDGE_RISING));
	TRY(err, fdt_property(dtb, "dma-coherent", NULL, 0));
	TRY(err, fdt_end_node(dtb));
	return err;
}

/* What it is, only the MVM knows: cfg is its compatible string. */
static int put_direct(const struct vm_emulated *dev)
{
	int err = 0;

	TRY(err, begin_at(dev->name, dev->base));
	TRY(err, fdt_property_string(dtb, "compatible", (const char *)dev->cfg));
	TRY(err, put_reg(dev->base, dev->size));
	TRY(err, put_irq(dev->intid, EDGE_RISING));
	TRY(err, fdt_property(dtb, "dma-coherent", NULL, 0));
	TRY(err, fdt_end_node(dtb));
	return err;
}

static int put_service(const struct vm_emulated *dev)
{
	int err = 0;

	TRY(err, fdt_begin_node(dtb, "vm_service"));
	TRY(err, fdt_property_string(dtb, "compatible", "shyper"));
	if (dev->size)
		TRY(err, put_reg(dev->base, dev->size));
	if (dev->intid >= 32)
		TRY(err, put_irq(dev->intid, EDGE_RISING));
	TRY(err, fdt_end_node(dtb));
	return err;
}

static int put_emulated(const struct vm *vm)
{
	const struct vm_emulated *dev;
	int err = 0;
	u32 n;

	for (n = 0; n < vm->nemulated; n++) {
		dev = &vm->emulated[n];
		if (dev->type == SHYPER_EMU_VIRTIO_BLK_MEDIATED ||
		    dev->type == SHYPER_EMU_VIRTIO_NET ||
		    dev->type == SHYPER_EMU_VIRTIO_CONSOLE)
			TRY(err, put_virtio(dev));
		else if (dev->type == SHYPER_EMU_MVM)
			TRY(err, put_direct(dev));
		else if (dev->type == SHYPER_EMU_SHYPER)
			TRY(err, put_service(dev));
	}
	return err;
}

/* This board's serial ports are PL011s with a 24 MHz clock. */
static int put_serial(const struct vm_dtb_device *dev)
{
	static const char compatible[] = "arm,pl011\0arm,primecell";
	static const char clocks[] = "uartclk\0apb_pclk";
	u32 cells[] = { PHANDLE_CLOCK, PHANDLE_CLOCK };
	int err = 0;

	TRY(err, begin_at("serial", dev->base));
	TRY(err, fdt_property(dtb, "compatible", compatible, sizeof(compatible)));
	TRY(err, put_reg(dev->base, dev->size ? dev->size : PAGE_SIZE));
	if (dev->intid >= 32)
		TRY(err, put_irq(dev->intid, LEVEL_HIGH));
	TRY(err, put_cells("clocks", cells, 2));
	TRY(err, fdt_property(dtb, "clock-names", clocks, sizeof(clocks)));
	TRY(err, fdt_end_node(dtb));
	return err;
}

static int put_serials(const struct vm *vm)
{
	int err = 0;
	u32 n;

	TRY(err, fdt_begin_node(dtb, "apb-pclk"));
	TRY(err, fdt_property_string(dtb, "compatible", "fixed-clock"));
	TRY(err, fdt_property_u32(dtb, "#clock-cells", 0));
	TRY(err, fdt_property_u32(dtb, "clock-frequency", 24000000));
	TRY(err, fdt_property_u32(dtb, "phandle", PHANDLE_CLOCK));
	TRY(err, fdt_end_node(dtb));
	for (n = 0; n < vm->ndtb_devices; n++) {
		if (vm->dtb_device[n].type == SHYPER_DTB_SERIAL)
			TRY(err, put_serial(&vm->dtb_device[n]));
	}
	return err;
}

static int put_chosen(const struct vm *vm, const u8 *seed)
{
	int err = 0;

	TRY(err, fdt_begin_node(dtb, "chosen"));
	TRY(err, fdt_property_string(dtb, "bootargs", vm->cmdline));
	if (seed)
		TRY(err, fdt_property(dtb, "rng-seed", seed, SHYPER_SEED_BYTES));
	TRY(err, fdt_end_node(dtb));
	return err;
}

/* @seed: NULL: none. Return: bytes in dtb; 0: there is no room. */
static u32 make(const struct vm *vm, const u8 *seed)
{
	int err = 0;

	/* What pads it must not be another guest's, and the same each time. */
	memset(dtb, 0, sizeof(dtb));
	TRY(err, fdt_create(dtb, sizeof(dtb)));
	TRY(err, fdt_finish_reservemap(dtb));
	TRY(err, fdt_begin_node(dtb, ""));
	TRY(err, fdt_property_string(dtb, "compatible", "linux,dummy-virt"));
	TRY(err, fdt_property_string(dtb, "model", "Shyper guest"));
	TRY(err, fdt_property_u32(dtb, "#address-cells", 2));
	TRY(err, fdt_property_u32(dtb, "#size-cells", 2));
	TRY(err, fdt_property_u32(dtb, "interrupt-parent", PHANDLE_GIC));
	TRY(err, put_chosen(vm, seed));
	TRY(err, put_memory(vm));
	TRY(err, put_cpus(vm));
	TRY(err, put_psci());
	TRY(err, put_timer(vm));
	TRY(err, put_gic(vm));
	TRY(err, put_serials(vm));
	TRY(err, put_emulated(vm));
	TRY(err, fdt_end_node(dtb));
	TRY(err, fdt_finish(dtb));
	return err ? 0 : fdt_totalsize(dtb);
}

static int put_tree(struct vm *vm, u32 size)
{
	void *dst = vm_memory(vm, vm->dtb_ipa, size);

	if (!size)
		return -ENOSPC;
	if (!dst)
		return -EINVAL;
	memcpy(dst, dtb, size);
	cache_clean_inval(dst, (u8 *)dst + size);
	return 0;
}

int guest_dt_write(struct vm *vm)
{
	int ret;

	spin_lock(&dtb_lock);
	ret = put_tree(vm, make(vm, NULL));
	spin_unlock(&dtb_lock);
	if (ret == -EINVAL)
		log_warn("VM %u: no memory at %lx for the device tree", vm->id,
			 vm->dtb_ipa);
	return ret;
}

/* Whether what the guest will find is the tree as guest_dt_write() left it. */
static bool is_ours(struct vm *vm)
{
	u32 size = make(vm, NULL);
	const void *tree = vm_memory(vm, vm->dtb_ipa, size);

	return tree && !memcmp(tree, dtb, size);
}

int guest_dt_seed(struct vm *vm, const u8 *seed)
{
	int ret = -EEXIST;

	if (vm->life != VM_READY)
		return vm->life == VM_CONFIG ? -EAGAIN : -EBUSY;
	spin_lock(&dtb_lock);
	if (is_ours(vm))
		ret = put_tree(vm, make(vm, seed));
	memset(dtb, 0, sizeof(dtb));
	spin_unlock(&dtb_lock);
	return ret;
}
