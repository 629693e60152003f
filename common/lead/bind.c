/* SPDX-License-Identifier: ISC */
/* What conditions name, and the numbers a tenant's store has for it. */
#include <stdlib.h>

#include "lead/bind.sql.h"
#include "lead/lead.h"

int
lead_type_find(struct store *st, const struct tenant *t, struct str name,
    int64_t *ret, struct err *err)
{
	int64_t number;
	int found = store_int(st, &sql_bind_type,
	    BINDS(BIND_INT(t->id), BIND_TEXT(name)), &number, err);

	if (found < 0)
		return -1;
	*ret = found ? number : -1;
	return 0;
}

/* The names there are, NULL-terminated, for suggestions. */
static int
segment_unknown(struct store *st, const struct tenant *t, const struct cond *c,
    size_t i, struct err *err)
{
	struct arena arena = {0};
	const char **names = NULL;
	size_t count = 0, cap = 0;
	struct rows *rows;
	int got;

	if (store_query(
		st, &sql_bind_segments, BINDS(BIND_INT(t->id)), &rows, err) < 0)
		return -1;
	while ((got = rows_next(rows, err)) > 0) {
		GROW(names, cap, count + 2);
		names[count++] = arena_strdup(&arena, rows_text(rows, 0));
		names[count] = NULL;
	}
	rows_close(rows);
	if (got == 0)
		got = cond_segment_unknown(c, i, names, err);
	free(names);
	arena_release(&arena);
	return got;
}

static int
bind_segments(
    struct store *st, const struct tenant *t, struct cond *c, struct err *err)
{
	for (size_t i = 0; i < cond_segment_count(c); i++) {
		int64_t number;
		int found = store_int(st, &sql_bind_segment,
		    BINDS(
			BIND_INT(t->id), BIND_TEXT(str_of(cond_segment(c, i)))),
		    &number, err);

		if (found < 0)
			return -1;
		if (found == 0)
			return segment_unknown(st, t, c, i, err);
		cond_bind_segment(c, i, number);
	}
	return 0;
}

int
lead_bind(
    struct store *st, const struct tenant *t, struct cond *c, struct err *err)
{
	for (size_t i = 0; i < cond_event_type_count(c); i++) {
		int64_t number;

		if (lead_type_find(
			st, t, str_of(cond_event_type(c, i)), &number, err) < 0)
			return -1;
		cond_bind_event_type(c, i, number);
	}
	return bind_segments(st, t, c, err);
}
