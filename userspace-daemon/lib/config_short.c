// SPDX-License-Identifier: GPL-2.0-only
/*
 * The short form of a VM's configuration, the one that people write. What it
 * leaves out has a default; what it does not know is an error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "names.h"
#include "number.h"

static const char *const root_keys[] = {
	"name", "type", "cpus", "memory", "kernel", "initrd", "dtb", "cmdline",
	"disks", "nets", "console", "devices", "passthrough", "restart", "path",
	NULL
};

static const char *const memory_keys[] = { "base", "size", NULL };

static const char *const disk_keys[] = {
	"disk", "first_sector", "sectors", "path", "queues", "serial", NULL
};

static const char *const net_keys[] = {
	"mac", "mtu", "path", "queues", "ifname", NULL
};

static const char *const console_keys[] = { "path", "ports", NULL };

static const char *const device_keys[] = {
	"name", "type", "base", "length", "irq", "cfg", NULL
};

static const char *const passthrough_keys[] = {
	"name", "pa", "ipa", "length", "irqs", "stream_ids", NULL
};

static const struct shyper_name vm_types[] = {
	{ "linux", SHYPER_VM_TYPE_LINUX },
	{ "bare-metal", SHYPER_VM_TYPE_BARE_METAL },
	{ }
};

static const struct shyper_name device_types[] = {
	{ "console", SHYPER_DEV_CONSOLE },
	{ "gppt", SHYPER_DEV_GPPT },
	{ "virtio-blk", SHYPER_DEV_VIRTIO_BLK },
	{ "shyper", SHYPER_DEV_SHYPER },
	{ "iommu", SHYPER_DEV_IOMMU },
	{ }
};

static bool get_type(const struct shyper_node *up, const struct shyper_name *table,
		     bool must, uint32_t *type)
{
	const struct shyper_name *entry;
	struct shyper_node node;
	const char *text;
	char list[128];

	if (!shyper_get_string(up, "type", must, &text))
		return false;
	entry = shyper_name_find(table, text);
	if (entry) {
		*type = entry->value;
		return true;
	}
	shyper_node_get(up, "type", &node);
	shyper_name_list(table, list, sizeof(list));
	shyper_node_error(&node, "expected %s", list);
	return false;
}

static void take_file(struct shyper_config *config, const struct shyper_node *root,
		      const char *key, bool must, struct shyper_image *image)
{
	struct shyper_node node;
	const char *text;

	if (!shyper_get_string(root, key, must, &text))
		return;
	shyper_node_get(root, key, &node);
	shyper_node_where(&node, &image->where);
	if (!*text) {
		shyper_node_error(&node, "expected the name of a file");
		return;
	}
	image->path = shyper_config_path(config, text);
	if (!image->path)
		shyper_node_error(&node, "out of memory");
}

/* One region: a size, or an object with a base as well. *next: where it goes. */
static void take_region(struct shyper_config *config,
			const struct shyper_node *node, uint64_t *next)
{
	struct shyper_config_memory *memory = &config->memory[config->memories];
	struct shyper_node size = *node, base;
	uint64_t ipa = *next, length;

	if (!shyper_config_room(node, config->memories, SHYPER_CONFIG_MEMORIES))
		return;
	if (shyper_node_is_object(node)) {
		shyper_node_keys(node, memory_keys, true);
		if (shyper_node_get(node, "base", &base) &&
		    !shyper_node_number(&base, SHYPER_IPA_LIMIT, &ipa))
			return;
		if (!shyper_node_get(node, "size", &size)) {
			shyper_node_error(&size, "missing");
			return;
		}
	}
	if (!shyper_node_size(&size, &length))
		return;
	if (length > SHYPER_IPA_LIMIT) {
		shyper_node_error(&size, "expected at most 1T");
		return;
	}
	memory->mem.ipa = ipa;
	memory->mem.length = length;
	shyper_node_where(node, &memory->where);
	config->memories++;
	*next = ipa + length;
}

