/* SPDX-License-Identifier: GPL-2.0-only */
/* shyperd's list of disks: reading it, and attaching what it says. */
#ifndef SHYPER_LIB_DISKS_H
#define SHYPER_LIB_DISKS_H

#include "json.h"

#include <linux/shyper.h>

/**
 * struct shyper_disk - one disk that is to be attached
 * @name:	1 to 31 characters
 * @path:	absolute
 * @flags:	SHYPER_DISK_*
 * @first_sector: where it begins in the file, 512 bytes
 * @sectors:	how many; 0: all
 * @cache_size:	bytes; 0: the module's default
 * @where:	in the list
 */
struct shyper_disk {
	char name[SHYPER_API_NAME_LEN];
	char path[SHYPER_API_PATH_LEN];
	uint32_t flags;
	uint64_t first_sector;
	uint64_t sectors;
	uint64_t cache_size;
	struct shyper_where where;
};

struct shyper_disks {
	char *file;
	struct shyper_disk disk[SHYPER_API_MAX_DISKS];
	size_t num;
};

/**
 * shyper_disks_load() - read a list of disks
 * @path:	the file: {"disks": [...]}, or Rust-Shyper's {"mediated": [...]}
 * @diag:	gets all that is wrong with it
 *
 * Return: for shyper_disks_free(), or NULL.
 */
struct shyper_disks *shyper_disks_load(const char *path, struct shyper_diag *diag);

void shyper_disks_free(struct shyper_disks *disks);

/** shyper_disks_find() - the disk called @name, or NULL */
const struct shyper_disk *shyper_disks_find(const struct shyper_disks *disks,
					    const char *name);

/** shyper_disk_same() - whether an attached disk is what the list says */
bool shyper_disk_same(const struct shyper_disk *disk,
		      const struct shyper_disk_info *info);

/**
 * shyper_disk_open() - open what a disk lies on
 * @disk:	the disk
 *
 * Files are opened with O_DIRECT if their file system can. The module sees to it
 * that nobody mounts a block device that is attached.
 *
 * Return: a descriptor or a negative errno.
 */
int shyper_disk_open(const struct shyper_disk *disk);

/**
 * shyper_disk_attach() - attach an opened disk
 * @dev:	/dev/shyper
 * @disk:	the disk
 * @fd:		from shyper_disk_open(); may be closed afterwards
 * @index:	out: the disk's number
 *
 * Return: 0 or a negative errno.
 */
int shyper_disk_attach(int dev, const struct shyper_disk *disk, int fd,
		       uint32_t *index);

#endif /* SHYPER_LIB_DISKS_H */
