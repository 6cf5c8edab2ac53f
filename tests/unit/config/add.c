// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a configuration to the kernel: which calls are made, and that a failure at
 * any of them leaves nothing behind.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/shyper.h>

#include "config.h"
#include "state.h"
#include "test.h"
#include "vm.h"

static const char short_form[] =
"{ \"name\": \"g1\", \"cpus\": 2, \"memory\": \"256M\", \"kernel\": \"Image\",\n"
"  \"initrd\": \"initrd\", \"dtb\": \"dtb\", \"cmdline\": \"quiet\",\n"
"  \"disks\": [ \"d2\" ], \"nets\": [ \"52:54:00:00:00:01\" ],\n"
"  \"passthrough\": [ { \"name\": \"uart\", \"pa\": \"0x9040000\",\n"
"    \"length\": \"0x1000\", \"irqs\": [ 40, 41 ], \"stream_ids\": [ 7 ] } ] }\n";

static const char short_log[] =
"add g1 type 0 cmdline \"quiet initrd=0x41400000,0x2000 console=hvc0\" kernel 0x40200000 dtb 0x40000000 initrd 0x41400000\n"
"memory 0x40000000 0x10000000\n"
"cpus 2 mask 0xa master -1\n"
"device intc@8000000 type 1 base 0x8000000 length 0x10000 irq 0 cfg\n"
"device virtio_blk@a000000 type 7 base 0xa000000 length 0x1000 irq 48 cfg 0x0 0x0 0x3\n"
"device virtio_net@a001000 type 4 base 0xa001000 length 0x1000 irq 49 cfg 0x52 0x54 0x0 0x0 0x0 0x1\n"
"device virtio_console@a002000 type 5 base 0xa002000 length 0x1000 irq 50 cfg 0x0 0xb001000\n"
"region 0x9040000 to 0x9040000 0x1000\n"
"irqs 40 41\n"
"stream ids 7\n"
"dtb gicd type 1 0x8000000 0x10000 irqs\n"
"dtb gicr type 2 0x80a0000 0x40000 irqs\n"
"load 0x40200000 0x400000 of 0x500000: 0x0 ... 0x7ffff\n"
"load 0x40600000 0x100000 of 0x500000: 0x80000 ... 0x9ffff\n"
"load 0x41400000 0x2000 of 0x500000: 0x6969696969696969 ... 0x6969696969696969\n"
"load 0x40000000 0x1000 of 0x500000: 0x6464646464646464 ... 0x6464646464646464\n"
"boot\n"
"keep\n"
"close\n";

static const char rust_shyper_log[] =
"add guest-os-1 type 0 cmdline \"earlycon console=hvc0,115200n8 root=/dev/vda rw audit=0\" kernel 0x80080000 dtb 0x80000000 initrd 0x0\n"
"memory 0x80000000 0x40000000\n"
"cpus 1 mask 0x4 master 2\n"
"device intc@8000000 type 1 base 0x8000000 length 0x1000 irq 0 cfg\n"
"device virtio_blk@a000000 type 7 base 0xa000000 length 0x1000 irq 48 cfg 0x0 0xc800000\n"
"device virtio_net@a001000 type 4 base 0xa001000 length 0x1000 irq 49 cfg 0x74 0x56 0xaa 0xf 0x47 0xd1\n"
"device virtio_console@a002000 type 5 base 0xa002000 length 0x1000 irq 50 cfg 0x0 0xa002000\n"
"region 0x8010000 to 0x3886000 0x2000\n"
"irqs 27\n"
"dtb gicd type 1 0x8000000 0x1000 irqs\n"
"dtb gicc type 2 0x8010000 0x2000 irqs\n"
"load 0x80080000 0x4000 of 0x4000: 0x0 ... 0x7ff\n"
"keep\n"
"close\n";

static char *run_dir(void)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/run", test_dir);
	return path;
}

/* Loads, places and creates. Return: what shyper_vm_create() does. */
static int create(const char *text, bool boot, struct shyper_diag *diag)
{
	const char *path = write_file("vm.json", text, strlen(text));
	struct shyper_config *config = shyper_config_load(path, diag);
	int lock, err = -EINVAL;
	uint32_t vmid = 0;

	if (config && !shyper_config_place(config, diag)) {
		lock = shyper_state_lock(run_dir(), config->name, true);
		err = shyper_vm_create(MOCK_DEV, run_dir(), config, boot, &vmid,
				       NULL, diag);
		shyper_state_unlock(lock);
	}
	shyper_config_free(config);
	return err;
}

