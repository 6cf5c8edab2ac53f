// SPDX-License-Identifier: GPL-2.0-only
/* Control messages: what a driver is told, in which order, and how often. */
#include <string.h>

#include "tap.h"
#include "vconsole_ctl.h"

static struct shyper_vcon_ctl ctl;

static void begin(u32 ports)
{
	memset(&ctl, 0, sizeof(ctl));
	ctl.ports = ports;
}

static bool receive(u32 id, u16 event, u16 value)
{
	struct shyper_vcon_msg msg = { id, event, value };

	return shyper_vcon_ctl_receive(&ctl, &msg);
}

/* The next message, and what follows its head. */
static union {
	struct shyper_vcon_msg msg;
	u8 byte[SHYPER_VCON_MSG_MAX];
} sent;

static u32 next(void)
{
	bool pending = shyper_vcon_ctl_pending(&ctl);
	u32 len;

	memset(&sent, 0xee, sizeof(sent));
	len = shyper_vcon_ctl_next(&ctl, &sent);
	CHECK(pending == (len != 0));
	return len;
}

static bool sent_is(u32 id, u16 event, u16 value)
{
	return sent.msg.id == id && sent.msg.event == event &&
	       sent.msg.value == value;
}

static void expect(u32 id, u16 event, u16 value)
{
	CHECK_EQ(next(), sizeof(struct shyper_vcon_msg));
	CHECK(sent_is(id, event, value));
}

static void expect_name(u32 id, const char *name)
{
	CHECK_EQ(next(), sizeof(struct shyper_vcon_msg) + strlen(name));
	CHECK(sent_is(id, SHYPER_VCON_PORT_NAME, 1));
	CHECK(!memcmp(sent.byte + sizeof(struct shyper_vcon_msg), name,
		      strlen(name)));
}

/* 5.3.6.2: columns, then rows. */
static void expect_size(u32 id, u16 cols, u16 rows)
{
	u16 size[2];

	CHECK_EQ(next(), sizeof(struct shyper_vcon_msg) + sizeof(size));
	CHECK(sent_is(id, SHYPER_VCON_RESIZE, 1));
	memcpy(size, sent.byte + sizeof(struct shyper_vcon_msg), sizeof(size));
	CHECK_EQ(size[0], cols);
	CHECK_EQ(size[1], rows);
}

static void expect_nothing(void)
{
	CHECK_EQ(next(), 0);
}

static void drain(void)
{
	while (next())
		;
}

static void test_handshake(void)
{
	begin(2);
	expect_nothing();
	CHECK(receive(~0U, SHYPER_VCON_DEVICE_READY, 1));
	expect(0, SHYPER_VCON_PORT_ADD, 1);
	expect(1, SHYPER_VCON_PORT_ADD, 1);
	expect_nothing();
	CHECK(receive(1, SHYPER_VCON_PORT_READY, 1));
	expect(1, SHYPER_VCON_CONSOLE_PORT, 1);
	expect_name(1, "console1");
	expect(1, SHYPER_VCON_PORT_OPEN, 0);
	expect_nothing();
	CHECK(receive(0, SHYPER_VCON_PORT_READY, 1));
	expect(0, SHYPER_VCON_CONSOLE_PORT, 1);
	expect_name(0, "console0");
	expect(0, SHYPER_VCON_PORT_OPEN, 0);
	expect_nothing();
}

static void test_size(void)
{
	begin(2);
	/* Before the driver has the port it is kept, and told later. */
	CHECK(shyper_vcon_ctl_resize(&ctl, 1, 40, 100));
	expect_nothing();
	receive(1, SHYPER_VCON_PORT_READY, 1);
	expect(1, SHYPER_VCON_CONSOLE_PORT, 1);
	expect_name(1, "console1");
	expect_size(1, 100, 40);
	drain();
	/* However often it changes, the last one is told. */
	CHECK(!shyper_vcon_ctl_resize(&ctl, 1, 40, 100));
	expect_nothing();
	CHECK(shyper_vcon_ctl_resize(&ctl, 1, 41, 100));
	CHECK(shyper_vcon_ctl_resize(&ctl, 1, 42, 101));
	expect_size(1, 101, 42);
	expect_nothing();
}

static void test_host_open(void)
{
	begin(1);
	shyper_vcon_ctl_host_open(&ctl, 0, true);
	expect_nothing();
	receive(0, SHYPER_VCON_PORT_READY, 1);
	expect(0, SHYPER_VCON_CONSOLE_PORT, 1);
	expect_name(0, "console0");
	expect(0, SHYPER_VCON_PORT_OPEN, 1);
	shyper_vcon_ctl_host_open(&ctl, 0, true);
	expect_nothing();
	shyper_vcon_ctl_host_open(&ctl, 0, false);
	expect(0, SHYPER_VCON_PORT_OPEN, 0);
	expect_nothing();
}

