/* SPDX-License-Identifier: ISC */
/*
 * SQLite's transactions. A change begins IMMEDIATE behind the turnstile; its
 * commit is quick (NORMAL: the log is written, not synced), and a durable one
 * syncs the log after it has let the next writer in.
 */
#include "store/store_priv.h"

/* The begin and end statements run so often that they are worth keeping. */
static const struct sql begin_change = {"begin", "BEGIN IMMEDIATE", ""};
static const struct sql begin_snapshot = {"begin", "BEGIN", ""};
static const struct sql commit = {"commit", "COMMIT", ""};

static int
fail_waited(struct store *st, const char *who, struct err *err)
{
	return err_set(err, ERR_BUSY,
	    "%s: %s: waited %lld s for other writers; try again later",
	    st->path ? st->path : ":memory:", who,
	    (long long)(st->patience / 1000));
}

static int
begin_turn(struct store *st, const char *who, struct err *err)
{
	int code;

	if (st->active > 0)
		BUG("%s: rows are open when a change begins", who);
	code = turnstile_take(st, st->deadline, err);
	if (code < 0)
		return err_prefix(err, "%s", who);
	if (code == 0)
		return fail_waited(st, who, err);
	return 0;
}

int
sqlite_begin(struct store *st, enum store_intent intent, const char *who,
    struct err *err)
{
	struct err why = {0};

	if (intent == STORE_CHANGE && begin_turn(st, who, err) < 0)
		return -1;
	if (statement_step(st,
		intent == STORE_CHANGE ? &begin_change : &begin_snapshot,
		&why) < 0) {
		turnstile_give(st);
		if (why.kind == ERR_BUSY)
			return fail_waited(st, who, err);
		if (err)
			*err = why;
		return err_prefix(err, "%s", who);
	}
	return 0;
}

int
sqlite_commit(struct store *st, bool durable, struct err *err)
{
	if (statement_step(st, &commit, err) < 0)
		return -1;
	st->open = false;
	if (st->intent == STORE_CHANGE) {
		checkpoint_after_commit(st);
		turnstile_give(st);
		flush_begin(st);
		checkpoint_brake(st);
	}
	return durable ? sqlite_sync(st, err) : 0;
}

void
sqlite_rollback(struct store *st)
{
	/* After a full disk SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
	if (st->intent == STORE_CHANGE)
		turnstile_give(st);
}

sqlite3_file *
log_file(struct store *st)
{
	sqlite3_file *file = NULL;

	if (!st->path)
		return NULL;
	sqlite3_file_control(
	    st->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
	return file && file->pMethods ? file : NULL;
}

/* After a failed sync the kernel forgets what it could not write, and the next
 * sync succeeds all the same; so one failure is for good. */
int
sqlite_sync(struct store *st, struct err *err)
{
	sqlite3_file *file = log_file(st);
	int code;

	if (file && st->unsynced && !st->lost) {
		code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
		if (code != SQLITE_OK) {
			st->lost = true;
			return sqlite_fail_code(st, err, "sync", code);
		}
	}
	if (st->lost)
		return err_set(err, ERR_FAIL,
		    "%s: the disk failed: the latest changes may not be on it",
		    st->path);
	st->unsynced = false;
	return 0;
}

/* What was written to a file is there for whoever reads it after us, however we
 * ended; only the end of the machine takes what was not synced. */
void
sqlite_epoch(struct buf *ret)
{
	struct buf text = {0};

	if (file_read("/proc/sys/kernel/random/boot_id", &text, 100, NULL) == 0)
		buf_adds(ret, str_trim(buf_str(&text)));
	buf_release(&text);
}

int
sqlite_exclusive(struct store *st, struct err *err)
{
	int code;

	code = turnstile_take(st, time_monotonic() + st->patience, err);
	if (code < 0)
		return -1;
	if (code == 0)
		return fail_waited(st, "exclusive use", err);
	st->exclusive = st->turnstile >= 0;
	return sqlite_execute(st, "PRAGMA cache_size=-32768", err);
}
