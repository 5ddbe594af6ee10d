/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * random_set SEED FOLDER: a random set of nested prefixes, as gdnsd and as GeoXDP read it, and addresses to ask for.
 *
 * Writes FOLDER/nets (gdnsd), FOLDER/countries.rbldnsd and FOLDER/maps/geo.map (GeoXDP), and FOLDER/addresses: the
 * borders of every prefix and as many addresses again, from the whole address space and from the blocks of IPv6 that
 * carry IPv4 addresses. The same seed makes the same set on every machine.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/addr.h"

#define MAX_PREFIXES	1500
#define MIN_BITS	3	/* so that IPv6 prefixes stay within 2000::/3 */
#define N_SITES		6	/* the first is the default */
#define N_COUNTRIES	9	/* some lead to the same site */

struct entry {
	struct gx_prefix prefix;
	unsigned int country;
};

struct set {
	enum gx_family family;
	struct entry entries[MAX_PREFIXES];
	size_t count;
};

/* ISO 3166-1 numeric codes: AU BE CA CN FR DE JP GB US. */
static const unsigned int countries[N_COUNTRIES] = { 36, 56, 124, 156, 250, 276, 392, 826, 840 };
static const char *const sites[N_SITES] = { "d", "a", "b", "c", "e", "f" };

static unsigned int site_of(unsigned int country)
{
	return country % N_SITES;
}

/* xorshift64*, so that no C library has a say in the numbers. */
static uint64_t state;

static uint64_t random64(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

static unsigned int random_below(unsigned int bound)
{
	return (random64() >> 32) % bound;
}

static gx_u128 random_value(enum gx_family family)
{
	gx_u128 high = random64();

	return family == GX_IPV4 ? (gx_u128)(uint32_t)random64() : high << 64 | random64();
}

/* An address in 2000::/3, which is where IPv6 prefixes are. */
static gx_u128 random_global(enum gx_family family)
{
	gx_u128 value = random_value(family);

	return family == GX_IPV4 ? value : (value & (((gx_u128)1 << 125) - 1)) | (gx_u128)1 << 125;
}

/* Within Teredo's 2001::/32 or 6to4's 2002::/16: gdnsd refuses prefixes there, and both go by the IPv4 address. */
static bool carries_ipv4(const struct gx_prefix *prefix)
{
	struct gx_addr first = prefix->addr, ipv4;
	unsigned int offset;

	return first.family == GX_IPV6 &&
	       ((prefix->bits >= 16 && first.value >> 112 == 0x2002) ||
		(prefix->bits >= 32 && gx_embedded_ipv4(&first, &ipv4, &offset)));
}

static bool has(const struct set *set, const struct gx_prefix *prefix)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->entries[i].prefix.bits == prefix->bits &&
		    set->entries[i].prefix.addr.value == prefix->addr.value)
			return true;
	return false;
}

/* Anywhere, inside a prefix that is there, or beside one: only siblings can merge, only nested ones can cut. */
static struct gx_prefix random_prefix(const struct set *set)
{
	unsigned int all = gx_family_bits(set->family), bits;
	const struct gx_prefix *other;

	if (set->count < 8 || random_below(4) == 0) {
		bits = MIN_BITS + random_below(set->family == GX_IPV4 ? 22 : 46);
		return gx_prefix_around(set->family, random_global(set->family), bits);
	}
	other = &set->entries[random_below(set->count)].prefix;
	if (random_below(3) == 0 && other->bits > MIN_BITS)
		return gx_prefix_around(set->family, other->addr.value ^ (gx_u128)1 << (all - other->bits),
					other->bits);
	bits = other->bits + 1 + random_below(6);
	bits = bits > all ? all : bits;
	return gx_prefix_around(set->family,
				other->addr.value + (random_value(set->family) & (gx_prefix_last(other) - other->addr.value)),
				bits);
}

static void fill(struct set *set, enum gx_family family)
{
	set->family = family;
	set->count = 0;
	while (set->count < MAX_PREFIXES) {
		struct gx_prefix prefix = random_prefix(set);

		if (has(set, &prefix) || carries_ipv4(&prefix))
			continue;
		set->entries[set->count].prefix = prefix;
		set->entries[set->count++].country = random_below(N_COUNTRIES);
	}
}

static bool holds(const struct gx_prefix *outer, const struct gx_prefix *inner)
{
	return inner->bits >= outer->bits && inner->addr.value >= outer->addr.value &&
	       inner->addr.value <= gx_prefix_last(outer);
}

/* Whether entries make up the whole block; `but` does not count. */
static bool is_covered(const struct set *set, const struct gx_prefix *block, const struct entry *but)
{
	unsigned int all = gx_family_bits(set->family);
	struct gx_prefix left = gx_prefix_around(set->family, block->addr.value, block->bits + 1), right;
	bool some = false;

	for (size_t i = 0; i < set->count; i++) {
		if (&set->entries[i] == but || !holds(block, &set->entries[i].prefix))
			continue;
		if (set->entries[i].prefix.bits == block->bits)
			return true;
		some = true;
	}
	if (!some)
		return false;
	right = gx_prefix_around(set->family, block->addr.value | (gx_u128)1 << (all - block->bits - 1),
				 block->bits + 1);
	return is_covered(set, &left, but) && is_covered(set, &right, but);
}

