/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder of input files that a test writes, and the findings in them as text. */
#ifndef GEOXDP_TESTS_UNIT_FOLDER_H
#define GEOXDP_TESTS_UNIT_FOLDER_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "user/core/diag.h"
#include "user/core/mem.h"

#define FOLDER_UNUSED __attribute__((unused))

struct folder {
	char path[64];
	struct gx_arena arena;
	struct gx_diag diag;
};

FOLDER_UNUSED static int folder_set_up(void **state)
{
	struct folder *folder = gx_calloc(1, sizeof(*folder));

	strcpy(folder->path, P_tmpdir "/geoxdp-test-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	*state = folder;
	return 0;
}

static int folder_remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	return remove(path);
}

FOLDER_UNUSED static int folder_tear_down(void **state)
{
	struct folder *folder = *state;

	nftw(folder->path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
	gx_diag_free(&folder->diag);
	gx_arena_free(&folder->arena);
	free(folder);
	return 0;
}

/* The path of a file in the folder. */
FOLDER_UNUSED static char *folder_path(struct folder *folder, const char *name)
{
	return gx_arena_printf(&folder->arena, "%s/%s", folder->path, name);
}

/* Write a file, and the folder it lies in. Returns its path. */
FOLDER_UNUSED static char *folder_put(struct folder *folder, const char *name, const char *text)
{
	char *path = folder_path(folder, name);
	char *slash = strrchr(path, '/');
	FILE *file;

	*slash = '\0';
	mkdir(path, 0777);
	*slash = '/';
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	return path;
}

/* Files of a configuration, one a line, with the folder's path as "F". */
FOLDER_UNUSED static char *folder_files(struct folder *folder, const char *const *files, size_t n)
{
	char *text = gx_arena_strdup(&folder->arena, "");
	size_t len = strlen(folder->path);

	for (size_t i = 0; i < n; i++) {
		int within = strncmp(files[i], folder->path, len) == 0;

		text = gx_arena_printf(&folder->arena, "%s%s%s\n", text, within ? "F" : "",
				       files[i] + (within ? len : 0));
	}
	return text;
}

/* The findings as `geoxdp check` prints them, with the folder's path as "F", and forgets them. */
FOLDER_UNUSED static char *folder_findings(struct folder *folder)
{
	char *text = gx_arena_strdup(&folder->arena, ""), *at;
	size_t len = strlen(folder->path);

	gx_diag_sort(&folder->diag);
	for (size_t i = 0; i < folder->diag.count; i++) {
		const struct gx_finding *finding = &folder->diag.findings[i];

		text = gx_arena_printf(&folder->arena, "%s%s:%u: %s%s\n", text, finding->where.file,
				       finding->where.line, finding->severity == GX_WARNING ? "warning: " : "",
				       finding->text);
	}
	while ((at = strstr(text, folder->path))) {
		*at = 'F';
		memmove(at + 1, at + len, strlen(at + len) + 1);
	}
	gx_diag_free(&folder->diag);
	return text;
}

#define folder_test(test) cmocka_unit_test_setup_teardown(test, folder_set_up, folder_tear_down)

#endif
