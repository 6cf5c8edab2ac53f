/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's network switch, as far as it shows: its ports' counters. */
#ifndef SHYPER_NET_H
#define SHYPER_NET_H

#include <linux/shyper.h>

/**
 * shyper_net_get_info() - a port and its counters
 * @info: index says which; the rest is filled
 *
 * Context: process.
 * Return: 0; -ENOENT beyond the last port; -ENODEV no such port at present;
 * -EOPNOTSUPP the hypervisor does not tell; -ENOMEM.
 */
int shyper_net_get_info(struct shyper_net_info *info);

#endif /* SHYPER_NET_H */
