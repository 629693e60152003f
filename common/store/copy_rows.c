/* SPDX-License-Identifier: ISC */
/*
 * One table of a tenant, copied in the order of its key, so that the first n
 * rows are there when n are: how far an earlier attempt came is a count. Names
 * of tables and columns come from copy_tables.c.
 */
#include <inttypes.h>

#include "store/copy_priv.h"

enum { BATCH_ROWS = 20000, BATCH_BYTES = 8 << 20, PROGRESS_ROWS = 4096 };

const char *
copy_name(const struct store *st)
{
	const char *path = store_path(st);

	return path ? path : ":memory:";
}

/* ---- texts ----------------------------------------------------------------
 */

static void
add_columns(struct buf *out, const struct copy_table *t, const char *before)
{
	size_t i;

	for (i = 0; i < t->spec.count; i++)
		buf_addf(out, "%s%s%s", i ? ", " : "", before,
		    t->spec.columns[i].name);
}

static void
read_text(struct buf *out, const struct copy_table *t)
{
	unsigned i;

	buf_clear(out);
	buf_addstr(out, "SELECT ");
	add_columns(out, t, "");
	buf_addf(
	    out, " FROM %s WHERE tenant_id = $1 ORDER BY tenant_id", t->name);
	for (i = 0; i < t->keys; i++)
		buf_addf(out, ", %s", t->spec.columns[i].name);
}

/* What is there already has been changed behind our backs; the comparison in
 * the end will say so better than a violated key. */
static void
insert_text(struct buf *out, const struct copy_table *t)
{
	buf_clear(out);
	buf_addf(out, "INSERT INTO %s (tenant_id, ", t->name);
	add_columns(out, t, "");
	buf_addstr(out, ") SELECT $1, ");
	add_columns(out, t, "b.");
	buf_addf(out, " FROM bulk_%s AS b WHERE true ON CONFLICT DO NOTHING",
	    t->spec.name);
}

/* ---- small steps ----------------------------------------------------------
 */

static int
run_text(struct store *st, const char *text, int64_t tenant, struct err *err)
{
	struct rows *r;
	int code;

	if (store_query_text(st, text, "i", BINDS(BIND_INT(tenant)), &r, err) <
	    0)
		return -1;
	code = rows_next(r, err);
	rows_close(r);
	return code;
}

static int
count_rows(struct store *st, const struct copy_table *t, int64_t tenant,
    int64_t *ret, struct err *err)
{
	struct buf text = {0};
	struct rows *r;
	int code;

	buf_addf(
	    &text, "SELECT count(*) FROM %s WHERE tenant_id = $1", t->name);
	code =
	    store_query_text(st, text.p, "i", BINDS(BIND_INT(tenant)), &r, err);
	buf_release(&text);
	if (code < 0)
		return -1;
	code = rows_next(r, err);
	if (code == 1)
		*ret = rows_int(r, 0);
	rows_close(r);
	return code < 0 ? -1 : 0;
}

static void
add_number(struct buf *out, uint64_t v)
{
	char bytes[8];
	unsigned i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(v >> 8 * i);
	buf_add(out, bytes, sizeof(bytes));
}

/* A row as bytes that are the same whatever engine it comes from. */
static void
add_value(struct buf *out, const struct rows *r, unsigned i, char type)
{
	struct str s;
	double real;
	uint64_t bits;

	if (rows_null(r, i)) {
		buf_addc(out, 'n');
		return;
	}
	buf_addc(out, type);
	switch (type) {
	case 'i':
		add_number(out, (uint64_t)rows_int(r, i));
		break;
	case 'r':
		real = rows_real(r, i);
		memcpy(&bits, &real, sizeof(bits));
		add_number(out, bits);
		break;
	default:
		s = type == 't' ? rows_text(r, i) : rows_blob(r, i);
		add_number(out, s.n);
		buf_adds(out, s);
	}
}

static uint64_t
sum_row(struct copying *c, const struct copy_table *t, const struct rows *r,
    uint64_t sum)
{
	unsigned i;

	buf_clear(&c->row);
	for (i = 0; i < t->spec.count; i++)
		add_value(&c->row, r, i, t->spec.columns[i].type);
	if (++c->seen % PROGRESS_ROWS == 0)
		c->watch->progress(c->watch->context, c->seen);
	return hash64(c->row.p, c->row.len, sum);
}

static void
take_row(struct bulk *b, const struct copy_table *t, const struct rows *r)
{
	unsigned i;

	for (i = 0; i < t->spec.count; i++) {
		if (rows_null(r, i))
			bulk_null(b);
		else if (t->spec.columns[i].type == 'i')
			bulk_int(b, rows_int(r, i));
		else if (t->spec.columns[i].type == 'r')
			bulk_real(b, rows_real(r, i));
		else if (t->spec.columns[i].type == 't')
			bulk_text(b, rows_text(r, i));
		else
			bulk_blob(b, rows_blob(r, i));
	}
	bulk_end_row(b);
}

