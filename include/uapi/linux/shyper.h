/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl ABI of /dev/shyper. docs/ioctl.md describes each call.
 *
 * Rules: every struct is fixed-size and has no implicit padding; flags without a
 * meaning and reserved fields are zero, or the call fails with EINVAL; an unknown
 * ioctl fails with ENOTTY; numbers are append-only. Strings are NUL-terminated
 * and NUL-padded. A call that fails has changed nothing.
 */
#ifndef _UAPI_LINUX_SHYPER_H
#define _UAPI_LINUX_SHYPER_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SHYPER_API_VERSION	1

#define SHYPER_IOC_MAGIC	0xbe

#define SHYPER_API_NAME_LEN	32	/* with the NUL */
#define SHYPER_API_PATH_LEN	256	/* with the NUL */
#define SHYPER_API_CFG_WORDS	16
#define SHYPER_API_MAX_VMS	8
#define SHYPER_API_MAX_DISKS	32
#define SHYPER_API_MAX_IRQS	64
#define SHYPER_API_MAX_CPUS	64
#define SHYPER_API_CMDLINE_MAX	1024	/* bytes, without a NUL */
#define SHYPER_API_LATENCY_BUCKETS 24
#define SHYPER_API_NET_DROPS	16

/* ---- calls on /dev/shyper ---- */

/**
 * struct shyper_info - SHYPER_GET_INFO: the module and the hypervisor under it
 * @version:		SHYPER_API_VERSION of the module
 * @vmid:		the caller's VM, 0 for the management VM
 * @features:		SHYPER_INFO_* bits
 * @hv_features:	features() of the hypervisor; 0: classic ABI only
 * @hvc_irqs:		HVC_IRQ interrupts taken
 * @messages:		messages drained from the hypervisor
 * @merged_irqs:	interrupts that brought more than one message
 * @spurious_irqs:	interrupts that brought none
 * @overruns:		times the hypervisor lapped the reader
 * @unknown_messages:	messages with an unknown fid or event
 * @hypercalls:		hypercalls the module has made
 * @hypercall_errors:	of those, the ones that failed
 * @max_disks:		disks that can be attached in all
 * @disks:		disks known to the hypervisor
 * @cpus:		physical CPUs (with SHYPER_INFO_SYSTEM, else 0; as below)
 * @reserved0:		zero
 * @mvm_cpu_mask:	those of the management VM
 * @free_cpu_mask:	those that no VM has
 * @pool_size:		bytes of memory for guests
 * @pool_free:		bytes of it that are free
 * @table_pages:	4 KiB pages for second stage tables
 * @table_pages_free:	free ones
 * @image_size:		bytes of the hypervisor itself
 * @boot_ns:		ns from the hypervisor's entry to the management VM's
 * @hv_build:		what the hypervisor says of itself
 * @reserved:		zero
 */
struct shyper_info {
	__u32 version;
	__u32 vmid;
	__u64 features;
	__u64 hv_features;
	__u64 hvc_irqs;
	__u64 messages;
	__u64 merged_irqs;
	__u64 spurious_irqs;
	__u64 overruns;
	__u64 unknown_messages;
	__u64 hypercalls;
	__u64 hypercall_errors;
	__u32 max_disks;
	__u32 disks;
	__u32 cpus;
	__u32 reserved0;
	__u64 mvm_cpu_mask;
	__u64 free_cpu_mask;
	__u64 pool_size;
	__u64 pool_free;
	__u64 table_pages;
	__u64 table_pages_free;
	__u64 image_size;
	__u64 boot_ns;
	char hv_build[64];
	__u64 reserved[16];
};

#define SHYPER_INFO_SYSTEM	(1ULL << 0)	/* the system fields are filled */
#define SHYPER_INFO_VM_STATS	(1ULL << 1)	/* SHYPER_VM_GET_STATS works */
#define SHYPER_INFO_STOP	(1ULL << 2)	/* SHYPER_VM_STOP, _RESET work */
#define SHYPER_INFO_DISK_SELECT	(1ULL << 3)	/* a device can name its disk */
#define SHYPER_INFO_CRASH_EVENTS (1ULL << 4)	/* crashes are reported */
#define SHYPER_INFO_NET		(1ULL << 5)	/* SHYPER_NET_GET_INFO works */
#define SHYPER_INFO_DIRECT	(1ULL << 6)	/* devices can be SHYPER_DEVICE_DIRECT */

