/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes while a generation serves: drains, health and overrides, in choices, units and nets alone. */
#include "user/sys/live.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "user/core/iso3166.h"
#include "user/core/mem.h"
#include "user/core/overrides.h"
#include "user/core/text.h"
#include "user/core/unit_name.h"
#include "user/sys/lock.h"
#include "user/sys/pins.h"
#include "user/sys/trie.h"

/* The tables that are mapped, in the order of gx_live_tables. */
enum {
	GX_LIVE_CHOICES,
	GX_LIVE_OPTIONS,
	GX_LIVE_OPTION_UNITS,
	GX_LIVE_UNITS,
	GX_LIVE_CHECKS,
	GX_LIVE_LOCATIONS,
	GX_LIVE_TABLES,
};

static const struct {
	const char *name;
	__u32 value_octets;
	bool writable;
} gx_live_tables[GX_LIVE_TABLES] = {
	[GX_LIVE_CHOICES] = { "choices", sizeof(struct gx_choice), true },
	[GX_LIVE_OPTIONS] = { "options", sizeof(struct gx_option), false },
	[GX_LIVE_OPTION_UNITS] = { "option_units", sizeof(struct gx_unit_ref), false },
	[GX_LIVE_UNITS] = { "units", sizeof(struct gx_unit), true },
	[GX_LIVE_CHECKS] = { "checks", sizeof(struct gx_check), false },
	[GX_LIVE_LOCATIONS] = { "locations", sizeof(struct gx_location_name), false },
};

struct gx_mapping {
	void *memory;		/* NULL: none */
	size_t octets;
	size_t entries;
};

struct gx_live_impl {
	struct gx_mapping tables[GX_LIVE_TABLES];
};

/* --- the tables -------------------------------------------------------------------------------- */

