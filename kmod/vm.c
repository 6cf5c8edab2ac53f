// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs: the table of them, adding and removal, who holds them.
 *
 * The hypervisor is the authority on which VMs there are and on their states; it is
 * asked each time. The table here has what it does not tell: how a VM was
 * configured, by whom it is held.
 *
 * Locks: vms_lock, which also serialises all hypercalls that manage VMs, then those
 * of disk.c and vdev.c.
 */
#define pr_fmt(fmt) "shyper: " fmt

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "disk.h"
#include "event.h"
#include "hypercall.h"
#include "vdev.h"
#include "vm.h"

static_assert(SHYPER_API_NAME_LEN == SHYPER_NAME_LEN);
static_assert(SHYPER_API_MAX_VMS == SHYPER_VM_MAX);
static_assert(sizeof(struct shyper_vm_scratch) <= SHYPER_PAGE_SIZE);

static DEFINE_MUTEX(vms_lock);
static struct shyper_vm *vms[SHYPER_VM_MAX];
static struct shyper_vm_scratch *scratch;

struct shyper_vm_scratch *shyper_vm_lock(void)
{
	mutex_lock(&vms_lock);
	return scratch;
}

void shyper_vm_unlock(void)
{
	mutex_unlock(&vms_lock);
}

void shyper_vm_assert_locked(void)
{
	lockdep_assert_held(&vms_lock);
}

static void vm_free(struct kref *ref)
{
	kfree(container_of(ref, struct shyper_vm, ref));
}

static void vm_put(struct shyper_vm *vm)
{
	kref_put(&vm->ref, vm_free);
}

/* ---- the hypervisor's list ---- */

/* Fills scratch->list; returns how many entries it has. */
static int list_locked(void)
{
	int ret;

	lockdep_assert_held(&vms_lock);
	memset(&scratch->list, 0, sizeof(scratch->list));
	ret = shyper_hvc_list_vm(&scratch->list);
	if (ret)
		return ret;
	return min_t(u64, le64_to_cpu(scratch->list.num), SHYPER_VM_MAX);
}

static struct shyper_vm_list_entry *list_find(u32 vmid)
{
	int n, num = list_locked();

	if (num < 0)
		return ERR_PTR(num);
	for (n = 0; n < num; n++) {
		if (le32_to_cpu(scratch->list.vm[n].id) == vmid)
			return &scratch->list.vm[n];
	}
	return ERR_PTR(-ENOENT);
}

static void copy_name(char *name, const u8 *from)
{
	memcpy(name, from, SHYPER_API_NAME_LEN);
	name[SHYPER_API_NAME_LEN - 1] = '\0';
}

int shyper_vm_state_locked(u32 vmid)
{
	struct shyper_vm_list_entry *entry = list_find(vmid);
	u32 state;

	if (IS_ERR(entry))
		return PTR_ERR(entry);
	state = le32_to_cpu(entry->state);
	return state <= SHYPER_VM_STATE_ACTIVE ? state : SHYPER_VM_STATE_ACTIVE;
}

/* ---- add, open ---- */

static struct shyper_vm *vm_alloc(u32 type, u32 flags)
{
	struct shyper_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL);

	if (!vm)
		return NULL;
	kref_init(&vm->ref);	/* the table's */
	vm->type = type;
	vm->flags = flags;
	return vm;
}

/* A handle and its reference. */
static struct shyper_vm *vm_hold(struct shyper_vm *vm)
{
	lockdep_assert_held(&vms_lock);
	kref_get(&vm->ref);
	vm->handles++;
	return vm;
}

/* A VM's entry in the table; one that we did not configure gets one now. */
static struct shyper_vm *table_get(u32 vmid)
{
	struct shyper_vm_list_entry *entry;
	struct shyper_vm *vm;

	if (vmid >= SHYPER_VM_MAX)
		return ERR_PTR(-ENOENT);
	if (vms[vmid])
		return vms[vmid];
	entry = list_find(vmid);
	if (IS_ERR(entry))
		return ERR_CAST(entry);
	vm = vm_alloc(le32_to_cpu(entry->type),
		      SHYPER_VM_FOREIGN | SHYPER_VM_KEPT);
	if (!vm)
		return ERR_PTR(-ENOMEM);
	vm->vmid = vmid;
	copy_name(vm->name, entry->name);
	vms[vmid] = vm;
	return vm;
}

