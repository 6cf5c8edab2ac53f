// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuring a VM, and loading its images. Each call checks all, asks the
 * hypervisor, and then notes in the mirror what was done.
 *
 * Locks: that of vm.c.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/bitmap.h>
#include <linux/overflow.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include "hypercall.h"
#include "vdev.h"
#include "vm.h"

#define IPA_LIMIT	BIT_ULL(48)
#define INTID_SGIS	16
/* Every guest has this one, the virtual timer's, in any case. */
#define INTID_VTIMER	27
/* What a hypervisor without SHYPER_FEATURE_SAFE_MANAGE reads rightly. */
#define DEPLOYED_LIST	2

#define BOUNCE_SIZE	SZ_2M

static bool deployed(void)
{
	return !shyper_has(SHYPER_FEATURE_SAFE_MANAGE);
}

/* ---- the address space ---- */

int shyper_vm_range_check(u64 ipa, u64 length)
{
	u64 end;

	if (!length || check_add_overflow(ipa, length, &end) || end > IPA_LIMIT)
		return -EINVAL;
	return 0;
}

static int pages_check(u64 ipa, u64 length)
{
	if (!IS_ALIGNED(ipa | length, SHYPER_PAGE_SIZE))
		return -EINVAL;
	return shyper_vm_range_check(ipa, length);
}

int shyper_vm_range_free(const struct shyper_vm *vm, u64 ipa, u64 length)
{
	const struct shyper_vm_range *range;

	for (range = vm->range; range < vm->range + vm->ranges; range++) {
		if (ipa < range->ipa + range->length && range->ipa < ipa + length)
			return -EINVAL;
	}
	return vm->ranges < VM_RANGES ? 0 : -ENOSPC;
}

void shyper_vm_range_add(struct shyper_vm *vm, u64 ipa, u64 length, bool memory)
{
	vm->range[vm->ranges++] = (struct shyper_vm_range){ ipa, length, memory };
}

static bool in_memory(const struct shyper_vm *vm, u64 ipa, u64 length)
{
	const struct shyper_vm_range *range;

	for (range = vm->range; range < vm->range + vm->ranges; range++) {
		if (range->memory && ipa >= range->ipa &&
		    ipa - range->ipa <= range->length &&
		    length <= range->length - (ipa - range->ipa))
			return true;
	}
	return false;
}

/* ---- interrupts ---- */

bool shyper_vm_intid_valid(u64 intid)
{
	return intid >= INTID_SGIS && intid < VM_INTIDS;
}

/* Interrupts of one call: valid, and each once. */
static int intids_check(const u64 *intid, u32 num)
{
	DECLARE_BITMAP(seen, VM_INTIDS) = { 0 };
	u32 n;

	for (n = 0; n < num; n++) {
		if (!shyper_vm_intid_valid(intid[n]) || __test_and_set_bit(intid[n], seen))
			return -EINVAL;
	}
	return 0;
}

/* ---- configuration ---- */

/* A VM that can be configured still. */
static int config_check(const struct shyper_vm *vm)
{
	shyper_vm_assert_locked();
	if (vm->gone)
		return -ENODEV;
	if (vm->flags & SHYPER_VM_FOREIGN)
		return -EPERM;
	return vm->flags & SHYPER_VM_LOADED ? -EBUSY : 0;
}

int shyper_vm_config_step(struct shyper_vm *vm, shyper_vm_step *step,
			  const void *arg)
{
	struct shyper_vm_scratch *mem = shyper_vm_lock();
	int ret = config_check(vm);

	if (!ret)
		ret = step(vm, arg, mem);
	shyper_vm_unlock();
	return ret;
}

/* Where the hypervisor tells which CPUs there are, it need not be asked in vain. */
static int cpus_check(u64 mask)
{
	struct shyper_sys_info *sys;
	u32 cpus;
	int ret;

	if (!shyper_has(SHYPER_FEATURE_STATS))
		return 0;
	sys = (void *)get_zeroed_page(GFP_KERNEL);
	if (!sys)
		return -ENOMEM;
	ret = shyper_hvc_sys_info(sys);
	cpus = le32_to_cpu(sys->cpus);
	if (!ret && cpus < 64 && mask >> cpus)
		ret = -EINVAL;
	else if (!ret && mask & ~le64_to_cpu(sys->free_cpu_mask))
		ret = -EBUSY;
	free_page((unsigned long)sys);
	return ret;
}

static int step_set_cpus(struct shyper_vm *vm, const void *from,
			 struct shyper_vm_scratch *mem)
{
	const struct shyper_vm_cpus *arg = from;
	u32 master = arg->master;
	int ret;

	if (vm->vcpus)
		return -EBUSY;
	ret = cpus_check(arg->mask);
	if (ret)
		return ret;
	if (master == SHYPER_CPU_ANY)
		master = __ffs64(arg->mask);
	ret = shyper_hvc_cpu(vm->vmid, arg->num, arg->mask, master);
	if (ret)
		return ret;
	vm->vcpus = arg->num;
	vm->cpu_mask = arg->mask;
	return 0;
}

