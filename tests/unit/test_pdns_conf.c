/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pdns.conf: its grammar, the settings that are taken from it, and what is said of mistakes. */
#include <errno.h>

#include "tests/unit/folder.h"
#include "user/core/pdns_conf.h"

#define LAUNCH "launch=bind,geo\n"

static struct gx_pdns_conf read_conf(struct folder *folder, const char *text)
{
	struct gx_pdns_conf conf;
	char *path = folder_put(folder, "pdns.conf", text);
	size_t errors = folder->diag.errors;
	int ret = gx_pdns_conf_read(&conf, &folder->arena, path, &folder->diag);

	assert_int_equal(ret, folder->diag.errors == errors ? 0 : -EINVAL);
	assert_true(conf.readable);
	return conf;
}

static void test_defaults(void **state)
{
	struct folder *folder = *state;
	struct gx_pdns_conf conf = read_conf(folder, LAUNCH);

	assert_true(conf.launch_valid);
	assert_true(conf.launches_geo);
	assert_true(conf.launches_bind);
	assert_null(conf.bind_config.value);
	assert_null(conf.geo_zone.value);
	assert_null(conf.soa_values.value);
	assert_null(conf.ns_records.value);
	assert_null(conf.maps.value);
	assert_string_equal(conf.country_file.value, "zz.countries.nerd.dk.rbldnsd");
	assert_int_equal(conf.country_file.where.line, 0);
	assert_int_equal(conf.geo_ttl_s, 3600);
	assert_int_equal(conf.ns_ttl_s, 86400);
	assert_string_equal(folder_findings(folder), "");
}

static void test_all_settings(void **state)
{
	struct folder *folder = *state;
	struct gx_pdns_conf conf = read_conf(folder, LAUNCH "bind-config=named.conf\n"
							    "geo-zone=example.com\n"
							    "geo-soa-values=ns1.example.com,hostmaster@example.com\n"
							    "geo-ns-records=ns1.example.com ns2.example.com\n"
							    "geo-ttl=0\n"
							    "geo-ns-ttl=2147483647\n"
							    "geo-ip-map-zonefile=countries\n"
							    "geo-maps=a, b\n");

	assert_string_equal(conf.bind_config.value, "named.conf");
	assert_int_equal(conf.bind_config.where.line, 2);
	assert_string_equal(conf.geo_zone.value, "example.com");
	assert_string_equal(conf.soa_values.value, "ns1.example.com,hostmaster@example.com");
	assert_string_equal(conf.ns_records.value, "ns1.example.com ns2.example.com");
	assert_int_equal(conf.geo_ttl_s, 0);
	assert_int_equal(conf.ns_ttl_s, 2147483647);
	assert_string_equal(conf.country_file.value, "countries");
	assert_string_equal(conf.maps.value, "a, b");
	assert_int_equal(conf.maps.where.line, 9);
	assert_string_equal(folder_findings(folder), "");
}

static void test_spaces_comments_and_joined_lines(void **state)
{
	struct folder *folder = *state;
	struct gx_pdns_conf conf = read_conf(folder, "# comment = none\n"
						     "\t launch = bind,\\\n"
						     "geo \t # comment\n"
						     "  #geo-zone=example.net\n"
						     "geo-zone\t=\texample.com#1\n"
						     "geo-maps=a\\  \n"
						     "  b\n"
						     "geo-soa-values=\n"
						     "daemon\n"
						     "webserver-password=geo-ttl=5\n"
						     "bind-config=named.conf\\");

	assert_true(conf.launches_geo);
	assert_true(conf.launches_bind);
	/* Without a blank before it, '#' is a part of the value. */
	assert_string_equal(conf.geo_zone.value, "example.com#1");
	assert_int_equal(conf.geo_zone.where.line, 5);
	/* Blanks at the head of the joined line stay, so that words stay apart. */
	assert_string_equal(conf.maps.value, "a  b");
	assert_int_equal(conf.maps.where.line, 6);
	assert_null(conf.soa_values.value);
	assert_string_equal(conf.bind_config.value, "named.conf");
	assert_int_equal(conf.geo_ttl_s, 3600);
	assert_string_equal(folder_findings(folder), "");
}

