/* SPDX-License-Identifier: ISC */
/*
 * Scores without a store: leads as records, events inside them or beside them.
 */
#include <stdlib.h>

#include "score/score_priv.h"

/* Events of the separate stream, in a chain per lead. */
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

struct score_filter {
	struct score_rules *rules;
	const struct tenant *tenant;
	struct cond_moment moment;
	bool no_events;
	struct lead_types *types;
	struct score_result result;
	struct owner *owners; /* open addressing */
	size_t owner_count, owner_slots;
	struct arena kept, arena;
};

struct score_filter *
score_filter_new(struct score_rules *rules, const struct tenant *t,
    const struct cond_moment *moment, bool no_events)
{
	struct score_filter *f = xcalloc(1, sizeof(*f));

	f->rules = rules;
	f->tenant = t;
	f->moment = *moment;
	f->no_events = no_events;
	f->types = lead_types_new();
	score_rules_bind_types(rules, f->types);
	score_result_init(&f->result, rules);
	return f;
}

void
score_filter_free(struct score_filter *f)
{
	if (!f)
		return;
	lead_types_free(f->types);
	score_result_release(&f->result);
	free(f->owners);
	arena_release(&f->kept);
	arena_release(&f->arena);
	free(f);
}

void
score_filter_events_end(struct score_filter *f)
{
	f->no_events = true;
}

static struct owner *
find_owner(struct score_filter *f, struct str key)
{
	size_t at;

	if (!f->owner_slots || !key.p)
		return NULL;
	at = hash64(key.p, key.n, 0) & (f->owner_slots - 1);
	while (f->owners[at].key.p && !str_eq(f->owners[at].key, key))
		at = (at + 1) & (f->owner_slots - 1);
	return &f->owners[at];
}

static void
grow_owners(struct score_filter *f)
{
	struct owner *old = f->owners;
	size_t slots = f->owner_slots;

	f->owner_slots = slots ? slots * 2 : 256;
	f->owners = xcalloc(f->owner_slots, sizeof(*f->owners));
	for (size_t i = 0; i < slots; i++)
		if (old[i].key.p)
			*find_owner(f, old[i].key) = old[i];
	free(old);
}

int
score_filter_event(
    struct score_filter *f, const struct record *event, struct err *err)
{
	struct loose *loose = arena_zalloc(&f->kept, sizeof(*loose));
	struct owner *owner;
	struct str lead;

	if (lead_event_of_record(event, f->types, &f->moment, &f->kept,
		&loose->event, &lead, err) < 0)
		return -1;
	if (!lead.p || !lead.n)
		return err_set(err, ERR_USAGE, "an event without a lead");
	if (2 * (f->owner_count + 1) > f->owner_slots)
		grow_owners(f);
	owner = find_owner(f, lead);
	if (!owner->key.p) {
		owner->key = lead;
		f->owner_count++;
	}
	loose->next = owner->first;
	owner->first = loose;
	owner->count++;
	return 0;
}

uint64_t
score_filter_unmatched(const struct score_filter *f)
{
	uint64_t count = 0;

	for (size_t i = 0; i < f->owner_slots; i++)
		if (f->owners[i].key.p && !f->owners[i].used)
			count += f->owners[i].count;
	return count;
}

/* Adds the events that were told under the lead's id and its e-mail. */
static void
join_events(struct score_filter *f, struct lead_view *view)
{
	struct str keys[] = {
	    view->values[LEAD_ID].text, view->values[LEAD_EMAIL].text};

	for (size_t k = 0; k < COUNT_OF(keys); k++) {
		struct owner *owner = find_owner(f, keys[k]);
		struct cond_event *events;
		size_t n = 0;

		if (!owner || !owner->key.p ||
		    (k == 1 && keys[0].p && str_eq(keys[0], keys[1])))
			continue;
		owner->used = true;
		events = arena_alloc(&f->arena, owner->count * sizeof(*events));
		for (struct loose *l = owner->first; l; l = l->next)
			events[n++] = l->event;
		lead_view_add_events(
		    view, f->types, &f->moment, events, n, &f->arena);
	}
}

int
score_filter_lead(struct score_filter *f, const struct record *lead, bool why,
    struct buf *out, struct err *err)
{
	const struct field *events = record_find(lead, "events");
	struct json_writer w = {.out = out};
	struct lead_view view;

	arena_clear(&f->arena);
	if (f->rules->needs_events && !f->no_events && !events)
		return err_set(err, ERR_USAGE,
		    "the rules look at events and this lead has no \"events\":"
		    " give --events FILE or --no-events");
	if (events && events->type != FIELD_ARRAY)
		return err_set(err, ERR_USAGE, "events: not an array");
	if (lead_view_of_record(
		lead, f->types, &f->moment, &f->arena, &view, err) < 0)
		return -1;
	join_events(f, &view);
	score_compute(f->rules, &view, &f->moment, &f->result);
	json_put_object(&w);
	score_put_lead(
	    f->rules, f->tenant, &view, &f->moment, &f->result, why, &w);
	json_put_end(&w);
	return 0;
}