#define SHYPER_VM_TYPE_LINUX		0
#define SHYPER_VM_TYPE_BARE_METAL	1

/**
 * struct shyper_vm_add - SHYPER_VM_ADD: add a VM; returns a descriptor for it
 * @name:		1 to 31 characters, unique
 * @type:		SHYPER_VM_TYPE_*
 * @flags:		zero
 * @cmdline:		address of the kernel's command line, no NUL inside
 * @cmdline_len:	bytes of it, at most SHYPER_API_CMDLINE_MAX
 * @vmid:		out: the new VM's id
 * @kernel_load_ipa:	guest address of the kernel, as the next two
 * @device_tree_load_ipa: of the device tree
 * @ramdisk_load_ipa:	of the initrd; 0: none
 * @reserved:		zero
 *
 * The VM goes away again when the last descriptor is closed before SHYPER_VM_KEEP.
 */
struct shyper_vm_add {
	char name[SHYPER_API_NAME_LEN];
	__u32 type;
	__u32 flags;
	__u64 cmdline;
	__u32 cmdline_len;
	__u32 vmid;
	__u64 kernel_load_ipa;
	__u64 device_tree_load_ipa;
	__u64 ramdisk_load_ipa;
	__u64 reserved[4];
};

/**
 * struct shyper_vm_open - SHYPER_VM_OPEN: a descriptor for a VM that exists
 * @vmid:	which
 * @flags:	zero
 */
struct shyper_vm_open {
	__u32 vmid;
	__u32 flags;
};

#define SHYPER_VM_STATE_INACTIVE	0
#define SHYPER_VM_STATE_PENDING		1
#define SHYPER_VM_STATE_ACTIVE		2

/**
 * struct shyper_vm_info - one VM, in SHYPER_VM_LIST and SHYPER_VM_GET_INFO
 * @vmid:	its id
 * @type:	SHYPER_VM_TYPE_*
 * @state:	SHYPER_VM_STATE_*, asked of the hypervisor just now
 * @flags:	SHYPER_VM_*
 * @name:	its name
 * @cpu_mask:	physical CPUs, as configured; this and the rest are 0 for a VM
 *		that was configured before the module was loaded
 * @vcpus:	virtual CPUs
 * @disks:	mediated disks
 * @memory:	bytes
 * @disk_mask:	bit n: it has disk n
 * @boots:	times it was booted
 * @crash_cause: why the hypervisor stopped it last; 0: it did not
 * @crash_ipa:	the address that goes with it
 * @ended_by:	the SHYPER_EVENT_VM_* that made it inactive: POWERED_OFF, RESET,
 *		CRASHED, STOPPED; 0: it was not booted, or is running
 * @reserved0:	zero
 * @reserved:	zero
 */
struct shyper_vm_info {
	__u32 vmid;
	__u32 type;
	__u32 state;
	__u32 flags;
	char name[SHYPER_API_NAME_LEN];
	__u64 cpu_mask;
	__u32 vcpus;
	__u32 disks;
	__u64 memory;
	__u64 disk_mask;
	__u32 boots;
	__u32 crash_cause;
	__u64 crash_ipa;
	__u32 ended_by;
	__u32 reserved0;
	__u64 reserved[3];
};

#define SHYPER_VM_LOADED	(1 << 0)	/* an image has been loaded: created */
#define SHYPER_VM_KEPT		(1 << 1)	/* outlives its descriptors */
#define SHYPER_VM_FOREIGN	(1 << 2)	/* not configured by this module */

/**
 * struct shyper_vm_list_info - SHYPER_VM_LIST
 * @num:	out: entries filled
 * @flags:	zero
 * @vm:		out
 */
struct shyper_vm_list_info {
	__u32 num;
	__u32 flags;
	struct shyper_vm_info vm[SHYPER_API_MAX_VMS];
};

#define SHYPER_DISK_READ_ONLY	(1 << 0)	/* refuse writes */
#define SHYPER_DISK_UNSAFE	(1 << 1)	/* done before it is durable */

