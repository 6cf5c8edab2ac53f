/* SPDX-License-Identifier: GPL-2.0-only */
#define VIRTIO_CONSOLE_F_MULTIPORT	1