static void take_memory(struct shyper_config *config,
			const struct shyper_node *root)
{
	uint64_t next = SHYPER_RAM_BASE;
	struct shyper_node node, entry;
	size_t i;

	if (!shyper_node_get(root, "memory", &node)) {
		shyper_node_error(&node, "missing");
		return;
	}
	if (!shyper_node_is_array(&node)) {
		take_region(config, &node, &next);
		return;
	}
	if (!shyper_node_len(&node))
		shyper_node_error(&node, "expected at least one region");
	for (i = 0; i < shyper_node_len(&node); i++) {
		shyper_node_at(&node, i, &entry);
		take_region(config, &entry, &next);
	}
}

static void take_cpu_list(struct shyper_config *config,
			  const struct shyper_node *list)
{
	struct shyper_node entry;
	uint64_t cpu;
	size_t i;

	for (i = 0; i < shyper_node_len(list); i++) {
		shyper_node_at(list, i, &entry);
		if (!shyper_node_number(&entry, SHYPER_API_MAX_CPUS - 1, &cpu))
			continue;
		if (config->cpus.mask >> cpu & 1)
			shyper_node_error(&entry, "there twice");
		config->cpus.mask |= 1ULL << cpu;
		config->cpus.num++;
		if (!i)
			config->cpus.master = (uint32_t)cpu;
	}
	if (!config->cpus.num)
		shyper_node_error(list, "expected at least one CPU");
}

static void take_cpus(struct shyper_config *config, const struct shyper_node *root)
{
	struct shyper_node node;
	uint64_t num = 1;

	config->cpus.master = SHYPER_CPU_ANY;
	if (shyper_node_get(root, "cpus", &node)) {
		shyper_node_where(&node, &config->cpus_where);
		if (shyper_node_is_array(&node)) {
			take_cpu_list(config, &node);
			return;
		}
		if (!shyper_node_is_number(&node))
			shyper_node_error(&node, "expected how many, or a list of physical CPUs");
		else if (shyper_node_number(&node, SHYPER_API_MAX_CPUS, &num) &&
			 !num)
			shyper_node_error(&node, "expected 1 or more");
	}
	config->cpus.num = (uint32_t)num;
}

/*
 * Adds a device in the next virtio slot, or one of the guest's fixed devices.
 * NULL, with an error, if there are too many.
 */
static struct shyper_config_device *
add_device(struct shyper_config *config, const struct shyper_node *node,
	   const char *name, uint32_t type, uint64_t base, uint64_t length)
{
	struct shyper_config_device *device = &config->device[config->devices];

	if (!shyper_config_room(node, config->devices, SHYPER_CONFIG_DEVICES))
		return NULL;
	config->devices++;
	snprintf(device->dev.name, sizeof(device->dev.name), "%s@%llx", name,
		 (unsigned long long)base);
	device->dev.type = type;
	device->dev.base = base;
	device->dev.length = length;
	shyper_node_where(node, &device->where);
	return device;
}

static struct shyper_config_device *
add_virtio(struct shyper_config *config, const struct shyper_node *node,
	   const char *name, uint32_t type, unsigned int *slot)
{
	struct shyper_config_device *device =
		add_device(config, node, name, type, SHYPER_VIRTIO_BASE +
			   *slot * SHYPER_VIRTIO_LEN, SHYPER_VIRTIO_LEN);

	if (!device)
		return NULL;
	device->dev.irq = SHYPER_VIRTIO_IRQ + (*slot)++;
	shyper_config_device_keys(config, device, node);
	return device;
}

static void take_disk(struct shyper_config *config, const struct shyper_node *node,
		      unsigned int *slot)
{
	struct shyper_config_device *device =
		add_virtio(config, node, "virtio_blk",
			   SHYPER_DEV_VIRTIO_BLK_MEDIATED, slot);
	struct shyper_node disk = *node;
	uint64_t first = 0, sectors = 0;

	if (!device)
		return;
	if (shyper_node_is_object(node)) {
		shyper_node_keys(node, disk_keys, true);
		shyper_get_number(node, "first_sector", false, 1ULL << 54,
				  &first);
		shyper_get_number(node, "sectors", false, 1ULL << 54, &sectors);
		if (!shyper_node_get(node, "disk", &disk))
			shyper_node_error(&disk, "missing");
	}
	if (disk.obj)
		shyper_node_name(&disk, device->disk);
	device->dev.cfg[0] = first;
	device->dev.cfg[1] = sectors;
	device->dev.cfg_num = 2;
}

