/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PowerDNS set-up as a configuration: zones, maps, geo names, partition, look-ups, and the checks of all. */
#include <errno.h>

#include <libknot/descriptor.h>
#include <libknot/rrset-dump.h>

#include "tests/unit/folder.h"
#include "user/core/config.h"
#include "user/core/name.h"

#define PDNS                                                                           \
	"launch=bind,geo\nbind-config=named.conf\ngeo-zone=example.com\ngeo-ttl=300\n" \
	"geo-ip-map-zonefile=countries\ngeo-maps=maps\n"
#define ALONE "launch=geo\ngeo-zone=cdn.example.org\ngeo-ip-map-zonefile=countries\ngeo-maps=maps\n"
#define NAMED "zone \"example.com\" { type master; file \"zone\"; };\n"
#define ZONE                                                                 \
	"@ 3600 SOA ns1 hm 1 2 3 4 5\n@ 3600 NS ns1\nns1 3600 A 192.0.2.1\n" \
	"eu 300 A 192.0.2.10\nus 300 A 192.0.2.20\nwww 300 CNAME geo\n"
#define MAP "$RECORD geo\n$ORIGIN example.com.\n0 eu\n840 us\n"

/* A complete set-up, to be changed by the test. */
static void put_all(struct folder *folder, const char *pdns_conf)
{
	folder_put(folder, "pdns.conf", pdns_conf);
	folder_put(folder, "named.conf", NAMED);
	folder_put(folder, "zone", ZONE);
	folder_put(folder, "maps/geo", MAP);
	folder_put(folder, "countries",
		   "10.0.0.0/8 :127.0.3.72:us\n10.1.0.0/16 :127.0.3.58:gb\n"
		   "2001:db8::/32 :127.0.1.136:jp\n");
}

static int read_config(struct folder *folder, struct gx_config *config)
{
	*config = (struct gx_config){ 0 };
	return gx_config_read_pdns(config, folder_path(folder, "pdns.conf"), &folder->diag, NULL);
}

static const knot_dname_t *name_of(struct folder *folder, const char *text)
{
	knot_dname_storage_t name;

	assert_int_equal(gx_parse_name(text, NULL, name, NULL), 0);
	return gx_name_lower(&folder->arena, name);
}

/* Reads the set-up; the findings, with nothing of the configuration kept. */
static const char *findings_of(struct folder *folder)
{
	size_t errors = folder->diag.errors;
	struct gx_config config;
	int ret = read_config(folder, &config);

	assert_int_equal(ret, folder->diag.errors == errors ? 0 : -EINVAL);
	gx_config_free(&config);
	return folder_findings(folder);
}

/* Those that are missing as well: somebody may wait for them. */
static void test_all_files_are_listed(void **state)
{
	struct folder *folder = *state;
	struct gx_config config;

	put_all(folder, PDNS "include-dir=more\n");
	folder_put(folder, "zone", ZONE "$INCLUDE hosts\n$INCLUDE nowhere\n");
	folder_put(folder, "hosts", "a A 192.0.2.1\n");
	folder_put(folder, "more/a.conf", "geo-maps=maps, missing.map\n");
	remove(folder_path(folder, "countries"));
	assert_int_equal(read_config(folder, &config), -EINVAL);
	assert_string_equal(folder_files(folder, config.files, config.n_files),
			    "F/countries\nF/hosts\nF/maps/\nF/maps/geo\nF/missing.map\nF/more/\nF/more/a.conf\n"
			    "F/named.conf\nF/nowhere\nF/pdns.conf\nF/zone\n");
	gx_config_free(&config);

	/* A configuration that is not there is waited for. */
	remove(folder_path(folder, "pdns.conf"));
	assert_int_equal(read_config(folder, &config), -EINVAL);
	assert_string_equal(folder_files(folder, config.files, config.n_files), "F/pdns.conf\n");
	gx_config_free(&config);
}

