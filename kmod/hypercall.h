/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls: one typed wrapper per call of include/shyper/hypercall.h. Each
 * returns 0 (or what the call yields) or a negative errno: a classic call that
 * fails does not say why and becomes -EIO; a direct call's own errno is kept.
 *
 * Every address is physical: the management VM is identity-mapped. Calls that
 * configure VMs are serialised by the lock of vm.c.
 */
#ifndef SHYPER_KMOD_HYPERCALL_H
#define SHYPER_KMOD_HYPERCALL_H

#include <linux/io.h>
#include <shyper/direct.h>
#include <shyper/hypercall.h>

/**
 * shyper_hvc() - make a hypercall
 * @code: SHYPER_HVC_CODE(fid, event)
 * @args: x0 to x6
 *
 * Counts it. Context: any.
 * Return: x0, as it came.
 */
u64 shyper_hvc(u64 code, const u64 args[7]);

/**
 * shyper_hvc_classic() - the same for a classic fid
 *
 * Return: the result, at most S64_MAX; -EIO if it was SHYPER_HVC_ERROR.
 */
s64 shyper_hvc_classic(enum shyper_fid fid, u32 event, const u64 args[7]);

/**
 * shyper_hvc_direct() - the same for SHYPER_FID_DIRECT
 *
 * Return: the result, or the negative errno that the hypervisor gave.
 */
s64 shyper_hvc_direct(enum shyper_direct_event event, const u64 args[7]);

/**
 * shyper_hypercall_probe() - find out who is there, once per load
 * @vmid: set to the caller's VM
 *
 * Context: process; the device tree must have said that there is a hypervisor.
 * Return: 0; -ENODEV if nobody answers; -ENOMEM.
 */
int shyper_hypercall_probe(u64 *vmid);

/**
 * shyper_hypercall_counts() - hypercalls made, and those that failed
 */
void shyper_hypercall_counts(u64 *calls, u64 *errors);

/**
 * shyper_features() - features() of the hypervisor; 0 if it only speaks classic
 */
u64 shyper_features(void);

/**
 * shyper_has() - does the hypervisor have this feature?
 * @feature: one of SHYPER_FEATURE_*
 */
static inline bool shyper_has(u64 feature)
{
	return shyper_features() & feature;
}

/**
 * shyper_clean_poc() - clean memory to the point of coherency
 *
 * For who reads it uncached. What follows comes after it. Context: any.
 */
void shyper_clean_poc(const void *start, size_t size);

#define shyper_hvc_args(...)	((const u64 [7]) { __VA_ARGS__ })

/* ---- VMM ---- */

/**
 * shyper_hvc_list_vm() - all VMs and their states
 * @list: filled; in the linear map
 */
static inline int shyper_hvc_list_vm(struct shyper_vm_list *list)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_VMM, SHYPER_VMM_LIST_VM,
		shyper_hvc_args(virt_to_phys(list))));
}

/**
 * shyper_hvc_boot_vm() - start a VM; it may be pending for a while
 * @vmid: must exist: a deployed hypervisor does not survive another
 */
static inline int shyper_hvc_boot_vm(u32 vmid)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_VMM, SHYPER_VMM_BOOT_VM,
		shyper_hvc_args(vmid)));
}

/**
 * shyper_hvc_shutdown_vm() - stop a VM at once
 * @vmid: which
 *
 * Only with SHYPER_FEATURE_SAFE_MANAGE: a deployed hypervisor does not survive it.
 */
static inline int shyper_hvc_shutdown_vm(u32 vmid)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_VMM,
		SHYPER_VMM_SHUTDOWN_VM, shyper_hvc_args(vmid)));
}

/**
 * shyper_hvc_reset_vm() - stop a VM at once, to be loaded and booted again
 * @vmid: which
 *
 * Only with SHYPER_FEATURE_SAFE_MANAGE: broken in a deployed hypervisor.
 */
static inline int shyper_hvc_reset_vm(u32 vmid)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_VMM,
		SHYPER_VMM_REBOOT_VM, shyper_hvc_args(SHYPER_REBOOT_FORCE | vmid)));
}

/**
 * shyper_hvc_get_vm_id() - the caller's own VM
 * @vmid: filled; in the linear map
 */
static inline int shyper_hvc_get_vm_id(__le64 *vmid)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_VMM,
		SHYPER_VMM_GET_VM_ID, shyper_hvc_args(virt_to_phys(vmid))));
}

/**
 * shyper_hvc_vm_remove() - remove a VM that was created
 * @vmid: which; one that does not exist is no error for a deployed hypervisor
 */
static inline int shyper_hvc_vm_remove(u32 vmid)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_VMM,
		SHYPER_VMM_VM_REMOVE, shyper_hvc_args(vmid)));
}

/* ---- IVC ---- */

/**
 * shyper_hvc_update_mq() - register the page that receives messages
 * @page: one page, zeroed; the hypervisor begins with slot 0
 *
 * The call's first argument has to be valid memory and is not used.
 */
static inline int shyper_hvc_update_mq(void *page)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_IVC,
		SHYPER_IVC_UPDATE_MQ,
		shyper_hvc_args(virt_to_phys(page), virt_to_phys(page))));
}

