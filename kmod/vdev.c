// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtio devices of guests: which there are, and their lives beside their VM's.
 *
 * A VM with a device holds a reference to the module. What may take long, as it
 * waits for I/O, is done by the device's work item, and whoever needs it done waits
 * for so long only: the lock of all VMs is held by then.
 *
 * Locks: that of vm.c; devs_lock (the table of all devices); dev->lock.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#include "doorbell.h"
#include "hypercall.h"
#include "vdev_core.h"
#include "vm.h"

static_assert(SHYPER_VDEV_QUEUES == SHYPER_API_MAX_QUEUES);
static_assert(sizeof(struct shyper_queue_stats) == 128);
static_assert(sizeof(struct shyper_dev_info) == 2352);
static_assert(sizeof(struct shyper_trap) <= SHYPER_PAGE_SIZE);

#define DEVS_MAX	128
#define QUIESCE_MS	10000

static bool packed_rings = true;
module_param(packed_rings, bool, 0444);
MODULE_PARM_DESC(packed_rings, "offer packed rings to guests, beside split ones");

struct workqueue_struct *shyper_vdev_wq;

static DEFINE_MUTEX(devs_lock);
static struct shyper_vdev_core *devs[DEVS_MAX];
/* One more than the highest number that was ever in use. */
static u32 devs_num;

static struct vdev_vm vms[SHYPER_VM_MAX];

static struct vdev_vm *vm_of(u32 vmid)
{
	shyper_vm_assert_locked();
	return &vms[vmid];
}

bool shyper_vdevs_available(void)
{
	return (shyper_features() & SHYPER_FEATURES_DIRECT) ==
	       SHYPER_FEATURES_DIRECT && shyper_guest_pool_present();
}

/* ---- create ---- */

static int index_get(struct shyper_vdev_core *core)
{
	u32 n;

	mutex_lock(&devs_lock);
	for (n = 0; n < DEVS_MAX && devs[n]; n++)
		;
	if (n < DEVS_MAX) {
		devs[n] = core;
		devs_num = max(devs_num, n + 1);
	}
	mutex_unlock(&devs_lock);
	core->dev.index = n;
	return n < DEVS_MAX ? 0 : -ENOSPC;
}

static void index_put(struct shyper_vdev_core *core)
{
	mutex_lock(&devs_lock);
	devs[core->dev.index] = NULL;
	mutex_unlock(&devs_lock);
}

static void fill(struct shyper_vdev_core *core,
		 const struct shyper_vdev_setup *setup)
{
	struct shyper_vdev *dev = &core->dev;
	u32 n;

	*dev = (struct shyper_vdev){
		.ops = setup->ops,
		.priv = setup->priv,
		.vmid = setup->vmid,
		.irq = setup->irq,
		.base = setup->base,
		.queues = setup->queues,
		.offered = (setup->features | BIT_ULL(VIRTIO_F_VERSION_1) |
			    SHYPER_VRING_F_INDIRECT_DESC |
			    SHYPER_VRING_F_EVENT_IDX |
			    (packed_rings ? SHYPER_VRING_F_PACKED : 0)) &
			   ~setup->without,
		.config_len = setup->config_len,
		.core = core,
	};
	strscpy(dev->name, setup->name, sizeof(dev->name));
	mutex_init(&dev->lock);
	for (n = 0; n < dev->queues; n++) {
		dev->vq[n].dev = dev;
		dev->vq[n].index = n;
		dev->vq[n].num_max = setup->num_max;
		spin_lock_init(&core->queue[n].kick_lock);
	}
	core->depends = setup->depends;
	core->trap = -1;
	INIT_WORK(&core->work, shyper_vdev_work);
	timer_setup(&core->look_again, shyper_vdev_look_again, 0);
}

/* All is there before: what an event's last user has left may come at once. */
static int events_alloc(struct shyper_vdev_core *core)
{
	struct shyper_vdev *dev = &core->dev;
	int first = shyper_doorbell_alloc(dev->queues, shyper_vdev_kick, core);
	u32 n;

	if (first < 0)
		return first;
	core->events = first;
	for (n = 0; n < dev->queues; n++)
		dev->vq[n].event = first + n;
	return 0;
}

static struct shyper_vdev_core *core_alloc(const struct shyper_vdev_setup *setup)
{
	struct shyper_vdev_core *core = kzalloc(sizeof(*core), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!core)
		return ERR_PTR(-ENOMEM);
	core->regs = (void *)get_zeroed_page(GFP_KERNEL);
	if (!core->regs)
		goto err_core;
	fill(core, setup);
	ret = events_alloc(core);
	if (ret)
		goto err_regs;
	ret = index_get(core);
	if (ret)
		goto err_doorbell;
	return core;

err_doorbell:
	shyper_doorbell_free(core->events, setup->queues);
err_regs:
	free_page((unsigned long)core->regs);
err_core:
	kfree(core);
	return ERR_PTR(ret);
}

