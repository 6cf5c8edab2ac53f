// SPDX-License-Identifier: GPL-2.0-only
/* The MVM to tests/guest/bare/direct.c: takes events, answers, looks at the sums. */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/string.h>

#include <clocksource/arm_arch_timer.h>

#include "el2test.h"

#define PATIENCE_MS	60000
#define LOGGED		32

struct store {
	u64 ipa;
	u64 value;
	u8 width;
};

/* Written by the interrupt's handler. */
static u32 seen[SHYPER_EVENTS];
static u32 forwards, bad_forwards, nlogged, done_errors;
static struct store logged[LOGGED];
static u64 sequence[QUEUES];
static bool ping;

static bool error_wanted(u64 ipa)
{
	return ipa == REGS + R_ERROR ||
	       (ipa >= PLAIN + P_ERROR && ipa < PLAIN + P_FORWARD_SIZE);
}

static void answer(struct shyper_ioreq *slot, u32 vcpu)
{
	u64 ipa = le64_to_cpu(slot->ipa);

	if (ipa >= PLAIN + P_NEVER && ipa < PLAIN + P_NEVER + P_NEVER_SIZE)
		return;
	WRITE_ONCE(slot->state, cpu_to_le32(SHYPER_IOREQ_PROCESSING));
	/* Not yet: it is not complete. */
	if (direct(SHYPER_DIRECT_IOREQ_DONE, board.vmid, vcpu) != -EINVAL)
		done_errors++;
	forwards++;
	if (slot->trap != board.trap[ipa < PLAIN ? 0 : ipa < PLAIN + P_BELL ? 2 : 3])
		bad_forwards++;
	if (slot->write && nlogged < LOGGED)
		logged[nlogged++] = (struct store){
			ipa, le64_to_cpu(slot->value), slot->width };
	if (!slot->write)
		slot->value = cpu_to_le64(ANSWER(ipa));
	slot->error = error_wanted(ipa);
	smp_store_release(&slot->state, cpu_to_le32(SHYPER_IOREQ_COMPLETE));
	if (direct(SHYPER_DIRECT_IOREQ_DONE, board.vmid, vcpu))
		done_errors++;
}

static void take_event(u32 n)
{
	struct shyper_ioreq *slot;
	u32 vcpu;

	seen[n]++;
	if (n >= EVENT_BELL && n < EVENT_BELL + QUEUES) {
		sequence[n - EVENT_BELL] = board.box->sequence[n - EVENT_BELL];
	} else if (n == EVENT_MATCH) {
		if (ping)
			direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, REGS_SPI);
	} else if (n == EVENT_FORWARD) {
		for (vcpu = 0; vcpu < SHYPER_IOREQ_SLOTS; vcpu++) {
			slot = &board.ioreqs->slot[vcpu];
			if (le32_to_cpu(smp_load_acquire(&slot->state)) ==
			    SHYPER_IOREQ_PENDING)
				answer(slot, vcpu);
		}
	}
}

static irqreturn_t hvc_irq(int irq, void *data)
{
	u64 summary = xchg(&board.events->summary, 0);
	u64 bits;
	u32 word;

	for (; summary; summary &= summary - 1) {
		word = __ffs(summary);
		if (word == EVENT_PLAIN / 64) {
			seen[EVENT_PLAIN]++;
			continue;
		}
		bits = xchg(&board.events->word[word], 0);
		for (; bits; bits &= bits - 1)
			take_event(word * 64 + __ffs(bits));
	}
	return IRQ_HANDLED;
}

/* Until the guest has done a step; what it says went wrong. */
static bool wait_step(u32 step)
{
	u32 left;

	for (left = PATIENCE_MS; left; left--) {
		if (READ_ONCE(board.box->step) >= step)
			return true;
		if (READ_ONCE(board.box->failed))
			break;
		msleep(1);
	}
	el2test_diag("step %u of %u, direct.c:%u, %u faults", board.box->step, step,
		     board.box->failed, board.box->faults);
	return false;
}

