/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of VMs and disks, for whoever has /dev/shyper open. */
#ifndef SHYPER_EVENT_H
#define SHYPER_EVENT_H

#include <linux/poll.h>
#include <linux/shyper.h>

struct shyper_reader;

/**
 * shyper_event_post() - tell every reader
 * @type: SHYPER_EVENT_*
 * @vmid: the VM, or SHYPER_DISK_NO_VM
 * @name: of the VM or the disk; SHYPER_API_NAME_LEN bytes
 *
 * Context: any.
 */
void shyper_event_post(u32 type, u32 vmid, u64 arg, u64 ipa, const char *name);

/**
 * shyper_reader_create() - a reader, who sees every event from now on
 *
 * Return: ERR_PTR(-ENOMEM).
 */
struct shyper_reader *shyper_reader_create(void);

/**
 * shyper_reader_destroy() - end of a reader; nobody may be in a call on it
 */
void shyper_reader_destroy(struct shyper_reader *reader);

/**
 * shyper_reader_read() - read(2): whole events, as many as fit
 *
 * Return: bytes; -EINVAL if not one fits; -EAGAIN if there is none and @nonblock.
 */
ssize_t shyper_reader_read(struct shyper_reader *reader, char __user *buf,
			   size_t size, bool nonblock);

/**
 * shyper_reader_poll() - poll(2)
 */
__poll_t shyper_reader_poll(struct shyper_reader *reader, struct file *file,
			    poll_table *wait);

#endif /* SHYPER_EVENT_H */
