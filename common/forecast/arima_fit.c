/* SPDX-License-Identifier: ISC */
/*
 * Fitting ARIMA by exact maximum likelihood. With v_t the errors one step
 * ahead, f_t their variances in units of the innovations' and S the sum of
 * v_t^2 / f_t, the likelihood with the innovations' variance at its best,
 *
 *	-2 log L = n log(2 pi S / n) + n + sum log f_t,
 *
 * is highest where the sum of squares of v_t / sqrt(f_t) times the n-th root of
 * the product of all sqrt(f_t) is least (Box, Jenkins & Reinsel, Time Series
 * Analysis, 7.A7; Harvey 1989, 3.4): a problem of least squares. Means, drifts
 * and regressors are at their best, too, in each evaluation, by generalised
 * least squares of the filtered columns.
 */
#include <stdlib.h>

#include "forecast/arima_priv.h"

#define LAGS_MAX        1000
#define DIFFERENCES_MAX 2
/* Evaluations of the likelihood, per parameter, and the step of differences. */
#define COARSE 20
#define FINE   100
#define WORK   1000000 /* observations times lags in each */
#define STEP   1e-4
/* Partial autocorrelations of autoregressions stay so far from 1, where
 * variances end. */
#define LARGEST (1 - 1e-7)
/* A sum of squares, of values near 1, that rounding alone may leave. */
#define EXACT 1e-26
/* A regressor of which the ones before leave less than this share (of squares)
 * adds nothing. */
#define LEAST_SHARE 1e-18

struct problem {
	const struct forecast_arima_order *order;
	size_t period, n, columns; /* the series first, then regressors */
	double *differenced;
	double *errors;
	double *unit;  /* by which each column was divided */
	double centre; /* what was taken off the series, after division */
	double *coefficients;
	struct arma arma;
};

static size_t
coefficients_of(const struct forecast_arima_order *o)
{
	return o->p + o->q + o->P + o->Q;
}

void
arima_difference(const double *y, size_t n, double unit,
    const struct forecast_arima_order *o, size_t period, double *ret)
{
	double *w = xcalloc(n + 1, sizeof(*w));

	for (size_t t = 0; t < n; t++)
		w[t] = y[t] / unit;
	for (size_t i = 0; i < o->D; i++) {
		n -= period;
		for (size_t t = 0; t < n; t++)
			w[t] = w[t + period] - w[t];
	}
	for (size_t i = 0; i < o->d; i++) {
		n--;
		for (size_t t = 0; t < n; t++)
			w[t] = w[t + 1] - w[t];
	}
	memcpy(ret, w, n * sizeof(*ret));
	free(w);
}

/* The constant's own differences: 1, or the period when it is a drift that a
 * seasonal difference sees. */
static double
constant_step(const struct forecast_arima_order *o, size_t period)
{
	return o->D ? (double)period : 1;
}

static void
prepare(struct problem *p, const struct forecast_series *s, const double *x,
    size_t regressors)
{
	const struct forecast_arima_order *o = p->order;
	size_t n = p->n;
	double sum = 0;

	for (size_t c = 0; c <= regressors; c++) {
		const double *column = c ? x + (c - 1) * s->n : s->y;

		p->unit[c] = forecast_unit(column, s->n);
		arima_difference(column, s->n, p->unit[c], o, s->period,
		    p->differenced + c * n);
	}
	if (!o->constant)
		return;
	p->unit[p->columns - 1] = constant_step(o, s->period);
	for (size_t t = 0; t < n; t++) {
		p->differenced[(p->columns - 1) * n + t] = 1;
		sum += p->differenced[t];
	}
	p->centre = sum / (double)n;
	for (size_t t = 0; t < n; t++)
		p->differenced[t] -= p->centre;
}

/* Takes what the other columns explain out of the first, by the modified
 * Gram-Schmidt process. Returns the sum of squares that is left. */
static double
project(double *columns, size_t n, size_t count)
{
	double squares = 0;

	for (size_t c = 1; c < count; c++) {
		const double *v = columns + c * n;
		double square = 0;

		for (size_t t = 0; t < n; t++)
			square += v[t] * v[t];
		for (size_t k = 0; k < count; k = k ? k + 1 : c + 1) {
			double *other = columns + k * n, dot = 0, left = 0;

			if (!(square > 0))
				break;
			for (size_t t = 0; t < n; t++)
				dot += v[t] * other[t];
			dot /= square;
			for (size_t t = 0; t < n; t++) {
				other[t] -= dot * v[t];
				left += other[t] * other[t];
			}
			/* What is only rounding must not be taken for a
			 * direction. */
			if (k &&
			    left < LEAST_SHARE * (left + dot * dot * square))
				memset(other, 0, n * sizeof(*other));
		}
	}
	for (size_t t = 0; t < n; t++)
		squares += columns[t] * columns[t];
	return squares;
}

