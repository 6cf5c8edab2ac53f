// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests and responses of one byte over UDP: udprr PORT answers whatever comes,
 * udprr PORT ADDRESS MILLISECONDS asks again and again for that time, and prints how
 * many answers came a second. With -b USEC before that, a socket polls its interface
 * for so long before it sleeps (SO_BUSY_POLL).
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static int answer(int fd, struct sockaddr_in *own)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char byte;

	if (bind(fd, (struct sockaddr *)own, sizeof(*own))) {
		perror("bind");
		return 1;
	}
	for (;; len = sizeof(from)) {
		if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &len) >= 0)
			sendto(fd, &byte, 1, 0, (struct sockaddr *)&from, len);
	}
}

static int ask(int fd, const struct sockaddr_in *to, long long ms)
{
	/* An answer that is lost costs this, and is not waited for longer. */
	struct timeval patience = { .tv_usec = 200000 };
	long long start, end;
	long done = 0;
	char byte = 0;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to))) {
		perror("connect");
		return 1;
	}
	/* The first one finds the neighbour. */
	if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1) {
		perror("no answer");
		return 1;
	}
	start = now_ns();
	do {
		if (send(fd, &byte, 1, 0) == 1 && recv(fd, &byte, 1, 0) == 1)
			done++;
		end = now_ns();
	} while (end - start < ms * 1000000);
	printf("%.0f\n", done * 1e9 / (double)(end - start));
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: udprr [-b USEC] PORT [ADDRESS MILLISECONDS]\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int option, usec = 0, words;

	while ((option = getopt(argc, argv, "b:")) != -1) {
		if (option != 'b')
			return usage();
		usec = atoi(optarg);
	}
	words = argc - optind;
	argv += optind;
	if ((words != 1 && words != 3) ||
	    (words == 3 && inet_pton(AF_INET, argv[1], &addr.sin_addr) != 1))
		return usage();
	if (fd < 0) {
		perror("socket");
		return 1;
	}
	if (usec && setsockopt(fd, SOL_SOCKET, SO_BUSY_POLL, &usec, sizeof(usec))) {
		perror("SO_BUSY_POLL");
		return 1;
	}
	addr.sin_port = htons((unsigned short)atoi(argv[0]));
	return words == 1 ? answer(fd, &addr) : ask(fd, &addr, atoll(argv[2]));
}