/**
 * struct shyper_disk_attach - SHYPER_DISK_ATTACH: back a mediated disk by a file
 * @name:	1 to 31 characters, unique among attached disks
 * @path:	shown to whoever lists disks; not opened
 * @fd:		an open block device or regular file; a read-only descriptor
 *		makes a read-only disk
 * @flags:	SHYPER_DISK_*
 * @first_sector: where the disk begins in the file, sectors of 512 bytes
 * @sectors:	how many; 0: all up to the end of the file
 * @cache_size:	bytes of the bounce buffer; 0: the module's default
 * @index:	out: the disk's number
 * @reserved0:	zero
 * @reserved:	zero
 */
struct shyper_disk_attach {
	char name[SHYPER_API_NAME_LEN];
	char path[SHYPER_API_PATH_LEN];
	__s32 fd;
	__u32 flags;
	__u64 first_sector;
	__u64 sectors;
	__u64 cache_size;
	__u32 index;
	__u32 reserved0;
	__u64 reserved[4];
};

#define SHYPER_DISK_DETACH_FORCE	(1 << 0)	/* even from a VM */

/**
 * struct shyper_disk_detach - SHYPER_DISK_DETACH: take the file away from a disk
 * @index:	which; EBUSY while a VM has the disk, unless forced: what is in
 *		flight is waited for, and all that the VM asks of it then fails
 * @flags:	SHYPER_DISK_DETACH_*
 *
 * The number stays known to the hypervisor and serves a later attach.
 */
struct shyper_disk_detach {
	__u32 index;
	__u32 flags;
};

/**
 * struct shyper_disk_info - SHYPER_DISK_GET_INFO: one disk and its counters
 * @index:	in: which; ENOENT beyond the last, ENODEV if nothing is attached
 * @flags:	SHYPER_DISK_*
 * @name:	as attached
 * @path:	as attached
 * @first_sector: as attached, 512 bytes
 * @sectors:	size of the disk
 * @cache_size:	bytes of its bounce buffer
 * @vmid:	the VM that has it; SHYPER_DISK_NO_VM: none
 * @reserved0:	zero
 * @reads:	requests done, errors included
 * @writes:	the same
 * @read_bytes:	bytes read without an error
 * @write_bytes: bytes written without an error
 * @read_errors: requests that failed
 * @write_errors: the same
 * @refused:	requests out of range, too long, or writes to a read-only disk
 * @last_error:	errno of the last failure; 0: none
 * @reserved1:	zero
 * @last_error_sector: its first sector, relative to the disk
 * @latency:	requests by time from HVC_IRQ to the answer; bucket n counts
 *		those below 2^n microseconds, the last one the rest
 * @reserved:	zero
 */
struct shyper_disk_info {
	__u32 index;
	__u32 flags;
	char name[SHYPER_API_NAME_LEN];
	char path[SHYPER_API_PATH_LEN];
	__u64 first_sector;
	__u64 sectors;
	__u64 cache_size;
	__u32 vmid;
	__u32 reserved0;
	__u64 reads;
	__u64 writes;
	__u64 read_bytes;
	__u64 write_bytes;
	__u64 read_errors;
	__u64 write_errors;
	__u64 refused;
	__u32 last_error;
	__u32 reserved1;
	__u64 last_error_sector;
	__u64 latency[SHYPER_API_LATENCY_BUCKETS];
	__u64 reserved[8];
};

#define SHYPER_DISK_NO_VM	0xffffffff

#define SHYPER_PORT_UPLINK	(1 << 0)	/* the management VM's */
#define SHYPER_PORT_LIVE	(1 << 1)	/* its driver is up */
#define SHYPER_PORT_LINK	(1 << 2)	/* so is another port's */
#define SHYPER_PORT_DIRECT	(1 << 3)	/* not of the switch: an interface */

/* Causes in @drops: what a sender lost, and from RX on, what a receiver did. */
#define SHYPER_DROP_RUNT	0	/* no whole Ethernet header */
#define SHYPER_DROP_OVERSIZE	1	/* longer than its MTU allows */
#define SHYPER_DROP_HEADER	2	/* offloads that make no sense */
#define SHYPER_DROP_SPOOFED	3	/* another's source address */
#define SHYPER_DROP_NOWHERE	4	/* no port has the destination */
#define SHYPER_DROP_RX_DOWN	5	/* its driver is not up */
#define SHYPER_DROP_RX_FULL	6	/* too few buffers */
#define SHYPER_DROP_RX_SMALL	7	/* too small a buffer */
#define SHYPER_DROP_RX_FILTER	8	/* its driver wants no such frames */
#define SHYPER_DROP_RX_OFFLOAD	9	/* it cannot take segmentation */
#define SHYPER_DROP_RX_MTU	10	/* longer than its MTU allows */
#define SHYPER_DROP_RX_FIRST	SHYPER_DROP_RX_DOWN