/*
 * Where smaller prefixes make up the whole of a larger one, gdnsd merges them first, and then takes either for the
 * other ("exact duplicate networks", gdnsd-plugin-geoip(8)). No oracle there, so leave out the larger one.
 */
static void leave_out_covered(struct set *set)
{
	for (size_t i = 0; i < set->count;) {
		if (is_covered(set, &set->entries[i].prefix, &set->entries[i]))
			set->entries[i] = set->entries[--set->count];
		else
			i++;
	}
}

static FILE *create(const char *folder, const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (file)
		return file;
	fprintf(stderr, "random_set: %s: %s\n", path, strerror(errno));
	exit(1);
}

/* The default list of gdnsd is all sites; a prefix of the default site must have the very same list to merge. */
static void write_set(const struct set *set, FILE *nets, FILE *rbldnsd)
{
	char text[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < set->count; i++) {
		const struct entry *entry = &set->entries[i];
		unsigned int code = countries[entry->country], site = site_of(entry->country);

		gx_show_prefix(&entry->prefix, text);
		fprintf(nets, "%s => %s\n", text, site ? sites[site] : "[ d, a, b, c, e, f ]");
		fprintf(rbldnsd, "%s :127.0.%u.%u:\n", text, code >> 8, code & 255);
	}
}

static void write_map(FILE *map)
{
	fprintf(map, "$RECORD geo\n$ORIGIN example.com.\n0 %s\n", sites[0]);
	for (unsigned int i = 0; i < N_COUNTRIES; i++)
		if (site_of(i))	/* the others are left to the default */
			fprintf(map, "%u %s\n", countries[i], sites[site_of(i)]);
}

static void write_address(FILE *file, enum gx_family family, gx_u128 value)
{
	struct gx_addr addr = { .family = family, .value = value & gx_family_last(family) };
	char text[GX_ADDR_TEXT_OCTETS];

	fprintf(file, "%s\n", gx_show_addr(&addr, text));
}

/* gdnsd takes ::/96 and ::ffff:0:0:0/96 for IPv4 as well, by design: stay out of ::/3 but for what both take. */
static void write_addresses(const struct set *set, FILE *file)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct gx_prefix *prefix = &set->entries[i].prefix;

		write_address(file, set->family, prefix->addr.value - 1);
		write_address(file, set->family, prefix->addr.value);
		write_address(file, set->family, gx_prefix_last(prefix));
		write_address(file, set->family, gx_prefix_last(prefix) + 1);
		write_address(file, set->family, random_global(set->family));
		if (set->family == GX_IPV6)
			write_address(file, GX_IPV6, random_value(GX_IPV6) | (gx_u128)(1 + random_below(3)) << 126);
	}
	write_address(file, set->family, set->family == GX_IPV4 ? 0 : (gx_u128)1 << 125);
	write_address(file, set->family, gx_family_last(set->family));
}

/* IPv6 addresses that carry IPv4 addresses, and those next to their blocks. */
static void write_carriers(const struct set *ipv4, FILE *file)
{
	static const struct {
		gx_u128 base;
		unsigned int shift;
		uint32_t mask;
		unsigned int bits;
	} forms[] = {
		{ (gx_u128)0xffff << 32, 0, 0, 96 },			/* ::ffff:0:0/96 */
		{ (gx_u128)0x0064ff9b << 96, 0, 0, 96 },		/* 64:ff9b::/96 */
		{ (gx_u128)0x2002 << 112, 80, 0, 16 },			/* 2002::/16 */
		{ (gx_u128)0x20010000 << 96, 0, 0xffffffff, 32 },	/* 2001::/32, inverted */
	};

	for (size_t form = 0; form < sizeof(forms) / sizeof(*forms); form++) {
		for (size_t i = 0; i < ipv4->count; i += 3) {
			const struct gx_prefix *prefix = &ipv4->entries[i].prefix;
			uint32_t inside = prefix->addr.value, outside = gx_prefix_last(prefix) + 1;

			write_address(file, GX_IPV6,
				      forms[form].base | (gx_u128)(inside ^ forms[form].mask) << forms[form].shift);
			write_address(file, GX_IPV6,
				      forms[form].base | (gx_u128)(outside ^ forms[form].mask) << forms[form].shift);
		}
		if (forms[form].bits < 96) {
			write_address(file, GX_IPV6, forms[form].base - 1);
			write_address(file, GX_IPV6, forms[form].base + ((gx_u128)1 << (128 - forms[form].bits)));
		}
	}
}

int main(int argc, char **argv)
{
	static struct set sets[GX_FAMILIES];
	FILE *nets, *rbldnsd, *map, *addresses;

	if (argc != 3) {
		fputs("usage: random_set SEED FOLDER\n", stderr);
		return 2;
	}
	state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15ull + 1;
	nets = create(argv[2], "nets");
	rbldnsd = create(argv[2], "countries.rbldnsd");
	map = create(argv[2], "maps/geo.map");
	addresses = create(argv[2], "addresses");
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		fill(&sets[family], family);
		leave_out_covered(&sets[family]);
		write_set(&sets[family], nets, rbldnsd);
		write_addresses(&sets[family], addresses);
	}
	write_map(map);
	write_carriers(&sets[GX_IPV4], addresses);
	if (fclose(nets) | fclose(rbldnsd) | fclose(map) | fclose(addresses)) {
		perror("random_set");
		return 1;
	}
	return 0;
}
