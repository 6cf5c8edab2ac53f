/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypercall ABI: numbers and layouts that shyper.ko and EL2 share.
 *
 * Convention (AArch64): "hvc #0", arguments in x0..x6, x7 = (fid << 8) | event,
 * result in x0, every other register preserved. On the classic fids (all but
 * SHYPER_FID_DIRECT) a failure is SHYPER_HVC_ERROR; on SHYPER_FID_DIRECT a
 * result is 0 or positive, or a negative errno, and SHYPER_HVC_ERROR from
 * features() means that the hypervisor has no such fid.
 * Every address is an IPA of the caller. docs/hypercalls.md has each call.
 */
#ifndef SHYPER_HYPERCALL_H
#define SHYPER_HYPERCALL_H

#include <shyper/types.h>

#define SHYPER_HVC_ERROR	(~(u64)0)
#define SHYPER_HVC_CODE(fid, event)	(((u64)(fid) << 8) | (u64)(event))

/* Limits of the classic ABI. */
#define SHYPER_VM_MAX		8	/* VM ids are 0 .. 7; VM 0 is the MVM */
#define SHYPER_NAME_LEN		32	/* NUL-padded, so 31 bytes of text */
#define SHYPER_CFG_LIST_LEN	16	/* u64 words of an emulated device */
#define SHYPER_PAGE_SIZE	4096
#define SHYPER_SECTOR_SIZE	512

enum shyper_fid {
	SHYPER_FID_SYS		= 0x00,
	SHYPER_FID_VMM		= 0x01,
	SHYPER_FID_IVC		= 0x02,
	SHYPER_FID_MEDIATED	= 0x03,
	SHYPER_FID_CONFIG	= 0x11,
	SHYPER_FID_UNILIB	= 0x12,
	SHYPER_FID_DIRECT	= 0x20,
};

enum shyper_sys_event {
	SHYPER_SYS_REBOOT	= 0,
	SHYPER_SYS_SHUTDOWN	= 1,
	SHYPER_SYS_UPDATE	= 3,
	SHYPER_SYS_TEST		= 4,
};

enum shyper_vmm_event {
	SHYPER_VMM_LIST_VM	= 0,
	SHYPER_VMM_GET_VM_STATE	= 1,
	SHYPER_VMM_BOOT_VM	= 2,
	SHYPER_VMM_SHUTDOWN_VM	= 3,	/* as a message: it powered itself off */
	SHYPER_VMM_REBOOT_VM	= 4,	/* as a message: it asked for a reset */
	SHYPER_VMM_GET_DEF_CFG	= 5,
	SHYPER_VMM_GET_CFG	= 6,
	SHYPER_VMM_SET_CFG	= 7,
	SHYPER_VMM_GET_VM_ID	= 8,
	SHYPER_VMM_TRACE_VMEXIT	= 9,
	SHYPER_VMM_MIGRATE_FIRST = 10,
	SHYPER_VMM_MIGRATE_LAST	= 15,
	SHYPER_VMM_VM_REMOVE	= 16,
	/*
	 * Only as a message to the MVM, and only with SHYPER_FEATURE_LIFECYCLE:
	 * the VM was stopped for what it did. arg: vm_id, shyper_crash_cause, ipa.
	 */
	SHYPER_VMM_VM_CRASHED	= 0x40,
};

/* Argument of SHYPER_VMM_REBOOT_VM: the VM id, with this bit to force it. */
#define SHYPER_REBOOT_FORCE	((u64)1 << 16)

enum shyper_ivc_event {
	SHYPER_IVC_UPDATE_MQ	= 0,
	SHYPER_IVC_SEND_MSG	= 1,
	SHYPER_IVC_BROADCAST	= 2,
	SHYPER_IVC_INIT_KEEP_ALIVE = 3,
	SHYPER_IVC_KEEP_ALIVE	= 4,
	SHYPER_IVC_ACK		= 5,
	SHYPER_IVC_GET_TIME	= 6,
	SHYPER_IVC_SHARE_MEM	= 7,
};

enum shyper_mediated_event {
	SHYPER_MEDIATED_DEV_APPEND = 0x30,
	SHYPER_MEDIATED_DEV_NOTIFY = 0x31,
	SHYPER_MEDIATED_DRV_NOTIFY = 0x32,	/* message to the MVM only */
};

