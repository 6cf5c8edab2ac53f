// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device's side of a virtqueue: the same code as EL2's, compiled for the
 * kernel, in one piece so that its inner calls cost nothing. See shyper/vring.h.
 */
#include "../el2/virtio/vring_chain.c"
#include "../el2/virtio/vring_split.c"
#include "../el2/virtio/vring_packed.c"
#include "../el2/virtio/vring.c"
