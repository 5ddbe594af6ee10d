/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The set-up that the packets are sent to: what is in its files. */
#ifndef GEOXDP_TESTS_LIB_WORLD_H
#define GEOXDP_TESTS_LIB_WORLD_H

#include <stddef.h>
#include <stdint.h>

/*
 * 10.0.0.0/8 is in the US, 10.1.0.0/16 in Japan (the example of RULES.md), 64.0.0.0/4 in Britain, which no map
 * names. So are 2001:db8::/32, 2001:db8:1::/48 and 2400::/12. All else is unknown.
 *
 *	www, cdn -> geo -> us, jp or eu		localhost
 *	big, bigg -> many-us or many-eu		forty A records: between 512 and 1232 octets
 *	secure -> www.signed.example. or eu	a chain into a signed zone
 *	fit, fat, top, tip			TXT that fills a reply of 512, 513, 1232 and 1233 octets
 *	tcp, too				TXT that fills one of 3072 and 3073 octets, without EDNS
 *	*.tight, *.vast				TXT that fills one of 3072 octets, at the shortest name, and of more
 *	farm					a delegation with more glue than any reply has room for
 *	*.wild -> geo				closer.wild, a.ent.wild, sub.wild (a delegation) stand beside it
 *	cut, glue, beside			delegations: a bit of all, glue that is needed, addresses that are not
 *	mx, to-cut, to-nothing, tree		MX, CNAMEs into a delegation and to nothing, a DNAME
 *	*. and world_name() of 200 octets -> geo
 *	sealed.example.				a zone that is signed in whole, with NSEC; the RRSIGs are of no key;
 *						*.geo -> geo, which is in no signed zone
 *	*. and world_wild_depth[] labels w in zone x. -> geo, so that a name of any depth has an encloser
 *	world_name(), WORLD_ODD in zone x. -> geo	names of every length, and one of odd octets
 *	world_octets() in zone x. -> geo		names whose labels have every octet
 *
 * Zones in.far. and each of world_outer[] are below names that do not exist: covered by a zone, by its wildcard, by a
 * delegation, by a DNAME, by the signed zone, and by none. Each has an address at www.
 */
#define WORLD_US	"geo.example.com. 60 CNAME us.example.com.\nus.example.com. 300 A 192.0.2.2\n"
#define WORLD_EU	"geo.example.com. 60 CNAME eu.example.com.\neu.example.com. 300 A 192.0.2.1\n"
#define WORLD_JP	"geo.example.com. 60 CNAME jp.example.com.\njp.example.com. 300 A 192.0.2.3\n"
#define WORLD_WWW	"www.example.com. 300 CNAME geo.example.com.\n"
#define WORLD_SOA \
	"; example.com. 600 SOA ns1.example.com. hostmaster.example.com. 1 86400 7200 604800 600\n"
#define WORLD_WWW_US	"NOERROR aa\n" WORLD_WWW WORLD_US
#define WORLD_WWW_EU	"NOERROR aa\n" WORLD_WWW WORLD_EU
#define WORLD_WWW_JP	"NOERROR aa\n" WORLD_WWW WORLD_JP

#define WORLD_US_CODE	840
#define WORLD_JP_CODE	392
#define WORLD_GB_CODE	826

#define WORLD_GEO_TTL_S	60
#define WORLD_SIGNED	"signed.example."	/* without RRSIGs */
#define WORLD_SEALED	"sealed.example."
#define WORLD_RRSIG(type, labels) \
	"RRSIG " type " 13 " #labels " 300 20300101000000 20200101000000 7 sealed.example. c2lnbmVk"
#define WORLD_LOCALHOST	"localhost.example.com."
/* a and z with their top bits set, and what stands next to a and z. */
#define WORLD_ODD	"\\225\\250\\096\\123.x."

#define WORLD_NAME_MIN	5	/* octets of the shortest and the longest world_name() */
#define WORLD_NAME_MAX	255
#define WORLD_NAME_TEXT	(4 * 256)
#define WORLD_WILD_OCTETS	200	/* of the world_name() that has a wildcard in front */
#define WORLD_MANY	40	/* A records of many-us and many-eu */

/* A line of the country file. */
struct world_prefix {
	const char *text;
	uint32_t location;
};

/* A director map: the default, then countries; a target of NULL ends them. */
struct world_geo {
	const char *name;
	struct {
		uint32_t location;
		const char *target;
	} targets[7];
};

struct world_zone {
	const char *apex;
	char *text;		/* as a master file */
};

#define WORLD_PREFIXES	6
#define WORLD_GEOS	5
#define WORLD_OUTER	6
#define WORLD_ZONES	(4 + WORLD_OUTER)
#define WORLD_WILD_DEPTHS 8

extern const struct world_prefix world_prefixes[WORLD_PREFIXES];
extern const struct world_geo world_geos[WORLD_GEOS];
extern const char *const world_outer[WORLD_OUTER];
extern const size_t world_wild_depth[WORLD_WILD_DEPTHS];
/* The zones. They live as long as the process. */
const struct world_zone *world_zones(void);

/**
 * world_name - a name in zone x. of this many octets on the wire
 * @octets: WORLD_NAME_MIN to WORLD_NAME_MAX
 * @text: WORLD_NAME_TEXT
 *
 * Returns text.
 */
char *world_name(size_t octets, char *text);
/* A name whose first label is the 32 octets from first on, as text. Returns text, WORLD_NAME_TEXT. */
char *world_octets(unsigned int first, char *text);
/* A name of 127 labels, the most there can be. */
const char *world_deep_name(void);
/* So many labels, each the same letter, in zone x. Returns text, WORLD_NAME_TEXT. */
char *world_repeat(char letter, size_t labels, char *text);

/* Write all files into a folder; pdns.conf is where reading begins. Returns 0, or -errno. */
int world_write(const char *folder);

#endif
