// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses devices of the direct path in every way there is, most of which no driver
 * would use. el2test.ko is the other side, and looks at what arrived there.
 *
 * The MMU is off, so all of memory is uncached and must be naturally aligned; no
 * data has an address in it, since nobody relocates this. x20 to x22 belong to the
 * vectors.
 */
#include <stdbool.h>
#include <stdint.h>

#include "direct.h"
#include "walk.h"

#define GICD		0x08000000UL
#define GICR_SGI	0x080b0000UL
#define VTIMER		27

int bare_main(void);
void second_main(void);
extern char second_entry[];

static volatile struct guest_box *box(void)
{
	return (volatile struct guest_box *)GUEST_BOX;
}

static void dsb(void)
{
	__asm__ volatile("dsb sy" : : : "memory");
}

static void wr(unsigned long at, uint32_t val)
{
	__asm__ volatile("str %w0, [%1]" : : "r"(val), "r"(at) : "memory");
}

static uint32_t rd(unsigned long at)
{
	uint32_t val;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(val) : "r"(at) : "memory");
	return val;
}

static uint64_t smc(uint64_t fn, uint64_t a1, uint64_t a2)
{
	register uint64_t x0 __asm__("x0") = fn;
	register uint64_t x1 __asm__("x1") = a1;
	register uint64_t x2 __asm__("x2") = a2;
	register uint64_t x3 __asm__("x3") = 0;

	__asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : :
			 "memory");
	return x0;
}

static uint64_t ticks(void)
{
	uint64_t val;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(val) : : "memory");
	return val;
}

/* How many exceptions `insn` makes; %1 is the address, %2 a value or so. */
#define faults(insn, at, val) ({ \
	uint64_t n_; \
	__asm__ volatile("mov x20, #0\n\t" insn "\n\tmov %0, x20" : "=&r"(n_) : \
			 "r"((unsigned long)(at)), "r"((uint64_t)(val)) : \
			 "memory", "x20", "x21", "x22", "x30", "x8", "x9", "v0"); \
	n_; })

static bool failed(unsigned int line, uint64_t count)
{
	box()->failed = line;
	box()->faults = (unsigned int)count;
	return false;
}

#define expect(cond) do { \
	if (!(cond)) \
		return failed(__LINE__, 0); \
} while (0)

#define expect_faults(count, insn, at, val) do { \
	uint64_t n__ = faults(insn, at, val); \
	if (n__ != (count)) \
		return failed(__LINE__, n__); \
} while (0)

/* A load of some width, and how it is extended. */
#define load(insn, reg, at) ({ \
	uint64_t v_; \
	__asm__ volatile(insn " %" reg "0, [%1]" : "=r"(v_) : "r"(at) : "memory"); \
	v_; })

static bool step(enum guest_step done)
{
	dsb();
	box()->step = done;
	while (box()->go <= done)
		__asm__ volatile("yield");
	dsb();
	return true;
}

static bool loads(void)
{
	expect(rd(REGS + R_MAGIC) == MAGIC);
	expect(load("ldrb", "w", REGS + R_BYTES + 5) == 5);
	expect(load("ldrh", "w", REGS + R_BYTES + 6) == 0x0706);
	expect(load("ldr", "w", REGS + R_BYTES + 4) == 0x07060504);
	expect(load("ldr", "x", REGS + R_BYTES + 8) == 0x0f0e0d0c0b0a0908);
	expect(load("ldrsb", "x", REGS + R_BYTES + 0x81) == 0xffffffffffffff81);
	/* One mapping, not a decoder: what has no syndrome works too. */
	expect_faults(0, "ldp x8, x9, [%1]", REGS + R_BYTES, 0);
	expect_faults(0, "ldr q0, [%1]", REGS + R_BYTES, 0);
	expect_faults(0, "ldar w8, [%1]", REGS + R_MAGIC, 0);
	expect_faults(0, "ldxr w8, [%1]\n\tclrex", REGS + R_MAGIC, 0);
	expect_faults(0, "ldr w8, [%1], #4\n\tsub %1, %1, #4", REGS + R_MAGIC, 0);
	expect_faults(0, "dc cvac, %1\n\tdc civac, %1", REGS, 0);
	return true;
}

