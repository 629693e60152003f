/* SPDX-License-Identifier: ISC */
/*
 * series: numbers in time. Records become series at equal distances, whose
 * calendar is found from their times (calendar.c): hours are equally long, but
 * days, months and years are not, so steps are counted in the unit they are
 * steps of. What is missing, double or out of place is remarked upon and
 * handled by a stated rule (grid.c). Numbers about series go out with the times
 * they stand for (put.c).
 *
 *	struct series_read job = {..., .each = forecast_it, .context = s};
 *	series_read(&job, &done, err);
 *
 * Ownership: a series and all in it is borrowed during the call for it.
 */
#ifndef DL_SERIES_H
#define DL_SERIES_H

#include "base/base.h"
#include "chart/chart.h"
#include "forecast/forecast.h"
#include "json/json.h"
#include "record/record.h"

/* ---- time.c: how times are written -------------------------------------- */

/* From the coarsest to the finest; one series has one, the finest in it. */
enum series_form {
	SERIES_NUMBER,  /* 17: a count of steps, no calendar */
	SERIES_YEAR,    /* 2026; never read, for --by year */
	SERIES_QUARTER, /* 2026-Q1, 2026Q1 */
	SERIES_MONTH,   /* 2026-01, 2026/1, 2026年1月 */
	SERIES_WEEK,    /* 2026-W05 (ISO 8601) */
	SERIES_DATE,    /* 2026-01-05, 2026/1/5, 2026年1月5日 */
	SERIES_MOMENT,  /* anything with a clock */
};
/* A time without offset is local in the zone. *ret is the number itself, or the
 * moment at which what is named begins. */
bool series_time_read(struct str text, const struct zone *zone,
    struct arena *scratch, enum series_form *ret_form, int64_t *ret);

/* ---- calendar.c --------------------------------------------------------- */

enum series_unit {
	SERIES_COUNT,   /* of numbers */
	SERIES_MS,      /* what is shorter than a day, in milliseconds */
	SERIES_DAYS,    /* of the calendar: 7 are a week */
	SERIES_WEEKDAY, /* Monday to Friday */
	SERIES_MONTHS,  /* 3 are a quarter, 12 a year */
};
/* Where in time a series stands: position i is at the unit's number
 * first + i * step. */
struct series_calendar {
	enum series_unit unit;
	int64_t step; /* units to the next position, at least 1 */
	int64_t first;
	int64_t slack; /* how far before its number a position begins: none
			  where the unit was asked for, half a step else */
	enum series_form form;
	unsigned day;  /* of SERIES_MONTHS: day of the month, 31 its last */
	int64_t clock; /* of days and months: ms after midnight */
	const struct zone *zone;
};
/* The calendar of times in ascending order, none twice, at least one; unit as
 * asked for ("day", ...) or, NULL, as found: see series_units. *ret_moved is
 * how many of them do not stand where they should. */
void series_calendar_find(const int64_t *at, size_t count,
    enum series_form form, const char *unit, const struct zone *zone,
    struct series_calendar *ret, size_t *ret_moved);
/* Words for --by, NULL-ended: hour day weekday week month quarter year. */
extern const char *const series_units[];
/* The position a time belongs to, from 0 where the calendar begins. */
int64_t series_position(const struct series_calendar *c, int64_t at);
/* The time of a position, or the number itself. */
int64_t series_time(const struct series_calendar *c, int64_t position);
/* The same as text, written as the series had it. */
void series_time_add(
    struct buf *out, const struct series_calendar *c, int64_t position);
/* "a day", "5 minutes", "a month": the distance in words. */
void series_step_add(struct buf *out, const struct series_calendar *c);
/* Positions in a season: 24 hours, 7 days, 5 working days, 52 weeks, 12 months,
 * 4 quarters; 1 where there is none or nobody knows. *ret_longer (may be
 * NULL): those in the season above it, 168 hours, 365 days; else 0. */
size_t series_season(const struct series_calendar *c, size_t *ret_longer);

/* ---- grid.c: from points to a series ------------------------------------ */

struct series_point {
	int64_t at;
	double value; /* NAN: there was a time, but no value */
};

enum series_double { /* two values at one time */
	SERIES_LAST,
	SERIES_FIRST,
	SERIES_SUM,
	SERIES_MEAN,
};
extern const char *const series_doubles[]; /* their words, NULL-ended */

