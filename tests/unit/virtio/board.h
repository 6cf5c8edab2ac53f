/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rest of EL2 and the machine, as far as virtio sees them: VMs with memory,
 * emulated registers and interrupts; the MVM with disks behind its pages.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdlib.h>
#include <setjmp.h>
#include <string.h>

#include <el2/errno.h>
#include <el2/mmio.h>
#include <el2/mq.h>
#include <el2/options.h>
#include <el2/virtio.h>
#include <el2/vm.h>
#include <shyper/hypercall.h>
#include <tap.h>

#define VMS		SHYPER_VM_MAX
#define RAM		0x40000000UL	/* where each VM's memory begins */
#define RAM_SIZE	0x200000UL
#define RAM2		(RAM + RAM_SIZE) /* touches it, is another region */
#define RAM2_SIZE	0x10000UL
#define REGISTERS	0x0a000000UL
#define STRIDE		0x1000UL
#define INTID		48		/* of the device at REGISTERS; the next 49 */

struct vcpu {
	struct vm *vm;
	u64 doorbells;
};

struct region {
	u64 ipa;
	u64 size;
	u8 *host;
};

struct vm {
	u32 id;
	u32 nregions;
	struct region region[2];
	u32 nmmio;
	struct mmio_region mmio[MMIO_REGIONS];
	struct vcpu vcpu;
	u64 irqs[128];
	u64 counter[VM_COUNTERS];
	u64 next;		/* first byte not yet handed out by vm_alloc() */
};

/**
 * struct board - what the tests watch
 * @messages:	drv_notify sent to the MVM
 * @work:	mediated_work() was asked for
 * @works:	how often
 * @logged:	lines
 * @panicked:	deployed_panic() was called
 * @on_irq:	called when a VM gets an interrupt
 */
struct board {
	struct vm vm[VMS];
	u64 messages;
	bool work;
	u64 works;
	u64 logged;
	u64 panicked;
	void (*on_irq)(struct vm *vm, u32 intid);
};

extern struct board board;

/* VMs 0 .. n - 1, with zeroed memory. */
void board_begin(u32 vms);
void vm_begin(u32 id);
/* As vm_remove() in EL2: devices, then memory. */
void vm_end(u32 id);

/* A piece of the VM's RAM, zeroed at the beginning, aligned to 4096. */
u64 vm_alloc(struct vm *vm, u64 size);
void *vm_at(struct vm *vm, u64 ipa, u64 len);

/* One load or store by the VM's vCPU; `ret` of the handler, 0: answered. */
int vm_load(struct vm *vm, u64 ipa, u32 width, u64 *value);
int vm_store(struct vm *vm, u64 ipa, u32 width, u64 value);
/* A register, 32 bits; a failure fails the test. */
u32 vm_read(struct vm *vm, u64 ipa);
void vm_write(struct vm *vm, u64 ipa, u32 value);

/* No lock is held by this thread. */
bool no_locks(void);

/* Run `fn`. Return: whether it ended in deployed_panic(). */
bool panics(void (*fn)(void));

/*
 * disk.c: the MVM's driver. Its disks are arrays here.
 */

#define DISK_SECTORS	4096ULL
#define DISK_CACHE	(64 * 1024ULL)

struct mvm_disk {
	u64 page;			/* IPA of its content page */
	struct shyper_blk_content *content;
	u64 cache;			/* IPA */
	u64 sectors;
	u8 *data;
	u64 requests;
};

extern struct mvm_disk mvm_disks[32];
extern u32 mvm_ndisks;

/* Make a disk of the usual size and append it. */
struct mvm_disk *mvm_add_disk(const char *name);
/* Fill in a page as told, without appending it. */
void mvm_fill_page(u64 page, u64 sectors, u64 dma_max, u64 cache, u64 size);
/* Do mediated_work() if it was asked for, as the MVM's CPU does. */
bool mvm_work(void);
/* The disk that has a request waiting, or NULL. */
struct mvm_disk *mvm_waiting(void);
/* Take it (nreq goes down) and transfer; no notification yet. */
void mvm_transfer(struct mvm_disk *disk);
/* Work, transfer, notify, until there is nothing left. Return: requests. */
u32 mvm_run(void);
/* The same for at most `n` requests. */
u32 mvm_run_some(u32 n);

