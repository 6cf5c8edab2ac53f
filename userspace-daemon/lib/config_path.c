// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which way a device's I/O goes, "path", and what only direct devices have: the
 * keys, the same in both forms, what is wrong with them, and the words that the
 * kernel is told.
 */
#include <errno.h>
#include <string.h>

#include "config.h"
#include "names.h"

/* Registers of a direct device are a page of the module's, mapped there. */
static bool is_page(const struct shyper_vm_device *dev)
{
	return dev->length == SHYPER_PAGE && !(dev->base % SHYPER_PAGE);
}

bool shyper_config_can_direct(const struct shyper_config_device *device)
{
	if (!is_page(&device->dev))
		return false;
	switch (device->dev.type) {
	case SHYPER_DEV_VIRTIO_BLK_MEDIATED:
	case SHYPER_DEV_VIRTIO_NET:
		return true;
	case SHYPER_DEV_VIRTIO_CONSOLE:
		/* The other end may be another guest's. */
		return device->mvm_console || !device->dev.cfg[0];
	default:
		return false;
	}
}

static void take_path(const struct shyper_node *up, enum shyper_path *path,
		      struct shyper_where *where)
{
	const struct shyper_name *entry;
	struct shyper_node node;
	const char *text;
	char list[64];

	if (!shyper_node_get(up, "path", &node) ||
	    !shyper_node_string(&node, &text))
		return;
	entry = shyper_name_find(shyper_paths, text);
	if (entry) {
		*path = entry->value;
		shyper_node_where(&node, where);
		return;
	}
	shyper_name_list(shyper_paths, list, sizeof(list));
	shyper_node_error(&node, "expected %s", list);
}

void shyper_config_path_key(struct shyper_config *config,
			    const struct shyper_node *root)
{
	config->path = SHYPER_PATH_DEFAULT;
	take_path(root, &config->path, &config->path_where);
}

static void take_queues(struct shyper_config_device *device,
			const struct shyper_node *node)
{
	uint64_t queues;

	if (shyper_node_number(node, SHYPER_QUEUES_MAX, &queues))
		device->queues = (uint32_t)queues;
}

static void take_ports(struct shyper_config_device *device,
		       const struct shyper_node *node)
{
	uint64_t ports;

	if (shyper_node_number(node, SHYPER_PORTS_MAX, &ports))
		device->ports = (uint32_t)ports;
}

static void take_serial(struct shyper_config_device *device,
			const struct shyper_node *node)
{
	const char *text, *p;

	if (!shyper_node_string(node, &text))
		return;
	for (p = text; *p > ' ' && *p < 0x7f; p++)
		;
	if (!*text || *p || p - text > SHYPER_SERIAL_LEN)
		shyper_node_error(node, "expected 1 to %d printable characters, no blank",
				  SHYPER_SERIAL_LEN);
	else
		strcpy(device->serial, text);
}

/* As the kernel wants names of interfaces. */
static void take_ifname(struct shyper_config_device *device,
			const struct shyper_node *node)
{
	const char *text, *p;

	if (!shyper_node_string(node, &text))
		return;
	for (p = text; *p > ' ' && *p < 0x7f && !strchr("/:%", *p); p++)
		;
	if (!*text || *p || p - text >= SHYPER_IFNAME_LEN || *text == '.')
		shyper_node_error(node, "expected the name of an interface, 1 to %d characters",
				  SHYPER_IFNAME_LEN - 1);
	else
		strcpy(device->ifname, text);
}

#define DISK	(1U << SHYPER_DEV_VIRTIO_BLK_MEDIATED)
#define NET	(1U << SHYPER_DEV_VIRTIO_NET)
#define CONSOLE	(1U << SHYPER_DEV_VIRTIO_CONSOLE)

static const struct {
	const char *key;
	uint32_t types;
	const char *who;
	void (*take)(struct shyper_config_device *device,
		     const struct shyper_node *node);
} device_keys[] = {
	{ "path", DISK | NET | CONSOLE, "a mediated disk, a network device and a console have",
	  NULL },
	{ "queues", DISK | NET, "a mediated disk and a network device have",
	  take_queues },
	{ "serial", DISK, "a mediated disk has", take_serial },
	{ "ifname", NET, "a network device has", take_ifname },
	{ "ports", CONSOLE, "a console has", take_ports },
};

