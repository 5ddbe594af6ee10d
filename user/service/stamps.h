/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files that a configuration was built from, and whether they are still what they were then. */
#ifndef GEOXDP_SERVICE_STAMPS_H
#define GEOXDP_SERVICE_STAMPS_H

#include <event2/buffer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

/* What tells that a file is another one, or was written. Of a folder: which names are in it. */
struct gx_stamp {
	uint64_t device;
	uint64_t inode;		/* 0: not there */
	uint64_t octets;	/* of a folder: a digest of the names */
	struct timespec modified;	/* of a folder: 0 */
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
};

struct gx_stamped {
	char *path;		/* absolute; a folder ends with '/' */
	struct gx_stamp stamp;
};

/* Zero-initialise before use. */
struct gx_stamps {
	struct gx_stamped *list;	/* by path */
	size_t count;
	struct timespec taken;		/* by the clock of file systems */
};

/* A path as the folder makes it that this process was started in; malloc family. Links are not resolved. */
char *gx_absolute_path(const char *path);

/* Take the stamps of one path alone. */
void gx_stamps_of_one(struct gx_stamps *stamps, const char *path);

/* A build begins: take the stamps of the same files again. */
void gx_stamps_renew(struct gx_stamps *stamps);

/**
 * gx_stamps_follow - a build ended: from now on, the files that it read or looked for
 * @list: their paths, one a line; emptied
 *
 * Files that were known keep the stamp from when the build began. One that is new gets its stamp now; if it changed
 * since the build began, nobody knows which form was read, and it counts as changed.
 */
void gx_stamps_follow(struct gx_stamps *stamps, struct evbuffer *list);

/* The first file that is not what it was when the build began, or NULL. */
const char *gx_stamps_changed(const struct gx_stamps *stamps);

const struct gx_stamped *gx_stamps_find(const struct gx_stamps *stamps, const char *path);

/* out: zero-initialised. */
void gx_stamps_copy(struct gx_stamps *out, const struct gx_stamps *stamps);
void gx_stamps_free(struct gx_stamps *stamps);

#endif
