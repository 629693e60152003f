/* SPDX-License-Identifier: ISC */
/*
 * segment: groups of leads that a condition describes. A segment is defined as
 * a document; dynamic ones follow the data, static ones are what they were when
 * they were made; people are put in or kept out by hand, and that holds
 * whatever the data say. Who enters and who leaves is recorded, signalled
 * (segment.entered, segment.left) and told, in one transaction.
 *
 *	{"name":"有望","description":"…","where":"score >= 60 and …",
 *	 "static":true}
 *
 * `where` is text or JSON (dl-conditions(7)) and may ask for other segments.
 *
 * Ownership: what is handed to a callback is borrowed for the call.
 */
#ifndef DL_SEGMENT_H
#define DL_SEGMENT_H

#include "base/base.h"
#include "chart/chart.h"
#include "cond/cond.h"
#include "json/json.h"
#include "lead/lead.h"
#include "record/record.h"

enum { SEGMENT_NAME_MAX = 100 }; /* bytes */

/* ---- document.c: what a definition says ---------------------------------- */

struct segment {
	char *name;        /* NULL: the document gave none */
	char *description; /* NULL: none */
	char *where_json;  /* as it was written */
	struct cond *where;
	bool fixed; /* static: not kept up to date */
};
/* Errors are located ("segment.json:3:10: where: …"). */
int segment_parse(
    const struct json *document, struct segment **ret, struct err *err);
/* A text that messages call `name`; a file's, "-" is standard input. */
int segment_parse_text(struct str document, const char *name,
    struct segment **ret, struct err *err);
int segment_read(const char *path, struct segment **ret, struct err *err);
/* One that says nothing but its condition. */
int segment_of_condition(
    struct str where, struct segment **ret, struct err *err);
void segment_free(struct segment *s);
/* The document again, a member a line; parsing and printing that gives the
 * same bytes. */
void segment_print(const struct segment *s, struct buf *out);
/* 1 to SEGMENT_NAME_MAX bytes of UTF-8 without controls. */
bool segment_name_ok(struct str name);

/* ---- define.c: segments in the store --------------------------------------
 */

/*
 * Changes run in a change transaction of the caller, write their audit row and
 * append a line {"segment","change"} to changes, unless nothing is another
 * than before. A segment whose condition, kind or state is new is filled by the
 * next segment_refresh(). A name that is not there is an ERR_USAGE that
 * suggests the nearest.
 */
struct segment_by { /* who changes what */
	struct store *st;
	const struct tenant *tenant;
	const char *who;
	int64_t now;
	struct buf *changes;
};
/* Creates or replaces. Conditions that lead back to the segment itself and
 * segments that are not there are refused. *ret_changed may be NULL. */
int segment_define(const struct segment_by *by, const char *name,
    const struct segment *s, bool *ret_changed, struct err *err);
/* Refused with the list of those that ask for it, unless forced: these stay as
 * they are then and are reported until they are mended. others: what asks for
 * it beside segments, as the list is to say; p NULL: nothing. */
int segment_remove(const struct segment_by *by, const char *name,
    struct str others, bool force, struct err *err);
enum segment_switch {
	SEGMENT_ENABLE,
	SEGMENT_DISABLE, /* it stays as it is until it is enabled */
	SEGMENT_FREEZE,  /* dynamic becomes static, as it is */
	SEGMENT_THAW,    /* static becomes dynamic */
};
int segment_switch(const struct segment_by *by, const char *name,
    enum segment_switch to, struct err *err);
/* The document as it is stored: 1 found, 0 no such, -1. */
int segment_document(struct store *st, const struct tenant *t, const char *name,
    struct buf *ret, struct err *err);
/* Its internal number; a missing one is an error. */
int segment_need(struct store *st, const struct tenant *t, const char *name,
    int64_t *ret, struct err *err);
/* {"name","kind","enabled","members","where","description","updated_at",
 * "filled_at","problem"} of each, by name. */
int segment_lines(struct store *st, const struct tenant *t,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);
/* What is probably a mistake, in one that is not stored yet or in all that
 * are; what cannot be kept at all is counted in *ret_broken too. */
int segment_review(struct store *st, const struct tenant *t, const char *name,
    const struct segment *s, struct remarks *remarks, struct err *err);
int segment_review_all(struct store *st, const struct tenant *t,
    struct remarks *remarks, uint64_t *ret_broken, struct err *err);

/* ---- refresh.c: keeping who is in -----------------------------------------
 */

/*
 * Looks at the leads that changed (the queue WORK_SEGMENT) and at those for
 * whom time has come, all segments of a lead together; and at all leads for
 * segments that are new or changed, in steps that are taken up again where they
 * were left. Members, history, signals and the queue change in one transaction
 * per step. A lease keeps a second copy away.
 */
