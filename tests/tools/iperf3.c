// SPDX-License-Identifier: GPL-2.0-only
/*
 * iperf3 of Debian's libiperf, as one static program: the packaged one wants its
 * libraries in every image.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* iperf_api.h leaves these to its includer. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>

#include <iperf_api.h>

static int fail(const char *what)
{
	fprintf(stderr, "iperf3: %s: %s\n", what, iperf_strerror(i_errno));
	return EXIT_FAILURE;
}

/* One test after another, or one with --one-off. */
static int serve(struct iperf_test *test)
{
	int ret;

	do {
		ret = iperf_run_server(test);
		if (ret < 0)
			fail("server");
		iperf_reset_test(test);
	} while (!iperf_get_test_one_off(test) && ret > -2);
	return ret < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct iperf_test *test = iperf_new_test();
	int ret = EXIT_SUCCESS;

	if (!test)
		return fail("a new test");
	iperf_defaults(test);
	if (iperf_parse_arguments(test, argc, argv) < 0)
		return fail("arguments");
	signal(SIGPIPE, SIG_IGN);
	if (iperf_get_test_role(test) == 's')
		ret = serve(test);
	else if (iperf_run_client(test) < 0)
		ret = fail("client");
	iperf_free_test(test);
	return ret;
}
