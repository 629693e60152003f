/* SPDX-License-Identifier: ISC */
/*
 * The Theta family: the series' own exponential level plus a part of its
 * linear trend. Assimakopoulos & Nikolopoulos, The theta model (2000), as
 * Hyndman & Billah, Unmasking the Theta method (2003) write it; optimised and
 * dynamic by Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler, Models for
 * optimising the theta method (2016), whose equations are meant below.
 *
 * With a = 1 - 1 / theta, given alpha, the one-step forecast is linear in the
 * first level and in a. So both come from least squares, and the search has one
 * dimension: no start values, no local traps but in alpha.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

#define ALPHA_LEAST 0.1 /* as the authors bound it */
#define ALPHA_MOST  0.99
#define GRID        16
#define GOLDEN      24

struct theta {
	const double *y;
	size_t n;
	bool dynamic;  /* the line goes on learning (3.2), or is that of all */
	bool optimise; /* a, else theta is 2 */
	double *intercept, *slope; /* of the line known at t - 1, by t */
	/* What is fitted. */
	double alpha, a, level, squares;
};

/* Equations 16 to 18: the line through the first t observations. With t = 0
 * the first value is all that is known of it. */
struct line {
	size_t t;
	double mean, slope;
};

static void
line_add(struct line *l, double y)
{
	double t = (double)++l->t;

	if (l->t > 1)
		l->slope =
		    ((t - 2) * l->slope + 6 / t * (y - l->mean)) / (t + 1);
	l->mean = ((t - 1) * l->mean + y) / t;
}

static double
line_intercept(const struct line *l)
{
	return l->mean - (double)(l->t + 1) / 2 * l->slope;
}

/* Fills the lines, by t. */
static void
know_lines(struct theta *k)
{
	struct line line = {0};

	if (!k->dynamic)
		for (size_t t = 0; t < k->n; t++)
			line_add(&line, k->y[t]);
	for (size_t t = 0; t < k->n; t++) {
		k->intercept[t] = line_intercept(&line);
		k->slope[t] = line.slope;
		if (k->dynamic)
			line_add(&line, k->y[t]);
	}
}

/* What is left of the first level. Less than any double tells is nothing, and
 * arithmetic on such numbers is slow. */
static double
fade(double left, double alpha)
{
	left *= 1 - alpha;
	return left > 1e-200 ? left : 0;
}

/* Equation 13 without the level: what a multiplies. `left` is (1 - alpha)^t. */
static double
pull(double alpha, double left, double intercept, double slope)
{
	return left * intercept + (1 - left * (1 - alpha)) / alpha * slope;
}

/* The sum of squares with this alpha; sets a and level to their best. A line
 * that is learnt on the way is the first value at first, which keeps the level
 * sane, and says nothing of the second, for it has no slope yet. */
static double
squares_at(struct theta *k, double alpha)
{
	double ll = 0, lp = 0, pp = 0, le = 0, pe = 0, ee = 0;
	double left = 1, level = 0, determinant;

	for (size_t t = 0; t < k->n; t++) {
		double p = pull(alpha, left, k->intercept[t], k->slope[t]);
		double e = k->y[t] - level;

		if (k->dynamic && t == 0)
			p = k->y[0];
		if (!k->dynamic || t != 1) {
			ll += left * left;
			lp += left * p;
			pp += p * p;
			le += left * e;
			pe += p * e;
			ee += e * e;
		}
		level += alpha * e;
		left = fade(left, alpha);
	}
	determinant = ll * pp - lp * lp;
	k->a = 0.5;
	if (k->optimise && determinant > 1e-12 * ll * pp)
		k->a = (ll * pe - lp * le) / determinant;
	k->a = fmin(fmax(k->a, 0), 1); /* theta from 1 on */
	k->level = ll > 0 ? (le - k->a * lp) / ll : k->y[0];
	k->alpha = alpha;
	return ee - 2 * (k->level * le + k->a * pe) + k->level * k->level * ll +
	       2 * k->a * k->level * lp + k->a * k->a * pp;
}

