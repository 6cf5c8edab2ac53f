// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rust-Shyper's form of a VM's configuration. Keys that it does not know get a
 * warning, as files are around that have more ("num" beside a list); what is
 * ours in addition: "restart", "path" and what goes with it, a disk's name in
 * "disk", "ramdisk_size", and that "allocate_bitmap" and a console's "cfg_list" may
 * be left out.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "names.h"

static const char *const root_keys[] = {
	"name", "type", "cmdline", "image", "memory", "cpu", "emulated_device",
	"passthrough_device", "dtb_device", "restart", "path", NULL
};

static const char *const image_keys[] = {
	"kernel_filename", "kernel_load_ipa", "kernel_entry_point",
	"device_tree_filename", "device_tree_load_ipa", "ramdisk_filename",
	"ramdisk_load_ipa", "ramdisk_size", NULL
};

static const char *const memory_keys[] = { "num", "region", NULL };

static const char *const region_keys[] = { "ipa_start", "length", NULL };

static const char *const cpu_keys[] = {
	"num", "allocate_bitmap", "master", NULL
};

static const char *const emulated_keys[] = {
	"num", "emulated_device_list", NULL
};

static const char *const device_keys[] = {
	"name", "base_ipa", "length", "irq_id", "cfg_num", "cfg_list", "type",
	"disk", "path", "queues", "serial", "ifname", "ports", NULL
};

static const char *const passthrough_keys[] = {
	"num", "passthrough_device_list", NULL
};

static const char *const passthrough_device_keys[] = {
	"name", "base_pa", "base_ipa", "length", "smmu_id", "irq_num",
	"irq_list", NULL
};

static const char *const dtb_keys[] = { "num", "dtb_device_list", NULL };

static const char *const dtb_device_keys[] = {
	"name", "type", "irq_num", "irq_list", "addr_region_ipa",
	"addr_region_length", NULL
};

static bool get_object(const struct shyper_node *up, const char *key, bool must,
		       const char *const *keys, struct shyper_node *node)
{
	if (!shyper_node_get(up, key, node)) {
		if (must)
			shyper_node_error(node, "missing");
		return false;
	}
	if (!shyper_node_is_object(node)) {
		shyper_node_error(node, "expected an object, {...}");
		return false;
	}
	shyper_node_keys(node, keys, false);
	return true;
}

/*
 * Calls @each for the objects in the list @list_key of the object @key. A count
 * beside the list is compared with it.
 */
static void for_list(struct shyper_config *config, const struct shyper_node *root,
		     const char *key, const char *const *keys,
		     const char *list_key, bool must,
		     void (*each)(struct shyper_config *config,
				  const struct shyper_node *node))
{
	struct shyper_node object, list, entry, num;
	size_t i;

	if (!get_object(root, key, must, keys, &object))
		return;
	if (!shyper_node_get(&object, list_key, &list)) {
		if (must)
			shyper_node_error(&list, "missing");
		return;
	}
	if (!shyper_node_is_array(&list)) {
		shyper_node_error(&list, "expected a list, [...]");
		return;
	}
	for (i = 0; i < shyper_node_len(&list); i++) {
		shyper_node_at(&list, i, &entry);
		if (shyper_node_is_object(&entry))
			each(config, &entry);
		else
			shyper_node_error(&entry, "expected an object, {...}");
	}
	if (shyper_node_get(&object, "num", &num)) {
		uint64_t n;

		if (shyper_node_number(&num, UINT32_MAX, &n) && n != i)
			shyper_node_warn(&num, "%s has %zu entries", list_key, i);
	}
}

/* A type name to its number. */
static bool get_type(const struct shyper_node *up, const struct shyper_name *table,
		     uint32_t *type)
{
	const struct shyper_name *entry;
	struct shyper_node node;
	const char *text;
	char list[512];

	if (!shyper_get_string(up, "type", true, &text))
		return false;
	entry = shyper_name_find(table, text);
	if (!entry) {
		shyper_node_get(up, "type", &node);
		shyper_name_list(table, list, sizeof(list));
		shyper_node_error(&node, "expected %s", list);
		return false;
	}
	*type = entry->value;
	return true;
}

