/* SPDX-License-Identifier: ISC */
/*
 * What the store's tests share: a folder of their own, opening, and marks in a
 * queue as the simplest rows there are.
 */
#ifndef DL_STORE_UNIT_H
#define DL_STORE_UNIT_H

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"
#include "unit.h"

static char unit_folder[4096];

static inline void
folder_make(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(unit_folder, sizeof(unit_folder), "%s/dl-store-XXXXXX",
	    base ? base : "/tmp");
	if (!mkdtemp(unit_folder)) {
		perror(unit_folder);
		exit(1);
	}
	/* Another user may look into it, see test_closed_folder. */
	(void)chmod(unit_folder, 0755);
}

static inline void
folder_remove(void)
{
	char command[5000];

	snprintf(command, sizeof(command), "rm -rf '%s'", unit_folder);
	CHECK_INT(system(command), 0);
}

static inline char *
file_in_folder(const char *name)
{
	struct buf b = {0};

	buf_addf(&b, "%s/%s", unit_folder, name);
	return buf_detach(&b);
}

static inline struct store *
open_as(const char *path, enum store_mode mode)
{
	struct store *st = NULL;
	struct err err = {0};

	if (store_open(path, mode, &st, &err) < 0) {
		printf("%s\n", err.text);
		unit_failed++;
	}
	return st;
}

static inline struct store *
open_new(const char *path)
{
	return open_as(path, STORE_CREATE);
}

static inline struct store *
open_old(const char *path)
{
	return open_as(path, STORE_WRITE);
}

static inline int64_t
count_marks(struct store *st, int64_t tenant)
{
	static const struct sql count = {
	    "count", "SELECT count(*) FROM work WHERE tenant_id = $1", "i"};
	struct err err = {0};
	int64_t n = -1;

	if (store_int(st, &count, BINDS(BIND_INT(tenant)), &n, &err) < 0)
		printf("%s\n", err.text);
	return n;
}

/* Leads first + 1 to first + rows, inside the caller's transaction. */
static inline void
put_rows(struct store *st, int64_t tenant, int64_t rows, int64_t first,
    struct err *err)
{
	int64_t i;

	for (i = 0; i < rows; i++)
		if (work_mark(st, tenant, WORK_SCORE, first + i + 1, err) < 0)
			return;
}

static inline void
put_marks(struct store *st, int64_t tenant, int64_t rows)
{
	struct err err = {0};

	if (store_begin(st, STORE_CHANGE, "put marks", &err) < 0) {
		printf("%s\n", err.text);
		unit_failed++;
		return;
	}
	put_rows(st, tenant, rows, 0, &err);
	if (err.kind != ERR_NONE || store_commit(st, true, &err) < 0) {
		printf("%s\n", err.text);
		unit_failed++;
	}
	store_rollback(st);
}

#endif
