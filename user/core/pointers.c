/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compression pointers of a rendered message (RFC 1035 4.1.4), so that they can be moved. */
#include "user/core/pointers.h"

#include <errno.h>

#include <libknot/descriptor.h>
#include <libknot/wire.h>

struct walk {
	const uint8_t *wire;
	size_t at, from, end, except;
	uint16_t *offsets;
	size_t count, max;
};

static void note_pointer(struct walk *walk)
{
	if ((knot_wire_read_u16(walk->wire + walk->at) & 0x3fff) == walk->except)
		return;
	if (walk->count < walk->max)
		walk->offsets[walk->count] = walk->at - walk->from;
	walk->count++;
}

/* Behind the name; notes the pointer that it ends in. */
static int walk_name(struct walk *walk, size_t end)
{
	while (walk->at < end) {
		uint8_t len = walk->wire[walk->at];

		if (len >= 0xc0) {
			if (walk->at + 2 > end)
				return -EINVAL;
			note_pointer(walk);
			walk->at += 2;
			return 0;
		}
		walk->at += 1 + len;
		if (len == 0)
			return walk->at <= end ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static int walk_rdata(struct walk *walk, uint16_t type, size_t end)
{
	const knot_rdata_descriptor_t *descriptor = knot_get_rdata_descriptor(type);

	for (const int *block = descriptor->block_types; *block != KNOT_RDATA_WF_END; block++) {
		int err = 0;

		if (*block == KNOT_RDATA_WF_COMPRESSIBLE_DNAME)
			err = walk_name(walk, end);
		else if (*block > 0)
			walk->at += *block;
		else
			break;	/* never compressed, nor is what is behind it */
		if (err)
			return err;
	}
	return 0;
}

int gx_pointers_find(const uint8_t *wire, size_t from, size_t end, size_t except, uint16_t *offsets, size_t max)
{
	struct walk walk = { .wire = wire, .at = from, .from = from, .end = end, .except = except,
			     .offsets = offsets, .max = max };

	while (walk.at < end) {
		size_t rdata_end;
		uint16_t type;

		if (walk_name(&walk, end) || walk.at + 10 > end)
			return -EINVAL;
		type = knot_wire_read_u16(wire + walk.at);
		rdata_end = walk.at + 10 + knot_wire_read_u16(wire + walk.at + 8);
		walk.at += 10;
		if (rdata_end > end || walk_rdata(&walk, type, rdata_end))
			return -EINVAL;
		walk.at = rdata_end;
	}
	return walk.count;
}
