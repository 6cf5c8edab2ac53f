// SPDX-License-Identifier: GPL-2.0-only
/*
 * Linux's magic SysRq in a guest, by its console: hvc takes Ctrl-O and the key
 * after it on the port that is the guest's console. What the guest answers is
 * read along, to know when a step is done. Somebody else may be reading, too, and
 * a guest may be told not to print it: so a step also counts as done when the
 * guest's disks have been still for a while.
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sysrq.h"

#define SYSRQ		0x0f	/* Ctrl-O */
#define STILL_MS	2500	/* of the disks, after which a step is done */
#define SLICE_MS	200

/* Text that the console has said lately. */
struct listener {
	int fd;
	char text[4096];
	size_t len;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads for at most @ms; true if something came. */
static bool listen_for(struct listener *listener, int64_t ms)
{
	struct pollfd poll_fd = { .fd = listener->fd, .events = POLLIN };
	size_t half = sizeof(listener->text) / 2;
	ssize_t n;

	if (ms < 0 || poll(&poll_fd, 1, (int)ms) <= 0)
		return false;
	if (listener->len >= half) {
		memmove(listener->text, listener->text + listener->len - 256, 256);
		listener->len = 256;
	}
	n = read(listener->fd, listener->text + listener->len,
		 sizeof(listener->text) - 1 - listener->len);
	if (n <= 0)
		return false;
	listener->len += (size_t)n;
	return true;
}

static bool heard(const struct listener *listener, const char *text)
{
	return memmem(listener->text, listener->len, text, strlen(text));
}

static int send_key(int console, char key)
{
	const char keys[2] = { SYSRQ, key };
	struct pollfd poll_fd = { .fd = console, .events = POLLOUT };
	ssize_t n;

	do {
		if (!poll(&poll_fd, 1, 1000))
			return -ETIMEDOUT;
		n = write(console, keys, sizeof(keys));
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	return n == (ssize_t)sizeof(keys) ? 0 : n < 0 ? -errno : -EIO;
}

/* One key, and the wait for its end. */
static int step(struct listener *listener, char key, const char *done,
		int64_t deadline, const struct sysrq_activity *activity)
{
	uint64_t count = activity->count(activity->arg), last = count;
	int64_t still = now_ms() + STILL_MS;
	int err;

	listener->len = 0;
	err = send_key(listener->fd, key);
	if (err)
		return err;
	while (now_ms() < still && now_ms() < deadline) {
		if (listen_for(listener, SLICE_MS)) {
			if (heard(listener, done))
				break;
			if (heard(listener, "sysrq operation is disabled"))
				return -EACCES;
		}
		count = activity->count(activity->arg);
		if (count != last)
			still = now_ms() + STILL_MS;
		last = count;
	}
	return 0;
}

int sysrq_end(int console, char key, unsigned int seconds,
	      const struct sysrq_activity *activity)
{
	struct listener listener = { .fd = console };
	int64_t deadline = now_ms() + (int64_t)seconds * 1000;
	int64_t drained = now_ms() + 2000;
	int err;

	while (now_ms() < drained && listen_for(&listener, SLICE_MS))
		;
	err = step(&listener, 's', "Emergency Sync complete", deadline, activity);
	if (!err)
		err = step(&listener, 'u', "Emergency Remount complete",
			   deadline, activity);
	return err ? err : send_key(console, key);
}