/**
 * struct shyper_net_info - SHYPER_NET_GET_INFO: a port of the switch, or a direct one
 * @index:	in: which; ENOENT beyond the last, ENODEV if there is none now,
 *		EOPNOTSUPP without SHYPER_INFO_NET and SHYPER_INFO_DIRECT. Direct ones
 *		come behind those of the switch, and take the place of those that go
 * @flags:	SHYPER_PORT_*
 * @vmid:	whose
 * @mtu:	0: whatever comes
 * @mac:	its address
 * @reserved0:	zero
 * @base:	guest address of its registers
 * @tx_frames:	taken from its driver
 * @tx_bytes:	of these
 * @tx_copies:	that other ports were offered; of a direct port: frames that its
 *		interface had for it
 * @rx_frames:	given to its driver
 * @rx_bytes:	of these
 * @rx_interrupts: for these
 * @resets_needed: times its driver broke the rules of a ring
 * @drops:	by SHYPER_DROP_*
 * @ifindex:	of the interface, of a direct port; 0: it is in another namespace
 * @reserved1:	zero
 * @reserved:	zero
 */
struct shyper_net_info {
	__u32 index;
	__u32 flags;
	__u32 vmid;
	__u32 mtu;
	__u8 mac[6];
	__u8 reserved0[2];
	__u64 base;
	__u64 tx_frames;
	__u64 tx_bytes;
	__u64 tx_copies;
	__u64 rx_frames;
	__u64 rx_bytes;
	__u64 rx_interrupts;
	__u64 resets_needed;
	__u64 drops[SHYPER_API_NET_DROPS];
	__u32 ifindex;
	__u32 reserved1;
	__u64 reserved[7];
};

#define SHYPER_API_MAX_QUEUES	17

/**
 * struct shyper_queue_stats - one virtqueue of a direct device
 * @kicks:	notifications that reached us
 * @wakeups:	times its thread was woken for one
 * @requests:	buffers taken
 * @bytes:	of these
 * @batches:	times one or more buffers were given back together
 * @interrupts:	sent to the guest
 * @interrupts_suppressed: not sent, as the driver did not want one
 * @polls_won:	buffers found by looking, before a notification was asked for
 * @polls_lost:	times of looking that found nothing
 * @copies:	buffers whose data was copied
 * @copied_bytes: of these
 * @errors:	buffers answered with an error, or frames dropped; of a console, bytes
 *		of output that were dropped as nobody read, and messages refused
 * @broken:	times the driver broke the rules of the ring
 * @holds:	times that notifications were not heard for a while, as many had brought
 *		nothing, or the queue did not run
 * @reserved:	zero
 */
struct shyper_queue_stats {
	__u64 kicks;
	__u64 wakeups;
	__u64 requests;
	__u64 bytes;
	__u64 batches;
	__u64 interrupts;
	__u64 interrupts_suppressed;
	__u64 polls_won;
	__u64 polls_lost;
	__u64 copies;
	__u64 copied_bytes;
	__u64 errors;
	__u64 broken;
	__u64 holds;
	__u64 reserved[2];
};

/**
 * struct shyper_dev_info - SHYPER_DEV_GET_INFO: a direct device and its queues
 * @index:	in: which; ENOENT beyond the last, ENODEV if there is none now,
 *		EOPNOTSUPP without SHYPER_INFO_DIRECT
 * @vmid:	whose
 * @type:	SHYPER_DEV_*
 * @status:	virtio's device status
 * @name:	as configured
 * @base:	guest address of its registers
 * @irq:	interrupt number in the guest
 * @queues:	entries of @queue in use
 * @offered:	virtio feature bits
 * @features:	of those, the negotiated ones
 * @resets:	times the driver, a boot, or the VM's end reset it
 * @config_changes: times its configuration changed
 * @link:	disk: its index; network and console: number of the interface or of the
 *		first tty
 * @forwarded:	register accesses answered
 * @ifname:	network: the interface; console: the first tty; disk: its name
 * @reserved:	zero
 * @queue:	counters
 */