enum shyper_config_event {
	SHYPER_CONFIG_ADD_VM		= 0,
	SHYPER_CONFIG_DELETE_VM		= 1,
	SHYPER_CONFIG_CPU		= 2,
	SHYPER_CONFIG_MEMORY_REGION	= 3,
	SHYPER_CONFIG_EMULATED_DEVICE	= 4,
	SHYPER_CONFIG_PASSTHROUGH_REGION = 5,
	SHYPER_CONFIG_PASSTHROUGH_IRQS	= 6,
	SHYPER_CONFIG_PASSTHROUGH_STREAM_IDS = 7,
	SHYPER_CONFIG_DTB_DEVICE	= 8,
	SHYPER_CONFIG_UPLOAD_KERNEL_IMAGE = 9,
};

enum shyper_direct_event {
	SHYPER_DIRECT_FEATURES		= 0,
	SHYPER_DIRECT_EVENT_PAGE	= 1,
	SHYPER_DIRECT_MEM_GRANT		= 2,
	SHYPER_DIRECT_MEM_REVOKE	= 3,
	SHYPER_DIRECT_TRAP_ADD		= 4,
	SHYPER_DIRECT_TRAP_DEL		= 5,
	SHYPER_DIRECT_IRQ_INJECT	= 6,
	SHYPER_DIRECT_IOREQ_PAGE	= 7,
	SHYPER_DIRECT_IOREQ_DONE	= 8,
	SHYPER_DIRECT_VM_EVENT_RING	= 9,
	SHYPER_DIRECT_STATS_PAGE	= 10,
	SHYPER_DIRECT_SYS_INFO		= 11,
	SHYPER_DIRECT_NET_STATS		= 12,
	SHYPER_DIRECT_GUEST_SEED	= 13,
};

/* What guest_seed(vmid, ipa) takes: twice what a Linux guest wants to begin with. */
#define SHYPER_SEED_BYTES	64

/*
 * Result of features(): the ABI version in bits 7:0, the features above it.
 * A call whose feature bit is clear answers -EOPNOTSUPP.
 */
#define SHYPER_DIRECT_VERSION		1
#define SHYPER_FEATURE_VERSION_MASK	((u64)0xff)
#define SHYPER_FEATURE_DOORBELL		((u64)1 << 8)
#define SHYPER_FEATURE_REGISTER_PAGE	((u64)1 << 9)
#define SHYPER_FEATURE_FORWARD		((u64)1 << 10)
#define SHYPER_FEATURE_MEM_GRANT	((u64)1 << 11)
#define SHYPER_FEATURE_LIFECYCLE	((u64)1 << 12)	/* VM_CRASHED messages */
#define SHYPER_FEATURE_STATS		((u64)1 << 13)	/* stats_page, sys_info */
/*
 * The classic management calls are whole: get_vm_state, shutdown_vm and forced
 * reboot_vm work, IRQ lists of every length are read rightly, and nothing that
 * the MVM passes can stop the hypervisor.
 */
#define SHYPER_FEATURE_SAFE_MANAGE	((u64)1 << 14)
/* SHYPER_CFG_DISK_INDEX of a mediated disk's cfg_list is honoured. */
#define SHYPER_FEATURE_DISK_SELECT	((u64)1 << 15)
/* net_stats works, and SHYPER_CFG_NET_MTU of a network device is honoured. */
#define SHYPER_FEATURE_NET		((u64)1 << 16)
#define SHYPER_FEATURE_VM_EVENTS	((u64)1 << 17)	/* vm_event_ring */
#define SHYPER_FEATURE_SEED		((u64)1 << 18)	/* guest_seed */
/* What the direct path takes; event_page and irq_inject belong to doorbells. */
#define SHYPER_FEATURES_DIRECT \
	(SHYPER_FEATURE_DOORBELL | SHYPER_FEATURE_REGISTER_PAGE | \
	 SHYPER_FEATURE_FORWARD | SHYPER_FEATURE_MEM_GRANT)

enum shyper_vm_type {
	SHYPER_VM_LINUX		= 0,
	SHYPER_VM_BARE_METAL	= 1,
};

enum shyper_vm_state {
	SHYPER_VM_INACTIVE	= 0,
	SHYPER_VM_PENDING	= 1,
	SHYPER_VM_ACTIVE	= 2,
};

