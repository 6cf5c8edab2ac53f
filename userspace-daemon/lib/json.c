// SPDX-License-Identifier: GPL-2.0-only
/* JSON documents that people write: reading, values, complaints. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>
#include <linux/shyper.h>

#include "json.h"
#include "number.h"

static int read_text(struct shyper_doc *doc, int fd)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	doc->text = malloc(SHYPER_JSON_MAX_SIZE + 1);
	if (!doc->text)
		return -ENOMEM;
	while (doc->len <= SHYPER_JSON_MAX_SIZE) {
		n = read(fd, doc->text + doc->len,
			 SHYPER_JSON_MAX_SIZE + 1 - doc->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		doc->len += (size_t)n;
	}
	return -EFBIG;
}

static void syntax_error(struct shyper_doc *doc, size_t offset, const char *what)
{
	unsigned int line = 1, column = 1;
	size_t i;

	for (i = 0; i < offset && i < doc->len; i++) {
		column++;
		if (doc->text[i] == '\n') {
			line++;
			column = 1;
		}
	}
	shyper_diag_error(doc->diag, "%s:%u:%u: not JSON: %s", doc->file, line,
			  column, what);
}

static int parse_text(struct shyper_doc *doc)
{
	struct json_tokener *tok = json_tokener_new_ex(SHYPER_JSON_MAX_DEPTH);
	enum json_tokener_error err;
	size_t end;

	if (!tok)
		return -ENOMEM;
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
			       JSON_TOKENER_VALIDATE_UTF8);
	doc->root = json_tokener_parse_ex(tok, doc->text, (int)doc->len);
	err = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);

	if (err == json_tokener_continue) {
		syntax_error(doc, doc->len, "the end comes too early");
		return -EINVAL;
	}
	if (err != json_tokener_success) {
		syntax_error(doc, end, json_tokener_error_desc(err));
		return -EINVAL;
	}
	if (!json_object_is_type(doc->root, json_type_object)) {
		shyper_diag_error(doc->diag, "%s: expected a JSON object, {...}",
				  doc->file);
		return -EINVAL;
	}
	return shyper_text_check_keys(doc);
}

int shyper_doc_load(struct shyper_doc *doc, const char *path,
		    struct shyper_diag *diag)
{
	int fd, err;

	memset(doc, 0, sizeof(*doc));
	doc->diag = diag;
	doc->file = strdup(path);
	if (!doc->file)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? -errno : read_text(doc, fd);
	if (fd >= 0)
		close(fd);
	if (err == -EFBIG)
		shyper_diag_error(diag, "%s: larger than %d bytes", path,
				  SHYPER_JSON_MAX_SIZE);
	else if (err)
		shyper_diag_error(diag, "%s: %s", path, strerror(-err));
	if (err)
		return err == -EFBIG ? -EINVAL : err;
	doc->text[doc->len] = '\0';
	if (memchr(doc->text, '\0', doc->len)) {
		syntax_error(doc, strlen(doc->text), "a NUL byte");
		return -EINVAL;
	}
	return parse_text(doc);
}

void shyper_doc_free(struct shyper_doc *doc)
{
	json_object_put(doc->root);
	free(doc->text);
	free(doc->file);
	memset(doc, 0, sizeof(*doc));
}

void shyper_node_root(struct shyper_doc *doc, struct shyper_node *root)
{
	*root = (struct shyper_node){ .doc = doc, .obj = doc->root };
}

bool shyper_node_get(const struct shyper_node *up, const char *key,
		     struct shyper_node *node)
{
	*node = (struct shyper_node){ .doc = up->doc, .up = up, .key = key };
	return shyper_node_is_object(up) &&
	       json_object_object_get_ex(up->obj, key, &node->obj);
}

size_t shyper_node_len(const struct shyper_node *node)
{
	return shyper_node_is_array(node) ? json_object_array_length(node->obj) : 0;
}

void shyper_node_at(const struct shyper_node *up, size_t index,
		    struct shyper_node *node)
{
	*node = (struct shyper_node){ .doc = up->doc, .up = up, .index = index };
	node->obj = json_object_array_get_idx(up->obj, index);
}

bool shyper_node_is_object(const struct shyper_node *node)
{
	return json_object_is_type(node->obj, json_type_object);
}

bool shyper_node_is_array(const struct shyper_node *node)
{
	return json_object_is_type(node->obj, json_type_array);
}

bool shyper_node_is_string(const struct shyper_node *node)
{
	return json_object_is_type(node->obj, json_type_string);
}

bool shyper_node_is_number(const struct shyper_node *node)
{
	return json_object_is_type(node->obj, json_type_int);
}

bool shyper_node_is_minus_one(const struct shyper_node *node)
{
	return shyper_node_is_number(node) &&
	       json_object_get_int64(node->obj) == -1;
}

static size_t append_path(const struct shyper_node *node, char *path, size_t size)
{
	size_t len = 0;
	int n;

	if (!node->up) {
		path[0] = '\0';
		return 0;
	}
	len = append_path(node->up, path, size);
	if (node->key)
		n = snprintf(path + len, size - len, "%s%s", len ? "." : "",
			     node->key);
	else
		n = snprintf(path + len, size - len, "[%zu]", node->index);
	len += n > 0 ? (size_t)n : 0;
	return len < size ? len : size - 1;
}

void shyper_node_where(const struct shyper_node *node, struct shyper_where *where)
{
	char path[SHYPER_JSON_PATH_LEN];

	append_path(node, path, sizeof(path));
	shyper_printable(where->path, sizeof(where->path), path, sizeof(path));
	where->line = shyper_text_line(node);
}

/* "FILE:LINE: PATH: VALUE: " without what is not there. */
static void node_prefix(const struct shyper_node *node, char *out, size_t size)
{
	struct shyper_where where;
	const char *text = NULL;
	char value[48];

	shyper_node_where(node, &where);
	if (node->obj && !shyper_node_is_object(node) &&
	    !shyper_node_is_array(node))
		text = json_object_to_json_string_ext(node->obj,
				JSON_C_TO_STRING_PLAIN |
				JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text) {
		shyper_printable(value, sizeof(value), text, strlen(text));
		if (strlen(text) >= sizeof(value))
			memcpy(value + sizeof(value) - 4, "...", 4);
	}
	snprintf(out, size, "%s:%u: %s%s%s%s", node->doc->file, where.line,
		 where.path, where.path[0] ? ": " : "", text ? value : "",
		 text ? ": " : "");
}

