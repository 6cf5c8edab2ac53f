// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/shyper: the counters in words. Programs use the ioctls; what is
 * here may change.
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "debugfs.h"
#include "disk.h"
#include "hypercall.h"
#include "notify.h"
#include "vdev.h"
#include "vm.h"

static struct dentry *dir;

static int messages_show(struct seq_file *m, void *unused)
{
	struct shyper_notify_counts counts;
	u64 calls, errors;

	shyper_notify_get_counts(&counts);
	shyper_hypercall_counts(&calls, &errors);
	seq_printf(m, "features %#llx\n", shyper_features());
	seq_printf(m, "hvc_irqs %llu\n", counts.irqs);
	seq_printf(m, "messages %llu\n", counts.messages);
	seq_printf(m, "merged_irqs %llu\n", counts.merged);
	seq_printf(m, "spurious_irqs %llu\n", counts.spurious);
	seq_printf(m, "overruns %llu\n", counts.overruns);
	seq_printf(m, "unknown_messages %llu\n", counts.unknown);
	seq_printf(m, "hypercalls %llu\n", calls);
	seq_printf(m, "hypercall_errors %llu\n", errors);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(messages);

static void latency_show(struct seq_file *m, const u64 *latency)
{
	u32 n;

	for (n = 0; n < SHYPER_API_LATENCY_BUCKETS; n++) {
		if (!latency[n])
			continue;
		if (n == SHYPER_API_LATENCY_BUCKETS - 1)
			seq_printf(m, "  slower: %llu\n", latency[n]);
		else
			seq_printf(m, "  below %u us: %llu\n", 1U << n,
				   latency[n]);
	}
}

static void disk_show(struct seq_file *m, const struct shyper_disk_info *info)
{
	seq_printf(m, "%u \"%s\" %s", info->index, info->name, info->path);
	if (info->vmid != SHYPER_DISK_NO_VM)
		seq_printf(m, " vm %u", info->vmid);
	if (info->flags & SHYPER_DISK_READ_ONLY)
		seq_puts(m, " read-only");
	if (info->flags & SHYPER_DISK_UNSAFE)
		seq_puts(m, " unsafe");
	seq_printf(m, "\n  first_sector %llu sectors %llu cache %llu\n",
		   info->first_sector, info->sectors, info->cache_size);
	seq_printf(m, "  reads %llu bytes %llu errors %llu\n", info->reads,
		   info->read_bytes, info->read_errors);
	seq_printf(m, "  writes %llu bytes %llu errors %llu\n", info->writes,
		   info->write_bytes, info->write_errors);
	seq_printf(m, "  refused %llu last_error %u sector %llu\n",
		   info->refused, info->last_error, info->last_error_sector);
	latency_show(m, info->latency);
}

static int disks_show(struct seq_file *m, void *unused)
{
	struct shyper_disk_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	u32 n, count = shyper_disk_count();

	if (!info)
		return -ENOMEM;
	for (n = 0; n < count; n++) {
		info->index = n;
		if (shyper_disk_get_info(info))
			seq_printf(m, "%u nothing attached\n", n);
		else
			disk_show(m, info);
	}
	kfree(info);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(disks);

static const char *state_name(u32 state)
{
	static const char * const names[] = {
		[SHYPER_VM_STATE_INACTIVE] = "inactive",
		[SHYPER_VM_STATE_PENDING] = "pending",
		[SHYPER_VM_STATE_ACTIVE] = "active",
	};

	return state < ARRAY_SIZE(names) ? names[state] : "unknown";
}

static int vms_show(struct seq_file *m, void *unused)
{
	struct shyper_vm_list_info *list = kzalloc(sizeof(*list), GFP_KERNEL);
	struct shyper_vm_info *vm;
	int ret;

	if (!list)
		return -ENOMEM;
	ret = shyper_vm_list(list);
	for (vm = list->vm; vm < list->vm + list->num; vm++)
		seq_printf(m, "%u \"%s\" %s%s%s%s vcpus %u cpus %#llx memory %llu disks %#llx boots %u crash %u at %#llx\n",
			   vm->vmid, vm->name, state_name(vm->state),
			   vm->flags & SHYPER_VM_LOADED ? " loaded" : "",
			   vm->flags & SHYPER_VM_KEPT ? " kept" : "",
			   vm->flags & SHYPER_VM_FOREIGN ? " foreign" : "",
			   vm->vcpus, vm->cpu_mask, vm->memory, vm->disk_mask,
			   vm->boots, vm->crash_cause, vm->crash_ipa);
	kfree(list);
	return ret;
}
DEFINE_SHOW_ATTRIBUTE(vms);

static void queue_show(struct seq_file *m, u32 n,
		       const struct shyper_queue_stats *q)
{
	seq_printf(m, "  queue %u kicks %llu wakeups %llu requests %llu bytes %llu batches %llu",
		   n, q->kicks, q->wakeups, q->requests, q->bytes, q->batches);
	seq_printf(m, " interrupts %llu suppressed %llu polls_won %llu polls_lost %llu",
		   q->interrupts, q->interrupts_suppressed, q->polls_won,
		   q->polls_lost);
	seq_printf(m, " copies %llu copied_bytes %llu errors %llu broken %llu holds %llu\n",
		   q->copies, q->copied_bytes, q->errors, q->broken, q->holds);
}

static void device_show(struct seq_file *m, const struct shyper_dev_info *info)
{
	u32 n;

	seq_printf(m, "%u \"%s\" vm %u type %u at %#llx irq %u status %#x",
		   info->index, info->name, info->vmid, info->type, info->base,
		   info->irq, info->status);
	if (info->ifname[0])
		seq_printf(m, " is %s", info->ifname);
	seq_printf(m, "\n  offered %#llx features %#llx\n", info->offered,
		   info->features);
	seq_printf(m, "  resets %llu config_changes %llu forwarded %llu\n",
		   info->resets, info->config_changes, info->forwarded);
	for (n = 0; n < info->queues; n++)
		queue_show(m, n, &info->queue[n]);
}

static int devices_show(struct seq_file *m, void *unused)
{
	struct shyper_dev_info *info = kzalloc(sizeof(*info), GFP_KERNEL);
	u32 n;
	int ret;

	if (!info)
		return -ENOMEM;
	for (n = 0;; n++) {
		info->index = n;
		ret = shyper_vdev_get_info(info);
		if (!ret)
			device_show(m, info);
		else if (ret != -ENODEV)
			break;
	}
	kfree(info);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(devices);

void shyper_debugfs_start(void)
{
	dir = debugfs_create_dir("shyper", NULL);
	debugfs_create_file("messages", 0400, dir, NULL, &messages_fops);
	debugfs_create_file("disks", 0400, dir, NULL, &disks_fops);
	debugfs_create_file("vms", 0400, dir, NULL, &vms_fops);
	debugfs_create_file("devices", 0400, dir, NULL, &devices_fops);
}

void shyper_debugfs_stop(void)
{
	debugfs_remove_recursive(dir);
}
