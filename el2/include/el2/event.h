/* SPDX-License-Identifier: GPL-2.0-only */
/* Event bits for the MVM, and the interrupt that says there are some. */
#ifndef EL2_EVENT_H
#define EL2_EVENT_H

#include <el2/util.h>

/**
 * event_set_page() - set events in this page of the MVM from now on
 * @ipa: page-aligned; ~0: nowhere
 *
 * The page is cleared. On return no CPU writes to an earlier one any more.
 * Context: a CPU of the MVM's, no lock held; waits for all other CPUs to pass
 * through their loop, and serves what they ask of this one meanwhile.
 * Return: 0; -EFAULT it is not a page of the MVM's memory.
 */
int event_set_page(u64 ipa);

/* Whether there is a page: whether anybody listens. */
bool event_page_set(void);

/**
 * event_set() - set an event; make HVC_IRQ pending if none was pending
 * @n: < SHYPER_EVENTS; dropped if there is no page
 *
 * What this CPU and its guest wrote before is seen by who takes the event.
 * Context: any CPU; takes the MVM's vgic lock only if no event was pending.
 * Return: whether it had been set already.
 */
bool event_set(u32 n);

#endif /* EL2_EVENT_H */
