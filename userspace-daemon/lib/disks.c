// SPDX-License-Identifier: GPL-2.0-only
/* shyperd's list of disks: reading it, and attaching what it says. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/fs.h>

#include "disks.h"
#include "ioctl.h"
#include "names.h"

static const char *const root_keys[] = { "disks", "mediated", "network", NULL };
static const char *const disk_keys[] = {
	"name", "path", "read_only", "cache", "cache_size", "first_sector",
	"sectors", NULL
};

static const struct shyper_name caches[] = {
	{ "writethrough", 0 },
	{ "unsafe", SHYPER_DISK_UNSAFE },
	{ }
};

#define MAX_SECTOR	(1ULL << 54)
#define MAX_CACHE	(64ULL << 20)
#define DISK_FLAGS	(SHYPER_DISK_READ_ONLY | SHYPER_DISK_UNSAFE)

static bool take_path(struct shyper_disk *disk, const struct shyper_node *node)
{
	const char *text;

	if (!shyper_node_string(node, &text))
		return false;
	if (text[0] != '/' || strlen(text) >= sizeof(disk->path)) {
		shyper_node_error(node, "expected an absolute path of at most %zu characters",
				  sizeof(disk->path) - 1);
		return false;
	}
	strcpy(disk->path, text);
	return true;
}

static void take_cache(struct shyper_disk *disk, const struct shyper_node *up)
{
	const struct shyper_name *entry;
	struct shyper_node node;
	const char *text;
	char list[64];

	if (shyper_node_get(up, "cache", &node) &&
	    shyper_node_string(&node, &text)) {
		entry = shyper_name_find(caches, text);
		if (entry) {
			disk->flags |= entry->value;
		} else {
			shyper_name_list(caches, list, sizeof(list));
			shyper_node_error(&node, "expected %s", list);
		}
	}
	if (shyper_node_get(up, "cache_size", &node) &&
	    shyper_node_size(&node, &disk->cache_size) &&
	    (disk->cache_size > MAX_CACHE || disk->cache_size % 4096))
		shyper_node_error(&node, "expected a multiple of 4K up to 64M");
}

static void take_disk(struct shyper_disks *disks, const struct shyper_node *node)
{
	struct shyper_disk *disk = &disks->disk[disks->num];
	bool read_only = false;
	struct shyper_node path;

	if (!shyper_node_is_object(node)) {
		shyper_node_error(node, "expected an object, {...}");
		return;
	}
	shyper_node_keys(node, disk_keys, true);
	shyper_node_where(node, &disk->where);
	shyper_get_name(node, "name", true, disk->name);
	if (shyper_node_get(node, "path", &path))
		take_path(disk, &path);
	else
		shyper_node_error(&path, "missing");
	shyper_get_bool(node, "read_only", false, &read_only);
	if (read_only)
		disk->flags |= SHYPER_DISK_READ_ONLY;
	take_cache(disk, node);
	shyper_get_number(node, "first_sector", false, MAX_SECTOR,
			  &disk->first_sector);
	shyper_get_number(node, "sectors", false, MAX_SECTOR, &disk->sectors);
	disks->num++;
}

/* Rust-Shyper's list has paths only: the disks are called after their files. */
static void take_mediated(struct shyper_disks *disks,
			  const struct shyper_node *node)
{
	struct shyper_disk *disk = &disks->disk[disks->num];
	const char *base;

	shyper_node_where(node, &disk->where);
	if (!take_path(disk, node))
		return;
	base = strrchr(disk->path, '/') + 1;
	shyper_printable(disk->name, sizeof(disk->name), base, strlen(base));
	if (!disk->name[0]) {
		shyper_node_error(node, "expected the path of a file");
		return;
	}
	disks->num++;
}

static bool overlap(const struct shyper_disk *a, const struct shyper_disk *b)
{
	uint64_t a_end = a->sectors ? a->first_sector + a->sectors : UINT64_MAX;
	uint64_t b_end = b->sectors ? b->first_sector + b->sectors : UINT64_MAX;

	return a->first_sector < b_end && b->first_sector < a_end;
}

static void check(const struct shyper_disks *disks, struct shyper_diag *diag)
{
	const struct shyper_disk *a, *b;
	size_t i, j;

	for (i = 0; i < disks->num; i++) {
		b = &disks->disk[i];
		for (j = 0; j < i; j++) {
			a = &disks->disk[j];
			if (!strcmp(a->name, b->name))
				shyper_diag_error(diag, "%s:%u: %s: the name \"%s\" is also that of %s (line %u)",
						  disks->file, b->where.line,
						  b->where.path, b->name,
						  a->where.path, a->where.line);
			else if (!strcmp(a->path, b->path) && overlap(a, b) &&
				 !(a->flags & b->flags & SHYPER_DISK_READ_ONLY))
				shyper_diag_error(diag, "%s:%u: %s: overlaps %s (line %u) in %s",
						  disks->file, b->where.line,
						  b->where.path, a->where.path,
						  a->where.line, b->path);
		}
	}
}

