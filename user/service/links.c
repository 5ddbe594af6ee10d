/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces as a build found them. */
#include "user/service/links.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xxhash.h>

#include "user/core/mem.h"
#include "user/sys/attach.h"

/* An interface comes up with one message after the other. */
#define GX_LINKS_QUIET_MS 300

struct gx_noted {
	char name[IF_NAMESIZE];
	uint64_t digest;
};

struct gx_links {
	gx_links_calm *calm;
	void *context;
	int fd;
	struct event *readable;
	struct event *quiet;
	struct gx_noted *list;
	size_t count, capacity;
};

/* Of all that a generation takes from an interface: which one it is, and its addresses. */
static uint64_t gx_digest_link(const char *name)
{
	uint64_t digest = if_nametoindex(name);
	struct gx_services services = {};
	struct gx_failure ignored;
	char text[GX_ADDR_TEXT_OCTETS];

	if (digest && !gx_interface_addresses(name, &services, &ignored))
		digest = XXH3_64bits_withSeed(services.macs, services.n_macs * sizeof(*services.macs), digest);
	for (size_t i = 0; i < services.count; i++) {
		gx_show_addr(&services.list[i], text);
		digest = XXH3_64bits_withSeed(text, strlen(text), digest);
	}
	free(services.list);
	return digest;
}

static void gx_links_on_message(evutil_socket_t fd, short what, void *context)
{
	const struct timeval wait = { .tv_usec = GX_LINKS_QUIET_MS * 1000 };
	struct gx_links *links = context;
	char message[8192];

	/* What it says is looked up: messages may be lost (ENOBUFS), and that one came is enough. */
	while (recv(links->fd, message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC) > 0)
		;
	if (!event_pending(links->quiet, EV_TIMEOUT, NULL))
		event_add(links->quiet, &wait);
}

static void gx_links_on_quiet(evutil_socket_t fd, short what, void *context)
{
	struct gx_links *links = context;

	links->calm(links->context);
}

void gx_links_note(struct gx_links *links, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool known = false;

		for (size_t j = 0; j < links->count && !known; j++)
			known = !strcmp(links->list[j].name, names[i]);
		if (known)
			continue;
		gx_grow(&links->list, links->count, links->capacity);
		snprintf(links->list[links->count].name, IF_NAMESIZE, "%s", names[i]);
		links->list[links->count++].digest = gx_digest_link(names[i]);
	}
}

void gx_links_renew(struct gx_links *links)
{
	for (size_t i = 0; i < links->count; i++)
		links->list[i].digest = gx_digest_link(links->list[i].name);
}

const char *gx_links_changed(const struct gx_links *links)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->list[i].digest != gx_digest_link(links->list[i].name))
			return links->list[i].name;
	return NULL;
}

static int gx_links_listen(struct gx_failure *failure)
{
	const struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE), error;

	if (fd < 0)
		return gx_fail(failure, errno, NULL, "netlink: make socket");
	if (!bind(fd, (const struct sockaddr *)&groups, sizeof(groups)))
		return fd;
	error = gx_fail(failure, errno, NULL, "netlink: listen");
	close(fd);
	return error;
}

int gx_links_new(struct gx_links **out, struct event_base *base, gx_links_calm *calm, void *context,
		 struct gx_failure *failure)
{
	int fd = gx_links_listen(failure);
	struct gx_links *links;

	if (fd < 0)
		return fd;
	links = gx_calloc(1, sizeof(*links));
	*links = (struct gx_links){ .calm = calm, .context = context, .fd = fd };
	links->readable = event_new(base, fd, EV_READ | EV_PERSIST, gx_links_on_message, links);
	links->quiet = event_new(base, -1, 0, gx_links_on_quiet, links);
	event_add(links->readable, NULL);
	*out = links;
	return 0;
}

void gx_links_free(struct gx_links *links)
{
	if (!links)
		return;
	event_free(links->readable);
	event_free(links->quiet);
	close(links->fd);
	free(links->list);
	free(links);
}
