/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is pinned below /sys/fs/bpf/geoxdp: a folder per interface, in it the link and a folder per generation. Its name
 * is made by user/sys/pin_name.h, of which nobody else needs to know: an interface is called by its own name
 * everywhere.
 */
#ifndef GEOXDP_SYS_PINS_H
#define GEOXDP_SYS_PINS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "geoxdp/abi.h"
#include "user/sys/failure.h"
#include "user/sys/object.h"

#define GX_BPFFS "/sys/fs/bpf"
#define GX_PIN_ROOT GX_BPFFS "/geoxdp"
#define GX_PATH_OCTETS 256

/**
 * gx_pins_lock - keep other geoxdp commands from changing anything
 *
 * Mounts the BPF file system if it is not, and makes the root folder. Waits up to GX_LOCK_WAIT_MS.
 *
 * Returns what gx_pins_unlock() takes, or -errno.
 */
int gx_pins_lock(struct gx_failure *failure);

/* Let others work, and remove the root folder where nothing is pinned. */
void gx_pins_unlock(int lock);

/*
 * Interfaces with a folder, in the order of these; free with gx_pins_free_names(). Returns the number, 0 also without a
 * root.
 */
size_t gx_pins_interfaces(char ***names);
void gx_pins_free_names(char **names, size_t count);

/*
 * Whether the interface has a pinned link. One whose interface was removed has it as well: `geoxdp down` alone takes it
 * away.
 */
bool gx_pins_is_linked(const char *interface);

/**
 * gx_pins_add - pin an object as the interface's next generation
 * @number: receives the number of it
 *
 * All of it appears at once, or nothing does.
 */
int gx_pins_add(const char *interface, uint32_t number, const struct gx_object *object, struct gx_failure *failure);

/* The highest generation number that is pinned, 0: none. */
uint32_t gx_pins_last(const char *interface);

/**
 * gx_pins_find - the generation whose program has this id
 * @folder: receives its path; GX_PATH_OCTETS
 *
 * Returns its number, 0: none.
 */
uint32_t gx_pins_find(const char *interface, uint32_t prog_id, char *folder);

/* Path of a generation's folder; GX_PATH_OCTETS. */
char *gx_pins_folder(const char *interface, uint32_t number, char *path);

/* Open a pin of a generation: a map by its name, or "prog". Returns a descriptor, or -errno. */
int gx_pins_open(const char *folder, const char *name, struct gx_failure *failure);

/* A map of a generation and what it takes. */
struct gx_table {
	char name[24];
	uint32_t type;		/* BPF_MAP_TYPE_* */
	uint32_t key_octets;
	uint32_t value_octets;
	uint32_t max_entries;
	uint64_t memory_octets;
	uint32_t id;		/* the kernel's: the same in generations that share the table */
};

/* The generation's maps, at most max of them, sorted by name. Returns the number. */
size_t gx_pins_tables(const char *folder, struct gx_table *tables, size_t max);

/* What the generation says of itself. Returns 0 or -errno; -EPROTO: of another version of geoxdp. */
int gx_pins_meta(const char *folder, struct gx_meta *meta, struct gx_failure *failure);

/* Numbers of the generations that are pinned, ascending; free them. Returns how many. */
size_t gx_pins_generations(const char *interface, uint32_t **numbers);

/* Unpin one generation. */
void gx_pins_drop(const char *interface, uint32_t number);

/**
 * gx_pins_prune - unpin what need not be kept, and what an interrupted command left
 * @serving: stays
 * @before: what served before it: this one and older ones stay, GX_GENERATIONS_KEPT in all. Newer ones, which were
 *	rolled back, do not
 */
void gx_pins_prune(const char *interface, uint32_t serving, uint32_t before);

/* Remove the interface's folder with all generations. */
void gx_pins_remove_interface(const char *interface);

/* Path of the pinned link; GX_PATH_OCTETS. */
char *gx_pins_link(const char *interface, char *path);

#endif
