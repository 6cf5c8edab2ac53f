// SPDX-License-Identifier: GPL-2.0-only
/*
 * Traps of guests' accesses. They come and go while their VM does not run, so a
 * vCPU looks them up without a lock.
 *
 * Locks: vm_table_lock (which traps are free), then vm->lock (the VM's table).
 */
#include <el2/errno.h>
#include <el2/ioreq.h>
#include <el2/string.h>
#include <el2/trap.h>
#include <el2/vm_object.h>

static struct trap traps[TRAPS];

struct trap *trap_find(const struct trap_table *table, u64 ipa, u64 width)
{
	struct trap *trap = table->slot[trap_slot(ipa)];
	u32 low = 0, high = table->count, mid;

	if (trap && range_ok(ipa, width, trap->ipa, trap->length))
		return trap;
	while (low < high) {
		mid = (low + high) / 2;
		trap = table->trap[mid];
		if (ipa < trap->ipa)
			high = mid;
		else if (ipa - trap->ipa >= trap->length)
			low = mid + 1;
		else
			return range_ok(ipa, width, trap->ipa, trap->length) ?
			       trap : NULL;
	}
	return NULL;
}

int trap_access(struct vcpu *vcpu, struct mmio_access *access, void *priv)
{
	u64 ipa = (u64)priv + access->offset;
	const struct trap *trap = trap_find(&vcpu->vm->traps, ipa, access->width);

	/*
	 * A page answers loads; one that comes here is no load of a register. No
	 * device has registers across its own grain.
	 */
	if (!trap || (trap->page && !access->write) || ipa % access->width)
		return -EFAULT;
	return ioreq_forward(vcpu, trap, ipa, access);
}

/* ---- adding and deleting ---- */

static bool width_ok(u32 width)
{
	return width <= 8 && (!width || !(width & (width - 1)));
}

static int action_check(const struct shyper_trap_action *action, u64 length,
			bool page)
{
	u32 width = action->width;

	if (!width_ok(width) || action->action > SHYPER_TRAP_IGNORE ||
	    (action->flags & ~SHYPER_TRAP_MATCH) || action->reserved ||
	    !range_ok(action->offset, width ? width : 1, 0, length))
		return -EINVAL;
	if (!(action->flags & SHYPER_TRAP_MATCH) && action->value)
		return -EINVAL;
	if (action->action == SHYPER_TRAP_DOORBELL) {
		if (action->event >= SHYPER_EVENTS ||
		    action->limit > SHYPER_EVENTS - action->event)
			return -EINVAL;
	} else if (action->event || action->limit) {
		return -EINVAL;
	}
	if (action->action != SHYPER_TRAP_CLEAR_BITS)
		return action->target ? -EINVAL : 0;
	if (!page || width != 4 || !IS_ALIGNED(action->target, 4) ||
	    action->target >= PAGE_SIZE)
		return -EINVAL;
	return 0;
}

static int desc_check(const struct shyper_trap *desc)
{
	bool page = desc->flags & SHYPER_TRAP_PAGE;
	int ret = 0;
	u32 n;

	if ((desc->flags & ~SHYPER_TRAP_PAGE) || desc->reserved[0] ||
	    desc->reserved[1] || desc->reserved[2] || !desc->length ||
	    desc->actions > SHYPER_TRAP_ACTIONS ||
	    desc->forward_event >= SHYPER_EVENTS)
		return -EINVAL;
	if (page && (!IS_ALIGNED(desc->ipa | desc->page_ipa, PAGE_SIZE) ||
		     desc->length != PAGE_SIZE))
		return -EINVAL;
	if (!page && desc->page_ipa)
		return -EINVAL;
	for (n = 0; n < desc->actions && !ret; n++)
		ret = action_check(&desc->action[n], desc->length, page);
	return ret;
}

/* Inside one device that the MVM models, and of no other trap. */
static int range_check(const struct vm *vm, u64 ipa, u64 length)
{
	const struct vm_emulated *dev;
	const struct trap *trap;
	bool inside = false;
	u32 n;

	for (n = 0; n < vm->nemulated && !inside; n++) {
		dev = &vm->emulated[n];
		inside = dev->type == SHYPER_EMU_MVM &&
			 range_ok(ipa, length, dev->base,
				  ALIGN_UP(dev->size, PAGE_SIZE));
	}
	if (!inside)
		return -ENODEV;
	for (n = 0; n < vm->traps.count; n++) {
		trap = vm->traps.trap[n];
		if (range_overlaps(ipa, length, trap->ipa, trap->length))
			return -EEXIST;
	}
	return 0;
}