static bool stores(void)
{
	uint64_t at = REGS + R_CONFIG;

	/* Without a syndrome nobody can tell what they mean. */
	expect_faults(1, "stp w8, w9, [%1]", at, 0);
	expect_faults(1, "stp x8, x9, [%1]", at, 0);
	expect_faults(1, "str q0, [%1]", at, 0);
	expect_faults(1, "str d0, [%1]", at, 0);
	expect_faults(1, "st1 {v0.16b}, [%1]", at, 0);
	expect_faults(1, "str w8, [%1, #4]!\n\tnop", at, 0);
	expect_faults(1, "str w8, [%1, #1]", at, 0);
	expect_faults(1, "dc zva, %1", at, 0);
	expect(faults("ldxr w8, [%1]\n\tstxr w9, w8, [%1]\n\tclrex", at, 0) <= 1);
	expect(faults("dc ivac, %1", at, 0) <= 1);
	/* It is not memory to run: the vector goes on behind the call. */
	expect_faults(1, "adr x21, 1f\n\tblr %1\n\t1: mov x21, #0", REGS, 0);
	/* Whole, and not for EL2 to decide: the MVM's word. */
	expect_faults(0, "str %w2, [%1]", at, 0x11223344);
	expect_faults(0, "strb %w2, [%1]", at + 5, 0x155);
	expect_faults(0, "strh %w2, [%1]", at + 6, 0x16666);
	expect_faults(0, "str %2, [%1]", at + 8, 0x1122334455667788);
	expect_faults(0, "str wzr, [%1]", at + 16, 0);
	expect_faults(0, "strb %w2, [%1]", REGS + R_NOTIFY, 1);
	expect_faults(0, "strh %w2, [%1]", REGS + R_ACK, 1);
	expect_faults(0, "stlr %w2, [%1]", at + 20, 1);
	expect_faults(1, "str %w2, [%1]", REGS + R_ERROR, 1);
	/* Nothing of all that has changed the page. */
	return loads();
}

static bool bells(void)
{
	static const uint32_t wild[] = {
		QUEUES, QUEUES + 1, 64, 4096, 0x10000, 0x80000000, 0xffffffff,
	};
	uint32_t n;

	for (n = 0; n < QUEUES; n++)
		expect_faults(0, "str %w2, [%1]", REGS + R_NOTIFY, n);
	for (n = 0; n < sizeof(wild) / sizeof(wild[0]); n++)
		expect_faults(0, "str %w2, [%1]", REGS + R_NOTIFY, wild[n]);
	expect_faults(0, "strb %w2, [%1]", REGS + R_MATCH, MATCH);
	expect_faults(0, "strh %w2, [%1]", REGS + R_MATCH, MATCH);
	expect_faults(0, "str %w2, [%1]", REGS + R_MATCH, MATCH);
	expect_faults(0, "str %2, [%1]", REGS + R_MATCH, MATCH);
	expect_faults(0, "str %w2, [%1]", REGS + R_MATCH, MATCH + 1); /* forwarded */
	expect_faults(0, "str %w2, [%1]", REGS + R_IGNORE, 5);
	box()->rung[0] = QUEUES + sizeof(wild) / sizeof(wild[0]) + 4;
	return true;
}

static bool bits(void)
{
	expect(rd(REGS + R_STATUS) == 0xff);
	wr(REGS + R_ACK, 0x0f);
	expect(rd(REGS + R_STATUS) == 0xf0);
	wr(REGS + R_ACK, 0xffffff00);
	expect(rd(REGS + R_STATUS) == 0xf0);
	wr(REGS + R_ACK, 0xffffffff);
	expect(rd(REGS + R_STATUS) == 0);
	expect(rd(REGS + R_STATUS + 4) == 0 && rd(REGS + R_STATUS - 4) == 0);
	return true;
}

