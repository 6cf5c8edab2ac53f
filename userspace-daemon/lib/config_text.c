// SPDX-License-Identifier: GPL-2.0-only
/* Writing a VM's configuration down again, in Rust-Shyper's form. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "config.h"
#include "names.h"

static void add(struct json_object *object, const char *key,
		struct json_object *value)
{
	json_object_object_add(object, key, value);
}

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	add(object, key, json_object_new_string(text));
}

static void add_hex(struct json_object *object, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	add_text(object, key, text);
}

static void add_number(struct json_object *object, const char *key,
		       uint64_t value)
{
	add(object, key, json_object_new_uint64(value));
}

/* Adds {key: {list_key: []}} and returns the list. */
static struct json_object *add_list(struct json_object *root, const char *key,
				    const char *list_key)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	add(object, list_key, list);
	add(root, key, object);
	return list;
}

static struct json_object *append_object(struct json_object *list)
{
	struct json_object *object = json_object_new_object();

	json_object_array_add(list, object);
	return object;
}

static void add_image(struct json_object *root, const struct shyper_config *config)
{
	struct json_object *image = json_object_new_object();

	add_text(image, "kernel_filename", config->kernel.path);
	add_hex(image, "kernel_load_ipa", config->kernel.ipa);
	add_hex(image, "kernel_entry_point", config->kernel.ipa);
	add_text(image, "device_tree_filename",
		 config->dtb.path ? config->dtb.path : "-");
	add_hex(image, "device_tree_load_ipa", config->dtb.ipa);
	add_text(image, "ramdisk_filename",
		 config->initrd.path ? config->initrd.path : "-");
	add_hex(image, "ramdisk_load_ipa", config->initrd.ipa);
	if (config->initrd.path)
		add_number(image, "ramdisk_size", config->initrd.size);
	add(root, "image", image);
}

static void add_memory(struct json_object *root, const struct shyper_config *config)
{
	struct json_object *list = add_list(root, "memory", "region"), *region;
	size_t i;

	for (i = 0; i < config->memories; i++) {
		region = append_object(list);
		add_hex(region, "ipa_start", config->memory[i].mem.ipa);
		add_hex(region, "length", config->memory[i].mem.length);
	}
}

static void add_cpu(struct json_object *root, const struct shyper_config *config)
{
	struct json_object *cpu = json_object_new_object();
	char bits[68] = "0b";
	int bit, n = 2;

	for (bit = 63; bit >= 0; bit--) {
		bool set = config->cpus.mask >> bit & 1;

		if (set || n > 2 || !bit)
			bits[n++] = set ? '1' : '0';
	}
	bits[n] = '\0';
	add_number(cpu, "num", config->cpus.num);
	/* Without it, the next reader takes the first free ones. */
	if (config->cpus.mask)
		add_text(cpu, "allocate_bitmap", bits);
	if (config->cpus.master == SHYPER_CPU_ANY)
		add(cpu, "master", json_object_new_int(-1));
	else
		add_number(cpu, "master", config->cpus.master);
	add(root, "cpu", cpu);
}

static void add_path(struct json_object *object,
		     const struct shyper_config_device *device)
{
	add_text(object, "path", shyper_name_of(shyper_paths, device->path));
	if (device->queues)
		add_number(object, "queues", device->queues);
	if (device->ports)
		add_number(object, "ports", device->ports);
	if (device->serial[0])
		add_text(object, "serial", device->serial);
	if (device->ifname[0])
		add_text(object, "ifname", device->ifname);
}

