// SPDX-License-Identifier: GPL-3.0-or-later
/* The sk_lookup program that brings TCP connections to a socket of this process. */
#include "user/sys/steer.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steer.skel.h"
#include "user/core/mem.h"

#define GX_STEER_HINT "needs root, or CAP_BPF and CAP_NET_ADMIN"
#define GX_STEER_PROGS_MAX 64	/* as many as the kernel attaches to a namespace (MAX_BPF_LINK) */

struct gx_steer {
	struct steer_bpf *skel;
	int link_fd;
	size_t others;
};

/* Count the programs that are attached. Returns -EBUSY if one of them is ours. */
static int gx_find_others(int netns_fd, size_t *others, struct gx_failure *failure)
{
	uint32_t ids[GX_STEER_PROGS_MAX], count = GX_STEER_PROGS_MAX;

	if (bpf_prog_query(netns_fd, BPF_SK_LOOKUP, 0, NULL, ids, &count))
		return gx_fail(failure, errno, errno == EPERM ? GX_STEER_HINT : NULL, "sk_lookup programs: list");
	for (uint32_t i = 0; i < count; i++) {
		struct bpf_prog_info info = {};
		__u32 octets = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(ids[i]);

		if (fd < 0)
			continue; /* gone meanwhile */
		if (bpf_obj_get_info_by_fd(fd, &info, &octets))
			info.name[0] = 0;
		close(fd);
		if (!strcmp(info.name, "geoxdp_steer"))
			return gx_fail(failure, EBUSY, "stop it first; `bpftool net` shows it",
				       "another geoxdp steers TCP connections in this network namespace");
	}
	*others = count;
	return 0;
}

static int gx_load_steer(struct gx_steer *steer, const int listeners[GX_FAMILIES], struct gx_failure *failure)
{
	int error;

	steer->skel = steer_bpf__open();
	if (!steer->skel)
		return gx_fail(failure, errno, NULL, "sk_lookup program: open");
	error = steer_bpf__load(steer->skel);
	if (error)
		return gx_fail(failure, -error, error == -EPERM ? GX_STEER_HINT :
			       "GEOXDP_VERBOSE=1 shows the verifier's log", "sk_lookup program: load");
	for (uint32_t family = 0; family < GX_FAMILIES; family++) {
		uint64_t value = listeners[family];

		if (listeners[family] >= 0 &&
		    bpf_map_update_elem(bpf_map__fd(steer->skel->maps.steer_sockets), &family, &value, BPF_ANY))
			return gx_fail(failure, errno, NULL, "map steer_sockets: fill");
	}
	return 0;
}

static int gx_attach_steer(struct gx_steer *steer, struct gx_failure *failure)
{
	int netns_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), error;

	if (netns_fd < 0)
		return gx_fail(failure, errno, NULL, "/proc/self/ns/net: open");
	error = gx_find_others(netns_fd, &steer->others, failure);
	if (!error) {
		steer->link_fd = bpf_link_create(bpf_program__fd(steer->skel->progs.geoxdp_steer), netns_fd,
						 BPF_SK_LOOKUP, NULL);
		if (steer->link_fd < 0)
			error = gx_fail(failure, errno, errno == EPERM ? GX_STEER_HINT : errno == E2BIG ?
					"too many sk_lookup programs; `bpftool link` lists them" : NULL,
					"sk_lookup program: attach to the network namespace");
	}
	close(netns_fd);
	return error;
}

int gx_steer_new(struct gx_steer **out, const int listeners[GX_FAMILIES], struct gx_failure *failure)
{
	struct gx_steer *steer = gx_calloc(1, sizeof(*steer));
	int error;

	steer->link_fd = -1;
	error = gx_load_steer(steer, listeners, failure);
	if (!error)
		error = gx_attach_steer(steer, failure);
	if (error) {
		gx_steer_free(steer);
		return error;
	}
	*out = steer;
	return 0;
}

/*
 * Bring the keys of a map in line with a list: add first, then delete what is not in it. A delete makes the walk
 * start again, since the kernel then has no place to go on from.
 */
static int gx_set_keys(const struct bpf_map *map, const void *keys, size_t count, struct gx_failure *failure)
{
	size_t octets = bpf_map__key_size(map);
	const uint32_t present = 1;
	uint8_t key[32], last[32];
	int fd = bpf_map__fd(map);
	bool begin = true;

	for (size_t i = 0; i < count; i++)
		if (bpf_map_update_elem(fd, (const char *)keys + i * octets, &present, BPF_ANY))
			return gx_fail(failure, errno, NULL, "map %s: add", bpf_map__name(map));
	while (!bpf_map_get_next_key(fd, begin ? NULL : last, key)) {
		bool wanted = false;

		for (size_t i = 0; i < count && !wanted; i++)
			wanted = !memcmp((const char *)keys + i * octets, key, octets);
		if (!wanted && bpf_map_delete_elem(fd, key))
			return gx_fail(failure, errno, NULL, "map %s: delete", bpf_map__name(map));
		begin = !wanted;
		memcpy(last, key, octets);
	}
	return 0;
}

int gx_steer_set(struct gx_steer *steer, const struct gx_tcp_plan *plan, struct gx_failure *failure)
{
	struct gx_lpm6_key bypass[GX_BYPASS_MAX] = {};
	int error;

	for (size_t i = 0; i < plan->n_bypass; i++) {
		bypass[i].prefix_bits = plan->bypass[i].prefix_bits;
		memcpy(bypass[i].address, plan->bypass[i].address, sizeof(bypass[i].address));
	}
	error = gx_set_keys(steer->skel->maps.steer_bypass, bypass, plan->n_bypass, failure);
	if (error)
		return error;
	return gx_set_keys(steer->skel->maps.steer_services, plan->services, plan->n_services, failure);
}

size_t gx_steer_others(const struct gx_steer *steer)
{
	return steer->others;
}

void gx_steer_free(struct gx_steer *steer)
{
	if (!steer)
		return;
	if (steer->link_fd >= 0)
		close(steer->link_fd); /* detaches */
	steer_bpf__destroy(steer->skel);
	free(steer);
}
