/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: how things are looked at, and what sites are looked at for. */
#include "user/core/native_impl.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "geoxdp/abi.h"
#include "user/core/text.h"

#define GX_INTERVAL_MIN_MS	  100
#define GX_INTERVAL_MAX_MS	  (24 * 60 * 60 * 1000)
#define GX_TIMEOUT_MIN_MS	  1
#define GX_TIMEOUT_DEFAULT_MAX_MS 1000
#define GX_JITTER_MAX_PERCENT	  50

#define room_of(member)		  (sizeof(((struct gx_check *)NULL)->member))

_Static_assert(room_of(name) > GX_CHECKED_NAME_OCTETS, "a word is a check's name");
_Static_assert(room_of(address) > GX_CHECKED_NAME_OCTETS, "a name stands where an address does");

/* A check while it is read. */
struct reader {
	struct gx_native *native;
	struct gx_check_plan *plan;
	struct gx_native_check *known;
	const char *what; /* "check web" */
	const struct gx_native_values *values;
};

/* --- placeholders ------------------------------------------------------------------------------ */

#define GX_SITE_MARK	"{site}"
#define GX_ADDRESS_MARK "{address}"

/* Octets of a placeholder at the head of the text; 0: there is none. What is no word, as {2,3}, is just text. */
static size_t mark_len(const char *text)
{
	size_t letters;

	if (*text != '{')
		return 0;
	letters = strspn(text + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
	return letters && text[1 + letters] == '}' ? letters + 2 : 0;
}

static bool is_mark(const char *text, size_t len, const char *mark)
{
	return len == strlen(mark) && strncmp(text, mark, len) == 0;
}

/*
 * Placeholders of a text, and its length once the longest names stand in their place, which *octets grows by.
 * Returns false: a finding was added.
 */
static bool check_marks(struct reader *reader, const struct gx_yaml *node, size_t *octets)
{
	struct gx_native *native = reader->native;

	for (const char *at = node->text; *at;) {
		size_t len = mark_len(at);

		if (is_mark(at, len, GX_ADDRESS_MARK)) {
			reader->known->needs_address = true;
		} else if (len && !is_mark(at, len, GX_SITE_MARK)) {
			gx_error(native->diag, &node->where, "unknown placeholder %s: %s or %s would be right",
				 gx_native_quote(native, gx_arena_strndup(&native->config->arena, at, len)),
				 GX_SITE_MARK, GX_ADDRESS_MARK);
			return false;
		}
		*octets += len ? GX_CHECKED_NAME_OCTETS : 1;
		at += len ? len : 1;
	}
	return true;
}

/* room: with the NUL */
static bool check_room(struct reader *reader, const struct gx_yaml *node, const char *what, size_t octets, size_t room)
{
	if (octets < room)
		return true;
	gx_error(reader->native->diag, &node->where,
		 "%s is too long: at most %zu octets, with names of %d octets in place of {site} and {address}, would "
		 "be right",
		 what, room - 1, GX_CHECKED_NAME_OCTETS);
	return false;
}

/* --- http -------------------------------------------------------------------------------------- */

/* The rest of the text behind the host, which is a name, an IPv4 address, [IPv6] or {address}; NULL: no host. */
static const char *skip_host(const char *text)
{
	char address[GX_ADDR_TEXT_OCTETS];
	const char *end;
	struct gx_addr parsed;
	size_t len = 0, mark;

	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || (size_t)(end - text) > sizeof(address))
			return NULL;
		len = (size_t)(end - text) - 1;
		memcpy(address, text + 1, len);
		address[len] = '\0';
		return gx_parse_addr(address, &parsed) == 0 && parsed.family == GX_IPV6 ? end + 1 : NULL;
	}
	/* Octets of names as they occur, the underscore too. */
	while ((mark = mark_len(text + len)) || isalnum((unsigned char)text[len]) ||
	       (text[len] && strchr("-._", text[len])))
		len += mark ? mark : 1;
	return len && *text != '.' && *text != '-' ? text + len : NULL;
}

