// SPDX-License-Identifier: GPL-2.0-only
#include "board.h"

int main(void)
{
	static const struct tap_suite *const suites[] = {
		&transport_suite, &blk_suite, &engine_suite, &deployed_suite,
		&console_suite, &chaos_suite,
	};

	return tap_main(suites, sizeof(suites) / sizeof(suites[0]));
}
