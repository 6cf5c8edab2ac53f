/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/vblk_request.c needs on the host: virtio-blk's numbers. */
#ifndef VBLK_HOST_H
#define VBLK_HOST_H

#include <string.h>

/* The system's types of these names are others than shyper/types.h's. */
#define __le16	system_le16
#define __le32	system_le32
#define __le64	system_le64
#include <linux/virtio_blk.h>
#undef __le16
#undef __le32
#undef __le64

#define le32_to_cpu(x)	(x)
#define le64_to_cpu(x)	(x)

#endif /* VBLK_HOST_H */