static void test_all_parts_of_a_set_up(void **state)
{
	struct folder *folder = *state;
	const struct gx_geo *geo, *localhost;
	struct gx_config config;

	put_all(folder, PDNS);
	assert_int_equal(read_config(folder, &config), 0);
	assert_string_equal(folder_findings(folder), "");
	assert_string_equal(config.file, folder_path(folder, "pdns.conf"));
	assert_int_equal(config.n_zones, 1);
	assert_int_equal(config.n_maps, 1);
	assert_int_equal(config.n_geos, 2);
	assert_int_equal(config.n_sources, 1);
	assert_int_equal(config.sources[0].lines, 3);
	assert_false(config.no_tcp);
	assert_int_equal(config.tcp_idle_s, 10);
	assert_int_equal(config.tcp_connections, 1000);
	assert_int_equal(config.tcp_per_client, 50);
	assert_int_equal(config.sources[0].where.line, 5);

	geo = gx_config_find_geo(&config, name_of(folder, "geo.example.com"));
	assert_non_null(geo);
	assert_int_equal(geo->kind, GX_GEO_CNAME);
	assert_int_equal(geo->ttl_s, 300);
	assert_int_equal(geo->map, 0);
	assert_int_equal(geo->zone, 0);
	assert_string_equal(geo->where.file, folder_path(folder, "maps/geo"));
	assert_int_equal(geo->where.line, 1);

	localhost = gx_config_find_geo(&config, name_of(folder, "localhost.example.com"));
	assert_non_null(localhost);
	assert_int_equal(localhost->kind, GX_GEO_LOCATION);
	assert_int_equal(localhost->ttl_s, 300);
	assert_int_equal(localhost->zone, 0);
	assert_int_equal(localhost->where.line, 3);
	assert_null(gx_config_find_geo(&config, name_of(folder, "example.com")));
	gx_config_free(&config);
	assert_null(config.zones);
}

static void assert_location(const struct gx_config *config, const char *text, uint32_t location, uint32_t line)
{
	const struct gx_range *range;
	struct gx_addr addr;

	assert_int_equal(gx_parse_addr(text, &addr), 0);
	range = gx_partition_find(&config->partition[addr.family], addr.value);
	assert_int_equal(range->location, location);
	assert_int_equal(range->line, line);
	assert_int_equal(range->source, 0);
}

static void test_partition(void **state)
{
	struct folder *folder = *state;
	struct gx_config config;

	put_all(folder, PDNS);
	assert_int_equal(read_config(folder, &config), 0);
	assert_location(&config, "9.255.255.255", GX_LOCATION_UNKNOWN, 0);
	assert_location(&config, "10.0.0.0", 840, 1);
	assert_location(&config, "10.1.255.255", 826, 2);
	assert_location(&config, "10.2.0.0", 840, 1);
	assert_location(&config, "2001:db8::1", 392, 3);
	assert_location(&config, "2001:db9::", GX_LOCATION_UNKNOWN, 0);
	assert_location(&config, "::ffff:0:0", GX_LOCATION_IPV4, 0);
	gx_config_free(&config);
}

static void assert_zone(struct folder *folder, const struct gx_config *config, const char *name, const char *apex)
{
	knot_dname_storage_t wire;
	const struct gx_zone *zone;

	assert_int_equal(gx_parse_name(name, NULL, wire, NULL), 0);
	zone = gx_config_find_zone(config, wire);
	if (!apex) {
		assert_null(zone);
		return;
	}
	assert_non_null(zone);
	assert_true(knot_dname_is_equal(zone->apex, name_of(folder, apex)));
}

static void test_find_zone(void **state)
{
	struct folder *folder = *state;
	struct gx_config config;

	put_all(folder, PDNS);
	folder_put(folder, "named.conf",
		   NAMED
		   "zone \"sub.example.com\" { file \"zone\"; };\nzone \"b.sub.example.com\" { file \"zone\"; };\n"
		   "zone \"example.net\" { file \"zone\"; };\nzone \"org\" { file \"zone\"; };\n");
	folder_put(folder, "zone", "@ 3600 SOA ns1 hm 1 2 3 4 5\n@ 3600 NS ns1\neu A 192.0.2.1\nus A 192.0.2.2\n");
	assert_int_equal(read_config(folder, &config), 0);
	assert_int_equal(config.n_zones, 5);
	assert_zone(folder, &config, "example.com", "example.com");
	assert_zone(folder, &config, "WWW.Example.COM", "example.com");
	assert_zone(folder, &config, "sub.example.com", "sub.example.com");
	assert_zone(folder, &config, "a.sub.example.com", "sub.example.com");
	assert_zone(folder, &config, "x.b.sub.example.com", "b.sub.example.com");
	assert_zone(folder, &config, "xsub.example.com", "example.com");
	assert_zone(folder, &config, "a.b.c.org", "org");
	assert_zone(folder, &config, "com", NULL);
	assert_zone(folder, &config, "example.de", NULL);
	assert_zone(folder, &config, ".", NULL);
	gx_config_free(&config);
	assert_string_equal(folder_findings(folder), "");
}

