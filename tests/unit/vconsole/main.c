// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"

extern const struct tap_suite control_suite;
extern const struct tap_suite keep_suite;
extern const struct tap_suite port_suite;
extern const struct tap_suite hostile_suite;

int main(void)
{
	static const struct tap_suite *const suites[] = {
		&control_suite,
		&keep_suite,
		&port_suite,
		&hostile_suite,
	};

	return tap_main(suites, sizeof(suites) / sizeof(suites[0]));
}
