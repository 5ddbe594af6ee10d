/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zones: what is read, what is refused, and how a zone speaks of names. */
#include "tests/unit/scene.h"

#include <errno.h>
#include <sys/stat.h>

#include <libknot/descriptor.h>

#include "user/core/zone.h"

static int setup(void **state)
{
	*state = gx_calloc(1, sizeof(struct scene));
	scene_init(*state);
	return 0;
}

static int teardown(void **state)
{
	scene_free(*state);
	free(*state);
	return 0;
}

/* A zone read from exactly this text. */
static struct gx_zone *read_text(struct scene *scene, const char *text, size_t octets)
{
	struct gx_zone *zone = &scene->config.zones[scene->config.n_zones++];

	zone->apex = scene_name(scene, "example.com.");
	zone->file = scene_file(scene, text, octets);
	zone->where = (struct gx_where){ .file = "named.conf", .line = 7 };
	gx_zone_read(zone, &scene->diag);
	unlink(zone->file);
	return zone;
}

static void assert_findings(struct scene *scene, const char *expected)
{
	char *text = scene_findings(scene);

	assert_string_equal(text, expected);
	free(text);
}

/* "name:rrsets", with "!" for a delegation and "-" below a cut, in the zone's order. */
static void assert_nodes(const struct gx_zone *zone, const char *expected)
{
	char *text = strdup("");

	for (size_t i = 0; i < zone->n_nodes; i++) {
		const struct gx_node *node = &zone->nodes[i];
		knot_dname_txt_storage_t owner;

		scene_append(&text, "%s%s%s:%u", i ? " " : "", gx_show_name(node->owner, owner),
			     node->delegation ? "!" : node->below_cut ? "-" : "", node->n_rrsets);
	}
	assert_string_equal(text, expected);
	free(text);
}

static void assert_match(struct scene *scene, const struct gx_zone *zone, const char *name,
			 enum gx_match_kind kind, const char *node)
{
	struct gx_match match = gx_zone_match(zone, scene_name(scene, name));
	knot_dname_txt_storage_t owner;

	assert_int_equal(match.kind, kind);
	assert_string_equal(gx_show_name(match.node->owner, owner), node);
}

/* --- reading ----------------------------------------------------------------------------------- */

static void nodes_are_in_canonical_order_with_empty_non_terminals(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.",
						"z A 192.0.2.1\n"
						"a.b.c A 192.0.2.1\n"
						"Z.a A 192.0.2.1\n"
						"yljkjljk.a A 192.0.2.1\n"
						"\\001.z A 192.0.2.1\n"
						"\\000.z A 192.0.2.1\n"
						"*.z A 192.0.2.1\n"
						"\\200.z A 192.0.2.1\n");

	assert_findings(scene, "");
	assert_nodes(zone, "example.com.:2 a.example.com.:0 yljkjljk.a.example.com.:1 "
		     "z.a.example.com.:1 c.example.com.:0 b.c.example.com.:0 a.b.c.example.com.:1 "
		     "ns1.example.com.:1 z.example.com.:1 \\000.z.example.com.:1 "
		     "\\001.z.example.com.:1 *.z.example.com.:1 \\200.z.example.com.:1");
	for (size_t i = 1; i < zone->n_nodes; i++)
		assert_true(knot_dname_cmp(zone->nodes[i - 1].owner, zone->nodes[i].owner) < 0);
}

static void names_are_found_without_regard_to_case(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.", "WwW A 192.0.2.1\nwww A 192.0.2.2\n");
	knot_dname_storage_t name;
	const struct gx_rrset *a;

	assert_int_equal(gx_parse_name("wWw.EXAMPLE.com.", NULL, name, NULL), 0);
	a = gx_node_find(gx_zone_find(zone, name), KNOT_RRTYPE_A);
	assert_non_null(a);
	assert_int_equal(a->rdata.count, 2);
	assert_null(gx_zone_find(zone, scene_name(scene, "ww.example.com.")));
	assert_null(gx_node_find(NULL, KNOT_RRTYPE_A));
}

