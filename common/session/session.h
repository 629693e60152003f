/* SPDX-License-Identifier: ISC */
/*
 * session: what a verb has open while it runs, as the shared options name it:
 * the store, a tenant, the moment, a condition; one change, which is committed
 * as a whole or not at all; the printer of records; the summary. A program's
 * table says how a verb runs, and the verb is what happens in between:
 *
 *	static int
 *	remove_set(struct session *s, struct err *err)
 *	{
 *		session_summary(s, "%s: removed", s->call->operands[0]);
 *		return score_set_remove(s->st, s->tenant,
 *		    s->call->operands[0], s->who, s->now, err);
 *	}
 *	...
 *	{.name = "remove", ... .run = session_changes, .work = remove_set},
 *
 * Ownership: a session owns all it opened until the work returns; then it
 * commits, prints, closes, in this order.
 */
#ifndef DL_SESSION_H
#define DL_SESSION_H

#include <stdio.h>

#include "chart/chart.h"
#include "cli/cli.h"
#include "cond/cond.h"
#include "json/json.h"
#include "record/record.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- printer.c ---------------------------------------------------------- */

/* Turns JSON objects, one a line, into a format. NDJSON goes out as it is. */
struct printer {
	FILE *out; /* NULL: not open */
	enum record_format format;
	struct chart_style style;     /* for drawings beside it */
	const struct zone *zone;      /* of times in tables; NULL: UTC */
	struct record_writer *writer; /* NULL: lines go out as they are */
	struct record_make make;
	struct buf local; /* a line with its times in that zone */
};
/* As --format and --output say; NDJSON without --format. Columns of tables and
 * CSV, which leave other members out; NULL: those of the first record. They
 * outlive the printer. */
int printer_open(const struct cli_call *call, const char *const *columns,
    size_t count, struct printer *ret, struct err *err);
void printer_lines(struct printer *p, struct str lines);
/* For records that go on as a reader hands them out, like `first`: off a
 * terminal and without --format in the format they came in. With columns only
 * these, in every format; with NULL all fields, where CSV and tables have those
 * of the first record. */
int printer_open_records(const struct cli_call *call,
    const struct record *first, const char *const *columns, size_t count,
    struct printer *ret, struct err *err);
void printer_record(struct printer *p, const struct record *r);
/* Text that is its own format. */
void printer_text(struct printer *p, struct str text);
/* One find: the drawing in tables, the JSON in all else. Releases both. */
void printer_either(struct printer *p, struct buf *json, struct buf *drawing);
/* Returns rc, or -1 when writing failed; nothing when p is not open. */
int printer_close(struct printer *p, int rc, struct err *err);

/* ---- session.c ---------------------------------------------------------- */

struct session {
	const struct cli_call *call;
	const char *who;           /* shared->user */
	int64_t now;               /* shared->now */
	struct store *st;          /* NULL: a filter */
	struct tenant *tenant;     /* NULL: the store as a whole was opened */
	struct cond_moment moment; /* now, as the tenant sees it */
	struct cond *where;        /* --where, bound (not in a filter); NULL
				      without */
	struct printer printer;    /* once session_print opened it */
	struct buf lines;          /* JSON lines to print after the commit */
	struct buf summary;
	void *context;     /* of session_run */
	struct err closed; /* of SESSION_EITHER; ERR_NONE: it can be written to
			    */
	bool changing;     /* private */
};

/* How a verb of a table runs. Each opens the store of --db and the tenant of
 * --tenant, calls the verb's work and ends the session. */
int session_reads(const struct cli_call *call, struct err *err);
/* The work begins and ends its own changes; none under --dry-run, when the
 * store is only read. */
int session_writes(const struct cli_call *call, struct err *err);
/* In one change, which is undone when the work fails and under --dry-run.
 * After the commit s->lines are printed (verbs with --output). */
int session_changes(const struct cli_call *call, struct err *err);
/* The same, but the work says when the change begins: session_begin,
 * session_leads. */
int session_begins(const struct cli_call *call, struct err *err);

/* The same with the store as a whole, without a tenant. */
int session_reads_store(const struct cli_call *call, struct err *err);
int session_changes_store(const struct cli_call *call, struct err *err);
/* Without a store: tenant is one with every setting at its default. */
int session_filters(const struct cli_call *call, struct err *err);

