/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tries of overrides, changed while packets look into them. */
#ifndef GEOXDP_SYS_TRIE_H
#define GEOXDP_SYS_TRIE_H

#include "user/core/overrides.h"
#include "user/sys/failure.h"

/* All that a trie holds. entries: zero-initialised; free entries->list also on error. */
int gx_trie_read(int map_fd, enum gx_family family, struct gx_overrides *entries, struct gx_failure *failure);

/**
 * gx_trie_update - make a trie of overrides hold these and no others
 * @map_fd: nets4 or nets6
 * @wanted: as gx_overrides_plan() takes them
 *
 * By single updates, after each of which every answer is right. Where one fails, the rest is not done: doing it again
 * goes on from there.
 */
int gx_trie_update(int map_fd, enum gx_family family, const struct gx_overrides *wanted, struct gx_failure *failure);

#endif
