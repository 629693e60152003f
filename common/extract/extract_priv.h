/* SPDX-License-Identifier: ISC */
/* What the files of this room share. */
#ifndef DL_EXTRACT_PRIV_H
#define DL_EXTRACT_PRIV_H

#include "extract/extract.h"

struct extract;

/* ---- subjects.c: what can be asked for ----------------------------------- */

struct subject {
	const char *name;
	const char *columns; /* of leads: those that nobody chose */
	bool leads, scored, events, of;
	const struct cond_catalogue
	    *catalogue; /* of conditions, not on leads */
	/* All else: what other rooms tell in lines of JSON. */
	const struct export_column *column;
	size_t count;
	int (*tell)(struct extract *x, struct err *err);
};
int subject_find(const char *name, const struct subject **ret, struct err *err);
/* ERR_USAGE, with the nearest, for a name that is no column of any. */
int subject_column_check(struct str name, struct err *err);

/* ---- policy.c ------------------------------------------------------------ */

struct policy_rule {
	const char *role; /* NULL: none */
	bool deny;
	struct export_masks masks;
	int64_t rows, rows_per_day, exports_per_day; /* 0: any number */
	int64_t expires;                             /* ms; 0: as asked */
};
/* What holds for somebody. Texts in arena. */
int policy_rule_of(struct store *st, const struct tenant *t, const char *who,
    struct arena *arena, struct policy_rule *ret, struct err *err);

/* ---- part.c: a file in the making ---------------------------------------- */

struct part {
	const char *file; /* what it becomes */
	char *name;       /* what it is called until then, beside it */
	FILE *out;
	int folder;
};
/* A name for a new one beside the file, which nobody has. */
int part_name(const char *file, struct buf *ret, struct err *err);
/* Makes it; it must not be there yet. */
int part_create(
    struct part *p, const char *file, const char *name, struct err *err);
/* Opens one that was left, cut to the first `bytes`, if these have that
 * checksum, which *ret_hash goes on from: 1. 0 when they have not, or it is not
 * there, or not ours. */
int part_open(struct part *p, const char *file, const char *name, int64_t bytes,
    const char *sha256, struct sha256 *ret_hash, struct err *err);
/* On the disk; under its own name. */
int part_sync(struct part *p, struct err *err);
int part_finish(struct part *p, struct err *err);
void part_close(struct part *p);
/* Removes what a job left or made, if it is ours and (sha256 not NULL) still
 * has that checksum: 1; 0 it is not there; -1 with *ret_why, a literal, when it
 * stays. */
int part_remove(const char *path, int64_t bytes, const char *sha256, bool dry,
    const char **ret_why);
/* Whether a file has these bytes. */
bool part_is(const char *path, int64_t bytes, const char *sha256);
/* An absolute path, without looking at the last part of it. */
int part_place(
    const char *path, struct arena *arena, const char **ret, struct err *err);
/* Whether two paths lead to one file, or would if it were made. */
bool part_same(const char *a, const char *b);
/* ERR_USAGE for a device, a pipe or a folder, which no job replaces. */
int part_file_check(const char *path, struct err *err);
/* ERR_FAIL when anybody could put another file in the place of this one. */
int part_folder_check(const char *path, struct err *err);

/* ---- plan.c ---------------------------------------------------------------
 */

/* All that is to be done, from the request and the policy. */
int extract_plan(struct extract *x, struct err *err);
/* Its parts, for requests without a store. */
int extract_output(struct extract *x, struct err *err);
int extract_masks(struct extract *x, struct err *err);
int extract_columns(struct extract *x, const struct export_column *column,
    size_t count, struct err *err);
/* The policy says no: fills err, and x->refused. Returns -1. */
int extract_refuse(struct extract *x, struct err *err, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
void extract_release(struct extract *x);

/* ---- ledger.c: runs in the store -----------------------------------------
 */

/* It begins: on record before anything goes out. Refused where too much has
 * gone out already. part: of a job, under which name its file is made. */
int ledger_begin(struct extract *x, const char *part, struct err *err);
/* It was refused; it failed, or was stopped ("failed", "stopped"), for that
 * reason. What fails here is not told: something has been told already. */
void ledger_refuse(struct extract *x, const struct err *why);
void ledger_stop(struct extract *x, const char *state, const char *why);
/* It is done, with its file where it is to be. */
int ledger_done(struct extract *x, struct err *err);
/* Of a job: so much is complete, all leads up to `lead` being in it. */
int ledger_progress(struct extract *x, const struct export_done *done,
    int64_t lead, struct err *err);
/* All of it is; its file can get its name. 0; 1 when somebody was erased since
 * it was read. */
int ledger_finishing(struct extract *x, struct err *err);
/* It begins anew, or goes on, as what x says. */
int ledger_restart(struct extract *x, const char *part, struct err *err);
/* What this machine is called. */
void ledger_host(struct buf *out);
/* Until when the file is to be there; 0: for ever. */
int ledger_expiry(struct extract *x, struct err *err);
/* The latest run of a job; 0 when there is none. Texts in arena. */
struct ledger_run {
	int64_t run, erasures, began_at;
	const char *state, *request, *terms, *file, *part, *progress, *host,
	    *sha256;
};
int ledger_latest(struct store *st, const struct tenant *t, const char *job,
    struct arena *arena, struct ledger_run *ret, struct err *err);
/* What ledger_progress noted: the leads and rows that are complete. */
int ledger_read_progress(struct extract *x, const char *progress,
    int64_t *ret_lead, struct err *err);

/* journal.c: the same for a store that can only be read: a line of c->record,
 * on disk when it returns. */
int journal_add(const struct extract *x, const char *action, struct str detail,
    struct err *err);

/* tell.c: in the change that says that a job is done: a signal, and a message
 * to who waits for it. */
int extract_tell_check(const struct extract *x, struct err *err);
int extract_tell(struct extract *x, struct err *err);

/* ---- run.c: one under way ------------------------------------------------ */

struct extract {
	const struct extract_request *r;
	const struct extract_call *c;
	const struct subject *subject;
	struct policy_rule rule;
	struct cond_moment moment; /* the request's; now is c->now */
	struct export_about about;
	struct export_output output;
	struct export_masks masks; /* both kinds of them */
	struct cond *where, *segment;
	struct export_leads *leads;
	struct export_which which;
	struct export *e;
	struct export_done done, begun;
	struct sha256 begun_hash;
	bool refused; /* by the policy */
	bool stopped; /* by c->enough */
	bool journal; /* that it began is in c->record */
	int64_t run, began_at, erasures, expires_at;
	const char *progress;  /* of what was begun, as it was noted */
	const char *part_path; /* of x->part */
	struct part part;
	struct export_moment *at; /* of its rows, this one's last */
	size_t moments;
	int64_t noted; /* by the clock: when progress was noted last */
	char terms[65];
	struct arena arena;
};

/* Whether what goes out can be put where it is to be. */
int extract_places_check(const struct extract_request *r,
    const struct extract_call *c, struct err *err);
/* A job's file from its first row. */
int extract_anew(struct extract *x, struct err *err);
/* The rows that are left, and the end. */
int extract_job(struct extract *x, struct err *err);
/* The file gets its name, and that it is done goes on record. */
int extract_finish(struct extract *x, struct err *err);
int extract_lease(struct extract *x, struct err *err);
/* On record how it ended; frees all. */
int extract_close(
    struct extract *x, int rc, struct export_done *ret, struct err *err);

#endif
