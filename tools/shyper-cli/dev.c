// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli dev: the devices that shyper.ko is for guests, and their queues. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "cli.h"

/* Bits of virtio (VIRTIO 1.2, 6 and the types' own sections) by their names. */
struct feature {
	unsigned int bit;
	const char *name;
};

static const struct feature common_features[] = {
	{ 28, "INDIRECT_DESC" },
	{ 29, "EVENT_IDX" },
	{ 32, "VERSION_1" },
	{ 33, "ACCESS_PLATFORM" },
	{ 34, "RING_PACKED" },
	{ 35, "IN_ORDER" },
	{ 36, "ORDER_PLATFORM" },
	{ 38, "NOTIFICATION_DATA" },
	{ 40, "RING_RESET" },
	{ }
};

static const struct feature disk_features[] = {
	{ 1, "SIZE_MAX" },
	{ 2, "SEG_MAX" },
	{ 4, "GEOMETRY" },
	{ 5, "RO" },
	{ 6, "BLK_SIZE" },
	{ 9, "FLUSH" },
	{ 10, "TOPOLOGY" },
	{ 11, "CONFIG_WCE" },
	{ 12, "MQ" },
	{ 13, "DISCARD" },
	{ 14, "WRITE_ZEROES" },
	{ 16, "SECURE_ERASE" },
	{ }
};

static const struct feature net_features[] = {
	{ 0, "CSUM" },
	{ 1, "GUEST_CSUM" },
	{ 2, "CTRL_GUEST_OFFLOADS" },
	{ 3, "MTU" },
	{ 5, "MAC" },
	{ 7, "GUEST_TSO4" },
	{ 8, "GUEST_TSO6" },
	{ 9, "GUEST_ECN" },
	{ 10, "GUEST_UFO" },
	{ 11, "HOST_TSO4" },
	{ 12, "HOST_TSO6" },
	{ 13, "HOST_ECN" },
	{ 14, "HOST_UFO" },
	{ 15, "MRG_RXBUF" },
	{ 16, "STATUS" },
	{ 17, "CTRL_VQ" },
	{ 18, "CTRL_RX" },
	{ 19, "CTRL_VLAN" },
	{ 21, "GUEST_ANNOUNCE" },
	{ 22, "MQ" },
	{ 23, "CTRL_MAC_ADDR" },
	{ 54, "GUEST_USO4" },
	{ 55, "GUEST_USO6" },
	{ 56, "HOST_USO" },
	{ 62, "RSC_EXT" },
	{ 63, "SPEED_DUPLEX" },
	{ }
};

static const struct feature console_features[] = {
	{ 0, "SIZE" },
	{ 1, "MULTIPORT" },
	{ 2, "EMERG_WRITE" },
	{ }
};

static const struct {
	uint32_t type;
	const char *name;
	const struct feature *features;
} types[] = {
	{ SHYPER_DEV_VIRTIO_BLK_MEDIATED, "disk", disk_features },
	{ SHYPER_DEV_VIRTIO_NET, "net", net_features },
	{ SHYPER_DEV_VIRTIO_CONSOLE, "console", console_features },
};

static const char *type_name(uint32_t type, const struct feature **features)
{
	static const struct feature none[] = { { } };
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type) {
			*features = types[i].features;
			return types[i].name;
		}
	}
	*features = none;
	return "unknown";
}

static const char *feature_name(const struct feature *table, unsigned int bit)
{
	for (; table->name; table++) {
		if (table->bit == bit)
			return table->name;
	}
	return NULL;
}

/* A bit that has no name here is shown by its number. */
static struct json_object *feature_list(const struct feature *own, uint64_t bits)
{
	struct json_object *list = json_object_new_array();
	const char *name;
	unsigned int bit;
	char number[8];

	for (bit = 0; bit < 64; bit++) {
		if (!(bits >> bit & 1))
			continue;
		name = feature_name(own, bit);
		if (!name)
			name = feature_name(common_features, bit);
		snprintf(number, sizeof(number), "%u", bit);
		json_object_array_add(list, json_object_new_string(name ? name :
								   number));
	}
	return list;
}

/* virtio's device status, VIRTIO 1.2, 2.1 */
#define STATUS_DRIVER_OK	4
#define STATUS_NEEDS_RESET	64
#define STATUS_FAILED		128

static const char *status_text(uint32_t status)
{
	if (status & STATUS_FAILED)
		return "failed";
	if (status & STATUS_NEEDS_RESET)
		return "needs reset";
	if (status & STATUS_DRIVER_OK)
		return "running";
	return status ? "being set up" : "no driver";
}

static struct json_object *queue_object(uint32_t dev, uint32_t queue,
					const struct shyper_queue_stats *stats)
{
	struct json_object *object = json_object_new_object();

	cli_put_number(object, "dev", dev);
	cli_put_number(object, "queue", queue);
	cli_put_number(object, "kicks", stats->kicks);
	cli_put_number(object, "wakeups", stats->wakeups);
	cli_put_number(object, "requests", stats->requests);
	cli_put_number(object, "bytes", stats->bytes);
	cli_put_number(object, "batches", stats->batches);
	cli_put_number(object, "interrupts", stats->interrupts);
	cli_put_number(object, "interrupts_suppressed",
		       stats->interrupts_suppressed);
	cli_put_number(object, "polls_won", stats->polls_won);
	cli_put_number(object, "polls_lost", stats->polls_lost);
	cli_put_number(object, "copies", stats->copies);
	cli_put_number(object, "copied_bytes", stats->copied_bytes);
	cli_put_number(object, "errors", stats->errors);
	cli_put_number(object, "broken", stats->broken);
	cli_put_number(object, "holds", stats->holds);
	return object;
}

