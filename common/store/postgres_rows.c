/* SPDX-License-Identifier: ISC */
/*
 * The rows of an open statement on PostgreSQL, in binary: the batch of a
 * cursor, or all there are. SQLite gives a value as whatever type it is asked
 * for, and so does this.
 */
#include "store/postgres_priv.h"

enum {
	OID_BOOL = 16,
	OID_BYTES = 17,
	OID_BIGINT = 20,
	OID_SMALLINT = 21,
	OID_INTEGER = 23,
	OID_FLOAT = 700,
	OID_DOUBLE = 701,
	OID_NUMERIC = 1700
};

static void
take_result(struct pg_rows *r, PGresult *result)
{
	libpq.PQclear(r->result);
	r->result = result;
	r->row = -1;
	r->count = libpq.PQntuples(result);
}

struct pg_rows *
postgres_rows_new(struct store *st, const char *name, PGresult *result)
{
	struct pg_rows *r = xcalloc(1, sizeof(*r));
	unsigned i;

	r->rows.engine = &postgres_engine;
	r->rows.store = st;
	r->rows.name = name;
	r->columns = (unsigned)libpq.PQnfields(result);
	r->types = xcalloc(r->columns + 1, sizeof(*r->types));
	for (i = 0; i < r->columns; i++)
		r->types[i] = libpq.PQftype(result, (int)i);
	r->finished = true;
	take_result(r, result);
	st->active++;
	return r;
}

/* ---- stepping ------------------------------------------------------------ */

static int
fetch(struct pg_rows *r, struct err *err)
{
	struct store *st = r->rows.store;
	PGresult *result;
	char text[64];

	if (st->pg->conn == NULL || st->pg->aborted)
		return err_set(err, ERR_BUSY,
		    "%s: %s: the transaction has ended before its rows",
		    st->path, r->rows.name);
	snprintf(
	    text, sizeof(text), "FETCH %d FROM %s", CURSOR_ROWS, r->cursor);
	result = libpq.PQexecParams(
	    st->pg->conn, text, 0, NULL, NULL, NULL, NULL, 1);
	if (libpq.PQresultStatus(result) != PGRES_TUPLES_OK)
		return postgres_fail(st, result, err, r->rows.name);
	take_result(r, result);
	r->finished = r->count < CURSOR_ROWS;
	return 0;
}

int
postgres_rows_next(struct rows *rows, struct err *err)
{
	struct pg_rows *r = (struct pg_rows *)rows;

	arena_clear(&r->decoded);
	if (r->row + 1 >= r->count && !r->finished && fetch(r, err) < 0)
		return -1;
	if (r->row + 1 >= r->count) {
		rows->done = true;
		return 0;
	}
	r->row++;
	return 1;
}

void
postgres_rows_close(struct rows *rows)
{
	struct pg_rows *r = (struct pg_rows *)rows;
	struct postgres *pg = rows->store->pg;
	char text[32];

	libpq.PQclear(r->result);
	rows->store->active--;
	if (r->implicit && --pg->implicit == 0 && !rows->store->open) {
		postgres_end_implicit(rows->store);
	} else if (r->cursor[0] && !pg->aborted &&
		   !postgres_lost(rows->store)) {
		snprintf(text, sizeof(text), "CLOSE %s", r->cursor);
		libpq.PQclear(libpq.PQexec(pg->conn, text));
	}
	arena_release(&r->decoded);
	free(r->types);
	free(r);
}

int64_t
postgres_rows_changed(const struct rows *rows)
{
	const struct pg_rows *r = (const struct pg_rows *)rows;
	int64_t n = 0;

	number_int(str_of(libpq.PQcmdTuples(r->result)), &n);
	return n;
}

/* ---- values -------------------------------------------------------------- */

static struct str
raw(const struct pg_rows *r, unsigned column)
{
	return (struct str){libpq.PQgetvalue(r->result, r->row, (int)column),
	    (size_t)libpq.PQgetlength(r->result, r->row, (int)column)};
}

bool
postgres_rows_null(const struct rows *rows, unsigned column)
{
	const struct pg_rows *r = (const struct pg_rows *)rows;

	return libpq.PQgetisnull(r->result, r->row, (int)column);
}

