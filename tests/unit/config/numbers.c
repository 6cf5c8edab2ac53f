// SPDX-License-Identifier: GPL-2.0-only
/* Numbers, sizes and MAC addresses as people write them. */
#include <inttypes.h>
#include <string.h>

#include "diag.h"
#include "number.h"
#include "test.h"

#define WRONG	UINT64_C(0xbadbadbad)

static const struct {
	const char *text;
	uint64_t number;
	uint64_t size;
} cases[] = {
	{ "0", 0, 0 },
	{ "12", 12, 12 },
	{ " 12\t", 12, 12 },
	{ "0x1F", 31, 31 },
	{ "0X1f", 31, 31 },
	{ "0b0100", 4, 4 },
	{ "0B1", 1, 1 },
	{ "007", 7, 7 },
	{ "18446744073709551615", UINT64_MAX, UINT64_MAX },
	{ "18446744073709551616", WRONG, WRONG },
	{ "0xffffffffffffffff", UINT64_MAX, UINT64_MAX },
	{ "0x10000000000000000", WRONG, WRONG },
	{ "0b", WRONG, WRONG },
	{ "0x", WRONG, WRONG },
	{ "0b2", WRONG, WRONG },
	{ "", WRONG, WRONG },
	{ " ", WRONG, WRONG },
	{ "-1", WRONG, WRONG },
	{ "+1", WRONG, WRONG },
	{ "1.5", WRONG, WRONG },
	{ "1 2", WRONG, WRONG },
	{ "0x12g", WRONG, UINT64_C(18) << 30 },
	{ "0x12h", WRONG, WRONG },
	{ "256M", WRONG, 256 << 20 },
	{ "256m", WRONG, 256 << 20 },
	{ "256 MiB", WRONG, 256 << 20 },
	{ "64K", WRONG, 64 << 10 },
	{ "1G", WRONG, 1 << 30 },
	{ "0x10K", WRONG, 16 << 10 },
	{ "1T", WRONG, UINT64_C(1) << 40 },
	{ "16777215T", WRONG, UINT64_C(16777215) << 40 },
	{ "16777216T", WRONG, WRONG },
	{ "1MB", WRONG, WRONG },
	{ "1MM", WRONG, WRONG },
	{ "M", WRONG, WRONG },
};

static const struct {
	const char *text;
	bool right;
} macs[] = {
	{ "52:54:00:12:34:56", true },
	{ "FF:ff:FF:ff:FF:ff", true },
	{ "52:54:00:12:34:5", false },
	{ "52:54:00:12:34:567", false },
	{ "52:54:00:12:34", false },
	{ "52-54-00-12-34-56", false },
	{ "52:54:00:12:34:5g", false },
	{ "5:54:00:12:34:56", false },
	{ "", false },
};

static void test_printable(void)
{
	char out[8];

	same_text(shyper_printable(out, sizeof(out), "a\033[2Jb\xff", 7),
		  "a?[2Jb?", "control characters do not reach a terminal");
	same_text(shyper_printable(out, sizeof(out), "0123456789", 10),
		  "0123456", "a long text is cut");
	same_text(shyper_printable(out, sizeof(out), "abcd", 2), "ab",
		  "a text without a NUL ends at its length");
}

void test_numbers(void)
{
	uint8_t mac[6];
	uint64_t value;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		value = WRONG;
		shyper_number_parse(cases[i].text, &value);
		ok(value == cases[i].number, "number \"%s\"", cases[i].text);
		value = WRONG;
		shyper_size_parse(cases[i].text, &value);
		ok(value == cases[i].size, "size \"%s\"", cases[i].text);
	}
	for (i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
		ok(shyper_mac_parse(macs[i].text, mac) == macs[i].right,
		   "MAC address \"%s\"", macs[i].text);
	ok(shyper_mac_parse(macs[0].text, mac) &&
	   !memcmp(mac, "\x52\x54\x00\x12\x34\x56", 6), "bytes of a MAC address");
	test_printable();
}
