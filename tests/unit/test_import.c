/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Imported set-ups: what is written, what is listed, and that it tells clients the same. */
#include "tests/unit/folder.h"

#include "user/core/diff.h"
#include "user/core/import.h"
#include "user/core/native.h"

#define SOA "$TTL 300\n@ SOA ns1 h 1 7200 1800 86400 900\n@ NS ns1\nns1 A 192.0.2.53\n"

typedef int importer(struct gx_import *import, const char *file, struct gx_diag *diag);

/* Import into F/native.yaml, with the files that go with it. Returns what is in it, the head's comments cut off. */
static char *import_into(struct folder *folder, importer *import_from, const char *file)
{
	struct gx_import import = { 0 };
	char *text = NULL, *kept, *at;
	size_t octets, len = strlen(folder->path);
	FILE *out = open_memstream(&text, &octets);

	assert_int_equal(import_from(&import, file, &folder->diag), 0);
	gx_import_write(&import, out, folder->path, &folder->diag, false);
	fclose(out);
	for (size_t i = 0; i < import.n_files; i++)
		folder_put(folder, import.files[i].name, import.files[i].text);
	folder_put(folder, "native.yaml", text);
	gx_import_free(&import);
	while ((at = strstr(text, folder->path))) {
		*at = 'F';
		memmove(at + 1, at + len, strlen(at + len) + 1);
	}
	at = strstr(text, "\n\n");
	kept = gx_arena_strdup(&folder->arena, at ? at + 2 : text);
	free(text);
	return kept;
}

static char *read_text(struct folder *folder, const char *name)
{
	char text[4096];
	FILE *file = fopen(folder_path(folder, name), "r");
	size_t octets;

	assert_non_null(file);
	octets = fread(text, 1, sizeof(text), file);
	fclose(file);
	return gx_arena_strndup(&folder->arena, text, octets);
}

static void assert_contains(const char *text, const char *expected)
{
	if (!strstr(text, expected))
		fail_msg("%s\n--- is not in\n%s", expected, text);
}

/* The configuration that was written is one. */
static void read_native(struct folder *folder, struct gx_config *config)
{
	gx_config_read_native(config, folder_path(folder, "native.yaml"), &folder->diag, NULL);
	assert_string_equal(folder_findings(folder), "");
}

/* --- PowerDNS with the geo backend ------------------------------------------------------------- */

static char *put_pdns(struct folder *folder, const char *more)
{
	folder_put(folder, "named.conf", "zone \"example.com\" { type master; file \"example.com.zone\"; };\n");
	folder_put(folder, "example.com.zone",
		   "@ 3600 SOA ns1 hostmaster 1 7200 1800 86400 900\n@ NS ns1\nns1 A 192.0.2.53\n"
		   "eu A 192.0.2.1\nus A 192.0.2.2\nno A 192.0.2.3\nwww CNAME geo\n");
	folder_put(folder, "maps/geo.map",
		   "$RECORD geo\n$ORIGIN example.com.\n0 eu\n578 no\n840 us\n124 us\n999 elsewhere.example.net.\n");
	folder_put(folder, "countries",
		   "10.0.0.0/8 :127.0.3.72:us\n11.0.0.0/8 :127.0.2.66:no\n12.0.0.0/8 :127.0.1.20:de\n"
		   "2001:db8::/32 :127.0.0.124:ca\n13.0.0.0/8 :127.0.3.231:user\n");
	return folder_put(folder, "pdns.conf",
			  gx_arena_printf(&folder->arena,
					  "launch=bind,geo\nbind-config=named.conf\ngeo-ttl=60\n"
					  "geo-ip-map-zonefile=countries\ngeo-maps=maps\n%s",
					  more));
}

static void test_pdns(void **state)
{
	struct folder *folder = *state;
	char *text = import_into(folder, gx_import_pdns, put_pdns(folder, "geo-zone=example.com\n"));

	assert_string_equal(folder_findings(folder),
			    "F/pdns.conf:6: warning: localhost.example.com, the client's country as an address, has no "
			    "counterpart: `geoxdp explain ADDR` tells it\n");
	assert_string_equal(text, "sources:\n"
				  "  - {file: countries, format: rbldnsd}  # F/pdns.conf:4\n"
				  "\nmaps:\n"
				  "  geo:  # F/maps/geo.map\n"
				  "    default: eu  # F/maps/geo.map:3\n"
				  "    countries:\n"
				  "      CA: us  # F/maps/geo.map:6\n"
				  "      \"NO\": \"no\"  # F/maps/geo.map:4\n"
				  "      US: us  # F/maps/geo.map:5\n"
				  "      \"999\": elsewhere.example.net  # F/maps/geo.map:7\n"
				  "\nzones:\n"
				  "  - name: example.com  # F/named.conf:1\n"
				  "    file: example.com.zone\n"
				  "    geo:\n"
				  "      - name: geo  # F/maps/geo.map:1\n"
				  "        map: geo\n"
				  "        ttl: 60\n"
				  "        cname:\n"
				  "          eu: eu\n"
				  "          us: us\n"
				  "          \"no\": \"no\"\n"
				  "          elsewhere.example.net: elsewhere.example.net.\n");
}

