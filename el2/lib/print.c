// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines on EL2's console and text into buffers. The PL011 is shared with the
 * MVM, which sets it up; EL2 only ever writes characters.
 */
#include <stdarg.h>
#include <el2/board.h>
#include <el2/cpu.h>
#include <el2/log.h>
#include <el2/options.h>
#include <el2/spinlock.h>
#include <el2/string.h>
#include <el2/sysreg.h>

#define PL011_DR	0x00
#define PL011_FR	0x18
#define PL011_FR_TXFF	(1 << 5)

struct sink {
	char *buf;		/* NULL: the console */
	size_t size;
	size_t count;
};

static struct spinlock print_lock;

static void console_putc(char c)
{
	while (readl(board.uart + PL011_FR) & PL011_FR_TXFF)
		;
	writel((u32)c, board.uart + PL011_DR);
}

static void sink_putc(struct sink *sink, char c)
{
	if (!sink->buf)
		console_putc(c);
	else if (sink->count + 1 < sink->size)
		sink->buf[sink->count] = c;
	sink->count++;
}

static void sink_number(struct sink *sink, u64 val, u32 base, int width,
			char pad, bool negative)
{
	char digits[24];
	int n = 0;

	do {
		digits[n++] = "0123456789abcdef"[val % base];
		val /= base;
	} while (val);
	if (negative && pad == '0')
		sink_putc(sink, '-');
	else if (negative)
		digits[n++] = '-';
	for (; width > n; width--)
		sink_putc(sink, pad);
	while (n)
		sink_putc(sink, digits[--n]);
}

static void sink_string(struct sink *sink, const char *s, int width)
{
	if (!s)
		s = "(null)";
	for (; *s; s++, width--)
		sink_putc(sink, *s);
	for (; width > 0; width--)
		sink_putc(sink, ' ');
}

/* One conversion after its '%'; returns what follows it. */
static const char *sink_convert(struct sink *sink, const char *fmt, va_list *ap)
{
	char pad = ' ';
	int width = 0;
	bool wide = false;
	s64 sval;

	if (*fmt == '0')
		pad = *fmt++;
	for (; *fmt >= '0' && *fmt <= '9'; fmt++)
		width = width * 10 + (*fmt - '0');
	for (; *fmt == 'l' || *fmt == 'z'; fmt++)
		wide = true;

	switch (*fmt) {
	case 'd':
		sval = wide ? va_arg(*ap, long) : va_arg(*ap, int);
		sink_number(sink, sval < 0 ? -(u64)sval : (u64)sval, 10, width,
			    pad, sval < 0);
		break;
	case 'u':
	case 'x':
		sink_number(sink, wide ? va_arg(*ap, unsigned long) :
					 va_arg(*ap, unsigned int),
			    *fmt == 'x' ? 16 : 10, width, pad, false);
		break;
	case 'p':
		sink_string(sink, "0x", 0);
		sink_number(sink, (u64)va_arg(*ap, void *), 16, width, '0', false);
		break;
	case 's':
		sink_string(sink, va_arg(*ap, const char *), width);
		break;
	case 'c':
		sink_putc(sink, (char)va_arg(*ap, int));
		break;
	case '\0':
		return fmt;
	default:
		sink_putc(sink, *fmt);
	}
	return fmt + 1;
}

static void sink_format(struct sink *sink, const char *fmt, va_list *ap)
{
	while (*fmt) {
		if (*fmt == '%')
			fmt = sink_convert(sink, fmt + 1, ap);
		else
			sink_putc(sink, *fmt++);
	}
}

static void print_line(const char *prefix, const char *fmt, va_list *ap)
{
	struct sink sink = { };

	sink_string(&sink, prefix, 0);
	sink_format(&sink, fmt, ap);
	sink_string(&sink, "\r\n", 0);
}

void log_print(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	if (level > options.loglevel)
		return;
	va_start(ap, fmt);
	spin_lock(&print_lock);
	print_line("EL2: ", fmt, &ap);
	spin_unlock(&print_lock);
	va_end(ap);
}

int snprint(char *buf, size_t size, const char *fmt, ...)
{
	struct sink sink = { .buf = buf, .size = size };
	va_list ap;

	va_start(ap, fmt);
	sink_format(&sink, fmt, &ap);
	va_end(ap);
	if (size)
		buf[MIN(sink.count, size - 1)] = '\0';
	return (int)sink.count;
}

void panic(const char *fmt, ...)
{
	va_list ap;

	/* Without the lock: whoever holds it may be this CPU. */
	va_start(ap, fmt);
	print_line("\r\nEL2: PANIC: ", fmt, &ap);
	va_end(ap);
	machine_off();
}

void deployed_panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_line("\r\nEL2: PANIC: a deployed hypervisor stops here: ", fmt, &ap);
	va_end(ap);
	machine_off();
}
