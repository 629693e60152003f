/* SPDX-License-Identifier: ISC */
/*
 * The front door: which engine serves a store, and what is the same for both:
 * one transaction at a time, one value of one row, what the caller must not
 * do. The rest goes through the engine's table.
 */
#include "store/store_priv.h"

/* ---- opening ------------------------------------------------------------- */

static bool
is_postgres(const char *uri)
{
	struct str s = str_of(uri);

	return str_starts(s, STR("postgresql:")) ||
	       str_starts(s, STR("postgres:"));
}

int
store_open(
    const char *uri, enum store_mode mode, struct store **ret, struct err *err)
{
	return is_postgres(uri) ? postgres_store(uri, mode, ret, err)
				: sqlite_store(uri, mode, ret, err);
}

struct store *
store_new(const struct engine *engine)
{
	struct store *st = xcalloc(1, sizeof(*st));

	st->engine = engine;
	st->patience = PATIENCE_MS;
	st->deadline = time_monotonic() + st->patience;
	return st;
}

void
store_close(struct store *st)
{
	if (!st)
		return;
	lease_release(st);
	store_rollback(st);
	st->engine->close(st);
	bulk_slots_free(st);
	buf_release(&st->lease.owner);
	arena_release(&st->scratch);
	free(st->lease.job);
	free(st->path);
	free(st);
}

int
store_reader(struct store *st, struct store **ret, struct err *err)
{
	struct store *reader;

	if (st->engine->reader(st, &reader, err) < 0)
		return -1;
	if (reader && store_tenant(reader, st->tenant, err) < 0) {
		store_close(reader);
		return -1;
	}
	*ret = reader;
	return 0;
}

int
store_tenant(struct store *st, int64_t tenant, struct err *err)
{
	if (st->engine->tenant(st, tenant, err) < 0)
		return -1;
	st->tenant = tenant;
	return 0;
}

int
store_cache(struct store *st, int64_t bytes, struct err *err)
{
	return st->engine->cache(st, bytes, err);
}

void
store_trace(struct store *st,
    void (*trace)(void *context, const char *sql, double ms), void *context)
{
	st->trace = trace;
	st->trace_context = context;
	st->engine->trace(st);
}

const char *
store_path(const struct store *st)
{
	return st->path;
}

void
store_patience(struct store *st, int64_t ms)
{
	st->patience = ms;
}

void
store_log_limit(struct store *st, int64_t bytes)
{
	st->log_limit = bytes;
}

/* ---- transactions -------------------------------------------------------- */

int
store_begin(struct store *st, enum store_intent intent, const char *who,
    struct err *err)
{
	if (st->open)
		BUG("%s begins inside %s", who, st->who);
	if (intent == STORE_CHANGE && st->mode == STORE_READ)
		BUG("%s: a change in a store opened for reading", who);
	st->deadline = time_monotonic() + st->patience;
	if (st->engine->begin(st, intent, who, err) < 0)
		return -1;
	st->open = true;
	st->intent = intent;
	st->who = who;
	st->began = time_monotonic();
	return 0;
}

int
store_commit(struct store *st, bool durable, struct err *err)
{
	if (!st->open)
		BUG("commit without a transaction");
	if (st->engine->commit(st, durable, err) < 0)
		return err_prefix(err, "%s", st->who);
	return 0;
}

void
store_rollback(struct store *st)
{
	if (!st->open)
		return;
	st->engine->rollback(st);
	st->open = false;
}

int
store_sync(struct store *st, struct err *err)
{
	return st->engine->sync(st, err);
}

void
store_epoch(const struct store *st, struct buf *ret)
{
	if (st->engine->epoch)
		st->engine->epoch(ret);
}

bool
store_in_transaction(const struct store *st)
{
	return st->open;
}

bool
store_awaited(struct store *st)
{
	return st->engine->awaited(st);
}

int64_t
store_held(const struct store *st)
{
	if (!st->open || st->intent != STORE_CHANGE)
		return 0;
	return time_monotonic() - st->began;
}