/* Free numbers to partial autocorrelations. Those of an autoregression have no
 * likelihood at the border, so that a border at infinity does. */
static void
stationary(const double *u, size_t n, double *ret)
{
	for (size_t i = 0; i < n; i++)
		ret[i] = LARGEST * u[i] / sqrt(1 + u[i] * u[i]);
	polynomial_from_partial(ret, n, ret);
}

/* The likelihood of a moving average is often highest at the border itself, and
 * there it is level, for a root and its inverse are equally likely: beyond the
 * border the way leads back. 1 - theta_1 B ... has the roots that 1 - phi_1 B
 * ... has. */
static void
invertible(const double *u, size_t n, double *ret)
{
	for (size_t i = 0; i < n; i++) {
		/* A wave of triangles through 0 with slope 1. */
		double place = u[i] - 4 * floor((u[i] + 1) / 4);

		ret[i] = place > 1 ? 2 - place : place;
	}
	polynomial_from_partial(ret, n, ret);
	for (size_t i = 0; i < n; i++)
		ret[i] = -ret[i];
}

static void
set_process(struct problem *p, const double *u)
{
	const struct forecast_arima_order *o = p->order;
	double *ar = p->coefficients, *ma = ar + o->p, *sar = ma + o->q,
	       *sma = sar + o->P;

	stationary(u, o->p, ar);
	invertible(u + o->p, o->q, ma);
	stationary(u + o->p + o->q, o->P, sar);
	invertible(u + o->p + o->q + o->P, o->Q, sma);
	arma_set(&p->arma, &(struct arma_factors){.ar = ar,
			       .ma = ma,
			       .sar = sar,
			       .sma = sma,
			       .p = o->p,
			       .q = o->q,
			       .P = o->P,
			       .Q = o->Q,
			       .period = p->period});
}

/* The errors at u, each divided by its standard deviation, into p->errors.
 * Returns the sum of the logarithms of their variances, NAN where the process
 * does not do; the sum of squares is ret_squares. */
static double
filtered(struct problem *p, const double *u, double *ret_squares)
{
	double logarithms;

	set_process(p, u);
	logarithms = arma_filter(
	    &p->arma, p->differenced, p->n, p->columns, p->errors, NULL, NULL);
	if (!isfinite(logarithms))
		return NAN;
	*ret_squares = project(p->errors, p->n, p->columns);
	return logarithms;
}

static bool
residuals(const double *u, double *ret, void *context)
{
	struct problem *p = context;
	double squares, logarithms = filtered(p, u, &squares), root;

	if (isnan(logarithms))
		return false;
	root = exp(logarithms / (double)(2 * p->n));
	for (size_t t = 0; t < p->n; t++)
		ret[t] = p->errors[t] * root;
	return true;
}

/* -log L per observation, but for constants. */
static double
objective(const double *u, void *context)
{
	struct problem *p = context;
	double squares, logarithms = filtered(p, u, &squares);

	return isnan(logarithms)
		   ? INFINITY
		   : 0.5 * (log(squares) + logarithms / (double)p->n);
}

/* The coefficients of the other columns at the process that is set, and what
 * is left of the series in ret_rest. */
static void
regress(struct problem *p, struct arima_fit *fit, double *ret_rest)
{
	size_t k = p->columns - 1, n = p->n;
	double *rows = xcalloc(n * k + 1, sizeof(*rows));

	arma_filter(
	    &p->arma, p->differenced, n, p->columns, p->errors, NULL, NULL);
	for (size_t t = 0; t < n; t++)
		for (size_t c = 0; c < k; c++)
			rows[t * k + c] = p->errors[(c + 1) * n + t];
	fit->parameters += forecast_least_squares(
	    rows, p->errors, n, k, fit->beta, fit->covariance, NULL);
	memcpy(ret_rest, p->differenced, n * sizeof(*ret_rest));
	for (size_t c = 0; c < k; c++)
		for (size_t t = 0; t < n; t++)
			ret_rest[t] -=
			    fit->beta[c] * p->differenced[(c + 1) * n + t];
	if (p->order->constant)
		fit->beta[k - 1] += p->centre;
	/* Back to the units of the data. */
	for (size_t c = 0; c < k; c++) {
		fit->beta[c] *= p->unit[0] / p->unit[c + 1];
		for (size_t l = 0; l < k; l++) {
			fit->covariance[c * k + l] /= p->unit[c + 1];
			fit->covariance[c * k + l] /= p->unit[l + 1];
		}
	}
	free(rows);
}