static struct json_object *dev_object(const struct shyper_dev_info *info)
{
	struct json_object *object = json_object_new_object();
	struct json_object *queues = json_object_new_array();
	const struct feature *features;
	const char *type = type_name(info->type, &features);
	const char *status = status_text(info->status);
	uint32_t i;

	cli_put_number(object, "dev", info->index);
	cli_put_number(object, "vmid", info->vmid);
	cli_put_text(object, "name", info->name, sizeof(info->name));
	cli_put_text(object, "type", type, strlen(type));
	cli_put_text(object, "status", status, strlen(status));
	cli_put_number(object, "status_bits", info->status);
	cli_put_text(object, "backend", info->ifname, sizeof(info->ifname));
	cli_put_number(object, "link", info->link);
	cli_put_number(object, "base", info->base);
	cli_put_number(object, "irq", info->irq);
	cli_put_number(object, "resets", info->resets);
	cli_put_number(object, "config_changes", info->config_changes);
	cli_put_number(object, "forwarded", info->forwarded);
	json_object_object_add(object, "offered",
			       feature_list(features, info->offered));
	json_object_object_add(object, "features",
			       feature_list(features, info->features));
	for (i = 0; i < info->queues && i < SHYPER_API_MAX_QUEUES; i++)
		json_object_array_add(queues, queue_object(info->index, i,
							   &info->queue[i]));
	json_object_object_add(object, "queue", queues);
	return object;
}

static const struct cli_column dev_columns[] = {
	{ "DEV", "dev", CLI_NUMBER },
	{ "VM", "vmid", CLI_NUMBER },
	{ "NAME", "name", CLI_TEXT },
	{ "TYPE", "type", CLI_TEXT },
	{ "BACKEND", "backend", CLI_TEXT },
	{ "IRQ", "irq", CLI_NUMBER },
	{ "RESETS", "resets", CLI_NUMBER },
	{ "CHANGES", "config_changes", CLI_NUMBER },
	{ "FORWARDED", "forwarded", CLI_NUMBER },
	{ "STATUS", "status", CLI_TEXT },
	{ }
};

static const struct cli_column queue_columns[] = {
	{ "DEV", "dev", CLI_NUMBER },
	{ "QUEUE", "queue", CLI_NUMBER },
	{ "KICKS", "kicks", CLI_NUMBER },
	{ "WAKEUPS", "wakeups", CLI_NUMBER },
	{ "REQUESTS", "requests", CLI_NUMBER },
	{ "BYTES", "bytes", CLI_SIZE },
	{ "BATCHES", "batches", CLI_NUMBER },
	{ "IRQS", "interrupts", CLI_NUMBER },
	{ "SUPPRESSED", "interrupts_suppressed", CLI_NUMBER },
	{ "POLLS WON", "polls_won", CLI_NUMBER },
	{ "LOST", "polls_lost", CLI_NUMBER },
	{ "COPIES", "copies", CLI_NUMBER },
	{ "COPIED", "copied_bytes", CLI_SIZE },
	{ "ERRORS", "errors", CLI_NUMBER },
	{ "BROKEN", "broken", CLI_NUMBER },
	{ "HOLDS", "holds", CLI_NUMBER },
	{ }
};

static void print_features(struct json_object *row)
{
	struct json_object *dev, *list;
	size_t i;

	json_object_object_get_ex(row, "dev", &dev);
	json_object_object_get_ex(row, "features", &list);
	if (!json_object_array_length(list))
		return;
	printf("device %s has negotiated:", json_object_get_string(dev));
	for (i = 0; i < json_object_array_length(list); i++)
		printf(" %s", json_object_get_string(
				json_object_array_get_idx(list, i)));
	putchar('\n');
}

/* The devices, what they negotiated, and the queues of all of them. */
static void print_devs(struct json_object *rows)
{
	struct json_object *queues = json_object_new_array(), *row, *list, *queue;
	size_t i, j;

	cli_print_table(json_object_get(rows), dev_columns);
	putchar('\n');
	for (i = 0; i < json_object_array_length(rows); i++) {
		row = json_object_array_get_idx(rows, i);
		print_features(row);
		json_object_object_get_ex(row, "queue", &list);
		for (j = 0; j < json_object_array_length(list); j++) {
			queue = json_object_array_get_idx(list, j);
			json_object_array_add(queues, json_object_get(queue));
		}
	}
	putchar('\n');
	cli_print_table(queues, queue_columns);
}

static int dev_show(const struct cli_args *args)
{
	struct json_object *rows;
	struct shyper_dev_info info;
	struct shyper_vm_info vm = { 0 };
	struct shyper_diag diag = { 0 };
	uint32_t index = 0;
	int status, dev, err;

	dev = cli_open(&status);
	if (dev < 0)
		return status;
	if (args->name) {
		err = shyper_vm_find(dev, args->name, &vm, &diag);
		cli_report(&diag);
		if (err) {
			close(dev);
			return cli_status_of(err);
		}
	}
	rows = json_object_new_array();
	while (!(err = shyper_dev_next(dev, &info, &index))) {
		if (!args->name || info.vmid == vm.vmid)
			json_object_array_add(rows, dev_object(&info));
	}
	close(dev);
	if (err != -ENOENT) {
		cli_error("SHYPER_DEV_GET_INFO: %s",
			  shyper_strerror(SHYPER_DEV_GET_INFO, err));
		json_object_put(rows);
		return CLI_FAILURE;
	}
	if (cli.json)
		cli_print_table(json_object_get(rows), dev_columns);
	else
		print_devs(rows);
	json_object_put(rows);
	return CLI_OK;
}

const struct cli_command cli_dev_commands[] = {
	{ "dev", "show", "VM", CLI_MAY_OPERAND,
	  "Show direct devices, their queues and counters", NULL, dev_show },
	{ }
};
