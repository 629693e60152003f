/* SPDX-License-Identifier: ISC */
/*
 * extract: who may have what, and what became of it. A request says which
 * records somebody wants, how, and where to; extract_run() holds it against
 * the tenant's policy, puts it on record, lets the room export do it, and puts
 * on record that it was done. A request with a name is a job: it has a
 * history, can be gone on with after it was killed, its file expires, and who
 * waits for it is told.
 *
 * A job's file is made under a name of its own beside the place where it is to
 * be, and is there under its own name as a whole or not at all:
 *
 *	running --> finishing --> done --> purged, or kept, when somebody had
 *	   |   <-------'	    |	   changed the file
 *	   |			    '----> replaced, by the next run
 *	   '--> failed, stopped (can be gone on with), refused,
 *		abandoned (when the next run began)
 *
 * What is complete is noted now and then, after it is on disk, so that a
 * killed job of NDJSON, CSV or TSV goes on from there. When a person was
 * erased meanwhile it starts over instead.
 *
 * From a store that can only be read an export goes out, too, when the operator
 * has said in which file it is to be put on record: a line for its beginning,
 * on disk before the first row, and one for its end.
 *
 * Ownership: a request borrows its texts, unless it says otherwise.
 */
#ifndef DL_EXTRACT_H
#define DL_EXTRACT_H

#include <stdio.h>

#include "base/base.h"
#include "export/export.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- request.c: what is asked for ---------------------------------------- */

/* NULL, 0 and false: nothing was said. */
struct extract_request {
	const char *what; /* leads events scores segments members tasks stages
			   * messages */
	const char *of;   /* members of this segment */
	const char *columns, *where, *segment, *range, *sort;
	int64_t newest, limit;
	const char *format; /* as export_format_find knows it */
	bool bom, crlf, raw, replace;
	const char *delimiter, *encoding, *table;
	const char *mask, *mask_key;
	bool summary;     /* of a workbook: a sheet of facts */
	const char *by;   /* the same, with a picture by this column */
	const char *file; /* where it goes; NULL: standard output */
	const char *manifest;
	/* Of a job: */
	const char *job;     /* its name; NULL: it is none */
	const char *expires; /* "24h", "never"; NULL: 24h, or as the policy
				has it */
	const char *notify;  /* "email=boss@example.jp,inbox": told when done */
};
/* Members of an open object. */
void extract_request_put(
    const struct extract_request *r, struct json_writer *w);
/* The same read again; texts in arena. */
int extract_request_read(struct str json, struct arena *arena,
    struct extract_request *ret, struct err *err);

/* ---- run.c: it is done ----------------------------------------------------
 */

/* Who asks, and how he is answered. */
struct extract_call {
	struct store *st;
	const struct tenant *tenant;
	int64_t now;
	const char *who;
	/* Why the store can only be read; NULL: it can be written to. What
	 * would be put on record there goes to the file `record` instead;
	 * without one nothing goes out. */
	const char *read_only;
	const char *record;
	bool terminal;           /* standard output is one */
	const char *hash_key;    /* the operator's: a file; NULL: none */
	struct remarks *said;    /* that a job goes on, or starts over */
	struct remarks *refused; /* records that were rejected */
	/* Where all goes that is no job; called once, when all is well so far.
	 */
	int (*open)(void *context, FILE **ret, struct err *err);
	/* May be NULL: how far it has come; whether it is to end. */
	void (*progress)(void *context, uint64_t done, uint64_t whole);
	bool (*enough)(void *context);
	void *context;
};
enum extract_end {
	EXTRACT_DONE,
	EXTRACT_STOPPED, /* by enough(); on record */
	EXTRACT_NOTHING, /* nothing to go on with: it was done already */
};
/* An enum extract_end, or -1. What the policy refuses is ERR_FAIL, and on
 * record. */
int extract_run(const struct extract_request *r, const struct extract_call *c,
    struct export_done *ret, struct err *err);

/* convert.c: the same of records from files, without a store and a policy;
 * progress is in bytes. */
struct extract_input {
	const char *const *paths; /* none: standard input */
	size_t count;
	const char *encoding;    /* NULL: UTF-8 */
	struct remarks *remarks; /* about the files */
};
int extract_convert(const struct extract_request *r,
    const struct extract_input *in, const struct extract_call *c,
    struct export_done *ret, struct err *err);

/* ---- resume.c ------------------------------------------------------------ */

/* Goes on with the latest run of a job, from the beginning when `anew`, as
 * extract_run does. ERR_BUSY when somebody is at it. */
int extract_resume(const char *job, bool anew, const struct extract_call *c,
    struct export_done *ret, struct err *err);

/* ---- jobs.c: what became of them ------------------------------------------
 */

/* {"job","run","what","format","where",…,"user","state","read","rows",…} of the
 * latest run of each job; with a name of all runs of that job; with `all` of
 * all exports, the newest first. */
int extract_jobs(struct store *st, const struct tenant *t, const char *job,
    bool all, int (*each)(void *context, struct str line, struct err *err),
    void *context, struct err *err);

/* ---- purge.c ------------------------------------------------------------- */

struct extract_purged {
	size_t purged, kept; /* files */
};
/* Removes files of this machine that have expired, or (with `erased`) that were
 * made before somebody was erased: only what a job wrote and nobody changed.
 * Each gets {"job","run","file","change","why"}; dry: only that. */
int extract_purge(struct store *st, const struct tenant *t, bool erased,
    bool dry, const char *who, int64_t now, struct buf *lines,
    struct extract_purged *ret, struct err *err);

/* ---- policy.c: who may have what ------------------------------------------
 */

/*
 * {"roles":{"viewer":{"mask":"email,phone=hash,name=drop","rows":10000,
 *	"rows_per_day":50000,"exports_per_day":20,"expires":"12h"},
 *	"*":{"deny":true}}}
 *
 * A role is that of one of the tenant's people (member.c); "*" is everybody
 * else. Who has no rule may do all.
 */
int extract_policy_define(struct store *st, const struct tenant *t,
    const struct json *document, const char *who, int64_t now,
    struct buf *ret_old, struct buf *ret_new, struct err *err);
/* Appends the document as define takes it; 1, or 0 when there is none. */
int extract_policy_read(
    struct store *st, const struct tenant *t, struct buf *ret, struct err *err);
int extract_policy_check(const struct json *document, struct err *err);
/* 1, or 0 when there was none. In a change transaction, as define. */
int extract_policy_remove(struct store *st, const struct tenant *t,
    const char *who, int64_t now, struct err *err);

#endif
