// SPDX-License-Identifier: GPL-2.0-only
/*
 * A session on a guest's console: from standard input and to standard output, be
 * they a terminal or a script's pipes.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "session.h"

#define ESCAPE		0x1d	/* Ctrl-] */

/**
 * struct attachment - one session
 * @console:	the guest's console
 * @signals:	signalfd of what ends it
 * @terminal:	standard input is one
 * @saved:	its settings before
 * @input:	standard input has not ended
 * @idle_ms:	silence that ends it then
 * @to_guest:	read from standard input and not yet written
 * @pending:	bytes of it
 */
struct attachment {
	int console;
	int signals;
	bool terminal;
	struct termios saved;
	bool input;
	int idle_ms;
	char to_guest[512];
	size_t pending;
};

static int write_all(int fd, const char *data, size_t len)
{
	ssize_t n;

	while (len) {
		n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * From standard input. A guest that does not read must not keep somebody at a
 * terminal from leaving: what does not fit any more is dropped there.
 *
 * Return: 1 at the escape character, else 0 or a negative errno.
 */
static int take_input(struct attachment *attachment)
{
	size_t room = sizeof(attachment->to_guest) - attachment->pending;
	char data[sizeof(attachment->to_guest)], *escape = NULL;
	ssize_t n = read(STDIN_FILENO, data, attachment->terminal ?
			 sizeof(data) : room);
	size_t len = n > 0 ? (size_t)n : 0;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (!n)
		attachment->input = false;
	if (attachment->terminal)
		escape = memchr(data, ESCAPE, len);
	if (escape)
		len = (size_t)(escape - data);
	if (len > room)
		len = room;
	memcpy(attachment->to_guest + attachment->pending, data, len);
	attachment->pending += len;
	return escape ? 1 : 0;
}

static int give_to_guest(struct attachment *attachment)
{
	ssize_t n = write(attachment->console, attachment->to_guest,
			  attachment->pending);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	attachment->pending -= (size_t)n;
	memmove(attachment->to_guest, attachment->to_guest + n,
		attachment->pending);
	return 0;
}

static int take_output(struct attachment *attachment)
{
	char data[4096];
	ssize_t n = read(attachment->console, data, sizeof(data));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (!n)
		return -EPIPE;
	return write_all(STDOUT_FILENO, data, (size_t)n);
}

/* The guest's programs fill the window that they are seen in. */
static void pass_size(const struct attachment *attachment)
{
	struct winsize size;

	if (attachment->terminal && !ioctl(STDIN_FILENO, TIOCGWINSZ, &size) &&
	    size.ws_row && size.ws_col)
		ioctl(attachment->console, TIOCSWINSZ, &size);
}

/* Return: true if it ends the session. */
static bool take_signal(const struct attachment *attachment)
{
	struct signalfd_siginfo info;

	if (read(attachment->signals, &info, sizeof(info)) != sizeof(info) ||
	    info.ssi_signo != SIGWINCH)
		return true;
	pass_size(attachment);
	return false;
}

/* Until the escape character, a signal, or silence after the input's end. */
static int pump(struct attachment *attachment)
{
	struct pollfd fds[3];
	bool left = false;
	int n, err = 0;

	while (!err && !left) {
		bool ended = !attachment->input && !attachment->pending;

		fds[0] = (struct pollfd){ attachment->input &&
			(attachment->terminal || !attachment->pending) ?
			STDIN_FILENO : -1, POLLIN, 0 };
		fds[1] = (struct pollfd){ attachment->console, (short)(POLLIN |
			(attachment->pending ? POLLOUT : 0)), 0 };
		fds[2] = (struct pollfd){ attachment->signals, POLLIN, 0 };
		n = poll(fds, 3, ended ? attachment->idle_ms : -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (!n || (n > 0 && fds[2].revents && take_signal(attachment)))
			return 0;
		if (n > 0 && fds[0].revents)
			err = take_input(attachment);
		left = err > 0;
		/* At the escape character, what it stood behind still goes. */
		if (left || (!err && n > 0 && fds[1].revents & POLLOUT))
			err = give_to_guest(attachment);
		if (!left && !err && n > 0 &&
		    fds[1].revents & (POLLIN | POLLHUP | POLLERR))
			err = take_output(attachment);
	}
	return err;
}

static int set_raw(struct attachment *attachment)
{
	struct termios raw;

	attachment->terminal = isatty(STDIN_FILENO) &&
			       !tcgetattr(STDIN_FILENO, &attachment->saved);
	if (!attachment->terminal)
		return 0;
	fprintf(stderr, "Attached; Ctrl-] leaves.\n");
	raw = attachment->saved;
	cfmakeraw(&raw);
	return tcsetattr(STDIN_FILENO, TCSANOW, &raw) ? -errno : 0;
}

int session_run(int console, unsigned int idle)
{
	struct attachment attachment = {
		.console = console, .input = true, .idle_ms = (int)idle * 1000,
	};
	sigset_t signals;
	int err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGWINCH);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	attachment.signals = signalfd(-1, &signals, SFD_CLOEXEC);
	err = attachment.signals < 0 ? -errno : set_raw(&attachment);
	if (!err) {
		pass_size(&attachment);
		err = pump(&attachment);
	}
	if (attachment.terminal) {
		tcsetattr(STDIN_FILENO, TCSANOW, &attachment.saved);
		fprintf(stderr, "\nDetached.\n");
	}
	if (attachment.signals >= 0)
		close(attachment.signals);
	return err;
}
