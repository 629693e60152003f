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

#endif
