// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration of a VM, call by call, before it is created. Each call checks
 * all, then changes; what it took is given back by vm_remove().
 *
 * Locks: the caller holds vm_table_lock, and vm->lock but in vm_add().
 */
#include <el2/board.h>
#include <el2/errno.h>
#include <el2/gic.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/pool.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vgic.h>
#include <el2/virtio.h>
#include <el2/vm_object.h>

/* Where a guest finds its GIC if nothing says otherwise. */
#define DEFAULT_GICD		0x08000000
#define GICR_BEHIND_GICD	0xa0000
#define GUEST_SPIS		64
/* Stage 2 pages a guest may use: 2 MiB blocks need few. */
#define GUEST_TABLE_PAGES	64

/* A CPU has one vCPU: they are the same objects under two numbers. */
static struct vcpu vcpus[LAYOUT_MAX_CPUS];

static bool name_taken(const char *name)
{
	u32 n;

	for (n = 0; n < SHYPER_VM_MAX; n++) {
		if (vms[n].life != VM_FREE && !strcmp(vms[n].name, name))
			return true;
	}
	return false;
}

static void vm_clear(struct vm *vm, u32 id)
{
	memset(&vm->id, 0, sizeof(*vm) - offsetof(struct vm, id));
	vm->id = id;
}

int vm_add(const char *name, u32 type, const char *cmdline, u64 kernel_ipa,
	   u64 dtb_ipa, u64 ramdisk_ipa)
{
	struct vm *vm;
	u32 id = 1;

	if (type > SHYPER_VM_BARE_METAL || !name[0])
		return -EINVAL;
	if (name_taken(name))
		return -EEXIST;
	while (id < SHYPER_VM_MAX && vms[id].life != VM_FREE)
		id++;
	if (id == SHYPER_VM_MAX)
		return -ENOSPC;
	vm = &vms[id];
	spin_lock(&vm->lock);
	vm_clear(vm, id);
	if (stage2_init(&vm->stage2, id + 1, GUEST_TABLE_PAGES)) {
		spin_unlock(&vm->lock);
		return -ENOMEM;
	}
	strlcpy(vm->name, name, sizeof(vm->name));
	strlcpy(vm->cmdline, cmdline, sizeof(vm->cmdline));
	vm->type = type;
	vm->kernel_ipa = kernel_ipa;
	vm->dtb_ipa = dtb_ipa;
	vm->ramdisk_ipa = ramdisk_ipa;
	vm->gicd_ipa = DEFAULT_GICD;
	vm->gicr_ipa = DEFAULT_GICD + GICR_BEHIND_GICD;
	vgic_init(vm, GUEST_SPIS);
	vm->life = VM_CONFIG;
	spin_unlock(&vm->lock);
	return (int)id;
}

static void vcpu_assign(struct vm *vm, struct cpu *cpu)
{
	struct vcpu *vcpu = &vcpus[cpu->id];

	memset(vcpu, 0, sizeof(*vcpu));
	vcpu->vm = vm;
	vcpu->cpu = cpu;
	vcpu->id = vm->nvcpus;
	vcpu->power = VCPU_OFF;
	vm->vcpu[vm->nvcpus++] = vcpu;
	vm->cpu_mask |= BIT(cpu->id);
	__atomic_store_n(&cpu->vcpu, vcpu, __ATOMIC_RELEASE);
}

int vm_set_cpus(struct vm *vm, u64 num, u64 mask, u64 master)
{
	u32 n, bits = 0;

	if (vm->life != VM_CONFIG || vm->nvcpus)
		return -EBUSY;
	if (!num || mask >> cpu_count)
		return -EINVAL;
	for (n = 0; n < cpu_count; n++) {
		if (!(mask & BIT(n)))
			continue;
		if (cpus[n].vcpu || !cpus[n].online)
			return -EBUSY;
		bits++;
	}
	if (bits != num)
		return -EINVAL;
	/* The preferred CPU, if it is one of them, has vCPU 0. */
	if (master < cpu_count && (mask & BIT(master)))
		vcpu_assign(vm, &cpus[master]);
	for (n = 0; n < cpu_count; n++) {
		if ((mask & BIT(n)) && !cpus[n].vcpu)
			vcpu_assign(vm, &cpus[n]);
	}
	return 0;
}

