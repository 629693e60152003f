/* SPDX-License-Identifier: ISC */
/*
 * Which ARIMA: differences by tests, the other orders by a walk from neighbour
 * to neighbour to the least AICc (Hyndman & Khandakar 2008, Automatic time
 * series forecasting: the forecast package for R, Journal of Statistical
 * Software 27).
 */
#include <stdlib.h>

#include "forecast/arima_priv.h"

#define MOST           5 /* p, q */
#define MOST_QUICK     3
#define MOST_SEASONAL  2    /* P, Q */
#define MANY_LAGS      24   /* in longer seasons P and Q are at most 1 */
#define LEAST          4    /* observations that a mean needs */
#define LEAST_ROOT     1.01 /* nearer to the unit circle is too near */
#define ENOUGH         1000 /* observations to choose by */
#define ENOUGH_SEASONS 10

struct candidate {
	struct forecast_arima_order order;
	double aicc;
};

struct walk {
	const struct forecast_series *s;
	const double *x;
	size_t regressors;
	enum arima_effort effort;
	size_t most, most_seasonal;
	bool seen[MOST + 1][MOST + 1][MOST_SEASONAL + 1][MOST_SEASONAL + 1][2];
	struct candidate *good; /* what will do, the best first */
	size_t count, cap;
};

static bool
roots_beyond(const struct arima_fit *fit)
{
	const struct forecast_arima_order *o = &fit->order;
	const double *c = fit->coefficients;
	size_t counts[] = {o->p, o->q, o->P, o->Q};

	for (size_t group = 0; group < COUNT_OF(counts); group++) {
		double phi[MOST];

		for (size_t i = 0; i < counts[group]; i++)
			phi[i] = group % 2 ? -c[i] : c[i];
		if (!polynomial_roots_beyond(phi, counts[group], LEAST_ROOT))
			return false;
		c += counts[group];
	}
	return true;
}

/* Tries an order that was not tried yet; true where it is the best so far. */
static bool
try(struct walk *w, const struct forecast_arima_order *o)
{
	struct arima_fit fit;
	struct candidate c = {*o, -INFINITY};
	size_t place;
	bool good;

	/* Below 0 is beyond, too. */
	if (o->p > w->most || o->q > w->most || o->P > w->most_seasonal ||
	    o->Q > w->most_seasonal || (o->constant && o->d + o->D > 1) ||
	    /* A driver far from 0 would take the place of the mean. */
	    (w->regressors && !o->constant && o->d + o->D < 2) ||
	    w->seen[o->p][o->q][o->P][o->Q][o->constant])
		return false;
	w->seen[o->p][o->q][o->P][o->Q][o->constant] = true;
	if (arima_fit(w->s, w->x, w->regressors, o, w->effort, &fit, NULL) < 0)
		return false;
	good = roots_beyond(&fit);
	if (!isnan(fit.aicc))
		c.aicc = fit.aicc;
	arima_fit_release(&fit);
	if (!good)
		return false;
	GROW(w->good, w->cap, w->count + 1);
	for (place = w->count++; place > 0; place--) {
		if (!(c.aicc < w->good[place - 1].aicc))
			break;
		w->good[place] = w->good[place - 1];
	}
	w->good[place] = c;
	return place == 0;
}

static void
begin(struct walk *w, size_t d, size_t D)
{
	static const struct forecast_arima_order starts[] = {
	    {.p = 2, .q = 2, .P = 1, .Q = 1},
	    {0},
	    {.p = 1, .P = 1},
	    {.q = 1, .Q = 1},
	};

	for (size_t i = 0; i < COUNT_OF(starts); i++) {
		struct forecast_arima_order o = starts[i];

		o.d = d;
		o.D = D;
		if (o.p > w->most)
			o.p = w->most;
		if (o.q > w->most)
			o.q = w->most;
		if (o.P > w->most_seasonal)
			o.P = w->most_seasonal;
		if (o.Q > w->most_seasonal)
			o.Q = w->most_seasonal;
		o.constant = d + D < 2;
		try(w, &o);
		if (i == 1) {
			o.constant = false;
			try(w, &o);
		}
	}
}

/* One order up or down, p and q or P and Q together, the constant: goes on from
 * the first that is better, until none is. */
