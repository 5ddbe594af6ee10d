/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tools/tor2rbldnsd: what it writes, and that reading it back gives the same locations. */
#include "tests/unit/source_file.h"

int tor2rbldnsd_main(int argc, char **argv);
#define main tor2rbldnsd_main
#include "tools/tor2rbldnsd.c"
#undef main

/* Runs the tool with its two streams in files, whose names are filled in. Returns the exit code. */
static int run(int argc, char **argv, char *out_file, char *err_file)
{
	int kept_out, kept_err, out, err, code;

	strcpy(out_file, "/tmp/geoxdp-out-XXXXXX");
	strcpy(err_file, "/tmp/geoxdp-err-XXXXXX");
	out = mkstemp(out_file);
	err = mkstemp(err_file);
	fflush(stdout);
	fflush(stderr);
	kept_out = dup(STDOUT_FILENO);
	kept_err = dup(STDERR_FILENO);
	assert_true(out >= 0 && err >= 0 && kept_out >= 0 && kept_err >= 0);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	code = tor2rbldnsd_main(argc, argv);
	fflush(stdout);
	fflush(stderr);
	dup2(kept_out, STDOUT_FILENO);
	dup2(kept_err, STDERR_FILENO);
	close(kept_out);
	close(kept_err);
	close(out);
	close(err);
	return code;
}

/* The whole of a file that is then removed; free it. */
static char *take(const char *file)
{
	FILE *in = fopen(file, "r");
	char *text = NULL;
	size_t capacity = 0;

	assert_non_null(in);
	if (getdelim(&text, &capacity, '\0', in) < 0)
		text[0] = '\0';
	fclose(in);
	unlink(file);
	return text;
}

static void write_temporary(char *file, const char *text)
{
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void it_writes_prefixes_behind_a_head_that_names_source_and_licence(void **state)
{
	char file[] = "/tmp/geoxdp-tor-XXXXXX", out_file[32], err_file[32];
	char *argv[] = { "tor2rbldnsd", file, NULL };
	char *text;

	write_temporary(file, "# Vendor:    IPFire Project\n#\n# License:   CC BY-SA 4.0\n"
		   "16777216,16777471,AU\n16777472,16778239,CN\n16778240,16778495,??\n"
		   "16778496,16778751,EU\n33554432,33554438,UK\n"
		   "2001:200::,2001:200:2:ffff:ffff:ffff:ffff:ffff,JP\n"
		   "2002::,2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff,JP\n# not of the head\n");
	assert_int_equal(run(2, argv, out_file, err_file), 0);
	text = take(err_file);
	assert_string_equal(text, "");
	free(text);
	text = take(out_file);
	assert_non_null(strstr(text, "CC BY-SA 4.0"));
	assert_non_null(strstr(text, "https://location.ipfire.org/"));
	assert_non_null(strstr(text, file));
	assert_non_null(strstr(text, "\n#    Vendor:    IPFire Project\n#\n#    License:   CC BY-SA 4.0\n"));
	assert_null(strstr(text, "not of the head"));
	assert_string_equal(strstr(text, "\n1.0.0.0/24"), "\n1.0.0.0/24 :127.0.0.36:au\n"
							  "1.0.1.0/24 :127.0.0.156:cn\n"
							  "1.0.2.0/23 :127.0.0.156:cn\n"
							  "2.0.0.0/30 :127.0.3.58:gb\n"
							  "2.0.0.4/31 :127.0.3.58:gb\n"
							  "2.0.0.6/32 :127.0.3.58:gb\n"
							  "2001:200::/47 :127.0.1.136:jp\n"
							  "2001:200:2::/48 :127.0.1.136:jp\n");
	free(text);
	unlink(file);
}

static void a_broken_file_gives_its_findings_and_no_output(void **state)
{
	char file[] = "/tmp/geoxdp-tor-XXXXXX", out_file[32], err_file[32], expected[256];
	char *argv[] = { "tor2rbldnsd", file, NULL };
	char *text;

	write_temporary(file, "16777216,16777471,AU\n16777472,16777727,ZZ\n9,8,US\n");
	assert_int_equal(run(2, argv, out_file, err_file), 1);
	text = take(err_file);
	snprintf(expected, sizeof(expected),
		 "tor2rbldnsd: %s:2: warning: unknown country code 'ZZ', read as location unknown: "
		 "an ISO 3166-1 code would be right\n"
		 "tor2rbldnsd: %s:3: the range '9,8,US' ends before it begins: "
		 "the lower address first would be right\n", file, file);
	assert_string_equal(text, expected);
	free(text);
	text = take(out_file);
	assert_string_equal(text, "");
	free(text);
	unlink(file);
}

static void without_a_file_it_says_how_it_is_called(void **state)
{
	char out_file[32], err_file[32];
	char *argv[] = { "tor2rbldnsd", NULL };
	char *text;

	assert_int_equal(run(1, argv, out_file, err_file), 2);
	text = take(err_file);
	assert_string_equal(text, "usage: tor2rbldnsd FILE...\n");
	free(text);
	unlink(out_file);
}

static void read_into(struct gx_partition partition[GX_FAMILIES], enum gx_source_format format,
		      char **files, size_t count)
{
	struct gx_diag diag = {0};

	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_partition_init(&partition[family], family);
	for (size_t i = 0; i < count; i++) {
		struct gx_source source = { .file = files[i], .format = format };
		struct gx_entries entries[GX_FAMILIES] = {0};

		assert_int_equal(gx_source_read(&source, NULL, entries, &diag), 0);
		for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
			gx_partition_overlay(&partition[family], NULL, &entries[family], (uint16_t)i);
			gx_entries_free(&entries[family]);
		}
	}
	gx_diag_free(&diag);
}

