// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ethernet frames as they are told: frames INTERFACE SOURCE DESTINATION LENGTH COUNT
 * sends COUNT frames of LENGTH bytes (0x88b5, for experiments) from one address to
 * the other, whoever has them.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

static int parse_mac(const char *text, unsigned char *mac)
{
	return sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2,
		      mac + 3, mac + 4, mac + 5) == 6;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
	unsigned char frame[ETH_HLEN + 9216] = { 0 };
	struct ethhdr *eth = (struct ethhdr *)frame;
	unsigned long len, count, n;
	int fd;

	if (argc != 6 || !parse_mac(argv[2], eth->h_source) ||
	    !parse_mac(argv[3], eth->h_dest)) {
		fprintf(stderr, "usage: frames INTERFACE SOURCE DESTINATION LENGTH COUNT\n");
		return 2;
	}
	len = strtoul(argv[4], NULL, 10);
	count = strtoul(argv[5], NULL, 10);
	eth->h_proto = htons(0x88b5);
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || !to.sll_ifindex || len > sizeof(frame)) {
		perror(argv[1]);
		return 1;
	}
	for (n = 0; n < count; n++) {
		if (sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
			perror("sendto");
			return 1;
		}
	}
	return 0;
}