static bool plain(void)
{
	unsigned long at = PLAIN + P_FORWARD + 0x10;
	uint64_t want = ANSWER(at);

	expect(load("ldrb", "w", at) == (want & 0xff));
	expect(load("ldrh", "w", at) == (want & 0xffff));
	expect(load("ldr", "w", at) == (want & 0xffffffff));
	expect(load("ldr", "x", at) == want);
	expect(load("ldrsb", "x", at) == (uint64_t)(int8_t)want);
	expect(load("ldrsb", "w", at) == (uint32_t)(int8_t)want);
	expect(load("ldrsh", "x", at) == (uint64_t)(int16_t)want);
	expect(load("ldrsw", "x", at) == (uint64_t)(int32_t)want);
	expect_faults(0, "ldr wzr, [%1]", at, 0);
	expect_faults(1, "ldp x8, x9, [%1]", at, 0);
	expect_faults(1, "ldr q0, [%1]", at, 0);
	expect_faults(1, "ldr w8, [%1]", PLAIN + P_ERROR, 0);
	expect_faults(1, "str w8, [%1]", PLAIN + P_ERROR, 0);
	/* Past the end of the trap, and where none is. */
	expect_faults(1, "ldr x8, [%1]", PLAIN + P_FORWARD_SIZE - 4, 0);
	expect_faults(0, "ldr w8, [%1]", PLAIN + P_ERROR - 4, 0);
	expect_faults(1, "ldr w8, [%1]", PLAIN + P_FORWARD_SIZE, 0);
	expect_faults(1, "ldr w8, [%1]", PLAIN + P_HOLE, 0);
	expect_faults(1, "str w8, [%1]", PLAIN + P_HOLE, 0);
	expect_faults(1, "strb w8, [%1]", PLAIN + P_BELL - 1, 0);
	expect_faults(1, "ldr w8, [%1]", PLAIN + PLAIN_SIZE, 0);
	expect_faults(0, "str %w2, [%1]", PLAIN + P_BELL, 0xffffffff);
	expect_faults(0, "ldr w8, [%1]", PLAIN + P_BELL, 0);
	box()->rung[0]++;
	return true;
}

/* Both vCPUs: half of the queues each, with what a guest does beside. */
static bool hammer(uint32_t self)
{
	uint32_t n, q, rung = box()->rung[self];
	uint64_t random = 0x9e3779b97f4a7c15 + self;

	for (n = 0; n < HAMMER_ROUNDS; n++) {
		random = random * 6364136223846793005 + 1442695040888963407;
		q = self + 2 * (uint32_t)(random >> 40) % QUEUES;
		q = q / 2 * 2 % QUEUES + self;
		box()->sequence[q]++;
		dsb();
		wr(REGS + R_NOTIFY, q);
		rung++;
		switch (random >> 33 & 63) {
		case 0:
			wr(REGS + R_NOTIFY, (uint32_t)random | QUEUES);
			rung++;
			break;
		case 1:
			expect(load("ldr", "x", PLAIN + P_FORWARD + 8) ==
			       ANSWER(PLAIN + P_FORWARD + 8));
			break;
		case 2:
			wr(REGS + R_CONFIG, (uint32_t)random);
			break;
		case 3:
			wr(REGS + R_ACK, (uint32_t)random);
			break;
		case 4:
			expect_faults(1, "stp x8, x9, [%1]", REGS + R_NOTIFY, 0);
			break;
		case 5:
			expect((int)smc(0x8400abcd, n, 0) == -1);
			break;
		case 6:
			expect_faults(1, "ldr w8, [%1]", PLAIN + P_HOLE, 0);
			break;
		case 7:
			expect(rd(REGS + R_MAGIC) == MAGIC);
			break;
		}
	}
	box()->rung[self] = rung;
	dsb();
	return true;
}

void second_main(void)
{
	if (box()->go == STEP_WALKS) {
		walk_spoil(&box()->walked);
		box()->walked = 2;
		dsb();
		return;
	}
	hammer(1);
	box()->second = HAMMER_ROUNDS;
	dsb();
}

static bool hammer_both(void)
{
	expect(!smc(0xc4000003, 1, (uint64_t)second_entry));
	if (!hammer(0))
		return false;
	while (box()->second != HAMMER_ROUNDS && !box()->failed)
		__asm__ volatile("yield");
	return !box()->failed;
}

static bool walks(void)
{
	uint64_t ret, bad = 0;
	uint32_t n;

	walk_begin();
	do {	/* until it is off from its last time */
		ret = smc(0xc4000003, 1, (uint64_t)second_entry);
	} while ((int)ret == -4);
	expect(!ret);
	/* The store may meet the bad table itself. */
	for (n = 0; n < WALKS; n++)
		bad += faults("str %w2, [%1]", REGS + R_IGNORE, n);
	box()->walked = 1;
	while (box()->walked != 2)
		__asm__ volatile("yield");
	walk_end();
	if (!bad || bad >= WALKS)
		return failed(__LINE__, bad);
	return true;
}

static void gic_init(void)
{
	wr(GICD, 0x12);				/* ARE, group 1 */
	wr(GICD + 0xc00 + REGS_SPI / 16 * 4, 2U << (REGS_SPI % 16 * 2));
	wr(GICD + 0x100 + REGS_SPI / 32 * 4, 1U << (REGS_SPI % 32));
	wr(GICR_SGI + 0x100, 1U << VTIMER);
	__asm__ volatile("msr icc_pmr_el1, %0\n\tmsr icc_igrpen1_el1, %1\n\tisb" : :
			 "r"(0xffUL), "r"(1UL));
}

