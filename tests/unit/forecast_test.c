/* SPDX-License-Identifier: ISC */
/* forecast: the naive methods, by hand. */
#include <math.h>

#include "forecast/forecast.h"
#include "unit.h"

static bool
near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void
naive(void)
{
	double y[] = {3, 5, 4, 8};
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 2};
	struct forecast_ask ask = {3, false};
	struct forecast f;
	struct err err;
	/* Differences 2, -1, 4: sd of steps is sqrt(21 / 3). */
	double sd = sqrt(7);

	CHECK(forecast_naive(&s, &ask, &f, &err) == 0);
	CHECK(strcmp(f.method, "naive") == 0);
	CHECK(near(f.mean[0], 8) && near(f.mean[2], 8));
	CHECK(
	    near(f.high[FORECAST_95][2], 8 + 1.959963984540054 * sd * sqrt(3)));
	CHECK(isnan(f.fitted[0]) && near(f.fitted[3], 4));
	forecast_release(&f);

	CHECK(forecast_seasonal_naive(&s, &ask, &f, &err) == 0);
	CHECK(near(f.mean[0], 4) && near(f.mean[1], 8) && near(f.mean[2], 4));
	forecast_release(&f);

	CHECK(forecast_drift(&s, &ask, &f, &err) == 0);
	CHECK(near(f.mean[0], 8 + 5.0 / 3) && near(f.mean[2], 13));
	forecast_release(&f);
}

static void
bounds(void)
{
	double y[] = {100, 0, 90, 1}, huge[] = {-1e308, 1e308, -1e308, 1e308};
	struct forecast_series s = {.y = y, .n = COUNT_OF(y), .period = 1};
	struct forecast_ask ask = {2, true};
	struct forecast f;
	struct err err;

	CHECK(forecast_naive(&s, &ask, &f, &err) == 0);
	CHECK(f.low[FORECAST_95][1] == 0 && f.low[FORECAST_80][0] == 0);
	forecast_release(&f);
	s.y = huge;
	CHECK(forecast_naive(&s, &ask, &f, &err) == -1);
	s.n = 1;
	CHECK(forecast_naive(&s, &ask, &f, &err) == -1);
	s.n = 2;
	s.period = 2;
	CHECK(forecast_seasonal_naive(&s, &ask, &f, &err) == -1);
}

int
main(void)
{
	naive();
	bounds();
	return unit_done("forecast");
}
