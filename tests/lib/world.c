/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The set-up that the packets are sent to. */
#include "tests/lib/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libknot/consts.h>

#include "tests/lib/wire.h"

#define TXT_STRING_MAX	255
#define PATH_OCTETS	512

const struct world_prefix world_prefixes[WORLD_PREFIXES] = {
	{ "10.0.0.0/8", WORLD_US_CODE },	{ "10.1.0.0/16", WORLD_JP_CODE },
	{ "64.0.0.0/4", WORLD_GB_CODE },	{ "2001:db8::/32", WORLD_US_CODE },
	{ "2001:db8:1::/48", WORLD_JP_CODE },	{ "2400::/12", WORLD_GB_CODE },
};

const struct world_geo world_geos[WORLD_GEOS] = {
	{ "geo.example.com.", { { 0, "eu.example.com." }, { WORLD_US_CODE, "us.example.com." },
				{ WORLD_JP_CODE, "jp.example.com." } } },
	{ "big.example.com.", { { 0, "many-eu.example.com." }, { WORLD_US_CODE, "many-us.example.com." } } },
	{ "bigg.example.com.", { { 0, "many-eu.example.com." }, { WORLD_US_CODE, "many-us.example.com." } } },
	{ "secure.example.com.", { { 0, "eu.example.com." }, { WORLD_US_CODE, "www.signed.example." } } },
	/* Countries that have no addresses here: the targets are loaded, and nothing else. */
	{ "sizes.example.com.", { { 0, "fit.example.com." }, { 4, "fat.example.com." }, { 8, "top.example.com." },
				  { 12, "tip.example.com." }, { 16, "tcp.example.com." },
				  { 20, "too.example.com." } } },
};

const char *const world_outer[WORLD_OUTER] = { "example.com.", "wild.example.com.", "cut.example.com.",
					       "tree.example.com.", WORLD_SIGNED, "outside.test." };

const size_t world_wild_depth[WORLD_WILD_DEPTHS] = { 1, 2, 3, 7, 30, 62, 63, 125 };

#define SOA	"$TTL 300\n@ 3600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n"

#define DIGEST	"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char example_com[] =
	SOA "@ NS ns1\nns1 A 192.0.2.53\n"
	"eu A 192.0.2.1\neu AAAA 2001:db8::1\nus A 192.0.2.2\nus AAAA 2001:db8::2\nus TXT \"only here\"\n"
	"jp A 192.0.2.3\njp AAAA 2001:db8::3\nwww CNAME geo\ncdn CNAME geo\nstatic A 192.0.2.9\n"
	"*.wild CNAME geo\ncloser.wild A 192.0.2.70\na.ent.wild A 192.0.2.71\nsub.wild NS ns.elsewhere.example.\n"
	"cut NS ns.cut\ncut NS static\ncut NS ns.elsewhere.example.\ncut DS 1 13 2 " DIGEST "\nns.cut A 192.0.2.72\n"
	"ns.cut AAAA 2001:db8::72\nmx MX 10 static\nmx MX 20 eu\nmx MX 30 mail.elsewhere.example.\n"
	"to-cut CNAME www.cut\nto-nothing CNAME nothing\ntree DNAME static\ntree TXT \"root\"\n";

static const char signed_example[] =
	SOA "@ NS ns1.example.com.\n@ DNSKEY 257 3 13 c2lnbmVk\nwww A 192.0.2.80\nwww AAAA 2001:db8::80\n";

/* An owner, its RRset of one record, and what signs it. */
#define SEALED(owner, type, rdata, labels) owner " " type " " rdata "\n" owner " " WORLD_RRSIG(type, labels) "\n"

static const char sealed_example[] =
	SOA "@ " WORLD_RRSIG("SOA", 2) "\n"
	SEALED("@", "NS", "ns1", 2) SEALED("@", "DNSKEY", "257 3 13 c2lnbmVk", 2)
	SEALED("@", "NSEC", "alias NS SOA RRSIG NSEC DNSKEY", 2)
	SEALED("alias", "CNAME", "www", 3) SEALED("alias", "NSEC", "below.ent CNAME RRSIG NSEC", 3)
	SEALED("below.ent", "A", "192.0.2.91", 4) SEALED("below.ent", "NSEC", "*.geo A RRSIG NSEC", 4)
	SEALED("*.geo", "CNAME", "geo.example.com.", 3) SEALED("*.geo", "NSEC", "insecure CNAME RRSIG NSEC", 3)
	"insecure NS ns.insecure\nns.insecure A 192.0.2.92\n" SEALED("insecure", "NSEC", "mx NS RRSIG NSEC", 3)
	SEALED("mx", "MX", "10 www", 3) SEALED("mx", "NSEC", "ns1 MX RRSIG NSEC", 3)
	SEALED("ns1", "A", "192.0.2.53", 3) SEALED("ns1", "NSEC", "secure A RRSIG NSEC", 3)
	"secure NS ns1\n" SEALED("secure", "DS", "1 13 2 " DIGEST, 3) SEALED("secure", "NSEC", "to-nothing NS DS RRSIG NSEC", 3)
	SEALED("to-nothing", "CNAME", "nothing", 3) SEALED("to-nothing", "NSEC", "to-wild CNAME RRSIG NSEC", 3)
	SEALED("to-wild", "CNAME", "any.wild", 3) SEALED("to-wild", "NSEC", "unsigned CNAME RRSIG NSEC", 3)
	"unsigned A 192.0.2.93\n" SEALED("unsigned", "NSEC", "*.wild A RRSIG NSEC", 3)
	SEALED("*.wild", "A", "192.0.2.94", 3) SEALED("*.wild", "NSEC", "www A RRSIG NSEC", 3)
	SEALED("www", "A", "192.0.2.90", 3) SEALED("www", "NSEC", "@ A RRSIG NSEC", 3);

