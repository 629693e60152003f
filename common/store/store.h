/* SPDX-License-Identifier: ISC */
/*
 * store: one shared database behind an interface that two engines serve,
 * SQLite and PostgreSQL; nothing of either shows outside this room. Rooms bring
 * their SQL as named statements (ROOM/NAME.sql, a closed set, see
 * scripts/sql2c.awk) in the dialect both engines share; the store opens,
 * migrates, binds, steps, retries, takes turns at writing, loads in bulk, keeps
 * leases and queues.
 *
 * Ownership: a struct store belongs to one thread; store_reader() gives a
 * second thread a connection of its own. Text and blobs that a row hands out
 * are borrowed until the next rows_next() or rows_close(). Bound values are
 * borrowed until the call returns (store_run) or the rows are closed.
 *
 * Failures: -1 with *err. ERR_BUSY where a retry later may help (the store was
 * locked past the patience, the disk is full is ERR_FAIL). After a failure
 * inside a transaction the caller calls store_rollback() and nothing of the
 * transaction remains.
 */
#ifndef DL_STORE_H
#define DL_STORE_H

#include "base/base.h"

struct store;

/* ---- statements, made from .sql files ---------------------------------- */

struct sql {
	const char *name;
	const char *text;
	const char *types; /* one letter per $n: i bigint, t text, r double
			      precision, b blob; so that no cast is needed */
};

struct bulk_column {
	const char *name;
	char type; /* i, t, r, b as above */
};
struct bulk_spec {
	const char *name; /* the table statements read is bulk_NAME */
	const struct bulk_column *columns;
	size_t count;
};

extern const struct sql *const sql_all[];        /* NULL-terminated */
extern const struct bulk_spec *const bulk_all[]; /* NULL-terminated */

/*
 * In statements and migrations, words in double braces are the engine's to
 * replace. In statements: {{SKIP_LOCKED}} (a queue's rows that nobody else has
 * taken) and {{WHOLE_TENANT}}, which stands anywhere after the first word and
 * says that reading all of a tenant's rows is meant (see store_prepare_all).
 * In migrations: {{CLUSTERED}}, {{BLOB}}, and whole parts for one engine
 * between {{SQLITE}} or {{POSTGRESQL}} and {{END}}.
 */
struct migration {
	int number;       /* from 1, without gaps */
	const char *name; /* "house" */
	const char *text;
};
extern const struct migration migrations[]; /* ends with number 0 */

/* ---- opening ------------------------------------------------------------ */

enum store_mode {
	STORE_READ,   /* never writes; works on a read-only file */
	STORE_WRITE,  /* the ordinary mode */
	STORE_CREATE, /* makes a new store; fails when there is one */
	STORE_ENSURE, /* STORE_WRITE where there is one, else STORE_CREATE */
	STORE_UPGRADE /* applies missing migrations (dl-db migrate) */
};
/*
 * uri: a file path, sqlite:PATH, :memory: (created and migrated at once, for
 * tests and dry runs), or postgresql://[USER@][HOST][:PORT]/DATABASE[?...] as
 * libpq reads it, but never with a password in it (ERR_USAGE). A missing file,
 * a file or database that is no store, a store newer than this program, one
 * that needs `dl-db migrate`, WAL on a network file system: each its own clear
 * error (ERR_FAIL); a server that does not answer is ERR_BUSY.
 */
int store_open(
    const char *uri, enum store_mode mode, struct store **ret, struct err *err);
void store_close(struct store *st);
/* Memory for pages, for who writes much at once; 16 MiB unless told. */
int store_cache(struct store *st, int64_t bytes, struct err *err);
/* A second, read-only connection to the same store for another thread; NULL
 * with no error for :memory:, which has only one. */
int store_reader(struct store *st, struct store **ret, struct err *err);
/*
 * Whose rows come next: tenant_open() says it, and who works on one tenant
 * after another. PostgreSQL shows no rows of any other tenant (row-level
 * security), and changes of one tenant wait for each other there, those of
 * different tenants do not. 0: no tenant's, only what belongs to none.
 */
int store_tenant(struct store *st, int64_t tenant, struct err *err);
/* How chatty: called with the expanded SQL and its milliseconds (-vv). */
void store_trace(struct store *st,
    void (*trace)(void *context, const char *sql, double ms), void *context);
