// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuring a VM: devices that the hypervisor emulates, and devices that this
 * module is.
 *
 * Locks: that of vm.c.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/string.h>

#include "disk.h"
#include "hypercall.h"
#include "vdev.h"
#include "vm.h"

#define INTID_SPIS	32

/* ---- devices of the hypervisor's ---- */

static int device_ask(struct shyper_vm *vm, const struct shyper_vm_device *arg,
		      u32 type, const u64 *cfg, struct shyper_vm_scratch *mem)
{
	struct shyper_hvc_device *dev = &mem->dev;
	u32 n;

	memcpy(dev->name, arg->name, sizeof(dev->name));
	for (n = 0; n < SHYPER_CFG_LIST_LEN; n++)
		dev->cfg[n] = cpu_to_le64(cfg[n]);
	return shyper_hvc_emulated_device(vm->vmid, dev, arg->base, arg->length,
					  arg->irq, type);
}

/* The hypervisor gives the disk in the same step: take it for the VM before. */
static int disk_ask(struct shyper_vm *vm, const struct shyper_vm_device *arg,
		    struct shyper_vm_scratch *mem)
{
	u64 cfg[SHYPER_API_CFG_WORDS];
	int index, ret;

	memcpy(cfg, arg->cfg, sizeof(cfg));
	index = shyper_disk_take(vm->vmid, cfg);
	if (index < 0)
		return index;
	ret = device_ask(vm, arg, arg->type, cfg, mem);
	if (ret)
		shyper_disk_put(index);
	return ret;
}

/* ---- devices of this module's ---- */

typedef struct shyper_vdev *vdev_create(u32 vmid, u32 vcpus,
					const struct shyper_vm_device *arg);

/* By SHYPER_DEV_*. */
static vdev_create * const vdev_creates[] = {
	[SHYPER_DEV_VIRTIO_BLK_MEDIATED] = shyper_blk_dev_create,
	[SHYPER_DEV_VIRTIO_NET] = shyper_net_dev_create,
	[SHYPER_DEV_VIRTIO_CONSOLE] = shyper_console_dev_create,
};

/* Its registers are a page that we give, its interrupt is one that EL2 makes. */
static int direct_check(const struct shyper_vm_device *arg)
{
	if (!shyper_vdevs_available() || arg->type >= ARRAY_SIZE(vdev_creates) ||
	    !vdev_creates[arg->type])
		return -EOPNOTSUPP;
	if (arg->irq < INTID_SPIS || !IS_ALIGNED(arg->base, SHYPER_PAGE_SIZE) ||
	    arg->length != SHYPER_PAGE_SIZE)
		return -EINVAL;
	return 0;
}

/* A device tree's node has its address after the name, which the hypervisor adds. */
static void node_name(struct shyper_vm_device *node,
		      const struct shyper_vm_device *arg)
{
	*node = *arg;
	memset(node->name, 0, sizeof(node->name));
	memcpy(node->name, arg->name, strcspn(arg->name, "@"));
}

/* The hypervisor comes last, as it cannot be told to forget a device. */
static int direct_ask(struct shyper_vm *vm, const struct shyper_vm_device *arg,
		      struct shyper_vm_scratch *mem)
{
	static const char compatible[] = "virtio,mmio";
	u64 cfg[SHYPER_API_CFG_WORDS] = { 0 };
	struct shyper_vm_device node;
	struct shyper_vdev *vdev;
	int ret = direct_check(arg);

	if (ret)
		return ret;
	vdev = vdev_creates[arg->type](vm->vmid, vm->vcpus, arg);
	if (IS_ERR(vdev))
		return PTR_ERR(vdev);
	vdev->type = arg->type;
	static_assert(sizeof(compatible) <= sizeof(cfg));
	memcpy(cfg, compatible, sizeof(compatible));
	node_name(&node, arg);
	ret = device_ask(vm, &node, SHYPER_EMU_MVM, cfg, mem);
	if (ret)
		shyper_vdev_destroy(vdev);
	return ret;
}

/* ---- SHYPER_VM_ADD_DEVICE ---- */

static int step_add_device(struct shyper_vm *vm, const void *from,
			   struct shyper_vm_scratch *mem)
{
	const struct shyper_vm_device *arg = from;
	int ret = 0;

	if (arg->length)
		ret = shyper_vm_range_free(vm, arg->base, arg->length);
	if (!ret && arg->irq && test_bit(arg->irq, vm->intid))
		ret = -EINVAL;
	if (ret)
		return ret;
	if (arg->flags & SHYPER_DEVICE_DIRECT)
		ret = direct_ask(vm, arg, mem);
	else if (arg->type == SHYPER_DEV_VIRTIO_BLK_MEDIATED)
		ret = disk_ask(vm, arg, mem);
	else
		ret = device_ask(vm, arg, arg->type, arg->cfg, mem);
	if (ret)
		return ret;
	if (arg->length)
		shyper_vm_range_add(vm, arg->base, arg->length, false);
	if (arg->irq)
		__set_bit(arg->irq, vm->intid);
	return 0;
}

int shyper_vm_add_device(struct shyper_vm *vm,
			 const struct shyper_vm_device *arg)
{
	u32 n;

	if (arg->type > SHYPER_DEV_IOMMU || arg->cfg_num > SHYPER_API_CFG_WORDS ||
	    (arg->irq && !shyper_vm_intid_valid(arg->irq)))
		return -EINVAL;
	/* Only vm_service is a device without registers. */
	if ((arg->length || arg->type != SHYPER_DEV_SHYPER) &&
	    shyper_vm_range_check(arg->base, arg->length))
		return -EINVAL;
	for (n = arg->cfg_num; n < SHYPER_API_CFG_WORDS; n++) {
		if (arg->cfg[n])
			return -EINVAL;
	}
	return shyper_vm_config_step(vm, step_add_device, arg);
}
