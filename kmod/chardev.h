/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/shyper. */
#ifndef SHYPER_CHARDEV_H
#define SHYPER_CHARDEV_H

#include <linux/types.h>

/**
 * shyper_chardev_start() - make the device; everything it calls is ready
 */
int shyper_chardev_start(void);

/**
 * shyper_chardev_stop() - nobody has it open
 */
void shyper_chardev_stop(void);

#endif /* SHYPER_CHARDEV_H */
