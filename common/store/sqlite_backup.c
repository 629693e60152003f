/* SPDX-License-Identifier: ISC */
/*
 * A consistent copy while others write: a connection of its own holds one
 * snapshot for as long as the copying takes, so nobody's commit makes it
 * start again. Until it is done the log cannot be emptied and grows.
 */
#include <sys/stat.h>

#include "store/private_file.h"
#include "store/store_priv.h"

enum { PAGES_PER_STEP = 256 };

struct progress {
	void (*call)(void *context, int64_t done, int64_t total);
	void *context;
};

/* A copy must not replace the store itself, nor a store with a log, for that
 * log would then belong to the wrong file. */
static int
refuse_target(struct store *st, const char *path, struct err *err)
{
	char *log = path_beside(path, "-wal");
	struct stat target, source;
	int code = 0;

	if (st->path && stat(path, &target) == 0 &&
	    stat(st->path, &source) == 0 && target.st_dev == source.st_dev &&
	    target.st_ino == source.st_ino)
		code = err_set(err, ERR_USAGE, "%s: is the store itself", path);
	else if (stat(log, &target) == 0 && target.st_size > 0)
		code = err_set(err, ERR_FAIL,
		    "%s: is a store in use (%s is not empty)", path, log);
	free(log);
	return code;
}

static int
copy_pages(struct store *from, struct store *to, struct progress progress,
    struct err *err)
{
	sqlite3_backup *backup;
	int code;

	backup = sqlite3_backup_init(to->db, "main", from->db, "main");
	if (!backup)
		return sqlite_fail(to, err, "backup");
	do {
		to->deadline = from->deadline =
		    time_monotonic() + from->patience;
		code = sqlite3_backup_step(backup, PAGES_PER_STEP);
		if (progress.call)
			progress.call(progress.context,
			    sqlite3_backup_pagecount(backup) -
				sqlite3_backup_remaining(backup),
			    sqlite3_backup_pagecount(backup));
	} while (code == SQLITE_OK);
	sqlite3_backup_finish(backup);
	if (code != SQLITE_DONE)
		return sqlite_fail_code(to, err, "backup", code);
	return 0;
}

/* `made` is private to us until it gets its name: no log, no syncs on the
 * way; private_finish() syncs the whole. */
static int
copy_to(struct store *from, const char *made, const char *path,
    struct progress progress, struct err *err)
{
	struct store *to;
	int code;

	if (sqlite_open(made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, &to,
		err) < 0)
		return -1;
	free(to->path);
	to->path = xstrdup(path); /* what messages are to say */
	code = sqlite_execute(
	    to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", err);
	if (code == 0)
		code = copy_pages(from, to, progress, err);
	store_close(to);
	return code;
}

static int
backup_from(struct store *from, const char *path, struct progress progress,
    struct err *err)
{
	char *made;

	if (private_begin(path, &made, err) < 0)
		return -1;
	if (copy_to(from, made, path, progress, err) < 0) {
		private_abort(made);
		return -1;
	}
	return private_finish(made, path, true, err);
}

int
sqlite_backup(struct store *st, const char *path,
    void (*progress)(void *context, int64_t done, int64_t total), void *context,
    struct err *err)
{
	struct progress p = {.call = progress, .context = context};
	struct store *from;
	int code = -1;

	if (refuse_target(st, path, err) < 0 ||
	    sqlite_reader(st, &from, err) < 0)
		return -1;
	if (!from)
		return backup_from(st, path, p, err);
	if (sqlite_execute(
		from, "BEGIN; SELECT count(*) FROM sqlite_schema", err) == 0)
		code = backup_from(from, path, p, err);
	sqlite3_exec(from->db, "ROLLBACK", NULL, NULL, NULL);
	store_close(from);
	return code;
}
