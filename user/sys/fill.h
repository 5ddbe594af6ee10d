/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fill BPF maps without a system call per entry. */
#ifndef GEOXDP_SYS_FILL_H
#define GEOXDP_SYS_FILL_H

#include <bpf/libbpf.h>

#include "user/core/partition.h"
#include "user/sys/failure.h"

/* Copy an array into a map that was made with BPF_F_MMAPABLE. octets may be 0. */
int gx_fill_array(const struct bpf_map *map, const void *content, size_t octets, struct gx_failure *failure);

/* Put all leaves into a trie, in batches. */
int gx_fill_trie(const struct bpf_map *map, const struct gx_leaves *leaves, struct gx_failure *failure);

#endif
