/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that sign the geo names of a zone. */
#include "user/core/keys.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include <libdnssec/error.h>
#include <libdnssec/sign.h>
#include <libknot/descriptor.h>
#include <libknot/rrtype/dnskey.h>
#include <libknot/wire.h>

#include "user/core/key_file.h"
#include "user/core/name.h"
#include "user/core/text.h"

#define PROTOCOL_DNSSEC 3	/* RFC 4034 2.1.2 */

struct reader {
	const struct gx_zone *zone;
	const struct gx_rrset *dnskeys;
	dnssec_key_t **pairs;	/* of each DNSKEY, with its private key; NULL: not given */
	size_t n_pairs;
	struct gx_diag *diag;
	knot_dname_txt_storage_t apex;
};

/* --- a DNSKEY and its private key -------------------------------------------------------------- */

/* Why a DNSKEY signs nothing; NULL: it may sign. */
static const char *refuse(const knot_rdata_t *dnskey)
{
	if (knot_dnskey_flags(dnskey) & KNOT_DNSKEY_FLAG_REVOKE)
		return "is revoked: a key whose DNSKEY is not (RFC 5011 2.1) would be right";
	if (!(knot_dnskey_flags(dnskey) & KNOT_DNSKEY_FLAG_ZONE) || knot_dnskey_proto(dnskey) != PROTOCOL_DNSSEC)
		return "is no zone key: one with the flags 256 or 257 (RFC 4034 2.1.1) would be right";
	return NULL;
}

/* Does what the private key signs hold by the DNSKEY alone? No doubt is left about files and libraries. */
static bool is_proven(const dnssec_key_t *pair)
{
	dnssec_binary_t text = { .size = 4, .data = (uint8_t *)"test" }, signature = {0};
	dnssec_key_t *public_key = dnssec_key_dup(pair);
	dnssec_sign_ctx_t *sign = NULL, *verify = NULL;
	bool good = public_key && dnssec_sign_new(&sign, pair) == DNSSEC_EOK &&
		    dnssec_sign_new(&verify, public_key) == DNSSEC_EOK && dnssec_sign_add(sign, &text) == DNSSEC_EOK &&
		    dnssec_sign_write(sign, DNSSEC_SIGN_NORMAL, &signature) == DNSSEC_EOK &&
		    dnssec_sign_add(verify, &text) == DNSSEC_EOK &&
		    dnssec_sign_verify(verify, false, &signature) == DNSSEC_EOK;

	dnssec_binary_free(&signature);
	dnssec_sign_free(sign);
	dnssec_sign_free(verify);
	dnssec_key_free(public_key);
	return good;
}

/* The pair of a DNSKEY and a private key; NULL: they do not belong together. */
static dnssec_key_t *make_pair(const struct reader *reader, const knot_rdata_t *dnskey, const struct gx_key_file *file)
{
	const dnssec_binary_t given = { .size = dnskey->len, .data = (uint8_t *)dnskey->data };
	const dnssec_binary_t public_key = { .size = knot_dnskey_key_len(dnskey),
					     .data = (uint8_t *)knot_dnskey_key(dnskey) };
	dnssec_binary_t pem = {0}, rdata = {0};
	dnssec_key_t *pair;

	if (gx_key_file_pem(file, knot_dnskey_alg(dnskey), &public_key, &pem) < 0)
		return NULL;
	if (dnssec_key_new(&pair) != DNSSEC_EOK)
		pair = NULL;
	/* libdnssec does not take what is no zone key; it is only looked whether the two belong together. */
	if (dnssec_binary_dup(&given, &rdata) == DNSSEC_EOK && refuse(dnskey)) {
		knot_wire_write_u16(rdata.data, KNOT_DNSKEY_FLAG_ZONE);
		rdata.data[sizeof(uint16_t)] = PROTOCOL_DNSSEC;
	}
	if (!pair || dnssec_key_set_dname(pair, reader->zone->apex) != DNSSEC_EOK ||
	    dnssec_key_set_rdata(pair, &rdata) != DNSSEC_EOK || dnssec_key_load_pkcs8(pair, &pem) != DNSSEC_EOK ||
	    !is_proven(pair)) {
		dnssec_key_free(pair);
		pair = NULL;
	}
	gx_key_forget(&pem);
	dnssec_binary_free(&rdata);
	return pair;
}