static int64_t
get_int(struct str v)
{
	uint32_t four;

	if (v.n == 8)
		return (int64_t)postgres_get64(v.p);
	if (v.n == 4) {
		four = (uint32_t)(unsigned char)v.p[0] << 24 |
		       (uint32_t)(unsigned char)v.p[1] << 16 |
		       (uint32_t)(unsigned char)v.p[2] << 8 |
		       (unsigned char)v.p[3];
		return (int32_t)four;
	}
	if (v.n == 2)
		return (int16_t)((unsigned char)v.p[0] << 8 |
				 (unsigned char)v.p[1]);
	return v.n == 1 ? v.p[0] : 0;
}

static double
get_real(struct str v)
{
	int64_t bits = get_int(v);
	int32_t few = (int32_t)bits;
	double real;
	float small;

	if (v.n == sizeof(small)) {
		memcpy(&small, &few, sizeof(small));
		return (double)small;
	}
	memcpy(&real, &bits, sizeof(real));
	return real;
}

/* A number that is none of the machine's, or a text, read as one. */
static double
read_real(const struct pg_rows *r, unsigned column)
{
	struct buf text = {0};
	double v = 0;

	if (r->types[column] == OID_NUMERIC)
		postgres_numeric(&text, raw(r, column).p, raw(r, column).n);
	else
		buf_adds(&text, raw(r, column));
	number_real(buf_str(&text), &v);
	buf_release(&text);
	return v;
}

static int64_t
read_int(const struct pg_rows *r, unsigned column)
{
	struct buf text = {0};
	struct str rest, whole;
	int64_t v = 0;

	if (r->types[column] == OID_NUMERIC)
		postgres_numeric(&text, raw(r, column).p, raw(r, column).n);
	else
		buf_adds(&text, raw(r, column));
	rest = buf_str(&text);
	str_cut(&rest, '.', &whole);
	number_int(whole, &v);
	buf_release(&text);
	return v;
}

int64_t
postgres_rows_int(const struct rows *rows, unsigned column)
{
	const struct pg_rows *r = (const struct pg_rows *)rows;

	switch (r->types[column]) {
	case OID_BIGINT:
	case OID_INTEGER:
	case OID_SMALLINT:
	case OID_BOOL:
		return get_int(raw(r, column));
	case OID_DOUBLE:
	case OID_FLOAT:
		return (int64_t)get_real(raw(r, column));
	default:
		return postgres_rows_null(rows, column) ? 0
							: read_int(r, column);
	}
}

double
postgres_rows_real(const struct rows *rows, unsigned column)
{
	const struct pg_rows *r = (const struct pg_rows *)rows;

	switch (r->types[column]) {
	case OID_DOUBLE:
	case OID_FLOAT:
		return postgres_rows_null(rows, column)
			   ? 0
			   : get_real(raw(r, column));
	case OID_BIGINT:
	case OID_INTEGER:
	case OID_SMALLINT:
	case OID_BOOL:
		return (double)get_int(raw(r, column));
	default:
		return postgres_rows_null(rows, column) ? 0
							: read_real(r, column);
	}
}

/* Memory until the next row, though the row itself is const. */
static struct arena *
decoded(const struct pg_rows *r)
{
	return (struct arena *)(uintptr_t)&r->decoded;
}

static struct str
number_text(const struct pg_rows *r, unsigned column)
{
	struct buf text = {0};
	struct str s;

	switch (r->types[column]) {
	case OID_NUMERIC:
		postgres_numeric(&text, raw(r, column).p, raw(r, column).n);
		break;
	case OID_DOUBLE:
	case OID_FLOAT:
		buf_addreal(&text, get_real(raw(r, column)));
		break;
	default:
		buf_addint(&text, get_int(raw(r, column)));
	}
	s = arena_str(decoded(r), buf_str(&text));
	buf_release(&text);
	return s;
}

struct str
postgres_rows_text(const struct rows *rows, unsigned column)
{
	const struct pg_rows *r = (const struct pg_rows *)rows;

	if (postgres_rows_null(rows, column))
		return (struct str){NULL, 0};
	switch (r->types[column]) {
	case OID_BIGINT:
	case OID_INTEGER:
	case OID_SMALLINT:
	case OID_BOOL:
	case OID_DOUBLE:
	case OID_FLOAT:
	case OID_NUMERIC:
		return number_text(r, column);
	case OID_BYTES:
		return raw(r, column);
	default:
		return postgres_text_in(decoded(r), raw(r, column));
	}
}

struct str
postgres_rows_blob(const struct rows *rows, unsigned column)
{
	const struct pg_rows *r = (const struct pg_rows *)rows;

	if (r->types[column] != OID_BYTES)
		return postgres_rows_text(rows, column);
	if (postgres_rows_null(rows, column))
		return (struct str){NULL, 0};
	return raw(r, column);
}
