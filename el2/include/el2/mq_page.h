/* SPDX-License-Identifier: GPL-2.0-only */
/* Where messages to the MVM go: between core/hypercall.c and core/mq.c. */
#ifndef EL2_MQ_PAGE_H
#define EL2_MQ_PAGE_H

/**
 * mq_set_page() - write messages to this page of the MVM from now on, slot 0 first
 */
void mq_set_page(void *page);

#endif /* EL2_MQ_PAGE_H */
