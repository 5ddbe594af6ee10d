/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The generation that serves on an interface, found by its pins. */
#include "user/sys/serving.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The pinned program of a generation, if it is the one that is attached. */
static int gx_serving_open_prog(struct gx_serving *serving, struct gx_failure *failure)
{
	struct bpf_prog_info info = {};
	__u32 octets = sizeof(info);

	serving->prog_fd = gx_pins_open(serving->folder, "prog", failure);
	if (serving->prog_fd < 0)
		return serving->prog_fd;
	if (bpf_obj_get_info_by_fd(serving->prog_fd, &info, &octets))
		return gx_fail(failure, errno, NULL, "%s/prog: look at", serving->folder);
	if (info.id != serving->attachment.prog_id)
		return gx_fail(failure, ESTALE, "try again", "%s: was replaced meanwhile", serving->folder);
	return 0;
}

static int gx_serving_look(struct gx_serving *serving, struct gx_failure *failure)
{
	char path[GX_PATH_OCTETS];
	int error = gx_attachment_find(serving->interface, &serving->attachment, failure);

	if (error)
		return error;
	if (!serving->attachment.ifindex) {
		gx_fail(failure, 0, "`geoxdp up` attaches anew, `geoxdp down` cleans up",
			"%s: the interface was removed, and with it the attachment", serving->interface);
		return -ENODEV;
	}
	if (!gx_pins_find(serving->interface, serving->attachment.prog_id, serving->folder)) {
		gx_fail(failure, 0, "`geoxdp up` pins one", "%s: the serving program is of no pinned generation",
			serving->interface);
		return -ESTALE;
	}
	error = gx_serving_open_prog(serving, failure);
	if (!error)
		error = gx_pins_meta(serving->folder, &serving->meta, failure);
	if (error)
		return error;
	serving->link_fd = bpf_obj_get(gx_pins_link(serving->interface, path));
	if (serving->link_fd < 0)
		return gx_fail(failure, errno, NULL, "%s: %s: open", serving->interface, path);
	return 0;
}

int gx_serving_open(struct gx_serving *serving, const char *interface, struct gx_failure *failure)
{
	struct gx_serving found;
	int error = 0;

	for (int look = 0; look < GX_LOOKS; look++) {
		found = (struct gx_serving){ .link_fd = -1, .prog_fd = -1 };
		snprintf(found.interface, sizeof(found.interface), "%s", interface);
		error = gx_serving_look(&found, failure);
		if (!error) {
			*serving = found;
			return 0;
		}
		gx_serving_close(&found);
		if (error == -ENOENT && access(gx_pins_link(interface, found.folder), F_OK))
			return error;
	}
	/* What is missing inside is no sign that nothing serves. */
	return error == -ENOENT ? -ESTALE : error;
}

int gx_serving_refresh(struct gx_serving *serving, struct gx_failure *failure)
{
	char interface[IF_NAMESIZE];
	struct bpf_link_info info = {};
	__u32 octets = sizeof(info);
	int error;

	if (!bpf_obj_get_info_by_fd(serving->link_fd, &info, &octets) &&
	    info.xdp.ifindex == serving->attachment.ifindex && info.prog_id == serving->attachment.prog_id)
		return 0;
	memcpy(interface, serving->interface, sizeof(interface));
	gx_serving_close(serving);
	error = gx_serving_open(serving, interface, failure);
	return error ? error : 1;
}

int gx_serving_run(const struct gx_serving *serving, const uint8_t *frame, size_t octets, bool over_tcp,
		   struct gx_outcome *out, struct gx_failure *failure)
{
	out->reason = GX_REASON_COUNT; /* it counts among all others: which one moved cannot be told */
	return gx_program_run(serving->prog_fd, frame, octets, over_tcp, out, failure);
}

void gx_serving_close(struct gx_serving *serving)
{
	if (serving->link_fd >= 0)
		close(serving->link_fd);
	if (serving->prog_fd >= 0)
		close(serving->prog_fd);
	serving->link_fd = serving->prog_fd = -1;
}
