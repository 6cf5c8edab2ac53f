// SPDX-License-Identifier: GPL-2.0-only
/*
 * ethset INTERFACE WHAT VALUE: what ethtool(8) would set: sg, tx, tso, gso, gro (0 or
 * 1), channels (combined ones), as its options -K and -L do.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

static const struct {
	const char *name;
	unsigned int cmd;
} flags[] = {
	{ "sg", ETHTOOL_SSG },
	{ "tx", ETHTOOL_STXCSUM },
	{ "tso", ETHTOOL_STSO },
	{ "gso", ETHTOOL_SGSO },
	{ "gro", ETHTOOL_SGRO },
};

static int set(const char *name, void *data)
{
	struct ifreq req = { .ifr_data = data };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strncpy(req.ifr_name, name, IFNAMSIZ - 1);
	if (fd >= 0 && !ioctl(fd, SIOCETHTOOL, &req))
		return 0;
	perror(name);
	return 1;
}

static int set_channels(const char *name, unsigned int count)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };

	if (set(name, &channels))
		return 1;
	channels.cmd = ETHTOOL_SCHANNELS;
	channels.combined_count = count;
	return set(name, &channels);
}

int main(int argc, char **argv)
{
	struct ethtool_value value;
	size_t n;

	if (argc != 4)
		return 2;
	value.data = (unsigned int)strtoul(argv[3], NULL, 10);
	if (!strcmp(argv[2], "channels"))
		return set_channels(argv[1], value.data);
	for (n = 0; n < sizeof(flags) / sizeof(flags[0]); n++) {
		value.cmd = flags[n].cmd;
		if (!strcmp(argv[2], flags[n].name))
			return set(argv[1], &value);
	}
	return 2;
}