static void crlf_byte_order_mark_and_missing_last_newline_are_taken(void **state)
{
	static const char text[] = "\xef\xbb\xbf$TTL 300\r\n@ SOA ns1 h 1 2 3 4 5\r\n@ NS ns1\r\n"
				   "t TXT \"a\\013\"\r\nns1 A 192.0.2.1";
	struct scene *scene = *state;
	const struct gx_zone *zone = read_text(scene, text, sizeof(text) - 1);

	assert_findings(scene, "");
	assert_nodes(zone, "example.com.:2 ns1.example.com.:1 t.example.com.:1");
}

static void every_syntax_error_is_found_with_its_line(void **state)
{
	struct scene *scene = *state;

	scene_zone(scene, "example.com.",
		   "a A 192.0.2.256\n"			/* line 5 */
		   "b AAAA 2001:db8:::1\n"
		   "c QQ 1\n"
		   "d A 192.0.2.1\n"
		   "e 4294967295 A 192.0.2.1\n"
		   "f CH TXT x\n"
		   "g NS \\# 3 616263\n"
		   "h CNAME \\# 2 C000\n"			/* compression pointers */
		   "h RP \\# 7 0361626300C00B\n"
		   "i A 192.0.2.1 (\n");
	assert_findings(scene,
			"5: invalid IPv4 address: an address such as 192.0.2.1 for A, 2001:db8::1 for AAAA\n"
			"6: invalid IPv6 address: an address such as 2001:db8::1\n"
			"7: invalid number: digits, or an RR type such as A where one belongs\n"
			"9: TTL 4294967295: at most 2147483647 (RFC 2181 8)\n"
			"10: unsupported record type: an RR type such as A, or TYPE65280 (RFC 3597); of classes, IN alone\n"
			"15: unclosed last multiline block: a ')' for every '('\n"
			"11: g.example.com. NS: malformed record data: the fields of its type, complete\n"
			"12: h.example.com. CNAME: malformed record data: the fields of its type, complete\n"
			"13: h.example.com. RP: malformed record data: the fields of its type, complete\n");
}

static void missing_file_is_a_finding_at_the_line_that_names_it(void **state)
{
	struct scene *scene = *state;
	struct gx_zone *zone = &scene->config.zones[scene->config.n_zones++];

	zone->apex = scene_name(scene, "example.com.");
	zone->file = "/nonexistent/zone";
	zone->where = (struct gx_where){ .file = "named.conf", .line = 7 };
	assert_int_equal(gx_zone_read(zone, &scene->diag), -EINVAL);
	assert_int_equal(scene->diag.count, 1);
	assert_string_equal(scene->diag.findings[0].where.file, "named.conf");
	assert_int_equal(scene->diag.findings[0].where.line, 7);
	assert_non_null(strstr(scene->diag.findings[0].text, "/nonexistent/zone"));
	assert_int_equal(gx_zone_match(zone, zone->apex).kind, GX_MATCH_NODE);
}

/* A folder with two files, outer and inner, the second text next to the first. */
static struct gx_zone *read_two(struct scene *scene, const char *outer, const char *inner)
{
	char *folder = gx_arena_strdup(&scene->config.arena, "/tmp/geoxdp-test-XXXXXX");
	struct gx_zone *zone = &scene->config.zones[scene->config.n_zones++];
	const char *texts[] = { outer, inner }, *names[] = { "outer", "inner" };
	char *paths[2];

	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 2; i++) {
		FILE *file;

		paths[i] = gx_arena_printf(&scene->config.arena, "%s/%s", folder, names[i]);
		file = fopen(paths[i], "w");
		assert_non_null(file);
		fputs(texts[i], file);
		fclose(file);
	}
	zone->apex = scene_name(scene, "example.com.");
	zone->file = paths[0];
	zone->where = (struct gx_where){ .file = "named.conf", .line = 7 };
	gx_zone_read(zone, &scene->diag);
	for (int i = 0; i < 2; i++)
		unlink(paths[i]);
	rmdir(folder);
	return zone;
}