/* The rest of the text behind ":PORT", which may be missing; NULL: no port. */
static const char *skip_port(const char *text, uint16_t *port)
{
	char digits[sizeof("65535")] = "";
	uint32_t number;
	size_t len;

	if (*text != ':')
		return text;
	len = strspn(++text, "0123456789");
	if (!len || len >= sizeof(digits))
		return NULL;
	memcpy(digits, text, len);
	if (gx_text_number(digits, UINT16_MAX, &number) < 0 || !number)
		return NULL;
	*port = (uint16_t)number;
	return text + len;
}

/* The first octet that cannot stand in a path or query (RFC 3986 3.3, 3.4), or NULL. */
static const char *find_bad_octet(const char *text)
{
	while (*text) {
		size_t mark = mark_len(text);

		if (*text == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2]))
			mark = 3;
		if (!mark && !isalnum((unsigned char)*text) && !strchr("-._~!$&'()*+,;=:@/?", *text))
			return text;
		text += mark ? mark : 1;
	}
	return NULL;
}

/* What is wrong with a URL, and what would be right; NULL: nothing. The port is that of the URL or its scheme. */
static const char *refuse_url(const char *url, uint16_t *port)
{
	static const char *const schemes[] = { "http://", "https://" };
	static const uint16_t ports[] = { 80, 443 };
	const char *at = NULL, *end;

	for (size_t i = 0; i < 2; i++) {
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) != 0)
			continue;
		at = url + strlen(schemes[i]);
		*port = ports[i];
	}
	if (!at)
		return "has no scheme that is known: http:// or https:// at its head would be right";
	if (memchr(at, '@', strcspn(at, "/?#")))
		return "has user information, which would be readable in the tables: none would be right";
	end = skip_host(at);
	if (!end)
		return "has no host: a name, an IPv4 address or an IPv6 address in [] behind the scheme would be right";
	end = skip_port(end, port);
	if (!end)
		return "has no port behind the colon: 1 to 65535 would be right";
	if (*end && !strchr("/?#", *end))
		return "has something other than a host: HOST, or HOST:PORT, and then a path would be right";
	if (strchr(end, '#'))
		return "has a fragment, which no server gets to see: nothing behind '#' would be right";
	if (find_bad_octet(end))
		return "has an octet that no URL may have (RFC 3986): %XX, in hexadecimal digits, would be right";
	return NULL;
}

static void read_url(struct reader *reader, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	const char *url = gx_native_text(native, node, "http", "a URL such as https://www.example.com/health");
	const char *refusal;
	size_t octets = 0;

	if (!url || !check_marks(reader, node, &octets) || !check_room(reader, node, "http", octets, room_of(target)))
		return;
	refusal = refuse_url(url, &reader->plan->port);
	if (refusal)
		gx_error(native->diag, &node->where, "%s %s", gx_native_quote(native, url), refusal);
	reader->plan->text = url;
}

/* 200, or 200-299 */
static void read_status(struct reader *reader, const struct gx_yaml *node)
{
	static const char wanted[] = "a number such as 200, or a range such as 200-299, of 100 to 599,";
	struct gx_native *native = reader->native;
	const char *text = gx_native_text(native, node, "status", wanted), *dash;
	uint32_t first, last;

	if (!text)
		return;
	dash = strchr(text, '-');
	if (dash && gx_text_number(gx_arena_strndup(&native->config->arena, text, (size_t)(dash - text)), 599, &first) == 0 &&
	    gx_text_number(dash + 1, 599, &last) == 0 && first >= 100 && first <= last) {
		reader->plan->status_min = (uint16_t)first;
		reader->plan->status_max = (uint16_t)last;
	} else if (!dash && gx_text_number(text, 599, &first) == 0 && first >= 100) {
		reader->plan->status_min = reader->plan->status_max = (uint16_t)first;
	} else {
		gx_error(native->diag, &node->where, "status %s is none of HTTP: %s would be right",
			 gx_native_quote(native, text), wanted);
	}
}