static int gx_map_table(struct gx_mapping *mapping, const char *folder, size_t i, struct gx_failure *failure)
{
	int fd = gx_pins_open(folder, gx_live_tables[i].name, failure), error = 0;
	struct bpf_map_info info = {};
	__u32 octets = sizeof(info);
	void *memory;

	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &octets)) {
		error = gx_fail(failure, errno, NULL, "%s/%s: look at", folder, gx_live_tables[i].name);
		goto out;
	}
	if (info.value_size != gx_live_tables[i].value_octets) {
		gx_fail(failure, 0, "`geoxdp up` replaces it", "%s: of another version of geoxdp", folder);
		error = -EPROTO;
		goto out;
	}
	/* Values are multiples of eight octets: the kernel leaves no room between them. */
	octets = info.value_size * info.max_entries;
	memory = mmap(NULL, octets, PROT_READ | (gx_live_tables[i].writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		error = gx_fail(failure, errno, NULL, "%s/%s: map into memory", folder, gx_live_tables[i].name);
	else
		*mapping = (struct gx_mapping){ memory, octets, info.max_entries };
out:
	close(fd);
	return error;
}

static void gx_live_connect(struct gx_live *live, const struct gx_mapping *tables)
{
	live->units = tables[GX_LIVE_UNITS].memory;
	live->n_units = tables[GX_LIVE_UNITS].entries;
	live->checks = tables[GX_LIVE_CHECKS].memory;
	live->n_checks = tables[GX_LIVE_CHECKS].entries;
	live->locations = tables[GX_LIVE_LOCATIONS].memory;
	live->n_locations = tables[GX_LIVE_LOCATIONS].entries;
	live->selection = (struct gx_selection){
		.choices = tables[GX_LIVE_CHOICES].memory,
		.n_choices = tables[GX_LIVE_CHOICES].entries,
		.options = tables[GX_LIVE_OPTIONS].memory,
		.n_options = tables[GX_LIVE_OPTIONS].entries,
		.option_units = tables[GX_LIVE_OPTION_UNITS].memory,
		.n_option_units = tables[GX_LIVE_OPTION_UNITS].entries,
		.units = live->units,
		.n_units = live->n_units,
	};
}

int gx_live_open(struct gx_live *live, const char *folder, struct gx_failure *failure)
{
	static const char *const nets[GX_FAMILIES] = { [GX_IPV4] = "nets4", [GX_IPV6] = "nets6" };
	struct gx_live_impl *impl = gx_calloc(1, sizeof(*impl));
	struct gx_live opened = { .nets_fd = { -1, -1 }, .impl = impl };
	int error = 0;

	for (size_t i = 0; i < GX_LIVE_TABLES && !error; i++)
		error = gx_map_table(&impl->tables[i], folder, i, failure);
	for (size_t family = 0; family < GX_FAMILIES && !error; family++) {
		opened.nets_fd[family] = gx_pins_open(folder, nets[family], failure);
		if (opened.nets_fd[family] < 0)
			error = opened.nets_fd[family];
	}
	if (error) {
		gx_live_close(&opened);
		return error;
	}
	gx_live_connect(&opened, impl->tables);
	*live = opened;
	return 0;
}

void gx_live_close(struct gx_live *live)
{
	struct gx_live_impl *impl = live->impl;

	for (size_t i = 0; impl && i < GX_LIVE_TABLES; i++)
		if (impl->tables[i].memory)
			munmap(impl->tables[i].memory, impl->tables[i].octets);
	for (size_t family = 0; family < GX_FAMILIES; family++)
		if (live->nets_fd[family] >= 0)
			close(live->nets_fd[family]);
	free(impl);
	*live = (struct gx_live){ .nets_fd = { -1, -1 } };
}

/* --- lock and state file ----------------------------------------------------------------------- */

const char *gx_live_state_file(void)
{
	const char *file = getenv("GEOXDP_STATE");

	return file && *file ? file : "/var/lib/geoxdp/state.json";
}

int gx_live_lock(bool wait, struct gx_failure *failure)
{
	const char *file = gx_live_state_file(), *slash = strrchr(file, '/');
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - file) + 1 : 1, slash ? file : ".");
	if (mkdir(folder, 0755) && errno != EEXIST)
		return gx_fail(failure, errno,
			       errno == EACCES || errno == EPERM ? gx_rights_hint(errno) :
								   "GEOXDP_STATE names another state file",
			       "%s: make folder", folder);
	return gx_lock_folder(folder, wait ? GX_LOCK_WAIT_MS : 0, failure);
}

