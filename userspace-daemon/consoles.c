// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holding the management VM's ends of guest consoles open and raw: a terminal's
 * settings are lost with its last close, and with echo on, all that a guest says
 * before somebody attaches would be typed back into it. (Direct consoles begin raw.)
 */
#include "config.h"
#include "console.h"
#include "shyperd.h"

static int held[SHYPER_API_MAX_VMS - 1];
static bool started;

void consoles_hold(void)
{
	struct shyper_console console = { 0 };
	size_t i;

	for (i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		if (!started)
			held[i] = -1;
		console.base = SHYPER_CONSOLE_BASE + i * SHYPER_CONSOLE_STRIDE;
		if (held[i] < 0)
			held[i] = shyper_console_open(&console);
	}
	started = true;
}
