/* SPDX-License-Identifier: ISC */
/*
 * The connection to SQLite: settings, error messages, and the table of what
 * this engine does. How a new file comes to be is private_file.c's;
 * transactions, statements and tables have files of their own.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/network.h"
#include "store/store_priv.h"

static pthread_once_t configured = PTHREAD_ONCE_INIT;

/* One thread per connection, so no locks inside one; no memory counters, for
 * each of them is a lock; a path is a path, though it begins with "file:". */
static void
configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_URI, 0);
}

/* ---- errors -------------------------------------------------------------- */

static int
fail_disk(struct store *st, struct err *err, const char *name)
{
	int number = sqlite3_system_errno(st->db);

	if (number == ENOSPC)
		return err_set(err, ERR_FAIL, "%s: the disk is full", name);
	if (number == EFBIG)
		return err_set(err, ERR_FAIL,
		    "%s: the file may not grow further (file size limit)",
		    name);
	if (number == EDQUOT)
		return err_set(
		    err, ERR_FAIL, "%s: the disk quota is used up", name);
	if (number != 0)
		return err_set(err, ERR_FAIL, "%s: disk error: %s", name,
		    strerror(number));
	return err_set(err, ERR_FAIL, "%s: the disk failed", name);
}

static int
fail_open(struct store *st, struct err *err, const char *name)
{
	int number = sqlite3_system_errno(st->db);

	if (number != 0)
		return err_set(err, ERR_FAIL, "%s: cannot open: %s", name,
		    strerror(number));
	return err_set(err, ERR_FAIL, "%s: cannot open", name);
}

int
sqlite_fail_code(struct store *st, struct err *err, const char *what, int code)
{
	const char *name = st->path ? st->path : ":memory:";

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		err_set(err, ERR_BUSY, "%s: the store is busy", name);
		break;
	case SQLITE_FULL:
		err_set(err, ERR_FAIL, "%s: the disk is full", name);
		break;
	case SQLITE_IOERR:
		fail_disk(st, err, name);
		break;
	case SQLITE_CANTOPEN:
		fail_open(st, err, name);
		break;
	case SQLITE_CORRUPT:
		err_set(err, ERR_FAIL,
		    "%s: the file is damaged; see dl-db check", name);
		break;
	case SQLITE_NOTADB:
		err_set(err, ERR_FAIL, "%s: not a store", name);
		break;
	case SQLITE_READONLY:
		err_set(err, ERR_FAIL, "%s: the store is read-only here", name);
		break;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		err_set(err, ERR_FAIL, "%s: permission denied", name);
		break;
	case SQLITE_NOMEM:
		err_set(err, ERR_FAIL, "%s: out of memory", name);
		break;
	default:
		err_set(err, ERR_FAIL, "%s: %s", name, sqlite3_errmsg(st->db));
	}
	return what ? err_prefix(err, "%s", what) : -1;
}

int
sqlite_fail(struct store *st, struct err *err, const char *what)
{
	return sqlite_fail_code(
	    st, err, what, sqlite3_extended_errcode(st->db));
}