/* Of the original and of the import, everyone is told the same. */
static void test_pdns_tells_the_same(void **state)
{
	struct folder *folder = *state;
	char *conf = put_pdns(folder, "geo-zone=example.com\n");
	struct gx_config from = { 0 }, to = { 0 };
	struct gx_diff diff = { 0 };

	import_into(folder, gx_import_pdns, conf);
	folder_findings(folder);
	read_native(folder, &to);
	gx_config_read_pdns(&from, conf, &folder->diag, NULL);
	assert_string_equal(folder_findings(folder), "");
	gx_diff_configs(&diff, &from, &to, 1);
	assert_int_equal(diff.n_geos, 2); /* and localhost */
	assert_non_null(diff.geos[0].to);
	assert_int_equal(diff.geos[0].n_moves, 0);
	assert_int_equal(diff.geos[0].from->ttl_s, diff.geos[0].to->ttl_s);
	gx_diff_free(&diff);
	gx_config_free(&from);
	gx_config_free(&to);
}

static void test_pdns_zone_made_from_settings(void **state)
{
	struct folder *folder = *state;
	char *conf = put_pdns(folder, "geo-zone=geo.example.com\ngeo-soa-values=ns1.example.com,h@example.com\n"
				      "geo-ns-records=ns1.example.com\n"),
	     *text;
	struct gx_config config = { 0 };

	folder_put(folder, "maps/geo.map", "$RECORD www\n$ORIGIN example.com.\n0 eu\n840 us\n");
	folder_put(folder, "example.com.zone", SOA "eu A 192.0.2.1\nus A 192.0.2.2\n");
	text = import_into(folder, gx_import_pdns, conf);
	assert_contains(
		folder_findings(folder),
		"F/pdns.conf:6: warning: zone geo.example.com is made from geo-soa-values and geo-ns-records; a native "
		"zone has a file: geo.example.com.zone says the same\n");
	assert_contains(text, "  - name: geo.example.com  # F/pdns.conf:6\n    file: geo.example.com.zone\n    geo:\n"
			      "      - name: www  # F/maps/geo.map:1\n");
	assert_contains(text, "          eu.example.com: eu.example.com.\n");
	assert_contains(read_text(folder, "geo.example.com.zone"),
			"geo.example.com. 3600 IN SOA ns1.example.com. h.example.com. 1 86400 172800 604800 3600\n");
	gx_config_read_native(&config, folder_path(folder, "native.yaml"), &folder->diag, NULL);
	gx_config_free(&config);
}

static void test_pdns_mistakes(void **state)
{
	struct folder *folder = *state;
	struct gx_import import = { 0 };

	assert_true(gx_import_pdns(&import, folder_put(folder, "pdns.conf", "launch=geo\n"), &folder->diag) < 0);
	assert_true(folder->diag.errors > 0);
	gx_import_free(&import);
}

/* --- gdnsd ------------------------------------------------------------------------------------- */

#define GDNSD(map, resources)                                                                                    \
	"plugins => { geoip => { maps => { m => { datacenters => [eu, us] " map " } } resources => { " resources \
	" } } }"
#define WWW "www => { map => m dcmap => { eu => 192.0.2.1 us => 192.0.2.2 } }"

static char *import_gdnsd(struct folder *folder, const char *config, const char *zone)
{
	folder_put(folder, "zones/example.com", gx_arena_printf(&folder->arena, SOA "%s", zone));
	return import_into(folder, gx_import_gdnsd, folder_put(folder, "config", config));
}

