// SPDX-License-Identifier: GPL-2.0-only
/*
 * netem INTERFACE MILLISECONDS: what the interface sends is held for so long; 0: not
 * any more. As tc(8) would do it, with the queueing discipline of this name.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#define TICK_NS	64	/* of the kernel's packet schedulers */
#define FRAMES	10000

static struct {
	struct nlmsghdr hdr;
	struct tcmsg tc;
	char attrs[256];
} msg;

static void put(unsigned short type, const void *data, size_t len)
{
	struct rtattr *attr = (struct rtattr *)((char *)&msg +
						NLMSG_ALIGN(msg.hdr.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	msg.hdr.nlmsg_len = NLMSG_ALIGN(msg.hdr.nlmsg_len) + RTA_LENGTH(len);
}

static int talk(void)
{
	struct {
		struct nlmsghdr hdr;
		struct nlmsgerr err;
		char rest[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	if (fd < 0 || send(fd, &msg, msg.hdr.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < (ssize_t)sizeof(answer.hdr)) {
		perror("netlink");
		return 1;
	}
	close(fd);
	if (answer.err.error)
		fprintf(stderr, "netem: %s\n", strerror(-answer.err.error));
	return answer.err.error != 0;
}

int main(int argc, char **argv)
{
	struct tc_netem_qopt opt = { .limit = FRAMES };
	unsigned long ms;

	if (argc != 3)
		return 2;
	ms = strtoul(argv[2], NULL, 10);
	msg.hdr.nlmsg_len = NLMSG_LENGTH(sizeof(msg.tc));
	msg.hdr.nlmsg_type = ms ? RTM_NEWQDISC : RTM_DELQDISC;
	msg.hdr.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (ms)
		msg.hdr.nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	msg.tc.tcm_family = AF_UNSPEC;
	msg.tc.tcm_ifindex = (int)if_nametoindex(argv[1]);
	msg.tc.tcm_parent = TC_H_ROOT;
	opt.latency = (unsigned int)(ms * 1000000 / TICK_NS);
	put(TCA_KIND, "netem", sizeof("netem"));
	if (ms)
		put(TCA_OPTIONS, &opt, sizeof(opt));
	return talk();
}