struct shyper_vm *shyper_vm_open(u32 vmid)
{
	struct shyper_vm *vm;

	mutex_lock(&vms_lock);
	vm = table_get(vmid);
	if (!IS_ERR(vm))
		vm = vm_hold(vm);
	mutex_unlock(&vms_lock);
	return vm;
}

static int add_check(const struct shyper_vm_add *arg)
{
	char name[SHYPER_API_NAME_LEN];
	int n, num = list_locked();

	if (num < 0)
		return num;
	for (n = 0; n < num; n++) {
		copy_name(name, scratch->list.vm[n].name);
		if (!strcmp(name, arg->name))
			return -EEXIST;
	}
	return num < SHYPER_VM_MAX ? 0 : -ENOSPC;
}

static s64 add_ask(const struct shyper_vm_add *arg, const char *cmdline)
{
	struct shyper_add_vm *add = &scratch->add;
	u8 *name = scratch->name;

	memcpy(name, arg->name, SHYPER_NAME_LEN);
	memcpy(scratch->cmdline, cmdline, arg->cmdline_len);
	*add = (struct shyper_add_vm){
		.name_ipa = cpu_to_le64(virt_to_phys(name)),
		.name_len = cpu_to_le64(strlen(arg->name)),
		.vm_type = cpu_to_le64(arg->type),
		.cmdline_ipa = cpu_to_le64(virt_to_phys(scratch->cmdline)),
		.cmdline_len = cpu_to_le64(arg->cmdline_len),
		.kernel_load_ipa = cpu_to_le64(arg->kernel_load_ipa),
		.device_tree_load_ipa = cpu_to_le64(arg->device_tree_load_ipa),
		.ramdisk_load_ipa = cpu_to_le64(arg->ramdisk_load_ipa),
	};
	return shyper_hvc_add_vm(add);
}

static int add_locked(struct shyper_vm *vm, const struct shyper_vm_add *arg,
		      const char *cmdline)
{
	s64 vmid;
	int ret;

	ret = add_check(arg);
	if (ret)
		return ret;
	vmid = add_ask(arg, cmdline);
	if (vmid < 0)
		return vmid;
	if (vmid == 0 || vmid >= SHYPER_VM_MAX || vms[vmid]) {
		pr_err("the hypervisor gave VM id %lld to a new VM\n", vmid);
		return -EPROTO;
	}
	vm->vmid = vmid;
	memcpy(vm->name, arg->name, sizeof(vm->name));
	vm->kernel_load_ipa = arg->kernel_load_ipa;
	vms[vmid] = vm;
	vm_hold(vm);
	return 0;
}

static char *cmdline_get(const struct shyper_vm_add *arg)
{
	char *cmdline;

	if (arg->cmdline_len > SHYPER_API_CMDLINE_MAX)
		return ERR_PTR(-E2BIG);
	cmdline = memdup_user_nul(u64_to_user_ptr(arg->cmdline), arg->cmdline_len);
	/* A deployed hypervisor does not survive a NUL in it. */
	if (!IS_ERR(cmdline) && strlen(cmdline) != arg->cmdline_len) {
		kfree(cmdline);
		return ERR_PTR(-EINVAL);
	}
	return cmdline;
}

struct shyper_vm *shyper_vm_add(struct shyper_vm_add *arg)
{
	char *cmdline = cmdline_get(arg);
	struct shyper_vm *vm;
	int ret;

	if (IS_ERR(cmdline))
		return ERR_CAST(cmdline);
	vm = vm_alloc(arg->type, 0);
	if (!vm) {
		kfree(cmdline);
		return ERR_PTR(-ENOMEM);
	}
	mutex_lock(&vms_lock);
	ret = add_locked(vm, arg, cmdline);
	mutex_unlock(&vms_lock);
	kfree(cmdline);
	if (ret) {
		vm_put(vm);
		return ERR_PTR(ret);
	}
	arg->vmid = vm->vmid;
	shyper_event_post(SHYPER_EVENT_VM_ADDED, vm->vmid, 0, 0, vm->name);
	return vm;
}

