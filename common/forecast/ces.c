/* SPDX-License-Identifier: ISC */
/*
 * Complex exponential smoothing: I. Svetunkov, N. Kourentzes & J. K. Ord,
 * Complex exponential smoothing, Naval Research Logistics 69 (2022). A level
 * and what it holds back of the past, smoothed together by a complex weight:
 * it follows both level and trend without choosing between them.
 *
 *	y(t) = l(t-1) + e(t)
 *	l(t) = l(t-1) - (1 - a1) c(t-1) + (a0 - a1) e(t)
 *	c(t) = l(t-1) + (1 - a0) c(t-1) + (a0 + a1) e(t)
 *
 * The first l and c are what the series, smoothed backwards, ends in, so that
 * the search is for a0 and a1 alone.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

struct ces {
	const double *y;
	size_t n;
	double a0, a1, level, held, squares; /* what is fitted */
};

/* The conditions of stability (their section 2.4). */
static bool
stable(double a0, double a1)
{
	return (a0 - 2.5) * (a0 - 2.5) + a1 * a1 > 1.25 &&
	       (a0 - 0.5) * (a0 - 0.5) + (a1 - 1) * (a1 - 1) > 0.25 &&
	       (a0 - 1.5) * (a0 - 1.5) + (a1 - 0.5) * (a1 - 0.5) < 1.5;
}

static void
step(double a0, double a1, double error, double *level, double *held)
{
	double l = *level;

	*level = l - (1 - a1) * *held + (a0 - a1) * error;
	*held = l + (1 - a0) * *held + (a0 + a1) * error;
}

/* Sum of squares; sets level and held to where the series, read backwards,
 * comes from. */
static double
squares_at(const double *x, void *context)
{
	struct ces *k = context;
	double l = k->y[0], c = k->y[0] / x[0], squares = 0;

	if (!stable(x[0], x[1]))
		return INFINITY;
	for (size_t t = 0; t < k->n; t++)
		step(x[0], x[1], k->y[t] - l, &l, &c);
	for (size_t t = k->n; t-- > 0;)
		step(x[0], x[1], k->y[t] - l, &l, &c);
	k->level = l;
	k->held = c;
	for (size_t t = 0; t < k->n; t++) {
		double e = k->y[t] - l;

		squares += e * e;
		step(x[0], x[1], e, &l, &c);
	}
	k->a0 = x[0];
	k->a1 = x[1];
	k->squares = squares;
	return squares;
}

static void
fit(struct ces *k)
{
	double x[2] = {1.3, 1}, size[2] = {0.2, -0.2};
	struct forecast_search search = {.f = squares_at,
	    .context = k,
	    .n = 2,
	    .step = size,
	    .evaluations = 200,
	    .tolerance = 1e-8};

	forecast_minimise(&search, x);
	squares_at(x, k);
}

int
forecast_ces(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	struct forecast_adjusted adjusted;
	struct ces k = {.n = s->n};
	struct forecast f;
	double level, held, sd, move_level = 1, move_held = 0, variance = 0;

	if (s->n < 5)
		return err_set(err, ERR_USAGE,
		    "ces needs 5 observations, there are %zu", s->n);
	forecast_make(&f, s->n, ask->horizon);
	memcpy(f.method, "ces", sizeof("ces"));
	forecast_adjust(s, forecast_season_of(s), &adjusted);
	k.y = adjusted.y;
	fit(&k);
	f.parameters = 4;
	sd = sqrt(fmax(k.squares, 0) / (double)(s->n - f.parameters));
	level = k.level;
	held = k.held;
	for (size_t t = 0; t < s->n; t++) {
		f.fitted[t] = level;
		step(k.a0, k.a1, k.y[t] - level, &level, &held);
	}
	for (size_t h = 0; h < f.horizon; h++) {
		f.mean[h] = level;
		forecast_bounds(&f, h, sd * sqrt(1 + variance));
		step(k.a0, k.a1, 0, &level, &held);
		/* What an error does to the forecast h + 1 steps later. */
		if (!h) {
			move_level = k.a0 - k.a1;
			move_held = k.a0 + k.a1;
		} else {
			step(k.a0, k.a1, 0, &move_level, &move_held);
		}
		variance += move_level * move_level;
	}
	forecast_readjust(&adjusted, &f);
	forecast_adjusted_release(&adjusted);
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}
