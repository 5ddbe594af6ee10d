/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A generation in the kernel: the program with its tables. */
#include "user/sys/object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/sys/cookies.h"
#include "user/sys/kernel_types.h"
#include "user/sys/object_impl.h"
#include "user/sys/pins.h"

#define GX_NS_PER_S 1000000000ull

#define GX_LOAD_HINT "needs root, or CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON"

static bool gx_verbose;

static int gx_print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	return gx_verbose ? vfprintf(stderr, format, args) : 0;
}

void gx_object_set_verbose(bool verbose)
{
	gx_verbose = verbose;
	libbpf_set_print(gx_print_libbpf);
}

uint64_t gx_pack_mac(const uint8_t octets[6])
{
	uint32_t first;
	uint16_t last;

	memcpy(&first, octets, sizeof(first));
	memcpy(&last, octets + sizeof(first), sizeof(last));
	return (uint64_t)last << 32 | first;
}

int gx_object_prog_fd(const struct gx_object *object)
{
	return bpf_program__fd(object->skel->progs.geoxdp);
}

int gx_object_stats_fd(const struct gx_object *object)
{
	return bpf_map__fd(object->skel->maps.stats);
}

static struct gx_object *gx_object_open(struct gx_failure *failure)
{
	struct gx_object *object = gx_calloc(1, sizeof(*object));
	LIBBPF_OPTS(bpf_object_open_opts, opts);

	libbpf_set_print(gx_print_libbpf);
	opts.btf_custom_path = gx_kernel_types();
	object->skel = geoxdp_bpf__open_opts(&opts);
	if (object->skel)
		return object;
	gx_fail(failure, errno, NULL, "program: open");
	free(object);
	return NULL;
}

/* Sizes and constants that the verifier is to know. */
static int gx_object_size(const struct gx_object *object, const struct gx_image *image,
			  const struct gx_services *services)
{
	struct geoxdp_bpf *skel = object->skel;
	const struct {
		struct bpf_map *map;
		size_t entries;
	} sizes[] = {
		{ skel->maps.countries4, image->leaves[GX_IPV4].count },
		{ skel->maps.countries6, image->leaves[GX_IPV6].count },
		{ skel->maps.nets4, GX_NETS_MAX },
		{ skel->maps.nets6, GX_NETS_MAX },
		{ skel->maps.names, image->n_name_slots },
		{ skel->maps.names_long, image->n_names_long },
		{ skel->maps.types, image->n_types },
		{ skel->maps.gap_lists, image->n_gap_lists },
		{ skel->maps.gaps, image->n_gaps },
		{ skel->maps.choices, image->n_choices },
		{ skel->maps.answers, image->n_cells },
		{ skel->maps.options, image->n_options },
		{ skel->maps.option_units, image->n_option_units },
		{ skel->maps.units, image->n_units },
		{ skel->maps.checks, image->n_checks },
		{ skel->maps.locations, image->n_locations },
		{ skel->maps.services, object->services.n_slots },
	};

	int error;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		error = bpf_map__set_max_entries(sizes[i].map, sizes[i].entries);
		if (error)
			return error;
	}
	error = bpf_map__set_value_size(skel->maps.index4, image->index[GX_IPV4].n_words * sizeof(uint64_t));
	error = error ? : bpf_map__set_value_size(skel->maps.index6, image->index[GX_IPV6].n_words * sizeof(uint64_t));
	error = error ? : bpf_map__set_value_size(skel->maps.pilots, image->n_buckets);
	if (error)
		return error;
	memcpy((void *)skel->rodata->service_factors, object->services.factors, sizeof(object->services.factors));
	skel->rodata->service_shift = object->services.shift;
	memcpy((void *)skel->rodata->macs, services->macs, sizeof(services->macs));
	skel->rodata->mac_count = services->n_macs;
	if (services->n_nsid)
		memcpy((void *)skel->rodata->nsid, services->nsid, services->n_nsid);
	skel->rodata->nsid_octets = services->n_nsid;
	skel->rodata->name_seed = image->name_seed;
	skel->rodata->hash_exact = image->hash_exact;
	memcpy((void *)skel->rodata->end_filter, image->end_filter, sizeof(image->end_filter));
	skel->rodata->bucket_mask = image->n_buckets - 1;
	skel->rodata->slot_count = image->n_name_slots;
	skel->rodata->class_count = image->n_classes;
	skel->rodata->location_count = image->n_locations;
	skel->rodata->encloser_count = image->n_enclosers;
	skel->rodata->label_min = image->label_min;
	skel->rodata->label_max = image->label_max;
	skel->rodata->index_roots[0] = image->index[GX_IPV4].root;
	skel->rodata->index_roots[1] = image->index[GX_IPV6].root;
	skel->rodata->use_index = !image->lookup_lpm;
	skel->rodata->signed_until_tai_ns = (image->signed_until_s + gx_tai_ahead_s()) * GX_NS_PER_S;
	return 0;
}