int vm_add_memory(struct vm *vm, u64 ipa, u64 size)
{
	struct vm_region *region = &vm->region[vm->nregions];
	u64 pa;
	int ret;

	if (vm->life != VM_CONFIG)
		return -EBUSY;
	if (!size || !IS_ALIGNED(ipa | size, PAGE_SIZE) ||
	    !range_ok(ipa, size, 0, BIT(IPA_BITS)))
		return -EINVAL;
	if (mmio_overlaps(&vm->mmio, ipa, size))
		return -EEXIST;
	if (vm->nregions == VM_REGIONS)
		return -ENOSPC;
	pa = pool_alloc(size);
	if (!pa)
		return -ENOMEM;
	ret = stage2_map(&vm->stage2, ipa, pa, size, STAGE2_RAM);
	if (ret) {
		pool_free(pa, size);
		return ret;
	}
	*region = (struct vm_region){ ipa, pa, size };
	vm->nregions++;
	return 0;
}

static bool intid_ok(const struct vm *vm, u64 intid)
{
	return intid >= VGIC_PRIVATE && intid < VGIC_PRIVATE + vm->vgic.nspis;
}

/* The text of a device tree node: what this device calls itself there. */
static bool dt_text_ok(const char *text, size_t size, bool name)
{
	size_t n, len = strnlen(text, size);

	for (n = 0; n < len; n++) {
		if (text[n] <= ' ' || text[n] > '~' ||
		    (name && (text[n] == '/' || text[n] == '@')))
			return false;
	}
	return len && len < size;
}

/* Whole pages of the guest's, in which the MVM sets traps. */
static int direct_create(struct vm *vm, const struct vm_emulated *dev)
{
	u64 size = ALIGN_UP(dev->size, PAGE_SIZE);
	int ret;

	if (!intid_ok(vm, dev->intid) || !dev->size || size < dev->size ||
	    !IS_ALIGNED(dev->base, PAGE_SIZE) ||
	    !range_ok(dev->base, size, 0, BIT(IPA_BITS)) ||
	    !dt_text_ok(dev->name, sizeof(dev->name), true) ||
	    !dt_text_ok((const char *)dev->cfg, sizeof(dev->cfg), false))
		return -EINVAL;
	ret = mmio_register(vm, dev->base, size, trap_access, (void *)dev->base);
	if (!ret)
		vgic_allow_direct(vm, dev->intid);
	return ret;
}

static int emulated_create(struct vm *vm, const struct vm_emulated *dev)
{
	switch (dev->type) {
	case SHYPER_EMU_GICD:
		vm->gicd_ipa = dev->base;
		if (!vm->ndtb_devices)
			vm->gicr_ipa = dev->base + GICR_BEHIND_GICD;
		return IS_ALIGNED(dev->base, SZ_64K) ? 0 : -EINVAL;
	case SHYPER_EMU_SHYPER:
	case SHYPER_EMU_GPPT:
		return 0;	/* nothing to emulate: told to the guest, or GICv2's */
	case SHYPER_EMU_VIRTIO_BLK_MEDIATED:
		if (!intid_ok(vm, dev->intid))
			return -EINVAL;
		return virtio_blk_create(vm, dev->base, dev->intid, dev->cfg);
	case SHYPER_EMU_VIRTIO_NET:
		if (!intid_ok(vm, dev->intid))
			return -EINVAL;
		return virtio_net_create(vm, dev->base, dev->intid, dev->cfg);
	case SHYPER_EMU_VIRTIO_CONSOLE:
		if (!intid_ok(vm, dev->intid))
			return -EINVAL;
		return virtio_console_create(
			vm, dev->base, dev->intid,
			(u32)dev->cfg[SHYPER_CFG_CONSOLE_PEER_VM],
			dev->cfg[SHYPER_CFG_CONSOLE_PEER_IPA]);
	case SHYPER_EMU_MVM:
		return options.deployed ? -EOPNOTSUPP : direct_create(vm, dev);
	default:
		return -EOPNOTSUPP;
	}
}

