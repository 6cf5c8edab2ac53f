/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between direct.c, a guest without an operating system, and el2test.ko, which is the
 * MVM to it: where things are, and what both say to each other in the guest's memory.
 */
#ifndef BARE_DIRECT_H
#define BARE_DIRECT_H

#define GUEST_RAM	0x80000000UL
#define GUEST_RAM_SIZE	0x1000000UL
#define GUEST_DTB	0x80e00000UL
#define GUEST_BOX	0x80f00000UL

/* A device with a register page. */
#define REGS		0x0a000000UL
#define REGS_SPI	40
#define R_MAGIC		0x000		/* loads: MAGIC */
#define R_NOTIFY	0x050		/* doorbell + value, below QUEUES */
#define R_STATUS	0x060
#define R_ACK		0x064		/* clears bits of R_STATUS */
#define R_MATCH		0x080		/* a doorbell for MATCH, of any width */
#define R_IGNORE	0x090		/* dropped, if it is a word */
#define R_BYTES		0x100		/* loads: byte n is n */
#define R_CONFIG	0x200		/* forwarded */
#define R_ERROR		0xf00		/* forwarded, and answered with an error */
#define MAGIC		0x74726976
#define MATCH		7
#define QUEUES		8

/* One without: traps in some of its range. */
#define PLAIN		0x0a002000UL
#define PLAIN_SIZE	0x3000UL
#define PLAIN_SPI	41
#define P_FORWARD	0x000		/* all is forwarded */
#define P_FORWARD_SIZE	0xfc
#define P_ERROR		0x080		/* from here on with an error */
#define P_HOLE		0x800		/* no trap */
#define P_BELL		0x1000		/* a doorbell of any value; loads are forwarded */
#define P_BELL_SIZE	0x8
#define P_NEVER		0x2000		/* forwarded, and not answered */
#define P_NEVER_SIZE	0x10

/* Given to the guest, and nothing is there: who reads it gets an external abort. */
#define WALK_HOLE	0x0c000000UL

/* What a forwarded load gives, cut to its width. */
#define ANSWER(ipa)	(0x8182838485868788ULL ^ (ipa))

/* What the guest is to do. */
enum guest_mode {
	MODE_ALL,		/* all steps, then wait for an answer for ever */
	MODE_OFF,		/* a doorbell, then power off */
};

/* Steps, in order; the guest says which it has done and waits to be let on. */
enum guest_step {
	STEP_UP = 1,
	STEP_LOADS,		/* of the register page */
	STEP_STORES,		/* that EL2 cannot decode, or that are forwarded */
	STEP_BELLS,
	STEP_BITS,
	STEP_PLAIN,
	STEP_HAMMER,		/* both vCPUs at once */
	STEP_WALKS,		/* stores through tables that go bad meanwhile */
	STEP_INTERRUPTS,
	STEP_TIMES,
	STEP_IDLE,		/* interrupts are taken as they come */
};

#define HAMMER_ROUNDS	20000
#define WALKS		20000
#define PINGS		500
#define TIMES		1000

enum guest_time {
	TIME_NOTHING,		/* the loop alone */
	TIME_BELL,		/* a doorbell whose event is pending */
	TIME_ACK,
	TIME_PING,		/* a doorbell, and the interrupt that answers it */
	TIME_TIMER,		/* an interrupt of its own CPU's */
	TIMES_COUNT,
};

/* At GUEST_BOX; all of it naturally aligned, as the guest's MMU is off. */
struct guest_box {
	unsigned int mode;
	unsigned int step;	/* done */
	unsigned int go;	/* the step that may begin */
	unsigned int failed;	/* line of direct.c */
	unsigned int faults;	/* at that line */
	unsigned int second;	/* the second vCPU: rounds that it has done */
	unsigned int rung[2];	/* doorbells that each vCPU rang */
	unsigned int taken;	/* interrupts */
	unsigned int walked;	/* 1: the tables need not go bad any more; 2: nor do they */
	/* Written before the doorbell of the same number, by one vCPU each. */
	unsigned long long sequence[QUEUES];
	unsigned long long time[TIMES_COUNT];	/* CNTVCT ticks for TIMES rounds */
};

#endif /* BARE_DIRECT_H */