static void fill_slots(struct trap_table *table)
{
	u32 n;

	memset(table->slot, 0, sizeof(table->slot));
	for (n = 0; n < table->count; n++) {
		if (table->trap[n]->inside)
			table->slot[trap_slot(table->trap[n]->ipa)] =
				table->trap[n];
	}
}

static void table_insert(struct trap_table *table, struct trap *trap)
{
	u32 n = table->count++;

	for (; n > 0 && table->trap[n - 1]->ipa > trap->ipa; n--)
		table->trap[n] = table->trap[n - 1];
	table->trap[n] = trap;
	fill_slots(table);
}

static void table_remove(struct trap_table *table, const struct trap *trap)
{
	u32 n = 0;

	while (table->trap[n] != trap)
		n++;
	for (table->count--; n < table->count; n++)
		table->trap[n] = table->trap[n + 1];
	fill_slots(table);
}

static void trap_fill(struct trap *trap, const struct shyper_trap *desc,
		      struct vm *vm, u8 *page)
{
	const struct shyper_trap_action *from;
	u32 n;

	trap->ipa = desc->ipa;
	trap->length = desc->length;
	trap->forward_event = desc->forward_event;
	trap->page = page;
	trap->vm = vm;
	trap->id = (u32)(trap - traps);
	trap->inside = true;
	for (n = 0; n < desc->actions; n++) {
		from = &desc->action[n];
		/* A fixed width has been checked. */
		if (!from->width && desc->length - from->offset < 8)
			trap->inside = false;
		trap->action[n] = (struct trap_action){
			.mask = from->width ? ~(u64)0 : ~(u64)0xff,
			.key = TRAP_KEY(from->offset, from->width),
			.action = from->action,
			.match = from->flags & SHYPER_TRAP_MATCH,
			.event = from->event, .limit = from->limit,
			.target = from->target, .value = from->value,
		};
	}
	trap->action[n] = (struct trap_action){ .action = TRAP_FORWARD };
}

static s64 trap_add_locked(struct vm *vm, const struct shyper_trap *desc)
{
	u8 *page = NULL;
	u32 id = 0;
	int ret;

	if (vm->life == VM_RUNNING || vm->life == VM_STOPPING)
		return -EBUSY;
	ret = range_check(vm, desc->ipa, desc->length);
	if (ret)
		return ret;
	while (id < TRAPS && traps[id].vm)
		id++;
	if (id == TRAPS || vm->traps.count == VM_TRAPS)
		return -ENOSPC;
	if (desc->flags & SHYPER_TRAP_PAGE) {
		/* The MVM's own memory: what is granted to it is not in there. */
		page = vm_memory(vm_mvm(), desc->page_ipa, PAGE_SIZE);
		if (!page)
			return -EFAULT;
		ret = stage2_map(&vm->stage2, desc->ipa, (u64)page, PAGE_SIZE,
				 STAGE2_REGISTERS);
		if (ret)
			return ret;
	}
	trap_fill(&traps[id], desc, vm, page);
	table_insert(&vm->traps, &traps[id]);
	return id;
}

s64 trap_add(const struct shyper_trap *desc)
{
	struct vm *vm;
	s64 ret = desc_check(desc);

	if (ret)
		return ret;
	spin_lock(&vm_table_lock);
	vm = desc->vmid ? vm_get(desc->vmid) : NULL;
	ret = -ENOENT;
	if (vm) {
		ret = trap_add_locked(vm, desc);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return ret;
}

static int trap_del_locked(struct vm *vm, struct trap *trap)
{
	int ret;

	if (vm->life == VM_RUNNING || vm->life == VM_STOPPING)
		return -EBUSY;
	if (trap->page) {
		ret = stage2_unmap(&vm->stage2, trap->ipa, PAGE_SIZE);
		if (ret)
			return ret;
	}
	table_remove(&vm->traps, trap);
	trap->vm = NULL;
	return 0;
}

int trap_del(u64 id)
{
	struct vm *vm;
	int ret = -ENOENT;

	spin_lock(&vm_table_lock);
	if (id < TRAPS && traps[id].vm) {
		vm = vm_get(traps[id].vm->id);
		ret = trap_del_locked(vm, &traps[id]);
		vm_put(vm);
	}
	spin_unlock(&vm_table_lock);
	return ret;
}

void trap_vm_destroy(struct vm *vm)
{
	while (vm->traps.count)
		vm->traps.trap[--vm->traps.count]->vm = NULL;
	fill_slots(&vm->traps);
}
