// SPDX-License-Identifier: GPL-2.0-only
/* The code that is tested. */
#include "../../../kmod/vnet_frame.c"
