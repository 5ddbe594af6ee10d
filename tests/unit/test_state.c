/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state file: written whole or not at all, read back as it was, refused where it is damaged. */
#include "tests/unit/folder.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "user/core/state.h"

static struct gx_prefix prefix_of(const char *text)
{
	struct gx_prefix prefix;

	assert_int_equal(gx_parse_prefix(text, &prefix), 0);
	return prefix;
}

static bool put_net(struct gx_state *state, const char *prefix, const char *location, uint64_t until_s)
{
	struct gx_net net = { prefix_of(prefix), location, 1000, until_s };

	return gx_state_put_net(state, &net);
}

static bool put_drain(struct gx_state *state, const char *site, uint64_t until_s)
{
	struct gx_drain drain = { site, 1000, until_s };

	return gx_state_put_drain(state, &drain);
}

static void test_put_and_take(void **unused)
{
	struct gx_state state = {0};
	struct gx_prefix prefix = prefix_of("10.0.0.0/8");

	assert_false(put_drain(&state, "us", 0));
	assert_false(put_drain(&state, "eu", 5));
	assert_true(put_drain(&state, "us", 7));
	assert_int_equal(state.n_drains, 2);
	assert_string_equal(state.drains[0].site, "eu");
	assert_int_equal(state.drains[1].until_s, 7);
	assert_false(gx_state_take_drain(&state, "asia"));
	assert_true(gx_state_take_drain(&state, "eu"));
	assert_string_equal(state.drains[0].site, "us");

	assert_false(put_net(&state, "2001:db8::/32", "DE", 0));
	assert_false(put_net(&state, "10.0.0.0/9", "DE", 0));
	assert_false(put_net(&state, "10.0.0.0/8", "US", 0));
	assert_true(put_net(&state, "10.0.0.0/8", "office", 0));
	assert_int_equal(state.n_nets, 3);
	assert_string_equal(state.nets[0].location, "office");
	assert_int_equal(state.nets[1].prefix.bits, 9);
	assert_int_equal(state.nets[2].prefix.addr.family, GX_IPV6);
	assert_true(gx_state_take_net(&state, &prefix));
	assert_false(gx_state_take_net(&state, &prefix));
	assert_int_equal(state.n_nets, 2);
	gx_state_free(&state);
}

static void test_expire(void **unused)
{
	struct gx_state state = {0};
	uint64_t next_s = 1;

	assert_int_equal(gx_state_expire(&state, 50, &next_s), 0);
	assert_int_equal(next_s, 0);
	put_drain(&state, "a", 0);
	put_drain(&state, "b", 50);
	put_drain(&state, "c", 51);
	put_net(&state, "10.0.0.0/8", "DE", 49);
	put_net(&state, "11.0.0.0/8", "DE", 90);
	assert_int_equal(gx_state_expire(&state, 50, &next_s), 2);
	assert_int_equal(next_s, 51);
	assert_int_equal(state.n_drains, 2);
	assert_string_equal(state.drains[1].site, "c");
	assert_int_equal(state.n_nets, 1);
	assert_int_equal(gx_state_expire(&state, 1000, &next_s), 2);
	assert_int_equal(next_s, 0);
	assert_int_equal(state.n_drains, 1);
	gx_state_free(&state);
}

static void test_back_as_it_was(void **unused)
{
	struct folder *folder = *unused;
	const char *file = folder_path(folder, "state.json");
	struct gx_state state = {0}, read = {0};
	char error[GX_STATE_ERROR_OCTETS];

	assert_int_equal(gx_state_read(&read, file, error), 0);	/* there is none yet */
	assert_int_equal(read.n_drains + read.n_nets, 0);
	put_drain(&state, "eu \"west\"", 0);
	put_drain(&state, "us", UINT32_MAX + 1ull);
	put_net(&state, "203.0.113.0/24", "office", 0);
	put_net(&state, "2001:db8::/33", "DE", 77);
	assert_int_equal(gx_state_write(&state, file, error), 0);
	assert_int_equal(gx_state_read(&read, file, error), 0);
	assert_int_equal(read.n_drains, 2);
	assert_string_equal(read.drains[0].site, "eu \"west\"");
	assert_int_equal(read.drains[0].since_s, 1000);
	assert_int_equal(read.drains[0].until_s, 0);
	assert_int_equal(read.drains[1].until_s, UINT32_MAX + 1ull);
	assert_int_equal(read.n_nets, 2);
	assert_true(read.nets[1].prefix.addr.value == state.nets[1].prefix.addr.value);
	assert_int_equal(read.nets[1].prefix.bits, 33);
	assert_string_equal(read.nets[1].location, "DE");
	assert_int_equal(read.nets[1].until_s, 77);
	assert_int_not_equal(access(folder_path(folder, "state.json.new"), F_OK), 0);
	gx_state_free(&state);
	gx_state_free(&read);
}

