/* SPDX-License-Identifier: ISC */
/* forecast: the Theta family against its equations written down plainly and
 * minimised in R 4.2 (optim); complex smoothing; what must not change with the
 * scale. */
#include "forecast/forecast.h"
#include "unit.h"

#include "forecast_series.h"

typedef int method(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

static void
is(method *m, const double *y, size_t n, double first, double third)
{
	struct forecast_series s = {.y = y, .n = n, .period = 1};
	struct forecast_ask ask = {.horizon = 3};
	struct forecast f;
	struct err err;

	CHECK(m(&s, &ask, &f, &err) == 0);
	CHECK(series_near(f.mean[0], first, 1e-6));
	CHECK(series_near(f.mean[2], third, 1e-6));
	CHECK(f.high[FORECAST_95][2] >= f.high[FORECAST_80][2]);
	CHECK(f.high[FORECAST_95][2] - f.mean[2] >=
	      f.high[FORECAST_95][0] - f.mean[0]);
	forecast_release(&f);
}

static void
against_equations(void)
{
	double years[12] = {0};

	for (int t = 0; t < 144; t++)
		years[t / 12] += series_passengers[t] / 12;
	is(forecast_theta, years, 12, 491.8067946, 523.7307457);
	is(forecast_dotm, years, 12, 492.9426, 558.971);
	is(forecast_theta, series_passengers, 30, 178.7184318, 180.2614796);
	is(forecast_dotm, series_passengers, 30, 177.9391147, 177.9391147);
	is(forecast_theta, series_nile, 100, 808.0988, 805.384515);
	is(forecast_dotm, series_nile, 100, 805.82364, 805.82364);
}

static void
seasons(void)
{
	struct forecast_series s = {
	    .y = series_passengers, .n = 132, .period = 12};
	struct forecast_ask ask = {.horizon = 12};
	struct forecast f;
	struct err err;
	double off = 0;

	CHECK(forecast_dotm(&s, &ask, &f, &err) == 0);
	for (int h = 0; h < 12; h++)
		off += fabs(f.mean[h] / series_passengers[132 + h] - 1) / 12;
	CHECK(off < 0.05);
	CHECK(f.mean[6] > 1.4 * f.mean[10]);
	CHECK(isnan(f.fitted[0]) && f.fitted[143 - 12] > 300);
	forecast_release(&f);
}

/* The same shape at any size, and below zero. */
static void
scales(method *m)
{
	double y[60], large[60], below[60];
	struct forecast_series s = {.n = 60, .period = 6};
	struct forecast_ask ask = {.horizon = 8};
	struct forecast f[3];
	struct err err;

	for (int t = 0; t < 60; t++) {
		y[t] = series_passengers[t] + 40 * (t % 6 == 2);
		large[t] = y[t] * 1024;
		below[t] = 200 - y[t];
	}
	for (int i = 0; i < 3; i++) {
		s.y = i == 0 ? y : i == 1 ? large : below;
		CHECK(m(&s, &ask, &f[i], &err) == 0);
	}
	for (size_t h = 0; h < 8; h++) {
		CHECK(f[1].mean[h] == f[0].mean[h] * 1024);
		CHECK(f[1].low[1][h] == f[0].low[1][h] * 1024);
		CHECK(isfinite(f[2].mean[h]));
	}
	for (int i = 0; i < 3; i++)
		forecast_release(&f[i]);
}

/* What no weight can better: a level, a line. */
static void
complex_smoothing(void)
{
	double y[40];
	struct forecast_series s = {.y = y, .n = 40, .period = 1};
	struct forecast_ask ask = {.horizon = 4};
	struct forecast f;
	struct err err;

	for (int t = 0; t < 40; t++)
		y[t] = 20;
	CHECK(forecast_ces(&s, &ask, &f, &err) == 0);
	CHECK(series_near(f.mean[3], 20, 1e-6));
	CHECK(series_near(f.fitted[39], 20, 1e-6));
	forecast_release(&f);
	for (int t = 0; t < 40; t++)
		y[t] = 20 + 3 * t;
	CHECK(forecast_ces(&s, &ask, &f, &err) == 0);
	CHECK(f.mean[0] > 138 && f.mean[3] > f.mean[0] + 5);
	forecast_release(&f);
	s.y = series_nile;
	s.n = 100;
	CHECK(forecast_ces(&s, &ask, &f, &err) == 0);
	CHECK(f.mean[0] > 750 && f.mean[0] < 870);
	CHECK(f.high[FORECAST_95][0] - f.mean[0] > 200);
	forecast_release(&f);
}

int
main(void)
{
	against_equations();
	seasons();
	scales(forecast_theta);
	scales(forecast_dotm);
	complex_smoothing();
	scales(forecast_ces);
	return unit_done("forecast_theta");
}
