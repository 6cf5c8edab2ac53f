/* SPDX-License-Identifier: GPL-2.0-only */
/* Translation tables of direct.c's that go bad while they are used. */
#ifndef BARE_WALK_H
#define BARE_WALK_H

/* Turn the MMU on, everything in its place; and off. */
void walk_begin(void);
void walk_end(void);

/* Make the table of REGS bad, and good again, until *end is not 0. */
void walk_spoil(volatile unsigned int *end);

#endif /* BARE_WALK_H */
