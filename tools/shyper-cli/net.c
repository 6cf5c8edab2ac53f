// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli net: the ports of the hypervisor's network switch, and direct ones. */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "cli.h"

/* By SHYPER_DROP_*. */
static const char *const drop_names[] = {
	"runt", "oversize", "header", "spoofed", "nowhere", "rx_down", "rx_full",
	"rx_small", "rx_filter", "rx_offload", "rx_mtu",
};

/* What of a port's losses were frames sent, and what copies not received. */
static void put_drops(struct json_object *object, const struct shyper_net_info *info)
{
	struct json_object *drops = json_object_new_object();
	uint64_t tx = 0, rx = 0;
	unsigned int i;

	for (i = 0; i < SHYPER_API_NET_DROPS; i++) {
		if (i < SHYPER_DROP_RX_FIRST)
			tx += info->drops[i];
		else
			rx += info->drops[i];
	}
	for (i = 0; i < sizeof(drop_names) / sizeof(drop_names[0]); i++)
		cli_put_number(drops, drop_names[i], info->drops[i]);
	cli_put_number(object, "tx_dropped", tx);
	cli_put_number(object, "rx_dropped", rx);
	json_object_object_add(object, "drops", drops);
}

static struct json_object *port_object(const struct shyper_net_info *info)
{
	struct json_object *object = json_object_new_object();
	const char *link = info->flags & SHYPER_PORT_LINK ? "up" : "down";
	char mac[18], name[IF_NAMESIZE];

	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", info->mac[0],
		 info->mac[1], info->mac[2], info->mac[3], info->mac[4],
		 info->mac[5]);
	if (!(info->flags & SHYPER_PORT_LIVE))
		link = "no driver";
	cli_put_number(object, "port", info->index);
	cli_put_number(object, "vmid", info->vmid);
	json_object_object_add(object, "uplink", json_object_new_boolean(
		!!(info->flags & SHYPER_PORT_UPLINK)));
	if ((info->flags & SHYPER_PORT_DIRECT) && if_indextoname(info->ifindex, name))
		cli_put_text(object, "interface", name, strlen(name));
	cli_put_text(object, "mac", mac, strlen(mac));
	if (info->mtu)
		cli_put_number(object, "mtu", info->mtu);
	cli_put_text(object, "link", link, strlen(link));
	cli_put_number(object, "tx_frames", info->tx_frames);
	cli_put_number(object, "tx_bytes", info->tx_bytes);
	cli_put_number(object, "tx_copies", info->tx_copies);
	cli_put_number(object, "rx_frames", info->rx_frames);
	cli_put_number(object, "rx_bytes", info->rx_bytes);
	cli_put_number(object, "rx_interrupts", info->rx_interrupts);
	cli_put_number(object, "resets_needed", info->resets_needed);
	put_drops(object, info);
	return object;
}

static const struct cli_column columns[] = {
	{ "PORT", "port", CLI_NUMBER },
	{ "VM", "vmid", CLI_NUMBER },
	{ "INTERFACE", "interface", CLI_TEXT },
	{ "MAC", "mac", CLI_TEXT },
	{ "MTU", "mtu", CLI_NUMBER },
	{ "LINK", "link", CLI_TEXT },
	{ "SENT", "tx_frames", CLI_NUMBER },
	{ "BYTES", "tx_bytes", CLI_SIZE },
	{ "DROPPED", "tx_dropped", CLI_NUMBER },
	{ "RECEIVED", "rx_frames", CLI_NUMBER },
	{ "BYTES", "rx_bytes", CLI_SIZE },
	{ "DROPPED", "rx_dropped", CLI_NUMBER },
	{ }
};

/* Under the table: a line for each port that lost something. */
static void print_drops(struct json_object *rows)
{
	struct json_object *row, *port, *drops;
	size_t i;

	for (i = 0; i < json_object_array_length(rows); i++) {
		bool first = true;

		row = json_object_array_get_idx(rows, i);
		json_object_object_get_ex(row, "port", &port);
		json_object_object_get_ex(row, "drops", &drops);
		json_object_object_foreach(drops, name, count) {
			if (!json_object_get_uint64(count))
				continue;
			if (first)
				printf("port %s dropped:", json_object_get_string(port));
			printf("%s %s %s", first ? "" : ",",
			       json_object_get_string(count), name);
			first = false;
		}
		if (!first)
			putchar('\n');
	}
}

static int net_show(const struct cli_args *args)
{
	struct json_object *rows;
	struct shyper_net_info info;
	uint32_t index = 0;
	int status, dev, err;

	(void)args;
	dev = cli_open(&status);
	if (dev < 0)
		return status;
	rows = json_object_new_array();
	while (!(err = shyper_net_next(dev, &info, &index)))
		json_object_array_add(rows, port_object(&info));
	close(dev);
	if (err != -ENOENT) {
		cli_error("SHYPER_NET_GET_INFO: %s",
			  shyper_strerror(SHYPER_NET_GET_INFO, err));
		json_object_put(rows);
		return CLI_FAILURE;
	}
	json_object_get(rows);
	cli_print_table(rows, columns);
	if (!cli.json)
		print_drops(rows);
	json_object_put(rows);
	return CLI_OK;
}

const struct cli_command cli_net_commands[] = {
	{ "net", "show", NULL, CLI_NO_OPERAND,
	  "Show guests' network ports and their counters", NULL, net_show },
	{ }
};
