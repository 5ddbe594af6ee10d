/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Native configuration: what `geoxdp run` does with TCP. */
#include "user/core/native_impl.h"

#include <errno.h>
#include <string.h>

#include "geoxdp/limits.h"

#define GX_TCP_IDLE_MAX_S      3600
#define GX_TCP_CONNECTIONS_MAX 100000

static void read_bypass_item(struct gx_native *native, const struct gx_yaml *node)
{
	const char *text = gx_native_text(native, node, "a client", "an address, or a prefix such as 192.0.2.0/24,");
	struct gx_config *config = native->config;
	char shown[GX_ADDR_TEXT_OCTETS];
	struct gx_prefix prefix;
	int ret;

	if (!text)
		return;
	ret = gx_parse_prefix(text, &prefix);
	if (ret < 0) {
		gx_error(native->diag, &node->where, "%s is no address or prefix: %s would be right",
			 gx_native_quote(native, text),
			 ret == -ERANGE ? "at most /32 of IPv4, /128 of IPv6," : "such as 192.0.2.53 or 2001:db8::/48");
		return;
	}
	for (size_t i = 0; i < config->n_bypass; i++) {
		const struct gx_prefix *other = &config->bypass[i];

		if (other->addr.family != prefix.addr.family || other->addr.value != prefix.addr.value ||
		    other->bits != prefix.bits)
			continue;
		gx_error(native->diag, &node->where, "%s is there already: once would be right",
			 gx_show_prefix(&prefix, shown));
		return;
	}
	if (config->n_bypass == GX_BYPASS_MAX)
		gx_error(native->diag, &node->where, "more than %d addresses and prefixes: fewer would be right",
			 GX_BYPASS_MAX);
	else
		config->bypass[config->n_bypass++] = prefix;
}

static void read_bypass(struct gx_native *native, const struct gx_yaml *node)
{
	struct gx_config *config = native->config;
	struct gx_native_list list;

	if (!gx_native_list(native, node, "bypass", "a list of addresses and prefixes", &list))
		return;
	config->bypass = gx_arena_alloc(&config->arena, list.n * sizeof(*config->bypass));
	for (size_t i = 0; i < list.n; i++)
		read_bypass_item(native, gx_native_item(&list, i));
}

void gx_native_read_tcp(struct gx_native *native, const struct gx_yaml *node)
{
	static const char *const words[] = { "yes", "no" };
	static const struct gx_native_words answers = { words, 2, "yes, no or a mapping such as {idle: 10s}" };
	const struct gx_yaml *mapping = node && node->kind == GX_YAML_MAPPING ? node : NULL;
	struct gx_config *config = native->config;
	struct gx_native_values values;
	size_t no;

	if (node && !mapping && gx_native_choice(native, node, "tcp", &answers, &no))
		config->no_tcp = no;
	gx_native_take(native, mapping, GX_SECTION_TCP, "tcp", &values);
	gx_native_seconds(native, values.of[GX_KEY_TCP_IDLE], "idle", 1, GX_TCP_IDLE_MAX_S, &config->tcp_idle_s);
	gx_native_number(native, values.of[GX_KEY_TCP_CONNECTIONS], "connections", 1, GX_TCP_CONNECTIONS_MAX,
			 &config->tcp_connections);
	gx_native_number(native, values.of[GX_KEY_TCP_PER_CLIENT], "per-client", 1, GX_TCP_CONNECTIONS_MAX,
			 &config->tcp_per_client);
	if (values.of[GX_KEY_TCP_BYPASS])
		read_bypass(native, values.of[GX_KEY_TCP_BYPASS]);
}

void gx_config_default_tcp(struct gx_config *config, struct gx_diag *diag)
{
	struct gx_native native = { .config = config, .diag = diag };

	gx_native_read_tcp(&native, NULL);
}
