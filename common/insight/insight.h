/* SPDX-License-Identifier: ISC */
/*
 * insight: what series, and what a tenant's metrics, have to tell: what is out
 * of the ordinary and which parts carry it, said as records with the numbers,
 * and left as signals that others act on.
 *
 * Ownership: what is filled by a function is released by the one of its name.
 */
#ifndef DL_INSIGHT_H
#define DL_INSIGHT_H

#include "base/base.h"
#include "forecast/forecast.h"
#include "metric/metric.h"
#include "series/series.h"
#include "store/store.h"
#include "tenant/tenant.h"

/* ---- find.c: what is out of the ordinary ----------------------------------
 */

/* Streaming: as it was found when it came (forecast_watch, rates by those
 * before); of several alarms within a window the first. Moving: the moving
 * mean of so many values and three standard deviations. Else by all that is
 * known now: a robust decomposition, and rates by their counts. */
struct insight_how {
	bool streaming;
	bool each;     /* streaming: every alarm, not the first of a window */
	size_t moving; /* 0: not */
	double rare; /* streaming: one false alarm in so many windows; 0: 30 */
	enum forecast_values values;
};
struct insight_found {
	const char *method; /* "watch", "moving", "rate", "esd" */
	size_t window;      /* observations that belong together */
	struct forecast_anomalies of;
};
/* ERR_USAGE: this series is no good for it. */
int insight_find(const struct series *s, const struct insight_how *how,
    struct insight_found *ret, struct err *err);
void insight_found_release(struct insight_found *f);

/* ---- parts.c: who carries a change ----------------------------------------
 */

/* A series that is kept, and the parts of it by one or more fields. */
struct insight_whole;
struct insight_whole *insight_whole_new(const struct insight_how *how);
void insight_whole_free(struct insight_whole *w);
/* The whole itself; once. Its parts follow. */
void insight_whole_set(struct insight_whole *w, const struct series *s);
/* A part: one of those with a value of the field. Parts of one field may
 * overlap (segments): then each is compared with the rest. ERR_USAGE: its steps
 * are others than those of the whole. */
int insight_part_add(struct insight_whole *w, const char *field, bool overlap,
    const struct series *part, struct err *err);
/* For records, when there is no whole: what the parts of the first field come
 * to together. ERR_USAGE without any. */
int insight_whole_sum(struct insight_whole *w, struct err *err);
const struct series *insight_whole_series(const struct insight_whole *w);
/* Appends [{"field","part","value","expected","share"}, ...]: the few parts
 * that stand for two thirds of it, of the field whose parts changed most;
 * share is of the change. An empty list: no parts stand out. */
void insight_explain(
    struct insight_whole *w, const struct forecast_anomaly *a, struct buf *out);
/* Reads metric `ask` and its parts by each of the fields, NULL-ended, and by
 * the tenant's segments if that is one of them ("segment"). Not in a
 * transaction. */
int insight_whole_read(struct insight_whole *w, struct store *st,
    const struct tenant *t, const struct metric_ask *ask,
    const char *const *fields, struct series_counts *ret, struct err *err);

/* ---- put.c: records --------------------------------------------------------
 */

/* {"series","time","from","span","value","of","expected","low","high",
 * "direction","severity","chance","method","because"} of each anomaly; with
 * `all`, of each observation, those that are ordinary without direction and
 * what is behind it. whole NULL: nothing of because. */
void insight_put_anomalies(const struct series *s,
    const struct insight_found *f, bool all, struct insight_whole *whole,
    struct buf *out);
/* The same of one, without the end of the line, in an object that is open. */
void insight_put_anomaly(const struct series *s, const struct insight_found *f,
    const struct forecast_anomaly *a, struct insight_whole *whole,
    struct json_writer *w);
extern const char *const insight_anomaly_columns[];
extern const size_t insight_anomaly_column_count;

/* ---- alarm.c: in a sentence ------------------------------------------------
 */

struct insight_alarm {
	const char *metric;
	const char *group; /* the field whose value the series is of; NULL */
	const struct series *series;
	const struct forecast_anomaly *anomaly;
};
/* What it is, in "ja" or "en"; in a few words; in a sentence. */
void insight_say_headline(
    const struct insight_alarm *a, const char *locale, struct buf *out);
void insight_say_anomaly(
    const struct insight_alarm *a, const char *locale, struct buf *out);
/* What carries it, of a list that insight_explain gave; nothing of an empty
 * one. */
void insight_say_because(const char *metric, struct str because,
    const char *locale, struct buf *out);

/* ---- trend.c: where it goes ------------------------------------------------
 */

/* {"series","finding",...,"text"}: the finding "trend" (slope, low, high,
 * chance), of days "weekday" and, where they are known for two years, "month"
 * (best, worst, strength, chance), and each "change" of the level (time,
 * before, after, chance); text is a sentence in "ja" or "en". picture, unless
 * NULL, gets the line and the changes. ERR_USAGE: this series is no good for
 * it. */
int insight_trend(const struct series *s, const char *locale,
    struct series_picture *picture, struct buf *out, struct err *err);
extern const char *const insight_trend_columns[];
extern const size_t insight_trend_column_count;

/* ---- tell.c, pace.c, groups.c: what a tenant's numbers have to say ---------
 */

struct insight_telling {
	struct cond_moment moment;
	const struct cond *where; /* bound; NULL: all leads */
	int64_t within;           /* ms a lead has for converting */
	const char *locale;       /* "ja", "en" */
	bool explain;             /* also why something is not said: {"insight",
				     "metric","left_out"} */
};
/*
 * {"insight",...,"text"}, a line each, in this order: "pace" against each of
 * the month's goals, "last_month" against the one before, "trend", "change" and
 * "season", the latest "anomaly", the "best" and "worst" source, industry and
 * segment, and "recommendation"s by rank. Nothing is said that chance explains.
 * Not in a transaction.
 */
int insight_tell(struct store *st, const struct tenant *t,
    const struct insight_telling *how, struct buf *out, struct err *err);
extern const char *const insight_told_columns[];
extern const size_t insight_told_column_count;

#endif
