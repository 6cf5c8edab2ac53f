// SPDX-License-Identifier: GPL-2.0-only
/* The queues that all tests of both layouts are made with. */
#include "drv.h"

#define INDIRECT	SHYPER_VRING_F_INDIRECT_DESC
#define EVENT		SHYPER_VRING_F_EVENT_IDX
#define PACKED		SHYPER_VRING_F_PACKED
#define IN_ORDER	SHYPER_VRING_F_IN_ORDER

const struct drv_case drv_cases[] = {
	{ "split, 1", 1, EVENT },
	{ "split, 8", 8, 0 },
	{ "split, 16, events", 16, EVENT },
	{ "split, 16, all", 16, EVENT | INDIRECT },
	{ "split, 32, in order", 32, EVENT | INDIRECT | IN_ORDER },
	{ "split, 8, in order by flags", 8, IN_ORDER },
	{ "packed, 1", 1, PACKED | EVENT },
	{ "packed, 8", 8, PACKED },
	{ "packed, 7, events", 7, PACKED | EVENT },
	{ "packed, 16, all", 16, PACKED | EVENT | INDIRECT },
	{ "packed, 33, in order", 33, PACKED | EVENT | INDIRECT | IN_ORDER },
	{ "packed, 8, in order by flags", 8, PACKED | IN_ORDER },
};

const u32 drv_case_count = sizeof(drv_cases) / sizeof(drv_cases[0]);