/* The expression with a letter in place of each placeholder, whose braces would be an interval's. */
static char *without_marks(struct gx_arena *arena, const char *text)
{
	char *copy = gx_arena_strdup(arena, text), *to = copy;

	while (*text) {
		size_t len = mark_len(text);

		*to++ = len ? 'x' : *text;
		text += len ? len : 1;
	}
	*to = '\0';
	return copy;
}

static void read_match(struct reader *reader, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	const char *text = gx_native_text(native, node, "match", "a regular expression such as ok");
	size_t octets = 0;
	regex_t compiled;
	char error[128];
	int ret;

	if (!text || !check_marks(reader, node, &octets) || !check_room(reader, node, "match", octets, room_of(match)))
		return;
	ret = regcomp(&compiled, without_marks(&native->config->arena, text), REG_EXTENDED | REG_NOSUB);
	if (ret) {
		regerror(ret, &compiled, error, sizeof(error));
		gx_error(native->diag, &node->where,
			 "match %s is no regular expression (%s): a POSIX extended one would be right",
			 gx_native_quote(native, text), error);
		return;
	}
	regfree(&compiled);
	reader->plan->match = text;
}

/* --- tcp, exec, file --------------------------------------------------------------------------- */

static void read_port(struct reader *reader, const struct gx_yaml *node)
{
	uint32_t port;

	reader->known->needs_address = true;
	if (gx_native_number(reader->native, node, "tcp", 1, UINT16_MAX, &port))
		reader->plan->port = (uint16_t)port;
}

/* Whoever runs the check may be in another folder, and look for programs elsewhere. */
static void check_absolute(struct reader *reader, const struct gx_yaml *node, const char *what)
{
	if (*node->text != '/')
		gx_error(reader->native->diag, &node->where, "%s %s is no absolute path: /%s would be right", what,
			 gx_native_quote(reader->native, node->text), node->text);
}

static void read_command(struct reader *reader, const struct gx_yaml *node)
{
	struct gx_native *native = reader->native;
	struct gx_check_plan *plan = reader->plan;
	struct gx_native_list list;
	size_t octets = 0;

	if (!gx_native_list(native, node, "exec", "a program with its arguments, such as [/usr/bin/true],", &list))
		return;
	if (!list.n)
		gx_error(native->diag, &node->where, "exec has no program: its absolute path would be right");
	plan->arguments = gx_arena_alloc(&native->config->arena, list.n * sizeof(*plan->arguments));
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);

		if (!gx_native_text(native, item, "an argument", "text") || !check_marks(reader, item, &octets))
			continue;
		if (i == 0)
			check_absolute(reader, item, "program");
		octets++; /* its NUL */
		plan->arguments[plan->n_arguments++] = item->text;
	}
	check_room(reader, node, "exec", octets, room_of(target));
}

static void read_path(struct reader *reader, const struct gx_yaml *node)
{
	const char *text = gx_native_text(reader->native, node, "file", "an absolute path");
	size_t octets = 0;

	if (!text || !check_marks(reader, node, &octets) || !check_room(reader, node, "file", octets, room_of(target)))
		return;
	check_absolute(reader, node, "file");
	reader->plan->text = text;
}

/* --- checks ------------------------------------------------------------------------------------ */

static const struct {
	enum gx_native_id id;
	uint8_t kind;
	void (*read)(struct reader *reader, const struct gx_yaml *node);
} kinds[] = {
	{ GX_KEY_CHECK_HTTP, GX_CHECK_HTTP, read_url },
	{ GX_KEY_CHECK_TCP, GX_CHECK_TCP, read_port },
	{ GX_KEY_CHECK_EXEC, GX_CHECK_EXEC, read_command },
	{ GX_KEY_CHECK_FILE, GX_CHECK_FILE, read_path },
};

