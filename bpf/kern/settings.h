/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the loader sets before the program is verified; constants from then on. */
#ifndef GEOXDP_KERN_SETTINGS_H
#define GEOXDP_KERN_SETTINGS_H

#include <linux/types.h>

#include "geoxdp/abi.h"

const volatile __u64 name_seed;		/* of the hash that `names` was built with */
const volatile __u32 hash_exact;	/* over folded words, see hash.h: the verifier drops the form not in use */
const volatile __u32 bucket_mask;	/* octets of `pilots` that are used, a power of two, less one */
const volatile __u32 slot_count;	/* slots of `names` */
const volatile __u64 end_filter[GX_END_FILTER_WORDS];	/* the ends of all apexes: gx_hash_end_of_name() */
const volatile __u32 encloser_count;	/* names with GX_NAME_WILDCARD or GX_NAME_BELOW; 0: none is looked for */
const volatile __u32 label_min;		/* the fewest labels of a loaded name, root not counted, */
const volatile __u32 label_max;		/* and the most */
const volatile __u32 class_count;	/* choices of a GX_REF_CLASS */
const volatile __u32 location_count;	/* choices of a GX_REF_LOCATION */

/* The name server identifier (RFC 5001), zero-padded; none: the option is as an unknown one. */
const volatile __u64 nsid[GX_NSID_MAX_OCTETS / 8];
const volatile __u32 nsid_octets;
/*
 * Where `index4` and `index6` begin; use_index 0: the tries are looked at, and the verifier drops what looks into
 * these.
 */
const volatile struct gx_index_root index_roots[2];
const volatile __u32 use_index;

/* When signatures of the loader's run out, by the clock of bpf_ktime_get_tai_ns(). */
const volatile __u64 signed_until_tai_ns;

const volatile __u64 service_factors[2];	/* of gx_hash_service() */
const volatile __u32 service_shift;

/* Ethernet addresses of this node's interfaces, as gx_pack_mac() packs them; none: any is taken. */
const volatile __u64 macs[GX_MACS_MAX];
const volatile __u32 mac_count;

#endif
