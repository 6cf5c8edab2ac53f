/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's ring of what has happened to VMs. */
#ifndef SHYPER_VM_EVENT_H
#define SHYPER_VM_EVENT_H

/**
 * shyper_vm_events_start() - have VMs' ends told in a ring, not by messages
 *
 * Between shyper_doorbells_start() and when HVC_IRQ is taken.
 * Return: 0, also without SHYPER_FEATURE_VM_EVENTS; -errno.
 */
int shyper_vm_events_start(void);

/**
 * shyper_vm_events_stop() - back to messages; after HVC_IRQ has been given up
 */
void shyper_vm_events_stop(void);

#endif /* SHYPER_VM_EVENT_H */
