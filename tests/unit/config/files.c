// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration files with one fault each, and the exact words on it; files that
 * are right; the round trip through what is remembered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "test.h"

/* Right as it stands; each case below changes one thing. */
static const char short_base[] =
"{\n"							/* line 1 */
"\t\"name\": \"g1\",\n"
"\t\"cpus\": 2,\n"
"\t\"memory\": \"256M\",\n"
"\t\"kernel\": \"Image\",\n"				/* 5 */
"\t\"initrd\": \"initrd\",\n"
"\t\"cmdline\": \"quiet\",\n"
"\t\"disks\": [ \"d1\", { \"disk\": \"d2\", \"sectors\": 8 } ],\n"
"\t\"nets\": [ { \"mac\": \"52:54:00:00:00:01\" } ],\n"
"\t\"console\": true,\n"				/* 10 */
"\t\"devices\": [ { \"type\": \"shyper\", \"base\": \"0xc000000\",\n"
"\t\t\"length\": 4096, \"irq\": 64 } ],\n"
"\t\"passthrough\": [ { \"name\": \"uart\", \"pa\": \"0x9040000\",\n"
"\t\t\"length\": \"0x1000\", \"irqs\": [ 40 ] } ],\n"
"\t\"restart\": \"on-crash\"\n"				/* 15 */
"}\n";

struct file_case {
	const char *name;
	const char *from;
	const char *to;
	const char *want;	/* the messages, with FILE for the file's name */
};

