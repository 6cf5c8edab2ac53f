// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device's side of a virtqueue: the same code as EL2's, compiled for the
 * kernel. See shyper/vring.h.
 */
#include "../el2/virtio/vring.c"
