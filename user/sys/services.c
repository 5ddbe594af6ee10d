/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table `services`: each address in the one slot where the program looks for it. */
#include "user/sys/services.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "geoxdp/hash.h"
#include "user/core/mem.h"

/* Hashes that are tried for each size. */
#define GX_SERVICE_TRIES 256

static const struct gx_service gx_no_service;

static bool gx_is_empty(const struct gx_service *service)
{
	return !memcmp(service, &gx_no_service, sizeof(*service));
}

/* Into table->slots, which are empty. Returns false: two come to one slot. */
static bool gx_place_all(const struct gx_service *list, size_t count, struct gx_service_table *table)
{
	for (size_t i = 0; i < count; i++) {
		struct gx_service *slot;
		uint64_t words[2];

		memcpy(words, list[i].address, sizeof(words));
		slot = &table->slots[gx_hash_service(words[0], words[1], table->factors, table->shift)];
		if (!gx_is_empty(slot) && memcmp(slot, &list[i], sizeof(*slot)))
			return false;
		*slot = list[i];
	}
	return true;
}

int gx_services_place(const struct gx_addr *list, size_t count, struct gx_service_table *table,
		      struct gx_failure *failure)
{
	const size_t slots_max = 1 << GX_SERVICE_BITS_MAX;
	struct gx_service services[GX_SERVICE_MAX] = {};
	struct gx_service_table placed = {};
	uint64_t factor = GX_HASH_MULTIPLIER;

	if (count > GX_SERVICE_MAX)
		return gx_fail(failure, E2BIG, "at most 256", "service addresses: %zu of them", count);
	for (size_t i = 0; i < count; i++) {
		bool ipv4 = list[i].family == GX_IPV4;

		if (ipv4)
			services[i].address[10] = services[i].address[11] = 0xff;
		gx_addr_to_octets(&list[i], services[i].address + (ipv4 ? 12 : 0));
	}
	placed.slots = gx_calloc(slots_max, sizeof(*placed.slots));
	for (uint32_t bits = 1; bits <= GX_SERVICE_BITS_MAX; bits++) {
		placed.n_slots = 1u << bits;
		placed.shift = 64 - bits;
		for (int i = 0; placed.n_slots >= count && i < GX_SERVICE_TRIES; i++) {
			for (int word = 0; word < 2; word++) {
				factor = gx_hash_word(factor, (uint64_t)i);
				placed.factors[word] = factor | 1;
			}
			memset(placed.slots, 0, placed.n_slots * sizeof(*placed.slots));
			if (gx_place_all(services, count, &placed)) {
				*table = placed;
				return 0;
			}
		}
	}
	free(placed.slots);
	return gx_fail(failure, EINVAL, "change one of them", "service addresses: no hash tells all %zu apart", count);
}

void gx_services_free(struct gx_service_table *table)
{
	free(table->slots);
	table->slots = NULL;
}

int gx_services_read(int map_fd, struct gx_service list[GX_SERVICE_MAX], size_t *count)
{
	struct bpf_map_info info = {};
	struct gx_service *slots;
	__u32 octets = sizeof(info), batch = 0, n;
	uint32_t *keys;
	size_t found = 0;
	int error = bpf_obj_get_info_by_fd(map_fd, &info, &octets);

	if (error)
		return error;
	if (info.value_size != sizeof(*slots) || info.key_size != sizeof(*keys))
		return -EPROTO;
	n = info.max_entries;
	keys = gx_calloc(n, sizeof(*keys));
	slots = gx_calloc(n, sizeof(*slots));
	/* With ENOENT it says that these were all. */
	error = bpf_map_lookup_batch(map_fd, NULL, &batch, keys, slots, &n, NULL);
	if (error == -ENOENT)
		error = 0;
	for (__u32 i = 0; !error && i < n && found < GX_SERVICE_MAX; i++)
		if (!gx_is_empty(&slots[i]))
			list[found++] = slots[i];
	free(keys);
	free(slots);
	if (!error)
		*count = found;
	return error;
}
