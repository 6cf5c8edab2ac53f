// SPDX-License-Identifier: GPL-2.0-only
/* A VM's configuration: loading it, and what both forms have in common. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "names.h"

/* Any of these keys marks Rust-Shyper's form. */
static const char *const long_form_keys[] = {
	"image", "emulated_device", "passthrough_device", "dtb_device", "cpu",
	NULL
};

static bool is_long_form(const struct shyper_node *root)
{
	struct shyper_node node;
	size_t i;

	for (i = 0; long_form_keys[i]; i++) {
		if (shyper_node_get(root, long_form_keys[i], &node))
			return true;
	}
	return false;
}

char *shyper_config_path(const struct shyper_config *config, const char *path)
{
	const char *slash = strrchr(config->file, '/');
	char *dir, *out = NULL, *real;
	int n;

	if (path[0] == '/')
		return strdup(path);
	dir = slash ? strndup(config->file, (size_t)(slash - config->file) + 1) :
		      strdup("./");
	if (!dir)
		return NULL;
	real = realpath(dir, NULL);
	n = asprintf(&out, "%s/%s", real ? real : dir, path);
	free(real);
	free(dir);
	return n < 0 ? NULL : out;
}

void shyper_config_restart(struct shyper_config *config,
			   const struct shyper_node *root)
{
	const struct shyper_name *entry;
	struct shyper_node node;
	const char *text;
	char list[64];

	if (!shyper_node_get(root, "restart", &node) ||
	    !shyper_node_string(&node, &text))
		return;
	entry = shyper_name_find(shyper_restarts, text);
	if (entry) {
		config->restart = entry->value;
		return;
	}
	shyper_name_list(shyper_restarts, list, sizeof(list));
	shyper_node_error(&node, "expected %s", list);
}

bool shyper_config_room(const struct shyper_node *node, size_t num, size_t max)
{
	if (num < max)
		return true;
	shyper_node_error(node, "too many, at most %zu", max);
	return false;
}

void shyper_config_numbers(const struct shyper_node *node, uint64_t max,
			   struct shyper_config_number *list, size_t *num)
{
	struct shyper_node entry;
	size_t i;

	if (!shyper_node_is_array(node)) {
		shyper_node_error(node, "expected a list of numbers");
		return;
	}
	for (i = 0; i < shyper_node_len(node); i++) {
		shyper_node_at(node, i, &entry);
		if (!shyper_config_room(&entry, *num, SHYPER_API_MAX_IRQS))
			return;
		if (!shyper_node_number(&entry, max, &list[*num].value))
			continue;
		shyper_node_where(&entry, &list[*num].where);
		++*num;
	}
}

void shyper_config_error(const struct shyper_config *config,
			 const struct shyper_where *where,
			 struct shyper_diag *diag, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (where && where->line)
		shyper_diag_error(diag, "%s:%u: %s%s%s", config->file,
				  where->line, where->path,
				  where->path[0] ? ": " : "",
				  text ? text : "wrong");
	else
		shyper_diag_error(diag, "%s: %s", config->file,
				  text ? text : "wrong");
	free(text);
}

struct shyper_config *shyper_config_load(const char *path,
					 struct shyper_diag *diag)
{
	struct shyper_config *config = calloc(1, sizeof(*config));
	unsigned int errors = diag->errors;
	struct shyper_node root;
	struct shyper_doc doc;

	if (config)
		config->file = strdup(path);
	if (!config || !config->file) {
		shyper_diag_error(diag, "%s: out of memory", path);
		free(config);
		return NULL;
	}
	if (!shyper_doc_load(&doc, path, diag)) {
		shyper_node_root(&doc, &root);
		config->short_form = !is_long_form(&root);
		if (config->short_form)
			shyper_config_short(config, &root);
		else
			shyper_config_long(config, &root);
		if (diag->errors == errors)
			shyper_config_check(config, diag);
	} else if (diag->errors == errors) {
		shyper_diag_error(diag, "%s: out of memory", path);
	}
	shyper_doc_free(&doc);
	if (diag->errors == errors)
		return config;
	shyper_config_free(config);
	return NULL;
}

void shyper_config_free(struct shyper_config *config)
{
	if (!config)
		return;
	free(config->kernel.path);
	free(config->dtb.path);
	free(config->initrd.path);
	free(config->cmdline);
	free(config->file);
	free(config);
}
