// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a VM's images go. In the short form, from the beginning of memory:
 *
 *	device tree	at most 2 MiB
 *	kernel		at the next 2 MiB boundary + text_offset, with its bss
 *	initrd		at the next 2 MiB boundary
 *
 * In Rust-Shyper's form the addresses are given and are checked only.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "image.h"

#define MIB2		0x200000ULL
#define DTB_MAX		MIB2
/* What a device tree made by the hypervisor may take. */
#define DTB_GENERATED	0x10000ULL

static uint64_t align_up(uint64_t value)
{
	return (value + MIB2 - 1) & ~(MIB2 - 1);
}

/* Opens an image to learn its size; the descriptor or -1 after an error. */
static int open_image(struct shyper_config *config, struct shyper_image *image,
		      struct shyper_diag *diag)
{
	uint64_t expected = image->size;
	int fd = shyper_image_open(image->path, &image->size);

	if (fd < 0) {
		shyper_config_error(config, &image->where, diag, "%s: %s",
				    image->path, shyper_image_strerror(fd));
		return -1;
	}
	if (expected && expected != image->size) {
		shyper_config_error(config, &image->where, diag,
				    "%s: %" PRIu64 " bytes, but it had %" PRIu64
				    " when the VM was added; remove the VM and add it again",
				    image->path, image->size, expected);
		close(fd);
		return -1;
	}
	image->extent = image->size;
	return fd;
}

static void place_kernel(struct shyper_config *config, struct shyper_diag *diag)
{
	struct shyper_image *kernel = &config->kernel;
	struct shyper_kernel_header header = { 0 };
	int fd = open_image(config, kernel, diag);
	const char *what;

	if (fd < 0)
		return;
	if (config->type == SHYPER_VM_TYPE_LINUX) {
		what = shyper_kernel_parse(fd, kernel->size, &header);
		if (what) {
			shyper_config_error(config, &kernel->where, diag,
					    "%s: %s", kernel->path, what);
			close(fd);
			return;
		}
		kernel->extent = header.image_size;
	}
	close(fd);
	if (config->short_form) {
		kernel->ipa = align_up(config->memory[0].mem.ipa) +
			      SHYPER_KERNEL_OFFSET + header.text_offset;
	} else if (config->type == SHYPER_VM_TYPE_LINUX &&
		   (kernel->ipa - header.text_offset) % MIB2) {
		shyper_diag_warn(diag, "%s:%u: %s: warning: loaded at 0x%" PRIx64
				 ", but the image asks for 0x%" PRIx64
				 " above a multiple of 2 MiB", config->file,
				 kernel->where.line, kernel->where.path,
				 kernel->ipa, header.text_offset);
	}
}

static void place_dtb(struct shyper_config *config, struct shyper_diag *diag)
{
	struct shyper_image *dtb = &config->dtb;
	int fd;

	if (config->short_form)
		dtb->ipa = align_up(config->memory[0].mem.ipa);
	dtb->extent = config->type == SHYPER_VM_TYPE_LINUX ? DTB_GENERATED : 0;
	if (!dtb->path)
		return;
	fd = open_image(config, dtb, diag);
	if (fd < 0)
		return;
	close(fd);
	if (dtb->size > DTB_MAX)
		shyper_config_error(config, &dtb->where, diag,
				    "%s: larger than 2 MiB", dtb->path);
	if (dtb->ipa % 8)
		shyper_config_error(config, &dtb->where, diag, "device tree at 0x%"
				    PRIx64 ": expected a multiple of 8", dtb->ipa);
}

static void place_initrd(struct shyper_config *config, struct shyper_diag *diag)
{
	struct shyper_image *initrd = &config->initrd;
	int fd;

	if (!initrd->path)
		return;
	fd = open_image(config, initrd, diag);
	if (fd < 0)
		return;
	close(fd);
	if (config->short_form)
		initrd->ipa = align_up(config->kernel.ipa + config->kernel.extent);
}