int vm_add_emulated(struct vm *vm, const struct vm_emulated *dev)
{
	int ret;

	if (vm->life != VM_CONFIG)
		return -EBUSY;
	if (vm->nemulated == VM_EMULATED)
		return -ENOSPC;
	ret = emulated_create(vm, dev);
	if (ret)
		return ret;
	vm->emulated[vm->nemulated++] = *dev;
	return 0;
}

static bool lendable(u64 pa, u64 size)
{
	const struct board_range *range;

	for (range = board.mvm_devices; range->size; range++) {
		if (range_ok(pa, size, range->base, range->size))
			return true;
	}
	return false;
}

int vm_add_passthrough(struct vm *vm, u64 ipa, u64 pa, u64 size)
{
	u64 at, found;
	int ret;

	if (vm->life != VM_CONFIG)
		return -EBUSY;
	if (!size || !IS_ALIGNED(ipa | pa | size, PAGE_SIZE))
		return -EINVAL;
	if (mmio_overlaps(&vm->mmio, ipa, size))
		return -EEXIST;
	if (vm->npassthrough == VM_PASSTHROUGH)
		return -ENOSPC;
	if (!lendable(pa, size))
		return -EPERM;
	/* The MVM must have all of it: else another guest has it. */
	for (at = pa; at < pa + size; at += PAGE_SIZE) {
		if (!stage2_lookup(&vms[0].stage2, at, &found))
			return -EBUSY;
	}
	ret = stage2_map(&vm->stage2, ipa, pa, size, STAGE2_DEVICE);
	if (ret)
		return ret;
	ret = stage2_unmap(&vms[0].stage2, pa, size);
	if (ret) {
		stage2_unmap(&vm->stage2, ipa, size);
		return ret;
	}
	vm->passthrough[vm->npassthrough++] = (struct vm_region){ ipa, pa, size };
	return 0;
}

int vm_add_irq(struct vm *vm, u64 intid)
{
	if (vm->life != VM_CONFIG)
		return -EBUSY;
	/* The timer's belongs to every vCPU anyway. */
	if (intid == INTID_VTIMER)
		return 0;
	if (!intid_ok(vm, intid))
		return -EINVAL;
	if (gic_spi_owner((u32)intid) != &vms[0])
		return -EBUSY;
	if (vm->nirqs == VM_IRQS)
		return -ENOSPC;
	if (!vm->nvcpus)
		return -EINVAL;
	vgic_take_hw(&vms[0], (u32)intid);
	vgic_give_hw(vm, (u32)intid);
	vm->irq[vm->nirqs++] = (u32)intid;
	return 0;
}

int vm_add_dtb_device(struct vm *vm, const struct vm_dtb_device *dev)
{
	if (vm->life != VM_CONFIG)
		return -EBUSY;
	if (vm->ndtb_devices == VM_DTB_DEVICES)
		return -ENOSPC;
	switch (dev->type) {
	case SHYPER_DTB_GICD:
	case SHYPER_DTB_GICC:
		if (!IS_ALIGNED(dev->base, SZ_64K))
			return -EINVAL;
		if (dev->type == SHYPER_DTB_GICD)
			vm->gicd_ipa = dev->base;
		else
			vm->gicr_ipa = dev->base;
		break;
	case SHYPER_DTB_SERIAL:
		break;
	default:
		return -EINVAL;
	}
	vm->dtb_device[vm->ndtb_devices++] = *dev;
	return 0;
}
