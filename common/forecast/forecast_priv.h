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
/* How much too narrow intervals are of a model that is one of many and was
 * chosen by n observations. */
double forecast_of_many(size_t n);
/* To be called last: cuts at 0 where the data are non-negative, sees to
 * low <= mean <= high, and refuses what is not finite. */
int forecast_finish(
    struct forecast *f, const struct forecast_ask *ask, struct err *err);

/* order.c: of values that get out of order; n >= 1. */
/* What would stand at [k] if they were sorted; afterwards it does stand there,
 * with nothing greater before it and nothing smaller behind it. */
double forecast_select(double *values, size_t n, size_t k);
/* The share between two of them is interpolated (type 7 of Hyndman & Fan 1996).
 */
double forecast_quantile(double *values, size_t n, double share);
double forecast_median(double *values, size_t n);
/* The mean of the middle half of the weights (n >= 1, their sum > 0), by
 * value: neither does one value that runs away count, nor is one lost that is
 * only the largest. Both become sorted; for a few. */
double forecast_middle(double *value, double *weight, size_t n);
void forecast_sort(double *values, size_t n);
/* From 1; equal values share the mean of theirs. */
void forecast_ranks(const double *values, size_t n, double *ret);

/* season.c: whether two seasons or more are alike beyond chance, however few;
 * also where they are alike within as well, which hides them from the test of
 * forecast_is_seasonal. */
bool forecast_comes_again(const double *y, size_t n, size_t period);

/* stl.c: the span of the i-th season, the shortest first, in forecast_mstl
 * (Bandara, Hyndman & Bergmeir, section 2). */
#define FORECAST_MSTL_SPAN(i) (11 + 4 * (i))

/* stlf.c: a series without the seasons that fit in twice, by decomposition, and
 * without one that was seen once and a part of it again; as it is where there
 * is none. */
struct forecast_rest {
	bool logarithms; /* y is of logarithms */
	double *y;       /* n */
	struct forecast_parts parts;
	double share[FORECAST_SEASONS]; /* of each season that is believed */
	/* What is believed of the season that was seen once, by phase; NULL:
	 * there is none. */
	double *once;
	size_t once_period;
	double once_variance; /* of what it is off by */
};
int forecast_take_seasons(const struct forecast_series *s,
    struct forecast_rest *ret, struct err *err);
void forecast_put_seasons(const struct forecast_rest *r, struct forecast *f);
void forecast_rest_release(struct forecast_rest *r);

/* ets.c, arima.c: those that choose for themselves, with what they chose. An
 * ARIMA of a long season is of what STL leaves; the order is of that. Its
 * intervals are as if the order had been known: auto sees to that. */
int forecast_ets_average_best(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast_ets_form *ret_best,
    struct forecast *ret, struct err *err);
int forecast_arima_chosen(const struct forecast_series *s,
    const struct forecast_ask *ask, bool thorough,
    struct forecast_arima_order *ret_order, struct forecast *ret,
    struct err *err);

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

/* bfgs.c: the same for smooth functions, by the quasi-Newton method of Broyden,
 * Fletcher, Goldfarb & Shanno with central differences of size step[n]. Stops
 * when a step promises less than `tolerance` of |f| + 1. */
double forecast_descend(const struct forecast_search *search, double *x);

/* marquardt.c: the least sum of squares of n residuals that are not linear in
 * the parameters. Goes from x[parameters] downhill; f fills ret[n] at x, false
 * where x is not allowed. Stops when a step promises less than `tolerance` of
 * the sum, and after `evaluations` of f. Deterministic. Returns the sum there,
 * INFINITY when x itself was not allowed. */
struct forecast_residuals {
	bool (*f)(const double *x, double *ret, void *context);
	void *context;
	size_t parameters, n;
	unsigned evaluations;
	double tolerance;
};
double forecast_marquardt(const struct forecast_residuals *ask, double *x);

