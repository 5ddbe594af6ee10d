/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sk_lookup program of `geoxdp run`, in a network namespace of its own: which new connections it brings to our
 * sockets.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <cmocka.h>

#include "geoxdp/dns.h"
#include "user/sys/steer.h"

#define SERVICE4	"192.0.2.53"
#define SERVICE6	"2001:db8::53"
#define NUMBER(array)	(sizeof(array) / sizeof((array)[0]))

static struct {
	struct gx_steer *steer;
	int listeners[GX_FAMILIES];
	uint64_t cookies[GX_FAMILIES];	/* of these */
	int prog_fd;
} own;

/* A SYN as the kernel sees it. It cannot be told the interface: that one by loopback stays is for tests/net. */
struct row {
	const char *what;
	const char *from;
	const char *to;
	uint32_t protocol;
	uint16_t port;
	bool is_ours;
};

static const struct row rows[] = {
	{ "a client over IPv4", "198.51.100.1", SERVICE4, IPPROTO_TCP, 53, true },
	{ "a client over IPv6", "2001:db8:5::7", SERVICE6, IPPROTO_TCP, 53, true },
	{ "a mapped client", "::ffff:198.51.100.1", SERVICE6, IPPROTO_TCP, 53, true },
	{ "UDP", "198.51.100.1", SERVICE4, IPPROTO_UDP, 53, false },
	{ "another port", "198.51.100.1", SERVICE4, IPPROTO_TCP, 54, false },
	{ "a port that is 53 in its upper octet", "198.51.100.1", SERVICE4, IPPROTO_TCP, 53 << 8, false },
	{ "another address", "198.51.100.1", "192.0.2.54", IPPROTO_TCP, 53, false },
	{ "another address over IPv6", "2001:db8:5::7", "2001:db8::54", IPPROTO_TCP, 53, false },
	{ "the mapped form of the other family's address", "2001:db8:5::7", "::ffff:192.0.2.54", IPPROTO_TCP, 53,
	  false },
	{ "a service address", SERVICE4, SERVICE4, IPPROTO_TCP, 53, false },
	{ "a service address over IPv6", SERVICE6, SERVICE6, IPPROTO_TCP, 53, false },
	{ "the first client of a bypass", "10.9.0.0", SERVICE4, IPPROTO_TCP, 53, false },
	{ "the last client of a bypass", "10.9.255.255", SERVICE4, IPPROTO_TCP, 53, false },
	{ "the client in front of a bypass", "10.8.255.255", SERVICE4, IPPROTO_TCP, 53, true },
	{ "the client behind a bypass", "10.10.0.0", SERVICE4, IPPROTO_TCP, 53, true },
	{ "a client of a bypass over IPv6", "2001:db8:9:ffff::1", SERVICE6, IPPROTO_TCP, 53, false },
	{ "a client behind a bypass over IPv6", "2001:db8:a::1", SERVICE6, IPPROTO_TCP, 53, true },
};

/* Cookie of the socket that is chosen; 0: none. */
static uint64_t choose(const struct row *row)
{
	struct bpf_sk_lookup in = { .family = strchr(row->from, ':') ? AF_INET6 : AF_INET, .protocol = row->protocol,
				    .local_port = row->port, .remote_port = htons(40000) }, out = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &in, .ctx_size_in = sizeof(in), .ctx_out = &out,
		    .ctx_size_out = sizeof(out), .repeat = 1);
	bool is_ipv6 = in.family == AF_INET6;

	assert_int_equal(inet_pton(in.family, row->from, is_ipv6 ? in.remote_ip6 : &in.remote_ip4), 1);
	assert_int_equal(inet_pton(in.family, row->to, is_ipv6 ? in.local_ip6 : &in.local_ip4), 1);
	assert_int_equal(bpf_prog_test_run_opts(own.prog_fd, &opts), 0);
	assert_int_equal(opts.retval, SK_PASS);
	return out.cookie;
}

static void connections_of_clients_to_service_addresses_are_steered(void **state)
{
	for (size_t i = 0; i < NUMBER(rows); i++) {
		enum gx_family family = strchr(rows[i].from, ':') ? GX_IPV6 : GX_IPV4;

		if (choose(&rows[i]) != (rows[i].is_ours ? own.cookies[family] : 0))
			fail_msg("%s is %s", rows[i].what, rows[i].is_ours ? "not steered" : "steered");
	}
}

static void without_services_nothing_is_steered(void **state)
{
	const struct gx_tcp_plan none = {0};
	struct gx_failure failure;

	assert_int_equal(gx_steer_set(own.steer, &none, &failure), 0);
	for (size_t i = 0; i < NUMBER(rows); i++)
		assert_int_equal(choose(&rows[i]), 0);
}

static int listen_at(int family, uint64_t *cookie)
{
	struct sockaddr_storage any = { .ss_family = (sa_family_t)family };
	int fd = socket(family, SOCK_STREAM, 0), one = 1;
	socklen_t octets = sizeof(*cookie);

	assert_true(fd >= 0);
	if (family == AF_INET6)
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&any, family == AF_INET6 ? sizeof(struct sockaddr_in6) :
							       sizeof(struct sockaddr_in)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &octets), 0);
	return fd;
}

/* The only program of its kind in the namespace. */
static int find_prog(void)
{
	uint32_t id, count = 1;

	assert_int_equal(bpf_prog_query(open("/proc/self/ns/net", O_RDONLY), BPF_SK_LOOKUP, 0, NULL, &id, &count), 0);
	assert_int_equal(count, 1);
	return bpf_prog_get_fd_by_id(id);
}

static int set_up(void **state)
{
	struct gx_tcp_plan plan = { .n_services = 2, .n_bypass = 2 };
	struct gx_failure failure;

	own.listeners[GX_IPV4] = listen_at(AF_INET, &own.cookies[GX_IPV4]);
	own.listeners[GX_IPV6] = listen_at(AF_INET6, &own.cookies[GX_IPV6]);
	inet_pton(AF_INET6, "::ffff:" SERVICE4, plan.services[0].address);
	inet_pton(AF_INET6, SERVICE6, plan.services[1].address);
	inet_pton(AF_INET6, "::ffff:10.9.0.0", plan.bypass[0].address);
	plan.bypass[0].prefix_bits = 96 + 16;
	inet_pton(AF_INET6, "2001:db8:9::", plan.bypass[1].address);
	plan.bypass[1].prefix_bits = 48;
	if (gx_steer_new(&own.steer, own.listeners, &failure) || gx_steer_set(own.steer, &plan, &failure))
		fail_msg("%s", failure.text);
	own.prog_fd = find_prog();
	assert_true(own.prog_fd >= 0);
	return 0;
}

static int tear_down(void **state)
{
	close(own.prog_fd);
	gx_steer_free(own.steer);
	close(own.listeners[GX_IPV4]);
	close(own.listeners[GX_IPV6]);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_of_clients_to_service_addresses_are_steered),
		cmocka_unit_test(without_services_nothing_is_steered),
	};

	if (unshare(CLONE_NEWNET)) {
		printf("1..1\n%sok 1 - steer%s\n", errno == EPERM ? "" : "not ", errno == EPERM ? " # SKIP needs root" : "");
		return errno != EPERM;
	}
	return cmocka_run_group_tests_name("steer", tests, set_up, tear_down);
}