int
sqlite_execute(struct store *st, const char *text, struct err *err)
{
	if (sqlite3_exec(st->db, text, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_fail(st, err, NULL);
	return 0;
}

int
sqlite_pragma(struct store *st, const char *text, int64_t *ret, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = -1;

	if (sqlite3_prepare_v2(st->db, text, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW) {
		*ret = sqlite3_column_int64(stmt, 0);
		code = 0;
	} else {
		sqlite_fail(st, err, NULL);
	}
	sqlite3_finalize(stmt);
	return code;
}

/* ---- the connection ------------------------------------------------------ */

/* Waits a moment and says "again" until the deadline. The moments grow with
 * jitter; somebody waiting for readers to leave looks again every millisecond,
 * for the others wait for him. */
static int
wait_busy(void *context, int times)
{
	struct store *st = context;
	int64_t left = st->deadline - time_monotonic();
	int64_t most = st->impatient ? 1 : times < 6 ? 1 << times : 50; /* ms */
	struct timespec nap = {0};

	if (left <= 0)
		return 0;
	most = most < left ? most : left;
	clock_gettime(CLOCK_MONOTONIC, &nap);
	nap.tv_nsec = (long)(hash64(&nap, sizeof(nap), (uint64_t)getpid()) %
			     (uint64_t)(most * 1000000));
	nap.tv_sec = 0;
	nanosleep(&nap, NULL);
	return 1;
}

static int
trace_profile(unsigned type, void *context, void *stmt, void *nanoseconds)
{
	struct store *st = context;
	char *text;

	if (type != SQLITE_TRACE_PROFILE || !st->trace)
		return 0;
	text = sqlite3_expanded_sql(stmt);
	st->trace(st->trace_context, text ? text : sqlite3_sql(stmt),
	    (double)*(sqlite3_int64 *)nanoseconds / 1e6);
	sqlite3_free(text);
	return 0;
}

int
sqlite_open(const char *path, int flags, struct store **ret, struct err *err)
{
	static const struct {
		int option, value;
	} settings[] = {
	    {SQLITE_DBCONFIG_DQS_DML, 0},
	    {SQLITE_DBCONFIG_DQS_DDL, 0},
	    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	    {SQLITE_DBCONFIG_DEFENSIVE, 1},
	    {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1},
	};
	struct store *st;
	size_t i;

	pthread_once(&configured, configure);
	st = store_new(&sqlite_engine);
	st->turnstile = st->flush_fd = -1;
	st->log_limit = LOG_LIMIT;
	st->path = strcmp(path, ":memory:") == 0 ? NULL : xstrdup(path);
	/* A name of no bytes: pages that the cache has no room for go to a file
	 * that has no name. */
	if (sqlite3_open_v2(st->path ? path : "", &st->db,
		flags | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK) {
		sqlite_fail(st, err, NULL);
		store_close(st);
		return -1;
	}
	for (i = 0; i < COUNT_OF(settings); i++)
		sqlite3_db_config(
		    st->db, settings[i].option, settings[i].value, NULL);
	sqlite3_busy_handler(st->db, wait_busy, st);
	sqlite3_wal_autocheckpoint(st->db, 0);
	checkpoint_watch(st);
	*ret = st;
	return 0;
}

void
sqlite_close(struct store *st)
{
	if (st->db) {
		checkpoint_on_close(st);
		statements_free(st);
		if (sqlite3_close(st->db) != SQLITE_OK)
			BUG("rows are open while the store closes");
	}
	flush_close(st);
	turnstile_close(st);
}

void
sqlite_trace(struct store *st)
{
	sqlite3_trace_v2(st->db, st->trace ? SQLITE_TRACE_PROFILE : 0,
	    st->trace ? trace_profile : NULL, st);
}

/* ---- the engine ---------------------------------------------------------- */

static void
schema_text(struct buf *out, struct str text)
{
	buf_adds(out, text);
}

/* What an engine word of a migration stands for. */
static void
sqlite_schema_word(struct buf *out, struct str word)
{
	if (str_is(word, "CLUSTERED"))
		buf_addstr(out, "WITHOUT ROWID");
	else if (str_is(word, "BLOB"))
		buf_addstr(out, "blob");
	else
		BUG("unknown engine word: %.*s", STR_ARG(word));
}

static int
sqlite_describe(struct store *st, struct remarks *ret, struct err *err)
{
	(void)st;
	(void)ret;
	(void)err;
	return 0;
}

static int
sqlite_distribute(struct store *st, struct buf *ret, struct err *err)
{
	(void)ret;
	return err_set(err, ERR_USAGE,
	    "%s: is one file; a store that can be distributed is a PostgreSQL "
	    "database (dl-db copy moves this one there)",
	    st->path ? st->path : ":memory:");
}

static int
sqlite_version(struct store *st, int *ret, struct err *err)
{
	int64_t version;

	if (sqlite_pragma(st, "PRAGMA user_version", &version, err) < 0)
		return -1;
	*ret = (int)version;
	return 0;
}

static int
sqlite_migrated(struct store *st, int version, struct err *err)
{
	char header[128];

	snprintf(header, sizeof(header),
	    "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION_ID,
	    version);
	return sqlite_execute(st, header, err);
}

/* The seeded statistics are read when a connection first looks at the schema,
 * which this one has done before they were there. */
static int
sqlite_settled(struct store *st, struct err *err)
{
	return sqlite_execute(st, "ANALYZE sqlite_schema", err);
}

/* Every tenant's rows lie in the one file; statements filter them. */
static int
sqlite_tenant(struct store *st, int64_t tenant, struct err *err)
{
	(void)st;
	(void)tenant;
	(void)err;
	return 0;
}

const struct engine sqlite_engine = {
    .name = "SQLite",
    .close = sqlite_close,
    .reader = sqlite_reader,
    .cache = sqlite_cache,
    .trace = sqlite_trace,
    .tenant = sqlite_tenant,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .sync = sqlite_sync,
    .epoch = sqlite_epoch,
    .awaited = turnstile_awaited,
    .exclusive = sqlite_exclusive,
    .query = sqlite_query,
    .query_text = sqlite_query_text,
    .rows_next = sqlite_rows_next,
    .rows_null = sqlite_rows_null,
    .rows_int = sqlite_rows_int,
    .rows_real = sqlite_rows_real,
    .rows_text = sqlite_rows_text,
    .rows_blob = sqlite_rows_blob,
    .rows_changed = sqlite_rows_changed,
    .rows_close = sqlite_rows_close,
    .bulk_slot = sqlite_bulk_slot,
    .prepare_all = sqlite_prepare_all,
    .execute = sqlite_execute,
    .schema_text = schema_text,
    .schema_word = sqlite_schema_word,
    .version = sqlite_version,
    .migrated = sqlite_migrated,
    .settled = sqlite_settled,
    .stats = sqlite_stats,
    .check = sqlite_check,
    .describe = sqlite_describe,
    .distribute = sqlite_distribute,
    .backup = sqlite_backup,
    .scrub = sqlite_scrub,
    .checkpoint = sqlite_checkpoint,
};
