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
#define TYPES_MAX 10000

bool
lead_event_type_ok(struct str name)
{
	if (name.n == 0 || name.n > TYPE_NAME_MAX || utf8_valid(name) != name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return false;
	return true;
}

/* ---- types -------------------------------------------------------------- */

struct lead_event_types {
	struct store *st;
	const struct tenant *t;
	struct text_index numbers; /* by name */
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
	text_index_release(&types->numbers);
	free(types);
}

void
lead_event_types_forget(struct lead_event_types *types)
{
	text_index_clear(&types->numbers, 0);
	types->loaded = false;
	arena_clear(&types->names);
}

static void
remember(struct lead_event_types *types, struct str name, int64_t number)
{
	bool new;

	*text_index_at(&types->numbers, name, &types->names, &new) =
	    (size_t)number;
}

int
lead_event_types_each(struct store *st, const struct tenant *t,
    void (*each)(void *context, int64_t number, struct str name), void *context,
    struct err *err)
{
	struct rows *rows;
	int got;

	if (store_query(st, &sql_event_type_all, BINDS(BIND_INT(t->id)), &rows,
		err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0)
		each(context, rows_int(rows, 0), rows_text(rows, 1));
	rows_close(rows);
	return got;
}

static void
remember_it(void *context, int64_t number, struct str name)
{
	remember(context, name, number);
}

static int
load(struct lead_event_types *types, struct err *err)
{
	int rc =
	    lead_event_types_each(types->st, types->t, remember_it, types, err);

	types->loaded = rc == 0;
	return rc;
}

int
lead_event_type(struct lead_event_types *types, struct str name, int64_t *ret,
    struct err *err)
{
	size_t known;
	int64_t number;
	int got;

	if (!types->loaded && load(types, err) < 0)
		return -1;
	known = text_index_get(&types->numbers, name);
	if (known != SIZE_MAX) {
		*ret = (int64_t)known;
		return 0;
	}
	/* Somebody else may have added it since. */
	got = store_int(types->st, &sql_event_type_find,
	    BINDS(BIND_INT(types->t->id), BIND_TEXT(name)), &number, err);
	if (got < 0)
		return -1;
	if (got == 0) {
		if (types->numbers.count >= TYPES_MAX)
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

/* ---- events ------------------------------------------------------------- */

/* Tells the caller about the rows of the bulk that are stored: all of them, or
 * only those that differ. Returns how many differ in *ret_different. */
static int
tell_stored(struct store *st, const struct tenant *t, bool only_different,
    int64_t *ret_stored, int64_t *ret_different,
    int (*each)(void *context, int64_t seq, bool same, struct err *err),
    void *context, struct err *err)
{
	struct rows *rows;
	int got;

	*ret_stored = *ret_different = 0;
	if (store_query(st, &sql_event_stored_already, BINDS(BIND_INT(t->id)),
		&rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		bool same = rows_int(rows, 1) != 0;

		++*ret_stored;
		*ret_different += !same;
		if (each && (!same || !only_different) &&
		    each(context, rows_int(rows, 0), same, err) < 0) {
			got = -1;
			break;
		}
	}
	rows_close(rows);
	return got;
}

int
lead_events_insert(struct store *st, const struct tenant *t,
    struct bulk *events, bool exact, struct lead_events_done *ret,
    int (*each)(void *context, int64_t seq, bool same, struct err *err),
    void *context, struct err *err)
{
	int64_t count = (int64_t)bulk_count(events);
	int64_t stored = 0, different = 0, new = 0;

	if (count == 0) {
		*ret = (struct lead_events_done){0};
		return 0;
	}
	if (store_bulk(st, events, err) < 0)
		return -1;
	/* Looking first costs a second search for every row, so it is left out
	 * where all are new, as they mostly are. */
	if (exact && tell_stored(st, t, false, &stored, &different, each,
			 context, err) < 0)
		return -1;
	if (stored < count && store_run(st, &sql_event_insert_bulk,
				  BINDS(BIND_INT(t->id)), &new, err) < 0)
		return -1;
	if (!exact && new < count &&
	    tell_stored(
		st, t, new > 0, &stored, &different, each, context, err) < 0)
		return -1;
	ret->new = new;
	ret->different = different;
	ret->same = count - new - different;
	return 0;
}