struct shyper_vdev *shyper_vdev_create(const struct shyper_vdev_setup *setup)
{
	struct vdev_vm *vm = vm_of(setup->vmid);
	struct shyper_vdev_core *core;

	if (WARN_ON(!setup->queues || setup->queues > SHYPER_VDEV_QUEUES ||
		    setup->config_len > SHYPER_VDEV_CONFIG))
		return ERR_PTR(-EINVAL);
	core = core_alloc(setup);
	if (IS_ERR(core))
		return ERR_CAST(core);
	core->vm = vm;
	list_add_tail(&core->node, &vm->devs);
	__module_get(THIS_MODULE);
	return &core->dev;
}

/* ---- destroy ---- */

/* Returns whether the registers' page is ours again; a trap goes with its VM. */
static bool trap_del(const struct shyper_vdev_core *core)
{
	int ret = core->trap < 0 ? 0 : shyper_hvc_trap_del(core->trap);

	if (!ret || ret == -ENOENT)
		return true;
	pr_err("VM %u \"%s\": its registers are not given back: %d\n",
	       core->dev.vmid, core->dev.name, ret);
	return false;
}

void shyper_vdev_destroy(struct shyper_vdev *dev)
{
	struct shyper_vdev_core *core = dev->core;
	bool ours = trap_del(core);

	shyper_vm_assert_locked();
	mutex_lock(&dev->lock);
	shyper_vdev_reset(core);
	mutex_unlock(&dev->lock);
	cancel_work_sync(&core->work);
	/* Only running queues begin it. */
	del_timer_sync(&core->look_again);
	shyper_doorbell_free(core->events, dev->queues);
	list_del(&core->node);
	index_put(core);
	if (dev->ops->release)
		dev->ops->release(dev);
	if (ours)
		free_page((unsigned long)core->regs);
	kfree(core);
	module_put(THIS_MODULE);
}

/* ---- a VM's devices ---- */

static void reset_begin(struct shyper_vdev_core *core)
{
	set_bit(VDEV_TODO_RESET, &core->todo);
	queue_work(shyper_vdev_wq, &core->work);
}

/* The VM does not run; without its lock nobody can tell what the device is at. */
static bool at_rest(struct shyper_vdev_core *core)
{
	bool rest = false;

	if (mutex_trylock(&core->dev.lock)) {
		rest = !core->status && !core->todo;
		mutex_unlock(&core->dev.lock);
	}
	return rest;
}

static int reset_wait(struct shyper_vdev_core *core, unsigned long end)
{
	while (test_bit_acquire(VDEV_TODO_RESET, &core->todo)) {
		if (time_after(jiffies, end)) {
			pr_warn("VM %u \"%s\": its I/O does not end\n",
				core->dev.vmid, core->dev.name);
			return -EBUSY;
		}
		usleep_range(100, 500);
	}
	return 0;
}

int shyper_vdevs_quiesce(u32 vmid)
{
	unsigned long end = jiffies + msecs_to_jiffies(QUIESCE_MS);
	struct vdev_vm *vm = vm_of(vmid);
	struct shyper_vdev_core *core;
	int ret = 0;

	list_for_each_entry(core, &vm->devs, node) {
		if (!at_rest(core))
			reset_begin(core);
	}
	list_for_each_entry(core, &vm->devs, node)
		ret = reset_wait(core, end) ?: ret;
	return ret;
}

void shyper_vdevs_stopped(u32 vmid)
{
	struct shyper_vdev_core *core;

	list_for_each_entry(core, &vm_of(vmid)->devs, node)
		reset_begin(core);
}

static int grant(struct vdev_vm *vm)
{
	struct shyper_guest_mem *mem;
	struct shyper_vdev_core *core;

	if (vm->mem)
		return 0;
	mem = shyper_guest_mem_grant(vm->vmid);
	if (IS_ERR(mem))
		return PTR_ERR(mem);
	vm->mem = mem;
	list_for_each_entry(core, &vm->devs, node)
		core->dev.mem = mem;
	return 0;
}

/* The configuration as its own part has it; the rest is as after a reset. */
static void prepare(struct shyper_vdev_core *core)
{
	mutex_lock(&core->dev.lock);
	if (core->dev.ops->config_read)
		core->dev.ops->config_read(&core->dev);
	shyper_vdev_regs_reset(core);
	shyper_vdev_regs_publish(core);
	shyper_vdev_kicks_reset(core);
	mutex_unlock(&core->dev.lock);
}