static void take_list(struct shyper_disks *disks, const struct shyper_node *root,
		      const char *key,
		      void (*take)(struct shyper_disks *disks,
				   const struct shyper_node *node))
{
	struct shyper_node list, node;
	size_t i;

	if (!shyper_node_get(root, key, &list))
		return;
	if (!shyper_node_is_array(&list)) {
		shyper_node_error(&list, "expected a list, [...]");
		return;
	}
	for (i = 0; i < shyper_node_len(&list); i++) {
		shyper_node_at(&list, i, &node);
		if (disks->num == SHYPER_API_MAX_DISKS) {
			shyper_node_error(&node, "too many, at most %d",
					  SHYPER_API_MAX_DISKS);
			return;
		}
		take(disks, &node);
	}
}

struct shyper_disks *shyper_disks_load(const char *path, struct shyper_diag *diag)
{
	struct shyper_disks *disks = calloc(1, sizeof(*disks));
	unsigned int errors = diag->errors;
	struct shyper_node root;
	struct shyper_doc doc;

	if (disks)
		disks->file = strdup(path);
	if (!disks || !disks->file) {
		shyper_diag_error(diag, "%s: out of memory", path);
		free(disks);
		return NULL;
	}
	if (!shyper_doc_load(&doc, path, diag)) {
		shyper_node_root(&doc, &root);
		shyper_node_keys(&root, root_keys, true);
		take_list(disks, &root, "disks", take_disk);
		take_list(disks, &root, "mediated", take_mediated);
		check(disks, diag);
	} else if (diag->errors == errors) {
		shyper_diag_error(diag, "%s: out of memory", path);
	}
	shyper_doc_free(&doc);
	if (diag->errors == errors)
		return disks;
	shyper_disks_free(disks);
	return NULL;
}

void shyper_disks_free(struct shyper_disks *disks)
{
	if (!disks)
		return;
	free(disks->file);
	free(disks);
}

const struct shyper_disk *shyper_disks_find(const struct shyper_disks *disks,
					    const char *name)
{
	size_t i;

	for (i = 0; i < disks->num; i++) {
		if (!strncmp(disks->disk[i].name, name, SHYPER_API_NAME_LEN))
			return &disks->disk[i];
	}
	return NULL;
}

bool shyper_disk_same(const struct shyper_disk *disk,
		      const struct shyper_disk_info *info)
{
	return !strncmp(disk->name, info->name, sizeof(info->name)) &&
	       !strncmp(disk->path, info->path, sizeof(info->path)) &&
	       disk->first_sector == info->first_sector &&
	       (!disk->sectors || disk->sectors == info->sectors) &&
	       /* A hypervisor may have needed a larger one. */
	       info->cache_size >= disk->cache_size &&
	       disk->flags == (info->flags & DISK_FLAGS);
}

int shyper_disk_open(const struct shyper_disk *disk)
{
	int flags = disk->flags & SHYPER_DISK_READ_ONLY ? O_RDONLY : O_RDWR;
	int fd, read_only = 0;
	struct stat st;

	if (stat(disk->path, &st))
		return -errno;
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode))
		return -ENOTBLK;
	flags |= O_CLOEXEC | O_NONBLOCK;
	fd = open(disk->path, flags | O_DIRECT);
	if (fd < 0 && errno == EINVAL)
		fd = open(disk->path, flags);
	if (fd < 0)
		return -errno;
	/* A block device that cannot be written can be opened for writing. */
	if (S_ISBLK(st.st_mode) && !(disk->flags & SHYPER_DISK_READ_ONLY) &&
	    !ioctl(fd, BLKROGET, &read_only) && read_only) {
		close(fd);
		return -EROFS;
	}
	return fd;
}

int shyper_disk_attach(int dev, const struct shyper_disk *disk, int fd,
		       uint32_t *index)
{
	struct shyper_disk_attach arg = {
		.fd = fd,
		.flags = disk->flags,
		.first_sector = disk->first_sector,
		.sectors = disk->sectors,
		.cache_size = disk->cache_size,
	};
	int ret;

	memcpy(arg.name, disk->name, sizeof(arg.name));
	memcpy(arg.path, disk->path, sizeof(arg.path));
	ret = shyper_ioctl(dev, SHYPER_DISK_ATTACH, &arg);
	if (ret < 0)
		return ret;
	*index = arg.index;
	return 0;
}