/* ---- MEDIATED ---- */

/**
 * shyper_hvc_dev_append() - give the hypervisor a disk
 * @page: its content page, filled
 *
 * Once per page: a deployed hypervisor adds the disk again. With
 * SHYPER_FEATURE_SAFE_MANAGE it refreshes what is known of the page.
 */
static inline int shyper_hvc_dev_append(struct shyper_blk_content *page)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_MEDIATED,
		SHYPER_MEDIATED_DEV_APPEND, shyper_hvc_args(0, virt_to_phys(page))));
}

/**
 * shyper_hvc_dev_notify() - the request in the page is finished
 * @page_pa: the page's address
 *
 * Exactly once per request: a deployed hypervisor does not survive another.
 * Context: any.
 */
static inline int shyper_hvc_dev_notify(phys_addr_t page_pa)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_MEDIATED,
		SHYPER_MEDIATED_DEV_NOTIFY, shyper_hvc_args(page_pa)));
}

/* ---- CONFIG ---- */

/**
 * shyper_hvc_add_vm() - add a VM
 * @arg: in the linear map, as what it points to
 *
 * Return: its id.
 */
static inline s64 shyper_hvc_add_vm(struct shyper_add_vm *arg)
{
	return shyper_hvc_classic(SHYPER_FID_CONFIG, SHYPER_CONFIG_ADD_VM,
		shyper_hvc_args(virt_to_phys(arg)));
}

/**
 * shyper_hvc_delete_vm() - forget the configuration of a VM never created
 * @vmid: which; one that does not exist is no error for a deployed hypervisor
 */
static inline int shyper_hvc_delete_vm(u32 vmid)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_DELETE_VM, shyper_hvc_args(vmid)));
}

/**
 * shyper_hvc_cpu() - CPUs of a VM
 * @num: of them
 * @mask: which, physical
 * @master: the one to prefer for the first
 */
static inline int shyper_hvc_cpu(u32 vmid, u32 num, u64 mask, u32 master)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_CPU, shyper_hvc_args(vmid, num, mask, master)));
}

/**
 * shyper_hvc_memory_region() - memory of a VM
 */
static inline int shyper_hvc_memory_region(u32 vmid, u64 ipa, u64 length)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_MEMORY_REGION, shyper_hvc_args(vmid, ipa, length)));
}

/**
 * struct shyper_hvc_device - an emulated device, in the linear map
 */
struct shyper_hvc_device {
	u8 name[SHYPER_NAME_LEN];
	__le64 cfg[SHYPER_CFG_LIST_LEN];
};

/**
 * shyper_hvc_emulated_device() - a device that the hypervisor emulates
 */
static inline int shyper_hvc_emulated_device(u32 vmid,
					     struct shyper_hvc_device *dev,
					     u64 base, u64 length, u32 irq,
					     u32 type)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_EMULATED_DEVICE,
		shyper_hvc_args(vmid, virt_to_phys(dev->name), base, length, irq,
				virt_to_phys(dev->cfg), type)));
}

/**
 * shyper_hvc_passthrough_region() - registers of a real device
 */
static inline int shyper_hvc_passthrough_region(u32 vmid, u64 ipa, u64 pa,
						u64 length)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_PASSTHROUGH_REGION,
		shyper_hvc_args(vmid, ipa, pa, length)));
}

/**
 * shyper_hvc_passthrough_irqs() - interrupts of real devices
 * @list: in the linear map
 * @num: without SHYPER_FEATURE_SAFE_MANAGE exactly 2: one is read wrong, more
 *	overrun the hypervisor's heap
 */
static inline int shyper_hvc_passthrough_irqs(u32 vmid, __le64 *list, u32 num)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_PASSTHROUGH_IRQS,
		shyper_hvc_args(vmid, virt_to_phys(list), num)));
}

/**
 * shyper_hvc_passthrough_stream_ids() - SMMU streams of real devices
 * @num: as shyper_hvc_passthrough_irqs()
 */
static inline int shyper_hvc_passthrough_stream_ids(u32 vmid, __le64 *list,
						    u32 num)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_PASSTHROUGH_STREAM_IDS,
		shyper_hvc_args(vmid, virt_to_phys(list), num)));
}

/**
 * shyper_hvc_dtb_device() - a node of the guest's device tree
 * @name: SHYPER_NAME_LEN bytes, in the linear map, as @irqs
 */
static inline int shyper_hvc_dtb_device(u32 vmid, u8 *name, u32 type,
					__le64 *irqs, u32 num, u64 ipa, u64 length)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_DTB_DEVICE,
		shyper_hvc_args(vmid, virt_to_phys(name), type, virt_to_phys(irqs),
				num, ipa, length)));
}

/**
 * shyper_hvc_upload() - copy a piece of an image; the first one creates the VM
 * @image_size: of the whole kernel image
 * @data: physically contiguous
 * @offset: from the VM's kernel_load_ipa, modulo 2^64
 */
