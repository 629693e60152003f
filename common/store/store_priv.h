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
};

struct lease {
	bool held;
	int64_t tenant;
	char *job;
	struct buf owner;
	int64_t renewed; /* monotonic */
};

struct store {
	sqlite3 *db;
	char *path; /* NULL for :memory: */
	enum store_mode mode;
	int64_t page_size;
	int64_t patience;
	int64_t deadline; /* monotonic; the busy handler gives up there */
	bool impatient;   /* ... and naps only shortly until then */

	/* turnstile.c */
	int turnstile; /* the lock file, -1 when this store never writes */
	bool turn;     /* it is our turn to write */
	bool exclusive;

	/* transaction.c */
	bool open; /* a transaction is */
	enum store_intent intent;
	const char *who;
	int64_t began;   /* monotonic */
	bool unsynced;   /* commits that no sync has covered */
	bool lost;       /* a sync has failed: what it covered is unknown */
	unsigned active; /* rows that are open */

	/* checkpoint.c */
	int64_t log_limit;    /* bytes; a commit over it empties the log */
	int64_t frames;       /* in the log after our latest commit */
	int64_t retry_frames; /* a busy checkpoint is tried again from here */
	int64_t retry_step;   /* and after so many more if it is busy again */

	/* flush.c */
	int flush_fd;       /* the log, -1 until needed */
	int64_t flush_seen; /* frames at our commit before */

	struct statement *statements[STATEMENT_BUCKETS];
	struct bulk_slot *slots;
	struct lease lease;
	struct arena scratch; /* functions.c: of one call */
	void (*trace)(void *context, const char *sql, double ms);
	void *trace_context;
};

/* sqlite.c: fills err from the connection's last error; returns -1. */
int store_fail(struct store *st, struct err *err, const char *what);
/* The same for a result code that is not the connection's last. */
int store_fail_code(
    struct store *st, struct err *err, const char *what, int code);
/* Runs constant text of this room that gives no rows. */
int store_execute(struct store *st, const char *text, struct err *err);
/* One integer from constant text of this room. */
int store_pragma(
    struct store *st, const char *text, int64_t *ret, struct err *err);
/* A connection with every setting but no look at what the file holds. */
int sqlite_open(
    const char *path, int flags, struct store **ret, struct err *err);

/* statement.c: a prepared statement, kept for the next time. */
struct rows {
	struct store *store;
	sqlite3_stmt *stmt;
	bool done;
	const char *name;
};
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
/* Nobody else has the store open for writing. */
bool turnstile_alone(struct store *st);

/* transaction.c */
sqlite3_file *log_file(struct store *st); /* NULL without a log */

/* flush.c: after a commit, not in our turn. */
void flush_begin(struct store *st);
void flush_close(struct store *st);

/* checkpoint.c: both in our turn, outside a transaction. */
void checkpoint_watch(struct store *st);
void checkpoint_after_commit(struct store *st);
void checkpoint_brake(struct store *st); /* after it, no longer in our turn */
/* 1 the log is empty, 0 readers were in the way, -1 error. */
int checkpoint_empty(struct store *st, int64_t wait, struct err *err);
void checkpoint_on_close(struct store *st);

/* bulk.c and bulk_table.c */
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
int bulk_tables(struct store *st, struct err *err);
void bulk_slots_free(struct store *st);

/* functions.c */
int functions_register(struct store *st, struct err *err);

/* migrate.c */
int migrations_latest(void);
int migrate(struct store *st, int from, struct err *err);
int migrations_verify(
    struct store *st, struct remarks *findings, struct err *err);

#endif
