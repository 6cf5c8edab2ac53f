// SPDX-License-Identifier: GPL-2.0-only
/* See tap.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

/* A test that fails everywhere says so this often. */
#define COMPLAINTS	10

/* Seconds after which a test is taken for one that hangs. */
#define TIME_LIMIT	100

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

/* In a process of its own: fresh static data, and a crash is one failure. */
static bool run(const struct tap_test *test)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		alarm(TIME_LIMIT);
		test->run();
		exit(failures != 0);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return false;
	if (WIFSIGNALED(status))
		printf("# ended by signal %d\n", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int tap_main(const struct tap_suite *const *suites, size_t count)
{
	unsigned int total = 0, number = 0, failed = 0;
	size_t s, t;

	/* Nothing stays in a buffer that a child could write once more. */
	setvbuf(stdout, NULL, _IONBF, 0);
	for (s = 0; s < count; s++)
		total += suites[s]->count;
	printf("1..%u\n", total);
	for (s = 0; s < count; s++) {
		for (t = 0; t < suites[s]->count; t++) {
			bool pass = run(&suites[s]->tests[t]);

			printf("%sok %u - %s\n", pass ? "" : "not ", ++number,
			       suites[s]->tests[t].name);
			failed += !pass;
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
