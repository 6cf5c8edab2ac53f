/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/vblk_request.c needs on the host: virtio-blk's numbers. */
#ifndef VBLK_HOST_H
#define VBLK_HOST_H

#include <string.h>

#include "kernel.h"
#include <linux/virtio_blk.h>

#endif /* VBLK_HOST_H */
