// SPDX-License-Identifier: GPL-2.0-only
/* EL2's boot options: name=value, separated by blanks. */
#include <el2/options.h>
#include <el2/string.h>

struct options options = {
	.mvm_mem = SZ_1G,
	.mvm_cpus = 1,
	.loglevel = LOG_INFO,
};

static bool parse_u64(const char *val, u64 *out)
{
	char *end;
	u64 num = strtoul(val, &end, 0);

	if (end == val)
		return false;
	switch (*end) {
	case 'G': case 'g':
		num *= SZ_1G;
		end++;
		break;
	case 'M': case 'm':
		num <<= 20;
		end++;
		break;
	case 'K': case 'k':
		num <<= 10;
		end++;
		break;
	}
	*out = num;
	return *end == '\0';
}

static bool set_mvm_mem(const char *val)
{
	u64 num;

	if (!parse_u64(val, &num) || num < 128 << 20 || !IS_ALIGNED(num, SZ_2M))
		return false;
	options.mvm_mem = num;
	return true;
}

static bool set_mvm_cpus(const char *val)
{
	u64 num;

	if (!parse_u64(val, &num) || !num || num > 64)
		return false;
	options.mvm_cpus = (u32)num;
	return true;
}

static bool set_pool(const char *val)
{
	return parse_u64(val, &options.pool) && IS_ALIGNED(options.pool, SZ_2M);
}

static bool set_loglevel(const char *val)
{
	static const char * const names[] = { "error", "warn", "info", "debug" };
	u32 n;

	for (n = 0; n < ARRAY_SIZE(names); n++) {
		if (!strcmp(val, names[n])) {
			options.loglevel = n;
			return true;
		}
	}
	return false;
}

static bool set_abi(const char *val)
{
	options.deployed = !strcmp(val, "deployed");
	return options.deployed || !strcmp(val, "full");
}

static const struct {
	const char *name;
	bool (*set)(const char *val);
	const char *expected;
} table[] = {
	{ "mvm_mem", set_mvm_mem, "a size of at least 128M, in steps of 2M" },
	{ "mvm_cpus", set_mvm_cpus, "1 to 64" },
	{ "pool", set_pool, "a size in steps of 2M" },
	{ "loglevel", set_loglevel, "error, warn, info or debug" },
	{ "abi", set_abi, "full or deployed" },
};

static void parse_one(char *word)
{
	char *val = strchr(word, '=');
	u32 n;

	if (val)
		*val++ = '\0';
	for (n = 0; n < ARRAY_SIZE(table); n++) {
		if (strcmp(word, table[n].name))
			continue;
		if (!val || !table[n].set(val))
			log_error("boot option %s=%s: expected %s", word,
				  val ? val : "", table[n].expected);
		return;
	}
	log_error("boot option %s: unknown", word);
}

void options_parse(const char *cmdline)
{
	char word[64];
	size_t len;

	for (;;) {
		while (*cmdline == ' ')
			cmdline++;
		if (!*cmdline)
			break;
		for (len = 0; cmdline[len] && cmdline[len] != ' '; len++)
			;
		if (len < sizeof(word)) {
			memcpy(word, cmdline, len);
			word[len] = '\0';
			parse_one(word);
		} else {
			log_error("boot option longer than %zu characters",
				  sizeof(word) - 1);
		}
		cmdline += len;
	}
}
