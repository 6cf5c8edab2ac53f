/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/debug/shyper: read-only, for people. */
#ifndef SHYPER_DEBUGFS_H
#define SHYPER_DEBUGFS_H

void shyper_debugfs_start(void);
void shyper_debugfs_stop(void);

#endif /* SHYPER_DEBUGFS_H */
