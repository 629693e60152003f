/* SPDX-License-Identifier: ISC */
/*
 * export: records going out to people and their programs. A stream of records
 * comes in, one at a time; a file of the wished format goes out, in memory that
 * does not grow with it, and what came in is counted: written or rejected, with
 * a reason, nothing else.
 *
 * Where records come from: leads.c and events.c read the store; whoever has
 * records of other kinds hands them in by export_record() or export_lines().
 *
 * Ownership: what options and calls point to outlives the call, and options,
 * columns and masks outlive the export.
 */
#ifndef DL_EXPORT_H
#define DL_EXPORT_H

#include <stdio.h>

#include "base/base.h"
#include "cond/cond.h"
#include "lead/lead.h"
#include "record/record.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- columns ------------------------------------------------------------- */

enum export_type {
	EXPORT_ANY, /* as the record says: JSON has types, CSV has texts */
	EXPORT_TEXT,
	EXPORT_NUMBER,
	EXPORT_BOOL,
	EXPORT_TIME, /* in texts as RFC 3339, in workbooks a date */
	EXPORT_JSON,
};
struct export_column {
	struct str name;
	enum export_type type;
};
/* "a, count(b, 30d)" cut at the commas outside of parentheses and quotes, into
 * arena. ERR_USAGE for an empty one. */
int export_split(struct str list, struct arena *arena, struct str **ret,
    size_t *ret_count, struct err *err);

/* ---- mask.c: who may not see it ------------------------------------------ */

enum export_masking {
	EXPORT_SHOWN,
	EXPORT_PARTIAL, /* t***@example.co.jp, ***-****-5678, 山** */
	EXPORT_HASH,    /* the same for the same value, for who has no key */
	EXPORT_DROP,
};
struct export_mask {
	struct str column;
	enum export_masking how;
};
struct export_masks {
	struct export_mask *mask;
	size_t count;
	struct buf key; /* of EXPORT_HASH: secret */
};
/* "email,phone=hash,name=drop"; partial where nothing is said. */
int export_masks_parse(struct str text, struct arena *arena,
    struct export_masks *ret, struct err *err);
/* Reads the key, 16 bytes or more, of a file that only its owner can read. The
 * tenant's name is part of it: two tenants' values do not compare. */
int export_masks_key(struct export_masks *m, const char *path,
    const struct tenant *t, struct err *err);
void export_masks_release(struct export_masks *m);
/* One value masked, appended. */
void export_mask_put(struct buf *out, const struct export_masks *m,
    enum export_masking how, struct str column, struct str value);

/* ---- text.c: what a cell of CSV may be ----------------------------------- */

/* Whether a spreadsheet program would take the text for a formula: it begins
 * with = + - @, TAB, CR or LF (full-width forms too), and is no number, amount
 * or telephone number. After OWASP, "CSV Injection". */
bool export_formula(struct str text);

/* ---- export.c: the stream -------------------------------------------------
 */

enum export_format {
	EXPORT_NDJSON,
	EXPORT_CSV,
	EXPORT_TSV,
	EXPORT_JSONS, /* one array of objects */
	EXPORT_MARKDOWN,
	EXPORT_XLSX,
	EXPORT_SQL,
};
/* "ndjson", "csv", "tsv", "json", "markdown", "xlsx", "sql". */
bool export_format_find(struct str name, enum export_format *ret);

struct export_done {
	struct record_counts counts; /* read = written + rejected */
	uint64_t replaced;           /* characters the encoding lacks */
	uint64_t defused;            /* cells */
	uint64_t cut;                /* cells too long for a workbook */
	char sha256[65];             /* of what was written */
	uint64_t bytes;
};

struct export_about;
struct export_output {
	FILE *out;
	enum export_format format;
	/* NULL: those of the first record, in whose place CSV, TSV, Markdown
	 * and workbooks take no others later; NDJSON and JSON take all. */
	const struct export_column *column;
	size_t count;
	/* CSV and TSV: */
	bool bom, crlf, raw;  /* raw: formulas stay formulas */
	char delimiter;       /* 0: a comma, or a tab */
	const char *encoding; /* NULL: UTF-8; else as iconv knows it */
	bool replace; /* what the encoding lacks becomes its twin or 〓; else
			 the record is rejected */
	const char *sheet; /* what a workbook's sheet, or SQL's table, is
			    * called; NULL: by that of a workbook */
	/* Workbooks: */
	const struct zone *zone;
	int64_t now;
	bool summary;   /* one sheet more, of facts about all that went out */
	const char *by; /* and a picture of the rows by this column; NULL: by
			 * the first that is fit for it */
	const struct export_about *about; /* told there; NULL: nothing is */
	const struct export_masks *masks; /* NULL: none */
	const char
	    *sort;     /* "-score,company"; missing last. NULL: as they come */
	int64_t limit; /* 0: none */
	int64_t most;  /* another row than these is an error; 0: none */
	bool hash;     /* make the SHA-256 of what goes out */
	/* What stands in `out` already, of an export as this one is that was
	 * cut short after an export_sync; NULL: nothing. */
	const struct export_done *begun;
	const struct sha256 *begun_hash;
	struct remarks *refused; /* each record that is rejected, and each cell
				    that is cut */
	struct remarks *said; /* what was asked for and is not there; or NULL */
	/* Asked now and then: true ends it as the limit does. May be NULL. */
	bool (*enough)(void *context);
	void *context;
};
struct export;
int export_begin(
    const struct export_output *output, struct export **ret, struct err *err);
