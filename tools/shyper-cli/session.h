/* SPDX-License-Identifier: GPL-2.0-only */
/* A session on a guest's console. */
#ifndef SHYPER_CLI_SESSION_H
#define SHYPER_CLI_SESSION_H

/**
 * session_run() - connect standard input and output with a console
 * @console:	a non-blocking descriptor
 * @idle:	seconds of silence that end it, once the input has
 *
 * On a terminal, which is raw meanwhile, Ctrl-] ends it, and the console has its
 * size. SIGINT, SIGTERM and
 * SIGHUP do so always.
 *
 * Return: 0 or a negative errno.
 */
int session_run(int console, unsigned int idle);

#endif /* SHYPER_CLI_SESSION_H */