/* ---- removal ---- */

/* The hypervisor has no such VM any more. */
static void forget_locked(struct shyper_vm *vm)
{
	lockdep_assert_held(&vms_lock);
	if (shyper_vdevs_remove(vm->vmid))
		pr_err("VM %u \"%s\" is gone and its devices are not\n", vm->vmid,
		       vm->name);
	shyper_disks_put(vm->vmid);
	vm->gone = true;
	vms[vm->vmid] = NULL;
	shyper_event_post(SHYPER_EVENT_VM_REMOVED, vm->vmid, 0, 0, vm->name);
	vm_put(vm);
}

/*
 * vm_remove knows VMs that were created, delete_vm those that were only
 * configured. A deployed hypervisor takes either for a VM that it does not have,
 * so it gets both.
 */
static int remove_ask(struct shyper_vm *vm)
{
	int ret = shyper_hvc_vm_remove(vm->vmid);

	if (shyper_has(SHYPER_FEATURE_SAFE_MANAGE))
		return ret;
	if (shyper_vm_state_locked(vm->vmid) != -ENOENT)
		ret = shyper_hvc_delete_vm(vm->vmid);
	return ret;
}

static int remove_locked(struct shyper_vm *vm)
{
	int ret;

	lockdep_assert_held(&vms_lock);
	/* An answer has to find the request that it belongs to. */
	ret = shyper_disks_quiesce(vm->vmid);
	/* Its memory is to be given back before. */
	if (!ret)
		ret = shyper_vdevs_remove(vm->vmid);
	if (ret)
		return ret;
	ret = remove_ask(vm);
	if (ret)
		return ret;
	forget_locked(vm);
	return 0;
}

int shyper_vm_guest_state_locked(struct shyper_vm *vm)
{
	if (vm->gone)
		return -ENODEV;
	if (vm->vmid == 0)
		return -EPERM;
	return shyper_vm_state_locked(vm->vmid);
}

int shyper_vm_remove(struct shyper_vm *vm)
{
	int ret;

	mutex_lock(&vms_lock);
	ret = shyper_vm_guest_state_locked(vm);
	if (!ret)
		ret = remove_locked(vm);
	else if (ret > 0)
		ret = -EBUSY;
	mutex_unlock(&vms_lock);
	return ret;
}

/* Nobody holds it, nobody has said that it should stay. */
static void abandon_locked(struct shyper_vm *vm)
{
	int state = shyper_vm_state_locked(vm->vmid);

	if (state > 0 && shyper_has(SHYPER_FEATURE_SAFE_MANAGE)) {
		state = shyper_hvc_shutdown_vm(vm->vmid);
	} else if (state > 0) {
		pr_warn("VM %u \"%s\" runs and this hypervisor cannot stop it: kept\n",
			vm->vmid, vm->name);
		vm->flags |= SHYPER_VM_KEPT;
		return;
	}
	if (state == -ENOENT)
		forget_locked(vm);
	else if (state || remove_locked(vm))
		pr_warn("VM %u \"%s\" cannot be removed\n", vm->vmid, vm->name);
}

void shyper_vm_close(struct shyper_vm *vm)
{
	mutex_lock(&vms_lock);
	if (!--vm->handles && !vm->gone && !(vm->flags & SHYPER_VM_KEPT))
		abandon_locked(vm);
	mutex_unlock(&vms_lock);
	vm_put(vm);
}

/* ---- messages ---- */

static const u32 message_events[] = {
	[SHYPER_VMM_SHUTDOWN_VM] = SHYPER_EVENT_VM_POWERED_OFF,
	[SHYPER_VMM_REBOOT_VM] = SHYPER_EVENT_VM_RESET,
	[SHYPER_VMM_VM_CRASHED] = SHYPER_EVENT_VM_CRASHED,
};

