/* SPDX-License-Identifier: ISC */
/* forecast: decompositions against those of R 4.2 (stl, mstl, decompose, acf),
 * and what seasons are found. */
#include "forecast/forecast.h"
#include "unit.h"

#include "forecast_series.h"

static const double *air = series_passengers;

static void
against_r(void)
{
	struct forecast_stl o = {.period = 12, .seasonal_span = 7};
	struct forecast_parts p;
	struct err err;
	double index[12], acf[13];

	CHECK(forecast_stl(air, 144, &o, &p, &err) == 0);
	CHECK(series_near(p.seasonal[0][0], -13.7186535267, 1e-11));
	CHECK(series_near(p.seasonal[0][49], -22.3592727306, 1e-11));
	CHECK(series_near(p.seasonal[0][143], -51.5271413314, 1e-11));
	CHECK(series_near(p.trend[1], 123.238323591, 1e-11));
	CHECK(series_near(p.trend[99], 359.347251637, 1e-11));
	CHECK(p.weight[0] == 1 && p.weight[143] == 1);
	CHECK(forecast_trend_strength(&p) > 0.99);
	CHECK(forecast_seasonal_strength(&p, 0) > 0.97);
	forecast_parts_release(&p);

	/* R takes "periodic" for a very long span; here it is exact. */
	o.seasonal_span = 0;
	CHECK(forecast_stl(air, 144, &o, &p, &err) == 0);
	CHECK(series_near(p.seasonal[0][0], -25.4977183398, 1e-5));
	CHECK(p.seasonal[0][3] - p.seasonal[0][15] < 1e-9);
	forecast_parts_release(&p);

	/* R, outer = 1: the weights of the first robust pass; ours go on. */
	o.seasonal_span = 7;
	o.robust = true;
	CHECK(forecast_stl(air, 144, &o, &p, &err) == 0);
	CHECK(series_near(p.weight[0], 0.9757, 1e-3) && p.weight[143] < 0.01);
	CHECK(series_near(p.trend[0], 122.8776, 1e-3));
	forecast_parts_release(&p);

	CHECK(forecast_seasonal_indices(air, 144, 12, true, index));
	CHECK(series_near(index[0], 0.910230367372, 1e-11));
	CHECK(series_near(index[11], 0.898824389985, 1e-11));
	forecast_acf(air, 144, 12, acf);
	CHECK(acf[0] == 1 && series_near(acf[12], 0.760395042263, 1e-11));
}

/* Parts add up, and what was put in is found again. */
static void
several_seasons(void)
{
	size_t n = 800, periods[] = {7, 56};
	double *y = series_make(n, 50, 0.1, 20, 56, 1), worst = 0, off = 0;
	struct forecast_parts p;
	struct err err;

	for (size_t t = 0; t < n; t++)
		y[t] += t % 7 < 5 ? 4 : -10;
	CHECK(forecast_mstl(y, n, periods, 2, false, &p, &err) == 0);
	for (size_t t = 0; t < n; t++) {
		double sum = p.trend[t] + p.seasonal[0][t] + p.seasonal[1][t] +
			     p.remainder[t];

		worst = fmax(worst, fabs(sum - y[t]));
		off = fmax(
		    off, fabs(p.seasonal[0][t] - (t % 7 < 5 ? 4.0 : -10.0)));
	}
	CHECK(worst < 1e-9 && off < 1);
	CHECK(forecast_seasonal_strength(&p, 0) > 0.9);
	forecast_parts_release(&p);
	CHECK(forecast_mstl(y, n, NULL, 0, true, &p, &err) == 0);
	CHECK_INT(p.seasons, 0);
	forecast_parts_release(&p);
	free(y);
}

static void
outliers(void)
{
	double *y = series_make(140, 10, 0, 3, 7, 0.1);
	struct forecast_stl o = {.period = 7, .robust = true};
	struct forecast_parts p;
	struct err err;

	y[60] += 100;
	CHECK(forecast_stl(y, 140, &o, &p, &err) == 0);
	CHECK(p.weight[60] == 0 && fabs(p.remainder[60] - 100) < 0.5);
	CHECK(
	    fabs(p.seasonal[0][53] - 3 * sin(6.283185307179586 * 4 / 7)) < 0.2);
	forecast_parts_release(&p);
	o.period = 1;
	CHECK(forecast_stl(y, 140, &o, &p, &err) == 0);
	CHECK(p.weight[60] == 0);
	forecast_parts_release(&p);
	free(y);
}

