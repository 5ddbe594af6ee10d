/* SPDX-License-Identifier: GPL-3.0-or-later */
/* user/core/cookies.h: secrets of cookies and their file. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/folder.h"
#include "user/core/cookies.h"

#define FIRST	"e5e973e5a6b2a43f48e7dc849e37bfcf"
#define SECOND	"445536bcd2513298075a5d379663c962"
#define THIRD	"dd3bdf9344b678b185a6f5cb60fca715"

/* The states as text: "active staging". */
static void expect_secrets(const struct gx_cookie_secrets *secrets, const char *active, const char *staging)
{
	const char *const wanted[] = { active, staging };
	char text[GX_COOKIE_TEXT_OCTETS];

	assert_int_equal(secrets->count, (active != NULL) + (staging != NULL));
	for (uint32_t i = 0; i < secrets->count; i++)
		assert_string_equal(gx_cookies_show(secrets->secrets[i], text), wanted[i]);
}

static void add(struct gx_cookie_secrets *secrets, const char *text)
{
	__u64 secret[2];

	assert_int_equal(gx_cookies_parse(text, secret), 0);
	gx_cookies_add(secrets, secret);
}

static void secrets_are_32_hexadecimal_digits(void **state)
{
	static const char *const wrong[] = { "", "e5", FIRST "0", FIRST " ", " " FIRST, "0x" FIRST,
					     "e5e973e5a6b2a43f48e7dc849e37bfc", "g5e973e5a6b2a43f48e7dc849e37bfcf" };
	__u64 secret[2] = { 1, 2 }, upper[2];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(gx_cookies_parse(wrong[i], secret), -EINVAL);
	assert_true(secret[0] == 1 && secret[1] == 2);
	assert_int_equal(gx_cookies_parse(FIRST, secret), 0);
	assert_memory_equal(secret, "\xe5\xe9\x73\xe5\xa6\xb2\xa4\x3f\x48\xe7\xdc\x84\x9e\x37\xbf\xcf", 16);
	assert_int_equal(gx_cookies_parse("E5E973E5A6B2A43F48E7DC849E37BFCF", upper), 0);
	assert_memory_equal(secret, upper, 16);
}

static void secrets_roll_as_those_of_nsd(void **state)
{
	struct gx_cookie_secrets secrets = {0};

	assert_int_equal(gx_cookies_activate(&secrets), -ENOENT);
	assert_int_equal(gx_cookies_drop(&secrets), -ENOENT);
	add(&secrets, FIRST);
	expect_secrets(&secrets, FIRST, NULL);
	assert_int_equal(gx_cookies_activate(&secrets), -ENOENT);
	assert_int_equal(gx_cookies_drop(&secrets), -ENOENT);
	add(&secrets, SECOND);
	expect_secrets(&secrets, FIRST, SECOND);
	add(&secrets, THIRD);
	expect_secrets(&secrets, FIRST, THIRD);
	assert_int_equal(gx_cookies_activate(&secrets), 0);
	expect_secrets(&secrets, THIRD, FIRST);
	assert_int_equal(gx_cookies_drop(&secrets), 0);
	expect_secrets(&secrets, THIRD, NULL);
	assert_true(!secrets.secrets[1][0] && !secrets.secrets[1][1]);
}

/* Findings of a file with this content, "" for none; out is written. */
static const char *read_content(struct folder *folder, const char *content, struct gx_cookie_secrets *out)
{
	const char *file = folder_put(folder, "secrets", content);
	struct gx_diag diag = {0};
	static char text[256];
	int error;

	chmod(file, 0600);
	error = gx_cookies_read(out, file, NULL, &diag);
	assert_int_equal(error, diag.errors ? -EINVAL : 0);
	text[0] = '\0';
	if (diag.count)
		snprintf(text, sizeof(text), "%u: %s", diag.findings[0].where.line, diag.findings[0].text);
	gx_diag_free(&diag);
	return text;
}

