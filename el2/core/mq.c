// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to the MVM. There is no acknowledgement in this ABI: the slot that
 * comes next is written whether the MVM has read it or not.
 *
 * Lock: mq_lock; the MVM's vgic lock inside.
 */
#include <el2/board.h>
#include <el2/log.h>
#include <el2/mq.h>
#include <el2/mq_page.h>
#include <el2/options.h>
#include <el2/spinlock.h>
#include <el2/sysreg.h>
#include <el2/vgic.h>
#include <el2/virtio.h>
#include <el2/vm_object.h>

static struct spinlock mq_lock;
static struct shyper_msg *mq_page;
static u32 mq_next;

void mq_set_page(void *page)
{
	spin_lock(&mq_lock);
	mq_page = page;
	mq_next = 0;
	spin_unlock(&mq_lock);
}

/* A deployed hypervisor's writers take their time between two words. */
static void deployed_gap(void)
{
	u64 until = ticks_now() + ticks_per_ms() / 50;

	while (options.deployed && ticks_now() < until)
		asm volatile("yield");
}

void mq_interrupt(void)
{
	__atomic_fetch_add(&vms[0].hvc_irqs, 1, __ATOMIC_RELAXED);
	vgic_pend_spi(&vms[0], board.hvc_irq);
}

void mq_send(u64 fid, u64 event, u64 arg0, u64 arg1, u64 arg2)
{
	struct shyper_msg *slot;

	spin_lock(&mq_lock);
	if (!mq_page) {
		spin_unlock(&mq_lock);
		log_debug("message %lx/%lx: the MVM has no page for it", fid, event);
		return;
	}
	slot = &mq_page[mq_next++ % SHYPER_MQ_SLOTS];
	WRITE_ONCE(slot->fid, fid);
	deployed_gap();
	WRITE_ONCE(slot->arg[0], arg0);
	WRITE_ONCE(slot->arg[1], arg1);
	WRITE_ONCE(slot->arg[2], arg2);
	/* The event makes the slot whole for a reader who polls: it comes last. */
	__atomic_store_n(&slot->event, event, __ATOMIC_RELEASE);
	deployed_gap();
	mq_interrupt();
	spin_unlock(&mq_lock);
}

void mq_work_mvm(void)
{
	/* A deployed hypervisor sends from whatever core it is on. */
	if (options.deployed)
		mediated_work();
	else
		cpu_ask(vm_mvm()->vcpu[0]->cpu, CPU_WORK_MEDIATED);
}