/* A grid, then the golden section of its best cell. */
static void
fit(struct theta *k)
{
	const double cell = (ALPHA_MOST - ALPHA_LEAST) / GRID,
		     golden = 0.6180339887498949;
	double best = ALPHA_LEAST, least = INFINITY, low, high, x, z, fx, fz;

	for (int i = 0; i <= GRID; i++) {
		double alpha = ALPHA_LEAST + cell * i;
		double squares = squares_at(k, alpha);

		if (squares < least) {
			least = squares;
			best = alpha;
		}
	}
	low = fmax(best - cell, ALPHA_LEAST);
	high = fmin(best + cell, ALPHA_MOST);
	x = high - golden * (high - low);
	z = low + golden * (high - low);
	fx = squares_at(k, x);
	fz = squares_at(k, z);
	for (int i = 0; i < GOLDEN; i++) {
		if (fx <= fz) {
			high = z;
			z = x;
			fz = fx;
			x = high - golden * (high - low);
			fx = squares_at(k, x);
		} else {
			low = x;
			x = z;
			fx = fz;
			z = low + golden * (high - low);
			fz = squares_at(k, z);
		}
	}
	k->squares =
	    squares_at(k, fmin(fx, fz) < least ? (fx <= fz ? x : z) : best);
}

/* Runs the fitted model over the series and on; its own forecasts teach the
 * dynamic line (section 3.3). */
static void
go_on(const struct theta *k, struct forecast *f)
{
	struct line line = {0};
	double left = 1, level = k->level;

	if (!k->dynamic)
		for (size_t t = 0; t < k->n; t++)
			line_add(&line, k->y[t]);
	for (size_t t = 0; t < k->n + f->horizon; t++) {
		double mean =
		    level + k->a * pull(k->alpha, left, line_intercept(&line),
				       line.slope);
		double y = t < k->n ? k->y[t] : mean;

		if (t >= k->n)
			f->mean[t - k->n] = mean;
		else if (t >= 2)
			f->fitted[t] = mean;
		level += k->alpha * (y - level);
		left = fade(left, k->alpha);
		if (k->dynamic)
			line_add(&line, y);
	}
}

static int
theta(const struct forecast_series *s, const struct forecast_ask *ask,
    bool dynamic, bool optimise, const char *name, struct forecast *ret,
    struct err *err)
{
	struct forecast_adjusted adjusted;
	struct theta k = {.n = s->n, .dynamic = dynamic, .optimise = optimise};
	struct forecast f;
	double sd;
	size_t count = s->n - dynamic;

	if (s->n < 4)
		return err_set(err, ERR_USAGE,
		    "%s needs 4 observations, there are %zu", name, s->n);
	forecast_make(&f, s->n, ask->horizon);
	memcpy(f.method, name, strlen(name) + 1);
	forecast_adjust(s, forecast_season_of(s), &adjusted);
	k.y = adjusted.y;
	k.intercept = xcalloc(s->n, sizeof(*k.intercept));
	k.slope = xcalloc(s->n, sizeof(*k.slope));
	know_lines(&k);
	fit(&k);
	go_on(&k, &f);
	f.parameters = 2 + optimise;
	sd = sqrt(fmax(k.squares, 0) /
		  (double)(count > f.parameters ? count - f.parameters : 1));
	/* Equation 21. */
	for (size_t h = 0; h < f.horizon; h++)
		forecast_bounds(
		    &f, h, sd * sqrt(1 + (double)h * k.alpha * k.alpha));
	forecast_readjust(&adjusted, &f);
	free(k.intercept);
	free(k.slope);
	forecast_adjusted_release(&adjusted);
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

int
forecast_theta(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	return theta(s, ask, false, false, "theta", ret, err);
}

int
forecast_dotm(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	return theta(s, ask, true, true, "dotm", ret, err);
}
