/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer of small MaxMind DBs, for tests ("MaxMind DB File Format Specification", version 2.0). */
#ifndef GEOXDP_TESTS_MMDB_FILE_H
#define GEOXDP_TESTS_MMDB_FILE_H

#include "tests/unit/source_file.h"

#define MMDB_MAX_NODES	4096
#define MMDB_MAX_DATA	65536
#define MMDB_MAX_OCTETS (MMDB_MAX_NODES * 8 + MMDB_MAX_DATA + 1024)

#define MMDB_EMPTY	0xffffffffu
#define MMDB_DATA	0x80000000u	/* plus the offset of a record */

/*
 * Nodes of two sides each: a node, MMDB_EMPTY, or MMDB_DATA and an offset into data. A record is written first, by
 * mmdb_map() and what follows, and networks are given its offset.
 */
struct mmdb {
	unsigned int record_bits;	/* 24, 28, 32 */
	unsigned int version;		/* 4, 6 */
	uint32_t sides[MMDB_MAX_NODES][2];
	uint32_t nodes;
	uint8_t data[MMDB_MAX_DATA];
	uint32_t data_len;
	uint8_t octets[MMDB_MAX_OCTETS];	/* filled by mmdb_finish() */
	size_t len;
};

static inline uint32_t mmdb_add_node(struct mmdb *db, uint32_t sides)
{
	assert_true(db->nodes < MMDB_MAX_NODES);
	db->sides[db->nodes][0] = db->sides[db->nodes][1] = sides;
	return db->nodes++;
}

/* Free with free(). */
static inline struct mmdb *mmdb_new(unsigned int version, unsigned int record_bits)
{
	struct mmdb *db = calloc(1, sizeof(*db));

	assert_non_null(db);
	db->version = version;
	db->record_bits = record_bits;
	mmdb_add_node(db, MMDB_EMPTY);
	return db;
}

/* --- data --------------------------------------------------------------------------------------- */

static inline void mmdb_octet(struct mmdb *db, unsigned int octet)
{
	assert_true(db->data_len < MMDB_MAX_DATA);
	db->data[db->data_len++] = (uint8_t)octet;
}

enum {
	MMDB_POINTER = 1,
	MMDB_TEXT = 2,
	MMDB_UINT16 = 5,
	MMDB_UINT32 = 6,
	MMDB_MAP = 7,
	MMDB_UINT64 = 9,
	MMDB_ARRAY = 11,
};

static inline void mmdb_control(struct mmdb *db, unsigned int type, unsigned int size)
{
	unsigned int first = type > 7 ? 0 : type << 5;

	assert_true(size < 29 + 256);
	mmdb_octet(db, first | (size < 29 ? size : 29));
	if (type > 7)
		mmdb_octet(db, type - 7);
	if (size >= 29)
		mmdb_octet(db, size - 29);
}

static inline void mmdb_text(struct mmdb *db, const char *text)
{
	mmdb_control(db, MMDB_TEXT, (unsigned int)strlen(text));
	for (; *text; text++)
		mmdb_octet(db, (uint8_t)*text);
}

static inline void mmdb_number(struct mmdb *db, unsigned int type, uint64_t number)
{
	unsigned int octets = type == MMDB_UINT16 ? 2 : type == MMDB_UINT32 ? 4 : 8;

	mmdb_control(db, type, octets);
	while (octets--)
		mmdb_octet(db, (unsigned int)(number >> 8 * octets) & 0xff);
}

/* Returns the offset, for mmdb_insert(): pairs of texts and values follow. */
static inline uint32_t mmdb_map(struct mmdb *db, unsigned int pairs)
{
	uint32_t offset = db->data_len;

	mmdb_control(db, MMDB_MAP, pairs);
	return offset;
}

static inline void mmdb_array(struct mmdb *db, unsigned int items)
{
	mmdb_control(db, MMDB_ARRAY, items);
}

static inline void mmdb_pointer(struct mmdb *db, uint32_t offset)
{
	assert_true(offset < 2048);
	mmdb_octet(db, MMDB_POINTER << 5 | offset >> 8);
	mmdb_octet(db, offset & 0xff);
}

static inline void mmdb_pair(struct mmdb *db, const char *key, const char *text)
{
	mmdb_text(db, key);
	mmdb_text(db, text);
}

/* {key: {inner: text}} without the outer map: one pair. */
static inline void mmdb_nested(struct mmdb *db, const char *key, const char *inner, const char *text)
{
	mmdb_text(db, key);
	mmdb_map(db, 1);
	mmdb_pair(db, inner, text);
}

/* {country: {iso_code: code}} */
static inline uint32_t mmdb_country(struct mmdb *db, const char *code)
{
	uint32_t offset = mmdb_map(db, 1);

	mmdb_nested(db, "country", "iso_code", code);
	return offset;
}

/* --- networks ----------------------------------------------------------------------------------- */

/* The side that stands for a prefix; leaves on the way are divided. */
static inline uint32_t *mmdb_side(struct mmdb *db, const char *text)
{
	struct gx_prefix prefix;
	unsigned int width = db->version == 4 ? 32 : 128, bits;
	uint32_t node = 0;

	assert_int_equal(gx_parse_prefix(text, &prefix), 0);
	bits = prefix.bits + (prefix.addr.family == GX_IPV4 ? width - 32 : 0);
	assert_true(bits > 0);
	for (unsigned int i = 0;; i++) {
		uint32_t *side = &db->sides[node][prefix.addr.value >> (width - i - 1) & 1];

		if (i + 1 == bits)
			return side;
		if (*side >= MMDB_DATA)
			*side = mmdb_add_node(db, *side);
		node = *side;
	}
}

