// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs: keep, boot, stop, reset; statistics.
 *
 * Locks: that of vm.c.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "event.h"
#include "hypercall.h"
#include "vdev.h"
#include "vm.h"

int shyper_vm_keep(struct shyper_vm *vm)
{
	int ret = 0;

	shyper_vm_lock();
	if (vm->gone)
		ret = -ENODEV;
	else
		vm->flags |= SHYPER_VM_KEPT;
	shyper_vm_unlock();
	return ret;
}

/*
 * A guest has nothing to make random numbers of when it boots. If it gets none of
 * ours, either, it boots all the same. Ours are not given before they are good.
 */
static void give_seed(u32 vmid)
{
	u8 *seed;

	if (!shyper_has(SHYPER_FEATURE_SEED) || !rng_is_initialized())
		return;
	seed = kmalloc(SHYPER_SEED_BYTES, GFP_KERNEL);
	if (!seed)
		return;
	get_random_bytes(seed, SHYPER_SEED_BYTES);
	shyper_hvc_guest_seed(vmid, seed);
	kfree_sensitive(seed);
}

static int boot_locked(struct shyper_vm *vm)
{
	int state = shyper_vm_guest_state_locked(vm);

	if (state)
		return state < 0 ? state : -EALREADY;
	if (!(vm->flags & (SHYPER_VM_LOADED | SHYPER_VM_FOREIGN)))
		return -ENOEXEC;
	state = shyper_vdevs_boot(vm->vmid);
	if (state)
		return state;
	give_seed(vm->vmid);
	return shyper_hvc_boot_vm(vm->vmid);
}

int shyper_vm_boot(struct shyper_vm *vm)
{
	int ret;

	shyper_vm_lock();
	ret = boot_locked(vm);
	if (!ret) {
		vm->boots++;
		vm->crash_cause = SHYPER_CRASH_NONE;
		vm->crash_ipa = 0;
		vm->ended_by = 0;
		shyper_event_post(SHYPER_EVENT_VM_BOOTED, vm->vmid, 0, 0,
				  vm->name);
	}
	shyper_vm_unlock();
	return ret;
}

/* Stop a VM with a call that a deployed hypervisor must not be given. */
static int stop_locked(struct shyper_vm *vm, int (*ask)(u32 vmid), u32 ended_by)
{
	int state;

	if (!shyper_has(SHYPER_FEATURE_SAFE_MANAGE))
		return -EOPNOTSUPP;
	state = shyper_vm_guest_state_locked(vm);
	if (state <= 0)
		return state;
	state = ask(vm->vmid);
	if (state)
		return state;
	shyper_vdevs_stopped(vm->vmid);
	vm->ended_by = ended_by;
	shyper_event_post(SHYPER_EVENT_VM_STOPPED, vm->vmid, 0, 0, vm->name);
	return 0;
}

int shyper_vm_stop(struct shyper_vm *vm)
{
	int ret;

	shyper_vm_lock();
	ret = stop_locked(vm, shyper_hvc_shutdown_vm, SHYPER_EVENT_VM_STOPPED);
	shyper_vm_unlock();
	return ret;
}

int shyper_vm_reset(struct shyper_vm *vm)
{
	int ret;

	shyper_vm_lock();
	ret = stop_locked(vm, shyper_hvc_reset_vm, SHYPER_EVENT_VM_RESET);
	shyper_vm_unlock();
	return ret;
}

/* ---- statistics ---- */

static void stats_fill(struct shyper_vm_stats *stats,
		       const struct shyper_stats_page *page)
{
	u32 n, i;

	stats->vcpus = min_t(u32, le32_to_cpu(page->vcpus),
			     ARRAY_SIZE(stats->vcpu));
	stats->hypercalls = le64_to_cpu(page->hypercalls);
	stats->hvc_irqs = le64_to_cpu(page->hvc_irqs);
	stats->bytes_copied = le64_to_cpu(page->bytes_copied);
	stats->blk_requests = le64_to_cpu(page->blk_requests);
	stats->blk_errors = le64_to_cpu(page->blk_errors);
	stats->console_dropped = le64_to_cpu(page->console_dropped);
	stats->memory = le64_to_cpu(page->memory);
	stats->table_pages = le64_to_cpu(page->table_pages);
	static_assert(ARRAY_SIZE(stats->vcpu) == ARRAY_SIZE(page->vcpu));
	static_assert(ARRAY_SIZE(stats->vcpu[0].exits) == SHYPER_EXIT_COUNT);
	for (n = 0; n < stats->vcpus; n++) {
		for (i = 0; i < SHYPER_EXIT_COUNT; i++)
			stats->vcpu[n].exits[i] =
				le64_to_cpu(page->vcpu[n].exits[i]);
		stats->vcpu[n].virqs = le64_to_cpu(page->vcpu[n].virqs);
		stats->vcpu[n].doorbells = le64_to_cpu(page->vcpu[n].doorbells);
		stats->vcpu[n].kicks = le64_to_cpu(page->vcpu[n].kicks);
		stats->vcpu[n].sgi_traps = le64_to_cpu(page->vcpu[n].sgi_traps);
		stats->vcpu[n].trap_doorbells =
			le64_to_cpu(page->vcpu[n].trap_doorbells);
		stats->vcpu[n].trap_merged =
			le64_to_cpu(page->vcpu[n].trap_merged);
		stats->vcpu[n].trap_cleared =
			le64_to_cpu(page->vcpu[n].trap_cleared);
		stats->vcpu[n].trap_forwarded =
			le64_to_cpu(page->vcpu[n].trap_forwarded);
	}
}

int shyper_vm_get_stats(struct shyper_vm *vm, struct shyper_vm_stats *stats)
{
	struct shyper_stats_page *page;
	int ret;

	if (!shyper_has(SHYPER_FEATURE_STATS))
		return -EOPNOTSUPP;
	page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	shyper_vm_lock();
	ret = vm->gone ? -ENODEV : shyper_hvc_stats_page(vm->vmid, page);
	shyper_vm_unlock();
	if (!ret)
		stats_fill(stats, page);
	free_page((unsigned long)page);
	return ret;
}
