// SPDX-License-Identifier: GPL-2.0-only
/*
 * dnsmasq, which gives guests their addresses and answers DNS. It goes into the background and is
 * known by its pid file, so that a shyperd that comes after a crash finds it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "network.h"
#include "shyperd.h"

#define LEASE	"1h"

static void path_of(char *out, size_t size, const char *run, const char *name)
{
	snprintf(out, size, "%s/%s", run, name);
}

/* The process that our pid file names, if it is that dnsmasq; else 0. */
static pid_t running(const char *run)
{
	char path[256], line[512] = "", conf[256];
	size_t got, n;
	int pid = 0;
	FILE *file;

	path_of(path, sizeof(path), run, "dnsmasq.pid");
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	if (pid <= 0)
		return 0;
	/* A number may be somebody else's by now: look at what it runs. */
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	got = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	for (n = 0; n < got; n++)
		line[n] = line[n] ?: ' ';
	path_of(conf, sizeof(conf), run, "dnsmasq.conf");
	return strstr(line, conf) ? pid : 0;
}

static void print_address(FILE *file, uint32_t address)
{
	fprintf(file, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		address >> 8 & 255, address & 255);
}

/* Addresses for guests: all behind our own, or before it if those are more. */
static void print_range(FILE *file, const struct shyper_network *network)
{
	uint32_t mask = shyper_network_mask(network);
	uint32_t first = (network->address & mask) + 1;
	uint32_t last = (network->address | ~mask) - 1;

	if (last - network->address >= network->address - first)
		first = network->address + 1;
	else
		last = network->address - 1;
	fprintf(file, "dhcp-range=");
	print_address(file, first);
	fprintf(file, ",");
	print_address(file, last);
	fprintf(file, "," LEASE "\n");
}

/* Return: whether the file was otherwise before. */
static int write_conf(const char *path, const char *run, const char *port,
		      const struct shyper_network *network, bool *changed)
{
	char *text = NULL, old[1024] = "";
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);
	int err = 0;

	if (!file)
		return -ENOMEM;
	fprintf(file, "# made by shyperd\ninterface=%s\nexcept-interface=lo\n"
		"bind-interfaces\nuser=root\ndhcp-authoritative\n"
		"pid-file=%s/dnsmasq.pid\ndhcp-leasefile=%s/dnsmasq.leases\n",
		port, run, run);
	if (network->mtu)
		fprintf(file, "dhcp-option=option:mtu,%u\n", network->mtu);
	print_range(file, network);
	fclose(file);

	file = fopen(path, "re");
	if (file) {
		old[fread(old, 1, sizeof(old) - 1, file)] = '\0';
		fclose(file);
	}
	*changed = strcmp(old, text);
	if (*changed) {
		file = fopen(path, "we");
		if (!file || fputs(text, file) < 0)
			err = -errno;
		if (file && fclose(file))
			err = -errno;
	}
	free(text);
	return err;
}

/* It ends at once if it does not like something, and else when it is a daemon. */
static int run_program(const char *program, const char *conf)
{
	char option[300];
	int status;
	sigset_t none;
	pid_t pid;

	snprintf(option, sizeof(option), "--conf-file=%s", conf);
	pid = fork();
	if (!pid) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execlp(program, "dnsmasq", option, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -ENOENT : -EIO;
}

int dhcp_start(const char *run, const char *port,
	       const struct shyper_network *network)
{
	char conf[256];
	bool changed;
	int err;

	path_of(conf, sizeof(conf), run, "dnsmasq.conf");
	err = write_conf(conf, run, port, network, &changed);
	if (err)
		return err;
	if (running(run)) {
		if (!changed)
			return 0;
		dhcp_stop(run);
	}
	return run_program(network->dnsmasq, conf);
}

void dhcp_stop(const char *run)
{
	char path[256];
	pid_t pid = running(run);
	int n;

	if (!pid)
		return;
	kill(pid, SIGTERM);
	/* Its socket has to be free for the next one. */
	for (n = 0; n < 50 && running(run); n++)
		usleep(20000);
	path_of(path, sizeof(path), run, "dnsmasq.pid");
	unlink(path);
}