bool gx_live_is_run(void)
{
	const char *file = gx_live_state_file(), *slash = strrchr(file, '/');
	char path[PATH_MAX];
	bool is_held;
	int fd;

	snprintf(path, sizeof(path), "%.*srun.lock", slash ? (int)(slash - file) + 1 : 0, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is_held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return is_held;
}

/* --- units and choices ------------------------------------------------------------------------- */

size_t gx_live_select(struct gx_live *live)
{
	return gx_select_all(&live->selection);
}

static void gx_apply_drains(struct gx_live *live, const struct gx_state *state)
{
	for (size_t i = 1; i < live->n_units; i++) {
		struct gx_unit *unit = &live->units[i];
		const struct gx_drain *drain = NULL;
		char name[GX_UNIT_NAME_OCTETS];

		if (!(unit->flags & GX_UNIT_SITE))
			continue;
		for (size_t j = 0; j < state->n_drains && !drain; j++)
			if (!strcmp(gx_unit_name(state->drains[j].site, name), unit->name))
				drain = &state->drains[j];
		if (!drain == !(unit->flags & GX_UNIT_DRAINED))
			continue;
		unit->flags ^= GX_UNIT_DRAINED;
		unit->since_s = drain ? drain->since_s : (uint64_t)time(NULL);
	}
}

static int gx_compare_units(const void *a, const void *b)
{
	const struct gx_unit *left = *(const struct gx_unit *const *)a, *right = *(const struct gx_unit *const *)b;
	int order = strcmp(left->name, right->name);

	return order ? order : (int)(left->flags & GX_UNIT_SITE) - (int)(right->flags & GX_UNIT_SITE);
}

void gx_live_carry(struct gx_live *to, const struct gx_live *from)
{
	const struct gx_unit **known = gx_calloc(from->n_units, sizeof(*known)), **found;
	bool *is_checked = gx_calloc(to->n_units, sizeof(*is_checked));
	size_t count = 0;

	for (size_t i = 1; i < from->n_units; i++)
		known[count++] = &from->units[i];
	qsort(known, count, sizeof(*known), gx_compare_units);
	for (size_t i = 1; i < to->n_checks; i++)
		if (to->checks[i].unit < to->n_units)
			is_checked[to->checks[i].unit] = true;
	for (size_t i = 1; i < to->n_units; i++) {
		struct gx_unit *unit = &to->units[i];
		const struct gx_unit *key = unit;
		__u32 flags = GX_UNIT_DRAINED;

		found = bsearch(&key, known, count, sizeof(*known), gx_compare_units);
		if (!found)
			continue;
		/* What nobody looks at any more would stay down for ever. */
		if (is_checked[i])
			flags |= GX_UNIT_DOWN | GX_UNIT_PENDING;
		unit->flags = (unit->flags & ~flags) | ((*found)->flags & flags);
		unit->flips = (*found)->flips;
		unit->since_s = (*found)->since_s;
		unit->fell = (*found)->fell;
	}
	gx_select_recall(&to->selection);
	free(is_checked);
	free(known);
}

/* --- overrides --------------------------------------------------------------------------------- */

/* By the same rules as a nets source: codes of countries, private numbers, names. 0: none of them. */
static size_t gx_live_location_number(const struct gx_live *live, const char *name)
{
	const struct gx_country *country = gx_find_country_code(name, strlen(name));
	uint32_t number;

	if (country)
		return country->numeric;
	if (!gx_text_number(name, GX_LOCATION_ISO_MAX, &number))
		return number >= GX_USER_ASSIGNED_MIN ? number : 0;
	for (size_t i = GX_LOCATION_ISO_MAX + 1; i < live->n_locations; i++)
		if (*name && !strcmp(live->locations[i].name, name))
			return i;
	return 0;
}

bool gx_live_find_location(const struct gx_live *live, const char *name, struct gx_leaf *leaf)
{
	size_t number = gx_live_location_number(live, name);

	if (!number || number >= live->n_locations)
		return false;
	*leaf = (struct gx_leaf){ .location = number, .class_id = live->locations[number].class_id };
	return true;
}

int gx_live_apply(struct gx_live *live, const struct gx_state *state, size_t *changed, struct gx_failure *failure)
{
	struct gx_overrides wanted[GX_FAMILIES] = {};
	int error = 0, unknown = 0;
	size_t count;

	gx_apply_drains(live, state);
	count = gx_live_select(live);
	if (changed)
		*changed = count;
	for (size_t i = 0; i < state->n_nets; i++) {
		struct gx_prefix prefix = gx_override_prefix(&state->nets[i].prefix);
		char text[GX_ADDR_TEXT_OCTETS];
		struct gx_leaf leaf;

		if (gx_live_find_location(live, state->nets[i].location, &leaf)) {
			gx_overrides_add(&wanted[prefix.addr.family], &prefix, &leaf);
		} else if (!unknown) {
			gx_fail(failure, 0, "`geoxdp net del` removes it", "override %s: location %s is not known here",
				gx_show_prefix(&state->nets[i].prefix, text), state->nets[i].location);
			unknown = -ENOENT;
		}
	}
	for (int family = 0; family < GX_FAMILIES; family++) {
		if (!error)
			error = gx_trie_update(live->nets_fd[family], family, &wanted[family], failure);
		free(wanted[family].list);
	}
	return error ? error : unknown;
}
