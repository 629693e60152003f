/* SPDX-License-Identifier: ISC */
/*
 * The PostgreSQL engine: for stores that outgrow one machine. Its files are
 * named after what they do, postgres_*.c; the SQL that it alone needs stands
 * in postgres/.
 */
#include "store/postgres_priv.h"

static int
postgres_reader(struct store *st, struct store **ret, struct err *err)
{
	return postgres_store(st->pg->uri, STORE_READ, ret, err);
}

static int
postgres_cache(struct store *st, int64_t bytes, struct err *err)
{
	(void)st; /* the server's memory is its administrator's */
	(void)bytes;
	(void)err;
	return 0;
}

static void
postgres_trace(struct store *st)
{
	(void)st; /* looked at whenever something is run */
}

/* Told to the session with the next statement. */
static int
postgres_tenant(struct store *st, int64_t tenant, struct err *err)
{
	(void)st;
	(void)tenant;
	(void)err;
	return 0;
}

/* Deleted rows are gone for every query at once; pages, log and copies are
 * the server's, and dl-store(7) says what its administrator does. */
static int
postgres_scrub(struct store *st, struct err *err)
{
	(void)st;
	(void)err;
	return 0;
}

static int
postgres_backup(struct store *st, const char *path,
    void (*progress)(void *context, int64_t done, int64_t total), void *context,
    struct err *err)
{
	(void)path;
	(void)progress;
	(void)context;
	return err_set(err, ERR_USAGE,
	    "%s: a database server is backed up by its own tools: pg_dump "
	    "--schema=dl, or pg_basebackup",
	    st->path);
}

static int
postgres_checkpoint(struct store *st, int64_t longer, struct err *err)
{
	(void)st;
	(void)err;
	return 0;
}

const struct engine postgres_engine = {
    .name = "PostgreSQL",
    .close = postgres_close,
    .reader = postgres_reader,
    .cache = postgres_cache,
    .trace = postgres_trace,
    .tenant = postgres_tenant,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .sync = postgres_sync,
    .awaited = postgres_awaited,
    .exclusive = postgres_exclusive,
    .query = postgres_query,
    .query_text = postgres_query_text,
    .rows_next = postgres_rows_next,
    .rows_null = postgres_rows_null,
    .rows_int = postgres_rows_int,
    .rows_real = postgres_rows_real,
    .rows_text = postgres_rows_text,
    .rows_blob = postgres_rows_blob,
    .rows_changed = postgres_rows_changed,
    .rows_close = postgres_rows_close,
    .bulk_slot = postgres_bulk_slot,
    .prepare_all = postgres_prepare_all,
    .execute = postgres_execute,
    .schema_text = postgres_schema_text,
    .schema_word = postgres_schema_word,
    .version = postgres_version,
    .migrated = postgres_migrated,
    .settled = postgres_settled,
    .stats = postgres_stats,
    .check = postgres_check,
    .describe = postgres_describe,
    .distribute = postgres_distribute,
    .backup = postgres_backup,
    .scrub = postgres_scrub,
    .checkpoint = postgres_checkpoint,
};
