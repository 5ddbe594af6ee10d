/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP checks, attempts in time, and what of the node's own faults never takes a unit down. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/service/health_scene.h"

static void test_a_connection_that_is_accepted_is_a_success(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };

	for (size_t i = 0; i < 2; i++) {
		struct scene scene;
		struct server server;
		char why[128];

		server_start(&server, addresses[i], NULL, 0);
		scene_set_up(&scene);
		scene.units[scene_unit(&scene, "eu")].flags = GX_UNIT_DOWN;
		scene_tcp(&scene, 1, addresses[i], server.port);
		scene_set(&scene);
		scene_attempts(&scene, 1);
		snprintf(why, sizeof(why), i ? "c [%s]:%u: connected" : "c %s:%u: connected", addresses[i],
			 server.port);
		assert_told(&scene, 1, 0, why);
		scene_tear_down(&scene);
		server_stop(&server);
	}
}

static void test_the_connection_is_reset_and_leaves_no_time_wait(void **state)
{
	struct scene scene;
	uint16_t port;
	int fd = server_listen("127.0.0.1", 8, &port), client;
	char octet;

	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", port);
	scene_set(&scene);
	scene_attempts(&scene, 1);
	client = accept(fd, NULL, NULL);
	assert_true(client >= 0);
	assert_int_equal(recv(client, &octet, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(client);
	close(fd);
	scene_tear_down(&scene);
}

static void test_a_refused_connection_is_a_failure(void **state)
{
	struct scene scene;
	uint16_t port = refusing_port();
	char why[128];

	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", port);
	scene_set(&scene);
	scene_attempts(&scene, 1);
	snprintf(why, sizeof(why), "c 127.0.0.1:%u: connect: Connection refused", port);
	assert_told(&scene, 1, GX_UNIT_DOWN, why);
	scene_tear_down(&scene);
}

/* A name is resolved beside the loop. */
static void test_a_name_is_connected_to(void **state)
{
	struct scene scene;
	struct server server;
	char why[128];

	server_start(&server, "127.0.0.1", NULL, 0);
	scene_set_up(&scene);
	scene.units[scene_unit(&scene, "eu")].flags = GX_UNIT_DOWN;
	scene_tcp(&scene, 1, "localhost", server.port)->interval_ms = 5000;
	scene.checks[1].timeout_ms = 5000;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	snprintf(why, sizeof(why), "c localhost:%u: connected", server.port);
	assert_told(&scene, 1, 0, why);
	scene_tear_down(&scene);
	server_stop(&server);

	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "localhost", server.port)->interval_ms = 5000;
	scene.checks[1].timeout_ms = 5000;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	snprintf(why, sizeof(why), "c localhost:%u: connect: Connection refused", server.port);
	assert_told(&scene, 1, GX_UNIT_DOWN, why);
	scene_tear_down(&scene);
}

/* RFC 6761 6.4: .invalid never exists. Whether the resolver says so or is away, the node cannot tell. */
static void test_a_name_that_cannot_be_resolved_says_nothing(void **state)
{
	struct scene scene;

	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "nowhere.invalid", 80)->interval_ms = 9000;
	scene.checks[1].timeout_ms = 9000;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_undecided(&scene, "c nowhere.invalid:80: Could not resolve host: nowhere.invalid");
	scene_tear_down(&scene);
}

/* Namespaces of its own, in which the rest of the process stays. Skips the test where they cannot be had. */
static void leave_the_machine(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNS | CLONE_NEWNET)) {
		print_message("# namespaces need root\n");
		skip();
	}
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &lo), 0);
	close(fd);
}

static void test_a_silent_resolver_takes_nothing_down_and_blocks_nothing(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53) };
	char *path = folder_put(*state, "resolv.conf", "nameserver 127.0.0.9\n");
	struct scene scene;
	uint64_t began;
	int fd;

	leave_the_machine();
	assert_int_equal(mount(path, "/etc/resolv.conf", NULL, MS_BIND, NULL), 0);
	/* It takes questions, and nobody reads them. */
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(0x7f000009);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "www.example.test", 80);
	scene_http(&scene, scene_unit(&scene, "us"), "http://www.example.test/", "");
	scene_set(&scene);
	began = now_ms();
	scene_attempts(&scene, 4);
	assert_int_equal(scene_counts(&scene).undecided, 4);
	assert_nothing_told(&scene);
	assert_non_null(strstr(scene_counts(&scene).trouble, ": its name was not resolved in time"));
	scene_tear_down(&scene);
	/* The resolver's own time is five seconds, twice. */
	assert_in_range(now_ms() - began, 0, 4000);
	close(fd);
}

