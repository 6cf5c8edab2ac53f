/* SPDX-License-Identifier: GPL-2.0-only */
/* HVC_IRQ: messages from the hypervisor to those who want them. */
#ifndef SHYPER_NOTIFY_H
#define SHYPER_NOTIFY_H

#include <linux/device.h>
#include <linux/types.h>

/**
 * struct shyper_notify_counts - what HVC_IRQ brought, see struct shyper_info
 */
struct shyper_notify_counts {
	u64 irqs;
	u64 messages;
	u64 merged;
	u64 spurious;
	u64 overruns;
	u64 unknown;
};

/**
 * shyper_notify_start() - register the message page and take HVC_IRQ
 * @irq: Linux interrupt number of it
 * @page: the message page; it belongs to the hypervisor for good
 *
 * Return: 0; -EIO if the hypervisor refuses; what request_threaded_irq() returns.
 */
int shyper_notify_start(struct device *dev, int irq, void *page);

/**
 * shyper_notify_stop() - no handler runs any more when this returns
 */
void shyper_notify_stop(void);

/**
 * shyper_notify_kick() - have the disks looked at as after an interrupt
 *
 * Context: any, between start and stop.
 */
void shyper_notify_kick(void);

void shyper_notify_get_counts(struct shyper_notify_counts *counts);

#endif /* SHYPER_NOTIFY_H */