enum shyper_emu_type {
	SHYPER_EMU_CONSOLE		= 0,
	SHYPER_EMU_GICD			= 1,
	SHYPER_EMU_GPPT			= 2,
	SHYPER_EMU_VIRTIO_BLK		= 3,
	SHYPER_EMU_VIRTIO_NET		= 4,
	SHYPER_EMU_VIRTIO_CONSOLE	= 5,
	SHYPER_EMU_SHYPER		= 6,
	SHYPER_EMU_VIRTIO_BLK_MEDIATED	= 7,
	SHYPER_EMU_IOMMU		= 8,
	/*
	 * A device that the MVM models by traps (with SHYPER_FEATURES_DIRECT): the
	 * hypervisor keeps the range and the interrupt for it and describes it in
	 * the guest's device tree. cfg_list is its compatible string, NUL-padded,
	 * with at least one NUL; the interrupt is an edge.
	 */
	SHYPER_EMU_MVM			= 0x40,
};

enum shyper_dtb_type {
	SHYPER_DTB_SERIAL	= 0,
	SHYPER_DTB_GICD		= 1,
	SHYPER_DTB_GICC		= 2,	/* on a GICv3 board: the GICR frames */
};

/* Words of an emulated device's cfg_list. */
#define SHYPER_CFG_DISK_FIRST		0	/* first sector on the disk */
#define SHYPER_CFG_DISK_COUNT		1	/* sectors; 0: up to its end */
#define SHYPER_CFG_DISK_INDEX		2	/* 1 + disk; 0: the first free one */
#define SHYPER_CFG_NET_MAC		0	/* six words, a byte each */
#define SHYPER_CFG_NET_MTU		6	/* 0: SHYPER_NET_MTU_DEFAULT */
#define SHYPER_CFG_CONSOLE_PEER_VM	0
#define SHYPER_CFG_CONSOLE_PEER_IPA	1

/*
 * Where our EL2 monitor puts the MVM's ends of guest consoles: virtio-mmio
 * devices that the MVM's device tree has as well. A guest's console names one
 * of them as its SHYPER_CFG_CONSOLE_PEER_IPA; VM n takes the (n - 1)th by habit.
 */
#define SHYPER_MVM_CONSOLE_BASE		0x0b000000
#define SHYPER_MVM_CONSOLE_STRIDE	0x1000
#define SHYPER_MVM_CONSOLES		(SHYPER_VM_MAX - 1)

/*
 * The MVM's port of the network switch: the next virtio-mmio device of its
 * device tree, and the address it has unless its driver sets another.
 */
#define SHYPER_MVM_NET_BASE		0x0b010000
#define SHYPER_MVM_NET_MAC		{ 0x02, 0x53, 0x48, 0x59, 0x50, 0x00 }
#define SHYPER_NET_MTU_DEFAULT		1500
#define SHYPER_NET_MTU_MIN		68
#define SHYPER_NET_MTU_MAX		9216

/* Argument of CONFIG add_vm. */
struct shyper_add_vm {
	__le64 name_ipa;
	__le64 name_len;	/* bytes, without a NUL; < SHYPER_NAME_LEN */
	__le64 vm_type;
	__le64 cmdline_ipa;
	__le64 cmdline_len;
	__le64 kernel_load_ipa;	/* guest's address space, as the next two */
	__le64 device_tree_load_ipa;
	__le64 ramdisk_load_ipa;
};
static_assert(sizeof(struct shyper_add_vm) == 64);

/* Filled by VMM list_vm. */
struct shyper_vm_list_entry {
	__le32 id;
	u8 name[SHYPER_NAME_LEN];
	__le32 type;
	__le32 state;
};
static_assert(sizeof(struct shyper_vm_list_entry) == 44);

struct shyper_vm_list {
	__le64 num;
	struct shyper_vm_list_entry vm[SHYPER_VM_MAX];
};
static_assert(sizeof(struct shyper_vm_list) == 8 + 8 * 44);

/* The page that IVC update_mq registers: slots, written round robin. */
#define SHYPER_MQ_SLOTS		8
#define SHYPER_MQ_SLOT_SIZE	512

struct shyper_msg {
	__le64 fid;
	__le64 event;
	__le64 arg[4];		/* manage: vm_id; migrate: vm_id, oper, page_num */
	u8 unused[SHYPER_MQ_SLOT_SIZE - 48];
};
static_assert(sizeof(struct shyper_msg) == SHYPER_MQ_SLOT_SIZE);
static_assert(SHYPER_MQ_SLOTS * SHYPER_MQ_SLOT_SIZE == SHYPER_PAGE_SIZE);

