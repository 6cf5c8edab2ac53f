// SPDX-License-Identifier: GPL-2.0-only
/*
 * blkrange discard|zero FILE OFFSET LENGTH: BLKDISCARD or BLKZEROOUT of a range of
 * a block device, in bytes.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	uint64_t range[2];
	unsigned long request;
	int fd;

	if (argc != 5) {
		fprintf(stderr, "usage: blkrange discard|zero FILE OFFSET LENGTH\n");
		return 2;
	}
	request = !strcmp(argv[1], "discard") ? BLKDISCARD : BLKZEROOUT;
	range[0] = strtoull(argv[3], NULL, 0);
	range[1] = strtoull(argv[4], NULL, 0);
	fd = open(argv[2], O_RDWR);
	if (fd < 0 || ioctl(fd, request, range)) {
		perror(argv[2]);
		return 1;
	}
	close(fd);
	return 0;
}
