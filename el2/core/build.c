// SPDX-License-Identifier: GPL-2.0-only
/* What this build is: compiled with its commit's name. */
#include <el2/build.h>
#include <el2/image.h>

const char build_name[] = "Shyper EL2 monitor " EL2_BUILD;
u64 build_boot_ticks;

u64 build_image_size(void)
{
	return (u64)(image_end - image_start);
}
