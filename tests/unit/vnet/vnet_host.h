/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/vnet_frame.c and vnet_ctrl.c need on the host, which is little-endian. */
#ifndef VNET_HOST_H
#define VNET_HOST_H

#include <string.h>

/* The system's types of these names are others than shyper/types.h's. */
#define __le16	system_le16
#define __le32	system_le32
#define __le64	system_le64
#include <linux/virtio_net.h>
#include <linux/shyper.h>
#undef __le16
#undef __le32
#undef __le64

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

#define le16_to_cpu(v)	((u16)(v))
#define le32_to_cpu(v)	((u32)(v))
#define le64_to_cpu(v)	((u64)(v))

static inline u16 __virtio16_to_cpu(bool little_endian, __virtio16 v)
{
	(void)little_endian;
	return v;
}

#endif /* VNET_HOST_H */