static void file_has_a_secret_a_line(void **state)
{
	struct folder *folder = *state;
	struct gx_cookie_secrets secrets;

	assert_string_equal(read_content(folder, FIRST "\n" SECOND "\n", &secrets), "");
	expect_secrets(&secrets, FIRST, SECOND);
	assert_non_null(strstr(secrets.file, "/secrets"));
	assert_string_equal(read_content(folder, FIRST "\r\n" SECOND, &secrets), "");
	expect_secrets(&secrets, FIRST, SECOND);
	assert_string_equal(read_content(folder, FIRST, &secrets), "");
	expect_secrets(&secrets, FIRST, NULL);
	assert_string_equal(read_content(folder, "", &secrets), "");
	expect_secrets(&secrets, NULL, NULL);
}

/* A finding names the line, never what stands there. */
static void mistakes_in_the_file_are_found(void **state)
{
	struct folder *folder = *state;
	struct gx_cookie_secrets secrets = { .count = 7 };

	assert_string_equal(read_content(folder, FIRST "\n" SECOND "0\n", &secrets),
			    "2: no secret: 32 hexadecimal digits would be right");
	assert_string_equal(read_content(folder, "\n" FIRST "\n", &secrets),
			    "1: no secret: 32 hexadecimal digits would be right");
	assert_string_equal(read_content(folder, FIRST "\n" SECOND "\n" THIRD "\n", &secrets),
			    "3: a third secret: one, or two during a rollover, would be right");
	assert_int_equal(secrets.count, 7);
}

static size_t warnings_of(const char *file, struct gx_cookie_secrets *out)
{
	struct gx_diag diag = {0};
	size_t count;

	assert_int_equal(gx_cookies_read(out, file, NULL, &diag), 0);
	assert_int_equal(diag.n_files, 1);
	assert_string_equal(diag.files[0], file);
	count = diag.count;
	gx_diag_free(&diag);
	return count;
}

static void missing_file_and_one_that_others_can_read_are_warned_of(void **state)
{
	struct folder *folder = *state;
	struct gx_cookie_secrets secrets;
	const char *file = folder_put(folder, "secrets", FIRST "\n");

	chmod(file, 0640);
	assert_int_equal(warnings_of(file, &secrets), 0);
	chmod(file, 0644);
	assert_int_equal(warnings_of(file, &secrets), 1);
	expect_secrets(&secrets, FIRST, NULL);
	unlink(file);
	assert_int_equal(warnings_of(file, &secrets), 1);
	expect_secrets(&secrets, NULL, NULL);
	assert_string_equal(secrets.file, file);
}

static void file_is_replaced_in_whole_and_keeps_its_mode(void **state)
{
	struct folder *folder = *state;
	struct gx_cookie_secrets secrets = {0}, back;
	const char *file = folder_put(folder, "secrets", "");
	char error[GX_COOKIE_ERROR_OCTETS];
	struct stat status;

	snprintf(secrets.file, sizeof(secrets.file), "%s", file);
	add(&secrets, FIRST);
	add(&secrets, SECOND);
	unlink(file);
	assert_int_equal(gx_cookies_write(&secrets, error), 0);
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, 66);
	chmod(file, 0640);
	gx_cookies_drop(&secrets);
	assert_int_equal(gx_cookies_write(&secrets, error), 0);
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(warnings_of(file, &back), 0);
	assert_true(gx_cookies_equal(&secrets, &back));
	add(&back, SECOND);
	assert_false(gx_cookies_equal(&secrets, &back));
	strcat(secrets.file, ".d/none");
	assert_int_equal(gx_cookies_write(&secrets, error), -ENOENT);
	assert_non_null(strstr(error, "No such file"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_32_hexadecimal_digits),
		cmocka_unit_test(secrets_roll_as_those_of_nsd),
		folder_test(file_has_a_secret_a_line),
		folder_test(mistakes_in_the_file_are_found),
		folder_test(missing_file_and_one_that_others_can_read_are_warned_of),
		folder_test(file_is_replaced_in_whole_and_keeps_its_mode),
	};

	return cmocka_run_group_tests_name("cookies", tests, NULL, NULL);
}
