// SPDX-License-Identifier: GPL-2.0-only
/* shyper-cli blk: attached disks and their counters. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <json-c/json.h>

#include "cli.h"
#include "names.h"

static struct json_object *disk_object(const struct shyper_disk_info *info)
{
	const char *cache = info->flags & SHYPER_DISK_UNSAFE ? "unsafe" :
			    "writethrough";
	bool read_only = info->flags & SHYPER_DISK_READ_ONLY;
	struct json_object *object = json_object_new_object();

	cli_put_number(object, "index", info->index);
	cli_put_text(object, "name", info->name, sizeof(info->name));
	cli_put_text(object, "path", info->path, sizeof(info->path));
	json_object_object_add(object, "read_only",
			       json_object_new_boolean(read_only));
	cli_put_text(object, "cache", cache, strlen(cache));
	cli_put_number(object, "first_sector", info->first_sector);
	cli_put_number(object, "sectors", info->sectors);
	cli_put_number(object, "cache_size", info->cache_size);
	json_object_object_add(object, "vmid",
			       info->vmid == SHYPER_DISK_NO_VM ? NULL :
			       json_object_new_uint64(info->vmid));
	return object;
}

static void put_counters(struct json_object *object,
			 const struct shyper_disk_info *info)
{
	struct json_object *latency = json_object_new_array();
	unsigned int i;

	cli_put_number(object, "reads", info->reads);
	cli_put_number(object, "read_bytes", info->read_bytes);
	cli_put_number(object, "read_errors", info->read_errors);
	cli_put_number(object, "writes", info->writes);
	cli_put_number(object, "write_bytes", info->write_bytes);
	cli_put_number(object, "write_errors", info->write_errors);
	cli_put_number(object, "refused", info->refused);
	if (info->last_error) {
		const char *text = strerror((int)info->last_error);

		cli_put_text(object, "last_error", text, strlen(text));
		cli_put_number(object, "last_error_sector",
			       info->last_error_sector);
	}
	for (i = 0; i < SHYPER_API_LATENCY_BUCKETS; i++)
		json_object_array_add(latency,
				      json_object_new_uint64(info->latency[i]));
	json_object_object_add(object, "latency", latency);
}

/* All attached disks as rows; NULL after an error. */
static struct json_object *all_disks(bool counters, int *status)
{
	struct json_object *rows, *row;
	struct shyper_disk_info info;
	uint32_t index = 0;
	int dev, err;

	dev = cli_open(status);
	if (dev < 0)
		return NULL;
	rows = json_object_new_array();
	while (!(err = shyper_disk_next(dev, &info, &index))) {
		row = disk_object(&info);
		if (counters)
			put_counters(row, &info);
		json_object_array_add(rows, row);
	}
	close(dev);
	if (err == -ENOENT)
		return rows;
	cli_error("SHYPER_DISK_GET_INFO: %s",
		  shyper_strerror(SHYPER_DISK_GET_INFO, err));
	json_object_put(rows);
	*status = CLI_FAILURE;
	return NULL;
}

static const struct cli_column list_columns[] = {
	{ "DISK", "index", CLI_NUMBER },
	{ "NAME", "name", CLI_TEXT },
	{ "SIZE", "sectors", CLI_SECTORS },
	{ "CACHE", "cache", CLI_TEXT },
	{ "READ-ONLY", "read_only", CLI_TEXT },
	{ "VM", "vmid", CLI_NUMBER },
	{ "PATH", "path", CLI_TEXT },
	{ }
};

static int blk_list(const struct cli_args *args)
{
	struct json_object *rows;
	int status;

	(void)args;
	rows = all_disks(false, &status);
	if (!rows)
		return status;
	cli_print_table(rows, list_columns);
	return CLI_OK;
}

static const struct cli_column stat_columns[] = {
	{ "NAME", "name", CLI_TEXT },
	{ "READS", "reads", CLI_NUMBER },
	{ "READ", "read_bytes", CLI_SIZE },
	{ "ERRORS", "read_errors", CLI_NUMBER },
	{ "WRITES", "writes", CLI_NUMBER },
	{ "WRITTEN", "write_bytes", CLI_SIZE },
	{ "ERRORS", "write_errors", CLI_NUMBER },
	{ "REFUSED", "refused", CLI_NUMBER },
	{ }
};