static bool state_has(const char *name, const char *suffix)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/vm/%s%s", run_dir(), name, suffix);
	return !access(path, F_OK);
}

static void prepare(void)
{
	mock_reset();
	mock.features = SHYPER_INFO_SYSTEM | SHYPER_INFO_DISK_SELECT;
	mock.cpus = 4;
	mock.free_cpus = 0xa;
	mock.disks[0] = "d1";
	mock.disks[2] = "d2";
	shyper_state_forget(run_dir(), "g1");
}

static void test_calls(void)
{
	struct shyper_diag diag = { 0 };
	char path[512], *text;

	prepare();
	ok(!create(short_form, true, &diag), "a VM in the short form is added");
	same_text(diag.text, "", "nothing is said about it");
	same_text(mock.log, short_log, "the calls that a VM in the short form makes");
	ok(mock.exists && mock.kept && mock.booted && !mock.open,
	   "it is kept, it runs, and its descriptor is closed");
	ok(state_has("g1", ".json") && state_has("g1", ".lock"),
	   "it is remembered");
	shyper_state_forget(run_dir(), "g1");
	ok(!state_has("g1", ".json") && !state_has("g1", ".lock"),
	   "and forgotten");

	snprintf(path, sizeof(path), "%s/rust-shyper.json", EXAMPLES);
	text = read_file(path);
	prepare();
	mock.free_cpus = 0xe;
	write_kernel("Image", 0x80000, 0x1000000, 0x4000);
	ok(text && !create(text, false, &diag),
	   "the VM of Rust-Shyper's example is added");
	same_text(mock.log, rust_shyper_log, "the calls that it makes");
	shyper_state_forget(run_dir(), "guest-os-1");
	shyper_diag_reset(&diag);
	free(text);
}

/* Adds a VM whose short form has @to instead of @from; the devices' calls. */
static void devices(const char *name, uint64_t features, const char *from,
		    const char *to, const char *want)
{
	char *text = replace(short_form, from, to), *begin, *end;
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;
	uint32_t vmid = 0;

	prepare();
	mock.features |= features;
	ok(!create(text, true, &diag), "%s: it is added", name);
	begin = strstr(mock.log, "device virtio_blk");
	end = strstr(mock.log, "region");
	if (begin && end)
		*end = '\0';
	same_text(begin, want, "%s: its devices", name);

	/* What is remembered gives the same, whatever the hypervisor. */
	config = shyper_state_load(run_dir(), "g1", &diag);
	mock_reset();
	mock.features = SHYPER_INFO_DIRECT;
	mock.disks[2] = "d2";
	ok(config && !shyper_vm_create(MOCK_DEV, run_dir(), config, true, &vmid,
				       NULL, &diag), "%s: it is added again", name);
	begin = strstr(mock.log, "device virtio_blk");
	end = strstr(mock.log, "region");
	if (begin && end)
		*end = '\0';
	same_text(begin, want, "%s: its devices are the same", name);
	same_text(diag.text, "", "%s: nothing is said about it", name);
	shyper_config_free(config);
	shyper_state_forget(run_dir(), "g1");
	shyper_diag_reset(&diag);
	free(text);
}

#define BLK	"device virtio_blk@a000000 type 7 base 0xa000000 length 0x1000 irq 48"
#define NET	"device virtio_net@a001000 type 4 base 0xa001000 length 0x1000 irq 49"
#define CONSOLE	"device virtio_console@a002000 type 5 base 0xa002000 length 0x1000 irq 50"
#define CLASSIC	BLK " cfg 0x0 0x0 0x3\n" \
		NET " cfg 0x52 0x54 0x0 0x0 0x0 0x1\n" \
		CONSOLE " cfg 0x0 0xb001000\n"
#define DIRECT_NET NET " direct cfg 0x52 0x54 0x0 0x0 0x0 0x1 0x0 0x0 0x0 0x0\n"
#define DIRECT_CONSOLE CONSOLE " direct cfg 0x0\n"

