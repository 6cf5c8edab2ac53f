/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * JSON documents that people write: read with limits, and with every complaint
 * naming file, line, key path and value. json-c does the parsing.
 */
#ifndef SHYPER_LIB_JSON_H
#define SHYPER_LIB_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diag.h"

struct json_object;

#define SHYPER_JSON_MAX_SIZE	(1 << 20)	/* bytes of a file */
#define SHYPER_JSON_MAX_DEPTH	16
#define SHYPER_JSON_MAX_KEYS	64		/* of one object */
#define SHYPER_JSON_PATH_LEN	96

/**
 * struct shyper_doc - a parsed file
 * @file:	its name, for messages
 * @text:	its contents
 * @len:	bytes of @text
 * @root:	an object
 * @diag:	where complaints go
 */
struct shyper_doc {
	char *file;
	char *text;
	size_t len;
	struct json_object *root;
	struct shyper_diag *diag;
};

/**
 * struct shyper_node - a value in a document
 * @doc:	the document
 * @up:		the value it is in; NULL: it is the root
 * @key:	its key in @up, if that is an object
 * @index:	its place in @up, if that is an array
 * @obj:	json-c's value; NULL is JSON's null, too
 */
struct shyper_node {
	struct shyper_doc *doc;
	const struct shyper_node *up;
	const char *key;
	size_t index;
	struct json_object *obj;
};

/**
 * struct shyper_where - where in a file something was said
 * @line:	from 1; 0: not known
 * @path:	key path, such as "cpu.num"
 */
struct shyper_where {
	unsigned int line;
	char path[SHYPER_JSON_PATH_LEN];
};

/**
 * shyper_doc_load() - read and parse a file
 * @doc:	out; to be given to shyper_doc_free() in any case
 * @path:	the file
 * @diag:	gets the error
 *
 * Return: 0, -EINVAL if it is not a JSON object or is past a limit, or another
 * negative errno if it cannot be read.
 */
int shyper_doc_load(struct shyper_doc *doc, const char *path,
		    struct shyper_diag *diag);

void shyper_doc_free(struct shyper_doc *doc);

void shyper_node_root(struct shyper_doc *doc, struct shyper_node *root);

/**
 * shyper_node_get() - look up a key
 * @up:		an object (anything else has no keys)
 * @key:	the key; has to outlive @node
 * @node:	out; even if there is no such key, for messages about it
 *
 * Return: true if the key is there.
 */
bool shyper_node_get(const struct shyper_node *up, const char *key,
		     struct shyper_node *node);

/** shyper_node_len() - entries of an array; 0 for anything else */
size_t shyper_node_len(const struct shyper_node *node);

/** shyper_node_at() - entry @index of the array @up, which has it */
void shyper_node_at(const struct shyper_node *up, size_t index,
		    struct shyper_node *node);

bool shyper_node_is_object(const struct shyper_node *node);
bool shyper_node_is_array(const struct shyper_node *node);
bool shyper_node_is_string(const struct shyper_node *node);
bool shyper_node_is_number(const struct shyper_node *node);
bool shyper_node_is_minus_one(const struct shyper_node *node);

/** shyper_node_where() - the line and the path of a node */
void shyper_node_where(const struct shyper_node *node,
		       struct shyper_where *where);

/**
 * shyper_node_error() - complain about a value
 * @node:	the value
 * @fmt:	what is wrong with it or what was expected
 *
 * The message is "FILE:LINE: PATH: VALUE: ...".
 */
void shyper_node_error(const struct shyper_node *node, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** shyper_node_warn() - a warning, else as shyper_node_error() */
void shyper_node_warn(const struct shyper_node *node, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * shyper_node_keys() - complain about keys that are not in a list
 * @node:	an object
 * @known:	the keys there may be, ended by NULL
 * @strict:	an unknown key is an error, else a warning
 */
void shyper_node_keys(const struct shyper_node *node, const char *const *known,
		      bool strict);

/*
 * The following read a value and complain if it is not what they read. Return:
 * true with the result in *@value, or false with *@value unchanged.
 */

/** shyper_node_string() - a string without a NUL; it lives as long as the document */
bool shyper_node_string(const struct shyper_node *node, const char **value);

/** shyper_node_name() - a string of 1 to 31 printable characters without blanks */
bool shyper_node_name(const struct shyper_node *node, char *value);

/** shyper_node_number() - a whole number up to @max, or a string with one */
bool shyper_node_number(const struct shyper_node *node, uint64_t max,
			uint64_t *value);

/** shyper_node_size() - as shyper_node_number(), with a unit if it is a string */
bool shyper_node_size(const struct shyper_node *node, uint64_t *value);

bool shyper_node_bool(const struct shyper_node *node, bool *value);

/* The same for a key of an object; if it is missing: false, and an error if @must. */

bool shyper_get_number(const struct shyper_node *up, const char *key, bool must,
		       uint64_t max, uint64_t *value);
bool shyper_get_string(const struct shyper_node *up, const char *key, bool must,
		       const char **value);
bool shyper_get_name(const struct shyper_node *up, const char *key, bool must,
		     char *value);
bool shyper_get_bool(const struct shyper_node *up, const char *key, bool must,
		     bool *value);

/* jsontext.c: facts that json-c's tree does not keep. */

/**
 * shyper_text_line() - the line on which a value's key stands
 * @node:	the value
 *
 * Return: the line from 1; that of the nearest value around it which is there.
 */
unsigned int shyper_text_line(const struct shyper_node *node);

/**
 * shyper_text_check_keys() - complain about keys that are there twice
 * @doc:	a document that json-c has accepted
 *
 * Return: 0, or -EINVAL also if an object has too many keys.
 */
int shyper_text_check_keys(struct shyper_doc *doc);

#endif /* SHYPER_LIB_JSON_H */
