/* SPDX-License-Identifier: ISC */
#include <stdlib.h>

#include "forecast/forecast_priv.h"

const double forecast_z[FORECAST_LEVELS] = {
    1.2815515655446004, 1.959963984540054};

static double *
make(size_t n)
{
	double *p = xcalloc(n ? n : 1, sizeof(*p));

	for (size_t i = 0; i < n; i++)
		p[i] = NAN;
	return p;
}

void
forecast_make(struct forecast *f, size_t n, size_t horizon)
{
	*f = (struct forecast){.horizon = horizon,
	    .mean = make(horizon),
	    .log_likelihood = NAN,
	    .aicc = NAN,
	    .n = n,
	    .fitted = make(n)};
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		f->low[l] = make(horizon);
		f->high[l] = make(horizon);
	}
}

void
forecast_release(struct forecast *f)
{
	if (!f)
		return;
	free(f->mean);
	free(f->fitted);
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		free(f->low[l]);
		free(f->high[l]);
	}
	*f = (struct forecast){0};
}

void
forecast_bounds(struct forecast *f, size_t step, double sd)
{
	for (int l = 0; l < FORECAST_LEVELS; l++) {
		f->low[l][step] = f->mean[step] - forecast_z[l] * sd;
		f->high[l][step] = f->mean[step] + forecast_z[l] * sd;
	}
}

/* What they leave out: C. Chatfield, Calculating interval forecasts, Journal of
 * Business & Economic Statistics 11 (1993). By how much is a matter of
 * experience: found on the known parts of the M3 series and on other
 * collections. */
double
forecast_of_many(size_t n)
{
	return 1.05 + 8 / (double)n;
}

int
forecast_finish(
    struct forecast *f, const struct forecast_ask *ask, struct err *err)
{
	for (size_t h = 0; h < f->horizon; h++) {
		double *mean = &f->mean[h];

		if (ask->non_negative && *mean < 0)
			*mean = 0;
		if (!isfinite(*mean))
			return err_set(err, ERR_USAGE,
			    "%s: the forecast of step %zu is not finite",
			    f->method, h + 1);
		for (int l = 0; l < FORECAST_LEVELS; l++) {
			double *low = &f->low[l][h], *high = &f->high[l][h];

			if (!isfinite(*low) || !isfinite(*high))
				return err_set(err, ERR_USAGE,
				    "%s: an interval of step %zu is not finite",
				    f->method, h + 1);
			if (ask->non_negative && *low < 0)
				*low = 0;
			if (*low > *mean)
				*low = *mean;
			if (*high < *mean)
				*high = *mean;
		}
	}
	return 0;
}