/* A geo name is in the zone with the longest apex, which need not be the geo-zone. */
static void test_zone_of_a_geo_name(void **state)
{
	struct folder *folder = *state;
	struct gx_config config;
	const struct gx_geo *geo;

	put_all(folder, PDNS);
	folder_put(folder, "named.conf", NAMED "zone \"sub.example.com\" { file \"zone\"; };\n");
	folder_put(folder, "maps/sub", "$RECORD www.sub\n0 eu.example.com.\n");
	folder_put(folder, "zone", "@ 3600 SOA ns1 hm 1 2 3 4 5\n@ 3600 NS ns1\neu A 192.0.2.1\nus A 192.0.2.2\n");
	assert_int_equal(read_config(folder, &config), 0);
	geo = gx_config_find_geo(&config, name_of(folder, "www.sub.example.com"));
	assert_non_null(geo);
	assert_true(knot_dname_is_equal(config.zones[geo->zone].apex, name_of(folder, "sub.example.com")));
	gx_config_free(&config);
}

static const char *show_rrset(struct folder *folder, const struct gx_zone *zone, const char *owner, uint16_t type)
{
	const struct gx_node *node = gx_zone_find(zone, name_of(folder, owner));
	const struct gx_rrset *rrset = gx_node_find(node, type);
	char text[512], *all;

	if (!rrset)
		return "";
	all = gx_arena_printf(&folder->arena, "%u", rrset->ttl_s);
	for (uint16_t i = 0; i < rrset->rdata.count; i++) {
		knot_rdata_t *rdata = knot_rdataset_at(&rrset->rdata, i);
		knot_rrset_t one;

		knot_rrset_init(&one, node->owner, type, KNOT_CLASS_IN, rrset->ttl_s);
		one.rrs =
			(knot_rdataset_t){ .count = 1, .rdata = rdata, .size = (uint32_t)knot_rdata_size(rdata->len) };
		assert_true(knot_rrset_txt_dump_data(&one, 0, text, sizeof(text), &KNOT_DUMP_STYLE_DEFAULT) > 0);
		all = gx_arena_printf(&folder->arena, "%s | %s", all, text);
	}
	return all;
}

static void test_zone_made_from_settings(void **state)
{
	struct folder *folder = *state;
	const struct gx_zone *zone;
	struct gx_config config;

	put_all(folder, ALONE "geo-soa-values=ns1.example.com, host.master@example.com\n"
			      "geo-ns-records=ns2.example.com,NS1.example.com\ngeo-ns-ttl=7\n");
	folder_put(folder, "maps/geo", "$RECORD geo\n0 eu.example.com.\n");
	assert_int_equal(read_config(folder, &config), 0);
	assert_string_equal(folder_findings(folder), "");
	assert_int_equal(config.n_zones, 1);
	zone = &config.zones[0];
	assert_null(zone->file);
	assert_string_equal(show_rrset(folder, zone, "cdn.example.org", KNOT_RRTYPE_SOA),
			    "3600 | ns1.example.com. host\\.master.example.com. 1 86400 172800 604800 3600");
	assert_string_equal(show_rrset(folder, zone, "cdn.example.org", KNOT_RRTYPE_NS),
			    "7 | ns1.example.com. | ns2.example.com.");
	assert_non_null(gx_config_find_geo(&config, name_of(folder, "geo.cdn.example.org")));
	assert_non_null(gx_config_find_geo(&config, name_of(folder, "localhost.cdn.example.org")));
	gx_config_free(&config);
}