static void test_paths(void)
{
	devices("a VM without a path", SHYPER_INFO_DIRECT, "\"cpus\"", "\"cpus\"",
		BLK " direct cfg 0x0 0x0 0x3 0x0 0x0 0x0 0x0\n"
		DIRECT_NET DIRECT_CONSOLE);
	devices("a classic VM", SHYPER_INFO_DIRECT, "\"cpus\"",
		"\"path\": \"classic\", \"cpus\"", CLASSIC);
	devices("an automatic VM on a classic hypervisor", 0, "\"cpus\"",
		"\"path\": \"auto\", \"cpus\"", CLASSIC);
	devices("an automatic VM", SHYPER_INFO_DIRECT, "\"cpus\"",
		"\"path\": \"auto\", \"cpus\"",
		BLK " direct cfg 0x0 0x0 0x3 0x0 0x0 0x0 0x0\n"
		DIRECT_NET DIRECT_CONSOLE);
	devices("a direct VM with a classic disk", SHYPER_INFO_DIRECT,
		"\"disks\": [ \"d2\" ]", "\"path\": \"direct\","
		"\"disks\": [ { \"disk\": \"d2\", \"path\": \"classic\" } ]",
		BLK " cfg 0x0 0x0 0x3\n" DIRECT_NET DIRECT_CONSOLE);
	devices("a direct disk", SHYPER_INFO_DIRECT,
		"\"disks\": [ \"d2\" ]", "\"path\": \"classic\","
		"\"disks\": [ { \"disk\": \"d2\", \"path\": \"direct\","
		"\"sectors\": 8, \"queues\": 2, \"serial\": \"01234567ABCDEFGHIJKL\" } ]",
		BLK " direct cfg 0x0 0x8 0x3 0x2 0x3736353433323130 0x4847464544434241 0x4c4b4a49\n"
		NET " cfg 0x52 0x54 0x0 0x0 0x0 0x1\n"
		CONSOLE " cfg 0x0 0xb001000\n");
	devices("a direct network device", SHYPER_INFO_DIRECT,
		"\"52:54:00:00:00:01\" ]", "{ \"mac\": \"52:54:00:00:00:01\","
		"\"path\": \"direct\", \"queues\": 3, \"mtu\": 9000,"
		"\"ifname\": \"g1\" } ], \"path\": \"classic\"",
		BLK " cfg 0x0 0x0 0x3\n"
		NET " direct cfg 0x52 0x54 0x0 0x0 0x0 0x1 0x2328 0x3 0x3167 0x0\n"
		CONSOLE " cfg 0x0 0xb001000\n");
	devices("a direct console", SHYPER_INFO_DIRECT, "\"cpus\"",
		"\"path\": \"classic\", \"console\": { \"path\": \"auto\","
		"\"ports\": 2 }, \"cpus\"",
		BLK " cfg 0x0 0x0 0x3\n" NET " cfg 0x52 0x54 0x0 0x0 0x0 0x1\n"
		CONSOLE " direct cfg 0x2\n");
}

/*
 * Fails each call in turn until one run is through. What was said has to name the
 * call, the VM must not exist, nothing be open, nothing be remembered.
 */
static void test_failures(void)
{
	struct shyper_diag diag = { 0 };
	unsigned int calls, n;
	char *last;
	int err;

	prepare();
	create(short_form, true, &diag);
	calls = mock.calls;
	ok(calls > 20, "there are %u calls that can fail", calls);
	for (n = 1; n <= calls; n++) {
		prepare();
		shyper_diag_reset(&diag);
		mock.fail_at = n;
		mock.fail_errno = EIO;
		err = create(short_form, true, &diag);
		last = strstr(mock.log, "SHYPER_");
		ok(err == -EIO && !mock.exists && !mock.open && !mock.kept,
		   "call %u, %.*s: nothing is left", n,
		   last ? (int)strcspn(last, " \n") : 4, last ? last : "none");
		ok(diag.errors == 1 && strstr(diag.text, "SHYPER_") &&
		   strstr(diag.text, "the hypervisor refused"),
		   "call %u: told which and why", n);
		ok(!state_has("g1", ".json") && !state_has("g1", ".lock"),
		   "call %u: nothing is remembered", n);
	}
	shyper_diag_reset(&diag);
}

static void expect(const char *name, const char *text, const char *want)
{
	struct shyper_diag diag = { 0 };
	char all[512];

	snprintf(all, sizeof(all), "%s%s", want[0] == ':' ?
		 write_file("vm.json", "", 0) : "", want);
	create(text, true, &diag);
	same_text(diag.text, all, "%s", name);
	ok(!mock.exists && !mock.open, "%s: there is no VM", name);
	shyper_diag_reset(&diag);
}

