// SPDX-License-Identifier: GPL-2.0-only
/*
 * What backs a disk: a block device or a regular file that the caller had open. The
 * open file is ours from then on, so its closing, unlinking or the end of its
 * process change nothing. A block device is claimed while it is attached, by the
 * descriptor (O_EXCL) or by us.
 */
#include <linux/file.h>

#include "disk.h"

/* Who holds the claims: the same for all disks, so two may share a device. */
static const char holder[] = "shyper";

static int range_check(u64 file_sectors, u64 first, u64 *sectors)
{
	if (first >= file_sectors)
		return -EINVAL;
	if (!*sectors)
		*sectors = file_sectors - first;
	return *sectors > file_sectors - first ? -EINVAL : 0;
}

static int open_bdev(struct shyper_disk *disk, struct file *file, u32 *flags,
		     u64 *size)
{
	struct block_device *bdev = I_BDEV(file->f_mapping->host);

	if (bdev_is_zoned(bdev))
		return -EINVAL;
	if (bdev_read_only(bdev))
		*flags |= SHYPER_DISK_READ_ONLY;
	*size = bdev_nr_sectors(bdev);
	disk->bdev = bdev;
	/* Larger sectors: the file's way puts them together. */
	disk->backend = bdev_logical_block_size(bdev) == SECTOR_SIZE ?
			&shyper_backend_bio : &shyper_backend_file;
	return 0;
}

static int open_regular(struct shyper_disk *disk, struct file *file, u64 *size)
{
	if (IS_SWAPFILE(file_inode(file)))
		return -ETXTBSY;
	*size = i_size_read(file_inode(file)) >> SECTOR_SHIFT;
	disk->bdev = NULL;
	disk->backend = &shyper_backend_file;
	return 0;
}

static int open_file(struct shyper_disk *disk, struct file *file,
		     const struct shyper_disk_attach *arg)
{
	u32 flags = arg->flags;
	u64 sectors = arg->sectors, size;
	int ret;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (file->f_flags & O_APPEND)
		return -EINVAL;
	if (!(file->f_mode & FMODE_WRITE))
		flags |= SHYPER_DISK_READ_ONLY;
	if (S_ISBLK(file_inode(file)->i_mode))
		ret = open_bdev(disk, file, &flags, &size);
	else if (S_ISREG(file_inode(file)->i_mode))
		ret = open_regular(disk, file, &size);
	else
		ret = -ENOTBLK;
	if (!ret)
		ret = range_check(size, arg->first_sector, &sectors);
	if (ret)
		return ret;
	disk->flags = flags;
	disk->first_sector = arg->first_sector;
	disk->sectors = sectors;
	disk->whole = !arg->sectors;
	return 0;
}

/* Another disk on the same device, whose descriptor came with a claim of its own. */
static bool sibling_claims(const struct shyper_disk *disk)
{
	const struct shyper_disk *other;
	u32 n, count = shyper_disk_count();

	for (n = 0; n < count; n++) {
		other = shyper_disk_get(n);
		if (other != disk && other->backend &&
		    other->bdev == disk->bdev && shyper_file_claims(other->file))
			return true;
	}
	return false;
}

/* Nobody else here may write to what is attached, or mount it. */
static int claim(struct shyper_disk *disk)
{
	shyper_claim_t claim;

	if (!disk->bdev || disk->flags & SHYPER_DISK_READ_ONLY ||
	    shyper_file_claims(disk->file) || sibling_claims(disk))
		return 0;
	claim = shyper_claim(disk->bdev, (void *)holder);
	if (IS_ERR(claim))
		return PTR_ERR(claim);
	disk->claim = claim;
	disk->claimed = true;
	return 0;
}

static void forget_file(struct shyper_disk *disk)
{
	disk->backend = NULL;
	disk->bdev = NULL;
	fput(disk->file);
	disk->file = NULL;
}

int shyper_disk_open(struct shyper_disk *disk,
		     const struct shyper_disk_attach *arg)
{
	int ret;

	disk->file = fget(arg->fd);
	if (!disk->file)
		return -EBADF;
	ret = open_file(disk, disk->file, arg);
	if (!ret)
		ret = claim(disk);
	if (ret) {
		forget_file(disk);
		return ret;
	}
	if (disk->backend->init)
		disk->backend->init(disk);
	return 0;
}

void shyper_disk_close(struct shyper_disk *disk)
{
	if (disk->backend->drain)
		disk->backend->drain(disk);
	if (disk->claimed)
		shyper_unclaim(disk->claim);
	disk->claimed = false;
	forget_file(disk);
}

/*
 * Requests pass the page cache by: what it holds of the device is written first,
 * and forgotten, so that nothing is written over the guest's data later and
 * nothing stale is read here.
 */
int shyper_disk_use(struct shyper_disk *disk)
{
	int ret;

	if (!disk->bdev)
		return 0;
	ret = sync_blockdev(disk->bdev);
	if (!ret)
		invalidate_bdev(disk->bdev);
	return ret;
}

void shyper_disk_unuse(struct shyper_disk *disk)
{
	if (disk->bdev)
		invalidate_bdev(disk->bdev);
}

u64 shyper_disk_sectors_now(const struct shyper_disk *disk)
{
	u64 size, left;

	size = disk->bdev ? bdev_nr_sectors(disk->bdev) :
	       i_size_read(file_inode(disk->file)) >> SECTOR_SHIFT;
	left = size > disk->first_sector ? size - disk->first_sector : 0;
	return disk->whole ? left : min(left, disk->sectors);
}

int shyper_disk_flush(const struct shyper_disk *disk)
{
	return disk->flags & SHYPER_DISK_UNSAFE ? 0 : vfs_fsync(disk->file, 1);
}