static void test_where_the_geo_names_live(void **state)
{
	struct folder *folder = *state;
	struct gx_config config;

	/* Within a loaded zone, and no SOA of its own: in that zone. */
	put_all(folder, "launch=bind,geo\nbind-config=named.conf\ngeo-zone=cdn.example.com\n"
			"geo-ip-map-zonefile=countries\ngeo-maps=maps\n");
	folder_put(folder, "zone", ZONE "geo CNAME eu\n");
	assert_int_equal(read_config(folder, &config), 0);
	assert_int_equal(config.n_zones, 1);
	gx_config_free(&config);
	/* With one: in a zone of its own, and NS are not needed. */
	folder_put(folder, "pdns.conf",
		   "launch=bind,geo\nbind-config=named.conf\ngeo-zone=cdn.example.com\n"
		   "geo-ip-map-zonefile=countries\ngeo-maps=maps\ngeo-soa-values=a.example. b.example.\n");
	assert_int_equal(read_config(folder, &config), 0);
	assert_int_equal(config.n_zones, 2);
	assert_zone(folder, &config, "cdn.example.com", "cdn.example.com");
	assert_zone(folder, &config, "www.example.com", "example.com");
	gx_config_free(&config);
	assert_string_equal(folder_findings(folder), "");
	/* That of the zone file speaks. */
	folder_put(folder, "pdns.conf", PDNS "geo-soa-values=a.example. b.example.\n");
	folder_put(folder, "zone", ZONE);
	assert_int_equal(read_config(folder, &config), 0);
	assert_int_equal(config.n_zones, 1);
	assert_string_equal(show_rrset(folder, &config.zones[0], "example.com", KNOT_RRTYPE_SOA),
			    "3600 | ns1.example.com. hm.example.com. 1 2 3 4 5");
	gx_config_free(&config);
	assert_string_equal(folder_findings(folder), "F/pdns.conf:7: warning: geo-soa-values is not used: the SOA "
						     "of zone example.com., F/zone, is served; remove the setting\n");
}

static void test_localhost(void **state)
{
	struct folder *folder = *state;
	struct gx_config config;
	const struct gx_geo *geo;

	/* A director map has the name. */
	put_all(folder, PDNS);
	folder_put(folder, "maps/localhost", "$RECORD LOCALHOST\n0 eu.example.com.\n");
	assert_int_equal(read_config(folder, &config), 0);
	geo = gx_config_find_geo(&config, name_of(folder, "localhost.example.com"));
	assert_int_equal(geo->kind, GX_GEO_CNAME);
	assert_int_equal(config.n_geos, 2);
	gx_config_free(&config);
	assert_string_equal(folder_findings(folder), "");
	/* The zone file has it. */
	unlink(folder_path(folder, "maps/localhost"));
	folder_put(folder, "zone", ZONE "localhost AAAA ::1\n");
	assert_int_equal(read_config(folder, &config), 0);
	assert_null(gx_config_find_geo(&config, name_of(folder, "localhost.example.com")));
	gx_config_free(&config);
	assert_string_equal(folder_findings(folder),
			    "F/zone:7: warning: localhost.example.com. is served as it "
			    "stands here, and not as the client's country: remove it to have the geo backend's\n");
	/* An empty non-terminal and a wildcard do not stand for it; below a cut it is not ours. */
	folder_put(folder, "zone", ZONE "a.localhost A 192.0.2.1\n* A 192.0.2.1\n");
	assert_int_equal(read_config(folder, &config), 0);
	assert_non_null(gx_config_find_geo(&config, name_of(folder, "localhost.example.com")));
	gx_config_free(&config);
	folder_put(folder, "zone", ZONE "localhost NS ns1\n");
	assert_int_equal(read_config(folder, &config), 0);
	assert_null(gx_config_find_geo(&config, name_of(folder, "localhost.example.com")));
	gx_config_free(&config);
	assert_string_equal(folder_findings(folder), "");
}

static void test_repeated_record_keeps_the_first(void **state)
{
	struct folder *folder = *state;
	struct gx_config config;
	const struct gx_geo *geo;

	put_all(folder, PDNS);
	folder_put(folder, "maps/a", "$RECORD Geo\n0 us.example.com.\n");
	assert_int_equal(read_config(folder, &config), -EINVAL);
	geo = gx_config_find_geo(&config, name_of(folder, "geo.example.com"));
	assert_string_equal(geo->where.file, folder_path(folder, "maps/a"));
	assert_int_equal(config.n_geos, 2);
	gx_config_free(&config);
	assert_string_equal(folder_findings(folder),
			    "F/maps/geo:1: $RECORD geo.example.com. is given twice, "
			    "first at F/maps/a:1: one director map for each geo name would be right\n");
}

