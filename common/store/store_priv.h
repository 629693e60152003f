/* SPDX-License-Identifier: ISC */
/*
 * What the files of the store share among themselves. The only header of the
 * tree that knows sqlite3.h.
 */
#ifndef DL_STORE_PRIV_H
#define DL_STORE_PRIV_H

#include <sqlite3.h>

#include "store/store.h"

#define APPLICATION_ID     0x444c6462 /* "DLdb" in the file's header */
#define LOG_LIMIT          (INT64_C(64) << 20)
#define LOG_ALARM_TIMES    16
#define CHECKPOINT_WAIT_MS 200
#define PATIENCE_MS        60000

enum { STATEMENT_BUCKETS = 128 };

/* Where bulk_NAME finds its rows in one connection. */
struct bulk_slot {
	struct bulk_slot *next;
	const struct bulk_spec *spec;
	struct bulk *bulk; /* NULL: the table is empty */

	/* postgres_bulk.c: the temporary table. */
	bool exists;                  /* it has been made */
	bool made_here, changed_here; /* ... in the open transaction */
	bool empty;                   /* nothing lies in it */
	bool loaded;                  /* the bulk's rows do, and these many: */
	size_t rows;
};

/*
 * What an engine does; store.c is the front door that calls it and keeps what
 * both have in common. `ret` and failures as in store.h.
 */
struct engine {
	const char *name;
	void (*close)(struct store *st);
	int (*reader)(struct store *st, struct store **ret, struct err *err);
	int (*cache)(struct store *st, int64_t bytes, struct err *err);
	void (*trace)(struct store *st); /* st->trace has changed */
	int (*tenant)(struct store *st, int64_t tenant, struct err *err);
	int (*begin)(struct store *st, enum store_intent intent,
	    const char *who, struct err *err);
	int (*commit)(struct store *st, bool durable, struct err *err);
	void (*rollback)(struct store *st);
	int (*sync)(struct store *st, struct err *err);
	void (*epoch)(struct buf *ret); /* NULL: cannot be known */
	bool (*awaited)(struct store *st);
	int (*exclusive)(struct store *st, struct err *err);

	int (*query)(struct store *st, const struct sql *sql,
	    const struct bind *binds, size_t count, struct rows **ret,
	    struct err *err);
	int (*query_text)(struct store *st, const char *text, const char *types,
	    const struct bind *binds, size_t count, struct rows **ret,
	    struct err *err);
	int (*rows_next)(struct rows *r, struct err *err);
	bool (*rows_null)(const struct rows *r, unsigned column);
	int64_t (*rows_int)(const struct rows *r, unsigned column);
	double (*rows_real)(const struct rows *r, unsigned column);
	struct str (*rows_text)(const struct rows *r, unsigned column);
	struct str (*rows_blob)(const struct rows *r, unsigned column);
	int64_t (*rows_changed)(const struct rows *r);
	void (*rows_close)(struct rows *r);
	int (*bulk_slot)(
	    struct store *st, struct bulk_slot *slot, struct err *err);
	int (*prepare_all)(
	    struct store *st, struct remarks *remarks, struct err *err);

	/* Migrations: several statements at once; an engine word; the version
	 * of the schema; what is to be done in the transaction that has
	 * brought it to `version`, and after it. */
	int (*execute)(struct store *st, const char *text, struct err *err);
	void (*schema_text)(struct buf *out, struct str text);
	void (*schema_word)(struct buf *out, struct str word);
	int (*version)(struct store *st, int *ret, struct err *err);
	int (*migrated)(struct store *st, int version, struct err *err);
	int (*settled)(struct store *st, struct err *err);

	int (*stats)(
	    struct store *st, struct store_stats *ret, struct err *err);
	int (*check)(struct store *st, struct remarks *findings,
	    struct remarks *advice, struct err *err);
	int (*describe)(struct store *st, struct remarks *ret, struct err *err);
	int (*distribute)(struct store *st, struct buf *ret, struct err *err);
	int (*backup)(struct store *st, const char *path,
	    void (*progress)(void *context, int64_t done, int64_t total),
	    void *context, struct err *err);
	int (*scrub)(struct store *st, struct err *err);
	int (*checkpoint)(struct store *st, int64_t longer, struct err *err);
};
extern const struct engine sqlite_engine, postgres_engine;

