// SPDX-License-Identifier: GPL-2.0-only
/* What is remembered of VMs until the machine's next boot. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state.h"

static char *file_name(const char *run, const char *name, const char *suffix)
{
	char *path;

	/* Names from the hypervisor need not be ones that we would give. */
	if (!*name || *name == '.' || strchr(name, '/'))
		return NULL;
	return asprintf(&path, "%s/vm/%s%s", run, name, suffix) < 0 ? NULL : path;
}

static int make_dirs(const char *run)
{
	char *path;
	int err = 0;

	if (mkdir(run, 0755) && errno != EEXIST)
		return -errno;
	if (asprintf(&path, "%s/vm", run) < 0)
		return -ENOMEM;
	if (mkdir(path, 0755) && errno != EEXIST)
		err = -errno;
	free(path);
	return err;
}

/* The lock file may be removed while one waits for it: then it is taken anew. */
static int lock_file(const char *path, bool wait)
{
	struct stat mine, there;
	int fd;

	for (;;) {
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			return -errno;
		while (flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB))) {
			int err = -errno;

			if (err == -EINTR)
				continue;
			close(fd);
			return err;
		}
		if (!fstat(fd, &mine) && !stat(path, &there) &&
		    mine.st_ino == there.st_ino && mine.st_dev == there.st_dev)
			return fd;
		close(fd);
	}
}

int shyper_state_lock(const char *run, const char *name, bool wait)
{
	char *path = file_name(run, name, ".lock");
	int fd;

	if (!path)
		return -EINVAL;
	fd = make_dirs(run);
	if (!fd)
		fd = lock_file(path, wait);
	free(path);
	return fd;
}

void shyper_state_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		      0600);
	size_t len = strlen(text);
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (len && !err) {
		n = write(fd, text, len);
		if (n < 0) {
			err = errno == EINTR ? 0 : -errno;
			continue;
		}
		text += n;
		len -= (size_t)n;
	}
	if (close(fd) && !err)
		err = -errno;
	return err;
}

int shyper_state_save(const char *run, const struct shyper_config *config)
{
	char *path = file_name(run, config->name, ".json");
	char *temporary = file_name(run, config->name, ".new");
	char *text = shyper_config_text(config);
	int err = -ENOMEM;

	if (path && temporary && text) {
		err = write_file(temporary, text);
		if (!err && rename(temporary, path))
			err = -errno;
		if (err)
			unlink(temporary);
	}
	free(text);
	free(temporary);
	free(path);
	return err;
}

char *shyper_state_path(const char *run, const char *name)
{
	return file_name(run, name, ".json");
}

struct shyper_config *shyper_state_load(const char *run, const char *name,
					struct shyper_diag *diag)
{
	char *path = file_name(run, name, ".json");
	struct shyper_config *config;

	if (!path || access(path, F_OK)) {
		shyper_diag_error(diag, "%s: nothing is known of its configuration; it was not added by shyper-cli",
				  name);
		free(path);
		return NULL;
	}
	config = shyper_config_load(path, diag);
	free(path);
	if (config && shyper_config_place(config, diag)) {
		shyper_config_free(config);
		config = NULL;
	}
	return config;
}

bool shyper_state_known(const char *run, const char *name)
{
	char *path = file_name(run, name, ".json");
	bool known = path && !access(path, F_OK);

	free(path);
	return known;
}

void shyper_state_forget(const char *run, const char *name)
{
	static const char *const suffixes[] = { ".json", ".new", ".lock" };
	char *path;
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		path = file_name(run, name, suffixes[i]);
		if (path)
			unlink(path);
		free(path);
	}
}