static void test_append_and_repeat(void **state)
{
	struct folder *folder = *state;
	struct gx_pdns_conf conf = read_conf(folder, "launch=\n"
						     "launch += bind\n"
						     "launch+=geo\n"
						     "geo-maps+=a\n"
						     "geo-maps+=b\n"
						     "geo-zone=example.com\n"
						     "geo-zone=example.com\n"
						     "geo-zone=example.net\n"
						     "setuid=a\n"
						     "setuid=b\n");

	assert_true(conf.launches_geo);
	assert_true(conf.launches_bind);
	assert_string_equal(conf.maps.value, "a, b");
	assert_string_equal(conf.geo_zone.value, "example.net");
	assert_string_equal(
		folder_findings(folder),
		"F/pdns.conf:8: warning: geo-zone is set twice, first at F/pdns.conf:7: the last one counts, "
		"remove the other\n");
}

static void test_instances(void **state)
{
	struct folder *folder = *state;
	struct gx_pdns_conf conf = read_conf(folder, "launch=bind:first geo:g\n"
						     "bind-config=plain.conf\n"
						     "bind-first-config=first.conf\n"
						     "geo-g-ttl=5\n"
						     "geo-ns-ttl=6\n"
						     "geo-other-ttl=7\n");

	assert_true(conf.launches_geo);
	assert_true(conf.launches_bind);
	assert_string_equal(conf.bind_config.value, "first.conf");
	assert_int_equal(conf.geo_ttl_s, 5);
	assert_int_equal(conf.ns_ttl_s, 6);
	/* No such instance. */
	assert_non_null(strstr(folder_findings(folder), "F/pdns.conf:6: unknown setting 'geo-other-ttl': "));
}

static void test_include_dir(void **state)
{
	struct folder *folder = *state;
	struct gx_pdns_conf conf;

	folder_put(folder, "d/b.conf", "geo-ttl=2\nlaunch+=geo\n");
	folder_put(folder, "d/a.conf", "geo-ttl=1\nlaunch+=bind\ngeo-maps=maps\n");
	folder_put(folder, "d/.c.conf", "geo-ttl=3\n");
	folder_put(folder, "d/d.conf~", "geo-ttl=4\n");
	folder_put(folder, "d/.conf", "geo-ttl=5\n");
	folder_put(folder, "d/e.conf/f.conf", "geo-ttl=6\n");
	conf = read_conf(folder, "include-dir=d\ngeo-ns-ttl=9\nlaunch=\n");
	assert_true(conf.launches_geo);
	assert_true(conf.launches_bind);
	assert_int_equal(conf.geo_ttl_s, 2);
	assert_int_equal(conf.ns_ttl_s, 9);
	assert_non_null(strstr(conf.maps.where.file, "/d/a.conf"));
	/* One rule for all paths: also from an included file they are relative to pdns.conf. */
	assert_string_equal(gx_pdns_conf_path(&conf, &folder->arena, conf.maps.value), folder_path(folder, "maps"));
	assert_string_equal(gx_pdns_conf_path(&conf, &folder->arena, "/maps"), "/maps");
	assert_string_equal(folder_findings(folder),
			    "F/d/b.conf:1: warning: geo-ttl is set twice, first at F/d/a.conf:1: the last one counts, "
			    "remove the other\n");
}

static void test_ttls(void **state)
{
	static const char *const bad[] = { "", "x", "-1", "1h", "1.5", "2147483648", "99999999999999999999" };
	struct folder *folder = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gx_pdns_conf conf =
			read_conf(folder, gx_arena_printf(&folder->arena, LAUNCH "geo-ttl=%s\n", bad[i]));

		assert_int_equal(conf.geo_ttl_s, 3600);
		assert_string_equal(
			folder_findings(folder),
			gx_arena_printf(
				&folder->arena,
				"F/pdns.conf:2: geo-ttl=%s is not a TTL: a number of seconds from 0 to 2147483647 "
				"would be right\n",
				bad[i]));
	}
}

