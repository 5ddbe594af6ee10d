/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: nsid and cookie-secret-file of the server section. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "tests/unit/folder.h"
#include "user/core/native.h"

/* Read a configuration with this server section; its findings must be as expected. */
static void expect_server(struct folder *folder, struct gx_config *config, const char *server, const char *findings)
{
	const char *path = folder_put(folder, "geoxdp.conf",
				      gx_arena_printf(&folder->arena, "server: {%s}\n"
						      "zones: [{name: example.com, file: example.com.zone}]\n", server));

	folder_put(folder, "example.com.zone", "@ 60 IN SOA a. b. 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n");
	gx_config_read_native(config, path, &folder->diag, NULL);
	assert_string_equal(folder_findings(folder), findings);
}

static void test_nsid(void **state)
{
	static const char long_text[] = "0123456789012345678901234567890123456789012345678901234567890123";
	struct folder *folder = *state;
	struct gx_config config = { 0 };

	expect_server(folder, &config, "mode: auto", "");
	assert_int_equal(config.nsid_octets, 0);
	gx_config_free(&config);
	expect_server(folder, &config, "nsid: ns1.example", "");
	assert_int_equal(config.nsid_octets, 11);
	assert_memory_equal(config.nsid, "ns1.example", 11);
	gx_config_free(&config);
	expect_server(folder, &config, "nsid: 0x00fFe1", "");
	assert_int_equal(config.nsid_octets, 3);
	assert_memory_equal(config.nsid, "\x00\xff\xe1", 3);
	gx_config_free(&config);
	expect_server(folder, &config, gx_arena_printf(&folder->arena, "nsid: \"%s\"", long_text), "");
	assert_int_equal(config.nsid_octets, 64);
	gx_config_free(&config);
	for (size_t i = 0; i < 3; i++) {
		const char *const wrong[] = { "0x", "0x123", "0x12zz" };

		expect_server(folder, &config, gx_arena_printf(&folder->arena, "nsid: '%s'", wrong[i]),
			      gx_arena_printf(&folder->arena, "F/geoxdp.conf:1: nsid '%s' is no identifier: 1 to 64 octets of "
					      "text, or 0x and as many pairs of hexadecimal digits, would be right\n", wrong[i]));
		assert_int_equal(config.nsid_octets, 0);
		gx_config_free(&config);
	}
	expect_server(folder, &config, gx_arena_printf(&folder->arena, "nsid: '%s4'", long_text),
		      gx_arena_printf(&folder->arena, "F/geoxdp.conf:1: nsid '%s4' is no identifier: 1 to 64 octets of "
				      "text, or 0x and as many pairs of hexadecimal digits, would be right\n", long_text));
	gx_config_free(&config);
}

/* The file is noted among those that `geoxdp run` watches, also where it does not exist yet. */
static void test_cookie_secret_file(void **state)
{
	struct folder *folder = *state;
	const char *const files[] = { "geoxdp.conf", "secrets" };
	struct gx_config config = { 0 };
	const char *path;
	size_t noted = 0;

	expect_server(folder, &config, "cookie-secret-file: secrets",
		      "F/geoxdp.conf:1: warning: F/secrets does not exist, cookies are not answered: `geoxdp cookie-secret "
		      "generate` would make it\n");
	assert_int_equal(config.cookies.count, 0);
	for (size_t i = 0; i < config.n_files; i++)
		noted += strcmp(config.files[i], folder_path(folder, files[1])) == 0;
	assert_int_equal(noted, 1);
	gx_config_free(&config);
	path = folder_put(folder, "secrets", "e5e973e5a6b2a43f48e7dc849e37bfcf\n445536bcd2513298075a5d379663c962\n");
	chmod(path, 0600);
	expect_server(folder, &config, "cookie-secret-file: secrets", "");
	assert_int_equal(config.cookies.count, 2);
	assert_string_equal(config.cookies.file, path);
	gx_config_free(&config);
	chmod(path, 0604);
	expect_server(folder, &config, "cookie-secret-file: secrets",
		      "F/secrets:0: warning: mode 0604, others can read or write it: 0600 or 0640 would be right\n");
	gx_config_free(&config);
	path = folder_put(folder, "secrets", "e5e973e5a6b2a43f48e7dc849e37bfc\n");
	chmod(path, 0600);
	expect_server(folder, &config, "cookie-secret-file: secrets",
		      "F/secrets:1: no secret: 32 hexadecimal digits would be right\n");
	gx_config_free(&config);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		folder_test(test_nsid),
		folder_test(test_cookie_secret_file),
	};

	return cmocka_run_group_tests_name("native_edns", tests, NULL, NULL);
}