struct lease {
	bool held;
	int64_t tenant;
	char *job;
	struct buf owner;
	int64_t renewed; /* monotonic */
};

struct store {
	bool by_clock; /* store_by_clock */
	const struct engine *engine;
	char *path; /* NULL for :memory: */
	enum store_mode mode;
	int64_t tenant; /* store_tenant; 0 none */
	int64_t patience;
	int64_t deadline; /* monotonic; waiting for others ends there */

	bool open; /* a transaction is */
	enum store_intent intent;
	const char *who;
	int64_t began;   /* monotonic */
	bool unsynced;   /* commits that no sync has covered */
	unsigned active; /* rows that are open */

	struct bulk_slot *slots;
	struct lease lease;
	struct arena scratch; /* of one call */
	void (*trace)(void *context, const char *sql, double ms);
	void *trace_context;

	struct postgres *pg; /* all that PostgreSQL needs, see postgres_priv.h;
				the rest is SQLite's */
	sqlite3 *db;
	int64_t page_size;
	bool impatient; /* the busy handler naps only shortly */
	struct statement *statements[STATEMENT_BUCKETS];

	/* turnstile.c */
	int turnstile; /* the lock file, -1 when this store never writes */
	bool turn;     /* it is our turn to write */
	bool exclusive;

	/* sqlite_checkpoint.c */
	bool lost;         /* a sync has failed: what it covered is unknown */
	int64_t log_limit; /* bytes; a commit over it empties the log */
	int64_t frames;    /* in the log after our latest commit */
	int64_t retry_frames; /* a busy checkpoint is tried again from here */
	int64_t retry_step;   /* and after so many more if it is busy again */

	/* flush.c */
	int flush_fd;       /* the log, -1 until needed */
	int64_t flush_seen; /* frames at our commit before */
};

/* store.c: a store with nothing behind it. */
struct store *store_new(const struct engine *engine);

/* bulk.c: the slot of a table, made when there is none yet; all there are. */
struct bulk_slot *bulk_slot_of(
    struct store *st, const struct bulk_spec *spec, struct err *err);
int bulk_slots_all(struct store *st, struct err *err);
void bulk_slots_free(struct store *st);

/* migrate.c */
int migrations_latest(void);
int migrate(struct store *st, int from, struct err *err);
int migrations_verify(
    struct store *st, struct remarks *findings, struct err *err);
/* ERR_FAIL unless the store is at the version of this program; brings it
 * there in mode STORE_UPGRADE. */
int migrations_check(struct store *st, int version, struct err *err);

/* The two ways to open. */
int sqlite_store(
    const char *uri, enum store_mode mode, struct store **ret, struct err *err);
int postgres_store(
    const char *uri, enum store_mode mode, struct store **ret, struct err *err);

/* What stands open; the rest of a row is its engine's. */
struct rows {
	const struct engine *engine;
	struct store *store;
	const char *name;
	bool done;
	sqlite3_stmt *stmt;
};

/* ---- SQLite ---------------------------------------------------------------
 */

/* sqlite.c: fills err from the connection's last error; returns -1. */
int sqlite_fail(struct store *st, struct err *err, const char *what);
/* The same for a result code that is not the connection's last. */
int sqlite_fail_code(
    struct store *st, struct err *err, const char *what, int code);
/* Runs constant text of this room that gives no rows. */
int sqlite_execute(struct store *st, const char *text, struct err *err);
/* One integer from constant text of this room. */
int sqlite_pragma(
    struct store *st, const char *text, int64_t *ret, struct err *err);
/* A connection with every setting but no look at what the file holds. */
int sqlite_open(
    const char *path, int flags, struct store **ret, struct err *err);

/* What sqlite_engine does, in the files it is named after. */
void sqlite_close(struct store *st);
int sqlite_reader(struct store *st, struct store **ret, struct err *err);
int sqlite_cache(struct store *st, int64_t bytes, struct err *err);
void sqlite_trace(struct store *st);
int sqlite_begin(struct store *st, enum store_intent intent, const char *who,
    struct err *err);
