/* SPDX-License-Identifier: ISC */
/*
 * watch: metrics that are watched, and a signal when one is out of the
 * ordinary.
 *
 *	{"name": "leads_daily", "metric": "leads", "by": "day",
 *	 "where": "country = 'JP'", "group": "source", "after": "6h",
 *	 "least": "major", "rare": 30}
 *
 *	metric, by, where, group, within	as dl-forecast has them
 *	after	a step is judged so long after its end: 6h, of hours 10m
 *	least	the least severity that is told: "minor", "major", "critical"
 *	rare	of all series together one false alarm in so many windows: 30
 *
 * Each step is judged once, after it ended, by what came before it: what comes
 * for it later changes neither the verdict nor raises another signal; it counts
 * in what is expected of the steps that follow. A watch that was not looked at
 * for some time judges the latest week of days (a window, see series_watch) and
 * passes over what is older; a new one begins with the latest step.
 *
 * What is odd leaves the signal metric.anomaly, in the transaction that notes
 * it: one for each (metric, unit, condition, field), series and step, whatever
 * watch, program or copy found it. Within a window nothing is said again of the
 * same series in the same direction, unless it is graver.
 *
 * Ownership: a struct watch owns all it points to.
 */
#ifndef DL_WATCH_H
#define DL_WATCH_H

#include "base/base.h"
#include "cond/cond.h"
#include "forecast/forecast.h"
#include "json/json.h"
#include "metric/metric.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- document.c: one watch ----------------------------------------------- */

struct watch {
	char *name;
	struct str description; /* missing: none */
	char *metric, *group;   /* group NULL: one series */
	const char *unit;       /* of series_units */
	struct cond *where;     /* NULL: all leads */
	int64_t within, after;  /* ms */
	int64_t rare;
	enum forecast_severity least;
	bool enabled;
	int64_t updated_at;    /* 0: not stored */
	int64_t due_at;        /* when there is something to judge */
	int64_t judged_until;  /* steps that begin before were judged; TIME_MIN:
				  none yet */
	struct json *document; /* private */
};
/* Takes the document, also when it fails: an ERR_USAGE with its place. name
 * NULL: as the document says. */
int watch_of(struct json *document, const char *name, struct watch **ret,
    struct err *err);
void watch_free(struct watch *w);
/* As define accepts it, always the same bytes. */
void watch_print(const struct watch *w, struct buf *out);
/* {"name","enabled","metric","by","where","group","least","due_at",
 * "judged_until","description"} */
void watch_put(const struct watch *w, struct buf *out);

/* ---- keep.c: in the tenant's store --------------------------------------- */

/* All in a change transaction of the caller, with their audit row. */
int watch_define(struct store *st, const struct tenant *t,
    const struct watch *w, const char *who, int64_t now, struct buf *ret_old,
    bool *ret_changed, struct err *err);
int watch_remove(struct store *st, const struct tenant *t, const char *name,
    const char *who, int64_t now, struct err *err);
/* Switched on it begins anew. */
int watch_switch(struct store *st, const struct tenant *t, const char *name,
    bool on, const char *who, int64_t now, bool *ret_changed, struct err *err);
/* By name; NULL-ended. One that cannot be read any more is a remark and left
 * out. */
int watch_list_read(struct store *st, const struct tenant *t,
    struct remarks *broken, struct watch ***ret, struct err *err);
void watch_list_free(struct watch **list);
/* A missing one is an ERR_USAGE that suggests the nearest. */
int watch_need(struct store *st, const struct tenant *t, const char *name,
    struct watch **ret, struct err *err);
/* What cannot work in this store: an event type or segment that is not there.
 * st NULL: only what is wrong everywhere. */
int watch_check(
    struct store *st, const struct tenant *t, struct watch *w, struct err *err);

/* ---- look.c, run.c: looking at them -------------------------------------- */

struct watch_run {
	struct cond_moment moment;
	bool replay, dry_run;
	/* Only these, due or not; NULL: all that are due. */
	const char *const *names;
	/* Lines as of the signal, as they are committed. */
	int (*flush)(void *context, struct str lines, struct err *err);
	void *context;
	struct remarks *remarks; /* watches that cannot be looked at */
};
struct watch_ran {
	uint64_t watches, steps, alarms; /* steps of series that were judged */
	uint64_t problems;
	struct buf holder; /* not empty: another copy is at work, this one;
			      nothing was done */
};
/* Begins its own transactions. One cheap look when nothing is due. */
int watch_run(struct store *st, const struct tenant *t,
    const struct watch_run *job, struct watch_ran *ret, struct err *err);
/* What was told since a moment, a line each as of the signal, with "told_at".
 */
int watch_log(struct store *st, const struct tenant *t, int64_t since,
    int (*each)(void *context, struct str line, struct err *err), void *context,
    struct err *err);

#endif