/* linear.c: least squares by Householder's QR. x is n rows of k columns, row
 * after row. Returns the rank; columns that depend on earlier ones get
 * coefficient 0. ret_inverse, unless NULL, becomes (X'X)^-1, k by k (0 for
 * those columns); ret_squares, unless NULL, the sum of squared residuals. */
size_t forecast_least_squares(const double *x, const double *y, size_t n,
    size_t k, double *ret_coefficients, double *ret_inverse,
    double *ret_squares);
/* A power of two that brings the largest of the n values near 1: divided by
 * it, squares neither overflow nor vanish, and not a bit is lost. */
double forecast_unit(const double *p, size_t n);

/* distribution.c: chances of what is at least so far out. */
double forecast_normal_tail(double z); /* P(Z >= z) */
/* The regularised incomplete beta integral I_x(a, b). */
double forecast_beta(double x, double a, double b);
double forecast_t_tail(double t, double freedom);
double forecast_t_quantile(double tail, double freedom); /* tail <= 1/2 */
/* P(count or more), or or fewer, of events as often as `seen` of them in
 * `exposure` times the time make one expect. */
double forecast_count_tail(
    double count, double seen, double exposure, bool above);
/* P(yes or more of all), or or fewer, where the rate has the distribution
 * Beta(a, b). */
double forecast_rate_tail(
    double yes, double all, double a, double b, bool above);

/* tail.c: values that are remembered for how far out they are. */
struct forecast_tail {
	double *value; /* a ring of the last `cap` */
	size_t n, cap, oldest, room;
	/* As fitted when last asked: */
	size_t added;     /* since then */
	size_t peaks;     /* values over the threshold, 0: never fitted */
	double share;     /* of all values that are peaks */
	double threshold; /* which they are over, by at most `unit` */
	double unit, scale, shape; /* scale in units; unit 0: all are equal */
	double *scratch;
	size_t scratch_cap;
};
void forecast_tail_init(struct forecast_tail *t, size_t cap);
void forecast_tail_release(struct forecast_tail *t);
void forecast_tail_add(struct forecast_tail *t, double value);
/* Whether enough is known to ask. */
bool forecast_tail_knows(const struct forecast_tail *t);
/* P(the next one is greater); 1 for what is not far out, whatever it is. */
double forecast_tail_chance(struct forecast_tail *t, double value);
/* What the next one exceeds with that chance; never less than the threshold. */
double forecast_tail_value(struct forecast_tail *t, double chance);

/* anomaly.c: the scale on which counts vary alike, few or many (Anscombe 1948);
 * other values as they are. */
double forecast_to_scale(bool counts, double y);
double forecast_from_scale(bool counts, double x);
bool forecast_look_like_counts(const double *y, size_t n);
enum forecast_severity forecast_severity_of(double chance, double limit);
double forecast_bounded(double v); /* infinity: the largest there is */

/* esd.c: Rosner's critical value of the furthest of n, in standard deviations.
 */
double forecast_esd_critical(double n, double alpha);

/* ets_model.c: one form of exponential smoothing over a series, as a function
 * of its parameters x. Those are: alpha, then where the form has them the share
 * of beta between FORECAST_ETS_LEAST and alpha, that of gamma between it and 1
 * - alpha, and phi; then the states before the first observation: level,
 * slope, and the season but for its last, which follows from the others. */
#define FORECAST_ETS_LEAST 1e-4
struct forecast_ets_model {
	const double *y; /* within -1 .. 1 */
	size_t n;
	size_t period; /* 1 without a season */
	bool multiplicative, trend, damped;
	char season;
	size_t beta, gamma, phi, level, slope, seasonal; /* where in x */
	size_t smoothing; /* parameters before the states */
	size_t count;     /* of x */
	size_t width;     /* of a row of derivatives, in lanes */
};
void forecast_ets_model_init(struct forecast_ets_model *m,
    const struct forecast_ets_form *form, const double *y, size_t n,
    size_t period);