static int gx_reuse_pin(struct bpf_map *map, const char *folder, struct gx_failure *failure)
{
	int fd = gx_pins_open(folder, bpf_map__name(map), failure), error;

	if (fd < 0)
		return fd;
	error = bpf_map__reuse_fd(map, fd);
	close(fd);
	return error ? gx_fail(failure, -error, NULL, "%s/%s: use", folder, bpf_map__name(map)) : 0;
}

/* Whether the pinned map of this name has room for as much as this one needs, no more and no less. */
static bool gx_is_as_large(const struct bpf_map *map, const char *folder)
{
	struct bpf_map_info info = {};
	__u32 octets = sizeof(info);
	struct gx_failure ignored;
	int fd = gx_pins_open(folder, bpf_map__name(map), &ignored), error;

	if (fd < 0)
		return false;
	error = bpf_obj_get_info_by_fd(fd, &info, &octets);
	close(fd);
	return !error && info.max_entries == bpf_map__max_entries(map) && info.value_size == bpf_map__value_size(map);
}

/* Use the tables of the generation before that are the same, and its counters. */
static int gx_object_reuse(struct gx_object *object, const char *before, const struct gx_meta *meta,
			   struct gx_failure *failure)
{
	struct gx_meta old;
	int error = gx_pins_meta(before, &old, failure);

	if (!error)
		error = gx_reuse_pin(object->skel->maps.stats, before, failure);
	for (size_t i = 0; i < GX_DIGESTS_MAX && !error; i++) {
		const struct gx_digest *digest = &meta->digests[i];
		struct bpf_map *map;

		if (!digest->table[0] || memcmp(digest, &old.digests[i], sizeof(*digest)))
			continue;
		map = bpf_object__find_map_by_name(object->skel->obj, digest->table);
		if (!map || !gx_is_as_large(map, before))
			continue;
		error = gx_reuse_pin(map, before, failure);
		object->shared[object->n_shared++] = map;
	}
	return error;
}

int gx_object_load(struct gx_object **out, const struct gx_image *image, const struct gx_services *services,
		   const struct gx_meta *meta, const char *before, struct gx_failure *failure)
{
	struct gx_object *object = gx_object_open(failure);
	int error;

	if (!object)
		return -ENOMEM;
	error = gx_services_place(services->list, services->count, &object->services, failure);
	if (error)
		goto out;
	error = gx_object_size(object, image, services);
	if (error)
		gx_fail(failure, -error, NULL, "program: set sizes");
	else if (before)
		error = gx_object_reuse(object, before, meta, failure);
	if (error)
		goto out;
	error = geoxdp_bpf__load(object->skel);
	if (error)
		gx_fail(failure, -error, error == -EPERM ? GX_LOAD_HINT : "GEOXDP_VERBOSE=1 shows the verifier's log",
			"program: load");
	else
		error = gx_object_fill(object, image, services, meta, failure);
out:
	if (error) {
		gx_object_free(object);
		return error;
	}
	*out = object;
	return 0;
}

/* Let every map but `stats` and .rodata be the pinned one. */
static int gx_object_share(struct geoxdp_bpf *skel, const char *folder, struct gx_failure *failure)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, skel->obj) {
		int error;

		if (map == skel->maps.stats || map == skel->maps.rodata)
			continue;
		error = gx_reuse_pin(map, folder, failure);
		if (error)
			return error;
	}
	return 0;
}

/* The constants of a pinned generation. */
static int gx_object_copy_rodata(struct geoxdp_bpf *skel, const char *folder, struct gx_failure *failure)
{
	char path[256];
	uint32_t zero = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/rodata", folder);
	fd = bpf_obj_get(path);
	if (fd < 0 || bpf_map_lookup_elem(fd, &zero, skel->rodata)) {
		gx_fail(failure, errno, NULL, "%s: read", path);
		if (fd >= 0)
			close(fd);
		return -EIO;
	}
	close(fd);
	skel->rodata->mac_count = 0; /* what is asked of this program comes from no wire */
	return 0;
}

int gx_object_load_pinned(struct gx_object **out, const char *folder, struct gx_failure *failure)
{
	struct gx_object *object = gx_object_open(failure);
	int error;

	if (!object)
		return -ENOMEM;
	error = gx_object_share(object->skel, folder, failure);
	if (!error)
		error = gx_object_copy_rodata(object->skel, folder, failure);
	if (!error) {
		error = geoxdp_bpf__load(object->skel);
		if (error)
			gx_fail(failure, -error, error == -EPERM ? GX_LOAD_HINT : NULL, "program: load");
	}
	if (error) {
		gx_object_free(object);
		return error;
	}
	*out = object;
	return 0;
}

void gx_object_free(struct gx_object *object)
{
	if (!object)
		return;
	geoxdp_bpf__destroy(object->skel);
	gx_services_free(&object->services);
	free(object);
}

