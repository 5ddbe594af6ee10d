/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sources in the form of a MaxMind DB: a binary tree of networks with a record each, read with libmaxminddb.
 *
 *   MaxMind and DB-IP	{country: {iso_code: "US"}, registered_country: {...}, continent: {code: "NA"},
 *			 subdivisions: [{iso_code: "CA"}], city: {names: {en: "Los Angeles"}}}
 *			{autonomous_system_number: 64500}
 *   IPinfo		{country_code: "US", continent_code: "NA", asn: "AS64500"}, or {country: "US", ...}
 *
 * Where a record has no country, the country in which the network is registered stands for it. The country that it
 * represents (an army's bases abroad) does not: answers go where the users are. A record without any of the above
 * says nothing: what earlier sources said stays.
 *
 * A tree of IPv6 holds IPv4 under ::/96; forms of IPv6 that carry IPv4 addresses are other ways to the same nodes,
 * and are passed over. Neighbouring networks of one location become one range: a city database has millions, and
 * maps tell few of them apart. There are no lines: gx_source_network() finds the record of an address.
 *
 * Form: "MaxMind DB File Format Specification", version 2.0.
 */
#include <errno.h>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/core/intmap.h"
#include "user/core/source_format.h"

static const char mark[] = "\xab\xcd\xefMaxMind.com";

#define MARK_OCTETS	(sizeof(mark) - 1)
#define MARK_WITHIN	(128 * 1024)	/* of the end, says the specification */

#define IPV4_BITS	32
#define IPV6_BITS	128
#define IPV4_IN_IPV6	96		/* ::/96 */

#define PATH_MAX_KEYS	4

/* Longer texts are none that a map would name. */
#define TEXT_OCTETS	192

/* Ways to a node beyond those of a tree, for writers that let equal parts be one. More are a circle. */
#define WAYS_PER_NODE	4

/* Neighbouring networks of one location. */
struct run {
	bool open;
	gx_u128 first, last;
	uint32_t location;
};

struct reader {
	const struct gx_source_job *job;
	struct gx_where where;
	MMDB_s db;
	unsigned int tree_bits;		/* 32 or 128 */
	uint64_t ways_left;
	bool broken;			/* not a tree: reported */
	struct gx_intmap records;	/* offset -> location number */
	struct run runs[GX_FAMILIES];
	struct gx_source_codes codes;
	size_t lines;
};

bool gx_mmdb_recognises(const char *octets, size_t len)
{
	size_t skipped = len > MARK_WITHIN ? len - MARK_WITHIN : 0;

	return memmem(octets + skipped, len - skipped, mark, MARK_OCTETS) != NULL;
}

/* --- opening ------------------------------------------------------------------------------------ */

static bool write_all(int fd, const char *octets, size_t len)
{
	while (len) {
		ssize_t written = write(fd, octets, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		octets += written;
		len -= (size_t)written;
	}
	return true;
}

/*
 * Open the octets of a file. libmaxminddb maps files into memory, and one that is cut short meanwhile would end the
 * process with SIGBUS: it is given a copy in memory. Returns a status of MMDB_open().
 */
static int open_copy(MMDB_s *db, const char *octets, size_t len)
{
	char path[32];
	int fd = memfd_create("geoxdp-mmdb", MFD_CLOEXEC);
	int status = MMDB_IO_ERROR;

	if (fd < 0)
		return MMDB_IO_ERROR;
	if (write_all(fd, octets, len)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		status = MMDB_open(path, MMDB_MODE_MMAP, db);
	}
	close(fd);
	return status;
}

/* --- records ------------------------------------------------------------------------------------ */

/* A text of a record. Returns 1 if there is one, 0 if not, or a negative status. */
static int get_text(MMDB_entry_s *record, const char *const *path, char text[TEXT_OCTETS])
{
	MMDB_entry_data_s data;
	int status = MMDB_aget_value(record, &data, path);

	/* The path of one schema may lead nowhere in another. */
	if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR)
		return 0;
	if (status != MMDB_SUCCESS)
		return -status;
	if (!data.has_data || data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size >= TEXT_OCTETS ||
	    memchr(data.utf8_string, '\0', data.data_size))
		return 0;
	memcpy(text, data.utf8_string, data.data_size);
	text[data.data_size] = '\0';
	return 1;
}

/* The first of several paths that leads to a text, ended by an empty one. */
static int get_first_text(MMDB_entry_s *record, const char *const paths[][PATH_MAX_KEYS + 1], char text[TEXT_OCTETS])
{
	int found = 0;

	for (size_t i = 0; found == 0 && paths[i][0]; i++)
		found = get_text(record, paths[i], text);
	return found;
}

static int get_number(MMDB_entry_s *record, const char *const *path, uint32_t *number)
{
	MMDB_entry_data_s data;
	int status = MMDB_aget_value(record, &data, path);

	if (status == MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR)
		return 0;
	if (status != MMDB_SUCCESS)
		return -status;
	if (!data.has_data || (data.type != MMDB_DATA_TYPE_UINT32 && data.type != MMDB_DATA_TYPE_UINT16))
		return 0;
	*number = data.type == MMDB_DATA_TYPE_UINT32 ? data.uint32 : data.uint16;
	return 1;
}

static const char *const country_paths[][PATH_MAX_KEYS + 1] = {
	{ "country", "iso_code" },
	{ "registered_country", "iso_code" },
	{ "country_code" },
	{ "country" },
	{ NULL },
};
static const char *const continent_paths[][PATH_MAX_KEYS + 1] = {
	{ "continent", "code" },
	{ "continent_code" },
	{ "continent" },
	{ NULL },
};
static const char *const region_paths[][PATH_MAX_KEYS + 1] = {
	{ "subdivisions", "0", "iso_code" },
	{ "subdivisions", "0", "names", "en" },		/* DB-IP lite has no codes */
	{ "region_code" },
	{ "region" },
	{ NULL },
};
static const char *const city_paths[][PATH_MAX_KEYS + 1] = {
	{ "city", "names", "en" },
	{ "city" },
	{ NULL },
};

/* What a record says, with room for its texts. */
struct said {
	struct gx_location location;
	unsigned int speaks;
	char region[TEXT_OCTETS], city[TEXT_OCTETS], country[TEXT_OCTETS];
};

static int get_asn(MMDB_entry_s *record, struct said *said)
{
	static const char *const number_path[] = { "autonomous_system_number", NULL };
	static const char *const traits_path[] = { "traits", "autonomous_system_number", NULL };
	static const char *const text_path[] = { "asn", NULL };
	char text[TEXT_OCTETS];
	int found = get_number(record, number_path, &said->location.asn);

	if (found == 0)
		found = get_number(record, traits_path, &said->location.asn);
	if (found == 0)
		found = get_number(record, text_path, &said->location.asn);
	if (found == 0) {
		found = get_text(record, text_path, text);
		/* Empty, or something else: not known. */
		if (found > 0 && strncasecmp(text, "AS", 2) == 0)
			gx_text_number(text + 2, UINT32_MAX, &said->location.asn);
	}
	if (found > 0)
		said->speaks |= GX_SPEAKS_ASN;
	return found < 0 ? found : 0;
}

/* Returns 0 or a negative status. */
static int get_place(MMDB_entry_s *record, struct said *said)
{
	char continent[TEXT_OCTETS] = "";
	int country = get_first_text(record, country_paths, said->country);
	int on_continent = get_first_text(record, continent_paths, continent);
	int in_region = get_first_text(record, region_paths, said->region);
	int in_city = get_first_text(record, city_paths, said->city);

	if (country < 0 || on_continent < 0 || in_region < 0 || in_city < 0)
		return country < 0 ? country : on_continent < 0 ? on_continent : in_region < 0 ? in_region : in_city;
	if (country || on_continent)
		said->speaks |= GX_SPEAKS_PLACE;
	gx_source_continent(continent, said->location.continent);
	said->location.region = in_region ? said->region : NULL;
	said->location.city = in_city ? said->city : NULL;
	return 0;
}

/* The location number of what a record says; findings name the network where it is met first. */
static uint32_t number_of(struct reader *reader, const struct gx_prefix *network, struct said *said)
{
	char shown[GX_ADDR_TEXT_OCTETS], quoted[GX_QUOTE_OCTETS];
	int country = GX_LOCATION_UNKNOWN;

	if (!said->speaks)
		return GX_LOCATION_SILENT;
	if (said->country[0])
		country = gx_source_country(&reader->codes, said->country, &reader->where, reader->job->diag);
	if (country < 0) {
		gx_error(reader->job->diag, &reader->where, "the record of %s has the country %s: a code of two "
			 "letters "
			 "would be right", gx_show_prefix(network, shown),
			 gx_quote(said->country, strlen(said->country), quoted));
		return GX_LOCATION_SILENT;
	}
	said->location.country = (uint16_t)country;
	return gx_locations_number(reader->job->locations, &said->location, said->speaks);
}

static uint32_t find_location(struct reader *reader, const struct gx_prefix *network, MMDB_entry_s *record)
{
	char shown[GX_ADDR_TEXT_OCTETS];
	struct said said = {0};
	uint32_t number;
	int status;

	if (gx_intmap_find(&reader->records, record->offset, &number))
		return number;
	status = get_place(record, &said);
	if (status == 0)
		status = get_asn(record, &said);
	if (status < 0) {
		gx_error(reader->job->diag, &reader->where, "the record of %s cannot be read (%s): the file is "
			 "damaged, "
			 "and a new copy would be right", gx_show_prefix(network, shown), MMDB_strerror(-status));
		number = GX_LOCATION_SILENT;
	} else {
		number = number_of(reader, network, &said);
	}
	gx_intmap_put(&reader->records, record->offset, number);
	return number;
}

/* --- networks ----------------------------------------------------------------------------------- */

static void close_run(struct reader *reader, enum gx_family family)
{
	struct run *run = &reader->runs[family];

	if (run->open)
		gx_entries_add_range(&reader->job->entries[family], family, run->first, run->last, run->location,
				     GX_LINE_RECORD);
	run->open = false;
}

/* In ascending order within a family. */
static void add_network(struct reader *reader, const struct gx_prefix *network, uint32_t location)
{
	enum gx_family family = network->addr.family;
	struct run *run = &reader->runs[family];

	if (!run->open || run->location != location || run->last + 1 != network->addr.value) {
		close_run(reader, family);
		run->first = network->addr.value;
	}
	run->open = true;
	run->last = gx_prefix_last(network);
	run->location = location;
}

/* The IPv4 network that a network of the tree is or holds. */
static bool find_ipv4(const struct reader *reader, gx_u128 address, unsigned int bits, struct gx_prefix *network)
{
	unsigned int skipped = reader->tree_bits - IPV4_BITS;

	if (address >> IPV4_BITS)
		return false;
	/* A record that is as wide as ::/96 or wider is that of all IPv4 addresses, if it holds ::. */
	if (bits < skipped && address)
		return false;
	*network = gx_prefix_around(GX_IPV4, address, bits < skipped ? 0 : bits - skipped);
	return true;
}

static void read_record(struct reader *reader, gx_u128 address, unsigned int bits, MMDB_entry_s *record)
{
	struct gx_prefix ipv4, ipv6;
	bool is_ipv4 = find_ipv4(reader, address, bits, &ipv4);
	bool is_ipv6 = reader->tree_bits == IPV6_BITS && (!is_ipv4 || bits < IPV4_IN_IPV6);
	uint32_t location;

	ipv6 = gx_prefix_around(GX_IPV6, address, is_ipv6 ? bits : 0);
	location = find_location(reader, is_ipv4 ? &ipv4 : &ipv6, record);
	if (location == GX_LOCATION_SILENT)
		return;
	if (is_ipv4)
		add_network(reader, &ipv4, location);
	if (is_ipv6)
		add_network(reader, &ipv6, location);
	reader->lines++;
}

/* Another way to the nodes of IPv4. */
static bool is_alias(const struct reader *reader, gx_u128 address, unsigned int bits, uint64_t node)
{
	const MMDB_ipv4_start_node_s *ipv4 = &reader->db.ipv4_start_node;
	struct gx_prefix network;

	if (reader->tree_bits != IPV6_BITS)
		return false;
	network = gx_prefix_around(GX_IPV6, address, bits);
	return gx_prefix_carries_ipv4(&network) ||
	       (address && ipv4->netmask == IPV4_IN_IPV6 && node == ipv4->node_value);
}

static void report_broken(struct reader *reader, gx_u128 address, unsigned int bits)
{
	enum gx_family family = reader->tree_bits == IPV4_BITS ? GX_IPV4 : GX_IPV6;
	struct gx_prefix network = gx_prefix_around(family, address, bits);
	char shown[GX_ADDR_TEXT_OCTETS];

	if (!reader->broken)
		gx_error(reader->job->diag, &reader->where, "the search tree is broken at %s: the file is damaged, "
			 "and a "
			 "new copy would be right", gx_show_prefix(&network, shown));
	reader->broken = true;
}

static void walk(struct reader *reader, uint64_t node, gx_u128 address, unsigned int bits);

/* One side of a node: the network of address and bits. */
static void walk_side(struct reader *reader, uint8_t type, uint64_t node, MMDB_entry_s *record, gx_u128 address,
		      unsigned int bits)
{
	if (is_alias(reader, address, bits, node))
		return;
	switch (type) {
	case MMDB_RECORD_TYPE_SEARCH_NODE:
		walk(reader, node, address, bits);
		break;
	case MMDB_RECORD_TYPE_DATA:
		read_record(reader, address, bits, record);
		break;
	case MMDB_RECORD_TYPE_EMPTY:
		break;
	default:
		report_broken(reader, address, bits);
		break;
	}
}

/* Nests as deep as addresses have bits. */
static void walk(struct reader *reader, uint64_t node, gx_u128 address, unsigned int bits)
{
	MMDB_search_node_s sides;

	if (reader->broken)
		return;
	if (bits == reader->tree_bits || reader->ways_left == 0 ||
	    MMDB_read_node(&reader->db, (uint32_t)node, &sides) != MMDB_SUCCESS) {
		report_broken(reader, address, bits);
		return;
	}
	reader->ways_left--;
	walk_side(reader, sides.left_record_type, sides.left_record, &sides.left_record_entry, address, bits + 1);
	walk_side(reader, sides.right_record_type, sides.right_record, &sides.right_record_entry,
		  address | (gx_u128)1 << (reader->tree_bits - bits - 1), bits + 1);
}

size_t gx_mmdb_read(const struct gx_source_job *job, struct gx_text *text)
{
	struct reader reader = {
		.job = job,
		.where = { .file = text->file },
		.codes = { .zz_is_unknown = true },
	};
	int status;

	if (!gx_mmdb_recognises(text->data, text->len)) {
		gx_error(job->diag, &reader.where, "no metadata at the end of the file, which is cut short or is no "
			 "MaxMind "
			 "DB: the whole file would be right");
		return 0;
	}
	status = open_copy(&reader.db, text->data, text->len);
	gx_text_free(text);	/* there are two copies otherwise, of 100 MB perhaps */
	if (status != MMDB_SUCCESS) {
		gx_error(job->diag, &reader.where, "cannot be read as a MaxMind DB (%s): the file is damaged, and a "
			 "new copy "
			 "would be right", MMDB_strerror(status));
		return 0;
	}
	reader.tree_bits = reader.db.metadata.ip_version == 4 ? IPV4_BITS : IPV6_BITS;
	reader.ways_left = (uint64_t)reader.db.metadata.node_count * WAYS_PER_NODE;
	walk(&reader, 0, 0, 0);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		close_run(&reader, family);
	gx_intmap_free(&reader.records);
	MMDB_close(&reader.db);
	return reader.lines;
}

/* --- one address -------------------------------------------------------------------------------- */

static int find_network(const MMDB_s *db, const struct gx_addr *addr, struct gx_prefix *out)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };
	bool is_ipv4 = addr->family == GX_IPV4;
	MMDB_lookup_result_s result;
	unsigned int bits;
	int status;

	gx_addr_to_octets(addr, is_ipv4 ? (uint8_t *)&ipv4.sin_addr : (uint8_t *)&ipv6.sin6_addr);
	result = MMDB_lookup_sockaddr(db, is_ipv4 ? (struct sockaddr *)&ipv4 : (struct sockaddr *)&ipv6, &status);
	if (status == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR)
		return -ENOENT;
	if (status != MMDB_SUCCESS)
		return -EINVAL;
	if (!result.found_entry)
		return -ENOENT;
	bits = result.netmask;
	if (is_ipv4 && db->metadata.ip_version == 6)
		bits = bits > IPV4_IN_IPV6 ? bits - IPV4_IN_IPV6 : 0;
	*out = gx_prefix_around(addr->family, addr->value, bits);
	return 0;
}

int gx_source_network(const struct gx_source *source, const struct gx_addr *addr, struct gx_prefix *out)
{
	struct gx_diag diag = {0};	/* what is wrong was said when the source was read */
	struct gx_text text;
	int err = -EINVAL;
	MMDB_s db;

	if (gx_text_read_octets(&text, source->file, NULL, &diag) == 0) {
		if (open_copy(&db, text.data, text.len) == MMDB_SUCCESS) {
			err = find_network(&db, addr, out);
			MMDB_close(&db);
		}
		gx_text_free(&text);
	}
	gx_diag_free(&diag);
	return err;
}