static void
walk(struct walk *w)
{
	static const int moves[][4] = {{0, 0, -1, 0}, {0, 0, 0, -1},
	    {0, 0, 1, 0}, {0, 0, 0, 1}, {0, 0, -1, -1}, {0, 0, 1, 1},
	    {-1, 0, 0, 0}, {0, -1, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0},
	    {-1, -1, 0, 0}, {1, 1, 0, 0}};
	bool better = w->count > 0;

	while (better) {
		struct forecast_arima_order here = w->good[0].order, o;

		better = false;
		for (size_t i = 0; i < COUNT_OF(moves) && !better; i++) {
			o = here;
			o.p += (size_t)moves[i][0];
			o.q += (size_t)moves[i][1];
			o.P += (size_t)moves[i][2];
			o.Q += (size_t)moves[i][3];
			better = try(w, &o);
		}
		if (better)
			continue;
		o = here;
		o.constant = !o.constant;
		better = try(w, &o);
	}
}

/* How often the series is to be differenced; with regressors, what they leave
 * of it. */
static void
differences(const struct walk *w, size_t *ret_d, size_t *ret_D)
{
	size_t n = w->s->n, k = w->regressors + 1;
	double *rest = xcalloc(n, sizeof(*rest));
	double *rows = xcalloc(n * k, sizeof(*rows));
	double *b = xcalloc(k, sizeof(*b));

	memcpy(rest, w->s->y, n * sizeof(*rest));
	if (w->regressors) {
		for (size_t t = 0; t < n; t++) {
			rows[t * k] = 1;
			for (size_t c = 1; c < k; c++)
				rows[t * k + c] = w->x[(c - 1) * n + t];
		}
		forecast_least_squares(rows, rest, n, k, b, NULL, NULL);
		for (size_t t = 0; t < n; t++)
			for (size_t c = 1; c < k; c++)
				rest[t] -= b[c] * rows[t * k + c];
	}
	arima_differences(rest, n, w->s->period, ret_d, ret_D);
	free(rest);
	free(rows);
	free(b);
}

/* The last `n` observations of the series and its regressors. */
static struct forecast_series
recent(const struct walk *w, size_t n, double **ret_x)
{
	const struct forecast_series *s = w->s;

	*ret_x =
	    w->regressors ? xcalloc(n * w->regressors, sizeof(double)) : NULL;
	for (size_t c = 0; c < w->regressors; c++)
		memcpy(*ret_x + c * n, w->x + (c + 1) * s->n - n,
		    n * sizeof(double));
	return (struct forecast_series){
	    .y = s->y + s->n - n, .n = n, .period = s->period};
}

/* The candidates, from no more of the last observations than say enough. */
static void
gather(struct walk *w)
{
	const struct forecast_series *all = w->s;
	const double *all_x = w->x;
	size_t enough = ENOUGH_SEASONS * all->period, d, D;
	struct forecast_series s;
	double *x;

	if (enough < ENOUGH)
		enough = ENOUGH;
	s = recent(w, all->n < enough ? all->n : enough, &x);
	w->s = &s;
	w->x = x;
	differences(w, &d, &D);
	begin(w, d, D);
	walk(w);
	w->s = all;
	w->x = all_x;
	free(x);
}

int
arima_choose(const struct forecast_series *s, const double *x,
    size_t regressors, bool thorough, struct arima_fit *ret, struct err *err)
{
	struct walk w = {.s = s,
	    .x = x,
	    .regressors = regressors,
	    .effort = thorough ? ARIMA_FULL : ARIMA_SCREEN,
	    .most = thorough ? MOST : MOST_QUICK,
	    .most_seasonal = s->period < 2                        ? 0
			     : thorough && s->period <= MANY_LAGS ? 2
								  : 1};
	struct forecast_arima_order last = {.constant = true};
	int code = -1;

	/* Where not even a mean can be told from 0, 0 is no answer. */
	if (s->n >= LEAST + regressors)
		gather(&w);
	for (size_t i = 0; i < w.count && code < 0; i++) {
		code = arima_fit(
		    s, x, regressors, &w.good[i].order, ARIMA_FULL, ret, err);
		if (code == 0 && !roots_beyond(ret) && i + 1 < w.count) {
			arima_fit_release(ret);
			code = -1;
		}
	}
	if (!w.count)
		code = arima_fit(s, x, regressors, &last, ARIMA_FULL, ret, err);
	free(w.good);
	return code;
}
