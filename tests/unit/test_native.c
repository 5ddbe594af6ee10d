/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The native configuration: what its keys come to in the model. What is refused: tests/data/bad-native. */
#include "tests/unit/folder.h"

#include "geoxdp/abi.h"
#include "user/core/name.h"
#include "user/core/native.h"
#include "user/core/native_keys.h"
#include "user/core/text.h"

static const char zone_text[] = "$TTL 3600\n"
				"@ IN SOA ns1 hostmaster 1 2 3 4 5\n"
				"@ IN NS ns1\n"
				"ns1 IN A 192.0.2.1\n"
				"eu IN A 192.0.2.10\n"
				"eu IN A 192.0.2.11\n"
				"eu IN AAAA 2001:db8::10\n"
				"us IN A 192.0.2.20\n";

static const char zones_text[] = "zones:\n"
				 "  - name: example.com\n"
				 "    file: example.com.zone\n"
				 "    geo:\n"
				 "      - {name: geo, map: world, cname: {eu: eu, us: us}}\n";

/* Read a configuration of these parts, which has no errors; findings of it must be as expected. */
static void read_conf(struct folder *folder, struct gx_config *config, const char *head, const char *zones,
		      const char *findings)
{
	char *text = gx_arena_printf(&folder->arena, "sources: [nets.txt]\n%s%s", head, zones);
	char *path = folder_put(folder, "geoxdp.conf", text);

	folder_put(folder, "example.com.zone", zone_text);
	folder_put(folder, "nets.txt", "192.0.2.0/24 de\n198.51.100.0/24 office\n203.0.113.0/24 us\n");
	gx_config_read_native(config, path, &folder->diag, NULL);
	assert_string_equal(folder_findings(folder), findings);
}

static const char *site_for(const struct gx_config *config, const struct gx_location *location)
{
	const struct gx_rule *rule = gx_map_find(&config->maps[0], config->groups, location);

	assert_non_null(rule);
	return config->maps[0].sites[rule->sites[0]];
}

/* --- the table of keys ------------------------------------------------------------------------- */

/* Where the section or subsection ends. */
static const char *find_end(const char *at)
{
	const char *section = strstr(at, "\n.Sh "), *subsection = strstr(at, "\n.Ss ");

	return subsection && subsection < section ? subsection : section;
}

/* The page names every key where it should, with its default. */
static void test_the_manual_page_lists_all_keys(void **state)
{
	static const char *const headings[] = {
		[GX_SECTION_FILE] = ".Sh THE FILE",
		[GX_SECTION_SERVER] = ".Ss server",
		[GX_SECTION_TCP] = ".Ss tcp",
		[GX_SECTION_SOURCE] = ".Ss sources",
		[GX_SECTION_GROUP] = ".Ss groups",
		[GX_SECTION_CHECK] = ".Ss checks",
		[GX_SECTION_SITE] = ".Ss sites",
		[GX_SECTION_MAP] = ".Ss maps",
		[GX_SECTION_ZONE] = ".Ss zones",
		[GX_SECTION_GEO] = ".Ss geo names",
		[GX_SECTION_TTL] = ".Ss ttl",
		[GX_SECTION_WEIGHTED] = ".Ss weighted addresses",
		[GX_SECTION_LAST_RESORT] = ".Ss last-resort",
	};
	struct folder *folder = *state;
	struct gx_text page;

	assert_int_equal(gx_text_read(&page, "docs/man/geoxdp.conf.5", NULL, &folder->diag), 0);
	for (size_t i = 0; i < GX_KEYS; i++) {
		const struct gx_native_key *key = &gx_native_keys[i];
		const char *heading = headings[key->section], *at, *end, *item;

		at = strstr(page.data, gx_arena_printf(&folder->arena, "%s\n", heading));
		if (!at)
			fail_msg("no heading %s", heading);
		end = find_end(at + 1);
		item = strstr(at, gx_arena_printf(&folder->arena, "\n.It Cm %s", key->name));
		if (!item || item > end)
			fail_msg("%s: no key %s", heading, key->name);
		if (!key->fallback)
			continue;
		at = strstr(item, gx_arena_printf(&folder->arena, "\nDefault:\n.Cm %s", key->fallback));
		item = strstr(item + 1, "\n.It ");
		if (!at || at > end || (item && at > item))
			fail_msg("%s: no default %s of %s", heading, key->fallback, key->name);
	}
	gx_text_free(&page);
}

