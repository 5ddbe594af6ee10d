/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A node in the kernel, not attached: it is given frames by BPF_PROG_RUN. */
#include "tests/lib/node.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "tests/lib/counters.h"
#include "tests/lib/edns.h"
#include "tests/lib/oracle.h"
#include "tests/lib/world.h"
#include "user/core/config.h"
#include "user/core/image.h"
#include "user/sys/cookies.h"
#include "user/sys/object.h"

#define MAPS_MAX	32
#define PAGE_OCTETS	4096

static struct {
	struct gx_config config;
	struct gx_image image;
	struct gx_object *object;
	uint64_t counts[GX_REASON_COUNT];	/* before the next frame */
	uint64_t hits[GX_REASON_COUNT];
	struct {
		const char *name;
		int fd;
	} maps[MAPS_MAX];			/* that were asked for */
	size_t n_maps;
	uint32_t spread;
	char fault[2 * REPLY_TEXT_OCTETS + 256];
} node;

/* --- up and down ------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

static int report(int error, const char *step, const struct gx_diag *diag)
{
	fprintf(stderr, "%s: %s\n", step, strerror(-error));
	for (size_t i = 0; diag && i < diag->count; i++)
		fprintf(stderr, "%s:%u: %s\n", diag->findings[i].where.file, diag->findings[i].where.line,
			diag->findings[i].text);
	return error;
}

static int read_world(struct gx_diag *diag)
{
	char folder[] = P_tmpdir "/geoxdp-test-XXXXXX", file[sizeof(folder) + 16];
	int error;

	if (!mkdtemp(folder))
		return report(-errno, "folder for the set-up", NULL);
	snprintf(file, sizeof(file), "%s/pdns.conf", folder);
	error = world_write(folder);
	if (error)
		report(error, "set-up: write", NULL);
	else if (gx_config_read_pdns(&node.config, file, diag, NULL))
		error = report(-EINVAL, "set-up: read", diag);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return error;
}

/* Room for spreads, behind the choices that are in use. */
static void add_spread(struct gx_image *image)
{
	node.spread = (uint32_t)image->n_choices;
	image->n_choices += NODE_SPREADS * GX_SPREAD_SLOTS;
	image->choices = gx_realloc(image->choices, image->n_choices * sizeof(*image->choices));
	memset(&image->choices[node.spread], 0, NODE_SPREADS * GX_SPREAD_SLOTS * sizeof(*image->choices));
}

static int build(struct gx_image *image, struct gx_diag *diag)
{
	if (gx_image_build(image, &node.config, diag))
		return report(-EINVAL, "image", diag);
	add_spread(image);
	return 0;
}

static int load(const struct gx_image *image, struct gx_object **out)
{
	struct gx_addr addrs[2];
	struct gx_services services = { .list = addrs, .count = 2, .nsid = edns_server.nsid,
					.n_nsid = edns_server.nsid_octets };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	struct gx_failure failure = {0};
	int error;

	gx_parse_addr(PACKET_SERVICE4, &addrs[0]);
	gx_parse_addr(PACKET_SERVICE6, &addrs[1]);
	error = gx_object_load(out, image, &services, &meta, NULL, &failure);
	return error && error != -EPERM ? report(error, failure.text, NULL) : error;
}

int node_up(void)
{
	struct gx_diag diag = {0};
	int error;

	gx_object_set_verbose(getenv("GEOXDP_VERBOSE") != NULL);
	error = read_world(&diag);
	if (!error)
		error = build(&node.image, &diag);
	if (!error)
		error = load(&node.image, &node.object);
	gx_diag_free(&diag);
	return error;
}

struct gx_config *node_config(void)
{
	return &node.config;
}

int node_load(struct gx_object **out)
{
	struct gx_image image = {0};
	struct gx_diag diag = {0};
	int error = build(&image, &diag);

	if (!error)
		error = load(&image, out);
	gx_image_free(&image);
	gx_diag_free(&diag);
	return error;
}

static void unload(void)
{
	for (size_t i = 0; i < node.n_maps; i++)
		close(node.maps[i].fd);
	node.n_maps = 0;
	gx_object_free(node.object);
	node.object = NULL;
}

void node_down(void)
{
	unload();
	gx_image_free(&node.image);
	gx_config_free(&node.config);
}

void node_set_cookies(const char *const *secrets, size_t n)
{
	struct gx_cookie_secrets value = { .count = (uint32_t)n };
	struct gx_failure failure;

	edns_server.n_secrets = n;
	for (size_t i = 0; i < n; i++) {
		memcpy(edns_server.secrets[i], secrets[i], EDNS_SECRET_OCTETS);
		memcpy(value.secrets[i], secrets[i], EDNS_SECRET_OCTETS);
	}
	if (gx_cookies_fill(node_map("cookies"), &value, &failure)) {
		fprintf(stderr, "%s\n", failure.text);
		abort();
	}
}

