/* SPDX-License-Identifier: GPL-2.0-only */
/* Event bits that EL2 sets, and who is called for them. */
#ifndef SHYPER_DOORBELL_H
#define SHYPER_DOORBELL_H

#include <linux/types.h>

/**
 * shyper_doorbell_alloc() - numbers of consecutive events
 * @count: how many
 * @fn: called for each event that was set since it was called last, in hard
 *	interrupt context, with the event's number minus the first one
 * @priv: for @fn
 *
 * Context: process.
 * Return: the first event's number; -ENOSPC; -ENOMEM.
 */
int shyper_doorbell_alloc(u32 count, void (*fn)(void *priv, u32 n), void *priv);

/**
 * shyper_doorbell_free() - @fn does not run any more when this returns
 *
 * EL2 must not know the numbers any more. Context: process.
 */
void shyper_doorbell_free(u32 first, u32 count);

/**
 * shyper_doorbell_hold() - have no interrupts for an event any more
 * @event: an allocated one
 *
 * Stores to the doorbell cost the guest an exit still, but nobody hears of them. One
 * that comes while this is called may be heard of. Context: any.
 */
void shyper_doorbell_hold(u32 event);

/**
 * shyper_doorbell_release() - have them again
 *
 * Whether the doorbell was rung since it is held is not known: the caller looks
 * afterwards for what it would have been told of. Also for one that is not held.
 * Holding and releasing an event is serialised by its user. Context: any.
 */
void shyper_doorbell_release(u32 event);

/**
 * shyper_doorbells_start() - have EL2 set events in a page of ours
 *
 * Before HVC_IRQ is taken. Return: 0, also without SHYPER_FEATURE_DOORBELL; -errno.
 */
int shyper_doorbells_start(void);

/**
 * shyper_doorbells_stop() - after HVC_IRQ has been given up
 */
void shyper_doorbells_stop(void);

/**
 * shyper_doorbells_take() - call whoever has events; hard interrupt context
 *
 * Return: whether there were any.
 */
bool shyper_doorbells_take(void);

#endif /* SHYPER_DOORBELL_H */