int shyper_vm_set_cpus(struct shyper_vm *vm, const struct shyper_vm_cpus *arg)
{
	if (!arg->num || arg->num > SHYPER_API_MAX_CPUS ||
	    hweight64(arg->mask) != arg->num)
		return -EINVAL;
	if (arg->master != SHYPER_CPU_ANY &&
	    (arg->master >= 64 || !(arg->mask & BIT_ULL(arg->master))))
		return -EINVAL;
	return shyper_vm_config_step(vm, step_set_cpus, arg);
}

static int step_add_memory(struct shyper_vm *vm, const void *from,
			   struct shyper_vm_scratch *mem)
{
	const struct shyper_vm_memory *arg = from;
	int ret = shyper_vm_range_free(vm, arg->ipa, arg->length);

	if (!ret)
		ret = shyper_hvc_memory_region(vm->vmid, arg->ipa, arg->length);
	/* All else has been checked. */
	if (ret == -EIO)
		ret = -ENOMEM;
	if (ret)
		return ret;
	shyper_vm_range_add(vm, arg->ipa, arg->length, true);
	vm->memory += arg->length;
	return 0;
}

int shyper_vm_add_memory(struct shyper_vm *vm, const struct shyper_vm_memory *arg)
{
	int ret = pages_check(arg->ipa, arg->length);

	return ret ?: shyper_vm_config_step(vm, step_add_memory, arg);
}

static int step_add_region(struct shyper_vm *vm, const void *from,
			   struct shyper_vm_scratch *mem)
{
	const struct shyper_vm_region *arg = from;
	int ret = shyper_vm_range_free(vm, arg->ipa, arg->length);

	if (!ret)
		ret = shyper_hvc_passthrough_region(vm->vmid, arg->ipa, arg->pa,
						    arg->length);
	if (!ret)
		shyper_vm_range_add(vm, arg->ipa, arg->length, false);
	return ret;
}

int shyper_vm_add_region(struct shyper_vm *vm, const struct shyper_vm_region *arg)
{
	int ret = pages_check(arg->ipa, arg->length);

	if (!ret)
		ret = pages_check(arg->pa, arg->length);
	return ret ?: shyper_vm_config_step(vm, step_add_region, arg);
}

/* Says why a list is not passed on; how long it may be is not for us to choose. */
static int list_refuse(const struct shyper_vm *vm, const char *what, u32 num)
{
	pr_info("VM %u: %u %s: this hypervisor would misread the list; it takes one list of at most %u\n",
		vm->vmid, num, what, DEPLOYED_LIST);
	return -EOPNOTSUPP;
}

static void list_fill(struct shyper_vm_scratch *mem, const u64 *value, u32 num)
{
	u32 n;

	for (n = 0; n < num; n++)
		mem->words[n] = cpu_to_le64(value[n]);
}

/*
 * A deployed hypervisor makes room for two words whatever the length is, and reads
 * a list of one with the second word as it was: so the second word is sent, and
 * is an interrupt that each guest has anyway. Whether a second list adds to the
 * first or replaces it is not known.
 */
static int step_add_irqs(struct shyper_vm *vm, const void *from,
			 struct shyper_vm_scratch *mem)
{
	const struct shyper_vm_numbers *arg = from;
	u32 n, num = arg->num;
	int ret;

	if (deployed() && (num > DEPLOYED_LIST || vm->irqs_sent))
		return list_refuse(vm, "interrupts", num);
	for (n = 0; n < num; n++) {
		if (arg->value[n] >= 32 && test_bit(arg->value[n], vm->intid))
			return -EINVAL;
	}
	list_fill(mem, arg->value, num);
	if (deployed() && num == 1)
		mem->words[num++] = cpu_to_le64(INTID_VTIMER);
	ret = shyper_hvc_passthrough_irqs(vm->vmid, mem->words, num);
	if (ret)
		return ret;
	vm->irqs_sent = true;
	for (n = 0; n < arg->num; n++)
		__set_bit(arg->value[n], vm->intid);
	return 0;
}

int shyper_vm_add_irqs(struct shyper_vm *vm, const struct shyper_vm_numbers *arg)
{
	if (!arg->num || arg->num > SHYPER_API_MAX_IRQS ||
	    intids_check(arg->value, arg->num))
		return -EINVAL;
	return shyper_vm_config_step(vm, step_add_irqs, arg);
}

/* There is no stream that could fill a list of one up. */
static int step_add_stream_ids(struct shyper_vm *vm, const void *from,
			       struct shyper_vm_scratch *mem)
{
	const struct shyper_vm_numbers *arg = from;

	if (deployed() && arg->num != DEPLOYED_LIST)
		return list_refuse(vm, "stream ids", arg->num);
	list_fill(mem, arg->value, arg->num);
	return shyper_hvc_passthrough_stream_ids(vm->vmid, mem->words,
						 arg->num);
}