/* A message that comes late must not be taken for the end of the next run. */
static void ended_locked(struct shyper_vm *vm, u64 event, const u64 args[4])
{
	u64 cause = 0, ipa = 0;

	lockdep_assert_held(&vms_lock);
	if (event == SHYPER_VMM_VM_CRASHED) {
		cause = args[1];
		ipa = args[2];
		vm->crash_cause = cause;
		vm->crash_ipa = ipa;
	}
	vm->ended_by = message_events[event];
	if (shyper_vm_state_locked(vm->vmid) == SHYPER_VM_STATE_INACTIVE)
		shyper_vdevs_stopped(vm->vmid);
	shyper_event_post(message_events[event], vm->vmid, cause, ipa, vm->name);
}

bool shyper_vm_message(u64 event, const u64 args[4])
{
	struct shyper_vm *vm;

	if (event >= ARRAY_SIZE(message_events) || !message_events[event] ||
	    !args[0] || args[0] >= SHYPER_VM_MAX)
		return false;
	mutex_lock(&vms_lock);
	vm = table_get(args[0]);
	if (!IS_ERR(vm))
		ended_locked(vm, event, args);
	mutex_unlock(&vms_lock);
	return true;
}

/* ---- information ---- */

static void info_fill(struct shyper_vm_info *info,
		      const struct shyper_vm_list_entry *entry)
{
	struct shyper_vm *vm;

	info->vmid = le32_to_cpu(entry->id);
	info->type = le32_to_cpu(entry->type);
	info->state = le32_to_cpu(entry->state);
	info->flags = SHYPER_VM_FOREIGN | SHYPER_VM_KEPT;
	copy_name(info->name, entry->name);
	info->disk_mask = info->vmid ? shyper_disks_of(info->vmid) : 0;
	info->disks = hweight64(info->disk_mask);
	vm = info->vmid < SHYPER_VM_MAX ? vms[info->vmid] : NULL;
	if (!vm)
		return;
	info->flags = vm->flags;
	info->cpu_mask = vm->cpu_mask;
	info->vcpus = vm->vcpus;
	info->memory = vm->memory;
	info->boots = vm->boots;
	info->crash_cause = vm->crash_cause;
	info->crash_ipa = vm->crash_ipa;
	info->ended_by = vm->ended_by;
}

int shyper_vm_list(struct shyper_vm_list_info *arg)
{
	int n, num;

	mutex_lock(&vms_lock);
	num = list_locked();
	for (n = 0; n < num; n++)
		info_fill(&arg->vm[n], &scratch->list.vm[n]);
	mutex_unlock(&vms_lock);
	if (num < 0)
		return num;
	arg->num = num;
	return 0;
}

int shyper_vm_get_info(struct shyper_vm *vm, struct shyper_vm_info *info)
{
	struct shyper_vm_list_entry *entry;
	int ret = 0;

	mutex_lock(&vms_lock);
	entry = vm->gone ? ERR_PTR(-ENODEV) : list_find(vm->vmid);
	if (IS_ERR(entry))
		ret = PTR_ERR(entry);
	else
		info_fill(info, entry);
	mutex_unlock(&vms_lock);
	return ret;
}

/* ---- start and stop ---- */

int shyper_vms_start(u64 *alive)
{
	u32 id;
	int n, num;

	scratch = (void *)get_zeroed_page(GFP_KERNEL);
	if (!scratch)
		return -ENOMEM;
	*alive = 0;
	mutex_lock(&vms_lock);
	num = list_locked();
	for (n = 0; n < num; n++) {
		id = le32_to_cpu(scratch->list.vm[n].id);
		if (id < SHYPER_VM_MAX)
			*alive |= BIT_ULL(id);
	}
	mutex_unlock(&vms_lock);
	if (num >= 0)
		return 0;
	shyper_vms_stop();
	return num;
}

void shyper_vms_stop(void)
{
	u32 n;

	for (n = 0; n < SHYPER_VM_MAX; n++) {
		if (vms[n])
			vm_put(vms[n]);
		vms[n] = NULL;
	}
	free_page((unsigned long)scratch);
	scratch = NULL;
}