static void get_file(struct shyper_config *config, const struct shyper_node *up,
		     const char *key, bool must, struct shyper_image *image)
{
	struct shyper_node node;
	const char *text;

	if (!shyper_get_string(up, key, must, &text))
		return;
	shyper_node_get(up, key, &node);
	shyper_node_where(&node, &image->where);
	if (!*text || !strcmp(text, "-")) {
		if (must)
			shyper_node_error(&node, "expected the name of a file");
		return;
	}
	image->path = shyper_config_path(config, text);
	if (!image->path)
		shyper_node_error(&node, "out of memory");
}

static void take_image(struct shyper_config *config, const struct shyper_node *root)
{
	struct shyper_node image, node;
	uint64_t entry;

	if (!get_object(root, "image", true, image_keys, &image))
		return;
	get_file(config, &image, "kernel_filename", true, &config->kernel);
	get_file(config, &image, "device_tree_filename", false, &config->dtb);
	get_file(config, &image, "ramdisk_filename", false, &config->initrd);
	shyper_get_number(&image, "kernel_load_ipa", true, SHYPER_IPA_LIMIT,
			  &config->kernel.ipa);
	shyper_get_number(&image, "device_tree_load_ipa",
			  config->type == SHYPER_VM_TYPE_LINUX, SHYPER_IPA_LIMIT,
			  &config->dtb.ipa);
	if (shyper_node_get(&image, "device_tree_load_ipa", &node) &&
	    !config->dtb.where.line)
		shyper_node_where(&node, &config->dtb.where);
	shyper_get_number(&image, "ramdisk_load_ipa", false, SHYPER_IPA_LIMIT,
			  &config->initrd.ipa);
	shyper_get_number(&image, "ramdisk_size", false, SHYPER_IPA_LIMIT,
			  &config->initrd.size);

	entry = config->kernel.ipa;
	if (shyper_get_number(&image, "kernel_entry_point", false,
			      SHYPER_IPA_LIMIT, &entry) &&
	    entry != config->kernel.ipa) {
		shyper_node_get(&image, "kernel_entry_point", &node);
		shyper_node_error(&node, "expected kernel_load_ipa, 0x%llx: a VM starts there",
				  (unsigned long long)config->kernel.ipa);
	}
	if (config->initrd.path && !config->initrd.ipa) {
		shyper_node_get(&image, "ramdisk_filename", &node);
		shyper_node_warn(&node, "not loaded, as ramdisk_load_ipa is 0");
		free(config->initrd.path);
		config->initrd.path = NULL;
	}
}

static void take_memory(struct shyper_config *config,
			const struct shyper_node *node)
{
	struct shyper_config_memory *memory = &config->memory[config->memories];
	uint64_t ipa, length;

	shyper_node_keys(node, region_keys, false);
	if (!shyper_config_room(node, config->memories, SHYPER_CONFIG_MEMORIES) ||
	    !shyper_get_number(node, "ipa_start", true, SHYPER_IPA_LIMIT, &ipa) ||
	    !shyper_get_number(node, "length", true, SHYPER_IPA_LIMIT, &length))
		return;
	memory->mem.ipa = ipa;
	memory->mem.length = length;
	shyper_node_where(node, &memory->where);
	config->memories++;
}

static void take_cpu(struct shyper_config *config, const struct shyper_node *root)
{
	uint64_t num = 0, mask = 0, master;
	struct shyper_node cpu, node;

	config->cpus.master = SHYPER_CPU_ANY;
	if (!get_object(root, "cpu", true, cpu_keys, &cpu))
		return;
	shyper_node_where(&cpu, &config->cpus_where);
	shyper_get_number(&cpu, "num", true, SHYPER_API_MAX_CPUS, &num);
	if (shyper_node_get(&cpu, "num", &node) && !num)
		shyper_node_error(&node, "expected 1 or more");
	else if (shyper_get_number(&cpu, "allocate_bitmap", false, UINT64_MAX,
				   &mask) &&
		 num && num != (uint64_t)__builtin_popcountll(mask))
		shyper_node_error(&node, "expected %d, the number of bits in cpu.allocate_bitmap",
				  __builtin_popcountll(mask));
	config->cpus.num = (uint32_t)num;
	config->cpus.mask = mask;
	if (!shyper_node_get(&cpu, "master", &node) ||
	    shyper_node_is_minus_one(&node))
		return;
	if (!shyper_node_number(&node, SHYPER_API_MAX_CPUS - 1, &master))
		return;
	config->cpus.master = (uint32_t)master;
	if (mask && !(mask >> master & 1))
		shyper_node_error(&node, "expected a CPU that cpu.allocate_bitmap has, or -1");
}

