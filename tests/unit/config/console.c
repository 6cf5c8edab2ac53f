// SPDX-License-Identifier: GPL-2.0-only
/* Which terminal is a VM's console. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/shyper.h>

#include "config.h"
#include "console.h"
#include "state.h"
#include "test.h"

static const char form[] =
"{ \"name\": \"g1\", \"memory\": \"256M\", \"kernel\": \"Image\",\n"
"  \"disks\": [ \"d1\" ], \"console\": true }\n";

static char *run_dir(void)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/run", test_dir);
	return path;
}

/* Remembers VM 2, "g1", with @console; "": no configuration of it is known. */
static void remember(const char *console)
{
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;
	char *text, *path;

	shyper_state_unlock(shyper_state_lock(run_dir(), "g1", true));
	shyper_state_forget(run_dir(), "g1");
	if (!*console)
		return;
	text = replace(form, "true", console);
	path = strdup(write_file("console.json", text, strlen(text)));
	config = shyper_config_load(path, &diag);
	ok(config && !shyper_config_place(config, &diag) &&
	   !shyper_state_save(run_dir(), config), "console %s is remembered",
	   console);
	shyper_config_free(config);
	shyper_diag_reset(&diag);
	free(path);
	free(text);
}

/* @tty: of the direct console that is expected; NULL: the classic one. */
static void finds(const char *what, uint32_t port, const char *tty, uint64_t base)
{
	struct shyper_console console;
	char path[64];
	int err = shyper_console_of(MOCK_DEV, run_dir(), "g1", 2, port, &console);

	ok(!err, "console: %s", what);
	if (tty) {
		ok(!shyper_console_path(&console, path, sizeof(path)),
		   "console: %s: it has a path", what);
		same_text(path, tty, "console: %s: the path", what);
	} else {
		ok(!console.tty[0] && console.base == base,
		   "console: %s: the address", what);
	}
}

static void finds_none(const char *what, uint32_t port)
{
	struct shyper_console console;

	ok(shyper_console_of(MOCK_DEV, run_dir(), "g1", 2, port, &console) ==
	   -ENOENT, "console: %s: there is none", what);
}

void test_console(void)
{
	static const struct mock_dev devs[4] = {
		{ "d1", SHYPER_DEV_VIRTIO_BLK_MEDIATED, 2, 0xa000000, 0 },
		{ "ttySH0", SHYPER_DEV_VIRTIO_CONSOLE, 1, 0xa001000, 0 },
		{ "ttySH3", SHYPER_DEV_VIRTIO_CONSOLE, 2, 0xa001000, 3 },
	};

	write_kernel("Image", 0, 0x1000000, 0x4000);
	mock_reset();
	remember("");
	finds("nothing is known", 0, NULL, SHYPER_CONSOLE_BASE + 0x1000);
	remember("true");
	finds("a classic one", 0, NULL, SHYPER_CONSOLE_BASE + 0x1000);
	finds_none("a second terminal of a classic one", 1);
	remember("false");
	finds_none("a VM without one", 0);
	remember("{ \"path\": \"direct\" }");
	finds_none("a direct one that the module does not have", 0);

	mock.features = SHYPER_INFO_DIRECT;
	memcpy(mock.dev, devs, sizeof(mock.dev));
	finds("a direct one", 0, "/dev/ttySH3", 0);
	finds_none("its second terminal", 1);
	remember("{ \"path\": \"direct\", \"ports\": 2 }");
	finds("the first of two terminals", 0, "/dev/ttySH3", 0);
	finds("the second", 1, "/dev/ttySH4", 0);
	finds_none("the third", 2);
	remember("{ \"path\": \"classic\" }");
	finds("a classic one beside a direct one", 0, NULL,
	      SHYPER_CONSOLE_BASE + 0x1000);
	remember("");
	finds("nothing is known, but the module has one", 0, "/dev/ttySH3", 0);
	shyper_state_forget(run_dir(), "g1");
}