/* Two maps that name each other loop only where one and the same client is sent round. */
static void test_loop_depends_on_the_location(void **state)
{
	struct folder *folder = *state;

	put_all(folder, PDNS);
	folder_put(folder, "maps/geo", "$RECORD geo\n$ORIGIN example.com.\n0 eu\n840 other\n");
	folder_put(folder, "maps/other", "$RECORD other\n$ORIGIN example.com.\n0 geo\n840 us\n");
	assert_string_equal(findings_of(folder), "");
	/* Belgium is listed by the second map only. */
	folder_put(folder, "maps/geo", "$RECORD geo\n$ORIGIN example.com.\n0 other\n840 us\n");
	folder_put(folder, "maps/other", "$RECORD other\n$ORIGIN example.com.\n0 eu\n840 geo\n56 www\n");
	assert_string_equal(findings_of(folder),
			    "F/maps/geo:3: CNAME loop geo.example.com. -> other.example.com. "
			    "-> www.example.com. -> geo.example.com.: a target with an address would be right\n");
}

/* n CNAMEs in a row: from www by geo and c1 ... to eu. */
static void put_chain(struct folder *folder, unsigned int n)
{
	char *zone = gx_arena_printf(&folder->arena, "%s", ZONE);

	for (unsigned int i = 1; i + 2 <= n; i++)
		zone = gx_arena_printf(&folder->arena, "%sc%u CNAME %s\n", zone, i,
				       i + 2 == n ? "eu" : gx_arena_printf(&folder->arena, "c%u", i + 1));
	put_all(folder, PDNS);
	folder_put(folder, "zone", zone);
	folder_put(folder, "maps/geo", "$RECORD geo\n$ORIGIN example.com.\n0 c1\n");
}

static void test_length_of_a_chain(void **state)
{
	struct folder *folder = *state;

	put_chain(folder, 16);
	assert_string_equal(findings_of(folder), "");
	/* 16 from geo, 17 from www. */
	put_chain(folder, 17);
	assert_string_equal(findings_of(folder), "F/zone:6: the chain from www.example.com. has more than 16 "
						 "CNAMEs: a target nearer to its address would be right\n");
	put_chain(folder, 18);
	assert_string_equal(findings_of(folder), "F/maps/geo:3: the chain from geo.example.com. has more than 16 "
						 "CNAMEs: a target nearer to its address would be right\n");
}

/* The finding of a set-up whose geo name has this target. */
static void assert_target(struct folder *folder, const char *target, const char *finding)
{
	put_all(folder, PDNS);
	folder_put(folder, "zone",
		   ZONE "*.w A 192.0.2.1\n*.txt TXT x\n*.cut NS ns.example.net.\n*.cn CNAME eu\n"
			"sub NS ns.sub\nns.sub A 192.0.2.2\nd DNAME example.net.\na.ent AAAA ::1\nmx MX 1 eu\n"
			"up CNAME EU\nfar CNAME x.example.net.\nself.w A 192.0.2.1\n");
	folder_put(folder, "maps/geo",
		   gx_arena_printf(&folder->arena, "$RECORD geo\n$ORIGIN example.com.\n0 %s\n", target));
	folder_put(folder, "maps/other", "$RECORD deep.in.w\n0 eu.example.com.\n");
	assert_string_equal(findings_of(folder), finding);
}

#define MISSING(name)                                                                       \
	"F/maps/geo:3: target " name ".example.com. of geo name geo.example.com. does not " \
	"exist in zone example.com.: add it to F/zone, or name another\n"
#define EMPTY(name)                                                                       \
	"F/maps/geo:3: target " name ".example.com. of geo name geo.example.com. has no " \
	"address in zone example.com.: add an A or AAAA to F/zone, or name another\n"
#define NO_ADDRESS(name)                                                                        \
	"F/maps/geo:3: warning: target " name ".example.com. of geo name geo.example.com. has " \
	"data, but no address in zone example.com.: add an A or AAAA to F/zone, or name another\n"

