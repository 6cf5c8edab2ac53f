// SPDX-License-Identifier: GPL-2.0-only
/* Tables, lists, JSON and progress: all that shyper-cli prints of its data. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "cli.h"

#define CELL	80

static void format_size(char *out, size_t size, uint64_t bytes)
{
	static const char *const units[] = { "", " KiB", " MiB", " GiB", " TiB" };
	unsigned int unit = 0;
	uint64_t tenths = 0;

	while (bytes >= 1024 && unit < 4) {
		tenths = bytes % 1024 * 10 / 1024;
		bytes /= 1024;
		unit++;
	}
	if (tenths)
		snprintf(out, size, "%" PRIu64 ".%" PRIu64 "%s", bytes, tenths,
			 units[unit]);
	else
		snprintf(out, size, "%" PRIu64 "%s", bytes, units[unit]);
}

/* 0xd as "0,2-3" */
static void format_cpus(char *out, size_t size, uint64_t mask)
{
	unsigned int cpu, last;
	size_t len = 0;
	int n;

	snprintf(out, size, "-");
	for (cpu = 0; cpu < 64 && len < size; cpu = last + 1) {
		last = cpu;
		if (!(mask >> cpu & 1))
			continue;
		while (last < 63 && mask >> (last + 1) & 1)
			last++;
		if (last > cpu)
			n = snprintf(out + len, size - len, "%s%u-%u",
				     len ? "," : "", cpu, last);
		else
			n = snprintf(out + len, size - len, "%s%u",
				     len ? "," : "", cpu);
		len += n > 0 ? (size_t)n : 0;
	}
}

static void format_cell(char *out, size_t size, struct json_object *object,
			const struct cli_column *column)
{
	struct json_object *value;
	uint64_t number;

	if (!json_object_object_get_ex(object, column->key, &value) || !value) {
		snprintf(out, size, "-");
		return;
	}
	number = json_object_get_uint64(value);
	switch (column->format) {
	case CLI_TEXT:
	case CLI_NUMBER:
		snprintf(out, size, "%s", json_object_get_string(value));
		break;
	case CLI_SIZE:
		format_size(out, size, number);
		break;
	case CLI_SECTORS:
		format_size(out, size, number * 512);
		break;
	case CLI_HEX:
		snprintf(out, size, "0x%" PRIx64, number);
		break;
	case CLI_CPUS:
		format_cpus(out, size, number);
		break;
	case CLI_NS:
		snprintf(out, size, "%" PRIu64 ".%03" PRIu64 " ms",
			 number / 1000000, number / 1000 % 1000);
		break;
	}
}

static void print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
}

static void print_row(struct json_object *row, const struct cli_column *columns,
		      const size_t *width)
{
	char cell[CELL * 4];
	size_t i;

	for (i = 0; columns[i].title; i++) {
		bool left = columns[i].format == CLI_TEXT ||
			    columns[i].format == CLI_CPUS;
		bool last = !columns[i + 1].title;

		if (row)
			format_cell(cell, sizeof(cell), row, &columns[i]);
		else
			snprintf(cell, sizeof(cell), "%s", columns[i].title);
		if (last && left)
			printf("%s\n", cell);
		else
			printf(left ? "%-*s%s" : "%*s%s", (int)width[i], cell,
			       last ? "\n" : "  ");
	}
}

void cli_print_table(struct json_object *rows, const struct cli_column *columns)
{
	size_t width[16] = { 0 }, i, j;
	char cell[CELL * 4];

	if (cli.json) {
		print_json(rows);
		json_object_put(rows);
		return;
	}
	for (j = 0; columns[j].title; j++) {
		width[j] = strlen(columns[j].title);
		for (i = 0; i < json_object_array_length(rows); i++) {
			format_cell(cell, sizeof(cell),
				    json_object_array_get_idx(rows, i),
				    &columns[j]);
			if (strlen(cell) > width[j])
				width[j] = strlen(cell);
		}
	}
	print_row(NULL, columns, width);
	for (i = 0; i < json_object_array_length(rows); i++)
		print_row(json_object_array_get_idx(rows, i), columns, width);
	json_object_put(rows);
}

void cli_print_list(struct json_object *object, const struct cli_column *lines)
{
	struct json_object *value;
	char cell[CELL * 4];
	size_t width = 0, i;

	if (cli.json) {
		print_json(object);
		json_object_put(object);
		return;
	}
	for (i = 0; lines[i].title; i++) {
		if (strlen(lines[i].title) > width)
			width = strlen(lines[i].title);
	}
	for (i = 0; lines[i].title; i++) {
		if (!json_object_object_get_ex(object, lines[i].key, &value))
			continue;
		format_cell(cell, sizeof(cell), object, &lines[i]);
		printf("%-*s  %s\n", (int)width, lines[i].title, cell);
	}
	json_object_put(object);
}

void cli_put_text(struct json_object *object, const char *key, const char *text,
		  size_t len)
{
	char out[SHYPER_API_PATH_LEN + 1];

	shyper_printable(out, sizeof(out), text, len);
	json_object_object_add(object, key, json_object_new_string(out));
}

void cli_put_number(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void tell_progress(void *arg, const char *what, const char *path,
			  uint64_t done, uint64_t all)
{
	static const char bar[] = "########################################";
	int width = (int)sizeof(bar) - 1, filled;
	char size[32];

	(void)arg;
	if (cli.quiet || cli.json)
		return;
	format_size(size, sizeof(size), all);
	if (!isatty(STDERR_FILENO)) {
		if (done == all)
			fprintf(stderr, "%s: %s, %s\n", what, path, size);
		return;
	}
	filled = all ? (int)(done * (uint64_t)width / all) : width;
	fprintf(stderr, "\r%-11s [%.*s%*s] %3d%% of %s", what, filled, bar,
		width - filled, "", all ? (int)(done * 100 / all) : 100, size);
	if (done == all)
		fputc('\n', stderr);
}

const struct shyper_progress cli_progress = { .tell = tell_progress };