int node_set_nsid(const void *nsid, size_t n)
{
	unload();
	memset(node.counts, 0, sizeof(node.counts));
	memcpy(edns_server.nsid, nsid, n);
	edns_server.nsid_octets = n;
	edns_server.n_secrets = 0;
	return load(&node.image, &node.object);
}

/* --- reasons ----------------------------------------------------------------------------------- */

#define REASON_NAME(name, kind, text) [GX_##name] = #name,
#define REASON_KIND(name, kind, text) [GX_##name] = GX_KIND_##kind,

const char *node_reason_name(enum gx_reason reason)
{
	static const char *const names[] = { GX_REASONS(REASON_NAME) };

	return names[reason];
}

enum gx_reason_kind node_reason_kind(enum gx_reason reason)
{
	static const enum gx_reason_kind kinds[] = { GX_REASONS(REASON_KIND) };

	return kinds[reason];
}

uint64_t node_hits(enum gx_reason reason)
{
	return node.hits[reason];
}

/* --- frames ------------------------------------------------------------------------------------ */

static const char *fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

static const char *fault(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(node.fault, sizeof(node.fault), format, args);
	va_end(args);
	return node.fault;
}

void node_show_frame(const char *title, const uint8_t *frame, size_t octets)
{
	fprintf(stderr, "%s: %zu octets", title, octets);
	for (size_t i = 0; i < octets; i++)
		fprintf(stderr, "%s%02x", i % 16 ? " " : "\n  ", frame[i]);
	fputc('\n', stderr);
}

/* One counter, by one. */
static const char *check_counters(enum gx_reason *reason)
{
	uint64_t counts[GX_REASON_COUNT];
	int error = counters_read(node.object, counts);
	int moved = 0;

	if (error)
		return fault("counters: read: %s", strerror(-error));
	for (uint32_t i = 0; i < GX_REASON_COUNT; i++) {
		uint64_t delta = counts[i] - node.counts[i];

		if (!delta)
			continue;
		if (delta != 1 || moved++)
			return fault("counter %s moved by %llu, %s", node_reason_name(i),
				     (unsigned long long)delta, moved > 1 ? "and another did" : "not by one");
		*reason = i;
	}
	memcpy(node.counts, counts, sizeof(counts));
	if (!moved)
		return "no counter moved";
	node.hits[*reason]++;
	return NULL;
}

static const char *check_action(uint32_t action, enum gx_reason reason)
{
	static const uint32_t actions[] = {
		[GX_KIND_SERVED] = XDP_TX,
		[GX_KIND_PASSED] = XDP_PASS,
		[GX_KIND_DROPPED] = XDP_DROP,
		[GX_KIND_BUG] = XDP_ABORTED,
	};

	if (node_reason_kind(reason) == GX_KIND_BUG)
		return fault("%s", node_reason_name(reason));
	if (action != actions[node_reason_kind(reason)])
		return fault("%s, and XDP action %u", node_reason_name(reason), action);
	return NULL;
}

/* Frame and counters before, out->frame and counters after. */
static const char *judge(const uint8_t *frame, size_t octets, uint32_t action, bool over_tcp, struct node_outcome *out)
{
	const char *wrong = check_counters(&out->reason);

	if (!wrong)
		wrong = check_action(action, out->reason);
	if (wrong)
		return wrong;
	if (node_reason_kind(out->reason) == GX_KIND_SERVED) {
		wrong = reply_check(frame, octets, out->frame, out->octets, over_tcp, &out->query,
				    &out->reply);
		return wrong ? fault("%s, but: %s", node_reason_name(out->reason), wrong) : NULL;
	}
	if (out->octets != octets || memcmp(out->frame, frame, octets))
		return fault("%s, but the frame has changed", node_reason_name(out->reason));
	return NULL;
}

const char *node_send(const uint8_t *frame, size_t octets, struct node_outcome *out)
{
	struct gx_failure failure;
	struct gx_outcome outcome;

	if (gx_program_run(gx_object_prog_fd(node.object), frame, octets, false, &outcome, &failure))
		return fault("%s", failure.text);
	memcpy(out->frame, outcome.frame, outcome.octets);
	out->octets = outcome.octets;
	return judge(frame, octets, outcome.action, false, out);
}