static void test_gdnsd_map(void **state)
{
	struct folder *folder = *state;
	char *text;

	folder_put(folder, "geoip/a.mmdb", "");
	text = import_gdnsd(folder,
			    GDNSD("geoip2_db => a.mmdb\nmap => {\n default => [us, eu],\n EU => [eu, us],\n"
				  " NA => { default => us\n CA => eu\n US => { NY => eu\n Dallas => us\n"
				  " CA => { default => eu\n Fresno => us } } } }",
				  WWW),
			    "www DYNA geoip!www\n");

	assert_string_equal(
		folder_findings(folder),
		"F/config:8: warning: city Dallas stands beside subdivision CA: where it lies in it, gdnsd takes the "
		"subdivision, GeoXDP the city\n");
	assert_contains(text, "sources:\n  - geoip/a.mmdb  # F/config:1\n");
	assert_contains(text,
			"    default: [us, eu]  # F/config:3\n"
			"    continents:\n      EU: [eu, us]  # F/config:4\n      NA: us  # F/config:5\n"
			"    countries:\n      CA: eu  # F/config:6\n"
			"    regions:\n      US/NY: eu  # F/config:7\n      US/CA: eu  # F/config:9\n"
			"    cities:\n      US//Dallas: us  # F/config:8\n      US/CA/Fresno: us  # F/config:10\n");
}

static void test_gdnsd_nets(void **state)
{
	struct folder *folder = *state;
	char *text = import_gdnsd(
		folder, GDNSD("nets => { 10.0.0.0/8 => [us, eu], 2001:DB8::/32 => eu 11.0.0.0/8 => [us eu] }", WWW),
		"www DYNA geoip!www\n");
	struct gx_config config = { 0 };

	assert_string_equal(folder_findings(folder), "");
	assert_contains(text, "sources:\n  - {file: m.nets, format: nets}  # F/config:1\n");
	assert_contains(text, "    default: [eu, us]  # F/config:1\n"
			      "    locations:\n      m-net1: [us, eu]  # F/config:1\n      m-net2: eu  # F/config:1\n");
	assert_contains(read_text(folder, "m.nets"), "10.0.0.0/8 m-net1\n2001:db8::/32 m-net2\n11.0.0.0/8 m-net1\n");
	read_native(folder, &config);
	assert_int_equal(config.n_geos, 1);
	assert_int_equal(config.maps[0].n_rules, 3);
	gx_config_free(&config);
}

static void test_gdnsd_resources(void **state)
{
	struct folder *folder = *state;
	char *text;

	folder_put(folder, "geoip/n", "10.0.0.0/8 => us");
	text = import_gdnsd(
		folder,
		"plugins => { weighted => { x => { } } multifo => { x => { service_types => up, a => 192.0.2.7, "
		"addrs_v6 => [2001:db8::7] } }\n"
		"geoip => { maps => { m => { datacenters => [eu, us] nets => n } } resources => {\n"
		"a => { map => m dcmap => { eu => %multifo!x\n us => { lb1 => 192.0.2.2, lb2 => 192.0.2.3 } } }\n"
		"c => { map => m dcmap => { eu => eu.example.net., us => us } }\n"
		"mixed => { map => m dcmap => { eu => eu.example.net., us => 192.0.2.2 } }\n"
		"w => { map => m dcmap => { eu => %weighted!x, us => 192.0.2.2 } } } } }",
		"a 60 DYNA geoip!a\nc 1h DYNC geoip!c\nm DYNC geoip!mixed\nw DYNA geoip!w\n");

	assert_string_equal(
		folder_findings(folder),
		"F/config:1: warning: service_types, monitoring, is not translated: 'check' at the geo name, with "
		"'checks' that do the same, would be its counterpart\n"
		"F/config:6: warning: addresses for some datacenters and CNAMEs for others have no counterpart: either "
		"for all would be right\n"
		"F/config:7: warning: plugin weighted has no counterpart\n"
		"F/zones/example.com:7: warning: m is left out: not all sites of its resource mixed have a "
		"counterpart\n"
		"F/zones/example.com:8: warning: w is left out: not all sites of its resource w have a counterpart\n");
	assert_contains(text, "          eu: [192.0.2.7, \"2001:db8::7\"]\n          us: [192.0.2.2, 192.0.2.3]\n");
	assert_contains(text, "        ttl: 3600\n        cname:\n          eu: eu.example.net.\n          us: us\n");
	assert_null(strstr(text, "- name: m "));
	assert_null(strstr(text, "- name: w "));
}