/* cfg_list, and cfg_num where it is there. */
static void take_cfg(const struct shyper_node *node, struct shyper_vm_device *dev)
{
	struct shyper_node list, entry, num;
	uint64_t n, value;
	size_t i;

	if (shyper_node_get(node, "cfg_list", &list)) {
		if (!shyper_node_is_array(&list)) {
			shyper_node_error(&list, "expected a list of numbers");
			return;
		}
		for (i = 0; i < shyper_node_len(&list); i++) {
			shyper_node_at(&list, i, &entry);
			if (!shyper_config_room(&entry, i, SHYPER_API_CFG_WORDS))
				return;
			if (shyper_node_number(&entry, UINT64_MAX, &value))
				dev->cfg[i] = value;
		}
		dev->cfg_num = (uint32_t)i;
	}
	if (!shyper_node_get(node, "cfg_num", &num) ||
	    !shyper_node_number(&num, UINT32_MAX, &n))
		return;
	if (n != dev->cfg_num)
		shyper_node_error(&num, "expected %u, the number of entries in cfg_list",
				  dev->cfg_num);
}

static void take_device(struct shyper_config *config,
			const struct shyper_node *node)
{
	struct shyper_config_device *device = &config->device[config->devices];
	uint64_t base = 0, length = 0, irq = 0;
	struct shyper_node disk;
	uint32_t type;

	shyper_node_keys(node, device_keys, false);
	if (!get_type(node, shyper_dev_types, &type))
		return;
	if (type == SHYPER_DEV_GICR) {
		shyper_node_warn(node, "EMU_DEVICE_T_GICR ignored: every vCPU has its redistributor");
		return;
	}
	if (!shyper_config_room(node, config->devices, SHYPER_CONFIG_DEVICES))
		return;
	shyper_get_name(node, "name", true, device->dev.name);
	shyper_get_number(node, "base_ipa", true, SHYPER_IPA_LIMIT, &base);
	shyper_get_number(node, "length", true, SHYPER_IPA_LIMIT, &length);
	shyper_get_number(node, "irq_id", false, 1019, &irq);
	device->dev.type = type;
	device->dev.base = base;
	device->dev.length = length;
	device->dev.irq = (uint32_t)irq;
	take_cfg(node, &device->dev);
	device->mvm_console = type == SHYPER_DEV_VIRTIO_CONSOLE &&
			      !device->dev.cfg_num;
	if (shyper_node_get(node, "disk", &disk)) {
		if (type == SHYPER_DEV_VIRTIO_BLK_MEDIATED)
			shyper_node_name(&disk, device->disk);
		else
			shyper_node_error(&disk, "only EMU_DEVICE_T_VIRTIO_BLK_MEDIATED has a disk");
	}
	shyper_config_device_keys(config, device, node);
	shyper_node_where(node, &device->where);
	config->devices++;
}

/* irq_num is there for readers that cannot count; it has to be right. */
static void check_irq_num(const struct shyper_node *node, size_t have)
{
	struct shyper_node num;
	uint64_t n;

	if (shyper_node_get(node, "irq_num", &num) &&
	    shyper_node_number(&num, UINT32_MAX, &n) && n != have)
		shyper_node_error(&num, "expected %zu, the number of entries in irq_list",
				  have);
}

