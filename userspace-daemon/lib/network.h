/* SPDX-License-Identifier: GPL-2.0-only */
/* The "network" of shyperd's configuration: how guests reach the world. */
#ifndef SHYPER_LIB_NETWORK_H
#define SHYPER_LIB_NETWORK_H

#include "json.h"

#define SHYPER_IFNAME_LEN	16	/* with the NUL */

enum shyper_network_mode {
	SHYPER_NETWORK_NONE,
	SHYPER_NETWORK_BRIDGE,	/* the MVM's port and a NIC in a bridge */
	SHYPER_NETWORK_NAT,	/* a private subnet on the MVM's port */
};

/**
 * struct shyper_network - what the configuration says
 * @mode:	NONE: it says nothing
 * @port:	the MVM's port of the switch; empty: the one that the hypervisor names
 * @bridge:	name of the bridge; with BRIDGE, as @nic
 * @nic:	which NIC goes into it
 * @address:	of the port, host byte order; with NAT, as the next two
 * @prefix:	bits of the subnet
 * @dhcp:	run dnsmasq for the guests
 * @dnsmasq:	the program
 * @mtu:	of all that is set up; 0: as it is
 */
struct shyper_network {
	enum shyper_network_mode mode;
	char port[SHYPER_IFNAME_LEN];
	char bridge[SHYPER_IFNAME_LEN];
	char nic[SHYPER_IFNAME_LEN];
	uint32_t address;
	uint32_t prefix;
	bool dhcp;
	char dnsmasq[128];
	uint32_t mtu;
};

/**
 * shyper_network_load() - read the "network" of a configuration
 * @path:	the file; shyper_disks_load() reads the rest of it
 * @network:	out
 * @diag:	gets all that is wrong with it
 *
 * Return: 0 or a negative errno.
 */
int shyper_network_load(const char *path, struct shyper_network *network,
			struct shyper_diag *diag);

/** shyper_network_mask() - of its subnet, host byte order */
static inline uint32_t shyper_network_mask(const struct shyper_network *network)
{
	return network->prefix ? UINT32_MAX << (32 - network->prefix) : 0;
}

#endif /* SHYPER_LIB_NETWORK_H */