struct shyper_dev_info {
	__u32 index;
	__u32 vmid;
	__u32 type;
	__u32 status;
	char name[SHYPER_API_NAME_LEN];
	__u64 base;
	__u32 irq;
	__u32 queues;
	__u64 offered;
	__u64 features;
	__u64 resets;
	__u64 config_changes;
	__u64 link;
	__u64 forwarded;
	char ifname[SHYPER_API_NAME_LEN];
	__u64 reserved[4];
	struct shyper_queue_stats queue[SHYPER_API_MAX_QUEUES];
};

#define SHYPER_GET_INFO		_IOR(SHYPER_IOC_MAGIC, 0x00, struct shyper_info)
#define SHYPER_VM_ADD		_IOWR(SHYPER_IOC_MAGIC, 0x01, struct shyper_vm_add)
#define SHYPER_VM_OPEN		_IOW(SHYPER_IOC_MAGIC, 0x02, struct shyper_vm_open)
#define SHYPER_VM_LIST		_IOR(SHYPER_IOC_MAGIC, 0x03, struct shyper_vm_list_info)
#define SHYPER_DISK_ATTACH	_IOWR(SHYPER_IOC_MAGIC, 0x04, struct shyper_disk_attach)
#define SHYPER_DISK_DETACH	_IOW(SHYPER_IOC_MAGIC, 0x05, struct shyper_disk_detach)
#define SHYPER_DISK_GET_INFO	_IOWR(SHYPER_IOC_MAGIC, 0x06, struct shyper_disk_info)
#define SHYPER_NET_GET_INFO	_IOWR(SHYPER_IOC_MAGIC, 0x07, struct shyper_net_info)
#define SHYPER_DEV_GET_INFO	_IOWR(SHYPER_IOC_MAGIC, 0x08, struct shyper_dev_info)

/* ---- read() and poll() on /dev/shyper: events, whole structs only ---- */

#define SHYPER_EVENT_VM_ADDED		1
#define SHYPER_EVENT_VM_BOOTED		2
#define SHYPER_EVENT_VM_POWERED_OFF	3	/* by the guest */
#define SHYPER_EVENT_VM_RESET		4	/* asked for by the guest: load, boot */
#define SHYPER_EVENT_VM_CRASHED		5
#define SHYPER_EVENT_VM_STOPPED		6	/* by SHYPER_VM_STOP */
#define SHYPER_EVENT_VM_REMOVED		7
#define SHYPER_EVENT_DISK_ATTACHED	8
#define SHYPER_EVENT_DISK_DETACHED	9
#define SHYPER_EVENT_DISK_ERROR		10	/* the first error since the last read */
#define SHYPER_EVENT_LOST		11	/* the reader was too slow; arg: how many */

/**
 * struct shyper_event - what read() returns; each opener sees every event
 * @type:	SHYPER_EVENT_*
 * @vmid:	the VM, or SHYPER_DISK_NO_VM
 * @time_ns:	CLOCK_MONOTONIC
 * @arg:	crash cause, disk index, or events lost
 * @ipa:	faulting address of a crash
 * @name:	of the VM or the disk
 */
struct shyper_event {
	__u32 type;
	__u32 vmid;
	__u64 time_ns;
	__u64 arg;
	__u64 ipa;
	char name[SHYPER_API_NAME_LEN];
};

/* ---- calls on a VM descriptor ---- */

/**
 * struct shyper_vm_cpus - SHYPER_VM_SET_CPUS
 * @num:	virtual CPUs
 * @master:	physical CPU to prefer for the first; SHYPER_CPU_ANY
 * @mask:	physical CPUs, @num bits
 */
struct shyper_vm_cpus {
	__u32 num;
	__u32 master;
	__u64 mask;
};

#define SHYPER_CPU_ANY		0xffffffff

/**
 * struct shyper_vm_memory - SHYPER_VM_ADD_MEMORY
 * @ipa:	guest address, page-aligned
 * @length:	bytes, whole pages
 */
struct shyper_vm_memory {
	__u64 ipa;
	__u64 length;
};

#define SHYPER_DEVICE_DIRECT	(1 << 0)	/* this module is the device */

