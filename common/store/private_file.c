/* SPDX-License-Identifier: ISC */
/*
 * New database files. A new store is built under a name of its own, without a
 * log, by the only connection there is; so a kill leaves no half store behind
 * the name that others open.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "store/private_file.h"
#include "store/store_priv.h"

char *
path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return xstrdup(".");
	return xstrndup(path, slash == path ? 1 : (size_t)(slash - path));
}

char *
path_beside(const char *path, const char *suffix)
{
	struct buf b = {0};

	buf_addf(&b, "%s%s", path, suffix);
	return buf_detach(&b);
}

int
private_begin(const char *path, char **ret_path, struct err *err)
{
	char *made = path_beside(path, ".new-XXXXXX");
	int fd = mkstemp(made);

	if (fd < 0) {
		err_sys(err, "%s", path);
		free(made);
		return -1;
	}
	close(fd);
	*ret_path = made;
	return 0;
}

static int
sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	int code;

	if (fd < 0)
		return -1;
	code = fsync(fd);
	close(fd);
	return code;
}

int
private_finish(char *made, const char *path, bool replace, struct err *err)
{
	char *folder = path_folder(path);
	int code = 0;

	if (sync_path(made, O_RDWR) < 0)
		code = err_sys(err, "%s", path);
	else if (replace && rename(made, path) < 0)
		code = err_sys(err, "%s", path);
	else if (!replace && link(made, path) < 0)
		code = errno == EEXIST ? err_set(err, ERR_FAIL,
					     "%s: is there already", path)
				       : err_sys(err, "%s", path);
	private_abort(made);
	if (code == 0 && sync_path(folder, O_RDONLY | O_DIRECTORY) < 0)
		code = err_sys(err, "%s", folder);
	free(folder);
	return code;
}

void
private_abort(char *made)
{
	static const char *const suffixes[] = {
	    "", "-wal", "-shm", "-journal", "-lock"};
	char *path;
	size_t i;

	if (!made)
		return;
	for (i = 0; i < COUNT_OF(suffixes); i++) {
		path = path_beside(made, suffixes[i]);
		unlink(path);
		free(path);
	}
	free(made);
}

/* The log is turned on last; this connection, being alone, may take it away
 * again when it closes. */
static int
build(const char *made, struct err *err)
{
	struct store *st;
	int code;

	if (sqlite_open(made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, &st,
		err) < 0)
		return -1;
	st->mode = STORE_CREATE;
	sqlite3_db_config(st->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	code = migrate(st, 0, err);
	if (code == 0)
		code = sqlite_execute(st, "PRAGMA journal_mode=WAL", err);
	store_close(st);
	return code;
}

int
private_create(const char *path, struct err *err)
{
	char *made;

	/* Said early and by the name the user gave; link() has the last word.
	 */
	if (access(path, F_OK) == 0)
		return err_set(err, ERR_FAIL, "%s: is there already", path);
	if (private_begin(path, &made, err) < 0)
		return -1;
	if (build(made, err) < 0) {
		private_abort(made);
		return -1;
	}
	return private_finish(made, path, false, err);
}
