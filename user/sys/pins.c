/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is pinned below /sys/fs/bpf/geoxdp. */
#include "user/sys/pins.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/sys/lock.h"
#include "user/sys/pin_name.h"

#ifndef BPF_FS_MAGIC
#define BPF_FS_MAGIC 0xcafe4a11
#endif

static const char gx_generation_prefix[] = "gen-";

static int gx_make_folder(const char *path, struct gx_failure *failure)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return gx_fail(failure, errno, gx_rights_hint(errno), "%s: make folder", path);
	return 0;
}

static int gx_mount_bpffs(struct gx_failure *failure)
{
	struct statfs fs;

	if (statfs(GX_BPFFS, &fs))
		return gx_fail(failure, errno, "needs a kernel with BPF and sysfs", "%s: look at", GX_BPFFS);
	if (fs.f_type != BPF_FS_MAGIC && mount("bpf", GX_BPFFS, "bpf", 0, "mode=0700"))
		return gx_fail(failure, errno, gx_rights_hint(errno), "%s: mount the BPF file system", GX_BPFFS);
	return 0;
}

int gx_pins_lock(struct gx_failure *failure)
{
	int lock = gx_mount_bpffs(failure), error;

	if (lock)
		return lock;
	/* ENOENT: whoever held the lock has left nothing behind, not even the root. */
	do {
		error = gx_make_folder(GX_PIN_ROOT, failure);
		lock = error ? error : gx_lock_folder(GX_PIN_ROOT, GX_LOCK_WAIT_MS, failure);
	} while (!error && lock == -ENOENT);
	return lock;
}

void gx_pins_unlock(int lock)
{
	rmdir(GX_PIN_ROOT); /* stays while anything is in it */
	close(lock);
}