/* 0 go on; 1 the limit is reached: more would be ignored; -1. */
int export_record(struct export *e, const struct record *r, struct err *err);
/* Lines of JSON objects; a callback of the rooms that tell their things. */
int export_lines(void *e, struct str lines, struct err *err);
/* Whether one that was cut short can be gone on with: a row is complete by
 * itself, and the next one does not depend on it. */
bool export_can_resume(const struct export_output *output);
/* All rows so far are in the stream; *ret is what has been done until here. */
int export_sync(struct export *e, struct export_done *ret, struct err *err);
/* The same, without a look at the stream. */
void export_so_far(const struct export *e, struct export_done *ret);
/* Writes what is left. export_free afterwards, always. */
int export_end(struct export *e, struct export_done *ret, struct err *err);
void export_free(struct export *e); /* NULL is fine */

/* Takes this record's names for columns where nobody chose any: a header stands
 * above no records, too. */
int export_header(struct export *e, const struct record *r, struct err *err);
/* Counts one that was no record. */
void export_refuse(struct export *e, struct place place, const char *reason);

/* ERR_USAGE when what the summary is to be by is none of the columns. */
int export_summary_check(const struct export_output *output, struct err *err);

/* ---- about.c: what an export was ------------------------------------------
 */

struct export_moment {
	int64_t as_of, rows;
};
struct export_about {
	const char *what;   /* "leads" */
	const char *format; /* NULL, as all that follow: nothing to say */
	const char *of;     /* "members": of this segment; files */
	const char *where, *segment, *range, *sort, *mask, *file;
	const char *tenant, *who, *zone;
	const struct export_column *column;
	size_t count;
	int64_t limit, now;
	/* Of one that was gone on with: which rows were read when. */
	const struct export_moment *moment;
	size_t moments;
};
/* Members of an open object: what it was to be; what it came to. */
void export_about_put(const struct export_about *a, struct json_writer *w);
void export_done_put(const struct export_done *d, struct json_writer *w);
/* "3 read, 2 written, 1 rejected; 1 formula defused" */
void export_done_tell(const struct export_done *d, struct buf *out);
void export_moments_put(
    const struct export_moment *moment, size_t count, struct json_writer *w);
/* One JSON object, in a file that appears whole or not at all. */
int export_manifest(const char *path, const struct export_about *a,
    const struct export_done *done, struct err *err);

/* ---- range.c: spans of the calendar ---------------------------------------
 */

/* "2026-01..2026-03" (both included), "2026-01-15", "2026-01-01..", "today",
 * "yesterday", "last_30_days" (up to now), "this_month", "last_quarter" ... of
 * day, week, month, quarter, year. From *ret_from up to, not including,
 * *ret_to.
 */
int export_range(struct str text, int64_t now, const struct zone *zone,
    int64_t *ret_from, int64_t *ret_to, struct err *err);

/* ---- leads.c, events.c: from the store ------------------------------------
 */

/* The fields of leads, attributes (attrs, attrs."従業員数") and what is
 * computed: count(TYPE[, SPAN]), first(TYPE), last(TYPE), days_in_stage. */
struct export_leads;
/* list missing: what is stored of a lead, score, band and attrs. What rows are
 * sorted by (or NULL) need not be in it. ERR_USAGE suggests the nearest. */
int export_leads_open(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, struct str list, const char *sort,
    struct export_leads **ret, struct err *err);
const struct export_column *export_leads_columns(
    const struct export_leads *l, size_t *ret_count);
struct export_which {
	const struct cond *where, *segment; /* bound; NULL: all */
	int64_t from, to; /* made in [from, to); all: INT64_MIN, INT64_MAX */
	bool scored;      /* only those with a score */
	int64_t after;    /* leads whose numbers come after this one; 0: all */
	/* Called now and then, when all that is to be said of the leads up to
	 * the number `done`, of `whole`, has gone to the export; -1 ends it.
	 * Outside of a transaction of the store where there are many leads.
	 * May be NULL. */
	int (*mark)(
	    void *context, int64_t done, int64_t whole, struct err *err);
	void *context;
};
/* "in segment 'NAME'", bound; the caller frees it. */
int export_segment(struct store *st, const struct tenant *t, const char *name,
    struct cond **ret, struct err *err);
/* In one snapshot of their own, in the order they came to the store. */
int export_leads_run(struct export_leads *l, const struct export_which *which,
    struct export *e, struct err *err);
void export_leads_close(struct export_leads *l);
/* ERR_USAGE, with the nearest, for what is no column of leads. */
int export_lead_column_check(struct str name, struct err *err);
/* {"column","type","help"} of all there is to ask for, attributes of the
 * tenant's leads left out. */
int export_lead_columns(
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

/* id, lead, email, type, time, attrs: lead by lead, those of [from, to) to
 * leads that `which` takes. In one snapshot of their own. */
extern const struct export_column export_event_columns[];
extern const size_t export_event_column_count;
int export_events_run(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, const struct export_which *which,
    struct export *e, struct err *err);

#endif
