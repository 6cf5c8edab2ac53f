// SPDX-License-Identifier: GPL-2.0-only
/* Image files: their size, and what an arm64 kernel says of itself. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "image.h"

/* The first 64 bytes of an arm64 Image. */
struct arm64_image_header {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	uint64_t reserved[3];
	uint32_t magic;
	uint32_t pe_offset;
};
_Static_assert(sizeof(struct arm64_image_header) == 64, "arm64 Image header");

#define ARM64_IMAGE_MAGIC	0x644d5241	/* "ARM\x64" */
#define ARM64_IMAGE_BE		(1 << 0)
/* From before the header had a size (Linux 3.17). */
#define OLD_TEXT_OFFSET		0x80000

/* What people give instead of an Image, by the first bytes. */
static const struct {
	const char *magic;
	size_t len;
	const char *what;
} other_formats[] = {
	{ "\x1f\x8b", 2, "a gzip file; unpack it first" },
	{ "\x28\xb5\x2f\xfd", 4, "a zstd file; unpack it first" },
	{ "\xfd" "7zXZ", 5, "an xz file; unpack it first" },
	{ "\x7f" "ELF", 4, "an ELF file; use arch/arm64/boot/Image" },
	{ "\xd0\x0d\xfe\xed", 4, "a device tree or FIT image" },
};

int shyper_image_open(const char *path, uint64_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if (!st.st_size)
		err = -ENODATA;
	if (err) {
		close(fd);
		return err;
	}
	*size = (uint64_t)st.st_size;
	return fd;
}

const char *shyper_image_strerror(int err)
{
	if (err == -ENODATA)
		return "the file is empty";
	if (err == -EINVAL)
		return "not a regular file";
	return strerror(-err);
}

const char *shyper_kernel_parse(int fd, uint64_t size,
				struct shyper_kernel_header *header)
{
	struct arm64_image_header image;
	ssize_t n = pread(fd, &image, sizeof(image), 0);
	size_t i;

	if (n < 0)
		return strerror(errno);
	for (i = 0; i < sizeof(other_formats) / sizeof(other_formats[0]); i++) {
		if ((size_t)n >= other_formats[i].len &&
		    !memcmp(&image, other_formats[i].magic, other_formats[i].len))
			return other_formats[i].what;
	}
	if (n != sizeof(image) || le32toh(image.magic) != ARM64_IMAGE_MAGIC)
		return "no arm64 kernel Image (its header is missing)";
	if (le64toh(image.flags) & ARM64_IMAGE_BE)
		return "a big-endian kernel";
	header->text_offset = le64toh(image.text_offset);
	header->image_size = le64toh(image.image_size);
	if (!header->image_size)
		header->text_offset = OLD_TEXT_OFFSET;
	if (header->text_offset >= 0x200000 || header->image_size > 1ULL << 32)
		return "an arm64 kernel Image with a damaged header";
	if (header->image_size < size)
		header->image_size = size;
	return NULL;
}
