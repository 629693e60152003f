/* SPDX-License-Identifier: ISC */
/* Values and how often each occurs. */
#include "segment/tally.h"

#include <stdlib.h>

static uint32_t *
find_slot(const struct tally *t, struct str text)
{
	size_t at = hash64(text.p, text.n, 0) & (t->slot_count - 1);

	while (t->slots[at] && !str_eq(t->value[t->slots[at] - 1].text, text))
		at = (at + 1) & (t->slot_count - 1);
	return &t->slots[at];
}

static void
grow_slots(struct tally *t)
{
	t->slot_count = t->slot_count ? t->slot_count * 2 : 64;
	free(t->slots);
	t->slots = xcalloc(t->slot_count, sizeof(*t->slots));
	for (size_t i = 0; i < t->count; i++)
		*find_slot(t, t->value[i].text) = (uint32_t)i + 1;
}

void
tally_add(struct tally *t, struct str text)
{
	uint32_t *slot;

	if (2 * (t->count + 1) > t->slot_count)
		grow_slots(t);
	slot = find_slot(t, text);
	if (*slot) {
		t->value[*slot - 1].uses++;
		return;
	}
	if (t->count == TALLY_MAX) {
		t->more = true;
		return;
	}
	GROW(t->value, t->cap, t->count + 1);
	t->value[t->count++] =
	    (struct tally_value){arena_str(&t->arena, text), 1};
	*slot = (uint32_t)t->count;
}

void
tally_add_number(struct tally *t, double v)
{
	tally_add(t, (struct str){(const char *)&v, sizeof(v)});
}

double
tally_number(const struct tally_value *v)
{
	double number;

	memcpy(&number, v->text.p, sizeof(number));
	return number;
}

static int
compare_uses(const struct tally_value *x, const struct tally_value *y)
{
	return (x->uses < y->uses) - (x->uses > y->uses);
}

static int
compare_texts(const void *a, const void *b)
{
	const struct tally_value *x = a, *y = b;
	int order = compare_uses(x, y);

	return order ? order : str_cmp(x->text, y->text);
}

static int
compare_numbers(const void *a, const void *b)
{
	const struct tally_value *x = a, *y = b;
	double m = tally_number(x), n = tally_number(y);
	int order = compare_uses(x, y);

	return order ? order : (m > n) - (m < n);
}

void
tally_sort(struct tally *t, bool numbers)
{
	if (t->count)
		qsort(t->value, t->count, sizeof(*t->value),
		    numbers ? compare_numbers : compare_texts);
}

void
tally_release(struct tally *t)
{
	free(t->value);
	free(t->slots);
	arena_release(&t->arena);
}
