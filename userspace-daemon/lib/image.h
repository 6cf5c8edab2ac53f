/* SPDX-License-Identifier: GPL-2.0-only */
/* Image files: their size, and what an arm64 kernel says of itself. */
#ifndef SHYPER_LIB_IMAGE_H
#define SHYPER_LIB_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct shyper_kernel_header - from the Image header, Documentation/arm64/booting.rst
 * @text_offset:	from a 2 MiB boundary to the image
 * @image_size:		bytes of memory that it takes, bss included
 */
struct shyper_kernel_header {
	uint64_t text_offset;
	uint64_t image_size;
};

/**
 * shyper_image_open() - open a regular file for reading
 * @path:	the file
 * @size:	out: its bytes, not 0
 *
 * Return: a descriptor or a negative errno: -ENODATA if it is empty, -EINVAL
 * if it is no regular file.
 */
int shyper_image_open(const char *path, uint64_t *size);

/**
 * shyper_kernel_parse() - read an Image header
 * @fd:		the kernel
 * @size:	bytes of it
 * @header:	out; @image_size is never below @size
 *
 * Return: NULL, or what the file is instead, for a message.
 */
const char *shyper_kernel_parse(int fd, uint64_t size,
				struct shyper_kernel_header *header);

/** shyper_image_strerror() - a text for what shyper_image_open() returned */
const char *shyper_image_strerror(int err);

#endif /* SHYPER_LIB_IMAGE_H */
