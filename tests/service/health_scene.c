/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health checks in a loop of their own, what they report, and local servers for them to look at. */
#include "tests/service/health_scene.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

/* --- checks ------------------------------------------------------------------------------------ */

static void scene_report(void *context, uint32_t unit, uint32_t flags, const char *why)
{
	struct scene *scene = context;
	struct told *told = &scene->told[scene->n_told++];

	assert_in_range(scene->n_told, 1, SCENE_MAX);
	assert_in_range(unit, 1, scene->n_units - 1);
	told->unit = unit;
	told->flags = flags;
	snprintf(told->why, sizeof(told->why), "%s", why);
	/* As the service does. */
	scene->units[unit].flags = (scene->units[unit].flags & ~(GX_UNIT_DOWN | GX_UNIT_PENDING)) | flags;
}

void scene_set_up(struct scene *scene)
{
	struct gx_failure failure;

	memset(scene, 0, sizeof(*scene));
	scene->n_units = scene->n_checks = 1;
	scene->base = event_base_new();
	assert_non_null(scene->base);
	assert_int_equal(gx_health_new(&scene->health, scene->base, scene_report, scene, &failure), 0);
}

void scene_tear_down(struct scene *scene)
{
	gx_health_free(scene->health);
	event_base_free(scene->base);
}

uint32_t scene_unit(struct scene *scene, const char *name)
{
	struct gx_unit *unit = &scene->units[scene->n_units];

	assert_in_range(scene->n_units, 1, SCENE_MAX - 1);
	memset(unit, 0, sizeof(*unit));
	snprintf(unit->name, sizeof(unit->name), "%s", name);
	return scene->n_units++;
}

struct gx_check *scene_check(struct scene *scene, uint32_t unit, uint8_t kind)
{
	struct gx_check *check = &scene->checks[scene->n_checks++];

	assert_in_range(scene->n_checks, 1, SCENE_MAX);
	memset(check, 0, sizeof(*check));
	check->unit = unit;
	check->kind = kind;
	check->up = check->down = 1;
	check->interval_ms = 100;
	check->timeout_ms = 80;
	strcpy(check->name, "c");
	return check;
}

struct gx_check *scene_file(struct scene *scene, uint32_t unit, const char *path)
{
	struct gx_check *check = scene_check(scene, unit, GX_CHECK_FILE);

	snprintf(check->target, sizeof(check->target), "%s", path);
	return check;
}

struct gx_check *scene_tcp(struct scene *scene, uint32_t unit, const char *address, uint16_t port)
{
	struct gx_check *check = scene_check(scene, unit, GX_CHECK_TCP);

	snprintf(check->address, sizeof(check->address), "%s", address);
	check->port = port;
	check->interval_ms = check->timeout_ms = 400;
	return check;
}

struct gx_check *scene_http(struct scene *scene, uint32_t unit, const char *url, const char *address)
{
	struct gx_check *check = scene_check(scene, unit, GX_CHECK_HTTP);

	snprintf(check->target, sizeof(check->target), "%s", url);
	snprintf(check->address, sizeof(check->address), "%s", address);
	check->status_min = 200;
	check->status_max = 299;
	check->interval_ms = check->timeout_ms = 400;
	return check;
}

struct gx_check *scene_exec(struct scene *scene, uint32_t unit, const char *const *arguments)
{
	struct gx_check *check = scene_check(scene, unit, GX_CHECK_EXEC);
	size_t used = 0;

	for (; *arguments; arguments++) {
		size_t octets = strlen(*arguments) + 1;

		assert_in_range(used + octets, 1, sizeof(check->target));
		memcpy(check->target + used, *arguments, octets);
		used += octets;
		check->n_arguments++;
	}
	return check;
}

void scene_set(struct scene *scene)
{
	gx_health_set(scene->health, scene->checks, scene->n_checks, scene->units, scene->n_units);
}

struct gx_health_counts scene_counts(const struct scene *scene)
{
	struct gx_health_counts counts;

	gx_health_counts(scene->health, &counts);
	return counts;
}

