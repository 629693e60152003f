/* SPDX-License-Identifier: ISC */
/* What the files of this room share among themselves. */
#ifndef DL_SEGMENT_PRIV_H
#define DL_SEGMENT_PRIV_H

#include "segment/segment.h"

/* ---- plan.c: all segments of a tenant, ready to be asked ------------------
 */

struct kept { /* one segment as it is stored */
	int64_t id;
	char *name, *document;
	bool enabled, dynamic;
	char *checksum;      /* that its members agree with; NULL: none */
	char *fill_checksum; /* of a look at all that is under way */
	int64_t fill_lead;   /* it has come so far */
	int64_t filled_at, updated_at; /* LEAD_MISSING: never */
	struct segment *segment;       /* parsed and bound; NULL: it cannot */
	char *problem;                 /* then: why */
	struct buf signal;             /* the data of its signals */
	char now[65];   /* checksum of what it is to agree with */
	bool follows;   /* enabled, dynamic, no problem */
	bool fill;      /* all leads are to be looked at */
	bool asked_for; /* by one that follows */
};
struct plan {
	struct kept *kept; /* by name */
	size_t count;
	size_t *order; /* of kept: who is asked for comes before who asks */
	int64_t generation;
	struct lead_needs needs; /* of those that follow */
};
/* In the caller's transaction. */
int plan_load(struct store *st, const struct tenant *t, struct plan *ret,
    struct err *err);
void plan_release(struct plan *plan);
/* Event types may have come into being since. */
int plan_bind(struct plan *plan, struct store *st, const struct tenant *t,
    struct err *err);
/* NULL when there is none. */
struct kept *plan_find(const struct plan *plan, struct str name);
/* The same, or an error that suggests the nearest. */
int plan_need(const struct plan *plan, const char *name, struct kept **ret,
    struct err *err);
/* Does it ask for the segment called `name`? */
bool plan_asks(const struct kept *k, const char *name);
/* What asks for the segment called `name` (only the names), separated by
 * commas. */
void plan_users(const struct plan *plan, const char *name, struct buf *out);
/* The present number of plan->generation. */
int plan_generation(
    struct store *st, const struct tenant *t, int64_t *ret, struct err *err);
/* Puts plan->order in order. ERR_USAGE with the way around when the conditions
 * lead back to where they began. */
int plan_sort(struct plan *plan, struct err *err);

/* ---- batch.c: what one step writes and tells ------------------------------
 */

struct batch {
	struct bulk *in, *out, *signal, *marks, *again;
	struct bulk *next, *never, *due;
	struct buf lines;
	uint64_t looked, entered, left;
	int64_t due_chunk, due_at;    /* the chunk being gathered */
	int64_t marked, again_marked; /* the last lead of each */
	bool replays; /* the moment may lie before what was recorded */
};
struct batch *batch_new(void);
void batch_clear(struct batch *b);
void batch_free(struct batch *b);
/* A lead is in (hand: only because somebody says so) and was not; or was and
 * is for another reason; or is not any more. */
void batch_enter(
    struct batch *b, const struct kept *k, int64_t lead, bool hand);
void batch_rehand(
    struct batch *b, const struct kept *k, int64_t lead, bool hand);
void batch_leave(struct batch *b, const struct kept *k, int64_t lead);
/* A lead is to be looked at again then; INT64_MAX: never. Leads come in
 * ascending order; batch_due_end after the last one. */
void batch_next(struct batch *b, int64_t lead, int64_t next);
void batch_due(struct batch *b, int64_t lead, int64_t next);
void batch_due_end(struct batch *b);
/* The line of a change; because may be missing. */
void batch_line(struct batch *b, const struct kept *k, struct str lead,
    bool entered, struct str because);
/* Those who ask for one of these segments have to look at the lead again. */
void batch_again(struct batch *b, int64_t lead);
/* In a change transaction. */
int batch_write(struct store *st, const struct tenant *t, int64_t now,
    struct batch *b, struct err *err);

/* ---- judge.c: leads looked at one by one ----------------------------------
 */

struct said { /* decided by hand about one segment */
	int64_t segment;
	bool included;
	bool hand; /* the lead is in only because of that */
};
struct judge {
	struct store *st;
	const struct tenant *tenant;
	const struct plan *plan;
	struct cond_moment moment;
	bool lines;
	bool whole; /* all segments that follow are asked, so that what is
		       due is exact */
	const bool
	    *ask; /* by index of kept: only these; NULL: all that follow */
	struct lead_needs needs;
	int64_t *in;       /* the segments the present lead is in */
	struct said *said; /* about the present lead */
	size_t in_count, in_cap, said_count, said_cap;
	struct buf because;
};
void judge_init(struct judge *j, struct store *st, const struct tenant *t,
    const struct plan *plan, const struct cond_moment *moment, bool lines,
    const bool *ask);
void judge_release(struct judge *j);
/* Leads after < lead_id <= last, or those given (ascending), added to the
 * batch. In the caller's transaction. */
int judge_range(struct judge *j, int64_t after, int64_t last, struct batch *b,
    struct err *err);
int judge_of(struct judge *j, const int64_t *leads, size_t count,
    struct batch *b, struct err *err);

/* ---- fill.c: one segment, a range of leads, by SQL ------------------------
 */

/* What the store can settle by itself is settled there; where time or events
 * decide, leads are looked at one by one. */
struct filler {
	struct store *st;
	const struct tenant *tenant;
	const struct kept *kept;
	struct cond_moment moment;
	bool lines;
	struct cond_sql sql; /* the query of a range */
	struct lead_needs needs;
	int64_t *found, *open; /* leads, ascending */
	size_t found_count, open_count, found_cap, open_cap;
	int64_t *changed; /* leads whose lines are to be made */
	size_t changed_count, changed_cap;
};
void filler_init(struct filler *f, struct store *st, const struct tenant *t,
    const struct kept *kept, const struct cond_moment *moment, bool lines);
void filler_release(struct filler *f);
int filler_range(struct filler *f, int64_t after, int64_t last, struct batch *b,
    struct err *err);

/* ---- beside.c: rows that are read side by side with leads -----------------
 */

/* (lead_id, segment_id or a number, a number), by lead. */
struct beside {
	struct rows *rows;
	int64_t lead; /* of the row it stands on; INT64_MAX at the end */
	int64_t a, b;
};
int beside_open(struct beside *x, struct store *st, const struct sql *sql,
    const struct bind *binds, size_t count, struct err *err);
int beside_next(struct beside *x, struct err *err);
/* Moves on to the first row of the lead or a later one. */
int beside_seek(struct beside *x, int64_t lead, struct err *err);
void beside_close(struct beside *x);

#endif
