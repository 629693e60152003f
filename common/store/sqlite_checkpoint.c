/* SPDX-License-Identifier: ISC */
/*
 * Emptying the log into the file. SQLite 3.7.0 to 3.51.2 can lose a commit
 * when one connection checkpoints while another writes, so its own automatic
 * checkpoints are off and ours run only in our turn to write, in the modes
 * that lock writers out. Measured, this also is what bounds the log: under
 * load the automatic ones never catch up.
 *
 * The number of frames in the log decides, not the size of its file, which a
 * restart leaves as it is.
 */
#include <time.h>

#include "store/store_priv.h"

/* Times the limit: where the log's file is cut, not only begun anew; where
 * writers slow down. */
enum { HARD = 4, ALARM = LOG_ALARM_TIMES };

/* After every commit of ours: the frames of all writers in the log. */
static int
note_commit(void *context, sqlite3 *db, const char *name, int frames)
{
	struct store *st = context;

	(void)db;
	(void)name;
	st->frames = frames;
	st->unsynced = true;
	return SQLITE_OK;
}

void
checkpoint_watch(struct store *st)
{
	sqlite3_wal_hook(st->db, note_commit, st);
}

static int64_t
log_bytes(const struct store *st)
{
	return st->frames * (st->page_size + 24); /* a frame has a header */
}

static int
checkpoint_run(struct store *st, int mode, int64_t wait, struct err *err)
{
	int code, log = 0, done = 0;

	st->deadline = time_monotonic() + wait;
	st->impatient = true;
	code = sqlite3_wal_checkpoint_v2(st->db, NULL, mode, &log, &done);
	st->impatient = false;
	if (code == SQLITE_OK) {
		st->frames = st->retry_frames = st->retry_step = 0;
		st->unsynced = false; /* both files were synced on the way */
		return 1;
	}
	if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
		return 0;
	if (code == SQLITE_IOERR_FSYNC)
		st->lost = true; /* said by the next durable commit */
	return sqlite_fail(st, err, "checkpoint");
}

int
checkpoint_empty(struct store *st, int64_t wait, struct err *err)
{
	return checkpoint_run(st, SQLITE_CHECKPOINT_TRUNCATE, wait, err);
}

/* In our turn: empties a log longer than `soft` unless a reader with an old
 * snapshot is in the way. Readers mostly leave soon, so it is tried again soon,
 * then less and less often: each try costs a wait. */
static int
relieve(struct store *st, int64_t soft, struct err *err)
{
	int mode, code;

	if (log_bytes(st) < soft)
		st->retry_frames = st->retry_step = 0; /* others emptied it */
	if (!st->path || st->active > 0 || log_bytes(st) < soft ||
	    st->frames < st->retry_frames)
		return 0;
	mode = log_bytes(st) > st->log_limit * HARD ? SQLITE_CHECKPOINT_TRUNCATE
						    : SQLITE_CHECKPOINT_RESTART;
	code = checkpoint_run(st, mode, CHECKPOINT_WAIT_MS, err);
	if (code == 1)
		return 0;
	st->retry_step = st->retry_step == 0 ? soft / st->page_size / 8
			 : st->retry_step < soft / st->page_size
			     ? st->retry_step * 2
			     : st->retry_step;
	st->retry_frames = st->frames + st->retry_step;
	return code;
}

void
checkpoint_after_commit(struct store *st)
{
	/* On a full disk the commit stands all the same. */
	(void)relieve(st, st->log_limit * (st->exclusive ? HARD : 1), NULL);
}

/* A log this long means a reader that has stayed for minutes. Writers go
 * slower, outside their turn, so that the disk lasts until somebody looks. */
void
checkpoint_brake(struct store *st)
{
	struct timespec nap = {.tv_nsec = 50000000L};

	if (log_bytes(st) > st->log_limit * ALARM)
		nanosleep(&nap, NULL);
}

int
sqlite_checkpoint(struct store *st, int64_t longer, struct err *err)
{
	int code;

	if (!st->path || st->mode == STORE_READ || st->active > 0 ||
	    log_bytes(st) < longer)
		return 0;
	/* What is on disk already need not be waited for in our turn. */
	if (longer > 0 && sqlite_sync(st, err) < 0)
		return -1;
	code = turnstile_take(st, time_monotonic() + st->patience, err);
	if (code < 1)
		return code;
	code = longer > 0 ? relieve(st, longer, err)
			  : checkpoint_empty(st, 0, err);
	turnstile_give(st);
	return code < 0 ? -1 : 0;
}

/* Who leaves last leaves an empty log behind: the next program need not read
 * it, and a plain copy of the file is whole. While others have the store open
 * that would only hold them up. */
void
checkpoint_on_close(struct store *st)
{
	if (st->turnstile >= 0 && st->frames > 0 && !st->lost &&
	    turnstile_alone(st))
		sqlite_checkpoint(st, 0, NULL);
}
