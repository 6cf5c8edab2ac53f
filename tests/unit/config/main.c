// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host tests of the configuration library: files good and bad, numbers, the calls
 * that come of them. Results are TAP.
 */
#include <dirent.h>
#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"

char test_dir[64] = "shyper-config-XXXXXX";
static unsigned int count, failed;

static void print_name(bool pass, const char *fmt, va_list ap)
{
	printf("%sok %u - ", pass ? "" : "not ", ++count);
	vprintf(fmt, ap);
	putchar('\n');
	failed += !pass;
}

void ok(bool pass, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_name(pass, fmt, ap);
	va_end(ap);
}

static void print_diagnostic(const char *title, const char *text)
{
	const char *end;

	printf("# %s:\n", title);
	for (; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		printf("#   %.*s\n", (int)(end - text), text);
	}
}

void same_text(const char *got, const char *want, const char *fmt, ...)
{
	bool pass = !strcmp(got ? got : "", want);
	va_list ap;

	va_start(ap, fmt);
	print_name(pass, fmt, ap);
	va_end(ap);
	if (!pass) {
		print_diagnostic("got", got ? got : "");
		print_diagnostic("expected", want);
	}
}

const char *write_file(const char *name, const void *data, size_t len)
{
	static char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", test_dir, name);
	file = fopen(path, "w");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file)) {
		printf("Bail out! cannot write %s\n", path);
		exit(1);
	}
	return path;
}

void write_kernel(const char *name, uint64_t text_offset, uint64_t image_size,
		  size_t size)
{
	uint64_t *words = calloc(1, size);
	size_t i;

	for (i = 8; i < size / 8; i++)
		words[i] = htole64(i);
	words[1] = htole64(text_offset);
	words[2] = htole64(image_size);
	words[7] = htole64(0x644d5241);
	write_file(name, words, size);
	free(words);
}

char *read_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 16);

	if (!file || fread(text, 1, (1 << 16) - 1, file) == 0) {
		free(text);
		text = NULL;
	}
	if (file)
		fclose(file);
	return text;
}

char *replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	char *out;

	if (!at || strstr(at + 1, from)) {
		printf("Bail out! \"%s\" is not there once\n", from);
		exit(1);
	}
	if (asprintf(&out, "%.*s%s%s", (int)(at - text), text, to,
		     at + strlen(from)) < 0)
		abort();
	return out;
}

static void remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[512];

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
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!mkdtemp(test_dir)) {
		printf("Bail out! no folder for files\n");
		return 1;
	}
	test_numbers();
	test_files();
	test_disks();
	test_network();
	test_add();
	test_console();
	remove_dir(test_dir);
	printf("1..%u\n", count);
	return failed ? 1 : 0;
}
