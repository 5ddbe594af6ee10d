/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces: their addresses, and the link that ties a program to one. */
#include "user/sys/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/sys/pins.h"

const char *gx_mode_name(enum gx_mode mode)
{
	return mode == GX_MODE_NATIVE ? "native" : mode == GX_MODE_GENERIC ? "generic" : "auto";
}

static void gx_add_service(struct gx_services *services, const struct sockaddr *address)
{
	struct gx_addr addr;
	size_t capacity = services->count; /* lists are short */

	if (address->sa_family == AF_INET)
		addr = gx_addr_from_octets(GX_IPV4, (const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr);
	else
		addr = gx_addr_from_octets(GX_IPV6, (const uint8_t *)&((const struct sockaddr_in6 *)address)->sin6_addr);
	services->list = gx_realloc(services->list, (capacity + 1) * sizeof(*services->list));
	services->list[services->count++] = addr;
}

/* The Ethernet address; an interface without one (a tunnel) gets no native XDP frames to compare it with. */
static void gx_add_mac(struct gx_services *services, const struct sockaddr *address)
{
	const struct sockaddr_ll *link = (const struct sockaddr_ll *)address;

	if (link->sll_halen == 6 && services->n_macs < GX_MACS_MAX)
		services->macs[services->n_macs++] = gx_pack_mac(link->sll_addr);
}

/*
 * An IPv4 address can have a label in place of the interface's name: that, a colon, and more (ip-address(8)). With
 * another label, which the kernel would take, it is not found.
 */
static bool gx_is_label(const char *label, const char *interface)
{
	size_t octets = strlen(interface);

	return !strncmp(label, interface, octets) && (label[octets] == 0 || label[octets] == ':');
}

int gx_interface_addresses(const char *interface, struct gx_services *services, struct gx_failure *failure)
{
	struct ifaddrs *list;

	if (!if_nametoindex(interface))
		return gx_fail(failure, errno, "`ip link` lists the interfaces", "%s: look up", interface);
	if (getifaddrs(&list))
		return gx_fail(failure, errno, NULL, "%s: list addresses", interface);
	for (struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
		if (!entry->ifa_addr || !gx_is_label(entry->ifa_name, interface))
			continue;
		if (entry->ifa_addr->sa_family == AF_PACKET)
			gx_add_mac(services, entry->ifa_addr);
		else if (entry->ifa_addr->sa_family == AF_INET || entry->ifa_addr->sa_family == AF_INET6)
			gx_add_service(services, entry->ifa_addr);
	}
	freeifaddrs(list);
	if (!services->count)
		return gx_fail(failure, EADDRNOTAVAIL, "give it one: `ip addr add ADDR/LEN dev IFACE`",
			       "%s: has no address to serve on", interface);
	return 0;
}

static int gx_link_open(const char *interface, struct gx_failure *failure)
{
	char path[GX_PATH_OCTETS];
	int fd = bpf_obj_get(gx_pins_link(interface, path));

	if (fd >= 0)
		return fd;
	if (errno == ENOENT) {
		gx_fail(failure, 0, "`geoxdp up` starts", "%s: nothing is serving", interface);
		return -ENOENT;
	}
	return gx_fail(failure, errno, gx_rights_hint(errno), "%s: %s: open", interface, path);
}

int gx_attachment_find(const char *interface, struct gx_attachment *out, struct gx_failure *failure)
{
	struct bpf_link_info info = {};
	LIBBPF_OPTS(bpf_xdp_query_opts, query);
	__u32 octets = sizeof(info);
	int fd = gx_link_open(interface, failure), error = 0;

	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &octets))
		error = gx_fail(failure, errno, NULL, "%s: link: look at", interface);
	close(fd);
	if (error)
		return error;
	if (info.type != BPF_LINK_TYPE_XDP)
		return gx_fail(failure, EINVAL, "remove it by hand", "%s: pinned link is no XDP link", interface);
	out->ifindex = info.xdp.ifindex;
	out->prog_id = info.prog_id;
	out->mode = GX_MODE_NATIVE;
	if (out->ifindex && !bpf_xdp_query(out->ifindex, 0, &query) && query.attach_mode == XDP_ATTACHED_SKB)
		out->mode = GX_MODE_GENERIC;
	return 0;
}

