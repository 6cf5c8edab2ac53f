/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Netlink, as little of it as shyperd needs: requests that are built attribute by
 * attribute and acknowledged, and dumps.
 */
#ifndef SHYPERD_NETLINK_H
#define SHYPERD_NETLINK_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <linux/netlink.h>

/**
 * struct nl_msg - one or more messages to be sent at once
 * @len:	bytes so far
 * @last:	where the last message begins
 * @acks:	messages that ask for an answer
 * @full:	something did not fit
 */
struct nl_msg {
	size_t len;
	size_t last;
	unsigned int acks;
	bool full;
	_Alignas(8) char data[4096];
};

/**
 * nl_begin() - add a message
 * @msg:	zeroed before the first one
 * @type:	of it
 * @flags:	NLM_F_*; with NLM_F_ACK nl_talk() waits for the answer
 * @header:	the family's own header
 * @size:	of it
 */
void nl_begin(struct nl_msg *msg, uint16_t type, uint16_t flags,
	      const void *header, size_t size);

/** nl_put() - add an attribute to the last message */
void nl_put(struct nl_msg *msg, uint16_t type, const void *data, size_t size);

void nl_put_u32(struct nl_msg *msg, uint16_t type, uint32_t value);
void nl_put_text(struct nl_msg *msg, uint16_t type, const char *text);

/** nl_nest() - begin an attribute that holds others; for nl_end() */
size_t nl_nest(struct nl_msg *msg, uint16_t type);
void nl_end(struct nl_msg *msg, size_t nest);

/**
 * nl_talk() - send messages, and wait for their answers
 * @protocol:	NETLINK_ROUTE, NETLINK_NETFILTER
 *
 * Return: 0, or the first negative errno.
 */
int nl_talk(int protocol, struct nl_msg *msg);

/**
 * nl_dump() - send a request with NLM_F_DUMP, and look at each message
 * @each:	called for each; may be NULL
 *
 * Return: 0 or a negative errno.
 */
int nl_dump(int protocol, struct nl_msg *msg,
	    void (*each)(const struct nlmsghdr *hdr, void *arg), void *arg);

/** nl_find() - an attribute behind a message's header, or NULL */
const struct nlattr *nl_find(const struct nlmsghdr *hdr, size_t header,
			     uint16_t type);

static inline const void *nl_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static inline size_t nl_size(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

#endif /* SHYPERD_NETLINK_H */
