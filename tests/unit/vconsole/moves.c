// SPDX-License-Identifier: GPL-2.0-only
/* The code under test, compiled here. */
#include "../../../kmod/vconsole_port.c"
