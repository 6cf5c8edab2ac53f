// SPDX-License-Identifier: GPL-2.0-only
/* The direct fid: the direct path, statistics, system information. */
#include <el2/build.h>
#include <el2/errno.h>
#include <el2/event.h>
#include <el2/grant.h>
#include <el2/hypercall.h>
#include <el2/pool.h>
#include <el2/string.h>
#include <el2/sysreg.h>
#include <el2/vgic.h>
#include <el2/virtio.h>
#include <el2/vm_event.h>

static s64 features(struct vcpu *vcpu, const u64 *x)
{
	return (s64)(SHYPER_DIRECT_VERSION | SHYPER_FEATURE_LIFECYCLE |
		     SHYPER_FEATURE_STATS | SHYPER_FEATURE_SAFE_MANAGE |
		     SHYPER_FEATURE_DISK_SELECT | SHYPER_FEATURE_NET |
		     SHYPER_FEATURES_DIRECT | SHYPER_FEATURE_VM_EVENTS |
		     SHYPER_FEATURE_SEED);
}

/* event_page(ipa, npages): one page, or none. */
static s64 event_page_call(struct vcpu *vcpu, const u64 *x)
{
	if (x[1] > 1)
		return -EINVAL;
	return event_set_page(x[1] ? x[0] : ~(u64)0);
}

static s64 mem_grant_call(struct vcpu *vcpu, const u64 *x)
{
	return mem_grant(x[0], x[1]);
}

static s64 mem_revoke_call(struct vcpu *vcpu, const u64 *x)
{
	return mem_revoke(x[0]);
}

static s64 trap_add_call(struct vcpu *vcpu, const u64 *x)
{
	struct shyper_trap desc;
	int ret = mvm_copy_in(&desc, x[0], sizeof(desc));

	return ret ? ret : trap_add(&desc);
}

static s64 trap_del_call(struct vcpu *vcpu, const u64 *x)
{
	return trap_del(x[0]);
}

static s64 irq_inject(struct vcpu *vcpu, const u64 *x)
{
	return vgic_inject(x[0], x[1]);
}

static s64 ioreq_page(struct vcpu *vcpu, const u64 *x)
{
	return ioreq_set_page(x[0], x[1]);
}

static s64 ioreq_done_call(struct vcpu *vcpu, const u64 *x)
{
	return ioreq_done(x[0], x[1]);
}

static s64 vm_event_ring(struct vcpu *vcpu, const u64 *x)
{
	return vm_event_set_ring(x[0], x[1]);
}

static_assert(VM_VCPUS <= ARRAY_SIZE(((struct shyper_stats_page *)0)->vcpu));

static void fill_stats(struct shyper_stats_page *page, const struct vm *vm)
{
	const struct vcpu *vcpu;
	u32 n;

	page->version = 1;
	page->vcpus = vm->nvcpus;
	page->hvc_irqs = vm->hvc_irqs;
	page->bytes_copied = vm->counter[VM_COUNT_BYTES_COPIED];
	page->blk_requests = vm->counter[VM_COUNT_BLK_REQUESTS];
	page->blk_errors = vm->counter[VM_COUNT_BLK_ERRORS];
	page->console_dropped = vm->counter[VM_COUNT_CONSOLE_DROPPED];
	for (n = 0; n < vm->nregions; n++)
		page->memory += vm->region[n].size;
	page->table_pages = vm->stage2.pages;
	for (n = 0; n < vm->nvcpus; n++) {
		vcpu = vm->vcpu[n];
		page->hypercalls += vcpu->hypercalls;
		page->vcpu[n] = vcpu->stats;
		/* What a trap decided is counted there only. */
		page->vcpu[n].exits[SHYPER_EXIT_MMIO] +=
			vcpu->stats.trap_doorbells + vcpu->stats.trap_cleared +
			vcpu->trap_ignored;
	}
}