int gx_object_pin(const struct gx_object *object, const char *folder, struct gx_failure *failure)
{
	struct bpf_map *map;
	char path[256];

	bpf_object__for_each_map(map, object->skel->obj) {
		/* bpffs takes no dots in names. */
		snprintf(path, sizeof(path), "%s/%s", folder,
			 map == object->skel->maps.rodata ? "rodata" : bpf_map__name(map));
		if (bpf_obj_pin(bpf_map__fd(map), path))
			return gx_fail(failure, errno, NULL, "%s: pin", path);
	}
	snprintf(path, sizeof(path), "%s/prog", folder);
	if (bpf_obj_pin(gx_object_prog_fd(object), path))
		return gx_fail(failure, errno, NULL, "%s: pin", path);
	return 0;
}

int gx_object_service(const struct gx_object *object, enum gx_family family, struct gx_addr *out,
		      struct gx_failure *failure)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct gx_service services[GX_SERVICE_MAX];
	size_t count;
	int error = gx_services_read(bpf_map__fd(object->skel->maps.services), services, &count);

	if (error)
		return gx_fail(failure, -error, NULL, "map services: read");
	for (size_t i = 0; i < count; i++) {
		bool ipv4 = !memcmp(services[i].address, mapped, sizeof(mapped));

		if (ipv4 != (family == GX_IPV4))
			continue;
		*out = gx_addr_from_octets(family, services[i].address + (ipv4 ? 12 : 0));
		return 0;
	}
	return gx_fail(failure, 0, NULL, "this generation serves on no %s address",
		       family == GX_IPV4 ? "IPv4" : "IPv6");
}

int gx_stats_read(int map_fd, uint64_t counts[GX_REASON_COUNT], struct gx_failure *failure)
{
	int n_cpus = libbpf_num_possible_cpus();
	uint64_t *values;

	if (n_cpus < 1)
		return gx_fail(failure, -n_cpus, NULL, "CPUs: count");
	values = gx_calloc(n_cpus, sizeof(*values));
	for (uint32_t i = 0; i < GX_REASON_COUNT; i++) {
		if (bpf_map_lookup_elem(map_fd, &i, values)) {
			free(values);
			return gx_fail(failure, errno, NULL, "map stats: read");
		}
		counts[i] = 0;
		for (int cpu = 0; cpu < n_cpus; cpu++)
			counts[i] += values[cpu];
	}
	free(values);
	return 0;
}

int gx_program_run(int prog_fd, const uint8_t *frame, size_t octets, bool over_tcp, struct gx_outcome *out,
		   struct gx_failure *failure)
{
	const __u64 mark = GX_TCP_MARK;
	const size_t front = over_tcp ? sizeof(mark) : 0;
	uint8_t given[sizeof(mark) + sizeof(out->frame)], got[sizeof(given)];
	/* What lies before data is metadata. */
	struct xdp_md before = { .data = front, .data_end = front + octets }, after = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = given, .data_size_in = front + octets, .data_out = got,
		    .data_size_out = sizeof(got), .ctx_in = &before, .ctx_size_in = sizeof(before), .ctx_out = &after,
		    .ctx_size_out = sizeof(after), .repeat = 1);

	if (octets > sizeof(out->frame))
		return gx_fail(failure, EMSGSIZE, NULL, "program: run with a packet of %zu octets", octets);
	memcpy(given, &mark, front);
	memcpy(given + front, frame, octets);
	if (bpf_prog_test_run_opts(prog_fd, &opts))
		return gx_fail(failure, errno, NULL, "program: run with a packet of %zu octets", octets);
	if (after.data > opts.data_size_out || opts.data_size_out - after.data > sizeof(out->frame))
		return gx_fail(failure, EMSGSIZE, NULL, "program: its reply of %u octets", opts.data_size_out);
	out->action = opts.retval;
	out->octets = opts.data_size_out - after.data;
	memcpy(out->frame, got + after.data, out->octets);
	return 0;
}

/* The outcome's reason is the one counter that moved. */
static int gx_object_run_counted(const struct gx_object *object, const uint8_t *frame, size_t octets, bool over_tcp,
				 struct gx_outcome *out, struct gx_failure *failure)
{
	uint64_t before[GX_REASON_COUNT], after[GX_REASON_COUNT];
	int error;

	error = gx_stats_read(gx_object_stats_fd(object), before, failure);
	if (!error)
		error = gx_program_run(gx_object_prog_fd(object), frame, octets, over_tcp, out, failure);
	if (!error)
		error = gx_stats_read(gx_object_stats_fd(object), after, failure);
	if (error)
		return error;
	for (uint32_t i = 0; i < GX_REASON_COUNT; i++)
		if (after[i] != before[i])
			out->reason = i;
	return 0;
}

int gx_object_run(const struct gx_object *object, const uint8_t *frame, size_t octets, struct gx_outcome *out,
		  struct gx_failure *failure)
{
	return gx_object_run_counted(object, frame, octets, false, out, failure);
}

int gx_object_run_tcp(const struct gx_object *object, const uint8_t *frame, size_t octets, struct gx_outcome *out,
		      struct gx_failure *failure)
{
	return gx_object_run_counted(object, frame, octets, true, out, failure);
}
