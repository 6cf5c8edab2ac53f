// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guests' way to the world, as shyperd's configuration says: the MVM's port of
 * the switch in a bridge with a NIC, or with a private subnet behind NAT.
 *
 * Each step makes something so, and does not mind if it is so already: a shyperd
 * that finds what a crashed one has left goes through the same steps. What has been
 * set up is in RUN/network until it is undone.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "dev.h"
#include "network.h"
#include "shyperd.h"

#define FORWARD	"/proc/sys/net/ipv4/ip_forward"
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

static int nat_up(const struct daemon *daemon, struct done *done)
{
	const struct shyper_network *network = &done->network;
	uint32_t mask = shyper_network_mask(network);
	int err = 0, was = 0;

	STEP(&err, link_set(network->port, true, network->mtu), "up:", network->port);
	STEP(&err, link_address(network->port, network->address, network->prefix,
				true), "address of", network->port);
	STEP(&err, nft_masquerade(network->address & mask, mask), "nftables", "");
	STEP(&err, was = forwarding(true), "forwarding", "");
	if (!err && !was) {
		done->forward = true;
		STEP(&err, state_save(daemon, done), "remember", daemon->run);
	}
	if (network->dhcp)
		STEP(&err, dhcp_start(daemon->run, network->port, network),
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
	STEP(&err, link_address(network->port, network->address, network->prefix,
				false), "address of", network->port);
	STEP(&err, link_set(network->port, false, 0), "down:", network->port);
}

void network_undo(struct daemon *daemon)
{
	struct done done;

	if (!state_load(daemon, &done))
		return;
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
