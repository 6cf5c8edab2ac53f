/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this test share: results as TAP, files, the mock's log. */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** ok() - one result; what it is about in printf's format */
void ok(bool pass, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** same_text() - a result: two texts are equal, shown if not */
void same_text(const char *got, const char *want, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** test_dir - an empty folder of this run, removed at its end */
extern char test_dir[64];

/** write_file() - make a file in test_dir; the path is good until the next call */
const char *write_file(const char *name, const void *data, size_t len);

/** write_kernel() - make an arm64 Image of @size bytes in test_dir */
void write_kernel(const char *name, uint64_t text_offset, uint64_t image_size,
		  size_t size);

/** read_file() - a file's text, to be freed; NULL: it cannot be read */
char *read_file(const char *path);

/** replace() - @text with its only @from replaced by @to, to be freed */
char *replace(const char *text, const char *from, const char *to);

void test_numbers(void);
void test_files(void);
void test_disks(void);
void test_network(void);
void test_add(void);
void test_console(void);

/* mock.c: the kernel, as far as the library sees it. */

#define MOCK_DEV	1000

/**
 * struct mock_dev - a direct device
 * @tty:	its terminal, or whatever it is called; NULL: there is none
 * @type:	and so on: as in struct shyper_dev_info
 */
struct mock_dev {
	const char *tty;
	uint32_t type;
	uint32_t vmid;
	uint64_t base;
	uint64_t link;
};

/**
 * struct mock - the mock's state; set what is not to be 0 after mock_reset()
 * @features:	SHYPER_INFO_*
 * @cpus:	physical CPUs
 * @free_cpus:	mask
 * @disks:	names of the attached ones
 * @dev:	direct devices
 * @fail_at:	the call that fails, from 1; 0: none
 * @fail_errno:	with this
 * @calls:	calls so far
 * @open:	descriptors of the VM that are open
 * @exists:	the VM does
 * @kept:	it outlives its descriptors
 * @booted:	it was booted
 * @log:	the calls, a line each
 */
struct mock {
	uint64_t features;
	unsigned int cpus;
	uint64_t free_cpus;
	const char *disks[4];
	struct mock_dev dev[4];
	unsigned int fail_at;
	int fail_errno;
	unsigned int calls;
	int open;
	bool exists;
	bool kept;
	bool booted;
	char log[16384];
};
extern struct mock mock;

void mock_reset(void);

#endif /* TEST_H */