void shyper_config_device_keys(const struct shyper_config *config,
			       struct shyper_config_device *device,
			       const struct shyper_node *node)
{
	struct shyper_node value;
	size_t i;

	device->path = config->path;
	device->path_where = config->path_where;
	if (!shyper_node_is_object(node))
		return;
	for (i = 0; i < sizeof(device_keys) / sizeof(device_keys[0]); i++) {
		if (!shyper_node_get(node, device_keys[i].key, &value))
			continue;
		if (!(device_keys[i].types >> device->dev.type & 1)) {
			/* In the short form it is an unknown key. */
			if (!config->short_form)
				shyper_node_error(&value, "only %s it",
						  device_keys[i].who);
			continue;
		}
		if (device_keys[i].take)
			device_keys[i].take(device, &value);
		else
			take_path(node, &device->path, &device->path_where);
	}
}

static void check_ifname(const struct shyper_config *config, size_t index,
			 struct shyper_diag *diag)
{
	const struct shyper_config_device *device = &config->device[index];
	size_t i;

	for (i = 0; i < index && device->ifname[0]; i++) {
		if (!strcmp(config->device[i].ifname, device->ifname))
			shyper_config_error(config, &device->where, diag,
					    "ifname \"%s\" is also that of %s (line %u)",
					    device->ifname,
					    config->device[i].where.path,
					    config->device[i].where.line);
	}
}

/* Where one device asks for it, not where the VM as a whole does. */
static bool asks(const struct shyper_config *config,
		 const struct shyper_config_device *device)
{
	return device->path == SHYPER_PATH_DIRECT &&
	       (device->path_where.line != config->path_where.line ||
		strcmp(device->path_where.path, config->path_where.path));
}

void shyper_config_check_paths(const struct shyper_config *config,
			       struct shyper_diag *diag)
{
	const struct shyper_config_device *device;
	size_t i;

	for (i = 0; i < config->devices; i++) {
		device = &config->device[i];
		check_ifname(config, i, diag);
		if (shyper_config_can_direct(device) || !asks(config, device))
			continue;
		if (!is_page(&device->dev))
			shyper_config_error(config, &device->path_where, diag,
					    "\"direct\": expected \"classic\", as its registers are not one page of 0x1000");
		else
			shyper_config_error(config, &device->path_where, diag,
					    "\"direct\": expected \"classic\", as its peer is VM %llu",
					    (unsigned long long)device->dev.cfg[0]);
	}
}

int shyper_config_settle(struct shyper_config *config, bool can,
			 struct shyper_diag *diag)
{
	struct shyper_config_device *device;
	size_t i;

	for (i = 0; i < config->devices; i++) {
		device = &config->device[i];
		if (!shyper_config_can_direct(device)) {
			device->path = SHYPER_PATH_CLASSIC;
		} else if (device->path == SHYPER_PATH_AUTO) {
			device->path = can ? SHYPER_PATH_DIRECT :
					     SHYPER_PATH_CLASSIC;
		} else if (device->path == SHYPER_PATH_DIRECT && !can) {
			shyper_config_error(config, &device->path_where, diag,
					    "\"direct\": this hypervisor has no direct path; expected \"classic\" or \"auto\"");
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

/* struct shyper_vm_device in the uapi header has the order of the words. */
void shyper_config_direct(const struct shyper_config_device *device,
			  struct shyper_vm_device *dev)
{
	dev->flags |= SHYPER_DEVICE_DIRECT;
	switch (dev->type) {
	case SHYPER_DEV_VIRTIO_BLK_MEDIATED:
		dev->cfg[3] = device->queues;
		memcpy(&dev->cfg[4], device->serial, SHYPER_SERIAL_LEN);
		dev->cfg_num = 7;
		break;
	case SHYPER_DEV_VIRTIO_NET:
		dev->cfg[7] = device->queues;
		memcpy(&dev->cfg[8], device->ifname, SHYPER_IFNAME_LEN);
		dev->cfg_num = 10;
		break;
	default:
		memset(dev->cfg, 0, sizeof(dev->cfg));
		dev->cfg[0] = device->ports;
		dev->cfg_num = 1;
		break;
	}
}