static void test_gdnsd_zone(void **state)
{
	struct folder *folder = *state;
	char *text =
		import_gdnsd(folder, GDNSD("nets => { 10.0.0.0/8 => us }", WWW),
			     "@ DYNA geoip!www ; apex\nwww 60/30 IN DYNA geoip!www\n\tTXT \"of www; not (a comment\"\n"
			     "www-eu 60 DYNA geoip!www/eu\n$ORIGIN de\nshop DYNA geoip!www\n@ DYNA geoip!www\n");
	struct gx_config config = { 0 };

	assert_string_equal(folder_findings(folder), "");
	assert_contains(text, "      - name: \"@\"  # F/zones/example.com:5\n        map: m\n        ttl: 300\n");
	assert_contains(
		text, "      - name: www  # F/zones/example.com:6\n        map: m\n        ttl: 60\n        address:\n"
		      "          eu: 192.0.2.1\n          us: 192.0.2.2\n");
	assert_contains(text, "      - name: shop.de.example.com.  # F/zones/example.com:10\n");
	assert_contains(text, "      - name: de.example.com.  # F/zones/example.com:11\n");
	assert_string_equal(
		read_text(folder, "example.com.zone"),
		SOA "; @ DYNA geoip!www ; apex\n; www 60/30 IN DYNA geoip!www\n"
		    "www\tTXT \"of www; not (a comment\"\nwww-eu 60 A 192.0.2.1\n; www-eu 60 DYNA geoip!www/eu\n"
		    "$ORIGIN de.example.com.\n; $ORIGIN de\n; shop DYNA geoip!www\n; @ DYNA geoip!www\n");
	read_native(folder, &config);
	assert_int_equal(config.n_geos, 4);
	gx_config_free(&config);
}

static void test_gdnsd_zone_as_it_is(void **state)
{
	struct folder *folder = *state;
	char *text;

	folder_put(folder, "zones/example.net", SOA);
	folder_put(folder, "zones/0@2.0.192.in-addr.arpa", "@ SOA ns1.example.com. h 1 7200 1800 86400 900\n");
	text = import_gdnsd(folder, GDNSD("nets => { 10.0.0.0/8 => us }", WWW), "www DYNA geoip!www\n");
	assert_contains(text, "  - name: example.net  # F/zones/example.net\n    file: zones/example.net\n");
	/* gdnsd's default TTL is another than that of other readers. */
	assert_contains(text, "  - name: 0/2.0.192.in-addr.arpa");
	assert_contains(read_text(folder, "0@2.0.192.in-addr.arpa.zone"), "$TTL 86400\n@ SOA ");
}

static void test_gdnsd_without_counterpart(void **state)
{
	struct folder *folder = *state;

	import_gdnsd(folder,
		     "options => { listen => 192.0.2.53 }\nservice_types => { }\n" GDNSD(
			     "ignore_ecs => true\nauto_dc_coords => { }\nmap => { EU => auto\n AS => [ ]\n XX => us\n"
			     "SA => { BRA => us } }",
			     "www => { map => m skip_first => true dcmap => { eu => 192.0.2.1, "
			     "us => 192.0.2.2 } }"),
		     "www DYNA geoip!www\n@ 60 NS @F\n$ADDR_LIMIT_V4 3\n");
	assert_string_equal(
		folder_findings(folder),
		"F/config:1: warning: option listen has no counterpart: `server: {interfaces: [...]}` says where "
		"GeoXDP answers\n"
		"F/config:2: warning: service_types, monitoring, are not translated: 'checks' of http, tcp, exec and "
		"file would be their counterparts\n"
		"F/config:3: warning: ignore_ecs of map m has no counterpart\n"
		"F/config:4: warning: auto_dc_coords of map m has no counterpart\n"
		"F/config:5: warning: `auto`, the nearest datacenters by coordinates, has no counterpart: list them "
		"in order of preference\n"
		"F/config:6: warning: an empty list, which is no answer for the clients there, has no counterpart: "
		"they get what the place around it gets\n"
		"F/config:7: warning: XX is no continent, and has no counterpart: AF, AN, AS, EU, NA, OC or SA would "
		"be right\n"
		"F/config:8: warning: BRA is no country: an ISO 3166-1 code of two letters would be right\n"
		"F/config:8: warning: skip_first has no counterpart: a map without the first choices would be one\n"
		"F/zones/example.com:6: warning: @F has no counterpart in zone files: the name itself would be right\n"
		"F/zones/example.com:7: warning: $ADDR_LIMIT_V4 has no counterpart\n");
}

