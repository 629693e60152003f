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

/* How much of a season to believe: a mean of as many observations as its
 * smoother spans swings by chance as well, by so much of the remainder's
 * variance (as James & Stein 1961 shrink towards nothing). */
static double
belief(const struct forecast_parts *p, size_t which)
{
	double season = 0, remainder = 0, chance;

	for (size_t t = 0; t < p->n; t++) {
		double swing = p->seasonal[which][t];

		season += swing * swing;
		remainder += p->remainder[t] * p->remainder[t];
	}
	chance = remainder / (double)FORECAST_MSTL_SPAN(which);
	return season > chance ? 1 - chance / season : 0;
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
	return sum;
}

int
forecast_take_seasons(
    const struct forecast_series *s, struct forecast_rest *ret, struct err *err)
{
	size_t periods[FORECAST_SEASONS], count = seasons_of(s, periods);
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
	*ret = r;
	return 0;
}

void
forecast_rest_release(struct forecast_rest *r)
{
	free(r->y);
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

void
forecast_put_seasons(const struct forecast_rest *r, struct forecast *f)
{
	for (size_t t = 0; t < f->n; t++)
		put(r, t, &f->fitted[t]);
	for (size_t h = 0; h < f->horizon; h++) {
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
