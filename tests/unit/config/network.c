// SPDX-License-Identifier: GPL-2.0-only
/* The network of shyperd's configuration. */
#include <stdio.h>
#include <string.h>

#include "network.h"
#include "test.h"

#define NET(text)	"{ \"disks\": [], \"network\": {" text "} }"

static const struct {
	const char *name;
	const char *text;
	const char *want;
} cases[] = {
	{ "none", "{ \"disks\": [] }", "" },
	{ "NAT with defaults", NET("\"mode\": \"nat\""), "" },
	{ "a bridge", NET("\"mode\": \"bridge\", \"nic\": \"eth0\""), "" },
	{ "no mode", NET("\"nic\": \"eth0\""),
	  "FILE:1: network.mode: missing\n" },
	{ "an unknown mode", NET("\"mode\": \"route\""),
	  "FILE:1: network.mode: \"route\": expected bridge or nat\n" },
	{ "a bridge without a NIC", NET("\"mode\": \"bridge\""),
	  "FILE:1: network.nic: missing\n" },
	{ "a key of the other mode",
	  NET("\"mode\": \"nat\", \"nic\": \"eth0\""),
	  "FILE:1: network.nic: \"eth0\": unknown key\n" },
	{ "an impossible name",
	  NET("\"mode\": \"bridge\", \"nic\": \"a/b\""),
	  "FILE:1: network.nic: \"a/b\": expected the name of a network interface\n" },
	{ "a name that is too long",
	  NET("\"mode\": \"nat\", \"port\": \"abcdefghijklmnop\""),
	  "FILE:1: network.port: \"abcdefghijklmnop\": expected the name of a network interface\n" },
	{ "a subnet without a host",
	  NET("\"mode\": \"nat\", \"address\": \"10.0.0.0/24\""),
	  "FILE:1: network.address: \"10.0.0.0/24\": expected an address and 8 to 28 bits of a subnet, such as \"10.177.0.1/24\"\n" },
	{ "a broadcast address",
	  NET("\"mode\": \"nat\", \"address\": \"10.0.0.255/24\""),
	  "FILE:1: network.address: \"10.0.0.255/24\": expected an address and 8 to 28 bits of a subnet, such as \"10.177.0.1/24\"\n" },
	{ "no prefix", NET("\"mode\": \"nat\", \"address\": \"10.0.0.1\""),
	  "FILE:1: network.address: \"10.0.0.1\": expected an address and 8 to 28 bits of a subnet, such as \"10.177.0.1/24\"\n" },
	{ "an MTU below all", NET("\"mode\": \"nat\", \"mtu\": 67"),
	  "FILE:1: network.mtu: 67: expected 68 to 9216\n" },
	{ "something else", "{ \"network\": [] }",
	  "FILE:1: network: expected an object, {...}\n" },
};

static void test_values(void)
{
	static const char text[] = NET("\"mode\": \"nat\", \"mtu\": 9000, "
		"\"address\": \"192.168.7.129/25\", \"dhcp\": false");
	struct shyper_diag diag = { 0 };
	struct shyper_network network;
	const char *path = write_file("network.json", text, strlen(text));

	ok(!shyper_network_load(path, &network, &diag), "network: it is read");
	ok(network.mode == SHYPER_NETWORK_NAT && network.address == 0xc0a80781 &&
	   network.prefix == 25 && shyper_network_mask(&network) == 0xffffff80 &&
	   network.mtu == 9000 && !network.dhcp &&
	   !strcmp(network.dnsmasq, "dnsmasq") && !network.port[0],
	   "network: as it was written, and the defaults");
}

void test_network(void)
{
	struct shyper_diag diag = { 0 };
	struct shyper_network network;
	char want[512];
	const char *path;
	size_t i;
	int err;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = write_file("network.json", cases[i].text,
				  strlen(cases[i].text));
		snprintf(want, sizeof(want), "%s%s", cases[i].want[0] ? path : "",
			 cases[i].want[0] ? cases[i].want + 4 : "");
		err = shyper_network_load(path, &network, &diag);
		same_text(diag.text, want, "network: %s", cases[i].name);
		ok(!err == !cases[i].want[0], "network: %s: the result",
		   cases[i].name);
		shyper_diag_reset(&diag);
	}
	test_values();
}