static char *node_message(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		return NULL;
	return text;
}

void shyper_node_error(const struct shyper_node *node, const char *fmt, ...)
{
	char prefix[4352], *text;
	va_list ap;

	va_start(ap, fmt);
	text = node_message(fmt, ap);
	va_end(ap);
	node_prefix(node, prefix, sizeof(prefix));
	shyper_diag_error(node->doc->diag, "%s%s", prefix, text ? text : "wrong");
	free(text);
}

void shyper_node_warn(const struct shyper_node *node, const char *fmt, ...)
{
	char prefix[4352], *text;
	va_list ap;

	va_start(ap, fmt);
	text = node_message(fmt, ap);
	va_end(ap);
	node_prefix(node, prefix, sizeof(prefix));
	shyper_diag_warn(node->doc->diag, "%swarning: %s", prefix,
			 text ? text : "odd");
	free(text);
}

void shyper_node_keys(const struct shyper_node *node, const char *const *known,
		      bool strict)
{
	struct shyper_node child;
	size_t i;

	json_object_object_foreach(node->obj, key, value) {
		for (i = 0; known[i] && strcmp(known[i], key); i++)
			;
		if (known[i])
			continue;
		child = (struct shyper_node){ .doc = node->doc, .up = node,
					      .key = key, .obj = value };
		if (strict)
			shyper_node_error(&child, "unknown key");
		else
			shyper_node_warn(&child, "unknown key, ignored");
	}
}