/* --- files and folders ------------------------------------------------------------------------- */

/* is_named: else found in a folder, where other keys may be as well. Returns whether the key may sign. */
static bool add_file(struct reader *reader, const char *path, const struct gx_where *where, bool is_named)
{
	const char *reason = NULL;
	struct gx_key_file file;
	bool added = false;

	if (gx_key_file_read(&file, path, where, reader->diag) < 0)
		return false;
	for (size_t i = 0; i < reader->n_pairs; i++) {
		const knot_rdata_t *dnskey = knot_rdataset_at(&reader->dnskeys->rdata, (uint16_t)i);
		dnssec_key_t *pair = make_pair(reader, dnskey, &file);

		if (!pair)
			continue;
		reason = refuse(dnskey);
		added = added || !reason;
		if (reason || reader->pairs[i])
			dnssec_key_free(pair);
		else
			reader->pairs[i] = pair;
	}
	gx_key_file_free(&file);
	if (!added && is_named && reason)
		gx_error(reader->diag, where, "key %s: its DNSKEY in %s %s", path, reader->apex, reason);
	else if (!added && is_named)
		gx_error(reader->diag, where,
			 "key %s belongs to no DNSKEY of %s, so that no validator would accept what it signs: the key of a "
			 "DNSKEY in %s would be right", path, reader->apex, reader->zone->file);
	return added;
}

/* Keys of other zones carry their zones' names. */
static bool is_of_zone(const struct reader *reader, const char *name)
{
	size_t len = strlen(name), apex = strlen(reader->apex);

	if (len > 4 && strcmp(name + len - 4, ".pem") == 0)
		return true;
	return len > 8 && strcmp(name + len - 8, ".private") == 0 && name[0] == 'K' &&
	       strncasecmp(name + 1, reader->apex, apex) == 0 && name[1 + apex] == '+';
}

static void add_folder(struct reader *reader, const struct gx_key_path *folder)
{
	struct gx_arena arena = {0};
	struct dirent **entries;
	size_t added = 0;
	int count;

	gx_diag_note_folder(reader->diag, folder->path);
	count = scandir(folder->path, &entries, NULL, alphasort);
	if (count < 0) {
		gx_error(reader->diag, &folder->where, "keys folder %s cannot be read (%s): give yourself the right to read it",
			 folder->path, strerror(errno));
		return;
	}
	for (int i = 0; i < count; i++) {
		if (is_of_zone(reader, entries[i]->d_name))
			added += add_file(reader, gx_text_path(&arena, folder->path, entries[i]->d_name), &folder->where, false);
		free(entries[i]);
	}
	free(entries);
	gx_arena_free(&arena);
	if (!added)
		gx_error(reader->diag, &folder->where,
			 "keys folder %s has no private key of a DNSKEY of %s: K%s+ALG+TAG.private, or PKCS#8 in a file that "
			 "ends in .pem, would be right", folder->path, reader->apex, reader->apex);
}

/* --- which sign -------------------------------------------------------------------------------- */

static bool is_sep(const dnssec_key_t *key)
{
	return dnssec_key_get_flags(key) & KNOT_DNSKEY_FLAG_SEP;
}

/* Is there a key without SEP of the same algorithm, which signs in the place of this one? */
static bool is_kept_for_keys(const struct reader *reader, const dnssec_key_t *key)
{
	for (size_t i = 0; is_sep(key) && i < reader->n_pairs; i++) {
		const dnssec_key_t *other = reader->pairs[i];

		if (other && !is_sep(other) && dnssec_key_get_algorithm(other) == dnssec_key_get_algorithm(key))
			return true;
	}
	return false;
}