static void test_gdnsd_mistakes(void **state)
{
	static const char *const configs[] = {
		"",
		"[]",
		"options => []",
		"plugins => []",
		"plugins => { geoip => { resources => { } } }",
		"options => [ a ]\nplugins => { geoip => { resources => { www => a } } }",
		"plugins => { geoip => { resources => { www => { map => [ ] } } } }",
		"plugins => { geoip => { resources => { www => { map => m } } maps => { m => [ ] } } }",
		GDNSD("nets => [ ] map => [ ]", "www => { map => m dcmap => [ ] }"),
		GDNSD("nets => { x => eu }", WWW),
		GDNSD("map => { EU => { DE => { default => { } } } }", WWW),
		"plugins => { multifo => { x => { a => %multifo!x } } geoip => { maps => { m => { datacenters => eu } "
		"} "
		"resources => { www => { map => m dcmap => { eu => %multifo!x } } } } }",
	};
	struct folder *folder = *state;

	folder_put(folder, "zones/example.com",
		   SOA "www 99999999999999999999 DYNA geoip!www\nwww DYNA\nw DYNA x\n"
		       "@ DYNA a!b/c\nwww DYNA geoip!www\n");
	for (size_t i = 0; i < sizeof(configs) / sizeof(*configs); i++) {
		struct gx_import import = { 0 };

		assert_true(gx_import_gdnsd(&import, folder_put(folder, "config", configs[i]), &folder->diag) < 0);
		assert_true(folder->diag.errors > 0);
		gx_diag_free(&folder->diag);
		gx_import_free(&import);
	}
}

/* --- PowerDNS with the geoip backend ----------------------------------------------------------- */

#define DOMAIN                                                                               \
	"domains:\n- domain: geo.example.com\n  ttl: 30\n  records:\n    geo.example.com:\n" \
	"      - soa: ns1.example.com h.example.com 1 7200 3600 86400 60\n"                  \
	"      - ns: {content: ns1.example.com, ttl: 600}\n"                                 \
	"    deu.eu.s.geo.example.com: [a: 192.0.2.1]\n"                                     \
	"    eu.s.geo.example.com: [a: 192.0.2.2, aaaa: \"2001:db8::2\"]\n"                  \
	"    na.s.geo.example.com: [a: 192.0.2.3, a: 192.0.2.4]\n"                           \
	"    any.s.geo.example.com: [a: {content: 192.0.2.5}]\n  services:\n"

static char *import_geoip(struct folder *folder, const char *services)
{
	return import_into(folder, gx_import_pdns_geoip,
			   folder_put(folder, "geo.yaml", gx_arena_printf(&folder->arena, DOMAIN "%s", services)));
}

static const char no_source[] = "F/geo.yaml:2: warning: the file does not say where places come from: write what "
				"geoip-database-files of pdns.conf "
				"names under sources, instead of GeoLite2-Country.mmdb, or import pdns.conf\n";

static void test_geoip_services(void **state)
{
	struct folder *folder = *state;
	char *text =
		import_geoip(folder, "    www.geo.example.com: ['%co.%cn.s.geo.example.com', '%cn.s.geo.example.com', "
				     "'any.s.geo.example.com']\n");

	assert_string_equal(folder_findings(folder), no_source);
	assert_contains(text, "    default: any.s  # F/geo.yaml:13\n"
			      "    continents:\n      EU: [eu.s, any.s]  # F/geo.yaml:13\n"
			      "      NA: [na.s, any.s]  # F/geo.yaml:13\n"
			      "    countries:\n      DE: [deu.eu.s, eu.s, any.s]  # F/geo.yaml:13\n");
	assert_contains(text,
			"      - name: www.geo.example.com.  # F/geo.yaml:13\n        map: www\n        ttl: 30\n"
			"        address:\n          any.s: 192.0.2.5\n          eu.s: [192.0.2.2, \"2001:db8::2\"]\n"
			"          deu.eu.s: 192.0.2.1\n          na.s: [192.0.2.3, 192.0.2.4]\n");
	assert_contains(read_text(folder, "geo.example.com.zone"),
			"$ORIGIN .\n$TTL 30\n"
			"geo.example.com 30 IN soa ns1.example.com h.example.com 1 7200 3600 86400 60\n"
			"geo.example.com 600 IN ns ns1.example.com\n");
}

