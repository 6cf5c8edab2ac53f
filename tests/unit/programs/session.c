// SPDX-License-Identifier: GPL-2.0-only
/* Sessions on a guest's console, from a terminal and from pipes. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "session.h"
#include "test.h"

/**
 * struct seat - somebody at a session
 * @guest:	the guest's end of the console
 * @input:	what is written here is typed
 * @output:	what the session prints; not of a terminal, where it is @input
 * @pid:	the session
 */
struct seat {
	int guest;
	int input;
	int output;
	pid_t pid;
};

static void be_session(int console, int in, int out)
{
	int err;

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	fcntl(console, F_SETFL, O_NONBLOCK);
	err = session_run(console, 1);
	_exit(-err);
}

/* @terminal: its other end; -1: pipes */
static struct seat sit_down(int terminal, int other)
{
	int console[2], in[2] = { terminal, other }, out[2];
	struct seat seat = { 0 };

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, console) || pipe(out) ||
	    (terminal < 0 && pipe(in)))
		abort();
	seat.pid = fork();
	if (!seat.pid) {
		close(console[1]);
		close(in[1]);
		close(out[0]);
		be_session(console[0], in[0], terminal < 0 ? out[1] : in[0]);
	}
	close(console[0]);
	close(out[1]);
	if (terminal < 0)
		close(in[0]);
	seat.guest = console[1];
	seat.input = in[1];
	seat.output = terminal < 0 ? out[0] : other;
	return seat;
}

/* Until @want has come; false after a while. */
static bool comes(int fd, const char *want)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char text[4096];
	size_t len = 0;
	ssize_t n;

	while (!memmem(text, len, want, strlen(want))) {
		if (len > sizeof(text) / 2) {	/* only the end matters */
			memmove(text, text + len - 64, 64);
			len = 64;
		}
		if (poll(&poll_fd, 1, 5000) <= 0)
			return false;
		n = read(fd, text + len, sizeof(text) - len);
		if (n <= 0)
			return false;
		len += (size_t)n;
	}
	return true;
}

static void put(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) < 0)
		abort();
}

static int get_up(struct seat *seat)
{
	int status = -1;

	waitpid(seat->pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool same_settings(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
	       a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag;
}

static void test_terminal(void)
{
	struct termios before, during, after;
	char rest[64] = "";
	struct seat seat;
	int keyboard, terminal, i;
	char much[2048] = "";

	if (openpty(&keyboard, &terminal, NULL, NULL, NULL))
		abort();
	tcgetattr(terminal, &before);
	seat = sit_down(terminal, dup(keyboard));
	put(seat.guest, "login: ");
	ok(comes(keyboard, "login: "), "session: what the guest says is shown");
	tcgetattr(terminal, &during);
	ok(!(during.c_lflag & (ECHO | ICANON | ISIG)),
	   "session: the terminal is raw meanwhile");
	put(keyboard, "root\r\003");
	ok(comes(seat.guest, "root\r\003"),
	   "session: what is typed gets to the guest, Ctrl-C as well");
	put(keyboard, "bye\035not this");
	ok(comes(seat.guest, "bye"), "session: all that is typed before Ctrl-]");
	ok(get_up(&seat) == 0, "session: Ctrl-] ends it");
	ok(read(seat.guest, rest, sizeof(rest)) <= 0 && !rest[0],
	   "session: nothing that is typed after it");
	tcgetattr(terminal, &after);
	ok(same_settings(&before, &after),
	   "session: the terminal is as before");

	/* More than the guest's console takes, from somebody who does not read. */
	seat = sit_down(terminal, dup(keyboard));
	put(seat.guest, "ready");
	comes(keyboard, "ready");
	memset(much, 'x', sizeof(much) - 1);
	for (i = 0; i < 200; i++)
		put(keyboard, much);
	put(keyboard, "\035");
	ok(get_up(&seat) == 0, "session: Ctrl-] ends it also if the guest is deaf");

	seat = sit_down(terminal, dup(keyboard));
	put(seat.guest, "again");
	comes(keyboard, "again");
	kill(seat.pid, SIGTERM);
	ok(get_up(&seat) == 0, "session: SIGTERM ends it");
	tcgetattr(terminal, &after);
	ok(same_settings(&before, &after),
	   "session: the terminal is as before then, too");
}

static bool has_size(int fd, unsigned short rows, unsigned short cols)
{
	struct winsize size;
	int tries;

	for (tries = 0; tries < 500; tries++) {
		if (!ioctl(fd, TIOCGWINSZ, &size) && size.ws_row == rows &&
		    size.ws_col == cols)
			return true;
		usleep(10000);
	}
	return false;
}

static void test_size(void)
{
	struct winsize size = { .ws_row = 31, .ws_col = 97 };
	int keyboard, terminal, guest, console;
	struct seat seat;

	if (openpty(&keyboard, &terminal, NULL, NULL, &size) ||
	    openpty(&guest, &console, NULL, NULL, NULL))
		abort();
	seat.pid = fork();
	if (!seat.pid)
		be_session(console, terminal, terminal);
	ok(has_size(guest, 31, 97), "session: the guest has the terminal's size");
	size.ws_row = 32;
	ioctl(keyboard, TIOCSWINSZ, &size);
	kill(seat.pid, SIGWINCH);
	ok(has_size(guest, 32, 97), "session: and gets a new one");
	put(keyboard, "\035");
	ok(get_up(&seat) == 0, "session: a new size does not end it");
}

static void test_pipes(void)
{
	static const char binary[] = "a\035b\003c\n";
	static char much[200000];
	struct seat seat = sit_down(-1, -1);

	put(seat.input, binary);
	ok(comes(seat.guest, binary), "session: a script's input goes as it is");
	close(seat.input);
	put(seat.guest, "answer\n");
	ok(comes(seat.output, "answer\n"),
	   "session: the answer comes after the input has ended");
	ok(get_up(&seat) == 0, "session: silence ends it then");

	seat = sit_down(-1, -1);
	memset(much, 'm', sizeof(much) - 1);
	much[sizeof(much) - 2] = '\n';
	if (!fork()) {
		close(seat.guest);
		close(seat.output);
		put(seat.input, much);
		_exit(0);
	}
	close(seat.input);
	ok(comes(seat.guest, "m\n"),
	   "session: more input than fits anywhere at once");
	close(seat.guest);
	ok(get_up(&seat) == EPIPE, "session: a console that goes away is an error");
}

void test_session(void)
{
	test_terminal();
	test_size();
	test_pipes();
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}
