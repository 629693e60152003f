/* SPDX-License-Identifier: ISC */
/*
 * Bulk rows on PostgreSQL: bulk_NAME is a temporary table of the connection,
 * filled by COPY in binary when a statement is about to read it. A
 * transaction that is rolled back takes back what it did to the tables too.
 */
#include "store/postgres_priv.h"

enum { FLUSH_BYTES = 64 * 1024 };

int
postgres_bulk_slot(struct store *st, struct bulk_slot *slot, struct err *err)
{
	(void)st;
	(void)slot;
	(void)err;
	return 0;
}

/* ---- rows on their way --------------------------------------------------- */

static void
put_text(struct buf *out, struct arena *a, struct str s, bool text)
{
	if (text)
		s = postgres_text_out(a, s);
	postgres_put32(out, (uint32_t)s.n);
	buf_adds(out, s);
}

static void
put_number(struct buf *out, uint64_t bits)
{
	char bytes[8];

	postgres_put64(bytes, bits);
	postgres_put32(out, sizeof(bytes));
	buf_add(out, bytes, sizeof(bytes));
}

void
postgres_put_value(struct buf *out, struct arena *a, const struct bulk *b,
    size_t row, unsigned column)
{
	char type = b->spec->columns[column].type;
	uint64_t bits;

	if (bulk_is_null(b, row, column)) {
		postgres_put32(out, UINT32_MAX);
	} else if (type == 't' || type == 'b') {
		put_text(out, a, b->columns[column].u.s[row], type == 't');
	} else {
		memcpy(&bits, &b->columns[column].u.i[row], sizeof(bits));
		put_number(out, bits);
	}
}

static void
put_row(struct buf *out, struct arena *a, const struct bulk *b, size_t row)
{
	unsigned i;

	postgres_put16(out, (unsigned)b->spec->count);
	for (i = 0; i < b->spec->count; i++)
		postgres_put_value(out, a, b, row, i);
}

static bool
send_rows(PGconn *conn, const struct bulk *b)
{
	static const char signature[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
	struct arena scratch = {0};
	struct buf out = {0};
	bool ok = true;
	size_t row;

	buf_add(&out, signature, sizeof(signature));
	for (row = 0; row < b->rows && ok; row++) {
		put_row(&out, &scratch, b, row);
		if (out.len < FLUSH_BYTES)
			continue;
		ok = libpq.PQputCopyData(conn, out.p, (int)out.len) == 1;
		buf_clear(&out);
		arena_clear(&scratch);
	}
	postgres_put16(&out, 0xffff);
	ok = ok && libpq.PQputCopyData(conn, out.p, (int)out.len) == 1 &&
	     libpq.PQputCopyEnd(conn, NULL) == 1;
	buf_release(&out);
	arena_release(&scratch);
	return ok;
}

int
postgres_copy(
    struct store *st, const char *text, const struct bulk *b, struct err *err)
{
	PGconn *conn = st->pg->conn;
	PGresult *result = libpq.PQexec(conn, text), *more;

	if (libpq.PQresultStatus(result) != PGRES_COPY_IN)
		return postgres_fail(st, result, err, b->spec->name);
	libpq.PQclear(result);
	if (!send_rows(conn, b))
		return postgres_fail(st, NULL, err, b->spec->name);
	result = libpq.PQgetResult(conn);
	while ((more = libpq.PQgetResult(conn)) != NULL)
		libpq.PQclear(more);
	if (libpq.PQresultStatus(result) != PGRES_COMMAND_OK)
		return postgres_fail(st, result, err, b->spec->name);
	libpq.PQclear(result);
	return 0;
}

/* ---- the tables ---------------------------------------------------------- */

static void
add_create(struct buf *out, const struct bulk_spec *spec)
{
	size_t i;

	buf_addf(out, "CREATE TEMPORARY TABLE bulk_%s (", spec->name);
	for (i = 0; i < spec->count; i++)
		buf_addf(out, "%s%s %s", i ? ", " : "", spec->columns[i].name,
		    spec->columns[i].type == 'i'   ? "bigint"
		    : spec->columns[i].type == 'r' ? "double precision"
		    : spec->columns[i].type == 't' ? "text COLLATE \"C\""
						   : "bytea");
	buf_addstr(out, "); ");
}

static bool
shows_already(const struct bulk_slot *slot)
{
	if (!slot->exists)
		return false;
	if (!slot->bulk || slot->bulk->rows == 0)
		return slot->empty;
	return slot->loaded && slot->rows == slot->bulk->rows;
}

int
postgres_bulk_load(struct store *st, struct bulk_slot *slot, struct err *err)
{
	bool create = !slot->exists, fill;
	bool inside = st->open || st->pg->implicit > 0;
	struct buf text = {0};
	int code;

	if (shows_already(slot))
		return 0;
	fill = slot->bulk && slot->bulk->rows > 0;
	if (create)
		add_create(&text, slot->spec);
	else if (!slot->empty)
		buf_addf(&text, "TRUNCATE bulk_%s; ", slot->spec->name);
	if (fill)
		buf_addf(&text, "COPY bulk_%s FROM STDIN (FORMAT binary)",
		    slot->spec->name);
	code = fill ? postgres_copy(st, text.p, slot->bulk, err)
		    : postgres_execute(st, text.p, err);
	buf_release(&text);
	if (code < 0)
		return -1;
	slot->exists = true;
	slot->made_here = slot->made_here || (create && inside);
	slot->changed_here = inside;
	slot->empty = !fill;
	slot->loaded = fill;
	slot->rows = fill ? slot->bulk->rows : 0;
	return 0;
}

void
postgres_bulk_committed(struct store *st)
{
	struct bulk_slot *slot;

	for (slot = st->slots; slot; slot = slot->next)
		slot->made_here = slot->changed_here = false;
}

void
postgres_bulk_rolled_back(struct store *st)
{
	struct bulk_slot *slot;

	for (slot = st->slots; slot; slot = slot->next) {
		if (slot->made_here)
			slot->exists = false;
		if (slot->changed_here) {
			slot->loaded = false;
			slot->empty = slot->made_here;
		}
		slot->made_here = slot->changed_here = false;
	}
}

void
postgres_bulk_forget(struct store *st)
{
	struct bulk_slot *slot;

	for (slot = st->slots; slot; slot = slot->next)
		slot->exists = slot->loaded = slot->made_here =
		    slot->changed_here = false;
}
