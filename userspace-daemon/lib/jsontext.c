// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the text of a JSON file tells and json-c's tree does not: the lines of
 * keys, and keys that are there twice. json-c has accepted the text before, so
 * nothing here has to look for errors, only to stay inside it.
 */
#include <errno.h>
#include <string.h>

#include "json.h"

struct cursor {
	const char *p;
	const char *end;
};

struct key {
	const char *text;	/* without the quotes, escapes as they stand */
	size_t len;
};

static void skip_blanks(struct cursor *c)
{
	while (c->p < c->end && strchr(" \t\r\n,:", *c->p) && *c->p)
		c->p++;
}

static char peek(struct cursor *c)
{
	skip_blanks(c);
	return c->p < c->end ? *c->p : '\0';
}

static struct key read_string(struct cursor *c)
{
	struct key key = { .text = ++c->p };

	while (c->p < c->end && *c->p != '"')
		c->p += *c->p == '\\' ? 2 : 1;
	if (c->p > c->end)
		c->p = c->end;
	key.len = (size_t)(c->p - key.text);
	if (c->p < c->end)
		c->p++;
	return key;
}

/* Skips a whole value: nesting is counted, strings are taken whole. */
static void skip_value(struct cursor *c)
{
	unsigned int depth = 0;

	do {
		switch (peek(c)) {
		case '"':
			read_string(c);
			break;
		case '{': case '[':
			depth++;
			c->p++;
			break;
		case '}': case ']':
			depth--;
			c->p++;
			break;
		default:
			while (c->p < c->end && !strchr(" \t\r\n,:{}[]\"", *c->p))
				c->p++;
			break;
		}
	} while (depth && c->p < c->end);
}

static bool key_is(const struct key *key, const char *name)
{
	return key->len == strlen(name) && !memcmp(key->text, name, key->len);
}

/* From the container at @c to the child that @node is. Updates *@mark to it. */
static bool enter_child(struct cursor *c, const struct shyper_node *node,
			const char **mark)
{
	bool object = peek(c) == '{';
	size_t index = 0;
	struct key key;
	char ch;

	if (!object && *c->p != '[')
		return false;
	c->p++;
	for (; (ch = peek(c)) && ch != '}' && ch != ']'; index++) {
		const char *at = c->p;

		if (object)
			key = read_string(c);
		if (object ? node->key && key_is(&key, node->key) :
			     index == node->index) {
			*mark = at;
			return true;
		}
		skip_value(c);
	}
	return false;
}

unsigned int shyper_text_line(const struct shyper_node *node)
{
	const struct shyper_node *chain[SHYPER_JSON_MAX_DEPTH + 1];
	const struct shyper_doc *doc = node->doc;
	struct cursor c = { doc->text, doc->text + doc->len };
	const char *mark = doc->text, *p;
	unsigned int line = 1;
	size_t depth = 0;

	for (; node->up && depth < SHYPER_JSON_MAX_DEPTH + 1; node = node->up)
		chain[depth++] = node;
	peek(&c);
	while (depth && enter_child(&c, chain[depth - 1], &mark))
		depth--;
	for (p = doc->text; p < mark; p++)
		line += *p == '\n';
	return line;
}

static unsigned int line_of(const struct shyper_doc *doc, const char *at)
{
	unsigned int line = 1;
	const char *p;

	for (p = doc->text; p < at; p++)
		line += *p == '\n';
	return line;
}

/* Remembers a key of an object; complains if it was there before. */
static int add_key(struct shyper_doc *doc, struct key *keys, size_t n,
		   const struct key *key)
{
	char name[40];
	size_t i;

	if (n == SHYPER_JSON_MAX_KEYS) {
		shyper_diag_error(doc->diag,
				  "%s:%u: an object has more than %d keys",
				  doc->file, line_of(doc, key->text),
				  SHYPER_JSON_MAX_KEYS);
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		if (keys[i].len != key->len ||
		    memcmp(keys[i].text, key->text, key->len))
			continue;
		shyper_diag_error(doc->diag,
				  "%s:%u: \"%s\" is there twice, first in line %u",
				  doc->file, line_of(doc, key->text),
				  shyper_printable(name, sizeof(name), key->text,
						   key->len),
				  line_of(doc, keys[i].text));
		return -EINVAL;
	}
	keys[n] = *key;
	return 0;
}

/* Recursion is bounded by the depth that json-c let pass. */
static int check_value(struct shyper_doc *doc, struct cursor *c)
{
	struct key keys[SHYPER_JSON_MAX_KEYS], key;
	bool object = peek(c) == '{';
	size_t n = 0;
	int err = 0;
	char ch;

	if (!object && *c->p != '[') {
		skip_value(c);
		return 0;
	}
	c->p++;
	while (!err && (ch = peek(c)) && ch != '}' && ch != ']') {
		if (object) {
			key = read_string(c);
			err = add_key(doc, keys, n++, &key);
			if (err)
				return err;
			peek(c);
		}
		err = check_value(doc, c);
	}
	if (c->p < c->end)
		c->p++;
	return err;
}

int shyper_text_check_keys(struct shyper_doc *doc)
{
	struct cursor c = { doc->text, doc->text + doc->len };

	return check_value(doc, &c);
}
