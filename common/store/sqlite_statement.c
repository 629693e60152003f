/* SPDX-License-Identifier: ISC */
/*
 * Statements: prepared at first use, kept by the address of their struct sql,
 * bound by number and type, run. What a query gives back is in rows.c.
 */
#include <inttypes.h>

#include "store/store_priv.h"

/* ---- preparing ----------------------------------------------------------- */

void
statement_text(struct buf *out, const char *text, bool *ret_whole)
{
	const char *open, *close;
	struct str word;

	*ret_whole = false;
	while ((open = strstr(text, "{{")) != NULL) {
		close = strstr(open, "}}");
		if (!close)
			BUG("engine word without an end: %s", open);
		buf_add(out, text, (size_t)(open - text));
		word = (struct str){open + 2, (size_t)(close - open) - 2};
		if (str_is(word, "WHOLE_TENANT"))
			*ret_whole = true;
		else if (!str_is(word, "SKIP_LOCKED"))
			BUG("unknown engine word: %.*s", STR_ARG(word));
		text = close + 2;
	}
	buf_addstr(out, text);
}

static sqlite3_stmt *
prepare_text(struct store *st, const char *text, unsigned flags)
{
	struct buf replaced = {0};
	sqlite3_stmt *stmt = NULL;
	bool whole;

	if (strstr(text, "{{")) {
		statement_text(&replaced, text, &whole);
		text = replaced.p;
	}
	sqlite3_prepare_v3(st->db, text, -1, flags, &stmt, NULL);
	buf_release(&replaced);
	return stmt;
}

static struct statement *
statement_new(struct store *st, const char *text, const char *types,
    unsigned flags, const char *name, struct err *err)
{
	struct statement *s;
	sqlite3_stmt *stmt;
	char parameter[16];
	unsigned i;

	stmt = prepare_text(st, text, flags);
	if (!stmt) {
		sqlite_fail(st, err, name);
		return NULL;
	}
	s = xcalloc(1, sizeof(*s));
	s->params = (unsigned)strlen(types);
	s->index = xcalloc(s->params + 1, sizeof(*s->index));
	s->writes = !sqlite3_stmt_readonly(stmt);
	s->rows.engine = &sqlite_engine;
	s->rows.store = st;
	s->rows.stmt = stmt;
	s->rows.name = name;
	for (i = 0; i < s->params; i++) {
		snprintf(parameter, sizeof(parameter), "$%u", i + 1);
		s->index[i] = sqlite3_bind_parameter_index(stmt, parameter);
	}
	return s;
}

static void
statement_free(struct statement *s)
{
	sqlite3_finalize(s->rows.stmt);
	free(s->types);
	free(s->index);
	free(s);
}

void
statements_free(struct store *st)
{
	struct statement *s, *next;
	size_t i;

	for (i = 0; i < STATEMENT_BUCKETS; i++) {
		for (s = st->statements[i]; s; s = next) {
			next = s->next;
			statement_free(s);
		}
		st->statements[i] = NULL;
	}
}

/* One that is idle, or a new one: the same statement may be open twice. */
static struct statement *
statement_find(struct store *st, const struct sql *sql, struct err *err)
{
	size_t bucket = ((uintptr_t)sql / sizeof(*sql)) % STATEMENT_BUCKETS;
	struct statement *s;

	for (s = st->statements[bucket]; s; s = s->next)
		if (s->sql == sql && !s->busy)
			return s;
	s = statement_new(st, sql->text, sql->types, SQLITE_PREPARE_PERSISTENT,
	    sql->name, err);
	if (!s)
		return NULL;
	s->sql = sql;
	s->next = st->statements[bucket];
	st->statements[bucket] = s;
	return s;
}

/* ---- binding ------------------------------------------------------------- */

static int
bind_one(sqlite3_stmt *stmt, int at, const struct bind *b)
{
	bool text = b->type == 't' || b->type == 'b';

	if (b->null || (text && !b->s.p))
		return sqlite3_bind_null(stmt, at);
	switch (b->type) {
	case 'i':
		return sqlite3_bind_int64(stmt, at, b->i);
	case 'r':
		return sqlite3_bind_double(stmt, at, b->r);
	case 't':
		return sqlite3_bind_text64(
		    stmt, at, b->s.p, b->s.n, SQLITE_STATIC, SQLITE_UTF8);
	default:
		return sqlite3_bind_blob64(
		    stmt, at, b->s.p, b->s.n, SQLITE_STATIC);
	}
}

static int
bind_all(struct statement *s, const char *types, const struct bind *binds,
    size_t count, struct err *err)
{
	size_t i;

	if (count != s->params)
		BUG("%s takes %u parameters, not %zu", s->rows.name, s->params,
		    count);
	for (i = 0; i < count; i++) {
		if (binds[i].type != types[i])
			BUG("%s: $%zu is of type %c, not %c", s->rows.name,
			    i + 1, types[i], binds[i].type);
		if (s->index[i] != 0 &&
		    bind_one(s->rows.stmt, s->index[i], &binds[i]) != SQLITE_OK)
			return sqlite_fail(s->rows.store, err, s->rows.name);
	}
	return 0;
}

/* ---- running ------------------------------------------------------------- */

static int
open_rows(struct store *st, struct statement *s, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err)
{
	if (s->writes && !(st->open && st->intent == STORE_CHANGE))
		BUG("%s writes outside a change transaction", s->rows.name);
	if (!st->open)
		st->deadline = time_monotonic() + st->patience;
	if (bind_all(s, types, binds, count, err) < 0)
		return -1;
	s->busy = true;
	s->rows.done = false;
	st->active++;
	*ret = &s->rows;
	return 0;
}

int
sqlite_query(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, struct rows **ret, struct err *err)
{
	struct statement *s = statement_find(st, sql, err);

	if (!s)
		return -1;
	return open_rows(st, s, sql->types, binds, count, ret, err);
}

int
sqlite_query_text(struct store *st, const char *text, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err)
{
	struct statement *s;

	s = statement_new(st, text, types, 0, "composed", err);
	if (!s)
		return -1;
	if (open_rows(st, s, types, binds, count, ret, err) < 0) {
		statement_free(s);
		return -1;
	}
	return 0;
}

void
sqlite_rows_close(struct rows *r)
{
	struct statement *s;

	s = (struct statement *)((char *)r - offsetof(struct statement, rows));
	r->store->active--;
	s->busy = false;
	if (!s->sql) {
		statement_free(s);
		return;
	}
	sqlite3_reset(r->stmt);
	/* Bound text is borrowed: nothing may point at it any longer. */
	if (s->params > 0)
		sqlite3_clear_bindings(r->stmt);
}

int
statement_step(struct store *st, const struct sql *sql, struct err *err)
{
	struct statement *s = statement_find(st, sql, err);
	int code;

	if (!s)
		return -1;
	code = sqlite3_step(s->rows.stmt);
	if (code != SQLITE_DONE)
		sqlite_fail(st, err, NULL);
	sqlite3_reset(s->rows.stmt);
	return code == SQLITE_DONE ? 0 : -1;
}

int64_t
sqlite_rows_changed(const struct rows *r)
{
	return sqlite3_changes64(r->store->db);
}