/* Let the guest do `step`, and wait until it has. */
static bool do_step(u32 step)
{
	WRITE_ONCE(board.box->go, step);
	return wait_step(step);
}

static struct shyper_stats_page *stats(void)
{
	static struct shyper_stats_page *page;

	if (!page)
		page = el2test_page();
	direct(SHYPER_DIRECT_STATS_PAGE, board.vmid, virt_to_phys(page));
	return page;
}

static u64 mmio_exits(void)
{
	struct shyper_vcpu_stats *vcpu = &stats()->vcpu[0];

	return vcpu->exits[SHYPER_EXIT_MMIO] + vcpu->exits[SHYPER_EXIT_ABORT];
}

static void loads(void)
{
	u64 before = mmio_exits();

	check(do_step(STEP_LOADS), "the guest loads from its register page");
	check(mmio_exits() == before, "without an exit");
}

static void stores(void)
{
	static const struct store want[] = {
		{ REGS + R_CONFIG, 0x11223344, 4 },
		{ REGS + R_CONFIG + 5, 0x55, 1 },
		{ REGS + R_CONFIG + 6, 0x6666, 2 },
		{ REGS + R_CONFIG + 8, 0x1122334455667788, 8 },
		{ REGS + R_CONFIG + 16, 0, 4 },
		{ REGS + R_NOTIFY, 1, 1 },
		{ REGS + R_ACK, 1, 2 },
		{ REGS + R_CONFIG + 20, 1, 4 },
		{ REGS + R_ERROR, 1, 4 },
	};
	bool good;
	u32 n;

	check(do_step(STEP_STORES), "it stores there, in all ways there are");
	good = nlogged == ARRAY_SIZE(want);
	for (n = 0; n < nlogged; n++) {
		if (good && logged[n].ipa == want[n].ipa &&
		    logged[n].value == want[n].value &&
		    logged[n].width == want[n].width)
			continue;
		good = false;
		el2test_diag("store %u: %llx = %llx, %u bytes", n, logged[n].ipa,
			     logged[n].value, logged[n].width);
	}
	check(good, "each that has a meaning was forwarded as it was made");
}

static void bells(void)
{
	bool good = true;
	u32 n;

	check(do_step(STEP_BELLS), "it rings doorbells, wild ones too");
	for (n = 0; n < SHYPER_EVENTS; n++) {
		if (n == EVENT_FORWARD || n == EVENT_LIFE)
			continue;
		if (!!seen[n] != (n >= EVENT_BELL && n <= EVENT_MATCH)) {
			good = false;
			el2test_diag("event %u: %u times", n, seen[n]);
		}
	}
	check(good, "each good one is an event, and nothing else is");
	check(stats()->vcpu[0].trap_doorbells == board.box->rung[0],
	      "all of them are counted");
}

static void bits(void)
{
	*(u32 *)(board.regs + R_STATUS) = 0xff;
	check(do_step(STEP_BITS), "it clears bits of a register, and reads them clear");
	check(stats()->vcpu[0].trap_cleared == 3, "three times");
	check(!*(u32 *)(board.regs + R_STATUS), "they are clear here too");
}

static void plain(void)
{
	u32 before = forwards;

	check(do_step(STEP_PLAIN), "it accesses a device without a page");
	check(forwards - before == 13, "what has a meaning was forwarded");
	check(seen[EVENT_PLAIN] == 1, "a doorbell without a page");
	check(!bad_forwards, "the slot names the trap");
	check(!done_errors, "ioreq_done is an error before, and none after COMPLETE");
}

static void hammer(void)
{
	struct shyper_vcpu_stats *vcpu;
	bool good = true;
	u32 n;

	check(do_step(STEP_HAMMER), "two vCPUs at once, in all ways");
	/* The last events may be on their way. */
	msleep(20);
	for (n = 0; n < QUEUES; n++)
		good &= sequence[n] && sequence[n] == board.box->sequence[n];
	check(good, "no event is lost");
	vcpu = stats()->vcpu;
	check(vcpu[0].trap_doorbells == board.box->rung[0] &&
	      vcpu[1].trap_doorbells == board.box->rung[1],
	      "each doorbell is counted");
	check(vcpu[0].trap_forwarded + vcpu[1].trap_forwarded == forwards,
	      "so is each forwarded access");
	check(!done_errors, "each was answered once");
	el2test_diag("doorbells %llu + %llu, merged %llu + %llu",
		     vcpu[0].trap_doorbells, vcpu[1].trap_doorbells,
		     vcpu[0].trap_merged, vcpu[1].trap_merged);
}

