/* SPDX-License-Identifier: ISC */
/* forecast: orders that come now and then, by hand. */
#include "forecast/forecast.h"
#include "unit.h"

#include "forecast_series.h"

typedef int method(const struct forecast_series *s,
    const struct forecast_ask *ask, struct forecast *ret, struct err *err);

static struct forecast
run(method *m, const double *y, size_t n)
{
	struct forecast_series s = {.y = y, .n = n, .period = 1};
	struct forecast_ask ask = {.horizon = 3, .non_negative = true};
	struct forecast f = {0};
	struct err err;

	CHECK(m(&s, &ask, &f, &err) == 0);
	return f;
}

/* The same order every fourth period: any weight gives the same rate. */
static void
regular(void)
{
	double y[40] = {0};
	struct forecast f;

	for (int t = 3; t < 40; t += 4)
		y[t] = 8;
	f = run(forecast_croston, y, 40);
	CHECK(series_near(f.mean[0], 2, 1e-12) && f.mean[2] == f.mean[0]);
	CHECK(f.low[FORECAST_80][0] == 0 && f.high[FORECAST_80][0] == 8);
	forecast_release(&f);
	f = run(forecast_sba, y, 40);
	CHECK(f.mean[0] < 2 && f.mean[0] >= 2 * 0.85);
	forecast_release(&f);
	f = run(forecast_tsb, y, 40);
	CHECK(fabs(f.mean[0] - 2) < 0.3);
	forecast_release(&f);
}

/* What has died out falls to nothing with tsb alone. */
static void
died_out(void)
{
	double y[200] = {0};
	struct forecast f;

	for (int t = 0; t < 60; t += 3)
		y[t] = 5 + t % 4;
	f = run(forecast_tsb, y, 200);
	CHECK(f.mean[0] < 0.05 && f.high[FORECAST_95][0] < 5);
	forecast_release(&f);
	f = run(forecast_croston, y, 200);
	CHECK(f.mean[0] > 0.5);
	forecast_release(&f);
}

/* Bounds are quantiles: 4 of 5 periods are empty. */
static void
mixture(void)
{
	double y[100] = {0};
	struct forecast f;

	for (int t = 4; t < 100; t += 5)
		y[t] = 1 + (double)(t / 5);
	f = run(forecast_croston, y, 100);
	CHECK(f.low[FORECAST_95][0] == 0);
	/* The upper tenth of periods is the upper half of orders. */
	CHECK(f.high[FORECAST_80][0] >= 10 && f.high[FORECAST_80][0] <= 12);
	CHECK(f.high[FORECAST_95][0] >= 18 && f.high[FORECAST_95][0] <= 19);
	forecast_release(&f);
}

static void
refused(void)
{
	double one[] = {0, 0, 3, 0}, below[] = {1, 2, -1, 3};
	struct forecast_series s = {.y = one, .n = 4, .period = 1};
	struct forecast_ask ask = {.horizon = 1};
	struct forecast f;
	struct err err;

	CHECK(forecast_tsb(&s, &ask, &f, &err) == -1);
	CHECK_TEXT(err.text, "tsb needs 2 observations above 0, there are 1");
	s.y = below;
	CHECK(forecast_croston(&s, &ask, &f, &err) == -1);
	CHECK(strstr(err.text, "observation 3"));
}

int
main(void)
{
	regular();
	died_out();
	mixture();
	refused();
	return unit_done("forecast_intermittent");
}
