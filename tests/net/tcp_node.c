// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The TCP part of `geoxdp run` alone: tcp_node IFACE
 *
 * SIGHUP: follow a change; SIGUSR1: print the counters; SIGTERM: give TCP back and end.
 */
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/service/tcp.h"
#include "user/sys/object.h"

static struct gx_failure failure;
static struct gx_tcp *tcp;

static void end_if(int error)
{
	if (!error)
		return;
	fprintf(stderr, "tcp_node: %s\n", failure.text);
	exit(1);
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

	if (argc != 2)
		return 2;
	gx_object_set_verbose(getenv("GEOXDP_VERBOSE") != NULL);
	signal(SIGPIPE, SIG_IGN);
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
