/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thousand targets, each checked every second. What it costs is printed, not judged: the machine is others' too. */
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/service/health_scene.h"

#define TARGETS	1000
#define SECONDS	3

/* One listener for all: target n is 127.1.0.0 + n. */
struct crowd {
	int fd;
	uint16_t port;
	bool http;
	pthread_t thread;
	atomic_int attempts[TARGETS];
};

static void crowd_answer(struct crowd *crowd, int fd)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOK\n";
	struct sockaddr_in address;
	socklen_t octets = sizeof(address);
	char request[1024];
	uint32_t nth;

	if (!getsockname(fd, (struct sockaddr *)&address, &octets)) {
		nth = ntohl(address.sin_addr.s_addr) - 0x7f010000;
		if (nth < TARGETS)
			crowd->attempts[nth]++;
	}
	if (crowd->http && recv(fd, request, sizeof(request), 0) > 0)
		send(fd, reply, sizeof(reply) - 1, MSG_NOSIGNAL);
	close(fd);
}

static void *crowd_serve(void *context)
{
	struct crowd *crowd = context;
	int fd;

	while ((fd = accept4(crowd->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		crowd_answer(crowd, fd);
	return NULL;
}

static void crowd_start(struct crowd *crowd, bool http)
{
	memset(crowd, 0, sizeof(*crowd));
	crowd->http = http;
	crowd->fd = server_listen("0.0.0.0", 4096, &crowd->port);
	assert_int_equal(pthread_create(&crowd->thread, NULL, crowd_serve, crowd), 0);
}

static void crowd_stop(struct crowd *crowd)
{
	shutdown(crowd->fd, SHUT_RDWR);
	pthread_join(crowd->thread, NULL);
	close(crowd->fd);
}

static void set_targets(struct scene *scene, const struct crowd *crowd)
{
	struct gx_unit *units = gx_calloc(TARGETS + 1, sizeof(*units));
	struct gx_check *checks = gx_calloc(TARGETS + 1, sizeof(*checks));

	for (unsigned int i = 1; i <= TARGETS; i++) {
		struct gx_check *check = &checks[i];

		snprintf(units[i].name, sizeof(units[i].name), "target %u", i);
		check->unit = i;
		check->kind = crowd->http ? GX_CHECK_HTTP : GX_CHECK_TCP;
		check->up = check->down = 1;
		check->jitter_percent = 5;
		check->interval_ms = check->timeout_ms = 1000;
		check->port = crowd->port;
		check->status_min = check->status_max = 200;
		strcpy(check->name, "load");
		strcpy(check->match, crowd->http ? "^OK$" : "");
		snprintf(check->address, sizeof(check->address), "127.1.%u.%u", (i - 1) >> 8, (i - 1) & 255);
		if (crowd->http)
			snprintf(check->target, sizeof(check->target), "http://www.example.test:%u/", crowd->port);
	}
	gx_health_set(scene->health, checks, TARGETS + 1, units, TARGETS + 1);
	free(units);
	free(checks);
}

static double cpu_ms(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
	       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static void check_thousand(bool http)
{
	struct scene scene;
	struct crowd crowd;
	double before;

	crowd_start(&crowd, http);
	scene_set_up(&scene);
	before = cpu_ms();
	set_targets(&scene, &crowd);
	scene_run_ms(&scene, SECONDS * 1000);
	print_message("# %d %s checks a second: %.1f %% of a core (with sanitizers, if they are in)\n", TARGETS,
		      http ? "http" : "tcp", (cpu_ms() - before) / (SECONDS * 10));
	assert_int_equal(scene_counts(&scene).checks, TARGETS);
	scene_tear_down(&scene);
	crowd_stop(&crowd);
	for (int i = 0; i < TARGETS; i++)
		if (crowd.attempts[i] < SECONDS - 1 || crowd.attempts[i] > SECONDS + 1)
			fail_msg("target %d: %d attempts in %d seconds", i, (int)crowd.attempts[i], SECONDS);
}

static void test_a_thousand_tcp_targets_are_checked_each_second(void **state)
{
	check_thousand(false);
}

static void test_a_thousand_http_targets_are_checked_each_second(void **state)
{
	check_thousand(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_thousand_tcp_targets_are_checked_each_second),
		cmocka_unit_test(test_a_thousand_http_targets_are_checked_each_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
