/* SPDX-License-Identifier: ISC */
/*
 * Copying tenants between stores, table by table and in the order of the
 * keys, so that the first n rows of a table are all there or none but they
 * are: how far an earlier attempt came is a count. Names of tables and columns
 * come from copy_tables.c.
 */
#include <inttypes.h>

#include "store/copy.h"
#include "store/copy.sql.h"

enum {
	BATCH_ROWS = 20000,
	BATCH_BYTES = 8 << 20,
	PROGRESS_ROWS = 4096,
	CACHE_BYTES = 64 << 20
};
#define NOBODY INT64_C(0) /* whose counters are the store's own */

/* A tenant of the old store. */
struct owner {
	struct owner *next;
	int64_t id, created_at;
	char *name, *settings;
	char *mark; /* of its copy, in the new store's counters */
	int64_t target;
	bool started, complete;
};

struct copying {
	struct store *from, *to;
	const struct owner *owner;
	const struct copy_watch *watch;
	struct buf row; /* one row's bytes */
	int64_t seen;   /* rows, on either side, for the progress */
	int64_t rows;   /* of the old store, complete tables */
};

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
	if (++c->seen % PROGRESS_ROWS == 0 && c->watch->progress)
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
sum_rows(struct copying *c, const struct copy_table *t, struct copied *ret,
    struct err *err)
{
	struct buf text = {0};
	struct rows *r;
	int code;

	read_text(&text, t);
	code = store_query_text(
	    c->to, text.p, "i", BINDS(BIND_INT(c->owner->target)), &r, err);
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
	    store_path(c->from), quoted(str_of(c->owner->name)), old->table,
	    why.p,
	    old->before > 0 ? ": it has changed since the copy began; --again "
			      "begins anew"
			    : "");
	buf_release(&why);
	return -1;
}

static int
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
	code = sum_rows(c, t, &new, err);
	store_rollback(c->to);
	if (code < 0)
		return err_prefix(err, "table %s", t->name);
	if (compare(c, &old, &new, err) < 0)
		return -1;
	c->rows += old.rows;
	return c->watch->table ? c->watch->table(c->watch->context, &old, err)
			       : 0;
}

/* ---- one tenant -----------------------------------------------------------
 */

/* The tenant's number in the new store, kept until the whole copy is done. */
static int
start(struct copying *c, struct owner *o, struct err *err)
{
	int code;

	if (o->started)
		return 0;
	if (store_tenant(c->to, NOBODY, err) < 0 ||
	    store_begin(c->to, STORE_CHANGE, "copy", err) < 0)
		return -1;
	code = store_numbers(c->to, NOBODY, "tenant", 1, &o->target, err);
	if (code == 0)
		code = store_run(c->to, &sql_copy_mark_insert,
		    BINDS(BIND_INT(NOBODY), BIND_TEXT(str_of(o->mark)),
			BIND_INT(o->target)),
		    NULL, err);
	if (code == 0)
		code = store_commit(c->to, true, err);
	store_rollback(c->to);
	return code;
}

static int
take_away(struct copying *c, struct err *err)
{
	const struct copy_table *t;
	struct buf text = {0};
	int code;

	if (store_begin(c->to, STORE_CHANGE, "copy again", err) < 0)
		return -1;
	for (t = copy_tables, code = 0; t->name && code == 0; t++) {
		buf_clear(&text);
		buf_addf(&text, "DELETE FROM %s WHERE tenant_id = $1", t->name);
		code = run_text(c->to, text.p, c->owner->target, err);
	}
	if (code == 0)
		code = store_commit(c->to, true, err);
	store_rollback(c->to);
	buf_release(&text);
	return code;
}

/* From here on there is such a tenant. */
static int
name_tenant(struct copying *c, struct err *err)
{
	const struct owner *o = c->owner;
	int64_t changed = 0;
	int code;

	if (store_begin(c->to, STORE_CHANGE, "copy", err) < 0)
		return -1;
	code = store_run(c->to, &sql_copy_tenant_insert,
	    BINDS(BIND_INT(o->target), BIND_TEXT(str_of(o->name)),
		BIND_INT(o->created_at), BIND_TEXT(str_of(o->settings))),
	    &changed, err);
	if (code == 0 && changed == 0)
		code = err_set(err, ERR_USAGE, "%s: has a tenant %s by now",
		    store_path(c->to), quoted(str_of(o->name)));
	if (code == 0)
		code = store_commit(c->to, true, err);
	store_rollback(c->to);
	return code;
}

static int
copy_leased(struct copying *c, bool again, struct err *err)
{
	const struct copy_table *t;
	int code = 0;

	if (again && c->owner->started && take_away(c, err) < 0)
		return -1;
	if (store_tenant(c->from, c->owner->id, err) < 0 ||
	    store_begin(c->from, STORE_SNAPSHOT, "copy", err) < 0)
		return -1;
	for (t = copy_tables; t->name && code == 0; t++)
		code = copy_table(c, t, err);
	store_rollback(c->from);
	return code < 0 ? -1 : name_tenant(c, err);
}