static void check_inside(const struct shyper_config *config,
			 const struct shyper_image *image, const char *what,
			 struct shyper_diag *diag)
{
	size_t i;

	if (!image->extent)
		return;
	for (i = 0; i < config->memories; i++) {
		const struct shyper_vm_memory *mem = &config->memory[i].mem;

		if (image->ipa >= mem->ipa && image->extent <= mem->length &&
		    image->ipa - mem->ipa <= mem->length - image->extent)
			return;
	}
	shyper_config_error(config, &image->where, diag, "%s at 0x%" PRIx64
			    ", 0x%" PRIx64 " bytes: expected it within one region of memory",
			    what, image->ipa, image->extent);
}

static void check_apart(const struct shyper_config *config,
			const struct shyper_image *a, const char *a_what,
			const struct shyper_image *b, const char *b_what,
			struct shyper_diag *diag)
{
	if (a->extent && b->extent && a->ipa < b->ipa + b->extent &&
	    b->ipa < a->ipa + a->extent)
		shyper_config_error(config, &a->where, diag, "%s at 0x%" PRIx64
				    ", 0x%" PRIx64 " bytes, overlaps %s at 0x%"
				    PRIx64 ", 0x%" PRIx64 " bytes", a_what,
				    a->ipa, a->extent, b_what, b->ipa, b->extent);
}

static bool has_parameter(const char *cmdline, const char *name)
{
	size_t len = strlen(name);
	const char *p = cmdline;

	while ((p = strstr(p, name))) {
		if (p == cmdline || p[-1] == ' ')
			return true;
		p += len;
	}
	return false;
}

static int append(struct shyper_config *config, const char *text)
{
	char *cmdline;

	if (asprintf(&cmdline, "%s%s%s", config->cmdline,
		     config->cmdline[0] ? " " : "", text) < 0)
		return -ENOMEM;
	free(config->cmdline);
	config->cmdline = cmdline;
	return 0;
}

static bool has_console(const struct shyper_config *config)
{
	size_t i;

	for (i = 0; i < config->devices; i++) {
		if (config->device[i].dev.type == SHYPER_DEV_VIRTIO_CONSOLE)
			return true;
	}
	return false;
}

static void complete_cmdline(struct shyper_config *config,
			     struct shyper_diag *diag)
{
	char text[64];
	size_t len;
	int err = 0;

	if (config->initrd.path && !has_parameter(config->cmdline, "initrd=")) {
		snprintf(text, sizeof(text), "initrd=0x%" PRIx64 ",0x%" PRIx64,
			 config->initrd.ipa, config->initrd.size);
		err = append(config, text);
	}
	if (config->short_form && config->type == SHYPER_VM_TYPE_LINUX &&
	    has_console(config) && !has_parameter(config->cmdline, "console="))
		err = append(config, "console=hvc0");
	if (err)
		shyper_config_error(config, NULL, diag, "out of memory");
	len = strlen(config->cmdline);
	if (len > SHYPER_API_CMDLINE_MAX)
		shyper_config_error(config, NULL, diag,
				    "cmdline: %zu bytes with what was added: expected at most %d",
				    len, SHYPER_API_CMDLINE_MAX);
}

int shyper_config_place(struct shyper_config *config, struct shyper_diag *diag)
{
	unsigned int errors = diag->errors;

	place_kernel(config, diag);
	place_dtb(config, diag);
	place_initrd(config, diag);
	if (diag->errors != errors)
		return -EINVAL;
	check_inside(config, &config->kernel, "kernel", diag);
	check_inside(config, &config->dtb, "device tree", diag);
	check_inside(config, &config->initrd, "initrd", diag);
	check_apart(config, &config->kernel, "kernel", &config->dtb,
		    "device tree", diag);
	check_apart(config, &config->initrd, "initrd", &config->kernel,
		    "kernel", diag);
	check_apart(config, &config->initrd, "initrd", &config->dtb,
		    "device tree", diag);
	complete_cmdline(config, diag);
	return diag->errors == errors ? 0 : -EINVAL;
}
