/* SPDX-License-Identifier: ISC */
/* Files that have had their time are removed: what a job wrote, as it wrote
 * it, and nothing else. */
#include <stdlib.h>

#include "extract/extract.sql.h"
#include "extract/extract_priv.h"
#include "json/json.h"

#define FORGOTTEN (30 * MS_DAY) /* exports that made no file */

struct expired {
	int64_t run, bytes;
	const char *job, *state, *file, *part, *sha256;
};
struct purging {
	struct store *st;
	const struct tenant *tenant;
	const char *who;
	int64_t now;
	bool dry;
	struct buf *lines;
	struct extract_purged counts;
	struct expired *found;
	size_t count, cap;
	struct arena arena;
};

static const char *
take(struct purging *p, const struct rows *rows, unsigned column)
{
	return rows_null(rows, column)
		   ? NULL
		   : arena_strdup(&p->arena, rows_text(rows, column));
}

static int
find(struct purging *p, int64_t erasures, struct err *err)
{
	struct buf host = {0};
	struct rows *rows;
	int got;

	ledger_host(&host);
	got = store_query(p->st, &sql_run_expired,
	    BINDS(BIND_INT(p->tenant->id), BIND_INT(p->now), BIND_INT(erasures),
		BIND_TEXT(buf_str(&host))),
	    &rows, err);
	if (got == 0) {
		while ((got = rows_next(rows, err)) > 0) {
			GROW(p->found, p->cap, p->count + 1);
			p->found[p->count++] =
			    (struct expired){.run = rows_int(rows, 0),
				.job = take(p, rows, 1),
				.state = take(p, rows, 2),
				.file = take(p, rows, 3),
				.part = take(p, rows, 4),
				.bytes = rows_int(rows, 5),
				.sha256 = take(p, rows, 6)};
		}
		rows_close(rows);
	}
	buf_release(&host);
	return got;
}

static int
put_change(struct purging *p, const struct expired *e, const char *state,
    const char *why, struct err *err)
{
	struct json_writer w = {.out = p->lines};
	size_t start = p->lines->len;
	struct str line;

	json_put_object(&w);
	json_add_text(&w, "job", str_of(e->job));
	json_add_int(&w, "run", e->run);
	json_add_text(&w, "file", str_of(e->file));
	json_add_text(&w, "change", str_of(state));
	if (why)
		json_add_text(&w, "why", str_of(why));
	json_put_end(&w);
	line = (struct str){p->lines->p + start, p->lines->len - start};
	if (!p->dry && (store_run(p->st, &sql_run_state,
			    BINDS(BIND_INT(p->tenant->id), BIND_INT(e->run),
				BIND_INT(p->now), BIND_TEXT(str_of(state)),
				BIND_TEXT(str_of(why))),
			    NULL, err) < 0 ||
			   audit_add(p->st, p->tenant->id, p->now, p->who,
			       "export.purged", str_of(e->job), line, err) < 0))
		return -1;
	buf_addc(p->lines, '\n');
	return 0;
}

static int
purge_one(struct purging *p, const struct expired *e, struct err *err)
{
	bool done = strcmp(e->state, "done") == 0;
	const char *path = done ? e->file : e->part, *why = NULL;
	int got = path ? part_remove(path, e->bytes, done ? e->sha256 : NULL,
			     p->dry, &why)
		       : 0;

	if (got == 0)
		why = "it was not there any more";
	if (put_change(p, e, got < 0 ? "kept" : "purged", why, err) < 0)
		return -1;
	p->counts.kept += got < 0;
	p->counts.purged += got >= 0;
	return 0;
}

/* It is still what it was when it was found. */
static int
is_same(struct purging *p, const struct expired *e, struct err *err)
{
	struct buf state = {0};
	int got = store_text(p->st, &sql_run_state_of,
	    BINDS(BIND_INT(p->tenant->id), BIND_INT(e->run)), &state, err);

	if (got > 0)
		got = str_is(buf_str(&state), e->state);
	buf_release(&state);
	return got;
}

/* Nobody is at work on what is purged. 0 also when somebody is. */
static int
purge_leased(struct purging *p, const struct expired *e, struct err *err)
{
	struct buf name = {0}, holder = {0};
	int got;

	buf_addf(&name, "export %s", e->job);
	got = lease_take(p->st, p->tenant->id, name.p, &holder, err);
	buf_release(&name);
	buf_release(&holder);
	if (got <= 0)
		return got;
	got = store_begin(p->st, STORE_CHANGE, "export purge", err);
	if (got == 0)
		got = is_same(p, e, err);
	if (got > 0)
		got = purge_one(p, e, err);
	if (got == 0)
		got = store_commit(p->st, true, err);
	store_rollback(p->st);
	lease_release(p->st);
	return got;
}

static int
forget(struct purging *p, struct err *err)
{
	int rc = store_begin(p->st, STORE_CHANGE, "export purge", err);

	if (rc == 0)
		rc = store_run(p->st, &sql_run_forget,
		    BINDS(
			BIND_INT(p->tenant->id), BIND_INT(p->now - FORGOTTEN)),
		    NULL, err);
	if (rc == 0)
		rc = store_commit(p->st, false, err);
	store_rollback(p->st);
	return rc;
}

int
extract_purge(struct store *st, const struct tenant *t, bool erased, bool dry,
    const char *who, int64_t now, struct buf *lines, struct extract_purged *ret,
    struct err *err)
{
	struct purging p = {.st = st,
	    .tenant = t,
	    .who = who,
	    .now = now,
	    .dry = dry,
	    .lines = lines};
	int64_t erasures = 0;
	int rc = erased ? lead_erasures(st, t, &erasures, err) : 0;

	if (rc == 0)
		rc = find(&p, erasures, err);
	for (size_t i = 0; rc == 0 && i < p.count; i++)
		rc = dry ? purge_one(&p, &p.found[i], err)
			 : purge_leased(&p, &p.found[i], err);
	if (rc == 0 && !dry)
		rc = forget(&p, err);
	*ret = p.counts;
	free(p.found);
	arena_release(&p.arena);
	return rc;
}