static void take_net(struct shyper_config *config, const struct shyper_node *node,
		     unsigned int *slot)
{
	struct shyper_config_device *device =
		add_virtio(config, node, "virtio_net", SHYPER_DEV_VIRTIO_NET,
			   slot);
	struct shyper_node mac = *node;
	const char *text;
	uint8_t bytes[6];
	uint64_t mtu = 0;
	int i;

	if (!device)
		return;
	if (shyper_node_is_object(node)) {
		shyper_node_keys(node, net_keys, true);
		shyper_get_number(node, "mtu", false, SHYPER_MTU_MAX, &mtu);
		if (!shyper_node_get(node, "mac", &mac)) {
			shyper_node_error(&mac, "missing");
			return;
		}
	}
	if (!shyper_node_string(&mac, &text))
		return;
	if (!shyper_mac_parse(text, bytes)) {
		shyper_node_error(&mac, "expected a MAC address such as \"52:54:00:12:34:56\"");
		return;
	}
	for (i = 0; i < 6; i++)
		device->dev.cfg[i] = bytes[i];
	/* A deployed hypervisor wants six words, and knows no more. */
	device->dev.cfg[6] = mtu;
	device->dev.cfg_num = mtu ? 7 : 6;
}

/* An emulated device that has no key of its own. */
static void take_device(struct shyper_config *config,
			const struct shyper_node *node, unsigned int *slot)
{
	struct shyper_config_number cfg[SHYPER_API_MAX_IRQS];
	uint64_t base = 0, length = 0, irq = 0;
	struct shyper_config_device *device;
	struct shyper_node list;
	size_t num = 0, i;
	uint32_t type;

	(void)slot;
	if (!shyper_node_is_object(node)) {
		shyper_node_error(node, "expected an object, {...}");
		return;
	}
	shyper_node_keys(node, device_keys, true);
	if (!get_type(node, device_types, true, &type))
		return;
	shyper_get_number(node, "base", true, SHYPER_IPA_LIMIT, &base);
	shyper_get_number(node, "length", true, SHYPER_IPA_LIMIT, &length);
	shyper_get_number(node, "irq", false, 1019, &irq);
	device = add_device(config, node, shyper_name_of(device_types, type),
			    type, base, length);
	if (!device)
		return;
	shyper_get_name(node, "name", false, device->dev.name);
	device->dev.irq = (uint32_t)irq;
	if (!shyper_node_get(node, "cfg", &list))
		return;
	shyper_config_numbers(&list, UINT64_MAX, cfg, &num);
	if (num > SHYPER_API_CFG_WORDS) {
		shyper_node_error(&list, "too many, at most %d",
				  SHYPER_API_CFG_WORDS);
		return;
	}
	for (i = 0; i < num; i++)
		device->dev.cfg[i] = cfg[i].value;
	device->dev.cfg_num = (uint32_t)num;
}

static void take_passthrough(struct shyper_config *config,
			     const struct shyper_node *node, unsigned int *slot)
{
	struct shyper_config_region *region = &config->region[config->regions];
	uint64_t pa = 0, length = 0;
	struct shyper_node list;

	(void)slot;
	if (!shyper_node_is_object(node)) {
		shyper_node_error(node, "expected an object, {...}");
		return;
	}
	if (!shyper_config_room(node, config->regions, SHYPER_CONFIG_REGIONS))
		return;
	shyper_node_keys(node, passthrough_keys, true);
	shyper_get_name(node, "name", true, region->name);
	shyper_get_number(node, "pa", true, 1ULL << 48, &pa);
	shyper_get_number(node, "length", true, SHYPER_IPA_LIMIT, &length);
	region->region.pa = pa;
	region->region.ipa = pa;
	region->region.length = length;
	shyper_get_number(node, "ipa", false, SHYPER_IPA_LIMIT, &pa);
	region->region.ipa = pa;
	shyper_node_where(node, &region->where);
	config->regions++;
	if (shyper_node_get(node, "irqs", &list))
		shyper_config_numbers(&list, 1019, config->irq, &config->irqs);
	if (shyper_node_get(node, "stream_ids", &list))
		shyper_config_numbers(&list, UINT32_MAX, config->stream_id,
				      &config->stream_ids);
}

