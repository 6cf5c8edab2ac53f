// SPDX-License-Identifier: GPL-2.0-only
/* Host tests of shyperd and shyper-cli. Results are TAP; logs go to a file. */
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

char test_dir[256];
static unsigned int count, failed;

void ok(bool pass, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %u - ", pass ? "" : "not ", ++count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	failed += !pass;
}

const char *write_file(const char *name, const char *data, size_t len)
{
	static char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", test_dir, name);
	file = fopen(path, "w");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file)) {
		printf("Bail out! cannot write %s\n", path);
		exit(1);
	}
	return path;
}

static void remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[1024];

	while (dir && (entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_type == DT_DIR)
			remove_dir(name);
		else
			unlink(name);
	}
	if (dir)
		closedir(dir);
	rmdir(path);
}

int main(void)
{
	char name[] = "shyper-programs-XXXXXX";

	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(120);	/* rather an end than a hang */
	if (!mkdtemp(name) || !realpath(name, test_dir)) {
		printf("Bail out! no folder for files\n");
		return 1;
	}
	/* What the daemon logs; the tests look at what it does. */
	if (!freopen("log", "w", stderr)) {
		printf("Bail out! no log\n");
		return 1;
	}
	test_restarts();
	test_attach();
	test_notify();
	test_sysrq();
	test_session();
	remove_dir(test_dir);
	printf("1..%u\n", count);
	return failed ? 1 : 0;
}