static void test_choices(void)
{
	struct shyper_diag diag = { 0 };
	char *text;

	prepare();
	mock.free_cpus = 0x2;
	expect("not enough CPUs", short_form, ":1: cpus: 2 CPUs: 1 are free\n");

	prepare();
	text = replace(short_form, "\"cpus\": 2", "\"cpus\": [ 1, 2 ]");
	expect("a CPU that is taken", text,
	       ":1: cpus: CPUs 0x6: not free are 0x4\n");
	free(text);

	prepare();
	text = replace(short_form, "\"cpus\": 2", "\"cpus\": [ 1, 9 ]");
	expect("a CPU that is not there", text,
	       ":1: cpus: CPUs 0x202: this machine has 4\n");
	free(text);

	prepare();
	mock.disks[2] = NULL;
	expect("a disk that is not attached", short_form,
	       ":3: disks[0]: disk \"d2\" is not attached; shyperd attaches what its list names\n");

	prepare();
	text = replace(short_form, "\"cpus\"", "\n\"path\": \"direct\", \"cpus\"");
	expect("a direct VM on a hypervisor without it", text,
	       ":2: path: \"direct\": this hypervisor has no direct path; expected \"classic\" or \"auto\"\n");
	ok(mock.calls == 1, "nothing was asked of it but what it is");
	free(text);

	prepare();
	text = replace(short_form, "[ \"d2\" ]",
		       "[ { \"disk\": \"d2\", \"path\": \"direct\" } ]");
	expect("a direct disk on a hypervisor without it", text,
	       ":3: disks[0].path: \"direct\": this hypervisor has no direct path; expected \"classic\" or \"auto\"\n");
	free(text);

	prepare();
	mock.fail_at = 7;
	mock.fail_errno = EBUSY;
	expect("CPUs that the kernel refuses", short_form,
	       ":1: cpus: SHYPER_VM_SET_CPUS: a CPU is another VM's\n");

	prepare();
	mock.fail_at = 5;
	mock.fail_errno = EEXIST;
	expect("a name that is taken", short_form,
	       ": SHYPER_VM_ADD: a VM of this name exists\n");

	/* A hypervisor that tells nothing of CPUs: those behind the MVM's. */
	prepare();
	mock.features = 0;
	text = replace(short_form, "\"cpus\": 2", "\"cpus\": 1");
	ok(!create(text, true, &diag), "a CPU is chosen without the hypervisor's help");
	free(text);
	text = NULL;
	ok(asprintf(&text, "mask 0x%llx ",
		    1ULL << sysconf(_SC_NPROCESSORS_CONF)) > 0 &&
	   strstr(mock.log, text), "it is the first one that the MVM has not");
	free(text);
	shyper_state_forget(run_dir(), "g1");
	shyper_diag_reset(&diag);
}

/* An existing VM's memory of itself survives an attempt to add another. */
static void test_name_taken(void)
{
	struct shyper_diag diag = { 0 };

	prepare();
	create(short_form, true, &diag);
	mock.calls = 0;
	mock.fail_at = 5;
	mock.fail_errno = EEXIST;
	ok(create(short_form, true, &diag) == -EEXIST && state_has("g1", ".json"),
	   "a second VM of the same name leaves the first one's state");
	shyper_state_forget(run_dir(), "g1");
	shyper_diag_reset(&diag);
}

struct place_case {
	const char *name;
	const char *from;
	const char *to;
	const char *want;
};

static const struct place_case place_cases[] = {
	{ "no such kernel", "\"Image\"", "\"/nowhere\"",
	  ":1: kernel: /nowhere: No such file or directory\n" },
	{ "an empty kernel", "\"Image\"", "\"/dev/null\"",
	  ":1: kernel: /dev/null: not a regular file\n" },
	{ "a folder as the kernel", "\"Image\"", "\"/\"",
	  ":1: kernel: /: not a regular file\n" },
	{ "memory that is too small for the kernel", "256M", "16M",
	  ":1: kernel: kernel at 0x40200000, 0x1000000 bytes: expected it within one region of memory\n"
	  ":2: initrd: initrd at 0x41200000, 0x2000 bytes: expected it within one region of memory\n" },
	{ "memory that is too small for the initrd", "256M", "18M",
	  ":2: initrd: initrd at 0x41200000, 0x2000 bytes: expected it within one region of memory\n" },
};

/* @want for each line, which begins with ":": behind the file's name. */
static char *lines_of(const char *path, const char *want)
{
	char *out = NULL;
	bool begin = true;
	size_t len;
	FILE *file = open_memstream(&out, &len);

	for (; *want; want++) {
		if (begin)
			fputs(path, file);
		fputc(*want, file);
		begin = *want == '\n';
	}
	fclose(file);
	return out;
}