/* What messages call it: the file's path, NULL for :memory:, or the URI. */
const char *store_path(const struct store *st);
/* How long this connection waits for others before ERR_BUSY (60,000 ms). */
void store_patience(struct store *st, int64_t ms);
/* How large the log may grow before a commit empties it into the file (64
 * MiB). Readers with old snapshots can keep it from being emptied. */
void store_log_limit(struct store *st, int64_t bytes);

/* ---- transactions ------------------------------------------------------- */

enum store_intent {
	STORE_SNAPSHOT, /* reads see one moment; keep it under two seconds */
	STORE_CHANGE    /* one at a time: in the file, or of a tenant */
};
/* `who` names the opener for messages ("import leads"); a literal. One level:
 * opening inside an open transaction is a BUG. Waits its turn (fair among our
 * own programs), retries a foreign lock with jitter up to the patience (60 s),
 * then ERR_BUSY. */
int store_begin(struct store *st, enum store_intent intent, const char *who,
    struct err *err);
/* durable: synced to disk before it returns (needed before the outside world
 * is told); otherwise the next durable commit or checkpoint syncs it. A run
 * ends with a durable commit or store_sync(). When a server's connection is
 * lost in between, all that comes after is ERR_BUSY: nobody knows what is on
 * the disk, and a rerun finds out. */
int store_commit(struct store *st, bool durable, struct err *err);
void store_rollback(struct store *st); /* no-op outside a transaction */
int store_sync(struct store *st, struct err *err);
/* Appends what changes whenever commits that were not durable may have been
 * lost: of a file, a name for the time since this machine started. Nothing
 * where that cannot be known: on a server, which may fail alone. */
void store_epoch(const struct store *st, struct buf *ret);
bool store_in_transaction(const struct store *st);
/* True when another of our programs waits to write: time to commit and let it
 * in. Cheap enough for once per hundred rows. */
bool store_awaited(struct store *st);
/* Milliseconds the current change transaction has held the write lock. */
int64_t store_held(const struct store *st);
/* The file to itself for a first load: larger cache, no turn-taking; until
 * close. ERR_BUSY when others are at work. */
int store_exclusive(struct store *st, struct err *err);

/* ---- running statements ------------------------------------------------- */

struct bind {
	char type; /* i t r b; checked against sql->types */
	bool null;
	int64_t i;
	double r;
	struct str s;
};
#define BIND_INT(v)  ((struct bind){.type = 'i', .i = (v)})
#define BIND_REAL(v) ((struct bind){.type = 'r', .r = (v)})
/* A struct str with p == NULL binds NULL. */
#define BIND_TEXT(v) ((struct bind){.type = 't', .s = (v)})
#define BIND_BLOB(v) ((struct bind){.type = 'b', .s = (v)})
#define BIND_NULL(t) ((struct bind){.type = (t), .null = true})
#define BINDS(...)                          \
	(const struct bind[]){__VA_ARGS__}, \
	    sizeof((const struct bind[]){__VA_ARGS__}) / sizeof(struct bind)
#define NO_BINDS NULL, 0

struct rows;
/* Statements are prepared at first use and kept. The same statement may be
 * open twice at once. */
int store_query(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err);
/* Composed SQL, only for the condition compiler and the report builder: text
 * from constants of the source plus parameters. types as in struct sql. */
int store_query_text(struct store *st, const char *text, const char *types,
    const struct bind *binds, size_t count, struct rows **ret, struct err *err);
int rows_next(struct rows *r, struct err *err); /* 1 a row, 0 end, -1 */
bool rows_null(const struct rows *r, unsigned column);
int64_t rows_int(const struct rows *r, unsigned column);
double rows_real(const struct rows *r, unsigned column);
struct str rows_text(const struct rows *r, unsigned column); /* NULL: p NULL */
struct str rows_blob(const struct rows *r, unsigned column);
void rows_close(struct rows *r); /* NULL is fine */

/* Runs a statement that gives no rows; *ret_changed (may be NULL) is the
 * number of rows inserted, updated or deleted. */
int store_run(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, int64_t *ret_changed, struct err *err);
/* One value of one row: 1 found, 0 no row (or NULL), -1 error. */
int store_int(struct store *st, const struct sql *sql, const struct bind *binds,
    size_t count, int64_t *ret, struct err *err);
/* Appends the value to *ret. */
int store_text(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, struct buf *ret, struct err *err);

/* ---- rows as JSON ------------------------------------------------------- */

/* What a column becomes: a member of an object. One that is NULL is left out,
 * as is text without a byte. */
