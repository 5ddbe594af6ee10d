/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fill BPF maps without a system call per entry. */
#include "user/sys/fill.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/* Entries per batch call: large enough that the call does not count, small enough to be interrupted. */
#define GX_BATCH_ENTRIES 65536

/*
 * By the kernel, which finds the pages of both where they are. Through the mapping each page has a first touch, which takes a
 * virtual machine 16 microseconds where it should take less than one. What the kernel does not copy is copied here.
 */
static void gx_copy(void *to, const void *from, size_t octets)
{
	struct iovec source = { .iov_base = (void *)from, .iov_len = octets };
	struct iovec target = { .iov_base = to, .iov_len = octets };
	ssize_t done = process_vm_writev(getpid(), &source, 1, &target, 1, 0);

	if (done < 0)
		done = 0;
	memcpy((char *)to + done, (const char *)from + done, octets - (size_t)done);
}

int gx_fill_array(const struct bpf_map *map, const void *content, size_t octets, struct gx_failure *failure)
{
	void *memory;

	if (!octets)
		return 0;
	memory = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	if (memory == MAP_FAILED)
		return gx_fail(failure, errno, NULL, "map %s: map into memory", bpf_map__name(map));
	gx_copy(memory, content, octets);
	munmap(memory, octets);
	return 0;
}

int gx_fill_trie(const struct bpf_map *map, const struct gx_leaves *leaves, struct gx_failure *failure)
{
	const char *keys = leaves->family == GX_IPV4 ? (const char *)leaves->keys4 : (const char *)leaves->keys6;
	size_t key_octets = bpf_map__key_size(map), done = 0;
	LIBBPF_OPTS(bpf_map_batch_opts, opts);

	while (done < leaves->count) {
		size_t left = leaves->count - done;
		__u32 count = left < GX_BATCH_ENTRIES ? left : GX_BATCH_ENTRIES;

		if (bpf_map_update_batch(bpf_map__fd(map), keys + done * key_octets, leaves->values + done, &count,
					 &opts))
			return gx_fail(failure, errno, NULL, "map %s: fill with %zu prefixes",
				       bpf_map__name(map), leaves->count);
		done += count;
	}
	return 0;
}