/*
 * driver.c: a guest's driver of a device with up to two queues.
 */

#define Q_MAX		512

struct buf {
	u64 ipa;
	u32 len;
	bool write;
};

struct drv_queue {
	u16 num;
	struct shyper_vring_desc *desc;
	struct shyper_vring_avail *avail;
	struct shyper_vring_used *used;
	u16 avail_idx;
	u16 kicked;		/* avail_idx when a kick was last considered */
	u16 used_idx;
	u16 free[Q_MAX];
	u16 nfree;
	u16 chain[Q_MAX][Q_MAX / 8];	/* descriptors of a head */
	u16 chain_len[Q_MAX];
	u64 tables;		/* IPA of an indirect table per head */
};

struct drv {
	struct vm *vm;
	u64 base;
	u64 features;
	u64 kicks;
	struct drv_queue q[2];
	/* blk: per head, {header, status}. */
	u64 slots;
};

#define VERSION_1	BIT(32)
#define RING_RESET	BIT(40)
#define EVENT_IDX	BIT(29)
#define INDIRECT	BIT(28)

/* Steps of initialisation; drv_start() makes all of them. */
void drv_negotiate(struct drv *d, struct vm *vm, u64 base, u64 features);
void drv_queue(struct drv *d, u32 index, u16 num);
bool drv_start(struct drv *d, struct vm *vm, u64 base, u64 features, u32 queues,
	       u16 num);
u32 drv_status(struct drv *d);

/* Make a buffer available, without a kick. Return: its head. */
u16 drv_add(struct drv *d, u32 q, const struct buf *bufs, u32 n);
/* Notify if the device wants it. Return: whether it did. */
bool drv_kick(struct drv *d, u32 q);
/* The next used buffer, if there is one; its descriptors are free again. */
bool drv_used(struct drv *d, u32 q, u16 *head, u32 *len);

/* blk: a request of one data buffer (len may be 0). */
u16 blk_add(struct drv *d, u32 type, u64 sector, u64 data, u32 len);
u8 blk_status(struct drv *d, u16 head);
/* Add, kick, have the MVM run, reap. Return: the status. */
u8 blk_do(struct drv *d, u32 type, u64 sector, u64 data, u32 len);

#define BLK_IN		0
#define BLK_OUT		1
#define BLK_FLUSH	4
#define BLK_GET_ID	8
#define BLK_OK		0
#define BLK_IOERR	1
#define BLK_UNSUPP	2
#define BLK_NONE	0xee	/* what a status byte is before it is written */

/* A VM with a mediated disk at REGISTERS + n * STRIDE, not started. */
int blk_create(u32 vm, u32 n, u64 first, u64 count, u64 index);

/* The registers that tests name themselves. */
#define R_MAGIC			0x000
#define R_VERSION		0x004
#define R_DEVICE		0x008
#define R_VENDOR		0x00c
#define R_FEATURES		0x010
#define R_FEATURES_SEL		0x014
#define R_DRIVER_FEATURES	0x020
#define R_DRIVER_FEATURES_SEL	0x024
#define R_QUEUE_SEL		0x030
#define R_QUEUE_NUM_MAX		0x034
#define R_QUEUE_NUM		0x038
#define R_QUEUE_READY		0x044
#define R_QUEUE_NOTIFY		0x050
#define R_ISR			0x060
#define R_ISR_ACK		0x064
#define R_STATUS		0x070
#define R_QUEUE_DESC		0x080
#define R_QUEUE_AVAIL		0x090
#define R_QUEUE_USED		0x0a0
#define R_QUEUE_RESET		0x0c0
#define R_GENERATION		0x0fc
#define R_CONFIG		0x100

#define S_ACK		1
#define S_DRIVER	2
#define S_DRIVER_OK	4
#define S_FEATURES_OK	8
#define S_NEEDS_RESET	0x40
#define S_FAILED	0x80

extern const struct tap_suite transport_suite, blk_suite, engine_suite,
			      deployed_suite, console_suite, chaos_suite;

#endif /* BOARD_H */