static inline void mmdb_insert(struct mmdb *db, const char *prefix, uint32_t offset)
{
	*mmdb_side(db, prefix) = MMDB_DATA | offset;
}

/* Let a prefix lead to where another one does: 2002::/16 to ::/96, for example. */
static inline void mmdb_alias(struct mmdb *db, const char *prefix, const char *to)
{
	uint32_t side = *mmdb_side(db, to);

	assert_true(side < MMDB_DATA);
	*mmdb_side(db, prefix) = side;
}

/* --- the file ----------------------------------------------------------------------------------- */

static inline void mmdb_append(struct mmdb *db, const void *octets, size_t len)
{
	assert_true(db->len + len <= MMDB_MAX_OCTETS);
	memcpy(db->octets + db->len, octets, len);
	db->len += len;
}

static inline uint32_t mmdb_record(const struct mmdb *db, uint32_t side)
{
	if (side == MMDB_EMPTY)
		return db->nodes;
	return side & MMDB_DATA ? db->nodes + 16 + (side & ~MMDB_DATA) : side;
}

static inline void mmdb_append_node(struct mmdb *db, uint32_t node)
{
	uint32_t left = mmdb_record(db, db->sides[node][0]), right = mmdb_record(db, db->sides[node][1]);
	const uint8_t wide[] = { left >> 24, left >> 16, left >> 8, left, right >> 24, right >> 16, right >> 8, right };
	const uint8_t middle[] = { left >> 16, left >> 8, left, (left >> 24) << 4 | right >> 24,
				   right >> 16, right >> 8, right };

	if (db->record_bits == 32) {
		mmdb_append(db, wide, 8);
	} else if (db->record_bits == 28) {
		mmdb_append(db, middle, 7);
	} else {
		mmdb_append(db, wide + 1, 3);
		mmdb_append(db, wide + 5, 3);
	}
}

static inline void mmdb_append_metadata(struct mmdb *db)
{
	struct mmdb *meta = mmdb_new(4, 24);

	mmdb_map(meta, 9);
	mmdb_text(meta, "node_count");
	mmdb_number(meta, MMDB_UINT32, db->nodes);
	mmdb_text(meta, "record_size");
	mmdb_number(meta, MMDB_UINT16, db->record_bits);
	mmdb_text(meta, "ip_version");
	mmdb_number(meta, MMDB_UINT16, db->version);
	mmdb_pair(meta, "database_type", "GeoXDP-Test");
	mmdb_text(meta, "languages");
	mmdb_array(meta, 1);
	mmdb_text(meta, "en");
	mmdb_text(meta, "binary_format_major_version");
	mmdb_number(meta, MMDB_UINT16, 2);
	mmdb_text(meta, "binary_format_minor_version");
	mmdb_number(meta, MMDB_UINT16, 0);
	mmdb_text(meta, "build_epoch");
	mmdb_number(meta, MMDB_UINT64, 1700000000);
	mmdb_text(meta, "description");
	mmdb_map(meta, 1);
	mmdb_pair(meta, "en", "made by a test");
	mmdb_append(db, "\xab\xcd\xefMaxMind.com", 14);
	mmdb_append(db, meta->data, meta->data_len);
	free(meta);
}

/* Fill octets. */
static inline void mmdb_finish(struct mmdb *db)
{
	static const uint8_t separator[16];

	db->len = 0;
	for (uint32_t node = 0; node < db->nodes; node++)
		mmdb_append_node(db, node);
	mmdb_append(db, separator, sizeof(separator));
	mmdb_append(db, db->data, db->data_len);
	mmdb_append_metadata(db);
}

/* --- content that several tests have ------------------------------------------------------------- */

static inline uint32_t mmdb_los_angeles(struct mmdb *db)
{
	uint32_t offset = mmdb_map(db, 4);

	mmdb_text(db, "city");
	mmdb_map(db, 1);
	mmdb_text(db, "names");
	mmdb_map(db, 2);
	mmdb_pair(db, "de", "Los Angeles (de)");
	mmdb_pair(db, "en", "Los Angeles");
	mmdb_nested(db, "continent", "code", "NA");
	mmdb_nested(db, "country", "iso_code", "US");
	mmdb_text(db, "subdivisions");
	mmdb_array(db, 2);
	mmdb_map(db, 1);
	mmdb_pair(db, "iso_code", "CA");
	mmdb_map(db, 1);
	mmdb_pair(db, "iso_code", "XX");
	return offset;
}

static inline struct mmdb *mmdb_small_city_database(unsigned int record_bits)
{
	struct mmdb *db = mmdb_new(6, record_bits);
	uint32_t asn = mmdb_map(db, 2);

	mmdb_text(db, "autonomous_system_number");
	mmdb_number(db, MMDB_UINT32, 64500);
	mmdb_pair(db, "autonomous_system_organization", "an organisation of more than 28 octets");
	mmdb_insert(db, "1.0.0.0/16", mmdb_los_angeles(db));
	mmdb_insert(db, "1.0.4.0/22", asn);
	mmdb_insert(db, "2001:200::/23", mmdb_country(db, "JP"));
	mmdb_alias(db, "2002::/16", "::/96");
	mmdb_finish(db);
	return db;
}

#endif