struct segment_refresh {
	struct cond_moment moment;
	bool replay;  /* a moment before the latest is fine */
	bool all;     /* look at all leads, whatever was done before */
	bool dry_run; /* nothing is written */
	/* Only these, and all leads; none: what is due. */
	const char *const *names;
	size_t name_count;
	bool behind; /* of these only who is new or changed, if any */
	/* Lines {"segment","lead","change","because"} come as steps are
	 * committed; NULL: none are made. */
	int (*flush)(void *context, struct str lines, struct err *err);
	/* Called after each step (whole: 0 when unknown); true stops there.
	 * May be NULL. */
	bool (*progress)(void *context, uint64_t done, uint64_t whole);
	void *context;
	/* A segment whose condition cannot be read any more is a remark and
	 * stays as it was. */
	struct remarks *broken;
};
struct segment_refreshed {
	uint64_t looked; /* at so many leads */
	uint64_t entered, left, broken;
	bool stopped;      /* by progress */
	struct buf holder; /* not empty: another copy is at work, this one;
			      nothing was done */
};
int segment_refresh(struct store *st, const struct tenant *t,
    const struct segment_refresh *job, struct segment_refreshed *ret,
    struct err *err);

/* ---- override.c: by hand --------------------------------------------------
 */

enum segment_override {
	SEGMENT_INCLUDE, /* in, whatever the condition says */
	SEGMENT_EXCLUDE, /* out, whatever it says */
	SEGMENT_CLEAR,   /* as the condition says; in a static one, as it was */
};
struct segment_overrider;
/* For leads of one segment, in a change transaction of the caller. `why` may
 * be NULL. A line {"segment","lead","override":"included"|"excluded"|"cleared",
 * "change","because"} for each lead with whom something is another now;
 * "change" and "because" where that puts it in or out. */
int segment_override_begin(const struct segment_by *by, const char *segment,
    enum segment_override what, const char *why,
    const struct cond_moment *moment, struct segment_overrider **ret,
    struct err *err);
int segment_override_lead(
    struct segment_overrider *o, int64_t lead, struct err *err);
/* Writes what is left and frees it; returns rc, or -1 when that failed. */
int segment_override_end(struct segment_overrider *o, int rc, struct err *err);

/* ---- members.c, explain.c: telling ----------------------------------------
 */

/* {"lead","email","since","by"} of each, in snapshots of its own; as of a
 * moment unless at is INT64_MAX. */
int segment_members(struct store *st, const struct tenant *t, const char *name,
    int64_t at, int (*each)(void *context, struct str line, struct err *err),
    void *context, struct err *err);
/* One JSON object: is the lead in, since when, by rule or by hand, what was
 * decided about it, when it was in before, when that may change by time alone,
 * and the condition with the truth of each part. */
int segment_explain(struct store *st, const struct tenant *t, const char *name,
    int64_t lead, const struct cond_moment *moment, struct buf *ret,
    struct err *err);
/* The same of any condition. */
int segment_explain_condition(struct store *st, const struct tenant *t,
    const struct cond *where, int64_t lead, const struct cond_moment *moment,
    struct buf *ret, struct err *err);
/* What either of them made, as a tree for people. */
int segment_draw_explained(struct str explained, const struct zone *zone,
    bool ascii, struct buf *out, struct err *err);

/* ---- preview.c: who a condition would find ------------------------------- */

enum { SEGMENT_SAMPLES = 10 };
struct segment_preview {
	uint64_t found, leads; /* so many of so many */
	/* JSON lines, one a lead, of some of those found: the same ones as long
	 * as they are found. What is missing is left out. */
	struct buf samples;
	const char *column[LEAD__MAX]; /* the members they may have */
	enum lead_field field[LEAD__MAX];
	size_t field_count;
};
/* In a snapshot of its own; where is bound. */
int segment_preview(struct store *st, const struct tenant *t,
    const struct cond *where, const struct cond_moment *moment,
    struct segment_preview *ret, struct err *err);
void segment_preview_release(struct segment_preview *p);
/* {"count","leads","samples":[...]} */
void segment_put_preview(const struct segment_preview *p, struct buf *out);

/* ---- fields.c: what a condition can ask ---------------------------------- */

/*
 * A line of JSON for each field of the catalogue, each attribute that leads
 * have and each type of event they had, in this order; attributes and types by
 * name:
 *   {"field","type","leads","distinct","min","max","values":[{"value",
 *    "leads"}],"operators":[...],"help"}
 * field is written as a condition has it. leads: that have it; distinct: how
 * many different values, absent past 10,000 (then values are the commonest of
 * the first 10,000). An attribute is a number, bool or time when all its values
 * read so. Events: "events", and min and max are times. Last come the segments,
 * as a condition asks for them: {"field","type":"segment","leads"}. One event
 * type by itself is followed by what its events carry, with "of" and "events"
 * for "leads".
 */
struct segment_fields {
	struct str only; /* this one; p NULL: all. ERR_USAGE when no such */
	size_t top;      /* values of each */
	struct remarks *remarks;
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};
/* In snapshots of its own. */
int segment_fields(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, const struct segment_fields *how,
    struct err *err);

/* ---- stats.c: what segments come to ---------------------------------------
 */