static void walks(void)
{
	check(do_step(STEP_WALKS), "it stores through tables that go bad meanwhile");
}

static void interrupts(void)
{
	ping = true;
	check(do_step(STEP_INTERRUPTS), "it gets an interrupt for each doorbell");
	check(board.box->taken == PINGS, "%u of them", PINGS);
}

/* Under icount, ticks of 16 ns are 16 instructions each. */
static void times(void)
{
	volatile unsigned long long *t = board.box->time;
	u64 begin, took;
	u32 n;

	check(do_step(STEP_TIMES), "it measures");
	el2test_diag("ticks for %u: loop %llu, doorbell %llu, clear bits %llu, timer %llu, ping %llu",
		     TIMES, t[TIME_NOTHING], t[TIME_BELL], t[TIME_ACK], t[TIME_TIMER],
		     t[TIME_PING]);
	check(do_step(STEP_IDLE), "it waits for interrupts");
	begin = arch_timer_read_counter();
	for (n = 0; n < TIMES; n++)
		direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, REGS_SPI);
	took = arch_timer_read_counter() - begin;
	el2test_diag("ticks for %u: irq_inject %llu, taken %u", TIMES, took,
		     board.box->taken);
}

/* New pages while the guest is at it: a module that is loaded again. */
static void new_pages(void)
{
	struct shyper_event_page *events = el2test_page();
	struct shyper_ioreq_page *ioreqs = el2test_page();
	struct shyper_ioreq *slot;
	u32 n;

	board.box->go = STEP_IDLE + 1;
	/* One interrupt lets it look. */
	direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, REGS_SPI);
	slot = &board.ioreqs->slot[0];
	for (n = 0; n < 5000 && READ_ONCE(slot->state) != SHYPER_IOREQ_PENDING; n++)
		msleep(1);
	check(slot->state == SHYPER_IOREQ_PENDING && slot->width == 8 && !slot->write &&
	      le64_to_cpu(slot->ipa) == PLAIN + P_NEVER,
	      "the guest waits for an answer");
	n = seen[EVENT_FORWARD];
	board.events = events;
	check(!direct(SHYPER_DIRECT_EVENT_PAGE, virt_to_phys(events), 1),
	      "another event page");
	check(!direct(SHYPER_DIRECT_IOREQ_PAGE, board.vmid, virt_to_phys(ioreqs)) &&
	      ioreqs->slot[0].state == SHYPER_IOREQ_PENDING &&
	      ioreqs->slot[0].ipa == slot->ipa,
	      "what waits is in the new page");
	board.ioreqs = ioreqs;
	msleep(20);
	check(seen[EVENT_FORWARD] == n + 1, "with an event");
	check(direct(SHYPER_DIRECT_TRAP_DEL, board.trap[0]) == -EBUSY,
	      "trap_del: the VM runs: -EBUSY");
	check(board_seed() == -EBUSY && board_seeded(),
	      "guest_seed: the VM runs: -EBUSY");
}

static void stop(void)
{
	struct shyper_ioreq *slot = &board.ioreqs->slot[0];

	check(board_remove() == ~0UL &&
	      classic(SHYPER_FID_VMM, SHYPER_VMM_GET_VM_STATE, board.vmid) ==
	      SHYPER_VM_ACTIVE,
	      "vm_remove: its memory is granted: refused, and it runs on");
	WRITE_ONCE(slot->state, SHYPER_IOREQ_COMPLETE);
	check(!classic(SHYPER_FID_VMM, SHYPER_VMM_SHUTDOWN_VM, board.vmid),
	      "it can be stopped while it waits");
	check(slot->state == SHYPER_IOREQ_FREE, "its slot is free");
	check(!board_seeded(), "its seed is gone");
	check(direct(SHYPER_DIRECT_IOREQ_DONE, board.vmid, 0) == -EAGAIN,
	      "ioreq_done: too late: -EAGAIN");
	check(!direct(SHYPER_DIRECT_IRQ_INJECT, board.vmid, REGS_SPI),
	      "irq_inject: it has stopped: 0");
}