enum series_gaps {   /* no value at a time between others */
	SERIES_FILL, /* forecast_fill: from its neighbours and its season */
	SERIES_ZERO,
};
extern const char *const series_gaps[];

/* What else was known at times of a series, in the order in which it came. */
struct series_driver {
	struct str name;
	struct series_point *points;
	size_t count, cap;
	bool zero; /* where nothing is known of it there was none */
};

/* Seasons above the first, each longer than the one before it; 0 ends. */
enum { SERIES_LONGER = FORECAST_SEASONS - 1 };

struct series {
	struct str name; /* missing: the only one, and has none */
	struct series_calendar calendar;
	size_t n;
	const double *y;     /* n finite values, gaps filled */
	const double *known; /* the same with NAN where there was none */
	const double *of;    /* of a rate: how many each value is a share of, 0
				where it is missing; NULL: it is no rate */
	size_t missing;      /* how many NAN are in it */
	size_t period;       /* of the season, 1: none */
	size_t longer[SERIES_LONGER];
	bool non_negative;                   /* no value is below 0 */
	const struct series_driver *drivers; /* as read: of series_read */
	size_t driver_count;
};
/* What the room for forecasts takes; points into s. */
struct forecast_series series_numbers(const struct series *s);
/* "tokyo", in quotes, or "the series": how messages call it. */
const char *series_called(struct str name);

#define SERIES_AUTO SIZE_MAX
struct series_rules {
	const char *unit; /* of series_units; NULL: found from the times */
	const struct zone *zone;
	size_t period; /* 0: as the calendar has it, or found where that knows
			  none; SERIES_AUTO: found in the values */
	size_t longer[SERIES_LONGER]; /* with a period of its own */
	int64_t until; /* the step that holds this moment, and what is later,
			  are left out; 0: none; numbers have no moments */
	enum series_double doubled;
	enum series_gaps gaps;
	bool sparse; /* more than half may be missing: `known` is what counts */
};

/* What a series is made in; zero-initialise. */
struct series_room {
	double *y, *known;
	struct series_point *points;
	int64_t *at;
	size_t y_cap, known_cap, point_cap, at_cap;
};
void series_room_release(struct series_room *room);
/* A series of points in any order, which are put in order. Borrows the room
 * until it is used again. ERR_USAGE: there is nothing to make one of, or it
 * would be more fiction than fact; `remarks` are told what was mended. */
int series_make(struct series_room *room, struct str name,
    struct series_point *points, size_t count, enum series_form form,
    const struct series_rules *rules, struct remarks *remarks,
    struct series *ret, struct err *err);

/* The same of values that stand in their places already: known[n], NAN where
 * there is none, of[n] as in a series or NULL. What is missing at the ends is
 * cut off. */
int series_set(struct series_room *room, struct str name,
    const struct series_calendar *calendar, const double *known,
    const double *of, size_t n, const struct series_rules *rules,
    struct remarks *remarks, struct series *ret, struct err *err);

/* ---- read.c: records to series ------------------------------------------ */

struct series_read {
	char *const *paths; /* none: standard input */
	size_t path_count;
	const char *encoding;              /* any iconv knows; NULL is UTF-8 */
	const char *series, *time, *value; /* fields; NULL: these words */
	const char *const *drivers;        /* further fields with numbers */
	size_t driver_count;
	struct series_rules rules;
	bool sorted; /* the records of a series come one after another: only
			one series is held in memory */
	bool apart;  /* there are no values but those of drivers; a series has
			its name, the form of its times and its drivers */
	struct remarks *remarks; /* about files and series */
	struct remarks *refused; /* records, and series too poor to use */
	const char *rejects;     /* file for these records; NULL: none */
	/* Called for each series, in the order in which they came first. */
	int (*each)(void *context, const struct series *s, struct err *err);
	void *context;
};
struct series_counts {
	struct record_counts records;
	uint64_t series, refused; /* given to each; and those that were not */
};
/* Memory: 16 bytes a record and for each of its drivers, less when sorted. */
int series_read(
    const struct series_read *job, struct series_counts *ret, struct err *err);

/* ---- watch.c ------------------------------------------------------------- */

/* How to watch it for anomalies: window and seasons by its calendar. */
struct forecast_watch_plan series_watch(const struct series *s);

/* ---- crew.c: several series at once ---------------------------------------
 */

/* `look` runs on any thread and must leave the context as it is; `tell` runs
 * where series are added, in the order in which they were, and frees the
 * result. */