int sqlite_commit(struct store *st, bool durable, struct err *err);
void sqlite_rollback(struct store *st);
int sqlite_sync(struct store *st, struct err *err);
void sqlite_epoch(struct buf *ret);
int sqlite_exclusive(struct store *st, struct err *err);
int sqlite_query(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err);
int sqlite_query_text(struct store *st, const char *text, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err);
int sqlite_rows_next(struct rows *r, struct err *err);
bool sqlite_rows_null(const struct rows *r, unsigned column);
int64_t sqlite_rows_int(const struct rows *r, unsigned column);
double sqlite_rows_real(const struct rows *r, unsigned column);
struct str sqlite_rows_text(const struct rows *r, unsigned column);
struct str sqlite_rows_blob(const struct rows *r, unsigned column);
int64_t sqlite_rows_changed(const struct rows *r);
void sqlite_rows_close(struct rows *r);
int sqlite_bulk_slot(struct store *st, struct bulk_slot *slot, struct err *err);
int sqlite_prepare_all(
    struct store *st, struct remarks *remarks, struct err *err);
int sqlite_stats(struct store *st, struct store_stats *ret, struct err *err);
int sqlite_check(struct store *st, struct remarks *findings,
    struct remarks *advice, struct err *err);
int sqlite_backup(struct store *st, const char *path,
    void (*progress)(void *context, int64_t done, int64_t total), void *context,
    struct err *err);
int sqlite_scrub(struct store *st, struct err *err);
int sqlite_checkpoint(struct store *st, int64_t longer, struct err *err);

/* sqlite_statement.c: a prepared statement, kept for the next time. */
struct statement {
	struct statement *next;
	const struct sql *sql; /* NULL: composed, not kept */
	char *types;           /* of composed text */
	bool writes, busy;
	unsigned params;
	int *index; /* of $1.. in SQLite's own numbering; 0 unused */
	struct rows rows;
};
void statements_free(struct store *st);
/* Runs BEGIN, COMMIT: without parameters, rows or rules. */
int statement_step(struct store *st, const struct sql *sql, struct err *err);
/* Appends text with its engine words replaced; *ret_whole says whether
 * {{WHOLE_TENANT}} was among them. */
void statement_text(struct buf *out, const char *text, bool *ret_whole);

/* turnstile.c: 1 our turn, 0 not before the deadline, -1 error. */
int turnstile_open(struct store *st, struct err *err);
int turnstile_take(struct store *st, int64_t deadline, struct err *err);
void turnstile_give(struct store *st);
void turnstile_close(struct store *st);
bool turnstile_awaited(struct store *st);
/* Nobody else has the store open for writing. */
bool turnstile_alone(struct store *st);

/* sqlite_transaction.c */
sqlite3_file *log_file(struct store *st); /* NULL without a log */

/* sqlite_flush.c: after a commit, not in our turn. */
void flush_begin(struct store *st);
void flush_close(struct store *st);

/* sqlite_checkpoint.c: both in our turn, outside a transaction. */
void checkpoint_watch(struct store *st);
void checkpoint_after_commit(struct store *st);
void checkpoint_brake(struct store *st); /* after it, no longer in our turn */
/* 1 the log is empty, 0 readers were in the way, -1 error. */
int checkpoint_empty(struct store *st, int64_t wait, struct err *err);
void checkpoint_on_close(struct store *st);

/* bulk.c */
struct bulk_values {
	union {
		int64_t *i;
		double *r;
		struct str *s;
	} u;
	size_t cap;
};
struct bulk {
	const struct bulk_spec *spec;
	struct bulk_values *columns;
	unsigned char *nulls; /* one bit per row and column, row-wise */
	size_t nulls_cap;
	bool any_null;
	size_t rows;     /* complete ones */
	unsigned column; /* the next one of the row being made */
	struct arena text;
	size_t text_bytes;
	struct bulk_slot *slot;
};
bool bulk_is_null(const struct bulk *b, size_t row, unsigned column);
/* sqlite_functions.c */
int functions_register(struct store *st, struct err *err);

#endif