static const char pdns_conf[] =
	"launch=bind,geo\nbind-config=named.conf\ngeo-zone=example.com\ngeo-ttl=60\n"
	"geo-ip-map-zonefile=countries.rbldnsd\ngeo-maps=maps\n";

/* --- names ------------------------------------------------------------------------------------- */

char *world_name(size_t octets, char *text)
{
	size_t left = octets - strlen("x.") - 1;	/* the labels in front; the root is one octet */
	char *to = text;

	while (left) {
		size_t label = left > KNOT_DNAME_MAXLABELLEN + 1 ? KNOT_DNAME_MAXLABELLEN : left - 1;

		if (left - label - 1 == 1)
			label--;	/* one octet is no label */
		/* The first letter tells names apart that are equally long from some label on. */
		memset(to, 'n', label);
		to[0] = (char)('a' + octets % 26);
		to[label] = '.';
		to += label + 1;
		left -= label + 1;
	}
	strcpy(to, "x.");
	return text;
}

char *world_octets(unsigned int first, char *text)
{
	char *to = text;

	for (unsigned int octet = first; octet < first + 32; octet++)
		to += sprintf(to, "\\%03u", octet);
	strcpy(to, ".x.");
	return text;
}

const char *world_deep_name(void)
{
	static char text[WORLD_NAME_TEXT];

	return world_repeat('d', KNOT_DNAME_MAXLABELS - 1, text);
}

char *world_repeat(char letter, size_t labels, char *text)
{
	char *to = text;

	for (; labels; labels--) {
		*to++ = letter;
		*to++ = '.';
	}
	strcpy(to, "x.");
	return text;
}

/* --- zones ------------------------------------------------------------------------------------- */

/* A TXT record whose data takes this many octets on the wire, and an address. */
static void put_txt(FILE *file, const char *owner, size_t octets)
{
	fprintf(file, "%s A 192.0.2.10\n%s TXT", owner, owner);
	while (octets) {
		size_t text = octets - 1 < TXT_STRING_MAX ? octets - 1 : TXT_STRING_MAX;

		fputs(" \"", file);
		for (size_t i = 0; i < text; i++)
			fputc('t', file);
		fputc('"', file);
		octets -= 1 + text;
	}
	fputc('\n', file);
}

static void put_example_com(FILE *file)
{
	/* Header, "fit.example.com." with type and class, owner (a pointer) to RDLENGTH, and an OPT. */
	size_t small = WIRE_DNS_OCTETS + 17 + 4 + 2 + 10, large = small + WIRE_OPT_OCTETS;

	fputs(example_com, file);
	put_txt(file, "fit", 512 - small);
	put_txt(file, "fat", 513 - small);
	put_txt(file, "top", 1232 - large);
	put_txt(file, "tip", 1233 - large);
	put_txt(file, "tcp", 3072 - small);
	put_txt(file, "too", 3073 - small);
	put_txt(file, "*.tight", 3072 - small - 4);	/* its name is as much longer than that of fit */
	put_txt(file, "*.vast", 3200);
	for (int i = 0; i < 70; i++)
		fprintf(file, "farm NS server%d.farm\nserver%d.farm A 192.0.2.82\nserver%d.farm AAAA 2001:db8::82\n", i, i, i);
	/* Needed glue beyond 512 octets; addresses beside the delegation, which are not needed. */
	for (char letter = 'a'; letter <= 'm'; letter++) {
		fprintf(file, "glue NS %c.glue\n%c.glue A 192.0.2.80\n%c.glue AAAA 2001:db8::80\n", letter, letter, letter);
		fprintf(file, "beside NS %c.of\n%c.of A 192.0.2.81\n%c.of AAAA 2001:db8::81\n", letter, letter, letter);
	}
	for (int i = 1; i <= WORLD_MANY; i++)
		fprintf(file, "many-us A 198.51.100.%d\nmany-eu A 203.0.113.%d\n", i, i);
}

