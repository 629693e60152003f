/* SPDX-License-Identifier: ISC */
/*
 * contention: four writers (transactions of 1,000 events, each for a random
 * lead) and two readers on one file, for so many seconds.
 *
 *	contention store|plain FILE SECONDS
 *	contention probe FILE SECONDS
 *
 * `probe` takes the write lock of an existing store every few milliseconds
 * while others work, and tells how long it had to wait, until SIGTERM.
 *
 * `store` goes through the store room; `plain` is SQLite as most programs use
 * it: WAL, automatic checkpoints, a busy time-out, BEGIN IMMEDIATE. Prints one
 * line of JSON: rows a second, how long transactions took (waiting included),
 * the largest WAL, reads a second, and whether every row is there and the file
 * is sound.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base.h"
#include "store/store.h"

#define WRITERS  4
#define READERS  2
#define ROWS     1000
#define LEADS    1000000
#define TIMES_AT 100000 /* transactions of one writer that are timed */

static const struct sql event_add = {"contention_event_add",
    "INSERT INTO event (tenant_id, event_id, lead_id, type_id, at)"
    " VALUES ($1, $2, $3, $4, $5)",
    "itiii"};
static const struct sql event_count = {"contention_event_count",
    "SELECT count(*), max(at) FROM event WHERE tenant_id = $1"
    " AND lead_id = $2",
    "ii"};
static const struct sql event_total = {"contention_event_total",
    "SELECT count(*) FROM event WHERE tenant_id = $1", "i"};

static const char plain_schema[] =
    "CREATE TABLE event (tenant_id bigint NOT NULL, event_id text NOT NULL,"
    " lead_id bigint NOT NULL, type_id bigint NOT NULL, at bigint NOT NULL,"
    " attrs text, PRIMARY KEY (tenant_id, event_id)) WITHOUT ROWID;"
    "CREATE INDEX event_by_lead ON event (tenant_id, lead_id, type_id, at);";

/* What one process tells its parent. */
struct tally {
	int64_t done; /* transactions, or reads */
	int64_t failed;
	int64_t times;        /* how many of took[] are filled */
	float took[TIMES_AT]; /* ms */
};

static uint64_t
draw(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "contention: %s: %s\n", what, why);
	exit(1);
}

/* --- through the store --------------------------------------------------- */

static int
store_transaction(
    struct store *st, int writer, int64_t *serial, uint64_t *s, struct err *err)
{
	char id[48];

	if (store_begin(st, STORE_CHANGE, "contention", err) < 0)
		return -1;
	for (int i = 0; i < ROWS; i++) {
		snprintf(id, sizeof(id), "w%d-%010lld", writer,
		    (long long)(*serial)++);
		if (store_run(st, &event_add,
			BINDS(BIND_INT(1), BIND_TEXT(str_of(id)),
			    BIND_INT((int64_t)(draw(s) % LEADS)),
			    BIND_INT((int64_t)(draw(s) % 12)),
			    BIND_INT(INT64_C(1700000000000) + *serial)),
			NULL, err) < 0) {
			store_rollback(st);
			return -1;
		}
	}
	return store_commit(st, false, err);
}

static void
store_writer(const char *path, int writer, double until, struct tally *t)
{
	struct store *st;
	struct err err = {0};
	int64_t serial = 0;
	uint64_t s = 88172645463325252u + (uint64_t)writer * 7919;
	double begun;

	if (store_open(path, STORE_WRITE, &st, &err) < 0)
		die(path, err.text);
	while ((begun = now_ms()) < until) {
		if (store_transaction(st, writer, &serial, &s, &err) < 0) {
			fprintf(stderr, "contention: %s\n", err.text);
			t->failed++;
			continue;
		}
		if (t->times < TIMES_AT)
			t->took[t->times++] = (float)(now_ms() - begun);
		t->done++;
	}
	store_close(st);
}

static void
store_readers(const char *path, int reader, double until, struct tally *t)
{
	struct store *st;
	struct rows *rows;
	struct err err = {0};
	uint64_t s = 362436069u + (uint64_t)reader * 104729;

	if (store_open(path, STORE_READ, &st, &err) < 0)
		die(path, err.text);
	while (now_ms() < until) {
		if (store_query(st, &event_count,
			BINDS(
			    BIND_INT(1), BIND_INT((int64_t)(draw(&s) % LEADS))),
			&rows, &err) < 0 ||
		    rows_next(rows, &err) < 0) {
			t->failed++;
			continue;
		}
		rows_close(rows);
		t->done++;
	}
	store_close(st);
}

