/* SPDX-License-Identifier: GPL-2.0-only */
#include "../port_host.h"