/* The same for who has more to say. */
enum session_kind {
	SESSION_FILTER,
	SESSION_READ,
	SESSION_WRITE,
	SESSION_CHANGE,
	SESSION_CREATE,         /* a new store */
	SESSION_UPGRADE,        /* an older one is brought up to date */
	SESSION_STORE = 8,      /* flag: the store as a whole, no tenant */
	SESSION_OWN_WHERE = 16, /* flag: --where is not about leads; the work
				   reads it itself */
	SESSION_EITHER = 32,    /* flag of SESSION_WRITE: a store that cannot
				   be written to is read, and s->closed says
				   why */
};
int session_run(const struct cli_call *call, int kind,
    int (*work)(struct session *s, struct err *err), void *context,
    struct err *err);

/* A tenant by name, in a session without. */
int session_tenant(struct session *s, const char *name, struct err *err);
/* Begins the change of a session that has none yet. */
int session_begin(struct session *s, struct err *err);
/* Commits it now, or undoes it when rc < 0 or under --dry-run; returns rc, or
 * -1 when that failed. */
int session_commit(struct session *s, int rc, struct err *err);
/* Prints s->lines now, of a change that is committed. */
int session_tell(struct session *s, struct err *err);
/* Opens s->printer; it is closed with the session. */
int session_print(struct session *s, const char *const *columns, size_t count,
    struct err *err);
/* Callbacks of rooms, the context being the session: print lines; print text as
 * it is; show progress in leads, and say whether to stop. Printing never
 * fails here: the end of the session will say it. */
int session_each(void *session, struct str lines, struct err *err);
int session_text(void *session, struct str text, struct err *err);
bool session_progress(void *session, uint64_t done, uint64_t whole);
/* What a struct remarks puts: a message for each record that is refused. */
void session_refuses(void *context, struct place where, const char *reason);
/* Adds to the summary, which is printed when all went well. */
void session_summary(struct session *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- leads.c: changing leads that are named ------------------------------ */

struct session_leads {
	/* Ids, e-mail addresses, and "-" for those that records on standard
	 * input name. */
	const char *const *who;
	size_t count;
	/* In a change, of which the moment is noted. ERR_USAGE refuses a lead
	 * that a record named; all other errors end the work. */
	int (*each)(struct session *s, int64_t lead, struct err *err);
	/* When a change begins, and before it ends, which gets what came of
	 * it and returns that or -1. NULL: nothing. */
	int (*begin)(struct session *s, struct err *err);
	int (*end)(struct session *s, int rc, struct err *err);
	/* All in one change, for what must not be done twice. Else in changes
	 * so short that others can write in between; who is cut short does it
	 * again, and finds what was done. */
	bool whole;
};
/* For a run by session_begins. CLI_DONE, CLI_REJECTS when there were records
 * that name no lead, or -1. */
int session_leads(
    struct session *s, const struct session_leads *how, struct err *err);

/* ---- definition.c: what has a name and is changed by it ------------------ */

/* The operands of define, [NAME] [FILE|-]: one alone is the file when it has a
 * slash or ends in .json. NULL: not given; then the file is "-". */
void session_define_operands(
    const struct cli_call *call, const char **ret_name, const char **ret_file);
/* Prints a document as it is, for `show`, and releases it. */
int session_show(struct session *s, struct buf *document, struct err *err);
/* " (dry run)", or nothing: the end of a summary. */
const char *session_dry(const struct session *s);
/* The status of a check: a wrong definition is what it is for, said and
 * CLI_NO, not an error. Else rc. */
int session_checked(int rc, struct err *err);
/* Adds the record of a change to s->lines, as every such verb prints it:
 *	{"rule_set":"x","change":"enabled"}
 *	{"rule_set":"x","rule":"y","change":"disabled"}
 * part_name NULL: all of it. The words: defined, changed, removed, enabled,
 * disabled, erased. */
void session_change(struct session *s, const char *noun, const char *name,
    const char *part, const char *part_name, const char *change);
/* The same for define, by the documents before (empty: none) and after; under
 * --dry-run their difference instead. Returns the word, or "unchanged". */
const char *session_defined(struct session *s, const char *noun,
    const char *name, struct str old, struct str new);

#endif