void scene_attempts(struct scene *scene, unsigned int attempts)
{
	uint64_t goal = scene_counts(scene).attempts + attempts, until = now_ms() + 10000;

	while (scene_counts(scene).attempts < goal) {
		if (now_ms() > until)
			fail_msg("%llu of %llu attempts within ten seconds",
				 (unsigned long long)scene_counts(scene).attempts, (unsigned long long)goal);
		event_base_loop(scene->base, EVLOOP_ONCE);
	}
}

void scene_until_told(struct scene *scene)
{
	uint64_t until = now_ms() + 10000;

	while (!scene->n_told) {
		if (now_ms() > until)
			fail_msg("nothing told within ten seconds");
		event_base_loop(scene->base, EVLOOP_ONCE);
	}
}

void scene_run_ms(struct scene *scene, unsigned int ms)
{
	struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	event_base_loopexit(scene->base, &time);
	event_base_dispatch(scene->base);
}

void assert_told(struct scene *scene, uint32_t unit, uint32_t flags, const char *why)
{
	if (scene->n_told != 1)
		for (size_t i = 0; i < scene->n_told; i++)
			print_message("# told: %u %x %s\n", scene->told[i].unit, scene->told[i].flags,
				      scene->told[i].why);
	assert_int_equal(scene->n_told, 1);
	assert_string_equal(scene->told[0].why, why);
	assert_int_equal(scene->told[0].unit, unit);
	assert_int_equal(scene->told[0].flags, flags);
	scene->n_told = 0;
}

void assert_nothing_told(struct scene *scene)
{
	if (scene->n_told)
		print_message("# told: %u %x %s\n", scene->told[0].unit, scene->told[0].flags, scene->told[0].why);
	assert_int_equal(scene->n_told, 0);
}

void assert_undecided(struct scene *scene, const char *trouble)
{
	struct gx_health_counts counts = scene_counts(scene);

	assert_nothing_told(scene);
	assert_string_equal(counts.trouble, trouble);
	assert_true(counts.undecided > 0);
	assert_int_equal(counts.undecided, counts.attempts);
}

/* --- servers ----------------------------------------------------------------------------------- */

int server_listen(const char *address, int backlog, uint16_t *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST }, *list;
	struct sockaddr_storage bound;
	socklen_t octets = sizeof(bound);
	int fd;

	assert_int_equal(getaddrinfo(address, "0", &hints, &list), 0);
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, list->ai_addr, list->ai_addrlen), 0);
	freeaddrinfo(list);
	assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &octets), 0);
	*port = ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *)&bound)->sin_port
						 : ((struct sockaddr_in6 *)&bound)->sin6_port);
	return fd;
}

uint16_t refusing_port(void)
{
	uint16_t port;

	close(server_listen("127.0.0.1", 1, &port));
	return port;
}

/* Read a request's head, or a TLS record's begin, and say what there is to say, as far as the client wants it. */
static void server_answer(struct server *server, int fd)
{
	char *request = server->request;
	size_t used = 0, sent = 0;
	ssize_t octets = 1;

	request[0] = '\0';
	while (!strstr(request, "\r\n\r\n") && request[0] != 0x16 && octets > 0 && used < sizeof(server->request) - 1) {
		octets = recv(fd, request + used, sizeof(server->request) - 1 - used, 0);
		used += octets > 0 ? octets : 0;
		request[used] = '\0';
	}
	while (sent < server->reply_octets) {
		octets = send(fd, server->reply + sent, server->reply_octets - sent, MSG_NOSIGNAL);
		if (octets <= 0)
			break;
		sent += octets;
	}
	close(fd);
}

static void *server_serve(void *context)
{
	struct server *server = context;
	int fd;

	while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		int nth = server->accepted++;

		if (server->reply)
			server_answer(server, fd);
		else if (nth < 64)
			server->held[nth] = fd;
		else
			close(fd);
	}
	return NULL;
}

void server_start(struct server *server, const char *address, const char *reply, size_t reply_octets)
{
	memset(server, 0, sizeof(*server));
	server->reply = reply;
	server->reply_octets = reply_octets;
	server->fd = server_listen(address, 64, &server->port);
	assert_int_equal(pthread_create(&server->thread, NULL, server_serve, server), 0);
}

void server_stop(struct server *server)
{
	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
	for (int i = 0; !server->reply && i < server->accepted && i < 64; i++)
		close(server->held[i]);
}