int
store_exclusive(struct store *st, struct err *err)
{
	if (st->open || st->mode == STORE_READ)
		BUG("exclusive use wants a writing store, outside "
		    "transactions");
	return st->engine->exclusive(st, err);
}

/* ---- statements and rows ------------------------------------------------- */

int
store_query(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, struct rows **ret, struct err *err)
{
	return st->engine->query(st, sql, binds, count, ret, err);
}

int
store_query_text(struct store *st, const char *text, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err)
{
	return st->engine->query_text(st, text, types, binds, count, ret, err);
}

int
rows_next(struct rows *r, struct err *err)
{
	return r->done ? 0 : r->engine->rows_next(r, err);
}

bool
rows_null(const struct rows *r, unsigned column)
{
	return r->engine->rows_null(r, column);
}

int64_t
rows_int(const struct rows *r, unsigned column)
{
	return r->engine->rows_int(r, column);
}

double
rows_real(const struct rows *r, unsigned column)
{
	return r->engine->rows_real(r, column);
}

struct str
rows_text(const struct rows *r, unsigned column)
{
	return r->engine->rows_text(r, column);
}

struct str
rows_blob(const struct rows *r, unsigned column)
{
	return r->engine->rows_blob(r, column);
}

void
rows_close(struct rows *r)
{
	if (r)
		r->engine->rows_close(r);
}

int
store_run(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, int64_t *ret_changed, struct err *err)
{
	struct rows *r;
	int code;

	if (store_query(st, sql, binds, count, &r, err) < 0)
		return -1;
	code = rows_next(r, err);
	if (code > 0)
		BUG("%s gives rows", sql->name);
	if (code == 0 && ret_changed)
		*ret_changed = r->engine->rows_changed(r);
	rows_close(r);
	return code;
}

/* The first row, when it has a value: 1, open; else closed. */
static int
first_value(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, struct rows **ret, struct err *err)
{
	struct rows *r;
	int code;

	if (store_query(st, sql, binds, count, &r, err) < 0)
		return -1;
	code = rows_next(r, err);
	if (code == 1 && rows_null(r, 0))
		code = 0;
	if (code == 1)
		*ret = r;
	else
		rows_close(r);
	return code;
}

int
store_int(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, int64_t *ret, struct err *err)
{
	struct rows *r;
	int code = first_value(st, sql, binds, count, &r, err);

	if (code == 1) {
		*ret = rows_int(r, 0);
		rows_close(r);
	}
	return code;
}

int
store_text(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, struct buf *ret, struct err *err)
{
	struct rows *r;
	int code = first_value(st, sql, binds, count, &r, err);

	if (code == 1) {
		buf_adds(ret, rows_text(r, 0));
		rows_close(r);
	}
	return code;
}

/* ---- care ---------------------------------------------------------------- */

int
store_prepare_all(struct store *st, struct remarks *remarks, struct err *err)
{
	return st->engine->prepare_all(st, remarks, err);
}

int
store_stats(struct store *st, struct store_stats *ret, struct err *err)
{
	return st->engine->stats(st, ret, err);
}

int
store_check(struct store *st, struct remarks *findings, struct remarks *advice,
    struct err *err)
{
	return st->engine->check(st, findings, advice, err);
}

int
store_describe(struct store *st, struct remarks *ret, struct err *err)
{
	return st->engine->describe(st, ret, err);
}

int
store_distribute(struct store *st, struct buf *ret, struct err *err)
{
	if (st->open || st->mode != STORE_UPGRADE)
		BUG("distribute wants a store opened by its owner");
	return st->engine->distribute(st, ret, err);
}

int
store_backup(struct store *st, const char *path,
    void (*progress)(void *context, int64_t done, int64_t total), void *context,
    struct err *err)
{
	return st->engine->backup(st, path, progress, context, err);
}

int
store_scrub(struct store *st, struct err *err)
{
	if (st->open || st->active > 0)
		BUG("scrub inside a transaction");
	return st->engine->scrub(st, err);
}

int
store_checkpoint(struct store *st, int64_t longer, struct err *err)
{
	if (st->open)
		BUG("checkpoint inside %s", st->who);
	return st->engine->checkpoint(st, longer, err);
}