static void test_defaults(void **state)
{
	struct gx_config config = { 0 };

	read_conf(*state, &config, "maps: {world: {default: [eu, us]}}\n", zones_text,
		  "F/nets.txt:2: warning: no map has the location 'office': add it to locations of a map, or remove "
		  "it\n");
	assert_string_equal(config.mode, "auto");
	assert_int_equal(config.n_interfaces, 0);
	assert_int_equal(config.n_addresses, 0);
	assert_int_equal(config.n_geos, 1);
	assert_int_equal(config.geos[0].ttl_s, 300);
	assert_int_equal(config.sources[0].format, GX_FORMAT_NETS);
	gx_config_free(&config);
}

static void test_server(void **state)
{
	struct gx_config config = { 0 };

	read_conf(*state, &config,
		  "server: {interfaces: [eth0, eth1], mode: generic, addresses: [192.0.2.53, 2001:db8::53]}\n"
		  "maps: {world: {default: [eu, us], locations: {office: us}}}\n",
		  zones_text, "");
	assert_int_equal(config.n_interfaces, 2);
	assert_string_equal(config.interfaces[1], "eth1");
	assert_string_equal(config.mode, "generic");
	assert_int_equal(config.n_addresses, 2);
	assert_int_equal(config.addresses[0].family, GX_IPV4);
	assert_true(config.addresses[0].value == 0xc0000235u);
	assert_int_equal(config.addresses[1].family, GX_IPV6);
	assert_false(config.lookup_lpm);
	gx_config_free(&config);
}

static void test_lookup_is_the_index_or_the_tries(void **state)
{
	static const char *const forms[] = { "index", "lpm" };
	char text[128];

	for (int i = 0; i < 2; i++) {
		struct gx_config config = { 0 };

		snprintf(text, sizeof(text), "server: {lookup: %s}\nmaps: {world: {default: [eu, us], locations: "
			 "{office: us}}}\n", forms[i]);
		read_conf(*state, &config, text, zones_text, "");
		assert_int_equal(config.lookup_lpm, i);
		gx_config_free(&config);
	}
}

/* --- maps -------------------------------------------------------------------------------------- */

static void test_the_most_specific_rule_decides(void **state)
{
	struct gx_config config = { 0 };

	read_conf(*state, &config,
		  "groups:\n"
		  "  west: {continents: [EU], except: [RU, TR]}\n"
		  "maps:\n"
		  "  world:\n"
		  "    default: default\n"
		  "    continents: {EU: continent, NA: continent}\n"
		  "    groups: {west: group}\n"
		  "    countries: {DE: country, usa: us}\n"
		  "    regions: {us/ca: region}\n"
		  "    cities: {US/CA/San Jose: city}\n"
		  "    asns: {64500: asn}\n"
		  "    locations: {office: own}\n",
		  "zones:\n"
		  "  - name: example.com\n"
		  "    file: example.com.zone\n"
		  "    geo:\n"
		  "      - name: geo\n"
		  "        map: world\n"
		  "        cname: {default: eu, continent: eu, group: eu, country: eu, us: us, region: us, city: us,\n"
		  "                asn: us, own: us}\n",
		  "F/geoxdp.conf:3: warning: 'TR' is not in the group west, and cannot be taken out of it: remove it "
		  "here\n"
		  "F/geoxdp.conf:10: warning: no source has the region 'US/CA': a source that knows it, or its other "
		  "name, would be right\n"
		  "F/geoxdp.conf:11: warning: no source has the city 'US/CA/San Jose': a source that knows it, or its "
		  "other name, would be right\n"
		  "F/geoxdp.conf:12: warning: no source has the network 'AS64500': a source that knows it, or its "
		  "other name, would be right\n");
	assert_string_equal(site_for(&config, &(struct gx_location){ 0 }), "default");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 643, .continent = "EU" }), "continent");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 250, .continent = "EU" }), "group");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 276, .continent = "EU" }), "country");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 840, .continent = "NA" }), "us");
	assert_string_equal(site_for(&config,
				     &(struct gx_location){ .country = 840, .continent = "NA", .region = "CA" }),
			    "region");
	assert_string_equal(site_for(&config,
				     &(struct gx_location){
					     .country = 840, .continent = "NA", .region = "CA", .city = "San Jose" }),
			    "city");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 276, .asn = 64500 }), "asn");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 276, .asn = 64500, .own = "office" }),
			    "own");
	gx_config_free(&config);
}

