// SPDX-License-Identifier: GPL-2.0-only
/*
 * mark DELAY LENGTH: tells tests/bench/count.c to begin counting after DELAY ms, and to
 * end it LENGTH ms later, by hints that no CPU has a meaning for.
 */
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	usleep((useconds_t)atoi(argv[1]) * 1000);
	__asm__ volatile("hint #0x70");
	usleep((useconds_t)atoi(argv[2]) * 1000);
	__asm__ volatile("hint #0x71");
	return 0;
}
