/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * el2test.ko is the MVM to EL2's direct path without shyper.ko: it makes the
 * hypercalls itself, those that a good MVM would never make among them.
 */
#ifndef EL2TEST_H
#define EL2TEST_H

#include <linux/io.h>
#include <linux/mm.h>
#include <shyper/direct.h>

#include "direct.h"

/* ---- main.c: results as TAP ---- */

bool el2test_report(bool good, const char *fmt, ...) __printf(2, 3);
void el2test_diag(const char *fmt, ...) __printf(1, 2);

#define check(cond, ...)	el2test_report(cond, __VA_ARGS__)

u64 el2test_hvc(u64 code, const u64 args[7]);

#define classic(fid, event, ...) \
	el2test_hvc(SHYPER_HVC_CODE(fid, event), (const u64 [7]){ __VA_ARGS__ })
#define direct(event, ...) \
	((s64)el2test_hvc(SHYPER_HVC_CODE(SHYPER_FID_DIRECT, event), \
			  (const u64 [7]){ __VA_ARGS__ }))

/* A zeroed page until the module goes; addresses are physical ones. */
void *el2test_page(void);

/* ---- board.c: the VM ---- */

enum {
	EVENT_BELL	= 64,		/* and on: a queue each */
	EVENT_MATCH	= EVENT_BELL + QUEUES,
	EVENT_FORWARD	= 130,
	EVENT_LIFE	= 131,
	EVENT_PLAIN	= 3000,		/* left where it is */
};

/**
 * struct board - the VM under test and the pages that it and EL2 share
 * @vmid:	its id
 * @image:	of the guest
 * @image_size:	bytes
 * @regs:	its register page
 * @events:	the event page
 * @ioreqs:	slots
 * @ring:	VM events
 * @table:	of its memory
 * @ram:	its memory, while granted
 * @box:	in there
 * @trap:	ids: regs, forward, bell, never
 */
struct board {
	u64 vmid;
	void *image;
	size_t image_size;
	u8 *regs;
	struct shyper_event_page *events;
	struct shyper_ioreq_page *ioreqs;
	struct shyper_vm_event_ring *ring;
	struct shyper_mem_table *table;
	u8 *ram;
	volatile struct guest_box *box;
	s64 trap[4];
};

extern struct board board;

int board_init(const char *path);
int board_add(const char *name);		/* configured, no image yet */
u64 board_device(u64 base, u64 size, u64 intid, const char *name,
		 const char *compatible, u64 type);
u64 board_upload(void);
s64 board_grant(void);
s64 board_seed(void);
bool board_seeded(void);
s64 board_trap_add(const struct shyper_trap *trap);
void board_trap_regs(struct shyper_trap *trap);
void board_trap_plain(struct shyper_trap *trap, u64 offset, u64 length);
bool board_traps_add(void);
u64 board_remove(void);

/* ---- the tests ---- */

void calls_test(void);		/* calls.c: careless ones */
void guest_test(void);		/* guest.c: with direct.c in the VM */

#endif /* EL2TEST_H */