/* --- as most programs do it ---------------------------------------------- */

static sqlite3 *
plain_open(const char *path)
{
	sqlite3 *db;

	if (sqlite3_open(path, &db) != SQLITE_OK)
		die(path, "cannot be opened");
	sqlite3_busy_timeout(db, 60000);
	sqlite3_exec(db,
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
	    "PRAGMA cache_size = -16000;",
	    NULL, NULL, NULL);
	return db;
}

static void
plain_writer(const char *path, int writer, double until, struct tally *t)
{
	sqlite3 *db = plain_open(path);
	sqlite3_stmt *add;
	int64_t serial = 0;
	uint64_t s = 88172645463325252u + (uint64_t)writer * 7919;
	char id[48];
	double begun;
	bool ok;

	sqlite3_prepare_v2(db, event_add.text, -1, &add, NULL);
	while ((begun = now_ms()) < until) {
		ok = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
		     SQLITE_OK;
		for (int i = 0; ok && i < ROWS; i++) {
			snprintf(id, sizeof(id), "w%d-%010lld", writer,
			    (long long)serial++);
			sqlite3_bind_int64(add, 1, 1);
			sqlite3_bind_text(add, 2, id, -1, SQLITE_STATIC);
			sqlite3_bind_int64(
			    add, 3, (sqlite3_int64)(draw(&s) % LEADS));
			sqlite3_bind_int64(
			    add, 4, (sqlite3_int64)(draw(&s) % 12));
			sqlite3_bind_int64(
			    add, 5, INT64_C(1700000000000) + serial);
			ok = sqlite3_step(add) == SQLITE_DONE;
			sqlite3_reset(add);
		}
		ok = ok &&
		     sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
		if (!ok) {
			sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
			t->failed++;
			continue;
		}
		if (t->times < TIMES_AT)
			t->took[t->times++] = (float)(now_ms() - begun);
		t->done++;
	}
	sqlite3_finalize(add);
	sqlite3_close(db);
}

static void
plain_reader(const char *path, int reader, double until, struct tally *t)
{
	sqlite3 *db = plain_open(path);
	sqlite3_stmt *count;
	uint64_t s = 362436069u + (uint64_t)reader * 104729;

	sqlite3_prepare_v2(db, event_count.text, -1, &count, NULL);
	while (now_ms() < until) {
		sqlite3_bind_int64(count, 1, 1);
		sqlite3_bind_int64(count, 2, (sqlite3_int64)(draw(&s) % LEADS));
		if (sqlite3_step(count) == SQLITE_ROW)
			t->done++;
		else
			t->failed++;
		sqlite3_reset(count);
	}
	sqlite3_finalize(count);
	sqlite3_close(db);
}

/* --- the parent ---------------------------------------------------------- */

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static void
take(void *p, size_t n, int fd)
{
	size_t had = 0;
	ssize_t got;

	while (had < n && (got = read(fd, (char *)p + had, n - had)) > 0)
		had += (size_t)got;
	if (had < n)
		die("a worker", "died");
}

/* Every row there, and the file sound? */
static bool
judge(const char *path, int64_t want)
{
	sqlite3 *db = plain_open(path);
	sqlite3_stmt *s;
	bool good = false;

	if (sqlite3_prepare_v2(db, event_total.text, -1, &s, NULL) ==
	    SQLITE_OK) {
		sqlite3_bind_int64(s, 1, 1);
		good = sqlite3_step(s) == SQLITE_ROW &&
		       sqlite3_column_int64(s, 0) == want;
	}
	sqlite3_finalize(s);
	if (sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &s, NULL) ==
	    SQLITE_OK)
		good =
		    good && sqlite3_step(s) == SQLITE_ROW &&
		    strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
	sqlite3_finalize(s);
	sqlite3_close(db);
	return good;
}