static void for_list(struct shyper_config *config, const struct shyper_node *root,
		     const char *key, unsigned int *slot,
		     void (*each)(struct shyper_config *config,
				  const struct shyper_node *node,
				  unsigned int *slot))
{
	struct shyper_node list, entry;
	size_t i;

	if (!shyper_node_get(root, key, &list))
		return;
	if (!shyper_node_is_array(&list)) {
		shyper_node_error(&list, "expected a list, [...]");
		return;
	}
	for (i = 0; i < shyper_node_len(&list); i++) {
		shyper_node_at(&list, i, &entry);
		each(config, &entry, slot);
	}
}

static void add_dtb_device(struct shyper_config *config, const char *name,
			   uint32_t type, uint64_t ipa, uint64_t length)
{
	struct shyper_config_dtb_device *device =
		&config->dtb_device[config->dtb_devices++];

	strcpy(device->dev.name, name);
	device->dev.type = type;
	device->dev.ipa = ipa;
	device->dev.length = length;
	device->where = config->cpus_where;
}

/* The interrupt controller that every guest has. */
static void add_gic(struct shyper_config *config, const struct shyper_node *root)
{
	add_device(config, root, "intc", SHYPER_DEV_GICD, SHYPER_GICD_BASE,
		   SHYPER_GICD_LEN);
	add_dtb_device(config, "gicd", SHYPER_DTB_DEV_GICD, SHYPER_GICD_BASE,
		       SHYPER_GICD_LEN);
	add_dtb_device(config, "gicr", SHYPER_DTB_DEV_GICC, SHYPER_GICR_BASE,
		       SHYPER_GICR_LEN * config->cpus.num);
}

/* true, false, or an object of a console that is there. */
static void take_console(struct shyper_config *config,
			 const struct shyper_node *root, unsigned int *slot)
{
	struct shyper_config_device *device;
	struct shyper_node node = *root;
	bool console = true;

	if (shyper_node_get(root, "console", &node)) {
		if (shyper_node_is_object(&node))
			shyper_node_keys(&node, console_keys, true);
		else
			shyper_node_bool(&node, &console);
	} else {
		node = *root;
	}
	if (!console)
		return;
	device = add_virtio(config, &node, "virtio_console",
			    SHYPER_DEV_VIRTIO_CONSOLE, slot);
	if (!device)
		return;
	device->dev.cfg_num = 2;
	device->mvm_console = true;
}

void shyper_config_short(struct shyper_config *config,
			 const struct shyper_node *root)
{
	const char *cmdline = "";
	unsigned int slot = 0;

	shyper_node_keys(root, root_keys, true);
	shyper_get_name(root, "name", true, config->name);
	get_type(root, vm_types, false, &config->type);
	shyper_get_string(root, "cmdline", false, &cmdline);
	config->cmdline = strdup(cmdline);
	shyper_config_restart(config, root);
	shyper_config_path_key(config, root);
	take_file(config, root, "kernel", true, &config->kernel);
	take_file(config, root, "initrd", false, &config->initrd);
	take_file(config, root, "dtb", false, &config->dtb);
	take_cpus(config, root);
	take_memory(config, root);
	add_gic(config, root);
	for_list(config, root, "disks", &slot, take_disk);
	for_list(config, root, "nets", &slot, take_net);
	take_console(config, root, &slot);
	for_list(config, root, "devices", &slot, take_device);
	for_list(config, root, "passthrough", &slot, take_passthrough);
}
