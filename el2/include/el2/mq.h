/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages to the MVM: the page that IVC update_mq registered. */
#ifndef EL2_MQ_H
#define EL2_MQ_H

#include <el2/util.h>

/**
 * mq_send() - write one message into the MVM's next slot and give it HVC_IRQ
 * @arg: three words after fid and event
 *
 * Without a registered page the message is dropped and counted.
 * Context: any CPU; takes the mq lock, then the vgic's.
 */
void mq_send(u64 fid, u64 event, u64 arg0, u64 arg1, u64 arg2);

/**
 * mq_interrupt() - give the MVM HVC_IRQ
 *
 * Context: any CPU; takes the MVM's vgic lock.
 */
void mq_interrupt(void);

/**
 * mq_work_mvm() - have mediated_work() called soon on the MVM's first CPU
 *
 * By SGI, or directly at the next exit when this is that CPU. Merges with one
 * that is on its way.
 * Context: any CPU, no lock taken.
 */
void mq_work_mvm(void);

#endif /* EL2_MQ_H */
