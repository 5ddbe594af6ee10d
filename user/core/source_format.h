/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each format of a source offers to user/core/source.c; nobody else includes this. */
#ifndef GEOXDP_CORE_SOURCE_FORMAT_H
#define GEOXDP_CORE_SOURCE_FORMAT_H

#include <stdbool.h>

#include "user/core/source.h"
#include "user/core/text.h"

/* Longer lines are no line of any format, but the sign of a file that is something else. */
#define GX_SOURCE_LINE_OCTETS	4096

/* Returns false, with a finding, where the line is longer. */
bool gx_source_check_length(const char *line, const struct gx_where *where, struct gx_diag *diag);

/* What a format's reader is given. */
struct gx_source_job {
	const struct gx_source *source;
	struct gx_locations *locations;
	struct gx_entries *entries;	/* [GX_FAMILIES] */
	struct gx_diag *diag;
};

/* Whether a line that is no comment looks like this format, whatever may be wrong with it. */
bool gx_rbldnsd_recognises(const char *line, size_t len);
bool gx_tor_recognises(const char *line, size_t len);
bool gx_csv_recognises(const char *line, size_t len);
bool gx_rir_recognises(const char *line, size_t len);
bool gx_nets_recognises(const char *line, size_t len);
/* As above, but where a broken line of another form is more likely a broken one of this form. */
bool gx_csv_allows(const char *line, size_t len);
bool gx_nets_allows(const char *line, size_t len);
/* Whether the octets of a file hold the mark of a MaxMind DB. */
bool gx_mmdb_recognises(const char *octets, size_t len);

/* Read all lines, or records; findings go to diag. Return the number of those that spoke. */
size_t gx_rbldnsd_read(const struct gx_source_job *job, struct gx_text *text);
size_t gx_tor_read(const struct gx_source_job *job, struct gx_text *text);
size_t gx_csv_read(const struct gx_source_job *job, struct gx_text *text);
size_t gx_rir_read(const struct gx_source_job *job, struct gx_text *text);
size_t gx_nets_read(const struct gx_source_job *job, struct gx_text *text);
size_t gx_mmdb_read(const struct gx_source_job *job, struct gx_text *text);

/* --- what several formats have in common: source_common.c -------------------------------------- */

#define GX_LETTERS	26

/* Countries by code, so that each code is looked up, and reported, once. Zero-initialise before use. */
struct gx_source_codes {
	struct {
		bool seen;
		uint16_t country;
	} of[GX_LETTERS][GX_LETTERS];
	bool zz_is_unknown;	/* the format writes ZZ where the country is not known */
};

/**
 * gx_source_country - a country of two letters, in either case
 * @code: NUL-terminated
 * @where, @diag: an unknown code is a warning, once
 *
 * EU and AP, which registries set where the country is not known, are location unknown without a word; so is,
 * with a warning, any other code that is unknown: a country database with one odd network in it is still the
 * best there is.
 *
 * Returns 0 to 999, or -EINVAL: not two letters; the finding is the caller's.
 */
int gx_source_country(struct gx_source_codes *codes, const char *code, const struct gx_where *where,
		      struct gx_diag *diag);

/* A continent of two letters, in either case; what is none of the seven leaves continent as it is. */
void gx_source_continent(const char *text, char continent[3]);

/**
 * gx_source_find_overlaps - report addresses that two lines claim, in a format that has no rule for them
 * @file: for the finding
 *
 * The entries are sorted afterwards.
 */
void gx_source_find_overlaps(struct gx_entries *entries, enum gx_family family, const char *file,
			     struct gx_diag *diag);

/* Report equal prefixes with different locations: of those, the later wins, but one is a mistake. Sorts. */
void gx_source_find_duplicates(struct gx_entries *entries, enum gx_family family, const char *file,
			       struct gx_diag *diag);

#endif
