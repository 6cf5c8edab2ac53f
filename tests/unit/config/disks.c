// SPDX-License-Identifier: GPL-2.0-only
/* shyperd's list of disks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "disks.h"
#include "test.h"

static const struct {
	const char *name;
	const char *text;
	const char *want;
} cases[] = {
	{ "no disk", "{ \"disks\": [] }", "" },
	{ "a path only", "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/dev/a\" } ] }", "" },
	{ "Rust-Shyper's list", "{ \"mediated\": [ \"/root/vm0.img\", \"/root/vm1.img\" ] }", "" },
	{ "no name", "{ \"disks\": [ { \"path\": \"/dev/a\" } ] }",
	  "FILE:1: disks[0].name: missing\n" },
	{ "no path", "{ \"disks\": [ { \"name\": \"a\" } ] }",
	  "FILE:1: disks[0].path: missing\n" },
	{ "a relative path", "{ \"disks\": [ { \"name\": \"a\", \"path\": \"a\" } ] }",
	  "FILE:1: disks[0].path: \"a\": expected an absolute path of at most 255 characters\n" },
	{ "an unknown key", "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/a\", \"ro\": true } ] }",
	  "FILE:1: disks[0].ro: true: unknown key\n" },
	{ "an unknown cache", "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/a\", \"cache\": \"none\" } ] }",
	  "FILE:1: disks[0].cache: \"none\": expected writethrough or unsafe\n" },
	{ "a cache that is too large", "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/a\", \"cache_size\": \"1G\" } ] }",
	  "FILE:1: disks[0].cache_size: \"1G\": expected a multiple of 4K up to 64M\n" },
	{ "a name twice", "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/a\" },\n { \"name\": \"a\", \"path\": \"/b\" } ] }",
	  "FILE:2: disks[1]: the name \"a\" is also that of disks[0] (line 1)\n" },
	{ "two disks on the same sectors",
	  "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/a\", \"sectors\": 9 },\n"
	  "{ \"name\": \"b\", \"path\": \"/a\", \"first_sector\": 8 } ] }",
	  "FILE:2: disks[1]: overlaps disks[0] (line 1) in /a\n" },
	{ "two disks side by side",
	  "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/a\", \"sectors\": 8 },\n"
	  "{ \"name\": \"b\", \"path\": \"/a\", \"first_sector\": 8 } ] }", "" },
	{ "two read-only disks on the same sectors",
	  "{ \"disks\": [ { \"name\": \"a\", \"path\": \"/a\", \"read_only\": true },\n"
	  "{ \"name\": \"b\", \"path\": \"/a\", \"read_only\": true } ] }", "" },
	{ "something else", "{ \"disk\": [] }",
	  "FILE:1: disk: unknown key\n" },
};

static void test_same(void)
{
	struct shyper_disk disk = { .name = "a", .path = "/a", .sectors = 8 };
	struct shyper_disk_info info = { .name = "a", .path = "/a", .sectors = 8 };

	ok(shyper_disk_same(&disk, &info), "an attached disk is recognised");
	info.flags = SHYPER_DISK_READ_ONLY;
	ok(!shyper_disk_same(&disk, &info), "not if it should be writable now");
	info.flags = 0;
	disk.flags = SHYPER_DISK_READ_ONLY;
	ok(!shyper_disk_same(&disk, &info), "not if it should be read-only now");
	disk.flags = SHYPER_DISK_UNSAFE;
	ok(!shyper_disk_same(&disk, &info), "not if its cache is another now");
	disk.flags = 0;
	info.first_sector = 1;
	ok(!shyper_disk_same(&disk, &info), "not if it begins elsewhere");
	info.first_sector = 0;
	info.sectors = 9;
	ok(!shyper_disk_same(&disk, &info), "not if it is of another size");
	disk.sectors = 0;
	ok(shyper_disk_same(&disk, &info), "any size is right if none was given");
}

void test_disks(void)
{
	struct shyper_diag diag = { 0 };
	struct shyper_disks *disks;
	char want[512];
	const char *path;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = write_file("disks.json", cases[i].text,
				  strlen(cases[i].text));
		snprintf(want, sizeof(want), "%s%s", cases[i].want[0] ? path : "",
			 cases[i].want[0] ? cases[i].want + 4 : "");
		disks = shyper_disks_load(path, &diag);
		same_text(diag.text, want, "disks: %s", cases[i].name);
		if (!strcmp(cases[i].name, "Rust-Shyper's list"))
			ok(disks && disks->num == 2 &&
			   !strcmp(disks->disk[1].name, "vm1.img"),
			   "disks: they are called after their files");
		shyper_disks_free(disks);
		shyper_diag_reset(&diag);
	}
	test_same();
}
