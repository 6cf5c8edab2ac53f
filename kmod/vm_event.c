// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor's ring of what has happened to VMs. The page of messages has few
 * slots, which are shared with all else and overwritten when they are full; an entry of
 * this ring stays until it is taken, and what finds no room comes as a message.
 *
 * The doorbell schedules the work item, which is the only one to take entries.
 */
#include <linux/gfp.h>
#include <linux/workqueue.h>

#include "doorbell.h"
#include "hypercall.h"
#include "vm.h"
#include "vm_event.h"

/* The messages that entries stand for; of the others we know, we made them happen. */
static const u32 messages[] = {
	[SHYPER_VM_EVENT_OFF] = SHYPER_VMM_SHUTDOWN_VM,
	[SHYPER_VM_EVENT_RESET] = SHYPER_VMM_REBOOT_VM,
	[SHYPER_VM_EVENT_CRASHED] = SHYPER_VMM_VM_CRASHED,
};

static struct shyper_vm_event_ring *ring;
static int event;

static void told(const struct shyper_vm_event *entry)
{
	u32 type = le32_to_cpu(entry->type);
	u64 args[4] = {
		le32_to_cpu(entry->vmid),
		le32_to_cpu(entry->cause),
		le64_to_cpu(entry->ipa),
	};

	if (type < ARRAY_SIZE(messages) && messages[type])
		shyper_vm_message(messages[type], args);
}

static void take(struct work_struct *work)
{
	u32 tail = le32_to_cpu(ring->tail);

	/* Acquire: entries are written before head says so. */
	while (tail != le32_to_cpu(smp_load_acquire(&ring->head))) {
		told(&ring->slot[tail % SHYPER_VM_EVENT_SLOTS]);
		tail++;
		/* Release: the slot has been read. */
		smp_store_release(&ring->tail, cpu_to_le32(tail));
	}
}

static DECLARE_WORK(take_work, take);

static void rung(void *priv, u32 n)
{
	schedule_work(&take_work);
}

int shyper_vm_events_start(void)
{
	int ret;

	if (!shyper_has(SHYPER_FEATURE_VM_EVENTS) ||
	    !shyper_has(SHYPER_FEATURE_DOORBELL))
		return 0;
	ring = (void *)get_zeroed_page(GFP_KERNEL);
	if (!ring)
		return -ENOMEM;
	ret = shyper_doorbell_alloc(1, rung, NULL);
	if (ret >= 0) {
		event = ret;
		ret = shyper_hvc_vm_event_ring(ring, event);
		if (!ret)
			return 0;
		shyper_doorbell_free(event, 1);
	}
	free_page((unsigned long)ring);
	ring = NULL;
	return ret;
}

void shyper_vm_events_stop(void)
{
	int ret;

	if (!ring)
		return;
	ret = shyper_hvc_vm_event_ring(NULL, 0);
	shyper_doorbell_free(event, 1);
	cancel_work_sync(&take_work);
	/* If the hypervisor keeps it, it is not ours to free. */
	if (!ret)
		free_page((unsigned long)ring);
	ring = NULL;
}
