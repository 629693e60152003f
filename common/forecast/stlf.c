/* SPDX-License-Identifier: ISC */
/*
 * Forecasts by decomposition: what STL (or MSTL, where there are several
 * seasons) finds of the seasons goes on as in their last round, and the rest
 * is forecast by a method that knows no season (Hyndman & Athanasopoulos, 3rd
 * ed., 5.7 and 12.1). Where the swings grow with the level, all of it is done
 * with logarithms.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

/* What is known of a season before it comes again: that this much of it will,
 * as surely as if half a season had come again so. Found on series cut off
 * after one to two seasons; from 0.2 to 0.6 it makes little difference. */
#define USUAL_BELIEF 0.4
#define USUAL_ROUNDS 0.5

/* Whether the swings within seasons vary less as shares of their level than as
 * they are: Guerrero, Time-series analysis supported by power transformations
 * (1993), of the powers 0 and 1. */
static bool
grows_with_level(const struct forecast_series *s)
{
	size_t blocks = s->n / s->period, first = s->n - blocks * s->period;
	double sums[2] = {0}, squares[2] = {0};

	for (size_t b = 0; b < blocks; b++) {
		const double *y = s->y + first + b * s->period;
		double mean = 0, spread = 0, swing[2];

		for (size_t i = 0; i < s->period; i++) {
			if (!(y[i] > 0))
				return false;
			mean += y[i] / (double)s->period;
		}
		for (size_t i = 0; i < s->period; i++)
			spread += (y[i] - mean) * (y[i] - mean);
		swing[1] = sqrt(spread / (double)s->period);
		swing[0] = swing[1] / mean;
		for (int k = 0; k < 2; k++) {
			sums[k] += swing[k];
			squares[k] += swing[k] * swing[k];
		}
	}
	for (size_t t = 0; t < first; t++)
		if (!(s->y[t] > 0))
			return false;
	/* Of coefficients of variation the order is that of these ratios. */
	return squares[0] / (sums[0] * sums[0]) <
	       squares[1] / (sums[1] * sums[1]);
}

/* Seasons that fit in twice, the shortest first. */
static size_t
seasons_of(const struct forecast_series *s, size_t ret[FORECAST_SEASONS])
{
	size_t count = 0;

	if (s->period > 1 && s->n / 2 >= s->period)
		ret[count++] = s->period;
	for (size_t i = 0; i < s->longer_count && count < FORECAST_SEASONS; i++)
		if (s->longer[i] > s->period && s->n / 2 >= s->longer[i] &&
		    (!count || s->longer[i] > ret[count - 1]))
			ret[count++] = s->longer[i];
	return count;
}

/* How much of a season to believe: the mean of as many observations as its
 * smoother spans, but there are no more than rounds, swings by chance as well,
 * by so much of the variance of the noise (James & Stein 1961 shrink towards
 * nothing; of seasons Miller & Williams, Shrinkage estimators of time series
 * seasonal factors, International Journal of Forecasting 19, 2003). The
 * remainder shows less than the noise, for the means followed it. */
static double
belief(const struct forecast_parts *p, size_t which)
{
	double rounds = (double)p->n / (double)p->period[which];
	double span = fmin(FORECAST_MSTL_SPAN((double)which), rounds);
	double season = 0, remainder = 0, chance;

	for (size_t t = 0; t < p->n; t++) {
		double swing = p->seasonal[which][t];

		season += swing * swing;
		remainder += p->remainder[t] * p->remainder[t];
	}
	chance = remainder / (1 - 1 / span) / span;
	return season > chance ? 1 - chance / season : 0;
}

static double
mean_of(const double *y, size_t n)
{
	double sum = 0;

	for (size_t t = 0; t < n; t++)
		sum += y[t] / (double)n;
	return sum;
}

/* The first round of a season around its mean, each phase with its neighbours:
 * next weeks of a year are alike. */
static void
first_round(const double *y, size_t period, double *ret)
{
	size_t reach = period / 24, span = 2 * reach + 1;
	double mean = mean_of(y, period);

	for (size_t t = 0; t < period; t++)
		for (size_t i = 0; i < span; i++)
			ret[t] +=
			    (y[(t + period + i - reach) % period] - mean) /
			    (double)span;
}

/*
 * y, of which a season was seen once and `again` observations more. What these
 * have moved by since the season before is trend. Without it, the regression
 * of the second round on the first, with a usual one before there was any (as
 * James & Stein and Miller & Williams shrink), says how much of a season to
 * believe: the share s of its swings that is not noise. Then s (1 - s) of
 * their variance is what the belief is off by, the posterior's of Efron &
 * Morris (1973), and as much has gone from the noise of the round that it was
 * learnt from.
 */
