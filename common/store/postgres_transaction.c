/* SPDX-License-Identifier: ISC */
/*
 * Transactions on PostgreSQL. Rooms read, decide in C and write, as if they
 * were alone; so the changes of one tenant take turns at an advisory lock,
 * first come first served, and neither serialization failures nor deadlocks
 * come of them. Different tenants never meet.
 */
#include <inttypes.h>

#include "store/postgres_priv.h"

/* The upper half of the lock's number; the lower one is the tenant. */
#define LOCK_CLASS 0x444c6462

static int64_t
lock_number(const struct store *st)
{
	return (int64_t)LOCK_CLASS << 32 | (st->tenant & 0xffffffff);
}

static int
fail_waited(struct store *st, const char *who, struct err *err)
{
	return err_set(err, ERR_BUSY,
	    "%s: %s: waited %lld s for other writers; try again later",
	    st->path, who, (long long)(st->patience / 1000));
}

/* "55P03", told apart from other reasons to be busy. */
static int
lock_result(
    struct store *st, const char *text, bool *ret_waited, struct err *err)
{
	PGresult *result = libpq.PQexec(st->pg->conn, text);

	*ret_waited = postgres_is(result, "55P03");
	if (libpq.PQresultStatus(result) != PGRES_TUPLES_OK &&
	    libpq.PQresultStatus(result) != PGRES_COMMAND_OK)
		return postgres_fail(st, result, err, NULL);
	libpq.PQclear(result);
	return 0;
}

static void
begin_text(
    const struct store *st, enum store_intent intent, char *text, size_t size)
{
	char tenant[96];

	postgres_tenant_text(st, tenant, sizeof(tenant));
	if (intent == STORE_SNAPSHOT) {
		snprintf(text, size,
		    "BEGIN ISOLATION LEVEL REPEATABLE READ; %s", tenant);
		return;
	}
	snprintf(text, size,
	    "BEGIN ISOLATION LEVEL READ COMMITTED; "
	    "SET LOCAL lock_timeout = %lld; %s; "
	    "SELECT pg_advisory_xact_lock(%" PRId64 ")",
	    (long long)(st->patience > 0 ? st->patience : 1), tenant,
	    lock_number(st));
}

int
postgres_begin(struct store *st, enum store_intent intent, const char *who,
    struct err *err)
{
	struct postgres *pg = st->pg;
	struct err why = {0};
	char text[320];
	bool waited;
	int code;

	if (pg->implicit > 0)
		BUG("%s: rows are open when a transaction begins", who);
	if (postgres_ready(st, err) < 0)
		return err_prefix(err, "%s", who);
	begin_text(st, intent, text, sizeof(text));
	pg->tenant_before = pg->tenant;
	code = lock_result(st, text, &waited, &why);
	if (code < 0 && postgres_lost(st)) {
		err_clear(&why);
		if (postgres_ready(st, err) < 0)
			return err_prefix(err, "%s", who);
		code = lock_result(st, text, &waited, &why);
	}
	if (code < 0) {
		libpq.PQclear(libpq.PQexec(pg->conn, "ROLLBACK"));
		pg->aborted = false;
		if (waited)
			return fail_waited(st, who, err);
		if (err)
			*err = why;
		return err_prefix(err, "%s", who);
	}
	pg->tenant = st->tenant;
	pg->aborted = false;
	return 0;
}

/* COMMIT of a transaction that has failed says ROLLBACK and no error. */
static int
commit_result(struct store *st, const char *text, struct err *err)
{
	PGresult *result;

	if (postgres_result(st, text, &result, err) < 0) {
		if (postgres_lost(st))
			return err_set(err, ERR_BUSY,
			    "%s: the connection was lost while changes were "
			    "being stored: they may be or may not; a rerun "
			    "is safe",
			    st->path);
		return -1;
	}
	libpq.PQclear(result);
	return 0;
}

int
postgres_commit(struct store *st, bool durable, struct err *err)
{
	bool change = st->intent == STORE_CHANGE;

	if (postgres_lost(st))
		return postgres_fail_lost(st, err);
	if (st->pg->aborted)
		return err_set(err, ERR_FAIL,
		    "%s: a statement failed, so nothing can be stored",
		    st->path);
	if (commit_result(st,
		durable || !change
		    ? "COMMIT"
		    : "SET LOCAL synchronous_commit TO off; COMMIT",
		err) < 0)
		return -1;
	st->open = false;
	if (st->pg->spread)
		st->pg->tenant = -1;
	/* What is synced takes all that came before along. */
	if (change)
		st->unsynced = !durable;
	postgres_bulk_committed(st);
	return 0;
}

void
postgres_rollback(struct store *st)
{
	struct postgres *pg = st->pg;

	if (!postgres_lost(st))
		libpq.PQclear(libpq.PQexec(pg->conn, "ROLLBACK"));
	pg->tenant = pg->spread ? -1 : pg->tenant_before;
	pg->aborted = false;
	postgres_bulk_rolled_back(st);
}

/* A record in the log that is waited for: the log is synced up to it. */
int
postgres_sync(struct store *st, struct err *err)
{
	if (!st->unsynced)
		return 0;
	if (postgres_ready(st, err) < 0 ||
	    postgres_execute(st,
		"SELECT pg_catalog.pg_logical_emit_message(true, 'dl', '')",
		err) < 0)
		return err_prefix(err, "sync");
	st->unsynced = false;
	return 0;
}

/* Asking costs a round trip, so no more often than every 20 ms; within less
 * nobody is kept waiting. */
bool
postgres_awaited(struct store *st)
{
	struct postgres *pg = st->pg;
	int64_t now = time_monotonic();
	PGresult *result;
	char text[384];

	if (!st->open || st->intent != STORE_CHANGE || pg->exclusive ||
	    pg->aborted)
		return false;
	if (pg->looked < st->began)
		pg->was_awaited = false;
	if (now - (pg->looked > st->began ? pg->looked : st->began) < 20)
		return pg->was_awaited;
	pg->looked = now;
	snprintf(text, sizeof(text),
	    "SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' "
	    "AND NOT granted AND classid = %u AND objid = %u "
	    "AND database = (SELECT d.oid FROM pg_catalog.pg_database AS d "
	    "WHERE d.datname = pg_catalog.current_database()) LIMIT 1",
	    (unsigned)LOCK_CLASS, (unsigned)(st->tenant & 0xffffffff));
	if (postgres_result(st, text, &result, NULL) < 0)
		return false;
	pg->was_awaited = libpq.PQntuples(result) > 0;
	libpq.PQclear(result);
	return pg->was_awaited;
}

/* The tenant's lock for as long as this connection lasts. */
int
postgres_exclusive(struct store *st, struct err *err)
{
	char text[256];
	bool waited;

	if (postgres_ready(st, err) < 0)
		return -1;
	snprintf(text, sizeof(text),
	    "BEGIN; SET LOCAL lock_timeout = %lld; "
	    "SELECT pg_advisory_lock(%" PRId64 "); COMMIT",
	    (long long)(st->patience > 0 ? st->patience : 1), lock_number(st));
	if (lock_result(st, text, &waited, err) < 0) {
		libpq.PQclear(libpq.PQexec(st->pg->conn, "ROLLBACK"));
		return waited ? fail_waited(st, "exclusive use", err) : -1;
	}
	st->pg->exclusive = true;
	return 0;
}