static void include_is_read_and_its_findings_name_it(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = read_two(scene,
					      "$TTL 300\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\n"
					      "$INCLUDE inner sub.example.com.\n"
					      "bad A 1\n"
					      "ns1 A 192.0.2.1\n",
					      "a A 192.0.2.1\n\nb A x\nc A 192.0.2.3\n");
	const struct gx_rrset *a;

	assert_nodes(zone, "example.com.:2 ns1.example.com.:1 sub.example.com.:0 "
		     "a.sub.example.com.:1 c.sub.example.com.:1");
	assert_int_equal(scene->diag.count, 2);
	assert_non_null(strstr(scene->diag.findings[0].where.file, "/inner"));
	assert_int_equal(scene->diag.findings[0].where.line, 3);
	assert_non_null(strstr(scene->diag.findings[1].where.file, "/outer"));
	assert_int_equal(scene->diag.findings[1].where.line, 5);
	a = gx_node_find(gx_zone_find(zone, scene_name(scene, "c.sub.example.com.")), KNOT_RRTYPE_A);
	assert_non_null(strstr(a->file, "/inner"));
	assert_int_equal(a->line, 4);
	assert_int_equal(a->ttl_s, 300);
}

static void include_of_itself_and_of_nothing_are_findings(void **state)
{
	struct scene *scene = *state;

	read_two(scene, "$TTL 300\n@ SOA ns1 h 1 2 3 4 5\n@ NS ns1\n$INCLUDE inner\n",
		 "$INCLUDE outer\n$INCLUDE none\nns1 A 192.0.2.1\nx A 1\n");
	assert_int_equal(scene->diag.count, 3);
	assert_int_equal(scene->diag.findings[0].where.line, 1);
	assert_non_null(strstr(scene->diag.findings[0].text, "outer: a file that does not include itself"));
	assert_int_equal(scene->diag.findings[1].where.line, 2);
	assert_non_null(strstr(scene->diag.findings[1].text, "/none cannot be read"));
	/* Reading goes on behind both. */
	assert_int_equal(scene->diag.findings[2].where.line, 4);
}

static void zone_without_soa_and_ns_is_refused(void **state)
{
	static const char text[] = "www 300 A 192.0.2.1\n";
	struct scene *scene = *state;

	read_text(scene, text, sizeof(text) - 1);
	assert_findings(scene,
			"0: no SOA at the apex: a record such as 'example.com. SOA ns1 hostmaster 1 86400 7200 604800 3600'\n"
			"0: no NS at the apex: a record such as 'example.com. NS ns1'\n");
}

static void zone_without_a_file_may_lack_soa_and_ns(void **state)
{
	struct scene *scene = *state;
	struct gx_zone *zone = &scene->config.zones[scene->config.n_zones++];
	const uint8_t address[4] = { 192, 0, 2, 1 };
	struct gx_where where = { .file = "pdns.conf", .line = 3 };

	zone->apex = scene_name(scene, "example.com.");
	gx_zone_add(zone, scene_name(scene, "b.a.example.com."), KNOT_RRTYPE_A, 60, address, 4, &where);
	assert_int_equal(gx_zone_finish(zone, &scene->diag), 0);
	assert_nodes(zone, "example.com.:0 a.example.com.:0 b.a.example.com.:1");
}

/* --- checks ------------------------------------------------------------------------------------ */

static void cname_stands_alone(void **state)
{
	struct scene *scene = *state;

	scene_zone(scene, "example.com.",
		   "a CNAME ns1\n"			/* line 5 */
		   "a A 192.0.2.1\n"
		   "b CNAME ns1\n"
		   "b CNAME ns2\n"
		   "c CNAME ns1\n"
		   "c DNAME d\n"
		   "e CNAME ns1\n"
		   "e CNAME NS1\n"			/* the same: no finding */
		   "e KEY 0 3 8 AA==\n");		/* beside a CNAME: no finding */
	assert_findings(scene,
			"5: a.example.com. has a CNAME and A: a CNAME stands alone (RFC 1034 3.6.2)\n"
			"7: b.example.com. has 2 CNAME records: a name has one CNAME at most (RFC 2181 10.1)\n"
			"9: c.example.com. has a CNAME and DNAME: a CNAME stands alone (RFC 1034 3.6.2)\n");
}

static void soa_is_one_and_at_the_apex(void **state)
{
	struct scene *scene = *state;

	scene_zone(scene, "example.com.",
		   "@ SOA ns1 other 1 2 3 4 5\n"
		   "sub SOA ns1 h 1 2 3 4 5\n");
	assert_findings(scene,
			"2: warning: example.com. SOA: TTLs differ within the RRset, 300 is used for all: one TTL (RFC 2181 5.2)\n"
			"2: example.com. has 2 SOA records: a zone has one SOA (RFC 1035 5.2)\n"
			"6: sub.example.com. has a SOA: only the apex example.com. has one (RFC 1035 5.2)\n");
}

