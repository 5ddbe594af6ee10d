/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one type of the kernel's that the program reads, without all others. */
#ifndef GEOXDP_SYS_KERNEL_TYPES_H
#define GEOXDP_SYS_KERNEL_TYPES_H

/**
 * gx_kernel_types - a file with the kernel's BTF of struct lpm_trie alone, for libbpf's btf_custom_path
 *
 * To read all types of a kernel takes 15 ms, a tenth of what a start takes. It is done once in a process; any thread
 * may ask, and waits until it is done.
 *
 * Returns the path, or NULL: it could not be made, and libbpf is to look by itself and to say what is missing.
 */
const char *gx_kernel_types(void);

/* Begin to make it, by a thread, for who will need it later. */
void gx_kernel_types_begin(void);

#endif
