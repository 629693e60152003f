/* SPDX-License-Identifier: ISC */
/*
 * Events of a stream of their own, kept until their leads come by: in a chain
 * per lead, found by what the events call it.
 */
#include <stdlib.h>

#include "lead/lead_priv.h"

struct loose {
	struct cond_event event;
	struct loose *next;
};
struct owner {
	struct loose *first;
	size_t count;
	bool used;
};

struct lead_loose {
	struct lead_types *types;
	struct cond_moment moment;
	struct text_index by_key; /* id or e-mail as written: into owners */
	struct owner *owners;
	size_t owner_count, owner_cap;
	struct arena arena;
};

struct lead_loose *
lead_loose_new(struct lead_types *types, const struct cond_moment *moment)
{
	struct lead_loose *l = xcalloc(1, sizeof(*l));

	l->types = types;
	l->moment = *moment;
	return l;
}

void
lead_loose_free(struct lead_loose *l)
{
	if (!l)
		return;
	text_index_release(&l->by_key);
	free(l->owners);
	arena_release(&l->arena);
	free(l);
}

int
lead_loose_add(
    struct lead_loose *l, const struct record *event, struct err *err)
{
	struct loose *loose = arena_zalloc(&l->arena, sizeof(*loose));
	struct owner *owner;
	struct str lead;
	size_t *at;
	bool new;

	if (lead_event_of_record(event, l->types, &l->moment, &l->arena,
		&loose->event, &lead, err) < 0)
		return -1;
	if (!lead.p || !lead.n)
		return err_set(err, ERR_USAGE, "an event without a lead");
	at = text_index_at(&l->by_key, lead, NULL, &new);
	if (new) {
		*at = l->owner_count;
		GROW(l->owners, l->owner_cap, l->owner_count + 1);
		l->owners[l->owner_count++] = (struct owner){0};
	}
	owner = &l->owners[*at];
	loose->next = owner->first;
	owner->first = loose;
	owner->count++;
	return 0;
}

uint64_t
lead_loose_left(const struct lead_loose *l)
{
	uint64_t count = 0;

	for (size_t i = 0; i < l->owner_count; i++)
		if (!l->owners[i].used)
			count += l->owners[i].count;
	return count;
}

void
lead_loose_join(
    struct lead_loose *l, struct lead_view *view, struct arena *arena)
{
	struct str keys[] = {
	    view->values[LEAD_ID].text, view->values[LEAD_EMAIL].text};

	for (size_t k = 0; k < COUNT_OF(keys); k++) {
		size_t at =
		    keys[k].p ? text_index_get(&l->by_key, keys[k]) : SIZE_MAX;
		struct cond_event *events;
		struct owner *owner;
		size_t n = 0;

		if (at == SIZE_MAX ||
		    (k == 1 && keys[0].p && str_eq(keys[0], keys[1])))
			continue;
		owner = &l->owners[at];
		owner->used = true;
		events = arena_alloc(arena, owner->count * sizeof(*events));
		for (struct loose *e = owner->first; e; e = e->next)
			events[n++] = e->event;
		lead_view_add_events(
		    view, l->types, &l->moment, events, n, arena);
	}
}