static void names_outside_the_zone_are_refused(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.",
						"www.example.org. A 192.0.2.1\n"
						"com. A 192.0.2.1\n"
						"badexample.com. A 192.0.2.1\n");

	assert_findings(scene,
			"5: www.example.org. lies outside the zone: only names at or below example.com. belong here\n"
			"6: com. lies outside the zone: only names at or below example.com. belong here\n"
			"7: badexample.com. lies outside the zone: only names at or below example.com. belong here\n");
	assert_nodes(zone, "example.com.:2 ns1.example.com.:1");
}

static void differing_ttls_become_the_lowest(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.",
						"a 300 A 192.0.2.1\na 60 A 192.0.2.2\na 900 A 192.0.2.3\n");
	const struct gx_node *node = gx_zone_find(zone, scene_name(scene, "a.example.com."));

	assert_findings(scene, "5: warning: a.example.com. A: TTLs differ within the RRset, 60 is used for all: one TTL (RFC 2181 5.2)\n");
	assert_int_equal(gx_node_find(node, KNOT_RRTYPE_A)->ttl_s, 60);
}

static void duplicates_are_one_record(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.",
						"a A 192.0.2.2\na A 192.0.2.1\na A 192.0.2.2\n"
						"b MX 10 Mail\nb MX 10 mAIL\n");
	const struct gx_rrset *a, *mx;

	a = gx_node_find(gx_zone_find(zone, scene_name(scene, "a.example.com.")), KNOT_RRTYPE_A);
	mx = gx_node_find(gx_zone_find(zone, scene_name(scene, "b.example.com.")), KNOT_RRTYPE_MX);
	assert_int_equal(a->rdata.count, 2);
	assert_int_equal(a->rdata.rdata->data[3], 1);
	assert_int_equal(mx->rdata.count, 1);
}

static void signed_zones_are_known(void **state)
{
	struct scene *scene = *state;
	const char *key = "@ DNSKEY 256 3 13 AAAA\n";
	const char *elsewhere = "x DNSKEY 256 3 13 AAAA\n";
	const char *signature = "ns1 RRSIG A 13 3 300 20300101000000 20200101000000 1 example.com. AAAA\n";

	assert_false(scene_zone(scene, "example.com.", "")->is_signed);
	assert_true(scene_zone(scene, "example.com.", key)->is_signed);
	assert_false(scene_zone(scene, "example.com.", elsewhere)->is_signed);
	assert_true(scene_zone(scene, "example.com.", signature)->is_signed);
}

/* --- RFC 1034 4.3.2, RFC 4592 ------------------------------------------------------------------ */

static void empty_non_terminals_exist(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.", "a.b A 192.0.2.1\n* A 192.0.2.2\n");

	assert_match(scene, zone, "b.example.com.", GX_MATCH_NODE, "b.example.com.");
	assert_match(scene, zone, "example.com.", GX_MATCH_NODE, "example.com.");
	/* b exists, so the wildcard above it does not reach below it. */
	assert_match(scene, zone, "x.b.example.com.", GX_MATCH_NONE, "b.example.com.");
}

/* The example zone of RFC 4592 2.2.1. */
static void wildcards_only_where_no_closer_name_exists(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.",
						"* TXT \"this is a wildcard\"\n"
						"* MX 10 host1.example.\n"
						"sub.* TXT \"this is not a wildcard\"\n"
						"host1 A 192.0.2.1\n"
						"_ssh._tcp.host1 SRV 0 0 22 host1\n"
						"_ssh._tcp.host2 SRV 0 0 22 host2\n"
						"subdel NS ns.example.com.\n");

	assert_match(scene, zone, "host3.example.", GX_MATCH_WILDCARD, "*.example.");
	assert_match(scene, zone, "foo.bar.example.", GX_MATCH_WILDCARD, "*.example.");
	assert_match(scene, zone, "host1.example.", GX_MATCH_NODE, "host1.example.");
	assert_match(scene, zone, "sub.*.example.", GX_MATCH_NODE, "sub.*.example.");
	assert_match(scene, zone, "_telnet._tcp.host1.example.", GX_MATCH_NONE, "_tcp.host1.example.");
	assert_match(scene, zone, "host.subdel.example.", GX_MATCH_DELEGATION, "subdel.example.");
	assert_match(scene, zone, "ghost.*.example.", GX_MATCH_NONE, "*.example.");
	assert_match(scene, zone, "*.example.", GX_MATCH_NODE, "*.example.");
}