struct forecast_ets_weights {
	double alpha, beta, gamma, phi;
};
struct forecast_ets_weights forecast_ets_weights(
    const struct forecast_ets_model *m, const double *x);
struct forecast_ets_state {
	double level, slope;
	double *season; /* the caller's room for a period, by phase */
	size_t next;    /* the phase of what comes after the last one */
};
/* Goes through the series; s becomes the states after it, `fitted`, unless
 * NULL, the forecasts one step ahead. Returns what is to be made small, of
 * which the log likelihood is -n / 2: log(sum of squared errors), and for
 * multiplicative errors twice the mean logarithm of the forecasts. INFINITY
 * where the form cannot have these parameters. */
double forecast_ets_walk(const struct forecast_ets_model *m, const double *x,
    struct forecast_ets_state *s, double *fitted);
/* Two numbers that are worked on at once. */
typedef double forecast_lanes __attribute__((vector_size(16), may_alias));
struct forecast_ets_derivatives {
	forecast_lanes *gradient;  /* width; half that of the squares */
	forecast_lanes *curvature; /* count rows of width; Gauss & Newton's
				      half, what is below the diagonal */
	double squares;
	forecast_lanes *level, *slope, *season, *logarithm, *rows, *room;
	size_t size;
};
/* Room for them; free(d->room). */
void forecast_ets_derivatives_init(
    struct forecast_ets_derivatives *d, const struct forecast_ets_model *m);
/* The same walk at an x where it is finite, with derivatives. */
double forecast_ets_derive(const struct forecast_ets_model *m, const double *x,
    struct forecast_ets_state *s, struct forecast_ets_derivatives *d);

/* ets_search.c: from a start to the nearest parameters that make it small. */
struct forecast_ets_search {
	const struct forecast_ets_model *model;
	struct forecast_ets_derivatives d;
	struct forecast_ets_state state;
	double low[4], high[4]; /* of the smoothing parameters */
	bool pinned[4];
	double *room, *matrix, *trial, *step, *half, *polynomial;
	size_t *moving;
};
void forecast_ets_search_init(
    struct forecast_ets_search *s, const struct forecast_ets_model *m);
void forecast_ets_search_release(struct forecast_ets_search *s);
/* As forecast_ets_walk, and INFINITY where the past does not lose its weight.
 */
double forecast_ets_value(struct forecast_ets_search *s, const double *x);
/* One step of the states alone: to the best where errors are additive. Both
 * change x and return its value. */
double forecast_ets_project(struct forecast_ets_search *s, double *x);
double forecast_ets_improve(struct forecast_ets_search *s, double *x);

/* ets_fit.c: the parameters under which the series is most likely. A fitter
 * keeps what one form tells of the next. */
struct forecast_ets_fit {
	struct forecast_ets_model model;
	double *x;    /* NULL: not tried */
	double value; /* of forecast_ets_value; INFINITY: there is none */
};
struct forecast_ets_fitter;
/* y is borrowed. */
struct forecast_ets_fitter *forecast_ets_fitter_new(
    const double *y, size_t n, size_t period);
const struct forecast_ets_fit *forecast_ets_fit(
    struct forecast_ets_fitter *f, const struct forecast_ets_form *form);
void forecast_ets_fitter_free(struct forecast_ets_fitter *f);

/* ets_ahead.c: the forecasts from the states after the series, and bounds by
 * the variance of the errors within it (relative ones where they multiply);
 * times 2^exponent. */
void forecast_ets_ahead(const struct forecast_ets_fit *fit,
    const struct forecast_ets_state *state, double variance, int exponent,
    struct forecast *f);

/* ets_methods.c: the choice, and each form; the classic methods are forms. */
int forecast_ets_chosen(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_ANN(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MNN(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_AAN(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MAN(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_AAdN(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MAdN(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_ANA(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MNA(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MNM(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_AAA(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MAA(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MAM(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_AAdA(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MAdA(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_ets_MAdM(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

#endif
