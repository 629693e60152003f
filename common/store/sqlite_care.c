/* SPDX-License-Identifier: ISC */
/*
 * Looking after a store in a file: its sizes, what is wrong with it, and
 * getting rid of what was deleted. The copy is in backup.c.
 */
#include <inttypes.h>
#include <sys/stat.h>

#include "store/private_file.h"
#include "store/store_priv.h"

/* ---- sizes --------------------------------------------------------------- */

static int64_t
file_bytes(const char *path, const char *suffix)
{
	char *name = path_beside(path, suffix);
	struct stat sb;
	int64_t size = stat(name, &sb) == 0 ? (int64_t)sb.st_size : 0;

	free(name);
	return size;
}

int
sqlite_stats(struct store *st, struct store_stats *ret, struct err *err)
{
	struct store_stats s = {.engine = "SQLite", .page_size = st->page_size};
	int64_t version;

	if (sqlite_pragma(st, "PRAGMA page_count", &s.pages, err) < 0 ||
	    sqlite_pragma(st, "PRAGMA freelist_count", &s.free_pages, err) <
		0 ||
	    sqlite_pragma(st, "PRAGMA user_version", &version, err) < 0)
		return -1;
	s.schema_version = (int)version;
	snprintf(s.version, sizeof(s.version), "%s", sqlite3_libversion());
	if (st->path) {
		s.file_bytes = file_bytes(st->path, "");
		s.wal_bytes = file_bytes(st->path, "-wal");
	}
	*ret = s;
	return 0;
}

/* ---- what is wrong ------------------------------------------------------- */

/* Each row of a check that should give none (or one "ok") is a finding. A
 * file too broken to be checked is one too. */
static int
collect_findings(struct store *st, const char *text, unsigned columns,
    struct remarks *findings, struct err *err)
{
	struct place where = {.file = st->path};
	struct buf line = {0};
	struct err why = {0};
	struct rows *r = NULL;
	unsigned i;
	int code;

	code = store_query_text(st, text, "", NO_BINDS, &r, &why);
	while (code >= 0 && (code = rows_next(r, &why)) == 1) {
		if (str_is(rows_text(r, 0), "ok"))
			continue;
		buf_clear(&line);
		for (i = 0; i < columns; i++) {
			buf_addstr(&line, i ? " " : "");
			buf_adds(&line, rows_text(r, i));
		}
		remark(findings, where, "%s", line.p);
	}
	rows_close(r);
	buf_release(&line);
	if (code < 0 && why.kind != ERR_FAIL) {
		*err = why;
		return -1;
	}
	if (code < 0)
		remark(findings, (struct place){0}, "%s", why.text);
	return 0;
}

/* The versions that can lose a commit when one connection checkpoints while
 * another writes. */
static bool
has_reset_bug(int version)
{
	return version >= 3007000 && version < 3051003 &&
	       !(version >= 3050007 && version < 3051000) &&
	       !(version >= 3044006 && version < 3045000);
}

static void
advise(struct store *st, struct remarks *advice)
{
	struct place where = {.file = st->path};
	int64_t log = st->path ? file_bytes(st->path, "-wal") : 0;

	if (has_reset_bug(sqlite3_libversion_number()))
		remark(advice, where,
		    "SQLite %s can lose changes when two programs write and "
		    "checkpoint at once; the dl programs take turns and are "
		    "safe, but do not write to this file with others "
		    "(SQLite 3.51.3 is repaired)",
		    sqlite3_libversion());
	if (log > st->log_limit * LOG_ALARM_TIMES)
		remark(advice, where,
		    "the log has grown to %" PRId64
		    " MB: some program has been reading for long",
		    log >> 20);
}

int
sqlite_check(struct store *st, struct remarks *findings, struct remarks *advice,
    struct err *err)
{
	int64_t id;

	if (collect_findings(st, "PRAGMA integrity_check", 1, findings, err) <
		0 ||
	    collect_findings(st, "PRAGMA foreign_key_check", 3, findings, err) <
		0 ||
	    migrations_verify(st, findings, err) < 0)
		return -1;
	if (st->path) {
		if (sqlite_pragma(st, "PRAGMA application_id", &id, err) < 0)
			return -1;
		if (id != APPLICATION_ID)
			remark(findings, (struct place){.file = st->path},
			    "the application id is not that of a store");
	}
	advise(st, advice);
	return 0;
}

/* ---- getting rid of what was deleted ------------------------------------- */

/* Deleted bytes stay in free pages, in the slack of pages in use (a split
 * leaves copies behind, whatever secure_delete says) and in the log. So the
 * file is written anew from what is alive, with zeroed pages, and the log is
 * cut to nothing. */
static int
scrub_in_turn(struct store *st, struct err *err)
{
	int code;

	st->deadline = time_monotonic() + st->patience;
	if (sqlite_execute(st, "PRAGMA secure_delete=ON", err) < 0 ||
	    sqlite_execute(st, "VACUUM", err) < 0)
		return err_prefix(err, "scrub");
	if (!st->path)
		return 0;
	code = checkpoint_empty(st, st->patience, err);
	if (code == 0)
		return err_set(err, ERR_BUSY,
		    "%s: a program is still reading; deleted data may be left "
		    "in the log until this is run again",
		    st->path);
	return code < 0 ? -1 : 0;
}

int
sqlite_scrub(struct store *st, struct err *err)
{
	int code;

	code = turnstile_take(st, time_monotonic() + st->patience, err);
	if (code == 0)
		err_set(err, ERR_BUSY, "%s: the store is busy", st->path);
	if (code < 1)
		return -1;
	code = scrub_in_turn(st, err);
	turnstile_give(st);
	return code;
}
