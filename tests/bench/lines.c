/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the machine code of each line of the program is, for a profiler. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include "tests/bench/harness.h"

/* A path from the project's folder on. */
static const char *from_project(const char *path)
{
	const char *begin = strstr(path, "bpf/");

	if (!begin)
		begin = strstr(path, "include/geoxdp/");
	return begin ? begin : path;
}

static void write_line(FILE *file, __u64 address, const struct bpf_line_info *line, const struct btf *btf)
{
	const char *path = btf__name_by_offset(btf, line->file_name_off);
	const char *text = btf__name_by_offset(btf, line->line_off);

	while (text && isspace((unsigned char)*text))
		text++;
	fprintf(file, "%016llx 0 %s:%u: %s\n", address, from_project(path ? path : "?"),
		BPF_LINE_INFO_LINE_NUM(line->line_col), text ? text : "");
}

void bench_write_lines(int prog_fd, const char *path)
{
	struct bpf_prog_info counts = {}, info = {};
	__u32 octets = sizeof(info);
	struct bpf_line_info *lines;
	__u64 *addresses;
	struct btf *btf;
	FILE *file;

	if (bpf_obj_get_info_by_fd(prog_fd, &counts, &octets))
		bench_fail("product: read what the kernel says");
	lines = calloc(counts.nr_line_info, sizeof(*lines));
	addresses = calloc(counts.nr_jited_line_info, sizeof(*addresses));
	btf = btf__load_from_kernel_by_id(counts.btf_id);
	file = fopen(path, "w");
	if (!lines || !addresses || !btf || !file)
		bench_fail("%s: write", path);
	info.line_info = (__u64)(uintptr_t)lines;
	info.nr_line_info = counts.nr_line_info;
	info.line_info_rec_size = sizeof(*lines);
	info.jited_line_info = (__u64)(uintptr_t)addresses;
	info.nr_jited_line_info = counts.nr_jited_line_info;
	info.jited_line_info_rec_size = sizeof(*addresses);
	octets = sizeof(info);
	if (bpf_obj_get_info_by_fd(prog_fd, &info, &octets) || !info.jited_line_info)
		bench_fail("product: where its lines are: only root sees that");
	for (__u32 i = 0; i < info.nr_line_info && i < info.nr_jited_line_info; i++)
		write_line(file, addresses[i], &lines[i], btf);
	if (fclose(file))
		bench_fail("%s: write", path);
	btf__free(btf);
	free(addresses);
	free(lines);
}
