/* SPDX-License-Identifier: ISC */
/*
 * Opening a store in a file: what the path names, what the file must be before
 * anyone works on it, and a second connection for a reading thread.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/network.h"
#include "store/private_file.h"
#include "store/store_priv.h"

/* The page cache is bounded so that a whole import stays small. */
#define SETTINGS_WRITE "PRAGMA cache_size=-16384; PRAGMA synchronous=NORMAL"
#define SETTINGS_READ  "PRAGMA cache_size=-8192; PRAGMA query_only=ON"

/* ---- what stands at the path --------------------------------------------- */

static int
refuse_network(const char *path, const char *name, struct err *err)
{
	const char *kind = network_filesystem(path);

	if (!kind)
		return 0;
	return err_set(err, ERR_FAIL,
	    "%s: is on a network file system (%s): a store is shared through "
	    "the memory of one machine; put it on a local disk",
	    name, kind);
}

static int
check_file(const char *path, struct err *err)
{
	struct stat sb;

	if (stat(path, &sb) < 0) {
		if (errno == ENOENT)
			return err_set(err, ERR_FAIL,
			    "%s: no such store (dl-db init makes one)", path);
		return err_sys(err, "%s", path);
	}
	if (!S_ISREG(sb.st_mode))
		return err_set(err, ERR_FAIL, "%s: not a file", path);
	return refuse_network(path, path, err);
}

/* ---- what the file says of itself ---------------------------------------- */

/* Turns the log on in a file that lost it, say in a copy made by hand. */
static int
check_log(struct store *st, struct err *err)
{
	if (st->mode == STORE_READ || log_file(st))
		return 0;
	return sqlite_execute(st, "PRAGMA journal_mode=WAL", err);
}

static int
check_header(struct store *st, struct err *err)
{
	int64_t id, version;

	if (sqlite_pragma(st, "PRAGMA application_id", &id, err) < 0)
		return -1;
	if (id == 0 && sqlite3_errcode(st->db) == SQLITE_OK) {
		/* an empty file reads as a database without tables */
		return err_set(err, ERR_FAIL, "%s: not a store", st->path);
	}
	if (id != APPLICATION_ID)
		return err_set(err, ERR_FAIL,
		    "%s: an SQLite file of another application", st->path);
	if (sqlite_pragma(st, "PRAGMA user_version", &version, err) < 0)
		return -1;
	return migrations_check(st, (int)version, err);
}

static int
set_up(struct store *st, enum store_mode mode, struct err *err)
{
	const char *text = mode == STORE_READ ? SETTINGS_READ : SETTINGS_WRITE;

	st->mode = mode;
	if (sqlite_pragma(st, "PRAGMA page_size", &st->page_size, err) < 0 ||
	    sqlite_execute(st, text, err) < 0 ||
	    functions_register(st, err) < 0 || bulk_slots_all(st, err) < 0)
		return -1;
	return 0;
}

/* ---- the ways to open ---------------------------------------------------- */

static int
open_memory(struct store **ret, struct err *err)
{
	struct store *st;

	if (sqlite_open(":memory:",
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
		    SQLITE_OPEN_NOMUTEX,
		&st, err) < 0)
		return -1;
	if (set_up(st, STORE_WRITE, err) < 0 || migrate(st, 0, err) < 0) {
		store_close(st);
		return -1;
	}
	*ret = st;
	return 0;
}

static int
open_file(
    const char *path, enum store_mode mode, struct store **ret, struct err *err)
{
	int flags =
	    mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	struct store *st;

	if (mode != STORE_READ && access(path, W_OK) < 0)
		return err_sys(err, "%s", path);
	if (sqlite_open(path, flags | SQLITE_OPEN_NOMUTEX, &st, err) < 0)
		return -1;
	st->mode = mode;
	if ((mode != STORE_READ && turnstile_open(st, err) < 0) ||
	    set_up(st, mode, err) < 0 || check_header(st, err) < 0 ||
	    check_log(st, err) < 0) {
		store_close(st);
		return -1;
	}
	*ret = st;
	return 0;
}

/* "file:PATH?immutable=1" with what a URI gives a meaning escaped. */
static char *
immutable_uri(const char *path)
{
	struct buf uri = {0};

	buf_addstr(&uri, "file:");
	for (; *path; path++)
		if (strchr("%?#", *path))
			buf_addf(&uri, "%%%02x", (unsigned char)*path);
		else
			buf_addc(&uri, *path);
	buf_addstr(&uri, "?immutable=1");
	return buf_detach(&uri);
}

/* A store in a folder we may not write to cannot have the shared memory of a
 * log. Without a log beside it nobody is at work, and it reads as it is. */
static int
open_immutable(const char *path, struct store **ret, struct err *err)
{
	char *uri = immutable_uri(path);
	struct store *st;
	int code;

	code = sqlite_open(uri,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, &st,
	    err);
	free(uri);
	if (code < 0)
		return -1;
	free(st->path);
	st->path = xstrdup(path);
	if (set_up(st, STORE_READ, err) < 0 || check_header(st, err) < 0) {
		store_close(st);
		return -1;
	}
	*ret = st;
	return 0;
}

static bool
folder_is_closed(const char *path)
{
	char *folder = path_folder(path);
	char *log = path_beside(path, "-wal");
	struct stat sb;
	bool closed;

	closed =
	    access(folder, W_OK) < 0 && (stat(log, &sb) < 0 || sb.st_size == 0);
	free(folder);
	free(log);
	return closed;
}

int
sqlite_store(
    const char *uri, enum store_mode mode, struct store **ret, struct err *err)
{
	char *folder;
	int code;

	if (str_starts(str_of(uri), STR("sqlite:")))
		uri += strlen("sqlite:");
	if (*uri == '\0')
		return err_set(err, ERR_USAGE, "the store's name is empty");
	if (strcmp(uri, ":memory:") == 0)
		return open_memory(ret, err);
	if (mode == STORE_ENSURE)
		mode = access(uri, F_OK) < 0 ? STORE_CREATE : STORE_WRITE;
	if (mode == STORE_CREATE) {
		folder = path_folder(uri);
		code = refuse_network(folder, uri, err);
		free(folder);
		if (code < 0 || private_create(uri, err) < 0)
			return -1;
		mode = STORE_WRITE;
	} else if (check_file(uri, err) < 0) {
		return -1;
	}
	if (mode == STORE_READ && folder_is_closed(uri))
		return open_immutable(uri, ret, err);
	return open_file(uri, mode, ret, err);
}

int
sqlite_reader(struct store *st, struct store **ret, struct err *err)
{
	if (!st->path) {
		*ret = NULL;
		return 0;
	}
	return sqlite_store(st->path, STORE_READ, ret, err);
}

int
sqlite_cache(struct store *st, int64_t bytes, struct err *err)
{
	char text[64];

	snprintf(text, sizeof(text), "PRAGMA cache_size=-%lld",
	    (long long)(bytes / 1024));
	return sqlite_execute(st, text, err);
}