struct segment_stage {
	char *name; /* "": none */
	uint64_t leads;
};
struct segment_day {
	int64_t start; /* in the tenant's zone */
	uint64_t entered, left;
	uint64_t size; /* at its end */
};
struct segment_stats {
	char *name;
	uint64_t size, by_hand, converted;
	uint64_t scored, tens[10]; /* with a score, of 0-9, ..., 90-100 */
	double score_sum;
	uint64_t bands[3];           /* cold, warm, hot */
	struct segment_stage *stage; /* the commonest first */
	size_t stage_count, stage_cap;
	struct segment_day *day; /* the last one is now's */
	size_t days;
	uint64_t entered, left; /* in these days */
};
struct segment_stats_all {
	struct segment_stats *list;
	size_t count;
	struct segment_stats everyone; /* all leads: without name and days */
};
/* Of the segments named, or of all of them when count is 0; the last `days` (1
 * or more) with now's. In snapshots of its own. */
int segment_stats(struct store *st, const struct tenant *t,
    const char *const *names, size_t count, size_t days,
    const struct cond_moment *moment, struct segment_stats_all *ret,
    struct err *err);
void segment_stats_release(struct segment_stats_all *all); /* also after -1 */
/* stats_tell.c: {"segment","size","share","by_hand","entered","left","score",
 * "scores":[{"from","leads"}],"bands":[{"band","leads"}],"stages":[{"stage",
 * "leads"}],"converted","conversion","lift","days":[{"day","entered","left",
 * "size"}]}: score is the mean, lift the conversion over that of all leads. */
void segment_put_stats(const struct segment_stats *s,
    const struct segment_stats *everyone, const struct zone *zone,
    struct buf *out);
void segment_draw_stats(const struct segment_stats *s,
    const struct segment_stats *everyone, const struct zone *zone,
    struct chart_style style, struct buf *out);

/* ---- overlap.c: who is in several -----------------------------------------
 */

enum { SEGMENT_OVERLAPS = 20, SEGMENT_REGIONS = 3 };
struct segment_overlap {
	const char *const *name;
	size_t count;
	uint64_t both[SEGMENT_OVERLAPS][SEGMENT_OVERLAPS]; /* [i][i]: size */
	uint64_t either;                                   /* in any */
	/* Up to SEGMENT_REGIONS segments: in just those of the mask. */
	uint64_t region[1 << SEGMENT_REGIONS];
};
/* As of a moment. At most SEGMENT_OVERLAPS names, which outlive *ret. */
int segment_overlap(struct store *st, const struct tenant *t,
    const char *const *names, size_t count, int64_t at,
    struct segment_overlap *ret, struct err *err);
/* {"segments":[{"segment","size"}],"either","pairs":[{"a","b","both",
 * "share_of_a","share_of_b","share_of_either"}],"regions":[{"in","leads"}]} */
void segment_put_overlap(const struct segment_overlap *o, struct buf *out);
/* The pairs alone, a line each. */
void segment_put_pairs(const struct segment_overlap *o, struct buf *out);
/* draw_overlap.c: the matrix, and the regions as bars. */
void segment_draw_overlap(
    const struct segment_overlap *o, struct chart_style style, struct buf *out);

/* ---- diff.c: who is in one and not in the other ---------------------------
 */

struct segment_diff {
	const char *left;
	const char *right; /* NULL: the same one at another moment */
	int64_t from, to;  /* the moments of left and right */
	/* {"lead","email","only"}: the name of the segment; or {"lead","email",
	 * "change":"entered"|"left","time"}. In the order the leads came to the
	 * store. */
	int (*each)(void *context, struct str line, struct err *err);
	void *context;
};
struct segment_differs {
	uint64_t only[2], both;
};
int segment_diff(struct store *st, const struct tenant *t,
    const struct cond_moment *moment, const struct segment_diff *how,
    struct segment_differs *ret, struct err *err);

/* ---- filter.c: without a store ------------------------------------------ */

/* Leads that come as records and carry their own facts. Only what the
 * condition looks at is read of them. */
struct segment_filter {
	struct cond *where; /* over lead_catalogue; bound here */
	bool invert;        /* those of which it is not true */
	struct lead_stream
	    leads; /* what comes in; its types, needs,
		      want_events, each and context are set here */
	/* Every lead, and whether it is one of those looked for; before them a
	 * header, which is none. */
	int (*each)(void *context, const struct record *record, bool found,
	    struct err *err);
	void *context;
};
/* ret->counts.written are those found. */
int segment_filter(
    const struct segment_filter *f, struct lead_streamed *ret, struct err *err);

/* ---- summary.c: in a line, for people ------------------------------------ */

/* "2 leads looked at, 1 entered, 0 left"; the end of it alone */
void segment_add_refreshed(
    const struct segment_refreshed *done, struct buf *out);
void segment_add_moves(const struct segment_refreshed *done, struct buf *out);
/* "240 of 1,000 leads (24.0 %)" */
void segment_add_found(const struct segment_preview *p, struct buf *out);
/* "3 only in a, 1 only in b, 7 in both"; of two moments "1 entered, ..." */
void segment_add_differs(const struct segment_diff *how,
    const struct segment_differs *found, struct buf *out);
/* "9 read, 5 found, 3 not, 1 rejected" */
void segment_add_filtered(const struct record_counts *c, struct buf *out);

#endif