static void
make(const char *mode, const char *path)
{
	struct store *st;
	struct err err = {0};
	sqlite3 *db;

	if (strcmp(mode, "store") == 0) {
		if (store_open(path, STORE_CREATE, &st, &err) < 0)
			die(path, err.text);
		store_close(st);
		return;
	}
	db = plain_open(path);
	if (sqlite3_exec(db, plain_schema, NULL, NULL, NULL) != SQLITE_OK)
		die(path, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static volatile sig_atomic_t stopped;

static void
stop(int number)
{
	stopped = 1;
}

static int
probe(const char *path, double until)
{
	static float waits[TIMES_AT];
	struct timespec nap = {0, 5 * 1000 * 1000};
	struct store *st;
	struct err err = {0};
	size_t count = 0;
	double begun;

	signal(SIGTERM, stop);
	if (store_open(path, STORE_WRITE, &st, &err) < 0)
		die(path, err.text);
	while (!stopped && count < TIMES_AT && (begun = now_ms()) < until) {
		if (store_begin(st, STORE_CHANGE, "probe", &err) < 0)
			die(path, err.text);
		waits[count++] = (float)(now_ms() - begun);
		store_rollback(st);
		nanosleep(&nap, NULL);
	}
	store_close(st);
	qsort(waits, count, sizeof(*waits), by_size);
	printf("{\"waits\":%zu,\"ms_p50\":%.1f,\"ms_p99\":%.1f,"
	       "\"ms_max\":%.1f}\n",
	    count, count ? (double)waits[count / 2] : 0,
	    count ? (double)waits[count * 99 / 100] : 0,
	    count ? (double)waits[count - 1] : 0);
	return 0;
}

int
main(int argc, char **argv)
{
	static struct tally all[WRITERS + READERS];
	static float took[WRITERS * TIMES_AT];
	bool store, good;
	const char *path;
	char wal[4096];
	struct stat sb;
	double seconds, begun, until;
	int64_t rows = 0, reads = 0, failed = 0, largest = 0, sent;
	size_t times = 0;
	int fds[WRITERS + READERS], pair[2];

	if (argc != 4)
		die("usage", "contention store|plain FILE SECONDS");
	store = strcmp(argv[1], "store") == 0;
	path = argv[2];
	seconds = strtod(argv[3], NULL);
	if (strcmp(argv[1], "probe") == 0)
		return probe(path, now_ms() + seconds * 1e3);
	make(argv[1], path);
	snprintf(wal, sizeof(wal), "%s-wal", path);
	begun = now_ms();
	until = begun + seconds * 1e3;
	for (int i = 0; i < WRITERS + READERS; i++) {
		if (pipe(pair) < 0)
			die("pipe", "failed");
		if (fork() == 0) {
			close(pair[0]);
			if (store && i < WRITERS)
				store_writer(path, i, until, &all[i]);
			else if (store)
				store_readers(path, i, until, &all[i]);
			else if (i < WRITERS)
				plain_writer(path, i, until, &all[i]);
			else
				plain_reader(path, i, until, &all[i]);
			sent = fd_write_all(
			    pair[1], &all[i], sizeof(all[i]), NULL);
			_exit(sent < 0);
		}
		close(pair[1]);
		fds[i] = pair[0];
	}
	while (now_ms() < until) {
		struct timespec nap = {0, 50 * 1000 * 1000};

		nanosleep(&nap, NULL);
		if (stat(wal, &sb) == 0 && sb.st_size > largest)
			largest = sb.st_size;
	}
	for (int i = 0; i < WRITERS + READERS; i++) {
		take(&all[i], sizeof(all[i]), fds[i]);
		failed += all[i].failed;
		if (i >= WRITERS) {
			reads += all[i].done;
			continue;
		}
		rows += all[i].done * ROWS;
		memcpy(took + times, all[i].took,
		    (size_t)all[i].times * sizeof(*took));
		times += (size_t)all[i].times;
	}
	seconds = (now_ms() - begun) / 1e3;
	while (wait(NULL) > 0)
		;
	if (stat(wal, &sb) == 0 && sb.st_size > largest)
		largest = sb.st_size;
	qsort(took, times, sizeof(*took), by_size);
	good = judge(path, rows);
	printf("{\"mode\":\"%s\",\"seconds\":%.1f,\"rows_per_second\":%.0f,"
	       "\"ms_p50\":%.1f,\"ms_p99\":%.1f,\"ms_max\":%.1f,"
	       "\"wal_mb\":%.1f,\"reads_per_second\":%.0f,\"failed\":%lld,"
	       "\"sound\":%s}\n",
	    argv[1], seconds, (double)rows / seconds,
	    times ? (double)took[times / 2] : 0,
	    times ? (double)took[times * 99 / 100] : 0,
	    times ? (double)took[times - 1] : 0, (double)largest / 1e6,
	    (double)reads / seconds, (long long)failed,
	    good ? "true" : "false");
	return good && failed == 0 ? 0 : 1;
}
