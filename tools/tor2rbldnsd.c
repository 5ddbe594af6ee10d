/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tor2rbldnsd FILE...: country data in Tor's form as one file in the form of rbldnsd, on standard output.
 *
 * countries.nerd.dk, whose files the Geo backend of PowerDNS read, is no more; this makes such a file from
 * data that is kept up to date. Several files are laid over each other: a later one wins where both speak.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/iso3166.h"
#include "user/core/source.h"

static void show_findings(struct gx_diag *diag)
{
	gx_diag_sort(diag);
	for (size_t i = 0; i < diag->count; i++) {
		const struct gx_finding *finding = &diag->findings[i];

		fprintf(stderr, "tor2rbldnsd: %s:", finding->where.file);
		if (finding->where.line)
			fprintf(stderr, "%u:", finding->where.line);
		fprintf(stderr, "%s %s\n", finding->severity == GX_WARNING ? " warning:" : "",
			finding->text);
	}
}

/* The comments at the head of a file: where its data is from, its date and its licence. */
static void show_head(const char *file)
{
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t capacity = 0;

	printf("#\n# From %s, whose own head is:\n", file);
	while (in && getline(&line, &capacity, in) > 0 && *line == '#') {
		line[strcspn(line, "\r\n")] = '\0';
		printf("#%s%s\n", line[1] ? "   " : "", line + 1);
	}
	free(line);
	if (in)
		fclose(in);
}

static void show_leaves(const struct gx_leaves *leaves)
{
	char text[GX_ADDR_TEXT_OCTETS];

	for (size_t i = 0; i < leaves->count; i++) {
		uint32_t location = leaves->values[i].location;
		const struct gx_country *country = gx_find_country(location);
		bool is_ipv4 = leaves->family == GX_IPV4;
		struct gx_prefix prefix = {
			.addr = gx_addr_from_octets(leaves->family,
						    is_ipv4 ? leaves->keys4[i].address :
							      leaves->keys6[i].address),
			.bits = is_ipv4 ? leaves->keys4[i].prefix_bits : leaves->keys6[i].prefix_bits,
		};

		if (!country)
			continue;	/* unknown: what no line covers is unknown too */
		printf("%s :127.0.%u.%u:%c%c\n", gx_show_prefix(&prefix, text), location >> 8,
		       location & 255, tolower(country->alpha2[0]), tolower(country->alpha2[1]));
	}
}

static void show_partition(const struct gx_partition *partition)
{
	struct gx_leaves leaves;

	/* Only locations matter here: all are of class 0. */
	gx_partition_leaves(partition, NULL, 0, &leaves);
	show_leaves(&leaves);
	gx_leaves_free(&leaves);
}

int main(int argc, char **argv)
{
	struct gx_partition partition[GX_FAMILIES];
	struct gx_diag diag = {0};
	int err = 0;

	if (argc < 2 || argc > UINT16_MAX) {
		fputs("usage: tor2rbldnsd FILE...\n", stderr);
		return 2;
	}
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_partition_init(&partition[family], family);
	for (int i = 1; i < argc; i++) {
		struct gx_source source = { .file = argv[i], .format = GX_FORMAT_TOR };
		struct gx_entries entries[GX_FAMILIES] = {0};

		err |= gx_source_read(&source, NULL, entries, &diag);
		for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
			gx_partition_overlay(&partition[family], NULL, &entries[family], (uint16_t)i);
			gx_entries_free(&entries[family]);
		}
	}
	show_findings(&diag);
	if (!err) {
		puts("# Countries of addresses in the form of rbldnsd: prefix :127.0.x.y:code, where\n"
		     "# x * 256 + y is the country's ISO 3166-1 number. Made by tor2rbldnsd of GeoXDP, which\n"
		     "# cut ranges into prefixes and left out blocks of unknown country.\n"
		     "#\n"
		     "# The data of Debian's package tor-geoipdb is that of the IPFire Location database,\n"
		     "# https://location.ipfire.org/, under CC BY-SA 4.0,\n"
		     "# https://creativecommons.org/licenses/by-sa/4.0/, and so is what is made from it.");
		for (int i = 1; i < argc; i++)
			show_head(argv[i]);
		for (enum gx_family family = 0; family < GX_FAMILIES; family++)
			show_partition(&partition[family]);
	}
	for (enum gx_family family = 0; family < GX_FAMILIES; family++)
		gx_partition_free(&partition[family]);
	gx_diag_free(&diag);
	if (fflush(stdout) || ferror(stdout)) {
		perror("tor2rbldnsd: writing the output");
		return 1;
	}
	return err ? 1 : 0;
}
