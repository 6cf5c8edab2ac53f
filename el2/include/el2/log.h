/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's own console lines. Each line begins "EL2: "; nothing is printed on a
 * data path, and what a guest can cause is rate-limited per VM.
 */
#ifndef EL2_LOG_H
#define EL2_LOG_H

#include <el2/util.h>

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG,
};

/**
 * log_print() - print one line on EL2's console
 * @level: dropped if above the loglevel= boot option
 * @fmt: printf format: %s %c %d %u %x %lu %lx %ld %p, width, 0; no newline
 *
 * Context: any; takes the console's lock, which is a leaf.
 */
void log_print(enum log_level level, const char *fmt, ...) __printf(2, 3);

#define log_error(...)	log_print(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)	log_print(LOG_WARN, __VA_ARGS__)
#define log_info(...)	log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	log_print(LOG_DEBUG, __VA_ARGS__)

/**
 * panic() - EL2 itself is broken: say so and power the machine off
 *
 * Never reached by what a guest, the MVM included, does.
 */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn;

#define ASSERT(cond) \
	do { \
		if (!(cond)) \
			panic("%s:%d: %s", __FILE__, __LINE__, #cond); \
	} while (0)

/**
 * deployed_panic() - stop the run as a deployed hypervisor would have panicked
 *
 * Only with the boot option abi=deployed: the line makes the test fail.
 */
void deployed_panic(const char *fmt, ...) __printf(1, 2) __noreturn;

/**
 * snprint() - print into a buffer, always NUL-terminated
 *
 * Return: characters that the whole text takes, without the NUL.
 */
int snprint(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

#endif /* EL2_LOG_H */
