/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The backend: which processes listen on port 53 of the service addresses. */
#include "user/sys/backend.h"

#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/core/mem.h"

#define GX_DNS_PORT 53
#define GX_TCP_LISTEN 0x0a	/* state in /proc/net/tcp: TCP_LISTEN */

struct gx_listeners {
	struct gx_listener *list;
	size_t count, capacity;
};

/* "0100007F", or four of such words: each is printed as a number, whose octets in memory are the address. */
static int gx_parse_hex_addr(const char *text, struct gx_addr *out)
{
	enum gx_family family = strlen(text) == 8 ? GX_IPV4 : GX_IPV6;
	uint8_t octets[16];
	uint32_t word;

	if (family == GX_IPV6 && strlen(text) != 32)
		return -1;
	for (size_t i = 0; i < gx_family_bits(family) / 32; i++) {
		if (sscanf(text + 8 * i, "%8x", &word) != 1)
			return -1;
		memcpy(octets + 4 * i, &word, sizeof(word));
	}
	*out = gx_addr_from_octets(family, octets);
	return 0;
}

/* Whether packets to a service address come to a socket bound to this one. "::" takes IPv4 as well, as it is set. */
static bool gx_is_served(const struct gx_service *services, size_t n_services, const struct gx_addr *address)
{
	uint8_t octets[16] = { [10] = 0xff, [11] = 0xff };

	if (!address->value)
		return true;
	gx_addr_to_octets(address, octets + (address->family == GX_IPV4 ? 12 : 0));
	for (size_t i = 0; i < n_services; i++)
		if (!memcmp(services[i].address, octets, sizeof(octets)))
			return true;
	return false;
}

static void gx_read_sockets(const char *path, bool tcp, const struct gx_service *services, size_t n_services,
			    struct gx_listeners *listeners)
{
	FILE *file = fopen(path, "re");
	char line[512], local[40], remote[40];

	while (file && fgets(line, sizeof(line), file)) {
		unsigned int local_port, remote_port, state;
		struct gx_listener found = { .tcp = tcp };

		if (sscanf(line, " %*d: %39[0-9A-F]:%x %39[0-9A-F]:%x %x %*s %*s %*s %*u %*d %lu", local, &local_port,
			   remote, &remote_port, &state, &found.inode) != 6)
			continue;
		if (local_port != GX_DNS_PORT || remote_port || (tcp && state != GX_TCP_LISTEN) ||
		    gx_parse_hex_addr(local, &found.address) || !gx_is_served(services, n_services, &found.address))
			continue;
		gx_grow(&listeners->list, listeners->count, listeners->capacity);
		listeners->list[listeners->count++] = found;
	}
	if (file)
		fclose(file);
}

/* Put the process into those of the listeners that it has open. */
static void gx_name_process(struct gx_listeners *listeners, const char *pid)
{
	char path[PATH_MAX], target[64];
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		ssize_t octets = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		unsigned long inode;

		target[octets > 0 ? octets : 0] = 0;
		if (sscanf(target, "socket:[%lu]", &inode) != 1)
			continue;
		for (size_t i = 0; i < listeners->count; i++) {
			struct gx_listener *listener = &listeners->list[i];
			FILE *name;

			if (listener->inode != inode || listener->pid)
				continue;
			listener->pid = atoi(pid);
			snprintf(path, sizeof(path), "/proc/%s/comm", pid);
			name = fopen(path, "re");
			if (name && fgets(listener->process, sizeof(listener->process), name))
				listener->process[strcspn(listener->process, "\n")] = 0;
			if (name)
				fclose(name);
		}
	}
	if (folder)
		closedir(folder);
}

size_t gx_backend_find(const struct gx_service *services, size_t n_services, struct gx_listener **list)
{
	struct gx_listeners listeners = {};
	struct dirent *entry;
	DIR *folder;

	gx_read_sockets("/proc/net/udp", false, services, n_services, &listeners);
	gx_read_sockets("/proc/net/udp6", false, services, n_services, &listeners);
	gx_read_sockets("/proc/net/tcp", true, services, n_services, &listeners);
	gx_read_sockets("/proc/net/tcp6", true, services, n_services, &listeners);
	folder = listeners.count ? opendir("/proc") : NULL;
	while (folder && (entry = readdir(folder)))
		if (entry->d_name[strspn(entry->d_name, "0123456789")] == 0)
			gx_name_process(&listeners, entry->d_name);
	if (folder)
		closedir(folder);
	*list = listeners.list;
	return listeners.count;
}
