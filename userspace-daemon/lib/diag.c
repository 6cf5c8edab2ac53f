// SPDX-License-Identifier: GPL-2.0-only
/* Messages for the user, collected in one growing string. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

#define DIAG_MAX_MESSAGES	50

static void diag_append(struct shyper_diag *diag, const char *line, size_t len)
{
	char *text = realloc(diag->text, diag->len + len + 2);

	if (!text)
		return;
	memcpy(text + diag->len, line, len);
	diag->text = text;
	diag->len += len;
	diag->text[diag->len++] = '\n';
	diag->text[diag->len] = '\0';
}

static void diag_vadd(struct shyper_diag *diag, const char *fmt, va_list ap)
{
	char *line;
	int len;

	if (diag->errors + diag->warnings > DIAG_MAX_MESSAGES)
		return;
	len = vasprintf(&line, fmt, ap);
	if (len < 0)
		return;
	diag_append(diag, line, len);
	free(line);
}

void shyper_diag_error(struct shyper_diag *diag, const char *fmt, ...)
{
	va_list ap;

	diag->errors++;
	va_start(ap, fmt);
	diag_vadd(diag, fmt, ap);
	va_end(ap);
}

void shyper_diag_warn(struct shyper_diag *diag, const char *fmt, ...)
{
	va_list ap;

	diag->warnings++;
	va_start(ap, fmt);
	diag_vadd(diag, fmt, ap);
	va_end(ap);
}

void shyper_diag_reset(struct shyper_diag *diag)
{
	free(diag->text);
	memset(diag, 0, sizeof(*diag));
}

char *shyper_printable(char *out, size_t size, const char *in, size_t len)
{
	size_t i;

	for (i = 0; i < len && i + 1 < size && in[i]; i++)
		out[i] = in[i] >= ' ' && in[i] <= '~' ? in[i] : '?';
	out[i] = '\0';
	return out;
}