static void put_x(FILE *file)
{
	char text[WORLD_NAME_TEXT];

	fputs(SOA "@ NS ns1.example.com.\n", file);
	for (size_t octets = WORLD_NAME_MIN; octets <= WORLD_NAME_MAX; octets++)
		fprintf(file, "%s CNAME geo.example.com.\n", world_name(octets, text));
	fprintf(file, "%s CNAME geo.example.com.\n%s CNAME geo.example.com.\n", world_deep_name(), WORLD_ODD);
	fprintf(file, "*.%s CNAME geo.example.com.\n", world_name(WORLD_WILD_OCTETS, text));
	for (unsigned int first = 0; first < 256; first += 32)
		fprintf(file, "%s CNAME geo.example.com.\n", world_octets(first, text));
	for (size_t i = 0; i < WORLD_WILD_DEPTHS; i++)
		fprintf(file, "*.%s CNAME geo.example.com.\n", world_repeat('w', world_wild_depth[i], text));
}

const struct world_zone *world_zones(void)
{
	static char inner[WORLD_OUTER][64];
	static struct world_zone zones[WORLD_ZONES] = {
		{ .apex = "example.com." },
		{ .apex = WORLD_SIGNED },
		{ .apex = WORLD_SEALED },
		{ .apex = "x." },
	};

	for (size_t i = 0; i < WORLD_OUTER; i++) {
		sprintf(inner[i], "in.far.%s", world_outer[i]);
		zones[4 + i].apex = inner[i];
	}
	for (size_t i = 0; i < WORLD_ZONES && !zones[i].text; i++) {
		size_t octets;
		FILE *file = open_memstream(&zones[i].text, &octets);

		if (!file)
			abort();
		if (i == 0)
			put_example_com(file);
		else if (i == 1)
			fputs(signed_example, file);
		else if (i == 2)
			fputs(sealed_example, file);
		else if (i == 3)
			put_x(file);
		else
			fputs(SOA "@ NS ns1.example.com.\nwww A 192.0.2.90\n", file);
		fclose(file);
	}
	return zones;
}

/* --- files ------------------------------------------------------------------------------------- */

/* 0, or -errno of what failed since the file was opened. */
static int close_file(FILE *file)
{
	int failed = ferror(file);

	return fclose(file) || failed ? -EIO : 0;
}

static FILE *open_file(const char *folder, const char *name)
{
	char path[PATH_OCTETS];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return fopen(path, "w");
}

static int write_file(const char *folder, const char *name, const char *text)
{
	FILE *file = open_file(folder, name);

	if (!file)
		return -errno;
	fputs(text, file);
	return close_file(file);
}

static int write_named_conf(const char *folder)
{
	const struct world_zone *zones = world_zones();
	FILE *file = open_file(folder, "named.conf");
	int error = 0;

	if (!file)
		return -errno;
	for (size_t i = 0; i < WORLD_ZONES; i++)
		fprintf(file, "zone \"%s\" { type master; file \"%szone\"; };\n", zones[i].apex, zones[i].apex);
	error = close_file(file);
	for (size_t i = 0; !error && i < WORLD_ZONES; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%szone", zones[i].apex);
		error = write_file(folder, name, zones[i].text);
	}
	return error;
}

static int write_countries(const char *folder)
{
	FILE *file = open_file(folder, "countries.rbldnsd");

	if (!file)
		return -errno;
	for (size_t i = 0; i < WORLD_PREFIXES; i++)
		fprintf(file, "%s :127.0.%u.%u:\n", world_prefixes[i].text, world_prefixes[i].location >> 8,
			world_prefixes[i].location & 0xff);
	return close_file(file);
}

static int write_map(const char *folder, const struct world_geo *geo)
{
	char name[64];
	FILE *file;

	snprintf(name, sizeof(name), "maps/%smap", geo->name);
	file = open_file(folder, name);
	if (!file)
		return -errno;
	fprintf(file, "$RECORD %s\n", geo->name);
	for (size_t i = 0; geo->targets[i].target; i++)
		fprintf(file, "%u %s\n", geo->targets[i].location, geo->targets[i].target);
	return close_file(file);
}

int world_write(const char *folder)
{
	char path[PATH_OCTETS];
	int error;

	snprintf(path, sizeof(path), "%s/maps", folder);
	if (mkdir(path, 0700))
		return -errno;
	error = write_file(folder, "pdns.conf", pdns_conf);
	if (!error)
		error = write_named_conf(folder);
	if (!error)
		error = write_countries(folder);
	for (size_t i = 0; !error && i < WORLD_GEOS; i++)
		error = write_map(folder, &world_geos[i]);
	return error;
}
