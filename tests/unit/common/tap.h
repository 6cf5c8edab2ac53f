/* SPDX-License-Identifier: GPL-2.0-only */
/* Host tests as a table of functions, one behaviour each; results as TAP. */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tap_test {
	const char *name;
	void (*run)(void);
};

#define TAP_TEST(fn, what)	{ what, fn }

/* Within a test: goes on after a failure, so that all of it is seen. */
#define CHECK(cond)	tap_check(cond, #cond, __FILE__, __LINE__)
#define CHECK_EQ(a, b) \
	tap_equal((uint64_t)(a), (uint64_t)(b), #a " == " #b, __FILE__, __LINE__)

bool tap_check(bool pass, const char *what, const char *file, int line);
bool tap_equal(uint64_t a, uint64_t b, const char *what, const char *file,
	       int line);

/* The tests of a file: an array and its length. */
struct tap_suite {
	const struct tap_test *tests;
	size_t count;
};

#define TAP_SUITE(name, array) \
	const struct tap_suite name = { array, sizeof(array) / sizeof((array)[0]) }

/**
 * tap_main() - run suites
 *
 * Return: the exit status; 1 if a test failed.
 */
int tap_main(const struct tap_suite *const *suites, size_t count);

/* Pseudo-random numbers, the same in every run after the same seed. */
void tap_seed(uint64_t seed);
uint32_t tap_random(void);
/* 0 .. below - 1 */
uint32_t tap_below(uint32_t below);

#endif /* TAP_H */
