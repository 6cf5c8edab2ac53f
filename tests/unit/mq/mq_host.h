/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmod/mq.c needs on the host: each access lets the writers go on a little. */
#ifndef MQ_HOST_H
#define MQ_HOST_H

#include <string.h>

#include <shyper/types.h>

u64 host_read(const __le64 *word);
void host_zero(__le64 *word);

#define slot_read(word)		host_read(&(word))
#define slot_zero(word)		host_zero(&(word))

#endif /* MQ_HOST_H */