int shyper_vm_add_stream_ids(struct shyper_vm *vm,
			     const struct shyper_vm_numbers *arg)
{
	u32 n;

	if (!arg->num || arg->num > SHYPER_API_MAX_IRQS)
		return -EINVAL;
	for (n = 0; n < arg->num; n++) {
		if (arg->value[n] > U32_MAX)
			return -EINVAL;
	}
	return shyper_vm_config_step(vm, step_add_stream_ids, arg);
}

/* Here a list of one is read rightly: only as many words as it has are used. */
static int step_add_dtb_device(struct shyper_vm *vm, const void *from,
			       struct shyper_vm_scratch *mem)
{
	const struct shyper_vm_dtb_device *arg = from;

	if (deployed() && arg->irq_num > DEPLOYED_LIST)
		return list_refuse(vm, "interrupts of a node", arg->irq_num);
	memcpy(mem->name, arg->name, sizeof(mem->name));
	list_fill(mem, arg->irqs, arg->irq_num);
	return shyper_hvc_dtb_device(vm->vmid, mem->name, arg->type,
				     mem->words, arg->irq_num, arg->ipa,
				     arg->length);
}

int shyper_vm_add_dtb_device(struct shyper_vm *vm,
			     const struct shyper_vm_dtb_device *arg)
{
	if (arg->type > SHYPER_DTB_DEV_GICC || arg->irq_num > SHYPER_API_MAX_IRQS ||
	    intids_check(arg->irqs, arg->irq_num) ||
	    shyper_vm_range_check(arg->ipa, arg->length ?: 1))
		return -EINVAL;
	return shyper_vm_config_step(vm, step_add_dtb_device, arg);
}

/* ---- images ---- */

/* Memory through which images go to the hypervisor. */
struct bounce {
	void *data;
	size_t size;
};

/* As large as it can be had: what is contiguous may be scarce. */
static int bounce_alloc(struct bounce *bounce, size_t want)
{
	size_t size = min_t(size_t, roundup_pow_of_two(max_t(size_t, want, PAGE_SIZE)),
			    BOUNCE_SIZE);

	for (; size >= PAGE_SIZE; size /= 2) {
		bounce->data = alloc_pages_exact(size, GFP_KERNEL | __GFP_NOWARN);
		bounce->size = size;
		if (bounce->data)
			return 0;
	}
	return -ENOMEM;
}

static int load_check(const struct shyper_vm *vm, const struct shyper_vm_load *arg)
{
	int state;

	shyper_vm_assert_locked();
	if (vm->gone)
		return -ENODEV;
	/* Where its kernel lies, and so what offsets mean, is not known. */
	if (vm->flags & SHYPER_VM_FOREIGN)
		return -EPERM;
	if (!in_memory(vm, arg->ipa, arg->size))
		return -EFAULT;
	state = shyper_vm_state_locked(vm->vmid);
	if (state)
		return state > 0 ? -EBUSY : state;
	/* What its devices had under way must not end up in the new image. */
	return shyper_vdevs_quiesce(vm->vmid);
}

static int load_piece(struct shyper_vm *vm, const struct shyper_vm_load *arg,
		      const struct bounce *bounce, size_t done, size_t size)
{
	int ret;

	shyper_vm_lock();
	ret = load_check(vm, arg);
	if (!ret)
		ret = shyper_hvc_upload(vm->vmid, arg->image_size, bounce->data,
					arg->ipa + done - vm->kernel_load_ipa,
					size);
	if (!ret)
		vm->flags |= SHYPER_VM_LOADED;
	shyper_vm_unlock();
	return ret;
}

static int load_pieces(struct shyper_vm *vm, const struct shyper_vm_load *arg,
		       const struct bounce *bounce)
{
	const u8 __user *data = u64_to_user_ptr(arg->data);
	size_t done, size;
	int ret;

	for (done = 0; done < arg->size; done += size) {
		size = min_t(size_t, arg->size - done, bounce->size);
		if (copy_from_user(bounce->data, data + done, size))
			return -EFAULT;
		ret = load_piece(vm, arg, bounce, done, size);
		if (ret)
			return ret;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

int shyper_vm_load(struct shyper_vm *vm, const struct shyper_vm_load *arg)
{
	struct bounce bounce;
	int ret;

	if (!arg->image_size || arg->size > SHYPER_LOAD_MAX ||
	    shyper_vm_range_check(arg->ipa, arg->size))
		return -EINVAL;
	shyper_vm_lock();
	ret = load_check(vm, arg);
	shyper_vm_unlock();
	if (!ret)
		ret = bounce_alloc(&bounce, arg->size);
	if (ret)
		return ret;
	ret = load_pieces(vm, arg, &bounce);
	free_pages_exact(bounce.data, bounce.size);
	return ret;
}
