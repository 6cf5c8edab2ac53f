// SPDX-License-Identifier: GPL-2.0-only
/*
 * peek FILE: map the first page of FILE; read a word of it after each line of input
 * and print it. A word that cannot be read ends it by SIGBUS.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDWR) : -1;
	volatile unsigned int *word;
	char line[16];

	if (fd < 0)
		return 2;
	word = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (word == MAP_FAILED)
		return 2;
	while (fgets(line, sizeof(line), stdin)) {
		printf("%08x\n", *word);
		fflush(stdout);
	}
	return 0;
}
