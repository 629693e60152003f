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

static double
back(double v, bool logarithms)
{
	return logarithms ? exp(v) : v;
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
season_at(const struct forecast_parts *p, const double *share, size_t t)
{
	double sum = 0;

	for (size_t i = 0; i < p->seasons; i++) {
		size_t at =
		    t < p->n ? t
			     : p->n - p->period[i] + (t - p->n) % p->period[i];

		sum += share[i] * p->seasonal[i][at];
	}
	return sum;
}

int
forecast_by_stl(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	size_t periods[FORECAST_SEASONS], count = seasons_of(s, periods);
	struct forecast_ask plain = {.horizon = ask->horizon};
	struct forecast_parts parts;
	struct forecast_series rest = {.n = s->n, .period = 1};
	struct forecast f;
	bool logarithms;
	double *y, share[FORECAST_SEASONS];
	int code;

	if (!count)
		return err_set(err, ERR_USAGE,
		    "stl needs two seasons (%zu observations), there are %zu",
		    2 * s->period, s->n);
	logarithms = grows_with_level(s);
	y = xcalloc(s->n, sizeof(*y));
	for (size_t t = 0; t < s->n; t++)
		y[t] = logarithms ? log(s->y[t]) : s->y[t];
	if (forecast_mstl(y, s->n, periods, count, false, &parts, err) < 0) {
		free(y);
		return -1;
	}
	for (size_t i = 0; i < count; i++)
		share[i] = belief(&parts, i);
	for (size_t t = 0; t < s->n; t++)
		y[t] -= season_at(&parts, share, t);
	rest.y = y;
	code = forecast_dotm(&rest, &plain, &f, err);
	free(y);
	if (code < 0) {
		forecast_parts_release(&parts);
		return -1;
	}
	for (size_t t = 0; t < s->n; t++)
		f.fitted[t] =
		    back(f.fitted[t] + season_at(&parts, share, t), logarithms);
	for (size_t h = 0; h < f.horizon; h++) {
		double season = season_at(&parts, share, s->n + h);

		f.mean[h] = back(f.mean[h] + season, logarithms);
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			f.low[l][h] = back(f.low[l][h] + season, logarithms);
			f.high[l][h] = back(f.high[l][h] + season, logarithms);
		}
	}
	memcpy(f.method, count > 1 ? "mstl" : "stl", count > 1 ? 5 : 4);
	forecast_parts_release(&parts);
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}
