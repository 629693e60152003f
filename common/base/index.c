/* SPDX-License-Identifier: ISC */
/* Texts to numbers: a hash table with open addressing. */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static struct text_entry *
slot_of(const struct text_index *x, struct str text)
{
	size_t i = hash64(text.p, text.n, 0) & (x->size - 1);

	while (x->entry[i].text.p && !str_eq(x->entry[i].text, text))
		i = (i + 1) & (x->size - 1);
	return &x->entry[i];
}

static void
resize(struct text_index *x, size_t size)
{
	struct text_entry *old = x->entry;
	size_t had = x->size;

	x->size = size;
	x->entry = xcalloc(size, sizeof(*x->entry));
	for (size_t i = 0; i < had; i++)
		if (old[i].text.p)
			*slot_of(x, old[i].text) = old[i];
	free(old);
}

void
text_index_clear(struct text_index *x, size_t expected)
{
	size_t size = 64;

	while (size < expected * 2)
		size *= 2;
	x->count = 0;
	if (size > x->size) {
		text_index_release(x);
		resize(x, size);
	} else if (x->size) {
		memset(x->entry, 0, x->size * sizeof(*x->entry));
	}
}

size_t *
text_index_at(
    struct text_index *x, struct str text, struct arena *keep, bool *ret_new)
{
	struct text_entry *e;

	if (x->count * 2 >= x->size)
		resize(x, x->size ? x->size * 2 : 64);
	e = slot_of(x, text);
	*ret_new = !e->text.p;
	if (*ret_new) {
		e->text = keep ? arena_str(keep, text) : text;
		x->count++;
	}
	return &e->value;
}

size_t
text_index_get(const struct text_index *x, struct str text)
{
	const struct text_entry *e;

	if (x->size == 0)
		return SIZE_MAX;
	e = slot_of(x, text);
	return e->text.p ? e->value : SIZE_MAX;
}

void
text_index_release(struct text_index *x)
{
	free(x->entry);
	*x = (struct text_index){0};
}
