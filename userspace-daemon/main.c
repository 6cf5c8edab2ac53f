// SPDX-License-Identifier: GPL-2.0-only
/*
 * shyperd: attaches disks, sets up the network, follows VMs. It is not in the way of
 * any I/O: what it has attached goes on without it, and is adopted by its successor.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "dev.h"
#include "network.h"
#include "shyperd.h"
#include "state.h"

#define DEFAULT_CONFIG	"/etc/shyper/shyperd.json"

static const char usage[] =
	"usage: shyperd [OPTION...]\n"
	"\n"
	"Attaches disks for guests, connects them to the network, and follows VMs.\n"
	"\n"
	"  -c, --config=FILE    the list of disks (" DEFAULT_CONFIG ")\n"
	"  -f, --foreground     stay in the foreground, log to standard error\n"
	"  -t, --test           check the configuration and end\n"
	"      --device=PATH    instead of " SHYPER_DEVICE "\n"
	"      --run-dir=PATH   instead of " SHYPER_RUN_DIR "\n"
	"      --pid-file=FILE  instead of RUN-DIR/shyperd.pid\n"
	"  -h, --help           this text\n";

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "test", no_argument, NULL, 't' },
	{ "device", required_argument, NULL, 'd' },
	{ "run-dir", required_argument, NULL, 'r' },
	{ "pid-file", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

static int test_list(const char *path)
{
	struct shyper_diag diag = { 0 };
	struct shyper_disks *disks = shyper_disks_load(path, &diag);

	struct shyper_network network;
	bool good = disks && !shyper_network_load(path, &network, &diag);

	if (good)
		printf("%s: no error, %zu disks\n", path, disks->num);
	log_diag(LOG_ERR, &diag);
	shyper_disks_free(disks);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Return: an open, locked pid file, or -1 with the error logged. */
static int lock_pid_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

	if (fd < 0) {
		log_line(LOG_ERR, "%s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		log_line(LOG_ERR, "%s: %s", path, errno == EWOULDBLOCK ?
			 "another shyperd runs" : strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static void write_pid(int fd)
{
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", (int)getpid()) < 0)
		log_line(LOG_WARNING, "pid file: %s", strerror(errno));
}

/*
 * Into the background. The parent ends when the child closes the pipe, with
 * success if the child has written to it before.
 *
 * Return: the pipe in the child.
 */
static int detach(void)
{
	int fds[2];
	pid_t pid = -1;
	char byte;

	if (!pipe2(fds, O_CLOEXEC))
		pid = fork();
	if (pid < 0) {
		log_line(LOG_ERR, "into the background: %s", strerror(errno));
		exit(EXIT_FAILURE);
	}
	if (pid) {
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	close(fds[0]);
	setsid();
	if (chdir("/"))
		log_line(LOG_WARNING, "/: %s", strerror(errno));
	return fds[1];
}

/* The last step into the background: from here on the log is syslog's. */
static void detached(int ready)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	log_open(false);
	if (write(ready, "", 1) != 1)
		log_line(LOG_WARNING, "nobody waits for shyperd any more");
	close(ready);
}

static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void reload(struct daemon *daemon)
{
	notify_reloading();
	log_line(LOG_INFO, "reading %s again", daemon->config);
	if (!disks_apply(daemon))
		log_line(LOG_ERR, "the list stays as it was");
	else
		network_apply(daemon);
	consoles_hold();
	notify("READY=1");
}

/* Return: false if it is time to end. */
static bool take_signal(struct daemon *daemon)
{
	struct signalfd_siginfo info;

	while (read(daemon->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGHUP) {
			log_line(LOG_INFO, "ends; disks stay attached");
			return false;
		}
		reload(daemon);
	}
	return true;
}

static void run(struct daemon *daemon)
{
	struct pollfd fds[2] = {
		{ .fd = daemon->dev, .events = POLLIN },
		{ .fd = daemon->signals, .events = POLLIN },
	};

	for (;;) {
		int wait = restarts_run(daemon);

		if (poll(fds, 2, wait) < 0 && errno != EINTR) {
			log_line(LOG_ERR, "poll: %s", strerror(errno));
			return;
		}
		if (fds[1].revents && !take_signal(daemon))
			return;
		if (fds[0].revents & POLLIN)
			events_read(daemon);
		if (fds[0].revents & (POLLERR | POLLHUP | POLLNVAL)) {
			log_line(LOG_ERR, "%s has gone", daemon->device);
			return;
		}
	}
}

/* From the device being opened to the end. Return: an exit status. */
static int serve(struct daemon *daemon, int pid_fd, int ready)
{
	struct shyper_diag diag = { 0 };

	daemon->dev = shyper_dev_open(daemon->device, O_NONBLOCK, &diag);
	log_diag(LOG_ERR, &diag);
	if (daemon->dev < 0)
		return EXIT_FAILURE;
	daemon->signals = open_signals();
	if (daemon->signals < 0) {
		log_line(LOG_ERR, "signalfd: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	consoles_hold();
	if (!disks_apply(daemon) || !network_apply(daemon))
		return EXIT_FAILURE;
	write_pid(pid_fd);
	if (ready >= 0)
		detached(ready);
	notify("READY=1");
	restarts_find(daemon);
	run(daemon);
	notify("STOPPING=1");
	network_undo(daemon);
	unlink(daemon->pid_file);
	return EXIT_SUCCESS;
}

static int parse_options(struct daemon *daemon, int argc, char **argv, bool *test)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "c:fth", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			daemon->config = optarg;
			break;
		case 'f':
			daemon->foreground = true;
			break;
		case 't':
			*test = true;
			break;
		case 'd':
			daemon->device = optarg;
			break;
		case 'r':
			daemon->run = optarg;
			break;
		case 'p':
			daemon->pid_file = strdup(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		default:
			return -1;
		}
	}
	return optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct daemon daemon = {
		.config = DEFAULT_CONFIG, .device = SHYPER_DEVICE,
		.run = SHYPER_RUN_DIR, .dev = -1, .signals = -1,
	};
	int pid_fd, ready = -1;
	bool test = false;

	if (parse_options(&daemon, argc, argv, &test)) {
		fputs(usage, stderr);
		return 2;
	}
	log_open(true);
	if (test)
		return test_list(daemon.config);
	if (mkdir(daemon.run, 0755) && errno != EEXIST)
		log_line(LOG_WARNING, "%s: %s", daemon.run, strerror(errno));
	if (!daemon.pid_file &&
	    asprintf(&daemon.pid_file, "%s/shyperd.pid", daemon.run) < 0)
		return EXIT_FAILURE;
	pid_fd = lock_pid_file(daemon.pid_file);
	if (pid_fd < 0)
		return EXIT_FAILURE;
	/* Relative to where it was started, also in the background. */
	daemon.config = realpath(daemon.config, NULL) ?: daemon.config;
	if (!daemon.foreground)
		ready = detach();
	return serve(&daemon, pid_fd, ready);
}