#define SHYPER_DEV_CONSOLE		0
#define SHYPER_DEV_GICD			1
#define SHYPER_DEV_GPPT			2
#define SHYPER_DEV_VIRTIO_BLK		3
#define SHYPER_DEV_VIRTIO_NET		4
#define SHYPER_DEV_VIRTIO_CONSOLE	5
#define SHYPER_DEV_SHYPER		6
#define SHYPER_DEV_VIRTIO_BLK_MEDIATED	7
#define SHYPER_DEV_IOMMU		8

/**
 * struct shyper_vm_device - SHYPER_VM_ADD_DEVICE: an emulated device
 * @name:	1 to 31 characters
 * @type:	SHYPER_DEV_*
 * @irq:	interrupt number (INTID) in the guest; 0: none
 * @base:	guest address
 * @length:	bytes
 * @cfg_num:	words of @cfg in use
 * @flags:	SHYPER_DEVICE_DIRECT: only with SHYPER_INFO_DIRECT, and for a mediated
 *		disk, a network device, or a virtio console
 * @cfg:	disk: first sector, sectors (0: all), 1 + disk index (0: the first
 *		free one; else only with SHYPER_INFO_DISK_SELECT or if it is the
 *		first free one); net: six MAC bytes and, with
 *		SHYPER_INFO_NET, the MTU (0: 1500); console: peer VM, peer address.
 *		Direct devices: disk: the same (any disk may be named), then queues
 *		(0: one for each vCPU), then 20 bytes of serial number in three words;
 *		net: the same, then queue pairs (0: 1), then 16 bytes of the
 *		interface's name in two words (0: the module's choice); console: ports
 *		(0: 1)
 */
struct shyper_vm_device {
	char name[SHYPER_API_NAME_LEN];
	__u32 type;
	__u32 irq;
	__u64 base;
	__u64 length;
	__u32 cfg_num;
	__u32 flags;
	__u64 cfg[SHYPER_API_CFG_WORDS];
};

/**
 * struct shyper_vm_region - SHYPER_VM_ADD_REGION: passed-through registers
 * @ipa:	guest address, page-aligned
 * @pa:		physical address, page-aligned
 * @length:	bytes, whole pages
 */
struct shyper_vm_region {
	__u64 ipa;
	__u64 pa;
	__u64 length;
};

/**
 * struct shyper_vm_numbers - SHYPER_VM_ADD_IRQS, SHYPER_VM_ADD_STREAM_IDS
 * @num:	entries in use
 * @flags:	zero
 * @value:	passed-through INTIDs, or SMMU stream ids
 */
struct shyper_vm_numbers {
	__u32 num;
	__u32 flags;
	__u64 value[SHYPER_API_MAX_IRQS];
};

#define SHYPER_DTB_DEV_SERIAL	0
#define SHYPER_DTB_DEV_GICD	1
#define SHYPER_DTB_DEV_GICC	2

/**
 * struct shyper_vm_dtb_device - SHYPER_VM_ADD_DTB_DEVICE: a device tree node
 * @name:	1 to 31 characters
 * @type:	SHYPER_DTB_DEV_*
 * @irq_num:	entries of @irqs in use
 * @ipa:	guest address
 * @length:	bytes; 0: the hypervisor's default
 * @irqs:	INTIDs
 */
struct shyper_vm_dtb_device {
	char name[SHYPER_API_NAME_LEN];
	__u32 type;
	__u32 irq_num;
	__u64 ipa;
	__u64 length;
	__u64 irqs[SHYPER_API_MAX_IRQS];
};

/**
 * struct shyper_vm_load - SHYPER_VM_LOAD: copy a piece of an image into the VM
 * @ipa:	guest address; all of [ipa, ipa + size) in one memory region
 * @data:	address of the bytes
 * @size:	bytes, at most SHYPER_LOAD_MAX
 * @image_size:	bytes of the whole kernel image (also with other images)
 * @reserved:	zero
 *
 * The first one creates the VM from what was configured.
 */
struct shyper_vm_load {
	__u64 ipa;
	__u64 data;
	__u64 size;
	__u64 image_size;
	__u64 reserved[2];
};

#define SHYPER_LOAD_MAX		(16 << 20)

