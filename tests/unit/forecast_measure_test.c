/* SPDX-License-Identifier: ISC */
/* forecast: measures by hand, rolling origins, methods called by name. */
#include "forecast/forecast.h"
#include "unit.h"

#include "forecast_series.h"

static const struct forecast_method *
method(const char *name)
{
	return forecast_method_find(str_of(name));
}

static void
by_hand(void)
{
	double y[] = {1, 3, 2, 5, 4};
	struct forecast_series s = {.y = y, .n = 5, .period = 2};
	struct forecast_scale scale = forecast_scale_of(&s);
	struct forecast_measure m = {0}, both = {0};
	struct forecast_accuracy a;
	struct forecast f;

	/* Steps over two: 1, 2, 2. */
	CHECK(series_near(scale.absolute, 5.0 / 3, 1e-15));
	CHECK(series_near(scale.squared, 3, 1e-15));
	forecast_make(&f, 0, 2);
	f.mean[0] = 6;
	f.mean[1] = 8;
	for (int l = 0; l < FORECAST_LEVELS; l++)
		for (size_t h = 0; h < 2; h++) {
			f.low[l][h] = f.mean[h] - 1;
			f.high[l][h] = f.mean[h] + 1 + l;
		}
	forecast_measure_step(&m, &scale, &f, 0, 4); /* 2 high, 1 beyond */
	forecast_measure_step(&m, &scale, &f, 1, 10);
	a = forecast_accuracy_of(&m);
	CHECK(series_near(a.mape, 100 * (0.5 + 0.2) / 2, 1e-14));
	CHECK(series_near(a.smape, 200 * (2.0 / 10 + 2.0 / 18) / 2, 1e-14));
	CHECK(series_near(a.mase, 2 / (5.0 / 3), 1e-14));
	CHECK(series_near(a.rmsse, sqrt(4.0 / 3), 1e-14));
	CHECK(a.bias == 0);
	CHECK(a.coverage[FORECAST_80] == 0 && a.coverage[FORECAST_95] == 50);
	CHECK(series_near(a.width[FORECAST_80], 2 * 0.6, 1e-14));
	CHECK(series_near(a.msis[FORECAST_80], (2 + 10) * 0.6, 1e-14));
	CHECK(series_near(a.msis[FORECAST_95], (3 + 40 / 2) * 0.6, 1e-14));
	forecast_measure_merge(&both, &m);
	forecast_measure_merge(&both, &m);
	CHECK(series_near(forecast_accuracy_of(&both).mape, a.mape, 1e-14));
	CHECK_INT(both.steps, 4);

	/* Zeros and constants are no percentage and no scale. */
	m = (struct forecast_measure){0};
	f.mean[0] = 0;
	scale = (struct forecast_scale){0, 0};
	forecast_measure_step(&m, &scale, &f, 0, 0);
	a = forecast_accuracy_of(&m);
	CHECK(isnan(a.mape) && a.smape == 0 && isnan(a.mase) && isnan(a.bias));
	CHECK(isnan(a.width[0]) && isnan(a.msis[1]));
	forecast_release(&f);
}

static void
origins(void)
{
	double y[12];
	struct forecast_series s = {.y = y, .n = 12, .period = 1};
	struct forecast_ask ask = {.horizon = 3};
	struct forecast_origins all = {0}, two = {.most = 2, .every = 2};
	const struct forecast_method *methods[] = {
	    method("naive"), method("drift"), method("snaive")};
	struct forecast_backtest b;
	struct err err;

	for (int t = 0; t < 12; t++)
		y[t] = 10 + 2 * t;
	CHECK(forecast_backtest(&s, &ask, &all, methods, 3, &b, &err) == 0);
	CHECK_INT(b.origins, 6); /* known: 4 to 9 */
	CHECK_INT(b.first, 4);
	CHECK_INT(b.trial[0].all.steps, 18);
	CHECK_INT(b.trial[0].step[2].steps, 6);
	CHECK(forecast_accuracy_of(&b.trial[0].step[0]).mase == 1);
	CHECK(forecast_accuracy_of(&b.trial[0].step[2]).mase == 3);
	CHECK(forecast_accuracy_of(&b.trial[0].all).bias < 0);
	CHECK(forecast_accuracy_of(&b.trial[1].all).mase < 1e-12);
	CHECK(strcmp(b.trial[1].method->name, "drift") == 0);
	forecast_backtest_release(&b);
	CHECK(forecast_backtest(&s, &ask, &two, methods, 1, &b, &err) == 0);
	CHECK_INT(b.origins, 2);
	CHECK_INT(b.first, 7);
	forecast_backtest_release(&b);

	/* A method that will not: not measured, and it says why. */
	s.period = 5;
	all.least = 4;
	CHECK(forecast_backtest(&s, &ask, &all, methods, 3, &b, &err) == 0);
	CHECK_INT(b.trial[2].refused, 2);
	CHECK_INT(b.trial[2].all.steps, 12);
	CHECK(strstr(b.trial[2].why.text, "more than a season"));
	forecast_backtest_release(&b);
	all.least = 10;
	CHECK(forecast_backtest(&s, &ask, &all, methods, 3, &b, &err) == -1);
	CHECK_TEXT(err.text,
	    "a backtest of 3 steps needs 13 observations, there are 12");
	s.n = 2;
	CHECK(forecast_backtest(&s, &ask, &all, methods, 3, &b, &err) == -1);
}

static void
refused(const struct forecast_method *m, double *y, size_t n, size_t period,
    size_t horizon)
{
	struct forecast_series s = {.y = y, .n = n, .period = period};
	struct forecast_ask ask = {.horizon = horizon};
	struct forecast f;
	struct err err = {0};

	CHECK(forecast_run(m, &s, &ask, &f, &err) == -1);
	CHECK(err.kind == ERR_USAGE && err.text[0]);
}

static void
run(void)
{
	double y[] = {1, 2, 4, 3}, big[] = {1e300, 2e300, 4e300, 3e300};
	double small[] = {1e-300, 2e-300, 4e-300, 3e-300};
	double most[] = {1.7e308, -1.7e308, 1.7e308, 1.7e308};
	double nan[] = {1, NAN, 2}, inf[] = {1, 2, -INFINITY};
	struct forecast_series s = {.n = 4, .period = 1};
	struct forecast_ask ask = {.horizon = 2};
	struct forecast f[3];
	struct err err;

	for (const struct forecast_method *m = forecast_methods; m->name; m++) {
		refused(m, nan, 3, 1, 1);
		refused(m, inf, 3, 1, 1);
		refused(m, y, 0, 1, 1);
		refused(m, y, 4, 0, 1);
		refused(m, y, 4, 1, 0);
	}
	for (int i = 0; i < 3; i++) {
		s.y = i == 0 ? y : i == 1 ? big : small;
		CHECK(
		    forecast_run(method("drift"), &s, &ask, &f[i], &err) == 0);
	}
	for (size_t h = 0; h < 2; h++) {
		CHECK(series_near(f[1].mean[h], f[0].mean[h] * 1e300, 1e-14));
		CHECK(series_near(f[2].mean[h], f[0].mean[h] * 1e-300, 1e-14));
		CHECK(series_near(f[1].low[FORECAST_95][h],
		    f[0].low[FORECAST_95][h] * 1e300, 1e-13));
	}
	for (int i = 0; i < 3; i++)
		forecast_release(&f[i]);
	refused(method("naive"), most, 4, 1, 4);
	CHECK(!method("nonsense") && method("snaive"));
}

int
main(void)
{
	by_hand();
	origins();
	run();
	return unit_done("forecast_measure");
}