static void place(const char *name, const char *text, const char *want)
{
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;
	const char *path = write_file("vm.json", text, strlen(text));
	char *lines = lines_of(path, want);

	config = shyper_config_load(path, &diag);
	ok(config && !!shyper_config_place(config, &diag) == !!diag.errors,
	   "placing: %s", name);
	same_text(diag.text, lines, "placing: %s: what is said", name);
	shyper_config_free(config);
	shyper_diag_reset(&diag);
	free(lines);
}

static void test_kernels(void)
{
	static const struct {
		const char *name;
		const char *data;
		const char *what;
	} kernels[] = {
		{ "a gzip file", "\x1f\x8b\x08", "a gzip file; unpack it first" },
		{ "an ELF file", "\x7f" "ELF", "an ELF file; use arch/arm64/boot/Image" },
		{ "a text", "hello, world\n", "no arm64 kernel Image (its header is missing)" },
	};
	char *text = replace(short_form, "\"Image\"", "\"other\""), want[512];
	const char *path;
	char *real;
	size_t i;

	for (i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		path = write_file("other", kernels[i].data,
				  strlen(kernels[i].data));
		real = realpath(path, NULL);
		snprintf(want, sizeof(want), ":1: kernel: %s: %s\n", real,
			 kernels[i].what);
		place(kernels[i].name, text, want);
		free(real);
	}
	write_kernel("other", 0x80000, 0, 0x4000);
	place("a kernel from before the header had a size", text, "");
	write_kernel("other", 0x200000, 0x1000000, 0x4000);
	path = write_file("vm.json", "", 0);
	real = realpath(test_dir, NULL);
	snprintf(want, sizeof(want),
		 ":1: kernel: %s/other: an arm64 kernel Image with a damaged header\n",
		 real);
	place("a kernel with a wrong offset", text, want);
	free(real);
	free(text);
}

static void test_places(void)
{
	char *text;
	size_t i;

	write_kernel("Image", 0, 0x1000000, 0x4000);
	for (i = 0; i < sizeof(place_cases) / sizeof(place_cases[0]); i++) {
		text = replace(short_form, place_cases[i].from, place_cases[i].to);
		place(place_cases[i].name, text, place_cases[i].want);
		free(text);
	}
	test_kernels();
}

/* What was added with one initrd cannot be booted again with another. */
static void test_changed_initrd(void)
{
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;

	prepare();
	create(short_form, true, &diag);
	write_file("initrd", "short", 5);
	config = shyper_state_load(run_dir(), "g1", &diag);
	ok(!config && diag.errors == 1 &&
	   strstr(diag.text, "5 bytes, but it had 8192 when the VM was added"),
	   "an initrd of another size is not loaded after a reset");
	shyper_diag_reset(&diag);
	shyper_state_forget(run_dir(), "g1");
	config = shyper_state_load(run_dir(), "g1", &diag);
	same_text(diag.text, "g1: nothing is known of its configuration; it was not added by shyper-cli\n",
		  "a VM that is not remembered");
	shyper_config_free(config);
	shyper_diag_reset(&diag);
}

static void test_lock(void)
{
	int lock = shyper_state_lock(run_dir(), "g1", true), second;

	second = shyper_state_lock(run_dir(), "g1", false);
	ok(lock >= 0 && second == -EWOULDBLOCK, "a VM's lock is taken once");
	shyper_state_unlock(lock);
	second = shyper_state_lock(run_dir(), "g1", false);
	ok(second >= 0, "and again when it is free");
	shyper_state_forget(run_dir(), "g1");
	lock = shyper_state_lock(run_dir(), "g1", false);
	ok(lock >= 0, "a VM that is added anew has a lock of its own");
	shyper_state_unlock(lock);
	shyper_state_unlock(second);
	ok(shyper_state_lock(run_dir(), "../x", false) == -EINVAL,
	   "a name that is a path has no lock");
}

void test_add(void)
{
	char data[0x2000];

	write_kernel("Image", 0, 0x1100000, 0x500000);
	memset(data, 'i', sizeof(data));
	write_file("initrd", data, sizeof(data));
	memset(data, 'd', sizeof(data));
	write_file("dtb", data, 0x1000);
	test_calls();
	write_kernel("Image", 0, 0x1100000, 0x500000);
	test_paths();
	test_failures();
	test_choices();
	test_name_taken();
	test_places();
	test_changed_initrd();
	test_lock();
}
