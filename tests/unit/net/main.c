// SPDX-License-Identifier: GPL-2.0-only
/* The suites of the network switch. */
#include "tap.h"

extern const struct tap_suite forward_suite, offload_suite, control_suite,
	hostile_suite, life_suite, fuzz_suite;

int main(void)
{
	static const struct tap_suite *const suites[] = {
		&forward_suite, &offload_suite, &control_suite, &hostile_suite,
		&life_suite, &fuzz_suite,
	};

	return tap_main(suites, sizeof(suites) / sizeof(suites[0]));
}
