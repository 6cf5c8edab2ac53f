// SPDX-License-Identifier: GPL-2.0-only
/* The "network" of shyperd's configuration. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "names.h"
#include "network.h"
#include "number.h"

#define DEFAULT_BRIDGE	"shyper0"
#define DEFAULT_ADDRESS	"10.177.0.1/24"
/* Room for the address itself and some guests. */
#define MAX_PREFIX	28
#define MIN_PREFIX	8

static const struct shyper_name modes[] = {
	{ "bridge", SHYPER_NETWORK_BRIDGE },
	{ "nat", SHYPER_NETWORK_NAT },
	{ }
};

static const char *const bridge_keys[] = {
	"mode", "port", "mtu", "bridge", "nic", NULL
};
static const char *const nat_keys[] = {
	"mode", "port", "mtu", "address", "dhcp", "dnsmasq", NULL
};

/* As the kernel has them: no blanks, no slash, not "." or "..". */
static void take_name(const struct shyper_node *up, const char *key, bool must,
		      char *name)
{
	struct shyper_node node;
	const char *text;

	if (!shyper_get_string(up, key, must, &text))
		return;
	shyper_node_get(up, key, &node);
	if (!text[0] || strlen(text) >= SHYPER_IFNAME_LEN ||
	    strpbrk(text, " /:\t\n") || !strcmp(text, ".") || !strcmp(text, ".."))
		shyper_node_error(&node, "expected the name of a network interface");
	else
		strcpy(name, text);
}

/* "10.177.0.1/24", not the subnet's own address or its broadcast. */
static bool parse_address(const char *text, struct shyper_network *network)
{
	const char *slash = strchr(text, '/');
	uint32_t mask, host;
	struct in_addr addr;
	char ip[16];
	uint64_t prefix;

	if (!slash || (size_t)(slash - text) >= sizeof(ip) ||
	    !shyper_number_parse(slash + 1, &prefix) ||
	    prefix < MIN_PREFIX || prefix > MAX_PREFIX)
		return false;
	memcpy(ip, text, (size_t)(slash - text));
	ip[slash - text] = '\0';
	if (inet_pton(AF_INET, ip, &addr) != 1)
		return false;
	network->address = ntohl(addr.s_addr);
	network->prefix = (uint32_t)prefix;
	mask = shyper_network_mask(network);
	host = network->address & ~mask;
	return host && host != ~mask;
}

static void take_nat(const struct shyper_node *node, struct shyper_network *network)
{
	const char *text = DEFAULT_ADDRESS, *program = "dnsmasq";
	struct shyper_node at;

	shyper_node_keys(node, nat_keys, true);
	shyper_get_string(node, "address", false, &text);
	shyper_node_get(node, "address", &at);
	if (!parse_address(text, network))
		shyper_node_error(&at, "expected an address and %d to %d bits of a subnet, such as \"" DEFAULT_ADDRESS "\"",
				  MIN_PREFIX, MAX_PREFIX);
	network->dhcp = true;
	shyper_get_bool(node, "dhcp", false, &network->dhcp);
	shyper_get_string(node, "dnsmasq", false, &program);
	if (strlen(program) < sizeof(network->dnsmasq)) {
		strcpy(network->dnsmasq, program);
		return;
	}
	shyper_node_get(node, "dnsmasq", &at);
	shyper_node_error(&at, "expected at most %zu characters",
			  sizeof(network->dnsmasq) - 1);
}

static void take_network(const struct shyper_node *node,
			 struct shyper_network *network)
{
	const struct shyper_name *mode;
	struct shyper_node at;
	const char *text;
	uint64_t mtu = 0;
	char list[64];

	if (!shyper_node_is_object(node)) {
		shyper_node_error(node, "expected an object, {...}");
		return;
	}
	if (!shyper_get_string(node, "mode", true, &text))
		return;
	mode = shyper_name_find(modes, text);
	if (!mode) {
		shyper_node_get(node, "mode", &at);
		shyper_name_list(modes, list, sizeof(list));
		shyper_node_error(&at, "expected %s", list);
		return;
	}
	network->mode = (enum shyper_network_mode)mode->value;
	take_name(node, "port", false, network->port);
	if (shyper_get_number(node, "mtu", false, SHYPER_MTU_MAX, &mtu) &&
	    mtu < SHYPER_MTU_MIN) {
		shyper_node_get(node, "mtu", &at);
		shyper_node_error(&at, "expected %d to %d", SHYPER_MTU_MIN,
				  SHYPER_MTU_MAX);
	}
	network->mtu = (uint32_t)mtu;
	if (network->mode == SHYPER_NETWORK_NAT) {
		take_nat(node, network);
		return;
	}
	shyper_node_keys(node, bridge_keys, true);
	strcpy(network->bridge, DEFAULT_BRIDGE);
	take_name(node, "bridge", false, network->bridge);
	take_name(node, "nic", true, network->nic);
}

int shyper_network_load(const char *path, struct shyper_network *network,
			struct shyper_diag *diag)
{
	unsigned int before = diag->errors;
	struct shyper_node root, node;
	struct shyper_doc doc;
	int err;

	memset(network, 0, sizeof(*network));
	err = shyper_doc_load(&doc, path, diag);
	if (!err) {
		shyper_node_root(&doc, &root);
		if (shyper_node_get(&root, "network", &node))
			take_network(&node, network);
		if (diag->errors != before)
			err = -EINVAL;
	}
	shyper_doc_free(&doc);
	return err;
}