struct shyper_blk_req {
	__le32 type;		/* EL2: VIRTIO_BLK_T_IN or VIRTIO_BLK_T_OUT */
	__le32 reserved;
	__le64 sector;		/* EL2: absolute, partition offset added */
	__le64 count;		/* EL2: sectors of 512 bytes */
};

/*
 * MediatedBlkContent: the page that the MVM and EL2 share, one per disk.
 * Fields marked MVM are written before dev_append and constant afterwards;
 * fields marked EL2 are written by EL2 only.
 */
struct shyper_blk_content {
	__le64 nreq;		/* EL2 adds one, the MVM takes one off */
	u8 name[SHYPER_NAME_LEN];		/* MVM */
	u8 block_dev_path[SHYPER_NAME_LEN];	/* MVM */
	__le64 block_num;	/* MVM: capacity, sectors of 512 bytes */
	__le64 dma_block_max;	/* MVM: largest request, sectors */
	__le64 cache_size;	/* MVM: bytes */
	__le16 idx;		/* MVM */
	u8 pcache;		/* MVM */
	u8 reserved0[5];
	__le64 cache_va;	/* MVM's own */
	__le64 cache_ipa;	/* MVM: the bounce buffer, contiguous */
	__le64 cache_pa;	/* EL2, in dev_append */
	struct shyper_blk_req req;
	u8 unused[SHYPER_PAGE_SIZE - 152];
};
static_assert(offsetof(struct shyper_blk_content, name) == 8);
static_assert(offsetof(struct shyper_blk_content, block_dev_path) == 40);
static_assert(offsetof(struct shyper_blk_content, block_num) == 72);
static_assert(offsetof(struct shyper_blk_content, idx) == 96);
static_assert(offsetof(struct shyper_blk_content, pcache) == 98);
static_assert(offsetof(struct shyper_blk_content, cache_va) == 104);
static_assert(offsetof(struct shyper_blk_content, cache_pa) == 120);
static_assert(offsetof(struct shyper_blk_content, req) == 128);
static_assert(offsetof(struct shyper_blk_content, req.count) == 144);
static_assert(sizeof(struct shyper_blk_content) == SHYPER_PAGE_SIZE);

/* Why a VM was stopped: arg[1] of VM_CRASHED; arg[2] is the faulting IPA. */
enum shyper_crash_cause {
	SHYPER_CRASH_NONE	= 0,
	SHYPER_CRASH_FETCH	= 1,	/* instruction fetch outside its memory */
	SHYPER_CRASH_EXCEPTION	= 2,	/* an exception EL2 cannot give back */
};

/* Exit reasons counted in a statistics page. Append only. */
enum shyper_exit {
	SHYPER_EXIT_IRQ		= 0,	/* a physical interrupt */
	SHYPER_EXIT_WFX		= 1,
	SHYPER_EXIT_HVC		= 2,
	SHYPER_EXIT_SMC		= 3,
	SHYPER_EXIT_SYSREG	= 4,
	SHYPER_EXIT_MMIO	= 5,	/* a data abort that a device answered */
	SHYPER_EXIT_ABORT	= 6,	/* an abort that was given back */
	SHYPER_EXIT_OTHER	= 7,
	SHYPER_EXIT_COUNT	= 8,
};

/* One vCPU in the statistics page; all counters since the VM was added. */
struct shyper_vcpu_stats {
	__le64 exits[SHYPER_EXIT_COUNT];
	__le64 virqs;		/* virtual interrupts put into list registers */
	__le64 doorbells;	/* virtio queue notifications */
	__le64 kicks;		/* SGIs sent to this vCPU's physical CPU */
	__le64 sgi_traps;	/* ICC_SGI1R_EL1 writes, also exits[SYSREG] */
	__le64 trap_doorbells;	/* stores to traps' doorbells */
	__le64 trap_merged;	/* of those, the ones whose event was pending */
	__le64 trap_cleared;	/* CLEAR_BITS actions */
	__le64 trap_forwarded;	/* accesses that the MVM answered */
};
static_assert(sizeof(struct shyper_vcpu_stats) == 128);

