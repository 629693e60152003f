/* SPDX-License-Identifier: ISC */
/*
 * Taking the season out of a series before a method that knows none, and
 * putting it back into the forecast.
 */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

void
forecast_adjust(const struct forecast_series *s, enum forecast_season season,
    struct forecast_adjusted *ret)
{
	struct forecast_adjusted a = {.season = season,
	    .n = s->n,
	    .period = s->period,
	    .y = xcalloc(s->n, sizeof(double)),
	    .index = xcalloc(s->period, sizeof(double))};
	double least = INFINITY;

	for (size_t t = 0; t < s->n; t++)
		least = fmin(least, s->y[t]);
	/* What is zero or less has no share of the level. */
	if (season == FORECAST_MULTIPLICATIVE &&
	    (least <= 0 || !forecast_seasonal_indices(
			       s->y, s->n, s->period, true, a.index)))
		a.season = FORECAST_ADDITIVE;
	if (a.season == FORECAST_ADDITIVE &&
	    !forecast_seasonal_indices(s->y, s->n, s->period, false, a.index))
		a.season = FORECAST_NO_SEASON;
	for (size_t t = 0; t < s->n; t++) {
		double index = a.index[t % s->period];

		a.y[t] = a.season == FORECAST_MULTIPLICATIVE ? s->y[t] / index
			 : a.season == FORECAST_ADDITIVE     ? s->y[t] - index
							     : s->y[t];
	}
	*ret = a;
}

enum forecast_season
forecast_season_of(const struct forecast_series *s)
{
	return forecast_is_seasonal(s->y, s->n, s->period)
		   ? FORECAST_MULTIPLICATIVE
		   : FORECAST_NO_SEASON;
}

static void
readjust(const struct forecast_adjusted *a, size_t t, double *value)
{
	double index = a->index[t % a->period];

	if (a->season == FORECAST_MULTIPLICATIVE)
		*value *= index;
	else if (a->season == FORECAST_ADDITIVE)
		*value += index;
}

void
forecast_readjust(const struct forecast_adjusted *a, struct forecast *f)
{
	for (size_t t = 0; t < f->n; t++)
		readjust(a, t, &f->fitted[t]);
	for (size_t h = 0; h < f->horizon; h++) {
		readjust(a, a->n + h, &f->mean[h]);
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			readjust(a, a->n + h, &f->low[l][h]);
			readjust(a, a->n + h, &f->high[l][h]);
		}
	}
}

void
forecast_adjusted_release(struct forecast_adjusted *a)
{
	free(a->y);
	free(a->index);
}