static void test_targets(void **state)
{
	struct folder *folder = *state;

	assert_target(folder, "eu", "");
	assert_target(folder, "up", "");
	assert_target(folder, "localhost", "");
	assert_target(folder, "x.y.w", "");
	assert_target(folder, "x.cn", "");
	assert_target(folder, "far", "");
	assert_target(folder, "elsewhere.example.net.", "");
	assert_target(folder, "sub", "");
	assert_target(folder, "x.sub", "");
	assert_target(folder, "x.d", "");
	assert_target(folder, "x.cut", "");
	assert_target(folder, "none", MISSING("none"));
	assert_target(folder, "x.eu", MISSING("x.eu"));
	assert_target(folder, "ent", EMPTY("ent"));
	assert_target(folder, "w", EMPTY("w"));
	assert_target(folder, "mx", NO_ADDRESS("mx"));
	assert_target(folder, "x.txt", NO_ADDRESS("x.txt"));
	/* The geo name deep.in.w makes in.w exist, and keeps the wildcard off what is below (RFC 4592 3.3.1). */
	assert_target(folder, "in.w", EMPTY("in.w"));
	assert_target(folder, "x.in.w", MISSING("x.in.w"));
}

/* The finding is where the chain breaks, and there once: an error, since a geo name leads there. */
static void test_target_missing_behind_cnames(void **state)
{
	struct folder *folder = *state;

	put_all(folder, PDNS);
	folder_put(folder, "zone", ZONE "a CNAME x.bad\n*.bad CNAME none\nb CNAME nothing\n");
	folder_put(folder, "maps/geo", MAP "826 a\n56 a\n");
	assert_string_equal(findings_of(folder),
			    "F/zone:8: target none.example.com. of geo name geo.example.com. does not exist in zone "
			    "example.com.: add it to F/zone, or name another\n"
			    "F/zone:9: warning: target nothing.example.com. of CNAME b.example.com. does not exist in "
			    "zone example.com.: add it to F/zone, or name another\n");
}

/* What cannot be read says nothing of what it lacks. */
static void test_no_findings_that_only_follow(void **state)
{
	struct folder *folder = *state;

	put_all(folder, PDNS);
	unlink(folder_path(folder, "zone"));
	assert_string_equal(findings_of(folder), "F/named.conf:1: F/zone cannot be read (No such file or "
						 "directory): write the path of an existing file\n");
	put_all(folder, PDNS);
	unlink(folder_path(folder, "named.conf"));
	assert_string_equal(findings_of(folder), "F/pdns.conf:2: F/named.conf cannot be read (No such file or "
						 "directory): write the path of an existing file\n");
	put_all(folder, PDNS);
	folder_put(folder, "maps/geo", "$RECORD a..b\n0 eu.example.com.\n");
	assert_string_equal(findings_of(folder), "F/maps/geo:1: $RECORD 'a..b' is not a domain name: a label must "
						 "not be empty\n");
}

struct steps {
	struct gx_progress progress;
	struct folder *folder;
	char *text;
};

static void note_step(struct gx_progress *progress, const char *step, const char *object)
{
	struct steps *steps = (struct steps *)progress;

	steps->text = gx_arena_printf(&steps->folder->arena, "%s%s %s, ", steps->text, step,
				      object + strlen(steps->folder->path) + 1);
}

static void test_progress(void **state)
{
	struct folder *folder = *state;
	struct steps steps = { .progress.step = note_step, .folder = folder, .text = "" };
	struct gx_config config = { 0 };

	put_all(folder, PDNS);
	assert_int_equal(gx_config_read_pdns(&config, folder_path(folder, "pdns.conf"), &folder->diag, &steps.progress),
			 0);
	gx_config_free(&config);
	assert_string_equal(steps.text, "reading pdns.conf, reading named.conf, reading zone zone, reading map "
					"maps/geo, checking pdns.conf, reading source countries, ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_all_parts_of_a_set_up),
		folder_test(test_all_files_are_listed),
		folder_test(test_partition),
		folder_test(test_find_zone),
		folder_test(test_zone_of_a_geo_name),
		folder_test(test_zone_made_from_settings),
		folder_test(test_where_the_geo_names_live),
		folder_test(test_localhost),
		folder_test(test_repeated_record_keeps_the_first),
		folder_test(test_loop_depends_on_the_location),
		folder_test(test_length_of_a_chain),
		folder_test(test_targets),
		folder_test(test_target_missing_behind_cnames),
		folder_test(test_no_findings_that_only_follow),
		folder_test(test_progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