static void assert_same_leaves(const struct gx_partition *a, const struct gx_partition *b)
{
	struct gx_leaves left, right;

	gx_partition_leaves(a, NULL, 0, &left);
	gx_partition_leaves(b, NULL, 0, &right);
	assert_int_equal(left.count, right.count);
	assert_true(left.count > 1000);
	assert_memory_equal(left.values, right.values, left.count * sizeof(*left.values));
	if (a->family == GX_IPV4)
		assert_memory_equal(left.keys4, right.keys4, left.count * sizeof(*left.keys4));
	else
		assert_memory_equal(left.keys6, right.keys6, left.count * sizeof(*left.keys6));
	gx_leaves_free(&left);
	gx_leaves_free(&right);
}

static void the_data_of_tor_geoipdb_comes_back_the_same(void **state)
{
	char *argv[] = { "tor2rbldnsd", "/usr/share/tor/geoip", "/usr/share/tor/geoip6", NULL };
	struct gx_partition before[GX_FAMILIES], after[GX_FAMILIES];
	char out_file[32], err_file[32];
	char *files[] = { out_file };

	if (access(argv[1], R_OK) || access(argv[2], R_OK)) {
		print_message("SKIP: /usr/share/tor/geoip is not installed (package tor-geoipdb)\n");
		skip();
	}
	assert_int_equal(run(3, argv, out_file, err_file), 0);
	read_into(before, GX_FORMAT_TOR, argv + 1, 2);
	read_into(after, GX_FORMAT_DETECT, files, 1);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		assert_same_leaves(&before[family], &after[family]);
		gx_partition_free(&before[family]);
		gx_partition_free(&after[family]);
	}
	unlink(out_file);
	unlink(err_file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_writes_prefixes_behind_a_head_that_names_source_and_licence),
		cmocka_unit_test(a_broken_file_gives_its_findings_and_no_output),
		cmocka_unit_test(without_a_file_it_says_how_it_is_called),
		cmocka_unit_test(the_data_of_tor_geoipdb_comes_back_the_same),
	};

	return cmocka_run_group_tests_name("tor2rbldnsd", tests, NULL, NULL);
}