struct series_work {
	void *(*look)(void *context, const struct series *s);
	int (*tell)(void *context, const struct series *s, void *result,
	    struct err *err);
	void *context;
};
struct series_crew;
/* workers 0: as many as there are processors; 1: no threads at all. */
struct series_crew *series_crew_new(
    size_t workers, const struct series_work *work);
/* Copies the series; -1 when `tell` said so of an earlier one. */
int series_crew_add(
    struct series_crew *c, const struct series *s, struct err *err);
/* Waits for all, and frees the crew. */
int series_crew_end(struct series_crew *c, struct err *err);

/* ---- simulate.c: what if --------------------------------------------------
 */

struct series_change {
	struct str driver;
	enum series_change_how {
		SERIES_BECOMES, /* 12 */
		SERIES_MORE,    /* +3, -3 */
		SERIES_TIMES,   /* +20%, -20% */
	} how;
	double by;
};
/* "budget=+20%" */
int series_change_read(
    struct str text, struct series_change *ret, struct err *err);
/* What a unit of a driver costs: "budget" (1), "campaign_days=30000". */
struct series_price {
	struct str driver;
	double price;
};
int series_price_read(
    struct str text, struct series_price *ret, struct err *err);

/* A driver acts so many steps later: "2", of all drivers; "budget=0..4", the
 * one of these that AICc has. */
enum { SERIES_LONGEST_LAG = 1000 };
struct series_lag {
	struct str driver; /* p NULL: all of which nothing else is said */
	size_t least, most;
};
int series_lag_read(struct str text, struct series_lag *ret, struct err *err);

struct series_picture;
struct series_question {
	const struct series_change *changes;
	size_t change_count;
	const struct series_price *prices; /* none: costs are not told */
	size_t price_count;
	const struct series_lag *lags; /* none: all act in the same step */
	size_t lag_count;
	double worth; /* of one of what is counted; NAN: returns are not told */
	bool steps;   /* also a line for each step */
	bool effects; /* also a line for each driver */
	bool explain; /* no answer but the lags that were looked at */
	struct series_picture *picture; /* of both futures, instead of lines */
	struct series_rules rules; /* of several values at a time, of gaps */
	struct remarks *remarks;
};
/* Two futures of a series that has drivers (all of which may move it): as
 * planned (values of drivers behind the end of the series; where there are
 * none, the last season again, or the last value), and with the changes. A line
 * with the totals: {"series","from","to","before","after","difference","lo80",
 * "hi80","lo95","hi95","cost","cost_each","cost_each_lo95","cost_each_hi95",
 * "return","return_lo95","return_hi95","clear","method","answer"}. What acts
 * later is followed behind the horizon. *ret_clear: the difference is more than
 * chance makes in one case of 20, as many lags as were tried; only then there
 * is a cost for each and a return. ERR_USAGE: history does not support the
 * question, for the reason given. */
int series_simulate(const struct series *s, const struct forecast_ask *ask,
    const struct series_question *q, struct buf *out, bool *ret_clear,
    struct err *err);
/* What these lines hold, for tables; returns how many. */
enum { SERIES_SIMULATE_COLUMNS = 28 };
size_t series_simulate_columns(
    const struct series_question *q, const char *ret[SERIES_SIMULATE_COLUMNS]);
/* {"series","driver","lag","aicc","chosen"}, under explain. */
extern const char *const series_lag_columns[];
extern const size_t series_lag_column_count;

/* ---- apart.c: drivers that are known apart from series --------------------
 */

struct series_apart;
struct series_apart *series_apart_new(void);
void series_apart_free(struct series_apart *a);
/* Records with times and fields that are drivers (job->drivers), no value;
 * those with the name of a series are of that one, those without one of all. */
int series_apart_read(struct series_apart *a, const struct series_read *job,
    struct series_counts *ret, struct err *err);
/* The values of a series are a driver of this name: of the series called as it
 * is, or of all. */
void series_apart_add(struct series_apart *a, struct str driver,
    const struct series *s, bool all);
/* Where nothing is told of this driver there was none: it is counted. */
void series_apart_zero(struct series_apart *a, struct str driver);
/* The drivers of a series, in the order of `names`, into ret[count], which
 * borrow from `a`. ERR_USAGE: their times are numbers and those of the series
 * are not, or the other way round. */
int series_apart_join(const struct series_apart *a, const struct series *s,
    const char *const *names, size_t count, struct series_driver *ret,
    struct err *err);

/* ---- put.c: numbers about series ---------------------------------------- */

