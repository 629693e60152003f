/* SPDX-License-Identifier: ISC */
/*
 * Exports on record outside of the store, where that can only be read: a file
 * of JSON lines as dl-db audit prints them, which only grows.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "extract/extract_priv.h"
#include "json/json.h"

/* The file, if nobody else can write to it. */
static int
open_record(const char *path, struct err *err)
{
	struct stat st;
	int fd = open(path,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
	    0600);

	if (fd < 0)
		return err_sys(err, "export.record: %s", path);
	if (fstat(fd, &st) < 0)
		err_sys(err, "export.record: %s", path);
	else if (!S_ISREG(st.st_mode))
		err_set(err, ERR_FAIL, "export.record: %s: not a file", path);
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		err_set(err, ERR_FAIL,
		    "export.record: %s: others can write to it: chmod 600",
		    path);
	else
		return fd;
	close(fd);
	return -1;
}

/* A line that was cut short by a kill does not take this one with it. */
static bool
is_torn(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char last;

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* In one piece: another process may write to it, too. */
static int
append(int fd, const char *path, struct str line, struct err *err)
{
	ptrdiff_t n = write(fd, line.p, line.n);

	if (n < 0)
		return err_sys(err, "export.record: %s", path);
	if ((size_t)n < line.n)
		return err_set(
		    err, ERR_FAIL, "export.record: %s: no room", path);
	if (fsync(fd) < 0)
		return err_sys(err, "export.record: %s", path);
	return 0;
}

int
journal_add(const struct extract *x, const char *action, struct str detail,
    struct err *err)
{
	const struct extract_call *c = x->c;
	struct buf line = {0};
	struct json_writer w = {.out = &line};
	int fd = open_record(c->record, err), rc;

	if (fd < 0)
		return -1;
	if (is_torn(fd))
		buf_addc(&line, '\n');
	json_put_object(&w);
	json_add_time(&w, "time", c->now);
	json_add_text(&w, "store", str_of(store_path(c->st)));
	json_add_text(&w, "tenant", str_of(c->tenant->name));
	json_add_text(&w, "user", str_of(c->who));
	json_add_text(&w, "action", str_of(action));
	json_add_text(&w, "object", str_of(x->r->what));
	json_put_name(&w, "detail");
	json_put_raw(&w, detail);
	json_put_end(&w);
	buf_addc(&line, '\n');
	rc = append(fd, c->record, buf_str(&line), err);
	close(fd);
	buf_release(&line);
	return rc;
}