static void test_guest_open(void)
{
	begin(2);
	CHECK(receive(1, SHYPER_VCON_PORT_OPEN, 1));
	CHECK(ctl.port[1].guest_open && !ctl.port[0].guest_open);
	CHECK(receive(1, SHYPER_VCON_PORT_OPEN, 0));
	CHECK(!ctl.port[1].guest_open);
}

static void test_reset(void)
{
	begin(2);
	receive(0, SHYPER_VCON_DEVICE_READY, 1);
	receive(0, SHYPER_VCON_PORT_READY, 1);
	receive(0, SHYPER_VCON_PORT_OPEN, 1);
	shyper_vcon_ctl_resize(&ctl, 0, 24, 80);
	shyper_vcon_ctl_host_open(&ctl, 0, true);
	shyper_vcon_ctl_reset(&ctl);
	CHECK(!ctl.port[0].guest_open);
	expect_nothing();
	/* Not told before the new driver has the port; then all of it. */
	shyper_vcon_ctl_resize(&ctl, 0, 25, 80);
	expect_nothing();
	receive(0, SHYPER_VCON_PORT_READY, 1);
	expect(0, SHYPER_VCON_CONSOLE_PORT, 1);
	expect_name(0, "console0");
	expect_size(0, 80, 25);
	expect(0, SHYPER_VCON_PORT_OPEN, 1);
	expect_nothing();
}

static void test_failed_driver(void)
{
	begin(2);
	receive(0, SHYPER_VCON_DEVICE_READY, 1);
	receive(0, SHYPER_VCON_DEVICE_READY, 0);
	expect_nothing();
	receive(1, SHYPER_VCON_PORT_READY, 1);
	receive(1, SHYPER_VCON_PORT_READY, 0);
	shyper_vcon_ctl_resize(&ctl, 1, 24, 80);
	expect_nothing();
}

static void test_nonsense(void)
{
	static const u16 ours[] = {
		SHYPER_VCON_PORT_ADD, SHYPER_VCON_PORT_REMOVE,
		SHYPER_VCON_CONSOLE_PORT, SHYPER_VCON_RESIZE,
		SHYPER_VCON_PORT_NAME, 8, 0xffff,
	};
	struct shyper_vcon_ctl before;
	size_t n;

	begin(2);
	before = ctl;
	for (n = 0; n < sizeof(ours) / sizeof(ours[0]); n++)
		CHECK(!receive(0, ours[n], 1));
	CHECK(!receive(2, SHYPER_VCON_PORT_READY, 1));
	CHECK(!receive(~0U, SHYPER_VCON_PORT_OPEN, 1));
	CHECK(!receive(0x80000000, SHYPER_VCON_PORT_READY, 1));
	CHECK(!memcmp(&before, &ctl, sizeof(ctl)));
}

/* Whatever a driver says: a bounded number of messages, all well-formed. */
static void test_random(void)
{
	u32 round, n, len;

	tap_seed(1);
	begin(SHYPER_CONSOLE_PORTS);
	for (round = 0; round < 100000; round++) {
		switch (tap_below(8)) {
		case 0:
			shyper_vcon_ctl_reset(&ctl);
			break;
		case 1:
			shyper_vcon_ctl_resize(&ctl, tap_below(ctl.ports),
					       tap_below(3), tap_below(3));
			break;
		case 2:
			shyper_vcon_ctl_host_open(&ctl, tap_below(ctl.ports),
						  tap_below(2));
			break;
		case 3:
			for (n = 0; (len = next()); n++) {
				CHECK(len >= sizeof(struct shyper_vcon_msg));
				CHECK(len <= SHYPER_VCON_MSG_MAX);
				CHECK(sent.msg.id < ctl.ports);
			}
			CHECK(n <= 5 * ctl.ports);
			break;
		default:
			receive(tap_below(ctl.ports + 1), tap_below(9),
				tap_below(2));
		}
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(test_handshake, "ports are added, then told of, in order"),
	TAP_TEST(test_size, "a size is told once, and as it is last"),
	TAP_TEST(test_host_open, "a terminal that opens or closes is told of"),
	TAP_TEST(test_guest_open, "the guest opens and closes a port"),
	TAP_TEST(test_reset, "a reset forgets the driver, not the terminal"),
	TAP_TEST(test_failed_driver, "a driver that failed is told nothing"),
	TAP_TEST(test_nonsense, "messages without a meaning do nothing"),
	TAP_TEST(test_random, "whatever is said, messages are few and whole"),
};

TAP_SUITE(control_suite, tests);