/* What is written is read: with pdns.conf, which says where places come from. */
static void test_geoip_is_read(void **state)
{
	struct folder *folder = *state;
	struct gx_config config = { 0 };

	folder_put(folder, "geoip.txt", "16777216,16777471,DE\n");
	folder_put(folder, "geo.yaml",
		   DOMAIN "    www.geo.example.com:\n      default: ['%cn.s.geo.example.com', "
			  "'any.s.geo.example.com']\n      10.0.0.0/8: na.s.geo.example.com\n");
	import_into(folder, gx_import_pdns_geoip,
		    folder_put(folder, "pdns.conf",
			       gx_arena_printf(&folder->arena,
					       "launch=geoip\ngeoip-zones-file=%s/geo.yaml\n"
					       "geoip-database-files=mmdb:%s/geoip.txt;mode=mmap\n",
					       folder->path, folder->path)));
	assert_string_equal(folder_findings(folder), "");
	assert_int_equal(gx_config_read_native(&config, folder_path(folder, "native.yaml"), &folder->diag, NULL), 0);
	assert_int_equal(config.n_geos, 1);
	assert_int_equal(config.n_sources, 2);
	assert_string_equal(config.maps[0].rules[0].key, "www-net1");
	gx_config_free(&config);
}

static void test_geoip_custom_mapping(void **state)
{
	struct folder *folder = *state;
	char *text =
		import_geoip(folder, "    www.geo.example.com: ['%mp.s.geo.example.com', 'any.s.geo.example.com']\n"
				     "mapping_lookup_formats: ['%cc', '%cn']\n"
				     "custom_mapping: {de: na, eu: eu}\n");

	assert_string_equal(folder_findings(folder), no_source);
	assert_contains(text, "    continents:\n      EU: [eu.s, any.s]  # F/geo.yaml:13\n"
			      "    countries:\n      DE: [na.s, any.s]  # F/geo.yaml:13\n");
}

static void test_geoip_without_counterpart(void **state)
{
	struct folder *folder = *state;
	char *text = import_geoip(folder, "    a.geo.example.com: '%re.s.geo.example.com'\n"
					  "    b.geo.example.com: '%cn.s.geo.example.com'\n"
					  "    c.geo.example.com: {10.0.0.0/8: eu.s.geo.example.com}\n");
	char *findings = folder_findings(folder);

	assert_contains(findings,
			"F/geo.yaml:13: warning: a.geo.example.com leads to no name that has an address here: no "
			"counterpart\n");
	assert_contains(findings,
			"F/geo.yaml:13: warning: %re in %re.s.geo.example.com has no counterpart: only countries and "
			"continents are looked for ahead of time\n");
	assert_contains(findings,
			"F/geo.yaml:14: warning: clients of no known country get no record there: here they get "
			"eu.s.geo.example.com, the most common one\n");
	assert_contains(findings,
			"countries have no record of their own: they get what the continent, or else everyone, "
			"gets\n");
	assert_contains(findings,
			"F/geo.yaml:15: warning: c.geo.example.com has no default, so that most get no answer: no "
			"counterpart\n");
	assert_contains(text, "    default: eu.s  # F/geo.yaml:14\n    continents:\n      NA: na.s  # F/geo.yaml:14\n");
}

static void test_geoip_mistakes(void **state)
{
	static const char *const files[] = {
		"",
		"a",
		"[]",
		"domains:",
		"domains: []",
		"domains: [a]",
		"domains: [{domain: }]",
		"domains: [{domain: [a]}]",
		DOMAIN "    a: [\n",
		DOMAIN "    b.geo.example.com: {default: eu.s.geo.example.com, 10.0.0.0/33: na.s.geo.example.com}\n",
	};
	struct folder *folder = *state;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct gx_import import = { 0 };

		assert_true(gx_import_pdns_geoip(&import, folder_put(folder, "geo.yaml", files[i]), &folder->diag) < 0);
		assert_true(folder->diag.errors > 0);
		gx_diag_free(&folder->diag);
		gx_import_free(&import);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_pdns),
		folder_test(test_pdns_tells_the_same),
		folder_test(test_pdns_zone_made_from_settings),
		folder_test(test_pdns_mistakes),
		folder_test(test_gdnsd_map),
		folder_test(test_gdnsd_nets),
		folder_test(test_gdnsd_resources),
		folder_test(test_gdnsd_zone),
		folder_test(test_gdnsd_zone_as_it_is),
		folder_test(test_gdnsd_without_counterpart),
		folder_test(test_gdnsd_mistakes),
		folder_test(test_geoip_services),
		folder_test(test_geoip_is_read),
		folder_test(test_geoip_custom_mapping),
		folder_test(test_geoip_without_counterpart),
		folder_test(test_geoip_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
