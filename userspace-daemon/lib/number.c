// SPDX-License-Identifier: GPL-2.0-only
/* Numbers as people write them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "number.h"

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Reads digits and moves *@text behind them. */
static bool parse_digits(const char **text, uint64_t *value)
{
	const char *p = *text;
	int base = 10, digit;
	uint64_t v = 0;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		base = 16;
	else if (p[0] == '0' && (p[1] == 'b' || p[1] == 'B'))
		base = 2;
	if (base != 10)
		p += 2;
	if (digit_value(*p) >= base)
		return false;
	for (; (digit = digit_value(*p)) < base; p++) {
		if (__builtin_mul_overflow(v, (uint64_t)base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)digit, &v))
			return false;
	}
	*text = p;
	*value = v;
	return true;
}

static const char *skip_blanks(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

bool shyper_number_parse(const char *text, uint64_t *value)
{
	const char *p = skip_blanks(text);
	uint64_t v;

	if (!parse_digits(&p, &v) || *skip_blanks(p))
		return false;
	*value = v;
	return true;
}

bool shyper_size_parse(const char *text, uint64_t *value)
{
	static const char units[] = "KMGT";
	const char *p = skip_blanks(text), *unit;
	uint64_t v;

	if (!parse_digits(&p, &v))
		return false;
	p = skip_blanks(p);
	unit = *p ? strchr(units, toupper((unsigned char)*p)) : NULL;
	if (unit) {
		unsigned int shift = 10 * (unsigned int)(unit - units + 1);

		p++;
		if (!strncasecmp(p, "iB", 2))
			p += 2;
		if (v > UINT64_MAX >> shift)
			return false;
		v <<= shift;
	}
	if (*skip_blanks(p))
		return false;
	*value = v;
	return true;
}

bool shyper_mac_parse(const char *text, uint8_t mac[6])
{
	int i, high, low;

	for (i = 0; i < 6; i++, text += 3) {
		high = digit_value(text[0]);
		if (high > 15)
			return false;
		low = digit_value(text[1]);
		if (low > 15 || text[2] != (i < 5 ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
