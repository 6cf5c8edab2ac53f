// SPDX-License-Identifier: GPL-2.0-only
/* Names for numbers of the ioctl ABI. */
#include <stdio.h>
#include <string.h>

#include <linux/shyper.h>

#include "config.h"
#include "names.h"

const struct shyper_name shyper_vm_types[] = {
	{ "VM_T_LINUX", SHYPER_VM_TYPE_LINUX },
	{ "VM_T_BARE_MATEL_APP", SHYPER_VM_TYPE_BARE_METAL },
	{ "VM_T_BARE_METAL_APP", SHYPER_VM_TYPE_BARE_METAL },
	{ "VM_T_BARE_METAL", SHYPER_VM_TYPE_BARE_METAL },
	{ }
};

const struct shyper_name shyper_dev_types[] = {
	{ "EMU_DEVICE_T_CONSOLE", SHYPER_DEV_CONSOLE },
	{ "EMU_DEVICE_T_GICD", SHYPER_DEV_GICD },
	{ "EMU_DEVICE_T_GPPT", SHYPER_DEV_GPPT },
	{ "EMU_DEVICE_T_VIRTIO_BLK", SHYPER_DEV_VIRTIO_BLK },
	{ "EMU_DEVICE_T_VIRTIO_NET", SHYPER_DEV_VIRTIO_NET },
	{ "EMU_DEVICE_T_VIRTIO_CONSOLE", SHYPER_DEV_VIRTIO_CONSOLE },
	{ "EMU_DEVICE_T_SHYPER", SHYPER_DEV_SHYPER },
	{ "EMU_DEVICE_T_VIRTIO_BLK_MEDIATED", SHYPER_DEV_VIRTIO_BLK_MEDIATED },
	{ "EMU_DEVICE_T_IOMMU", SHYPER_DEV_IOMMU },
	{ "EMU_DEVICE_T_GICR", SHYPER_DEV_GICR },
	{ }
};

const struct shyper_name shyper_dtb_types[] = {
	{ "DTB_DEVICE_T_CONSOLE", SHYPER_DTB_DEV_SERIAL },
	{ "DTB_DEVICE_T_SERIAL", SHYPER_DTB_DEV_SERIAL },
	{ "DTB_DEVICE_T_GICD", SHYPER_DTB_DEV_GICD },
	{ "DTB_DEVICE_T_GICC", SHYPER_DTB_DEV_GICC },
	{ "DTB_DEVICE_T_GICR", SHYPER_DTB_DEV_GICC },
	{ }
};

const struct shyper_name shyper_restarts[] = {
	{ "on-reset", SHYPER_RESTART_ON_RESET },
	{ "on-crash", SHYPER_RESTART_ON_CRASH },
	{ "never", SHYPER_RESTART_NEVER },
	{ }
};

const struct shyper_name shyper_paths[] = {
	{ "classic", SHYPER_PATH_CLASSIC },
	{ "direct", SHYPER_PATH_DIRECT },
	{ "auto", SHYPER_PATH_AUTO },
	{ }
};

const struct shyper_name shyper_vm_states[] = {
	{ "inactive", SHYPER_VM_STATE_INACTIVE },
	{ "pending", SHYPER_VM_STATE_PENDING },
	{ "active", SHYPER_VM_STATE_ACTIVE },
	{ }
};

const struct shyper_name shyper_events[] = {
	{ "added", SHYPER_EVENT_VM_ADDED },
	{ "booted", SHYPER_EVENT_VM_BOOTED },
	{ "powered off", SHYPER_EVENT_VM_POWERED_OFF },
	{ "reset", SHYPER_EVENT_VM_RESET },
	{ "crashed", SHYPER_EVENT_VM_CRASHED },
	{ "stopped", SHYPER_EVENT_VM_STOPPED },
	{ "removed", SHYPER_EVENT_VM_REMOVED },
	{ "attached", SHYPER_EVENT_DISK_ATTACHED },
	{ "detached", SHYPER_EVENT_DISK_DETACHED },
	{ "I/O error", SHYPER_EVENT_DISK_ERROR },
	{ "events lost", SHYPER_EVENT_LOST },
	{ }
};

/* enum shyper_crash_cause of the hypercall ABI. */
const struct shyper_name shyper_crash_causes[] = {
	{ "none", 0 },
	{ "instruction fetch outside its memory", 1 },
	{ "an exception the hypervisor cannot give back", 2 },
	{ }
};

const struct shyper_name *shyper_name_find(const struct shyper_name *table,
					   const char *name)
{
	for (; table->name; table++) {
		if (!strcmp(table->name, name))
			return table;
	}
	return NULL;
}

const char *shyper_name_of(const struct shyper_name *table, uint32_t value)
{
	for (; table->name; table++) {
		if (table->value == value)
			return table->name;
	}
	return "unknown";
}

void shyper_name_list(const struct shyper_name *table, char *out, size_t size)
{
	size_t len = 0;
	int n;

	out[0] = '\0';
	for (; table->name && len < size; table++) {
		n = snprintf(out + len, size - len, "%s%s",
			     !len ? "" : table[1].name ? ", " : " or ",
			     table->name);
		len += n > 0 ? (size_t)n : 0;
	}
}
