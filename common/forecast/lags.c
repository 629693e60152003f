/* SPDX-License-Identifier: ISC */
/*
 * After how many steps do drivers act? Regressions with ARIMA errors, of the
 * same observations and orders, that differ in the lags alone are compared by
 * their AICc (Hyndman & Athanasopoulos, Forecasting: principles and practice,
 * 3rd ed., 10.6). With more drivers than one, each in its turn, until none
 * wants another lag.
 */
#include <stdlib.h>

#include "forecast/arima_priv.h"

/* A better order may want other lags, and those another order. */
enum { ROUNDS = 4 };
/* Of AICc: a lag that is worse by more has hardly any support. */
#define SUPPORT 10

struct search {
	const struct forecast_series *s;
	const struct forecast_lagged *drivers;
	size_t count;
	struct forecast_lag *lag;
	double *x; /* of the present lags, column after column */
	struct forecast_arima_order order;
};

static void
lay_out(struct search *f, size_t driver, size_t lag)
{
	const struct forecast_lagged *d = &f->drivers[driver];

	memcpy(f->x + driver * f->s->n, d->values + (d->most - lag),
	    f->s->n * sizeof(double));
}

/* Infinite where it cannot be told. */
static double
aicc_of(const struct search *f)
{
	struct arima_fit fit;
	struct err why = {0};
	double aicc;

	if (arima_fit(
		f->s, f->x, f->count, &f->order, ARIMA_SCREEN, &fit, &why) < 0)
		return INFINITY;
	aicc = fit.aicc;
	arima_fit_release(&fit);
	return isnan(aicc) ? INFINITY : aicc;
}

/* Tries all lags of one driver, and keeps the best, of equal ones the first.
 * Was it another? */
static bool
try_lags(struct search *f, size_t driver, double *ret_aicc)
{
	const struct forecast_lagged *d = &f->drivers[driver];
	size_t old = f->lag[driver].lag, best = old, good = 0;
	double least = INFINITY;

	for (size_t lag = d->least; lag <= d->most; lag++) {
		double aicc;

		lay_out(f, driver, lag);
		aicc = aicc_of(f);
		ret_aicc[lag - d->least] = aicc;
		if (aicc < least) {
			least = aicc;
			best = lag;
		}
	}
	for (size_t i = 0; i <= d->most - d->least; i++)
		good += ret_aicc[i] <= least + SUPPORT;
	f->lag[driver] = (struct forecast_lag){best, (double)good};
	lay_out(f, driver, best);
	return best != old;
}

static int
choose_order(struct search *f, struct err *err)
{
	struct arima_fit fit;

	if (arima_choose(f->s, f->x, f->count, false, &fit, err) < 0)
		return -1;
	f->order = fit.order;
	arima_fit_release(&fit);
	return 0;
}

int
forecast_lags(const struct forecast_series *s,
    const struct forecast_lagged *drivers, size_t count,
    struct forecast_lag *ret, double *const *ret_aicc, struct err *err)
{
	struct forecast_series known = *s;
	struct search f = {.s = &known,
	    .drivers = drivers,
	    .count = count,
	    .lag = xcalloc(count + 1, sizeof(*f.lag)),
	    .x = xcalloc(s->n * count + 1, sizeof(double))};
	bool moves = false;
	int rc = 0;

	if (s->n / 2 < s->period || s->period > ARIMA_LONG_SEASON)
		known.period = 1;
	for (size_t i = 0; i < count; i++) {
		f.lag[i] = (struct forecast_lag){drivers[i].least, 1};
		lay_out(&f, i, drivers[i].least);
		moves |= drivers[i].most > drivers[i].least;
	}
	for (int round = 0; round < ROUNDS && moves && rc == 0; round++) {
		moves = false;
		rc = choose_order(&f, err);
		for (size_t i = 0; i < count && rc == 0; i++)
			if (drivers[i].most > drivers[i].least)
				moves |= try_lags(&f, i, ret_aicc[i]);
	}
	if (rc == 0)
		memcpy(ret, f.lag, count * sizeof(*ret));
	free(f.lag);
	free(f.x);
	return rc;
}