static int gx_is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Names in a folder, sorted by version so that gen-10 follows gen-9; 0 if there is no such folder. */
static size_t gx_list_folder(const char *path, char ***names)
{
	struct dirent **entries;
	int count = scandir(path, &entries, gx_is_visible, versionsort);

	*names = NULL;
	if (count <= 0)
		return 0;
	*names = gx_calloc(count, sizeof(**names));
	for (int i = 0; i < count; i++) {
		(*names)[i] = strdup(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return count;
}

void gx_pins_free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

/* Path of an interface's folder; GX_PATH_OCTETS. */
static char *gx_interface_folder(const char *interface, char *path)
{
	char pin[GX_PIN_NAME_OCTETS];

	snprintf(path, GX_PATH_OCTETS, "%s/%s", GX_PIN_ROOT, gx_pin_escape(interface, pin));
	return path;
}

size_t gx_pins_interfaces(char ***names)
{
	size_t count = gx_list_folder(GX_PIN_ROOT, names), used = 0;
	char interface[IF_NAMESIZE];

	for (size_t i = 0; i < count; i++) {
		bool is_ours = gx_pin_unescape((*names)[i], interface);

		free((*names)[i]);
		if (is_ours)
			(*names)[used++] = strdup(interface);
	}
	return used;
}

bool gx_pins_is_linked(const char *interface)
{
	char path[GX_PATH_OCTETS];

	return !access(gx_pins_link(interface, path), F_OK);
}

/* Remove the pins in a folder, and the folder: what they pinned lives on while it is used. */
static void gx_remove_folder(const char *folder)
{
	char **names, path[GX_PATH_OCTETS + NAME_MAX + 2];
	size_t count = gx_list_folder(folder, &names);

	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	gx_pins_free_names(names, count);
	rmdir(folder);
}

int gx_pins_add(const char *interface, uint32_t number, const struct gx_object *object, struct gx_failure *failure)
{
	char folder[GX_PATH_OCTETS], making[GX_PATH_OCTETS + 8];
	int error;

	error = gx_make_folder(gx_interface_folder(interface, folder), failure);
	if (error)
		return error;
	gx_pins_folder(interface, number, folder);
	snprintf(making, sizeof(making), "%s-new", folder);
	gx_remove_folder(making);
	error = gx_make_folder(making, failure);
	if (!error)
		error = gx_object_pin(object, making, failure);
	if (!error && rename(making, folder))
		error = gx_fail(failure, errno, NULL, "%s: rename", making);
	if (error)
		gx_remove_folder(making);
	return error;
}

/* Number of "gen-N", 0 for any other name. */
static uint32_t gx_parse_generation(const char *name)
{
	const size_t prefix = sizeof(gx_generation_prefix) - 1;
	unsigned long number;
	char *end;

	if (strncmp(name, gx_generation_prefix, prefix))
		return 0;
	number = strtoul(name + prefix, &end, 10);
	return *end || end == name + prefix || number > UINT32_MAX ? 0 : number;
}

char *gx_pins_folder(const char *interface, uint32_t number, char *path)
{
	char pin[GX_PIN_NAME_OCTETS];

	snprintf(path, GX_PATH_OCTETS, "%s/%s/%s%u", GX_PIN_ROOT, gx_pin_escape(interface, pin), gx_generation_prefix,
		 number);
	return path;
}

uint32_t gx_pins_last(const char *interface)
{
	uint32_t *numbers, last;
	size_t count = gx_pins_generations(interface, &numbers);

	last = count ? numbers[count - 1] : 0;
	free(numbers);
	return last;
}

int gx_pins_open(const char *folder, const char *name, struct gx_failure *failure)
{
	char path[GX_PATH_OCTETS + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = bpf_obj_get(path);
	if (fd >= 0)
		return fd;
	return gx_fail(failure, errno,
		       errno == ENOENT ? "`geoxdp up` replaces what another version has left" : gx_rights_hint(errno),
		       "%s: open", path);
}

static uint32_t gx_pinned_prog_id(const char *folder)
{
	struct bpf_prog_info info = {};
	__u32 octets = sizeof(info);
	struct gx_failure ignored;
	int fd = gx_pins_open(folder, "prog", &ignored);

	if (fd < 0)
		return 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &octets))
		info.id = 0;
	close(fd);
	return info.id;
}

uint32_t gx_pins_find(const char *interface, uint32_t prog_id, char *folder)
{
	char **names, path[GX_PATH_OCTETS];
	uint32_t found = 0;
	size_t count;

	count = gx_list_folder(gx_interface_folder(interface, path), &names);
	for (size_t i = 0; i < count && !found; i++) {
		uint32_t number = gx_parse_generation(names[i]);

		if (!number)
			continue;
		gx_pins_folder(interface, number, folder);
		if (gx_pinned_prog_id(folder) == prog_id)
			found = number;
	}
	gx_pins_free_names(names, count);
	return found;
}

/* Octets that a map takes, as the kernel accounts them. */
static uint64_t gx_map_memory(int fd)
{
	unsigned long long octets = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %llu", &octets) == 1)
			break;
	if (file)
		fclose(file);
	return octets;
}

size_t gx_pins_tables(const char *folder, struct gx_table *tables, size_t max)
{
	char **names, path[GX_PATH_OCTETS + NAME_MAX + 2];
	size_t count = gx_list_folder(folder, &names), used = 0;

	for (size_t i = 0; i < count && used < max; i++) {
		struct gx_table *table = &tables[used];
		struct bpf_map_info info = {};
		__u32 octets = sizeof(info);
		int fd;

		if (!strcmp(names[i], "prog"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		fd = bpf_obj_get(path);
		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &octets)) {
			snprintf(table->name, sizeof(table->name), "%.23s", names[i]);
			table->type = info.type;
			table->key_octets = info.key_size;
			table->value_octets = info.value_size;
			table->max_entries = info.max_entries;
			table->memory_octets = gx_map_memory(fd);
			table->id = info.id;
			used++;
		}
		close(fd);
	}
	gx_pins_free_names(names, count);
	return used;
}

int gx_pins_meta(const char *folder, struct gx_meta *meta, struct gx_failure *failure)
{
	struct bpf_map_info info = {};
	__u32 octets = sizeof(info), zero = 0;
	int fd = gx_pins_open(folder, "meta", failure), error = 0;

	if (fd < 0)
		return fd;
	if (bpf_obj_get_info_by_fd(fd, &info, &octets))
		error = gx_fail(failure, errno, NULL, "%s/meta: look at", folder);
	else if (info.value_size != sizeof(*meta))
		error = -EPROTO;
	else if (bpf_map_lookup_elem(fd, &zero, meta))
		error = gx_fail(failure, errno, NULL, "%s/meta: read", folder);
	else if (meta->abi_version != GX_ABI_VERSION)
		error = -EPROTO;
	close(fd);
	if (error == -EPROTO)
		gx_fail(failure, 0, "`geoxdp up` replaces it", "%s: of another version of geoxdp", folder);
	return error;
}

size_t gx_pins_generations(const char *interface, uint32_t **numbers)
{
	char **names, path[GX_PATH_OCTETS];
	size_t count, used = 0;

	count = gx_list_folder(gx_interface_folder(interface, path), &names);
	*numbers = gx_calloc(count + 1, sizeof(**numbers));
	for (size_t i = 0; i < count; i++) {
		uint32_t number = gx_parse_generation(names[i]);

		if (number)
			(*numbers)[used++] = number;
	}
	gx_pins_free_names(names, count);
	return used;
}

void gx_pins_drop(const char *interface, uint32_t number)
{
	char path[GX_PATH_OCTETS];

	gx_remove_folder(gx_pins_folder(interface, number, path));
	rmdir(gx_interface_folder(interface, path)); /* stays while anything else is in it */
}

/* Unpin what is no generation: what an interrupted command left. */
static void gx_remove_strays(const char *interface)
{
	char **names, folder[GX_PATH_OCTETS], path[GX_PATH_OCTETS + NAME_MAX + 2];
	size_t count = gx_list_folder(gx_interface_folder(interface, folder), &names);

	for (size_t i = 0; i < count; i++) {
		if (strncmp(names[i], gx_generation_prefix, sizeof(gx_generation_prefix) - 1) ||
		    gx_parse_generation(names[i]))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		gx_remove_folder(path);
	}
	gx_pins_free_names(names, count);
}

void gx_pins_prune(const char *interface, uint32_t serving, uint32_t before)
{
	uint32_t *numbers;
	size_t count = gx_pins_generations(interface, &numbers), kept = 1;

	while (count-- > 0) {
		if (numbers[count] == serving)
			continue;
		if (numbers[count] <= before && kept < GX_GENERATIONS_KEPT)
			kept++;
		else
			gx_pins_drop(interface, numbers[count]);
	}
	free(numbers);
	gx_remove_strays(interface);
}

static void gx_pins_remove(const char *interface)
{
	uint32_t *numbers;
	size_t count = gx_pins_generations(interface, &numbers);

	for (size_t i = 0; i < count; i++)
		gx_pins_drop(interface, numbers[i]);
	free(numbers);
	gx_remove_strays(interface);
}

void gx_pins_remove_interface(const char *interface)
{
	char path[GX_PATH_OCTETS], making[GX_PATH_OCTETS + 8];

	gx_pins_remove(interface);
	unlink(gx_pins_link(interface, path));
	snprintf(making, sizeof(making), "%s-new", path);
	unlink(making);
	rmdir(gx_interface_folder(interface, path));
}

char *gx_pins_link(const char *interface, char *path)
{
	char pin[GX_PIN_NAME_OCTETS];

	snprintf(path, GX_PATH_OCTETS, "%s/%s/link", GX_PIN_ROOT, gx_pin_escape(interface, pin));
	return path;
}
