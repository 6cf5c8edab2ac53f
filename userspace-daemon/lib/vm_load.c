// SPDX-License-Identifier: GPL-2.0-only
/* A VM's images into its memory, at first and after a reset. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"
#include "image.h"
#include "ioctl.h"
#include "state.h"
#include "vm.h"

#define LOAD_CHUNK	(4 << 20)
_Static_assert(LOAD_CHUNK <= SHYPER_LOAD_MAX, "chunks that the module takes");

static ssize_t read_full(int fd, char *data, size_t size, uint64_t offset)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = pread(fd, data + done, size - done, (off_t)(offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static int load_chunks(int vm, const struct shyper_config *config,
		       const struct shyper_image *image, const char *what, int fd,
		       const struct shyper_progress *progress,
		       struct shyper_diag *diag)
{
	struct shyper_vm_load arg = { .image_size = config->kernel.size };
	char *data = malloc(LOAD_CHUNK);
	uint64_t done = 0;
	ssize_t n;
	int ret = 0;

	if (!data)
		return -ENOMEM;
	while (done < image->size) {
		size_t size = image->size - done < LOAD_CHUNK ?
			      (size_t)(image->size - done) : LOAD_CHUNK;

		if (progress)
			progress->tell(progress->arg, what, image->path, done,
				       image->size);
		n = read_full(fd, data, size, done);
		if (n != (ssize_t)size) {
			ret = n < 0 ? (int)n : -EIO;
			shyper_config_error(config, &image->where, diag, "%s: %s",
					    image->path, n < 0 ? strerror(-ret) :
					    "became shorter while it was read");
			break;
		}
		arg.ipa = image->ipa + done;
		arg.data = (uintptr_t)data;
		arg.size = size;
		ret = shyper_ioctl(vm, SHYPER_VM_LOAD, &arg);
		if (ret < 0) {
			shyper_config_error(config, &image->where, diag,
					    "SHYPER_VM_LOAD of the %s, 0x%zx bytes at 0x%" PRIx64 ": %s",
					    what, size, image->ipa + done,
					    shyper_strerror(SHYPER_VM_LOAD, ret));
			break;
		}
		done += size;
	}
	free(data);
	if (ret < 0)
		return ret;
	if (progress)
		progress->tell(progress->arg, what, image->path, done,
			       image->size);
	return 0;
}

static int load_image(int vm, const struct shyper_config *config,
		      const struct shyper_image *image, const char *what,
		      const struct shyper_progress *progress,
		      struct shyper_diag *diag)
{
	uint64_t size;
	int fd, err;

	if (!image->path)
		return 0;
	fd = shyper_image_open(image->path, &size);
	if (fd < 0) {
		shyper_config_error(config, &image->where, diag, "%s: %s",
				    image->path, shyper_image_strerror(fd));
		return fd;
	}
	if (size == image->size) {
		err = load_chunks(vm, config, image, what, fd, progress, diag);
	} else {
		err = -ESTALE;
		shyper_config_error(config, &image->where, diag,
				    "%s: changed its size just now", image->path);
	}
	close(fd);
	return err;
}

int shyper_vm_load(int vm, const struct shyper_config *config,
		   const struct shyper_progress *progress,
		   struct shyper_diag *diag)
{
	int err;

	err = load_image(vm, config, &config->kernel, "kernel", progress, diag);
	if (!err)
		err = load_image(vm, config, &config->initrd, "initrd", progress,
				 diag);
	/* Last: the first load made the hypervisor write its own tree there. */
	if (!err)
		err = load_image(vm, config, &config->dtb, "device tree",
				 progress, diag);
	return err;
}

int shyper_vm_boot_again(const char *run, int vm, const char *name,
			 const struct shyper_progress *progress,
			 struct shyper_diag *diag)
{
	struct shyper_config *config = shyper_state_load(run, name, diag);
	int err;

	if (!config)
		return -ENOENT;
	err = shyper_vm_load(vm, config, progress, diag);
	shyper_config_free(config);
	if (err)
		return err;
	err = shyper_vm_call(vm, SHYPER_VM_BOOT);
	if (err)
		shyper_diag_error(diag, "%s: SHYPER_VM_BOOT: %s", name,
				  shyper_strerror(SHYPER_VM_BOOT, err));
	return err;
}
