/* SPDX-License-Identifier: ISC */
#include "forecast/forecast_priv.h"

/* What a method knows of its series: the value that the one at `t` repeats
 * (plus slope), and how far the forecasts within the series were off. */
static double
residual_sd(const struct forecast *f, const double *y, size_t parameters)
{
	double squares = 0;
	size_t count = 0;

	for (size_t t = 0; t < f->n; t++) {
		if (isnan(f->fitted[t]))
			continue;
		squares += (y[t] - f->fitted[t]) * (y[t] - f->fitted[t]);
		count++;
	}
	return count > parameters ? sqrt(squares / (double)(count - parameters))
				  : 0;
}

static int
repeat(const struct forecast_series *s, const struct forecast_ask *ask,
    size_t lag, struct forecast *f, struct err *err)
{
	double sd;

	for (size_t t = lag; t < s->n; t++)
		f->fitted[t] = s->y[t - lag];
	sd = residual_sd(f, s->y, 0);
	for (size_t h = 0; h < ask->horizon; h++) {
		f->mean[h] = s->y[s->n - lag + h % lag];
		forecast_bounds(f, h, sd * sqrt((double)(h / lag + 1)));
	}
	return forecast_finish(f, ask, err);
}

int
forecast_naive(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	struct forecast f;

	if (s->n < 2)
		return err_set(err, ERR_USAGE,
		    "naive needs 2 observations, there are %zu", s->n);
	forecast_make(&f, s->n, ask->horizon);
	memcpy(f.method, "naive", sizeof("naive"));
	if (repeat(s, ask, 1, &f, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

int
forecast_seasonal_naive(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err)
{
	struct forecast f;

	if (s->n <= s->period)
		return err_set(err, ERR_USAGE,
		    "seasonal naive needs more than a season (%zu "
		    "observations), there are %zu",
		    s->period, s->n);
	forecast_make(&f, s->n, ask->horizon);
	memcpy(f.method, "snaive", sizeof("snaive"));
	if (repeat(s, ask, s->period, &f, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}

int
forecast_drift(const struct forecast_series *s, const struct forecast_ask *ask,
    struct forecast *ret, struct err *err)
{
	struct forecast f;
	double slope, sd;

	if (s->n < 3)
		return err_set(err, ERR_USAGE,
		    "drift needs 3 observations, there are %zu", s->n);
	forecast_make(&f, s->n, ask->horizon);
	memcpy(f.method, "drift", sizeof("drift"));
	slope = (s->y[s->n - 1] - s->y[0]) / (double)(s->n - 1);
	for (size_t t = 1; t < s->n; t++)
		f.fitted[t] = s->y[t - 1] + slope;
	sd = residual_sd(&f, s->y, 1);
	for (size_t h = 0; h < ask->horizon; h++) {
		double steps = (double)(h + 1);

		f.mean[h] = s->y[s->n - 1] + slope * steps;
		forecast_bounds(
		    &f, h, sd * sqrt(steps * (1 + steps / (double)(s->n - 1))));
	}
	if (forecast_finish(&f, ask, err) < 0) {
		forecast_release(&f);
		return -1;
	}
	*ret = f;
	return 0;
}