/* With interrupts masked: until one is there. */
static bool take_one(uint64_t want)
{
	uint64_t intid;

	do {
		__asm__ volatile("wfi\n\tmrs %0, icc_iar1_el1\n\tdsb sy" :
				 "=r"(intid) : : "memory");
	} while (intid == 1023);
	if (want == VTIMER)
		__asm__ volatile("msr cntv_ctl_el0, xzr");
	__asm__ volatile("msr icc_eoir1_el1, %0\n\tisb" : : "r"(intid));
	expect(intid == want);
	return true;
}

static bool take(void)
{
	if (!take_one(REGS_SPI))
		return false;
	box()->taken++;
	return true;
}

/* The virtual timer's, whose time has come already. */
static bool take_timer(void)
{
	__asm__ volatile("msr cntv_cval_el0, xzr\n\tmsr cntv_ctl_el0, %0\n\tisb" : :
			 "r"(1UL));
	return take_one(VTIMER);
}

/* MATCH asks for an interrupt. */
static bool interrupts(void)
{
	uint32_t n;

	gic_init();
	for (n = 0; n < PINGS; n++) {
		wr(REGS + R_MATCH, MATCH);
		if (!take())
			return false;
	}
	return true;
}

#define timed(which, what) do { \
	uint64_t begin_ = ticks(); \
	uint32_t n_; \
	for (n_ = 0; n_ < TIMES; n_++) { \
		__asm__ volatile("" : : : "memory"); \
		what; \
	} \
	box()->time[which] = ticks() - begin_; \
} while (0)

static bool times(void)
{
	timed(TIME_NOTHING, (void)0);
	/* Its event is one that the MVM does not take. */
	wr(PLAIN + P_BELL, 0);
	timed(TIME_BELL, wr(PLAIN + P_BELL, 0));
	timed(TIME_ACK, wr(REGS + R_ACK, 1));
	timed(TIME_TIMER, if (!take_timer()) return false);
	timed(TIME_PING, { wr(REGS + R_MATCH, MATCH); if (!take()) return false; });
	return true;
}

/* Of LORegions and error records, whether the CPU has them or not. */
static bool hidden(void)
{
	expect_faults(1, "mrs x8, S3_0_C10_C4_3", 0, 0);	/* LORC */
	expect_faults(1, "msr S3_0_C10_C4_0, %2", 0, 0x1000);	/* LORSA */
	expect_faults(1, "mrs x8, S3_0_C5_C3_0", 0, 0);		/* ERRIDR */
	expect_faults(1, "msr S3_0_C5_C3_1, %2", 0, 0);		/* ERRSELR */
	return true;
}

static bool all(void)
{
	uint64_t val;

	if (!hidden() || !step(STEP_UP) || !loads() || !step(STEP_LOADS) ||
	    !stores() || !step(STEP_STORES) || !bells() || !step(STEP_BELLS) ||
	    !bits() || !step(STEP_BITS) || !plain() || !step(STEP_PLAIN) ||
	    !hammer_both() || !step(STEP_HAMMER) ||
	    !walks() || !step(STEP_WALKS) ||
	    !interrupts() || !step(STEP_INTERRUPTS) ||
	    !times() || !step(STEP_TIMES))
		return false;
	box()->step = STEP_IDLE;
	while (box()->go <= STEP_IDLE) {
		if (!take())
			return false;
	}
	/* Nobody answers: this waits until the VM is stopped. */
	val = load("ldr", "x", PLAIN + P_NEVER);
	return failed(__LINE__, val);
}

/* Registers of EL1's that outlive a VM on its CPU if nobody clears them. */
static bool debug_clear(void)
{
	uint64_t bvr, wvr;

	__asm__ volatile("mrs %0, dbgbvr0_el1\n\tmrs %1, dbgwvr0_el1" :
			 "=r"(bvr), "=r"(wvr));
	return !bvr && !wvr;
}

static void debug_set(void)
{
	__asm__ volatile("msr dbgbvr0_el1, %0\n\tmsr dbgwvr0_el1, %0\n\tisb" : :
			 "r"(0x12345678UL));
}

int bare_main(void)
{
	bool clear = debug_clear();

	debug_set();
	if (!clear)
		return 1;
	if (box()->mode == MODE_OFF) {
		wr(REGS + R_NOTIFY, 3);
		return rd(REGS + R_MAGIC) == MAGIC ? 0 : 1;
	}
	return all() ? 0 : 1;
}