/* A member with the time of a position: a number where times are. */
void series_put_time(struct json_writer *w, const char *name,
    const struct series_calendar *c, int64_t position);
/* {"series","step","time","mean","lo80","hi80","lo95","hi95","method"} for each
 * step, a line each; numbers to the digits that mean something: a
 * ten-thousandth of the narrowest interval. */
void series_put_forecast(
    const struct series *s, const struct forecast *f, struct buf *out);
extern const char *const series_forecast_columns[];
extern const size_t series_forecast_column_count;
/* {"series","time","value","of","filled"} of each value; `of` in rates only,
 * filled only where it is true. */
void series_put(const struct series *s, struct buf *out);
extern const char *const series_columns[];
extern const size_t series_column_count;

/* ---- picture.c: series and their forecasts, to be looked at ---------------
 */

struct series_picture; /* a panel for each series */
struct series_look {
	const char *title; /* NULL: the series' name, where it is one */
	bool japanese;
};
struct series_picture *series_picture_new(void);
void series_picture_free(struct series_picture *p);
/* Copies both; of a long past what is near. */
void series_picture_add(
    struct series_picture *p, const struct series *s, const struct forecast *f);
/* The same of what is odd: within which it would be ordinary, and marks by
 * severity. */
void series_picture_odd(struct series_picture *p, const struct series *s,
    const char *method, const struct forecast_anomalies *odd);
/* And of where it goes: a line between the values `from` at the first time and
 * `to` at the last (NAN: none), and the positions at which the level changed.
 */
void series_picture_trend(struct series_picture *p, const struct series *s,
    double from, double to, const size_t *change, size_t changes);
void series_picture_text(const struct series_picture *p,
    const struct series_look *look, struct chart_style style, struct buf *out);
int series_picture_draw(const struct series_picture *p,
    const struct series_look *look, enum chart_picture kind,
    struct remarks *remarks, struct buf *out, struct err *err);

/* {"series","method","weight","error","aicc","origins","widened","why"} of each
 * candidate of an automatic forecast. */
void series_put_choice(const struct series *s,
    const struct forecast_choice *choice, struct buf *out);
extern const char *const series_choice_columns[];
extern const size_t series_choice_column_count;
/* The steps as a JSON array of [mean, lo80, hi80, lo95, hi95], rounded like
 * that; and back: false when it is no such array. */
void series_put_steps(const struct forecast *f, struct buf *out);
bool series_take_steps(struct str json, struct forecast *ret);

/* ---- trials.c: how good forecasts of many series were -------------------- */

struct series_trial {
	char method[64];
	size_t refused; /* origins at which it made no forecast */
	struct forecast_measure all, *step; /* `horizon` of them */
};
/* Zero-initialise. */
struct series_trials {
	size_t horizon;             /* the longest */
	struct series_trial *trial; /* by method, as they came first */
	size_t count, cap;
};
void series_trials_release(struct series_trials *t);
void series_trials_add(
    struct series_trials *t, const struct forecast_backtest *b);
/* One step of one forecast, and what came. */
void series_trials_measure(struct series_trials *t, const char *method,
    const struct forecast_scale *scale, const struct forecast *f, size_t step,
    double actual);
/* A line for each method, with steps one more for each step: the members of
 * `about` (a JSON object) and {"method","step","forecasts","refused","mape",
 * "smape","mase","rmsse","bias","coverage80","coverage95","width80","width95",
 * "msis95"}; no step in what is of all steps, no measure that cannot be
 * told. */
void series_trials_put(const struct series_trials *t, struct str about,
    bool steps, struct buf *out);
extern const char *const series_trial_columns[];
extern const size_t series_trial_column_count;
/* Is the method of this place worse than the other? By the mean scaled error
 * of all. */
bool series_trials_loses(
    const struct series_trials *t, size_t one, size_t other);
/* The naive methods, which all others are measured by, then NULL; and the place
 * of the better one that stands behind the first method, 0 when none does. */
extern const char *const series_rivals[];
size_t series_trials_rival(const struct series_trials *t);

/* How far to look ahead unless told: a season, but no more than half of what is
 * known, for who looks far on little sees nothing. */
size_t series_horizon(const struct series *s);
/* What must have been known at an origin of a backtest: two seasons and one,
 * or, of a series too short for that, half of it. */
size_t series_least_known(const struct series *s, size_t horizon);
/* {"method","about"} of every method. */
void series_put_methods(struct buf *out);

#endif
