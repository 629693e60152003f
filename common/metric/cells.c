/* SPDX-License-Identifier: ISC */
/* Sums by group and step: a hash table that becomes a sorted list. */
#include <stdlib.h>

#include "metric/metric_priv.h"

static size_t
slot_of(const struct cells *c, uint32_t group, int32_t position)
{
	uint64_t key = (uint64_t)group << 32 | (uint32_t)position;
	size_t i = (size_t)hash64(&key, sizeof(key), 0) & (c->size - 1);

	while (c->used[i] &&
	       (c->cell[i].group != group || c->cell[i].position != position))
		i = (i + 1) & (c->size - 1);
	return i;
}

static void
grow(struct cells *c)
{
	struct cells old = *c;

	c->size = old.size ? old.size * 2 : 1024;
	c->cell = xcalloc(c->size, sizeof(*c->cell));
	c->used = xcalloc(c->size, sizeof(*c->used));
	for (size_t i = 0; i < old.size; i++)
		if (old.used[i]) {
			size_t at =
			    slot_of(c, old.cell[i].group, old.cell[i].position);

			c->used[at] = true;
			c->cell[at] = old.cell[i];
		}
	free(old.cell);
	free(old.used);
}

void
cells_add(
    struct cells *c, uint32_t group, int64_t position, double sum, double of)
{
	size_t at;

	if (c->count * 2 >= c->size)
		grow(c);
	at = slot_of(c, group, (int32_t)position);
	if (!c->used[at]) {
		c->used[at] = true;
		c->cell[at] = (struct cell){group, (int32_t)position, 0, 0};
		c->count++;
	}
	c->cell[at].sum += sum;
	c->cell[at].of += of;
}

static int
compare(const void *one, const void *other)
{
	const struct cell *a = one, *b = other;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return (a->position > b->position) - (a->position < b->position);
}

void
cells_sort(struct cells *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->size; i++)
		if (c->used[i])
			c->cell[n++] = c->cell[i];
	if (n)
		qsort(c->cell, n, sizeof(*c->cell), compare);
}

void
cells_release(struct cells *c)
{
	free(c->cell);
	free(c->used);
	*c = (struct cells){0};
}
