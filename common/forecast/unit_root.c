/* SPDX-License-Identifier: ISC */
/* How often a series must be differenced to be stationary. */
#include <stdlib.h>

#include "forecast/arima_priv.h"

/* The 5 % point of the test for a level, Kwiatkowski et al. 1992, table 1. */
#define LEVEL_AT_5_PERCENT 0.463
/* From here on a season is strong enough to move: Hyndman & Athanasopoulos,
 * 3rd ed., 9.1. */
#define STRONG_SEASON 0.64
#define DIFFERENCES   2

/* The statistic of Kwiatkowski, Phillips, Schmidt & Shin (1992, Testing the
 * null hypothesis of stationarity against the alternative of a unit root,
 * Journal of Econometrics 54) for a level: partial sums of what deviates from
 * the mean, over their long-run variance, by Bartlett's weights. */
static double
wandering(const double *y, size_t n)
{
	double mean = 0, sum = 0, squares = 0, variance = 0;
	size_t lags = (size_t)(3 * sqrt((double)n) / 13);
	double *e = xcalloc(n, sizeof(*e));

	for (size_t t = 0; t < n; t++)
		mean += y[t] / (double)n;
	for (size_t t = 0; t < n; t++) {
		e[t] = y[t] - mean;
		sum += e[t];
		squares += sum * sum;
	}
	for (size_t lag = 0; lag <= lags && lag < n; lag++) {
		double weight = 1 - (double)lag / (double)(lags + 1), dot = 0;

		for (size_t t = lag; t < n; t++)
			dot += e[t] * e[t - lag];
		variance += (lag ? 2 * weight : 1) * dot;
	}
	free(e);
	return variance > 0 ? squares / variance / (double)n : 0;
}

static bool
constant(const double *y, size_t n)
{
	for (size_t t = 1; t < n; t++)
		if (y[t] != y[0])
			return false;
	return true;
}

static bool
strong_season(const double *y, size_t n, size_t period)
{
	struct forecast_parts parts;
	bool strong;

	if (period < 2 || n / 3 < period)
		return false;
	if (forecast_mstl(y, n, &period, 1, false, &parts, NULL) < 0)
		return false;
	strong = forecast_seasonal_strength(&parts, 0) > STRONG_SEASON;
	forecast_parts_release(&parts);
	return strong;
}

void
arima_differences(const double *y, size_t n, size_t period, size_t *ret_d,
    size_t *ret_seasonal)
{
	double *w = xcalloc(n, sizeof(*w)), unit = forecast_unit(y, n);

	for (size_t t = 0; t < n; t++)
		w[t] = y[t] / unit;
	*ret_d = *ret_seasonal = 0;
	if (strong_season(w, n, period)) {
		*ret_seasonal = 1;
		n -= period;
		for (size_t t = 0; t < n; t++)
			w[t] = w[t + period] - w[t];
	}
	while (*ret_d < DIFFERENCES && n > 1 && !constant(w, n) &&
	       wandering(w, n) > LEVEL_AT_5_PERCENT) {
		++*ret_d;
		n--;
		for (size_t t = 0; t < n; t++)
			w[t] = w[t + 1] - w[t];
	}
	free(w);
}
