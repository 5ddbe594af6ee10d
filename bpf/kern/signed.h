/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What names of signed zones say to a query with DO=1 (RFC 4035 3.1). */
#ifndef GEOXDP_KERN_SIGNED_H
#define GEOXDP_KERN_SIGNED_H

#include "bpf/kern/find.h"

/* As gx_find_ref(), for DO=1; or, for a name that a wildcard synthesises, the part that the wildcard knows. */
gx_inline __u32 gx_find_signed_ref(const struct gx_name *name, __u16 qtype, int is_partial)
{
	const struct gx_type *type = gx_find_type(name, qtype);

	if (!type)
		return GX_REF_NONE;
	return is_partial ? type->ref_partial : type->ref_signed;
}

/**
 * gx_find_signed - find what is said to a query with DO=1
 * @slot: of its name, or GX_NO_SLOT
 * @encloser: then that of its closest encloser
 * @qtype: asked for
 *
 * Return: a reference as in abi.h; GX_REF_NONE: pass. In the upper half, the number of the list of gaps that goes
 * with it; 0: none.
 */
__attribute__((noinline)) __u64 gx_find_signed(__u32 slot, __u32 encloser, __u32 qtype)
{
	__u32 is_there = slot != GX_NO_SLOT, list = 0, index;
	struct gx_name *name;
	struct gx_type *below;

	if (!is_there)
		slot = encloser;
	name = bpf_map_lookup_elem(&names, &slot);
	if (!name)
		return GX_REF_NONE;
	if (!is_there) {
		index = name->types + name->n_types + 1;
		below = bpf_map_lookup_elem(&types, &index);
		if (!below)
			return GX_REF_NONE;
		list = below->ref_partial;
		if (name->flags & GX_NAME_BELOW)
			return (__u64)list << 32 | below->ref_signed;
		index = below->ref;
		name = bpf_map_lookup_elem(&names, &index);
		if (!name)
			return GX_REF_NONE;
	}
	/* What a wildcard synthesises needs a proof that depends on the name in question. */
	if (!(name->flags & GX_NAME_PROOF) || (is_there && !(name->flags & GX_NAME_BETWEEN)))
		return gx_find_signed_ref(name, qtype, 0);
	if (list == 0)
		return GX_REF_NONE;
	return (__u64)list << 32 | gx_find_signed_ref(name, qtype, 1);
}

#endif
