/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of interfaces as names of pins, there and back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/sys/failure.h"
#include "user/sys/pin_name.h"
#include "user/sys/pins.h"

#define LONGEST ".%.%.%.%.%.%.%."

static const struct {
	const char *interface;
	const char *pin;
} names[] = {
	{ "eth0", "eth0" },
	{ "eth0.100", "eth0%2e100" },
	{ "eth0%2e100", "eth0%252e100" },
	{ "a.b.c", "a%2eb%2ec" },
	{ "100%", "100%25" },
	{ "%", "%25" },
	{ ".0", "%2e0" },
	{ "...", "%2e%2e%2e" },
	{ "en[0]*?\\", "en[0]*?\\" },
	{ "\xc3\xa9th", "\xc3\xa9th" },
	{ "fifteen-octets-", "fifteen-octets-" },
	{ LONGEST, "%2e%25%2e%25%2e%25%2e%25%2e%25%2e%25%2e%25%2e" },
};

static void test_a_name_becomes_a_pin_and_a_name_again(void **state)
{
	char pin[GX_PIN_NAME_OCTETS], interface[IF_NAMESIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_string_equal(gx_pin_escape(names[i].interface, pin), names[i].pin);
		assert_true(gx_pin_unescape(pin, interface));
		assert_string_equal(interface, names[i].interface);
	}
}

/* Each octet that an interface's name can have, in front of two that make an escape with '%'. */
static void test_no_two_names_have_the_same_pin(void **state)
{
	char pins[256][GX_PIN_NAME_OCTETS] = {}, interface[IF_NAMESIZE];

	for (int octet = 1; octet < 256; octet++) {
		const char name[] = { (char)octet, '2', 'e', '\0' };

		gx_pin_escape(name, pins[octet]);
		assert_null(strchr(pins[octet], '.'));
		assert_true(gx_pin_unescape(pins[octet], interface));
		assert_string_equal(interface, name);
		for (int other = 1; other < octet; other++)
			assert_string_not_equal(pins[octet], pins[other]);
	}
}

static void test_what_is_the_pin_of_no_interface_is_not_read(void **state)
{
	static const char *const pins[] = {
		"", "%", "eth0%", "eth0%2", "eth0%2E100", "eth0%41", "eth0%2f", "eth0%%", "eth0.100", "sixteen-octets--",
		"%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e%2e",
	};
	char interface[IF_NAMESIZE] = "untouched";

	for (size_t i = 0; i < sizeof(pins) / sizeof(*pins); i++)
		assert_false(gx_pin_unescape(pins[i], interface));
	assert_string_equal(interface, "untouched");
}

/* What a user types as a name need not be one of an interface. */
static void test_a_name_that_is_too_long_has_the_pin_of_no_interface(void **state)
{
	char name[1000], pin[GX_PIN_NAME_OCTETS], interface[IF_NAMESIZE];

	for (size_t octets = IF_NAMESIZE; octets < sizeof(name); octets++) {
		memset(name, octets % 2 ? '.' : 'a', octets);
		name[octets] = '\0';
		gx_pin_escape(name, pin);
		assert_false(gx_pin_unescape(pin, interface));
	}
}

static void test_paths_stay_in_the_folder(void **state)
{
	char path[GX_PATH_OCTETS];

	assert_string_equal(gx_pins_link("eth0.100", path), "/sys/fs/bpf/geoxdp/eth0%2e100/link");
	assert_string_equal(gx_pins_folder("eth0.100", 7, path), "/sys/fs/bpf/geoxdp/eth0%2e100/gen-7");
	assert_string_equal(gx_pins_link("..", path), "/sys/fs/bpf/geoxdp/%2e%2e/link");
}

static void test_only_who_is_not_root_is_told_to_be(void **state)
{
	assert_null(gx_rights_hint(ENOENT));
	assert_null(gx_rights_hint(0));
	for (size_t i = 0; i < 2; i++) {
		const char *hint = gx_rights_hint(i ? EPERM : EACCES);

		assert_non_null(hint);
		assert_int_equal(!strcmp(hint, "needs root"), geteuid() != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_becomes_a_pin_and_a_name_again),
		cmocka_unit_test(test_no_two_names_have_the_same_pin),
		cmocka_unit_test(test_what_is_the_pin_of_no_interface_is_not_read),
		cmocka_unit_test(test_a_name_that_is_too_long_has_the_pin_of_no_interface),
		cmocka_unit_test(test_paths_stay_in_the_folder),
		cmocka_unit_test(test_only_who_is_not_root_is_told_to_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
