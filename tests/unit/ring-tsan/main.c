// SPDX-License-Identifier: GPL-2.0-only
/* The one suite of unit-ring that has two threads. */
#include <tap.h>

#include "ring.h"

int main(void)
{
	static const struct tap_suite *const suites[] = { &threads_suite };

	return tap_main(suites, sizeof(suites) / sizeof(suites[0]));
}