static void test_groups_hold_groups_and_lose_exceptions(void **state)
{
	struct gx_config config = { 0 };
	struct folder *folder = *state;

	/* Whatever the order in the file: a group is resolved before the one that holds it. */
	read_conf(folder, &config,
		  "groups:\n"
		  "  all: {groups: [north, \"south\"], except: FI}\n"
		  "  north: {countries: [SE, NOR, 246]}\n"
		  "  south: {countries: IT}\n"
		  "maps: {world: {default: eu, groups: {all: us}, locations: {office: us}}}\n",
		  zones_text, "");
	assert_int_equal(config.n_groups, 3);
	assert_true(gx_group_has(&config.groups[0], 752));
	assert_true(gx_group_has(&config.groups[0], 578));
	assert_true(gx_group_has(&config.groups[0], 380));
	assert_false(gx_group_has(&config.groups[0], 246));
	assert_true(gx_group_has(&config.groups[1], 246));
	assert_false(gx_group_has(&config.groups[2], 752));
	gx_config_free(&config);
}

/* Country codes that YAML 1.1 takes for a truth value or an octal number. */
static void test_norway_is_a_country(void **state)
{
	struct gx_config config = { 0 };

	read_conf(*state, &config,
		  "maps: {world: {default: eu, countries: {NO: us, 010: us, \"8\": us}, locations: {office: us}}}\n",
		  zones_text, "");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 578 }), "us");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 10 }), "us");
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 8 }), "us");
	gx_config_free(&config);
}

static void test_a_director_map_file_brings_its_targets(void **state)
{
	struct folder *folder = *state;
	struct gx_config config = { 0 };
	knot_dname_txt_storage_t shown;

	folder_put(folder, "geo.map", "$ORIGIN example.com.\n0 eu\n840 us\n");
	read_conf(folder, &config, "maps: {world: {file: geo.map}}\n",
		  "zones:\n"
		  "  - {name: example.com, file: example.com.zone, geo: [{name: geo, map: world, ttl: 1m}]}\n",
		  "F/nets.txt:2: warning: no map has the location 'office': add it to locations of a map, or remove "
		  "it\n");
	assert_string_equal(config.maps[0].name, "world");
	assert_int_equal(config.geos[0].kind, GX_GEO_CNAME);
	assert_int_equal(config.geos[0].ttl_s, 60);
	assert_string_equal(site_for(&config, &(struct gx_location){ .country = 840 }), "us.example.com.");
	assert_string_equal(gx_show_name(config.geos[0].sites[0].target, shown), "eu.example.com.");
	gx_config_free(&config);
}

/* --- zones and geo names ----------------------------------------------------------------------- */

