// SPDX-License-Identifier: GPL-2.0-only
/* See tap.h. */
#include <inttypes.h>
#include <stdio.h>

#include "tap.h"

/* A test that fails everywhere says so this often. */
#define COMPLAINTS	10

static unsigned int failures;
static uint64_t state;

bool tap_check(bool pass, const char *what, const char *file, int line)
{
	if (!pass && failures++ < COMPLAINTS)
		printf("# %s:%d: not so: %s\n", file, line, what);
	return pass;
}

bool tap_equal(uint64_t a, uint64_t b, const char *what, const char *file,
	       int line)
{
	if (a != b && failures++ < COMPLAINTS)
		printf("# %s:%d: not so: %s (%#" PRIx64 ", %#" PRIx64 ")\n",
		       file, line, what, a, b);
	return a == b;
}

int tap_main(const struct tap_suite *const *suites, size_t count)
{
	unsigned int total = 0, number = 0, failed = 0;
	size_t s, t;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (s = 0; s < count; s++)
		total += suites[s]->count;
	printf("1..%u\n", total);
	for (s = 0; s < count; s++) {
		for (t = 0; t < suites[s]->count; t++) {
			failures = 0;
			suites[s]->tests[t].run();
			printf("%sok %u - %s\n", failures ? "not " : "",
			       ++number, suites[s]->tests[t].name);
			failed += failures != 0;
		}
	}
	return failed != 0;
}

void tap_seed(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15 + 1;
}

/* xorshift64* */
uint32_t tap_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1d) >> 32);
}

uint32_t tap_below(uint32_t below)
{
	return tap_random() % below;
}
