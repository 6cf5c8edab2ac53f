/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages for the user, collected: a library function adds as many as there
 * are faults, and its caller prints them where they belong.
 */
#ifndef SHYPER_LIB_DIAG_H
#define SHYPER_LIB_DIAG_H

#include <stddef.h>

/**
 * struct shyper_diag - messages so far; all zero to begin with
 * @text:	lines, each ended by a newline; NULL: none
 * @len:	bytes of @text
 * @errors:	number of errors
 * @warnings:	number of warnings
 */
struct shyper_diag {
	char *text;
	size_t len;
	unsigned int errors;
	unsigned int warnings;
};

/**
 * shyper_diag_error() - add an error
 * @diag:	where to
 * @fmt:	printf format, without a newline
 *
 * After 50 messages only the count goes on.
 */
void shyper_diag_error(struct shyper_diag *diag, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** shyper_diag_warn() - add a warning; as shyper_diag_error() */
void shyper_diag_warn(struct shyper_diag *diag, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** shyper_diag_reset() - forget all messages and free them */
void shyper_diag_reset(struct shyper_diag *diag);

/**
 * shyper_printable() - copy a string for a terminal
 * @out:	gets printable ASCII only, '?' for the rest; NUL-terminated
 * @size:	bytes of @out
 * @in:		text of at most @len bytes, ended earlier by a NUL
 * @len:	bytes of @in
 *
 * Return: @out.
 */
char *shyper_printable(char *out, size_t size, const char *in, size_t len);

#endif /* SHYPER_LIB_DIAG_H */
