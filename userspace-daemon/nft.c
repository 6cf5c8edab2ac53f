// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table "shyper" of nftables: one rule, which hides the guests' subnet behind
 * the address by which a packet leaves. As nft would list it:
 *
 *   table ip shyper { chain nat { type nat hook postrouting priority srcnat;
 *     ip saddr SUBNET ip daddr != SUBNET masquerade } }
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "netlink.h"
#include "network.h"

#define TABLE	"shyper"
#define CHAIN	"nat"
#define SRCNAT	100

/* Offsets in an IPv4 header. */
#define IP_SOURCE	12
#define IP_DESTINATION	16

static void put_be32(struct nl_msg *msg, uint16_t type, uint32_t value)
{
	nl_put_u32(msg, type, htonl(value));
}

static void begin(struct nl_msg *msg, uint16_t type, uint16_t flags)
{
	struct nfgenmsg header = { .nfgen_family = AF_INET };

	nl_begin(msg, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
		 flags | NLM_F_ACK, &header, sizeof(header));
}

/* All between the two is done, or nothing of it. */
static void batch(struct nl_msg *msg, uint16_t type)
{
	struct nfgenmsg header = { .res_id = htons(NFNL_SUBSYS_NFTABLES) };

	nl_begin(msg, type, 0, &header, sizeof(header));
}

/* Expressions of a rule: each an element with a name and its data. */

static size_t expr(struct nl_msg *msg, const char *name, size_t *elem)
{
	*elem = nl_nest(msg, NFTA_LIST_ELEM);
	nl_put_text(msg, NFTA_EXPR_NAME, name);
	return nl_nest(msg, NFTA_EXPR_DATA);
}

static void expr_end(struct nl_msg *msg, size_t data, size_t elem)
{
	nl_end(msg, data);
	nl_end(msg, elem);
}

static void put_value(struct nl_msg *msg, uint16_t type, uint32_t value)
{
	size_t nest = nl_nest(msg, type);

	put_be32(msg, NFTA_DATA_VALUE, value);
	nl_end(msg, nest);
}

/* An address of the IPv4 header is (not) in a subnet. */
static void match(struct nl_msg *msg, uint32_t offset, uint32_t subnet,
		  uint32_t mask, uint32_t op)
{
	size_t data, elem;

	data = expr(msg, "payload", &elem);
	put_be32(msg, NFTA_PAYLOAD_DREG, NFT_REG_1);
	put_be32(msg, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	put_be32(msg, NFTA_PAYLOAD_OFFSET, offset);
	put_be32(msg, NFTA_PAYLOAD_LEN, sizeof(subnet));
	expr_end(msg, data, elem);

	data = expr(msg, "bitwise", &elem);
	put_be32(msg, NFTA_BITWISE_SREG, NFT_REG_1);
	put_be32(msg, NFTA_BITWISE_DREG, NFT_REG_1);
	put_be32(msg, NFTA_BITWISE_LEN, sizeof(mask));
	put_value(msg, NFTA_BITWISE_MASK, mask);
	put_value(msg, NFTA_BITWISE_XOR, 0);
	expr_end(msg, data, elem);

	data = expr(msg, "cmp", &elem);
	put_be32(msg, NFTA_CMP_SREG, NFT_REG_1);
	put_be32(msg, NFTA_CMP_OP, op);
	put_value(msg, NFTA_CMP_DATA, subnet);
	expr_end(msg, data, elem);
}

static void put_table(struct nl_msg *msg, uint16_t type, uint16_t flags)
{
	begin(msg, type, flags);
	nl_put_text(msg, NFTA_TABLE_NAME, TABLE);
}

static void put_chain(struct nl_msg *msg)
{
	size_t hook;

	begin(msg, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	nl_put_text(msg, NFTA_CHAIN_TABLE, TABLE);
	nl_put_text(msg, NFTA_CHAIN_NAME, CHAIN);
	nl_put_text(msg, NFTA_CHAIN_TYPE, "nat");
	hook = nl_nest(msg, NFTA_CHAIN_HOOK);
	put_be32(msg, NFTA_HOOK_HOOKNUM, NF_INET_POST_ROUTING);
	put_be32(msg, NFTA_HOOK_PRIORITY, SRCNAT);
	nl_end(msg, hook);
}

static void put_rule(struct nl_msg *msg, uint32_t subnet, uint32_t mask)
{
	size_t list, data, elem;

	begin(msg, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nl_put_text(msg, NFTA_RULE_TABLE, TABLE);
	nl_put_text(msg, NFTA_RULE_CHAIN, CHAIN);
	list = nl_nest(msg, NFTA_RULE_EXPRESSIONS);
	match(msg, IP_SOURCE, subnet, mask, NFT_CMP_EQ);
	match(msg, IP_DESTINATION, subnet, mask, NFT_CMP_NEQ);
	data = expr(msg, "masq", &elem);
	expr_end(msg, data, elem);
	nl_end(msg, list);
}

int nft_masquerade(uint32_t subnet, uint32_t mask)
{
	struct nl_msg msg = { 0 };

	batch(&msg, NFNL_MSG_BATCH_BEGIN);
	/* There is one now, so it can be deleted, whatever was in it. */
	put_table(&msg, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_table(&msg, NFT_MSG_DELTABLE, 0);
	put_table(&msg, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	put_chain(&msg);
	put_rule(&msg, subnet, mask);
	batch(&msg, NFNL_MSG_BATCH_END);
	return nl_talk(NETLINK_NETFILTER, &msg);
}

int nft_clear(void)
{
	struct nl_msg msg = { 0 };
	int err;

	batch(&msg, NFNL_MSG_BATCH_BEGIN);
	put_table(&msg, NFT_MSG_DELTABLE, 0);
	batch(&msg, NFNL_MSG_BATCH_END);
	err = nl_talk(NETLINK_NETFILTER, &msg);
	return err == -ENOENT ? 0 : err;
}
