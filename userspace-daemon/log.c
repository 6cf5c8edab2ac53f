// SPDX-License-Identifier: GPL-2.0-only
/* shyperd's log: standard error, with a journal's prefixes there, or syslog. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "shyperd.h"

static bool to_stderr = true;
static bool to_journal;

void log_open(bool standard_error)
{
	to_stderr = standard_error;
	to_journal = standard_error && getenv("JOURNAL_STREAM");
	if (!standard_error)
		openlog("shyperd", LOG_PID, LOG_DAEMON);
}

void log_line(int level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!to_stderr)
		syslog(level, "%s", text);
	else if (to_journal)
		fprintf(stderr, "<%d>%s\n", level, text);
	else
		fprintf(stderr, "shyperd: %s\n", text);
}

void log_diag(int level, struct shyper_diag *diag)
{
	char *line = diag->text, *end;

	for (; line && (end = strchr(line, '\n')); line = end + 1)
		log_line(level, "%.*s", (int)(end - line), line);
	shyper_diag_reset(diag);
}
