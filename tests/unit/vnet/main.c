// SPDX-License-Identifier: GPL-2.0-only
/* Tests of direct network devices' own code. */
#include "tap.h"

extern const struct tap_suite frame_suite, offload_suite, filter_suite,
	control_suite, fuzz_suite;

int main(void)
{
	static const struct tap_suite *const suites[] = {
		&frame_suite, &offload_suite, &filter_suite, &control_suite,
		&fuzz_suite,
	};

	return tap_main(suites, sizeof(suites) / sizeof(suites[0]));
}
