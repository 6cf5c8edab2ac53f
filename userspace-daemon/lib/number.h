/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people write them: 12, 0x1f, 0b101, 256M, 52:54:00:12:34:56. */
#ifndef SHYPER_LIB_NUMBER_H
#define SHYPER_LIB_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * shyper_number_parse() - read "0x..", "0b.." or a decimal number
 * @text:	the number, blanks around it allowed
 * @value:	out
 *
 * Return: false if @text is anything else or does not fit into 64 bits.
 */
bool shyper_number_parse(const char *text, uint64_t *value);

/**
 * shyper_size_parse() - as shyper_number_parse(), with a unit
 * @text:	the number; K, M, G or T may follow, or KiB, MiB, GiB, TiB
 * @value:	out: bytes
 *
 * Return: false if @text is anything else or does not fit into 64 bits.
 */
bool shyper_size_parse(const char *text, uint64_t *value);

/**
 * shyper_mac_parse() - read six hexadecimal bytes with colons between
 * @text:	the address
 * @mac:	out
 *
 * Return: false if @text is anything else.
 */
bool shyper_mac_parse(const char *text, uint8_t mac[6]);

#endif /* SHYPER_LIB_NUMBER_H */
