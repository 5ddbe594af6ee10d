// SPDX-License-Identifier: GPL-3.0-or-later
/* What a pinned generation says to who answers TCP. */
#include "user/sys/tcp_plan.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "geoxdp.skel.h"
#include "user/sys/pins.h"
#include "user/sys/services.h"

/* Open a pinned map whose values have a size between these. */
static int gx_map_open(const char *folder, const char *name, size_t min_octets, size_t max_octets,
		       struct gx_failure *failure)
{
	struct bpf_map_info info = {};
	__u32 octets = sizeof(info);
	int fd = gx_pins_open(folder, name, failure);

	if (fd < 0)
		return fd;
	if (!bpf_obj_get_info_by_fd(fd, &info, &octets) && info.value_size >= min_octets &&
	    info.value_size <= max_octets)
		return fd;
	close(fd);
	return gx_fail(failure, EPROTO, "`geoxdp up` replaces it", "%s/%s: of another version of geoxdp", folder, name);
}

static int gx_read_services(const char *folder, struct gx_tcp_plan *plan, struct gx_failure *failure)
{
	const size_t octets = sizeof(struct gx_service);
	int fd = gx_map_open(folder, "services", octets, octets, failure), error;

	if (fd < 0)
		return fd;
	error = gx_services_read(fd, plan->services, &plan->n_services);
	close(fd);
	return error ? gx_fail(failure, -error, NULL, "%s: services: read", folder) : 0;
}

static int gx_read_bypass(const char *folder, uint32_t count, struct gx_tcp_plan *plan, struct gx_failure *failure)
{
	int fd, error = 0;

	if (!count)
		return 0;
	fd = gx_map_open(folder, "bypass", sizeof(*plan->bypass), sizeof(*plan->bypass), failure);
	if (fd < 0)
		return fd;
	for (uint32_t i = 0; i < count && i < GX_BYPASS_MAX; i++) {
		if (bpf_map_lookup_elem(fd, &i, &plan->bypass[i])) {
			error = gx_fail(failure, errno, NULL, "%s: bypass: read", folder);
			break;
		}
		plan->n_bypass++;
	}
	close(fd);
	return error;
}

/* The program's constants, of which the skeleton knows those at the front; macs have the form of gx_pack_mac(). */
static int gx_read_mac(const char *folder, struct gx_tcp_plan *plan, struct gx_failure *failure)
{
	static const uint8_t any[6] = { 2, 0, 0, 0, 0, 1 };
	union {
		struct geoxdp_bpf__rodata known;
		uint8_t octets[4096];
	} rodata;
	int fd = gx_map_open(folder, "rodata", offsetof(struct geoxdp_bpf__rodata, mac_count) + sizeof(uint32_t),
			     sizeof(rodata), failure);
	uint32_t zero = 0;
	int error = 0;

	if (fd < 0)
		return fd;
	memcpy(plan->mac, any, sizeof(any));
	if (bpf_map_lookup_elem(fd, &zero, &rodata)) {
		error = gx_fail(failure, errno, NULL, "%s: rodata: read", folder);
	} else if (rodata.known.mac_count) {
		uint32_t first = rodata.known.macs[0];
		uint16_t last = rodata.known.macs[0] >> 32;

		memcpy(plan->mac, &first, sizeof(first));
		memcpy(plan->mac + sizeof(first), &last, sizeof(last));
	}
	close(fd);
	return error;
}

int gx_tcp_plan_read(const char *folder, const struct gx_meta *meta, struct gx_tcp_plan *plan, struct gx_failure *failure)
{
	struct gx_tcp_plan read = {};
	int error;

	error = gx_read_services(folder, &read, failure);
	if (!error)
		error = gx_read_bypass(folder, meta->bypass, &read, failure);
	if (!error)
		error = gx_read_mac(folder, &read, failure);
	if (!error)
		*plan = read;
	return error;
}