static void add_devices(struct json_object *root, const struct shyper_config *config)
{
	struct json_object *list = add_list(root, "emulated_device",
					    "emulated_device_list");
	size_t i, j;

	for (i = 0; i < config->devices; i++) {
		const struct shyper_config_device *device = &config->device[i];
		struct json_object *object = append_object(list), *cfg;

		add_text(object, "name", device->dev.name);
		add_hex(object, "base_ipa", device->dev.base);
		add_hex(object, "length", device->dev.length);
		add_number(object, "irq_id", device->dev.irq);
		/* Without words, the next reader derives the console's peer. */
		if (device->dev.cfg_num && !device->mvm_console) {
			add_number(object, "cfg_num", device->dev.cfg_num);
			cfg = json_object_new_array();
			for (j = 0; j < device->dev.cfg_num; j++)
				json_object_array_add(cfg,
					json_object_new_uint64(device->dev.cfg[j]));
			add(object, "cfg_list", cfg);
		}
		add_text(object, "type",
			 shyper_name_of(shyper_dev_types, device->dev.type));
		if (device->disk[0])
			add_text(object, "disk", device->disk);
		if (shyper_config_can_direct(device))
			add_path(object, device);
	}
}

/*
 * Interrupts and stream ids are kept without the device that they came with, so
 * all of them go to the first entries; that gives the same calls.
 */
static void add_passthrough(struct json_object *root,
			    const struct shyper_config *config)
{
	struct json_object *list = add_list(root, "passthrough_device",
					    "passthrough_device_list");
	size_t i, j;

	for (i = 0; i < config->regions; i++) {
		const struct shyper_config_region *region = &config->region[i];
		struct json_object *object = append_object(list);
		struct json_object *irqs = json_object_new_array();

		add_text(object, "name", region->name);
		add_hex(object, "base_pa", region->region.pa);
		add_hex(object, "base_ipa", region->region.ipa);
		add_hex(object, "length", region->region.length);
		for (j = 0; !i && j < config->irqs; j++)
			json_object_array_add(irqs,
				json_object_new_uint64(config->irq[j].value));
		add_number(object, "irq_num", json_object_array_length(irqs));
		add(object, "irq_list", irqs);
		if (i || !config->stream_ids)
			continue;
		irqs = json_object_new_array();
		for (j = 0; j < config->stream_ids; j++)
			json_object_array_add(irqs,
				json_object_new_uint64(config->stream_id[j].value));
		add(object, "smmu_id", irqs);
	}
}

static void add_dtb_devices(struct json_object *root,
			    const struct shyper_config *config)
{
	struct json_object *list = add_list(root, "dtb_device",
					    "dtb_device_list");
	size_t i, j;

	for (i = 0; i < config->dtb_devices; i++) {
		const struct shyper_vm_dtb_device *dev =
			&config->dtb_device[i].dev;
		struct json_object *object = append_object(list);
		struct json_object *irqs = json_object_new_array();

		add_text(object, "name", dev->name);
		add_text(object, "type", shyper_name_of(shyper_dtb_types, dev->type));
		for (j = 0; j < dev->irq_num; j++)
			json_object_array_add(irqs,
				json_object_new_uint64(dev->irqs[j]));
		add_number(object, "irq_num", dev->irq_num);
		add(object, "irq_list", irqs);
		add_hex(object, "addr_region_ipa", dev->ipa);
		add_hex(object, "addr_region_length", dev->length);
	}
}

char *shyper_config_text(const struct shyper_config *config)
{
	struct json_object *root = json_object_new_object();
	char *out = NULL;

	if (!root)
		return NULL;
	add_text(root, "name", config->name);
	add_text(root, "type", shyper_name_of(shyper_vm_types, config->type));
	add_text(root, "restart", shyper_name_of(shyper_restarts, config->restart));
	add_text(root, "cmdline", config->cmdline);
	add_image(root, config);
	add_memory(root, config);
	add_cpu(root, config);
	add_devices(root, config);
	add_passthrough(root, config);
	add_dtb_devices(root, config);
	if (asprintf(&out, "%s\n", json_object_to_json_string_ext(root,
			JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
			JSON_C_TO_STRING_NOSLASHESCAPE)) < 0)
		out = NULL;
	json_object_put(root);
	return out;
}