static s64 stats_page(struct vcpu *vcpu, const u64 *x)
{
	struct shyper_stats_page *page = vm_memory(vm_mvm(), x[1], sizeof(*page));
	struct vm *vm;
	s64 ret = -ENOENT;

	if (!page || !IS_ALIGNED(x[1], 8))
		return -EFAULT;
	memset(page, 0, sizeof(*page));
	spin_lock(&vm_table_lock);
	vm = vm_get(x[0]);
	if (vm) {
		fill_stats(page, vm);
		vm_put(vm);
		ret = 0;
	}
	spin_unlock(&vm_table_lock);
	return ret;
}

static s64 sys_info(struct vcpu *vcpu, const u64 *x)
{
	struct shyper_sys_info *info = vm_memory(vm_mvm(), x[0], sizeof(*info));
	u32 n;

	if (!info || !IS_ALIGNED(x[0], 8))
		return -EFAULT;
	memset(info, 0, sizeof(*info));
	info->version = 1;
	info->cpus = cpu_count;
	info->mvm_cpu_mask = vm_mvm()->cpu_mask;
	for (n = 0; n < cpu_count; n++) {
		if (READ_ONCE(cpus[n].online) && !READ_ONCE(cpus[n].vcpu))
			info->free_cpu_mask |= BIT(n);
	}
	info->pool_size = pool_size();
	info->pool_free = pool_left();
	info->table_pages = pages_total();
	info->table_pages_free = pages_left();
	info->image_size = build_image_size();
	info->boot_ticks = build_boot_ticks;
	strlcpy((char *)info->build, build_name, sizeof(info->build));
	return 0;
}

static s64 net_stats(struct vcpu *vcpu, const u64 *x)
{
	struct shyper_net_stats *to = vm_memory(vm_mvm(), x[1], sizeof(*to));
	struct shyper_net_stats stats;
	int ret;

	if (!to || !IS_ALIGNED(x[1], 8))
		return -EFAULT;
	ret = virtio_net_stats(x[0], &stats);
	if (!ret)
		memcpy(to, &stats, sizeof(stats));
	return ret;
}

static s64 guest_seed(struct vcpu *vcpu, const u64 *x)
{
	u8 seed[SHYPER_SEED_BYTES];
	s64 ret = mvm_copy_in(seed, x[1], sizeof(seed));
	struct vm *vm;

	if (ret)
		return ret;
	vm = vm_hold(x[0]);
	ret = -ENOENT;
	if (vm) {
		ret = guest_dt_seed(vm, seed);
		vm_put(vm);
	}
	/* None of it is left here, whatever the compiler thinks of that. */
	memset(seed, 0, sizeof(seed));
	asm volatile("" : : "r"(seed) : "memory");
	return ret;
}

static const struct hvc_call calls[] = {
	[SHYPER_DIRECT_FEATURES] = { features, HVC_MVM, false },
	[SHYPER_DIRECT_EVENT_PAGE] = { event_page_call, HVC_MVM, false },
	[SHYPER_DIRECT_MEM_GRANT] = { mem_grant_call, HVC_MVM, false },
	[SHYPER_DIRECT_MEM_REVOKE] = { mem_revoke_call, HVC_MVM, false },
	[SHYPER_DIRECT_TRAP_ADD] = { trap_add_call, HVC_MVM, false },
	[SHYPER_DIRECT_TRAP_DEL] = { trap_del_call, HVC_MVM, false },
	[SHYPER_DIRECT_IRQ_INJECT] = { irq_inject, HVC_MVM, false },
	[SHYPER_DIRECT_IOREQ_PAGE] = { ioreq_page, HVC_MVM, false },
	[SHYPER_DIRECT_IOREQ_DONE] = { ioreq_done_call, HVC_MVM, false },
	[SHYPER_DIRECT_VM_EVENT_RING] = { vm_event_ring, HVC_MVM, false },
	[SHYPER_DIRECT_STATS_PAGE] = { stats_page, HVC_MVM, false },
	[SHYPER_DIRECT_SYS_INFO] = { sys_info, HVC_MVM, false },
	[SHYPER_DIRECT_NET_STATS] = { net_stats, HVC_MVM, false },
	[SHYPER_DIRECT_GUEST_SEED] = { guest_seed, HVC_MVM, false },
};

const struct hvc_table hvc_direct = { calls, ARRAY_SIZE(calls) };