static int
copy_tenant(struct copying *c, struct owner *o, bool again, struct err *err)
{
	struct buf holder = {0};
	int code;

	c->owner = o;
	if (start(c, o, err) < 0 || store_tenant(c->to, o->target, err) < 0)
		return -1;
	code = lease_take(c->to, o->target, "copy", &holder, err);
	if (code == 0)
		code = err_set(err, ERR_BUSY,
		    "%s: somebody else copies tenant %s: %s", store_path(c->to),
		    quoted(str_of(o->name)), holder.p);
	buf_release(&holder);
	if (code < 0)
		return -1;
	code = copy_leased(c, again, err);
	lease_release(c->to);
	return code;
}

/* ---- which tenants --------------------------------------------------------
 */

static void
owners_free(struct owner *o)
{
	struct owner *next;

	for (; o; o = next) {
		next = o->next;
		free(o->name);
		free(o->settings);
		free(o->mark);
		free(o);
	}
}

/* A tenant of the same name that came to be at another moment is another. */
static struct owner *
owner_new(const struct rows *r)
{
	struct owner *o = xcalloc(1, sizeof(*o));
	struct buf mark = {0};

	o->id = rows_int(r, 0);
	o->name = str_dup(rows_text(r, 1));
	o->created_at = rows_int(r, 2);
	o->settings = str_dup(rows_text(r, 3));
	buf_addf(&mark, "copy %" PRId64 " %s", o->created_at, o->name);
	o->mark = buf_detach(&mark);
	return o;
}

static int
list_owners(
    struct store *st, const char *tenant, struct owner **ret, struct err *err)
{
	struct owner **end = ret;
	struct rows *r;
	int code;

	if (store_query(st, &sql_copy_tenants, NO_BINDS, &r, err) < 0)
		return -1;
	while ((code = rows_next(r, err)) == 1)
		if (!tenant || str_is(rows_text(r, 1), tenant)) {
			*end = owner_new(r);
			end = &(*end)->next;
		}
	rows_close(r);
	if (code == 0 && tenant && !*ret)
		return err_set(err, ERR_USAGE, "%s: no such tenant: %s",
		    store_path(st), quoted(str_of(tenant)));
	return code;
}

/* Started by an earlier attempt, complete, or another's. */
static int
look(struct store *to, struct owner *o, struct err *err)
{
	int64_t named = 0;
	int marked, found;

	marked = store_int(to, &sql_copy_mark_find,
	    BINDS(BIND_INT(NOBODY), BIND_TEXT(str_of(o->mark))), &o->target,
	    err);
	if (marked < 0)
		return -1;
	found = store_int(to, &sql_copy_tenant_number,
	    BINDS(BIND_TEXT(str_of(o->name))), &named, err);
	if (found < 0)
		return -1;
	o->started = marked == 1;
	o->complete = marked == 1 && found == 1 && named == o->target;
	if (found == 1 && !o->complete)
		return err_set(err, ERR_USAGE, "%s: has a tenant %s already",
		    store_path(to), quoted(str_of(o->name)));
	return 0;
}

/* The numbers are forgotten in one go, so that a rerun knows what is done. */
static int
forget_marks(struct store *to, const struct owner *o, struct err *err)
{
	int code = 0;

	if (!o)
		return 0;
	if (store_tenant(to, NOBODY, err) < 0 ||
	    store_begin(to, STORE_CHANGE, "copy", err) < 0)
		return -1;
	for (; o && code == 0; o = o->next)
		code = store_run(to, &sql_copy_mark_delete,
		    BINDS(BIND_INT(NOBODY), BIND_TEXT(str_of(o->mark))), NULL,
		    err);
	if (code == 0)
		code = store_commit(to, true, err);
	store_rollback(to);
	return code;
}

int
store_copy(struct store *from, struct store *to, const char *tenant, bool again,
    const struct copy_watch *watch, struct copy_result *ret, struct err *err)
{
	struct copying c = {.from = from, .to = to, .watch = watch};
	struct copy_result result = {0};
	struct owner *owners = NULL, *o;
	int code;

	code = list_owners(from, tenant, &owners, err);
	if (code == 0)
		code = store_cache(to, CACHE_BYTES, err);
	if (code == 0)
		code = store_tenant(to, NOBODY, err);
	for (o = owners; o && code == 0; o = o->next)
		code = look(to, o, err);
	for (o = owners; o && code == 0; o = o->next) {
		result.tenants++;
		result.before += o->complete;
		if (!o->complete)
			code = copy_tenant(&c, o, again, err);
	}
	if (code == 0)
		code = forget_marks(to, owners, err);
	result.rows = c.rows;
	if (code == 0)
		*ret = result;
	owners_free(owners);
	buf_release(&c.row);
	return code;
}