/* "smmu_id": one stream id; several of them are our addition. */
static void take_stream_id(struct shyper_config *config,
			   const struct shyper_node *node)
{
	struct shyper_config_number *id = &config->stream_id[config->stream_ids];
	struct shyper_node sub;

	if (!shyper_node_get(node, "smmu_id", &sub) || !sub.obj)
		return;
	if (shyper_node_is_array(&sub)) {
		shyper_config_numbers(&sub, UINT32_MAX, config->stream_id,
				      &config->stream_ids);
		return;
	}
	if (!shyper_config_room(&sub, config->stream_ids, SHYPER_API_MAX_IRQS) ||
	    !shyper_node_number(&sub, UINT32_MAX, &id->value))
		return;
	shyper_node_where(&sub, &id->where);
	config->stream_ids++;
}

static void take_passthrough(struct shyper_config *config,
			     const struct shyper_node *node)
{
	struct shyper_config_region *region = &config->region[config->regions];
	uint64_t pa = 0, ipa = 0, length = 0;
	size_t irqs = config->irqs;
	struct shyper_node sub;

	shyper_node_keys(node, passthrough_device_keys, false);
	if (!shyper_config_room(node, config->regions, SHYPER_CONFIG_REGIONS))
		return;
	shyper_get_name(node, "name", true, region->name);
	shyper_get_number(node, "base_pa", true, 1ULL << 48, &pa);
	shyper_get_number(node, "base_ipa", true, SHYPER_IPA_LIMIT, &ipa);
	shyper_get_number(node, "length", true, SHYPER_IPA_LIMIT, &length);
	region->region.pa = pa;
	region->region.ipa = ipa;
	region->region.length = length;
	shyper_node_where(node, &region->where);
	config->regions++;

	if (shyper_node_get(node, "irq_list", &sub))
		shyper_config_numbers(&sub, 1019, config->irq, &config->irqs);
	check_irq_num(node, config->irqs - irqs);
	take_stream_id(config, node);
}

static void take_dtb_device(struct shyper_config *config,
			    const struct shyper_node *node)
{
	struct shyper_config_dtb_device *device =
		&config->dtb_device[config->dtb_devices];
	struct shyper_config_number irqs[SHYPER_API_MAX_IRQS];
	uint64_t ipa = 0, length = 0;
	struct shyper_node list;
	size_t num = 0, i;

	shyper_node_keys(node, dtb_device_keys, false);
	if (!shyper_config_room(node, config->dtb_devices,
				SHYPER_CONFIG_DTB_DEVICES) ||
	    !get_type(node, shyper_dtb_types, &device->dev.type))
		return;
	shyper_get_name(node, "name", true, device->dev.name);
	shyper_get_number(node, "addr_region_ipa", true, SHYPER_IPA_LIMIT, &ipa);
	shyper_get_number(node, "addr_region_length", false, SHYPER_IPA_LIMIT,
			  &length);
	device->dev.ipa = ipa;
	device->dev.length = length;
	if (shyper_node_get(node, "irq_list", &list))
		shyper_config_numbers(&list, 1019, irqs, &num);
	check_irq_num(node, num);
	for (i = 0; i < num; i++)
		device->dev.irqs[i] = irqs[i].value;
	device->dev.irq_num = (uint32_t)num;
	shyper_node_where(node, &device->where);
	config->dtb_devices++;
}

void shyper_config_long(struct shyper_config *config,
			const struct shyper_node *root)
{
	const char *cmdline = "";

	shyper_node_keys(root, root_keys, false);
	shyper_get_name(root, "name", true, config->name);
	get_type(root, shyper_vm_types, &config->type);
	shyper_get_string(root, "cmdline",
			  config->type == SHYPER_VM_TYPE_LINUX, &cmdline);
	config->cmdline = strdup(cmdline);
	shyper_config_restart(config, root);
	shyper_config_path_key(config, root);
	take_image(config, root);
	for_list(config, root, "memory", memory_keys, "region", true,
		 take_memory);
	take_cpu(config, root);
	for_list(config, root, "emulated_device", emulated_keys,
		 "emulated_device_list", false, take_device);
	for_list(config, root, "passthrough_device", passthrough_keys,
		 "passthrough_device_list", false, take_passthrough);
	for_list(config, root, "dtb_device", dtb_keys, "dtb_device_list", false,
		 take_dtb_device);
}
