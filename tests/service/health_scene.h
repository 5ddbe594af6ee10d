/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health checks in a loop of their own, what they report, and local servers for them to look at. */
#ifndef GEOXDP_TESTS_SERVICE_HEALTH_SCENE_H
#define GEOXDP_TESTS_SERVICE_HEALTH_SCENE_H

#include <event2/event.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "tests/unit/folder.h"
#include "user/service/health.h"

#define SCENE_MAX	32

struct told {
	uint32_t unit;
	uint32_t flags;
	char why[640];
};

/* Units and checks are numbered from 1, as in the tables. */
struct scene {
	struct event_base *base;
	struct gx_health *health;
	struct gx_unit units[SCENE_MAX];
	size_t n_units;
	struct gx_check checks[SCENE_MAX];
	size_t n_checks;
	struct told told[SCENE_MAX];
	size_t n_told;
};

struct server {
	int fd;			/* listens */
	uint16_t port;
	const char *reply;	/* NULL: connections are held open and nothing is said */
	size_t reply_octets;
	pthread_t thread;
	atomic_int accepted;
	int held[64];
	char request[4096];	/* the last one; to be read after server_stop() */
};

void scene_set_up(struct scene *scene);
void scene_tear_down(struct scene *scene);

uint32_t scene_unit(struct scene *scene, const char *name);

/* Intervals of 100 ms, or 400 over the network, where a busy machine may need time; no jitter; thresholds of 1. */
struct gx_check *scene_check(struct scene *scene, uint32_t unit, uint8_t kind);
struct gx_check *scene_file(struct scene *scene, uint32_t unit, const char *path);
struct gx_check *scene_tcp(struct scene *scene, uint32_t unit, const char *address, uint16_t port);
struct gx_check *scene_http(struct scene *scene, uint32_t unit, const char *url, const char *address);
struct gx_check *scene_exec(struct scene *scene, uint32_t unit, const char *const *arguments);

/* Hand the tables to the checker. */
void scene_set(struct scene *scene);

/* Run the loop until so many more attempts have ended; fails where they do not within ten seconds. */
void scene_attempts(struct scene *scene, unsigned int attempts);

/*
 * Run the loop until something is told. For units of several checks: the attempts of these end in any order and
 * together where the machine is busy, but each check has at most one in a turn of the loop.
 */
void scene_until_told(struct scene *scene);
void scene_run_ms(struct scene *scene, unsigned int ms);
struct gx_health_counts scene_counts(const struct scene *scene);

/* Exactly one thing was told since the last call: this. */
void assert_told(struct scene *scene, uint32_t unit, uint32_t flags, const char *why);
void assert_nothing_told(struct scene *scene);
/* The newest attempt was undecided, for this reason, and nothing was told. */
void assert_undecided(struct scene *scene, const char *trouble);

/* A listening socket on a free port of the address; backlog 0 and nobody who accepts: soon it takes none any more. */
int server_listen(const char *address, int backlog, uint16_t *port);
void server_start(struct server *server, const char *address, const char *reply, size_t reply_octets);
void server_stop(struct server *server);
/* A port of 127.0.0.1 where nobody listens. */
uint16_t refusing_port(void);

uint64_t now_ms(void);

#endif
