// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guests' way to the world, as shyperd's configuration says: the MVM's port of
 * the switch in a bridge with a NIC, or with a private subnet behind NAT. Guests
 * whose devices are direct have ports that are interfaces of the MVM: these go into
 * the same bridge, and where there may be such, there is one with NAT, too.
 *
 * Each step makes something so, and does not mind if it is so already: a shyperd
 * that finds what a crashed one has left goes through the same steps. What has been
 * set up is in RUN/network until it is undone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "dev.h"
#include "ioctl.h"
#include "network.h"
#include "shyperd.h"

#define FORWARD	"/proc/sys/net/ipv4/ip_forward"
#define NAT_BRIDGE	"shyper0"
#define MAGIC	0x4e593101	/* of the file; the last byte is its version */

/**
 * struct done - what was set up; this is RUN/network
 * @magic:	MAGIC
 * @forward:	we have switched forwarding on
 * @network:	as configured, with the port that was found
 */
struct done {
	uint32_t magic;
	uint32_t forward;
	struct shyper_network network;
};

static void state_path(const struct daemon *daemon, char *path, size_t size)
{
	snprintf(path, size, "%s/network", daemon->run);
}

static bool state_load(const struct daemon *daemon, struct done *done)
{
	char path[256];
	bool good;
	int fd;

	state_path(daemon, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	good = read(fd, done, sizeof(*done)) == sizeof(*done) &&
	       done->magic == MAGIC;
	close(fd);
	return good;
}

static int state_save(const struct daemon *daemon, const struct done *done)
{
	char path[256], new[260];
	int fd, err = 0;

	state_path(daemon, path, sizeof(path));
	snprintf(new, sizeof(new), "%s.new", path);
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	if (write(fd, done, sizeof(*done)) != sizeof(*done))
		err = -EIO;
	close(fd);
	return err ? err : rename(new, path) ? -errno : 0;
}

static void state_forget(const struct daemon *daemon)
{
	char path[256];

	state_path(daemon, path, sizeof(path));
	unlink(path);
}

/* Return: what it was before, or a negative errno. */
static int forwarding(bool on)
{
	int fd = open(FORWARD, O_RDWR | O_CLOEXEC);
	char was = '0';
	int err = 0;

	if (fd < 0)
		return -errno;
	if (read(fd, &was, 1) != 1 || (was == '1') == on)
		err = was == '1';
	else if (pwrite(fd, on ? "1" : "0", 1, 0) != 1)
		err = -errno;
	else
		err = was == '1';
	close(fd);
	return err;
}

/* The name of the MVM's port: as configured, or by the hypervisor's word. */
static int find_port(const struct daemon *daemon, char *name)
{
	struct shyper_net_info info;
	uint32_t index = 0;
	int err;

	if (name[0])
		return 0;
	do
		err = shyper_net_next(daemon->dev, &info, &index);
	while (!err && !(info.flags & SHYPER_PORT_UPLINK));
	return err ? err : link_by_mac(info.mac, name);
}

/* A step: complain about the first one that fails, and leave out the rest. */
static void step(int *err, int ret, const char *what, const char *name)
{
	if (*err || ret >= 0)
		return;
	*err = ret;
	log_line(LOG_ERR, "network: %s%s%s: %s", what, name[0] ? " " : "", name,
		 strerror(-ret));
}

#define STEP(err, call, what, name) \
	do { \
		if (!*(err)) \
			step(err, call, what, name); \
	} while (0)

/* ---- guests' own ports ---- */

static bool direct_possible(const struct daemon *daemon)
{
	struct shyper_info info = { 0 };

	return !shyper_ioctl(daemon->dev, SHYPER_GET_INFO, &info) &&
	       (info.features & SHYPER_INFO_DIRECT);
}

/* The next direct port that is in our namespace. */
static bool port_next(const struct daemon *daemon, uint32_t *index, char *name)
{
	struct shyper_net_info info;

	while (!shyper_net_next(daemon->dev, &info, index)) {
		if ((info.flags & SHYPER_PORT_DIRECT) &&
		    if_indextoname(info.ifindex, name))
			return true;
	}
	return false;
}

/* A port that somebody has put elsewhere stays there. */
static void ports_join(const struct daemon *daemon, const char *bridge)
{
	char name[IF_NAMESIZE], master[IF_NAMESIZE];
	uint32_t index = 0;
	int err;

	while (port_next(daemon, &index, name)) {
		link_master_of(name, master);
		if (master[0])
			continue;
		err = 0;
		STEP(&err, link_master(name, bridge), "into the bridge:", name);
		STEP(&err, link_set(name, true, 0), "up:", name);
	}
}

/* As they were; the bridge itself goes afterwards. */
static void ports_leave(const struct daemon *daemon, const char *bridge)
{
	char name[IF_NAMESIZE], master[IF_NAMESIZE];
	uint32_t index = 0;
	int err;

	while (port_next(daemon, &index, name)) {
		link_master_of(name, master);
		if (strcmp(master, bridge) != 0)
			continue;
		err = 0;
		STEP(&err, link_master(name, NULL), "out of the bridge:", name);
		STEP(&err, link_set(name, false, 0), "down:", name);
	}
}

void network_ports(const struct daemon *daemon)
{
	struct done done;

	if (state_load(daemon, &done) && done.network.bridge[0])
		ports_join(daemon, done.network.bridge);
}

/* ---- a bridge, or NAT ---- */

static int bridge_up(const struct shyper_network *network)
{
	const char *bridge = network->bridge, *nic = network->nic;
	int err = 0;

	STEP(&err, link_bridge_add(bridge), "add bridge", bridge);
	STEP(&err, link_master(network->port, bridge), "into the bridge:",
	     network->port);
	STEP(&err, link_master(nic, bridge), "into the bridge:", nic);
	STEP(&err, link_set(network->port, true, network->mtu), "up:", network->port);
	STEP(&err, link_set(nic, true, network->mtu), "up:", nic);
	STEP(&err, link_set(bridge, true, network->mtu), "up:", bridge);
	STEP(&err, link_move_ipv4(nic, bridge), "addresses to the bridge:", nic);
	return err;
}

static void bridge_down(const struct shyper_network *network)
{
	int err = 0;

	/* Deleting a bridge sets its ports free. */
	link_master(network->nic, NULL);
	STEP(&err, link_move_ipv4(network->bridge, network->nic),
	     "addresses back to", network->nic);
	STEP(&err, link_delete(network->bridge), "delete", network->bridge);
	STEP(&err, link_set(network->port, false, 0), "down:", network->port);
}

/* What has the address: the bridge, or the port alone. */
static const char *nat_link(const struct shyper_network *network)
{
	return network->bridge[0] ? network->bridge : network->port;
}

static int nat_bridge_up(const struct daemon *daemon, struct done *done)
{
	struct shyper_network *network = &done->network;
	int err;

	if (!network->bridge[0])
		return 0;
	err = link_bridge_add(network->bridge);
	if (err == -EOPNOTSUPP) {
		/* A kernel without bridges: as without direct ports. */
		log_line(LOG_WARNING, "network: no bridge: direct guests are not connected");
		network->bridge[0] = '\0';
		return state_save(daemon, done);
	}
	STEP(&err, err, "add bridge", network->bridge);
	STEP(&err, link_master(network->port, network->bridge), "into the bridge:",
	     network->port);
	STEP(&err, link_set(network->bridge, true, network->mtu), "up:",
	     network->bridge);
	return err;
}

static int nat_up(const struct daemon *daemon, struct done *done)
{
	const struct shyper_network *network = &done->network;
	uint32_t mask = shyper_network_mask(network);
	int err = 0, was = 0;

	STEP(&err, link_set(network->port, true, network->mtu), "up:", network->port);
	if (!err)
		err = nat_bridge_up(daemon, done);
	STEP(&err, link_address(nat_link(network), network->address, network->prefix,
				true), "address of", nat_link(network));
	STEP(&err, nft_masquerade(network->address & mask, mask), "nftables", "");
	STEP(&err, was = forwarding(true), "forwarding", "");
	if (!err && !was) {
		done->forward = true;
		STEP(&err, state_save(daemon, done), "remember", daemon->run);
	}
	if (network->dhcp)
		STEP(&err, dhcp_start(daemon->run, nat_link(network), network),
		     network->dnsmasq, "");
	return err;
}

static void nat_down(const struct daemon *daemon, const struct done *done)
{
	const struct shyper_network *network = &done->network;
	int err = 0;

	dhcp_stop(daemon->run);
	STEP(&err, nft_clear(), "nftables", "");
	if (done->forward)
		STEP(&err, forwarding(false), "forwarding", "");
	STEP(&err, link_address(nat_link(network), network->address, network->prefix,
				false), "address of", nat_link(network));
	if (network->bridge[0])
		STEP(&err, link_delete(network->bridge), "delete", network->bridge);
	STEP(&err, link_set(network->port, false, 0), "down:", network->port);
}

void network_undo(struct daemon *daemon)
{
	struct done done;

	if (!state_load(daemon, &done))
		return;
	if (done.network.bridge[0])
		ports_leave(daemon, done.network.bridge);
	if (done.network.mode == SHYPER_NETWORK_BRIDGE)
		bridge_down(&done.network);
	else
		nat_down(daemon, &done);
	state_forget(daemon);
	log_line(LOG_INFO, "network: undone");
}

static void set_up(struct daemon *daemon, struct done *done)
{
	const struct shyper_network *network = &done->network;
	int err = 0;

	/* First, so that half of it can be undone as well. */
	STEP(&err, state_save(daemon, done), "remember", daemon->run);
	if (network->mode == SHYPER_NETWORK_BRIDGE)
		STEP(&err, bridge_up(network), "bridge", network->bridge);
	else
		STEP(&err, nat_up(daemon, done), "NAT on", network->port);
	if (!err)
		log_line(LOG_INFO, "network: %s on %s",
			 network->mode == SHYPER_NETWORK_BRIDGE ? "bridge" : "NAT",
			 network->port);
	if (network->bridge[0])
		ports_join(daemon, network->bridge);
}

bool network_apply(struct daemon *daemon)
{
	struct done want = { .magic = MAGIC }, have;
	struct shyper_diag diag = { 0 };
	int err;

	err = shyper_network_load(daemon->config, &want.network, &diag);
	log_diag(LOG_ERR, &diag);
	if (err)
		return false;
	if (want.network.mode != SHYPER_NETWORK_NONE) {
		err = find_port(daemon, want.network.port);
		if (err) {
			log_line(LOG_ERR, "network: the management VM's port: %s",
				 shyper_strerror(SHYPER_NET_GET_INFO, err));
			return true;
		}
	}
	if (want.network.mode == SHYPER_NETWORK_NAT && direct_possible(daemon))
		strcpy(want.network.bridge, NAT_BRIDGE);
	if (state_load(daemon, &have)) {
		want.forward = have.forward;
		if (memcmp(&have.network, &want.network, sizeof(have.network))) {
			network_undo(daemon);
			want.forward = false;
		} else {
			log_line(LOG_INFO, "network: adopted");
		}
	}
	if (want.network.mode != SHYPER_NETWORK_NONE)
		set_up(daemon, &want);
	return true;
}
