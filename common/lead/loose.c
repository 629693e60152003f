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
	struct str key; /* id or e-mail as written; p NULL: a free slot */
	struct loose *first;
	size_t count;
	bool used;
};

struct lead_loose {
	struct lead_types *types;
	struct cond_moment moment;
	struct owner *owners; /* open addressing */
	size_t owner_count, owner_slots;
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
	free(l->owners);
	arena_release(&l->arena);
	free(l);
}

static struct owner *
find_owner(const struct lead_loose *l, struct str key)
{
	size_t at;

	if (!l->owner_slots || !key.p)
		return NULL;
	at = hash64(key.p, key.n, 0) & (l->owner_slots - 1);
	while (l->owners[at].key.p && !str_eq(l->owners[at].key, key))
		at = (at + 1) & (l->owner_slots - 1);
	return &l->owners[at];
}

static void
grow_owners(struct lead_loose *l)
{
	struct owner *old = l->owners;
	size_t slots = l->owner_slots;

	l->owner_slots = slots ? slots * 2 : 256;
	l->owners = xcalloc(l->owner_slots, sizeof(*l->owners));
	for (size_t i = 0; i < slots; i++)
		if (old[i].key.p)
			*find_owner(l, old[i].key) = old[i];
	free(old);
}

int
lead_loose_add(
    struct lead_loose *l, const struct record *event, struct err *err)
{
	struct loose *loose = arena_zalloc(&l->arena, sizeof(*loose));
	struct owner *owner;
	struct str lead;

	if (lead_event_of_record(event, l->types, &l->moment, &l->arena,
		&loose->event, &lead, err) < 0)
		return -1;
	if (!lead.p || !lead.n)
		return err_set(err, ERR_USAGE, "an event without a lead");
	if (2 * (l->owner_count + 1) > l->owner_slots)
		grow_owners(l);
	owner = find_owner(l, lead);
	if (!owner->key.p) {
		owner->key = lead;
		l->owner_count++;
	}
	loose->next = owner->first;
	owner->first = loose;
	owner->count++;
	return 0;
}

uint64_t
lead_loose_left(const struct lead_loose *l)
{
	uint64_t count = 0;

	for (size_t i = 0; i < l->owner_slots; i++)
		if (l->owners[i].key.p && !l->owners[i].used)
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
		struct owner *owner = find_owner(l, keys[k]);
		struct cond_event *events;
		size_t n = 0;

		if (!owner || !owner->key.p ||
		    (k == 1 && keys[0].p && str_eq(keys[0], keys[1])))
			continue;
		owner->used = true;
		events = arena_alloc(arena, owner->count * sizeof(*events));
		for (struct loose *e = owner->first; e; e = e->next)
			events[n++] = e->event;
		lead_view_add_events(
		    view, l->types, &l->moment, events, n, arena);
	}
}