static const struct file_case short_cases[] = {
	{ "it is right", "quiet", "quiet", "" },
	{ "a comma is missing", "\"g1\",", "\"g1\"",
	  "FILE:3:2: not JSON: object value separator ',' expected\n" },
	{ "a comment", "\"cpus\"", "/* */ \"cpus\"",
	  "FILE:3:2: not JSON: quoted object property name expected\n" },
	{ "single quotes", "\"g1\"", "'g1'",
	  "FILE:2:10: not JSON: unexpected character\n" },
	{ "something after the end", "on-crash\"\n}", "on-crash\"\n} x",
	  "FILE:16:3: not JSON: unexpected character\n" },
	{ "the end comes too early", "on-crash\"\n}", "on-crash\"\n",
	  "FILE:17:1: not JSON: the end comes too early\n" },
	{ "too deep", "\"g1\"",
	  "[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]",
	  "FILE:2:25: not JSON: nesting too deep\n" },
	{ "a key is there twice", "\"cpus\": 2", "\"cpus\": 2, \"name\": \"g2\"",
	  "FILE:3: \"name\" is there twice, first in line 2\n" },
	{ "a key of an inner object is there twice", "\"disk\": \"d2\"",
	  "\"disk\": \"d2\", \"disk\": \"d3\"",
	  "FILE:8: \"disk\" is there twice, first in line 8\n" },
	{ "an unknown key", "\"kernel\"", "\"kernal\"",
	  "FILE:5: kernal: \"Image\": unknown key\n"
	  "FILE:1: kernel: missing\n" },
	{ "an unknown key of a disk", "\"sectors\"", "\"size\"",
	  "FILE:8: disks[1].size: 8: unknown key\n" },
	{ "no name", "\"name\": \"g1\",", "",
	  "FILE:1: name: missing\n" },
	{ "an empty name", "\"g1\"", "\"\"",
	  "FILE:2: name: \"\": expected 1 to 31 printable characters, no blank, no /, no . in front\n" },
	{ "a name that is a path", "\"g1\"", "\"../g1\"",
	  "FILE:2: name: \"../g1\": expected 1 to 31 printable characters, no blank, no /, no . in front\n" },
	{ "a name with an escape", "\"g1\"", "\"g\\u001b\"",
	  "FILE:2: name: \"g\\u001b\": expected 1 to 31 printable characters, no blank, no /, no . in front\n" },
	{ "a name of 32 characters", "\"g1\"",
	  "\"01234567890123456789012345678901\"",
	  "FILE:2: name: \"01234567890123456789012345678901\": expected 1 to 31 printable characters, no blank, no /, no . in front\n" },
	{ "a name with a NUL", "\"g1\"", "\"g\\u0000\"",
	  "FILE:2: name: \"g\\u0000\": a NUL in a string\n" },
	{ "a name that is a number", "\"g1\"", "1",
	  "FILE:2: name: 1: expected a string\n" },
	{ "null", "\"g1\"", "null",
	  "FILE:2: name: expected a string\n" },
	{ "no CPU", "\"cpus\": 2", "\"cpus\": 0",
	  "FILE:3: cpus: 0: expected 1 or more\n" },
	{ "a negative number of CPUs", "\"cpus\": 2", "\"cpus\": -2",
	  "FILE:3: cpus: -2: expected a whole number, \"0x...\" or \"0b...\"\n" },
	{ "half a CPU", "\"cpus\": 2", "\"cpus\": 0.5",
	  "FILE:3: cpus: 0.5: expected how many, or a list of physical CPUs\n" },
	{ "too many CPUs", "\"cpus\": 2", "\"cpus\": 65",
	  "FILE:3: cpus: 65: expected at most 64\n" },
	{ "a list without a CPU", "\"cpus\": 2", "\"cpus\": []",
	  "FILE:3: cpus: expected at least one CPU\n" },
	{ "a CPU twice", "\"cpus\": 2", "\"cpus\": [ 3, 3 ]",
	  "FILE:3: cpus[1]: 3: there twice\n" },
	{ "no memory", "\"256M\"", "0",
	  "FILE:4: memory: the length is 0\n" },
	{ "memory in an unknown unit", "\"256M\"", "\"256 MB\"",
	  "FILE:4: memory: \"256 MB\": expected a size such as \"256M\" or a number of bytes\n" },
	{ "memory that is no multiple of a page", "\"256M\"", "\"1000000\"",
	  "FILE:4: memory: 0x40000000 + 0xf4240: expected multiples of 0x1000\n" },
	{ "too much memory", "\"256M\"", "\"1T\"",
	  "FILE:4: memory: 0x40000000 + 0x10000000000: expected it to end below 0x10000000000\n" },
	{ "memory that overflows", "\"256M\"", "\"2T\"",
	  "FILE:4: memory: \"2T\": expected at most 1T\n" },
	{ "two regions that overlap", "\"256M\"",
	  "[ \"256M\",\n { \"base\": \"0x4ffff000\", \"size\": \"1M\" } ]",
	  "FILE:5: memory[1]: memory 0x4ffff000 + 0x100000 overlaps memory 0x40000000 + 0x10000000 of memory[0] (line 4)\n" },
	{ "memory over a device", "\"256M\"",
	  "[ \"256M\", { \"base\": \"0x0a000000\", \"size\": \"4K\" } ]",
	  "FILE:8: disks[0]: virtio_blk@a000000 0xa000000 + 0x1000 overlaps memory 0xa000000 + 0x1000 of memory[1] (line 4)\n" },
	{ "memory over the interrupt controller", "\"256M\"",
	  "[ \"256M\", { \"base\": \"0x080b0000\", \"size\": \"4K\" } ]",
	  "FILE:3: cpus: gicr 0x80a0000 + 0x40000 overlaps memory 0x80b0000 + 0x1000 of memory[1] (line 4)\n" },
	{ "a device in the redistributors", "\"0xc000000\"", "\"0x80b0000\"",
	  "FILE:11: devices[0]: shyper@80b0000 0x80b0000 + 0x1000 overlaps gicr 0x80a0000 + 0x40000 of cpus (line 3)\n" },
	{ "a device over a passed-through one", "\"0xc000000\"", "\"0x9040000\"",
	  "FILE:13: passthrough[0]: uart 0x9040000 + 0x1000 overlaps shyper@9040000 0x9040000 + 0x1000 of devices[0] (line 11)\n" },
	{ "an interrupt twice", "\"irq\": 64", "\"irq\": 48",
	  "FILE:11: devices[0]: interrupt 48 is also that of disks[0] (line 8)\n" },
	{ "a passed-through interrupt twice", "[ 40 ]", "[ 51 ]",
	  "FILE:14: passthrough[0].irqs[0]: interrupt 51 is also that of console (line 10)\n" },
	{ "an interrupt that is private to CPUs", "\"irq\": 64", "\"irq\": 27",
	  "FILE:11: devices[0]: interrupt 27: expected 32 to 1019\n" },
	{ "a passed-through SGI", "[ 40 ]", "[ 3 ]",
	  "FILE:14: passthrough[0].irqs[0]: interrupt 3: expected 16 to 1019\n" },
	{ "an interrupt beyond the last", "\"irq\": 64", "\"irq\": 1020",
	  "FILE:12: devices[0].irq: 1020: expected at most 1019\n" },
	{ "no kernel", "\"kernel\": \"Image\",", "",
	  "FILE:1: kernel: missing\n" },
	{ "a disk twice", "\"disk\": \"d2\"", "\"disk\": \"d1\"",
	  "FILE:8: disks[1]: disk \"d1\" is also that of disks[0] (line 8)\n" },
	{ "a list that is an object", "\"restart\": \"on-crash\"", "\"restart\": {}",
	  "FILE:15: restart: expected a string\n" },
	{ "a wrong MAC address", "00:01", "00:1",
	  "FILE:9: nets[0].mac: \"52:54:00:00:00:1\": expected a MAC address such as \"52:54:00:12:34:56\"\n" },
	{ "a multicast MAC address", "52:54:00", "53:54:00",
	  "FILE:9: nets[0]: MAC address: expected a unicast address of six bytes\n" },
	{ "a MAC address twice", "\"nets\": [", "\"nets\": [ \"52:54:00:00:00:01\",",
	  "FILE:9: nets[1]: MAC address is also that of nets[0] (line 9)\n" },
	{ "a console of another kind", "\"console\": true", "\"console\": 1",
	  "FILE:10: console: 1: expected true or false\n" },
	{ "an unknown device", "\"shyper\"", "\"tpm\"",
	  "FILE:11: devices[0].type: \"tpm\": expected console, gppt, virtio-blk, shyper or iommu\n" },
	{ "an unknown policy", "\"on-crash\"", "\"always\"",
	  "FILE:15: restart: \"always\": expected on-reset, on-crash or never\n" },
	{ "a path for all", "\"restart\"", "\"path\": \"direct\",\n\"restart\"", "" },
	{ "an unknown path", "\"restart\"", "\"path\": \"fast\", \"restart\"",
	  "FILE:15: path: \"fast\": expected classic, direct or auto\n" },
	{ "a path that is a list", "\"sectors\": 8", "\"path\": []",
	  "FILE:8: disks[1].path: expected a string\n" },
	{ "what a direct disk has", "\"sectors\": 8",
	  "\"path\": \"direct\", \"queues\": 2, \"serial\": \"0123456789abcdefghij\"", "" },
	{ "a serial number of 21 characters", "\"sectors\": 8",
	  "\"serial\": \"0123456789abcdefghijk\"",
	  "FILE:8: disks[1].serial: \"0123456789abcdefghijk\": expected 1 to 20 printable characters, no blank\n" },
	{ "a serial number with a blank", "\"sectors\": 8", "\"serial\": \"a b\"",
	  "FILE:8: disks[1].serial: \"a b\": expected 1 to 20 printable characters, no blank\n" },
	{ "too many queues", "\"sectors\": 8", "\"queues\": 9",
	  "FILE:8: disks[1].queues: 9: expected at most 8\n" },
	{ "a disk with an interface", "\"sectors\": 8", "\"ifname\": \"x\"",
	  "FILE:8: disks[1].ifname: \"x\": unknown key\n" },
	{ "what a direct network device has", "\"52:54:00:00:00:01\" }",
	  "\"52:54:00:00:00:01\", \"path\": \"auto\", \"queues\": 2, \"ifname\": \"g1-eth0\" }", "" },
	{ "a name that no interface has", "\"52:54:00:00:00:01\" }",
	  "\"52:54:00:00:00:01\", \"ifname\": \"a/b\" }",
	  "FILE:9: nets[0].ifname: \"a/b\": expected the name of an interface, 1 to 15 characters\n" },
	{ "an interface twice", "\"nets\": [ { \"mac\": \"52:54:00:00:00:01\" }",
	  "\"nets\": [ { \"mac\": \"52:54:00:00:00:01\", \"ifname\": \"g\" },\n"
	  "{ \"mac\": \"52:54:00:00:00:02\", \"ifname\": \"g\" }",
	  "FILE:10: nets[1]: ifname \"g\" is also that of nets[0] (line 9)\n" },
	{ "a console with ports", "\"console\": true",
	  "\"console\": { \"path\": \"direct\", \"ports\": 2 }", "" },
	{ "too many ports", "\"console\": true", "\"console\": { \"ports\": 8 }",
	  "FILE:10: console.ports: 8: expected at most 7\n" },
	{ "an unknown key of a console", "\"console\": true",
	  "\"console\": { \"queues\": 8 }",
	  "FILE:10: console.queues: 8: unknown key\n" },
	{ "a newline on the command line", "quiet", "quiet\\nrw",
	  "FILE: cmdline: control character 0x0a\n" },
	{ "several faults at once", "\"g1\",\n\t\"cpus\": 2",
	  "\"\",\n\t\"cpus\": \"x\"",
	  "FILE:2: name: \"\": expected 1 to 31 printable characters, no blank, no /, no . in front\n"
	  "FILE:3: cpus: \"x\": expected how many, or a list of physical CPUs\n" },
};