static void
edges(void)
{
	double flat[20] = {0}, huge[20];
	struct forecast_stl o = {.period = 7};
	struct forecast_parts p;
	struct err err;
	size_t periods[] = {7, 14}, many[] = {2, 3, 4, 5, 6};

	for (int t = 0; t < 20; t++)
		huge[t] = t % 2 ? 1.7e308 : -1.7e308;
	CHECK(forecast_stl(flat, 20, &o, &p, &err) == 0);
	CHECK(p.trend[0] == 0 && p.remainder[19] == 0);
	CHECK(forecast_seasonal_strength(&p, 0) == 0);
	forecast_parts_release(&p);
	CHECK(forecast_stl(huge, 20, &o, &p, &err) == -1);
	CHECK(forecast_stl(flat, 13, &o, &p, &err) == -1);
	CHECK_TEXT(
	    err.text, "a season of 7 needs 14 observations, there are 13");
	CHECK(forecast_mstl(flat, 20, periods, 2, false, &p, &err) == -1);
	CHECK(forecast_mstl(flat, 20, many, 5, false, &p, &err) == -1);
	o.period = 0;
	CHECK(forecast_stl(flat, 20, &o, &p, &err) == -1);
	o.period = 1;
	CHECK(forecast_stl(flat, 0, &o, &p, &err) == -1);
	CHECK(forecast_stl(flat + 1, 1, &o, &p, &err) == 0);
	forecast_parts_release(&p);
}

static void
long_series(void)
{
	size_t n = 100000, found[4], candidates[] = {60, 1440, 10080};
	double *y = series_make(n, 100, 0.001, 10, 1440, 4);
	struct forecast_stl o = {
	    .period = 1440, .seasonal_span = 7, .robust = true};
	struct forecast_parts p;
	struct err err;

	for (size_t t = 0; t < n; t++)
		y[t] += t / 1440 % 7 < 5 ? 5 : 0;
	CHECK(forecast_stl(y, n, &o, &p, &err) == 0);
	CHECK(
	    fabs(p.trend[0] + p.seasonal[0][0] + p.remainder[0] - y[0]) < 1e-9);
	forecast_parts_release(&p);
	CHECK_INT(forecast_periods(y, n, candidates, 3, found, 4), 2);
	CHECK(found[0] == 1440 && found[1] == 10080);
	free(y);
}

static void
periods(void)
{
	size_t found[4], named[] = {7, 30, 365};
	double *y, flat[30] = {0};

	CHECK(forecast_is_seasonal(air, 144, 12));
	CHECK(!forecast_is_seasonal(air, 35, 12));
	CHECK(!forecast_is_seasonal(flat, 30, 7));
	CHECK_INT(forecast_periods(air, 144, NULL, 0, found, 4), 1);
	CHECK_INT(found[0], 12);
	CHECK_INT(forecast_periods(flat, 30, NULL, 0, found, 4), 0);
	CHECK_INT(forecast_periods(flat, 0, NULL, 0, found, 4), 0);

	/* Noise has none; weekdays are found beside a yearly wave. */
	y = series_make(1200, 0, 0, 0, 1, 1);
	CHECK_INT(forecast_periods(y, 1200, NULL, 0, found, 4), 0);
	CHECK_INT(forecast_periods(y, 1200, named, 3, found, 4), 0);
	free(y);
	y = series_make(1200, 30, 0.01, 8, 365, 4);
	for (size_t t = 0; t < 1200; t++)
		y[t] += t % 7 < 5 ? 3 : -3;
	CHECK_INT(forecast_periods(y, 1200, named, 3, found, 4), 2);
	CHECK(found[0] == 7 && found[1] == 365);
	CHECK_INT(forecast_periods(y, 1200, named, 3, found, 1), 1);
	free(y);
}

/* Two seasons and a slope go on; swings that grow go on growing. */
static void
forecasts(void)
{
	size_t n = 700, longer[] = {56};
	double *y = series_make(n, 50, 0.05, 10, 56, 0.5), off = 0;
	struct forecast_series s = {.y = y,
	    .n = n - 56,
	    .period = 7,
	    .longer = longer,
	    .longer_count = 1};
	struct forecast_ask ask = {.horizon = 56};
	struct forecast f;
	struct err err;

	for (size_t t = 0; t < n; t++)
		y[t] += t % 7 < 5 ? 4 : -10;
	CHECK(forecast_by_stl(&s, &ask, &f, &err) == 0);
	CHECK_TEXT(f.method, "mstl");
	for (size_t h = 0; h < 56; h++)
		off = fmax(off, fabs(f.mean[h] - y[s.n + h]));
	CHECK(off < 2);
	forecast_release(&f);
	s.longer_count = 0;
	CHECK(forecast_by_stl(&s, &ask, &f, &err) == 0);
	CHECK_TEXT(f.method, "stl");
	forecast_release(&f);
	free(y);

	s = (struct forecast_series){.y = air, .n = 132, .period = 12};
	ask.horizon = 12;
	CHECK(forecast_by_stl(&s, &ask, &f, &err) == 0);
	off = 0;
	for (size_t h = 0; h < 12; h++)
		off += fabs(f.mean[h] / air[132 + h] - 1) / 12;
	CHECK(off < 0.04);
	CHECK(f.mean[6] - f.mean[10] > 200); /* last year 196, then 213 */
	forecast_release(&f);
	s.n = 23;
	CHECK(forecast_by_stl(&s, &ask, &f, &err) == -1);
	CHECK_TEXT(err.text, "stl needs two seasons (24 observations), there "
			     "are 23");
}

int
main(void)
{
	against_r();
	several_seasons();
	outliers();
	edges();
	long_series();
	periods();
	forecasts();
	return unit_done("forecast_season");
}
