/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A validator of RRSIGs: put together from RFC 4035 5.3, and libdnssec's verification. */
#ifndef GEOXDP_TESTS_UNIT_VERIFY_H
#define GEOXDP_TESTS_UNIT_VERIFY_H

#include <libdnssec/sign.h>
#include <libknot/libknot.h>

#include "tests/unit/pair.h"
#include "user/core/zone.h"

/*
 * Verify as a validator does (RFC 4035 5.3): the owner is made from the name that was asked and the labels field, the
 * TTL is that of the RRSIG, the records are put in order by libknot.
 */
static FOLDER_UNUSED bool verifies(const struct gx_zone *zone, const knot_rdata_t *rrsig, const knot_dname_t *qname,
				  uint16_t type, const knot_rdataset_t *rdata)
{
	const struct gx_rrset *dnskeys = gx_node_find(&zone->nodes[0], KNOT_RRTYPE_DNSKEY);
	const size_t head = 18 + knot_dname_size(zone->apex);
	const dnssec_binary_t signature = { .data = (uint8_t *)rrsig->data + head, .size = rrsig->len - head };
	size_t labels = knot_dname_labels(qname, NULL), wild = labels - knot_rrsig_labels(rrsig);
	uint8_t text[4096], *to = text;
	knot_rdataset_t ordered = {0};
	knot_dname_storage_t owner;
	bool good = false;

	owner[0] = 1;
	owner[1] = '*';
	for (size_t i = 0; i < wild; i++)
		qname += 1 + *qname;
	memcpy(owner + (wild ? 2 : 0), qname, knot_dname_size(qname));
	for (uint16_t i = 0; i < rdata->count; i++)
		assert_int_equal(knot_rdataset_add(&ordered, knot_rdataset_at(rdata, i), NULL), KNOT_EOK);
	memcpy(to, rrsig->data, head);
	to += head;
	for (uint16_t i = 0; i < ordered.count; i++) {
		const knot_rdata_t *one = knot_rdataset_at(&ordered, i);

		memcpy(to, owner, knot_dname_size(owner));
		to += knot_dname_size(owner);
		knot_wire_write_u16(to, type);
		knot_wire_write_u16(to + 2, KNOT_CLASS_IN);
		knot_wire_write_u32(to + 4, knot_rrsig_original_ttl(rrsig));
		knot_wire_write_u16(to + 8, one->len);
		memcpy(to + 10, one->data, one->len);
		to += 10 + one->len;
	}
	for (uint16_t i = 0; i < dnskeys->rdata.count; i++) {
		const knot_rdata_t *dnskey = knot_rdataset_at(&dnskeys->rdata, i);
		const dnssec_binary_t rdata_of = { .data = (uint8_t *)dnskey->data, .size = dnskey->len };
		const dnssec_binary_t data = { .data = text, .size = (size_t)(to - text) };
		dnssec_sign_ctx_t *context;
		dnssec_key_t *key;

		assert_int_equal(dnssec_key_new(&key), DNSSEC_EOK);
		assert_int_equal(dnssec_key_set_rdata(key, &rdata_of), DNSSEC_EOK);
		assert_int_equal(dnssec_sign_new(&context, key), DNSSEC_EOK);
		assert_int_equal(dnssec_sign_add(context, &data), DNSSEC_EOK);
		good = good || (dnssec_key_get_keytag(key) == knot_rrsig_key_tag(rrsig) &&
				dnssec_key_get_algorithm(key) == knot_rrsig_alg(rrsig) &&
				dnssec_sign_verify(context, false, &signature) == DNSSEC_EOK);
		dnssec_sign_free(context);
		dnssec_key_free(key);
	}
	knot_rdataset_clear(&ordered, NULL);
	return good;
}

#endif