static void assert_finding(struct folder *folder, const char *text, const char *finding)
{
	read_conf(folder, text);
	assert_string_equal(folder_findings(folder), finding);
}

static void test_launch(void **state)
{
	struct folder *folder = *state;

	assert_finding(folder, "geo-zone=a\n", "F/pdns.conf:0: launch is not set: launch=bind,geo would be right\n");
	assert_finding(folder, "launch=bind,gmysql\n",
		       "F/pdns.conf:1: launch does not name the geo backend: launch=bind,gmysql,geo would be "
		       "right\n");
	assert_finding(folder, "launch=geo,bnid\n",
		       "F/pdns.conf:1: unknown backend 'bnid' in launch: 'bind' would be right\n");
	/* The geoip backend of later versions is another one. */
	assert_finding(folder, "launch=geoip\n",
		       "F/pdns.conf:1: launch does not name the geo backend: launch=geoip,geo would be right\n");
	assert_finding(folder, "launch=geoip,geo\ngeoip-zones-file=x\n", "");
}

static void test_misspelt(void **state)
{
	struct folder *folder = *state;

	assert_finding(folder, LAUNCH "geo-zones=a\n",
		       "F/pdns.conf:2: unknown setting 'geo-zones': 'geo-zone' would be right\n");
	assert_finding(folder, LAUNCH "Geo-TTL=1\n",
		       "F/pdns.conf:2: unknown setting 'Geo-TTL': 'geo-ttl' would be right\n");
	assert_finding(folder, LAUNCH "bind_config=a\n",
		       "F/pdns.conf:2: unknown setting 'bind_config': 'bind-config' would be right\n");
	assert_finding(folder, LAUNCH "includedir=a\n",
		       "F/pdns.conf:2: unknown setting 'includedir': 'include-dir' would be right\n");
	assert_finding(folder, LAUNCH "geo-something=a\n",
		       "F/pdns.conf:2: unknown setting 'geo-something': the geo backend has geo-zone, "
		       "geo-soa-values, geo-ns-records, geo-ttl, geo-ns-ttl, geo-ip-map-zonefile and "
		       "geo-maps\n");
	/* PowerDNS's own. */
	assert_finding(folder, LAUNCH "bind-check-interval=60\nconfig-dir=/etc\nmax-ttl=1\n", "");
}

static void test_broken_lines(void **state)
{
	struct folder *folder = *state;

	assert_finding(folder, LAUNCH "geo-zone example.com\n=x\ngeo-zone\na b = c\n",
		       "F/pdns.conf:2: no '=' in 'geo-zone example.com': KEY=VALUE would be right\n"
		       "F/pdns.conf:3: '' before the '=' is not the name of a setting: KEY=VALUE would be "
		       "right\n"
		       "F/pdns.conf:4: geo-zone has no value: geo-zone=VALUE would be right\n"
		       "F/pdns.conf:5: 'a b' before the '=' is not the name of a setting: KEY=VALUE would be "
		       "right\n");
}

static void test_unreadable(void **state)
{
	struct folder *folder = *state;
	struct gx_pdns_conf conf;

	assert_int_equal(gx_pdns_conf_read(&conf, &folder->arena, folder_path(folder, "pdns.conf"), &folder->diag),
			 -EINVAL);
	assert_false(conf.readable);
	assert_string_equal(folder_findings(folder), "F/pdns.conf:0: cannot be read (No such file or "
						     "directory): write the path of an existing file\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_defaults),
		folder_test(test_all_settings),
		folder_test(test_spaces_comments_and_joined_lines),
		folder_test(test_append_and_repeat),
		folder_test(test_instances),
		folder_test(test_include_dir),
		folder_test(test_ttls),
		folder_test(test_launch),
		folder_test(test_misspelt),
		folder_test(test_broken_lines),
		folder_test(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