const char *node_send_marked(const uint8_t *frame, size_t octets, const uint8_t *metadata, size_t metadata_octets,
			     struct node_outcome *out)
{
	uint8_t in[32 + PACKET_MAX_OCTETS], back[32 + NODE_FRAME_OCTETS];
	struct xdp_md context = { .data = metadata_octets, .data_end = metadata_octets + octets };
	const uint64_t mark = GX_TCP_MARK;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = metadata_octets + octets,
		    .data_out = back, .data_size_out = sizeof(back), .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = 1);

	memcpy(in, metadata, metadata_octets);
	memcpy(in + metadata_octets, frame, octets);
	if (bpf_prog_test_run_opts(gx_object_prog_fd(node.object), &opts))
		return fault("run with %zu octets of metadata: %s", metadata_octets, strerror(errno));
	if (opts.data_size_out < metadata_octets || memcmp(back, metadata, metadata_octets))
		return "the metadata has changed";
	out->octets = opts.data_size_out - metadata_octets;
	memcpy(out->frame, back + metadata_octets, out->octets);
	return judge(frame, octets, opts.retval,
		     metadata_octets == sizeof(mark) && !memcmp(metadata, &mark, sizeof(mark)), out);
}

const char *node_send_split(const uint8_t *frame, size_t linear_octets, struct node_outcome *out)
{
	struct xdp_md context = { .data_end = linear_octets };
	uint8_t in[PACKET_MAX_OCTETS + PAGE_OCTETS] = {0}, back[sizeof(in)];
	size_t octets = linear_octets + PAGE_OCTETS;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in, .data_size_in = octets, .data_out = back,
		    .data_size_out = sizeof(back), .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = 1);
	const char *wrong;

	memcpy(in, frame, linear_octets);
	if (bpf_prog_test_run_opts(gx_object_prog_fd(node.object), &opts))
		return errno == EINVAL ? "" : fault("run with a split frame: %s", strerror(errno));
	wrong = check_counters(&out->reason);
	if (!wrong)
		wrong = check_action(opts.retval, out->reason);
	if (!wrong && (opts.data_size_out != octets || memcmp(in, back, octets)))
		wrong = fault("%s, but the frame has changed", node_reason_name(out->reason));
	return wrong;
}

const char *node_check_answer(const struct node_outcome *out)
{
	char expected[REPLY_TEXT_OCTETS];

	int known = oracle_answer(&out->query, expected);

	if (known < 0)
		return "answered, though it is not for us";
	if (!known && strcmp(expected, out->reply.text))
		return fault("the answer is\n%sinstead of\n%s", out->reply.text, expected);
	return NULL;
}

uint32_t node_verified_instructions(void)
{
	struct bpf_prog_info program = {0};
	uint32_t octets = sizeof(program);

	if (bpf_obj_get_info_by_fd(gx_object_prog_fd(node.object), &program, &octets))
		return UINT32_MAX;
	return program.verified_insns;
}

static int find_map(const char *name)
{
	uint32_t ids[MAPS_MAX], octets;
	struct bpf_prog_info program = { .nr_map_ids = MAPS_MAX, .map_ids = (uint64_t)(uintptr_t)ids };

	octets = sizeof(program);
	if (bpf_obj_get_info_by_fd(gx_object_prog_fd(node.object), &program, &octets))
		return -errno;
	for (uint32_t i = 0; i < program.nr_map_ids && i < MAPS_MAX; i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info map = {0};

		octets = sizeof(map);
		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &map, &octets) && !strcmp(map.name, name))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

uint32_t node_spread(void)
{
	return node.spread;
}

uint16_t node_class(const char *address)
{
	struct gx_lpm4_key key = { .prefix_bits = 32 };
	struct gx_leaf leaf;

	if (inet_pton(AF_INET, address, key.address) != 1 || bpf_map_lookup_elem(node_map("countries4"), &key, &leaf))
		abort();
	return leaf.class_id;
}

uint32_t node_choice(const char *name, uint16_t type, const char *address)
{
	knot_dname_storage_t wire = {0};
	struct gx_name slot;
	uint32_t index = 0;

	if (!knot_dname_from_str(wire, name, sizeof(wire)))
		abort();
	do {
		if (bpf_map_lookup_elem(node_map("names"), &index, &slot))
			abort();
		index++;
	} while (slot.len_octets != knot_dname_size(wire) || memcmp(slot.octets, wire, sizeof(slot.octets)));
	return ((type == KNOT_RRTYPE_A ? slot.ref_a : slot.ref_aaaa) & GX_REF_INDEX) + node_class(address);
}

int node_map(const char *name)
{
	size_t i = 0;

	while (i < node.n_maps && strcmp(node.maps[i].name, name))
		i++;
	if (i == node.n_maps && i < MAPS_MAX) {
		node.maps[i].fd = find_map(name);
		node.maps[i].name = name;
		node.n_maps++;
	}
	return i < MAPS_MAX ? node.maps[i].fd : -ENOSPC;
}
