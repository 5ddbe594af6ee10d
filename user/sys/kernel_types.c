/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one type of the kernel's that the program reads, without all others. */
#include "user/sys/kernel_types.h"

#include <bpf/btf.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of the kernel, as bpf/kern/geo.h declares it. */
#define GX_TRIE_TYPE	"lpm_trie"
#define GX_TRIE_FIELD	"n_entries"

static pthread_once_t gx_file_once = PTHREAD_ONCE_INIT, gx_types_once = PTHREAD_ONCE_INIT;
static int gx_types_fd = -1;
static char gx_types_path[sizeof("/proc/self/fd/") + 10];	/* "": there is none */

static const struct btf_member *gx_find_member(const struct btf *btf, const struct btf_type *type, const char *name)
{
	const struct btf_member *members = btf_members(type);

	for (__u32 i = 0; i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, members[i].name_off), name))
			return &members[i];
	return NULL;
}

/* The same struct with that field alone, which is a number: where it lies is all that libbpf asks. */
static int gx_copy_trie(struct btf *to, const struct btf *from)
{
	int id = btf__find_by_name_kind(from, GX_TRIE_TYPE, BTF_KIND_STRUCT), number;
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(from, (__u32)id);
	const struct btf_member *member = type ? gx_find_member(from, type, GX_TRIE_FIELD) : NULL;
	__s64 octets = member ? btf__resolve_size(from, member->type) : -1;

	if (octets < 0)
		return -1;
	number = btf__add_int(to, "number", (size_t)octets, 0);
	if (number < 0 || btf__add_struct(to, GX_TRIE_TYPE, type->size) < 0)
		return -1;
	return btf__add_field(to, GX_TRIE_FIELD, number, btf_member_bit_offset(type, member - btf_members(type)), 0);
}

/*
 * A file that has no name, and lives as long as the process: beyond the standard streams, which may be closed, and where
 * what is printed must not go into it.
 */
static void gx_make_file(void)
{
	int low = memfd_create("geoxdp-kernel-types", MFD_CLOEXEC);

	if (low < 0)
		return;
	gx_types_fd = fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	close(low);
}

static void gx_write_types(const struct btf *btf)
{
	__u32 octets;
	const void *data = btf__raw_data(btf, &octets);
	struct rlimit limit;

	/* Of more than the limit, the kernel would end the process (SIGXFSZ). */
	if (!data || getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur < octets)
		return;
	if (write(gx_types_fd, data, octets) != octets)
		return;
	snprintf(gx_types_path, sizeof(gx_types_path), "/proc/self/fd/%d", gx_types_fd);
	if (access(gx_types_path, R_OK))
		gx_types_path[0] = '\0';
}

static void gx_make_types(void)
{
	struct btf *kernel, *types;

	pthread_once(&gx_file_once, gx_make_file);
	if (gx_types_fd < 0)
		return;
	kernel = btf__load_vmlinux_btf();
	types = btf__new_empty();
	if (kernel && types && !gx_copy_trie(types, kernel))
		gx_write_types(types);
	btf__free(types);
	btf__free(kernel);
}

const char *gx_kernel_types(void)
{
	pthread_once(&gx_types_once, gx_make_types);
	return gx_types_path[0] ? gx_types_path : NULL;
}

static void *gx_make_types_in_thread(void *argument)
{
	pthread_once(&gx_types_once, gx_make_types);
	return argument;
}

void gx_kernel_types_begin(void)
{
	sigset_t all, before;
	pthread_t thread;

	/* Here, and not by the thread, beside which something is printed. */
	pthread_once(&gx_file_once, gx_make_file);
	/* Signals are for the thread that blocks them where they would do harm. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (!pthread_create(&thread, NULL, gx_make_types_in_thread, NULL))
		pthread_detach(thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}
