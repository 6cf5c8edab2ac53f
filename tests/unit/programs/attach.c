// SPDX-License-Identifier: GPL-2.0-only
/* What shyperd attaches, adopts and takes away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shyperd.h"
#include "test.h"

static struct daemon shyperd;

/* Appends a disk in a file of its own name, with more keys. */
static void add_entry(char *text, size_t size, const char *name, const char *keys)
{
	size_t len = strlen(text);

	if (keys)
		snprintf(text + len, size - len,
			 "%s{ \"name\": \"%s\", \"path\": \"%s/%s\"%s }",
			 len ? ", " : "", name, test_dir, name, keys);
}

/* A list with "a" and "b", each with more keys, or NULL for none of it. */
static void write_list(const char *a, const char *b)
{
	char entries[1024] = "", text[1200];

	add_entry(entries, sizeof(entries), "a", a);
	add_entry(entries, sizeof(entries), "b", b);
	snprintf(text, sizeof(text), "{ \"disks\": [ %s ] }", entries);
	shyperd.config = strdup(write_file("disks.json", text, strlen(text)));
}

static void counts(const char *name, bool pass, unsigned int attaches,
		   unsigned int detaches)
{
	ok(pass && kernel.attaches == attaches && kernel.detaches == detaches,
	   "disks: %s (%u attached, %u taken away)", name, kernel.attaches,
	   kernel.detaches);
	kernel.attaches = 0;
	kernel.detaches = 0;
}

static bool apply(const char *a, const char *b)
{
	bool done;

	write_list(a, b);
	done = disks_apply(&shyperd);
	free((char *)shyperd.config);
	return done;
}

static void restart(void)
{
	shyper_disks_free(shyperd.disks);
	shyperd.disks = NULL;
	shyperd.ours = 0;
	shyperd.leftovers = 0;
}

void test_attach(void)
{
	char data[8192] = { 0 };

	memset(&kernel, 0, sizeof(kernel));
	write_file("a", data, sizeof(data));
	counts("one is there, the other's file is missing", apply("", ""), 1, 0);
	write_file("b", data, sizeof(data));
	counts("the list again: what was missing", apply("", ""), 1, 0);
	counts("the list again: nothing to do", apply("", ""), 0, 0);
	restart();
	counts("a new shyperd adopts them", apply("", ""), 0, 0);
	counts("a wrong list changes nothing", !apply(", \"x\": 1", ""), 0, 0);
	counts("one has changed", apply(", \"read_only\": true", ""), 1, 1);
	ok(kernel.disk[0].flags == SHYPER_DISK_READ_ONLY,
	   "disks: it is as it should be now");
	kernel.disk[0].vmid = 1;
	counts("one has changed, but a VM has it", apply("", ""), 0, 0);
	ok(kernel.disk[0].flags == SHYPER_DISK_READ_ONLY,
	   "disks: it is as it was");
	disks_retry(&shyperd);
	counts("it still has it", true, 0, 0);
	kernel.disk[0].vmid = SHYPER_DISK_NO_VM;
	disks_retry(&shyperd);
	counts("and then no more", !kernel.disk[0].flags, 1, 1);
	disks_retry(&shyperd);
	counts("after which there is nothing to do", true, 0, 0);
	kernel.disk[1].vmid = 1;
	counts("one is gone, but a VM has it", apply("", NULL), 0, 0);
	counts("the list again, the same", apply("", NULL), 0, 0);
	kernel.disk[1].vmid = SHYPER_DISK_NO_VM;
	counts("the list again, and the VM has not", apply("", NULL), 0, 1);
	counts("both again", apply("", ""), 1, 0);
	counts("one is gone", apply(NULL, ""), 0, 1);
	restart();
	strcpy(kernel.disk[5].name, "other");
	kernel.disk[5].vmid = SHYPER_DISK_NO_VM;
	counts("somebody else's disk is left alone", apply(NULL, ""), 0, 0);
	counts("also when the list is read again", apply(NULL, ""), 0, 0);
	restart();
}

void test_notify(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	char text[128] = "";
	ssize_t n;

	if (chdir(test_dir))
		abort();
	strcpy(address.sun_path, "notify");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		abort();
	setenv("NOTIFY_SOCKET", "notify", 1);
	notify("READY=1");
	n = recv(fd, text, sizeof(text) - 1, 0);
	ok(n == 7 && !strcmp(text, "READY=1"), "the service manager is told");
	notify_reloading();
	n = recv(fd, text, sizeof(text) - 1, 0);
	ok(n > 0 && !strncmp(text, "RELOADING=1\nMONOTONIC_USEC=", 27),
	   "also of reading the list again, with the time");
	close(fd);
	notify("READY=1");
	setenv("NOTIFY_SOCKET", "", 1);
	notify("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify("READY=1");
	ok(true, "nobody there to be told is no fault");
}
