/* SPDX-License-Identifier: ISC */
/* What the files of the forecast room share with each other. */
#ifndef DL_FORECAST_PRIV_H
#define DL_FORECAST_PRIV_H

#include <math.h>

#include "forecast/forecast.h"

/* result.c */
/* The normal quantile of the upper bound of a level: 1.28..., 1.96... */
extern const double forecast_z[FORECAST_LEVELS];
/* Bounds at mean -+ z * sd of that step. */
void forecast_bounds(struct forecast *f, size_t step, double sd);
/* To be called last: cuts at 0 where the data are non-negative, sees to
 * low <= mean <= high, and refuses what is not finite. */
int forecast_finish(
    struct forecast *f, const struct forecast_ask *ask, struct err *err);

/* order.c: of values that get out of order; n >= 1. The share between two of
 * them is interpolated (type 7 of Hyndman & Fan 1996). */
double forecast_quantile(double *values, size_t n, double share);
double forecast_median(double *values, size_t n);

/* adjust.c: a series without its season, by classical decomposition. */
enum forecast_season {
	FORECAST_NO_SEASON,
	FORECAST_ADDITIVE,
	FORECAST_MULTIPLICATIVE
};
struct forecast_adjusted {
	enum forecast_season season; /* what was done */
	size_t n, period;
	double *y;     /* n */
	double *index; /* by phase */
};
/* Multiplicative where the test finds a season. */
enum forecast_season forecast_season_of(const struct forecast_series *s);
/* Multiplicative becomes additive where a value is 0 or less; nothing is taken
 * out where that cannot be done. */
void forecast_adjust(const struct forecast_series *s,
    enum forecast_season season, struct forecast_adjusted *ret);
void forecast_readjust(const struct forecast_adjusted *a, struct forecast *f);
void forecast_adjusted_release(struct forecast_adjusted *a);

/* optimise.c: the downhill simplex of Nelder & Mead (1965). Goes from x[n] to
 * the least f it finds; step[n] is the size of the first simplex (none 0). f
 * may return INFINITY or NAN for what is not allowed. Deterministic; at most
 * `evaluations` of f. Returns f there; INFINITY, x as given, where f is nowhere
 * allowed. A search that ended in a corner goes on when it is called again. */
struct forecast_search {
	double (*f)(const double *x, void *context);
	void *context;
	size_t n;
	const double *step;
	unsigned evaluations;
	double tolerance; /* relative, of f over the simplex */
};
double forecast_minimise(const struct forecast_search *search, double *x);

/* linear.c: least squares by Householder's QR. x is n rows of k columns, row
 * after row. Returns the rank; columns that depend on earlier ones get
 * coefficient 0. ret_inverse, unless NULL, becomes (X'X)^-1, k by k (0 for
 * those columns); ret_squares, unless NULL, the sum of squared residuals. */
size_t forecast_least_squares(const double *x, const double *y, size_t n,
    size_t k, double *ret_coefficients, double *ret_inverse,
    double *ret_squares);

#endif