static void test_names_are_relative_to_their_zone(void **state)
{
	static const char *const owners[] = { "example.com.", "*.example.com.", "a.example.com.", "b.c.example.com." };
	struct gx_config config = { 0 };
	knot_dname_txt_storage_t shown;

	read_conf(*state, &config, "maps: {world: {default: eu, locations: {office: eu}}}\n",
		  "zones:\n"
		  "  - name: Example.COM.\n"
		  "    file: example.com.zone\n"
		  "    geo:\n"
		  "      - {name: \"@\", map: world, address: {eu: eu}}\n"
		  "      - {name: \"*\", map: world, cname: {eu: eu}}\n"
		  "      - {name: A.example.com., map: world, cname: {eu: EU.example.com.}}\n"
		  "      - {name: b.C, map: world, cname: {eu: www.example.org.}}\n",
		  "");
	assert_int_equal(config.n_geos, 4);
	for (size_t i = 0; i < 4; i++) {
		size_t found = 0;

		while (found < 4 && strcmp(gx_show_name(config.geos[found].owner, shown), owners[i]) != 0)
			found++;
		assert_in_range(found, 0, 3);
	}
	gx_config_free(&config);
}

static void test_addresses_of_names_are_looked_up(void **state)
{
	static const char *const wanted[] = { "192.0.2.99", "192.0.2.10", "192.0.2.11", "2001:db8::10",
					      "2001:db8::99" };
	struct gx_config config = { 0 };
	const struct gx_geo_site *site;
	char shown[GX_ADDR_TEXT_OCTETS];

	read_conf(*state, &config, "maps: {world: {default: eu, locations: {office: eu}}}\n",
		  "zones:\n"
		  "  - name: example.com\n"
		  "    file: example.com.zone\n"
		  "    geo:\n"
		  "      - {name: www, map: world, address: {eu: [192.0.2.99, eu, 2001:db8::99]}}\n",
		  "");
	assert_int_equal(config.geos[0].kind, GX_GEO_ADDRESS);
	site = &config.geos[0].sites[0];
	assert_int_equal(site->n_addresses, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(gx_show_addr(&site->addresses[i], shown), wanted[i]);
	gx_config_free(&config);
}

static void test_ttls(void **state)
{
	static const struct {
		const char *text;
		uint32_t ttl_s;
	} cases[] = {
		{ "1", 1 },	 { "2147483647", 2147483647 },
		{ "60s", 60 },	 { "5m", 300 },
		{ "1H", 3600 },	 { "1h30m", 5400 },
		{ "1d", 86400 }, { "1w2d", 777600 },
		{ "0m1s", 1 },	 { "\"00300\"", 300 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct folder *folder = *state;
		struct gx_config config = { 0 };

		read_conf(folder, &config, "maps: {world: {default: eu, locations: {office: eu}}}\n",
			  gx_arena_printf(&folder->arena,
					  "zones:\n"
					  "  - name: example.com\n"
					  "    file: example.com.zone\n"
					  "    geo: [{name: geo, map: world, ttl: %s, cname: {eu: eu}}]\n",
					  cases[i].text),
			  "");
		assert_int_equal(config.geos[0].ttl_s, cases[i].ttl_s);
		gx_config_free(&config);
	}
}

/* --- checks, policies, TCP ----------------------------------------------------------------------- */

static const char checked_zones[] =
	"zones:\n"
	"  - name: example.com\n"
	"    file: example.com.zone\n"
	"    geo:\n"
	"      - name: www\n"
	"        map: world\n"
	"        ttl: {min: 10, max: 5m}\n"
	"        check: [port, web]\n"
	"        by: client\n"
	"        address:\n"
	"          eu: [192.0.2.1, {address: 192.0.2.2, weight: 3}, {address: eu, weight: 2}]\n"
	"          us: [192.0.2.9, 2001:db8::9]\n"
	"        last-resort: {address: [192.0.2.200, {address: 192.0.2.201, weight: 9}]}\n"
	"      - {name: geo, map: world, cname: {eu: eu, us: us}, last-resort: {cname: NS1}}\n";

static void test_checks_and_their_defaults(void **state)
{
	struct gx_config config = { 0 };
	const struct gx_check_plan *plans;

	read_conf(*state, &config,
		  "checks:\n"
		  "  web: {http: \"https://www.example.com/{site}\", status: 204, match: 'ok|{site}', interval: 1m30s,\n"
		  "        timeout: 1500ms, up: 1, down: 255, jitter: 0}\n"
		  "  port: {tcp: 65535, interval: 250ms}\n"
		  "  cmd: {exec: [/bin/site-ok, \"{site}\", \"{address}\"], interval: 1d}\n"
		  "  flag: {file: \"/run/{site}\"}\n"
		  "  plain: {http: \"http://[2001:db8::1]:8080\"}\n"
		  "sites:\n"
		  "  us: {check: [flag, cmd, plain], address: 2001:db8::20}\n"
		  "  eu: {check: web}\n"
		  "maps: {world: {default: [eu, us], locations: {office: us}}}\n",
		  checked_zones, "");
	plans = config.plans;
	assert_int_equal(config.n_plans, 5);
	assert_string_equal(plans[0].name, "web");
	assert_int_equal(plans[0].kind, GX_CHECK_HTTP);
	assert_string_equal(plans[0].text, "https://www.example.com/{site}");
	assert_string_equal(plans[0].match, "ok|{site}");
	assert_int_equal(plans[0].port, 443);
	assert_int_equal(plans[0].status_min, 204);
	assert_int_equal(plans[0].status_max, 204);
	assert_int_equal(plans[0].interval_ms, 90000);
	assert_int_equal(plans[0].timeout_ms, 1500);
	assert_int_equal(plans[0].up, 1);
	assert_int_equal(plans[0].down, 255);
	assert_int_equal(plans[0].jitter_percent, 0);
	assert_int_equal(plans[1].kind, GX_CHECK_TCP);
	assert_int_equal(plans[1].port, 65535);
	assert_int_equal(plans[1].interval_ms, 250);
	assert_int_equal(plans[1].timeout_ms, 250);
	assert_int_equal(plans[2].kind, GX_CHECK_EXEC);
	assert_int_equal(plans[2].n_arguments, 3);
	assert_string_equal(plans[2].arguments[2], "{address}");
	assert_int_equal(plans[2].timeout_ms, 1000);
	assert_int_equal(plans[3].kind, GX_CHECK_FILE);
	assert_string_equal(plans[3].text, "/run/{site}");
	assert_int_equal(plans[4].port, 8080);
	assert_int_equal(plans[4].status_min, 200);
	assert_int_equal(plans[4].status_max, 299);
	assert_int_equal(plans[4].interval_ms, 1000);
	assert_int_equal(plans[4].timeout_ms, 1000);
	assert_int_equal(plans[4].up, 2);
	assert_int_equal(plans[4].down, 3);
	assert_int_equal(plans[4].jitter_percent, 10);
	assert_null(plans[4].match);

	assert_int_equal(config.n_site_plans, 2);
	assert_string_equal(config.site_plans[0].name, "us");
	assert_int_equal(config.site_plans[0].n_checks, 3);
	assert_int_equal(config.site_plans[0].checks[0], 3);
	assert_int_equal(config.site_plans[0].checks[2], 4);
	assert_true(config.site_plans[0].has_address);
	assert_int_equal(config.site_plans[0].address.family, GX_IPV6);
	assert_int_equal(config.site_plans[1].n_checks, 1);
	assert_false(config.site_plans[1].has_address);
	gx_config_free(&config);
}

static void test_weights_policies_and_last_resorts(void **state)
{
	const struct gx_geo *geo, *www;
	struct gx_config config = { 0 };
	knot_dname_txt_storage_t shown;

	read_conf(*state, &config,
		  "checks: {web: {http: \"http://{address}/\"}, port: {tcp: 80}}\n"
		  "maps: {world: {default: [eu, us], locations: {office: us}, weight: {us: 1000000}, by: query,\n"
		  "               all-down: last}}\n",
		  checked_zones, "");
	assert_int_equal(config.maps[0].weights[0], 0);
	assert_int_equal(config.maps[0].weights[1], 1000000);
	assert_int_equal(config.maps[0].by, GX_BY_QUERY);
	assert_int_equal(config.maps[0].all_down, GX_ALL_DOWN_LAST);

	geo = &config.geos[0];
	www = &config.geos[1];
	assert_string_equal(gx_show_name(www->owner, shown), "www.example.com.");
	assert_int_equal(www->ttl_s, 300);
	assert_int_equal(www->ttl_min_s, 10);
	assert_int_equal(www->by, GX_BY_CLIENT);
	assert_int_equal(www->n_checks, 2);
	assert_int_equal(www->checks[0], 1);
	assert_int_equal(www->checks[1], 0);
	/* One that has no weight has 1; all addresses of a name have the name's. */
	assert_int_equal(www->sites[0].n_addresses, 5);
	assert_int_equal(www->sites[0].weights[0], 1);
	assert_int_equal(www->sites[0].weights[1], 3);
	for (size_t i = 2; i < 5; i++)
		assert_int_equal(www->sites[0].weights[i], 2);
	assert_null(www->sites[1].weights);
	assert_int_equal(www->last_resort->n_addresses, 2);
	assert_int_equal(www->last_resort->weights[1], 9);
	assert_int_equal(geo->by, GX_BY_QUERY);
	assert_int_equal(geo->ttl_min_s, 0);
	assert_int_equal(geo->n_checks, 0);
	assert_string_equal(gx_show_name(geo->last_resort->target, shown), "ns1.example.com.");
	gx_config_free(&config);
}

static void test_tcp(void **state)
{
	static const char maps[] = "maps: {world: {default: [eu, us], locations: {office: us}}}\n";
	struct folder *folder = *state;
	struct gx_config config = { 0 };

	read_conf(folder, &config, maps, zones_text, "");
	assert_false(config.no_tcp);
	assert_int_equal(config.tcp_idle_s, 10);
	assert_int_equal(config.tcp_connections, 1000);
	assert_int_equal(config.tcp_per_client, 50);
	assert_int_equal(config.n_bypass, 0);
	assert_null(config.maps[0].weights);
	assert_int_equal(config.maps[0].by, GX_BY_CLIENT);
	assert_int_equal(config.maps[0].all_down, GX_ALL_DOWN_ALL);
	gx_config_free(&config);

	read_conf(folder, &config, gx_arena_printf(&folder->arena, "server: {tcp: no}\n%s", maps), zones_text, "");
	assert_true(config.no_tcp);
	assert_int_equal(config.tcp_idle_s, 10);
	gx_config_free(&config);

	read_conf(folder, &config,
		  gx_arena_printf(&folder->arena,
				  "server: {tcp: {idle: 1h, per-client: 100000, bypass: [192.0.2.53, 2001:db8::/48]}}\n%s",
				  maps),
		  zones_text, "");
	assert_false(config.no_tcp);
	assert_int_equal(config.tcp_idle_s, 3600);
	assert_int_equal(config.tcp_connections, 1000);
	assert_int_equal(config.tcp_per_client, 100000);
	assert_int_equal(config.n_bypass, 2);
	assert_int_equal(config.bypass[0].bits, 32);
	assert_int_equal(config.bypass[1].bits, 48);
	assert_int_equal(config.bypass[1].addr.family, GX_IPV6);
	gx_config_free(&config);
}

static void test_all_files_are_listed(void **state)
{
	struct folder *folder = *state;
	struct gx_config config = { 0 };
	char *path;

	folder_put(folder, "maps/geo.map", "broken\n");
	folder_put(folder, "x-Blocks-IPv4.csv", "network,geoname_id,registered_country_geoname_id\n192.0.2.0/24,1,1\n");
	path = folder_put(folder, "geoxdp.conf",
			  "sources: [nets.txt, x-Blocks-IPv4.csv, missing.mmdb, nets.txt]\n"
			  "maps: {world: {file: maps/geo.map}}\n"
			  "zones: [{name: example.com, file: missing.zone}]\n");
	assert_int_not_equal(gx_config_read_native(&config, path, &folder->diag, NULL), 0);
	assert_string_equal(folder_files(folder, config.files, config.n_files),
			    "F/geoxdp.conf\nF/maps/geo.map\nF/missing.mmdb\nF/missing.zone\nF/nets.txt\n"
			    "F/x-Blocks-IPv4.csv\nF/x-Locations-en.csv\n");
	gx_config_free(&config);
}

/* --- sources ----------------------------------------------------------------------------------- */

static void test_later_sources_speak_over_earlier_ones(void **state)
{
	struct folder *folder = *state;
	struct gx_config config = { 0 };
	const struct gx_location *location;
	const struct gx_range *range;
	char *path;

	folder_put(folder, "example.com.zone", zone_text);
	folder_put(folder, "one.txt", "192.0.2.0/24 de\n198.51.100.0/24 de\n");
	folder_put(folder, "two.txt", "192.0.2.128/25 fr\n");
	folder_put(folder, "asn.csv", "192.0.2.0,192.0.2.255,64500,Example Net\n");
	path = folder_put(folder, "geoxdp.conf",
			  "sources: [one.txt, {file: two.txt, format: nets}, {file: asn.csv, format: csv}]\n"
			  "maps: {world: {default: eu, asns: {AS64500: us}}}\n"
			  "zones: [{name: example.com, file: example.com.zone,\n"
			  "         geo: [{name: geo, map: world, cname: {eu: eu, us: us}}]}]\n");
	gx_config_read_native(&config, path, &folder->diag, NULL);
	assert_string_equal(folder_findings(folder), "");
	assert_int_equal(config.n_sources, 3);
	range = gx_partition_find(&config.partition[GX_IPV4], 0xc0000201u);
	location = gx_locations_get(config.locations, range->location);
	assert_int_equal(location->country, 276);
	assert_int_equal(location->asn, 64500);
	range = gx_partition_find(&config.partition[GX_IPV4], 0xc0000281u);
	location = gx_locations_get(config.locations, range->location);
	assert_int_equal(location->country, 250);
	assert_int_equal(range->place_source, 1);
	range = gx_partition_find(&config.partition[GX_IPV4], 0xc6336401u);
	assert_int_equal(range->location, 276);
	gx_config_free(&config);
}

/* --- kinds of files ---------------------------------------------------------------------------- */

static void test_the_kind_of_a_file_shows_in_its_content(void **state)
{
	static const struct {
		const char *text;
		const char *findings;
	} cases[] = {
		{ "# comment\n\n  launch = geo\n",
		  "F/conf:0: geo-zone is not set: geo-zone=ZONE, the zone of the geo names, would be right\n" },
		{ "sources: []\nmaps: {}\n", "F/conf:1: the file has no key 'zones': it must be given\n" },
		{ "\xef\xbb\xbf---\nzones: a=b\n", "F/conf:2: a zone is text: a mapping such as {name: example.com, "
						   "file: example.com.zone} would be right\n" },
		{ "", "F/conf:0: the file is empty: a YAML document would be right\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct folder *folder = *state;
		struct gx_config config = { 0 };

		assert_int_not_equal(
			gx_config_read(&config, folder_put(folder, "conf", cases[i].text), &folder->diag, NULL), 0);
		assert_non_null(strstr(folder_findings(folder), cases[i].findings));
		gx_config_free(&config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(test_the_manual_page_lists_all_keys),
		folder_test(test_defaults),
		folder_test(test_server),
		folder_test(test_lookup_is_the_index_or_the_tries),
		folder_test(test_the_most_specific_rule_decides),
		folder_test(test_groups_hold_groups_and_lose_exceptions),
		folder_test(test_norway_is_a_country),
		folder_test(test_a_director_map_file_brings_its_targets),
		folder_test(test_names_are_relative_to_their_zone),
		folder_test(test_addresses_of_names_are_looked_up),
		folder_test(test_ttls),
		folder_test(test_checks_and_their_defaults),
		folder_test(test_weights_policies_and_last_resorts),
		folder_test(test_tcp),
		folder_test(test_all_files_are_listed),
		folder_test(test_later_sources_speak_over_earlier_ones),
		folder_test(test_the_kind_of_a_file_shows_in_its_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
