/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Country data for servers that read MaxMind DBs: what tools/tor2rbldnsd prints, on stdin, as such a file on stdout
 * ("MaxMind DB File Format Specification", version 2.0). Prefixes must not overlap.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/harness.h"
#include "user/core/addr.h"
#include "user/core/mem.h"

#define COUNTRIES_MAX	676
#define NOTHING		0xffffffffu
#define DATA		0x80000000u	/* plus the number of a country */
/* {country: {iso_code: XX}}: two maps of a pair, texts of 7, 8 and 2 octets. */
#define RECORD		"\xe1\x47" "country" "\xe1\x48" "iso_code" "\x42" "%.2s"
#define RECORD_OCTETS	22
#define SEPARATOR_OCTETS 16

struct tree {
	uint32_t (*sides)[2];
	size_t count, capacity;
	char countries[COUNTRIES_MAX][3];
	size_t n_countries;
};

static uint32_t add_node(struct tree *tree)
{
	if (tree->count == tree->capacity) {
		tree->capacity = tree->capacity ? 2 * tree->capacity : 1u << 16;
		tree->sides = gx_realloc(tree->sides, tree->capacity * sizeof(*tree->sides));
	}
	tree->sides[tree->count][0] = tree->sides[tree->count][1] = NOTHING;
	return (uint32_t)tree->count++;
}

static uint32_t country_of(struct tree *tree, const char *code)
{
	size_t i = 0;

	while (i < tree->n_countries && strcmp(tree->countries[i], code) != 0)
		i++;
	if (i == COUNTRIES_MAX)
		bench_fail("too many countries");
	if (i == tree->n_countries)
		strcpy(tree->countries[tree->n_countries++], code);
	return DATA | (uint32_t)i;
}

/* IPv4 is ::/96. */
static void insert(struct tree *tree, const struct gx_prefix *prefix, uint32_t value)
{
	unsigned int bits = prefix->bits + (prefix->addr.family == GX_IPV4 ? 96 : 0);
	uint32_t node = 0;

	for (unsigned int i = 0; i < bits; i++) {
		unsigned int right = (unsigned int)(prefix->addr.value >> (127 - i)) & 1;
		uint32_t next = tree->sides[node][right];

		if (i + 1 == bits) {
			tree->sides[node][right] = value;
			return;
		}
		if (next == NOTHING) {
			next = add_node(tree);
			tree->sides[node][right] = next;
		}
		if (next & DATA)
			bench_fail("prefixes overlap");
		node = next;
	}
}

static void put32(uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		putchar((int)(number >> shift & 0xff));
}

static void put_nodes(const struct tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		for (int side = 0; side < 2; side++) {
			uint32_t value = tree->sides[i][side];

			if (value == NOTHING)
				value = (uint32_t)tree->count;
			else if (value & DATA)
				value = (uint32_t)tree->count + SEPARATOR_OCTETS + (value & ~DATA) * RECORD_OCTETS;
			put32(value);
		}
	}
}

static void put_text(const char *text)
{
	printf("%c%s", (char)(0x40 | strlen(text)), text);
}

/*
 * A map of nine pairs. Controls: a type in the upper three bits, 0 for one in the next octet plus 7; octets or
 * items.
 */
static void put_metadata(const struct tree *tree)
{
	fputs("\xab\xcd\xefMaxMind.com\xe9", stdout);
	put_text("node_count");
	putchar(0xc4);
	put32((uint32_t)tree->count);
	put_text("record_size");
	fputs("\xa1\x20", stdout);
	put_text("ip_version");
	fputs("\xa1\x06", stdout);
	put_text("database_type");
	put_text("GeoLite2-Country");
	put_text("languages");
	fputs("\x01\x04", stdout);
	put_text("en");
	put_text("binary_format_major_version");
	fputs("\xa1\x02", stdout);
	put_text("binary_format_minor_version");
	putchar(0xa0);
	put_text("build_epoch");
	fwrite("\x04\x02", 1, 2, stdout);
	put32(1700000000);
	put_text("description");
	putchar(0xe0);
}

int main(void)
{
	struct tree tree = {0};
	char line[256], address[128], code[8];

	add_node(&tree);
	while (fgets(line, sizeof(line), stdin)) {
		struct gx_prefix prefix;

		if (line[0] == '#' || sscanf(line, "%127s :%*[0-9.]:%2[a-z]", address, code) != 2)
			continue;
		code[0] -= 'a' - 'A';
		code[1] -= 'a' - 'A';
		if (gx_parse_prefix(address, &prefix))
			bench_fail("%s: no prefix", address);
		insert(&tree, &prefix, country_of(&tree, code));
	}
	errno = 0;
	if (!tree.n_countries)
		bench_fail("no countries on stdin");
	put_nodes(&tree);
	for (int i = 0; i < SEPARATOR_OCTETS; i++)
		putchar(0);
	for (size_t i = 0; i < tree.n_countries; i++)
		printf(RECORD, tree.countries[i]);
	put_metadata(&tree);
	if (fflush(stdout) || ferror(stdout))
		bench_fail("stdout: write");
	free(tree.sides);
	return 0;
}