/* One local port for all, and it is taken: connect() fails before it asks the target. */
static void test_without_a_local_port_nothing_flips(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct scene scene;
	uint16_t port;
	char url[64];
	int fd, client;
	FILE *range;

	leave_the_machine();
	fd = server_listen("127.0.0.1", 8, &port);
	range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "w");
	assert_non_null(range);
	fprintf(range, "%u %u", port - 1, port - 1);
	assert_int_equal(fclose(range), 0);
	address.sin_port = htons(port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", port);
	scene_http(&scene, scene_unit(&scene, "us"), url, "");
	scene_set(&scene);
	scene_attempts(&scene, 4);
	assert_int_equal(scene_counts(&scene).undecided, 4);
	assert_nothing_told(&scene);
	assert_non_null(strstr(scene_counts(&scene).trouble, "Cannot assign requested address"));
	scene_tear_down(&scene);
	close(client);
	close(fd);
}

/* A listener whose queue is full does not answer a SYN. */
struct black_hole {
	int fd;
	int clients[8];
	uint16_t port;
};

static void black_hole_open(struct black_hole *hole)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	hole->fd = server_listen("127.0.0.1", 0, &hole->port);
	address.sin_port = htons(hole->port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 8; i++) {
		hole->clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(hole->clients[i], (struct sockaddr *)&address, sizeof(address));
	}
}

static void black_hole_close(struct black_hole *hole)
{
	for (int i = 0; i < 8; i++)
		close(hole->clients[i]);
	close(hole->fd);
}

static void test_no_answer_within_the_timeout_is_a_failure(void **state)
{
	struct scene scene;
	struct black_hole hole;
	uint64_t began;
	char why[128];

	black_hole_open(&hole);
	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", hole.port)->timeout_ms = 60;
	scene_set(&scene);
	began = now_ms();
	scene_attempts(&scene, 1);
	assert_in_range(now_ms() - began, 50, 2000);
	snprintf(why, sizeof(why), "c 127.0.0.1:%u: timed out after 60 ms", hole.port);
	assert_told(&scene, 1, GX_UNIT_DOWN, why);
	scene_tear_down(&scene);
	black_hole_close(&hole);
}

static void stand_still(evutil_socket_t fd, short what, void *context)
{
	usleep(600000);
}

static void test_a_loop_that_stood_still_is_no_timeout(void **state)
{
	const struct timeval soon = { .tv_usec = 20000 };
	struct scene scene;
	struct black_hole hole;

	black_hole_open(&hole);
	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", hole.port)->timeout_ms = 100;
	scene_set(&scene);
	event_base_once(scene.base, -1, EV_TIMEOUT, stand_still, NULL, &soon);
	scene_attempts(&scene, 1);
	assert_nothing_told(&scene);
	assert_int_equal(scene_counts(&scene).undecided, 1);
	assert_non_null(strstr(scene_counts(&scene).trouble, ": this process stood still for "));
	/* The next one has its full time, and tells. */
	scene_attempts(&scene, 1);
	assert_int_equal(scene_counts(&scene).failures, 1);
	scene_tear_down(&scene);
	black_hole_close(&hole);
}

static void test_without_open_files_nothing_flips(void **state)
{
	struct scene scene;
	struct rlimit before, none;
	uint16_t port = refusing_port();
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", port);
	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", port);
	scene_http(&scene, scene_unit(&scene, "us"), url, "");
	scene_exec(&scene, scene_unit(&scene, "asia"), (const char *const[]){ "/bin/false", NULL });
	scene_file(&scene, scene_unit(&scene, "africa"), "/dev/null");
	scene_set(&scene);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	scene_attempts(&scene, 8);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_nothing_told(&scene);
	assert_int_equal(scene_counts(&scene).undecided, scene_counts(&scene).attempts);
	assert_non_null(strstr(scene_counts(&scene).trouble, "Too many open files"));
	/* With files, the three that fail are taken down. */
	for (int i = 0; i < 40 && scene.n_told < 3; i++)
		scene_attempts(&scene, 1);
	assert_int_equal(scene.n_told, 3);
	scene_tear_down(&scene);
}