static bool is_inactive(void)
{
	u32 n;

	for (n = 0; n < PATIENCE_MS; n++) {
		if (classic(SHYPER_FID_VMM, SHYPER_VMM_GET_VM_STATE, board.vmid) ==
		    SHYPER_VM_INACTIVE)
			return true;
		msleep(1);
	}
	return false;
}

/* Its traps and the grant are still there. */
static void again(void)
{
	u32 n = seen[EVENT_BELL + 3];

	board.box->mode = MODE_OFF;
	check(!classic(SHYPER_FID_VMM, SHYPER_VMM_BOOT_VM, board.vmid) && is_inactive(),
	      "it is booted again, and powers off");
	msleep(20);
	check(seen[EVENT_BELL + 3] == n + 1, "its traps have outlived the reset");
}

static void lives(void)
{
	static const u32 want[] = {
		SHYPER_VM_EVENT_STARTED, SHYPER_VM_EVENT_STOPPED,
		SHYPER_VM_EVENT_STARTED, SHYPER_VM_EVENT_OFF,
	};
	struct shyper_vm_event *event = board.ring->slot;
	bool good = le32_to_cpu(board.ring->head) == ARRAY_SIZE(want);
	u32 n;

	for (n = 0; n < ARRAY_SIZE(want); n++)
		good &= le32_to_cpu(event[n].type) == want[n] &&
			le32_to_cpu(event[n].vmid) == board.vmid &&
			le32_to_cpu(event[n].boots) == 1 + n / 2;
	check(good, "its lives are in the ring");
	check(seen[EVENT_LIFE] && !board.ring->lost, "with an event");
}

/* The ring is full and nobody takes: what is lost is counted. */
static void full_ring(void)
{
	u32 n;

	/* Less than nothing, and more than there is. */
	board.ring->tail = 1000;
	for (n = 0; n < 3; n++) {
		classic(SHYPER_FID_VMM, SHYPER_VMM_BOOT_VM, board.vmid);
		is_inactive();
	}
	check(le32_to_cpu(board.ring->head) == 4 && le32_to_cpu(board.ring->lost) == 6,
	      "a tail of nonsense loses events, and they are counted");
}

static int irq_begin(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "shyper");
	int irq = node ? irq_of_parse_and_map(node, 0) : 0;
	int ret = irq ? request_irq(irq, hvc_irq, 0, "el2test", &board) : -ENODEV;

	of_node_put(node);
	return ret ? ret : irq;
}

static void run_guest(void)
{
	*(u32 *)(board.regs + R_MAGIC) = MAGIC;
	memset((void *)board.box, 0, sizeof(*board.box));
	check(!classic(SHYPER_FID_VMM, SHYPER_VMM_BOOT_VM, board.vmid) &&
	      wait_step(STEP_UP), "the guest is up");
	loads();
	stores();
	bells();
	bits();
	plain();
	hammer();
	walks();
	interrupts();
	times();
	new_pages();
	stop();
	again();
	lives();
	full_ring();
}

void guest_test(void)
{
	u32 n;
	int irq = irq_begin();

	if (!check(irq > 0, "HVC_IRQ"))
		return;
	for (n = 0; n < 256; n++)
		board.regs[R_BYTES + n] = n;
	check(!direct(SHYPER_DIRECT_EVENT_PAGE, virt_to_phys(board.events), 1) &&
	      !direct(SHYPER_DIRECT_VM_EVENT_RING, virt_to_phys(board.ring), EVENT_LIFE),
	      "the MVM's pages are registered");
	run_guest();
	free_irq(irq, &board);
}
