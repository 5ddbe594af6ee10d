/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The readers of user/core on files of any octets: reader --reader=NAME --folder=FOLDER [libFuzzer's own]
 *
 * The input becomes a file in the folder, where the files that it may name stand already. What a reader finds wrong it
 * says; it must not read beyond its memory, loop, or leak.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libknot/libknot.h>

#include "user/core/director.h"
#include "user/core/import.h"
#include "user/core/keys.h"
#include "user/core/named_conf.h"
#include "user/core/native.h"
#include "user/core/partition.h"
#include "user/core/source.h"
#include "user/core/vscf.h"
#include "user/core/zone.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t octets);

const char *__lsan_default_suppressions(void);

#define PATH_OCTETS 512

/* MMDB_open() of libmaxminddb 1.7.1 does not free all it has where the metadata is damaged. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libmaxminddb.so";
}

typedef int read_config(struct gx_config *config, const char *file, struct gx_diag *diag, struct gx_progress *progress);
typedef int read_import(struct gx_import *import, const char *file, struct gx_diag *diag);

static void read_zone(const char *path, struct gx_diag *diag)
{
	knot_dname_storage_t apex;
	struct gx_zone zone = { .file = path, .where = { .file = "named.conf", .line = 1 } };

	zone.apex = knot_dname_copy(knot_dname_from_str(apex, "example.com.", sizeof(apex)), NULL);
	gx_zone_read(&zone, diag);
	for (size_t i = 0; i < zone.n_nodes; i++) {
		if (gx_zone_find(&zone, zone.nodes[i].owner) != &zone.nodes[i])
			abort();
		gx_zone_match(&zone, zone.nodes[i].owner);
	}
	knot_dname_free(zone.apex, NULL);
	gx_zone_free(&zone);
}

/*
 * A key, as if for a zone with the DNSKEY of the Ed25519 key of all zeros, which one of the seeds is, and one of
 * P-256.
 */
static void read_key(const char *path, struct gx_diag *diag)
{
	static const uint8_t zeros[] = "\1\0\3\17\x3b\x6a\x27\xbc\xce\xb6\xa4\x2d\x62\xa3\xa8\xd0\x2a\x6f\x0d\x73\x65\x32"
				       "\x15\x77\x1d\xe2\x43\xa6\x3a\xc0\x48\xa1\x8b\x59\xda\x29";
	static const uint8_t other[4 + 64] = { 1, 0, 3, 13 };
	struct gx_where where = { .file = "geoxdp.conf", .line = 1 };
	struct gx_key_path paths = { .path = path, .where = where };
	struct gx_zone zone = { .where = where };
	knot_dname_storage_t apex;

	zone.apex = knot_dname_from_str(apex, "example.com.", sizeof(apex));
	gx_zone_add(&zone, apex, KNOT_RRTYPE_DNSKEY, 300, zeros, sizeof(zeros) - 1, &where);
	gx_zone_add(&zone, apex, KNOT_RRTYPE_DNSKEY, 300, other, sizeof(other), &where);
	gx_zone_finish(&zone, diag);
	gx_keys_free(gx_keys_read(&zone, &paths, 1, 300, diag));
	gx_zone_free(&zone);
}

static void read_configuration(read_config *reader, const char *path, struct gx_diag *diag)
{
	struct gx_config config = {0};

	reader(&config, path, diag, NULL);
	gx_config_free(&config);
}

static void read_native(const char *path, struct gx_diag *diag)
{
	read_configuration(gx_config_read_native, path, diag);
}

static void read_pdns(const char *path, struct gx_diag *diag)
{
	read_configuration(gx_config_read_pdns, path, diag);
}

static void read_named(const char *path, struct gx_diag *diag)
{
	struct gx_where where = { .file = "pdns.conf", .line = 1 };
	struct gx_named_conf conf = {0};
	struct gx_arena arena = {0};

	gx_named_conf_read(&conf, &arena, path, &where, diag);
	gx_named_conf_free(&conf);
	gx_arena_free(&arena);
}

/* An import is written too, where it could be read. */
static void import(read_import *importer, const char *path, struct gx_diag *diag)
{
	struct gx_import imported = {0};
	char *text = NULL;
	size_t octets;

	if (!importer(&imported, path, diag)) {
		FILE *out = open_memstream(&text, &octets);

		if (!out)
			abort();
		gx_import_write(&imported, out, "/", diag, true);
		fclose(out);
		free(text);
	}
	gx_import_free(&imported);
}

static void read_gdnsd(const char *path, struct gx_diag *diag)
{
	import(gx_import_gdnsd, path, diag);
}

static void read_pdns_geoip(const char *path, struct gx_diag *diag)
{
	import(gx_import_pdns_geoip, path, diag);
}

static void read_director(const char *path, struct gx_diag *diag)
{
	struct gx_where where = { .file = "pdns.conf", .line = 1 };
	knot_dname_t *zone = knot_dname_from_str_alloc("example.com.");
	struct gx_director director = {0};
	struct gx_arena arena = {0};

	gx_director_read(&director, &arena, path, &where, zone, diag);
	gx_arena_free(&arena);
	free(zone);
}

static void read_source(enum gx_source_format format, const char *path, struct gx_diag *diag)
{
	struct gx_source source = { .file = path, .format = format };
	struct gx_locations *locations = gx_locations_new();
	struct gx_entries entries[GX_FAMILIES] = {0};

	gx_source_read(&source, locations, entries, diag);
	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_partition partition;

		gx_partition_init(&partition, family);
		gx_partition_overlay(&partition, locations, &entries[family], 0);
		gx_partition_free(&partition);
		gx_entries_free(&entries[family]);
	}
	gx_locations_free(locations);
}