#define EMU	"emulated_device.emulated_device_list"

static const struct file_case long_cases[] = {
	{ "it is right", "audit=0", "audit=0", "" },
	{ "\"num\" beside a list", "\"region\": [", "\"num\": 1, \"region\": [", "" },
	{ "\"num\" that is wrong", "\"region\": [", "\"num\": 2, \"region\": [",
	  "FILE:15: memory.num: 2: warning: region has 1 entries\n" },
	{ "an unknown key", "\"region\": [", "\"colors\": \"0-3\", \"region\": [",
	  "FILE:15: memory.colors: \"0-3\": warning: unknown key, ignored\n" },
	{ "an initrd without an address", "\"ramdisk_filename\": \"-\"",
	  "\"ramdisk_filename\": \"initrd.gz\"",
	  "FILE:11: image.ramdisk_filename: \"initrd.gz\": warning: not loaded, as ramdisk_load_ipa is 0\n" },
	{ "decimal strings and numbers", "\"0x80000000\", \"length\": \"0x40000000\"",
	  "2147483648, \"length\": \"1073741824\"", "" },
	{ "any CPU may be the master", "\"master\": 2", "\"master\": -1", "" },
	{ "the redistributor as a device", "\"EMU_DEVICE_T_GICD\"",
	  "\"EMU_DEVICE_T_GICR\"",
	  "FILE:22: " EMU "[0]: warning: EMU_DEVICE_T_GICR ignored: every vCPU has its redistributor\n" },
	{ "a serial line by its other name", "\"DTB_DEVICE_T_GICC\"",
	  "\"DTB_DEVICE_T_SERIAL\"", "" },
	{ "an entry point elsewhere", "\"kernel_entry_point\": \"0x80080000\"",
	  "\"kernel_entry_point\": \"0x80081000\"",
	  "FILE:8: image.kernel_entry_point: \"0x80081000\": expected kernel_load_ipa, 0x80080000: a VM starts there\n" },
	{ "no kernel", "\"kernel_filename\": \"Image\"", "\"kernel_filename\": \"-\"",
	  "FILE:6: image.kernel_filename: \"-\": expected the name of a file\n" },
	{ "an unknown type of VM", "\"VM_T_LINUX\"", "\"VM_T_FREERTOS\"",
	  "FILE:3: type: \"VM_T_FREERTOS\": expected VM_T_LINUX, VM_T_BARE_MATEL_APP, VM_T_BARE_METAL_APP or VM_T_BARE_METAL\n" },
	{ "fewer CPUs than bits", "\"num\": 1, \"allocate_bitmap\": \"0b0100\"",
	  "\"num\": 1, \"allocate_bitmap\": \"0b0110\"",
	  "FILE:19: cpu.num: 1: expected 2, the number of bits in cpu.allocate_bitmap\n" },
	{ "a master that is another's CPU", "\"master\": 2", "\"master\": 1",
	  "FILE:19: cpu.master: 1: expected a CPU that cpu.allocate_bitmap has, or -1\n" },
	{ "a number that is none", "\"ipa_start\": \"0x80000000\"",
	  "\"ipa_start\": \"0x8000000g\"",
	  "FILE:16: memory.region[0].ipa_start: \"0x8000000g\": expected a whole number, \"0x...\" or \"0b...\"\n" },
	{ "cfg_num that is wrong", "\"cfg_num\": 6", "\"cfg_num\": 5",
	  "FILE:43: " EMU "[2].cfg_num: 5: expected 6, the number of entries in cfg_list\n" },
	{ "a wrong type of device", "\"EMU_DEVICE_T_VIRTIO_NET\"",
	  "\"EMU_DEVICE_T_NET\"",
	  "FILE:45: " EMU "[2].type: \"EMU_DEVICE_T_NET\": expected EMU_DEVICE_T_CONSOLE, EMU_DEVICE_T_GICD, EMU_DEVICE_T_GPPT, EMU_DEVICE_T_VIRTIO_BLK, EMU_DEVICE_T_VIRTIO_NET, EMU_DEVICE_T_VIRTIO_CONSOLE, EMU_DEVICE_T_SHYPER, EMU_DEVICE_T_VIRTIO_BLK_MEDIATED, EMU_DEVICE_T_IOMMU or EMU_DEVICE_T_GICR\n" },
	{ "a MAC byte too large", "\"0x74\"", "\"0x174\"",
	  "FILE:38: " EMU "[2]: MAC address: expected a unicast address of six bytes\n" },
	{ "a device over memory", "\"base_ipa\": \"0xa001000\"",
	  "\"base_ipa\": \"0x80001000\"",
	  "FILE:38: " EMU "[2]: virtio_net@a001000 0x80001000 + 0x1000 overlaps memory 0x80000000 + 0x40000000 of memory.region[0] (line 16)\n" },
	{ "two devices at one address", "\"base_ipa\": \"0xa001000\"",
	  "\"base_ipa\": \"0xa000800\"",
	  "FILE:38: " EMU "[2]: virtio_net@a001000 0xa000800 + 0x1000 overlaps virtio_blk@a000000 0xa000000 + 0x1000 of " EMU "[1] (line 29)\n" },
	{ "an interrupt twice", "\"irq_id\": 49", "\"irq_id\": 48",
	  "FILE:38: " EMU "[2]: interrupt 48 is also that of " EMU "[1] (line 29)\n" },
	{ "an interrupt that is missing", "\"irq_id\": 49", "\"irq_id\": 0",
	  "FILE:38: " EMU "[2]: interrupt 0: expected 32 to 1019\n" },
	{ "irq_num that is wrong", "\"irq_num\": 1", "\"irq_num\": 2",
	  "FILE:65: passthrough_device.passthrough_device_list[0].irq_num: 2: expected 1, the number of entries in irq_list\n" },
	{ "a list that is an object", "\"region\": [\n\t\t\t{ \"ipa_start\": \"0x80000000\", \"length\": \"0x40000000\" }\n\t\t]",
	  "\"region\": {}",
	  "FILE:15: memory.region: expected a list, [...]\n" },
	{ "a path for all", "\"VM_T_LINUX\"", "\"VM_T_LINUX\", \"path\": \"auto\"", "" },
	{ "a path of one device", "\"irq_id\": 49", "\"irq_id\": 49, \"path\": \"direct\", \"queues\": \"0x2\"", "" },
	{ "a path of a device that has none", "\"irq_id\": 0",
	  "\"irq_id\": 0, \"path\": \"direct\"",
	  "FILE:26: " EMU "[0].path: \"direct\": only a mediated disk, a network device and a console have it\n" },
	{ "a serial number of a network device", "\"irq_id\": 49",
	  "\"irq_id\": 49, \"serial\": \"1\"",
	  "FILE:42: " EMU "[2].serial: \"1\": only a mediated disk has it\n" },
	{ "a direct console between guests", "\"cfg_list\": [ \"0\"",
	  "\"path\": \"direct\", \"cfg_list\": [ \"3\"",
	  "FILE:53: " EMU "[3].path: \"direct\": expected \"classic\", as its peer is VM 3\n" },
	{ "a direct device of half a page", "\"base_ipa\": \"0xa001000\",\n\t\t\t\t\"length\": \"0x1000\"",
	  "\"base_ipa\": \"0xa001000\",\n\t\t\t\t\"path\": \"direct\", \"length\": \"0x800\"",
	  "FILE:41: " EMU "[2].path: \"direct\": expected \"classic\", as its registers are not one page of 0x1000\n" },
	{ "a console between guests of a direct VM", "\"VM_T_LINUX\"",
	  "\"VM_T_LINUX\", \"path\": \"direct\"", "" },
	{ "a disk without its sectors", "\"cfg_num\": 2,\n\t\t\t\t\"cfg_list\": [ 0, 209715200 ]",
	  "\"cfg_num\": 1,\n\t\t\t\t\"cfg_list\": [ 0 ]",
	  "FILE:29: " EMU "[1]: cfg_list: expected first sector and number of sectors\n" },
};