/**
 * struct shyper_vm_flags - argument of the calls that only take flags
 * @flags:	zero
 * @reserved:	zero
 */
struct shyper_vm_flags {
	__u32 flags;
	__u32 reserved;
};

/**
 * struct shyper_vm_stats - SHYPER_VM_GET_STATS: the hypervisor's counters
 * @vcpus:	entries of @vcpu in use
 * @reserved0:	zero
 * @hypercalls:	HVCs that the VM made
 * @hvc_irqs:	HVC_IRQs that it was given
 * @bytes_copied: by the hypervisor between its memory and disk caches
 * @blk_requests: mediated requests completed
 * @blk_errors:	of those, answered with an error
 * @console_dropped: bytes of console output that nobody had room for
 * @memory:	bytes of memory
 * @table_pages: 4 KiB pages of second stage tables
 * @reserved:	zero
 * @vcpu:	per virtual CPU: exits by reason (irq, wfx, hvc, smc, sysreg, mmio,
 *		abort, other), virtual interrupts, queue notifications,
 *		inter-processor kicks, SGI traps; of direct devices: stores to
 *		doorbells, those whose event was pending, interrupt acknowledgements
 *		done by the hypervisor, register accesses sent to the module
 */
struct shyper_vm_stats {
	__u32 vcpus;
	__u32 reserved0;
	__u64 hypercalls;
	__u64 hvc_irqs;
	__u64 bytes_copied;
	__u64 blk_requests;
	__u64 blk_errors;
	__u64 console_dropped;
	__u64 memory;
	__u64 table_pages;
	__u64 reserved[7];
	struct {
		__u64 exits[8];
		__u64 virqs;
		__u64 doorbells;
		__u64 kicks;
		__u64 sgi_traps;
		__u64 trap_doorbells;
		__u64 trap_merged;
		__u64 trap_cleared;
		__u64 trap_forwarded;
	} vcpu[8];
};

#define SHYPER_VM_SET_CPUS	_IOW(SHYPER_IOC_MAGIC, 0x20, struct shyper_vm_cpus)
#define SHYPER_VM_ADD_MEMORY	_IOW(SHYPER_IOC_MAGIC, 0x21, struct shyper_vm_memory)
#define SHYPER_VM_ADD_DEVICE	_IOW(SHYPER_IOC_MAGIC, 0x22, struct shyper_vm_device)
#define SHYPER_VM_ADD_REGION	_IOW(SHYPER_IOC_MAGIC, 0x23, struct shyper_vm_region)
#define SHYPER_VM_ADD_IRQS	_IOW(SHYPER_IOC_MAGIC, 0x24, struct shyper_vm_numbers)
#define SHYPER_VM_ADD_STREAM_IDS _IOW(SHYPER_IOC_MAGIC, 0x25, struct shyper_vm_numbers)
#define SHYPER_VM_ADD_DTB_DEVICE _IOW(SHYPER_IOC_MAGIC, 0x26, struct shyper_vm_dtb_device)
#define SHYPER_VM_LOAD		_IOW(SHYPER_IOC_MAGIC, 0x27, struct shyper_vm_load)
#define SHYPER_VM_KEEP		_IOW(SHYPER_IOC_MAGIC, 0x28, struct shyper_vm_flags)
#define SHYPER_VM_BOOT		_IOW(SHYPER_IOC_MAGIC, 0x29, struct shyper_vm_flags)
/* Power off at once, as pulling the plug; needs SHYPER_INFO_STOP. */
#define SHYPER_VM_STOP		_IOW(SHYPER_IOC_MAGIC, 0x2a, struct shyper_vm_flags)
/* Reset at once: stopped and back to "load, then boot"; needs SHYPER_INFO_STOP. */
#define SHYPER_VM_RESET		_IOW(SHYPER_IOC_MAGIC, 0x2b, struct shyper_vm_flags)
#define SHYPER_VM_REMOVE	_IOW(SHYPER_IOC_MAGIC, 0x2c, struct shyper_vm_flags)
#define SHYPER_VM_GET_INFO	_IOR(SHYPER_IOC_MAGIC, 0x2d, struct shyper_vm_info)
#define SHYPER_VM_GET_STATS	_IOR(SHYPER_IOC_MAGIC, 0x2e, struct shyper_vm_stats)

#endif /* _UAPI_LINUX_SHYPER_H */