static int traps_add(struct vdev_vm *vm)
{
	struct shyper_vdev_core *core;
	struct shyper_trap *trap;

	trap = (void *)get_zeroed_page(GFP_KERNEL);
	if (!trap)
		return -ENOMEM;
	list_for_each_entry(core, &vm->devs, node) {
		prepare(core);
		if (core->trap >= 0)
			continue;
		shyper_vdev_regs_trap(core, trap);
		core->trap = shyper_hvc_trap_add(trap);
		if (core->trap < 0)
			break;
	}
	free_page((unsigned long)trap);
	return list_entry_is_head(core, &vm->devs, node) ? 0 : core->trap;
}

int shyper_vdevs_boot(u32 vmid)
{
	struct vdev_vm *vm = vm_of(vmid);
	int ret;

	if (list_empty(&vm->devs))
		return 0;
	ret = shyper_vdevs_quiesce(vmid);
	if (!ret)
		ret = grant(vm);
	if (!ret)
		ret = shyper_ioreqs_start(vm);
	return ret ?: traps_add(vm);
}

int shyper_vdevs_remove(u32 vmid)
{
	struct vdev_vm *vm = vm_of(vmid);
	struct shyper_vdev_core *core, *next;
	int ret = shyper_vdevs_quiesce(vmid);

	if (ret)
		return ret;
	shyper_ioreqs_stop(vm);
	list_for_each_entry_safe(core, next, &vm->devs, node)
		shyper_vdev_destroy(&core->dev);
	if (vm->mem)
		shyper_guest_mem_revoke(vm->mem);
	vm->mem = NULL;
	return 0;
}

/* ---- configuration space ---- */

/*
 * 2.5.3, 4.2.2.1: a driver that has read while something changed sees another
 * generation than before, and reads again. Loads do not wait for us, so the
 * generation moves before and after. Who reads it between the two, twice, and all
 * the rest meanwhile, may have a mixture; and who has read before DRIVER_OK, and not
 * since, has what was then. Both read again when the interrupt comes, which for the
 * latter is as soon as they can take one.
 */
void shyper_vdev_config_changed(struct shyper_vdev *dev)
{
	struct shyper_vdev_core *core = dev->core;

	mutex_lock(&dev->lock);
	core->generation++;
	shyper_vdev_regs_publish_generation(core);
	if (dev->ops->config_read)
		dev->ops->config_read(dev);
	core->config_changes++;
	shyper_vdev_regs_publish(core);
	core->generation++;
	shyper_vdev_regs_publish_generation(core);
	if (core->status & VIRTIO_CONFIG_S_DRIVER_OK)
		shyper_vdev_interrupt(core, VIRTIO_MMIO_INT_CONFIG);
	else
		core->config_untold = true;
	mutex_unlock(&dev->lock);
}

/* ---- information ---- */

static void info_fill(struct shyper_dev_info *info,
		      const struct shyper_vdev_core *core)
{
	const struct shyper_vdev *dev = &core->dev;
	u32 n;

	info->vmid = dev->vmid;
	info->type = dev->type;
	info->status = core->status;
	memcpy(info->name, dev->name, sizeof(info->name));
	info->base = dev->base;
	info->irq = dev->irq;
	info->queues = dev->queues;
	info->offered = dev->offered;
	info->features = dev->features;
	info->resets = core->resets;
	info->config_changes = core->config_changes;
	info->link = dev->link;
	info->forwarded = core->forwarded;
	memcpy(info->ifname, dev->ifname, sizeof(info->ifname));
	for (n = 0; n < dev->queues; n++)
		info->queue[n] = dev->vq[n].stats;
}

/* Without dev->lock, which may be held for as long as a disk takes: a snapshot. */
int shyper_vdev_get_info(struct shyper_dev_info *info)
{
	u32 index = info->index;
	int ret = 0;

	if (!shyper_vdevs_available())
		return -EOPNOTSUPP;
	memset(info, 0, sizeof(*info));
	info->index = index;
	mutex_lock(&devs_lock);
	if (index >= devs_num)
		ret = -ENOENT;
	else if (!devs[index])
		ret = -ENODEV;
	else
		info_fill(info, devs[index]);
	mutex_unlock(&devs_lock);
	return ret;
}

/* ---- start and stop ---- */

int shyper_vdevs_start(u64 alive)
{
	u32 n;

	/* Not of high priority: guests decide how much there is to do. */
	shyper_vdev_wq = alloc_workqueue("shyper-vdev", WQ_UNBOUND, 0);
	if (!shyper_vdev_wq)
		return -ENOMEM;
	for (n = 0; n < SHYPER_VM_MAX; n++) {
		vms[n].vmid = n;
		INIT_LIST_HEAD(&vms[n].devs);
		shyper_ioreqs_init(&vms[n]);
		/* A module that was made to go with VMs on it has left this. */
		if (n && alive & BIT_ULL(n) && shyper_has(SHYPER_FEATURE_MEM_GRANT))
			shyper_hvc_mem_revoke(n);
	}
	return 0;
}

void shyper_vdevs_stop(void)
{
	destroy_workqueue(shyper_vdev_wq);
}