static void nothing_is_answered_below_a_delegation(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.",
						"sub NS ns.sub\nns.sub A 192.0.2.1\n"
						"deep.sub NS ns.deep.sub\n* A 192.0.2.2\nsubx A 192.0.2.3\n");

	assert_nodes(zone, "example.com.:2 *.example.com.:1 ns1.example.com.:1 sub.example.com.!:1 "
		     "deep.sub.example.com.!:1 ns.sub.example.com.-:1 subx.example.com.:1");
	assert_true(gx_zone_find(zone, scene_name(scene, "deep.sub.example.com."))->below_cut);
	assert_match(scene, zone, "sub.example.com.", GX_MATCH_DELEGATION, "sub.example.com.");
	assert_match(scene, zone, "ns.sub.example.com.", GX_MATCH_DELEGATION, "sub.example.com.");
	assert_match(scene, zone, "x.deep.sub.example.com.", GX_MATCH_DELEGATION, "sub.example.com.");
	assert_match(scene, zone, "subx.example.com.", GX_MATCH_NODE, "subx.example.com.");
}

static void names_below_a_dname_are_renamed_and_the_dname_itself_is_data(void **state)
{
	struct scene *scene = *state;
	const struct gx_zone *zone = scene_zone(scene, "example.com.",
						"old DNAME new\nold A 192.0.2.1\nx.old A 192.0.2.2\n");

	assert_match(scene, zone, "old.example.com.", GX_MATCH_NODE, "old.example.com.");
	assert_match(scene, zone, "x.old.example.com.", GX_MATCH_DNAME, "old.example.com.");
	assert_match(scene, zone, "y.old.example.com.", GX_MATCH_DNAME, "old.example.com.");
	assert_true(gx_zone_find(zone, scene_name(scene, "x.old.example.com."))->below_cut);
}

static void names_of_255_octets_and_127_labels(void **state)
{
	struct scene *scene = *state;
	char *longest = strdup(""), *deepest = strdup(""), *text = strdup("");
	const struct gx_zone *zone;

	/* 3 * 64 + 61 + 1 = 254 in the root zone's terms, one more for "." */
	for (int i = 0; i < 3; i++)
		scene_append(&longest, "%063d.", i);
	scene_append(&longest, "%061d.", 3);
	for (int i = 0; i < 127; i++)
		scene_append(&deepest, "a.");
	scene_append(&text, "%s A 192.0.2.1\n%s A 192.0.2.2\n* A 192.0.2.3\n", longest, deepest);
	zone = scene_zone(scene, ".", text);
	assert_findings(scene, "");
	assert_match(scene, zone, longest, GX_MATCH_NODE, longest);
	assert_match(scene, zone, deepest, GX_MATCH_NODE, deepest);
	assert_int_equal(zone->n_nodes, 1 + 1 + 1 + 4 + 127);
	free(longest);
	free(deepest);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(nodes_are_in_canonical_order_with_empty_non_terminals),
		TEST(names_are_found_without_regard_to_case),
		TEST(crlf_byte_order_mark_and_missing_last_newline_are_taken),
		TEST(every_syntax_error_is_found_with_its_line),
		TEST(missing_file_is_a_finding_at_the_line_that_names_it),
		TEST(include_is_read_and_its_findings_name_it),
		TEST(include_of_itself_and_of_nothing_are_findings),
		TEST(zone_without_soa_and_ns_is_refused),
		TEST(zone_without_a_file_may_lack_soa_and_ns),
		TEST(cname_stands_alone),
		TEST(soa_is_one_and_at_the_apex),
		TEST(names_outside_the_zone_are_refused),
		TEST(differing_ttls_become_the_lowest),
		TEST(duplicates_are_one_record),
		TEST(signed_zones_are_known),
		TEST(empty_non_terminals_exist),
		TEST(wildcards_only_where_no_closer_name_exists),
		TEST(nothing_is_answered_below_a_delegation),
		TEST(names_below_a_dname_are_renamed_and_the_dname_itself_is_data),
		TEST(names_of_255_octets_and_127_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
