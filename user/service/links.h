/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Interfaces as a build found them: a generation answers on the addresses that they had. */
#ifndef GEOXDP_SERVICE_LINKS_H
#define GEOXDP_SERVICE_LINKS_H

#include <event2/event.h>
#include <stddef.h>

#include "user/sys/failure.h"

struct gx_links;

/* Interfaces or addresses of this network namespace changed, and it has been quiet since. */
typedef void gx_links_calm(void *context);

/**
 * gx_links_new - hear of every change of interfaces and addresses
 * @out: written on success; free with gx_links_free()
 */
int gx_links_new(struct gx_links **out, struct event_base *base, gx_links_calm *calm, void *context,
		 struct gx_failure *failure);

/* Note interfaces as they are, but for those that are noted already. */
void gx_links_note(struct gx_links *links, char *const *names, size_t count);

/**
 * gx_links_renew - note those that are noted as they are now
 *
 * A build begins: what changes from now on, it may not have seen.
 */
void gx_links_renew(struct gx_links *links);

/* The first that is not as it was noted, or NULL. */
const char *gx_links_changed(const struct gx_links *links);

void gx_links_free(struct gx_links *links);

#endif