/* Everything that is known at the process that is set. */
static void
conclude(struct problem *p, struct arima_fit *fit)
{
	size_t n = p->n, begin = fit->n - n;
	double *rest = xcalloc(n + 1, sizeof(*rest));
	double *sd = xcalloc(n + 1, sizeof(*sd)), squares = 0, logarithms;

	fit->parameters = coefficients_of(&fit->order) + 1;
	regress(p, fit, rest);
	logarithms =
	    arma_filter(&p->arma, rest, n, 1, p->errors, sd, &fit->state);
	for (size_t t = 0; t < begin; t++)
		fit->innovations[t] = NAN;
	for (size_t t = 0; t < n; t++) {
		squares += p->errors[t] * p->errors[t];
		fit->innovations[begin + t] = p->errors[t] * sd[t] * p->unit[0];
	}
	for (size_t i = 0; i < p->arma.r; i++)
		fit->state.mean[i] *= p->unit[0];
	memcpy(fit->coefficients, p->coefficients,
	    coefficients_of(&fit->order) * sizeof(*fit->coefficients));
	fit->log_likelihood = fit->aicc = NAN;
	fit->sd = 0;
	if (squares > EXACT * (double)n) {
		double count = (double)n, k = (double)fit->parameters;

		fit->sd = sqrt(squares / (count - k + 1)) * p->unit[0];
		fit->log_likelihood =
		    -0.5 * (count * (log(2 * acos(-1) * squares / count) + 1) +
			       logarithms) -
		    count * log(p->unit[0]);
		fit->aicc = -2 * fit->log_likelihood + 2 * k +
			    2 * k * (k + 1) / (count - k - 1);
	}
	free(rest);
	free(sd);
}

static int
check(const struct forecast_series *s, size_t regressors,
    const struct forecast_arima_order *o, struct err *err)
{
	size_t needed = regressors + o->constant + 3,
	       season = o->P + o->D + o->Q;
	char name[64];

	if (o->p > LAGS_MAX || o->q > LAGS_MAX || o->P > LAGS_MAX ||
	    o->Q > LAGS_MAX || (season && s->period > LAGS_MAX) ||
	    o->p + o->P * s->period > LAGS_MAX ||
	    o->q + o->Q * s->period > LAGS_MAX)
		return err_set(err, ERR_USAGE,
		    "ARIMA: lags beyond %d are too many", LAGS_MAX);
	if (o->d > DIFFERENCES_MAX || o->D > DIFFERENCES_MAX)
		return err_set(err, ERR_USAGE,
		    "ARIMA: at most %d differences of a kind", DIFFERENCES_MAX);
	arima_name(o, s->period, name);
	if (s->period < 2 && season)
		return err_set(
		    err, ERR_USAGE, "%s: the series has no season", name);
	if (o->constant && o->d + o->D > 1)
		return err_set(err, ERR_USAGE,
		    "%s: no constant with more than one difference", name);
	needed += coefficients_of(o) + o->d + o->D * s->period;
	if (s->n < needed)
		return err_set(err, ERR_USAGE,
		    "%s needs %zu observations, there are %zu", name, needed,
		    s->n);
	return 0;
}

static void
problem_release(struct problem *p)
{
	free(p->differenced);
	free(p->errors);
	free(p->unit);
	free(p->coefficients);
}

/* Where a search begins, for autoregressions and moving averages: the surface
 * may have several hills, most of them between what nearly cancels. */
static const double starts[][2] = {{0.1, 0.1}, {0.5, -0.5}, {-0.5, 0.5}};

static void
start(const struct forecast_arima_order *o, size_t which, double *ret_u)
{
	size_t counts[] = {o->p, o->q, o->P, o->Q};

	for (size_t group = 0; group < COUNT_OF(counts); group++)
		for (size_t i = 0; i < counts[group]; i++)
			*ret_u++ = starts[which][group % 2];
}

