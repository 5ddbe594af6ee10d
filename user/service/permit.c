/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a build may attach, or only swap. */
#include "user/service/permit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/mem.h"
#include "user/sys/pins.h"

static const char gx_no_attach[] = "--no-attach";

static void gx_permit_clear(struct gx_permit_list *list)
{
	gx_pins_free_names(list->list, list->count);
	*list = (struct gx_permit_list){};
}

/* Add the interfaces that have a link now. */
static void gx_permit_add(struct gx_permit_list *list)
{
	char **names;
	size_t count = gx_pins_interfaces(&names);

	for (size_t i = 0; i < count; i++) {
		bool known = false;

		for (size_t j = 0; j < list->count && !known; j++)
			known = !strcmp(list->list[j], names[i]);
		if (known || !gx_pins_is_linked(names[i]))
			continue;
		gx_grow(&list->list, list->count, list->capacity);
		list->list[list->count++] = strdup(names[i]);
	}
	gx_pins_free_names(names, count);
}

void gx_permit_ask(struct gx_permit *permit)
{
	gx_permit_clear(&permit->seen);
	gx_permit_add(&permit->seen);
	permit->attach = true;
}

void gx_permit_stir(struct gx_permit *permit)
{
	if (permit->stirred)
		return;
	gx_permit_clear(&permit->before);
	gx_permit_add(&permit->before);
	permit->stirred = true;
}

void gx_permit_calm(struct gx_permit *permit, bool changed)
{
	if (changed) {
		gx_permit_stir(permit); /* where files are looked at without a word from the kernel */
		gx_permit_clear(&permit->seen);
		permit->seen = permit->before;
		permit->before = (struct gx_permit_list){};
		permit->attach = true;
	}
	permit->stirred = false;
}

void gx_permit_look(struct gx_permit *permit)
{
	gx_permit_add(&permit->seen);
}

static void gx_permit_word(struct gx_permit *permit, const char *interface)
{
	char word[sizeof(gx_no_attach) + 1 + NAME_MAX];

	snprintf(word, sizeof(word), "%s%s%s", gx_no_attach, interface ? "=" : "", interface ? interface : "");
	permit->words[permit->n_words++] = strdup(word);
}

size_t gx_permit_begin(struct gx_permit *permit, char *const **words)
{
	gx_pins_free_names(permit->words, permit->n_words);
	gx_permit_add(&permit->seen);
	permit->words = gx_calloc(permit->seen.count + 1, sizeof(*permit->words));
	permit->n_words = 0;
	if (!permit->attach)
		gx_permit_word(permit, NULL);
	for (size_t i = 0; i < permit->seen.count && permit->attach; i++)
		gx_permit_word(permit, permit->seen.list[i]);
	permit->building = permit->attach;
	permit->attach = false;
	permit->stirred = false;
	*words = permit->words;
	return permit->n_words;
}

void gx_permit_end(struct gx_permit *permit, bool success)
{
	/* Asked for anew meanwhile, the later request is the one that counts. */
	permit->attach |= permit->building && !success;
	permit->building = false;
}

void gx_permit_free(struct gx_permit *permit)
{
	gx_permit_clear(&permit->seen);
	gx_permit_clear(&permit->before);
	gx_pins_free_names(permit->words, permit->n_words);
}