/* @text with FILE replaced by @path wherever it stands. */
static char *with_path(const char *text, const char *path)
{
	char *out = NULL;
	size_t len;
	FILE *file = open_memstream(&out, &len);

	while (*text) {
		if (!strncmp(text, "FILE", 4)) {
			fputs(path, file);
			text += 4;
		} else {
			fputc(*text++, file);
		}
	}
	fclose(file);
	return out;
}

static void test_cases(const char *form, const char *base,
		       const struct file_case *cases, size_t num)
{
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;
	const char *path;
	char *text, *want;
	size_t i;

	for (i = 0; i < num; i++) {
		text = replace(base, cases[i].from, cases[i].to);
		path = write_file("case.json", text, strlen(text));
		want = with_path(cases[i].want, path);
		config = shyper_config_load(path, &diag);
		same_text(diag.text, want, "%s form: %s", form, cases[i].name);
		if (!config != !!diag.errors)
			ok(false, "%s form: %s: refused if and only if there is an error",
			   form, cases[i].name);
		shyper_config_free(config);
		shyper_diag_reset(&diag);
		free(want);
		free(text);
	}
}

static void test_limits(void)
{
	struct shyper_diag diag = { 0 };
	char *text = malloc(SHYPER_JSON_MAX_SIZE + 2), want[512];
	const char *path;
	size_t len = 0, i;

	memset(text, ' ', SHYPER_JSON_MAX_SIZE + 2);
	path = write_file("large.json", text, SHYPER_JSON_MAX_SIZE + 1);
	snprintf(want, sizeof(want), "%s: larger than 1048576 bytes\n", path);
	ok(!shyper_config_load(path, &diag), "a file of more than a MiB is refused");
	same_text(diag.text, want, "a file of more than a MiB: what is said");
	shyper_diag_reset(&diag);

	for (i = 0; i < 65; i++)
		len += (size_t)sprintf(text + len, "%c\"k%zu\": 0", i ? ',' : '{', i);
	len += (size_t)sprintf(text + len, "}");
	path = write_file("keys.json", text, len);
	snprintf(want, sizeof(want), "%s:1: an object has more than 64 keys\n", path);
	shyper_config_load(path, &diag);
	same_text(diag.text, want, "too many keys");
	shyper_diag_reset(&diag);

	path = write_file("nul.json", "{\n\0}", 4);
	snprintf(want, sizeof(want), "%s:2:1: not JSON: a NUL byte\n", path);
	shyper_config_load(path, &diag);
	same_text(diag.text, want, "a NUL byte in the file");
	shyper_diag_reset(&diag);

	path = write_file("list.json", "[]", 2);
	snprintf(want, sizeof(want), "%s: expected a JSON object, {...}\n", path);
	shyper_config_load(path, &diag);
	same_text(diag.text, want, "a list instead of an object");
	shyper_diag_reset(&diag);

	path = write_file("empty.json", "", 0);
	snprintf(want, sizeof(want), "%s:1:1: not JSON: the end comes too early\n", path);
	shyper_config_load(path, &diag);
	same_text(diag.text, want, "an empty file");
	shyper_diag_reset(&diag);

	shyper_config_load("/nowhere/x.json", &diag);
	same_text(diag.text, "/nowhere/x.json: No such file or directory\n",
		  "no file");
	shyper_diag_reset(&diag);
	free(text);
}

