// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The TCP part of `geoxdp run` alone: tcp_node IFACE [IDLE_S CONNECTIONS PER_CLIENT [BYPASS_PREFIX]...]
 *
 * The limits are written into the serving generation first. SIGHUP: follow a change; SIGUSR1: print the counters;
 * SIGTERM: give TCP back and end.
 */
#include <bpf/bpf.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/addr.h"
#include "user/service/tcp.h"
#include "user/sys/serving.h"

static struct gx_failure failure;
static struct gx_tcp *tcp;

static void end_if(int error)
{
	if (!error)
		return;
	fprintf(stderr, "tcp_node: %s\n", failure.text);
	exit(1);
}

static int open_map(const struct gx_serving *serving, const char *name)
{
	char path[GX_PATH_OCTETS + 16];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", serving->folder, name);
	fd = bpf_obj_get(path);
	end_if(fd < 0 ? gx_fail(&failure, 1, NULL, "%s", path) : 0);
	return fd;
}

static void write_limits(const char *interface, char **values, int count)
{
	struct gx_serving serving;
	uint32_t zero = 0;
	int map;

	end_if(gx_serving_open(&serving, interface, &failure));
	serving.meta.tcp_idle_s = strtoul(values[0], NULL, 10);
	serving.meta.tcp_connections = strtoul(values[1], NULL, 10);
	serving.meta.tcp_per_client = strtoul(values[2], NULL, 10);
	serving.meta.bypass = count - 3;
	map = open_map(&serving, "bypass");
	for (uint32_t i = 0; i < serving.meta.bypass; i++) {
		struct gx_bypass bypass = { .address = { [10] = 0xff, [11] = 0xff } };
		struct gx_prefix prefix;
		bool ipv4;

		end_if(gx_parse_prefix(values[3 + i], &prefix));
		ipv4 = prefix.addr.family == GX_IPV4;
		gx_addr_to_octets(&prefix.addr, bypass.address + (ipv4 ? 12 : 0));
		bypass.prefix_bits = prefix.bits + (ipv4 ? 96 : 0);
		end_if(bpf_map_update_elem(map, &i, &bypass, BPF_ANY));
	}
	end_if(bpf_map_update_elem(open_map(&serving, "meta"), &zero, &serving.meta, BPF_ANY));
	gx_serving_close(&serving);
}

static void show_note(void)
{
	const char *note = gx_tcp_note(tcp);

	if (note)
		fprintf(stderr, "%s\n", note);
}

static void on_signal(evutil_socket_t number, short what, void *base)
{
	const struct gx_tcp_counts *counts = gx_tcp_counts(tcp);

	if (number == SIGTERM) {
		event_base_loopbreak(base);
	} else if (number == SIGHUP) {
		end_if(gx_tcp_follow(tcp, &failure) < 0);
		show_note();
		puts("followed");
	} else {
		printf("connections %ju accepted %ju refused %ju evicted %ju expired %ju answered %ju passed %ju failed %ju "
		       "malformed %ju\n", (uintmax_t)counts->connections, (uintmax_t)counts->accepted,
		       (uintmax_t)counts->refused, (uintmax_t)counts->evicted, (uintmax_t)counts->expired,
		       (uintmax_t)counts->answered, (uintmax_t)counts->passed, (uintmax_t)counts->failed,
		       (uintmax_t)counts->malformed);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const int numbers[] = { SIGTERM, SIGHUP, SIGUSR1 };
	struct event_base *base = event_base_new();

	if (argc < 2 || (argc > 2 && argc < 5))
		return 2;
	gx_object_set_verbose(getenv("GEOXDP_VERBOSE") != NULL);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 2)
		write_limits(argv[1], argv + 2, argc - 2);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		event_add(evsignal_new(base, numbers[i], on_signal, base), NULL);
	end_if(gx_tcp_new(&tcp, base, argv[1], &failure));
	show_note();
	puts("ready");
	fflush(stdout);
	event_base_dispatch(base);
	gx_tcp_free(tcp);
	return 0;
}
