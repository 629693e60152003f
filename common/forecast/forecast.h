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
	const size_t *longer; /* further seasons, each longer than the one
				 before it; for methods that know several */
	size_t longer_count;
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
/* A missing one is an ERR_USAGE that suggests the nearest. */
int forecast_method_need(
    struct str name, const struct forecast_method **ret, struct err *err);
/* How a method is to be called by those who have not looked at the series: NAN
 * and infinity, no observation and no step are refused; numbers beyond 1e100
 * are scaled for it (it has no likelihood then). */
int forecast_run(const struct forecast_method *method,
    const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err);

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

/* ---- theta.c ------------------------------------------------------------- */

/* Simple exponential smoothing with half the linear trend (Assimakopoulos &
 * Nikolopoulos 2000; Hyndman & Billah 2003), and the dynamic optimised model
 * (Fiorucci et al. 2016). A season is taken out first, where the test finds
 * one: multiplicative, additive where a value is 0 or less. */
int forecast_theta(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_dotm(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

/* ---- ces.c --------------------------------------------------------------- */

/* Complex exponential smoothing (Svetunkov, Kourentzes & Ord 2022), the season
 * taken out as for theta. */
int forecast_ces(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

/* ---- intermittent.c: what comes now and then ----------------------------- */

/* Croston (1972), as Syntetos & Boylan (2005) correct it, and as Teunter,
 * Syntetos & Babai (2011) let it die out. The mean is a rate a period; bounds
 * are of what a single period brings. Needs two orders, none below 0. */
int forecast_croston(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_sba(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_tsb(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

/* ---- ets.c: exponential smoothing ---------------------------------------- */

/* The forms of R. J. Hyndman, A. B. Koehler, J. K. Ord & R. D. Snyder,
 * Forecasting with Exponential Smoothing (2008), tables 2.2 and 2.3, by the
 * likelihood (5.3), with the smoothing parameters within their usual bounds
 * that are also admissible, and all states before the first observation free.
 * Left out are the forms that are unstable or seldom pay: additive errors with
 * factors of a season, and trends that multiply. */
struct forecast_ets_form {
	char error;  /* 'A'dditive; 'M'ultiplicative: all data are positive */
	char trend;  /* 'N'one, 'A'dditive */
	bool damped; /* the trend dies out */
	char season; /* 'N'one, 'A'dditive, 'M'ultiplicative (then the error is,
			too); where there is one, the period is 2 to 24: longer
			ones have more starting values than a series can tell */
};
enum { FORECAST_ETS_FORMS = 15, FORECAST_ETS_PERIOD = 24 };
/* Each as a method named by its letters, "ANN", "AAdA", "MAM" ...; ends with
 * NULL. forecast_method_find knows them; the classic methods (ses, holt,
 * damped, Holt-Winters) are some of them. */
extern const struct forecast_method forecast_ets_methods[];
/* From those letters; false where there is no such form. */
bool forecast_ets_form(struct str letters, struct forecast_ets_form *ret);

/* By that form, or, where it is NULL, by the form with the least AICc of those
 * that the series allows. Of more than 4,000 observations the last 4,000 are
 * fitted: those before have no weight left, and no `fitted`. Needs as many
 * observations as parameters, one of them the variance; to choose, two more
 * than that. log_likelihood and aicc are those of the book, without the
 * constant n / 2 * (1 + log(2 pi / n)). Intervals are analytic (chapter 6). */
int forecast_ets(const struct forecast_series *s,
    const struct forecast_ask *ask, const struct forecast_ets_form *form,
    struct forecast *ret, struct err *err);

/* All of them, each as far as its AICc speaks for it: exp(-(AICc - least) /
 * 16). Akaike weights (S. Kolassa, Combining exponential smoothing forecasts
 * using Akaike weights, International Journal of Forecasting 27, 2011), which
 * are exp(- / 2), trust differences that are chance: on the known parts of the
 * M3 series the forecasts were better with each halving, and much better than
 * those of the form that is chosen. Intervals are as wide as those of the
 * mixture. */
int forecast_ets_average(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

/* What the choice is between, the best first; returns how many, 0 where there
 * are too few observations for any. */
struct forecast_ets_candidate {
	struct forecast_ets_form form;
	char method[16]; /* "ETS(A,Ad,N)" */
	double log_likelihood, aicc;
	double part;                    /* of forecast_ets_average */
	double alpha, beta, gamma, phi; /* NAN: has none */
};
size_t forecast_ets_candidates(const struct forecast_series *s,
    struct forecast_ets_candidate ret[FORECAST_ETS_FORMS]);

/* ---- stl.c: seasonal-trend decomposition by loess ------------------------ */

/* Cleveland et al., STL (1990); Bandara, Hyndman & Bergmeir, MSTL (2021):
 * y = trend + the seasons + remainder. Some 20 ms for 100,000 observations,
 * whatever the period; robust, some ten times that. */
enum { FORECAST_SEASONS = 4 };
struct forecast_parts {
	size_t n, seasons;
	size_t period[FORECAST_SEASONS];
	double *trend;
	double *seasonal[FORECAST_SEASONS];
	double *remainder;
	double *weight; /* 0 (an outlier) to 1; all 1 where not robust */
};
struct forecast_stl {
	size_t period;        /* 1: no season, a trend alone */
	size_t seasonal_span; /* how many observations of one phase smooth it
				 (odd; 7 follows fast); 0: always the same */
	size_t trend_span;    /* 0: the season's default; a fifth of the
				 series (at least 7) where there is none */
	bool robust;          /* outliers do not move the parts */
};
/* At least two seasons are needed, else -1. */
int forecast_stl(const double *y, size_t n, const struct forecast_stl *options,
    struct forecast_parts *ret, struct err *err);
/* Several seasons, the shortest first; none gives the trend alone. */
int forecast_mstl(const double *y, size_t n, const size_t *periods,
    size_t count, bool robust, struct forecast_parts *ret, struct err *err);
void forecast_parts_release(struct forecast_parts *p);
/* 0 (none) to 1 (nothing else): Hyndman & Athanasopoulos, 3rd ed., 4.3. */
double forecast_trend_strength(const struct forecast_parts *p);
double forecast_seasonal_strength(const struct forecast_parts *p, size_t which);

/* stlf.c: the seasons go on as they were last, the rest by dotm; all of it
 * with logarithms where swings grow with the level. */
int forecast_by_stl(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

/* ---- arima.c: ARIMA(p,d,q)(P,D,Q)[period] -------------------------------- */

/* Differences of the series, d times at lag 1 and D times at lag `period`, are
 * a stationary process of autoregressions and moving averages (Box & Jenkins).
 * With a constant that process has a mean: of the series itself when d + D is
 * 0, its drift when it is 1; above 1 none is allowed. */
struct forecast_arima_order {
	size_t p, d, q, P, D, Q;
	bool constant;
};
/* By exact maximum likelihood (where n times the lags is in the millions, that
 * of the last observations). Intervals know the uncertainty of innovations,
 * of the state, of the constant, of the variance, and roughly that of the
 * coefficients; of orders that were chosen, also that these are some of many.
 */
int forecast_arima(const struct forecast_series *s,
    const struct forecast_ask *ask, const struct forecast_arima_order *order,
    struct forecast *ret, struct err *err);
/* The orders are chosen: differences by tests, the others stepwise by AICc; the
 * thorough way looks at more of them, more closely. Seasons of more than 200
 * observations are taken out by decomposition ("STL + ARIMA(1,0,0)"). */
int forecast_arima_quick(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_arima_thorough(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

/* ---- regression.c: what would be, had something else been --------------- */

/*
 * Drivers move the series by so much for each of their units, at the same
 * step; what they do not explain is ARIMA (regression with ARIMA errors:
 * Hyndman & Athanasopoulos, 3rd ed., 10). So two plans for the drivers give two
 * futures, and a difference whose interval knows how well history tells what a
 * unit does. Where lags were chosen that are as good as others, intervals are
 * as wide as all of these together would need (Bonferroni).
 */
struct forecast_driver {
	struct str name;      /* for messages */
	const double *past;   /* n values, finite */
	const double *before; /* horizon values: the one plan */
	const double *after;  /* and the other */
	double choices; /* lags that it was chosen of, as far as history does
			   not rule them out; 0: it was not */
};
struct forecast_effect {
	double unit;  /* of one unit of the driver, at one step */
	double error; /* its standard error */
	double low[FORECAST_LEVELS], high[FORECAST_LEVELS];
	double least, most; /* that the driver was */
	size_t moves;       /* how often it was not as one step before */
	/* The square of the error is so many times what it would be if no other
	 * driver moved with this one, most of all `with`. */
	double inflation;
	size_t with; /* SIZE_MAX: there is no other */
	bool used;   /* false: it never varied, so it is left out */
};
struct forecast_simulation {
	struct forecast before, after;
	double *mean; /* by step: after less before */
	double *low[FORECAST_LEVELS], *high[FORECAST_LEVELS];
	double total; /* of all steps */
	double total_low[FORECAST_LEVELS], total_high[FORECAST_LEVELS];
	double chance; /* of a total as far from 0 by chance alone */
	size_t count;
	struct forecast_effect *effect; /* of each driver */
};
/* Fails, with the reason, where history does not support the question: a driver
 * that differs between the plans never varied, or hardly ever, or always moved
 * with others, with the trend or the season; it would be far outside of what it
 * was (by more than half its range); observations are too few for so many
 * drivers. */
int forecast_simulate(const struct forecast_series *s,
    const struct forecast_ask *ask, const struct forecast_driver *drivers,
    size_t count, struct forecast_simulation *ret, struct err *err);
void forecast_simulation_release(struct forecast_simulation *s);

/* ---- lags.c: after how many steps drivers act ---------------------------- */

struct forecast_lagged {
	/* Of n + most steps: those of the series, and so many before it. */
	const double *values;
	size_t least, most; /* lags that may be; the same: it is known */
};
struct forecast_lag {
	size_t lag;
	double choices; /* lags whose AICc is within 10 of the best: the others
			   have hardly any support (Burnham & Anderson,
			   Model selection and multimodel inference, 2.6) */
};
/* Those with the least AICc, of equal ones the shortest. ret_aicc[i] has room
 * for most - least + 1 figures of driver i (the lags of the others as chosen),
 * infinite where there is none; it may be NULL where the lag is known. */
int forecast_lags(const struct forecast_series *s,
    const struct forecast_lagged *drivers, size_t count,
    struct forecast_lag *ret, double *const *ret_aicc, struct err *err);

/* ---- season.c: is there a season, and of what length --------------------- */

/* Autocorrelations at lags 0 to `lags`; 0 where there are none to tell. */
void forecast_acf(const double *y, size_t n, size_t lags, double *ret);
/* The 90 % test of the M4 benchmarks (Makridakis et al. 2020); false below
 * three seasons. */
bool forecast_is_seasonal(const double *y, size_t n, size_t period);
/* The periods after which y repeats itself beyond chance, among `candidates`
 * (any where count is 0), ascending, at most max: the clearest first, then
 * what is clear without it. A period must fit in three times. */
size_t forecast_periods(const double *y, size_t n, const size_t *candidates,
    size_t count, size_t *ret, size_t max);
/* The mean of `length` observations around each one (2 x length where that is
 * even); NAN where they are not there. */
void forecast_centred_mean(
    const double *y, size_t n, size_t length, double *ret);
/* What a phase of the season, counted from the first observation, adds (mean
 * 0) or multiplies by (mean 1): classical decomposition. false when a phase is
 * never seen, or is nothing to divide by. */
bool forecast_seasonal_indices(
    const double *y, size_t n, size_t period, bool multiplicative, double *ret);

/* ---- auto.c: without having to choose ------------------------------------ */

/* The middle of what several methods say, each weighed by how it would have
 * done from earlier origins within the series. Of the longest season a first
 * round and a part of the next are enough: it is believed as far as these are
 * alike. Thorough: with more origins, at each of which ETS and ARIMA choose
 * anew, and more ARIMA to choose from. */
int forecast_auto(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);
int forecast_auto_thorough(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

/* The same with its reasons. */
enum { FORECAST_CANDIDATES = 10 };
struct forecast_candidate {
	char method[64]; /* "stl + theta"; "" where it was not asked, or could
			    not say */
	char why[128];   /* it could not; else "" */
	double weight;   /* in the forecast, 0 to 1 */
	double error;    /* of its backtests: mean absolute, root mean square
			    where most periods bring nothing; NAN: untested */
	double aicc;     /* NAN where it has none */
};
struct forecast_choice {
	bool rare; /* most periods bring nothing: methods for that */
	size_t origins, steps; /* of the backtests; 0: too short for any */
	double widened;        /* what intervals were multiplied by */
	struct forecast_candidate candidate[FORECAST_CANDIDATES];
};
int forecast_auto_explained(const struct forecast_series *s,
    const struct forecast_ask *ask, bool thorough, struct forecast *ret,
    struct forecast_choice *ret_choice, struct err *err);

/* ---- measure.c: how good forecasts were ---------------------------------- */

/* What the seasonal naive method misses by within the series that was known
 * (the naive one where it is not longer than a season). */
struct forecast_scale {
	double absolute, squared; /* means; 0 for a constant series */
};
struct forecast_scale forecast_scale_of(const struct forecast_series *s);
/* Sums over steps, origins, series. Start with zeros; use forecast_accuracy_of
 * to read. */
struct forecast_measure {
	size_t steps, percent_steps, scaled_steps;
	double symmetric, percent, scaled, scaled_squares, error, actual;
	double inside[FORECAST_LEVELS], width[FORECAST_LEVELS],
	    score[FORECAST_LEVELS];
};
void forecast_measure_step(struct forecast_measure *m,
    const struct forecast_scale *scale, const struct forecast *f, size_t step,
    double actual);
void forecast_measure_merge(
    struct forecast_measure *into, const struct forecast_measure *m);
/* NAN where there is nothing to tell by: percentages of zeros, scaled measures
 * of constant series. */
struct forecast_accuracy {
	double mape;        /* percent, over values that are not 0 */
	double smape;       /* percent, 0 to 200 */
	double mase, rmsse; /* 1: as good as (seasonal) naive one step
			       ahead */
	double bias;        /* percent of what came; > 0: too high */
	double coverage[FORECAST_LEVELS]; /* percent that fell inside */
	double width[FORECAST_LEVELS];    /* in the unit of mase */
	double msis[FORECAST_LEVELS]; /* width and a fine for falling outside */
};
struct forecast_accuracy forecast_accuracy_of(const struct forecast_measure *m);

/* ---- backtest.c ---------------------------------------------------------- */

/* Where one stands: the latest origin leaves `horizon` observations to come,
 * each earlier one `every` more. */
struct forecast_origins {
	size_t most;  /* origins; 0: all */
	size_t every; /* 0: 1 */
	size_t least; /* observations that must be known; 0: two seasons and
			 one, 4 where there is no season */
};
struct forecast_trial {
	const struct forecast_method *method;
	size_t refused; /* origins at which it would not: not measured */
	struct err why; /* it would not, the first time */
	struct forecast_measure all, *step; /* `horizon` of them */
};
struct forecast_backtest {
	size_t horizon, origins, every;
	size_t first; /* observations known at the earliest origin */
	size_t count;
	struct forecast_trial *trial; /* in the order of the methods */
};
int forecast_backtest(const struct forecast_series *s,
    const struct forecast_ask *ask, const struct forecast_origins *origins,
    const struct forecast_method *const *methods, size_t count,
    struct forecast_backtest *ret, struct err *err);
void forecast_backtest_release(struct forecast_backtest *b);

/* ---- anomaly.c: what is out of the ordinary ------------------------------ */

/* By how much less probable it is than what just counts: a tenth, a
 * hundredth. */
enum forecast_severity { FORECAST_MINOR, FORECAST_MAJOR, FORECAST_CRITICAL };
extern const char *const forecast_severities[]; /* their words, NULL-ended */

/* `span` observations, `at` the last of them: one that stands out by itself,
 * or several that do together. */
struct forecast_anomaly {
	size_t at, span;
	double value, expected; /* means over the span */
	double low, high;       /* within which they would be ordinary */
	/* That something as odd happens although all is as usual: somewhere in
	 * the series, or, found without a look ahead, within a window. */
	double chance;
	enum forecast_severity severity;
};
/* NAN stands for a missing observation in all that follows. */
struct forecast_anomalies {
	struct forecast_anomaly *list; /* in the order of `at` */
	size_t count, cap;
	size_t n;
	double *expected, *low, *high; /* of each; NAN where nothing was
					  expected, or could be told apart */
};
/* Room for n observations, none of them odd; one that is. */
void forecast_anomalies_make(struct forecast_anomalies *a, size_t n);
void forecast_anomalies_add(
    struct forecast_anomalies *a, const struct forecast_anomaly *one);
void forecast_anomalies_release(struct forecast_anomalies *a);

/* Counts vary at least as chance has it (Poisson), so that a single event
 * where there never was one is no anomaly. A guess says they are counts when
 * all are whole and none is negative. */
enum forecast_values { FORECAST_GUESS, FORECAST_COUNTS, FORECAST_PLAIN };

/* What is further than `sigmas` standard deviations from the mean of the
 * `window` observations before it (Shewhart 1931; without itself, for with
 * itself among n no z can exceed (n - 1) / sqrt(n)). Chances as if they were
 * independent and normal. */
int forecast_moving_anomalies(const double *y, size_t n, size_t window,
    double sigmas, struct forecast_anomalies *ret, struct err *err);

/* ---- esd.c: what is left of a robust decomposition ----------------------- */

/*
 * Trend and the seasons that there are (of those named, season.c) are taken off
 * by robust STL (stl.c), and each phase is measured by its own spread; of what
 * is left, the furthest from the median is judged, taken away, and so on: the
 * generalised extreme Studentized deviate test (Rosner 1983), with median and
 * median absolute deviation in place of mean and standard deviation
 * (Hochenbaum, Vallis & Kejariwal 2017), or the 95 % quantile where that says
 * more. It takes care of there being many observations: a chance of `alpha` of
 * any false one.
 */
struct forecast_esd {
	size_t
	    season[FORECAST_SEASONS]; /* that may be; ascending, ends with 0 */
	double alpha;                 /* 0: 0.05 */
	double most;                  /* share that may be; 0: 0.1 */
	enum forecast_values values;
	bool non_negative; /* so no bound is */
};
/* At least 10 observations are needed, else -1. */
int forecast_esd_anomalies(const double *y, size_t n,
    const struct forecast_esd *options, struct forecast_anomalies *ret,
    struct err *err);

/* ---- rate.c: rates of few ------------------------------------------------ */

/*
 * `yes` of `all` at each time. The rate of the others, and how much more it
 * varies than chance makes it, give the distribution of the next one: beta-
 * binomial, which knows that 1 of 2 is no sign. Rates that stand out are put
 * aside before. Where nothing was counted (all 0 or NAN) nothing is judged.
 */
struct forecast_rate {
	size_t behind; /* only the so many before are the others, for alerts;
			  0: all, before and after */
	/* Of any false one: in all (Holm 1979), or, behind, in as many looks
	 * as `behind`; 0: 0.05. */
	double alpha;
};
/* -1: something is not a count, or yes are more than all. */
int forecast_rate_anomalies(const double *yes, const double *all, size_t n,
    const struct forecast_rate *options, struct forecast_anomalies *ret,
    struct err *err);

/* ---- watch.c: one observation after the other, without a look ahead ------ */

/*
 * What is expected of an observation is one of: the level so far, or the
 * median of the last ones at the same place of a season; whichever erred least
 * of late. What it is off by, and what the last few are off by together, and
 * those of a whole window, is compared with how far off they have been so far
 * (tail.c), upwards and downwards by itself. The limit is such that of all
 * these looks together about one in `rare` windows is a false alarm.
 *
 * Nothing is said for four windows, and at least 30 observations. What is
 * remembered is bounded: some 20 windows.
 */
struct forecast_watch_plan {
	size_t window;    /* observations that belong together: a day of
			     hours, a week of days; at least 2 */
	size_t season[2]; /* after how many of them values repeat themselves;
			     0: no (more) season */
	double rare;      /* one false alarm in so many windows; 0: 30 */
	enum forecast_values values; /* guessed from before it speaks */
	bool non_negative;           /* so no bound is */
};

struct forecast_verdict {
	double expected;  /* of this observation; NAN: of the first none is */
	bool ready;       /* enough is known to judge; without it there are */
	double low, high; /* no bounds (NAN). Within them it is ordinary by
			     itself */
	bool alarm;       /* `anomaly` says what is odd; it ends here */
	bool fresh;       /* no alarm began in the window before this one */
	struct forecast_anomaly anomaly;
};

struct forecast_watch *forecast_watch_open(
    const struct forecast_watch_plan *plan);
void forecast_watch_free(struct forecast_watch *w);
/* The next observation, NAN where there is none. Not a NAN in an anomaly. */
void forecast_watch_next(
    struct forecast_watch *w, double y, struct forecast_verdict *ret);

/* ---- trend.c: does it rise or fall --------------------------------------- */

/* Seasons are to be taken off before (stl.c), or they count as noise. */
struct forecast_trend {
	size_t n;         /* observations that are there */
	double s, tau;    /* Kendall's; tau is 1 where it always rises */
	double z, chance; /* that there is none, both tails */
	double inflation; /* of the variance, for values resemble those before
			     them; 1: they do not */
	double slope;     /* Sen's, by step */
	double low, high; /* its interval of 95 % */
	double level;     /* of the line through the middle at observation 0 */
};
/* At least 4 observations. O(n log n). */
int forecast_trend_test(
    const double *y, size_t n, struct forecast_trend *ret, struct err *err);

/* ---- profile.c: what a weekday or a month is worth ----------------------- */

struct forecast_profile {
	size_t groups, seen; /* seen: groups with observations */
	double *effect;      /* of each, around 0; NAN where never seen */
	size_t *count;
	double level; /* the mean of all: effect / level is a share */
	/* 0 (none) to 1 (nothing else): Wang, Smith & Hyndman (2006), less
	 * what chance alone would make of so many groups. */
	double strength;
	double chance; /* that the groups are alike */
	size_t best, worst;
};
/* group[n] says to which of `groups` an observation belongs. `turn`
 * observations go once around them: the mean of so many around each is taken
 * off, as far as they are there twice, else a line. */
int forecast_profile_of(const double *y, size_t n, const size_t *group,
    size_t groups, size_t turn, struct forecast_profile *ret, struct err *err);
void forecast_profile_release(struct forecast_profile *p);

/* ---- change.c: where it became another ----------------------------------- */

enum forecast_change_kind {
	FORECAST_STEPS, /* segments have a mean */
	FORECAST_LINES, /* segments have a line */
};
struct forecast_change_options {
	enum forecast_change_kind kind;
	size_t least;    /* observations of a segment; 0: 1 (3 of a line) */
	double penalty;  /* of a change, in variances of the noise; 0: 3 log n
			    (4 log n), the modified BIC of Zhang & Siegmund
			    (2007) */
	double variance; /* of the noise; 0: it is estimated, and a change the
			    dearer, the more observations resemble those
			    before them */
	bool all;        /* values that stand out count in full: else single
			    ones are clipped */
};
struct forecast_segment {
	size_t from, to; /* observations from .. to - 1 */
	double mean, slope;
	/* That the step to it from the one before is chance, wherever in the
	 * series (1: the first one, and lines) */
	double chance;
};
struct forecast_changes {
	struct forecast_segment *segment; /* at least one */
	size_t count;
};
/* At least 4 observations, and two segments of the least length. Of more than
 * 4,096 observations neighbours are put together for the search. */
int forecast_changes_of(const double *y, size_t n,
    const struct forecast_change_options *options, struct forecast_changes *ret,
    struct err *err);
void forecast_changes_release(struct forecast_changes *c);

/* ---- explain.c: which parts carry a change of the whole ------------------ */

/* What a part is now, and what was expected of it; of rates, the numerators,
 * with what they are of. */
struct forecast_part {
	double value, expected;
	double of, expected_of;
	/* Out: */
	double power;    /* its share of the change; below 0: against it */
	double surprise; /* how much its share of the whole is another */
	bool named;      /* it is one of the few that explain the change */
};
struct forecast_explained {
	double change;   /* of the whole */
	size_t named;    /* parts that stand for it, */
	double power;    /* their share of it */
	double surprise; /* and how surprising they are together: by which ways
			    to part the whole are compared */
	bool enough;     /* they explain two thirds of it or more */
};
/* Adtributor (Bhagwan et al. 2014): the most surprising parts that explain a
 * tenth of the change or more, and more than their share of the whole, until it
 * is two thirds. */
struct forecast_explained forecast_explain(
    struct forecast_part *parts, size_t count, bool rates);

#endif