static void write_text(const char *file, const char *text)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
}

static void test_damaged(void **unused)
{
	static const char *const texts[] = {
		"", "{", "[]", "null", "{\"version\":2,\"drains\":[],\"nets\":[]}", "{\"version\":1,\"drains\":[]}",
		"{\"version\":1,\"drains\":{},\"nets\":[]}", "{\"version\":1,\"drains\":[1],\"nets\":[]}",
		"{\"version\":1,\"drains\":[{\"site\":\"\",\"since\":1}],\"nets\":[]}",
		"{\"version\":1,\"drains\":[{\"site\":\"a\"}],\"nets\":[]}",
		"{\"version\":1,\"drains\":[{\"site\":\"a\",\"since\":-1}],\"nets\":[]}",
		"{\"version\":1,\"drains\":[{\"site\":\"a\",\"since\":1,\"until\":\"x\"}],\"nets\":[]}",
		"{\"version\":1,\"drains\":[],\"nets\":[{\"prefix\":\"10.0.0.0/33\",\"location\":\"DE\",\"since\":1}]}",
		"{\"version\":1,\"drains\":[],\"nets\":[{\"prefix\":\"10.0.0.0/8\",\"since\":1}]}",
		"{\"version\":1,\"drains\":[],\"nets\":[]}}",
	};
	struct folder *folder = *unused;
	const char *file = folder_path(folder, "state.json");

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct gx_state state = {0};
		char error[GX_STATE_ERROR_OCTETS] = "";

		write_text(file, texts[i]);
		if (gx_state_read(&state, file, error) != -EINVAL)
			fail_msg("taken: %s", texts[i]);
		assert_non_null(strstr(error, file));
		assert_non_null(strstr(error, "remove it"));
		assert_int_equal(state.n_drains + state.n_nets, 0);
	}
}

static void test_a_disk_that_is_full(void **unused)
{
	struct folder *folder = *unused;
	const char *file = folder_path(folder, "state.json");
	struct rlimit before, little = { 200, RLIM_INFINITY };
	struct gx_state state = {0}, read = {0};
	char error[GX_STATE_ERROR_OCTETS];
	int result;

	put_drain(&state, "eu", 0);
	assert_int_equal(gx_state_write(&state, file, error), 0);
	for (int i = 0; i < 100; i++)
		put_net(&state, (char[][16]){ "10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8", "13.0.0.0/8" }[i % 4], "DE", 0);
	/* What a full disk does, after some octets: the limit on a file's size. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	result = gx_state_write(&state, file, error);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(result, -EFBIG);
	assert_non_null(strstr(error, file));
	assert_int_equal(gx_state_read(&read, file, error), 0);
	assert_int_equal(read.n_drains, 1);
	assert_int_equal(read.n_nets, 0);
	assert_int_not_equal(access(folder_path(folder, "state.json.new"), F_OK), 0);
	gx_state_free(&state);
	gx_state_free(&read);
}

static void test_no_folder(void **unused)
{
	struct folder *folder = *unused;
	struct gx_state state = {0};
	char error[GX_STATE_ERROR_OCTETS];

	assert_int_equal(gx_state_write(&state, folder_path(folder, "none/state.json"), error), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_and_take),
		cmocka_unit_test(test_expire),
		cmocka_unit_test_setup_teardown(test_back_as_it_was, folder_set_up, folder_tear_down),
		cmocka_unit_test_setup_teardown(test_damaged, folder_set_up, folder_tear_down),
		cmocka_unit_test_setup_teardown(test_a_disk_that_is_full, folder_set_up, folder_tear_down),
		cmocka_unit_test_setup_teardown(test_no_folder, folder_set_up, folder_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
