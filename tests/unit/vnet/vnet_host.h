/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/vnet_frame.c and vnet_ctrl.c need on the host, which is little-endian. */
#ifndef VNET_HOST_H
#define VNET_HOST_H

#include <string.h>

#include "kernel.h"
#include <linux/virtio_net.h>
#include <linux/shyper.h>

#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

static inline u16 __virtio16_to_cpu(bool little_endian, __virtio16 v)
{
	(void)little_endian;
	return v;
}

#endif /* VNET_HOST_H */