#define SOURCE(name, format)                                                                       \
	static void read_##name(const char *path, struct gx_diag *diag)                            \
	{                                                                                          \
		read_source(format, path, diag);                                                   \
	}
SOURCE(rbldnsd, GX_FORMAT_RBLDNSD)
SOURCE(tor, GX_FORMAT_TOR)
SOURCE(mmdb, GX_FORMAT_MMDB)
SOURCE(csv, GX_FORMAT_CSV)
SOURCE(rir, GX_FORMAT_RIR)
SOURCE(nets, GX_FORMAT_NETS)
SOURCE(detected, GX_FORMAT_DETECT)

static const struct reader {
	const char *name;
	void (*read)(const char *path, struct gx_diag *diag);
	const char *file;	/* its name in the folder */
} readers[] = {
	{ "zone", read_zone, "fuzzed.zone" },
	{ "key", read_key, "fuzzed.private" },
	{ "native", read_native, "fuzzed.conf" },
	{ "pdns", read_pdns, "fuzzed.conf" },
	{ "named", read_named, "fuzzed.conf" },
	{ "gdnsd", read_gdnsd, "config" },
	{ "pdns-geoip", read_pdns_geoip, "fuzzed.yaml" },
	{ "director", read_director, "fuzzed.map" },
	{ "rbldnsd", read_rbldnsd, "fuzzed" },
	{ "tor", read_tor, "fuzzed" },
	{ "mmdb", read_mmdb, "fuzzed" },
	{ "csv", read_csv, "fuzzed.csv" },
	{ "rir", read_rir, "fuzzed" },
	{ "nets", read_nets, "fuzzed" },
	{ "detected", read_detected, "fuzzed" },
};

static const struct reader *reader;
static char path[PATH_OCTETS];

/* The value of --NAME=VALUE, which libFuzzer leaves alone; NULL: not given. */
static const char *find_option(int argc, char **argv, const char *name)
{
	size_t octets = strlen(name);

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], name, octets))
			return argv[i] + octets;
	}
	return NULL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = find_option(*argc, *argv, "--reader=");
	const char *folder = find_option(*argc, *argv, "--folder=");

	for (size_t i = 0; name && i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (!strcmp(readers[i].name, name))
			reader = &readers[i];
	}
	if (!reader || !folder) {
		fprintf(stderr, "reader: which --reader=NAME and --folder=FOLDER?\n");
		exit(2);
	}
	snprintf(path, sizeof(path), "%s/%s", folder, reader->file);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t octets)
{
	struct gx_diag diag = {0};
	FILE *file = fopen(path, "w");

	if (!file || fwrite(input, 1, octets, file) != octets || fclose(file)) {
		perror(path);
		abort();
	}
	reader->read(path, &diag);
	gx_diag_sort(&diag);
	gx_diag_free(&diag);
	return 0;
}
