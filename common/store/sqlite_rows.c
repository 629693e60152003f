/* SPDX-License-Identifier: ISC */
/*
 * The rows of an open statement in SQLite: stepping, and the values of the
 * present row.
 */
#include "store/store_priv.h"

int
sqlite_rows_next(struct rows *r, struct err *err)
{
	int code;

	if (r->done)
		return 0;
	code = sqlite3_step(r->stmt);
	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		return sqlite_fail(r->store, err, r->name);
	/* The snapshot it read from is let go at once, not at rows_close(). */
	sqlite3_reset(r->stmt);
	r->done = true;
	return 0;
}

bool
sqlite_rows_null(const struct rows *r, unsigned column)
{
	return sqlite3_column_type(r->stmt, (int)column) == SQLITE_NULL;
}

int64_t
sqlite_rows_int(const struct rows *r, unsigned column)
{
	return sqlite3_column_int64(r->stmt, (int)column);
}

double
sqlite_rows_real(const struct rows *r, unsigned column)
{
	return sqlite3_column_double(r->stmt, (int)column);
}

struct str
sqlite_rows_text(const struct rows *r, unsigned column)
{
	const char *p = (const char *)sqlite3_column_text(r->stmt, (int)column);

	if (!p)
		return (struct str){NULL, 0};
	return (struct str){
	    p, (size_t)sqlite3_column_bytes(r->stmt, (int)column)};
}

struct str
sqlite_rows_blob(const struct rows *r, unsigned column)
{
	const char *p;

	if (sqlite_rows_null(r, column))
		return (struct str){NULL, 0};
	p = sqlite3_column_blob(r->stmt, (int)column);
	return (struct str){p ? p : "", /* SQLite's empty blob is NULL */
	    (size_t)sqlite3_column_bytes(r->stmt, (int)column)};
}
