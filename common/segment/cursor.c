/* SPDX-License-Identifier: ISC */
#include "segment/cursor_priv.h"

#include "segment/compare.sql.h"

int
cursor_open(struct store *st, const struct tenant *t, int64_t segment,
    int64_t at, struct cursor *ret, struct err *err)
{
	if (store_query(st, &sql_compare_members,
		BINDS(BIND_INT(t->id), BIND_INT(segment), BIND_INT(at)),
		&ret->rows, err) < 0)
		return -1;
	return cursor_next(ret, err);
}

int
cursor_next(struct cursor *c, struct err *err)
{
	int got = rows_next(c->rows, err);

	if (got < 0)
		return -1;
	c->lead = INT64_MAX;
	if (got) {
		c->lead = rows_int(c->rows, 0);
		c->since = rows_int(c->rows, 1);
		c->left_at = rows_int(c->rows, 2);
	}
	return 0;
}

void
cursor_close(struct cursor *c)
{
	rows_close(c->rows);
	c->rows = NULL;
}