static const char *gx_attach_hint(int error, enum gx_mode mode)
{
	if (error == EBUSY || error == EEXIST)
		return "another XDP program is attached: `ip link show`, `bpftool net`; detach it first";
	if (mode != GX_MODE_NATIVE)
		return NULL;
	if (error == EOPNOTSUPP)
		return "the driver has no XDP; try mode: generic";
	if (error == ERANGE || error == EINVAL)
		return "the MTU or the offloads may be too large for XDP; try mode: generic";
	return NULL;
}

static int gx_link_create(int ifindex, int prog_fd, enum gx_mode mode)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = mode == GX_MODE_NATIVE ? XDP_FLAGS_DRV_MODE :
										   XDP_FLAGS_SKB_MODE);
	int fd = bpf_link_create(prog_fd, ifindex, BPF_XDP, &opts);

	return fd < 0 ? -errno : fd;
}

int gx_attach(const char *interface, const struct gx_object *object, enum gx_mode *mode, struct gx_failure *why,
	      struct gx_failure *failure)
{
	enum gx_mode attempt = *mode == GX_MODE_GENERIC ? GX_MODE_GENERIC : GX_MODE_NATIVE;
	int ifindex = if_nametoindex(interface), fd;
	char path[GX_PATH_OCTETS], making[GX_PATH_OCTETS + 8];

	why->text[0] = 0;
	gx_pins_link(interface, path);
	snprintf(making, sizeof(making), "%s-new", path);
	unlink(making); /* of a command that was killed: detaches */
	fd = gx_link_create(ifindex, gx_object_prog_fd(object), attempt);
	if (fd < 0 && *mode == GX_MODE_AUTO && fd != -EBUSY && fd != -EEXIST) {
		gx_fail(why, -fd, NULL, "native XDP");
		attempt = GX_MODE_GENERIC;
		fd = gx_link_create(ifindex, gx_object_prog_fd(object), attempt);
	}
	if (fd < 0)
		return gx_fail(failure, -fd, gx_attach_hint(-fd, attempt), "%s: attach %s XDP", interface,
			       gx_mode_name(attempt));
	/* In place of that of an interface that is gone: at no time without a link, as if it had been taken down. */
	if (bpf_obj_pin(fd, making) || rename(making, path)) {
		int error = gx_fail(failure, errno, NULL, "%s: %s: pin", interface, path);

		unlink(making);
		close(fd); /* detaches */
		return error;
	}
	close(fd);
	*mode = attempt;
	return 0;
}

int gx_swap(const char *interface, int prog_fd, struct gx_failure *failure)
{
	int fd = gx_link_open(interface, failure), error = 0;

	if (fd < 0)
		return fd;
	if (bpf_link_update(fd, prog_fd, NULL))
		error = gx_fail(failure, errno, NULL, "%s: swap program", interface);
	close(fd);
	return error;
}

int gx_release(const char *interface, struct gx_failure *failure)
{
	int fd = gx_link_open(interface, failure), error = 0;

	if (fd < 0)
		return fd;
	/* ENOLINK: the interface is gone, and with it the attachment. */
	if (bpf_link_detach(fd) && errno != ENOLINK)
		error = gx_fail(failure, errno, NULL, "%s: detach", interface);
	close(fd);
	return error;
}

int gx_detach(const char *interface, struct gx_failure *failure)
{
	int error = gx_release(interface, failure);
	char path[GX_PATH_OCTETS];

	if (error)
		return error;
	if (unlink(gx_pins_link(interface, path)))
		return gx_fail(failure, errno, NULL, "%s: %s: remove", interface, path);
	return 0;
}
