/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What names of signed zones say to a query with DO=1 (RFC 4035 3.1). */
#ifndef GEOXDP_KERN_SIGNED_H
#define GEOXDP_KERN_SIGNED_H

#include "bpf/kern/find.h"

/**
 * gx_find_signed - as gx_find_ref() and gx_find_below(), for DO=1
 * @question: with what was found of its name
 * @name: that speaks, with GX_NAME_SIGNED
 *
 * Return: a reference; GX_REF_NONE: pass.
 */
__attribute__((noinline)) __u32 gx_find_signed(const struct gx_question *question, const struct gx_name *name)
{
	struct gx_type *type;
	__u32 index, ref;

	if (!name || !question)
		return GX_REF_NONE;
	/* What a wildcard synthesises needs a proof that depends on the name in question. */
	if (question->slot == GX_NO_SLOT && !question->below && name->flags & GX_NAME_PROOF)
		return GX_REF_NONE;
	index = name->types + (question->below ? name->n_types + 1 : 0);
	type = bpf_map_lookup_elem(&types, &index);
	if (!type)
		return GX_REF_NONE;
	ref = type->ref_signed;
	if (question->below)
		return ref;
	for (__u32 i = 0; i < GX_TYPES_PER_NAME; i++) {
		if (i >= name->n_types)
			break;
		index++;
		type = bpf_map_lookup_elem(&types, &index);
		if (!type)
			return GX_REF_NONE;
		if (type->type == question->type)
			return type->ref_signed;
	}
	return ref;
}

#endif
