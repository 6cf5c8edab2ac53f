/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layouts of the direct path: what shyper.ko and EL2 share beside the numbers
 * of hypercall.h. EL2 traps, sets event bits and injects; it does not know what
 * the devices are. docs/hypercalls.md has each call.
 *
 * Fields marked EL2 are written by EL2, those marked MVM by the MVM.
 */
#ifndef SHYPER_DIRECT_H
#define SHYPER_DIRECT_H

#include <shyper/hypercall.h>

/* ---- event_page(ipa): the event bitmap ---- */

#define SHYPER_EVENT_WORDS	64
#define SHYPER_EVENTS		(64 * SHYPER_EVENT_WORDS)

/*
 * Event n is bit n % 64 of word[n / 64], whose own bit in summary is n / 64. EL2
 * sets the event's bit; if it was clear, the summary's bit; if the summary was 0,
 * it makes HVC_IRQ pending. The MVM takes summary, then the words that it
 * names, each by an atomic exchange with 0. What was written before the bit was
 * set (release) is seen by who took it (acquire).
 */
struct shyper_event_page {
	__le64 summary;
	__le64 word[SHYPER_EVENT_WORDS];
	u8 unused[SHYPER_PAGE_SIZE - 8 - 8 * SHYPER_EVENT_WORDS];
};
static_assert(sizeof(struct shyper_event_page) == SHYPER_PAGE_SIZE);

/* ---- mem_grant(vmid, ipa): where the VM's memory is ---- */

#define SHYPER_MEM_REGIONS	64

struct shyper_mem_region {
	__le64 ipa;		/* of the guest */
	__le64 pa;		/* which is the MVM's IPA of it */
	__le64 length;		/* bytes */
	__le64 reserved;
};
static_assert(sizeof(struct shyper_mem_region) == 32);

/* EL2, all of it. */
struct shyper_mem_table {
	__le32 version;		/* 1 */
	__le32 count;		/* of region */
	__le64 reserved[3];
	struct shyper_mem_region region[SHYPER_MEM_REGIONS];
	u8 unused[SHYPER_PAGE_SIZE - 32 - 32 * SHYPER_MEM_REGIONS];
};
static_assert(sizeof(struct shyper_mem_table) == SHYPER_PAGE_SIZE);

/* ---- trap_add(ipa): a range of a guest's address space ---- */

/* What becomes of a store that an action decides. */
enum shyper_trap_do {
	/*
	 * Set event `event`, or, if `limit` is not 0, event + value where
	 * value < limit; another value does nothing. The vCPU does not wait.
	 */
	SHYPER_TRAP_DOORBELL	= 0,
	/*
	 * Clear the bits of the value in the 32-bit register at offset `target`
	 * of the page, and clean it to the point of coherency. Width 4, and only
	 * in a trap with a page.
	 */
	SHYPER_TRAP_CLEAR_BITS	= 1,
	/* Nothing: the store is dropped. */
	SHYPER_TRAP_IGNORE	= 2,
};

#define SHYPER_TRAP_MATCH	(1U << 0)	/* only if the value is `value` */

/*
 * The first action whose offset and width are the store's, and whose value is if
 * it wants one, decides; a store that none decides is forwarded.
 */
struct shyper_trap_action {
	__le32 offset;		/* from the trap's ipa */
	u8 width;		/* bytes: 1, 2, 4, 8; 0: any */
	u8 action;		/* enum shyper_trap_do */
	__le16 flags;		/* SHYPER_TRAP_MATCH */
	__le32 event;
	__le32 limit;
	__le32 target;
	__le32 reserved;
	__le64 value;
};
static_assert(sizeof(struct shyper_trap_action) == 32);

#define SHYPER_TRAP_ACTIONS	16

/*
 * MVM. With a page, loads are answered by it and do not trap: it is mapped
 * read-only at the trap's ipa, and length is one page. The writer of the page
 * cleans it to the point of coherency, as a guest maps registers uncached. Without
 * a page every access traps, and loads are forwarded. Forwarding: the ioreq slot
 * of the vCPU, then event `forward_event`.
 */
