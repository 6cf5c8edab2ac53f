/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of shyperd's network share. All return 0 or a negative errno. */
#ifndef SHYPERD_NETWORK_H
#define SHYPERD_NETWORK_H

#include "lib/network.h"

/* links.c: interfaces, by rtnetlink. */

/** link_set() - up or down, and its MTU (0: as it is) */
int link_set(const char *name, bool up, uint32_t mtu);

/** link_bridge_add() - a bridge; one that is there already will do */
int link_bridge_add(const char *name);

int link_delete(const char *name);

/** link_master() - into a bridge, or out of it (NULL) */
int link_master(const char *name, const char *bridge);

/** link_master_of() - the bridge that an interface is in; empty: none */
void link_master_of(const char *name, char bridge[SHYPER_IFNAME_LEN]);

/** link_address() - give an interface an IPv4 address, or take it away */
int link_address(const char *name, uint32_t address, uint32_t prefix, bool add);

/** link_move_ipv4() - addresses and routes that go with one interface to another */
int link_move_ipv4(const char *from, const char *to);

/** link_by_mac() - the interface of the virtio port with an address; -ENODEV */
int link_by_mac(const uint8_t mac[6], char *name);

/* nft.c: the table "shyper", by nfnetlink. */

/** nft_masquerade() - hide a subnet behind whatever address a packet leaves by */
int nft_masquerade(uint32_t subnet, uint32_t mask);

/** nft_clear() - the table goes; that there is none is no error */
int nft_clear(void);

/* dhcp.c: dnsmasq. */

/** dhcp_start() - run dnsmasq on an interface, or adopt the one that runs */
int dhcp_start(const char *run, const char *port,
	       const struct shyper_network *network);

void dhcp_stop(const char *run);

#endif /* SHYPERD_NETWORK_H */
