/* SPDX-License-Identifier: ISC */
/*
 * forecast: what a series of numbers will do next, what it does out of the
 * ordinary, and how good such statements were. A small library by itself: pure
 * functions over arrays, without clocks, random numbers or output; the same
 * input gives the same bytes. The source of each formula stands at it.
 *
 * Shapes: a series is `n` finite numbers at equal distances, the oldest first
 * (gaps are filled by forecast_fill before); `period` observations make a
 * season, 1 where there is none. Steps of a forecast count from 0: step h is
 * the (h + 1)th observation after the last.
 *
 * Ownership: what is given is only read. A struct forecast is filled by a
 * method and freed by forecast_release. Methods return 0, or -1 with *err
 * saying why this series cannot be forecast by this method (ERR_USAGE: too
 * short, not positive ...); none returns NAN or infinity in a mean or a bound.
 * Where the numbers are so large that arithmetic overflows, that is an error
 * as well.
 *
 * Memory and time: proportional to n for one fit; the number of evaluations of
 * every optimiser is bounded.
 */
#ifndef DL_FORECAST_H
#define DL_FORECAST_H

#include "base/base.h"

struct forecast_series {
	const double *y;
	size_t n;
	size_t period;
};

/* What is asked for. */
struct forecast_ask {
	size_t horizon;    /* steps, at least 1 */
	bool non_negative; /* the data cannot fall below 0, so neither means nor
			      bounds do */
};

enum forecast_level { FORECAST_80, FORECAST_95, FORECAST_LEVELS };

struct forecast {
	size_t horizon;
	double *mean;                  /* by step */
	double *low[FORECAST_LEVELS];  /* central intervals; low <= mean */
	double *high[FORECAST_LEVELS]; /* <= high, by step */
	char method[64];               /* "ETS(A,Ad,N)", "ARIMA(0,1,1)" */
	double log_likelihood;         /* NAN where the method has none */
	double aicc;                   /* of forecasts by the same method only;
					  NAN where it has none */
	size_t parameters;             /* that were estimated, start included */
	size_t n;
	double *fitted; /* n forecasts one step ahead from within
			   the series; NAN where there is none */
};
/* Room for a forecast of `horizon` steps of a series of n; all NAN. */
void forecast_make(struct forecast *f, size_t n, size_t horizon);
void forecast_release(struct forecast *f);

/* ---- fill.c -------------------------------------------------------------- */

/* Puts values where there is none (NAN), between others: on the line between
 * the nearest values at the same place of an earlier and of a later season;
 * where one of these is missing, on the line between its neighbours. The first
 * and the last of y[n] are values. Returns how many were put. */
size_t forecast_fill(double *y, size_t n, size_t period);

/* ---- methods.c: each by its name ----------------------------------------- */

struct forecast_method {
	const char *name; /* as users call it: "snaive" */
	const char *help; /* one line, lower case, no full stop */
	int (*run)(const struct forecast_series *s,
	    const struct forecast_ask *ask, struct forecast *ret,
	    struct err *err);
};
extern const struct forecast_method forecast_methods[]; /* ends with NULL */
/* NULL: there is none of that name. */
const struct forecast_method *forecast_method_find(struct str name);

/* ---- naive.c: what every other method must beat -------------------------- */

/* The last value; the value of the last season; the line from the first value
 * to the last (Hyndman & Athanasopoulos, Forecasting: Principles and Practice,
 * 3rd ed., 5.2). Intervals by their section 5.5. */
int forecast_naive(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_seasonal_naive(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_drift(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

#endif
