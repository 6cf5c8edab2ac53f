// SPDX-License-Identifier: GPL-2.0-only
/* See netlink.h. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink.h"

/* Room for @size bytes at the end, zeroed; NULL: there is none. */
static void *extend(struct nl_msg *msg, size_t size)
{
	char *at = msg->data + msg->len;
	struct nlmsghdr *hdr;

	size = NLMSG_ALIGN(size);
	if (msg->full || size > sizeof(msg->data) - msg->len) {
		msg->full = true;
		return NULL;
	}
	memset(at, 0, size);
	msg->len += size;
	hdr = (struct nlmsghdr *)(msg->data + msg->last);
	hdr->nlmsg_len = (uint32_t)(msg->len - msg->last);
	return at;
}

void nl_begin(struct nl_msg *msg, uint16_t type, uint16_t flags,
	      const void *header, size_t size)
{
	struct nlmsghdr *hdr;
	void *own;

	msg->last = msg->len;
	hdr = extend(msg, sizeof(*hdr));
	if (!hdr)
		return;
	hdr->nlmsg_type = type;
	hdr->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	hdr->nlmsg_seq = ++msg->acks;
	if (!(flags & NLM_F_ACK))
		msg->acks--;
	own = extend(msg, size);
	if (own)
		memcpy(own, header, size);
}

void nl_put(struct nl_msg *msg, uint16_t type, const void *data, size_t size)
{
	struct nlattr *attr = extend(msg, NLA_HDRLEN + size);

	if (!attr)
		return;
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + size);
	if (size)
		memcpy((char *)attr + NLA_HDRLEN, data, size);
}

void nl_put_u32(struct nl_msg *msg, uint16_t type, uint32_t value)
{
	nl_put(msg, type, &value, sizeof(value));
}

void nl_put_text(struct nl_msg *msg, uint16_t type, const char *text)
{
	nl_put(msg, type, text, strlen(text) + 1);
}

size_t nl_nest(struct nl_msg *msg, uint16_t type)
{
	size_t at = msg->len;

	nl_put(msg, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void nl_end(struct nl_msg *msg, size_t nest)
{
	if (!msg->full)
		((struct nlattr *)(msg->data + nest))->nla_len =
			(uint16_t)(msg->len - nest);
}

static int open_and_send(int protocol, const struct nl_msg *msg)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd, err;

	if (msg->full)
		return -EMSGSIZE;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -errno;
	if (sendto(fd, msg->data, msg->len, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) == (ssize_t)msg->len)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

/**
 * struct answers - what came so far
 * @each:	for messages that are neither an error nor the end
 * @arg:	for @each
 * @left:	answers still to come; a dump has one, its end
 * @err:	the first error
 */
struct answers {
	void (*each)(const struct nlmsghdr *hdr, void *arg);
	void *arg;
	unsigned int left;
	int err;
};

static void take(struct answers *answers, const struct nlmsghdr *hdr)
{
	const struct nlmsgerr *error = NLMSG_DATA(hdr);

	if (hdr->nlmsg_type == NLMSG_DONE) {
		answers->left = 0;
		return;
	}
	if (hdr->nlmsg_type != NLMSG_ERROR) {
		if (answers->each)
			answers->each(hdr, answers->arg);
		return;
	}
	answers->left--;
	if (!answers->err)
		answers->err = error->error;
	/* Of messages sent as one, those behind a bad one may stay unanswered. */
	if (error->error)
		answers->left = 0;
}

static int talk(int protocol, const struct nl_msg *msg, struct answers *answers)
{
	_Alignas(8) static char buf[32768];
	int fd = open_and_send(protocol, msg);
	struct nlmsghdr *hdr;
	ssize_t got;
	size_t left;

	if (fd < 0)
		return fd;
	while (answers->left) {
		got = recv(fd, buf, sizeof(buf), 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			answers->err = got ? -errno : -EIO;
			break;
		}
		left = (size_t)got;
		for (hdr = (struct nlmsghdr *)buf; answers->left &&
		     NLMSG_OK(hdr, left); hdr = NLMSG_NEXT(hdr, left))
			take(answers, hdr);
	}
	close(fd);
	return answers->err;
}

int nl_talk(int protocol, struct nl_msg *msg)
{
	struct answers answers = { .left = msg->acks };

	return talk(protocol, msg, &answers);
}

int nl_dump(int protocol, struct nl_msg *msg,
	    void (*each)(const struct nlmsghdr *hdr, void *arg), void *arg)
{
	struct answers answers = { .each = each, .arg = arg, .left = 1 };

	return talk(protocol, msg, &answers);
}

const struct nlattr *nl_find(const struct nlmsghdr *hdr, size_t header,
			     uint16_t type)
{
	size_t at = NLMSG_HDRLEN + NLMSG_ALIGN(header);
	const struct nlattr *attr;

	while (at + NLA_HDRLEN <= hdr->nlmsg_len) {
		attr = (const struct nlattr *)((const char *)hdr + at);
		if (attr->nla_len < NLA_HDRLEN ||
		    attr->nla_len > hdr->nlmsg_len - at)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		at += NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}