/* Every prefix of a right file is read without a memory error, and refused. */
static void test_prefixes(const char *base)
{
	struct shyper_diag diag = { 0 };
	struct shyper_config *config;
	size_t len, refused = 0, all = strlen(base) - 2;

	for (len = 0; len < all; len++) {
		config = shyper_config_load(write_file("cut.json", base, len),
					    &diag);
		refused += !config && diag.errors == 1;
		shyper_config_free(config);
		shyper_diag_reset(&diag);
	}
	ok(refused == all, "a file that was cut off is refused, wherever");
}

static void write_images(void)
{
	char data[8192];

	write_kernel("Image", 0, 0x1000000, 0x4000);
	memset(data, 'i', sizeof(data));
	write_file("initrd", data, sizeof(data));
	write_file("initrd.img", data, sizeof(data));
	write_file("guest2.dtb", data, 4096);
}

/* Reads @path, writes it down, reads that, writes it down: both are equal. */
static void test_round_trip(const char *name, const char *path)
{
	struct shyper_diag diag = { 0 };
	struct shyper_config *config[2] = { NULL, NULL };
	char *text[2] = { NULL, NULL };
	int i;

	for (i = 0; i < 2; i++) {
		config[i] = shyper_config_load(path, &diag);
		if (config[i] && !shyper_config_place(config[i], &diag))
			text[i] = shyper_config_text(config[i]);
		if (!text[i])
			break;
		path = write_file("again.json", text[i], strlen(text[i]));
	}
	ok(text[1] && !strcmp(text[0], text[1]) && !diag.errors,
	   "%s: written down and read, it is the same", name);
	same_text(diag.text, "", "%s: nothing is said about it", name);
	ok(config[1] && config[0]->devices == config[1]->devices &&
	   !memcmp(&config[0]->device[0].dev, &config[1]->device[0].dev,
		   sizeof(config[0]->device[0].dev)) &&
	   config[0]->restart == config[1]->restart &&
	   config[0]->irqs == config[1]->irqs &&
	   config[0]->stream_ids == config[1]->stream_ids &&
	   config[0]->memories == config[1]->memories,
	   "%s: devices, interrupts, memory and policy are the same", name);
	for (i = 0; i < 2; i++) {
		free(text[i]);
		shyper_config_free(config[i]);
	}
	shyper_diag_reset(&diag);
}

static char *example(const char *name)
{
	char path[512], *text;

	snprintf(path, sizeof(path), "%s/%s", EXAMPLES, name);
	text = read_file(path);
	if (!text) {
		printf("Bail out! no %s\n", path);
		exit(1);
	}
	return text;
}

void test_files(void)
{
	char *rust_shyper = example("rust-shyper.json"), *text;

	test_cases("short", short_base, short_cases,
		   sizeof(short_cases) / sizeof(short_cases[0]));
	test_cases("Rust-Shyper's", rust_shyper, long_cases,
		   sizeof(long_cases) / sizeof(long_cases[0]));
	test_limits();
	test_prefixes(short_base);

	write_images();
	test_round_trip("short form", write_file("short.json", short_base,
						 strlen(short_base)));
	write_kernel("Image", 0x80000, 0x1000000, 0x4000);
	test_round_trip("Rust-Shyper's example",
			write_file("rs.json", rust_shyper, strlen(rust_shyper)));
	free(rust_shyper);
	write_images();
	text = example("everything.json");
	test_round_trip("everything.json",
			write_file("all.json", text, strlen(text)));
	free(text);
}
