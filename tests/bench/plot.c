/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines over a logarithmic axis, as SVG. */
#include "tests/bench/plot.h"

#include <math.h>
#include <stdio.h>

#define WIDTH	960
#define HEIGHT	540
#define LEFT	80
#define RIGHT	210	/* room for the names of the lines */
#define TOP	90
#define BOTTOM	60

/* Okabe and Ito, Color Universal Design. */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9" };
static const char *const dashes[] = { "", "8 5" };

#define N_COLOURS (sizeof(colours) / sizeof(colours[0]))

struct axes {
	double x_min, x_max, y_max;	/* x: exponents of ten */
};

static struct axes axes_of(const struct plot_line *lines, size_t n_lines)
{
	struct axes axes = { 1e9, 0, 1 };

	for (size_t i = 0; i < n_lines; i++) {
		for (size_t j = 0; j < lines[i].count; j++) {
			axes.x_min = fmin(axes.x_min, floor(log10(lines[i].points[j].x)));
			axes.x_max = fmax(axes.x_max, ceil(log10(lines[i].points[j].x)));
			axes.y_max = fmax(axes.y_max, lines[i].points[j].y);
		}
	}
	if (axes.x_max <= axes.x_min)
		axes.x_max = axes.x_min + 1;
	return axes;
}

static double place_x(const struct axes *axes, double x)
{
	return LEFT + (log10(x) - axes->x_min) / (axes->x_max - axes->x_min) * (WIDTH - LEFT - RIGHT);
}

static double place_y(const struct axes *axes, double y)
{
	return HEIGHT - BOTTOM - fmax(y, 0) / axes->y_max * (HEIGHT - TOP - BOTTOM);
}

/* A round number of steps of 1, 2 or 5 times a power of ten. */
static double step_of(double max)
{
	double power = pow(10, floor(log10(max / 4)));

	return max / 4 / power >= 5 ? 5 * power : max / 4 / power >= 2 ? 2 * power : power;
}

static void put_axes(FILE *file, const struct axes *axes, const char *x_unit, const char *y_unit)
{
	double step = step_of(axes->y_max);

	for (double y = 0; y <= axes->y_max; y += step)
		fprintf(file, "<path class=\"net\" d=\"M%d %.1fH%d\"/><text class=\"dim end\" x=\"%d\" y=\"%.1f\">%g</text>\n",
			LEFT, place_y(axes, y), WIDTH - RIGHT, LEFT - 10, place_y(axes, y) + 5, y);
	for (double x = axes->x_min; x <= axes->x_max; x++)
		fprintf(file, "<text class=\"dim mid\" x=\"%.1f\" y=\"%d\">10<tspan dy=\"-6\" class=\"small\">%g</tspan></text>\n",
			place_x(axes, pow(10, x)), HEIGHT - BOTTOM + 24, x);
	fprintf(file, "<text class=\"dim mid\" x=\"%d\" y=\"%d\">%s</text><text class=\"dim end\" x=\"%d\" y=\"%d\">%s</text>\n",
		(WIDTH - RIGHT + LEFT) / 2, HEIGHT - 12, x_unit, LEFT - 10, TOP - 14, y_unit);
}

/* Names of lines stand at their ends, at least one line of text apart: they are put from the top down. */
static void put_line(FILE *file, const struct axes *axes, const struct plot_line *line, size_t number)
{
	const char *colour = colours[number / 2 % N_COLOURS], *dash = dashes[number & 1];

	fprintf(file, "<path class=\"line\" stroke=\"%s\" stroke-dasharray=\"%s\" d=\"", colour, dash);
	for (size_t i = 0; i < line->count; i++)
		fprintf(file, "%c%.1f %.1f", i ? 'L' : 'M', place_x(axes, line->points[i].x), place_y(axes, line->points[i].y));
	fputs("\"/>\n", file);
	for (size_t i = 0; i < line->count; i++)
		fprintf(file, "<circle fill=\"%s\" r=\"4\" cx=\"%.1f\" cy=\"%.1f\"><title>%s: %g, %.1f</title></circle>\n",
			colour, place_x(axes, line->points[i].x), place_y(axes, line->points[i].y), line->name,
			line->points[i].x, line->points[i].y);
	fprintf(file, "<path class=\"line\" stroke=\"%s\" stroke-dasharray=\"%s\" d=\"M%d %zuh36\"/><text x=\"%d\" y=\"%zu\">%s</text>\n",
		colour, dash, WIDTH - RIGHT + 20, TOP + 26 * number, WIDTH - RIGHT + 64, TOP + 26 * number + 5, line->name);
}

int plot_write(const char *path, const char *title, const char *subtitle, const char *x_unit, const char *y_unit,
	       const struct plot_line *lines, size_t n_lines)
{
	struct axes axes = axes_of(lines, n_lines);
	FILE *file = fopen(path, "w");

	if (!file)
		return -1;
	fprintf(file, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>%s</title>\n<style>"
		"text{font-family:system-ui,sans-serif;font-size:15px;fill:#1c2430}.title{font-size:22px;font-weight:600}"
		".dim{fill:#5b6675}.small{font-size:10px}.end{text-anchor:end}.mid{text-anchor:middle}.paper{fill:#fff}"
		".net{stroke:#c3d1dd}.line{fill:none;stroke-width:2.5}"
		"@media (prefers-color-scheme:dark){text{fill:#e8edf3}.dim{fill:#9aa7b5}.paper{fill:#12161c}.net{stroke:#2f3e4d}}"
		"</style>\n<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n<text class=\"title\" x=\"20\" y=\"34\">%s</text>"
		"<text class=\"dim\" x=\"20\" y=\"58\">%s</text>\n", WIDTH, HEIGHT, title, WIDTH, HEIGHT, title, subtitle);
	put_axes(file, &axes, x_unit, y_unit);
	for (size_t i = 0; i < n_lines; i++)
		put_line(file, &axes, &lines[i], i);
	fputs("</svg>\n", file);
	return fclose(file) ? -1 : 0;
}