static void
season_once(struct forecast_rest *r, size_t n, size_t period)
{
	size_t again = n - period;
	double *x = xcalloc(n, sizeof(*x));
	double usual = USUAL_ROUNDS * (double)period, slope, share;
	double first, second, both = 0, swings = 0, all = 0;

	r->once = xcalloc(period, sizeof(*r->once));
	r->once_period = period;
	slope = (mean_of(r->y + period, again) - mean_of(r->y, again)) /
		(double)period * (double)again / ((double)again + usual);
	for (size_t t = 0; t < n; t++)
		x[t] = r->y[t] - slope * (double)t;
	first_round(x, period, r->once);
	first = mean_of(r->once, again);
	second = mean_of(x + period, again);
	for (size_t t = 0; t < again; t++) {
		double swing = r->once[t] - first;

		both += swing * (x[t + period] - second);
		swings += swing * swing;
	}
	for (size_t t = 0; t < period; t++)
		all += r->once[t] * r->once[t] / (double)period;
	share = all > 0 ? (both + usual * USUAL_BELIEF * all) /
			      (swings + usual * all)
			: 0;
	share = fmin(fmax(share, 0), 1);
	r->once_variance =
	    share * (1 - share) * all * (1 + (double)period / (double)n);
	for (size_t t = 0; t < period; t++)
		r->once[t] *= share;
	for (size_t t = 0; t < n; t++)
		r->y[t] -= r->once[t % period];
	free(x);
}

/* The seasons at t; their last round goes on. */
static double
season_at(const struct forecast_rest *r, size_t t)
{
	const struct forecast_parts *p = &r->parts;
	double sum = 0;

	for (size_t i = 0; i < p->seasons; i++) {
		size_t at =
		    t < p->n ? t
			     : p->n - p->period[i] + (t - p->n) % p->period[i];

		sum += r->share[i] * p->seasonal[i][at];
	}
	if (r->once)
		sum += r->once[t % r->once_period];
	return sum;
}

int
forecast_take_seasons(
    const struct forecast_series *s, struct forecast_rest *ret, struct err *err)
{
	size_t periods[FORECAST_SEASONS], count = seasons_of(s, periods);
	size_t longest =
	    s->longer_count ? s->longer[s->longer_count - 1] : s->period;
	struct forecast_rest r = {.logarithms = count && grows_with_level(s),
	    .y = xcalloc(s->n, sizeof(*r.y))};

	for (size_t t = 0; t < s->n; t++)
		r.y[t] = r.logarithms ? log(s->y[t]) : s->y[t];
	r.parts.n = s->n;
	if (count && forecast_mstl(
			 r.y, s->n, periods, count, false, &r.parts, err) < 0) {
		free(r.y);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		r.share[i] = belief(&r.parts, i);
	for (size_t t = 0; t < s->n; t++)
		r.y[t] -= season_at(&r, t);
	if (longest > 1 && s->n > longest && s->n / 2 < longest)
		season_once(&r, s->n, longest);
	*ret = r;
	return 0;
}

void
forecast_rest_release(struct forecast_rest *r)
{
	free(r->y);
	free(r->once);
	forecast_parts_release(&r->parts);
	*r = (struct forecast_rest){0};
}

static void
put(const struct forecast_rest *r, size_t t, double *value)
{
	*value += season_at(r, t);
	if (r->logarithms)
		*value = exp(*value);
}

/* Bounds know what the season may be off by. */
static void
doubt(const struct forecast_rest *r, struct forecast *f, size_t h)
{
	double mean = f->mean[h];

	for (int l = 0; l < FORECAST_LEVELS; l++) {
		double off = forecast_z[l] * sqrt(r->once_variance);

		f->low[l][h] = mean - hypot(mean - f->low[l][h], off);
		f->high[l][h] = mean + hypot(f->high[l][h] - mean, off);
	}
}

void
forecast_put_seasons(const struct forecast_rest *r, struct forecast *f)
{
	for (size_t t = 0; t < f->n; t++)
		put(r, t, &f->fitted[t]);
	for (size_t h = 0; h < f->horizon; h++) {
		if (r->once)
			doubt(r, f, h);
		put(r, f->n + h, &f->mean[h]);
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			put(r, f->n + h, &f->low[l][h]);
			put(r, f->n + h, &f->high[l][h]);
		}
	}
}

int
forecast_by_stl(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	struct forecast_ask plain = {.horizon = ask->horizon};
	struct forecast_rest rest;
	struct forecast_series x = {.n = s->n, .period = 1};
	struct forecast f;
	int code;

	if (s->period < 2 || s->n / 2 < s->period)
		return err_set(err, ERR_USAGE,
		    "stl needs two seasons (%zu observations), there are %zu",
		    2 * s->period, s->n);
	if (forecast_take_seasons(s, &rest, err) < 0)
		return -1;
	x.y = rest.y;
	code = forecast_dotm(&x, &plain, &f, err);
	if (!code) {
		forecast_put_seasons(&rest, &f);
		snprintf(f.method, sizeof(f.method), "%s",
		    rest.parts.seasons > 1 ? "mstl" : "stl");
	}
	forecast_rest_release(&rest);
	if (code < 0)
		return -1;
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}