enum row_type {
	ROW_TEXT,
	ROW_INT,
	ROW_TIME, /* milliseconds, as RFC 3339 */
	ROW_TRUE, /* left out when 0 */
	ROW_JSON  /* JSON already */
};
struct row_field {
	const char *name;
	enum row_type type;
};
/* Of one column after the other: ROW_FIELDS({"user", ROW_TEXT}, ...). Lists
 * that have a name end with ROW_END. */
#define ROW_END                \
	{                      \
		NULL, ROW_TEXT \
	}
#define ROW_FIELDS(...) ((const struct row_field[]){__VA_ARGS__, ROW_END})
struct json_writer;
/* The members of a row in an object that w has begun, from column `first`. */
void rows_put(const struct rows *r, unsigned first,
    const struct row_field *fields, struct json_writer *w);
/* Each row an object, handed on as a line with its end. */
int store_lines(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, const struct row_field *fields,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* All of them as one array. */
int store_put_array(struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, const struct row_field *fields,
    struct json_writer *w, struct err *err);

/* Prepares every statement of sql_all, asks for its plan at the scale of the
 * seeded statistics (a tenant of a million leads), and adds a remark for each
 * that fails, that reads a large tenant-owned table whole without saying
 * {{WHOLE_TENANT}}, or that loops over a bulk table inside another loop. For
 * the test of the closed set and `dl-db check`. */
int store_prepare_all(
    struct store *st, struct remarks *remarks, struct err *err);

/* ---- rows in bulk ------------------------------------------------------- */

/*
 * Rows made in C memory and handed to one set-based statement as the table
 * bulk_NAME (a virtual table on SQLite; COPY into a temporary table elsewhere).
 *
 *	bulk_int(b, 1); bulk_text(b, STR("x")); bulk_end_row(b); ...
 *	store_bulk(st, b, err); store_run(st, &sql_event_insert, ...);
 */
struct bulk;
struct bulk *bulk_new(const struct bulk_spec *spec);
void bulk_int(struct bulk *b, int64_t v);
void bulk_real(struct bulk *b, double v);
void bulk_text(struct bulk *b, struct str s); /* copied; p NULL is NULL */
void bulk_blob(struct bulk *b, struct str s); /* copied */
/* The same without the copy: s must live until bulk_clear. */
void bulk_text_borrowed(struct bulk *b, struct str s);
void bulk_null(struct bulk *b);
void bulk_end_row(struct bulk *b); /* BUG when columns are missing */
size_t bulk_count(const struct bulk *b);
size_t bulk_bytes(const struct bulk *b); /* memory held */
void bulk_clear(struct bulk *b);
void bulk_free(struct bulk *b);
/* Makes b's rows what bulk_NAME shows in this connection, until the next
 * store_bulk for that name or bulk_clear. Inside a transaction. */
int store_bulk(struct store *st, struct bulk *b, struct err *err);
/* The same, and then a statement over them that gives no rows; nothing when
 * there are no rows in b. */
int store_bulk_run(struct store *st, struct bulk *b, const struct sql *sql,
    const struct bind *binds, size_t count, struct err *err);

/* ---- numbers, queues, leases ------------------------------------------- */

/* Reserves `count` consecutive internal numbers of a kind ("lead", "signal")
 * for a tenant; gaps are possible and mean nothing. In a change transaction. */
int store_numbers(struct store *st, int64_t tenant, const char *kind,
    int64_t count, int64_t *ret_first, struct err *err);

/*
 * Work queues: (tenant, consumer, lead). Marked in the transaction that
 * changes the lead, claimed and deleted in the one that does the work.
 */
enum store_consumer {
	WORK_DATA, /* no consumer: who brings data */
	WORK_SCORE,
	WORK_SEGMENT,
	WORK_STAGE,
	WORK__MAX
};
/* What happened to a lead is of interest to the consumers after the one who
 * did it, in the order of the enum (of a stage to all others): scoring always,
 * others once a tenant wants them. This is how leads are marked; work_mark is
 * for single queues. */
int work_changed(struct store *st, int64_t tenant, enum store_consumer by,
    int64_t lead, struct err *err);
int work_changed_bulk(struct store *st, int64_t tenant, enum store_consumer by,
    struct bulk *leads, struct err *err);
/* From now on a tenant wants a consumer's queue filled, or not: then it is
 * empty. In a change transaction. */
int work_want(struct store *st, int64_t tenant, enum store_consumer consumer,
    bool wanted, struct err *err);
int work_mark(struct store *st, int64_t tenant, enum store_consumer consumer,
    int64_t lead, struct err *err);
/* Marks every lead_id of the bulk table bulk_lead_mark (lead_id bigint). */
extern const struct bulk_spec bulk_lead_mark;
int work_mark_bulk(struct store *st, int64_t tenant,
    enum store_consumer consumer, struct bulk *leads, struct err *err);
/* Claims up to `limit` leads in ascending order (deletes their marks) into
 * ret[]; *ret_count may be 0. In a change transaction: a rollback unclaims. */
int work_claim(struct store *st, int64_t tenant, enum store_consumer consumer,
    size_t limit, int64_t *ret, size_t *ret_count, struct err *err);
/* Up to `limit` leads after `after` that wait, ascending, without claiming
 * them: for a dry run. */
int work_look(struct store *st, int64_t tenant, enum store_consumer consumer,
    int64_t after, size_t limit, int64_t *ret, size_t *ret_count,
    struct err *err);
/* These leads wait no longer: somebody has seen to them. */
int work_take(struct store *st, int64_t tenant, enum store_consumer consumer,
    const int64_t *leads, size_t count, struct err *err);
/* How many marks there are, counting no further than `limit`. */
int work_count(struct store *st, int64_t tenant, enum store_consumer consumer,
    int64_t limit, int64_t *ret, struct err *err);
int work_clear(struct store *st, int64_t tenant, enum store_consumer consumer,
    struct err *err);

/*
 * A lease keeps two copies of one job apart. 1 taken, 0 somebody holds it
 * (*ret_holder says who: host, pid, since), -1 error. By the real clock, not
 * by --now. Renewed by lease_renew at least every 10 s (cheap when early);
 * a holder silent for 30 s, or a dead process on this host, has lost it.
 */
int lease_take(struct store *st, int64_t tenant, const char *job,
    struct buf *ret_holder, struct err *err);
int lease_renew(struct store *st, struct err *err);
void lease_release(struct store *st);

/*
 * The latest moment at which work was done for a tenant. store_moment refuses
 * (ERR_USAGE) a `now` before it unless replay, and records the later of the
 * two. In a change transaction. store_moment_check only refuses, in a snapshot
 * too: 1 when `now` is recorded or past, 0 when it is later, -1.
 */
int store_moment(struct store *st, int64_t tenant, int64_t now, bool replay,
    struct err *err);
/* From here on moments are those of the clock when a program began: others who
 * began later may have worked since, and only a clock that was put back is
 * refused. */
void store_by_clock(struct store *st);
int store_moment_check(struct store *st, int64_t tenant, int64_t now,
    bool replay, struct err *err);

/* ---- care --------------------------------------------------------------- */

struct store_stats {
	int64_t file_bytes, wal_bytes, page_size, pages, free_pages;
	int schema_version;
	char engine[32];  /* "SQLite" */
	char version[32]; /* "3.40.1" */
};
int store_stats(struct store *st, struct store_stats *ret, struct err *err);
/* Integrity of the file, foreign keys, schema checksums, application id; each
 * finding a remark. Advice (a library with the WAL-reset bug) goes to advice.
 */
int store_check(struct store *st, struct remarks *findings,
    struct remarks *advice, struct err *err);
/* What the administrator of a database server wants to know (roles,
 * extensions, sizes to expect), a remark each; nothing for a file. */
int store_describe(struct store *st, struct remarks *ret, struct err *err);
/* Spreads the tenants of a server's store over its cluster, opened with
 * STORE_UPGRADE; what is done already stays. Appends a JSON line for each
 * table that was done now: {"table":…,"kind":"distributed"|"reference"}. 1
 * done; 0 nothing can be done, the extension citus is missing; a file is
 * ERR_USAGE. */
int store_distribute(struct store *st, struct buf *ret, struct err *err);
/* Online, consistent, while others write; the copy appears whole, mode 0600. */
int store_backup(struct store *st, const char *path,
    void (*progress)(void *context, int64_t done, int64_t total), void *context,
    struct err *err);
/* Overwrites what was deleted: no byte of it stays in free pages or the WAL. */
int store_scrub(struct store *st, struct err *err);
/* Empties the log into the file when it is longer than that many bytes and no
 * reader is in the way, in a turn of its own: who waits to write waits for
 * this or for a commit, not for both. Commits do it by themselves at the log's
 * limit; this is for who wants it sooner. Outside a transaction. */
int store_checkpoint(struct store *st, int64_t longer, struct err *err);

#endif
