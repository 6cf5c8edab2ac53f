// SPDX-License-Identifier: GPL-2.0-only
/* Network interfaces, by rtnetlink. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "netlink.h"
#include "network.h"

static int index_of(const char *name)
{
	unsigned int index = if_nametoindex(name);

	return index ? (int)index : -ENODEV;
}

static int change(const char *name, uint32_t mtu, const int *master,
		  unsigned int flags, unsigned int mask)
{
	struct ifinfomsg info = {
		.ifi_index = index_of(name), .ifi_flags = flags, .ifi_change = mask,
	};
	struct nl_msg msg = { 0 };

	if (info.ifi_index < 0)
		return info.ifi_index;
	nl_begin(&msg, RTM_NEWLINK, NLM_F_ACK, &info, sizeof(info));
	if (mtu)
		nl_put_u32(&msg, IFLA_MTU, mtu);
	if (master)
		nl_put_u32(&msg, IFLA_MASTER, (uint32_t)*master);
	return nl_talk(NETLINK_ROUTE, &msg);
}

int link_set(const char *name, bool up, uint32_t mtu)
{
	return change(name, mtu, NULL, up ? IFF_UP : 0, IFF_UP);
}

int link_bridge_add(const char *name)
{
	struct ifinfomsg info = { 0 };
	struct nl_msg msg = { 0 };
	size_t nest;
	int err;

	nl_begin(&msg, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &info,
		 sizeof(info));
	nl_put_text(&msg, IFLA_IFNAME, name);
	nest = nl_nest(&msg, IFLA_LINKINFO);
	nl_put_text(&msg, IFLA_INFO_KIND, "bridge");
	nl_end(&msg, nest);
	err = nl_talk(NETLINK_ROUTE, &msg);
	return err == -EEXIST ? 0 : err;
}

int link_delete(const char *name)
{
	struct ifinfomsg info = { .ifi_index = index_of(name) };
	struct nl_msg msg = { 0 };

	if (info.ifi_index < 0)
		return info.ifi_index;
	nl_begin(&msg, RTM_DELLINK, NLM_F_ACK, &info, sizeof(info));
	return nl_talk(NETLINK_ROUTE, &msg);
}

int link_master(const char *name, const char *bridge)
{
	int index = bridge ? index_of(bridge) : 0;

	return index < 0 ? index : change(name, 0, &index, 0, 0);
}

void link_master_of(const char *name, char bridge[SHYPER_IFNAME_LEN])
{
	char path[64 + IF_NAMESIZE], target[256];
	const char *last;
	ssize_t len;

	bridge[0] = '\0';
	snprintf(path, sizeof(path), "/sys/class/net/%s/master", name);
	len = readlink(path, target, sizeof(target) - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	last = strrchr(target, '/');
	snprintf(bridge, SHYPER_IFNAME_LEN, "%.15s", last ? last + 1 : target);
}

int link_address(const char *name, uint32_t address, uint32_t prefix, bool add)
{
	struct ifaddrmsg info = {
		.ifa_family = AF_INET, .ifa_prefixlen = (uint8_t)prefix,
	};
	uint32_t broadcast = htonl(address | (UINT32_MAX >> prefix));
	struct nl_msg msg = { 0 };
	int index = index_of(name), err;

	if (index < 0)
		return index;
	info.ifa_index = (uint32_t)index;
	address = htonl(address);
	nl_begin(&msg, add ? RTM_NEWADDR : RTM_DELADDR,
		 add ? NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE : NLM_F_ACK, &info,
		 sizeof(info));
	nl_put(&msg, IFA_LOCAL, &address, sizeof(address));
	nl_put(&msg, IFA_ADDRESS, &address, sizeof(address));
	nl_put(&msg, IFA_BROADCAST, &broadcast, sizeof(broadcast));
	err = nl_talk(NETLINK_ROUTE, &msg);
	return err == -EADDRNOTAVAIL && !add ? 0 : err;
}

/**
 * struct move - addresses or routes of one interface, to be those of another
 * @from:	interface's index
 * @to:		the other's
 * @del:	requests that take them away
 * @add:	requests that put them back
 */
struct move {
	int from;
	int to;
	struct nl_msg del;
	struct nl_msg add;
};