/* ---- one table ------------------------------------------------------------
 */

static int
write_batch(
    struct copying *c, const char *text, struct bulk *b, struct err *err)
{
	int code;

	if (bulk_count(b) == 0)
		return 0;
	if (store_begin(c->to, STORE_CHANGE, "copy", err) < 0)
		return -1;
	code = store_bulk(c->to, b, err);
	if (code == 0)
		code = run_text(c->to, text, c->owner->target, err);
	if (code == 0)
		code = lease_renew(c->to, err);
	if (code == 0)
		code = store_commit(c->to, false, err);
	store_rollback(c->to);
	bulk_clear(b);
	return code;
}

/* Reads the old table from its beginning and writes what lies behind the
 * first ret->before rows. */
static int
copy_rows(struct copying *c, const struct copy_table *t, struct copied *ret,
    struct err *err)
{
	struct buf read = {0}, insert = {0};
	struct bulk *b = bulk_new(&t->spec);
	struct rows *r;
	int code;

	read_text(&read, t);
	insert_text(&insert, t);
	code = store_query_text(
	    c->from, read.p, "i", BINDS(BIND_INT(c->owner->id)), &r, err);
	if (code < 0)
		goto out;
	while ((code = rows_next(r, err)) == 1) {
		ret->sum = sum_row(c, t, r, ret->sum);
		if (++ret->rows <= ret->before)
			continue;
		take_row(b, t, r);
		if ((bulk_count(b) >= BATCH_ROWS ||
			bulk_bytes(b) >= BATCH_BYTES) &&
		    (code = write_batch(c, insert.p, b, err)) < 0)
			break;
	}
	rows_close(r);
	if (code == 0)
		code = write_batch(c, insert.p, b, err);
out:
	bulk_free(b);
	buf_release(&read);
	buf_release(&insert);
	return code;
}

static int
sum_rows(struct copying *c, struct store *st, const struct copy_table *t,
    struct copied *ret, struct err *err)
{
	int64_t tenant = st == c->to ? c->owner->target : c->owner->id;
	struct buf text = {0};
	struct rows *r;
	int code;

	read_text(&text, t);
	code =
	    store_query_text(st, text.p, "i", BINDS(BIND_INT(tenant)), &r, err);
	buf_release(&text);
	if (code < 0)
		return -1;
	while ((code = rows_next(r, err)) == 1) {
		ret->sum = sum_row(c, t, r, ret->sum);
		ret->rows++;
	}
	rows_close(r);
	return code;
}

static int
compare(struct copying *c, const struct copied *old, const struct copied *new,
    struct err *err)
{
	struct buf why = {0};

	if (old->rows == new->rows && old->sum == new->sum)
		return 0;
	if (old->rows == new->rows)
		buf_addstr(&why, "rows differ");
	else
		buf_addf(&why, "%" PRId64 " rows, but %" PRId64 " in the copy",
		    old->rows, new->rows);
	err_set(err, ERR_FAIL, "%s: tenant %s, table %s: %s%s",
	    copy_name(c->from), quoted(str_of(c->owner->name)), old->table,
	    why.p,
	    old->before > 0 ? ": it has changed since the copy began; --again "
			      "begins anew"
			    : "");
	buf_release(&why);
	return -1;
}

int
copy_table(struct copying *c, const struct copy_table *t, struct err *err)
{
	struct copied old = {.tenant = c->owner->name, .table = t->name};
	struct copied new = {0};
	int code;

	if (count_rows(c->to, t, c->owner->target, &old.before, err) < 0 ||
	    copy_rows(c, t, &old, err) < 0)
		return err_prefix(err, "table %s", t->name);
	if (store_begin(c->to, STORE_SNAPSHOT, "compare", err) < 0)
		return -1;
	code = sum_rows(c, c->to, t, &new, err);
	store_rollback(c->to);
	if (code < 0)
		return err_prefix(err, "table %s", t->name);
	if (compare(c, &old, &new, err) < 0)
		return -1;
	c->rows += old.rows;
	if (old.rows == 0)
		return 0;
	return c->watch->table(c->watch->context, &old, err);
}

int
copy_compare(struct copying *c, const struct copy_table *t, bool *ret_same,
    struct err *err)
{
	struct copied old = {0}, new = {0};

	if (sum_rows(c, c->from, t, &old, err) < 0 ||
	    sum_rows(c, c->to, t, &new, err) < 0)
		return err_prefix(err, "table %s", t->name);
	*ret_same = old.rows == new.rows &&old.sum == new.sum;
	return 0;
}

int
copy_take_away(struct copying *c, const struct copy_table *t, struct err *err)
{
	struct buf text = {0};
	int code;

	buf_addf(&text, "DELETE FROM %s WHERE tenant_id = $1", t->name);
	code = run_text(c->to, text.p, c->owner->target, err);
	buf_release(&text);
	return code;
}