static bool has_algorithm(const struct reader *reader, uint8_t algorithm)
{
	for (size_t i = 0; i < reader->n_pairs; i++)
		if (reader->pairs[i] && dnssec_key_get_algorithm(reader->pairs[i]) == algorithm)
			return true;
	return false;
}

/* RFC 4035 2.2: an RRSIG of each algorithm in the apex DNSKEY RRset. */
static void check_algorithms(const struct reader *reader, const struct gx_key_path *first)
{
	bool told[UINT8_MAX + 1] = {0};

	for (size_t i = 0; i < reader->n_pairs; i++) {
		const knot_rdata_t *dnskey = knot_rdataset_at(&reader->dnskeys->rdata, (uint16_t)i);
		uint8_t algorithm = knot_dnskey_alg(dnskey);
		const char *name = gx_key_algorithm_name(algorithm);

		if (refuse(dnskey) || told[algorithm] || has_algorithm(reader, algorithm))
			continue;
		told[algorithm] = true;
		gx_error(reader->diag, &first->where,
			 "%s has a DNSKEY of algorithm %u%s%s%s, and no key of it is given: one key at least of each algorithm of "
			 "the zone (RFC 4035 2.2) would be right", reader->apex, algorithm, name ? " (" : "", name ? name : "",
			 name ? ")" : "");
	}
}

static struct gx_keys *take_keys(struct reader *reader, uint32_t validity_s)
{
	struct gx_keys *keys = gx_calloc(1, sizeof(*keys));

	keys->list = gx_calloc(reader->n_pairs, sizeof(*keys->list));
	keys->validity_s = validity_s;
	for (size_t i = 0; i < reader->n_pairs; i++) {
		if (!reader->pairs[i] || is_kept_for_keys(reader, reader->pairs[i]))
			continue;
		keys->list[keys->n++] = reader->pairs[i];
	}
	for (size_t i = 0, taken = 0; i < reader->n_pairs; i++) {
		if (taken < keys->n && reader->pairs[i] == keys->list[taken])
			taken++;
		else
			dnssec_key_free(reader->pairs[i]);
	}
	return keys;
}

struct gx_keys *gx_keys_read(const struct gx_zone *zone, const struct gx_key_path *paths, size_t n, uint32_t validity_s,
			     struct gx_diag *diag)
{
	struct reader reader = { .zone = zone, .diag = diag };
	size_t errors = diag->errors;
	struct gx_keys *keys;

	gx_show_name(zone->apex, reader.apex);
	reader.dnskeys = gx_node_find(zone->n_nodes ? &zone->nodes[0] : NULL, KNOT_RRTYPE_DNSKEY);
	if (!reader.dnskeys) {
		gx_error(diag, &paths[0].where, "keys for %s, which has no DNSKEY: a zone file that is signed would be right",
			 reader.apex);
		return NULL;
	}
	reader.n_pairs = reader.dnskeys->rdata.count;
	reader.pairs = gx_calloc(reader.n_pairs, sizeof(*reader.pairs));
	for (size_t i = 0; i < n; i++) {
		struct stat status;

		if (!stat(paths[i].path, &status) && S_ISDIR(status.st_mode))
			add_folder(&reader, &paths[i]);
		else
			add_file(&reader, paths[i].path, &paths[i].where, true);
	}
	if (diag->errors == errors)
		check_algorithms(&reader, &paths[0]);
	keys = take_keys(&reader, validity_s);
	free(reader.pairs);
	if (diag->errors == errors)
		return keys;
	gx_keys_free(keys);
	return NULL;
}

void gx_keys_free(struct gx_keys *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->n; i++)
		dnssec_key_free(keys->list[i]);
	free(keys->list);
	free(keys);
}
