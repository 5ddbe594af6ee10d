/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over a logarithmic axis, as SVG. */
#ifndef GEOXDP_TESTS_BENCH_PLOT_H
#define GEOXDP_TESTS_BENCH_PLOT_H

#include <stddef.h>

struct plot_point {
	double x, y;	/* x > 0 */
};

struct plot_line {
	char name[64];	/* no characters that XML minds */
	const struct plot_point *points;
	size_t count;
};

/* Returns 0, or -1 with errno set. */
int plot_write(const char *path, const char *title, const char *subtitle, const char *x_unit, const char *y_unit,
	       const struct plot_line *lines, size_t n_lines);

#endif
