/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that a configuration was built from. */
#include "user/service/stamps.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "user/core/mem.h"

/*
 * A file system's clock may be a tick behind CLOCK_REALTIME_COARSE, which is one of 100 Hz at worst. A stamp that is
 * called changed too often costs one build.
 */
#define GX_STAMP_TICK_NS (20 * 1000 * 1000)

/* A sum, for the order of a folder's entries means nothing. Hidden ones are temporary files of editors and rsync. */
static uint64_t gx_digest_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	uint64_t sum = 0;

	while (folder && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			sum += XXH3_64bits(entry->d_name, strlen(entry->d_name));
	if (folder)
		closedir(folder);
	return sum;
}

static void gx_stamp_take(struct gx_stamp *stamp, const char *path, struct timespec *changed)
{
	const size_t len = strlen(path);
	struct stat status;

	memset(stamp, 0, sizeof(*stamp));
	memset(changed, 0, sizeof(*changed));
	if (stat(path, &status))
		return;
	*stamp = (struct gx_stamp){ .device = status.st_dev, .inode = status.st_ino, .mode = status.st_mode,
				    .uid = status.st_uid, .gid = status.st_gid };
	if (len && path[len - 1] == '/') {
		stamp->octets = gx_digest_folder(path);
		return;
	}
	*changed = status.st_ctim;
	stamp->octets = (uint64_t)status.st_size;
	stamp->modified = status.st_mtim;
}

static bool gx_stamp_equal(const struct gx_stamp *a, const struct gx_stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->octets == b->octets && a->mode == b->mode &&
	       a->uid == b->uid && a->gid == b->gid && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

static struct timespec gx_file_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	now.tv_nsec -= GX_STAMP_TICK_NS;
	if (now.tv_nsec < 0) {
		now.tv_nsec += 1000 * 1000 * 1000;
		now.tv_sec--;
	}
	return now;
}

static bool gx_is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

char *gx_absolute_path(const char *path)
{
	char *folder, *out;
	size_t octets;

	if (*path == '/')
		return strdup(path);
	folder = getcwd(NULL, 0);
	octets = strlen(folder ? folder : "") + strlen(path) + 2;
	out = gx_calloc(1, octets);
	strcpy(out, folder ? folder : "");
	strcat(out, "/");
	strcat(out, path);
	free(folder);
	return out;
}

static int gx_compare_stamped(const void *a, const void *b)
{
	return strcmp(((const struct gx_stamped *)a)->path, ((const struct gx_stamped *)b)->path);
}

const struct gx_stamped *gx_stamps_find(const struct gx_stamps *stamps, const char *path)
{
	const struct gx_stamped wanted = { .path = (char *)path };

	return stamps->count ? bsearch(&wanted, stamps->list, stamps->count, sizeof(wanted), gx_compare_stamped) : NULL;
}

void gx_stamps_of_one(struct gx_stamps *stamps, const char *path)
{
	struct timespec changed;

	gx_stamps_free(stamps);
	stamps->list = gx_calloc(1, sizeof(*stamps->list));
	stamps->count = 1;
	stamps->list[0].path = gx_absolute_path(path);
	stamps->taken = gx_file_clock();
	gx_stamp_take(&stamps->list[0].stamp, stamps->list[0].path, &changed);
}

void gx_stamps_renew(struct gx_stamps *stamps)
{
	struct timespec changed;

	stamps->taken = gx_file_clock();
	for (size_t i = 0; i < stamps->count; i++)
		gx_stamp_take(&stamps->list[i].stamp, stamps->list[i].path, &changed);
}

/* The stamp that a file had when the build began; one that nothing equals, if that is not known. */
static void gx_stamp_at_begin(const struct gx_stamps *before, struct gx_stamped *stamped)
{
	const struct gx_stamped *known = gx_stamps_find(before, stamped->path);
	struct timespec changed;

	if (known) {
		stamped->stamp = known->stamp;
		return;
	}
	gx_stamp_take(&stamped->stamp, stamped->path, &changed);
	if (stamped->stamp.inode && !gx_is_before(&changed, &before->taken))
		stamped->stamp.inode = UINT64_MAX;
}

void gx_stamps_follow(struct gx_stamps *stamps, struct evbuffer *list)
{
	struct gx_stamps after = { .taken = stamps->taken };
	size_t capacity = 0, kept = 0;
	char *line;

	while ((line = evbuffer_readln(list, NULL, EVBUFFER_EOL_LF))) {
		gx_grow(&after.list, after.count, capacity);
		after.list[after.count++] = (struct gx_stamped){ .path = gx_absolute_path(line) };
		free(line);
	}
	if (!after.count)
		return;
	qsort(after.list, after.count, sizeof(*after.list), gx_compare_stamped);
	for (size_t i = 0; i < after.count; i++) {
		if (kept && !strcmp(after.list[kept - 1].path, after.list[i].path)) {
			free(after.list[i].path);
			continue;
		}
		after.list[kept] = after.list[i];
		gx_stamp_at_begin(stamps, &after.list[kept++]);
	}
	after.count = kept;
	gx_stamps_free(stamps);
	*stamps = after;
}

const char *gx_stamps_changed(const struct gx_stamps *stamps)
{
	struct gx_stamp now;
	struct timespec changed;

	for (size_t i = 0; i < stamps->count; i++) {
		gx_stamp_take(&now, stamps->list[i].path, &changed);
		if (!gx_stamp_equal(&now, &stamps->list[i].stamp))
			return stamps->list[i].path;
	}
	return NULL;
}

void gx_stamps_copy(struct gx_stamps *out, const struct gx_stamps *stamps)
{
	*out = *stamps;
	out->list = gx_calloc(stamps->count, sizeof(*out->list));
	for (size_t i = 0; i < stamps->count; i++)
		out->list[i] = (struct gx_stamped){ strdup(stamps->list[i].path), stamps->list[i].stamp };
}

void gx_stamps_free(struct gx_stamps *stamps)
{
	for (size_t i = 0; i < stamps->count; i++)
		free(stamps->list[i].path);
	free(stamps->list);
	*stamps = (struct gx_stamps){};
}