/* Uphill from each start in long steps, and from the best in fine ones. */
static void
climb(struct problem *p, size_t k, enum arima_effort effort, double *ret_u)
{
	struct forecast_residuals coarse = {.f = residuals,
	    .context = p,
	    .parameters = k,
	    .n = p->n,
	    .evaluations = COARSE * (unsigned)(k + 1),
	    .tolerance = effort == ARIMA_SCREEN ? 1e-3 : 1e-4};
	double *steps = xcalloc(k + 1, sizeof(*steps));
	double *u = xcalloc(k + 1, sizeof(*u)), best = INFINITY;
	struct forecast_search fine = {.f = objective,
	    .context = p,
	    .n = k,
	    .step = steps,
	    .evaluations = FINE * (unsigned)(k + 1),
	    .tolerance = 1e-9};
	size_t tries = effort == ARIMA_SCREEN ? 1 : COUNT_OF(starts);

	for (size_t i = 0; i < tries; i++) {
		double squares;

		start(p->order, i, u);
		squares = forecast_marquardt(&coarse, u);
		if (i > 0 && !(squares < best))
			continue;
		best = squares;
		memcpy(ret_u, u, k * sizeof(*u));
	}
	for (size_t i = 0; i < k; i++)
		steps[i] = STEP;
	if (k && effort == ARIMA_FULL)
		forecast_descend(&fine, ret_u);
	free(u);
	free(steps);
}

/* The same with no more of the last observations than can be gone through
 * hundreds of times. */
static void
find(struct problem *p, size_t k, enum arima_effort effort, double *ret_u)
{
	size_t lags = p->arma.r + 4, n = p->n;
	size_t enough = WORK / lags / p->columns;
	double *all = p->differenced;

	if (enough < 3 * lags)
		enough = 3 * lags;
	if (n <= enough) {
		climb(p, k, effort, ret_u);
		return;
	}
	p->n = enough;
	p->differenced = xcalloc(enough * p->columns, sizeof(*all));
	for (size_t c = 0; c < p->columns; c++)
		memcpy(p->differenced + c * enough, all + (c + 1) * n - enough,
		    enough * sizeof(*all));
	climb(p, k, effort, ret_u);
	free(p->differenced);
	p->differenced = all;
	p->n = n;
}

int
arima_fit(const struct forecast_series *s, const double *x, size_t regressors,
    const struct forecast_arima_order *order, enum arima_effort effort,
    struct arima_fit *ret, struct err *err)
{
	size_t k = coefficients_of(order), r;
	size_t columns = 1 + regressors + order->constant;
	struct problem p = {
	    .order = order, .period = s->period, .columns = columns};
	double *u;
	bool known;

	if (check(s, regressors, order, err) < 0)
		return -1;
	p.n = s->n - order->d - order->D * s->period;
	p.differenced = xcalloc(p.n * columns, sizeof(double));
	p.errors = xcalloc(p.n * columns, sizeof(double));
	p.unit = xcalloc(columns, sizeof(double));
	p.coefficients = xcalloc(k + 1, sizeof(double));
	prepare(&p, s, x, regressors);
	arma_make(&p.arma, order->p + order->P * s->period,
	    order->q + order->Q * s->period);
	u = xcalloc(k + 1, sizeof(*u));
	find(&p, k, effort, u);
	set_process(&p, u);
	free(u);

	/* How much is still unknown of the state takes r^2 at each step. */
	r = p.arma.r;
	known = (double)p.n * (double)r * (double)r > 1e8;
	*ret = (struct arima_fit){.order = *order,
	    .period = s->period,
	    .n = s->n,
	    .used = p.n,
	    .regressors = columns - 1,
	    .coefficients = xcalloc(k + 1, sizeof(double)),
	    .beta = xcalloc(columns, sizeof(double)),
	    .covariance = xcalloc(columns * columns, sizeof(double)),
	    .innovations = xcalloc(s->n, sizeof(double)),
	    .state = {xcalloc(r + 1, sizeof(double)),
		known ? NULL : xcalloc(r * r + 1, sizeof(double))}};
	conclude(&p, ret);
	ret->arma = p.arma;
	problem_release(&p);
	return 0;
}

void
arima_fit_release(struct arima_fit *fit)
{
	free(fit->coefficients);
	free(fit->beta);
	free(fit->covariance);
	free(fit->innovations);
	free(fit->state.mean);
	free(fit->state.spread);
	arma_release(&fit->arma);
	*fit = (struct arima_fit){0};
}

void
arima_name(const struct forecast_arima_order *o, size_t period, char ret[64])
{
	int n = snprintf(ret, 64, "ARIMA(%zu,%zu,%zu)", o->p, o->d, o->q);

	if (o->P + o->D + o->Q)
		n += snprintf(ret + n, 64 - (size_t)n, "(%zu,%zu,%zu)[%zu]",
		    o->P, o->D, o->Q, period);
	if (o->constant)
		snprintf(ret + n, 64 - (size_t)n, " with %s",
		    o->d + o->D ? "drift" : "mean");
}
