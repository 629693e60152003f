/* SPDX-License-Identifier: ISC */
/*
 * What several processes do to one another on one store: turns, leases,
 * queues, copies, kills. A store is never open across a fork.
 */
#include <errno.h>
#include <signal.h>
#include <time.h>

#include "store/store_priv.h"
#include "store_unit.h"

enum { ROWS = 100, KILLS = 25, TOLD = 1000 };

/* ---- children ------------------------------------------------------------ */

struct child {
	pid_t pid;
	int from; /* what it says */
	int to;   /* closing it lets the child end */
};

static void
nap(long ms)
{
	struct timespec t = {
	    .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	nanosleep(&t, NULL);
}

/* Runs work(path, say, hear, number) in a process of its own. */
static struct child
start(int (*work)(const char *path, int say, int hear, int number),
    const char *path, int number)
{
	struct child c = {.pid = -1};
	int up[2], down[2];

	CHECK(pipe(up) == 0 && pipe(down) == 0);
	fflush(stdout);
	c.pid = fork();
	if (c.pid == 0) {
		close(up[0]);
		close(down[1]);
		_exit(work(path, up[1], down[0], number));
	}
	close(up[1]);
	close(down[0]);
	c.from = up[0];
	c.to = down[1];
	return c;
}

static int64_t
hear(int fd)
{
	int64_t v;

	return read(fd, &v, sizeof(v)) == sizeof(v) ? v : -1;
}

static void
say(int fd, int64_t v)
{
	if (write(fd, &v, sizeof(v)) != sizeof(v))
		_exit(9);
}

static int
finish(struct child *c)
{
	int status = -1;

	close(c->to);
	CHECK_INT(waitpid(c->pid, &status, 0), c->pid);
	close(c->from);
	return status;
}

/* In a child: a failure is its exit status. */
static struct store *
child_open(const char *path)
{
	struct store *st;
	struct err err = {0};

	if (store_open(path, STORE_WRITE, &st, &err) < 0) {
		printf("child: %s\n", err.text);
		fflush(stdout);
		_exit(2);
	}
	return st;
}

static void
check_whole(struct store *st)
{
	struct remarks findings = {0}, advice = {0};
	struct err err = {0};

	CHECK_INT(store_check(st, &findings, &advice, &err), 0);
	CHECK_INT(findings.count, 0);
}

/* ---- turns --------------------------------------------------------------- */

/* Holds the store until its parent is done with it. */
static int
hold(const char *path, int to, int from, int number)
{
	struct store *st = child_open(path);
	struct err err = {0};

	if (store_begin(st, STORE_CHANGE, "hold", &err) < 0)
		return 3;
	say(to, number);
	hear(from);
	store_rollback(st);
	store_close(st);
	return 0;
}

static void
test_busy(void)
{
	char *path = file_in_folder("busy.db");
	struct store *st = open_new(path);
	struct err err = {0};
	struct child c;

	store_close(st);
	c = start(hold, path, 1);
	CHECK_INT(hear(c.from), 1);
	st = open_old(path);
	store_patience(st, 100);
	CHECK_INT(store_begin(st, STORE_CHANGE, "two", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK(strstr(err.text, "two: waited") != NULL);
	CHECK_INT(count_marks(st, 1), 0);
	/* A killed holder holds nothing. */
	CHECK_INT(kill(c.pid, SIGKILL), 0);
	finish(&c);
	store_patience(st, 10000);
	put_marks(st, 1, 10);
	CHECK_INT(count_marks(st, 1), 10);
	store_close(st);
	free(path);
}

/* Somebody who does not take turns, as a foreign program would not: the lock
 * file is taken away between two openings. */
static void
test_foreign_lock(void)
{
	char *path = file_in_folder("foreign.db");
	char *lock = file_in_folder("foreign.db-lock");
	struct store *st = open_new(path), *foreign;
	struct err err = {0};

	CHECK_INT(unlink(lock), 0);
	foreign = open_old(path);
	CHECK_INT(store_begin(foreign, STORE_CHANGE, "foreign", &err), 0);
	store_patience(st, 100);
	CHECK_INT(store_begin(st, STORE_CHANGE, "ours", &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	store_rollback(foreign);
	CHECK_INT(store_begin(st, STORE_CHANGE, "ours", &err), 0);
	store_rollback(st);
	store_close(foreign);
	store_close(st);
	free(path);
	free(lock);
}

/* At once, or when told to. */
static int
write_one(const char *path, int to, int from, int number)
{
	struct store *st = child_open(path);
	struct err err = {0};

	if (number >= TOLD)
		hear(from);
	if (store_begin(st, STORE_CHANGE, "write one", &err) < 0 ||
	    work_mark(st, 1, WORK_SCORE, number, &err) < 0 ||
	    store_commit(st, true, &err) < 0) {
		printf("child: %s\n", err.text);
		fflush(stdout);
		return 3;
	}
	store_close(st);
	return 0;
}

static void
test_awaited(void)
{
	char *path = file_in_folder("awaited.db");
	struct store *st = open_new(path);
	struct err err = {0};
	struct child c;
	int i;

	store_close(st);
	c = start(write_one, path, TOLD + 77);
	st = open_old(path);
	CHECK_INT(store_begin(st, STORE_CHANGE, "first", &err), 0);
	CHECK(store_held(st) >= 0);
	CHECK(!store_awaited(st));
	say(c.to, 1);
	for (i = 0; i < 2000 && !store_awaited(st); i++)
		nap(10);
	CHECK(store_awaited(st));
	store_rollback(st);
	CHECK(!store_awaited(st));
	CHECK_INT(finish(&c), 0);
	CHECK_INT(count_marks(st, 1), 1);
	store_close(st);
	free(path);
}

/* Rows in many transactions; every process ends with all of its own stored. */
static int
write_many(const char *path, int to, int from, int number)
{
	struct store *st = child_open(path);
	struct err err = {0};
	int i;

	for (i = 0; i < 40; i++)
		if (store_begin(st, STORE_CHANGE, "write many", &err) < 0 ||
		    (put_rows(st, number, 250, i * 250, &err),
			err.kind != ERR_NONE) ||
		    store_commit(st, i % 8 == 0, &err) < 0) {
			printf("child: %s\n", err.text);
			fflush(stdout);
			return 3;
		}
	store_close(st);
	return 0;
}

static void
test_many_writers(void)
{
	enum { WRITERS = 6 };
	char *path = file_in_folder("many.db");
	struct store *st = open_new(path);
	struct child c[WRITERS];
	int i;

	store_close(st);
	for (i = 0; i < WRITERS; i++)
		c[i] = start(write_many, path, i + 1);
	for (i = 0; i < WRITERS; i++)
		CHECK_INT(finish(&c[i]), 0);
	st = open_old(path);
	for (i = 0; i < WRITERS; i++)
		CHECK_INT(count_marks(st, i + 1), 10000);
	check_whole(st);
	store_close(st);
	free(path);
}

/* ---- leases -------------------------------------------------------------- */

static int
hold_lease(const char *path, int to, int from, int number)
{
	struct store *st = child_open(path);
	struct buf holder = {0};
	struct err err = {0};

	say(to, lease_take(st, 1, "score", &holder, &err));
	hear(from);
	if (number == 1)
		kill(getpid(), SIGKILL);
	lease_release(st);
	store_close(st);
	return 0;
}

static void
test_lease(void)
{
	char *path = file_in_folder("lease.db");
	struct store *st = open_new(path);
	struct buf holder = {0}, want = {0};
	struct err err = {0};
	struct child c;
	int how;

	store_close(st);
	for (how = 0; how < 2; how++) { /* given back; killed */
		c = start(hold_lease, path, how);
		CHECK_INT(hear(c.from), 1);
		st = open_old(path);
		buf_clear(&holder);
		buf_clear(&want);
		buf_addf(&want, "process %ld on ", (long)c.pid);
		CHECK_INT(lease_take(st, 1, "score", &holder, &err), 0);
		CHECK(strstr(holder.p, want.p) == holder.p);
		CHECK_INT(lease_take(st, 1, "import", &holder, &err), 1);
		CHECK_INT(lease_renew(st, &err), 0);
		lease_release(st);
		CHECK_INT(lease_take(st, 2, "score", &holder, &err), 1);
		lease_release(st);
		store_close(st);
		finish(&c);
		st = open_old(path);
		CHECK_INT(lease_take(st, 1, "score", &holder, &err), 1);
		store_close(st);
	}
	buf_release(&holder);
	buf_release(&want);
	free(path);
}

/* A killed holder whose parent has not asked about it yet holds nothing. */
static void
test_zombie_lease(void)
{
	char *path = file_in_folder("zombie.db");
	struct store *st = open_new(path);
	struct buf holder = {0};
	struct err err = {0};
	siginfo_t info;
	struct child c;

	store_close(st);
	if (access("/proc/self/stat", R_OK) < 0) {
		SKIP("no /proc");
		return;
	}
	c = start(hold_lease, path, 0);
	CHECK_INT(hear(c.from), 1);
	kill(c.pid, SIGKILL);
	CHECK_INT(waitid(P_PID, (id_t)c.pid, &info, WEXITED | WNOWAIT), 0);
	st = open_old(path);
	CHECK_INT(lease_take(st, 1, "score", &holder, &err), 1);
	store_close(st);
	finish(&c);
	buf_release(&holder);
	free(path);
}

/* A holder on another host is believed until it has been silent too long. */
static void
test_silent_lease(void)
{
	static const struct sql put = {"put",
	    "INSERT INTO lease (tenant_id, job, owner, taken_at, "
	    "renewed_at) VALUES (1, $1, 'elsewhere/1:1:x', $2, $2)",
	    "ti"};
	static const struct sql owners = {"owners",
	    "SELECT count(*) FROM lease WHERE substr(owner, 1, 9) = "
	    "'elsewhere'",
	    ""};
	struct store *st = open_new(":memory:");
	struct buf holder = {0};
	struct err err = {0};
	int64_t now = time_real(), n = -1;

	CHECK_INT(store_begin(st, STORE_CHANGE, "leases", &err), 0);
	CHECK_INT(store_run(st, &put,
		      BINDS(BIND_TEXT(STR("fresh")), BIND_INT(now - 5000)),
		      NULL, &err),
	    0);
	CHECK_INT(store_run(st, &put,
		      BINDS(BIND_TEXT(STR("stale")), BIND_INT(now - 31000)),
		      NULL, &err),
	    0);
	CHECK_INT(store_run(st, &put,
		      BINDS(BIND_TEXT(STR("future")), BIND_INT(now + 90000)),
		      NULL, &err),
	    0);
	CHECK_INT(store_commit(st, false, &err), 0);
	CHECK_INT(lease_take(st, 1, "fresh", &holder, &err), 0);
	CHECK(strstr(holder.p, "process 1 on elsewhere, since ") == holder.p);
	CHECK_INT(lease_take(st, 1, "stale", &holder, &err), 1);
	lease_release(st);
	CHECK_INT(lease_take(st, 1, "future", &holder, &err), 1);
	lease_release(st);
	CHECK_INT(store_int(st, &owners, NO_BINDS, &n, &err), 1);
	CHECK_INT(n, 1);
	buf_release(&holder);
	store_close(st);
}

/* A holder whom another took for dead learns of it, and does not take the
 * lease of the other with him. */
static void
test_lost_lease(void)
{
	static const struct sql steal = {
	    "steal", "UPDATE lease SET owner = 'elsewhere/1:1:x'", ""};
	char *path = file_in_folder("lost.db");
	struct store *st = open_new(path), *other = open_old(path);
	struct buf holder = {0};
	struct err err = {0};

	CHECK_INT(lease_take(st, 1, "score", &holder, &err), 1);
	st->lease.renewed -= 20000; /* as if 20 s had gone by */
	CHECK_INT(lease_renew(st, &err), 0);
	CHECK_INT(store_begin(other, STORE_CHANGE, "steal", &err), 0);
	CHECK_INT(store_run(other, &steal, NO_BINDS, NULL, &err), 0);
	CHECK_INT(store_commit(other, false, &err), 0);
	CHECK_INT(lease_renew(st, &err), 0);
	st->lease.renewed -= 20000;
	CHECK_INT(store_begin(st, STORE_SNAPSHOT, "look", &err), 0);
	CHECK_INT(lease_renew(st, &err), 0);
	store_rollback(st);
	CHECK_INT(lease_renew(st, &err), -1);
	CHECK_INT(err.kind, ERR_BUSY);
	CHECK(strstr(err.text, "taken over") != NULL);
	CHECK_INT(lease_renew(st, &err), 0);
	store_close(st);
	CHECK_INT(lease_take(other, 1, "score", &holder, &err), 0);
	CHECK(strstr(holder.p, "on elsewhere") != NULL);
	store_close(other);
	buf_release(&holder);
	free(path);
}

/* ---- queues -------------------------------------------------------------- */

/* Says how many leads it has claimed, and their sum. */
static int
claim(const char *path, int to, int from, int number)
{
	struct store *st = child_open(path);
	int64_t leads[64], count = 0, sum = 0;
	struct err err = {0};
	size_t n, i;

	do {
		if (store_begin(st, STORE_CHANGE, "claim", &err) < 0 ||
		    work_claim(st, 1, WORK_SCORE, 64, leads, &n, &err) < 0)
			return 3;
		/* Every so often it fails, and what it had is given back. */
		if (n > 0 && (leads[0] + number) % 5 == 0) {
			store_rollback(st);
			number++;
			continue;
		}
		if (store_commit(st, false, &err) < 0)
			return 3;
		for (i = 0; i < n; i++)
			sum += leads[i];
		count += (int64_t)n;
	} while (n > 0);
	say(to, count);
	say(to, sum);
	store_close(st);
	return 0;
}

static void
test_claims(void)
{
	char *path = file_in_folder("claims.db");
	struct store *st = open_new(path);
	int64_t count = 0, sum = 0;
	struct child c[3];
	int i;

	put_marks(st, 1, 20000);
	store_close(st);
	for (i = 0; i < 3; i++)
		c[i] = start(claim, path, i);
	for (i = 0; i < 3; i++) {
		count += hear(c[i].from);
		sum += hear(c[i].from);
		CHECK_INT(finish(&c[i]), 0);
	}
	CHECK_INT(count, 20000);
	CHECK_INT(sum, INT64_C(20000) * 20001 / 2);
	free(path);
}

/* ---- kills --------------------------------------------------------------- */

/* Says the number of each transaction after it is durable. */
static int
commit_for_ever(const char *path, int to, int from, int number)
{
	struct store *st = child_open(path);
	struct err err = {0};
	int64_t first = count_marks(st, number), i;

	for (i = first / ROWS;; i++) {
		if (store_begin(st, STORE_CHANGE, "commit", &err) < 0 ||
		    (put_rows(st, number, ROWS, i * ROWS, &err),
			err.kind != ERR_NONE) ||
		    store_commit(st, true, &err) < 0)
			return 3;
		say(to, i + 1);
	}
}

static void
test_kills(void)
{
	char *path = file_in_folder("kills.db");
	struct store *st = open_new(path);
	int64_t said, acknowledged = 0, stored;
	struct child c;
	int i;

	store_close(st);
	for (i = 0; i < KILLS; i++) {
		c = start(commit_for_ever, path, 1);
		acknowledged = hear(c.from);
		CHECK(acknowledged > 0);
		nap(i * 7 % 40);
		kill(c.pid, SIGKILL);
		while ((said = hear(c.from)) > 0)
			acknowledged = said;
		CHECK_INT(WTERMSIG(finish(&c)), SIGKILL);
		st = open_old(path);
		stored = count_marks(st, 1);
		CHECK_INT(stored % ROWS, 0);
		CHECK(stored == acknowledged * ROWS ||
		      stored == (acknowledged + 1) * ROWS);
		check_whole(st);
		/* Half of the time the next one finds a log to recover. */
		if (i % 2)
			put_marks(st, 2 + i, 1);
		store_close(st);
	}
	free(path);
}

/* Many first openings at once of a store whose writer was killed. */
static void
test_openings(void)
{
	enum { OPENERS = 12 };
	char *path = file_in_folder("openings.db");
	struct store *st = open_new(path);
	struct child c, o[OPENERS];
	int64_t before;
	int i, round;

	store_close(st);
	for (round = 0; round < 3; round++) {
		c = start(commit_for_ever, path, 2);
		while (hear(c.from) % 5 != 0)
			continue;
		kill(c.pid, SIGKILL);
		finish(&c);
		for (i = 0; i < OPENERS; i++)
			o[i] = start(write_one, path, round * OPENERS + i);
		for (i = 0; i < OPENERS; i++)
			CHECK_INT(finish(&o[i]), 0);
	}
	st = open_old(path);
	CHECK_INT(count_marks(st, 1), 3 * OPENERS);
	before = count_marks(st, 2);
	CHECK(before >= 15 * ROWS && before % ROWS == 0);
	check_whole(st);
	store_close(st);
	free(path);
}

static int
create(const char *path, int to, int from, int number)
{
	struct store *st;
	struct err err = {0};
	int code = store_open(path, STORE_CREATE, &st, &err);

	if (code == 0)
		store_close(st);
	else if (!strstr(err.text, "is there already"))
		return 4;
	return code == 0 ? 0 : 5;
}

/* Of several who make the same store at once one succeeds. */
static void
test_creators(void)
{
	enum { CREATORS = 5 };
	char *path = file_in_folder("created.db");
	struct child c[CREATORS];
	struct store *st;
	int i, status, made = 0, refused = 0;

	for (i = 0; i < CREATORS; i++)
		c[i] = start(create, path, i);
	for (i = 0; i < CREATORS; i++) {
		status = WEXITSTATUS(finish(&c[i]));
		made += status == 0;
		refused += status == 5;
	}
	CHECK_INT(made, 1);
	CHECK_INT(refused, CREATORS - 1);
	st = open_old(path);
	put_marks(st, 1, 10);
	store_close(st);
	free(path);
}

/* ---- a copy while others write ------------------------------------------- */

static void
test_backup_while_writing(void)
{
	char *path = file_in_folder("busy-source.db");
	char *copy = file_in_folder("busy-copy.db");
	struct store *st = open_new(path), *other;
	struct child c[2];
	struct err err = {0};
	int64_t n;
	int i;

	put_marks(st, 9, 100000);
	store_close(st);
	for (i = 0; i < 2; i++) {
		c[i] = start(commit_for_ever, path, i + 1);
		CHECK_INT(hear(c[i].from), 1);
	}
	for (i = 0; i < 3; i++) {
		st = open_as(path, STORE_READ);
		CHECK_INT(store_backup(st, copy, NULL, NULL, &err), 0);
		store_close(st);
		other = open_old(copy);
		check_whole(other);
		n = count_marks(other, 1);
		CHECK(n >= ROWS && n % ROWS == 0);
		n = count_marks(other, 2);
		CHECK(n >= ROWS && n % ROWS == 0);
		CHECK_INT(count_marks(other, 9), 100000);
		store_close(other);
	}
	for (i = 0; i < 2; i++) {
		kill(c[i].pid, SIGKILL);
		finish(&c[i]);
	}
	free(path);
	free(copy);
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	folder_make();
	test_busy();
	test_foreign_lock();
	test_awaited();
	test_many_writers();
	test_lease();
	test_zombie_lease();
	test_silent_lease();
	test_lost_lease();
	test_claims();
	test_kills();
	test_openings();
	test_creators();
	test_backup_while_writing();
	folder_remove();
	return unit_done("store_shared");
}