static void test_too_low_a_limit_of_open_files_is_told(void **state)
{
	struct scene scene;
	struct rlimit before, low;

	scene_set_up(&scene);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* It was raised as far as it goes. */
	assert_int_equal(before.rlim_cur, before.rlim_max);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", 1)->interval_ms = 60000;
	scene_set(&scene);
	assert_string_equal(scene_counts(&scene).trouble, "");
	low = before;
	low.rlim_cur = 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	scene_set(&scene);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_string_equal(scene_counts(&scene).trouble,
			    "1 checks may need 257 open files, the limit is 256 (LimitNOFILE= of the unit, ulimit -n)");
	scene_tear_down(&scene);
}

/* Lower bounds only: a busy machine is late, and never early. libevent's clock has steps of four milliseconds. */
static void test_attempts_begin_an_interval_give_or_take_the_jitter_after_each_other(void **state)
{
	struct scene scene;
	struct server server;
	uint64_t begin, last, shortest = UINT64_MAX, longest = 0;

	server_start(&server, "127.0.0.1", NULL, 0);
	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", server.port)->jitter_percent = 50;
	scene.checks[1].interval_ms = 200;
	begin = now_ms();
	scene_set(&scene);
	scene_attempts(&scene, 1);
	last = now_ms();
	for (int i = 0; i < 12; i++) {
		uint64_t now, gap;

		scene_attempts(&scene, 1);
		now = now_ms();
		gap = now - last;
		last = now;
		shortest = gap < shortest ? gap : shortest;
		longest = gap > longest ? gap : longest;
		/* From before the first: a gap alone is short where the attempt before it was late to end. */
		assert_true(now - begin >= (i + 1) * 90u);
	}
	/* Twelve numbers drawn from 100 to 300 lie within 40 of each other once in a hundred million. */
	assert_true(longest - shortest > 40);
	scene_tear_down(&scene);
	server_stop(&server);
}

static void test_a_running_attempt_survives_a_new_generation_and_ends_with_its_check(void **state)
{
	struct scene scene;
	struct black_hole hole;
	char why[128];

	black_hole_open(&hole);
	scene_set_up(&scene);
	scene_tcp(&scene, scene_unit(&scene, "eu"), "127.0.0.1", hole.port)->timeout_ms = 300;
	scene.checks[1].interval_ms = 60000;
	scene_set(&scene);
	scene_run_ms(&scene, 50);
	scene_set(&scene);
	scene_attempts(&scene, 1);
	snprintf(why, sizeof(why), "c 127.0.0.1:%u: timed out after 300 ms", hole.port);
	assert_told(&scene, 1, GX_UNIT_DOWN, why);

	scene.checks[1].interval_ms = 50000;
	scene_set(&scene);
	scene_run_ms(&scene, 50);
	scene.n_checks = 1;
	scene_set(&scene);
	assert_told(&scene, 1, 0, "it has no check any more");
	scene_run_ms(&scene, 400);
	assert_int_equal(scene_counts(&scene).attempts, 1);
	scene_tear_down(&scene);
	black_hole_close(&hole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_connection_that_is_accepted_is_a_success),
		cmocka_unit_test(test_the_connection_is_reset_and_leaves_no_time_wait),
		cmocka_unit_test(test_a_refused_connection_is_a_failure),
		cmocka_unit_test(test_a_name_is_connected_to),
		cmocka_unit_test(test_a_name_that_cannot_be_resolved_says_nothing),
		cmocka_unit_test(test_no_answer_within_the_timeout_is_a_failure),
		cmocka_unit_test(test_a_loop_that_stood_still_is_no_timeout),
		cmocka_unit_test(test_without_open_files_nothing_flips),
		cmocka_unit_test(test_too_low_a_limit_of_open_files_is_told),
		cmocka_unit_test(test_attempts_begin_an_interval_give_or_take_the_jitter_after_each_other),
		cmocka_unit_test(test_a_running_attempt_survives_a_new_generation_and_ends_with_its_check),
		/* The last, for what they do to the process. */
		cmocka_unit_test(test_without_a_local_port_nothing_flips),
		folder_test(test_a_silent_resolver_takes_nothing_down_and_blocks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