struct shyper_trap {
	__le32 vmid;
	__le32 flags;		/* SHYPER_TRAP_PAGE */
	__le64 ipa;		/* in a device of type SHYPER_EMU_MVM of the VM */
	__le64 length;		/* bytes */
	__le64 page_ipa;	/* of the MVM, with SHYPER_TRAP_PAGE */
	__le32 forward_event;
	__le32 actions;		/* of action */
	__le64 reserved[3];
	struct shyper_trap_action action[SHYPER_TRAP_ACTIONS];
};
static_assert(sizeof(struct shyper_trap) == 64 + 32 * SHYPER_TRAP_ACTIONS);

#define SHYPER_TRAP_PAGE	(1U << 0)

/* ---- ioreq_page(vmid, ipa): forwarded accesses, a slot for each vCPU ---- */

/*
 * FREE -> PENDING by EL2, which has filled the rest; PENDING -> PROCESSING ->
 * COMPLETE by the MVM, which fills value (of a load) and error; then ioreq_done()
 * makes EL2 take it: COMPLETE -> FREE. Each step is a release, each look an
 * acquire. A VM that stops leaves its slots FREE; ioreq_done() then is -EAGAIN.
 */
enum shyper_ioreq_state {
	SHYPER_IOREQ_FREE	= 0,
	SHYPER_IOREQ_PENDING	= 1,
	SHYPER_IOREQ_PROCESSING	= 2,
	SHYPER_IOREQ_COMPLETE	= 3,
};

struct shyper_ioreq {
	__le32 state;
	u8 width;		/* EL2: bytes */
	u8 write;		/* EL2: 1 for a store */
	u8 error;		/* MVM: not 0: the guest gets an external abort */
	u8 reserved0;
	__le64 ipa;		/* EL2: the address */
	__le64 value;		/* store: EL2, zero-extended; load: MVM */
	__le32 trap;		/* EL2: which one */
	__le32 sequence;	/* EL2: counts the slot's requests */
	__le64 reserved[4];
};
static_assert(sizeof(struct shyper_ioreq) == 64);

#define SHYPER_IOREQ_SLOTS	8

struct shyper_ioreq_page {
	struct shyper_ioreq slot[SHYPER_IOREQ_SLOTS];
	u8 unused[SHYPER_PAGE_SIZE - 64 * SHYPER_IOREQ_SLOTS];
};
static_assert(sizeof(struct shyper_ioreq_page) == SHYPER_PAGE_SIZE);

/* ---- vm_event_ring(ipa, event): lives of VMs ---- */

enum shyper_vm_event_type {
	SHYPER_VM_EVENT_STARTED	= 1,
	SHYPER_VM_EVENT_OFF	= 2,	/* it powered itself off */
	SHYPER_VM_EVENT_RESET	= 3,	/* it asked for a reset */
	SHYPER_VM_EVENT_CRASHED	= 4,
	SHYPER_VM_EVENT_STOPPED	= 5,	/* by the MVM's call */
	SHYPER_VM_EVENT_REMOVED	= 6,
};

struct shyper_vm_event {
	__le32 type;
	__le32 vmid;
	__le32 cause;		/* enum shyper_crash_cause */
	__le32 boots;		/* times it had been booted */
	__le64 ipa;		/* of a crash */
	__le64 ticks;		/* CNTVCT */
	__le64 reserved[4];
};
static_assert(sizeof(struct shyper_vm_event) == 64);

#define SHYPER_VM_EVENT_SLOTS	63

/*
 * Entry n is slot[n % SHYPER_VM_EVENT_SLOTS]. EL2 fills it, then raises head (release),
 * then sets the event. The MVM raises tail when it has taken entries. EL2 does
 * not overwrite what is not taken: it counts it in lost.
 */
struct shyper_vm_event_ring {
	__le32 head;		/* EL2 */
	__le32 tail;		/* MVM */
	__le32 lost;		/* EL2 */
	__le32 reserved[13];
	struct shyper_vm_event slot[SHYPER_VM_EVENT_SLOTS];
};
static_assert(sizeof(struct shyper_vm_event_ring) == SHYPER_PAGE_SIZE);

#endif /* SHYPER_DIRECT_H */