static const struct cli_column stat_lines[] = {
	{ "Name", "name", CLI_TEXT },
	{ "Path", "path", CLI_TEXT },
	{ "Size", "sectors", CLI_SECTORS },
	{ "First sector", "first_sector", CLI_NUMBER },
	{ "Cache", "cache", CLI_TEXT },
	{ "Cache size", "cache_size", CLI_SIZE },
	{ "Read-only", "read_only", CLI_TEXT },
	{ "VM", "vmid", CLI_NUMBER },
	{ "Reads", "reads", CLI_NUMBER },
	{ "Bytes read", "read_bytes", CLI_SIZE },
	{ "Read errors", "read_errors", CLI_NUMBER },
	{ "Writes", "writes", CLI_NUMBER },
	{ "Bytes written", "write_bytes", CLI_SIZE },
	{ "Write errors", "write_errors", CLI_NUMBER },
	{ "Refused", "refused", CLI_NUMBER },
	{ "Last error", "last_error", CLI_TEXT },
	{ "At sector", "last_error_sector", CLI_NUMBER },
	{ }
};

/* The histogram, without the empty buckets at its ends. */
static void print_latency(const struct shyper_disk_info *info)
{
	unsigned int first = 0, last = SHYPER_API_LATENCY_BUCKETS, i;

	while (first < last && !info->latency[first])
		first++;
	while (last > first && !info->latency[last - 1])
		last--;
	if (first < last)
		puts("\nRequests by time, from HVC_IRQ to the answer:");
	for (i = first; i < last; i++) {
		bool rest = i == SHYPER_API_LATENCY_BUCKETS - 1;

		printf("  %s %8llu us  %10llu\n", rest ? ">=" : " <",
		       1ULL << (rest ? i - 1 : i),
		       (unsigned long long)info->latency[i]);
	}
}

/* An attached disk by its name; CLI_OK, or an exit status after an error. */
static int find(int dev, const char *name, struct shyper_disk_info *info)
{
	int err = shyper_disk_find(dev, name, info);
	char shown[SHYPER_API_NAME_LEN];

	if (!err)
		return CLI_OK;
	cli_error("%s: %s", shyper_printable(shown, sizeof(shown), name,
					     strlen(name)),
		  err == -ENOENT ? "no such disk" :
		  shyper_strerror(SHYPER_DISK_GET_INFO, err));
	return cli_status_of(err);
}

static int stat_one(const char *name)
{
	struct shyper_disk_info info;
	struct json_object *object;
	int status, dev;

	dev = cli_open(&status);
	if (dev < 0)
		return status;
	status = find(dev, name, &info);
	close(dev);
	if (status != CLI_OK)
		return status;
	object = disk_object(&info);
	put_counters(object, &info);
	cli_print_list(object, stat_lines);
	if (!cli.json)
		print_latency(&info);
	return CLI_OK;
}

static int blk_stat(const struct cli_args *args)
{
	struct json_object *rows;
	int status;

	if (args->name)
		return stat_one(args->name);
	rows = all_disks(true, &status);
	if (!rows)
		return status;
	cli_print_table(rows, stat_columns);
	return CLI_OK;
}

static const struct cli_option detach_options[] = {
	{ "force", NULL, "even from a VM, whose requests then fail" },
	{ }
};

static int blk_detach(const struct cli_args *args)
{
	struct shyper_disk_detach detach = { 0 };
	struct shyper_disk_info info;
	int status, dev, err;

	dev = cli_open(&status);
	if (dev < 0)
		return status;
	status = find(dev, args->name, &info);
	if (status == CLI_OK) {
		detach.index = info.index;
		if (args->option[0])
			detach.flags = SHYPER_DISK_DETACH_FORCE;
		err = ioctl(dev, SHYPER_DISK_DETACH, &detach) ? -errno : 0;
		if (err) {
			cli_error("%s: %s", args->name, err == -EBUSY ?
				  "a VM has it; use --force" :
				  shyper_strerror(SHYPER_DISK_DETACH, err));
			status = CLI_FAILURE;
		}
	}
	close(dev);
	return status;
}

const struct cli_command cli_blk_commands[] = {
	{ "blk", "list", NULL, CLI_NO_OPERAND,
	  "List the attached disks", NULL, blk_list },
	{ "blk", "stat", "DISK", CLI_MAY_OPERAND,
	  "Show counters of all disks, or all of one disk's", NULL, blk_stat },
	{ "blk", "detach", "DISK", CLI_MUST_OPERAND,
	  "Take a disk away", detach_options, blk_detach },
	{ }
};
