/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two forms of the geo look-up: with either, every address gets the same reply, to the last bit of its scope. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "tests/lib/cases.h"
#include "tests/lib/runs.h"
#include "user/core/source.h"

#define RANDOM_ADDRESSES 200000

static const struct packet_case no_cases[1];

/* A program for each form, and a query with a client subnet of full length, of which the address is replaced. */
static struct {
	struct gx_object *index, *lpm;
	uint8_t frame[GX_FAMILIES][PACKET_MAX_OCTETS];
	size_t octets[GX_FAMILIES];
	size_t address[GX_FAMILIES];	/* offset in the frame */
} both;

static void build_query(enum gx_family family)
{
	static const uint8_t mark4[] = { 198, 51, 100, 77 };
	static const uint8_t mark6[] = { 0x3f, 0xff, 0xaa, 0x55, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	const struct packet packet4 = PACKET(PACKET_OPTIONS(PACKET_ECS4("198.51.100.77", 32)));
	const struct packet packet6 = PACKET(PACKET_OPTIONS(PACKET_ECS6("3fff:aa55:102:304:506:708:90a:b0c", 128)));
	const uint8_t *mark = family == GX_IPV4 ? mark4 : mark6;
	uint8_t *frame = both.frame[family];
	void *found;

	both.octets[family] = packet_build(family == GX_IPV4 ? &packet4 : &packet6, frame);
	found = memmem(frame, both.octets[family], mark, gx_family_bits(family) / 8);
	assert_non_null(found);
	both.address[family] = (size_t)((uint8_t *)found - frame);
}

static size_t reply_of(const struct gx_object *object, enum gx_family family, uint8_t *reply)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = both.frame[family], .data_size_in = both.octets[family],
		    .data_out = reply, .data_size_out = PACKET_MAX_OCTETS, .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(gx_object_prog_fd(object), &opts), 0);
	assert_int_equal(opts.retval, XDP_TX);
	return opts.data_size_out;
}

static void check_address(enum gx_family family, gx_u128 address)
{
	const struct gx_addr addr = { .family = family, .value = address };
	uint8_t index[PACKET_MAX_OCTETS], lpm[PACKET_MAX_OCTETS];
	char text[GX_ADDR_TEXT_OCTETS];
	size_t octets;

	gx_addr_to_octets(&addr, both.frame[family] + both.address[family]);
	octets = reply_of(both.index, family, index);
	if (reply_of(both.lpm, family, lpm) != octets || memcmp(index, lpm, octets))
		fail_msg("%s: the replies differ", gx_show_addr(&addr, text));
}

/* Each class's borders: what stands at them and beside them. Then random addresses, half of them near a border. */
static void check_family(enum gx_family family)
{
	const struct gx_partition *partition = &node_config()->partition[family];
	uint64_t random = 88172645463325252ull;
	struct gx_image image = {0};
	struct gx_diag diag = {0};
	struct gx_class_run *runs;
	size_t count;
	/* On an emulated machine a part of them: every border is there all the same. */
	size_t n_random = getenv("GEOXDP_TEST_NAMES") ? RANDOM_ADDRESSES / 8 : RANDOM_ADDRESSES;

	assert_int_equal(gx_image_build(&image, node_config(), &diag), 0);
	count = list_runs(partition, image.class_of, image.n_locations, &runs);
	print_message("# %zu ranges in IPv%d\n", count, family == GX_IPV4 ? 4 : 6);
	build_query(family);
	for (size_t i = 0; i < count; i++) {
		check_address(family, runs[i].first);
		check_address(family, (runs[i].first - 1) & gx_family_last(family));
	}
	for (size_t i = 0; i < n_random; i++) {
		gx_u128 address = 0;

		for (int word = 0; word < 2; word++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			address = address << 64 | random;
		}
		if (i % 2)
			address = runs[random % count].first + (address >> 64 >> random % 64);
		check_address(family, address & gx_family_last(family));
	}
	free(runs);
	gx_image_free(&image);
	gx_diag_free(&diag);
}

static void load_both(void)
{
	struct gx_config *config = node_config();

	config->lookup_lpm = true;
	assert_int_equal(node_load(&both.lpm), 0);
	config->lookup_lpm = false;
	assert_int_equal(node_load(&both.index), 0);
}

static void free_both(void)
{
	gx_object_free(both.lpm);
	gx_object_free(both.index);
}

static void index_and_lpm_reply_alike(void **state)
{
	load_both();
	check_family(GX_IPV4);
	check_family(GX_IPV6);
	free_both();
}

static void index_and_lpm_reply_alike_over_real_data(void **state)
{
	static const char *const files[GX_FAMILIES] = { "/usr/share/tor/geoip", "/usr/share/tor/geoip6" };
	struct gx_config *config = node_config();

	for (enum gx_family family = 0; family < GX_FAMILIES; family++) {
		struct gx_source source = { .file = files[family] };
		struct gx_entries entries[GX_FAMILIES] = {0};
		struct gx_diag diag = {0};

		if (access(files[family], R_OK))
			skip();
		assert_int_equal(gx_source_read(&source, config->locations, entries, &diag), 0);
		gx_partition_overlay(&config->partition[family], config->locations, &entries[family], 1);
		gx_entries_free(&entries[GX_IPV4]);
		gx_entries_free(&entries[GX_IPV6]);
		gx_diag_free(&diag);
	}
	load_both();
	check_family(GX_IPV4);
	check_family(GX_IPV6);
	free_both();
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_and_lpm_reply_alike),
		cmocka_unit_test(index_and_lpm_reply_alike_over_real_data),
	};

	return cases_main("lookup", no_cases, 0, tests, NUMBER(tests));
}