/* Filled by direct stats_page(vmid, ipa). */
struct shyper_stats_page {
	__le32 version;		/* 1 */
	__le32 vcpus;
	__le64 hypercalls;	/* HVCs that this VM made */
	__le64 hvc_irqs;	/* HVC_IRQs that it was given (MVM only) */
	__le64 bytes_copied;	/* by EL2 between this VM's memory and caches */
	__le64 blk_requests;	/* mediated requests completed for this VM */
	__le64 blk_errors;	/* of those, the ones answered with an error */
	__le64 console_dropped;	/* bytes that the reader had no room for */
	__le64 memory;		/* bytes of memory it has */
	__le64 table_pages;	/* pages of its stage 2 */
	__le64 reserved[7];
	struct shyper_vcpu_stats vcpu[8];
	u8 unused[SHYPER_PAGE_SIZE - 128 - 8 * 128];
};
static_assert(sizeof(struct shyper_stats_page) == SHYPER_PAGE_SIZE);

/* Filled by direct sys_info(ipa). */
struct shyper_sys_info {
	__le32 version;		/* 1 */
	__le32 cpus;		/* physical CPUs */
	__le64 mvm_cpu_mask;	/* physical CPUs of the MVM */
	__le64 free_cpu_mask;	/* physical CPUs that no VM has */
	__le64 pool_size;	/* bytes of the guest pool */
	__le64 pool_free;
	__le64 table_pages;	/* stage 2 pages that EL2 has, */
	__le64 table_pages_free; /* and of those, the free ones */
	__le64 image_size;	/* bytes of EL2: code, data, stacks */
	__le64 boot_ticks;	/* CNTVCT ticks from EL2's entry to the MVM's */
	u8 build[64];		/* NUL-terminated description */
	u8 unused[SHYPER_PAGE_SIZE - 136];
};
static_assert(sizeof(struct shyper_sys_info) == SHYPER_PAGE_SIZE);

/*
 * Why a port did not get a frame across. Append only.
 *
 * The first ones are counted at the sender, for a frame that went nowhere; those
 * from RX on at a receiver, for its copy of a frame.
 */
enum shyper_net_drop {
	SHYPER_NET_DROP_RUNT	= 0,	/* no Ethernet header behind virtio's */
	SHYPER_NET_DROP_OVERSIZE = 1,	/* longer than its own MTU allows */
	SHYPER_NET_DROP_HEADER	= 2,	/* offloads not negotiated, or nonsense */
	SHYPER_NET_DROP_SPOOFED	= 3,	/* another's source address, or a group's */
	SHYPER_NET_DROP_NOWHERE	= 4,	/* no port has the destination */
	SHYPER_NET_DROP_RX_DOWN	= 5,	/* its driver is not up */
	SHYPER_NET_DROP_RX_FULL	= 6,	/* it has too few buffers out */
	SHYPER_NET_DROP_RX_SMALL = 7,	/* the buffer is too small */
	SHYPER_NET_DROP_RX_FILTER = 8,	/* its driver does not want such frames */
	SHYPER_NET_DROP_RX_OFFLOAD = 9,	/* it has not negotiated segmentation */
	SHYPER_NET_DROP_RX_MTU	= 10,	/* longer than its MTU allows */
	SHYPER_NET_DROPS	= 16,
};

#define SHYPER_NET_PORT_UPLINK		(1U << 0)	/* the MVM's */
#define SHYPER_NET_PORT_LIVE		(1U << 1)	/* its driver is up */
#define SHYPER_NET_PORT_LINK		(1U << 2)	/* so is another port's */

/*
 * Filled by direct net_stats(port, ipa): one port of the switch. Over all
 * ports, the sum of tx_frames is that of drops below RX plus the frames sent
 * on; the sum of tx_copies is that of rx_frames plus the drops from RX on.
 * Frames' bytes are counted without virtio's header and without a FCS.
 */
struct shyper_net_stats {
	__le32 version;		/* 1 */
	__le32 vmid;
	__le32 flags;		/* SHYPER_NET_PORT_* */
	__le32 mtu;		/* 0: whatever comes */
	u8 mac[6];
	u8 reserved0[2];
	__le64 base;		/* of its registers */
	__le64 tx_frames;	/* taken from the port's driver */
	__le64 tx_bytes;
	__le64 tx_copies;	/* offered to other ports */
	__le64 rx_frames;	/* given to the port's driver */
	__le64 rx_bytes;
	__le64 rx_interrupts;	/* for these */
	__le64 resets_needed;	/* times its driver broke a ring's rules */
	__le64 drops[SHYPER_NET_DROPS];
	__le64 reserved[5];
};
static_assert(sizeof(struct shyper_net_stats) == 256);
static_assert(offsetof(struct shyper_net_stats, drops) == 88);

#endif /* SHYPER_HYPERCALL_H */
