/* SPDX-License-Identifier: ISC */
/*
 * metric: what a tenant's store can be measured by, in steps of time: leads
 * that came, what they did, what became of them. What a metric counts are
 * facts, each with its moment and mostly with its lead; a condition says of
 * which leads they count, a field of the leads parts them into groups. The
 * result is the series of the room series, in the tenant's zone.
 *
 * The step that holds the moment is not over and is left out; so is what is
 * dated later. Steps without facts are 0 in what is counted, missing in a
 * rate, as before in a level.
 *
 * Reads pages of leads, each in a snapshot of its own. Memory: the steps of
 * all groups that have facts in them.
 */
#ifndef DL_METRIC_H
#define DL_METRIC_H

#include "base/base.h"
#include "cond/cond.h"
#include "series/series.h"
#include "store/store.h"
#include "tenant/tenant.h"

enum metric_kind {
	METRIC_COUNT, /* how often in a step */
	METRIC_RATE,  /* a share of those in the step; series.of is how many */
	METRIC_LEVEL, /* how it stands at the end of a step */
};
struct metric_about {
	const char *name; /* "leads"; "events:TYPE" takes a word */
	enum metric_kind kind;
	const char *help; /* one line, lower case, no full stop */
};
/* catalogue.c: all there are; ends with name NULL. */
extern const struct metric_about metric_list[];
/* ERR_USAGE suggests. */
int metric_about_of(
    const char *name, const struct metric_about **ret, struct err *err);
/* {"metric","kind","about"} of each, a line each. */
void metric_lines(struct buf *out);

struct metric_ask {
	const char *metric;       /* "events:email_opened" */
	const char *unit;         /* of series_units, not weekday */
	const struct cond *where; /* bound; NULL: all leads */
	const char *group; /* a field or attrs.NAME; NULL: one series, called
			      as the metric */
	struct cond_moment moment;
	int64_t since;  /* facts before it do not count; TIME_MIN: all */
	int64_t within; /* ms a lead has for converting, of conversion_rate */
	size_t period;  /* as in series_rules */
	size_t longer[SERIES_LONGER];
	struct remarks *remarks; /* about series */
	struct remarks *refused; /* series that could not be made */
	/* Each series, in the order of the groups' names; leads without a value
	 * come last, as "(none)". */
	int (*each)(void *context, const struct series *s, struct err *err);
	void *context;
};
/* The counts of records are those of facts. Not in a transaction. */
int metric_read(struct store *st, const struct tenant *t,
    const struct metric_ask *ask, struct series_counts *ret, struct err *err);

/* ---- keep.c: forecasts are kept, to be graded by what comes ---------------
 */

/* What tells one definition from another, and what is measured again to grade
 * it, as one line of JSON; and the hash that finds the rows of a text. */
void metric_define(const struct metric_ask *ask, struct buf *out);
void metric_hash(struct str text, char ret[33]);
/* ERR_USAGE when the groups of a field are people: what is kept of them would
 * outlive an erasure. `what` is not kept. */
int metric_group_check(const char *group, const char *what, struct err *err);
/* Forecasts that are to be kept together. ERR_USAGE when the groups are people:
 * what is kept of them would outlive an erasure. */
struct metric_keeping;
int metric_keeping_new(
    const struct metric_ask *ask, struct metric_keeping **ret, struct err *err);
void metric_keeping_free(struct metric_keeping *k);
/* The forecast of a series that metric_read gave; `method` is what was asked
 * for. */
void metric_keeping_add(struct metric_keeping *k, const struct series *s,
    const char *method, const struct forecast *f);
/* In a change transaction. What was kept of the same at the same moment is
 * replaced. */
int metric_keep(struct store *st, const struct tenant *t,
    struct metric_keeping *k, int64_t now, struct err *err);
/* Deletes those made before a moment. In a change transaction. */
int metric_forget(struct store *st, const struct tenant *t, int64_t until,
    int64_t *ret_count, struct err *err);

/* ---- grade.c --------------------------------------------------------------
 */

struct metric_grading {
	const char *metric;   /* only of this one; NULL: of all */
	int64_t since, until; /* only those made from here on, and before */
	struct cond_moment moment; /* what has come by then counts */
	bool steps, each;          /* a line for each step, for each series */
	struct remarks *remarks;   /* what cannot be measured any more */
	int (*flush)(void *context, struct str lines, struct err *err);
	void *context;
};
struct metric_graded {
	uint64_t forecasts, steps; /* kept */
	uint64_t come;             /* steps of which we know what came */
};
/* Lines as of series_trials_put, about {"metric","by","where","group",
 * "within","series"}: how good the kept forecasts of each definition were, by
 * method, and how good the naive ones would have been from the same times. Not
 * in a transaction. */
int metric_grade(struct store *st, const struct tenant *t,
    const struct metric_grading *how, struct metric_graded *ret,
    struct err *err);
extern const char *const metric_grade_columns[];
extern const size_t metric_grade_column_count;
/* The forecasts themselves: {"metric","by","where","group","within","series",
 * "made_at","step","time","mean","lo80","hi80","lo95","hi95","actual",
 * "method"}. */
int metric_kept(struct store *st, const struct tenant *t,
    const struct metric_grading *how, struct metric_graded *ret,
    struct err *err);
extern const char *const metric_kept_columns[];
extern const size_t metric_kept_column_count;

#endif
