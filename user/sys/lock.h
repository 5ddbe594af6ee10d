/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks between commands, on folders. */
#ifndef GEOXDP_SYS_LOCK_H
#define GEOXDP_SYS_LOCK_H

#include "user/sys/failure.h"

/* How long a command waits for others: one that was stopped, or sleeps on its disk, must not hold up all for ever. */
#define GX_LOCK_WAIT_MS 10000

/**
 * gx_lock_folder - keep others who do the same away
 * @wait_ms: how long to wait for them
 *
 * The folder may be removed by who holds the lock: then it is not there, or another, and is not locked.
 *
 * Returns a descriptor that holds the lock until it is closed; -ENOENT: there is no such folder; -EWOULDBLOCK: another
 * has held it all the time; or another -errno.
 */
int gx_lock_folder(const char *folder, int wait_ms, struct gx_failure *failure);

#endif