bool shyper_node_string(const struct shyper_node *node, const char **value)
{
	const char *text;

	if (!shyper_node_is_string(node)) {
		shyper_node_error(node, "expected a string");
		return false;
	}
	text = json_object_get_string(node->obj);
	if (strlen(text) != (size_t)json_object_get_string_len(node->obj)) {
		shyper_node_error(node, "a NUL in a string");
		return false;
	}
	*value = text;
	return true;
}

bool shyper_node_name(const struct shyper_node *node, char *value)
{
	const char *text, *p;

	if (!shyper_node_string(node, &text))
		return false;
	for (p = text; *p > ' ' && *p <= '~' && *p != '/'; p++)
		;
	if (*p || p == text || p - text >= SHYPER_API_NAME_LEN || *text == '.') {
		shyper_node_error(node, "expected 1 to %d printable characters, no blank, no /, no . in front",
				  SHYPER_API_NAME_LEN - 1);
		return false;
	}
	memset(value, 0, SHYPER_API_NAME_LEN);
	memcpy(value, text, (size_t)(p - text));
	return true;
}

static bool read_number(const struct shyper_node *node, uint64_t *value,
			bool (*parse)(const char *text, uint64_t *value))
{
	if (shyper_node_is_string(node))
		return parse(json_object_get_string(node->obj), value);
	if (!shyper_node_is_number(node))
		return false;
	*value = json_object_get_uint64(node->obj);
	/* json-c gives 0 for what is negative, and its largest for more. */
	return json_object_get_int64(node->obj) >= 0 && *value != UINT64_MAX;
}

bool shyper_node_number(const struct shyper_node *node, uint64_t max,
			uint64_t *value)
{
	uint64_t v;

	if (!read_number(node, &v, shyper_number_parse)) {
		shyper_node_error(node, "expected a whole number, \"0x...\" or \"0b...\"");
		return false;
	}
	if (v > max) {
		shyper_node_error(node, "expected at most %llu",
				  (unsigned long long)max);
		return false;
	}
	*value = v;
	return true;
}

bool shyper_node_size(const struct shyper_node *node, uint64_t *value)
{
	uint64_t v;

	if (!read_number(node, &v, shyper_size_parse)) {
		shyper_node_error(node, "expected a size such as \"256M\" or a number of bytes");
		return false;
	}
	*value = v;
	return true;
}

bool shyper_node_bool(const struct shyper_node *node, bool *value)
{
	if (!json_object_is_type(node->obj, json_type_boolean)) {
		shyper_node_error(node, "expected true or false");
		return false;
	}
	*value = json_object_get_boolean(node->obj);
	return true;
}

static bool find_key(const struct shyper_node *up, const char *key, bool must,
		     struct shyper_node *node)
{
	if (shyper_node_get(up, key, node))
		return true;
	if (must)
		shyper_node_error(node, "missing");
	return false;
}

bool shyper_get_number(const struct shyper_node *up, const char *key, bool must,
		       uint64_t max, uint64_t *value)
{
	struct shyper_node node;

	return find_key(up, key, must, &node) &&
	       shyper_node_number(&node, max, value);
}

bool shyper_get_string(const struct shyper_node *up, const char *key, bool must,
		       const char **value)
{
	struct shyper_node node;

	return find_key(up, key, must, &node) && shyper_node_string(&node, value);
}

bool shyper_get_name(const struct shyper_node *up, const char *key, bool must,
		     char *value)
{
	struct shyper_node node;

	return find_key(up, key, must, &node) && shyper_node_name(&node, value);
}

bool shyper_get_bool(const struct shyper_node *up, const char *key, bool must,
		     bool *value)
{
	struct shyper_node node;

	return find_key(up, key, must, &node) && shyper_node_bool(&node, value);
}
