/* SPDX-License-Identifier: ISC */
/*
 * outlook: the verbs that look at series. Which series those are is asked the
 * same way by all of them: records that are read, or, with a metric, what the
 * store is measured by. Here they come in, one by one or several at once, are
 * looked at, and what there is to say of each is printed; a series that is no
 * good is told and passed over.
 *
 *	static int
 *	forecast(struct session *s, struct err *err)
 *	{
 *		return outlook_forecast(s, &arg.of, &arg.ahead, err);
 *	}
 *
 * A verb returns a status as work of a session does: CLI_REJECTS when records
 * or series were refused, -1 on errors. What it is asked is borrowed.
 */
#ifndef DL_OUTLOOK_H
#define DL_OUTLOOK_H

#include "base/base.h"
#include "cli/cli.h"
#include "insight/insight.h"
#include "metric/metric.h"
#include "series/series.h"
#include "session/session.h"

/* ---- read.c: series in ---------------------------------------------------
 */

/* Which series: what the options of a program say. */
struct outlook_of {
	const char *period;    /* numbers of steps, "7,365", "auto"; NULL */
	int by;                /* of series_units; -1: as found */
	const char *metric;    /* from the store; NULL: records */
	const char *group;     /* a field of leads */
	bool parts;            /* group is good for records too: it names
				  their series, which are parts of a whole */
	int64_t since, within; /* as in metric_ask */
	int64_t until;         /* of records; as in series_rules */
	const char *series;    /* fields of records, NULL: these words */
	const char *time, *value;
	const char *zone; /* of their times */
	const char *encoding, *rejects;
	int doubled, gaps; /* enum series_double, enum series_gaps */
	bool sorted;
	struct cli_list drivers; /* further fields with numbers */
	bool driven;  /* the work has drivers: what is said of records is said
			 of theirs, with a metric too */
	int64_t jobs; /* series at once; 0: one per processor */
};
#define OUTLOOK_OF                                                 \
	{                                                          \
		.by = -1, .since = TIME_MIN, .within = 90 * MS_DAY \
	}

/* How such a verb runs: on the store with a metric, else as a filter. ERR_USAGE
 * for options that only the other of the two knows. */
int outlook_runs(
    const struct cli_call *call, const struct outlook_of *of, struct err *err);

/* A work for each series: `each` where it comes up; or `look`, several at once
 * and on any thread, which leaves all this as it is, and `tell`, in their
 * order, which frees the result. */
struct outlook {
	struct session *s;
	const struct outlook_of *of;
	bool sparse; /* the work minds what is missing by itself */
	bool stops;  /* an interruption ends it: all of them or none */
	int (*each)(
	    struct outlook *o, const struct series *series, struct err *err);
	void *(*look)(void *outlook, const struct series *series);
	int (*tell)(void *outlook, const struct series *series, void *result,
	    struct err *err);
	void *context;            /* of the work */
	struct buf lines;         /* what there is to say of a series */
	struct series_crew *crew; /* private */
	uint64_t refused;         /* series that came, but were no good */
};
/* Does the work for every series that was asked for, and says in the summary
 * how many those were. */
int outlook_read(struct outlook *o, struct err *err);
void outlook_release(struct outlook *o);
/* Prints o->lines, and empties it. */
void outlook_put(struct outlook *o);
/* This series cannot be used: it is told, and the others go on. */
void outlook_refuse(
    struct outlook *o, const struct series *series, const struct err *why);

/* What the options ask of series, and, with a metric, of the store. */
int outlook_rules(const struct outlook_of *of, bool sparse,
    struct series_rules *ret, struct err *err);
int outlook_ask(
    const struct outlook *o, struct metric_ask *ret, struct err *err);
/* Of what is written for people: "ja" or "en", NULL as the tenant has it. */
int outlook_locale(const struct session *s, const char *asked, const char **ret,
    struct err *err);

/* {"series","time","value",...}: the series themselves. */
int outlook_series(
    struct session *s, const struct outlook_of *of, struct err *err);

/* ---- picture.c: formats that are looked at --------------------------------
 */

struct outlook_picture {
	struct series_picture *of; /* NULL: records are printed */
	struct series_look look;
	int format; /* private */
};
/* As --format says, which goes with nothing that is to be explained; title
 * NULL: the metric; locale as in outlook_locale. */
int outlook_picture_open(struct outlook_picture *ret, const struct session *s,
    const struct outlook_of *of, bool explain, const char *title,
    const char *locale, struct err *err);
/* Draws it, when there is one and rc is not that of an error, and frees it;
 * returns rc, or -1 when that failed. */
int outlook_picture_end(
    struct outlook_picture *p, struct outlook *o, int rc, struct err *err);

/* ---- ahead.c: forecasts --------------------------------------------------
 */

struct outlook_ahead {
	const char *method; /* as forecast_method_find knows it */
	bool thorough, explain;
	int64_t horizon;            /* steps; 0: series_horizon */
	bool negative;              /* also below 0 where no value is */
	const char *title, *locale; /* of a picture; NULL: the metric, as the
				       tenant has it */
};
struct forecast_ask outlook_ahead_ask(
    const struct outlook_ahead *how, const struct series *series);
/* Prints records, or with --format chart, svg, png or pdf a picture. */
int outlook_forecast(struct session *s, const struct outlook_of *of,
    const struct outlook_ahead *how, struct err *err);
/* Prints them and keeps them, in one change, when all are made. */
int outlook_keep(struct session *s, const struct outlook_of *of,
    const struct outlook_ahead *how, struct err *err);

/* ---- backtest.c ----------------------------------------------------------
 */

struct outlook_backtest {
	struct outlook_ahead ahead; /* its methods are a list: a,b,c */
	int64_t origins, every;
	bool steps, each; /* a line for each step, for each series */
	bool gate; /* CLI_NO when the first method loses to a naive one */
};
int outlook_backtest(struct session *s, const struct outlook_of *of,
    const struct outlook_backtest *how, struct err *err);

/* ---- odd.c: what is out of the ordinary, and where it goes ----------------
 */

struct outlook_odd {
	bool streaming, all;
	int64_t moving, rare;       /* as in insight_how */
	const char *title, *locale; /* of a picture */
};
int outlook_anomalies(struct session *s, const struct outlook_of *of,
    const struct outlook_odd *how, struct err *err);
int outlook_trend(struct session *s, const struct outlook_of *of,
    const char *title, const char *locale, struct err *err);

/* ---- tell.c: what a tenant's numbers have to say --------------------------
 */

struct outlook_tell {
	const char *locale; /* NULL: the tenant's */
	bool explain;       /* also why something is not said */
	int64_t within;     /* ms a lead has for converting */
};
/* Prints records, or with --format text or markdown the sentences for people;
 * reasons are then left out. */
int outlook_tell(
    struct session *s, const struct outlook_tell *how, struct err *err);

/* ---- simulate.c: what if -------------------------------------------------
 */

/* Drivers are fields of the records or, with a file, of that; with a metric
 * also other metrics, of the same leads: "events:seminar_attended",
 * "seminars=events:seminar_attended". */
struct outlook_what_if {
	struct outlook_ahead ahead; /* its horizon and sign */
	struct cli_list set, cost;  /* "budget=+20%", "budget=1000" */
	struct cli_list lag;        /* as of series_lag_read */
	const char *file;           /* with drivers; NULL: none */
	double worth;               /* of one more; NAN: nobody said */
	bool steps, effects, explain;
	bool gate; /* CLI_NO when no effect is clear */
};
int outlook_simulate(struct session *s, const struct outlook_of *of,
    const struct outlook_what_if *how, struct err *err);

#endif