static void read_kind(struct reader *reader, const struct gx_yaml *node)
{
	static const enum gx_native_id of_http[] = { GX_KEY_CHECK_STATUS, GX_KEY_CHECK_MATCH };
	const struct gx_native_values *values = reader->values;
	struct gx_native *native = reader->native;
	const char *first = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct gx_yaml *value = values->of[kinds[i].id];

		if (!value)
			continue;
		if (first)
			gx_error(native->diag, &value->where, "%s has both %s and %s: one of them would be right",
				 reader->what, first, gx_native_keys[kinds[i].id].name);
		else
			reader->plan->kind = kinds[i].kind;
		first = first ? first : gx_native_keys[kinds[i].id].name;
		kinds[i].read(reader, value);
	}
	if (!first)
		gx_error(native->diag, &node->where,
			 "%s has none of http, tcp, exec and file: one of them would be right", reader->what);
	for (size_t i = 0; first && reader->plan->kind != GX_CHECK_HTTP && i < 2; i++)
		if (values->given[of_http[i]])
			gx_error(native->diag, &values->of[of_http[i]]->where,
				 "%s has %s, which is for http alone: remove it", reader->what,
				 gx_native_keys[of_http[i]].name);
}

static void read_count(struct reader *reader, enum gx_native_id id, uint32_t min, uint32_t max, uint8_t *out)
{
	uint32_t number;

	if (gx_native_number(reader->native, reader->values->of[id], gx_native_keys[id].name, min, max, &number))
		*out = (uint8_t)number;
}

static void read_times(struct reader *reader)
{
	const struct gx_yaml *timeout = reader->values->of[GX_KEY_CHECK_TIMEOUT];
	struct gx_check_plan *plan = reader->plan;
	uint32_t longest_ms = GX_INTERVAL_MAX_MS;

	if (gx_native_milliseconds(reader->native, reader->values->of[GX_KEY_CHECK_INTERVAL], "interval",
				   GX_INTERVAL_MIN_MS, GX_INTERVAL_MAX_MS, &plan->interval_ms))
		longest_ms = plan->interval_ms;
	plan->timeout_ms = longest_ms < GX_TIMEOUT_DEFAULT_MAX_MS ? longest_ms : GX_TIMEOUT_DEFAULT_MAX_MS;
	if (timeout)
		gx_native_milliseconds(reader->native, timeout, "timeout", GX_TIMEOUT_MIN_MS, longest_ms,
				       &plan->timeout_ms);
}

static void read_check(struct gx_native *native, size_t index, const struct gx_yaml *node)
{
	struct gx_native_values values;
	struct reader reader = {
		.native = native,
		.plan = &native->config->plans[index],
		.known = &native->checks[index],
		.values = &values,
	};

	reader.what = gx_arena_printf(&native->config->arena, "check %s", reader.plan->name);
	if (!gx_native_is_mapping(native, node, reader.what,
				  "a mapping such as {http: \"https://www.example.com/health\"} or {tcp: 443}"))
		return;
	gx_native_take(native, node, GX_SECTION_CHECK, reader.what, &values);
	read_kind(&reader, node);
	read_status(&reader, values.of[GX_KEY_CHECK_STATUS]);
	if (values.of[GX_KEY_CHECK_MATCH])
		read_match(&reader, values.of[GX_KEY_CHECK_MATCH]);
	read_times(&reader);
	read_count(&reader, GX_KEY_CHECK_UP, 1, UINT8_MAX, &reader.plan->up);
	read_count(&reader, GX_KEY_CHECK_DOWN, 1, UINT8_MAX, &reader.plan->down);
	read_count(&reader, GX_KEY_CHECK_JITTER, 0, GX_JITTER_MAX_PERCENT, &reader.plan->jitter_percent);
}

void gx_native_read_checks(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;

	if (!node || !gx_native_is_mapping(native, node, "checks", "a mapping of names to checks"))
		return;
	config->plans = gx_arena_alloc(&config->arena, node->n * sizeof(*config->plans));
	config->n_plans = node->n;
	native->checks = gx_arena_alloc(&config->arena, node->n * sizeof(*native->checks));
	native->check_names = gx_arena_alloc(&config->arena, node->n * sizeof(*native->check_names));
	for (size_t i = 0; i < node->n; i++) {
		gx_native_word(native, node->keys[i], "check");
		config->plans[i] = (struct gx_check_plan){ .name = node->keys[i]->text,
							   .where = node->keys[i]->where };
		native->check_names[i] = config->plans[i].name;
		read_check(native, i, node->items[i]);
	}
}

