/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Domain names as operators write them. */
#include "user/core/name.h"

#include <errno.h>
#include <string.h>

#include "geoxdp/limits.h"

/* A name that is quoted in a finding is cut here. */
#define GX_NAME_QUOTE_OCTETS 48

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Octets of text that make one octet of the label; 0: a broken escape. */
static size_t escape_octets(const char *text)
{
	if (text[0] != '\\')
		return 1;
	if (!is_digit(text[1]))
		return text[1] ? 2 : 0;
	if (!is_digit(text[2]) || !is_digit(text[3]))
		return 0;
	return (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0') <= 255 ? 4 : 0;
}

/*
 * The rule that the text breaks, or NULL. libknot only says that a name is wrong, and reads octets above
 * 127 as they are; here it is said why.
 */
static const char *find_broken_rule(const char *text, bool *absolute)
{
	size_t label = 0, total = 1;

	*absolute = false;
	if (!*text)
		return "it must not be empty";
	while (*text) {
		size_t step = escape_octets(text);

		if (step == 0)
			return "a backslash takes one character, or three digits up to 255";
		if (*text < '!' || *text > '~')
			return "write it in printable ASCII, an international name in its xn-- form";
		if (*text == '.') {
			if (label == 0)
				return "a label must not be empty";
			label = 0;
			*absolute = text[1] == '\0';
		} else {
			/* Its length octet, with its first octet. */
			total += label == 0 ? 2 : 1;
			if (++label > 63)
				return "a label may have 63 octets at most";
		}
		text += step;
	}
	return total > KNOT_DNAME_MAXLEN ? "a name may have 255 octets at most" : NULL;
}

int gx_parse_name(const char *text, const knot_dname_t *origin, knot_dname_storage_t out, const char **rule)
{
	static const knot_dname_t root[] = "";
	knot_dname_storage_t name;
	const char *broken;
	size_t len, origin_len;
	bool absolute;

	if (!rule)
		rule = &broken;
	if (strcmp(text, ".") == 0) {
		out[0] = '\0';
		return 0;
	}
	*rule = find_broken_rule(text, &absolute);
	if (*rule)
		return -EINVAL;
	if (!knot_dname_from_str(name, text, sizeof(name))) {
		*rule = "labels of letters, digits and hyphens, with dots between them, would be right";
		return -EINVAL;
	}
	if (absolute || !origin)
		origin = root;
	len = knot_dname_size(name) - 1;
	origin_len = knot_dname_size(origin);
	if (len + origin_len > KNOT_DNAME_MAXLEN) {
		*rule = "with its origin, a name may have 255 octets at most";
		return -EINVAL;
	}
	memcpy(out, name, len);
	memcpy(out + len, origin, origin_len);
	return 0;
}

knot_dname_t *gx_read_name(struct gx_arena *arena, const char *what, const char *text, const knot_dname_t *origin,
			   const struct gx_where *where, struct gx_diag *diag)
{
	knot_dname_storage_t name;
	const char *rule;

	if (gx_parse_name(text, origin, name, &rule) < 0) {
		gx_error(diag, where, "%s '%.*s%s' is not a domain name: %s", what, GX_NAME_QUOTE_OCTETS, text,
			 strlen(text) > GX_NAME_QUOTE_OCTETS ? "..." : "", rule);
		return NULL;
	}
	return gx_name_lower(arena, name);
}

knot_dname_t *gx_name_lower(struct gx_arena *arena, const knot_dname_t *name)
{
	size_t len = knot_dname_size(name);
	knot_dname_t *copy = gx_arena_alloc(arena, len);

	memcpy(copy, name, len);
	knot_dname_to_lower(copy);
	return copy;
}

bool gx_name_within(const knot_dname_t *name, const knot_dname_t *zone)
{
	return knot_dname_in_bailiwick(name, zone) >= 0;
}

static size_t split(const knot_dname_t *name, const knot_dname_t *labels[GX_NAME_MAX_LABELS])
{
	size_t n = 0;

	for (; *name; name += 1 + *name)
		labels[n++] = name;
	return n;
}

int gx_name_compare(const knot_dname_t *a, const knot_dname_t *b)
{
	const knot_dname_t *labels_a[GX_NAME_MAX_LABELS], *labels_b[GX_NAME_MAX_LABELS];
	size_t n_a = split(a, labels_a), n_b = split(b, labels_b);

	while (n_a && n_b) {
		const knot_dname_t *left = labels_a[--n_a], *right = labels_b[--n_b];
		int order = memcmp(left + 1, right + 1, *left < *right ? *left : *right);

		if (order || *left != *right)
			return order ? order : *left - *right;
	}
	return (n_a > 0) - (n_b > 0);
}

char *gx_show_name(const knot_dname_t *name, knot_dname_txt_storage_t buffer)
{
	return knot_dname_to_str(buffer, name, sizeof(knot_dname_txt_storage_t));
}
