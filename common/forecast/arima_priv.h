/* SPDX-License-Identifier: ISC */
/*
 * What the files of ARIMA share: the filter of a stationary process, fitting a
 * model of given orders (with regressors), and what is then known of it.
 */
#ifndef DL_FORECAST_ARIMA_PRIV_H
#define DL_FORECAST_ARIMA_PRIV_H

#include "forecast/forecast_priv.h"

/* ---- polynomial.c -------------------------------------------------------- */

/* Partial autocorrelations, each within -1 and 1, are a way over all stationary
 * autoregressions 1 - phi_1 B - ... without any other border; the recursion of
 * Durbin and Levinson makes them coefficients and back (Jones 1980, Maximum
 * likelihood fitting of ARMA models to time series with missing observations,
 * Technometrics 22, 389-395). The way back is false for what is not
 * stationary. */
void polynomial_from_partial(const double *partial, size_t n, double *ret_phi);
bool polynomial_to_partial(const double *phi, size_t n, double *ret_partial);
/* Whether all roots of 1 - phi_1 z - ... lie further than `radius` from 0. */
bool polynomial_roots_beyond(const double *phi, size_t n, double radius);

/* ---- arma.c -------------------------------------------------------------- */

/* A stationary process phi(B) y_t = theta(B) e_t with both polynomials
 * multiplied out: y_t = sum phi[i] y_{t-i} + e_t + sum theta[j] e_{t-j}, the
 * variance of e being 1. */
struct arma {
	size_t ar, ma;  /* highest lags */
	size_t r;       /* the larger */
	double *phi;    /* [1] to [r]; [0] is 0 */
	double *theta;  /* the same */
	size_t *ar_lag; /* those that are not 0 */
	size_t *ma_lag;
	size_t ar_lags, ma_lags;
	double *work; /* of the filter */
};
/* Room for polynomials of at most these lags; all 0. */
void arma_make(struct arma *a, size_t ar, size_t ma);
void arma_release(struct arma *a);
/* (1 - ar_1 B ...)(1 - sar_1 B^m ...) and (1 + ma_1 B ...)(1 + sma_1 B^m ...)
 */
struct arma_factors {
	const double *ar, *ma, *sar, *sma;
	size_t p, q, P, Q, period;
};
void arma_set(struct arma *a, const struct arma_factors *factors);

/* What the filter leaves behind the last observation, for forecasts. */
struct arma_state {
	double *mean;   /* r: the state before observation n + 1 */
	double *spread; /* r by r: its covariance; NULL where unwanted, or
			   taken as 0 */
};
/* The errors of the forecasts one step ahead of `columns` series of n values
 * (one behind the other), each divided by its standard deviation, into
 * ret_errors; ret_sd, unless NULL, has the n standard deviations, ret_state,
 * unless NULL, the state of the first series. Returns the sum of the
 * logarithms of the variances; NAN where the process is not stationary
 * enough for arithmetic. */
double arma_filter(struct arma *a, const double *y, size_t n, size_t columns,
    double *ret_errors, double *ret_sd, struct arma_state *ret_state);

/* ---- arima_fit.c --------------------------------------------------------- */

/* A model fitted to a series: differences of y minus regressors are a
 * stationary process. */
struct arima_fit {
	struct forecast_arima_order order;
	size_t period;
	size_t n, used;       /* used = n - d - D period */
	double *coefficients; /* ar, ma, seasonal ar, seasonal ma */
	size_t regressors;    /* the constant, when there is one, comes last */
	double *beta;         /* one of each; of the constant per step */
	double *covariance;   /* of beta, in units of sd^2 */
	double sd;            /* of innovations; 0 where the model is exact */
	double log_likelihood, aicc; /* NAN where it is exact */
	size_t parameters;           /* all, sd included */
	double *innovations;         /* n; NAN while differences begin */
	struct arma arma;
	/* Of the differences; spread for sd = 1, NULL where n is so large that
	 * it is as good as 0. */
	struct arma_state state;
};
enum arima_effort {
	ARIMA_SCREEN, /* near enough to compare models */
	ARIMA_FULL,   /* to the last digits, from several starts */
};
/* Fits by exact maximum likelihood. x, `regressors` columns of s->n values one
 * behind the other, may be NULL. Fails where there are too few observations. */
int arima_fit(const struct forecast_series *s, const double *x,
    size_t regressors, const struct forecast_arima_order *order,
    enum arima_effort effort, struct arima_fit *ret, struct err *err);
void arima_fit_release(struct arima_fit *fit);
/* y / unit, differenced as the order has it, into ret[n - d - D period]. */
void arima_difference(const double *y, size_t n, double unit,
    const struct forecast_arima_order *order, size_t period, double *ret);
/* "ARIMA(0,1,1)(0,1,1)[12] with drift" */
void arima_name(
    const struct forecast_arima_order *order, size_t period, char ret[64]);

/* ---- unit_root.c --------------------------------------------------------- */

/* How many differences make the series stationary: one of a season when that is
 * strong (Hyndman & Athanasopoulos, 3rd ed., 9.1), and of neighbours until the
 * test of Kwiatkowski et al. finds a level, two at most. */
void arima_differences(const double *y, size_t n, size_t period, size_t *ret_d,
    size_t *ret_seasonal);

/* ---- arima_auto.c -------------------------------------------------------- */

#define ARIMA_LONG_SEASON \
	200 /* observations; longer ones are no matter of lags */
/* Fits the model with the least AICc that a walk over neighbours finds;
 * thorough: with more orders, each compared to the last digit. x as in
 * arima_fit. */
int arima_choose(const struct forecast_series *s, const double *x,
    size_t regressors, bool thorough, struct arima_fit *ret, struct err *err);

/* ---- arima.c ------------------------------------------------------------- */

/* What follows: means and standard deviations. future, columns of `horizon`
 * values as x had of n, may be NULL when there were none. ret_off, unless
 * NULL, has a column for each of the fit's regressors (the constant last): by
 * how much the mean of each step moves when its coefficient does and the past
 * stays what it was. */
void arima_predict(struct arima_fit *fit, const struct forecast_series *s,
    const double *x, const double *future, size_t horizon, double *ret_mean,
    double *ret_sd, double *ret_off);

#endif
