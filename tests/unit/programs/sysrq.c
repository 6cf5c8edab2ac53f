// SPDX-License-Identifier: GPL-2.0-only
/* Ending a guest by magic SysRq: the keys, their order, and the waits. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sysrq.h"
#include "test.h"

struct guest {
	const char *name;
	const char *backlog;	/* on its console before anything is asked */
	const char *on_sync;	/* what it answers to s and u */
	const char *on_remount;
	unsigned int busy;	/* times that its disks look busy */
	int result;
	const char *keys;	/* that it gets */
	double least;		/* seconds that this takes */
	double most;
};

static const struct guest guests[] = {
	{ "it answers", "", "sysrq: Emergency Sync\nEmergency Sync complete\n",
	  "sysrq: Emergency Remount R/O\nEmergency Remount complete\n", 0, 0,
	  "\x0fs\x0fu\x0fo", 0, 20 },
	{ "it has said the same before", "Emergency Sync complete\n"
	  "Emergency Remount complete\n", "", "", 0, 0, "\x0fs\x0fu\x0fo", 5, 20 },
	{ "it says nothing", "", "", "", 0, 0, "\x0fs\x0fu\x0fo", 5, 20 },
	{ "it says nothing, but writes", "", "", "", 10, 0,
	  "\x0fs\x0fu\x0fo", 6.5, 25 },
	{ "it does not allow it", "",
	  "sysrq: This sysrq operation is disabled.\n", "", 0, -EACCES,
	  "\x0fs", 0, 20 },
};

static unsigned int busy_left;

static uint64_t activity(const void *arg)
{
	static uint64_t count;

	(void)arg;
	if (busy_left) {
		busy_left--;
		count++;
	}
	return count;
}

/* The guest's end: answers keys, sends what it got through @report. */
static void be_guest(const struct guest *guest, int console, int report)
{
	char got[32] = "", pair[2];
	size_t len = 0;

	while (recv(console, pair, 2, MSG_WAITALL) == 2 && len < 30) {
		const char *answer = pair[1] == 's' ? guest->on_sync :
				     pair[1] == 'u' ? guest->on_remount : "";

		got[len++] = pair[0];
		got[len++] = pair[1];
		if (*answer && write(console, answer, strlen(answer)) < 0)
			break;
	}
	_exit(write(report, got, len) != (ssize_t)len);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_guest(const struct guest *guest)
{
	const struct sysrq_activity disks = { .count = activity };
	int console[2], report[2], result;
	char keys[32] = "";
	double begin;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, console) || pipe(report))
		abort();
	if (*guest->backlog &&
	    write(console[1], guest->backlog, strlen(guest->backlog)) < 0)
		abort();
	pid = fork();
	if (!pid) {
		close(console[0]);
		be_guest(guest, console[1], report[1]);
	}
	close(console[1]);
	close(report[1]);
	busy_left = guest->busy;
	begin = seconds();
	result = sysrq_end(console[0], 'o', 30, &disks);
	begin = seconds() - begin;
	close(console[0]);
	if (read(report[0], keys, sizeof(keys) - 1) < 0)
		abort();
	close(report[0]);
	waitpid(pid, NULL, 0);
	ok(result == guest->result && !strcmp(keys, guest->keys),
	   "stopping a guest: %s: the right keys", guest->name);
	ok(begin >= guest->least && begin <= guest->most,
	   "stopping a guest: %s: it takes %.1f s", guest->name, begin);
}

void test_sysrq(void)
{
	size_t i;

	for (i = 0; i < sizeof(guests) / sizeof(guests[0]); i++)
		test_guest(&guests[i]);
}
