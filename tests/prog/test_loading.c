/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes loading fast, and that it loads without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/cdn.h"
#include "user/core/frame.h"
#include "user/sys/kernel_types.h"
#include "user/sys/object.h"

static struct gx_config config;
static struct gx_image image;

static int set_up(void **state)
{
	return cdn_build(&config, &image);
}

static int tear_down(void **state)
{
	gx_image_free(&image);
	gx_config_free(&config);
	return 0;
}

/* Does a program that is loaded now answer? */
static bool loads_and_answers(void)
{
	struct gx_query query = { .name = (const uint8_t *)"\3geo\7example\3com", .type = 1 };
	struct gx_services services = { .list = &query.server, .count = 1 };
	struct gx_meta meta = { .abi_version = GX_ABI_VERSION };
	static struct gx_outcome outcome;
	uint8_t frame[GX_FRAME_OCTETS];
	struct gx_object *object;
	struct gx_failure failure;
	bool answers;

	gx_parse_addr("192.0.2.53", &query.server);
	gx_parse_addr("10.5.0.9", &query.client);
	if (gx_object_load(&object, &image, &services, &meta, NULL, &failure)) {
		fprintf(stderr, "%s\n", failure.text);
		return false;
	}
	answers = !gx_object_run(object, frame, gx_frame_query(&query, frame), &outcome, &failure) &&
		  outcome.action == XDP_TX;
	gx_object_free(object);
	return answers;
}

/* From here on these two system calls fail, as they do in containers that forbid them. */
static int forbid_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_writev, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(filter) / sizeof(*filter), .filter = filter };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* A process makes the file of types once: so each of these has one of its own, and they come first. */
static void assert_child(bool (*is_true)(void))
{
	int status, child = fork();

	if (child == 0)
		_exit(is_true() ? 0 : 1);
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static bool loads_without_the_calls(void)
{
	struct iovec nothing = {0};

	return !forbid_calls() && memfd_create("none", 0) < 0 &&
	       process_vm_writev(getpid(), &nothing, 1, &nothing, 1, 0) < 0 && !gx_kernel_types() && loads_and_answers();
}

static void it_loads_where_the_calls_that_make_it_fast_are_forbidden(void **state)
{
	assert_child(loads_without_the_calls);
}

/* A file that exceeds it would end the process. */
static bool loads_without_files(void)
{
	struct rlimit none = {0};

	return !setrlimit(RLIMIT_FSIZE, &none) && !gx_kernel_types() && loads_and_answers();
}

static void it_loads_where_no_file_may_be_written(void **state)
{
	assert_child(loads_without_files);
}

/* Whatever is printed would go into the file. */
static bool types_are_in_no_standard_stream(void)
{
	struct stat ignored;

	close(STDOUT_FILENO);
	gx_kernel_types_begin();
	return gx_kernel_types() && fstat(STDOUT_FILENO, &ignored);
}

static void a_closed_standard_stream_stays_closed(void **state)
{
	assert_child(types_are_in_no_standard_stream);
}

/* Bits in front of a struct's field, or -1. */
static long field_at(const struct btf *btf, const char *name, const char *field)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);

	for (__u32 i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), field))
			return btf_member_bit_offset(type, i);
	return -1;
}

static void the_field_that_the_program_reads_is_where_the_kernel_has_it(void **state)
{
	const char *path;
	struct btf *kernel = btf__load_vmlinux_btf(), *types;

	gx_kernel_types_begin();
	path = gx_kernel_types();
	assert_non_null(path);
	assert_string_equal(path, gx_kernel_types());
	types = btf__parse(path, NULL);
	assert_non_null(types);
	assert_true(field_at(kernel, "lpm_trie", "n_entries") > 0);
	assert_int_equal(field_at(types, "lpm_trie", "n_entries"), field_at(kernel, "lpm_trie", "n_entries"));
	assert_int_equal(btf__find_by_name_kind(types, "bpf_map", BTF_KIND_STRUCT), -ENOENT);
	btf__free(types);
	btf__free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_loads_where_the_calls_that_make_it_fast_are_forbidden),
		cmocka_unit_test(it_loads_where_no_file_may_be_written),
		cmocka_unit_test(a_closed_standard_stream_stays_closed),
		cmocka_unit_test(the_field_that_the_program_reads_is_where_the_kernel_has_it),
	};

	if (geteuid() != 0) {
		printf("1..1\nok 1 - test_loading # SKIP needs root\n");
		return 0;
	}
	return cmocka_run_group_tests_name("loading", tests, set_up, tear_down);
}