static inline int shyper_hvc_upload(u32 vmid, u64 image_size, void *data,
				    u64 offset, u64 size)
{
	return min_t(s64, 0, shyper_hvc_classic(SHYPER_FID_CONFIG,
		SHYPER_CONFIG_UPLOAD_KERNEL_IMAGE,
		shyper_hvc_args(vmid, image_size, virt_to_phys(data), offset,
				size)));
}

/* ---- DIRECT ---- */

/**
 * shyper_hvc_event_page() - where events are set; HVC_IRQ tells of them
 * @page: of the hypervisor from now on, but for what direct.h says; NULL: none
 */
static inline int shyper_hvc_event_page(struct shyper_event_page *page)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_EVENT_PAGE,
		shyper_hvc_args(page ? virt_to_phys(page) : 0, page ? 1 : 0)));
}

/**
 * shyper_hvc_vm_event_ring() - where the lives of VMs are told
 * @ring: of the hypervisor from now on, but for what direct.h says; NULL: none
 * @event: set when there is something new
 */
static inline int shyper_hvc_vm_event_ring(struct shyper_vm_event_ring *ring,
					   u32 event)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_VM_EVENT_RING,
		shyper_hvc_args(ring ? virt_to_phys(ring) : U64_MAX, event)));
}

/**
 * shyper_hvc_mem_grant() - map a VM's memory for us
 * @table: filled; in the linear map
 */
static inline int shyper_hvc_mem_grant(u32 vmid, struct shyper_mem_table *table)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_MEM_GRANT,
		shyper_hvc_args(vmid, virt_to_phys(table))));
}

/**
 * shyper_hvc_mem_revoke() - unmap it
 */
static inline int shyper_hvc_mem_revoke(u32 vmid)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_MEM_REVOKE,
		shyper_hvc_args(vmid)));
}

/**
 * shyper_hvc_trap_add() - trap a range of a guest's address space
 * @trap: in the linear map, not across a page
 *
 * Return: the trap's id.
 */
static inline s64 shyper_hvc_trap_add(struct shyper_trap *trap)
{
	return shyper_hvc_direct(SHYPER_DIRECT_TRAP_ADD,
		shyper_hvc_args(virt_to_phys(trap)));
}

/**
 * shyper_hvc_trap_del() - trap it no more; its page is ours again
 */
static inline int shyper_hvc_trap_del(u32 id)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_TRAP_DEL,
		shyper_hvc_args(id)));
}

/**
 * shyper_hvc_irq_inject() - an edge of a guest's interrupt; context: any
 */
static inline int shyper_hvc_irq_inject(u32 vmid, u32 intid)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_IRQ_INJECT,
		shyper_hvc_args(vmid, intid)));
}

/**
 * shyper_hvc_ioreq_page() - where a VM's forwarded accesses are put
 * @page: zeroed; NULL: nowhere, and the guest gets aborts for them
 */
static inline int shyper_hvc_ioreq_page(u32 vmid, struct shyper_ioreq_page *page)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_IOREQ_PAGE,
		shyper_hvc_args(vmid, page ? virt_to_phys(page) : ~0ULL)));
}

/**
 * shyper_hvc_ioreq_done() - the slot of a vCPU is complete
 *
 * Return: 0; -EAGAIN the VM has been stopped meanwhile.
 */
static inline int shyper_hvc_ioreq_done(u32 vmid, u32 vcpu)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_IOREQ_DONE,
		shyper_hvc_args(vmid, vcpu)));
}

/**
 * shyper_hvc_stats_page() - counters of a VM; needs SHYPER_FEATURE_STATS
 * @page: filled; in the linear map
 */
static inline int shyper_hvc_stats_page(u32 vmid, struct shyper_stats_page *page)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_STATS_PAGE,
		shyper_hvc_args(vmid, virt_to_phys(page))));
}

/**
 * shyper_hvc_sys_info() - the machine and the hypervisor; needs SHYPER_FEATURE_STATS
 * @info: filled; in the linear map
 */
static inline int shyper_hvc_sys_info(struct shyper_sys_info *info)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_SYS_INFO,
		shyper_hvc_args(virt_to_phys(info))));
}

/**
 * shyper_hvc_net_stats() - a port of the switch; needs SHYPER_FEATURE_NET
 * @port: from 0 on
 * @stats: filled; in the linear map
 */
static inline int shyper_hvc_net_stats(u32 port, struct shyper_net_stats *stats)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_NET_STATS,
		shyper_hvc_args(port, virt_to_phys(stats))));
}

/**
 * shyper_hvc_guest_seed() - randomness for a VM's next boot; needs SHYPER_FEATURE_SEED
 * @seed: SHYPER_SEED_BYTES, in the linear map; the hypervisor does not keep it
 *
 * Return: 0; -EEXIST if the VM has a device tree of somebody else's.
 */
static inline int shyper_hvc_guest_seed(u32 vmid, const u8 *seed)
{
	return min_t(s64, 0, shyper_hvc_direct(SHYPER_DIRECT_GUEST_SEED,
		shyper_hvc_args(vmid, virt_to_phys(seed))));
}

#endif /* SHYPER_KMOD_HYPERCALL_H */