/* GX_CHECK_NONE: a finding was added. */
static size_t find_check(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "check", "the name of a check");
	const struct gx_config *config = native->config;

	if (!text)
		return SIZE_MAX;
	for (size_t i = 0; i < config->n_plans; i++)
		if (strcmp(config->plans[i].name, text) == 0)
			return i;
	gx_error(native->diag, &node->where, "unknown check %s: %s", gx_native_quote(native, text),
		 gx_native_hint(native, text, native->check_names, config->n_plans,
				gx_arena_printf(&native->config->arena, "checks has %s",
						gx_native_join(native, native->check_names, config->n_plans))));
	return SIZE_MAX;
}

void gx_native_find_checks(struct gx_native *native, const struct gx_yaml *node, size_t **checks, size_t *n)
{
	struct gx_native_list list;

	if (!gx_native_list(native, node, "check", "the name of a check, or a list of names,", &list))
		return;
	*checks = gx_arena_alloc(&native->config->arena, list.n * sizeof(**checks));
	for (size_t i = 0; i < list.n; i++) {
		const struct gx_yaml *item = gx_native_item(&list, i);
		size_t found = find_check(native, item);
		bool repeated = false;

		if (found == SIZE_MAX)
			continue;
		for (size_t j = 0; j < *n; j++)
			repeated = repeated || (*checks)[j] == found;
		if (repeated)
			gx_error(native->diag, &item->where, "check %s is in the list already: once would be right",
				 item->text);
		else
			(*checks)[(*n)++] = found;
		native->checks[found].used = true;
	}
}

/* --- sites ------------------------------------------------------------------------------------- */

static void read_site(struct gx_native *native, struct gx_site_plan *plan, const struct gx_yaml *node)
{
	const char *what = gx_arena_printf(&native->config->arena, "site %s", plan->name), *text;
	struct gx_native_values values;
	const struct gx_yaml *address;

	if (!gx_native_is_mapping(native, node, what, "a mapping such as {check: web, address: 192.0.2.1}"))
		return;
	gx_native_take(native, node, GX_SECTION_SITE, what, &values);
	if (values.of[GX_KEY_SITE_CHECK])
		gx_native_find_checks(native, values.of[GX_KEY_SITE_CHECK], &plan->checks, &plan->n_checks);
	address = values.of[GX_KEY_SITE_ADDRESS];
	text = address ? gx_native_text(native, address, "address", "an IPv4 or IPv6 address") : NULL;
	if (text && gx_parse_addr(text, &plan->address) < 0)
		gx_error(native->diag, &address->where,
			 "%s is no address: such as 192.0.2.1 or 2001:db8::1 would be right",
			 gx_native_quote(native, text));
	else
		plan->has_address = text;
	for (size_t i = 0; !address && i < plan->n_checks; i++)
		if (native->checks[plan->checks[i]].needs_address)
			gx_error(native->diag, &plan->where,
				 "%s has no address, which check %s needs: 'address: ADDRESS' would be right", what,
				 native->check_names[plan->checks[i]]);
}

void gx_native_read_sites(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;

	if (!node || !gx_native_is_mapping(native, node, "sites", "a mapping of sites to what they are looked at for"))
		return;
	config->site_plans = gx_arena_alloc(&config->arena, node->n * sizeof(*config->site_plans));
	config->n_site_plans = node->n;
	for (size_t i = 0; i < node->n; i++) {
		struct gx_site_plan *plan = &config->site_plans[i];

		gx_native_word(native, node->keys[i], "site");
		*plan = (struct gx_site_plan){ .name = node->keys[i]->text, .where = node->keys[i]->where };
		read_site(native, plan, node->items[i]);
	}
}