/* The same attributes for another interface. */
static void put_again(struct nl_msg *msg, const struct nlmsghdr *hdr,
		      size_t header, uint16_t oif, int index, uint16_t leave_out)
{
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(header);
	const struct nlattr *attr;
	uint16_t type;

	for (; at + NLA_HDRLEN <= hdr->nlmsg_len; at += NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)((const char *)hdr + at);
		if (attr->nla_len < NLA_HDRLEN ||
		    attr->nla_len > hdr->nlmsg_len - at)
			return;
		type = attr->nla_type & NLA_TYPE_MASK;
		if (oif && type == oif)
			nl_put_u32(msg, type, (uint32_t)index);
		else if (type != leave_out)
			nl_put(msg, attr->nla_type, nl_data(attr), nl_size(attr));
	}
}

static void see_address(const struct nlmsghdr *hdr, void *arg)
{
	struct move *move = arg;
	struct ifaddrmsg info = *(const struct ifaddrmsg *)NLMSG_DATA(hdr);

	if ((int)info.ifa_index != move->from)
		return;
	nl_begin(&move->del, RTM_DELADDR, NLM_F_ACK, &info, sizeof(info));
	put_again(&move->del, hdr, sizeof(info), 0, 0, IFA_CACHEINFO);
	info.ifa_index = (uint32_t)move->to;
	nl_begin(&move->add, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
		 &info, sizeof(info));
	put_again(&move->add, hdr, sizeof(info), 0, 0, IFA_LABEL);
}

/* Those that the kernel makes of addresses come by themselves. */
static void see_route(const struct nlmsghdr *hdr, void *arg)
{
	const struct rtmsg *info = NLMSG_DATA(hdr);
	const struct nlattr *oif = nl_find(hdr, sizeof(*info), RTA_OIF);
	struct move *move = arg;

	if (!oif || memcmp(nl_data(oif), &move->from, sizeof(move->from)) ||
	    info->rtm_table != RT_TABLE_MAIN ||
	    info->rtm_protocol == RTPROT_KERNEL)
		return;
	nl_begin(&move->add, RTM_NEWROUTE, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
		 info, sizeof(*info));
	put_again(&move->add, hdr, sizeof(*info), RTA_OIF, move->to, RTA_CACHEINFO);
}

static int collect(uint16_t type, const void *header, size_t size,
		   void (*see)(const struct nlmsghdr *hdr, void *arg),
		   struct move *move)
{
	struct nl_msg msg = { 0 };

	nl_begin(&msg, type, NLM_F_DUMP, header, size);
	return nl_dump(NETLINK_ROUTE, &msg, see, move);
}

int link_move_ipv4(const char *from, const char *to)
{
	static const struct ifaddrmsg addresses = { .ifa_family = AF_INET };
	static const struct rtmsg routes = { .rtm_family = AF_INET };
	struct move move = { .from = index_of(from), .to = index_of(to) };
	int err;

	if (move.from < 0 || move.to < 0)
		return -ENODEV;
	err = collect(RTM_GETADDR, &addresses, sizeof(addresses), see_address, &move);
	if (!err)
		err = collect(RTM_GETROUTE, &routes, sizeof(routes), see_route, &move);
	/* Routes go with the addresses they lead to. */
	if (!err && move.del.acks)
		err = nl_talk(NETLINK_ROUTE, &move.del);
	if (!err && move.add.acks)
		err = nl_talk(NETLINK_ROUTE, &move.add);
	return err;
}

static bool has_mac(const char *name, const char *want)
{
	char path[64 + IF_NAMESIZE], text[18] = "";
	bool same;
	FILE *file;

	/* A bridge has the address of one of its ports: only devices count. */
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", name);
	if (access(path, F_OK))
		return false;
	snprintf(path, sizeof(path), "/sys/class/net/%s/address", name);
	file = fopen(path, "re");
	if (!file)
		return false;
	same = fgets(text, sizeof(text), file) && !strcmp(text, want);
	fclose(file);
	return same;
}

int link_by_mac(const uint8_t mac[6], char *name)
{
	DIR *dir = opendir("/sys/class/net");
	struct dirent *entry;
	int err = -ENODEV;
	char want[18];

	if (!dir)
		return -errno;
	snprintf(want, sizeof(want), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	while (err && (entry = readdir(dir))) {
		if (strlen(entry->d_name) >= IF_NAMESIZE ||
		    !has_mac(entry->d_name, want))
			continue;
		strcpy(name, entry->d_name);
		err = 0;
	}
	closedir(dir);
	return err;
}
