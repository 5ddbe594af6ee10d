/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Forms of the IPv4 look-up that the index is measured against; tests/bench/geo.bpf.c looks into them. */
#include "tests/bench/forms.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "tests/bench/geo.h"

#define ROOT		65536
#define CHUNK		256
#define SHARED_SLOTS	(1u << 20)

static struct bench_form form_of(void *words, size_t octets)
{
	size_t count = (octets / 8 + BENCH_PAGE_WORDS) / BENCH_PAGE_WORDS * BENCH_PAGE_WORDS;
	struct bench_form form = { gx_realloc(words, count * 8), count };

	memset((char *)form.words + octets, 0, count * 8 - octets);
	return form;
}

static uint64_t last_of(const struct gx_class_run *runs, size_t count, size_t i)
{
	return i + 1 < count ? (uint64_t)runs[i + 1].first - 1 : UINT32_MAX;
}

struct bench_form bench_flat(const struct gx_class_run *runs, size_t count)
{
	uint16_t *classes = gx_calloc(1 << 24, sizeof(*classes));
	size_t run = 0;

	for (uint64_t i = 0; i < 1 << 24; i++) {
		while (last_of(runs, count, run) < i << 8)
			run++;
		classes[i] = runs[run].class_id;
	}
	return form_of(classes, sizeof(*classes) << 24);
}

struct bench_form bench_ranges(const struct gx_class_run *runs, size_t count)
{
	uint32_t *halves = gx_calloc(2 * ROOT + ROOT + count, sizeof(*halves)), next = 2 * ROOT;
	uint64_t *root = (uint64_t *)(void *)halves;
	size_t run = 0;

	for (uint64_t block = 0; block < ROOT; block++) {
		uint32_t first = next;

		while (last_of(runs, count, run) < block << 16)
			run++;
		halves[next++] = (uint32_t)runs[run].class_id << 16;
		while (run + 1 < count && runs[run + 1].first >> 16 <= block) {
			run++;
			if (runs[run].first == block << 16)
				next--;
			halves[next++] = (uint32_t)runs[run].class_id << 16 | (uint32_t)(runs[run].first & 0xffff);
		}
		root[block] = (uint64_t)first << 32 | (next - first);
	}
	return form_of(halves, next * sizeof(*halves));
}

struct chunks {
	const struct gx_class_run *runs;
	size_t n_runs;
	size_t run;		/* that holds what comes next */
	uint32_t *entries;
	size_t count, capacity;
	uint32_t *shared;	/* chunks by their hash; 0: none */
};

static uint32_t share(struct chunks *chunks, const uint32_t *chunk)
{
	uint64_t slot = XXH3_64bits(chunk, CHUNK * sizeof(*chunk));
	uint32_t *found;

	for (;; slot++) {
		found = &chunks->shared[slot % SHARED_SLOTS];
		if (!*found)
			break;
		if (!memcmp(chunks->entries + (size_t)*found * CHUNK, chunk, CHUNK * sizeof(*chunk)))
			return *found;
	}
	if (chunks->count + CHUNK > chunks->capacity) {
		chunks->capacity *= 2;
		chunks->entries = gx_realloc(chunks->entries, chunks->capacity * sizeof(*chunk));
	}
	memcpy(chunks->entries + chunks->count, chunk, CHUNK * sizeof(*chunk));
	*found = (uint32_t)(chunks->count / CHUNK);
	chunks->count += CHUNK;
	return *found;
}

/* The entry of a block of 2^bits addresses. */
static uint32_t entry_of(struct chunks *chunks, uint64_t first, unsigned int bits)
{
	const struct gx_class_run *runs = chunks->runs;
	uint64_t last = first + (1ull << bits) - 1;
	uint32_t chunk[CHUNK], depth = 0;
	size_t run;

	while (last_of(runs, chunks->n_runs, chunks->run) < first)
		chunks->run++;
	run = chunks->run;
	if (last_of(runs, chunks->n_runs, run) < last) {
		for (uint64_t i = 0; i < CHUNK; i++)
			chunk[i] = entry_of(chunks, first + (i << (bits - 8)), bits - 8);
		return 0x80000000u | share(chunks, chunk);
	}
	if (run)
		depth = 1 + gx_common_bits(GX_IPV4, first, runs[run].first - 1);
	if (run + 1 < chunks->n_runs) {
		uint32_t behind = 1 + gx_common_bits(GX_IPV4, first, runs[run + 1].first);

		depth = behind > depth ? behind : depth;
	}
	return depth << 16 | runs[run].class_id;
}

struct bench_form bench_chunks(const struct gx_class_run *runs, size_t count)
{
	struct chunks chunks = { .runs = runs, .n_runs = count, .count = ROOT, .capacity = 2 * ROOT };

	chunks.entries = gx_calloc(chunks.capacity, sizeof(*chunks.entries));
	chunks.shared = gx_calloc(SHARED_SLOTS, sizeof(*chunks.shared));
	for (uint64_t block = 0; block < ROOT; block++) {
		uint32_t entry = entry_of(&chunks, block << 16, 16);

		chunks.entries[block] = entry;
	}
	free(chunks.shared);
	return form_of(chunks.entries, chunks.count * sizeof(*chunks.entries));
}
